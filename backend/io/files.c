/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reason: one file, because all functions share the rules of how a file is opened. */
#include "backend/io/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "base/readfile.h"

#define XATTRS_MAX 64U
#define XATTR_BYTES_MAX (64U * 1024)
#define DEPTH_MAX 64U

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Some calls refuse O_PATH descriptors; the magic link of /proc leads to exactly that object. */
static const char *fd_path(char buffer[static 32], int fd) {
        snprintf(buffer, 32, "/proc/self/fd/%d", fd);
        return buffer;
}

int files_open_root(const char *root, struct error **reterr) {
        int fd = open(root[0] ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_errno(reterr, -errno, "The folder %s cannot be opened", root[0] ? root : "/");
        return fd;
}

/* The folder `name` in another; -ELOOP for a symlink, where the kernel says ENOTDIR. */
static int open_step(int folder, const char *name) {
        struct stat st;
        int fd = openat(folder, name, FOLDER_FLAGS), r = -errno;
        if (fd >= 0)
                return fd;
        return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode) ? -ELOOP : r;
}

/* One component at a time, for kernels and seccomp filters without openat2(2). */
static int open_stepwise(int root_fd, const char *relative) {
        _cleanup_free_ char *copy = xstrdup(relative);
        _cleanup_close_ int fd = openat(root_fd, ".", FOLDER_FLAGS);
        if (fd < 0)
                return -errno;
        for (char *rest = copy, *name; (name = strsep(&rest, "/"));) {
                if (!*name || strcmp(name, ".") == 0)
                        continue;
                int next = strcmp(name, "..") == 0 ? -EXDEV : open_step(fd, name);
                if (next < 0)
                        return next;
                close(fd);
                fd = next;
        }
        return TAKE_FD(fd);
}

static int open_beneath(int root_fd, const char *path) {
        const char *relative = path + strspn(path, "/");
        if (!*relative)
                relative = ".";
        const struct open_how how = {
                .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
        };
        long fd = syscall(SYS_openat2, root_fd, relative, &how, sizeof how);
        if (fd >= 0)
                return (int) fd;
        return errno != ENOSYS && errno != EPERM ? -errno : open_stepwise(root_fd, relative);
}

static int folder_error(const char *path, int r, struct error **reterr) {
        error_errno(reterr, r, "The folder %s cannot be opened", path);
        if (r == -ELOOP)
                error_hint(reterr, "A part of the path is a symbolic link; fairlead follows none");
        return r;
}

int files_open_folder(int root_fd, const char *path, struct error **reterr) {
        int fd = open_beneath(root_fd, path);
        return fd < 0 ? folder_error(path, fd, reterr) : fd;
}

int files_open_parent(int root_fd, const char *path, const char **ret_name, struct error **reterr) {
        const char *slash = strrchr(path, '/');
        if (!slash || !slash[1])
                return error_set(reterr, -EINVAL, "%s is not the path of a file", path);
        _cleanup_free_ char *folder = slash == path ? xstrdup("/") : xstrndup(path, (size_t) (slash - path));
        *ret_name = slash + 1;
        return files_open_folder(root_fd, folder, reterr);
}

