/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/secret.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096U        /* mmap(2) rounds up where pages are larger */
_Static_assert(SECRET_BYTES_MAX < PAGE_BYTES, "a secret is in one page");

#define ENTRY_BYTES_MAX (SECRET_NAME_MAX + 1 + 20 + 1 + SECRET_BYTES_MAX + 1)
#define LIST_BYTES_MAX (SECRETS_MAX * ENTRY_BYTES_MAX)

/* Pages of their own instead of malloc(): mlock(2) and MADV_DONTDUMP affect nothing else, and nothing else
 * stays locked after munmap(2). */
static void *pages_new(size_t n) {
        void *pages = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED)
                oom();
        (void) mlock(pages, n);
        (void) madvise(pages, n, MADV_DONTDUMP);
        return pages;
}

static void pages_free(void *pages, size_t n) {
        explicit_bzero(pages, n);
        munmap(pages, n);
}

struct secret *secret_new(const char *name) {
        struct secret *secret = new0(struct secret);
        secret->name = xstrdup(name);
        secret->bytes = pages_new(PAGE_BYTES);
        return secret;
}

struct secret *secret_free(struct secret *secret) {
        if (!secret)
                return NULL;
        pages_free(secret->bytes, PAGE_BYTES);
        FREE_ALL(secret->name, secret);
        return NULL;
}

int secret_set(struct secret *secret, const char *bytes, size_t n) {
        if (n > SECRET_BYTES_MAX)
                return -E2BIG;
        if (n > 0 && (memchr(bytes, '\0', n) || memchr(bytes, '\n', n)))
                return -EINVAL;
        /* bytes may be our own: a field edits its secret in place */
        if (n > 0)
                memmove(secret->bytes, bytes, n);
        explicit_bzero(secret->bytes + n, PAGE_BYTES - n);
        secret->length = n;
        return 0;
}

void secret_wipe(struct secret *secret) {
        explicit_bzero(secret->bytes, PAGE_BYTES);
        secret->length = 0;
}

struct secret_list *secret_list_new(void) {
        return new0(struct secret_list);
}

struct secret_list *secret_list_free(struct secret_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                secret_free(list->items[i]);
        FREE_ALL(list->items, list);
        return NULL;
}

static bool name_is_good(const char *name) {
        size_t n = strlen(name);
        if (n == 0 || n > SECRET_NAME_MAX)
                return false;
        for (size_t i = 0; i < n; i++)
                if (name[i] <= ' ' || name[i] >= 0x7f)
                        return false;
        return true;
}

int secret_list_take(struct secret_list *list, struct secret *secret) {
        if (!name_is_good(secret->name)) {
                secret_free(secret);
                return -EINVAL;
        }
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i]->name, secret->name)) {
                        if (list->items[i] != secret)
                                secret_free(list->items[i]);
                        list->items[i] = secret;
                        return 0;
                }
        if (list->n == SECRETS_MAX) {
                secret_free(secret);
                return -E2BIG;
        }
        list->items = xreallocarray(list->items, list->n + 1, sizeof *list->items);
        list->items[list->n++] = secret;
        return 0;
}

struct secret *secret_list_find(const struct secret_list *list, const char *name) {
        for (size_t i = 0; list && i < list->n; i++)
                if (str_equal(list->items[i]->name, name))
                        return list->items[i];
        return NULL;
}

/* ---- the sealed file ---- */

static int write_all(int fd, const char *bytes, size_t n) {
        while (n > 0) {
                ssize_t k = write(fd, bytes, n);
                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return -errno;
                bytes += k;
                n -= (size_t) k;
        }
        return 0;
}

int secret_list_seal(const struct secret_list *list) {
        _cleanup_close_ int fd = memfd_create("fairlead-secrets", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return -errno;
        for (size_t i = 0; list && i < list->n; i++) {
                const struct secret *secret = list->items[i];
                char head[SECRET_NAME_MAX + 32];
                int n = snprintf(head, sizeof head, "%s %zu\n", secret->name, secret->length);
                int r = write_all(fd, head, (size_t) n);
                r = r < 0 ? r : write_all(fd, secret->bytes, secret->length);
                r = r < 0 ? r : write_all(fd, "\n", 1);
                if (r < 0)
                        return r;
        }
        if (lseek(fd, 0, SEEK_SET) < 0 ||
            fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
                return -errno;
        return TAKE_FD(fd);
}

static int secret_read_all(int fd, char *buffer, size_t room, size_t *ret) {
        size_t n = 0;
        for (;;) {
                if (n == room)
                        return -EFBIG;
                ssize_t k = read(fd, buffer + n, room - n);
                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return -errno;
                if (k == 0)
                        break;
                n += (size_t) k;
        }
        *ret = n;
        return 0;
}

/* Reads one entry at s into the list; *ret_used: its bytes. */
static int secret_read_entry(struct secret_list *list, const char *s, size_t n, size_t *ret_used) {
        const char *end = memchr(s, '\n', n), *blank = end ? memchr(s, ' ', (size_t) (end - s)) : NULL;
        long long length;
        if (!blank)
                return -EBADMSG;
        _cleanup_free_ char *name = xstrndup(s, (size_t) (blank - s)),
                            *digits = xstrndup(blank + 1, (size_t) (end - blank) - 1);
        size_t head = (size_t) (end - s) + 1;
        if (!name_is_good(name) || secret_list_find(list, name) ||
            str_to_int(digits, 0, SECRET_BYTES_MAX, &length) < 0 || n - head < (size_t) length + 1 ||
            s[head + (size_t) length] != '\n')
                return -EBADMSG;

        _cleanup_(secret_freep) struct secret *secret = secret_new(name);
        if (secret_set(secret, s + head, (size_t) length) < 0)
                return -EBADMSG;
        *ret_used = head + (size_t) length + 1;
        return secret_list_take(list, TAKE(secret));
}

int secret_list_read(int fd, struct secret_list **ret) {
        _cleanup_(secret_list_freep) struct secret_list *list = secret_list_new();
        char *buffer = pages_new(LIST_BYTES_MAX + 1);
        size_t n = 0, used;
        int r = secret_read_all(fd, buffer, LIST_BYTES_MAX + 1, &n);
        for (size_t i = 0; r >= 0 && i < n; i += used)
                r = secret_read_entry(list, buffer + i, n - i, &used);
        pages_free(buffer, LIST_BYTES_MAX + 1);
        if (r < 0)
                return r;
        *ret = TAKE(list);
        return 0;
}
