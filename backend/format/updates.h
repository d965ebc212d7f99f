/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Updates as JSON (data/json.md) and the file that keeps what was seen of them, as backend/format/emit.h. */

#include "model/service/update.h"

#define UPDATES_VERSION 1U
#define UPDATES_MAX 1024U
#define UPDATES_BYTES_MAX (2U * 1024 * 1024)

/* What `fairlead updates --json` prints; the caller frees. details: of each what its newest image changes,
 * NULL where that is not known; NULL: of none. */
char *emit_updates(const struct update_list *list, struct update_detail *const *details);

/* The text of the file; the caller frees. */
char *updates_file_text(const struct update_list *list);
/* Back from it. Entries that cannot be are left out, of several of one service all but the first. -EINVAL
 * with a sentence for other text, or another version. */
int updates_file_parse(const char *text, size_t n, struct update_list **ret, struct error **reterr);