int files_open_private(int folder, const char *name, bool make) {
        if (make && mkdirat(folder, name, 0700) < 0 && errno != EEXIST)
                return -errno;
        int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

int files_check_owner(int fd, const char *path, struct error **reterr) {
        struct stat st;
        if (fstat(fd, &st) < 0)
                return error_errno(reterr, -errno, "The folder %s cannot be looked at", path);
        if (st.st_uid != 0 && st.st_uid != geteuid()) {
                error_set(reterr, -EPERM, "The folder %s belongs to user %u", path, (unsigned) st.st_uid);
                error_hint(reterr, "See who made it; fairlead goes on when root owns it: chown root: %s",
                           path);
                return -EPERM;
        }
        if (st.st_mode & 022) {
                error_set(reterr, -EPERM, "%s is writable by group or others", path);
                error_hint(reterr, "See who made it; fairlead goes on after: chmod go-w %s", path);
                return -EPERM;
        }
        return 0;
}

/* The folder `name` in parent, created if missing. */
static int step_into(int parent, const char *name, const char *path, struct error **reterr) {
        /* The exact mode at once: a crash may leave the folder behind. */
        mode_t mask = umask(022);
        int r = mkdirat(parent, name, 0755) < 0 ? -errno : 0;
        umask(mask);
        if (r >= 0 && fsync(parent) < 0)
                r = -errno;
        if (r < 0 && r != -EEXIST)
                return error_errno(reterr, r, "The folder %s cannot be made", path);
        _cleanup_close_ int fd = open_step(parent, name);
        if (fd < 0)
                return folder_error(path, fd, reterr);
        r = files_check_owner(fd, path, reterr);
        return r < 0 ? r : TAKE_FD(fd);
}

int files_make_folder(int root_fd, const char *path, struct error **reterr) {
        _cleanup_free_ char *copy = xstrdup(path);
        _cleanup_close_ int fd = openat(root_fd, ".", FOLDER_FLAGS);
        if (fd < 0)
                return folder_error("/", -errno, reterr);
        for (char *rest = copy, *name; (name = strsep(&rest, "/"));) {
                _cleanup_free_ char *so_far = xstrndup(path, (size_t) (name - copy) + strlen(name));
                if (!*name)
                        continue;
                if (strcmp(name, "..") == 0)
                        return error_set(reterr, -EINVAL, "The folder %s cannot be made", path);
                int next = step_into(fd, name, so_far, reterr);
                if (next < 0)
                        return next;
                close(fd);
                fd = next;
        }
        return TAKE_FD(fd);
}

int files_resolve(int root_fd, const char *path, char **ret) {
        const struct open_how how = { .flags = O_PATH | O_CLOEXEC,
                                      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
        _cleanup_close_ int fd = (int) syscall(SYS_openat2, root_fd, path, &how, sizeof how);
        if (fd < 0)
                return -errno;
        char link[32], root[PATH_MAX], target[PATH_MAX];
        ssize_t root_length = readlink(fd_path(link, root_fd), root, sizeof root - 1);
        ssize_t length = readlink(fd_path(link, fd), target, sizeof target - 1);
        if (root_length < 0 || length < 0)
                return -errno;
        root[root_length] = target[length] = '\0';
        const char *inside = strcmp(root, "/") == 0 ? target : str_starts(target, root);
        if (!inside || (inside[0] != '/' && inside[0]))
                return -EXDEV;
        *ret = xstrdup(inside[0] ? inside : "/");
        return 0;
}

static int compare_xattrs(const void *a, const void *b) {
        return strcmp(((const struct xattr *) a)->name, ((const struct xattr *) b)->name);
}

static void read_one_xattr(const char *proc, const char *name, struct entry *e) {
        ssize_t size = getxattr(proc, name, NULL, 0);
        if (size < 0 || (size_t) size > XATTR_BYTES_MAX)
                return; /* gone again, or not readable for us */
        _cleanup_free_ char *value = xcalloc(1, (size_t) size + 1);
        ssize_t n = getxattr(proc, name, value, (size_t) size + 1);
        if (n < 0)
                return;
        room_for_one((void **) &e->xattrs, e->n_xattrs, sizeof *e->xattrs);
        e->xattrs[e->n_xattrs++] =
                (struct xattr) { .name = xstrdup(name), .value = TAKE(value), .size = (size_t) n };
}

/* The kernel allocates as much as is offered, and most objects have few: a small buffer is tried first. */
static ssize_t list_xattrs(const char *proc, char names[static XATTR_LIST_MAX]) {
        ssize_t n = listxattr(proc, names, 4096);
        return n < 0 && errno == ERANGE ? listxattr(proc, names, XATTR_LIST_MAX) : n;
}

/* Most objects have none, which costs one call. */
static int read_xattrs(int fd, struct entry *e) {
        char proc[32], names[XATTR_LIST_MAX];
        ssize_t n = list_xattrs(fd_path(proc, fd), names);
        if (n < 0)
                return errno == ENOTSUP || errno == ENOENT ? 0 : -errno;
        for (const char *name = names; name < names + n && e->n_xattrs < XATTRS_MAX;
             name += strlen(name) + 1)
                read_one_xattr(proc, name, e);
        if (e->n_xattrs > 1)
                qsort(e->xattrs, e->n_xattrs, sizeof *e->xattrs, compare_xattrs);
        return 0;
}

static int read_target(int fd, char **ret) {
        char target[PATH_MAX];
        ssize_t n = readlinkat(fd, "", target, sizeof target);
        if (n < 0)
                return -errno;
        *ret = xstrndup(target, (size_t) n);
        return 0;
}

/* Any change of an object moves its ctime. */
static bool is_seen(const struct stat *st, const struct entry *seen) {
        return st->st_ino == seen->inode && st->st_dev == seen->device &&
               st->st_ctim.tv_sec == seen->ctime.tv_sec && st->st_ctim.tv_nsec == seen->ctime.tv_nsec;
}

int files_look(int folder, const char *name, const char *path, struct entry *ret) {
        _cleanup_close_ int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        struct entry e = {
                .mode = st.st_mode,
                .uid = st.st_uid,
                .gid = st.st_gid,
                .size = S_ISREG(st.st_mode) ? (uint64_t) st.st_size : 0,
                .mtime = st.st_mtim,
                .ctime = st.st_ctim,
                .rdev = S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? st.st_rdev : 0,
                .inode = st.st_ino,
                .device = st.st_dev,
                .links = st.st_nlink,
                .path = xstrdup(path),
        };
        int r = read_xattrs(fd, &e);
        if (r >= 0 && S_ISLNK(st.st_mode))
                r = read_target(fd, &e.target);
        if (r < 0) {
                entry_done(&e);
                return r;
        }
        *ret = e;
        return 0;
}

bool files_still(int folder, const char *name, const struct entry *seen) {
        struct stat st;
        if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT && !seen->path;
        return seen->path && is_seen(&st, seen);
}

int files_read(int folder, const char *name, size_t max, char **ret, size_t *ret_n, struct error **reterr) {
        _cleanup_close_ int fd =
                openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0)
                return error_errno(reterr, -errno, "The file %s cannot be read", name);
        if (!S_ISREG(st.st_mode))
                return error_set(reterr, -EINVAL, "%s is not a regular file", name);
        int r = readfile_fd(fd, name, max, ret, ret_n, NULL);
        if (r == -EFBIG)
                return error_set(reterr, -E2BIG, "The file %s is larger than %zu bytes", name, max);
        return r < 0 ? error_errno(reterr, r, "The file %s cannot be read", name) : 0;
}

int files_write_all(int fd, const void *bytes, size_t n) {
        const char *p = bytes;
        while (n > 0) {
                ssize_t written = TEMP_FAILURE_RETRY(write(fd, p, n));
                if (written < 0)
                        return -errno;
                p += written;
                n -= (size_t) written;
        }
        return 0;
}

static int copy_range(int from, int to, off_t at, off_t end) {
        if (lseek(to, at, SEEK_SET) < 0)
                return -errno;
        while (at < end) {
                ssize_t n = TEMP_FAILURE_RETRY(sendfile(to, from, &at, (size_t) (end - at)));
                if (n <= 0)
                        return n < 0 ? -errno : 0; /* it became shorter: the digest will show that */
        }
        return 0;
}

int files_copy(int from, int to) {
        struct stat st;
        if (fstat(from, &st) < 0)
                return -errno;
        for (off_t at = 0; at < st.st_size;) {
                off_t data = lseek(from, at, SEEK_DATA);
                if (data < 0 && errno == ENXIO)
                        break;  /* a hole up to the end */
                off_t hole = data < 0 ? st.st_size : lseek(from, data, SEEK_HOLE);
                if (data < 0)
                        data = at;      /* a file system without holes */
                int r = copy_range(from, to, data, hole < 0 ? st.st_size : hole);
                if (r < 0)
                        return r;
                at = hole < 0 ? st.st_size : hole;
        }
        return ftruncate(to, st.st_size) < 0 ? -errno : 0;
}

/* Names that a scan of the folder recognises as ours and unfinished. */
static void temporary_name(char name[static 40]) {
        uint64_t random = 0;
        getrandom(&random, sizeof random, 0); /* never less: getrandom(2) on up to 256 bytes */
        snprintf(name, 40, ".fairlead-%016llx.tmp", (unsigned long long) random);
}

bool files_is_temporary(const char *name) {
        const char *digits = str_starts(name, ".fairlead-");
        return digits && strspn(digits, "0123456789abcdef") == 16 && strcmp(digits + 16, ".tmp") == 0;
}

/* An open, empty file of mode 0600: nameless where the file system can (name[0] is '\0'), else under name. */
static int open_temporary(int folder, char name[static 40]) {
        name[0] = '\0';
        int fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
                return fd < 0 ? -errno : fd;
        temporary_name(name);
        fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        return fd < 0 ? -errno : fd;
}

static int set_xattrs(const char *proc, const struct entry *like) {
        char names[XATTR_LIST_MAX];
        ssize_t n = list_xattrs(proc, names);
        for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
                bool wanted = false;
                for (size_t i = 0; i < like->n_xattrs && !wanted; i++)
                        wanted = strcmp(like->xattrs[i].name, name) == 0;
                /* A security label from the folder's policy belongs to the host. */
                if (!wanted && strcmp(name, "security.selinux") != 0)
                        (void) removexattr(proc, name);
        }
        for (size_t i = 0; i < like->n_xattrs; i++)
                if (setxattr(proc, like->xattrs[i].name, like->xattrs[i].value, like->xattrs[i].size, 0) <
                            0 &&
                    errno != ENOTSUP)
                        return -errno;
        return 0;
}

