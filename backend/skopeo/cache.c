/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents by their SHA-256, a file each, whose name is the digest. Nothing in the folder is believed: only
 * a regular file whose content has the digest that its name says is used, whoever wrote it. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "backend/skopeo/internal.h"

#define CACHE_FILES_MAX 4000U
#define CACHE_BYTES_MAX (64U * 1024 * 1024)

static bool cache_open(struct skopeo_cache *cache) {
        if (cache->folder >= 0 || cache->refused || !cache->path)
                return cache->folder >= 0;
        cache->refused = true; /* until it is seen to be ours */
        (void) mkdir(cache->path, 0700);
        _cleanup_close_ int fd = open(cache->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 || files_check_owner(fd, cache->path, NULL) < 0)
                return false;
        cache->folder = files_open_private(fd, "images", true);
        cache->refused = cache->folder < 0;
        return cache->folder >= 0;
}

struct cache_file {
        char *name;
        struct timespec used;
        uint64_t bytes;
};

static int cache_compare(const void *a, const void *b) {
        const struct cache_file *x = a, *y = b;
        return x->used.tv_sec != y->used.tv_sec ? (x->used.tv_sec < y->used.tv_sec ? -1 : 1)
                                                : (x->used.tv_nsec > y->used.tv_nsec) -
                                                          (x->used.tv_nsec < y->used.tv_nsec);
}

/* Counts what is there, and takes away what was written first where it is too much: down to three quarters,
 * so that this is rare. */
static void cache_sweep(struct skopeo_cache *cache) {
        int fd = openat(cache->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
        struct cache_file *files = NULL;
        size_t n = 0;
        struct stat st;
        cache->n = 0;
        cache->bytes = 0;
        for (struct dirent *e; dir && (e = readdir(dir));) {
                if (str_equal(e->d_name, ".") || str_equal(e->d_name, "..") ||
                    fstatat(cache->folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        continue;
                room_for_one((void **) &files, n, sizeof *files);
                files[n++] = (struct cache_file) { .name = xstrdup(e->d_name),
                                                   .used = st.st_mtim,
                                                   .bytes = (uint64_t) st.st_size };
                cache->bytes += (uint64_t) st.st_size;
        }
        if (dir)
                closedir(dir);
        cache->n = n;
        bool much = cache->n >= CACHE_FILES_MAX || cache->bytes >= CACHE_BYTES_MAX;
        if (much)
                qsort(files, n, sizeof *files, cache_compare);
        for (size_t i = 0; i < n; i++) {
                if (much && (cache->n > CACHE_FILES_MAX / 4 * 3 || cache->bytes > CACHE_BYTES_MAX / 4 * 3) &&
                    unlinkat(cache->folder, files[i].name, 0) == 0) {
                        cache->n--;
                        cache->bytes -= files[i].bytes;
                }
                free(files[i].name);
        }
        free(files);
}

char *skopeo_cache_get(struct skopeo_cache *cache, const char *digest, size_t *ret_n) {
        _cleanup_free_ char *text = NULL;
        char hex[DIGEST_HEX];
        if (!skopeo_digest_valid(digest) || !cache_open(cache) ||
            files_read(cache->folder, digest + strlen("sha256:"), SKOPEO_DOCUMENT_MAX, &text, ret_n, NULL) <
                    0)
                return NULL;
        digest_bytes(text, *ret_n, hex);
        if (str_equal(hex, digest + strlen("sha256:")))
                return TAKE(text);
        (void) unlinkat(cache->folder, digest + strlen("sha256:"), 0);
        return NULL;
}

/* Not files_write(): a sync for each of hundreds would keep the loop waiting, and what a power cut leaves is
 * seen to be wrong. */
void skopeo_cache_put(struct skopeo_cache *cache, const char *digest, const char *text, size_t n) {
        const char *name = digest + strlen("sha256:");
        if (!skopeo_digest_valid(digest) || n > SKOPEO_DOCUMENT_MAX || !cache_open(cache))
                return;
        if (!cache->n || cache->n >= CACHE_FILES_MAX || cache->bytes >= CACHE_BYTES_MAX)
                cache_sweep(cache);
        _cleanup_free_ char *partial = str_printf(".%s.%d", name, (int) getpid());
        (void) unlinkat(cache->folder, partial, 0);
        _cleanup_close_ int fd = openat(cache->folder, partial,
                                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return;
        if (files_write_all(fd, text, n) < 0 ||
            renameat(cache->folder, partial, cache->folder, name) < 0) {
                (void) unlinkat(cache->folder, partial, 0);
                return;
        }
        cache->n++;
        cache->bytes += n;
}

void skopeo_cache_close(struct skopeo_cache *cache) {
        if (cache->folder >= 0)
                close(cache->folder);
        free(cache->path);
        *cache = (struct skopeo_cache) { .folder = -1 };
}
