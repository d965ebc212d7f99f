/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/str.h"
#include "model/job/changes.h"

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static struct entry *put(struct manifest *m, const char *path, mode_t mode, const char *digest) {
        struct entry e = { .path = strdup(path), .mode = mode };
        memcpy(e.digest, digest, strlen(digest) + 1);
        manifest_take(m, &e);
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
        changes_make(&before, &after, &changes);
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

/* A file whose content was not kept is recognized by its times. */
static void left_out_files_are_recognized_by_their_times(void **state) {
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

/* Two jobs in a row, and somebody in between: each path once, with what it was before the first, in between, and after the second. */
static void joins_two_jobs(void **state) {
        static const struct {
                const char *path;
                const char *before, *left, *found, *after;      /* digests; NULL: not there */
                unsigned what;                                  /* of both together */
        } cases[] = {
                { "/etc/a-first-added", NULL, DIGEST_A, DIGEST_A, DIGEST_A, CHANGE_ADDED },
                { "/etc/b-both", DIGEST_A, DIGEST_B, DIGEST_B, DIGEST_C, CHANGE_CONTENT },
                { "/etc/c-and-back", DIGEST_A, DIGEST_B, DIGEST_B, DIGEST_A, 0 },
                { "/etc/d-added-removed", NULL, DIGEST_A, DIGEST_A, NULL, 0 },
                { "/etc/e-removed-made", DIGEST_A, NULL, NULL, DIGEST_B, CHANGE_CONTENT },
                { "/etc/f-second-added", NULL, NULL, NULL, DIGEST_A, CHANGE_ADDED },
                { "/etc/g-second-removed", DIGEST_A, DIGEST_A, DIGEST_A, NULL, CHANGE_REMOVED },
                { "/etc/h-untouched", DIGEST_A, DIGEST_A, DIGEST_A, DIGEST_A, 0 },
                /* somebody else's work that the second did not touch stays out of it */
                { "/etc/i-others-added", NULL, NULL, DIGEST_A, DIGEST_A, 0 },
                { "/etc/j-others-changed", DIGEST_A, DIGEST_B, DIGEST_C, DIGEST_C, CHANGE_CONTENT },
                /* what the second changed of theirs goes back to what they had made of it */
                { "/etc/k-others-then-second", DIGEST_A, DIGEST_A, DIGEST_C, DIGEST_B, CHANGE_CONTENT },
                { "/etc/l-others-removed-second-made", DIGEST_A, DIGEST_A, NULL, DIGEST_B, CHANGE_ADDED },
                /* in a folder of the first's own making everything is the service's: it leaves with the folder */
                { "/etc/m-folder/state", NULL, NULL, DIGEST_A, DIGEST_B, CHANGE_ADDED },
                { "/etc/m-folder/deep/state", NULL, NULL, DIGEST_A, NULL, 0 },
        };
        _cleanup_(manifest_done) struct manifest before = {}, left = {}, found = {}, after = {}, origin = {}, result = {};
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct manifest *all[] = { &before, &left, &found, &after };
                const char *digests[] = { cases[i].before, cases[i].left, cases[i].found, cases[i].after };
                for (size_t k = 0; k < ELEMENTS(all); k++)
                        if (digests[k])
                                put(all[k], cases[i].path, S_IFREG | 0644, digests[k]);
        }
        struct manifest *with_folder[] = { &left, &found, &after };
        for (size_t k = 0; k < ELEMENTS(with_folder); k++) {
                put(with_folder[k], "/etc/m-folder", S_IFDIR | 0755, "");
                manifest_sort(with_folder[k]);
        }
        _cleanup_(changes_done) struct changes later = {}, joined = {};
        changes_make(&found, &after, &later);
        changes_join(&before, &left, &later, &origin, &result);
        changes_make(&origin, &result, &joined);
        size_t n = 0;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const struct change *change = changes_find(&joined, cases[i].path);
                if ((change ? change->what : 0) != cases[i].what)
                        fail_msg("%s: %u, not %u", cases[i].path, change ? change->what : 0, cases[i].what);
                n += change != NULL;
        }
        assert_int_equal(changes_find(&joined, "/etc/m-folder")->what, CHANGE_ADDED);
        assert_int_equal(n + 1, joined.n);
        assert_string_equal(changes_find(&joined, "/etc/b-both")->before.digest, DIGEST_A);
        assert_string_equal(changes_find(&joined, "/etc/b-both")->after.digest, DIGEST_C);
        assert_string_equal(changes_find(&joined, "/etc/j-others-changed")->after.digest, DIGEST_B);
        assert_string_equal(changes_find(&joined, "/etc/k-others-then-second")->before.digest, DIGEST_C);
}

