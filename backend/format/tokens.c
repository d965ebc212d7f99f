/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tokens of JSON text (RFC 8259), in pieces of any size: struct json_tokens of backend/format/internal.h.
 *
 * A token that a piece ends in is kept and goes on with the next piece, so that each byte is looked at once.
 * Texts and names are most of what an engine sends: 16 of their bytes are looked at in one step, and they
 * are handed on where they lie, unless they have escapes in them. */
#include "backend/format/internal.h"

#include <ctype.h>
#include <endian.h>

enum tokens_place {
        PLACE_VALUE,
        PLACE_FIRST_VALUE, /* or the end of the list */
        PLACE_NAME,
        PLACE_FIRST_NAME, /* or the end of the object */
        PLACE_COLON,
        PLACE_MORE, /* a comma, or the end of the list or object */
        PLACE_END,
};

/* Always false, which ends the work. */
static bool tokens_refuse(struct json_tokens *t, const char *reason) {
        t->reason = reason;
        return false;
}

static bool tokens_within_object(const struct json_tokens *t) {
        return t->depth > 0 && t->objects[t->depth - 1];
}

/* Another token than may stand here. */
static bool tokens_misplaced(struct json_tokens *t) {
        static const char *const reasons[] = {
                [PLACE_VALUE] = "a value is missing",
                [PLACE_FIRST_VALUE] = "a value is missing",
                [PLACE_NAME] = "a name in double quotes is missing",
                [PLACE_FIRST_NAME] = "a name in double quotes is missing",
                [PLACE_COLON] = "a colon is missing behind a name",
                [PLACE_MORE] = "a comma or the end of a list is missing",
                [PLACE_END] = "more follows its end",
        };
        bool object = t->place == PLACE_MORE && tokens_within_object(t);
        return tokens_refuse(t, object ? "a comma or the end of an object is missing" : reasons[t->place]);
}

static bool tokens_wants_value(const struct json_tokens *t) {
        return t->place == PLACE_VALUE || t->place == PLACE_FIRST_VALUE;
}

static void tokens_behind_value(struct json_tokens *t) {
        t->place = t->depth > 0 ? PLACE_MORE : t->several ? PLACE_VALUE : PLACE_END;
}

static bool tokens_scalar(struct json_tokens *t, enum json_shape shape, const char *text, size_t n) {
        if (!tokens_wants_value(t))
                return tokens_misplaced(t);
        tokens_behind_value(t);
        return t->listener->scalar(t->userdata, shape, text, n);
}

/* ---- brackets, commas and colons ---- */

static bool tokens_open(struct json_tokens *t, enum json_shape shape) {
        if (!tokens_wants_value(t))
                return tokens_misplaced(t);
        if (!t->listener->opens(t->userdata, shape))
                return false;
        if (t->depth == ELEMENTS(t->objects))
                return tokens_refuse(t, "it is nested too deep");
        t->objects[t->depth++] = shape == SHAPE_OBJECT;
        t->place = shape == SHAPE_OBJECT ? PLACE_FIRST_NAME : PLACE_FIRST_VALUE;
        return true;
}

static bool tokens_close(struct json_tokens *t, bool object) {
        bool empty = t->place == (object ? PLACE_FIRST_NAME : PLACE_FIRST_VALUE);
        if (!empty && (t->place != PLACE_MORE || tokens_within_object(t) != object))
                return tokens_misplaced(t);
        t->depth--;
        tokens_behind_value(t);
        return t->listener->closes(t->userdata);
}

static bool tokens_comma(struct json_tokens *t) {
        if (t->place != PLACE_MORE)
                return tokens_misplaced(t);
        t->place = tokens_within_object(t) ? PLACE_NAME : PLACE_VALUE;
        return true;
}

static bool tokens_colon(struct json_tokens *t) {
        if (t->place != PLACE_COLON)
                return tokens_misplaced(t);
        t->place = PLACE_VALUE;
        return true;
}

/* ---- texts ---- */

#define STEP 16U
typedef uint8_t step_bytes __attribute__((vector_size(STEP)));
typedef int8_t step_truths __attribute__((vector_size(STEP)));

/* How many of these STEP bytes at the beginning need no look: all but quotes, backslashes, control characters
 * and what is not ASCII. The compiler makes of it what the processor has. */
static unsigned tokens_plain_bytes(const char *at) {
        step_bytes bytes;
        uint64_t halves[2];
        memcpy(&bytes, at, STEP);
        step_truths stops = (bytes == '"') | (bytes == '\\') | (bytes < 0x20) | (bytes > 0x7f);
        memcpy(halves, &stops, STEP);
        if (halves[0])
                return (unsigned) __builtin_ctzll(le64toh(halves[0])) / 8;
        return halves[1] ? 8 + (unsigned) __builtin_ctzll(le64toh(halves[1])) / 8 : STEP;
}

