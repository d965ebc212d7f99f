/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "backend/realm/realmd.h"
#include "base/str.h"
#include "tests/unit/tree.h"

/* A host with a pam-auth-update that writes down how it was called, and fails when asked to. */
static char *host_new(const char *common_auth, bool tool) {
        char *root = tree_new();
        tree_write(root, "/etc/pam.d/common-auth", common_auth);
        tree_write(root, "/usr/share/pam-configs/sss", "");
        if (tool) {
                _cleanup_free_ char *script = str_printf("#!/bin/sh\necho \"$* $DEBIAN_FRONTEND $(umask)\" >%s/called\n[ ! -e %s/fail ]\n", root, root);
                tree_write(root, "/usr/sbin/pam-auth-update", script);
                assert_int_equal(chmod(tree_path(root, "/usr/sbin/pam-auth-update"), 0755), 0);
        }
        return root;
}

static void calls_the_hosts_tool(void **state) {
        static const struct {
                const char *pam;
                bool mkhomedir;
                const char *called;     /* NULL: not at all */
        } cases[] = {
                { "auth required pam_unix.so\n", false, "--package --enable sss noninteractive 0022\n" },
                { "auth required pam_unix.so\n", true, "--package --enable sss mkhomedir noninteractive 0022\n" },
                { "auth sufficient pam_sss.so\n", true, "--package --enable mkhomedir noninteractive 0022\n" },
                { "auth sufficient pam_sss.so\n", false, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *root = host_new(cases[i].pam, true);
                _cleanup_error_ struct error *e = NULL;
                mode_t before = umask(077);
                assert_ok(logins_settle(root, cases[i].mkhomedir, &e), e);
                umask(before);
                bool called = access(tree_path(root, "/called"), F_OK) == 0;
                assert_int_equal(called, cases[i].called != NULL);
                if (called) {
                        _cleanup_free_ char *text = tree_read(root, "/called");
                        assert_string_equal(text, cases[i].called);
                }
                tree_remove(root);
        }
}

static void puts_sss_behind_files(void **state) {
        static const struct {
                const char *before, *after;
        } cases[] = {
                { "passwd:         files\ngroup: files systemd\nhosts: files dns\n",
                  "passwd:         files sss\ngroup: files systemd sss\nhosts: files dns\n" },
                { "passwd: files sss\ngroup: files sss\n", "passwd: files sss\ngroup: files sss\n" },
                { "# passwd: files\npasswd: compat # no sss\ngroup: files [NOTFOUND=return] nis",
                  "# passwd: files\npasswd: compat sss # no sss\ngroup: files sss [NOTFOUND=return] nis\n" },
                { "hosts: dns", "hosts: dns\npasswd: files sss\ngroup: files sss\n" },
                { "passwd: ldap\ngroup: sss files\n", "passwd: ldap\ngroup: sss files\n" },     /* somebody's own order */
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *root = host_new("auth sufficient pam_sss.so\n", false);
                _cleanup_error_ struct error *e = NULL;
                tree_write(root, "/etc/nsswitch.conf", cases[i].before);
                assert_ok(logins_settle(root, false, &e), e);
                _cleanup_free_ char *text = tree_read(root, "/etc/nsswitch.conf");
                assert_string_equal(text, cases[i].after);
                tree_remove(root);
        }
}

static void leaves_authselect_alone(void **state) {
        _cleanup_free_ char *root = host_new("auth required pam_unix.so\n", true);
        tree_write(root, "/etc/authselect/authselect.conf", "sssd\n");
        assert_int_equal(logins_settle(root, true, NULL), 0);
        assert_int_equal(access(tree_path(root, "/called"), F_OK), -1);
        tree_remove(root);
}

static void says_what_cannot_be(void **state) {
        _cleanup_free_ char *root = host_new("auth required pam_unix.so\n", false), *failing = host_new("auth required pam_unix.so\n", true);
        _cleanup_error_ struct error *e = NULL, *other = NULL;
        assert_int_equal(logins_settle(root, false, NULL), 0);
        assert_int_equal(logins_settle(root, true, &e), -ENOENT);
        assert_non_null(strstr(e->hint, "pam_mkhomedir"));
        tree_write(failing, "/fail", "");
        assert_int_equal(logins_settle(failing, true, &other), -EIO);
        tree_remove(root);
        tree_remove(failing);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(calls_the_hosts_tool),
                cmocka_unit_test(puts_sss_behind_files),
                cmocka_unit_test(leaves_authselect_alone),
                cmocka_unit_test(says_what_cannot_be),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
