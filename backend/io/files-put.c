/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of files.h that changes files. */
#include "backend/io/internal.h"

#include <dirent.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>

#define DEPTH_MAX 64U

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
        arc4random_buf(&random, sizeof random);
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
        ssize_t n = files_list_xattrs(proc, names);
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
        files_fd_path(proc, fd);
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
                if (linkat(AT_FDCWD, files_fd_path(proc, fd), folder, temporary, AT_SYMLINK_FOLLOW) < 0)
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
        _cleanup_close_ int fd = open(files_fd_path(proc, path_fd), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
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
        if ((st.st_mode & S_IFMT) != (like->mode & S_IFMT) || (seen && !files_is(&st, seen)))
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

/* What lies deeper than descriptors reach is moved up, and removed from there. */
struct tree_removal {
        int top;
        char **aside; /* names in top */
};

static int remove_tree(struct tree_removal *removal, int folder, const char *name, unsigned depth) {
        if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
                return 0;
        if (errno != EISDIR)
                return -errno;
        if (depth > DEPTH_MAX) {
                char aside[40];
                temporary_name(aside);
                if (renameat(folder, name, removal->top, aside) < 0)
                        return -errno;
                strv_add(&removal->aside, aside);
                return 0;
        }
        DIR *d = open_items(folder, name);
        if (!d)
                return -errno;
        int r = 0;
        for (struct dirent *item; r >= 0 && (item = readdir(d));)
                if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
                        r = remove_tree(removal, dirfd(d), item->d_name, depth + 1);
        closedir(d);
        if (r >= 0 && unlinkat(folder, name, AT_REMOVEDIR) < 0)
                r = -errno;
        return r;
}

int files_remove_tree(int folder, const char *name) {
        struct tree_removal removal = { .top = folder };
        int r = remove_tree(&removal, folder, name, 0);
        for (size_t i = 0; r >= 0 && removal.aside && removal.aside[i]; i++)
                r = remove_tree(&removal, folder, removal.aside[i], 0);
        strv_free(removal.aside);
        return r;
}
