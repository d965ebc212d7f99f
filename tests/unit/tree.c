/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/tree.h"

#include <dirent.h>
#include <sys/sysmacros.h>

char *tree_new(void) {
        char *folder = strdup("/var/tmp/fairlead-test-XXXXXX");
        assert_non_null(folder);
        assert_non_null(mkdtemp(folder));
        return folder;
}

static void tree_remove_at(int parent, const char *name) {
        if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
                return;
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
        for (struct dirent *item; d && (item = readdir(d));)
                if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
                        tree_remove_at(fd, item->d_name);
        if (d)
                closedir(d);
        unlinkat(parent, name, AT_REMOVEDIR);
}

void tree_remove(const char *folder) {
        tree_remove_at(AT_FDCWD, folder);
}

char *tree_path(const char *folder, const char *path) {
        static char buffers[4][4096];
        static unsigned next;
        char *buffer = buffers[next++ % 4];
        snprintf(buffer, sizeof buffers[0], "%s%s", folder, path);
        return buffer;
}

static void tree_parents(const char *folder, const char *path) {
        for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
                _cleanup_free_ char *parent = str_printf("%s%.*s", folder, (int) (slash - path), path);
                mkdir(parent, 0755);
        }
}

void tree_folder(const char *folder, const char *path) {
        tree_parents(folder, path);
        if (mkdir(tree_path(folder, path), 0755) < 0 && errno != EEXIST)
                fail_msg("mkdir %s: %s", path, strerror(errno));
}

void tree_write(const char *folder, const char *path, const char *text) {
        tree_parents(folder, path);
        FILE *f = fopen(tree_path(folder, path), "we");
        if (!f)
                fail_msg("open %s: %s", path, strerror(errno));
        fwrite(text, 1, strlen(text), f);
        fclose(f);
}

void tree_link(const char *folder, const char *path, const char *target) {
        tree_parents(folder, path);
        if (symlink(target, tree_path(folder, path)) < 0)
                fail_msg("symlink %s: %s", path, strerror(errno));
}

char *tree_read(const char *folder, const char *path) {
        FILE *f = fopen(tree_path(folder, path), "re");
        if (!f)
                return NULL;
        _cleanup_str_ struct str text = {};
        char buffer[4096];
        for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;)
                str_add_bytes(&text, buffer, n);
        fclose(f);
        return str_take(&text);
}

static int tree_compare(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static void tree_describe_xattrs(struct str *out, const char *path) {
        char names[4096], value[4096], *sorted[64];
        size_t n = 0;
        ssize_t length = llistxattr(path, names, sizeof names);
        for (char *name = names; length > 0 && name < names + length && n < 64; name += strlen(name) + 1) {
                size_t at = n++;
                for (; at > 0 && strcmp(sorted[at - 1], name) > 0; at--)
                        sorted[at] = sorted[at - 1];
                sorted[at] = name;
        }
        for (size_t i = 0; i < n; i++) {
                ssize_t size = lgetxattr(path, sorted[i], value, sizeof value);
                str_addf(out, " %s=", sorted[i]);
                for (ssize_t j = 0; j < size; j++)
                        str_addf(out, "%02x", (unsigned char) value[j]);
        }
}

static void tree_describe(struct str *out, const char *path, const char *shown) {
        struct stat st;
        assert_int_equal(lstat(path, &st), 0);
        str_addf(out, "%s %o %u:%u %lld.%09ld", shown, (unsigned) st.st_mode, st.st_uid, st.st_gid,
                 (long long) st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
        tree_describe_xattrs(out, path);
        if (S_ISLNK(st.st_mode)) {
                char value[4096];
                ssize_t length = readlink(path, value, sizeof value);
                str_add(out, " -> ");
                str_add_bytes(out, value, length > 0 ? (size_t) length : 0);
        }
        if (S_ISCHR(st.st_mode))
                str_addf(out, " %u,%u", major(st.st_rdev), minor(st.st_rdev));
        if (S_ISREG(st.st_mode)) {
                _cleanup_free_ char *text = tree_read(path, "");
                unsigned long sum = 5381;
                for (const char *p = text; p && *p; p++)
                        sum = sum * 33 + (unsigned char) *p;
                str_addf(out, " links %u size %lld blocks<=%lld sum %lu", (unsigned) st.st_nlink,
                         (long long) st.st_size, (long long) st.st_size / 512 + 8, sum);
        }
        str_add_char(out, '\n');
        if (!S_ISDIR(st.st_mode))
                return;
        struct dirent **items;
        int count = scandir(path, &items, NULL, tree_compare);
        for (int i = 0; i < count; i++) {
                if (strcmp(items[i]->d_name, ".") != 0 && strcmp(items[i]->d_name, "..") != 0) {
                        _cleanup_free_ char *child = str_printf("%s/%s", path, items[i]->d_name);
                        _cleanup_free_ char *child_shown = str_printf("%s/%s", shown, items[i]->d_name);
                        tree_describe(out, child, child_shown);
                }
                free(items[i]);
        }
        if (count >= 0)
                free(items);
}

char *tree_fingerprint(const char *folder) {
        _cleanup_str_ struct str out = {};
        tree_describe(&out, folder, "");
        return str_take(&out);
}