/* A byte of an escape. */
static bool tokens_escape(struct json_tokens *t, char c) {
        if (t->digits > 0) {
                t->digits--;
                return isxdigit((unsigned char) c) ||
                       tokens_refuse(t, "a text has a control character or a broken escape in it");
        }
        t->backslash = false;
        t->digits = c == 'u' ? 4 : 0;
        return (c && strchr("\"\\/bfnrtu", c)) ||
               tokens_refuse(t, "a backslash stands before a character it cannot escape");
}

/* A byte of a text that needs a look. */
static bool tokens_text_byte(struct json_tokens *t, char c) {
        if (t->backslash || t->digits > 0)
                return tokens_escape(t, c);
        t->backslash = c == '\\';
        t->escapes |= c == '\\';
        t->foreign |= (c & 0x80) != 0;
        return (unsigned char) c >= 0x20 ||
               tokens_refuse(t, "a text has a control character or a broken escape in it");
}

/* The quote at the end of the text, or the end of the piece. NULL: refused. */
static const char *tokens_text_end(struct json_tokens *t, const char *at, const char *end) {
        for (;; at++) {
                bool escape = t->backslash || t->digits > 0;
                unsigned plain = STEP;
                while (!escape && plain == STEP && (size_t) (end - at) >= STEP) {
                        plain = tokens_plain_bytes(at);
                        at += plain;
                }
                if (at == end || (*at == '"' && !escape))
                        return at;
                if (!tokens_text_byte(t, *at)) {
                        t->at = at; /* of a line's end, on that line */
                        return NULL;
                }
        }
}

static unsigned tokens_hex(const char *digits) {
        unsigned value = 0;
        for (int i = 0; i < 4; i++) {
                char c = digits[i];
                value = value << 4 | (unsigned) (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        return value;
}

/* UTF-8 of the character behind "\u"; *in: behind its digits. Half of a surrogate pair becomes "?". */
static char *tokens_put_character(const char **in, char *out) {
        unsigned c = tokens_hex(*in), low = 0;
        *in += 4;
        if (c >= 0xd800 && c < 0xdc00 && (*in)[0] == '\\' && (*in)[1] == 'u')
                low = tokens_hex(*in + 2);
        if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                *in += 6;
        } else if (c >= 0xd800 && c < 0xe000)
                c = '?';
        if (c < 0x80)
                *out++ = (char) c;
        else if (c < 0x800)
                *out++ = (char) (0xc0 | c >> 6);
        else if (c < 0x10000)
                *out++ = (char) (0xe0 | c >> 12);
        else {
                *out++ = (char) (0xf0 | c >> 18);
                *out++ = (char) (0x80 | (c >> 12 & 0x3f));
        }
        if (c >= 0x800)
                *out++ = (char) (0x80 | (c >> 6 & 0x3f));
        if (c >= 0x80)
                *out++ = (char) (0x80 | (c & 0x3f));
        return out;
}

/* In place: a character is no longer than its escape, and all escapes are whole. */
static void tokens_unescape(struct str *text) {
        static const char escapes[] = "bfnrt", meanings[] = "\b\f\n\r\t";
        const char *in = text->text, *end = in + text->length;
        char *out = text->text;
        while (in < end) {
                char c = *in++;
                if (c == '\\' && *in == 'u') {
                        in++;
                        out = tokens_put_character(&in, out);
                        continue;
                }
                if (c == '\\') {
                        const char *which = strchr(escapes, *in);
                        c = which ? meanings[which - escapes] : *in;
                        in++;
                }
                *out++ = c;
        }
        str_cut(text, (size_t) (out - text->text));
}

static bool tokens_text(struct json_tokens *t, const char *text, size_t n) {
        if (t->escapes) {
                if (text != t->kept.text)
                        str_add_bytes(&t->kept, text, n);
                tokens_unescape(&t->kept);
                text = t->kept.text;
                n = t->kept.length;
        }
        if (tokens_wants_value(t))
                return tokens_scalar(t, SHAPE_TEXT, text, n);
        if (t->place != PLACE_NAME && t->place != PLACE_FIRST_NAME)
                return tokens_misplaced(t);
        t->place = PLACE_COLON;
        return t->listener->name(t->userdata, text, n);
}

/* ---- numbers and words ---- */

static size_t tokens_digits(const char *text, size_t at, size_t n) {
        while (at < n && text[at] >= '0' && text[at] <= '9')
                at++;
        return at;
}

/* The length of the number at the beginning; 0: it is not complete. */
static size_t tokens_number_length(const char *text, size_t n, enum json_shape *ret_shape) {
        size_t first = n > 0 && text[0] == '-', at = tokens_digits(text, first, n);
        if (at == first)
                return 0;
        if (text[first] == '0')
                at = first + 1;
        *ret_shape = SHAPE_INTEGER;
        for (const char *sign = ".e"; *sign; sign++) {
                if (at == n || (text[at] | (*sign == 'e' ? 0x20 : 0)) != *sign)
                        continue;
                *ret_shape = SHAPE_FRACTION;
                at++;
                if (*sign == 'e' && at < n && (text[at] == '+' || text[at] == '-'))
                        at++;
                size_t digits = tokens_digits(text, at, n);
                if (digits == at)
                        return 0;
                at = digits;
        }
        return at;
}

static bool tokens_number(struct json_tokens *t, const char *text, size_t n) {
        enum json_shape shape = SHAPE_INTEGER;
        size_t length = tokens_number_length(text, n, &shape);
        if (length == 0)
                return tokens_refuse(t, "a number is not complete");
        return tokens_scalar(t, shape, text, length) && (length == n || tokens_misplaced(t));
}

static bool tokens_word(struct json_tokens *t, const char *text, size_t n) {
        static const struct {
                const char *word;
                enum json_shape shape;
        } words[] = { { "null", SHAPE_NULL }, { "true", SHAPE_BOOLEAN }, { "false", SHAPE_BOOLEAN } };
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strlen(words[i].word) == n && memcmp(words[i].word, text, n) == 0)
                        return tokens_scalar(t, words[i].shape, text, n);
        return tokens_refuse(t, "here is neither a name nor a value");
}

