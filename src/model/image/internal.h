/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal to recipe.c, fill.c and characters.c. */

#include "model/finding/finding.h"
#include "model/image/recipe.h"

/* The depth to which ${A:-${B:-…}} is followed. */
#define FALLBACK_DEPTH_MAX 4U

/* A label above this many bytes is odd (the longest real one has 2.5 kB); above LABEL_VALUE_MAX, refused. */
#define LABEL_LONG (8U * 1024)

/* Findings about bytes that are hidden or cannot be shown unchanged: "control-character",
 * "invisible-character", "odd-blank", "not-utf8". */
int recipe_check_characters(const struct recipe *recipe, struct finding_list *findings);
