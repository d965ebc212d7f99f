/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the content of a file, and saves it as a blob named by its digest; stores manifests and blobs. */
#include <fcntl.h>

#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/snapshot/internal.h"
#include "model/job/manifest.h"

#define SMALL (1024U * 1024)          /* read whole into one buffer; larger files go piece by piece */
#define TRIES 3                       /* for a file that changes while it is read */
#define TEXT_MAX (256U * 1024)        /* of a file whose content is saved for a text diff */
#define TEXTS_MAX (16U * 1024 * 1024) /* of all of them */

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

bool content_share(struct content *c, const char *hex) {
        if (faccessat(c->blobs, hex, F_OK, 0) == 0)
                return true;
        if (c->known_blobs < 0 || linkat(c->known_blobs, hex, c->blobs, hex, 0) < 0)
                return false; /* missing, another file system, too many links: all the same */
        c->tally->shared++;
        return true;
}

static int content_write(struct content *c, const char *hex, const void *bytes, size_t n) {
        char again[DIGEST_HEX];
        if (content_share(c, hex))
                return 0;
        _cleanup_close_ int fd =
                openat(c->blobs, hex, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        c->unkept = true;
        int r = fd < 0 ? -errno : files_write_all(fd, bytes, n);
        if (r < 0)
                return r;
        /* The blob is read again through a descriptor of its own before it is relied on. */
        _cleanup_close_ int blob = openat(c->blobs, hex, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        r = blob < 0 ? -errno : digest_fd(blob, again);
        if (r < 0)
                return r;
        c->unkept = strcmp(hex, again) != 0;
        return c->unkept ? -EIO : 0;
}

static int content_read_small(struct content *c, int fd, const struct stat *st, char hex[static DIGEST_HEX]) {
        size_t length = 0;
        ssize_t n;
        if (!c->buffer)
                c->buffer = xcalloc(1, SMALL + 1);
        while ((n = read(fd, c->buffer + length, SMALL + 1 - length)) != 0) {
                if (n < 0 && errno != EINTR)
                        return -errno;
                length += n < 0 ? 0 : (size_t) n;
                if (length > SMALL)
                        return -EAGAIN;
        }
        int r = length == (size_t) st->st_size ? content_still_same(fd, st) : -EAGAIN;
        if (r < 0)
                return r;
        digest_bytes(c->buffer, length, hex);
        return c->blobs < 0 ? 0 : content_write(c, hex, c->buffer, length);
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

/* Hashed first and saved only when it still matches: an unnamed blob is useless. */
static int content_keep(struct content *c, int folder, const char *name, const struct entry *e, int blobs) {
        struct entry now = { .path = e->path };
        int r = content_read(c, folder, name, &now);
        if (r < 0)
                return r;
        if (strcmp(now.digest, e->digest) != 0)
                return -ESTALE;
        c->blobs = blobs;
        return content_read(c, folder, name, &now);
}

void snapshot_keep_text(int root, const struct entry *e, int blobs, uint64_t *bytes) {
        if (!S_ISREG(e->mode) || !e->digest[0] || e->size > TEXT_MAX || *bytes + e->size > TEXTS_MAX)
                return;
        const char *name;
        _cleanup_close_ int folder = files_open_parent(root, e->path, &name, NULL);
        if (folder < 0)
                return;
        struct snapshot_tally tally = {};
        struct content c = { .tally = &tally, .blobs = -1, .known_blobs = -1 };
        if (content_keep(&c, folder, name, e, blobs) >= 0)
                *bytes += e->size;
        free(c.buffer);
}

int snapshot_look(int folder, const char *name, const char *path, struct entry *ret) {
        int r = files_look(folder, name, path, ret);
        if (r < 0 || !S_ISREG(ret->mode))
                return r;
        ret->left_out = ret->size > SNAPSHOT_FILE_MAX;
        if (ret->left_out)
                return 0;
        _cleanup_close_ int fd = content_open(folder, name);
        r = fd < 0 ? fd : digest_fd(fd, ret->digest);
        if (r < 0)
                entry_done(ret);
        return r;
}

/* ---- manifests and blobs in their folders ---- */

int snapshot_store(int folder, const char *name, const struct manifest *m, int blobs, struct error **reterr) {
        /* One call for thousands of files; a sync of each takes longer than all the reading. */
        if (blobs >= 0 && syncfs(blobs) < 0)
                return error_errno(reterr, -errno, "The saved files cannot be brought to the disk");
        _cleanup_free_ char *text = manifest_format(m);
        return files_write(folder, name, text, strlen(text), 0600, reterr);
}

int snapshot_load(int folder, const char *name, struct manifest *ret, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = files_read(folder, name, MANIFEST_BYTES_MAX, &text, &n, reterr);
        return r < 0 ? r : manifest_parse(text, n, ret, reterr);
}

int snapshot_share(int from, int to, const char *digest) {
        static const char working[] = SNAPSHOT_WORKING;
        if (faccessat(to, digest, F_OK, 0) == 0 || linkat(from, digest, to, digest, 0) == 0)
                return 0;
        if (errno != EXDEV && errno != EMLINK)
                return -errno;
        unlinkat(to, working, 0);
        _cleanup_close_ int source = openat(from, digest, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        _cleanup_close_ int copy =
                source < 0 ? -1
                           : openat(to, working, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        int r = copy < 0 ? -errno : files_copy(source, copy);
        return r < 0 ? r : renameat(to, working, to, digest) < 0 ? -errno : 0;
}
