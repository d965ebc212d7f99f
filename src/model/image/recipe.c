/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/recipe.h"

#include "base/words.h"
#include "model/image/internal.h"

void word_done(struct word *w) {
        for (size_t i = 0; i < w->n; i++) {
                free(w->pieces[i].text);
                free(w->pieces[i].fallback);
        }
        free(w->pieces);
        *w = (struct word) {};
}

struct recipe *recipe_free(struct recipe *recipe) {
        if (!recipe)
                return NULL;
        for (size_t i = 0; i < recipe->n; i++)
                word_done(&recipe->words[i]);
        free(recipe->words);
        free(recipe->where);
        free(recipe->text);
        free(recipe);
        return NULL;
}

/* ---- the variables of a word ---- */

/* The brace that closes "${…" whose inside begins at s, or NULL; nested variables have their own braces. */
static const char *closing_brace(const char *s) {
        for (size_t depth = 0; *s; s++)
                if (s[0] == '$' && s[1] == '{')
                        depth++;
                else if (*s == '}' && depth-- == 0)
                        return s;
        return NULL;
}

/* Takes the strings, also on failure. */
static int add_piece(struct word *w, bool variable, char *text, char *fallback) {
        struct piece *bigger = text ? xreallocarray(w->pieces, w->n + 1, sizeof *bigger) : NULL;
        if (!bigger) {
                free(text);
                free(fallback);
                return -ENOMEM;
        }
        w->pieces = bigger;
        w->pieces[w->n++] = (struct piece) { .variable = variable, .text = text, .fallback = fallback };
        return 0;
}

static int flush_literal(struct word *w, struct str *literal) {
        if (literal->length == 0)
                return 0;
        return add_piece(w, false, str_take(literal), NULL);
}

/* The text at a "$": a variable (then *ret_next is behind it), or none. */
struct dollar {
        const char *name;
        size_t n;                       /* 0: not a variable */
        const char *fallback;           /* NULL: none */
        size_t fallback_n;
        const char *next;
        bool trouble;                   /* "${" with content that fairlead does not expand */
};

static struct dollar read_dollar(const char *at) {
        if (at[1] != '{') {
                size_t n = variable_name_length(at + 1);
                return (struct dollar) { .name = at + 1, .n = n, .next = at + 1 + n };
        }
        const char *name = at + 2, *close = closing_brace(name);
        size_t n = variable_name_length(name);
        if (!close)
                return (struct dollar) { .trouble = true };
        if (n > 0 && name + n == close)
                return (struct dollar) { .name = name, .n = n, .next = close + 1 };
        if (n > 0 && strncmp(name + n, ":-", 2) == 0) {
                const char *text = name + n + 2;
                return (struct dollar) { .name = name, .n = n, .next = close + 1,
                                         .fallback = text, .fallback_n = (size_t) (close - text) };
        }
        /* ${} and ${1} stay as they are; ${X#y}, ${X:=y} and the like are a shell's. */
        return (struct dollar) { .trouble = n > 0 };
}

int word_parse(const char *text, struct word *ret, const char **ret_trouble) {
        _cleanup_str_ struct str literal = {};
        *ret_trouble = NULL;

        for (const char *s = text; *s;) {
                struct dollar d = *s == '$' ? read_dollar(s) : (struct dollar) {};
                if (d.trouble && !*ret_trouble)
                        *ret_trouble = s;
                if (d.n == 0) {
                        /* The second "$" of "$$" does not begin a variable. */
                        size_t n = s[0] == '$' && s[1] == '$' ? 2 : 1;
                        str_add_bytes(&literal, s, n);
                        s += n;
                        continue;
                }
                int r = flush_literal(ret, &literal);
                if (r >= 0)
                        r = add_piece(ret, true, xstrndup(d.name, d.n),
                                      d.fallback ? xstrndup(d.fallback, d.fallback_n) : NULL);
                if (r < 0)
                        return r;
                if (d.fallback && !ret->pieces[ret->n - 1].fallback)
                        return -ENOMEM;
                s = d.next;
        }
        int r = flush_literal(ret, &literal);
        if (r >= 0)
                ret->several =
                        ret->n == 1 && ret->pieces[0].variable && variable_holds_several(ret->pieces[0].text);
        return r;
}

/* ---- the words of a label ---- */

struct parse {
        struct recipe *recipe;
        struct finding_list *findings;
        struct str text;        /* the current word, unquoted */
        struct str how;         /* for each of its bytes an enum quote */
        bool begun, quoted;
        bool too_long;          /* already reported */
        unsigned open_commands; /* "$(" without ")" so far: its ")" is not reported again */
};

