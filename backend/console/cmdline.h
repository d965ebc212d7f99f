/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel's command line, as systemd reads it: words in double quotes, "-" and "_" of a key are the same
 * letter, and of a key that stands twice the last one counts. */

#include "base/base.h"

/* The words of root's /proc/cmdline. The caller frees. */
char **cmdline_read(const char *root);
char **cmdline_split(const char *text);

/* The value behind "KEY=", "" for KEY alone; NULL: it is not there. Lent by the words. */
const char *cmdline_value(char *const *words, const char *key);

/* All values of a key that may stand several times, each with commas in it or not, in their order. The caller
 * frees. */
char **cmdline_list(char *const *words, const char *key);

/* Whether the value is one of systemd's words for no: 0, n, no, f, false, off. NULL is not. */
bool cmdline_is_no(const char *value);
