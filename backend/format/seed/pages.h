/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads the pages of a first boot: NAME.json of /etc/fairlead/firstboot.d, then of
 * /usr/share/fairlead/firstboot.d, as backend/format/json-files.h says. The schema is in
 * data/doc/firstboot.md. */

#include "backend/io/paths.h"
#include "model/setup/pages.h"

#define PAGE_BYTES_MAX (16U * 1024)
#define PAGE_FILES_MAX 64U

/* Fills *ret: Fairlead's own, but for those that a file replaces or masks. Bad files are left out and kept as
 * its errors, never fatal. Synchronous: a few small files. */
void pages_read(const struct paths *paths, struct page_list *ret);

/* One file, whether it is right: 0, or negative with file, line and reason. */
int pages_check(const char *path, struct error **reterr);

/* The text of a file of this path, into what stands for its page; "" masks it. *ret is changed whole or not
 * at all. */
int page_parse(const char *path, const char *text, size_t n, struct page_list *ret, struct error **reterr);
