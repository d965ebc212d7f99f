/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Inside of recipe.c and fill.c: what both know about variables and characters. */

#include <stdbool.h>
#include <stddef.h>

#include "model/finding/finding.h"
#include "model/image/recipe.h"

/* How deep ${A:-${B:-…}} is followed. */
#define FALLBACK_DEPTH_MAX 4U

/* A label above this many bytes is odd (the longest real one known has 2.5 kB); above LABEL_VALUE_MAX it is
 * refused.
 */
#define LABEL_LONG (8U * 1024)

/* The length of the variable name ([A-Za-z_][A-Za-z0-9_]*) at s, or 0. */
size_t variable_name_length(const char *s);

/* Is it one of the names of DESIGN.md section 5 step 2? */
bool variable_is_known(const char *name);

/* OPT1, OPT2, OPT3, RUN_OPTS: empty when nobody gave them, split into words when they stand alone. */
bool variable_holds_several(const char *name);

/* Findings about bytes that cannot be shown as they are, or that hide: "control-character",
 * "invisible-character", "odd-blank", "not-utf8". */
int recipe_check_characters(const struct recipe *recipe, struct finding_list *findings);
