/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/label-changes.h"

#include "base/words.h"
#include "model/image/recipe.h"

static const char *const difference_names[_DIFFERENCE_MAX] = {
        [DIFFERENCE_SAME] = "same", [DIFFERENCE_CHANGED] = "changed",
        [DIFFERENCE_ADDED] = "added", [DIFFERENCE_REMOVED] = "removed",
};
DEFINE_NAMES(difference, enum difference)

void label_list_of(const struct image *image, struct label_list *ret) {
        for (enum command_label which = 0; which < _COMMAND_LABEL_MAX; which++) {
                const struct label *label = label_find(image, which, NULL);
                if (label)
                        label_list_set(ret, command_label_name(which), label->value);
        }
}

/* ---- words ---- */

/* The words of a label. Unbalanced quotes (the plan refuses them anyway) split at blanks, for display. */
static char **words_of(const char *text) {
        char **words = NULL;
        if (text && words_split(text, &words, NULL) < 0)
                words = strv_split(text, " \t\r\n");
        return words;
}

static void add_word(struct label_change *change, enum difference difference, const char *word) {
        room_for_one((void **) &change->words, change->n, sizeof *change->words);
        change->words[change->n++] = (struct word_change) { difference, word_quote(word) };
}

/* longest[i * (nb + 1) + j]: the number of words that a[i…] and b[j…] have in common, in order. */
static uint16_t *common_lengths(char *const *a, size_t na, char *const *b, size_t nb) {
        uint16_t *longest = xcalloc((na + 1) * (nb + 1), sizeof *longest);
        for (size_t i = na; i-- > 0;)
                for (size_t j = nb; j-- > 0;) {
                        uint16_t *here = longest + i * (nb + 1) + j;
                        uint16_t down = here[nb + 1], right = here[1];
                        *here = strcmp(a[i], b[j]) == 0 ? here[nb + 2] + 1 : down > right ? down : right;
                }
        return longest;
}

/* A label of 64 KiB can have too many words for a table of all pairs; a plan limits them. */
#define COMPARED_MAX (2 * RECIPE_WORDS_MAX)

/* NULL: the label does not exist on this side. */
static void compare_texts(const char *before, const char *after, struct label_change *change) {
        _cleanup_strv_ char **a = words_of(before), **b = words_of(after);
        size_t na = strv_length(a), nb = strv_length(b);
        change->difference = !before            ? DIFFERENCE_ADDED
                             : !after           ? DIFFERENCE_REMOVED
                             : strv_equal(a, b) ? DIFFERENCE_SAME
                                                : DIFFERENCE_CHANGED;
        if (change->difference == DIFFERENCE_SAME)
                return;
        bool few = na <= COMPARED_MAX && nb <= COMPARED_MAX;
        _cleanup_free_ uint16_t *longest = few ? common_lengths(a, na, b, nb) : NULL;
        for (size_t i = 0, j = 0; i < na || j < nb;) {
                const uint16_t *here = few ? longest + i * (nb + 1) + j : NULL;
                if (few && i < na && j < nb && strcmp(a[i], b[j]) == 0) {
                        add_word(change, DIFFERENCE_SAME, a[i++]);
                        j++;
                } else if (j == nb || (i < na && (!few || here[nb + 1] >= here[1])))
                        add_word(change, DIFFERENCE_REMOVED, a[i++]);
                else
                        add_word(change, DIFFERENCE_ADDED, b[j++]);
        }
}

/* ---- labels ---- */

void label_changes_done(struct label_changes *changes) {
        for (size_t i = 0; i < changes->n; i++) {
                struct label_change *change = &changes->items[i];
                for (size_t k = 0; k < change->n; k++)
                        free(change->words[k].word);
                FREE_ALL(change->words, change->key);
        }
        free(changes->items);
        *changes = (struct label_changes) {};
}

struct label_changes label_changes_make(const struct label_list *before, const struct label_list *after) {
        struct label_changes changes = { .items = xcalloc(before->n + after->n + 1, sizeof *changes.items) };
        for (size_t i = 0, j = 0; i < before->n || j < after->n;) {
                const struct label *b = i < before->n ? &before->items[i] : NULL,
                                   *a = j < after->n ? &after->items[j] : NULL;
                int order = !b ? 1 : !a ? -1 : strcmp(b->key, a->key);
                struct label_change *change = &changes.items[changes.n++];
                change->key = xstrdup(order <= 0 ? b->key : a->key);
                compare_texts(order <= 0 ? b->value : NULL, order >= 0 ? a->value : NULL, change);
                i += order <= 0;
                j += order >= 0;
        }
        return changes;
}

char *label_change_text(const struct label_change *change) {
        static const char *const brackets[_DIFFERENCE_MAX][2] = {
                [DIFFERENCE_SAME] = { "", "" },
                [DIFFERENCE_ADDED] = { "{+", "+}" },
                [DIFFERENCE_REMOVED] = { "[-", "-]" },
        };
        _cleanup_str_ struct str text = {};
        for (size_t i = 0; i < change->n; i++) {
                enum difference now = change->words[i].difference;
                bool first = i == 0 || change->words[i - 1].difference != now;
                bool last = i + 1 == change->n || change->words[i + 1].difference != now;
                str_addf(&text, "%s%s%s%s", i ? " " : "", first ? brackets[now][0] : "",
                         change->words[i].word, last ? brackets[now][1] : "");
        }
        return str_take(&text);
}
