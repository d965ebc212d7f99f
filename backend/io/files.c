/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reason: one file, because all functions share the rules of how a file is opened. */
#include "backend/io/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

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

/* One component at a time, for kernels and seccomp filters without openat2(2). */
static int open_stepwise(int root_fd, const char *relative) {
        _cleanup_close_ int fd = openat(root_fd, ".", FOLDER_FLAGS);
        if (fd < 0)
                return -errno;
        for (const char *p = relative; *p;) {
                char name[NAME_MAX + 1];
                size_t n = strcspn(p, "/");
                if (n > NAME_MAX)
                        return -ENAMETOOLONG;
                memcpy(name, p, n);
                name[n] = '\0';
                p += n + (p[n] == '/');
                if (n == 0 || strcmp(name, ".") == 0)
                        continue;
                if (strcmp(name, "..") == 0)
                        return -EXDEV;
                int next = openat(fd, name, FOLDER_FLAGS);
                if (next < 0) {
                        struct stat st;
                        int r = -errno;         /* ENOTDIR for a symlink: the caller needs the difference */
                        return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)
                                       ? -ELOOP
                                       : r;
                }
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
        if (errno != ENOSYS && errno != EPERM)
                return -errno;
        return open_stepwise(root_fd, relative);
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

/* The folder part of an absolute path, NULL when out of memory. */
static char *folder_part(const char *path) {
        const char *slash = strrchr(path, '/');
        return !slash || slash == path ? strdup("/") : strndup(path, (size_t) (slash - path));
}

int files_open_parent(int root_fd, const char *path, const char **ret_name, struct error **reterr) {
        const char *slash = strrchr(path, '/');
        if (!slash || !slash[1])
                return error_set(reterr, -EINVAL, "%s is not the path of a file", path);
        _cleanup_free_ char *folder = folder_part(path);
        if (!folder)
                return error_set(reterr, -ENOMEM, "Out of memory");
        int fd = open_beneath(root_fd, folder);
        if (fd < 0)
                return folder_error(folder, fd, reterr);
        *ret_name = slash + 1;
        return fd;
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
        if ((r < 0 && r != -EEXIST) || (r >= 0 && fsync(parent) < 0))
                return error_errno(reterr, r < 0 ? r : -errno, "The folder %s cannot be made", path);
        _cleanup_close_ int fd = openat(parent, name, FOLDER_FLAGS);
        struct stat st;
        if (fd < 0) {
                r = -errno;     /* ENOTDIR for a symlink */
                return folder_error(
                        path,
                        fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode) ? -ELOOP
                                                                                                    : r,
                        reterr);
        }
        r = files_check_owner(fd, path, reterr);
        return r < 0 ? r : TAKE_FD(fd);
}

int files_make_folder(int root_fd, const char *path, struct error **reterr) {
        _cleanup_close_ int fd = openat(root_fd, ".", FOLDER_FLAGS);
        if (fd < 0)
                return folder_error("/", -errno, reterr);
        for (const char *p = path + strspn(path, "/"); *p;) {
                size_t n = strcspn(p, "/");
                _cleanup_free_ char *name = strndup(p, n), *so_far = strndup(path, (size_t) (p - path) + n);
                if (!name || !so_far)
                        return error_set(reterr, -ENOMEM, "Out of memory");
                if (strcmp(name, "..") == 0)
                        return error_set(reterr, -EINVAL, "The folder %s cannot be made", path);
                int next = step_into(fd, name, so_far, reterr);
                if (next < 0)
                        return next;
                close(fd);
                fd = next;
                p += n;
                p += strspn(p, "/");
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
        *ret = strdup(inside[0] ? inside : "/");
        return *ret ? 0 : -ENOMEM;
}

static int compare_xattrs(const void *a, const void *b) {
        return strcmp(((const struct xattr *) a)->name, ((const struct xattr *) b)->name);
}

static int read_one_xattr(const char *proc, const char *name, struct entry *e) {
        ssize_t size = getxattr(proc, name, NULL, 0);
        if (size < 0 || (size_t) size > XATTR_BYTES_MAX)
                return 0;       /* gone again, or not readable for us */
        struct xattr x = { .name = strdup(name), .value = malloc((size_t) size + 1) };
        struct xattr *xattrs = reallocarray(e->xattrs, e->n_xattrs + 1, sizeof *xattrs);
        if (xattrs)
                e->xattrs = xattrs;
        ssize_t n = x.name && x.value && xattrs ? getxattr(proc, name, x.value, (size_t) size + 1) : -1;
        if (n < 0) {
                int r = !x.name || !x.value || !xattrs ? -ENOMEM : 0;
                free(x.name);
                free(x.value);
                return r;
        }
        x.size = (size_t) n;
        e->xattrs[e->n_xattrs++] = x;
        return 0;
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
             name += strlen(name) + 1) {
                int r = read_one_xattr(proc, name, e);
                if (r < 0)
                        return r;
        }
        if (e->n_xattrs > 1)
                qsort(e->xattrs, e->n_xattrs, sizeof *e->xattrs, compare_xattrs);
        return 0;
}

