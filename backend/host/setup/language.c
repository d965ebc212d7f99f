/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Language and keyboard: what is set, and what is installed that could be. Small files and folders, so that
 * nothing waits. */
#include <dirent.h>
#include <fcntl.h>

#include "backend/host/internal.h"
#include "base/readfile.h"

#define LISTED_MAX 4000U /* kbd has some 700 keymaps, glibc 350 locales of UTF-8 */
#define FOLDERS_DEEP 4U

static int language_compare(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Sorted, each once. */
static void language_sort(char **list) {
        size_t n = strv_length(list), kept = 0;
        if (!n)
                return;
        qsort(list, n, sizeof *list, language_compare);
        for (size_t i = 1; i < n; i++)
                if (str_equal(list[kept], list[i]))
                        free(list[i]);
                else
                        list[++kept] = list[i];
        for (size_t i = kept + 1; i < n; i++)
                list[i] = NULL;
}

static void language_add(char ***list, size_t *n, const char *name) {
        if (*n >= LISTED_MAX)
                return;
        strv_add(list, name);
        ++*n;
}

/* ---- locales ---- */

#define LOCALES_FOLDER "/usr/lib/locale"
#define ARCHIVE_MAGIC 0xde020109U
#define ARCHIVE_NAMES_MAX 16384U

/* The beginning of glibc's locale-archive, in the byte order of the host, and an entry of its table of
 * names. */
struct archive_head {
        uint32_t magic, serial, names_offset, names_used, names_size;
};
struct archive_name {
        uint32_t hash, offset, record;
};

static void language_add_locale(char ***list, size_t *n, const char *installed) {
        _cleanup_free_ char *name = setup_locale_name(installed);
        if (name)
                language_add(list, n, name);
}

static void language_read_archive(int fd, char ***list, size_t *n) {
        struct archive_head head;
        if (pread(fd, &head, sizeof head, 0) != sizeof head || head.magic != ARCHIVE_MAGIC)
                return;
        for (uint32_t i = 0; i < head.names_size && i < ARCHIVE_NAMES_MAX; i++) {
                struct archive_name entry;
                char name[64] = "";
                off_t at = (off_t) head.names_offset + (off_t) i * (off_t) sizeof entry;
                if (pread(fd, &entry, sizeof entry, at) != sizeof entry)
                        return;
                if (entry.record && pread(fd, name, sizeof name - 1, entry.offset) > 0)
                        language_add_locale(list, n, name);
        }
}

static char **language_locales(const struct backend *b) {
        _cleanup_free_ char *path = str_printf("%s" LOCALES_FOLDER, b->paths.root);
        _cleanup_close_ int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_close_ int archive = folder < 0 ? -1
                                                 : openat(folder, "locale-archive", O_RDONLY | O_CLOEXEC);
        _cleanup_strv_ char **names = folder < 0 ? NULL : folder_names(folder, ".", "");
        char **list = NULL;
        size_t n = 0;
        for (char **name = names; name && *name; name++)
                language_add_locale(&list, &n, *name);
        if (archive >= 0)
                language_read_archive(archive, &list, &n);
        language_sort(list);
        return list;
}

static char *language_locale(const struct backend *b) {
        static const char *const files[] = { SETUP_LOCALE_FILE, SETUP_LOCALE_DEBIAN };
        char *found = NULL;
        for (size_t i = 0; i < ELEMENTS(files) && !found; i++) {
                _cleanup_free_ char *text = paths_read(b->paths.root, files[i], NULL);
                found = setup_assigned(text ? text : "", "LANG");
        }
        return found;
}

/* ---- keyboards ---- */

/* "de-latin1.map.gz": de-latin1; the caller frees. */
static char *language_keymap(const char *file) {
        const char *end = strstr(file, ".map");
        _cleanup_free_ char *name = end && (!end[4] || end[4] == '.') ? xstrndup(file, (size_t) (end - file))
                                                                     : NULL;
        return name && setup_keyboard_valid(name) ? TAKE(name) : NULL;
}

static void language_walk_keymaps(int at, const char *path, unsigned depth, char ***list, size_t *n) {
        _cleanup_close_ int folder = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        DIR *entries = folder < 0 ? NULL : fdopendir(fcntl(folder, F_DUPFD_CLOEXEC, 0));
        for (const struct dirent *e; entries && (e = readdir(entries));) {
                _cleanup_free_ char *name = e->d_type == DT_DIR ? NULL : language_keymap(e->d_name);
                if (name)
                        language_add(list, n, name);
                /* "include": parts of others */
                if (e->d_type == DT_DIR && e->d_name[0] != '.' && depth &&
                    !str_equal(e->d_name, "include"))
                        language_walk_keymaps(folder, e->d_name, depth - 1, list, n);
        }
        if (entries)
                closedir(entries);
}

static char **language_keymaps(const struct backend *b) {
        static const char *const folders[] = { "/usr/share/keymaps", "/usr/share/kbd/keymaps",
                                               "/usr/lib/kbd/keymaps" };
        char **list = NULL;
        size_t n = 0;
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *path = str_printf("%s%s", b->paths.root, folders[i]);
                language_walk_keymaps(AT_FDCWD, path, FOLDERS_DEEP, &list, &n);
        }
        language_sort(list);
        return list;
}