/* In this order: chown(2) drops set-id bits and capabilities, an ACL sets group bits, all move the times. */
static int set_attributes(int fd, const struct entry *like) {
        char proc[32];
        fd_path(proc, fd);
        if (fchownat(fd, "", like->uid, like->gid, AT_EMPTY_PATH) < 0)
                return -errno;
        if (!S_ISLNK(like->mode) && chmod(proc, like->mode & 07777) < 0)
                return -errno;
        int r = set_xattrs(proc, like);
        if (r < 0)
                return r;
        const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, like->mtime };
        return utimensat(AT_FDCWD, proc, times, 0) < 0 ? -errno : 0;
}

int files_set_time(int folder, const char *name, const struct timespec *mtime) {
        const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, *mtime };
        return utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int fill_regular(int fd, const struct entry *like, int content_fd, const void *bytes, size_t n) {
        int r = content_fd >= 0 ? files_copy(content_fd, fd) : files_write_all(fd, bytes, n);
        if (r < 0)
                return r;
        r = set_attributes(fd, like);
        return r < 0 ? r : fsync(fd) < 0 ? -errno : 0;
}

/* A file that is a mount point of its own (/etc/hosts in a container) cannot be replaced: its content and
 * attributes are overwritten in place. Not atomic; no other way exists. */
