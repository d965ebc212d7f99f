/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Creates and removes the copy; overlay-read.c reads the changes to it. */
#include "backend/snapshot/snapshot.h"

#include <fcntl.h>
#include <sys/mount.h>

#include "backend/io/files.h"
#include "backend/snapshot/internal.h"
#include "base/readfile.h"
#include "base/path.h"

#define MOUNTS_BYTES_MAX (4U * 1024 * 1024)
#define LAYERS_MAX 64U

/* ---- mounts of the host ---- */

/* Mounts irrelevant to an installer: the kernel's (shown as they are), the engine's storage, our own. */
static bool passed_over(const struct paths *paths, const char *path) {
        static const char *const places[] = {
                "/proc",           "/sys",       "/dev",        "/var/lib/containers", "/var/lib/docker",
                "/run/containers", "/run/netns", "/run/docker", "/run/user",           "/run/credentials"
        };
        for (size_t i = 0; i < ELEMENTS(places); i++)
                if (path_below(path, places[i]))
                        return true;
        return path_below(path, paths->state) || path_below(path, paths->run);
}

/* The mount point of a line of mountinfo(5), which writes blanks and backslashes as \ooo; NULL: none. */
static char *mount_point(const char *line) {
        const char *field = line;
        for (int i = 0; i < 4; i++) {
                field = strchr(field, ' ');
                if (!field++)
                        return NULL;
        }
        _cleanup_str_ struct str out = {};
        for (const char *end = field + strcspn(field, " "); field < end; field++) {
                if (field[0] != '\\' || end - field < 4 || field[1] < '0' || field[1] > '3') {
                        str_add_char(&out, *field);
                        continue;
                }
                str_add_char(&out, (char) ((field[1] - '0') * 64 + (field[2] - '0') * 8 + (field[3] - '0')));
                field += 3;
        }
        return str_take(&out);
}

/* All mount points below which the tree has other files, "/" first, parents before children, each once. */
static int list_mounts(const struct paths *paths, char ***ret, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        _cleanup_strv_ char **lines = NULL;
        char **mounts = NULL;
        if (!paths->root[0]) {
                int r = readfile("/proc/self/mountinfo", MOUNTS_BYTES_MAX, &text, NULL, reterr);
                if (r < 0)
                        return r;
                lines = strv_split(text, "\n");
        }
        strv_add(&mounts, "/");
        for (char **line = lines; line && *line; line++) {
                _cleanup_free_ char *point = mount_point(*line);
                struct stat st;
                if (point && strcmp(point, "/") != 0 && !passed_over(paths, point) &&
                    !strv_contains(mounts, point) && lstat(point, &st) >= 0 && S_ISDIR(st.st_mode))
                        strv_add(&mounts, point);
        }
        *ret = mounts;
        return 0;
}

/* ---- creation ---- */

static bool make_folder(const char *path) {
        return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* An overlay's root takes its attributes from the upper layer, which needs those of the lower folder. */
static int make_upper(const char *layer, const char *lower) {
        struct entry like;
        _cleanup_close_ int folder = open(layer, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int r = folder < 0 || mkdirat(folder, "upper", 0700) < 0 ? -errno
                                                                 : files_look(AT_FDCWD, lower, lower, &like);
        if (r < 0)
                return r;
        r = files_set_attributes(folder, "upper", &like, NULL);
        entry_done(&like);
        return r;
}

/* One overlay: the host's mount point below, layer `number` above. -EINVAL: that file system cannot. */
static int lay(const struct paths *paths, const char *point, unsigned number) {
        _cleanup_free_ char *layer = overlay_path(paths, "layers/%u", number),
                            *upper = overlay_path(paths, "layers/%u/upper", number),
                            *work = overlay_path(paths, "layers/%u/work", number),
                            *lower = str_printf("%s%s", paths->root,
                                                strcmp(point, "/") == 0 && paths->root[0] ? "" : point),
                            *at = overlay_path(paths, "host%s", strcmp(point, "/") == 0 ? "" : point);
        if (strpbrk(lower, ":,\\"))
                return -EINVAL; /* the options of a mount cannot hold such a path */
        int r = make_folder(layer) ? make_upper(layer, lower) : -errno;
        if (r >= 0 && !make_folder(work))
                r = -errno;
        if (r < 0)
                return r;
        static const char *const more[] = { ",redirect_dir=off,metacopy=off,index=off", "" };
        for (size_t i = 0; i < ELEMENTS(more); i++) {
                _cleanup_free_ char *options =
                        str_printf("lowerdir=%s,upperdir=%s,workdir=%s%s", lower, upper, work, more[i]);
                if (mount("overlay", at, "overlay", 0, options) == 0)
                        return 0;
                r = -errno;
        }
        return r;
}

/* A read-only view of one of the host's own places, with all its mounts. It becomes private before it is
 * visible: else the removal of the copy would unmount the host's own mounts with it. */
static int show(const struct paths *paths, const char *place) {
        _cleanup_free_ char *at = overlay_path(paths, "host%s", place);
        _cleanup_close_ int tree =
                open_tree(AT_FDCWD, place, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        if (tree < 0)
                return -errno;
        struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY, .propagation = MS_PRIVATE };
        if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) < 0 ||
            move_mount(tree, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH) < 0)
                return -errno;
        return 0;
}

