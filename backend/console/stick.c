/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/stick.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include "backend/console/done.h"
#include "backend/format/seed/seed.h"
#include "backend/io/files.h"

/* ---- the mount ---- */

/* Those that sticks and discs have. Of ext4 the journal is not replayed, so that nothing is written, and what
 * is to become of an error is not for the stick to say: its own word may be panic. */
static const struct {
        const char *type, *flag, *errors;
} stick_types[] = {
        { .type = "vfat" },
        { .type = "exfat" },
        { .type = "ext4", .flag = "noload", .errors = "remount-ro" },
        { .type = "iso9660" },
        { .type = "udf" },
};

/* By number: older C libraries have no functions for them, and newer ones declare them in a header that the
 * kernel's does not go with. */
static int stick_configure(int context, unsigned command, const char *key, const char *value) {
        return (int) syscall(SYS_fsconfig, context, command, key, value, 0);
}

static int stick_mount_as(size_t type, const char *device) {
        _cleanup_close_ int context = (int) syscall(SYS_fsopen, stick_types[type].type, FSOPEN_CLOEXEC);
        const char *flag = stick_types[type].flag, *errors = stick_types[type].errors;
        if (context < 0 || stick_configure(context, FSCONFIG_SET_STRING, "source", device) < 0 ||
            stick_configure(context, FSCONFIG_SET_FLAG, "ro", NULL) < 0 ||
            (flag && stick_configure(context, FSCONFIG_SET_FLAG, flag, NULL) < 0) ||
            (errors && stick_configure(context, FSCONFIG_SET_STRING, "errors", errors) < 0) ||
            stick_configure(context, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
                return -errno;
        int fd = (int) syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
                               MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
        return fd < 0 ? -errno : fd;
}

int stick_mount(const char *device, struct error **reterr) {
        struct stat st;
        int first = -ENODEV;
        if (stat(device, &st) < 0)
                return error_errno(reterr, -errno, "The stick %s cannot be found", device);
        if (!S_ISBLK(st.st_mode))
                return error_set(reterr, -ENOTBLK, "%s is no device that a file system is on", device);
        for (size_t i = 0; i < ELEMENTS(stick_types); i++) {
                int fd = stick_mount_as(i, device);
                if (fd >= 0)
                        return fd;
                /* ENODEV: the kernel does not know the type; EINVAL: the device has another one. */
                if (fd != -ENODEV && fd != -EINVAL)
                        first = fd;
        }
        if (first == -ENODEV) {
                error_set(reterr, -EINVAL, "The stick %s has no file system that is read here", device);
                return error_hint(reterr, "vfat, exfat, ext4, iso9660 and udf are");
        }
        return error_errno(reterr, first, "The stick %s cannot be mounted", device);
}

/* ---- the copy ---- */

struct stick_copying {
        int stick, to;
        unsigned long long left; /* bytes that may come still */
};

/* The folders of a relative path are made, too. The caller closes it. */
static int stick_open_target(const struct stick_copying *c, const char *path, struct error **reterr) {
        _cleanup_strv_ char **parts = strv_split(path, "/");
        _cleanup_close_ int at = fcntl(c->to, F_DUPFD_CLOEXEC, 0);
        int r = at < 0 ? -errno : 0;
        size_t n = strv_length(parts);
        for (size_t i = 0; r >= 0 && i + 1 < n; i++) {
                r = files_open_private(at, parts[i], true);
                if (r < 0)
                        break;
                close(at);
                at = r;
        }
        const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
        int fd = r < 0 ? r : openat(at, parts[n - 1], flags, 0600);
        if (fd >= 0)
                return fd;
        return error_errno(reterr, r < 0 ? r : -errno, "The archive %s cannot be copied", path);
}

static int stick_open_source(struct stick_copying *c, const char *path, struct error **reterr) {
        const char *name;
        struct stat st;
        struct statvfs room;
        _cleanup_free_ char *whole = str_printf("/fairlead/%s", path);
        _cleanup_close_ int folder = files_open_parent(c->stick, whole, &name, reterr);
        if (folder < 0)
                return folder;
        /* not blocking: it might be a pipe */
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return error_errno(reterr, -errno, "The archive %s cannot be read", path);
        if (!S_ISREG(st.st_mode))
                return error_set(reterr, -EINVAL, "%s is no file: a stick has images in archives", path);
        if ((unsigned long long) st.st_size > c->left)
                return error_set(reterr, -EFBIG, "The archives on the stick are larger than %llu GiB",
                                 STICK_BYTES_MAX >> 30);
        /* The engine unpacks them beside. */
        if (fstatvfs(c->to, &room) == 0 &&
            (unsigned long long) st.st_size > room.f_bavail * room.f_frsize / 2)
                return error_set(reterr, -ENOSPC, "There is no room for the archive %s on this host", path);
        c->left -= (unsigned long long) st.st_size;
        return TAKE_FD(fd);
}

static int stick_copy_archive(struct stick_copying *c, const char *path, struct error **reterr) {
        _cleanup_close_ int from = stick_open_source(c, path, reterr);
        if (from < 0)
                return from;
        _cleanup_close_ int to = stick_open_target(c, path, reterr);
        int r = to < 0 ? to : files_copy(from, to);
        if (r >= 0 && fsync(to) < 0)
                r = -errno;
        return to < 0 ? to : r < 0 ? error_errno(reterr, r, "The archive %s cannot be copied", path) : 0;
}

static int stick_copy_image(struct stick_copying *c, const struct seed_service *service,
                            struct error **reterr) {
        _cleanup_free_ char *path = NULL;
        int r = seed_image_path(service, &path, reterr);
        bool archive = str_starts(service->image, "oci-archive:") ||
                       str_starts(service->image, "docker-archive:");
        if (r >= 0 && path && !archive) {
                error_set(reterr, -EINVAL, "The image %s is a folder", service->image);
                r = error_hint(reterr, "From a stick images come in archives: oci-archive:FILE");
        } else if (r >= 0 && path)
                r = stick_copy_archive(c, path, reterr);
        if (r >= 0 || !reterr || !*reterr)
                return r;
        _cleanup_free_ char *message = error_line(*reterr), *hint = xstrdup((*reterr)->hint);
        error_set(reterr, r, STICK_SHOWN ":%u: %s", service->line, message);
        return hint ? error_hint(reterr, "%s", hint) : r;
}

int stick_copy(const struct paths *paths, int stick, int to, char digest[static DIGEST_HEX],
               struct error **reterr) {
        _cleanup_(seed_done) struct seed seed = {};
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *text = NULL;
        struct stick_copying c = { .stick = stick, .to = to, .left = STICK_BYTES_MAX };
        const char *name;
        size_t n;
        *digest = '\0';
        _cleanup_close_ int folder = files_open_parent(stick, "/" STICK_FILE, &name, &e);
        int r = folder < 0 ? folder : files_read(folder, name, SEED_BYTES_MAX, &text, &n, &e);
        if (r == -ENOENT)
                return r;
        if (r < 0) {
                (void) error_take(reterr, TAKE(e));
                return error_wrap(reterr, r, "The answer file " STICK_SHOWN " cannot be read");
        }
        digest_bytes(text, n, digest);
        if (done_has_answers(paths, digest))
                return -EALREADY;
        r = seed_parse(STICK_SHOWN, text, n, &seed, reterr);
        for (size_t i = 0; r >= 0 && i < seed.n_services; i++)
                r = stick_copy_image(&c, &seed.services[i], reterr);
        return r < 0 ? r : files_write(to, STICK_COPY, text, n, 0600, reterr);
}
