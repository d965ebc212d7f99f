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

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(fingerprints_are_those_of_ssh_keygen),
                cmocka_unit_test(a_host_without_keys_has_none),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