/* The folder of the whole copy: in memory, private, gone with one unmount. */
static int make_base(const struct paths *paths, struct error **reterr) {
        _cleanup_free_ char *base = overlay_base(paths), *host = overlay_path(paths, "host"),
                            *layers = overlay_path(paths, "layers");
        if (make_folder(base) &&
            mount("fairlead", base, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700,size=25%") == 0 &&
            mount(NULL, base, NULL, MS_PRIVATE, NULL) == 0 && make_folder(host) && make_folder(layers))
                return 0;
        return error_errno(reterr, -errno, "No place can be made for a copy of the host's files");
}

static int lay_all(const struct paths *paths, char *const *mounts, char ***bare, struct error **reterr) {
        _cleanup_strv_ char **laid = NULL;
        for (unsigned i = 0; mounts[i]; i++) {
                int r = i < LAYERS_MAX ? lay(paths, mounts[i], i) : -E2BIG;
                if (r < 0 && i == 0) {
                        error_errno(reterr, r, "No copy can be laid over the host's files");
                        return error_hint(
                                reterr,
                                "A rehearsal needs a kernel with overlayfs, and a root file system that can "
                                "lie below one");
                }
                if (r < 0)
                        strv_add(bare, mounts[i]);
                else
                        strv_addf(&laid, "%u %s", i, mounts[i]);
        }
        _cleanup_free_ char *list = strv_join(laid, "\n"), *base = overlay_base(paths);
        _cleanup_close_ int folder = files_open_root(base, reterr);
        return folder < 0 ? folder : files_write(folder, OVERLAY_LIST, list, strlen(list), 0600, reterr);
}

static int lay_and_show(const struct paths *paths, char ***bare, struct error **reterr) {
        static const char *const shown[] = { "/proc", "/sys", "/dev" };
        _cleanup_strv_ char **mounts = NULL;
        int r = list_mounts(paths, &mounts, reterr);
        if (r >= 0)
                r = make_base(paths, reterr);
        if (r >= 0)
                r = lay_all(paths, mounts, bare, reterr);
        for (size_t i = 0; r >= 0 && !paths->root[0] && i < ELEMENTS(shown); i++)
                if (show(paths, shown[i]) < 0)
                        strv_add(bare, shown[i]);
        return r;
}

int overlay_make(const struct paths *paths, char ***bare, struct error **reterr) {
        int r = overlay_remove(paths, reterr);
        if (r < 0)
                return r;
        r = lay_and_show(paths, bare, reterr);
        if (r < 0)
                (void) overlay_remove(paths, NULL);
        return r;
}

/* ---- removal ---- */

bool overlay_is_there(const struct paths *paths) {
        _cleanup_free_ char *list = overlay_path(paths, OVERLAY_LIST);
        return list && access(list, F_OK) == 0;
}

static bool is_mount(const char *path) {
        _cleanup_free_ char *above = str_printf("%s/..", path);
        struct stat one, two;
        return above && lstat(path, &one) == 0 && lstat(above, &two) == 0 && one.st_dev != two.st_dev;
}

int overlay_remove(const struct paths *paths, struct error **reterr) {
        _cleanup_free_ char *base = overlay_base(paths);
        while (is_mount(base)) {
                /* Detached: only a container that still holds it keeps its view. */
                if (umount2(base, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
                        return error_errno(reterr, -errno,
                                           "The copy of the host's files cannot be taken "
                                           "away");
        }
        if (rmdir(base) < 0 && errno != ENOENT)
                return error_errno(reterr, -errno, "The folder of the copy cannot be removed");
        return 0;
}

char *overlay_base(const struct paths *paths) {
        return str_printf("%s/rehearsal", paths->run);
}

char *overlay_path(const struct paths *paths, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        _cleanup_str_ struct str path = {};
        str_addf(&path, "%s/rehearsal/", paths->run);
        str_vaddf(&path, format, arguments);
        va_end(arguments);
        return str_take(&path);
}
