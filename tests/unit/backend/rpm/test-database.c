/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Databases of RPM of each kind: those of the fuzzer's corpus. "alpha" and "beta" were written by rpm 4.18; what is of Berkeley's kind was loaded by its
 * own db_load, in both orders of bytes; rpm of Debian writes no ndb, so that is by its description. */
#include "backend/rpm/rpm.h"
#include "base/readfile.h"
#include "tests/unit/tree.h"

/* "name version, …; or the sentence"; the caller frees. */
static char *database_says(int fd) {
        _cleanup_(package_list_freep) struct package_list *list = new0(struct package_list);
        _cleanup_error_ struct error *e = NULL;
        struct str out = {};
        rpm_database_read(fd, "Packages", list, &e);
        package_list_sort(list);
        for (size_t i = 0; i < list->n; i++)
                str_addf(&out, "%s%s %s", i ? ", " : "", list->items[i].name, list->items[i].version);
        if (e)
                str_addf(&out, "; %s", e->message);
        return str_take(&out);
}

static char *database_path(const char *name) {
        return str_printf("%s/tests/fuzz/corpus/rpm/%s", getenv("SOURCE"), name);
}

#define BOTH "alpha 1:3.0.15-2.lab, beta 7-2.lab"
#define DAMAGED "; Its database of RPM (Packages) is damaged"

static void reads_each_kind(void **state) {
        static const struct {
                const char *name, *says;
        } rows[] = {
                { "sqlite-rpm", BOTH },
                { "berkeley", BOTH },
                { "berkeley-big", BOTH },
                { "ndb", BOTH },
                { "ndb-endless", BOTH DAMAGED },
                { "ndb-slot", DAMAGED },
                { "sqlite-page0", DAMAGED },
                { "header-alone", "; Its database of RPM (Packages) is of a kind that is not read" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *path = database_path(rows[i].name);
                _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
                assert_true(fd >= 0);
                _cleanup_free_ char *says = database_says(fd);
                assert_string_equal(says, rows[i].says);
        }
}

/* Of 512 bytes a page: a tree of several levels, and headers on chains of pages. */
static void reads_a_tree_of_pages(void **state) {
        _cleanup_free_ char *path = database_path("sqlite-many");
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        _cleanup_free_ char *says = database_says(fd);
        for (unsigned i = 0; i < 24; i++) {
                _cleanup_free_ char *one = str_printf("package-%u 1.%u-1", i, i);
                assert_non_null(strstr(says, one));
        }
        /* a key that it trusts, by its id */
        assert_non_null(strstr(says, "gpg-pubkey-8a3872bf 8a3872bf-5dd6a6f8"));
}

/* Wherever a file ends it is a sentence or fewer packages, and no page is read for ever. */
static void ends_with_the_file(void **state) {
        static const char *const names[] = { "sqlite-many", "sqlite-rpm", "berkeley", "berkeley-big", "ndb" };
        _cleanup_free_ char *top = tree_new();
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                _cleanup_free_ char *path = database_path(names[i]), *whole = NULL;
                size_t n;
                assert_int_equal(readfile(path, 1024 * 1024, &whole, &n, NULL), 0);
                tree_write(top, "/database", "");
                _cleanup_close_ int fd = open(tree_path(top, "/database"), O_RDWR | O_CLOEXEC);
                for (size_t cut = 0; cut < n; cut += 97) {
                        assert_int_equal(pwrite(fd, whole, cut, 0), cut);
                        _cleanup_free_ char *says = database_says(fd);
                        assert_true(cut > n / 2 || strstr(says, "; Its database of RPM (Packages) is "));
                }
        }
        tree_remove(top);
}

/* Every page of a tree that names the page itself, or another one above it, as its child. */
static void a_circle_of_pages_ends(void **state) {
        _cleanup_free_ char *path = database_path("sqlite-many"), *whole = NULL, *top = tree_new();
        size_t n, interior = 0;
        assert_int_equal(readfile(path, 1024 * 1024, &whole, &n, NULL), 0);
        tree_write(top, "/database", "");
        _cleanup_close_ int fd = open(tree_path(top, "/database"), O_RDWR | O_CLOEXEC);
        for (size_t page = 512; page < n; page += 512) {
                if (whole[page] != 5)
                        continue;
                interior++;
                _cleanup_free_ char *circle = xcalloc(n, 1);
                memcpy(circle, whole, n);
                circle[page + 8] = circle[page + 9] = circle[page + 10] = 0;
                circle[page + 11] = (char) (page / 512 + 1);
                assert_int_equal(pwrite(fd, circle, n, 0), n);
                _cleanup_free_ char *says = database_says(fd);
                assert_non_null(strstr(says, DAMAGED));
        }
        assert_true(interior > 0);
        tree_remove(top);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_each_kind),
                cmocka_unit_test(reads_a_tree_of_pages),
                cmocka_unit_test(ends_with_the_file),
                cmocka_unit_test(a_circle_of_pages_ends),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
