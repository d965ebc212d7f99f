/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "backend/appliance/appliance.h"
#include "tests/unit/tree.h"

/* Keys that ssh-keygen made, and what `ssh-keygen -l` prints of them. */
static void fingerprints_are_those_of_ssh_keygen(void **state) {
        _cleanup_free_ char *root = tree_new();
        tree_write(root, "/etc/ssh/ssh_host_ed25519_key.pub",
                   "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJvMkBySZAv0VJ56++ogaUfypWEymL9HUSYzEzhtXF/ root@host1\n");
        tree_write(root, "/etc/ssh/ssh_host_ecdsa_key.pub",
                   "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLb64OChRjG4XrBrj0QrR8enHSSOwkk/WD2X1eKjdCGM14bIc52srsUzCpVA6s+r9pybjyuYR3VMQvlL3lhgqss= root@host1\n");
        tree_write(root, "/etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa not!base64 root@host1\n");
        _cleanup_strv_ char **keys = appliance_host_keys(root);
        assert_int_equal(strv_length(keys), 2);
        assert_string_equal(keys[0], "ED25519 SHA256:qEmczsyV2eveYAqhoa6jbKQexFb6VdPBuC4tuI2Rl0A");
        assert_string_equal(keys[1], "ECDSA SHA256:AOpYm60tW+YQtNKdR/3p0qAiow5Mc5N8QAGtplXxNzc");
        tree_remove(root);
}

static void a_host_without_keys_has_none(void **state) {
        _cleanup_free_ char *root = tree_new();
        tree_write(root, "/etc/ssh/ssh_host_rsa_key.pub", "\n");
        _cleanup_strv_ char **keys = appliance_host_keys(root);
        assert_int_equal(strv_length(keys), 0);
        tree_remove(root);
}

static const struct network_line *network_find(const struct network_test *test, const char *what) {
        for (size_t i = 0; i < test->n; i++)
                if (str_starts(test->items[i].what, what))
                        return &test->items[i];
        fail_msg("no line of %s", what);
        return NULL;
}

static void what_is_not_configured_is_not_a_failure(void **state) {
        _cleanup_free_ char *root = tree_new();
        tree_write(root, "/proc/net/route", "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
                                            "eth0\t00010A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n");
        tree_write(root, "/proc/net/ipv6_route",
                   "fd000000000000000000000000000000 40 00000000000000000000000000000000 00 "
                   "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n");
        tree_write(root, "/etc/resolv.conf", "# nameserver 192.0.2.1\nsearch example.test\n");
        _cleanup_(network_test_done) struct network_test test = {};
        network_test_run(&test, root);
        assert_int_equal(network_find(&test, "Gateway")->verdict, NETWORK_NOT_CONFIGURED);
        assert_int_equal(network_find(&test, "Name server")->verdict, NETWORK_NOT_CONFIGURED);
        assert_int_not_equal(network_find(&test, "Name ")->verdict, NETWORK_SUCCESS);
        network_find(&test, "Address");
        network_find(&test, "Time");
        tree_remove(root);
}

/* A server that is no address, and one where nobody listens. */
static void what_gives_no_answer_fails(void **state) {
        _cleanup_free_ char *root = tree_new();
        tree_write(root, "/etc/resolv.conf", "nameserver not-an-address\nnameserver 127.44.55.66\n");
        _cleanup_(network_test_done) struct network_test test = {};
        network_test_run(&test, root);
        assert_int_equal(network_find(&test, "Name server not-an-address")->verdict, NETWORK_FAIL);
        assert_int_equal(network_find(&test, "Name server 127.44.55.66")->verdict, NETWORK_FAIL);
        tree_remove(root);
}

static void verdicts_have_the_words_of_the_field(void **state) {
        assert_string_equal(network_verdict_name(NETWORK_SUCCESS), "Success");
        assert_string_equal(network_verdict_name(NETWORK_FAIL), "Fail");
        assert_string_equal(network_verdict_name(NETWORK_NOT_CONFIGURED), "Not configured");
        assert_string_equal(network_verdict_name(NETWORK_CANNOT_TEST), "Cannot test");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(fingerprints_are_those_of_ssh_keygen),
                cmocka_unit_test(a_host_without_keys_has_none),
                cmocka_unit_test(what_is_not_configured_is_not_a_failure),
                cmocka_unit_test(what_gives_no_answer_fails),
                cmocka_unit_test(verdicts_have_the_words_of_the_field),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
