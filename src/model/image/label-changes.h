/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command labels of two images compared, word by word, for an upgrade of a service. Pure. */

#include "base/names.h"
#include "model/image/image.h"

/* The labels that label_find() gives for each verb, under the verb's upper-case name. */
void label_list_of(const struct image *image, struct label_list *ret);

enum difference {
        DIFFERENCE_SAME,
        DIFFERENCE_CHANGED,     /* labels only */
        DIFFERENCE_ADDED,
        DIFFERENCE_REMOVED,
        _DIFFERENCE_MAX,
};
DECLARE_NAMES(difference, enum difference);     /* "same", "changed", "added", "removed" */

struct word_change {
        enum difference difference;
        char *word;             /* quoted where POSIX quoting needs it */
};

struct label_change {
        char *key;
        enum difference difference;
        struct word_change *words; /* all words in order, removed ones before their replacement; none if
                                    * unchanged */
        size_t n;
};

struct label_changes {
        struct label_change *items;     /* every label of either side, sorted by key */
        size_t n;
};
void label_changes_done(struct label_changes *changes);

/* Labels with the same words are the same, whatever the blanks between them. */
struct label_changes label_changes_make(const struct label_list *before, const struct label_list *after);

/* The words in a line, as wdiff writes them: "podman run [-old-] {+new+} IMAGE"; runs of one kind share their
 * brackets. The caller frees. */
char *label_change_text(const struct label_change *change);
