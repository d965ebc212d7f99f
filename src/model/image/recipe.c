/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/recipe.h"

#include "base/text.h"
#include "base/words.h"
#include "model/image/internal.h"

void word_done(struct word *w) {
        for (size_t i = 0; i < w->n; i++)
                FREE_ALL(w->pieces[i].text, w->pieces[i].fallback);
        free(w->pieces);
        *w = (struct word) {};
}

struct recipe *recipe_free(struct recipe *recipe) {
        if (!recipe)
                return NULL;
        for (size_t i = 0; i < recipe->n; i++)
                word_done(&recipe->words[i]);
        FREE_ALL(recipe->words, recipe->where, recipe);
        return NULL;
}

/* ---- variables ---- */

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"

size_t variable_name_length(const char *s) {
        return *s >= '0' && *s <= '9' ? 0 : strspn(s, LETTERS "0123456789");
}

bool variable_holds_several(const char *name) {
        return STR_IN_SET(name, "OPT1", "OPT2", "OPT3", "RUN_OPTS");
}

bool variable_is_known(const char *name) {
        return variable_holds_several(name) || STR_IN_SET(name, "NAME", "IMAGE", "PWD", "HOME", "SUDO_UID",
                                                          "SUDO_GID", "CONFDIR", "LOGDIR", "DATADIR", "HOST");
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

static void add_piece(struct word *w, struct piece piece) {
        room_for_one((void **) &w->pieces, w->n, sizeof *w->pieces);
        w->pieces[w->n++] = piece;
}

static void flush_literal(struct word *w, struct str *literal) {
        if (literal->length > 0)
                add_piece(w, (struct piece) { .text = str_take(literal) });
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

struct word word_parse(const char *text, const char **ret_trouble) {
        _cleanup_str_ struct str literal = {};
        struct word w = {};
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
                flush_literal(&w, &literal);
                add_piece(&w, (struct piece) { .variable = true, .text = xstrndup(d.name, d.n),
                                               .fallback = d.fallback ? xstrndup(d.fallback, d.fallback_n)
                                                                      : NULL });
                s = d.next;
        }
        flush_literal(&w, &literal);
        w.several = w.n == 1 && w.pieces[0].variable && variable_holds_several(w.pieces[0].text);
        return w;
}

/* ---- the characters of a label: the text shown must be the text run ---- */

#define REPLACEMENT 0xfffdU

/* Combining marks on one base that the screen shows (text_clean() drops the rest). */
#define MARKS_MAX 2U

/* Blanks of Unicode: they look like the end of a word and are part of it. */
static bool is_odd_blank(unsigned c) {
        return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
               c == 0x2800 || c == 0x3000;
}

enum trouble { NOT_UTF8, CONTROL, ODD_BLANK, INVISIBLE, NO_TROUBLE };
static const char *const troubles[NO_TROUBLE][2] = {
        [NOT_UTF8] = { "not-utf8", "bytes that are not UTF-8" },
        [CONTROL] = { "control-character", "a control character" },
        [ODD_BLANK] = { "odd-blank", "a blank that does not separate words" },
        [INVISIBLE] = { "invisible-character", "a character that hides" },
};

/* marks: the number of combining characters up to this one. */
static enum trouble trouble_of(const char *s, size_t n, unsigned c, unsigned marks) {
        if (c == REPLACEMENT && (n != 3 || memcmp(s, "\xef\xbf\xbd", 3) != 0))
                return NOT_UTF8;
        if (c < 0x20 ? c != '\t' && c != '\n' : c >= 0x7f && c <= 0x9f)
                return CONTROL;
        if (is_odd_blank(c))
                return ODD_BLANK;
        return c >= 0x80 && (text_cells(c) < 0 || marks > MARKS_MAX) ? INVISIBLE : NO_TROUBLE;
}

/* Findings about bytes that are hidden or cannot be shown unchanged: "control-character",
 * "invisible-character", "odd-blank", "not-utf8". */
static void check_characters(const char *where, const char *text, struct finding_list *findings) {
        size_t n = strlen(text);
        bool reported[NO_TROUBLE] = {};         /* each once, at its first place */
        unsigned marks = 0;
        for (size_t at = 0, length; at < n; at += length) {
                unsigned c;
                length = text_decode(text + at, n - at, &c);
                marks = text_cells(c) == 0 ? marks + 1 : 0;
                enum trouble i = trouble_of(text + at, length, c, marks);
                if (i == NO_TROUBLE || reported[i])
                        continue;
                reported[i] = true;
                finding_report(findings, troubles[i][0], where, "The label holds %s, U+%04X at byte %zu",
                               troubles[i][1], c, at + 1);
        }
}

/* ---- the words of a label ---- */

struct parse {
        const char *label;
        struct recipe *recipe;
        struct finding_list *findings;
        struct str text;        /* the current word, unquoted */
        struct str how;         /* for each of its bytes an enum quote */
        bool begun;
        bool too_long;          /* already reported */
        char **operators;       /* of a shell, already reported */
        unsigned open_commands; /* "$(" without ")" so far: its ")" is not reported again */
};

/* At the current word. */
#define recipe_report(p, id, ...) \
        finding_report_at((p)->findings, id, (p)->recipe->where, (p)->recipe->n + 1, __VA_ARGS__)

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

/* ";" between the uid and gid maps of a mount is no shell's. */
static bool is_idmap(const struct parse *p, size_t i) {
        const char *at = strstr(p->text.text, "idmap=");
        return p->text.text[i] == ';' && at && at < p->text.text + i && p->text.text[i + 1];
}

/* Each operator once in a label: four back-ticks are one fault. */
static void report_shell(struct parse *p, const char *at, size_t n) {
        _cleanup_free_ char *word = xstrndup(at, n);
        if (!p->recipe->shell)
                p->recipe->shell = p->recipe->n + 1;
        if (strv_contains(p->operators, word))
                return;
        strv_add(&p->operators, word);
        recipe_report(p, "shell-syntax", "\"%s\" is shell syntax, and no shell reads this label", word);
}

/* Shell syntax that the label's author expected to work, but that nothing executes. */
static void check_shell(struct parse *p) {
        size_t braces = 0;      /* inside ${X:-…} a shell takes operators literally */
        for (size_t i = 0; i < p->text.length; i++) {
                const char *at = p->text.text + i;
                if (at[0] == '$' && at[1] == '{')
                        braces++;
                else if (*at == '}' && braces > 0)
                        braces--;
                size_t n = braces == 0 && !is_idmap(p, i) ? shell_operator(p, i) : 0;
                if (n == 0)
                        continue;
                report_shell(p, at, n);
                i += n - 1;
        }
}

/* A shell would expand "~" and "*" as well, but as plain text they are harmless: reported, not refused. */
static void recipe_check_pattern(struct parse *p) {
        for (size_t i = 0; i < p->text.length; i++) {
                const char *at = p->text.text + i;
                bool home = *at == '~' && (i == 0 || strchr("=:", at[-1])) && (!at[1] || strchr("/:", at[1]));
                if (how_at(p, i) != QUOTE_NONE || !(home || *at == '*'))
                        continue;
                recipe_report(p, "shell-pattern", "\"%c\" stays as it is: no shell expands it", *at);
                return;
        }
}

static void report_too_long(struct parse *p, const char *what, unsigned most) {
        if (!p->too_long)
                recipe_report(p, "label-too-long", "%s (at most %u are read)", what, most);
        p->too_long = true;
}

static void recipe_finish_word(struct parse *p) {
        const char *trouble;
        if (!p->begun)
                return;
        str_add(&p->text, "");          /* so that an empty word has a text as well */
        check_shell(p);
        recipe_check_pattern(p);
        if (strpbrk(p->text.text, "\t\n"))
                recipe_report(p, "odd-blank", "A word holds a tab or a line break inside quotes");
        struct word w = word_parse(p->text.text, &trouble);
        if (trouble)
                recipe_report(p, "variable-syntax", "\"%.24s\" is not a variable that can be filled in",
                              trouble);
        str_cut(&p->text, 0);
        str_cut(&p->how, 0);
        p->begun = false;
        struct recipe *recipe = p->recipe;
        room_for_one((void **) &recipe->words, recipe->n, sizeof *recipe->words);
        recipe->words[recipe->n++] = w;
}

static void take_byte(struct parse *p, char byte, enum quote how) {
        p->begun = true;
        if (p->text.length >= RECIPE_WORD_BYTES_MAX) {
                report_too_long(p, "A word is too long", RECIPE_WORD_BYTES_MAX);
                return;
        }
        str_add_char(&p->text, byte);
        str_add_char(&p->how, (char) how);
}

static void report_unbalanced(struct parse *p, enum quote how) {
        recipe_report(p, "unbalanced-quote", "%s",
                      how == QUOTE_BACKSLASH ? "The label ends in a backslash that stands before nothing"
                      : how == QUOTE_SINGLE  ? "A single quote is opened and never closed"
                                             : "A double quote is opened and never closed");
}

/* The words, up to the end, a ceiling or an open quote. */
static void recipe_read_words(struct parse *p) {
        struct words_scan scan = { .at = p->label };
        for (;;) {
                char byte = '\0';
                int event = words_scan_next(&scan, &byte);
                if (event < 0) {
                        report_unbalanced(p, scan.how);
                        return;
                }
                if (p->recipe->n >= RECIPE_WORDS_MAX && event != WORDS_GAP && event != WORDS_END) {
                        report_too_long(p, "The label has too many words", RECIPE_WORDS_MAX);
                        return;
                }
                if (event == WORDS_BYTE)
                        take_byte(p, byte, scan.how);
                else if (event == WORDS_QUOTE)
                        p->begun = true;
                else
                        recipe_finish_word(p);
                if (event == WORDS_END)
                        return;
        }
}

static void check_size(struct parse *p) {
        size_t n = strlen(p->label);
        p->too_long = n > LABEL_VALUE_MAX;
        if (p->too_long)
                finding_report(p->findings, "label-too-long", p->recipe->where,
                               "The label has more than %u bytes", LABEL_VALUE_MAX);
        else if (n > LABEL_LONG)
                finding_report(p->findings, "label-long", p->recipe->where,
                               "The label has %zu bytes, far more than a command needs", n);
}

struct recipe *recipe_parse(const char *where, const char *text, struct finding_list *findings) {
        struct parse p = { .label = text, .recipe = new0(struct recipe), .findings = findings };
        p.recipe->where = xstrdup(where);
        check_size(&p);
        check_characters(where, text, findings);
        recipe_read_words(&p);
        if (p.recipe->n == 0 && text[strspn(text, " \t\n")] == '\0')
                finding_report(findings, "empty-label", where, "The label %s holds no command", where);
        str_done(&p.text);
        str_done(&p.how);
        strv_free(p.operators);
        return p.recipe;
}

/* ---- unknown variables ---- */

static void add_unknown(const struct word *w, unsigned depth, char ***names) {
        for (size_t i = 0; i < w->n; i++) {
                const struct piece *piece = &w->pieces[i];
                if (!piece->variable)
                        continue;
                if (!variable_is_known(piece->text) && !strv_contains(*names, piece->text))
                        strv_add(names, piece->text);
                if (!piece->fallback || depth >= FALLBACK_DEPTH_MAX)
                        continue;
                const char *trouble;
                _cleanup_(word_done) struct word inner = word_parse(piece->fallback, &trouble);
                add_unknown(&inner, depth + 1, names);
        }
}

char **recipe_unknown(const struct recipe *recipe) {
        char **names = strv_copy(NULL);
        for (size_t i = 0; i < recipe->n; i++)
                add_unknown(&recipe->words[i], 0, &names);
        return names;
}
