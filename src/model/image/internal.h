/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal to recipe.c and fill.c. */

#include "model/image/recipe.h"

/* The depth to which ${A:-${B:-…}} is followed. */
#define FALLBACK_DEPTH_MAX 4U

/* A label above this many bytes is odd (the longest real one has 2.5 kB); above LABEL_VALUE_MAX, refused. */
#define LABEL_LONG (8U * 1024)

/* Finds the variables of one unquoted word; the rest stays literal. *ret_trouble is the first "${" (in text)
 * that is never closed or holds anything but NAME and NAME:-text, else NULL. */
struct word word_parse(const char *text, const char **ret_trouble);
void word_done(struct word *w);
