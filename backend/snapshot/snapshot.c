/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reason: one file, because the walk, the reading and the keeping of one file share one state and one budget.
 */
#include "backend/snapshot/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/str.h"
#include "model/job/manifest.h"

#define SMALL (1024U * 1024)    /* read whole into one buffer; what is larger goes through piece by piece */
#define TRIES 3                 /* for a file that changes while it is read */

/* A file whose status changed this shortly before the reading began may change again within the same tick of
 * the clock: its times prove nothing. */
#define RACY_SECONDS 2

struct frame {
        DIR *dir;
        char *path;
        dev_t device;
        bool only_known;        /* an earlier look did not see all of it: what that one did not name is not
                                 * looked at */
};

struct snapshot {
        struct snapshot_options options;
        struct snapshot_tally tally;
        struct manifest manifest;
        struct digest *digest;
        char **roots;
        size_t next_root;
        struct frame frames[SNAPSHOT_DEPTH_MAX];
        size_t depth;
        bool unkept;            /* a content could be read, and not be kept: that is no matter of one file */
        char *buffer;           /* SMALL + 1 bytes, allocated with the first file */
};

static bool below_any(const char *path, const char *const *folders, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (path_below(path, folders[i]))
                        return true;
        return false;
}

bool snapshot_skipped(const char *path) {
        static const char *const skipped[] = { "/proc",
                                               "/sys",
                                               "/dev",
                                               "/run",
                                               "/tmp",
                                               "/var/tmp",
                                               "/var/run",
                                               "/var/lock",
                                               "/var/lib/containers",
                                               "/var/lib/docker",
                                               "/var/lib/fairlead",
                                               "/var/log/journal" };
        return below_any(path, skipped, ELEMENTS(skipped));
}

bool snapshot_volatile(const char *path) {
        static const char *const areas[] = { "/var/log", "/var/cache", "/var/spool", "/var/mail",
                                             "/var/lib/systemd" };
        return below_any(path, areas, ELEMENTS(areas));
}

/* The roots of the walk: the plan's paths with their symlinks resolved, none twice, none below another. */
static int add_root(struct snapshot *s, const char *path) {
        _cleanup_free_ char *resolved = NULL;
        int r = files_resolve(s->options.root, path, &resolved);
        if (r == -ENOMEM)
                return r;
        /* What does not exist yet is kept as it was named: a later look finds it added. */
        const char *root = r < 0 ? path : resolved;
        if (root[0] != '/' || snapshot_skipped(root) || strcmp(root, "/") == 0)
                return 0;
        for (char **other = s->roots; other && *other; other++)
                if (path_below(root, *other))
                        return 0;
        return strv_add(&s->roots, root);
}

static int add_roots(struct snapshot *s) {
        static const char *const whole[] = { "/etc", "/usr/local" };
        int r = 0;
        for (char *const *path = s->options.paths; r >= 0 && path && *path; path++) {
                if (strcmp(*path, "/") != 0) {
                        r = add_root(s, *path);
                        continue;
                }
                for (size_t i = 0; r >= 0 && i < ELEMENTS(whole); i++)
                        r = add_root(s, whole[i]);
        }
        return r;
}

int snapshot_new(const struct snapshot_options *options, struct snapshot **ret, struct error **reterr) {
        _cleanup_(snapshot_freep) struct snapshot *s = calloc(1, sizeof *s);
        if (!s)
                return error_set(reterr, -ENOMEM, "Out of memory");
        s->options = *options;
        if (!s->options.files_max)
                s->options.files_max = SNAPSHOT_FILES_MAX;
        if (!s->options.bytes_max)
                s->options.bytes_max = SNAPSHOT_BYTES_MAX;
        if (!s->options.file_max)
                s->options.file_max = SNAPSHOT_FILE_MAX;
        s->manifest.taken = time(NULL);
        s->digest = digest_new();
        if (!s->digest || add_roots(s) < 0)
                return error_set(reterr, -ENOMEM, "Out of memory");
        *ret = TAKE(s);
        return 0;
}

