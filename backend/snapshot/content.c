/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the content of a file, and saves it as a blob named by its digest. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/snapshot/internal.h"

#define SMALL (1024U * 1024) /* read whole into one buffer; larger files go piece by piece */
#define TRIES 3              /* for a file that changes while it is read */

/* -EAGAIN: the file has changed since the reading began. */
static int content_still_same(int fd, const struct stat *before) {
        struct stat st;
        if (fstat(fd, &st) < 0)
                return -errno;
        return st.st_size == before->st_size && same_time(&st.st_mtim, &before->st_mtim) &&
                               same_time(&st.st_ctim, &before->st_ctim)
                       ? 0
                       : -EAGAIN;
}

int content_share(struct content *c, const char *hex) {
        if (faccessat(c->blobs, hex, F_OK, 0) == 0)
                return 1;
        if (c->known_blobs < 0 || linkat(c->known_blobs, hex, c->blobs, hex, 0) < 0)
                return 0; /* missing, another file system, too many links: all the same */
        c->tally->shared++;
        return 1;
}

/* The blob is read again through a descriptor of its own before it is relied on. */
static int content_verify(struct content *c, const char *name, const char *hex) {
        char again[DIGEST_HEX];
        _cleanup_close_ int fd = openat(c->blobs, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        int r = fd < 0 ? -errno : digest_fd(fd, again);
        return r < 0 ? r : strcmp(hex, again) == 0 ? 0 : -EIO;
}

static int content_write(struct content *c, const char *hex, const void *bytes, size_t n) {
        if (content_share(c, hex))
                return 0;
        _cleanup_close_ int fd =
                openat(c->blobs, hex, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        int r = fd < 0 ? -errno : files_write_all(fd, bytes, n);
        if (r >= 0)
                r = content_verify(c, hex, hex);
        c->unkept = r < 0;
        return r;
}

static int content_read_small(struct content *c, int fd, const struct stat *st, char hex[static DIGEST_HEX]) {
        if (!c->buffer)
                c->buffer = xcalloc(1, SMALL + 1);
        size_t length = 0;
        for (;;) {
                ssize_t n = read(fd, c->buffer + length, SMALL + 1 - length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                length += (size_t) n;
                if (length > SMALL)
                        return -EAGAIN;
        }
        int r = length == (size_t) st->st_size ? content_still_same(fd, st) : -EAGAIN;
        if (r < 0)
                return r;
        digest_bytes(c->buffer, length, hex);
        return c->blobs >= 0 ? content_write(c, hex, c->buffer, length) : r;
}

/* Copied under a temporary name first, because the digest is known only at the end; holes stay holes. */
static int content_read_large(struct content *c, int fd, const struct stat *st, char hex[static DIGEST_HEX]) {
        static const char working[] = SNAPSHOT_WORKING;
        if (c->blobs < 0) {
                int r = digest_fd(fd, hex);
                return r < 0 ? r : content_still_same(fd, st);
        }
        unlinkat(c->blobs, working, 0);
        _cleanup_close_ int blob =
                openat(c->blobs, working, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        int r = blob < 0 ? -errno : files_copy(fd, blob);
        if (r >= 0)
                r = content_still_same(fd, st);
        if (r >= 0)
                r = digest_fd(blob, hex);
        if (r >= 0 && !content_share(c, hex) && renameat(c->blobs, working, c->blobs, hex) < 0)
                r = -errno;
        /* Which of the two files failed? */
        c->unkept = r < 0 && r != -EAGAIN && digest_fd(fd, hex) >= 0;
        unlinkat(c->blobs, working, 0);
        return r;
}

static int content_open(int folder, const char *name) {
        const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        int fd = openat(folder, name, flags | O_NOATIME);
        if (fd < 0 && errno == EPERM)
                fd = openat(folder, name, flags);
        return fd < 0 ? -errno : fd;
}

/* The file's attributes at that very moment are those of the entry afterwards. */
int content_read(struct content *c, int folder, const char *name, struct entry *e) {
        int r = -EAGAIN;
        for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
                _cleanup_close_ int fd = content_open(folder, name);
                struct stat st;
                if (fd < 0)
                        return fd;
                if (fstat(fd, &st) < 0)
                        return -errno;
                if (!S_ISREG(st.st_mode))
                        return -EAGAIN;
                r = st.st_size <= (off_t) SMALL ? content_read_small(c, fd, &st, e->digest)
                                                : content_read_large(c, fd, &st, e->digest);
                e->size = (uint64_t) st.st_size;
                e->mtime = st.st_mtim;
                e->ctime = st.st_ctim;
                e->inode = st.st_ino;
                e->device = st.st_dev;
                e->links = st.st_nlink;
                if (r < 0)
                        e->digest[0] = '\0';
        }
        c->tally->read += r >= 0;
        return r;
}

void content_done(struct content *c) {
        free(c->buffer);
}

int snapshot_keep(int root, const struct entry *e, int blobs) {
        struct snapshot_tally tally = {};
        struct content c = { .tally = &tally, .blobs = -1, .known_blobs = -1 };
        struct entry now = { .path = e->path };
        const char *name;
        _cleanup_close_ int folder = files_open_parent(root, e->path, &name, NULL);
        if (folder < 0)
                return folder;
        /* Hashed first and saved only when it is the right one: an unnamed blob is useless. */
        int r = content_read(&c, folder, name, &now);
        if (r >= 0 && strcmp(now.digest, e->digest) != 0)
                r = -ESTALE;
        c.blobs = blobs;
        if (r >= 0)
                r = content_read(&c, folder, name, &now);
        content_done(&c);
        return r < 0 ? r : 0;
}
