/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packages from the folders of layers, as engines keep them. */
#include <sys/sysmacros.h>

#include "backend/engine/engine.h"
#include "base/readfile.h"
#include "tests/unit/tree.h"

#define STATUS "/var/lib/dpkg/status"
#define RPM "alpha 1:3.0.15-2.lab, beta 7-2.lab"
#define FOLDER "/var/lib/dpkg/status.d"

/* "name version, …", or the sentence; layers: the topmost first, "a b". The caller frees. */
static char *packages_of(const char *top, const char *layers) {
        _cleanup_strv_ char **names = strv_split(layers, " "), **paths = NULL;
        _cleanup_(package_list_freep) struct package_list *list = NULL;
        _cleanup_error_ struct error *e = NULL;
        struct str out = {};
        for (char **name = names; *name; name++)
                strv_addf(&paths, "%s/%s", top, *name);
        if (engine_packages_read(paths, &list, &e) < 0)
                return xstrdup(e->message);
        for (size_t i = 0; i < list->n; i++)
                str_addf(&out, "%s%s %s", i ? ", " : "", list->items[i].name, list->items[i].version);
        return str_take(&out);
}

/* A database of RPM: one of the fuzzer's corpus. */
static void write_rpm(const char *top, const char *path, const char *name) {
        _cleanup_free_ char *from = str_printf("%s/tests/fuzz/corpus/rpm/%s", getenv("SOURCE"), name), *bytes = NULL;
        size_t n;
        assert_int_equal(readfile(from, 1024 * 1024, &bytes, &n, NULL), 0);
        tree_write(top, path, "");
        _cleanup_close_ int fd = open(tree_path(top, path), O_WRONLY | O_CLOEXEC);
        assert_int_equal(write(fd, bytes, n), n);
}

/* false: this user may not make it. */
static bool whiteout(const char *top, const char *path) {
        return mknod(tree_path(top, path), S_IFCHR | 0600, makedev(0, 0)) == 0;
}

static void reads_layers_from_the_top(void **state) {
        _cleanup_free_ char *top = tree_new();
        tree_write(top, "/base" STATUS, "Package: a\nVersion: 1\n");
        tree_write(top, "/newer" STATUS, "Package: a\nVersion: 2\n");
        tree_folder(top, "/empty/etc");
        tree_write(top, "/slim" FOLDER "/a", "Package: a\nVersion: 1\n");
        tree_write(top, "/slim" FOLDER "/a.md5sums", "0  usr/bin/a\n");
        tree_write(top, "/slim" FOLDER "/b", "Package: b\nVersion: 1\n");
        tree_write(top, "/slim2" FOLDER "/b", "Package: b\nVersion: 2\n");
        tree_write(top, "/apk/lib/apk/db/installed", "P:musl\nV:1\n");
        tree_write(top, "/apk-usr/usr/lib/apk/db/installed", "P:musl\nV:2\n");
        write_rpm(top, "/rpm/var/lib/rpm/rpmdb.sqlite", "sqlite-rpm");
        tree_write(top, "/rpm/var/lib/rpm/rpmdb.sqlite-wal", "");
        write_rpm(top, "/rpm-usr/usr/lib/sysimage/rpm/rpmdb.sqlite", "sqlite-rpm");
        write_rpm(top, "/rpm-ndb/usr/lib/sysimage/rpm/Packages.db", "ndb");
        write_rpm(top, "/rpm-old/var/lib/rpm/Packages", "berkeley");
        write_rpm(top, "/rpm-both/usr/share/rpm/rpmdb.sqlite", "sqlite-rpm");
        write_rpm(top, "/rpm-both/usr/share/rpm/Packages", "ndb-slot");
        tree_write(top, "/rpm-open/var/lib/rpm/rpmdb.sqlite-wal", "x");
        tree_write(top, "/rpm-odd/var/lib/rpm/rpmdb.sqlite", "no database of any kind");
        write_rpm(top, "/rpm-damaged/var/lib/rpm/Packages.db", "ndb-slot");
        tree_link(top, "/link" STATUS, "/etc/passwd");
        tree_link(top, "/links/var/lib/dpkg", "/var/lib/dpkg");
        tree_folder(top, "/odd" STATUS);
        static const struct {
                const char *layers, *says;
        } rows[] = {
                { "base", "a 1" },
                { "newer base", "a 2" },
                { "empty base", "a 1" },
                { "empty newer empty base", "a 2" },
                { "slim", "a 1, b 1" },
                { "slim2 slim", "a 1, b 2" },
                { "apk", "musl 1" },
                { "apk-usr empty", "musl 2" },
                { "rpm", RPM },
                { "rpm-usr empty", RPM },
                { "rpm-ndb", RPM },
                { "rpm-old", RPM },
                { "rpm-both", RPM },
                { "rpm base", "a 1, " RPM },
                { "rpm-open rpm", "Its database of RPM was not closed (there is a var/lib/rpm/rpmdb.sqlite-wal)" },
                { "rpm-odd", "Its database of RPM (var/lib/rpm/rpmdb.sqlite) is of a kind that is not read" },
                { "rpm-damaged", "Its database of RPM (var/lib/rpm/Packages.db) is damaged" },
                { "empty", "It has no database of packages" },
                { "link base", "It has no database of packages" }, /* no link is followed, and it hides what is below */
                { "links base", "It has no database of packages" },
                { "odd base", "It has no database of packages" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *says = packages_of(top, rows[i].layers);
                assert_string_equal(says, rows[i].says);
        }
        _cleanup_free_ char *none = packages_of(top, "nowhere");
        assert_string_equal(none, "The layers of the image cannot be read");
        tree_remove(top);
}

/* As the kernel reads them; it takes root to make them. */
static void knows_what_a_layer_hides(void **state) {
        _cleanup_free_ char *top = tree_new();
        tree_write(top, "/base" STATUS, "Package: a\nVersion: 1\n");
        tree_write(top, "/base" FOLDER "/b", "Package: b\nVersion: 1\n");
        tree_folder(top, "/gone/var/lib/dpkg");
        tree_folder(top, "/gone-b" FOLDER);
        tree_folder(top, "/anew/var/lib/dpkg");
        tree_write(top, "/anew" FOLDER "/c", "Package: c\nVersion: 1\n");
        tree_write(top, "/owner" STATUS, "");
        if (!whiteout(top, "/gone" STATUS) || !whiteout(top, "/gone-b" FOLDER "/b") ||
            setxattr(tree_path(top, "/anew/var/lib/dpkg"), "trusted.overlay.opaque", "y", 1, 0) < 0 ||
            setxattr(tree_path(top, "/owner" STATUS), "trusted.overlay.metacopy", "", 0, 0) < 0) {
                tree_remove(top);
                skip();
        }
        static const struct {
                const char *layers, *says;
        } rows[] = {
                { "base", "a 1, b 1" },
                { "gone base", "b 1" },
                { "gone-b base", "a 1" },
                { "anew base", "c 1" },
                { "owner base", "a 1, b 1" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *says = packages_of(top, rows[i].layers);
                assert_string_equal(says, rows[i].says);
        }
        tree_remove(top);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_layers_from_the_top),
                cmocka_unit_test(knows_what_a_layer_hides),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