static void snapshot_pop(struct snapshot *s) {
        struct frame *frame = &s->frames[--s->depth];
        closedir(frame->dir);
        free(frame->path);
}

struct snapshot *snapshot_free(struct snapshot *s) {
        if (!s)
                return NULL;
        while (s->depth)
                snapshot_pop(s);
        manifest_done(&s->manifest);
        digest_free(s->digest);
        strv_free(s->roots);
        free(s->buffer);
        free(s);
        return NULL;
}

const struct snapshot_tally *snapshot_tally(const struct snapshot *s) {
        return &s->tally;
}

void snapshot_take(struct snapshot *s, struct manifest *ret) {
        *ret = s->manifest;
        s->manifest = (struct manifest) {};
}

static bool same_time(const struct timespec *a, const struct timespec *b) {
        return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Is the earlier look's digest still true, by everything that a change of content moves? */
static const struct entry *known_unchanged(const struct snapshot *s, const struct entry *e) {
        const struct entry *known = s->options.known ? manifest_find(s->options.known, e->path) : NULL;
        if (!known || !known->digest[0] || !S_ISREG(known->mode) || known->inode != e->inode ||
            known->device != e->device || known->size != e->size || !same_time(&known->mtime, &e->mtime) ||
            !same_time(&known->ctime, &e->ctime))
                return NULL;
        if (s->options.known->taken == 0 || known->ctime.tv_sec + RACY_SECONDS > s->options.known->taken)
                return NULL;
        return known;
}

/* -EAGAIN: the file is not any more what it was when the reading began. */
static int still_same(int fd, const struct stat *before) {
        struct stat st;
        if (fstat(fd, &st) < 0)
                return -errno;
        return st.st_size == before->st_size && same_time(&st.st_mtim, &before->st_mtim) &&
                               same_time(&st.st_ctim, &before->st_ctim)
                       ? 0
                       : -EAGAIN;
}

/* Links the blob from the earlier snapshot, or finds it among those of this one. 1: it is here, 0: it must be
 * written. */
static int share_blob(struct snapshot *s, const char *hex) {
        if (faccessat(s->options.blobs, hex, F_OK, 0) == 0)
                return 1;
        if (s->options.known_blobs < 0 || linkat(s->options.known_blobs, hex, s->options.blobs, hex, 0) < 0)
                return 0;       /* not there, another file system, too many links: all the same */
        s->tally.shared++;
        return 1;
}

/* What was written is read back through a descriptor of its own before anybody relies on it. */
static int verify_blob(struct snapshot *s, const char *name, const char *hex) {
        char again[DIGEST_HEX];
        _cleanup_close_ int fd = openat(s->options.blobs, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        int r = fd < 0 ? -errno : digest_fd(s->digest, fd, again);
        return r < 0 ? r : strcmp(hex, again) == 0 ? 0 : -EIO;
}

static int write_blob(struct snapshot *s, const char *hex, const void *bytes, size_t n) {
        if (share_blob(s, hex))
                return 0;
        _cleanup_close_ int fd =
                openat(s->options.blobs, hex, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        int r = fd < 0 ? -errno : files_write_all(fd, bytes, n);
        if (r >= 0)
                r = verify_blob(s, hex, hex);
        s->unkept = r < 0;
        return r;
}

static int snapshot_read_small(struct snapshot *s, int fd, const struct stat *st,
                               char hex[static DIGEST_HEX]) {
        if (!s->buffer && !(s->buffer = malloc(SMALL + 1)))
                return -ENOMEM;
        size_t length = 0;
        for (;;) {
                ssize_t n = read(fd, s->buffer + length, SMALL + 1 - length);
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
        int r = length == (size_t) st->st_size ? still_same(fd, st) : -EAGAIN;
        if (r >= 0)
                r = digest_bytes(s->digest, s->buffer, length, hex);
        if (r >= 0 && s->options.blobs >= 0)
                r = write_blob(s, hex, s->buffer, length);
        return r;
}

/* Copied under a working name first, because its name is known only at its end; holes stay holes. */
static int read_large(struct snapshot *s, int fd, const struct stat *st, char hex[static DIGEST_HEX]) {
        static const char working[] = SNAPSHOT_WORKING;
        if (s->options.blobs < 0) {
                int r = digest_fd(s->digest, fd, hex);
                return r < 0 ? r : still_same(fd, st);
        }
        unlinkat(s->options.blobs, working, 0);
        _cleanup_close_ int blob =
                openat(s->options.blobs, working, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        int r = blob < 0 ? -errno : files_copy(fd, blob);
        if (r >= 0)
                r = still_same(fd, st);
        if (r >= 0)
                r = digest_fd(s->digest, blob, hex);
        if (r >= 0 && !share_blob(s, hex) && renameat(s->options.blobs, working, s->options.blobs, hex) < 0)
                r = -errno;
        /* Which of the two files was it? */
        s->unkept = r < 0 && r != -EAGAIN && digest_fd(s->digest, fd, hex) >= 0;
        unlinkat(s->options.blobs, working, 0);
        return r;
}

static int open_content(int folder, const char *name) {
        const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        int fd = openat(folder, name, flags | O_NOATIME);
        if (fd < 0 && errno == EPERM)
                fd = openat(folder, name, flags);
        return fd < 0 ? -errno : fd;
}

/* Hashes (and keeps) the content. What the file was at that very moment is what the entry says afterwards. */
static int read_content(struct snapshot *s, int folder, const char *name, struct entry *e) {
        int r = -EAGAIN;
        for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
                _cleanup_close_ int fd = open_content(folder, name);
                struct stat st;
                if (fd < 0)
                        return fd;
                if (fstat(fd, &st) < 0)
                        return -errno;
                if (!S_ISREG(st.st_mode))
                        return -EAGAIN;
                r = st.st_size <= (off_t) SMALL ? snapshot_read_small(s, fd, &st, e->digest)
                                                : read_large(s, fd, &st, e->digest);
                e->size = (uint64_t) st.st_size;
                e->mtime = st.st_mtim;
                e->ctime = st.st_ctim;
                e->inode = st.st_ino;
                e->device = st.st_dev;
                e->links = st.st_nlink;
                if (r < 0)
                        e->digest[0] = '\0';
        }
        s->tally.read += r >= 0;
        return r;
}

const char *snapshot_reason_text(enum snapshot_reason reason) {
        static const char *const texts[_SNAPSHOT_REASON_MAX] = {
                [SNAPSHOT_TOO_LARGE] = "it is too large",
                [SNAPSHOT_TOO_MUCH] = "too much is saved before it",
                [SNAPSHOT_TOO_MANY] = "too many files are saved before the rest of it",
                [SNAPSHOT_UNREADABLE] = "it cannot be read",
                [SNAPSHOT_CHANGING] = "it changes while it is read",
                [SNAPSHOT_OTHER_DEVICE] = "another file system is mounted there",
                [SNAPSHOT_OTHERS] = "others write there at any time",
                [SNAPSHOT_DEEP] = "it lies too deep",
        };
        return (size_t) reason < ELEMENTS(texts) ? texts[reason] : "?";
}

static void leave_out(struct snapshot *s, struct entry *e, enum snapshot_reason reason) {
        e->left_out = true;
        if (s->options.left_out)
                s->options.left_out(e->path, reason, s->options.userdata);
}

/* Of an area of others the outermost object of the walk is told, not each file in it. */
static void tell_of_others(struct snapshot *s, const struct entry *e) {
        bool told = s->depth && snapshot_volatile(s->frames[s->depth - 1].path);
        if (!told && s->options.left_out)
                s->options.left_out(e->path, SNAPSHOT_OTHERS, s->options.userdata);
}

static void leave_to_others(struct snapshot *s, struct entry *e) {
        e->left_out = true;
        tell_of_others(s, e);
}

/* May the snapshot stop for it? Everything else concerns one file only, which is then left out. */
static bool snapshot_fatal(int r) {
        return r == -ENOMEM || r == -ENOSPC || r == -EDQUOT || r == -EROFS || r == -EMFILE || r == -ENFILE;
}

static int keep_regular(struct snapshot *s, int folder, const char *name, struct entry *e) {
        const struct entry *known = known_unchanged(s, e);
        if (known && (s->options.blobs < 0 || share_blob(s, known->digest))) {
                memcpy(e->digest, known->digest, sizeof e->digest);
                s->tally.bytes += e->size;
                return 0;
        }
        if (snapshot_volatile(e->path)) {
                leave_to_others(s, e);
                return 0;
        }
        if (e->size > s->options.file_max || s->tally.bytes + e->size > s->options.bytes_max) {
                leave_out(s, e, e->size > s->options.file_max ? SNAPSHOT_TOO_LARGE : SNAPSHOT_TOO_MUCH);
                return 0;
        }
        int r = s->options.names_only ? 0 : read_content(s, folder, name, e);
        if (snapshot_fatal(r) || (r < 0 && s->unkept))
                return r;
        if (r < 0)
                leave_out(s, e, r == -EAGAIN ? SNAPSHOT_CHANGING : SNAPSHOT_UNREADABLE);
        else
                s->tally.bytes += e->size;
        return 0;
}

/* Opens a folder for the walk, or marks its entry as left out. */
static int snapshot_enter(struct snapshot *s, int folder, const char *name, struct entry *e) {
        const struct entry *known = s->options.known ? manifest_find(s->options.known, e->path) : NULL;
        bool other = s->depth && s->frames[s->depth - 1].device != (dev_t) e->device;
        bool only_known = known && S_ISDIR(known->mode) && known->left_out;
        e->left_out = only_known;
        if (other || s->depth == SNAPSHOT_DEPTH_MAX) {
                leave_out(s, e, other ? SNAPSHOT_OTHER_DEVICE : SNAPSHOT_DEEP);
                return 0;
        }
        if (snapshot_volatile(e->path))
                tell_of_others(s, e);   /* the folder itself is saved; what is in it is not */
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);
        if (!dir) {
                if (errno == ENOMEM || errno == EMFILE || errno == ENFILE)
                        return -errno;
                leave_out(s, e, SNAPSHOT_UNREADABLE);
                return 0;
        }
        fd = -1;
        char *path = strdup(e->path);
        if (!path) {
                closedir(dir);
                return -ENOMEM;
        }
        s->frames[s->depth++] = (struct frame) {
                .dir = dir, .path = path, .device = (dev_t) e->device, .only_known = only_known
        };
        return 0;
}

static int snapshot_visit(struct snapshot *s, int folder, const char *name, const char *path) {
        if (snapshot_skipped(path))
                return 0;
        for (char *const *excluded = s->options.excluded; excluded && *excluded; excluded++)
                if (path_below(path, *excluded))
                        return 0;
        struct entry e = {};
        /* Beyond the ceiling the roots that are still to come are noted by name: else a later look would take
         * them for added. */
        bool full = s->tally.files >= s->options.files_max;
        if (full && s->depth)
                return -E2BIG;
        int r = files_look(folder, name, path, &e);
        if (r == -ENOENT)
                return 0;       /* gone since the folder was read */
        if (r < 0 && !snapshot_fatal(r) && (e.path = strdup(path))) {
                leave_out(s, &e, SNAPSHOT_UNREADABLE);
                r = 0;
        } else if (r < 0)
                return r;
        else if (full)
                leave_out(s, &e, SNAPSHOT_TOO_MANY);
        else if (S_ISREG(e.mode))
                r = keep_regular(s, folder, name, &e);
        else if (S_ISDIR(e.mode))
                r = snapshot_enter(s, folder, name, &e);
        if (r < 0) {
                entry_done(&e);
                return r;
        }
        s->tally.files++;
        s->tally.left_out += e.left_out;
        if (!s->options.names_only)
                return manifest_take(&s->manifest, &e);
        entry_done(&e);         /* tens of thousands of them are no small matter for a console */
        return 0;
}

/* The ceiling on the number: what is open is marked as left out, so that no later look takes the rest for
 * added. */
static void stop_walking(struct snapshot *s) {
        for (size_t j = 0; s->options.names_only && s->options.left_out && j < s->depth; j++)
                s->options.left_out(s->frames[j].path, SNAPSHOT_TOO_MANY, s->options.userdata);
        for (size_t i = 0; i < s->manifest.n; i++)
                for (size_t j = 0; j < s->depth; j++)
                        if (strcmp(s->manifest.items[i].path, s->frames[j].path) == 0) {
                                s->tally.left_out += !s->manifest.items[i].left_out;
                                leave_out(s, &s->manifest.items[i], SNAPSHOT_TOO_MANY);
                        }
        while (s->depth)
                snapshot_pop(s);
}

static int visit_root(struct snapshot *s, const char *root) {
        const char *name;
        _cleanup_close_ int folder = files_open_parent(s->options.root, root, &name, NULL);
        return folder < 0 ? 0 : snapshot_visit(s, folder, name, root);
}

static int visit_next(struct snapshot *s) {
        struct frame *frame = &s->frames[s->depth - 1];
        errno = 0;
        const struct dirent *item = readdir(frame->dir);
        if (!item) {
                snapshot_pop(s);
                return 0;
        }
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
                return 0;
        _cleanup_free_ char *path = str_printf("%s/%s", frame->path, item->d_name);
        if (!path)
                return -ENOMEM;
        if (frame->only_known && !manifest_find(s->options.known, path))
                return 0;
        return snapshot_visit(s, dirfd(frame->dir), item->d_name, path);
}

int snapshot_go(struct snapshot *s, uint64_t usec, struct error **reterr) {
        uint64_t end = usec ? (uint64_t) usec_now(CLOCK_MONOTONIC) + usec : UINT64_MAX;
        for (;;) {
                int r;
                if (s->depth)
                        r = visit_next(s);
                else if (s->roots && s->roots[s->next_root])
                        r = visit_root(s, s->roots[s->next_root++]);
                else {
                        manifest_sort(&s->manifest);
                        return 1;
                }
                if (r == -E2BIG)
                        stop_walking(s);
                else if (r < 0) {
                        error_errno(reterr, r, "The host's files cannot be saved");
                        if (r == -ENOSPC || r == -EDQUOT)
                                error_hint(reterr, "Make room in fairlead's state folder and try again");
                        return r;
                }
                if ((uint64_t) usec_now(CLOCK_MONOTONIC) >= end)
                        return 0;
        }
}

int snapshot_keep(int root, const struct entry *e, int blobs) {
        struct snapshot s = { .options = { .root = root, .blobs = -1, .known_blobs = -1 },
                              .digest = digest_new() };
        struct entry now = { .path = e->path };
        const char *name;
        _cleanup_close_ int folder = s.digest ? files_open_parent(root, e->path, &name, NULL) : -ENOMEM;
        /* Hashed first and kept only when it is the right one: a blob that nobody names is of no use. */
        int r = folder < 0 ? folder : read_content(&s, folder, name, &now);
        if (r >= 0 && strcmp(now.digest, e->digest) != 0)
                r = -ESTALE;
        s.options.blobs = blobs;
        if (r >= 0)
                r = read_content(&s, folder, name, &now);
        digest_free(s.digest);
        free(s.buffer);
        return r < 0 ? r : 0;
}
