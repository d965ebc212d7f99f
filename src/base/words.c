/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/words.h"

static int words_give(struct words_scan *s, enum quote how, char *ret_byte) {
        s->how = how;
        *ret_byte = *s->at++;
        return WORDS_BYTE;
}

static int words_unfinished(struct words_scan *s, enum quote how) {
        s->how = how;
        return -EINVAL;
}

static int next_in_double_quotes(struct words_scan *s, char *ret_byte) {
        if (*s->at == '"') {
                s->at++;
                s->open = QUOTE_NONE;
                return WORDS_QUOTE;
        }
        if (*s->at == '\\' && s->at[1] && strchr("$`\"\\", s->at[1])) {
                s->at++;
                return words_give(s, QUOTE_BACKSLASH, ret_byte);
        }
        /* Before any other byte a backslash is literal (XCU 2.2.3); the caller has handled a line
         * continuation. */
        return words_give(s, QUOTE_DOUBLE, ret_byte);
}

int words_scan_next(struct words_scan *s, char *ret_byte) {
        while (s->open != QUOTE_SINGLE && s->at[0] == '\\' && s->at[1] == '\n')
                s->at += 2;     /* a line continuation drops both bytes */

        if (!*s->at)
                return s->open == QUOTE_NONE ? WORDS_END : words_unfinished(s, s->open);
        if (s->open == QUOTE_DOUBLE)
                return next_in_double_quotes(s, ret_byte);
        if (s->open == QUOTE_SINGLE) {
                if (*s->at != '\'')
                        return words_give(s, QUOTE_SINGLE, ret_byte);
                s->at++;
                s->open = QUOTE_NONE;
                return WORDS_QUOTE;
        }
        switch (*s->at) {
        case ' ':
        case '\t':
        case '\n':
                s->at++;
                return WORDS_GAP;
        case '"':
        case '\'':
                s->open = *s->at++ == '"' ? QUOTE_DOUBLE : QUOTE_SINGLE;
                return WORDS_QUOTE;
        case '\\':
                if (!s->at[1])
                        return words_unfinished(s, QUOTE_BACKSLASH);
                s->at++;
                return words_give(s, QUOTE_BACKSLASH, ret_byte);
        default: return words_give(s, QUOTE_NONE, ret_byte);
        }
}

static int say_unbalanced(enum quote how, struct error **reterr) {
        static const char *const what[] = {
                [QUOTE_BACKSLASH] = "The text ends in a backslash that stands before nothing",
                [QUOTE_SINGLE] = "A single quote is opened and never closed",
                [QUOTE_DOUBLE] = "A double quote is opened and never closed",
        };
        error_set(reterr, -EINVAL, "%s", what[how]);
        error_hint(reterr, "%s",
                   how == QUOTE_BACKSLASH ? "Write \\\\ for a backslash"
                                          : "Close it, or put a backslash before it to mean the character "
                                            "itself");
        return -EINVAL;
}

/* Adds the finished word, if any, to the list. */
static int words_finish_word(char ***words, struct str *word, bool *begun, struct error **reterr) {
        if (!*begun)
                return 0;
        *begun = false;
        if (strv_length(*words) >= WORDS_MAX)
                return error_set(reterr, -E2BIG, "There are more than %u words", WORDS_MAX);
        strv_take(words, str_take(word));
        return 0;
}

int words_split(const char *text, char ***ret, struct error **reterr) {
        _cleanup_strv_ char **words = xcalloc(1, sizeof *words);
        _cleanup_str_ struct str word = {};
        struct words_scan scan = { .at = text ? text : "" };
        bool begun = false;
        for (;;) {
                char byte = '\0';
                int event = words_scan_next(&scan, &byte);
                if (event < 0)
                        return say_unbalanced(scan.how, reterr);
                if (event == WORDS_BYTE)
                        str_add_char(&word, byte);
                if (event == WORDS_BYTE || event == WORDS_QUOTE) {
                        begun = true;
                        continue;
                }
                int r = words_finish_word(&words, &word, &begun, reterr);
                if (r < 0)
                        return r;
                if (event == WORDS_END)
                        break;
        }
        *ret = TAKE(words);
        return 0;
}

char *word_quote(const char *word) {
        static const char plain[] =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
        if (*word && word[strspn(word, plain)] == '\0')
                return xstrdup(word);
        _cleanup_str_ struct str out = {};
        str_add_char(&out, '\'');
        for (; *word; word++)
                if (*word == '\'')
                        str_add(&out, "'\\''");
                else
                        str_add_char(&out, *word);
        str_add_char(&out, '\'');
        return str_take(&out);
}
