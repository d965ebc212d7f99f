/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Variables, and recipes filled with them (declared in model/image/recipe.h). */

#include "base/words.h"
#include "model/image/internal.h"

/* The kernel refuses an argument of 128 KiB or more (MAX_ARG_STRLEN), and all together need some room. */
#define FILLED_WORD_MAX (128U * 1024 - 1)
#define FILLED_BYTES_MAX (1024U * 1024)

int variables_set(struct label_list *variables, const char *name, const char *value) {
        size_t length = variable_name_length(name);
        if (length == 0 || name[length])
                return -EINVAL;
        label_list_set(variables, name, value);
        return 0;
}

void variables_set_known(struct label_list *variables, const char *name, const char *image) {
        static const char *const folders[][2] = {
                { "CONFDIR", "/etc/" }, { "LOGDIR", "/var/log/" }, { "DATADIR", "/var/lib/" }
        };
        label_list_set(variables, "NAME", name);
        label_list_set(variables, "IMAGE", image);
        label_list_set(variables, "HOST", "/host");
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", folders[i][1], name);
                label_list_set(variables, folders[i][0], path);
        }
}

/* ---- filling in ---- */

struct fill {
        const struct recipe *recipe;
        const struct label_list *variables;
        struct finding_list *findings;
        char **argv;
        size_t words, bytes;    /* from the label, so far */
        size_t word;            /* the current word of the label, from 1 */
        char **undefined;       /* already reported: each is one finding */
        struct word_origin *origins;
        bool hole;              /* a variable of the current word has no value */
        bool full;
};

static void report_undefined(struct fill *f, const char *name) {
        f->hole = true;
        if (strv_contains(f->undefined, name))
                return;
        strv_add(&f->undefined, name);
        finding_report_at(f->findings, "undefined-variable", f->recipe->where, f->word,
                          "The variable %s has no value", name);
}

static void add_word_text(struct fill *f, const struct word *w, unsigned depth, struct str *out);

static void add_variable(struct fill *f, const struct piece *piece, unsigned depth, struct str *out) {
        const char *value = label_list_get(f->variables, piece->text);
        if (!str_empty(value) || (value && !piece->fallback))
                str_add(out, value);
        else if (piece->fallback && depth >= FALLBACK_DEPTH_MAX)
                str_add(out, piece->fallback);
        else if (piece->fallback) {
                const char *trouble;
                _cleanup_(word_done) struct word inner = word_parse(piece->fallback, &trouble);
                add_word_text(f, &inner, depth + 1, out);
        } else if (!variable_holds_several(piece->text))
                report_undefined(f, piece->text);
}

/* The value for a bare placeholder at the end of literal text: the word is exactly NAME or IMAGE, or ends in
 * =NAME or =IMAGE. *ret_keep: the length of the text that stays. */
static const char *bare_placeholder(const struct fill *f, const char *text, bool whole, size_t *ret_keep) {
        static const char *const names[] = { "NAME", "IMAGE" };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                const char *at = str_ends(text, names[i]);
                if (at && (at > text ? at[-1] == '=' : whole)) {
                        *ret_keep = (size_t) (at - text);
                        return label_list_get(f->variables, names[i]);
                }
        }
        return NULL;
}

static void add_word_text(struct fill *f, const struct word *w, unsigned depth, struct str *out) {
        for (size_t i = 0; i < w->n && out->length <= FILLED_WORD_MAX; i++) {
                const struct piece *piece = &w->pieces[i];
                size_t keep = 0;
                const char *bare = depth == 0 && !piece->variable && i + 1 == w->n
                                           ? bare_placeholder(f, piece->text, w->n == 1, &keep)
                                           : NULL;
                if (bare) {
                        str_add_bytes(out, piece->text, keep);
                        str_add(out, bare);
                } else if (piece->variable)
                        add_variable(f, piece, depth, out);
                else
                        str_add(out, piece->text);
        }
}

static void add_filled(struct fill *f, const char *text) {
        size_t n = strlen(text);
        if (f->full)
                return;
        f->full = n > FILLED_WORD_MAX || f->words >= RECIPE_FILLED_MAX || f->bytes + n > FILLED_BYTES_MAX;
        if (f->full) {
                finding_report_at(f->findings, "label-too-long", f->recipe->where, f->word,
                                  "Filled in, the command is longer than a program can be given");
                return;
        }
        room_for_one((void **) &f->origins, f->words, sizeof *f->origins);
        f->origins[f->words++] = (struct word_origin) { .word = f->word, .hole = f->hole };
        f->bytes += n;
        strv_add(&f->argv, text);
}

/* $OPT1 and the like as a whole word: as many words as the user gave. */
static void fill_several(struct fill *f, const char *name, const char *text) {
        _cleanup_strv_ char **words = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (words_split(text, &words, &e) < 0) {
                finding_report_at(f->findings, "unbalanced-quote", f->recipe->where, f->word,
                                  "%s cannot be split into words: %s", name, e->message);
                add_filled(f, text);
        }
        for (char **word = words; word && *word; word++)
                add_filled(f, *word);
}

/* A word of only OPT variables that are all empty vanishes: "$OPT1$OPT2". */
static bool only_options(const struct word *w) {
        for (size_t i = 0; i < w->n; i++)
                if (!w->pieces[i].variable || !variable_holds_several(w->pieces[i].text))
                        return false;
        return w->n > 0;
}

static void fill_word(struct fill *f, const struct word *w) {
        _cleanup_str_ struct str text = {};
        f->hole = false;
        add_word_text(f, w, 0, &text);
        if (text.length == 0 && only_options(w))
                return;
        str_add(&text, "");
        if (w->several)
                fill_several(f, w->pieces[0].text, text.text);
        else
                add_filled(f, text.text);
}

char **recipe_fill(const struct recipe *recipe, const struct label_list *variables, char *const *arguments,
                   struct finding_list *findings, struct word_origin **ret_origins) {
        struct fill f = {
                .recipe = recipe, .variables = variables, .findings = findings, .argv = strv_copy(NULL)
        };
        for (size_t i = 0; i < recipe->n; i++) {
                f.word = i + 1;
                fill_word(&f, &recipe->words[i]);
        }
        strv_free(f.undefined);
        strv_extend(&f.argv, arguments);
        for (size_t n = strv_length(f.argv); ret_origins && f.words < n; f.words++) {
                room_for_one((void **) &f.origins, f.words, sizeof *f.origins);
                f.origins[f.words] = (struct word_origin) {};
        }
        if (ret_origins)
                *ret_origins = TAKE(f.origins);
        free(f.origins);
        return f.argv;
}

bool recipe_word_names(const struct recipe *recipe, size_t word, const char *variable) {
        const struct word *w = word >= 1 && word <= recipe->n ? &recipe->words[word - 1] : NULL;
        for (size_t i = 0; w && i < w->n; i++) {
                const char *bare = w->pieces[i].variable ? NULL : str_ends(w->pieces[i].text, variable);
                if ((w->pieces[i].variable && str_equal(w->pieces[i].text, variable)) ||
                    (bare && (bare == w->pieces[i].text || bare[-1] == '=')))
                        return true;
        }
        return false;
}
