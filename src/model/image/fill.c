/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Variables, and recipes filled with them (declared in model/image/recipe.h). */

#include "model/image/internal.h"

#include "base/words.h"

/* The kernel refuses an argument of 128 KiB or more (MAX_ARG_STRLEN), and all together need some room. */
#define FILLED_WORD_MAX (128U * 1024 - 1)
#define FILLED_BYTES_MAX (1024U * 1024)

struct fill {
        const struct recipe *recipe;
        const struct variables *variables;
        struct finding_list *findings;
        char **argv;
        size_t words, bytes;    /* from the label, so far */
        size_t word;            /* the current word of the label, from 1 */
        char **undefined;       /* already reported: each is one finding */
        bool full;
};

static void fill_done(struct fill *f) {
        strv_free(f->argv);
        strv_free(f->undefined);
}

static int report_undefined(struct fill *f, const char *name) {
        char where[FINDING_PLACE_MAX];
        if (strv_contains(f->undefined, name))
                return 0;
        strv_add(&f->undefined, name);
        return finding_report(f->findings, "undefined-variable",
                              finding_place(where, f->recipe->where, f->word), "The variable %s has no value",
                              name);
}

static int add_word_text(struct fill *f, const struct word *w, unsigned depth, struct str *out);

static int add_variable(struct fill *f, const struct piece *piece, unsigned depth, struct str *out) {
        const char *value = variables_get(f->variables, piece->text);
        if (!str_empty(value) || (value && !piece->fallback)) {
                str_add(out, value);
                return 0;
        }
        if (piece->fallback && depth >= FALLBACK_DEPTH_MAX) {
                str_add(out, piece->fallback);
                return 0;
        }
        if (piece->fallback) {
                struct word inner = {};
                const char *trouble;
                int r = word_parse(piece->fallback, &inner, &trouble);
                if (r >= 0)
                        r = add_word_text(f, &inner, depth + 1, out);
                word_done(&inner);
                return r;
        }
        return variable_holds_several(piece->text) ? 0 : report_undefined(f, piece->text);
}

/* The value for a bare placeholder at the end of literal text: the word is exactly NAME or IMAGE, or ends in
 * =NAME or =IMAGE. *ret_keep: the length of the text that stays. */
static const char *bare_placeholder(const struct fill *f, const char *text, bool whole, size_t *ret_keep) {
        static const char *const names[] = { "NAME", "IMAGE" };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                const char *at = str_ends(text, names[i]);
                if (at && (at > text ? at[-1] == '=' : whole)) {
                        *ret_keep = (size_t) (at - text);
                        return variables_get(f->variables, names[i]);
                }
        }
        return NULL;
}

static int add_word_text(struct fill *f, const struct word *w, unsigned depth, struct str *out) {
        for (size_t i = 0; i < w->n && out->length <= FILLED_WORD_MAX; i++) {
                const struct piece *piece = &w->pieces[i];
                size_t keep = 0;
                const char *bare = depth == 0 && !piece->variable && i + 1 == w->n
                                           ? bare_placeholder(f, piece->text, w->n == 1, &keep)
                                           : NULL;
                if (bare) {
                        str_add_bytes(out, piece->text, keep);
                        str_add(out, bare);
                } else if (!piece->variable)
                        str_add(out, piece->text);
                else {
                        int r = add_variable(f, piece, depth, out);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

/* Adds a word to the command; takes text, also on failure. */
static int take_word(struct fill *f, char *text) {
        char where[FINDING_PLACE_MAX];
        size_t n = strlen(text);
        if (f->full || n > FILLED_WORD_MAX || f->words >= RECIPE_FILLED_MAX ||
            f->bytes + n > FILLED_BYTES_MAX) {
                free(text);
                if (f->full)
                        return 0;
                f->full = true;
                return finding_report(f->findings, "label-too-long",
                                      finding_place(where, f->recipe->where, f->word),
                                      "Filled in, the command is longer than a program can be given");
        }
        f->words++;
        f->bytes += n;
        return strv_take(&f->argv, text);
}

/* $OPT1 and the like as a whole word: as many words as the user gave. */
static int fill_several(struct fill *f, const char *name, const char *text) {
        char where[FINDING_PLACE_MAX];
        _cleanup_strv_ char **words = NULL;
        _cleanup_error_ struct error *e = NULL;

        if (!*text)
                return 0;
        int r = words_split(text, &words, &e);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                r = finding_report(
                        f->findings, "unbalanced-quote", finding_place(where, f->recipe->where, f->word),
                        "%s cannot be split into words: %s", name, e ? e->message : "it is not right");
                return r < 0 ? r : take_word(f, xstrdup(text));
        }
        for (size_t i = 0; words[i] && r >= 0; i++)
                r = take_word(f, xstrdup(words[i]));
        return r;
}

/* A word of only OPT variables that are all empty vanishes: "$OPT1$OPT2". */
static bool only_options(const struct word *w) {
        for (size_t i = 0; i < w->n; i++)
                if (!w->pieces[i].variable || !variable_holds_several(w->pieces[i].text))
                        return false;
        return w->n > 0;
}

static int fill_word(struct fill *f, const struct word *w) {
        _cleanup_str_ struct str text = {};
        int r = add_word_text(f, w, 0, &text);
        if (r < 0)
                return r;
        if (text.length == 0 && only_options(w))
                return 0;
        if (w->several) {
                str_add(&text, "");
                return fill_several(f, w->pieces[0].text, text.text);
        }
        return take_word(f, str_take(&text));
}

int recipe_fill(const struct recipe *recipe, const struct variables *v, char *const *arguments, char ***ret,
                struct finding_list *findings) {
        _cleanup_(fill_done) struct fill f = {
                .recipe = recipe, .variables = v, .findings = findings, .argv = strv_copy(NULL)
        };
        for (size_t i = 0; i < recipe->n; i++) {
                f.word = i + 1;
                int r = fill_word(&f, &recipe->words[i]);
                if (r < 0)
                        return r;
        }
        strv_extend(&f.argv, arguments);
        *ret = TAKE(f.argv);
        return 0;
}
