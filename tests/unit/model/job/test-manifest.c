/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/str.h"
#include "model/job/manifest.h"

static void make(struct manifest *m) {
        struct entry items[] = {
                { .path = strdup("/etc"), .mode = S_IFDIR | 0755, .mtime = { 1764000000, 5 }, .inode = 2, .device = 64769, .links = 3 },
                { .path = strdup("/etc/a b\n%=\xff"), .mode = S_IFREG | 04755, .uid = 1, .gid = 4294967294, .size = 12,
                  .mtime = { -5, 999999999 }, .ctime = { 7, 0 },
                  .digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
                { .path = strdup("/etc/huge"), .mode = S_IFREG | 0600, .size = 1ULL << 40, .left_out = true },
                { .path = strdup("/etc/link"), .mode = S_IFLNK | 0777, .target = strdup("../x y") },
                { .path = strdup("/etc/odd"), .mode = S_IFLNK | 0777, .target = strdup("-") },
        };
        items[1].xattrs = calloc(2, sizeof *items[1].xattrs);
        items[1].xattrs[0] = (struct xattr) { strdup("security.x"), memcpy(malloc(3), "\0\1=", 3), 3 };
        items[1].xattrs[1] = (struct xattr) { strdup("user.empty"), strdup(""), 0 };
        items[1].n_xattrs = 2;
        for (size_t i = 0; i < ELEMENTS(items); i++)
                manifest_take(m, &items[i]);
        manifest_sort(m);
        m->taken = 1764000123;
}

static void comes_back_the_same(void **state) {
        _cleanup_(manifest_done) struct manifest m = {}, again = {};
        make(&m);
        _cleanup_free_ char *text = manifest_format(&m);
        _cleanup_error_ struct error *e = NULL;
        assert_ok(manifest_parse(text, strlen(text), &again, &e), e);
        assert_int_equal(again.n, m.n);
        assert_int_equal(again.taken, m.taken);
        _cleanup_(changes_done) struct changes changes = {};
        changes_make(&m, &again, &changes);
        assert_int_equal(changes.n, 0);
        _cleanup_free_ char *twice = manifest_format(&again);
        assert_string_equal(text, twice);
        assert_int_equal(again.items[1].mtime.tv_sec, -5);
        assert_int_equal(again.items[1].xattrs[0].size, 3);
}

static void a_cut_text_is_refused_at_every_byte(void **state) {
        _cleanup_(manifest_done) struct manifest m = {};
        make(&m);
        _cleanup_free_ char *text = manifest_format(&m);
        for (size_t n = 0; n < strlen(text); n++) {
                _cleanup_(manifest_done) struct manifest cut = {};
                assert_true(manifest_parse(text, n, &cut, NULL) < 0);
        }
}

static void refuses_what_climbs_out(void **state) {
        static const char *const bad[] = { "etc", "/etc/..", "/etc/../x", "/./etc", "//etc", "/etc/", "/etc%00/x", "/etc//x" };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                _cleanup_free_ char *text = str_printf("fairlead-manifest 1 0\n100644 0 0 0 0.000000000 0.000000000 1 1 1 0 in - %s -\nend 1\n", bad[i]);
                _cleanup_(manifest_done) struct manifest m = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(manifest_parse(text, strlen(text), &m, &e), -EINVAL);
                assert_non_null(strstr(e->message, "Line 2"));
        }
}

#define ROW(path) "100644 0 0 0 0.000000000 0.000000000 1 1 1 0 in - " path " -\n"

/* Restoring trusts what it reads: each line is what we write, in its order, or nothing is restored. */
static void refuses_what_we_do_not_write(void **state) {
        static const struct {
                const char *text, *where;
        } rows[] = {
                { "", "cut off" },
                { "fairlead-manifest 2 0\nend 0\n", "Line 1" },
                { "something else\nend 0\n", "Line 1" },
                { "fairlead-manifest 1 0\n" ROW("/b") ROW("/a") "end 2\n", "Line 3" },
                { "fairlead-manifest 1 0\n" ROW("/a") ROW("/a") "end 2\n", "Line 3" },
                { "fairlead-manifest 1 0\n" ROW("/a") "end 2\n", "Line 3" },
                { "fairlead-manifest 1 0\n" ROW("/a") "end 1\nmore\n", "Line 3" },
                { "fairlead-manifest 1 0\n" ROW("/a") "end x\n", "Line 3" },
                { "fairlead-manifest 1 0\nend 99999999999999999999\n", "Line 2" },
                { "fairlead-manifest 1 0\n\nend 0\n", "Line 2" },
                { "fairlead-manifest 1 0\n" ROW("/a"), "cut off" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(manifest_done) struct manifest m = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(manifest_parse(rows[i].text, strlen(rows[i].text), &m, &e), -EINVAL);
                if (!strstr(e->message, rows[i].where))
                        fail_msg("row %zu: %s", i, e->message);
                assert_int_equal(m.n, 0);
        }
        _cleanup_(manifest_done) struct manifest m = {};
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(manifest_parse("", (size_t) MANIFEST_BYTES_MAX + 1, &m, &e), -E2BIG);
        assert_string_equal(e->message, "The list of saved files is larger than 67108864 bytes");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(comes_back_the_same),
                cmocka_unit_test(a_cut_text_is_refused_at_every_byte),
                cmocka_unit_test(refuses_what_climbs_out),
                cmocka_unit_test(refuses_what_we_do_not_write),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
