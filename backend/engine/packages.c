/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The packages of an image, from the files in its layers as the engine keeps them on its disk: nothing is
 * mounted, unpacked or run. A layer is a folder of an overlay (the kernel's filesystems/overlayfs): a file of
 * a higher one hides that of a lower, a character device 0:0 says that there is none any more, and a folder
 * with the attribute "opaque" begins anew. Everything in them is foreign: no link is followed. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "backend/engine/internal.h"
#include "backend/io/files.h"
#include "backend/rpm/rpm.h"

#define LAYERS_MAX 256U
#define DATABASE_BYTES_MAX (32U * 1024 * 1024)
#define STATUS_FILES_MAX 4096U
#define STATUS_FILE_BYTES_MAX (256U * 1024)

static const char *const dpkg_status = "var/lib/dpkg/status", *const dpkg_folder = "var/lib/dpkg/status.d";
static const char *const apk_databases[] = { "lib/apk/db/installed", "usr/lib/apk/db/installed" };
static const char *const rpm_folders[] = { "var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm" };

/* ---- where the layers are ---- */

static void layers_add(char ***list, const char *paths) {
        _cleanup_strv_ char **parts = strv_split(paths ? paths : "", ":");
        for (char **path = parts; *path; path++)
                if (**path == '/' && strv_length(*list) < LAYERS_MAX)
                        strv_add(list, *path);
}

/* Podman and Docker alike: the topmost in UpperDir, the others from the top down in LowerDir. */
static int layers_read(struct engine_call *call, struct json_value *o, struct error **reterr) {
        const struct json_value *driver = json_member(o, "GraphDriver"), *data = json_member(driver, "Data");
        const char *name = json_text(json_member(driver, "Name"));
        if (name && str_starts(name, "overlay")) {
                layers_add(&call->volumes, json_text(json_member(data, "UpperDir")));
                layers_add(&call->volumes, json_text(json_member(data, "LowerDir")));
        }
        return call->volumes ? 0
                             : error_set(reterr, -ENOTSUP,
                                         "The engine keeps images by its driver \"%.40s\", whose files are "
                                         "not read",
                                         name ? name : "?");
}

static const struct engine_request layers_request = {
        .method = "GET",
        .before = "/images/",
        .behind = "/json",
        .failed = "The layers of the image cannot be found",
        .seconds = 15,
        .body = ENGINE_OBJECT,
        .document = layers_read,
};

/* ---- one file of all layers ---- */

enum layer_found {
        LAYER_HAS,
        LAYER_HAS_NOT,  /* a lower one may */
        LAYER_HIDES,    /* no lower one counts */
};

static bool layer_is_opaque(int folder) {
        char value[2];
        static const char *const names[] = { "trusted.overlay.opaque", "user.overlay.opaque" };
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (fgetxattr(folder, names[i], value, sizeof value) == 1 && value[0] == 'y')
                        return true;
        return false;
}

static bool layer_is_whiteout(const struct stat *st) {
        return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

/* The object at the path below a layer: *ret is opened for reading. *opaque: on its way a folder began anew,
 * so that nothing below counts. */
static enum layer_found layer_open(const char *layer, const char *path, int *ret, bool *opaque) {
        _cleanup_close_ int folder = open(layer, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        *opaque = false;
        while (folder >= 0) {
                char name[64];
                size_t n = strcspn(path, "/");
                struct stat st;
                if (n >= sizeof name)
                        return LAYER_HIDES;
                memcpy(name, path, n);
                name[n] = '\0';
                if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        return *opaque ? LAYER_HIDES : LAYER_HAS_NOT;
                bool last = !path[n], dir = S_ISDIR(st.st_mode);
                if (layer_is_whiteout(&st) || (!dir && !(last && S_ISREG(st.st_mode))))
                        return LAYER_HIDES;
                int fd = openat(folder, name,
                                O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (dir ? O_DIRECTORY : 0));
                if (fd < 0)
                        return LAYER_HIDES;
                *opaque |= dir && layer_is_opaque(fd);
                if (last) {
                        *ret = fd;
                        return LAYER_HAS;
                }
                close(folder);
                folder = fd;
                path += n + 1;
        }
        return LAYER_HAS_NOT;
}

/* A file whose attributes alone were copied up has its content in a lower layer. */
static bool layer_has_content(int fd) {
        return fgetxattr(fd, "trusted.overlay.metacopy", NULL, 0) < 0;
}

static int layers_open_file(char *const *layers, const char *path) {
        for (; *layers; layers++) {
                int fd;
                bool opaque;
                enum layer_found found = layer_open(*layers, path, &fd, &opaque);
                if (found == LAYER_HIDES)
                        return -1;
                if (found == LAYER_HAS_NOT)
                        continue;
                if (layer_has_content(fd))
                        return fd;
                close(fd);
        }
        return -1;
}

/* ---- databases ---- */

/* The text of an open file; at most max bytes. Closes it. */
static char *packages_text(int fd, size_t max, size_t *ret_n) {
        _cleanup_close_ int file = fd;
        struct stat st;
        size_t n = 0;
        ssize_t more;
        if (fstat(file, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t) st.st_size > max)
                return NULL;
        char *text = xcalloc((size_t) st.st_size + 1, 1);
        while (n < (size_t) st.st_size && (more = read(file, text + n, (size_t) st.st_size - n)) > 0)
                n += (size_t) more;
        *ret_n = n;
        return text;
}

typedef void (*packages_read_t)(struct package_list *list, const char *text, size_t n);

static bool packages_read_file(char *const *layers, const char *path, packages_read_t read,
                               struct package_list *list) {
        size_t n;
        int fd = layers_open_file(layers, path);
        _cleanup_free_ char *text = fd < 0 ? NULL : packages_text(fd, DATABASE_BYTES_MAX, &n);
        if (text)
                read(list, text, n);
        return text;
}

/* One layer's part of the folder, whose names that were seen above are hidden. */
static void packages_read_part(DIR *part, char ***seen, struct package_list *list) {
        for (struct dirent *item; (item = readdir(part)) && strv_length(*seen) < STATUS_FILES_MAX;) {
                const char *name = item->d_name;
                struct stat st;
                size_t n;
                if (*name == '.' || str_ends(name, ".md5sums") || strv_contains(*seen, name) ||
                    fstatat(dirfd(part), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        continue;
                strv_add(seen, name);
                int fd = S_ISREG(st.st_mode)
                                 ? openat(dirfd(part), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                                 : -1;
                _cleanup_free_ char *text = fd < 0 ? NULL : packages_text(fd, STATUS_FILE_BYTES_MAX, &n);
                if (text)
                        packages_read_dpkg(list, text, n);
        }
}

/* Images that have no dpkg have a file for each package, in the form of its status. */
static bool packages_read_folder(char *const *layers, struct package_list *list) {
        _cleanup_strv_ char **seen = NULL;
        for (bool opaque = false; *layers && !opaque; layers++) {
                int fd;
                enum layer_found found = layer_open(*layers, dpkg_folder, &fd, &opaque);
                if (found == LAYER_HIDES)
                        break;
                DIR *part = found == LAYER_HAS ? fdopendir(fd) : NULL;
                if (part) {
                        packages_read_part(part, &seen, list);
                        closedir(part);
                } else if (found == LAYER_HAS)
                        close(fd);
        }
        return seen;
}

static bool packages_file_has_bytes(char *const *layers, const char *path) {
        struct stat st;
        _cleanup_close_ int fd = layers_open_file(layers, path);
        return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0;
}

/* 1: the database was read. 0: there is none of this name. */
static int packages_read_database(char *const *layers, const char *path, struct package_list *list,
                                  struct error **reterr) {
        _cleanup_close_ int fd = layers_open_file(layers, path);
        if (fd < 0)
                return 0;
        for (const char *const *suffix = rpm_database_unfinished; *suffix; suffix++) {
                _cleanup_free_ char *beside = str_printf("%s%s", path, *suffix);
                if (packages_file_has_bytes(layers, beside))
                        return error_set(reterr, -ENOTSUP,
                                         "Its database of RPM was not closed (there is a %s)", beside);
        }
        int r = rpm_database_read(fd, path, list, reterr);
        return r < 0 ? r : 1;
}

/* The folder of RPM was at several places; the first of which there is a file counts. */
static int packages_read_databases(char *const *layers, struct package_list *list, struct error **reterr) {
        int r = 0;
        for (size_t i = 0; i < ELEMENTS(rpm_folders); i++)
                for (const char *const *name = rpm_database_names; *name && r == 0; name++) {
                        _cleanup_free_ char *path = str_printf("%s/%s", rpm_folders[i], *name);
                        r = packages_read_database(layers, path, list, reterr);
                }
        return r;
}

int engine_packages_read(char *const *layers, struct package_list **ret, struct error **reterr) {
        _cleanup_(package_list_freep) struct package_list *list = new0(struct package_list);
        if (*layers && access(*layers, R_OK | X_OK) < 0)
                return error_errno(reterr, -errno, "The layers of the image cannot be read");
        bool found = packages_read_file(layers, dpkg_status, packages_read_dpkg, list);
        found |= packages_read_folder(layers, list);
        for (size_t i = 0; i < ELEMENTS(apk_databases); i++)
                found |= packages_read_file(layers, apk_databases[i], packages_read_apk, list);
        int r = packages_read_databases(layers, list, reterr);
        if (r == 0 && !found)
                return error_set(reterr, -ENOENT, "It has no database of packages");
        if (r < 0)
                return r;
        package_list_sort(list);
        *ret = TAKE(list);
        return 0;
}

/* ---- the operation ---- */

struct reading_packages {
        struct op op; /* inner: the layers */
        packages_done_t done;
        void *userdata;
};

static void packages_on_layers(char **layers, struct error *e, void *userdata) {
        struct reading_packages *r = userdata;
        struct package_list *list = NULL;
        if (!e)
                engine_packages_read(layers, &list, &e);
        strv_free(layers);
        op_end(&r->op);
        r->done(list, e, r->userdata);
}

static void packages_forget(struct op *op) {}

struct op *engine_read_packages(struct engine *engine, const char *image, packages_done_t done,
                                void *userdata) {
        struct reading_packages *r = new0(struct reading_packages);
        *r = (struct reading_packages) { .op.drop = packages_forget, .done = done, .userdata = userdata };
        return op_wait(&r->op, engine_call(engine, (struct engine_call) { .request = &layers_request,
                                                                          .name = xstrdup(image),
                                                                          .done.volumes = packages_on_layers,
                                                                          .userdata = r }));
}