static int overwrite_in_place(int folder, const char *name, int content, const struct entry *like) {
        _cleanup_close_ int fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EBUSY;
        return ftruncate(fd, 0) < 0 ? -errno : fill_regular(fd, like, content, NULL, 0);
}

/* Renames a finished object from its temporary name. */
static int take_place(int folder, const char *temporary, const char *name, const struct entry *seen) {
        if (seen && !seen->path) {
                if (renameat2(folder, temporary, folder, name, RENAME_NOREPLACE) == 0)
                        return 0;
                if (errno == EEXIST)
                        return -ESTALE;
                if (errno != EINVAL)    /* not supported by the file system */
                        return -errno;
        }
        if (seen && !files_still(folder, name, seen))
                return -ESTALE;
        return renameat(folder, temporary, folder, name) < 0 ? -errno : 0;
}

/* Names the finished file, replacing the old one. */
static int files_publish(int folder, int fd, char temporary[static 40], const char *name,
                         const struct entry *like, const struct entry *seen) {
        char proc[32];
        if (!temporary[0]) {
                /* linkat(2) cannot replace, so the file gets a temporary name first. */
                temporary_name(temporary);
                if (linkat(AT_FDCWD, fd_path(proc, fd), folder, temporary, AT_SYMLINK_FOLLOW) < 0)
                        return -errno;
        }
        int r = take_place(folder, temporary, name, seen);
        if (r < 0) {
                unlinkat(folder, temporary, 0);
                return r == -EBUSY ? overwrite_in_place(folder, name, fd, like) : r;
        }
        return fsync(folder) < 0 ? -errno : 0;
}

static int put_regular(int folder, const char *name, const struct entry *like, int content_fd,
                       const void *bytes, size_t n, const struct entry *seen) {
        char temporary[40];
        _cleanup_close_ int fd = open_temporary(folder, temporary);
        if (fd < 0)
                return fd;
        int r = fill_regular(fd, like, content_fd, bytes, n);
        if (r >= 0)
                return files_publish(folder, fd, temporary, name, like, seen);
        if (temporary[0])
                unlinkat(folder, temporary, 0);
        return r;
}

