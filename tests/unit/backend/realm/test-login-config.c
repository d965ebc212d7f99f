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

/* Debian links one for each responder; those that sssd.conf starts as well fail with sssd.service. */
static void finds_the_sockets_that_fail(void **state) {
        static const struct {
                const char *services, *own, *sockets;
        } cases[] = {
                { "services = nss, pam, ssh, sudo\n", NULL, "sssd-nss.socket sssd-pam-priv.socket sssd-pam.socket sssd-ssh.socket sssd-sudo.socket" },
                { "services=nss,pam\n", NULL, "sssd-nss.socket sssd-pam-priv.socket sssd-pam.socket" },
                /* PAC's is started unnamed */
                { "services = nss, pam\ndomains = a.test, b.test\n[domain/b.test]\nid_provider = ad\n", NULL,
                  "sssd-nss.socket sssd-pac.socket sssd-pam-priv.socket sssd-pam.socket" },
                { "services = nss\nimplicit_pac_responder = False\ndomains = b.test\n[domain/b.test]\nid_provider = ipa\n", NULL, "sssd-nss.socket" },
                { "domains = b.test\n[domain/b.test]\nid_provider = ad\n", NULL, NULL },
                { "services = nss, pam\n", "/etc/systemd/system/sssd-nss.socket", "sssd-pam-priv.socket sssd-pam.socket" },
                { "domains = example.test\n", NULL, NULL },
                { "services = ifp\n", NULL, NULL },
        };
        static const char *const units[] = { "nss", "pam", "pam-priv", "ssh", "sudo", "autofs", "pac" };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *root = tree_new(), *conf = str_printf("[sssd]\n%s", cases[i].services);
                _cleanup_error_ struct error *e = NULL;
                tree_write(root, "/etc/sssd/sssd.conf", conf);
                for (size_t k = 0; k < ELEMENTS(units); k++) {
                        _cleanup_free_ char *link = str_printf("/etc/systemd/system/sssd.service.wants/sssd-%s.socket", units[k]);
                        tree_write(root, link, "");
                }
                if (cases[i].own)
                        tree_write(root, cases[i].own, "");
                _cleanup_free_ char *script = str_printf("#!/bin/sh\necho \"$*\" >>%s/called\n", root);
                tree_write(root, "/usr/bin/systemctl", script);
                assert_int_equal(chmod(tree_path(root, "/usr/bin/systemctl"), 0755), 0);
                _cleanup_strv_ char **sockets = logins_sockets(root);
                _cleanup_free_ char *names = sockets ? strv_join(sockets, " ") : NULL;
                assert_true(str_equal(names, cases[i].sockets));
                assert_ok(logins_sockets_off(root, &e), e);
                assert_int_equal(access(tree_path(root, "/called"), F_OK) == 0, names != NULL);
                if (names) {
                        _cleanup_free_ char *called = tree_read(root, "/called");
                        _cleanup_free_ char *expected = str_printf("disable --now %s\nreset-failed --quiet %s\n", names, names);
                        assert_string_equal(called, expected);
                        tree_write(root, "/usr/bin/systemctl", "#!/bin/sh\nexit 1\n");
                        assert_int_equal(chmod(tree_path(root, "/usr/bin/systemctl"), 0755), 0);
                        assert_int_equal(logins_sockets_off(root, &e), -EIO);
                        assert_non_null(strstr(e->hint, names));
                }
                tree_remove(root);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(calls_the_hosts_tool),
                cmocka_unit_test(puts_sss_behind_files),
                cmocka_unit_test(leaves_authselect_alone),
                cmocka_unit_test(says_what_cannot_be),
                cmocka_unit_test(finds_the_sockets_that_fail),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
