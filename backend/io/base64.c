/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/base64.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/memory.h"

#define DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

char *base64_write(const void *bytes, size_t n, bool url) {
        const char *digits = url ? DIGITS "-_" : DIGITS "+/";
        const unsigned char *from = bytes;
        char *out = xcalloc((n + 2) / 3 * 4 + 1, 1), *to = out;
        for (size_t i = 0; i < n; i += 3) {
                unsigned v = 0;
                for (size_t k = 0; k < 3; k++)
                        v = v << 8 | (i + k < n ? from[i + k] : 0);
                for (size_t k = 0; k < 4; k++)
                        *to++ = i + k > n ? '=' : digits[v >> (18 - 6 * k) & 63];
        }
        return out;
}

/* 64: it is no digit. */
static unsigned base64_digit(char c) {
        return c >= 'A' && c <= 'Z'   ? (unsigned) (c - 'A')
               : c >= 'a' && c <= 'z' ? (unsigned) (c - 'a') + 26
               : c >= '0' && c <= '9' ? (unsigned) (c - '0') + 52
               : c == '+'             ? 62
               : c == '/'             ? 63
                                      : 64;
}

/* The bytes written to out; -1: it is no base64. */
static ssize_t base64_bytes(const char *text, size_t n, char *out) {
        unsigned bits = 0, value = 0, padding = 0;
        char *to = out;
        for (size_t i = 0; i < n; i++) {
                unsigned digit = base64_digit(text[i]);
                if (text[i] == '\n' || text[i] == '\r' || text[i] == ' ' || text[i] == '\t')
                        continue;
                if (text[i] == '=' && padding < 2) {
                        padding++;
                        continue;
                }
                if (digit == 64 || padding)
                        return -1;
                value = value << 6 | digit;
                bits += 6;
                if (bits >= 8) {
                        bits -= 8;
                        *to++ = (char) (value >> bits);
                        value &= (1U << bits) - 1;
                }
        }
        return bits == 6 ? -1 : to - out; /* one digit alone is no byte */
}

char *base64_read(const char *text, size_t n, size_t *ret_n) {
        char *out = xcalloc(n / 4 * 3 + 4, 1);
        ssize_t bytes = base64_bytes(text, n, out);
        if (bytes >= 0) {
                *ret_n = (size_t) bytes;
                return out;
        }
        explicit_bzero(out, n / 4 * 3 + 4);
        free(out);
        return NULL;
}