static void parse_done(struct parse *p) {
        recipe_free(p->recipe);
        str_done(&p->text);
        str_done(&p->how);
}

static const char *recipe_place(const struct parse *p, char buffer[static FINDING_PLACE_MAX]) {
        return finding_place(buffer, p->recipe->where, p->recipe->n + 1);
}

static enum quote how_at(const struct parse *p, size_t i) {
        return i < p->how.length ? (enum quote) p->how.text[i] : QUOTE_NONE;
}

/* Whether a shell would see "$(" or a back-tick here: not in single quotes, not after a backslash. */
static bool shell_expands(const struct parse *p, size_t i) {
        return how_at(p, i) == QUOTE_NONE || how_at(p, i) == QUOTE_DOUBLE;
}

/* The length of the shell operator at byte i of the word, or 0. A run of one character ("&&") is one. */
static size_t shell_operator(struct parse *p, size_t i) {
        const char *text = p->text.text;
        if (text[i] == '`' && shell_expands(p, i))
                return 1;
        if (text[i] == '$' && text[i + 1] == '(' && shell_expands(p, i) && shell_expands(p, i + 1)) {
                p->open_commands++;
                return 2;
        }
        if (how_at(p, i) != QUOTE_NONE || !strchr(";|&<>()", text[i]))
                return 0;
        if (text[i] == ')' && p->open_commands > 0) {
                p->open_commands--;
                return 0;
        }
        size_t n = 1;
        while (text[i + n] == text[i] && how_at(p, i + n) == QUOTE_NONE)
                n++;
        return n;
}

/* Shell syntax that the label's author expected to work, but that nothing executes. */
static int check_shell(struct parse *p) {
        char where[FINDING_PLACE_MAX];
        size_t braces = 0;      /* inside ${X:-…} a shell takes operators literally */

        for (size_t i = 0; i < p->text.length; i++) {
                const char *at = p->text.text + i;
                if (at[0] == '$' && at[1] == '{')
                        braces++;
                else if (*at == '}' && braces > 0)
                        braces--;
                size_t n = braces == 0 ? shell_operator(p, i) : 0;
                if (n == 0)
                        continue;
                int r = finding_report(p->findings, "shell-syntax", recipe_place(p, where),
                                       "\"%.*s\" is shell syntax, and no shell reads this label", (int) n,
                                       at);
                if (r < 0)
                        return r;
                i += n - 1;
        }
        return 0;
}

/* A shell would expand "~" and "*" as well, but as plain text they are harmless: reported, not refused. */
static int recipe_check_pattern(struct parse *p) {
        char where[FINDING_PLACE_MAX];
        for (size_t i = 0; i < p->text.length; i++) {
                const char *at = p->text.text + i;
                bool home = *at == '~' && (i == 0 || strchr("=:", at[-1])) && (!at[1] || strchr("/:", at[1]));
                if (how_at(p, i) == QUOTE_NONE && (home || *at == '*'))
                        return finding_report(p->findings, "shell-pattern", recipe_place(p, where),
                                              "\"%c\" stays as it is: no shell expands it", *at);
        }
        return 0;
}

static int check_blanks(struct parse *p) {
        char where[FINDING_PLACE_MAX];
        if (p->text.length == 0 || !strpbrk(p->text.text, "\t\n"))
                return 0;
        return finding_report(p->findings, "odd-blank", recipe_place(p, where),
                              "A word holds a tab or a line break inside quotes");
}

static int report_too_long(struct parse *p, const char *what, unsigned most) {
        char where[FINDING_PLACE_MAX];
        if (p->too_long)
                return 0;
        p->too_long = true;
        return finding_report(p->findings, "label-too-long", recipe_place(p, where),
                              "%s (at most %u are read)", what, most);
}

/* Takes w, also on failure. */
static int recipe_take(struct recipe *recipe, struct word *w) {
        if (!room_for_one((void **) &recipe->words, recipe->n, sizeof *recipe->words)) {
                word_done(w);
                return -ENOMEM;
        }
        recipe->words[recipe->n++] = *w;
        return 0;
}

static int recipe_finish_word(struct parse *p) {
        char where[FINDING_PLACE_MAX];
        struct word w = { .quoted = p->quoted };
        const char *trouble;
        int r;

        if (!p->begun)
                return 0;
        str_add(&p->text, "");          /* so that an empty word has a text as well */
        if ((r = check_shell(p)) < 0 || (r = recipe_check_pattern(p)) < 0 || (r = check_blanks(p)) < 0)
                return r;
        r = word_parse(p->text.text, &w, &trouble);
        if (r >= 0 && trouble)
                r = finding_report(p->findings, "variable-syntax", recipe_place(p, where),
                                   "\"%.24s\" is not a variable that can be filled in", trouble);
        if (r < 0) {
                word_done(&w);
                return r;
        }
        str_cut(&p->text, 0);
        str_cut(&p->how, 0);
        p->begun = p->quoted = false;
        return recipe_take(p->recipe, &w);
}

