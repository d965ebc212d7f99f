/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A manifest as text, for the snapshot folder of a job: a head line, a line for each entry, and an end line
 * with their number, which shows a truncated file. Pure. */

#include "model/job/changes.h"

#define MANIFEST_BYTES_MAX (64U * 1024 * 1024)
#define MANIFEST_ENTRIES_MAX 200000U

/* The caller frees. */
char *manifest_format(const struct manifest *m);

/* The inverse. Any bytes are safe; -EINVAL with a sentence and the line for text that manifest_format() does
 * not write: a path that is not absolute or holds "." or "..", entries out of order, truncation. The result
 * is sorted. */
int manifest_parse(const char *text, size_t n, struct manifest *ret, struct error **reterr);
