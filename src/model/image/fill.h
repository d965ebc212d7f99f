/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal to recipe.c and fill.c: variables and characters. */

#include <stdbool.h>
#include <stddef.h>

#include "model/finding/finding.h"
#include "model/image/recipe.h"

/* The depth to which ${A:-${B:-…}} is followed. */
#define FALLBACK_DEPTH_MAX 4U

/* A label above this many bytes is odd (the longest real one has 2.5 kB); above LABEL_VALUE_MAX, refused. */
#define LABEL_LONG (8U * 1024)

/* The length of the variable name ([A-Za-z_][A-Za-z0-9_]*) at s, or 0. */
size_t variable_name_length(const char *s);

/* Whether fairlead defines the variable (NAME, IMAGE, HOST, OPT1, …). */
bool variable_is_known(const char *name);

/* OPT1, OPT2, OPT3, RUN_OPTS: empty by default, split into words as a whole word. */
bool variable_holds_several(const char *name);

/* Findings about bytes that are hidden or cannot be shown unchanged: "control-character",
 * "invisible-character", "odd-blank", "not-utf8". */
int recipe_check_characters(const struct recipe *recipe, struct finding_list *findings);
