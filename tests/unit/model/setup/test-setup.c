/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own settings: names, zones, keys, and the files that they become. */
#include "tests/test.h"

#include "base/str.h"
#include "model/setup/reach.h"
#include "model/setup/pages.h"
#include "model/setup/setup.h"

#define ED "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyYkVJ9yCCYQ6cWJ3QbYQ2kqv0O4lX5xWmC1H5qZ3nT"

static void judges_host_names(void **state) {
        static const struct {
                const char *name, *note; /* NULL: refused; a part of it */
        } rows[] = {
                { "db1.example.test", "Computer account in a realm: DB1 (3 of 15 characters)" },
                { "db1", "! A realm join needs its domain" },
                { "localhost.test", "! A realm join would refuse it: the name is that of every host" },
                { "a-name-of-sixteen.example.test", "! Active Directory allows 15 characters before the dot: 17" },
                { "DB1.example.test", "! A realm join would refuse it: the name has capitals" },
                { "-db1", NULL },
                { "db1..test", NULL },
                { "db 1", NULL },
                { "192.0.2.1", NULL },
                { "2001:db8::1", NULL },
                { "", NULL },
                { "a.123456789-123456789-123456789-123456789-123456789-123456789-1234", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *note = setup_host_name_note(rows[i].name);
                if (!rows[i].note)
                        assert_non_null(setup_host_name_fault(rows[i].name));
                else {
                        assert_null(setup_host_name_fault(rows[i].name));
                        assert_non_null(note);
                        assert_non_null(strstr(note, rows[i].note));
                }
        }
}

static void names_the_host_in_hosts(void **state) {
        static const struct {
                const char *text, *name, *now; /* NULL: nothing changes */
        } rows[] = {
                { "127.0.0.1\tlocalhost\n127.0.1.1\tformer.test former\n\n::1 localhost\n", "db1.example.test",
                  "127.0.0.1\tlocalhost\n127.0.1.1\tdb1.example.test db1\n\n::1 localhost\n" },
                { "127.0.1.1 old", "db1", "127.0.1.1\tdb1\n" },
                { "127.0.1.1\tdb1\n", "db1", NULL },
                { "127.0.0.1 localhost\n127.0.1.10 x\n", "db1", NULL },
                { "", "db1", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *now = setup_hosts_text(rows[i].text, rows[i].name);
                assert_true(str_equal(now, rows[i].now));
        }
}

static void knows_zones(void **state) {
        static const char *const good[] = { "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3" };
        static const char *const bad[] = { "", "/etc/passwd", "../x", "Europe/../x", "Europe/", "a//b", "-x", "a b" };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_true(setup_zone_valid(good[i]));
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_false(setup_zone_valid(bad[i]));
}

static void changes_one_line_of_shadow(void **state) {
        static const struct {
                const char *text, *now; /* NULL: there is no root */
        } rows[] = {
                { "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n", "root:$y$h:20000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n" },
                { "daemon:*:1:::::\nroot:$6$a$b:19000:0:99999:7:::\n", "daemon:*:1:::::\nroot:$y$h:20000:0:99999:7:::\n" },
                { "root:!::0:99999:7:::", "root:$y$h:20000:0:99999:7:::" },
                { "root:!\n", "root:$y$h:20000:0:99999:7:::\n" },
                { "toor:x:1:::::\nxroot:y:1:::::\n", NULL },
                { "", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *now = NULL;
                _cleanup_error_ struct error *e = NULL;
                int r = setup_shadow_text(rows[i].text, "$y$h", 20000, &now, &e);
                assert_int_equal(r, rows[i].now ? 0 : -ENOENT);
                assert_true(str_equal(now, rows[i].now));
        }
}

static void knows_what_a_password_field_lets_in(void **state) {
        static const struct {
                const char *field;
                enum setup_password is;
        } rows[] = {
                { "", PASSWORD_EMPTY }, { ":19000", PASSWORD_EMPTY },   { "*", PASSWORD_NONE },  { "!", PASSWORD_NONE },
                { "!!", PASSWORD_NONE }, { "!$y$j9T$x", PASSWORD_NONE }, { "x", PASSWORD_NONE }, { "*LK*", PASSWORD_NONE },
                { "$y$j9T$abc$def:1", PASSWORD_SET }, { "abcdefghijklm", PASSWORD_SET }, { "!bcdefghijklm", PASSWORD_NONE },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(setup_password_of(rows[i].field), rows[i].is);
}

static void takes_whole_public_keys(void **state) {
        static const char *const good[] = {
                ED, ED " anna@host", ED " a comment with blanks",
                "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLM0Vq1cVqfHk8ZzH9dGk3oT1xY5l4oHkR7bU6G6m1cX"
                "8r3qk5bN2mZVd8p0tR1w7QyJx2kL9nV4s6aE3gF5hBc=",
        };
        static const char *const bad[] = {
                "", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "anna " ED, ED "=x",
                "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGyYkVJ9yCCYQ6cWJ3QbYQ2kqv0O4lX5xWmC1H5qZ3nT", "-----BEGIN OPENSSH PRIVATE KEY-----",
                ED "\n" ED, "ssh-dss AAAAB3NzaC1kc3MAAACBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "no-pty " ED,
        };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                assert_int_equal(setup_check_key(good[i], NULL), 0);
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(setup_check_key(bad[i], &e), -EINVAL);
        }
}

static void adds_a_key_once(void **state) {
        _cleanup_free_ char *first = setup_keys_text("", ED " anna"), *again = setup_keys_text(first, ED " other"),
                            *behind = setup_keys_text("# mine\nold", ED);
        assert_string_equal(first, ED " anna\n");
        assert_null(again);
        assert_string_equal(behind, "# mine\nold\n" ED "\n");
        assert_int_equal(setup_count_keys(first), 1);
        assert_int_equal(setup_count_keys("# " ED "\n\nshort\n"), 0);
        assert_int_equal(setup_count_keys(ED "\nno-pty " ED), 2);
}

static void knows_who_can_log_in(void **state) {
        struct setup s = {};
        _cleanup_free_ char *nobody = setup_who_enters(&s);
        assert_false(setup_can_enter(&s));
        assert_string_equal(nobody, "nobody");
        s.root_keys = 1;
        assert_false(setup_can_enter(&s)); /* nobody serves them */
        s.ssh = true;
        assert_true(setup_can_enter(&s));
        s.root_password = PASSWORD_SET;
        s.realm = xstrdup("EXAMPLE.TEST");
        strv_add(&s.users, "anna");
        _cleanup_free_ char *all = setup_who_enters(&s);
        assert_string_equal(all, "root by password, root by 1 SSH key, anna, users of EXAMPLE.TEST");
        setup_done(&s);
        s.root_password = PASSWORD_EMPTY;
        assert_true(setup_can_enter(&s));
}

static void reads_the_network(void **state) {
        static const char head[] = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
        static const struct {
                const char *routes, *gateway, *device; /* NULL: none */
        } rows[] = {
                { "", NULL, NULL },
                { "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", NULL, NULL },
                { "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\neth1\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n",
                  "192.0.2.1", "eth1" },
                { "eth0\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n", NULL, NULL },
                { "eth0 x", NULL, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *routes = str_printf("%s%s", head, rows[i].routes), *device = NULL,
                                    *gateway = reach_gateway(routes, &device);
                assert_true(str_equal(gateway, rows[i].gateway) && str_equal(device, rows[i].device));
        }
        static const char zero[] = "00000000000000000000000000000000";
        static const struct {
                const char *to, *by, *flags, *gateway; /* NULL: none */
        } rows_6[] = {
                { "00", "fe800000000000000000000000000001", "00000003", "fe80::1%eth0" },
                { "00", "20010db8000000000000000000000001", "00450003", "2001:db8::1" },
                { "40", "fe800000000000000000000000000001", "00000003", NULL },
                { "00", zero, "00000001", NULL },
                { "00", "fe80", "00000003", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows_6); i++) {
                _cleanup_free_ char *routes = str_printf("%s 40 %s 00 %s 00000100 00000001 00000000 00000001     eth1\n"
                                                         "%s %s %s 00 %s 00000400 00000001 00000000 %s     eth0\n",
                                                         zero, zero, zero, zero, rows_6[i].to, zero, rows_6[i].by, rows_6[i].flags),
                                    *device = NULL, *gateway = reach_gateway_6(routes, &device);
                assert_true(str_equal(gateway, rows_6[i].gateway) && str_equal(device, gateway ? "eth0" : NULL));
        }
        _cleanup_strv_ char **servers = reach_servers("# nameserver 192.0.2.9\nnameserver 192.0.2.1\nsearch x\nnameserver 2001:db8::1 \n"
                                                        "nameserver\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n");
        _cleanup_free_ char *all = strv_join(servers, " ");
        assert_string_equal(all, "192.0.2.1 2001:db8::1 192.0.2.2");
        assert_null(reach_servers(""));
        assert_string_equal(reach_state_name(REACH_UNSET), "Not configured");
}

static void completes_zones(void **state) {
        char *zones[] = { (char *) "America/New_York", (char *) "Asia/Brunei", (char *) "Europe/Belgrade", (char *) "Europe/Berlin",
                          (char *) "Europe/Bratislava", (char *) "Europe/Brussels", (char *) "UTC", NULL };
        static const struct {
                const char *typed, *note;
                size_t n;
        } rows[] = {
                { "berlin", "Enter takes Europe/Berlin", 1 },
                { "new york", "Enter takes America/New_York", 1 },
                { "utc", "Enter takes UTC", 1 },
                { "UTC", NULL, 1 },
                { "Europe/Berlin", NULL, 1 },
                { "europe/be", "Europe/Belgrade, Europe/Berlin", 2 },
                { "b", "Asia/Brunei, Europe/Belgrade, Europe/Berlin, and 2 more", 5 },
                { "Nowhere/Land", "None that is listed begins so", 0 },
                { "", NULL, 0 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_strv_ char **matches = setup_matches(zones, rows[i].typed);
                _cleanup_free_ char *note = setup_matches_note(zones, rows[i].typed);
                assert_int_equal(strv_length(matches), rows[i].n);
                if (!str_equal(note, rows[i].note))
                        fail_msg("%s: %s", rows[i].typed, note ? note : "nothing");
        }
        assert_null(setup_matches_note(NULL, "b"));
}

static void knows_locales_and_keyboards(void **state) {
        static const struct {
                const char *installed, *name;
        } rows[] = {
                { "de_DE.utf8", "de_DE.UTF-8" }, { "de_DE.UTF-8", "de_DE.UTF-8" }, { "C.utf8", "C.UTF-8" }, { "sr_RS.utf8@latin", "sr_RS.UTF-8@latin" },
                { "de_DE", NULL }, { "de_DE.iso88591", NULL }, { "POSIX", NULL }, { "../x.utf8", NULL }, { ".utf8", NULL }, { "de_DE.utf8x", NULL }, { "", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *name = setup_locale_name(rows[i].installed);
                if (!str_equal(name, rows[i].name))
                        fail_msg("%s: %s", rows[i].installed, name ? name : "none");
        }
        assert_true(setup_keyboard_valid("de-latin1") && setup_keyboard_valid("us"));
        assert_false(setup_keyboard_valid("") || setup_keyboard_valid("../us") || setup_keyboard_valid("de us") || setup_keyboard_valid("-x"));
}

static void assigns_in_a_file(void **state) {
        static const struct {
                const char *before, *after, *value; /* of the text before */
        } rows[] = {
                { "", "LANG=x\n", NULL },
                { "LANG=C\n", "LANG=x\n", "C" },
                { "# LANG=a\nLANGUAGE=b\nLANG=\"C.UTF-8\"\nLC_TIME=c\n", "# LANG=a\nLANGUAGE=b\nLANG=x\nLC_TIME=c\n", "C.UTF-8" },
                { "LANG=a\nLANG='b c'\n", "LANG=x\n", "b c" },
                { "LC_TIME=c", "LC_TIME=c\nLANG=x\n", NULL },
                { "LANG=\n", "LANG=x\n", NULL },
                { "LANG=\"a\nlast", "LANG=x\nlast\n", "a" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *value = setup_assigned(rows[i].before, "LANG"), *after = setup_assign(rows[i].before, "LANG", "x");
                if (!str_equal(value, rows[i].value))
                        fail_msg("row %zu: %s", i, value ? value : "none");
                if (i < ELEMENTS(rows) - 1)
                        assert_string_equal(after, rows[i].after);
        }
}

static void orders_pages(void **state) {
        struct page_list list;
        enum setup_page order[_SETUP_PAGE_MAX];
        page_list_begin(&list);
        assert_int_equal(page_list_order(&list, order), _SETUP_PAGE_MAX);
        for (size_t i = 0; i < _SETUP_PAGE_MAX; i++)
                assert_int_equal(order[i], i);
        list.items[PAGE_REALM].priority = list.items[PAGE_HOST_NAME].priority;
        list.items[PAGE_TIME].priority = 1;
        list.items[PAGE_NETWORK].masked = true;
        list.items[PAGE_SUMMARY].priority = 1;
        static const enum setup_page wanted[] = { PAGE_TIME, PAGE_LANGUAGE, PAGE_HOST_NAME, PAGE_REALM, PAGE_LOGIN, PAGE_SERVICES, PAGE_SUMMARY };
        assert_int_equal(page_list_order(&list, order), ELEMENTS(wanted));
        assert_memory_equal(order, wanted, sizeof wanted);
        page_list_done(&list);
}

static void says_when_the_clock_is_off(void **state) {
        _cleanup_free_ char *fault = setup_clock_fault(725, 1795521600);
        assert_string_equal(fault, "The clock is wrong: it says 1970-01-01 00:12 UTC, and this program is from 2026-11-24");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(completes_zones),
                cmocka_unit_test(knows_locales_and_keyboards),
                cmocka_unit_test(assigns_in_a_file),
                cmocka_unit_test(orders_pages),
                cmocka_unit_test(says_when_the_clock_is_off),
                cmocka_unit_test(judges_host_names),
                cmocka_unit_test(names_the_host_in_hosts),
                cmocka_unit_test(knows_zones),
                cmocka_unit_test(changes_one_line_of_shadow),
                cmocka_unit_test(knows_what_a_password_field_lets_in),
                cmocka_unit_test(takes_whole_public_keys),
                cmocka_unit_test(adds_a_key_once),
                cmocka_unit_test(knows_who_can_log_in),
                cmocka_unit_test(reads_the_network),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
