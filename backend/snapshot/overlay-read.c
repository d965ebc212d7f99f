/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the changes to the copy: the upper layers hold exactly those, with marks for removed objects. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "backend/io/digest.h"
#include "backend/io/files.h"
#include "backend/snapshot/internal.h"
#include "backend/snapshot/overlay.h"
#include "backend/snapshot/snapshot.h"

#define OBJECTS_MAX SNAPSHOT_FILES_MAX
#define DEPTH_MAX 64U
#define TEXT_MAX (256U * 1024)        /* of a file whose content is saved for a text diff */
#define TEXTS_MAX (16U * 1024 * 1024) /* of all of them */

struct reading {
        int host, copy; /* the two roots */
        int blobs;
        struct manifest before, after;
        uint64_t kept;
};

/* Adds the object at path below root, if any, to m, with its digest; small contents are saved. */
static int snapshot_overlay_read_note(struct reading *r, int root, const char *path, struct manifest *m,
                                      mode_t *ret_mode) {
        const char *name = ".";
        struct entry e;
        *ret_mode = 0;
        if (m->n >= OBJECTS_MAX)
                return -E2BIG;
        _cleanup_close_ int folder = strcmp(path, "/") == 0
                                             ? openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                             : files_open_parent(root, path, &name, NULL);
        if (folder < 0)
                return folder == -ENOENT || folder == -ENOTDIR || folder == -ELOOP ? 0 : folder;
        int result = files_look(folder, name, path, &e);
        if (result < 0)
                return result == -ENOENT ? 0 : result;
        *ret_mode = e.mode;
        e.left_out = S_ISREG(e.mode) && e.size > SNAPSHOT_FILE_MAX;
        if (S_ISREG(e.mode) && !e.left_out) {
                _cleanup_close_ int fd =
                        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
                result = fd < 0 ? -errno : digest_fd(fd, e.digest);
                if (result >= 0 && r->blobs >= 0 && e.size <= TEXT_MAX && r->kept + e.size <= TEXTS_MAX &&
                    snapshot_keep(root, &e, r->blobs) >= 0)
                        r->kept += e.size;
        }
        if (result >= 0)
                result = manifest_take(m, &e);
        entry_done(&e);
        return result;
}

/* The content of a folder of one side, without the folder itself. */
static int note_below(struct reading *r, int root, const char *path, struct manifest *m, unsigned depth) {
        _cleanup_close_ int fd = files_open_folder(root, path, NULL);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        if (!d)
                return 0;
        fd = -1;
        int result = depth > DEPTH_MAX ? -ELOOP : 0;
        for (struct dirent *item; result >= 0 && (item = readdir(d));) {
                if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
                        continue;
                _cleanup_free_ char *child =
                        str_printf("%s/%s", strcmp(path, "/") == 0 ? "" : path, item->d_name);
                mode_t mode;
                result = snapshot_overlay_read_note(r, root, child, m, &mode);
                if (result >= 0 && S_ISDIR(mode))
                        result = note_below(r, root, child, m, depth + 1);
        }
        closedir(d);
        return result;
}

/* One side of a path, with its content. */
static int note_all(struct reading *r, int root, const char *path, struct manifest *m) {
        mode_t mode;
        int result = snapshot_overlay_read_note(r, root, path, m, &mode);
        return result >= 0 && S_ISDIR(mode) ? note_below(r, root, path, m, 0) : result;
}

/* Does this folder of the upper layer hide all below it? */
static bool is_opaque(int fd) {
        char value[4];
        ssize_t n = fgetxattr(fd, "trusted.overlay.opaque", value, sizeof value);
        return n == 1 && value[0] == 'y';
}

static int snapshot_overlay_read_walk(struct reading *r, int upper, const char *path, unsigned depth);