/* "! layout", then lines "  de  German", up to the next "!". */
static char **language_layouts(const struct backend *b) {
        _cleanup_free_ char *text = paths_read(b->paths.root, "/usr/share/X11/xkb/rules/base.lst", NULL);
        _cleanup_strv_ char **lines = strv_split(text ? text : "", "\n");
        char **list = NULL;
        size_t n = 0;
        bool inside = false;
        for (char **line = lines; line && *line; line++) {
                const char *word = *line + strspn(*line, " \t");
                _cleanup_free_ char *name = xstrndup(word, strcspn(word, " \t"));
                if (*word == '!')
                        inside = str_equal(word + 1 + strspn(word + 1, " \t"), "layout");
                else if (inside && setup_keyboard_valid(name))
                        language_add(&list, &n, name);
        }
        language_sort(list);
        return list;
}

static bool language_has_unit(const struct backend *b, const char *unit) {
        static const char *const folders[] = { "/usr/lib/systemd/system", "/lib/systemd/system" };
        for (size_t i = 0; i < ELEMENTS(folders); i++) {
                _cleanup_free_ char *file = str_printf("%s/%s", folders[i], unit);
                if (paths_access(b->paths.root, file, F_OK))
                        return true;
        }
        return false;
}

/* console-setup overrides what systemd would load, so its layouts come first. */
static void language_read_keyboard(const struct backend *b, struct setup *ret) {
        _cleanup_free_ char *console = paths_read(b->paths.root, SETUP_KEYMAP_FILE, NULL),
                            *debian = paths_read(b->paths.root, SETUP_LAYOUT_FILE, NULL);
        bool setup = paths_access(b->paths.root, "/usr/bin/setupcon", F_OK) ||
                     paths_access(b->paths.root, "/bin/setupcon", F_OK);
        ret->keyboard = setup_assigned(debian ? debian : "", "XKBLAYOUT");
        if (!ret->keyboard)
                ret->keyboard = setup_assigned(console ? console : "", "KEYMAP");
        ret->keyboards = setup ? language_layouts(b) : language_keymaps(b);
        ret->keyboard_kind = !ret->keyboards ? SETUP_NONE : setup ? SETUP_LAYOUT : SETUP_KEYMAP;
        const char *unit = setup ? "keyboard-setup.service" : "systemd-vconsole-setup.service";
        if (ret->keyboards && language_has_unit(b, unit))
                ret->keyboard_unit = xstrdup(unit);
}

void backend_read_language(const struct backend *b, struct setup *ret) {
        ret->locale = language_locale(b);
        ret->locales = language_locales(b);
        language_read_keyboard(b, ret);
}
