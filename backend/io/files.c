/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/internal.h"

#include <dirent.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "base/readfile.h"

#define XATTRS_MAX 64U
#define XATTR_BYTES_MAX (64U * 1024)

const char *files_fd_path(char buffer[static 32], int fd) {
        snprintf(buffer, 32, "/proc/self/fd/%d", fd);
        return buffer;
}

int files_open_root(const char *root, struct error **reterr) {
        int fd = open(root[0] ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r = fd < 0 ? -errno : fd;
        if (r < 0)
                error_errno(reterr, r, "The folder %s cannot be opened", root[0] ? root : "/");
        if (r == -EACCES)
                error_hint(reterr, "Only root may look there: run fairlead as root");
        return r;
}

/* The folder `name` in another; -ELOOP for a symlink, where the kernel says ENOTDIR. */
static int open_step(int folder, const char *name) {
        struct stat st;
        int fd = openat(folder, name, FOLDER_FLAGS), r = -errno;
        if (fd >= 0)
                return fd;
        return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode) ? -ELOOP : r;
}

/* One component at a time, for kernels and seccomp filters without openat2(2), and paths that no call takes
 * whole. */
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
        /* A path of any length leads somewhere; PATH_MAX is a limit of one call. */
        bool stepwise = errno == ENOSYS || errno == EPERM || errno == ENAMETOOLONG;
        return stepwise ? open_stepwise(root_fd, relative) : -errno;
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
        ssize_t root_length = readlink(files_fd_path(link, root_fd), root, sizeof root - 1);
        ssize_t length = readlink(files_fd_path(link, fd), target, sizeof target - 1);
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
ssize_t files_list_xattrs(const char *proc, char names[static XATTR_LIST_MAX]) {
        ssize_t n = listxattr(proc, names, 4096);
        return n < 0 && errno == ERANGE ? listxattr(proc, names, XATTR_LIST_MAX) : n;
}

/* Most objects have none, which costs one call. */
static int read_xattrs(int fd, struct entry *e) {
        char proc[32], names[XATTR_LIST_MAX];
        ssize_t n = files_list_xattrs(files_fd_path(proc, fd), names);
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
bool files_is(const struct stat *st, const struct entry *seen) {
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
        return seen->path && files_is(&st, seen);
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
