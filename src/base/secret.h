/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Secrets: bytes in locked memory, excluded from core dumps, wiped before free(). Never in other strings. */

#include "base/base.h"

#define SECRET_BYTES_MAX 512U
#define SECRET_NAME_MAX 64U       /* bytes of printable ASCII without blanks */
#define SECRETS_MAX 64U

struct secret {
        char *name;             /* of the parameter; not secret */
        char *bytes;            /* SECRET_BYTES_MAX + 1 bytes of a locked page; NUL-terminated */
        size_t length;
};

/* A failed mlock(2) (RLIMIT_MEMLOCK) is tolerated. */
struct secret *secret_new(const char *name);
struct secret *secret_free(struct secret *secret);      /* wipes; NULL-safe */
DEFINE_CLEANUP(struct secret, secret_free)

/* Replaces the bytes (which may lie in the secret itself). 0, -E2BIG beyond SECRET_BYTES_MAX, -EINVAL for NUL
 * and newline; on failure the old ones stay. */
int secret_set(struct secret *secret, const char *bytes, size_t n);
void secret_wipe(struct secret *secret);                /* length 0 */

struct secret_list {
        struct secret **items;
        size_t n;
};
struct secret_list *secret_list_new(void);
struct secret_list *secret_list_free(struct secret_list *list);        /* wipes; NULL-safe */
DEFINE_CLEANUP(struct secret_list, secret_list_free)

/* Takes the secret, also on failure; one of the same name is replaced. 0, -EINVAL for a name that
 * SECRET_NAME_MAX does not allow, -E2BIG beyond SECRETS_MAX. */
int secret_list_take(struct secret_list *list, struct secret *secret);
/* borrowed; NULL: none */
struct secret *secret_list_find(const struct secret_list *list, const char *name);

/* A sealed memfd at its beginning with all of them ("NAME LENGTH\nBYTES\n"…), for the worker's standard
 * input; the caller closes it. NULL is an empty list. Negative errno on failure. */
int secret_list_seal(const struct secret_list *list);

/* Reads fd (also a pipe or /dev/null) to its end, without a copy elsewhere. -EBADMSG for bytes that
 * secret_list_seal() does not write, -EFBIG for more than SECRETS_MAX could need. */
int secret_list_read(int fd, struct secret_list **ret);