static int read_target(int fd, char **ret) {
        char target[PATH_MAX];
        ssize_t n = readlinkat(fd, "", target, sizeof target);
        if (n < 0)
                return -errno;
        *ret = strndup(target, (size_t) n);
        return *ret ? 0 : -ENOMEM;
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
                .path = strdup(path),
        };
        int r = e.path ? read_xattrs(fd, &e) : -ENOMEM;
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
        _cleanup_str_ struct str text = {};
        char buffer[16 * 1024];
        for (;;) {
                ssize_t n = read(fd, buffer, sizeof buffer);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return error_errno(reterr, -errno, "The file %s cannot be read", name);
                if (n == 0)
                        break;
                if (text.length + (size_t) n > max)
                        return error_set(reterr, -E2BIG, "The file %s is larger than %zu bytes", name, max);
                str_add_bytes(&text, buffer, (size_t) n);
        }
        size_t length = text.length;
        char *bytes = str_take(&text);
        if (!bytes)
                return error_set(reterr, -ENOMEM, "Out of memory");
        *ret = bytes;
        *ret_n = length;
        return 0;
}

int files_write_all(int fd, const void *bytes, size_t n) {
        const char *p = bytes;
        while (n > 0) {
                ssize_t written = write(fd, p, n);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written < 0)
                        return -errno;
                p += written;
                n -= (size_t) written;
        }
        return 0;
}

