/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/folders.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define FILES_MAX 65536U

static bool is_unit_name(const char *name) {
        static const char *const kinds[] = { ".service", ".socket", ".target", ".timer",
                                             ".mount",   ".path",   ".slice",  ".automount",
                                             ".swap",    ".device", ".scope" };
        bool good = false;
        for (size_t i = 0; i < ELEMENTS(kinds) && !good; i++) {
                const char *end = str_ends(name, kinds[i]);
                good = end && end > name;
        }
        return good && name[0] != '@' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@") ==
                       strlen(name);
}

const char *unit_folders_base(const char *path) {
        const char *slash = strrchr(path, '/');
        return slash ? slash + 1 : path;
}

int unit_folders_init(struct unit_folders *f, const char *root, char *const *paths) {
        *f = (struct unit_folders) { .root = strdup(root ? root : ""), .paths = strv_copy(paths) };
        f->n = (unsigned) strv_length(f->paths);
        f->stats = calloc(f->n + 1, sizeof *f->stats);
        return f->root && f->paths && f->stats ? 0 : -ENOMEM;
}

void unit_folders_done(struct unit_folders *f) {
        for (size_t i = 0; i < f->n_entries; i++) {
                free(f->entries[i].name);
                free(f->entries[i].target);
        }
        for (size_t i = 0; i < f->n_links; i++) {
                free(f->by_name[i].name);
                free(f->by_name[i].to);
        }
        for (size_t i = 0; i < f->n_drop_ins; i++)
                free(f->drop_ins[i].name);
        free(f->entries);
        free(f->by_name);
        free(f->by_target);
        free(f->drop_ins);
        free(f->stats);
        strv_free(f->paths);
        free(f->root);
        *f = (struct unit_folders) {};
}

static char *read_link(int folder, const char *name) {
        char target[PATH_MAX];
        ssize_t n = readlinkat(folder, name, target, sizeof target - 1);
        if (n < 0)
                return NULL;
        target[n] = '\0';
        return strdup(target);
}

static int add_link(struct unit_folders *f, const char *name, const char *target, bool below) {
        if (f->n_links >= FILES_MAX || !room_for_one((void **) &f->by_name, f->n_links, sizeof *f->by_name))
                return -ENOMEM;
        struct link *link = &f->by_name[f->n_links++];
        *link = (struct link) { .name = strdup(name),
                               .to = strdup(unit_folders_base(target)),
                               .folder = f->next,
                               .below = below };
        return link->name && link->to ? 0 : -ENOMEM;
}

static int unit_folders_add_entry(struct unit_folders *f, const char *name, char *target) {
        if (f->n_entries >= FILES_MAX ||
            !room_for_one((void **) &f->entries, f->n_entries, sizeof *f->entries)) {
                free(target);
                return -ENOMEM;
        }
        struct entry *entry = &f->entries[f->n_entries++];
        *entry = (struct entry) { .name = strdup(name), .target = target, .folder = f->next };
        return entry->name ? 0 : -ENOMEM;
}

static int add_drop_in(struct unit_folders *f, const char *folder) {
        _cleanup_free_ char *name = strndup(folder, strlen(folder) - strlen(".d"));
        if (!name || (is_unit_name(name) && f->n_drop_ins < FILES_MAX &&
                      !room_for_one((void **) &f->drop_ins, f->n_drop_ins, sizeof *f->drop_ins)))
                return -ENOMEM;
        if (is_unit_name(name) && f->n_drop_ins < FILES_MAX)
                f->drop_ins[f->n_drop_ins++] = (struct drop_in) { .name = TAKE(name), .folder = f->next };
        return 0;
}