static int take_byte(struct parse *p, char byte, enum quote how) {
        p->begun = true;
        if (how != QUOTE_NONE)
                p->quoted = true;
        if (p->text.length >= RECIPE_WORD_BYTES_MAX)
                return report_too_long(p, "A word is too long", RECIPE_WORD_BYTES_MAX);
        str_add_char(&p->text, byte);
        str_add_char(&p->how, (char) how);
        return 0;
}

static int report_unbalanced(struct parse *p, enum quote how) {
        char where[FINDING_PLACE_MAX];
        return finding_report(p->findings, "unbalanced-quote", recipe_place(p, where), "%s",
                              how == QUOTE_BACKSLASH ? "The label ends in a backslash that stands before "
                                                       "nothing"
                              : how == QUOTE_SINGLE  ? "A single quote is opened and never closed"
                                                     : "A double quote is opened and never closed");
}

/* The words, up to the end, a ceiling or an open quote. */
static int recipe_read_words(struct parse *p) {
        struct words_scan scan = { .at = p->recipe->text };
        for (;;) {
                char byte = '\0';
                int event = words_scan_next(&scan, &byte), r = 0;
                if (event < 0)
                        return report_unbalanced(p, scan.how);
                if (p->recipe->n >= RECIPE_WORDS_MAX && event != WORDS_GAP && event != WORDS_END)
                        return report_too_long(p, "The label has too many words", RECIPE_WORDS_MAX);
                if (event == WORDS_BYTE)
                        r = take_byte(p, byte, scan.how);
                else if (event == WORDS_QUOTE)
                        p->begun = p->quoted = true;
                else
                        r = recipe_finish_word(p);
                if (r < 0 || event == WORDS_END)
                        return r;
        }
}

static int check_size(struct parse *p) {
        size_t n = strlen(p->recipe->text);
        if (n > LABEL_VALUE_MAX) {
                p->too_long = true;
                return finding_report(p->findings, "label-too-long", p->recipe->where,
                                      "The label has more than %u bytes", LABEL_VALUE_MAX);
        }
        if (n > LABEL_LONG)
                return finding_report(p->findings, "label-long", p->recipe->where,
                                      "The label has %zu bytes, far more than a command needs", n);
        return 0;
}

int recipe_parse(const char *where, const char *text, struct recipe **ret, struct finding_list *findings) {
        _cleanup_(parse_done) struct parse p = { .recipe = new0(struct recipe),
                                                 .findings = findings };
        int r;

        p.recipe->where = xstrdup(where);
        p.recipe->text = xstrdup(text);
        if ((r = check_size(&p)) < 0 || (r = recipe_check_characters(p.recipe, findings)) < 0 ||
            (r = recipe_read_words(&p)) < 0)
                return r;
        if (p.recipe->n == 0 && p.recipe->text[strspn(p.recipe->text, " \t\n")] == '\0')
                r = finding_report(findings, "empty-label", where, "The label %s holds no command", where);
        if (r < 0)
                return r;
        *ret = TAKE(p.recipe);
        return 0;
}

/* ---- unknown variables ---- */

static int add_unknown(const struct word *w, unsigned depth, char ***names) {
        for (size_t i = 0; i < w->n; i++) {
                const struct piece *piece = &w->pieces[i];
                if (!piece->variable)
                        continue;
                if (!variable_is_known(piece->text) && !strv_contains(*names, piece->text)) {
                        strv_add(names, piece->text);
                }
                if (!piece->fallback || depth >= FALLBACK_DEPTH_MAX)
                        continue;
                struct word inner = {};
                const char *trouble;
                int r = word_parse(piece->fallback, &inner, &trouble);
                if (r >= 0)
                        r = add_unknown(&inner, depth + 1, names);
                word_done(&inner);
                if (r < 0)
                        return r;
        }
        return 0;
}

int recipe_unknown(const struct recipe *recipe, char ***ret) {
        _cleanup_strv_ char **names = strv_copy(NULL);
        for (size_t i = 0; i < recipe->n; i++) {
                int r = add_unknown(&recipe->words[i], 0, &names);
                if (r < 0)
                        return r;
        }
        *ret = TAKE(names);
        return 0;
}
