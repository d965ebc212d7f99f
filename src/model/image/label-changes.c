/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/label-changes.h"

#include "base/words.h"
#include "model/image/recipe.h"

static const char *const difference_names[_DIFFERENCE_MAX] = {
        [DIFFERENCE_SAME] = "same",
        [DIFFERENCE_CHANGED] = "changed",
        [DIFFERENCE_ADDED] = "added",
        [DIFFERENCE_REMOVED] = "removed",
};
DEFINE_NAMES(difference, enum difference)

/* ---- lists ---- */

void label_list_done(struct label_list *list) {
        for (size_t i = 0; i < list->n; i++) {
                free(list->items[i].key);
                free(list->items[i].value);
        }
        free(list->items);
        *list = (struct label_list) {};
}

int label_list_set(struct label_list *list, const char *key, const char *value) {
        size_t at = 0;
        while (at < list->n && strcmp(list->items[at].key, key) < 0)
                at++;
        if (at < list->n && strcmp(list->items[at].key, key) == 0)
                return str_replace(&list->items[at].value, value);
        struct label *items = xreallocarray(list->items, list->n + 1, sizeof *items);
        list->items = items;
        struct label new = { xstrdup(key), xstrdup(value) };
        if (!new.key || !new.value) {
                free(new.key);
                free(new.value);
                return -ENOMEM;
        }
        memmove(items + at + 1, items + at, (list->n - at) * sizeof *items);
        items[at] = new;
        list->n++;
        return 0;
}

int label_list_copy(const struct label_list *from, struct label_list *to) {
        struct label_list copy = {};
        for (size_t i = 0; i < from->n; i++)
                if (label_list_set(&copy, from->items[i].key, from->items[i].value) < 0) {
                        label_list_done(&copy);
                        return -ENOMEM;
                }
        label_list_done(to);
        *to = copy;
        return 0;
}