static unsigned char unit_folders_kind_of(int folder, const struct dirent *item) {
        struct stat st;
        if (item->d_type != DT_UNKNOWN)
                return item->d_type;
        if (fstatat(folder, item->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return DT_UNKNOWN;
        return S_ISLNK(st.st_mode)   ? DT_LNK
               : S_ISREG(st.st_mode) ? DT_REG
               : S_ISDIR(st.st_mode) ? DT_DIR
                                     : DT_UNKNOWN;
}

static bool holds_links(const char *name) {
        return str_ends(name, ".wants") || str_ends(name, ".requires") || str_ends(name, ".upholds");
}

/* Calls take() for each entry; an unreadable folder is empty. */
static int unit_folders_each(int at, const char *path, struct unit_folders *f,
                             int (*take)(struct unit_folders *f, int folder, const struct dirent *item)) {
        int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        int result = 0;
        if (!d && fd >= 0)
                close(fd);
        for (struct dirent *item; d && result >= 0 && (item = readdir(d));)
                if (item->d_name[0] != '.')
                        result = take(f, fd, item);
        if (d)
                closedir(d);
        return result;
}

static int take_below(struct unit_folders *f, int folder, const struct dirent *item) {
        if (unit_folders_kind_of(folder, item) != DT_LNK || !is_unit_name(item->d_name))
                return 0;
        _cleanup_free_ char *target = read_link(folder, item->d_name);
        return target ? add_link(f, item->d_name, target, true) : 0;
}

static int take_item(struct unit_folders *f, int folder, const struct dirent *item) {
        unsigned char kind = unit_folders_kind_of(folder, item);
        if (kind == DT_DIR && str_ends(item->d_name, ".d"))
                return add_drop_in(f, item->d_name);
        if (kind == DT_DIR)
                return holds_links(item->d_name) ? unit_folders_each(folder, item->d_name, f, take_below) : 0;
        if ((kind != DT_LNK && kind != DT_REG) || !is_unit_name(item->d_name))
                return 0;
        if (kind == DT_REG)
                return unit_folders_add_entry(f, item->d_name, NULL);
        char *target = read_link(folder, item->d_name);
        if (!target)
                return 0;
        int result = add_link(f, item->d_name, target, false);
        if (result >= 0)
                return unit_folders_add_entry(f, item->d_name, target);
        free(target);
        return result;
}

int unit_folders_next(struct unit_folders *f) {
        _cleanup_free_ char *path = str_printf("%s%s", f->root, f->paths[f->next]);
        int result = path ? unit_folders_each(AT_FDCWD, path, f, take_item) : -ENOMEM;
        if (path && stat(path, &f->stats[f->next]) < 0)
                f->stats[f->next] = (struct stat) {};
        f->next++;
        return result;
}

static int compare_entries(const void *a, const void *b) {
        const struct entry *x = a, *y = b;
        int order = strcmp(x->name, y->name);
        return order ? order : x->folder < y->folder ? -1 : x->folder > y->folder;
}

static int compare_names(const void *a, const void *b) {
        return strcmp(((const struct link *) a)->name, ((const struct link *) b)->name);
}

static int compare_drop_ins(const void *a, const void *b) {
        return strcmp(((const struct drop_in *) a)->name, ((const struct drop_in *) b)->name);
}

static int compare_targets(const void *a, const void *b) {
        return strcmp(((const struct link *) a)->to, ((const struct link *) b)->to);
}

/* Of each name only the entry in the first folder counts. */
int unit_folders_sort(struct unit_folders *f) {
        size_t kept = 0;
        if (f->n_entries)
                qsort(f->entries, f->n_entries, sizeof *f->entries, compare_entries);
        for (size_t i = 0; i < f->n_entries; i++) {
                if (kept && strcmp(f->entries[i].name, f->entries[kept - 1].name) == 0) {
                        free(f->entries[i].name);
                        free(f->entries[i].target);
                } else
                        f->entries[kept++] = f->entries[i];
        }
        f->n_entries = kept;
        if (f->n_drop_ins)
                qsort(f->drop_ins, f->n_drop_ins, sizeof *f->drop_ins, compare_drop_ins);
        f->by_target = calloc(f->n_links + 1, sizeof *f->by_target);
        if (!f->by_target)
                return -ENOMEM;
        if (f->n_links) {
                memcpy(f->by_target, f->by_name, f->n_links * sizeof *f->by_target);
                qsort(f->by_name, f->n_links, sizeof *f->by_name, compare_names);
                qsort(f->by_target, f->n_links, sizeof *f->by_target, compare_targets);
        }
        return 0;
}

/* The first item whose text at the offset is this name; items are sorted by it. */
static size_t unit_folders_place_of(const void *items, size_t n, size_t size, size_t offset,
                                    const char *name) {
        size_t low = 0, high = n;
        while (low < high) {
                size_t middle = (low + high) / 2;
                if (strcmp(*(char *const *) ((const char *) items + middle * size + offset), name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}
#define PLACE_OF(items, n, member, name) \
        unit_folders_place_of(items, n, sizeof *(items), offsetof(typeof(*(items)), member), name)

const struct entry *unit_folders_find(const struct unit_folders *f, const char *name) {
        size_t i = PLACE_OF(f->entries, f->n_entries, name, name);
        return i < f->n_entries && strcmp(f->entries[i].name, name) == 0 ? &f->entries[i] : NULL;
}

size_t unit_folders_links(const struct unit_folders *f, const char *name) {
        return PLACE_OF(f->by_name, f->n_links, name, name);
}

size_t unit_folders_targets(const struct unit_folders *f, const char *name) {
        return PLACE_OF(f->by_target, f->n_links, to, name);
}

size_t unit_folders_drop_ins(const struct unit_folders *f, const char *name) {
        return PLACE_OF(f->drop_ins, f->n_drop_ins, name, name);
}