static void prints_attributes_in_words(void **state) {
        struct entry a = { .path = (char *) "/x", .mode = S_IFREG | 0644 }, b = { .path = (char *) "/x", .mode = S_IFREG | 04755, .uid = 7, .gid = 8 };
        struct xattr one[] = { { (char *) "user.gone", (char *) "1", 1 }, { (char *) "user.x", (char *) "1", 1 } };
        struct xattr two[] = { { (char *) "user.new", (char *) "1", 1 }, { (char *) "user.x", (char *) "2", 1 } };
        a.xattrs = one;
        b.xattrs = two;
        a.n_xattrs = b.n_xattrs = 2;
        struct change change = { .path = (char *) "/x", .what = CHANGE_MODE | CHANGE_OWNER | CHANGE_XATTR, .before = a, .after = b };
        _cleanup_free_ char *all = change_detail(&change);
        assert_string_equal(all, "mode 0644 -> 4755, owner 0:0 -> 7:8, attribute user.new added, attribute user.x changed, attribute user.gone removed");
        change.what = CHANGE_CONTENT;
        _cleanup_free_ char *content = change_detail(&change);
        assert_string_equal(content, "");
        change.after = (struct entry) { .path = (char *) "/x", .mode = S_IFLNK | 0777, .target = (char *) "b" };
        change.what = CHANGE_TYPE;
        _cleanup_free_ char *type = change_detail(&change);
        assert_string_equal(type, "file -> symlink to b");
        change.before = (struct entry) { .path = (char *) "/x", .mode = S_IFLNK | 0777, .target = (char *) "a" };
        change.what = CHANGE_CONTENT;
        _cleanup_free_ char *target = change_detail(&change);
        assert_string_equal(target, "target a -> b");
        change.before = (struct entry) {};
        change.what = CHANGE_ADDED;
        _cleanup_free_ char *added = change_detail(&change);
        assert_string_equal(added, "symlink to b");
}

/* What came: its mode, device, target, and whether it is dangerous. */
static void shows_what_came(void **state) {
        struct xattr capability = { .name = (char *) "security.capability" }, label = { .name = (char *) "security.selinux" };
        const struct {
                struct entry entry;
                const char *detail, *risk;      /* the beginning of the risk; NULL: none */
        } rows[] = {
                { { .mode = S_IFREG | 0644 }, "", NULL },
                { { .mode = S_IFREG | 0600, .xattrs = &label, .n_xattrs = 1 }, "mode 0600", NULL },
                { { .mode = S_IFDIR | 0755 }, "", NULL },
                { { .mode = S_IFDIR | 01777 }, "mode 1777", NULL },
                { { .mode = S_IFDIR | 0777 }, "mode 0777", "everybody" },
                { { .mode = S_IFREG | 0666 }, "mode 0666", "everybody" },
                { { .mode = S_IFREG | 04755 }, "mode 4755", "setuid root" },
                { { .mode = S_IFREG | 04755, .uid = 7, .gid = 8 }, "mode 4755, owner 7:8", "setuid: " },
                { { .mode = S_IFREG | 02755, .gid = 8 }, "mode 2755, owner 0:8", "setgid" },
                { { .mode = S_IFDIR | 02755 }, "mode 2755", NULL },
                { { .mode = S_IFREG | 0755, .xattrs = &capability, .n_xattrs = 1 }, "mode 0755, attribute security.capability", "file capabilities" },
                { { .mode = S_IFBLK | 0644, .rdev = makedev(8, 0) }, "block device 8:0", "a device node" },
                { { .mode = S_IFCHR | 0666, .rdev = makedev(1, 3) }, "character device 1:3, mode 0666", "a device node" },
                { { .mode = S_IFLNK | 0777, .target = (char *) "/root/x" }, "symlink to /root/x", NULL },
                { { .mode = S_IFIFO | 0644 }, "fifo", NULL },
                { { .mode = S_IFSOCK | 0777 }, "socket, mode 0777", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct change came = { .path = (char *) "/x", .what = CHANGE_ADDED, .after = rows[i].entry };
                came.after.path = came.path;
                struct change gone = { .path = came.path, .what = CHANGE_REMOVED, .before = came.after };
                _cleanup_free_ char *added = change_detail(&came), *removed = change_detail(&gone);
                assert_string_equal(added, rows[i].detail);
                assert_string_equal(removed, rows[i].detail);
                assert_null(change_risk(&gone));
                assert_int_equal(change_risk(&came) != NULL, rows[i].risk != NULL);
                if (rows[i].risk)
                        assert_non_null(str_starts(change_risk(&came), rows[i].risk));
        }
        struct change moved = { .path = (char *) "/x", .what = CHANGE_CONTENT,
                                .before = { .path = (char *) "/x", .mode = S_IFBLK | 0600, .rdev = makedev(8, 0) },
                                .after = { .path = (char *) "/x", .mode = S_IFBLK | 0600, .rdev = makedev(8, 1) } };
        _cleanup_free_ char *device = change_detail(&moved);
        assert_string_equal(device, "device 8:0 -> 8:1");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(prints_attributes_in_words),
                cmocka_unit_test(shows_what_came),
                cmocka_unit_test(joins_two_jobs),
                cmocka_unit_test(finds_each_difference),
                cmocka_unit_test(left_out_files_are_recognized_by_their_times),
                cmocka_unit_test(finds_by_path),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
