/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "backend/format/internal.h"
#include "base/text.h"

const struct json_limits json_limits_default = { .bytes = 16U * 1024 * 1024, .depth = 32, .weight = 1000000 };

int json_scan_step(struct json_scan *scan, char c, const struct json_limits *limits, struct error **reterr) {
        if (scan->in_string) {
                bool ends = c == '"' && !scan->escaped;
                scan->escaped = c == '\\' && !scan->escaped;
                scan->in_string = !ends;
                return 0;
        }
        if (c == '\'') /* json-c accepts them as quotes of names even when strict (0.16). */
                return error_set(reterr, -EBADMSG, "It is not JSON (names are in double quotes)");
        bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
        if (closes && scan->depth == 0)
                return error_set(reterr, -EBADMSG, "A bracket is closed that was never opened");
        scan->in_string = c == '"';
        scan->depth += (unsigned) opens - (unsigned) closes;
        scan->weight += c == '{' ? 8 : c == '[' || c == ',';
        if (opens && scan->depth > limits->depth)
                return error_set(reterr, -E2BIG, "It is nested more than %u deep", limits->depth);
        if (scan->weight > limits->weight)
                return error_set(reterr, -E2BIG, "It holds more than %zu values", limits->weight);
        return 0;
}

static bool scan_wants(const struct json_scan *scan, const char *name, size_t n) {
        for (size_t i = 0; i < scan->wanted->n; i++) {
                const char *path = scan->wanted->fields[i].path;
                if (*path == *name && strncmp(path, name, n) == 0 && (!path[n] || path[n] == '.'))
                        return true;
        }
        return false;
}

/* Behind a step by the byte at `at` of the piece that ended a name or a member of the outermost object. */
static void scan_member(struct json_scan *scan, const char *text, size_t at) {
        size_t place = scan->before + at;
        if (!scan->in_string && (text[at] == ',' || text[at] == '}')) {
                if (scan->unwanted && scan->n_cuts < JSON_CUTS_MAX)
                        scan->cuts[scan->n_cuts++] = (struct json_cut) { scan->comma, place };
                scan->comma = place;
                scan->named = scan->unwanted = false;
        } else if (text[at] == '"' && !scan->named && scan->in_string)
                scan->quote = place;
        else if (text[at] == '"' && !scan->named) {
                scan->named = true;
                /* The first one, without a comma, and a name in two pieces stay. */
                scan->unwanted = scan->comma && scan->quote >= scan->before &&
                                 !scan_wants(scan, text + (scan->quote - scan->before) + 1,
                                             place - scan->quote - 1);
        }
}

int json_scan(struct json_scan *scan, const char *text, size_t n, bool one,
              const struct json_limits *limits, size_t *ret_used, struct error **reterr) {
        static const bool counts[256] = { ['"'] = true, ['{'] = true, ['['] = true,  ['}'] = true,
                                          [']'] = true, [','] = true, ['\''] = true };
        int r = 0;
        size_t i = 0;
        while (i < n) {
                if (scan->in_string && !scan->escaped) {
                        const char *quote = memchr(text + i, '"', n - i);
                        size_t run = quote ? (size_t) (quote - (text + i)) : n - i;
                        const char *escape = memchr(text + i, '\\', run);
                        i += escape ? (size_t) (escape - (text + i)) : run;
                } else if (!scan->in_string)
                        while (i < n && !counts[(unsigned char) text[i]])
                                i++;
                if (i == n)
                        break;
                r = json_scan_step(scan, text[i], limits, reterr);
                if (r < 0)
                        break;
                if (scan->wanted && scan->depth + (text[i] == '}') == 1)
                        scan_member(scan, text, i);
                i++;
                if (one && scan->depth == 0)
                        break;
        }
        *ret_used = i;
        return r;
}

static unsigned json_line_of(const char *text, size_t offset) {
        unsigned line = 1;
        for (size_t i = 0; i < offset; i++)
                line += text[i] == '\n';
        return line;
}

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Puts the place before json-c's few words: "line 3: object property name separator ':' expected". */
static int not_json(const char *text, size_t offset, const char *why, unsigned *ret_line,
                    struct error **reterr) {
        unsigned line = json_line_of(text, offset);
        if (ret_line)
                *ret_line = line;
        return error_set(reterr, -EBADMSG, "It is not JSON (line %u: %s)", line, why);
}

