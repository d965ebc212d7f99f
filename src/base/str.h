/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Growing strings and lists of strings. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* A growing string; all zero is a valid, empty one. It always grows (base/memory.h): whoever appends bytes
 * from outside has a ceiling for them. After the first append text is NUL-terminated; it may hold NUL bytes
 * of its own. */
struct str {
        char *text;
        size_t length;
        size_t room;
};

void str_done(struct str *s);           /* frees the text; s is empty and usable again */
void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *bytes, size_t n);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *format, va_list arguments)
        __attribute__((format(printf, 2, 0), nonnull));
void str_cut(struct str *s, size_t length);     /* no-op when already shorter */
char *str_take(struct str *s);          /* hands the text over ("" when empty), never NULL */
#define _cleanup_str_ _cleanup_(str_done)

/* NULL-terminated lists of strings. NULL is a valid, empty list. */
size_t strv_length(char *const *list);
char **strv_free(char **list);
#define STRV_FREE_ALL(...) strv_free_all((char **const[]) { __VA_ARGS__ }, \
                                         ELEMENTS(((char **const[]) { __VA_ARGS__ })))
void strv_free_all(char **const *lists, size_t n);
/* An empty list is allocated, too. */
char **strv_copy(char *const *list);
void strv_add(char ***list, const char *text);           /* copies */
void strv_take(char ***list, char *text);               /* takes text */
void strv_addf(char ***list, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strv_extend(char ***list, char *const *more);       /* copies each */
bool strv_contains(char *const *list, const char *text);
bool strv_equal(char *const *a, char *const *b);
char *strv_join(char *const *list, const char *separator);
char **strv_split(const char *text, const char *separators);    /* empty fields are dropped */
static inline void strv_freep(char ***list) {
        *list = strv_free(*list);
}
#define _cleanup_strv_ _cleanup_(strv_freep)

/* Single strings: NULL counts as "" where a string is only read. */
bool str_equal(const char *a, const char *b);           /* NULL equals only NULL */
/* Without case, and numbers by their value: "svc2" before "svc10". NULL counts as "". */
int str_compare_natural(const char *a, const char *b);
bool str_equal_nocase(const char *a, const char *b);    /* ASCII case only */
bool str_empty(const char *s);                          /* NULL or "" */
bool str_has_controls(const char *s);                   /* bytes below 0x20, or 0x7f */

/* Whether s is one of the texts that follow: STR_IN_SET(word, "yes", "no"). */
bool str_among(const char *s, const char *const *list);
#define STR_IN_SET(s, ...) str_among(s, (const char *const[]) { __VA_ARGS__, NULL })

const char *str_starts(const char *s, const char *prefix);      /* the text after the prefix, or NULL */
const char *str_ends(const char *s, const char *suffix);        /* the beginning of the suffix, or NULL */
/* never NULL */
char *str_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *str_vprintf(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
void str_replace(char **target, const char *value);      /* frees the old, copies value (NULL allowed) */

/* A whole-string decimal number within [low, high]; no plus sign, no blanks. 0, -EINVAL or -ERANGE. */
int str_to_int(const char *s, long long low, long long high, long long *ret);

/* The value of n lower-case hexadecimal digits (at most 15), or -1. */
int64_t hex_read(const char *digits, size_t n);