static int copy_range(int from, int to, off_t at, off_t end) {
        char buffer[64 * 1024];
        while (at < end) {
                size_t want = (size_t) (end - at) < sizeof buffer ? (size_t) (end - at) : sizeof buffer;
                ssize_t n = pread(from, buffer, want, at);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;      /* it became shorter: the digest will show that */
                for (ssize_t done = 0; done < n;) {
                        ssize_t written = pwrite(to, buffer + done, (size_t) (n - done), at + done);
                        if (written < 0 && errno != EINTR)
                                return -errno;
                        done += written > 0 ? written : 0;
                }
                at += n;
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
static int temporary_name(char name[static 40]) {
        uint64_t random;
        if (getrandom(&random, sizeof random, 0) != sizeof random)
                return -EIO;
        snprintf(name, 40, ".fairlead-%016llx.tmp", (unsigned long long) random);
        return 0;
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
        int r = temporary_name(name);
        if (r < 0)
                return r;
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

/* In this order: chown(2) drops set-id bits and capabilities, an ACL sets group bits. */
static int set_attributes(int fd, const struct entry *like) {
        char proc[32];
        fd_path(proc, fd);
        if (fchownat(fd, "", like->uid, like->gid, AT_EMPTY_PATH) < 0)
                return -errno;
        if (!S_ISLNK(like->mode) && chmod(proc, like->mode & 07777) < 0)
                return -errno;
        return set_xattrs(proc, like);
}

static int set_time_of(int fd, const struct timespec *mtime) {
        char proc[32];
        const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, *mtime };
        return utimensat(AT_FDCWD, fd_path(proc, fd), times, 0) < 0 ? -errno : 0;
}

int files_set_time(int folder, const char *name, const struct timespec *mtime) {
        const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, *mtime };
        return utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
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
        if (ftruncate(fd, 0) < 0)
                return -errno;
        int r = files_copy(content, fd);
        if (r >= 0)
                r = set_attributes(fd, like);
        if (r >= 0 && like->mtime.tv_sec != 0)
                r = set_time_of(fd, &like->mtime);
        return r < 0 ? r : fsync(fd) < 0 ? -errno : 0;
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
        int r;
        if (!temporary[0]) {
                r = temporary_name(temporary);
                if (r < 0)
                        return r;
                /* linkat(2) cannot replace, so the file gets a temporary name first. */
                if (linkat(AT_FDCWD, fd_path(proc, fd), folder, temporary, AT_SYMLINK_FOLLOW) < 0)
                        return -errno;
        }
        r = take_place(folder, temporary, name, seen);
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
        int r = content_fd >= 0 ? files_copy(content_fd, fd) : files_write_all(fd, bytes, n);
        if (r >= 0)
                r = set_attributes(fd, like);
        if (r >= 0 && like->mtime.tv_sec != 0)
                r = set_time_of(fd, &like->mtime);
        if (r >= 0 && fsync(fd) < 0)
                r = -errno;
        if (r < 0) {
                if (temporary[0])
                        unlinkat(folder, temporary, 0);
                return r;
        }
        return files_publish(folder, fd, temporary, name, like, seen);
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

/* Everything but regular files: created under another name with all attributes, then renamed into place. */
static int put_special(int folder, const char *name, const struct entry *like, const struct entry *seen) {
        char temporary[40];
        int r = temporary_name(temporary);
        if (r < 0)
                return r;
        if (make_special(folder, temporary, like) < 0)
                return -errno;
        _cleanup_close_ int fd = openat(folder, temporary, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        r = fd < 0 ? -errno : set_attributes(fd, like);
        if (r >= 0)
                r = files_set_time(folder, temporary, &like->mtime);
        if (r >= 0 && S_ISDIR(like->mode))
                r = sync_object(folder, fd, like->mode);
        if (r >= 0)
                r = take_place(folder, temporary, name, seen);
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
        const struct entry like = { .mode = S_IFREG | mode, .uid = geteuid(), .gid = getegid() };
        int r = put_regular(folder, name, &like, -1, bytes, n, NULL);
        if (r < 0) {
                error_errno(reterr, r, "The file %s cannot be written", name);
                if (r == -ENOSPC || r == -EDQUOT)
                        error_hint(reterr, "Make room on its file system and try again");
        }
        return r < 0 ? r : 0;
}

int files_set_attributes(int folder, const char *name, const struct entry *like, const struct entry *seen,
                         struct error **reterr) {
        _cleanup_close_ int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;
        /* Not the object that was examined: perhaps a link to another file. */
        if (r >= 0 && ((st.st_mode & S_IFMT) != (like->mode & S_IFMT) || (seen && !is_seen(&st, seen))))
                r = -ESTALE;
        if (r >= 0)
                r = set_attributes(fd, like);
        if (r >= 0)
                r = set_time_of(fd, &like->mtime);
        if (r >= 0)
                r = sync_object(folder, fd, like->mode);
        return r < 0 ? error_errno(reterr, r, "The attributes of %s cannot be set",
                                   like->path ? like->path : name)
                     : 0;
}

int files_link(int from_folder, const char *from_name, const struct entry *from, int folder, const char *name,
               const struct entry *seen, struct error **reterr) {
        char temporary[40];
        struct stat st;
        int r = temporary_name(temporary);
        if (r >= 0 && linkat(from_folder, from_name, folder, temporary, 0) < 0)
                r = -errno;
        /* (Its ctime has just moved.) */
        if (r >= 0 && (fstatat(folder, temporary, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_ino != from->inode ||
                       st.st_dev != from->device))
                r = -ESTALE;
        if (r >= 0)
                r = take_place(folder, temporary, name, seen);
        /* rename(2) between two names of one file does nothing and leaves both */
        unlinkat(folder, temporary, 0);
        if (r >= 0 && fsync(folder) < 0)
                r = -errno;
        return r < 0 ? error_errno(reterr, r, "%s cannot be linked", name) : 0;
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

int files_sweep(int folder) {
        int fd = openat(folder, ".", FOLDER_FLAGS);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        if (!d) {
                int r = -errno;
                if (fd >= 0)
                        close(fd);
                return r;
        }
        int r = 0;
        for (struct dirent *item; r >= 0 && (item = readdir(d));)
                if (files_is_temporary(item->d_name))
                        r = files_remove(fd, item->d_name, NULL);
        closedir(d);
        return r;
}

static int remove_tree(int folder, const char *name, unsigned depth) {
        if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
                return 0;
        if (errno != EISDIR || depth > DEPTH_MAX)
                return -errno;
        int fd = openat(folder, name, FOLDER_FLAGS);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        if (!d) {
                int r = -errno;
                if (fd >= 0)
                        close(fd);
                return r;
        }
        int r = 0;
        for (struct dirent *item; r >= 0 && (item = readdir(d));)
                if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
                        r = remove_tree(fd, item->d_name, depth + 1);
        closedir(d);
        if (r >= 0 && unlinkat(folder, name, AT_REMOVEDIR) < 0)
                r = -errno;
        return r;
}

int files_remove_tree(int folder, const char *name) {
        return remove_tree(folder, name, 0);
}
