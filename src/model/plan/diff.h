/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A unified diff of two texts. Pure. */

#include "base/base.h"

#define DIFF_BYTES_MAX (1024U * 1024)   /* of each text: longer ones are not compared */

/* Whether it is text with lines: UTF-8 or another 8-bit code without NUL bytes. */
bool diff_is_text(const char *bytes, size_t n);

/* The hunks with three lines around each, below "--- " and "+++ " lines with the names; "": equal. The caller
 * frees; NULL when a text is longer than DIFF_BYTES_MAX. Texts with very little in
 * common are shown as all lines of one replaced by all of the other. */
char *diff_unified(const char *old_name, const char *old, size_t old_n, const char *new_name, const char *new,
                   size_t new_n);
