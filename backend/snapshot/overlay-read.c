/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the changes to the copy: the upper layers hold exactly those, with marks for removed objects. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/xattr.h>

#include "backend/io/files.h"
#include "backend/snapshot/internal.h"

#define OBJECTS_MAX SNAPSHOT_FILES_MAX

/* Of each object on the way: the host's and the copy's. */
struct side {
        int root;
        struct manifest objects;
};

struct overlay_reading {
        struct side host, copy;
        int blobs;
        uint64_t kept; /* bytes of small contents */
};

/* Adds this side's object at path, if any, with its digest; small contents are saved. 1: it is a folder. */
static int reading_add(struct overlay_reading *r, struct side *side, const char *path) {
        const char *name = ".";
        struct entry e;
        if (side->objects.n >= OBJECTS_MAX)
                return -E2BIG;
        _cleanup_close_ int folder = strcmp(path, "/") == 0
                                             ? openat(side->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                             : files_open_parent(side->root, path, &name, NULL);
        if (folder < 0)
                return folder == -ENOENT || folder == -ENOTDIR || folder == -ELOOP ? 0 : folder;
        int result = snapshot_look(folder, name, path, &e);
        if (result < 0)
                return result == -ENOENT ? 0 : result;
        if (r->blobs >= 0)
                snapshot_keep_text(side->root, &e, r->blobs, &r->kept);
        bool is_folder = S_ISDIR(e.mode);
        manifest_take(&side->objects, &e);
        return is_folder;
}

static int reading_add_both(struct overlay_reading *r, const char *path) {
        int result = reading_add(r, &r->host, path);
        return result < 0 ? result : reading_add(r, &r->copy, path);
}

/* Visits all objects of the folder, which is taken over. */
typedef int reading_visit_t(struct overlay_reading *r, struct side *side, int folder, const char *name,
                            const char *path, unsigned depth);
static int reading_list(struct overlay_reading *r, struct side *side, int folder, const char *path,
                        unsigned depth, reading_visit_t *visit) {
        DIR *d = fdopendir(folder);
        if (!d) {
                int result = -errno;
                close(folder);
                return result;
        }
        int result = depth > SNAPSHOT_DEPTH_MAX ? -ELOOP : 0;
        for (struct dirent *item; result >= 0 && (item = readdir(d));) {
                if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
                        continue;
                _cleanup_free_ char *child =
                        str_printf("%s/%s", strcmp(path, "/") == 0 ? "" : path, item->d_name);
                result = visit(r, side, dirfd(d), item->d_name, child, depth + 1);
        }
        closedir(d);
        return result;
}

/* One side of a path, with its content. */
static int reading_add_all(struct overlay_reading *r, struct side *side, int folder, const char *name,
                           const char *path, unsigned depth) {
        int result = reading_add(r, side, path);
        int fd = result > 0 ? files_open_folder(side->root, path, NULL) : -1;
        return fd < 0 ? result : reading_list(r, side, fd, path, depth, reading_add_all);
}

/* Does this folder of the upper layer hide all below it? */
static bool is_opaque(int fd) {
        char value[4];
        ssize_t n = fgetxattr(fd, "trusted.overlay.opaque", value, sizeof value);
        return n == 1 && value[0] == 'y';
}

/* An object of an upper layer. */
static int reading_walk(struct overlay_reading *r, struct side *side, int folder, const char *name,
                        const char *path, unsigned depth) {
        struct stat st;
        if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? 0 : -errno;
        bool removed = S_ISCHR(st.st_mode) && st.st_rdev == 0;
        _cleanup_close_ int fd = -1;
        if (S_ISDIR(st.st_mode)) {
                fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                if (fd < 0)
                        return -errno;
        }
        if (fd >= 0 && !is_opaque(fd)) {
                int result = reading_add_both(r, path);
                return result < 0 ? result : reading_list(r, NULL, TAKE_FD(fd), path, depth, reading_walk);
        }
        int result = reading_add_all(r, &r->host, -1, NULL, path, 0);
        return result < 0 || removed ? result : reading_add_all(r, &r->copy, -1, NULL, path, 0);
}

static int reading_layer(struct overlay_reading *r, const struct paths *paths, const char *line) {
        const char *point = strchr(line, ' ');
        if (!point)
                return -EBADMSG;
        _cleanup_free_ char *upper = overlay_path(paths, "layers/%.*s/upper", (int) (point - line), line);
        _cleanup_close_ int fd = open(upper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        int result = reading_add_both(r, point + 1);
        return result < 0 ? result : reading_list(r, NULL, TAKE_FD(fd), point + 1, 0, reading_walk);
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

static int reading_layers(struct overlay_reading *r, const struct paths *paths, struct error **reterr) {
        _cleanup_free_ char *base = overlay_base(paths), *host = overlay_path(paths, "host"), *text = NULL;
        size_t n;
        _cleanup_close_ int folder = files_open_root(base, reterr);
        int result = folder < 0 ? folder : files_read(folder, OVERLAY_LIST, 1024 * 1024, &text, &n, reterr);
        if (result < 0)
                return result;
        r->copy.root = files_open_root(host, reterr);
        if (r->copy.root < 0)
                return r->copy.root;
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **line = lines; result >= 0 && line && *line; line++)
                result = reading_layer(r, paths, *line);
        if (result == -E2BIG)
                return error_set(reterr, result,
                                 "The command changed more than %u files: they cannot be listed",
                                 OBJECTS_MAX);
        return result < 0 ? error_errno(reterr, result, "What was written to the copy cannot be read") : 0;
}

int overlay_read(const struct paths *paths, int root, int blobs, struct manifest *ret_before,
                 struct manifest *ret_after, struct error **reterr) {
        struct overlay_reading r = {
                .host.root = root,
                .copy.root = -1,
                .blobs = blobs,
        };
        int result = reading_layers(&r, paths, reterr);
        cleanup_closep(&r.copy.root);
        drop_twins(&r.host.objects);
        drop_twins(&r.copy.objects);
        *ret_before = r.host.objects;
        *ret_after = r.copy.objects;
        return result;
}