static const char *tokens_run_end(enum json_token token, const char *at, const char *end) {
        for (; at < end; at++) {
                bool digit = *at >= '0' && *at <= '9', letter = *at >= 'a' && *at <= 'z';
                if (token == TOKEN_WORD ? !letter : !digit && (!*at || !strchr("+-.eE", *at)))
                        break;
        }
        return at;
}

/* ---- pieces ---- */

static bool tokens_whole(struct json_tokens *t, const char *text, size_t n) {
        enum json_token token = t->token;
        t->token = TOKEN_NONE;
        bool goes_on = token == TOKEN_TEXT     ? tokens_text(t, text, n)
                       : token == TOKEN_NUMBER ? tokens_number(t, text, n)
                                               : tokens_word(t, text, n);
        if (t->kept.length > 0)
                str_cut(&t->kept, 0);
        return goes_on;
}

/* The open token, up to its end or that of the piece. */
static bool tokens_go_on(struct json_tokens *t, const char *end) {
        const char *from = t->at, *to = t->token == TOKEN_TEXT ? tokens_text_end(t, from, end)
                                                               : tokens_run_end(t->token, from, end);
        if (!to)
                return false;
        size_t n = (size_t) (to - from);
        if (to == end || t->kept.length > 0)
                str_add_bytes(&t->kept, from, n);
        t->at = to;
        if (to == end)
                return true;
        t->at += t->token == TOKEN_TEXT;
        bool kept = t->kept.length > 0;
        return tokens_whole(t, kept ? t->kept.text : from, kept ? t->kept.length : n);
}

static bool tokens_begin(struct json_tokens *t, enum json_token token) {
        t->token = token;
        t->at -= token != TOKEN_TEXT;
        t->escapes = t->foreign = false;
        return true;
}

static bool tokens_next(struct json_tokens *t) {
        char c = *t->at++;
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
                return true;
        if (t->place == PLACE_END)
                return tokens_misplaced(t);
        switch (c) {
        case '"': return tokens_begin(t, TOKEN_TEXT);
        case ',': return tokens_comma(t);
        case ':': return tokens_colon(t);
        case '{': return tokens_open(t, SHAPE_OBJECT);
        case '[': return tokens_open(t, SHAPE_LIST);
        case '}': return tokens_close(t, true);
        case ']': return tokens_close(t, false);
        case '-':
        case '0' ... '9': return tokens_begin(t, TOKEN_NUMBER);
        case 'a' ... 'z': return tokens_begin(t, TOKEN_WORD);
        default: return tokens_refuse(t, "here is neither a name nor a value");
        }
}

bool json_tokens_feed(struct json_tokens *t, const char *bytes, size_t n) {
        const char *end = bytes + n;
        t->begin = t->at = bytes;
        while (t->at < end)
                if (t->token == TOKEN_NONE ? !tokens_next(t) : !tokens_go_on(t, end))
                        return false;
        t->before += n;
        t->begin = t->at;
        return true;
}

bool json_tokens_end(struct json_tokens *t) {
        /* A blank ends a number or a word. */
        size_t before = t->before;
        if (!json_tokens_feed(t, " ", 1))
                return false;
        t->before = before;
        return t->place == PLACE_END || tokens_refuse(t, "it ends in the middle");
}

size_t json_tokens_position(const struct json_tokens *t) {
        return t->before + (size_t) (t->at - t->begin);
}

void json_tokens_done(struct json_tokens *t) {
        str_done(&t->kept);
}
