/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/image/image.h"
#include "model/trust/trust.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHA "sha256:" HEX
#define HOST "registry.example.test:5000"

/* As containers/image has it in docker/policyconfiguration. */
static void seeks_by_the_longest_scope_first(void **state) {
        static const struct {
                const char *source, *scopes;
        } cases[] = {
                { "docker://" HOST "/team/demo:8",
                  HOST "/team/demo:8 " HOST "/team/demo " HOST "/team " HOST " *.example.test *.test" },
                { "docker://" HOST "/demo", HOST "/demo:latest " HOST "/demo " HOST " *.example.test *.test" },
                { "docker://" HOST "/demo@" SHA, HOST "/demo@" SHA " " HOST "/demo " HOST " *.example.test *.test" },
                { "docker://localhost/a/b:1", "localhost/a/b:1 localhost/a/b localhost/a localhost" },
                { "dir:/media/stick/demo", "/media/stick/demo /media/stick /media" },
                { "oci:/media/a:8", "/media/a:8 /media/a /media" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(source_done) struct source source = {};
                assert_int_equal(source_parse(cases[i].source, NULL, &source, NULL), 0);
                _cleanup_strv_ char **scopes = trust_scopes(&source);
                _cleanup_free_ char *text = strv_join(scopes, " ");
                assert_string_equal(text, cases[i].scopes);
        }
}

static void compares_the_names_in_signatures(void **state) {
        static const struct {
                enum trust_identity identity;
                const char *name, *prefix, *becomes, *claimed, *image;
                bool fits;
        } cases[] = {
                { IDENTITY_REPO_DIGEST_OR_EXACT, NULL, NULL, NULL, HOST "/a:1", HOST "/a@" SHA, true },
                { IDENTITY_REPO_DIGEST_OR_EXACT, NULL, NULL, NULL, HOST "/b:1", HOST "/a@" SHA, false },
                { IDENTITY_REPO_DIGEST_OR_EXACT, NULL, NULL, NULL, HOST "/a:1", HOST "/a:1", true },
                { IDENTITY_REPO_DIGEST_OR_EXACT, NULL, NULL, NULL, HOST "/a:1", HOST "/a:2", false },
                { IDENTITY_EXACT, NULL, NULL, NULL, HOST "/a:1", HOST "/a@" SHA, false },
                { IDENTITY_REPOSITORY, NULL, NULL, NULL, HOST "/a:1", HOST "/a:2", true },
                { IDENTITY_REPOSITORY, NULL, NULL, NULL, HOST "/a", HOST "/a@" SHA, true },
                { IDENTITY_EXACT_REFERENCE, HOST "/b:1", NULL, NULL, HOST "/b:1", HOST "/a:2", true },
                { IDENTITY_EXACT_REFERENCE, HOST "/b:1", NULL, NULL, HOST "/b:2", HOST "/a:2", false },
                { IDENTITY_EXACT_REPOSITORY, HOST "/b", NULL, NULL, HOST "/b:2", HOST "/a:2", true },
                { IDENTITY_REMAP, NULL, "mirror.example.test/x", HOST, HOST "/a:1", "mirror.example.test/x/a@" SHA, true },
                { IDENTITY_REMAP, NULL, "mirror.example.test/x", HOST, HOST "/a:1", "mirror.example.test/xy/a@" SHA, false },
                { IDENTITY_REPOSITORY, NULL, NULL, NULL, "no name", HOST "/a:2", false },
                { IDENTITY_REPOSITORY, NULL, NULL, NULL, NULL, HOST "/a:2", false },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const struct trust_need need = { .identity = cases[i].identity,
                                                 .name = (char *) cases[i].name,
                                                 .prefix = (char *) cases[i].prefix,
                                                 .signed_prefix = (char *) cases[i].becomes };
                assert_int_equal(trust_identity_fits(&need, cases[i].claimed, cases[i].image), cases[i].fits);
        }
}

static void add_row(const char *title, enum trust_tone tone, const char *text, void *userdata) {
        str_addf(userdata, "%s\n", text);
}

static void says_the_verdict(void **state) {
        static const struct {
                enum trust_kind rule;
                int finding; /* -1: no signature */
                bool looked, local;
                enum trust_verdict verdict;
                bool permits;
        } cases[] = {
                { TRUST_ANYTHING, -1, true, false, TRUST_UNSIGNED, true },
                { TRUST_ANYTHING, -1, false, false, TRUST_UNKNOWN, true },
                { TRUST_ANYTHING, SIGNATURE_CLAIMED, true, false, TRUST_SIGNED, true },
                { TRUST_ANYTHING, SIGNATURE_BAD, true, false, TRUST_UNSIGNED, true },
                { TRUST_REJECT, SIGNATURE_CLAIMED, true, false, TRUST_REFUSED, false },
                { TRUST_SIGNED_BY, SIGNATURE_GOOD, true, false, TRUST_REQUIRED, true },
                { TRUST_SIGNED_BY, SIGNATURE_OTHER_KEY, true, false, TRUST_MISSING, false },
                { TRUST_SIGNED_BY, SIGNATURE_OTHER_NAME, true, false, TRUST_MISSING, false },
                { TRUST_SIGNED_BY, -1, true, false, TRUST_MISSING, false },
                { TRUST_SIGNED_BY, -1, false, false, TRUST_UNKNOWN, true },
                { TRUST_SIGSTORE, SIGNATURE_GOOD, true, false, TRUST_MISSING, false }, /* it is one of GPG */
                { TRUST_ANYTHING, -1, true, true, TRUST_LOCAL, true },
                { TRUST_SIGNED_BY, -1, true, true, TRUST_REFUSED, false }, /* no archive has signatures */
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct trust_need need = { .kind = cases[i].rule };
                struct trust_signature signature = { .kind = TRUST_SIGNED_BY, .finding = (enum trust_finding) cases[i].finding };
                const struct trust t = { .local = cases[i].local,
                                         .looked = cases[i].looked,
                                         .rule = { .file = (char *) "p", .needs = &need, .n = 1 },
                                         .signatures = &signature,
                                         .n_signatures = cases[i].finding >= 0 };
                assert_int_equal(trust_verdict(&t), cases[i].verdict);
                assert_int_equal(trust_permits(&t), cases[i].permits);
                _cleanup_free_ char *sentence = trust_sentence(&t);
                assert_true(strlen(sentence) > 20);
        }
}

/* By a certificate: the engine checks it, so Fairlead says neither that it is good nor that it is missing. */
static void leaves_certificates_to_the_engine(void **state) {
        struct trust_need needs[] = { { .kind = TRUST_SIGSTORE, .other = true }, { .kind = TRUST_SIGNED_BY } };
        struct trust_signature signature = { .kind = TRUST_SIGSTORE, .finding = SIGNATURE_CLAIMED };
        struct trust t = { .looked = true, .rule = { .file = (char *) "p", .needs = needs, .n = 1 }, .signatures = &signature };
        assert_int_equal(trust_verdict(&t), TRUST_MISSING);
        t.n_signatures = 1;
        assert_int_equal(trust_verdict(&t), TRUST_UNKNOWN);
        assert_true(trust_permits(&t));
        _cleanup_free_ char *sentence = trust_sentence(&t);
        assert_non_null(strstr(sentence, "the engine finds out at the pull"));
        signature.finding = SIGNATURE_OTHER_IMAGE;
        assert_int_equal(trust_verdict(&t), TRUST_MISSING);
        signature.finding = SIGNATURE_CLAIMED;
        t.rule.n = 2; /* and one of GPG, which is not there */
        assert_int_equal(trust_verdict(&t), TRUST_MISSING);
}

static void says_that_certificates_are_not_checked(void **state) {
        struct trust_need need = { .kind = TRUST_SIGSTORE };
        const struct trust t = { .looked = true, .reference = (char *) "a", .repository = (char *) "a",
                                 .rule = { .file = (char *) "p", .needs = &need, .n = 1 },
                                 .place = { .lookaside = (char *) "file:///s" } };
        for (int i = 0; i < 2; i++) {
                _cleanup_str_ struct str text = {};
                need.other = i;
                trust_rows(&t, add_row, &text);
                assert_int_equal(strstr(text.text, "does not check them: the engine does") != NULL, i);
        }
}

/* Every requirement of a rule must be met. */
static void wants_all_requirements(void **state) {
        struct trust_need needs[] = { { .kind = TRUST_SIGNED_BY }, { .kind = TRUST_SIGSTORE } };
        struct trust_signature both[] = { { .kind = TRUST_SIGNED_BY }, { .kind = TRUST_SIGSTORE } };
        struct trust t = { .looked = true, .rule = { .needs = needs, .n = 2 }, .signatures = both, .n_signatures = 2 };
        assert_int_equal(trust_verdict(&t), TRUST_REQUIRED);
        t.n_signatures = 1;
        assert_int_equal(trust_verdict(&t), TRUST_MISSING);
        needs[1].kind = TRUST_REJECT;
        assert_int_equal(trust_verdict(&t), TRUST_REFUSED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(seeks_by_the_longest_scope_first),
                cmocka_unit_test(compares_the_names_in_signatures),
                cmocka_unit_test(says_the_verdict),
                cmocka_unit_test(leaves_certificates_to_the_engine),
                cmocka_unit_test(says_that_certificates_are_not_checked),
                cmocka_unit_test(wants_all_requirements),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
