/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/logins.h"
#include "tests/unit/tree.h"

#define HOST "registry.example.test:5000"

/* printf 'user:a"b\\c' | base64, and others */
#define FILE_TEXT                                                               \
        "{\"auths\":{\"" HOST "\":{\"auth\":\"dXNlcjphImJcYw==\"},"              \
        "\"" HOST "/team\":{\"auth\":\"dGVhbTpvbmU=\"},"                          \
        "\"" HOST "/team/rsyslog\":{\"auth\":\"not base64\"},"                    \
        "\"other.example.test\":{},\"bare.example.test\":{\"auth\":\"dXNlcg==\"},"  \
        "\"nul.example.test\":{\"auth\":\"YTpiAAAAYw==\"},\"line.example.test\":{\"auth\":\"YTpiCmM=\"}},"   \
        "\"credsStore\":\"x\"}"

static void expect(const char *reference, const char *wanted) {
        _cleanup_free_ char *got = logins_parse(FILE_TEXT, strlen(FILE_TEXT), reference);
        if (wanted)
                assert_string_equal(got, wanted);
        else
                assert_null(got);
}

static void finds_the_login_of_an_image(void **state) {
        /* {"username":"user","password":"a\"b\\c","serveraddress":"registry.example.test:5000"} */
        expect(HOST "/x:8", "eyJ1c2VybmFtZSI6InVzZXIiLCJwYXNzd29yZCI6ImFcImJcXGMiLCJzZXJ2ZXJhZGRyZXNzIjoicmVnaXN0cnkuZXhhbXBsZS50ZXN0OjUwMDAifQ==");
        /* That of its path goes before; one that is none is passed over. */
        const char *team = "eyJ1c2VybmFtZSI6InRlYW0iLCJwYXNzd29yZCI6Im9uZSIsInNlcnZlcmFkZHJlc3MiOiJyZWdpc3RyeS5leGFtcGxlLnRlc3Q6NTAwMCJ9";
        expect(HOST "/team/rsyslog:8", team);
        expect(HOST "/team/x/y@sha256:0000000000000000000000000000000000000000000000000000000000000000", team);
        expect("other.example.test/x", NULL);
        expect("bare.example.test/x", NULL);
        expect("nul.example.test/x", NULL);
        expect("line.example.test/x", NULL);
        expect("none.example.test/x", NULL);
        expect("x", NULL);
        expect("", NULL);
        assert_null(logins_parse("nonsense", 8, HOST "/x"));
}

static void the_first_file_that_has_one_counts(void **state) {
        char *root = tree_new();
        assert_null(logins_registry_auth(root, "/root", "a.example.test/x"));
        tree_write(root, "/root/.docker/config.json", "{\"auths\":{\"a.example.test\":{\"auth\":\"YTpj\"}}}");
        _cleanup_free_ char *docker = logins_registry_auth(root, "/root", "a.example.test/x");
        assert_non_null(docker);
        tree_write(root, "/root/.config/containers/auth.json", "{\"auths\":{\"a.example.test\":{\"auth\":\"YTpi\"}}}");
        _cleanup_free_ char *podman = logins_registry_auth(root, "/root", "a.example.test/x");
        assert_string_not_equal(docker, podman);
        tree_write(root, "/run/containers/0/auth.json", "{\"auths\":{}}");
        _cleanup_free_ char *still = logins_registry_auth(root, "/root", "a.example.test/x");
        assert_string_equal(podman, still);
        tree_remove(root);
        free(root);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_the_login_of_an_image),
                cmocka_unit_test(the_first_file_that_has_one_counts),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
