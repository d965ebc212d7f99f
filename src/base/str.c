/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

void str_done(struct str *s) {
        free(s->text);
        *s = (struct str) {};
}

static void str_reserve(struct str *s, size_t more) {
        if (more > SIZE_MAX / 4 || s->length > SIZE_MAX / 4)
                oom();
        size_t need = s->length + more + 1;
        if (need <= s->room)
                return;
        size_t room = s->room < 32 ? 64 : s->room * 2;
        s->room = room < need ? need : room;
        s->text = xreallocarray(s->text, s->room, 1);
}

void str_add_bytes(struct str *s, const void *bytes, size_t n) {
        str_reserve(s, n);
        if (n)
                memcpy(s->text + s->length, bytes, n);
        s->length += n;
        s->text[s->length] = '\0';
}

void str_add(struct str *s, const char *text) {
        if (text)
                str_add_bytes(s, text, strlen(text));
}

void str_add_char(struct str *s, char c) {
        str_add_bytes(s, &c, 1);
}

void str_vaddf(struct str *s, const char *format, va_list arguments) {
        va_list again;
        va_copy(again, arguments);
        int n = vsnprintf(NULL, 0, format, again);
        va_end(again);
        if (n < 0)
                oom();          /* vsnprintf(3) fails for want of memory alone: the formats are ours */
        str_reserve(s, (size_t) n);
        vsnprintf(s->text + s->length, (size_t) n + 1, format, arguments);
        s->length += (size_t) n;
}

void str_addf(struct str *s, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(s, format, arguments);
        va_end(arguments);
}

void str_cut(struct str *s, size_t length) {
        if (length >= s->length)
                return;
        s->length = length;
        s->text[length] = '\0';
}

char *str_take(struct str *s) {
        if (!s->text)
                str_add_bytes(s, "", 0);
        char *text = s->text;
        *s = (struct str) {};
        return text;
}

size_t strv_length(char *const *list) {
        size_t n = 0;
        while (list && list[n])
                n++;
        return n;
}

char **strv_free(char **list) {
        for (size_t i = 0; list && list[i]; i++)
                free(list[i]);
        free(list);
        return NULL;
}

void strv_take(char ***list, char *text) {
        size_t n = strv_length(*list);
        /* Grow only when n is a power of two (or 0), so that long lists need few allocations. */
        if (n == 0 || (n & (n + 1)) == 0)
                *list = xreallocarray(*list, (n + 1) * 2 + 1, sizeof **list);
        (*list)[n] = text;
        (*list)[n + 1] = NULL;
}

void strv_add(char ***list, const char *text) {
        strv_take(list, xstrdup(text));
}

void strv_addf(char ***list, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        char *text = str_vprintf(format, arguments);
        va_end(arguments);
        strv_take(list, text);
}

void strv_extend(char ***list, char *const *more) {
        for (; more && *more; more++)
                strv_add(list, *more);
}

void strv_free_all(char **const *lists, size_t n) {
        for (size_t i = 0; i < n; i++)
                strv_free(lists[i]);
}

char **strv_copy(char *const *list) {
        /* Room for the growth rule of strv_take(). */
        char **copy = xcalloc(strv_length(list) * 2 + 3, sizeof *copy);
        for (size_t i = 0; list && list[i]; i++)
                copy[i] = xstrdup(list[i]);
        return copy;
}

bool strv_contains(char *const *list, const char *text) {
        for (; list && *list; list++)
                if (strcmp(*list, text) == 0)
                        return true;
        return false;
}

bool strv_equal(char *const *a, char *const *b) {
        size_t n = strv_length(a);
        if (n != strv_length(b))
                return false;
        for (size_t i = 0; i < n; i++)
                if (strcmp(a[i], b[i]) != 0)
                        return false;
        return true;
}

char *strv_join(char *const *list, const char *separator) {
        _cleanup_str_ struct str s = {};
        for (size_t i = 0; list && list[i]; i++) {
                if (i)
                        str_add(&s, separator);
                str_add(&s, list[i]);
        }
        return str_take(&s);
}

char **strv_split(const char *text, const char *separators) {
        char **list = strv_copy(NULL);
        while (text && *text) {
                size_t n = strcspn(text, separators);
                if (n)
                        strv_take(&list, xstrndup(text, n));
                text += n;
                text += strspn(text, separators);
        }
        return list;
}

bool str_equal(const char *a, const char *b) {
        return a == b || (a && b && strcmp(a, b) == 0);
}

int str_compare_natural(const char *a, const char *b) {
        static const char digits[] = "0123456789";
        for (a = a ? a : "", b = b ? b : ""; *a || *b;) {
                size_t na = strspn(a, digits), nb = strspn(b, digits);
                if (!na || !nb) {
                        int x = tolower((unsigned char) *a++), y = tolower((unsigned char) *b++);
                        if (x != y)
                                return x < y ? -1 : 1;
                        continue;
                }
                size_t za = strspn(a, "0"), zb = strspn(b, "0");
                za -= za == na;
                zb -= zb == nb;
                int r = na - za != nb - zb ? (na - za < nb - zb ? -1 : 1) : strncmp(a + za, b + zb, na - za);
                if (r)
                        return r;
                a += na;
                b += nb;
        }
        return 0;
}

bool str_equal_nocase(const char *a, const char *b) {
        return a == b || (a && b && strcasecmp(a, b) == 0);
}

bool str_has_controls(const char *s) {
        for (; *s; s++)
                if ((unsigned char) *s < 0x20 || *s == 0x7f)
                        return true;
        return false;
}

bool str_among(const char *s, const char *const *list) {
        while (*list && !str_equal(*list, s))
                list++;
        return *list;
}

bool str_empty(const char *s) {
        return !s || !*s;
}

const char *str_starts(const char *s, const char *prefix) {
        size_t n = strlen(prefix);
        return s && strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

const char *str_ends(const char *s, const char *suffix) {
        size_t n = s ? strlen(s) : 0, m = strlen(suffix);
        return s && n >= m && strcmp(s + n - m, suffix) == 0 ? s + n - m : NULL;
}

char *str_vprintf(const char *format, va_list arguments) {
        char *text;
        if (vasprintf(&text, format, arguments) < 0)
                oom();
        return text;
}

char *str_printf(const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        char *text = str_vprintf(format, arguments);
        va_end(arguments);
        return text;
}

void str_replace(char **target, const char *value) {
        char *copy = xstrdup(value);
        free(*target);
        *target = copy;
}

int64_t hex_read(const char *digits, size_t n) {
        int64_t value = 0;
        for (const char *c = digits; c < digits + n; c++) {
                int digit = *c >= '0' && *c <= '9' ? *c - '0' : *c >= 'a' && *c <= 'f' ? *c - 'a' + 10 : -1;
                if (digit < 0)
                        return -1;
                value = value << 4 | digit;
        }
        return value;
}

int str_to_int(const char *s, long long low, long long high, long long *ret) {
        if (!s || !(*s == '-' ? s[1] >= '0' && s[1] <= '9' : *s >= '0' && *s <= '9'))
                return -EINVAL;
        char *end;
        errno = 0;
        long long value = strtoll(s, &end, 10);
        if (*end)
                return -EINVAL;
        if (errno == ERANGE || value < low || value > high)
                return -ERANGE;
        *ret = value;
        return 0;
}
