/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

void unit_folders_init(struct unit_folders *f, const char *root, char *const *paths) {
        *f = (struct unit_folders){ .root = xstrdup(root), .paths = strv_copy(paths), .max = UNITS_MAX };
        f->n = (unsigned) strv_length(paths);
        f->stats = xcalloc(f->n + 1, sizeof *f->stats);
}

static void folders_free_entries(struct unit_entries *entries) {
        for (size_t i = 0; i < entries->n; i++)
                FREE_ALL(entries->items[i].name, entries->items[i].target);
        free(entries->items);
}

void unit_folders_done(struct unit_folders *f) {
        folders_free_entries(&f->entries);
        folders_free_entries(&f->links);
        folders_free_entries(&f->drop_ins);
        FREE_ALL(f->by_target.items, f->stats);
        strv_free(f->paths);
        free(f->root);
}

/* Takes name and target. */
static void folders_add(const struct unit_folders *f, struct unit_entries *entries, char *name, char *target,
                        bool below) {
        if (entries->n >= f->max) {
                FREE_ALL(name, target);
                return;
        }
        room_for_one((void **) &entries->items, entries->n, sizeof *entries->items);
        entries->items[entries->n++] = (struct unit_entry){ .name = name,
                                                            .target = target,
                                                            .to = target ? basename(target) : NULL,
                                                            .folder = f->next,
                                                            .below = below };
}

static char *folders_read_link(int folder, const char *name) {
        char target[PATH_MAX];
        ssize_t n = readlinkat(folder, name, target, sizeof target - 1);
        return n < 0 ? NULL : xstrndup(target, (size_t) n);
}

static unsigned char folders_kind(int folder, const struct dirent *item) {
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

static bool folders_holds_links(const char *name) {
        return str_ends(name, ".wants") || str_ends(name, ".requires") || str_ends(name, ".upholds");
}

/* Calls take() for each entry; an unreadable folder is empty. */
static void folders_each(int at, const char *path, struct unit_folders *f,
                         void (*take)(struct unit_folders *f, int folder, const struct dirent *item)) {
        int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        if (!d)
                return;
        for (struct dirent *item; (item = readdir(d));)
                if (item->d_name[0] != '.')
                        take(f, fd, item);
        closedir(d);
}

static void folders_take_below(struct unit_folders *f, int folder, const struct dirent *item) {
        if (folders_kind(folder, item) != DT_LNK || unit_name_check(item->d_name, NULL) < 0)
                return;
        char *target = folders_read_link(folder, item->d_name);
        if (target)
                folders_add(f, &f->links, xstrdup(item->d_name), target, true);
}

static void folders_take(struct unit_folders *f, int folder, const struct dirent *item) {
        const char *name = item->d_name, *d = str_ends(name, ".d");
        unsigned char kind = folders_kind(folder, item);
        if (kind == DT_DIR && folders_holds_links(name))
                folders_each(folder, name, f, folders_take_below);
        if (kind == DT_DIR && d) {
                _cleanup_free_ char *unit = xstrndup(name, (size_t) (d - name));
                if (unit_name_check(unit, NULL) >= 0)
                        folders_add(f, &f->drop_ins, TAKE(unit), NULL, false);
        }
        if ((kind != DT_LNK && kind != DT_REG) || unit_name_check(name, NULL) < 0)
                return;
        _cleanup_free_ char *target = kind == DT_LNK ? folders_read_link(folder, name) : NULL;
        if (kind == DT_LNK && !target)
                return;
        folders_add(f, &f->entries, xstrdup(name), xstrdup(target), false);
        if (target)
                folders_add(f, &f->links, xstrdup(name), xstrdup(target), false);
}

void unit_folders_next(struct unit_folders *f) {
        _cleanup_free_ char *path = str_printf("%s%s", f->root, f->paths[f->next]);
        folders_each(AT_FDCWD, path, f, folders_take);
        if (stat(path, &f->stats[f->next]) < 0)
                f->stats[f->next] = (struct stat){};
        f->next++;
}

static int folders_compare(const void *a, const void *b) {
        const struct unit_entry *x = a, *y = b;
        int order = strcmp(x->name, y->name);
        return order ? order : x->folder < y->folder ? -1 : x->folder > y->folder;
}

static int folders_compare_targets(const void *a, const void *b) {
        return strcmp(((const struct unit_entry *) a)->to, ((const struct unit_entry *) b)->to);
}

static void folders_sort(struct unit_entries *entries, int (*compare)(const void *a, const void *b)) {
        if (entries->n)
                qsort(entries->items, entries->n, sizeof *entries->items, compare);
}

void unit_folders_sort(struct unit_folders *f) {
        struct unit_entry *items = f->entries.items;
        size_t n = 0;
        folders_sort(&f->entries, folders_compare);
        for (size_t i = 0; i < f->entries.n; i++)
                if (n && strcmp(items[i].name, items[n - 1].name) == 0) {
                        FREE_ALL(items[i].name, items[i].target);
                } else
                        items[n++] = items[i];
        f->entries.n = n;
        folders_sort(&f->drop_ins, folders_compare);
        folders_sort(&f->links, folders_compare);
        f->by_target.n = f->links.n;
        f->by_target.items = xcalloc(f->links.n + 1, sizeof *f->by_target.items);
        if (f->links.n)
                memcpy(f->by_target.items, f->links.items, f->links.n * sizeof *f->links.items);
        folders_sort(&f->by_target, folders_compare_targets);
}

size_t unit_folders_place(const struct unit_entries *sorted, bool by_target, const char *name) {
        size_t low = 0, high = sorted->n;
        while (low < high) {
                size_t middle = (low + high) / 2;
                const struct unit_entry *item = &sorted->items[middle];
                if (strcmp(by_target ? item->to : item->name, name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

const struct unit_entry *unit_folders_find(const struct unit_folders *f, const char *name) {
        size_t i = unit_folders_place(&f->entries, false, name);
        return i < f->entries.n && strcmp(f->entries.items[i].name, name) == 0 ? &f->entries.items[i] : NULL;
}
