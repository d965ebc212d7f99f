/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The name that a mistyped word most likely means: "Did you mean install?" */

struct nearest {
        const char *word; /* as it was typed; set by the caller, the rest is zero */
        const char *best; /* lent by the caller; NULL: no candidate is near */
        unsigned distance;
};

/* Keeps the candidate when it is nearer than all before and near enough: it begins with the word, or at most
 * a third of the word's letters are wrong. */
void nearest_offer(struct nearest *n, const char *candidate);

/* ". Did you mean \"install\"?" to end a sentence with, or ""; the caller frees. */
char *nearest_question(const struct nearest *n);

/* Letters to insert, delete, replace, or exchange with their neighbour (optimal string alignment), of the
 * first NEAREST_LETTERS_MAX; case does not count. */
#define NEAREST_LETTERS_MAX 40U
unsigned nearest_distance(const char *a, const char *b);