int label_list_of(const struct image *image, struct label_list *ret) {
        for (int which = 0; which < _COMMAND_LABEL_MAX; which++) {
                const char *text = label_find(image, (enum command_label) which, NULL, NULL);
                if (text && label_list_set(ret, command_label_name((enum command_label) which), text) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* ---- words ---- */

/* The words of a label. Unbalanced quotes (the plan refuses them anyway) split at blanks, for display. */
static int label_changes_words_of(const char *text, char ***ret) {
        int r = words_split(text, ret, NULL);
        return r == -ENOMEM ? r : r < 0 ? strv_split(text, " \t\r\n", ret) : 0;
}

static int label_changes_add_word(struct label_change *change, enum difference difference, const char *word) {
        struct word_change *words = xreallocarray(change->words, change->n + 1, sizeof *words);
        change->words = words;
        words[change->n] = (struct word_change) { difference, word_quote(word) };
        return words[change->n++].word ? 0 : -ENOMEM;
}

static int label_changes_add_words(struct label_change *change, enum difference difference,
                                   char *const *words, size_t n) {
        int r = 0;
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = label_changes_add_word(change, difference, words[i]);
        return r;
}

/* longest[i * (nb + 1) + j]: the number of words that a[i…] and b[j…] have in common, in order. */
static uint16_t *common_lengths(char *const *a, size_t na, char *const *b, size_t nb) {
        uint16_t *longest = xcalloc((na + 1) * (nb + 1), sizeof *longest);
        for (size_t i = na; longest && i-- > 0;)
                for (size_t j = nb; j-- > 0;) {
                        uint16_t *here = longest + i * (nb + 1) + j;
                        uint16_t down = here[nb + 1], right = here[1];
                        *here = strcmp(a[i], b[j]) == 0 ? here[nb + 2] + 1 : down > right ? down : right;
                }
        return longest;
}

static int compare_words(char *const *a, size_t na, char *const *b, size_t nb, struct label_change *change) {
        _cleanup_free_ uint16_t *longest = common_lengths(a, na, b, nb);
        size_t i = 0, j = 0;
        int r = 0;
        while (r >= 0 && (i < na || j < nb)) {
                if (i < na && j < nb && strcmp(a[i], b[j]) == 0) {
                        r = label_changes_add_word(change, DIFFERENCE_SAME, a[i]);
                        i++;
                        j++;
                } else if (j == nb ||
                           (i < na && longest[(i + 1) * (nb + 1) + j] >= longest[i * (nb + 1) + j + 1]))
                        r = label_changes_add_word(change, DIFFERENCE_REMOVED, a[i++]);
                else
                        r = label_changes_add_word(change, DIFFERENCE_ADDED, b[j++]);
        }
        return r;
}

/* A label of 64 KiB can have too many words for a table of all pairs; a plan limits them. */
#define COMPARED_MAX (2 * RECIPE_WORDS_MAX)

static int label_changes_compare_texts(const char *before, const char *after, struct label_change *change) {
        _cleanup_strv_ char **a = NULL, **b = NULL;
        int r = label_changes_words_of(before, &a);
        if (r >= 0)
                r = label_changes_words_of(after, &b);
        if (r < 0)
                return r;
        size_t na = strv_length(a), nb = strv_length(b);
        if (na == nb && strv_equal(a, b))
                return 0;
        change->difference = DIFFERENCE_CHANGED;
        if (na <= COMPARED_MAX && nb <= COMPARED_MAX)
                return compare_words(a, na, b, nb, change);
        r = label_changes_add_words(change, DIFFERENCE_REMOVED, a, na);
        return r < 0 ? r : label_changes_add_words(change, DIFFERENCE_ADDED, b, nb);
}

static int one_side(const char *text, enum difference difference, struct label_change *change) {
        _cleanup_strv_ char **words = NULL;
        change->difference = difference;
        int r = label_changes_words_of(text, &words);
        return r < 0 ? r : label_changes_add_words(change, difference, words, strv_length(words));
}

/* ---- labels ---- */

static void label_change_done(struct label_change *change) {
        for (size_t i = 0; i < change->n; i++)
                free(change->words[i].word);
        free(change->words);
        free(change->key);
}

void label_changes_done(struct label_changes *changes) {
        for (size_t i = 0; i < changes->n; i++)
                label_change_done(&changes->items[i]);
        free(changes->items);
        *changes = (struct label_changes) {};
}

static int compare_label(const struct label *before, const struct label *after, struct label_change *change) {
        change->key = xstrdup(before ? before->key : after->key);
        if (before && after)
                return label_changes_compare_texts(before->value, after->value, change);
        return before ? one_side(before->value, DIFFERENCE_REMOVED, change)
                      : one_side(after->value, DIFFERENCE_ADDED, change);
}

int label_changes_make(const struct label_list *before, const struct label_list *after,
                       struct label_changes *ret) {
        struct label_changes changes = { .items = xcalloc(before->n + after->n + 1, sizeof *changes.items) };
        int r = changes.items ? 0 : -ENOMEM;
        for (size_t i = 0, j = 0; r >= 0 && (i < before->n || j < after->n);) {
                const struct label *b = i < before->n ? &before->items[i] : NULL,
                                   *a = j < after->n ? &after->items[j] : NULL;
                int order = !b ? 1 : !a ? -1 : strcmp(b->key, a->key);
                i += order <= 0;
                j += order >= 0;
                r = compare_label(order <= 0 ? b : NULL, order >= 0 ? a : NULL, &changes.items[changes.n++]);
        }
        if (r < 0)
                label_changes_done(&changes);
        else
                *ret = changes;
        return r;
}

char *label_change_text(const struct label_change *change) {
        static const char *const opens[_DIFFERENCE_MAX] = {
                [DIFFERENCE_ADDED] = "{+", [DIFFERENCE_REMOVED] = "[-"
        };
        static const char *const closes[_DIFFERENCE_MAX] = {
                [DIFFERENCE_ADDED] = "+}", [DIFFERENCE_REMOVED] = "-]"
        };
        _cleanup_str_ struct str text = {};
        for (size_t i = 0; i < change->n; i++) {
                enum difference now = change->words[i].difference;
                bool first = i == 0 || change->words[i - 1].difference != now;
                bool last = i + 1 == change->n || change->words[i + 1].difference != now;
                str_addf(&text, "%s%s%s%s", i ? " " : "", first && opens[now] ? opens[now] : "",
                         change->words[i].word, last && closes[now] ? closes[now] : "");
        }
        return str_take(&text);
}
