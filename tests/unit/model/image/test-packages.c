/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/image/packages.h"

typedef void (*read_t)(struct package_list *list, const char *text, size_t n);

/* "name version, …" of the sorted list; the caller frees. */
static char *listed(read_t read, const char *text) {
        _cleanup_(package_list_freep) struct package_list *list = new0(struct package_list);
        struct str out = {};
        read(list, text, strlen(text));
        package_list_sort(list);
        for (size_t i = 0; i < list->n; i++)
                str_addf(&out, "%s%s %s", i ? ", " : "", list->items[i].name, list->items[i].version);
        return str_take(&out);
}

#define STATUS "Status: install ok installed\n"

static void reads_databases(void **state) {
        static const struct {
                read_t read;
                const char *text, *list;
        } rows[] = {
                { packages_read_dpkg, "", "" },
                { packages_read_dpkg, "Package: b\n" STATUS "Version: 2-1\nDescription: x\n y: z\n .\n Package: no\n\nPackage: a\n" STATUS "Version: 1:1~x\n",
                  "a 1:1~x, b 2-1" },
                { packages_read_dpkg, "\n\n \nPackage: a\r\nVersion: 1\r\n\r\npackage: b\nVERSION:\t2 \n", "a 1, b 2" },
                { packages_read_dpkg, "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n", "" },
                { packages_read_dpkg, "Package: a\nStatus: install ok half-installed\nVersion: 1\n", "" },
                { packages_read_dpkg, "Package: a\nStatus: hold ok installed\nVersion: 1\n", "a 1" },
                { packages_read_dpkg, "Package: a\nStatus: installed\nVersion: 1\n", "" },
                { packages_read_dpkg, "Package: a\n\nVersion: 1\n", "" },
                { packages_read_dpkg, "Package: a\nVersion: 1 2\n\nPackage: \033[2J\nVersion: 1\n\nPackage: \xc3\xa4\nVersion: 1\n", "" },
                { packages_read_dpkg, "Package: c\nArchitecture: i386\nVersion: 1\n\nPackage: c\nArchitecture: amd64\nVersion: 1\n\nPackage: c-dev\nVersion: 3\n",
                  "c-dev 3, c:amd64 1, c:i386 1" },
                { packages_read_dpkg, "Package: c\nArchitecture: amd64\nVersion: 1\n\nPackage: c\nArchitecture: amd64\nVersion: 2\n", "c 1" },
                { packages_read_dpkg, "Package a\nVersion: 1\n:\n: x\nPackage: a", "a 1" },
                { packages_read_apk, "C:Q1x=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\nR:ld.so\n\nC:Q1\nP:busybox\nV:1.36\n\n", "busybox 1.36, musl 1.2.4-r2" },
                { packages_read_apk, "P:a\nPV:1\nV:2", "a 2" },
                { packages_read_apk, "P:\nV:2\n\nV:2\n", "" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *list = listed(rows[i].read, rows[i].text);
                assert_string_equal(list, rows[i].list);
        }
}

static void has_ceilings(void **state) {
        _cleanup_(package_list_freep) struct package_list *list = new0(struct package_list);
        _cleanup_str_ struct str text = {};
        for (unsigned i = 0; i < PACKAGES_MAX + 5; i++)
                str_addf(&text, "P:p%u\nV:1\n\n", i);
        packages_read_apk(list, text.text, text.length);
        assert_int_equal(list->n, PACKAGES_MAX);
        assert_true(list->cut);
        str_cut(&text, 0);
        str_add(&text, "P:");
        for (unsigned i = 0; i < 256; i++)
                str_add_char(&text, 'x');
        str_add(&text, "\nV:1\n");
        _cleanup_free_ char *none = listed(packages_read_apk, text.text);
        assert_string_equal(none, "");
}

static void says_what_changes(void **state) {
        static const char before[] = "P:gone\nV:1\n\nP:openssl\nV:3.0.15\n\nP:same\nV:1\n\nP:two\nV:1\nA:a\n\nP:two\nV:1\nA:b\n";
        static const char after[] = "P:new\nV:7\n\nP:openssl\nV:3.0.16\n\nP:same\nV:1\n\nP:two\nV:1\nA:a\n\nP:two\nV:2\nA:b\n\nP:zz\nV:1\n";
        static const char *const lines[] = { "gone 1 gone", "new 7 new", "openssl 3.0.15 -> 3.0.16", "two:b 1 -> 2", "zz 1 new" };
        _cleanup_(package_list_freep) struct package_list *a = new0(struct package_list), *b = new0(struct package_list);
        _cleanup_(package_changes_done) struct package_changes changes = {};
        packages_read_apk(a, before, strlen(before));
        packages_read_apk(b, after, strlen(after));
        package_list_sort(a);
        package_list_sort(b);
        package_changes_make(a, b, &changes);
        assert_int_equal(changes.n, ELEMENTS(lines));
        for (size_t i = 0; i < changes.n; i++) {
                _cleanup_free_ char *line = package_change_text(&changes.items[i]);
                assert_string_equal(line, lines[i]);
        }
        _cleanup_free_ char *counts = package_changes_text(&changes);
        assert_string_equal(counts, "2 packages changed, 2 new, 1 gone, 2 the same");
        package_changes_done(&changes);
        package_changes_make(a, a, &changes);
        free(counts);
        counts = package_changes_text(&changes);
        assert_string_equal(counts, "0 packages changed, 0 new, 0 gone, 5 the same");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_databases),
                cmocka_unit_test(has_ceilings),
                cmocka_unit_test(says_what_changes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