static int json_parse_scanned(struct json_tokener *tokener, const char *text, size_t n,
                              struct json_object **ret, unsigned *ret_line, struct error **reterr) {
        _cleanup_json_ struct json_object *o = json_tokener_parse_ex(tokener, text, (int) n);
        size_t end = json_tokener_get_parse_end(tokener);
        enum json_tokener_error e = json_tokener_get_error(tokener);
        if (e == json_tokener_continue) {
                /* A number has no end of its own: a NUL ends it. */
                end = n;
                o = json_tokener_parse_ex(tokener, "", 1);
                e = json_tokener_get_error(tokener);
                if (e == json_tokener_continue)
                        return not_json(text, n, "it ends in the middle", ret_line, reterr);
        }
        if (e != json_tokener_success)
                return not_json(text, end < n ? end : n, json_tokener_error_desc(e), ret_line, reterr);
        for (; end < n; end++)
                if (!is_blank(text[end]))
                        return not_json(text, end, "more follows its end", ret_line, reterr);
        if (!o)
                return not_json(text, 0, "it is only null", ret_line, reterr);
        *ret = TAKE(o);
        return 0;
}

static void tokener_freep(struct json_tokener **tokener) {
        if (*tokener)
                json_tokener_free(*tokener);
}

/* Bytes of the well-formed UTF-8 character at s, or 0. */
static size_t utf8_length(const char *s, size_t n) {
        unsigned c;
        size_t length = text_decode(s, n, &c);
        return text_is_utf8(s, length) ? length : 0;
}

static void json_add_escaped(struct str *out, unsigned c) {
        if (c < 0x10000)
                str_addf(out, "\\u%04x", c);
        else
                str_addf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                         0xdc00 + ((c - 0x10000) & 0x3ff));
}

/* The same text in ASCII, other characters as \\uXXXX: the strict tokener of json-c 0.18 (Debian 13) takes
 * bytes above 127 for control characters, and its JSON_TOKENER_VALIDATE_UTF8 does not know them either (that
 * of 0.16 fails on a character in two calls). Lines do not move. */
static int to_ascii(const char *text, size_t n, struct str *ret, unsigned *ret_line, struct error **reterr) {
        bool escaped = false;
        for (size_t i = 0; i < n;) {
                size_t length = utf8_length(text + i, n - i);
                if (length == 0 || (length > 1 && escaped))
                        return not_json(text, i, length ? "invalid string sequence" : "it is not UTF-8",
                                        ret_line, reterr);
                escaped = text[i] == '\\' && !escaped;
                unsigned c = 0;
                if (length > 1)
                        text_decode(text + i, length, &c);
                if (length == 1)
                        str_add_char(ret, text[i]);
                else
                        json_add_escaped(ret, c);
                i += length;
        }
        return ret->length > INT_MAX ? error_set(reterr, -E2BIG, "It is larger than 2 GiB") : 0;
}

static bool is_ascii(const char *text, size_t n) {
        unsigned char bits = 0;
        for (size_t i = 0; i < n; i++)
                bits |= (unsigned char) text[i];
        return bits < 0x80;
}

struct json_tokener *json_tokener_for(const struct json_limits *limits) {
        /* Two above the ceiling, which the scan enforces already: json-c counts otherwise. */
        struct json_tokener *tokener = json_tokener_new_ex((int) limits->depth + 2);
        if (!tokener)
                oom();
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
        return tokener;
}

int json_tokenize(struct json_tokener *tokener, const char *text, size_t n, struct json_object **ret,
                  unsigned *ret_line, struct error **reterr) {
        json_tokener_reset(tokener);
        if (is_ascii(text, n))
                return json_parse_scanned(tokener, text, n, ret, ret_line, reterr);
        _cleanup_str_ struct str ascii = {};
        int r = to_ascii(text, n, &ascii, ret_line, reterr);
        return r < 0 ? r : json_parse_scanned(tokener, ascii.text, ascii.length, ret, ret_line, reterr);
}

