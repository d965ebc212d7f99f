/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A failure in the user's words: a sentence without a final stop, a hint (the next thing to try), and the
 * chain of causes.
 *
 * A function that can fail takes `struct error **reterr` last. On failure it returns a negative errno and,
 * when reterr is not NULL, stores an error there that the caller owns. On success reterr is untouched. Both
 * setters return the code, so that failing is one line:
 *
 *     return error_set(reterr, -ENOENT, "No container engine answers at %s", path);
 *     return error_wrap(reterr, r, "The image list could not be loaded"); */

#include "base/cleanup.h"

struct error {
        int code;               /* negative errno, for the program only */
        char *message;
        char *hint;             /* NULL: none */
        struct error *cause;    /* NULL: this is the root */
};

/* reterr may be NULL. error_set() replaces (and frees) *reterr; a positive or zero code becomes -EIO. */
int error_set(struct error **reterr, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts a new head on *reterr; the old error becomes its cause (NULL: strerror(code) does). */
int error_wrap(struct error **reterr, int code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* Like error_set(), for a failed system call: the cause is strerror(-code). */
int error_errno(struct error **reterr, int code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* Sets or replaces the hint of the head; no-op on NULL. Returns the head's code; -EIO without one. */
int error_hint(struct error **reterr, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Hands e, with its code, to the caller's reterr (NULL: frees it). Returns the code. */
int error_take(struct error **reterr, struct error *e);
struct error *error_free(struct error *e);
struct error *error_copy(const struct error *e);
DEFINE_CLEANUP(struct error, error_free)
#define _cleanup_error_ _cleanup_(error_freep)

/* "message: cause: cause" on one line; the caller frees. Clean it with text.h before it is shown. */
char *error_line(const struct error *e);