static int walk_object(struct reading *r, int folder, const char *name, const char *path, unsigned depth) {
        struct stat st;
        mode_t was, is;
        if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? 0 : -errno;
        if (S_ISCHR(st.st_mode) && st.st_rdev == 0) /* removed */
                return note_all(r, r->host, path, &r->before);
        if (!S_ISDIR(st.st_mode)) {
                int result = note_all(r, r->host, path, &r->before);
                return result < 0 ? result : snapshot_overlay_read_note(r, r->copy, path, &r->after, &is);
        }
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (is_opaque(fd)) {
                int result = note_all(r, r->host, path, &r->before);
                return result < 0 ? result : note_all(r, r->copy, path, &r->after);
        }
        int result = snapshot_overlay_read_note(r, r->host, path, &r->before, &was);
        if (result >= 0)
                result = snapshot_overlay_read_note(r, r->copy, path, &r->after, &is);
        return result < 0 ? result : snapshot_overlay_read_walk(r, TAKE_FD(fd), path, depth + 1);
}

/* Takes ownership of upper. */
static int snapshot_overlay_read_walk(struct reading *r, int upper, const char *path, unsigned depth) {
        DIR *d = fdopendir(upper);
        if (!d) {
                int result = -errno;
                close(upper);
                return result;
        }
        int result = depth > DEPTH_MAX ? -ELOOP : 0;
        for (struct dirent *item; result >= 0 && (item = readdir(d));) {
                if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
                        continue;
                _cleanup_free_ char *child =
                        str_printf("%s/%s", strcmp(path, "/") == 0 ? "" : path, item->d_name);
                result = walk_object(r, dirfd(d), item->d_name, child, depth);
        }
        closedir(d);
        return result;
}

static int read_layer(struct reading *r, const struct paths *paths, const char *line) {
        const char *point = strchr(line, ' ');
        mode_t was, is;
        _cleanup_free_ char *upper =
                point ? overlay_path(paths, "layers/%.*s/upper", (int) (point - line), line) : NULL;
        if (!upper)
                return -EBADMSG;
        int fd = open(upper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        int result = snapshot_overlay_read_note(r, r->host, point + 1, &r->before, &was);
        if (result >= 0)
                result = snapshot_overlay_read_note(r, r->copy, point + 1, &r->after, &is);
        if (result < 0) {
                close(fd);
                return result;
        }
        return snapshot_overlay_read_walk(r, fd, point + 1, 0);
}

/* A layer's mount point is also an object of the layer it lies in. */
static void drop_twins(struct manifest *m) {
        size_t kept = 0;
        manifest_sort(m);
        for (size_t i = 0; i < m->n; i++) {
                if (kept && strcmp(m->items[kept - 1].path, m->items[i].path) == 0)
                        entry_done(&m->items[i]);
                else
                        m->items[kept++] = m->items[i];
        }
        m->n = kept;
}

static int snapshot_overlay_read_all(struct reading *r, const struct paths *paths, struct error **reterr) {
        _cleanup_free_ char *base = overlay_base(paths), *host = overlay_path(paths, "host"), *text = NULL;
        _cleanup_strv_ char **lines = NULL;
        size_t n;
        _cleanup_close_ int folder = files_open_root(base, reterr);
        int result = folder < 0 ? folder : files_read(folder, OVERLAY_LIST, 1024 * 1024, &text, &n, reterr);
        if (result < 0)
                return result;
        r->copy = files_open_root(host, reterr);
        if (r->copy < 0)
                return r->copy;
        result = strv_split(text, "\n", &lines);
        for (char **line = lines; result >= 0 && line && *line; line++)
                result = read_layer(r, paths, *line);
        if (result == -E2BIG)
                return error_set(reterr, result,
                                 "The command changed more than %u files: they cannot be listed",
                                 OBJECTS_MAX);
        return result < 0 ? error_errno(reterr, result, "What was written to the copy cannot be read") : 0;
}

int overlay_read(const struct paths *paths, int root, int blobs, struct manifest *ret_before,
                 struct manifest *ret_after, struct error **reterr) {
        struct reading r = { .host = root, .copy = -1, .blobs = blobs };
        int result = snapshot_overlay_read_all(&r, paths, reterr);
        if (r.copy >= 0)
                close(r.copy);
        if (result < 0) {
                manifest_done(&r.before);
                manifest_done(&r.after);
                return result;
        }
        drop_twins(&r.before);
        drop_twins(&r.after);
        *ret_before = r.before;
        *ret_after = r.after;
        return 0;
}