int json_parse(const char *text, size_t n, const struct json_limits *limits, struct json_object **ret,
               unsigned *ret_line, struct error **reterr) {
        if (!limits)
                limits = &json_limits_default;
        if (ret_line)
                *ret_line = 1;
        if (n > limits->bytes || n > INT_MAX)
                return error_set(reterr, -E2BIG, "It is larger than %zu KiB", limits->bytes / 1024);
        struct json_scan scan = {};
        size_t used;
        int r = json_scan(&scan, text, n, false, limits, &used, reterr);
        if (r < 0) {
                if (ret_line)
                        *ret_line = json_line_of(text, used);
                return r;
        }
        _cleanup_(tokener_freep) struct json_tokener *tokener = json_tokener_for(limits);
        return json_tokenize(tokener, text, n, ret, ret_line, reterr);
}

/* The first byte of the entry in the container that begins at `at`; step is "name" or "[3]". n: missing. */
static size_t find_entry(const char *text, size_t n, size_t at, const char *step, size_t length) {
        bool array = *step == '[';
        if (at >= n || text[at] != (array ? '[' : '{'))
                return n;
        struct json_scan scan = {};
        size_t wanted = array ? strtoul(step + 1, NULL, 10) : 0, index = 0, key = at;
        char before = text[at]; /* of this container, but for strings and blanks */
        for (size_t i = at; i < n; i++) {
                char c = text[i];
                if (i > at && scan.depth == 1 && !scan.in_string && !is_blank(c)) {
                        bool found = array ? index == wanted && (before == '[' || before == ',')
                                           : before == ':' && key + length < n && text[key + length] == '"' &&
                                                     memcmp(text + key, step, length) == 0;
                        if (found && c != ']')
                                return i;
                        index += c == ',';
                        key = c == '"' ? i + 1 : key;
                        before = c;
                }
                if (json_scan_step(&scan, c, &json_limits_default, NULL) < 0 || scan.depth == 0)
                        break;
        }
        return n;
}

unsigned json_line_at(const char *text, size_t n, const char *path) {
        size_t at = 0;
        while (at < n && is_blank(text[at]))
                at++;
        for (const char *p = path; *p;) {
                p += *p == '.';
                size_t length = *p == '[' ? strcspn(p, "]") : strcspn(p, ".[");
                length += p[length] == ']';
                size_t next = find_entry(text, n, at, p, length);
                if (next >= n)
                        break;
                at = next;
                p += length;
        }
        return json_line_of(text, at < n ? at : n);
}

struct json_object *json_new_text(const char *s) {
        size_t n = s ? strlen(s) : 0;
        if (!s || text_is_utf8(s, n))
                return s ? json_object_new_string_len(s, (int) n) : NULL;
        _cleanup_str_ struct str clean = {};
        for (const char *end = s + n; s < end;) {
                size_t length = utf8_length(s, (size_t) (end - s));
                str_add_bytes(&clean, length ? s : "\xef\xbf\xbd", length ? length : 3);
                s += length ? length : 1;
        }
        return json_object_new_string_len(clean.text, (int) clean.length);
}

struct json_object *json_new_texts(char *const *list) {
        struct json_object *array = json_object_new_array();
        for (size_t i = 0; list && list[i]; i++)
                json_object_array_add(array, json_new_text(list[i]));
        return array;
}

/* Adds JSON text with \u in place of characters that must not reach a terminal: all of them are in strings,
 * where the escape means the same. json-c escapes C0 only, but U+009B is as good as ESC [, and U+202E
 * reverses the line. */
static void add_showable(struct str *out, const char *text, size_t n) {
        for (size_t used; n > 0; text += used, n -= used) {
                used = text_ascii_run(text, n);
                unsigned c;
                bool hidden = false;
                if (used == 0) {
                        used = text_decode(text, n, &c);
                        int cells = c == '\n' ? 1 : text_cells(c);
                        /* A mark without a letter would combine with the quote. */
                        hidden = cells < 0 ||
                                 (cells == 0 && out->length > 0 && out->text[out->length - 1] == '"');
                }
                if (hidden)
                        json_add_escaped(out, c);
                else
                        str_add_bytes(out, text, used);
        }
}

static char *write_with(struct json_object *o, int flags) {
        size_t n;
        const char *text = json_object_to_json_string_length(o, flags | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
        struct str shown = {};
        add_showable(&shown, text, n);
        str_add(&shown, "\n");
        return str_take(&shown);
}

char *json_write(struct json_object *o) {
        return write_with(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
}

char *json_write_line(struct json_object *o) {
        return write_with(o, JSON_C_TO_STRING_PLAIN);
}