/* The object itself: its attributes are not part of the folder. */
static int sync_object(int folder, int path_fd, mode_t mode) {
        char proc[32];
        if (!S_ISREG(mode) && !S_ISDIR(mode))
                return syncfs(folder) < 0 ? -errno : 0;         /* an open may have side effects, or fail */
        _cleanup_close_ int fd = open(fd_path(proc, path_fd), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int make_special(int folder, const char *name, const struct entry *like) {
        if (S_ISLNK(like->mode))
                return symlinkat(like->target ? like->target : "", folder, name);
        if (S_ISDIR(like->mode))
                return mkdirat(folder, name, 0700);
        return mknodat(folder, name, (like->mode & S_IFMT) | 0600, like->rdev);
}

/* A special file under a temporary name, with all attributes, into its place. */
static int finish_special(int folder, const char *temporary, const char *name, const struct entry *like,
                          const struct entry *seen) {
        _cleanup_close_ int fd = openat(folder, temporary, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        int r = fd < 0 ? -errno : set_attributes(fd, like);
        if (r < 0)
                return r;
        r = S_ISDIR(like->mode) ? sync_object(folder, fd, like->mode) : 0;
        return r < 0 ? r : take_place(folder, temporary, name, seen);
}

/* Everything but regular files. */
static int put_special(int folder, const char *name, const struct entry *like, const struct entry *seen) {
        char temporary[40];
        temporary_name(temporary);
        if (make_special(folder, temporary, like) < 0)
                return -errno;
        int r = finish_special(folder, temporary, name, like, seen);
        if (r < 0) {
                unlinkat(folder, temporary, S_ISDIR(like->mode) ? AT_REMOVEDIR : 0);
                return r;
        }
        return fsync(folder) < 0 ? -errno : 0;
}

int files_put(int folder, const char *name, const struct entry *like, int content_fd,
              const struct entry *seen, struct error **reterr) {
        int r = S_ISREG(like->mode) ? put_regular(folder, name, like, content_fd, NULL, 0, seen)
                                    : put_special(folder, name, like, seen);
        return r < 0 ? error_errno(reterr, r, "%s cannot be written", like->path ? like->path : name) : 0;
}

int files_write(int folder, const char *name, const void *bytes, size_t n, mode_t mode,
                struct error **reterr) {
        const struct entry like = { .mode = S_IFREG | mode,
                                    .uid = geteuid(),
                                    .gid = getegid(),
                                    .mtime.tv_nsec = UTIME_OMIT };
        int r = put_regular(folder, name, &like, -1, bytes, n, NULL);
        if (r >= 0)
                return 0;
        error_errno(reterr, r, "The file %s cannot be written", name);
        if (r == -ENOSPC || r == -EDQUOT)
                error_hint(reterr, "Make room on its file system and try again");
        return r;
}

int files_set_attributes(int folder, const char *name, const struct entry *like, const struct entry *seen) {
        _cleanup_close_ int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        /* Not the object that was examined: perhaps a link to another file. */
        if ((st.st_mode & S_IFMT) != (like->mode & S_IFMT) || (seen && !is_seen(&st, seen)))
                return -ESTALE;
        int r = set_attributes(fd, like);
        return r < 0 ? r : sync_object(folder, fd, like->mode);
}

int files_link(int from_folder, const char *from_name, const struct entry *from, int folder, const char *name,
               const struct entry *seen) {
        char temporary[40];
        struct stat st;
        temporary_name(temporary);
        if (linkat(from_folder, from_name, folder, temporary, 0) < 0)
                return -errno;
        /* (Its ctime has just moved.) */
        bool same = fstatat(folder, temporary, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == from->inode &&
                    st.st_dev == from->device;
        int r = same ? take_place(folder, temporary, name, seen) : -ESTALE;
        /* rename(2) between two names of one file does nothing and leaves both */
        unlinkat(folder, temporary, 0);
        if (r < 0)
                return r;
        return fsync(folder) < 0 ? -errno : 0;
}

int files_remove(int folder, const char *name, struct error **reterr) {
        int r = unlinkat(folder, name, 0) < 0 ? -errno : 0;
        if (r == -EISDIR)
                r = unlinkat(folder, name, AT_REMOVEDIR) < 0 ? -errno : 0;
        if (r == -ENOENT)
                return 0;
        if (r >= 0 && fsync(folder) < 0)
                r = -errno;
        return r < 0 ? error_errno(reterr, r, "%s cannot be removed", name) : 0;
}

/* NULL: errno has the reason. */
static DIR *open_items(int folder, const char *name) {
        _cleanup_close_ int fd = openat(folder, name, FOLDER_FLAGS);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        if (d)
                fd = -1; /* it is d's now */
        return d;
}

int files_sweep(int folder) {
        DIR *d = open_items(folder, ".");
        if (!d)
                return -errno;
        int r = 0;
        for (struct dirent *item; r >= 0 && (item = readdir(d));)
                if (files_is_temporary(item->d_name))
                        r = files_remove(dirfd(d), item->d_name, NULL);
        closedir(d);
        return r;
}

static int remove_tree(int folder, const char *name, unsigned depth) {
        if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
                return 0;
        if (errno != EISDIR || depth > DEPTH_MAX)
                return -errno;
        DIR *d = open_items(folder, name);
        if (!d)
                return -errno;
        int r = 0;
        for (struct dirent *item; r >= 0 && (item = readdir(d));)
                if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
                        r = remove_tree(dirfd(d), item->d_name, depth + 1);
        closedir(d);
        if (r >= 0 && unlinkat(folder, name, AT_REMOVEDIR) < 0)
                r = -errno;
        return r;
}

int files_remove_tree(int folder, const char *name) {
        return remove_tree(folder, name, 0);
}
