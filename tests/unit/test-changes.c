/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <sys/stat.h>

#include "base/str.h"
#include "model/changes.h"

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct entry *put(struct manifest *m, const char *path, mode_t mode, const char *digest) {
        struct entry e = { .path = strdup(path), .mode = mode };
        memcpy(e.digest, digest, strlen(digest) + 1);
        assert_int_equal(manifest_take(m, &e), 0);
        return &m->items[m->n - 1];
}

static void xattr(struct entry *e, const char *name, const char *value) {
        e->xattrs = reallocarray(e->xattrs, e->n_xattrs + 1, sizeof *e->xattrs);
        e->xattrs[e->n_xattrs++] = (struct xattr) { strdup(name), strdup(value), strlen(value) };
}

/* Each difference alone, by one pair of manifests. */
static void finds_each_difference(void **state) {
        _cleanup_(manifest_done) struct manifest before = {}, after = {};
        put(&before, "/etc/same", S_IFREG | 0644, DIGEST_A);
        put(&after, "/etc/same", S_IFREG | 0644, DIGEST_A)->mtime.tv_sec = 99;
        put(&before, "/etc/gone", S_IFREG | 0644, DIGEST_A);
        put(&after, "/etc/new", S_IFREG | 0644, DIGEST_A);
        put(&before, "/etc/content", S_IFREG | 0644, DIGEST_A);
        put(&after, "/etc/content", S_IFREG | 0644, DIGEST_B);
        put(&before, "/etc/mode", S_IFREG | 0644, DIGEST_A);
        put(&after, "/etc/mode", S_IFREG | 04755, DIGEST_A);
        put(&before, "/etc/owner", S_IFDIR | 0755, "");
        put(&after, "/etc/owner", S_IFDIR | 0755, "")->gid = 7;
        put(&before, "/etc/type", S_IFREG | 0644, DIGEST_A);
        put(&after, "/etc/type", S_IFLNK | 0777, "")->target = strdup("x");
        put(&before, "/etc/link", S_IFLNK | 0777, "")->target = strdup("a");
        put(&after, "/etc/link", S_IFLNK | 0700, "")->target = strdup("b");
        xattr(put(&before, "/etc/xattr", S_IFREG | 0644, DIGEST_A), "user.x", "1");
        xattr(put(&after, "/etc/xattr", S_IFREG | 0644, DIGEST_B), "user.x", "2");
        put(&before, "/etc/null", S_IFCHR | 0666, "")->rdev = 1;
        put(&after, "/etc/null", S_IFCHR | 0666, "")->rdev = 2;
        manifest_sort(&before);
        manifest_sort(&after);
        _cleanup_(changes_done) struct changes changes = {};
        assert_int_equal(changes_make(&before, &after, &changes), 0);
        static const struct { const char *path; unsigned what; const char *text; } expected[] = {
                { "/etc/content", CHANGE_CONTENT, "changed" },
                { "/etc/gone", CHANGE_REMOVED, "removed" },
                { "/etc/link", CHANGE_CONTENT, "changed" },
                { "/etc/mode", CHANGE_MODE, "mode" },
                { "/etc/new", CHANGE_ADDED, "added" },
                { "/etc/null", CHANGE_CONTENT, "changed" },
                { "/etc/owner", CHANGE_OWNER, "owner" },
                { "/etc/type", CHANGE_TYPE, "type" },
                { "/etc/xattr", CHANGE_CONTENT | CHANGE_XATTR, "changed+xattr" },
        };
        assert_int_equal(changes.n, ELEMENTS(expected));
        for (size_t i = 0; i < changes.n; i++) {
                assert_string_equal(changes.items[i].path, expected[i].path);
                assert_int_equal(changes.items[i].what, expected[i].what);
                _cleanup_free_ char *text = change_text(changes.items[i].what);
                assert_string_equal(text, expected[i].text);
                assert_int_equal(!changes.items[i].before.path, changes.items[i].what == CHANGE_ADDED);
                assert_int_equal(!changes.items[i].after.path, changes.items[i].what == CHANGE_REMOVED);
        }
}

/* A file whose content was not kept is told by its times. */
static void left_out_files_are_told_by_their_times(void **state) {
        struct entry a = { .path = (char *) "/x", .mode = S_IFREG | 0600, .size = 5, .left_out = true }, b = a;
        assert_true(entry_same(&a, &b));
        b.mtime.tv_nsec = 1;
        assert_false(entry_same(&a, &b));
}

static void finds_by_path(void **state) {
        _cleanup_(manifest_done) struct manifest m = {};
        assert_null(manifest_find(&m, "/a"));
        for (int i = 999; i >= 0; i--) {
                char path[16];
                snprintf(path, sizeof path, "/f%03d", i);
                put(&m, path, S_IFREG, "");
        }
        manifest_sort(&m);
        assert_string_equal(manifest_find(&m, "/f000")->path, "/f000");
        assert_string_equal(manifest_find(&m, "/f999")->path, "/f999");
        assert_string_equal(manifest_find(&m, "/f500")->path, "/f500");
        assert_null(manifest_find(&m, "/f"));
        assert_null(manifest_find(&m, "/f9999"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_each_difference),
                cmocka_unit_test(left_out_files_are_told_by_their_times),
                cmocka_unit_test(finds_by_path),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
