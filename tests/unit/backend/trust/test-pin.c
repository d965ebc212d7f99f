/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"
#include "tests/unit/backend/trust/keys.h"

#include "backend/io/base64.h"
#include "backend/trust/pin.h"

#define REPO "registry.example.test:5000/team/demo"
#define ANY "[{\"type\":\"insecureAcceptAnything\"}]"

/* What stands in the place of the rule. */
#define RULE(indent)                                                                                     \
        "\"" REPO "\": [" indent "    {" indent "        \"type\": \"signedBy\"," indent                   \
        "        \"keyType\": \"GPGKeys\"," indent "        \"keyData\": \"QUJD\"" indent "    }" indent "]"

static void changes_nothing_but_the_rule(void **state) {
        static const struct {
                const char *was, *becomes;
        } cases[] = {
                /* Debian's */
                { "{\n    \"default\": [\n        {\n            \"type\": \"insecureAcceptAnything\"\n        }\n    ]\n}\n",
                  "{\n    \"transports\": {\n        \"docker\": {\n            " RULE("\n            ")
                          "\n        }\n    },\n    \"default\": [\n        {\n            \"type\": "
                          "\"insecureAcceptAnything\"\n        }\n    ]\n}\n" },
                { "{\"default\":" ANY ",\n  \"transports\": {\n    \"dir\" : {\"\":" ANY "}\n  }\n}",
                  "{\"default\":" ANY ",\n  \"transports\": {\n    \"docker\": {\n        " RULE("\n        ")
                          "\n    },\n    \"dir\" : {\"\":" ANY "}\n  }\n}" },
                { "{\"default\":" ANY ",\"transports\":{\"docker\":{\n\t\"a.test\": " ANY " }}}",
                  "{\"default\":" ANY ",\"transports\":{\"docker\":{\n\t" RULE("\n\t") ",\n\t\"a.test\": " ANY " }}}" },
                { "{\"default\":" ANY ",\"transports\":{\"docker\":{ }}}",
                  "{\"default\":" ANY ",\"transports\":{\"docker\":{\n            " RULE("\n            ") "\n        }}}" },
                /* another rule of the same name */
                { "{\"default\":" ANY ",\"transports\":{\"docker\":{\n  \"" REPO "\" :  [ {\"type\":\"signedBy\",\"keyType\":\"GPGKeys\","
                  "\"keyPath\":\"/a]\\\"\"} ] , \"b.test\":" ANY "}}}",
                  "{\"default\":" ANY ",\"transports\":{\"docker\":{\n  \"" REPO "\" :  [\n      {\n          \"type\": \"signedBy\","
                  "\n          \"keyType\": \"GPGKeys\",\n          \"keyData\": \"QUJD\"\n      }\n  ] , \"b.test\":" ANY "}}}" },
        };
        const struct pin_key key = { .kind = TRUST_SIGNED_BY, .data = (char *) "QUJD" };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(policy_done) struct policy policy = {}, again = {};
                _cleanup_free_ char *text = NULL, *twice = NULL;
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(policy_parse("p", xstrdup(cases[i].was), strlen(cases[i].was), &policy, NULL), 0);
                assert_int_equal(pin_policy(&policy, REPO, &key, &text, NULL), 0);
                assert_string_equal(text, cases[i].becomes);
                assert_int_equal(policy_parse("p", xstrdup(text), strlen(text), &again, NULL), 0);
                assert_int_equal(pin_policy(&again, REPO, &key, &twice, &e), -EALREADY);
        }
}

static void asks_sigstore_for_the_repository(void **state) {
        static const char text[] = "{\"default\":" ANY "}";
        const struct pin_key key = { .kind = TRUST_SIGSTORE, .data = (char *) "QUJD" };
        _cleanup_(policy_done) struct policy policy = {}, again = {};
        _cleanup_(trust_rule_done) struct trust_rule rule = {};
        _cleanup_free_ char *becomes = NULL;
        const struct source source = { .at = (char *) REPO, .tag = (char *) "8" };
        assert_int_equal(policy_parse("p", xstrdup(text), strlen(text), &policy, NULL), 0);
        assert_int_equal(pin_policy(&policy, REPO, &key, &becomes, NULL), 0);
        assert_int_equal(policy_parse("p", xstrdup(becomes), strlen(becomes), &again, NULL), 0);
        policy_rule(&again, &source, &rule);
        assert_int_equal(rule.needs[0].kind, TRUST_SIGSTORE);
        assert_int_equal(rule.needs[0].identity, IDENTITY_REPOSITORY);
        assert_string_equal(rule.needs[0].data[0], "QUJD");
}

static void reads_the_key(void **state) {
        _cleanup_(pin_key_done) struct pin_key gpg = {}, cosign = {};
        static const struct {
                const char *text, *message;
        } others[] = {
                { "", "/k is no public key of GPG or cosign" },
                { "hello", "/k is no public key of GPG or cosign" },
                { "-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "/k is a private key" },
                { "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n", "/k is a private key" },
        };
        assert_int_equal(pin_read_key("/k", KEY_ARMOUR, strlen(KEY_ARMOUR), &gpg, NULL), 0);
        assert_int_equal(gpg.kind, TRUST_SIGNED_BY);
        assert_string_equal(gpg.name, KEY_FINGERPRINT);
        assert_string_equal(gpg.data, KEY_DATA);
        assert_int_equal(pin_read_key("/k", PEM, strlen(PEM), &cosign, NULL), 0);
        assert_int_equal(cosign.kind, TRUST_SIGSTORE);
        assert_non_null(str_starts(cosign.name, "sha256:"));
        size_t n;
        _cleanup_free_ char *pem = base64_read(cosign.data, strlen(cosign.data), &n);
        assert_string_equal(pem, PEM);
        for (size_t i = 0; i < ELEMENTS(others); i++) {
                _cleanup_(pin_key_done) struct pin_key none = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(pin_read_key("/k", others[i].text, strlen(others[i].text), &none, &e), -EINVAL);
                assert_string_equal(e->message, others[i].message);
        }
}

static void sends_the_engine_to_the_registry(void **state) {
        static const struct {
                const char *places, *path; /* NULL: nothing is needed, "": refused */
        } cases[] = {
                { "", "/etc/containers/registries.d/fairlead-registry.example.test-5000-team-demo.yaml" },
                { "docker:\n  registry.example.test:5000:\n    use-sigstore-attachments: true\n", NULL },
                { "docker:\n  " REPO ":\n    lookaside: file:///a\n", "" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(places_done) struct places places = {};
                _cleanup_free_ char *path = NULL, *text = NULL;
                _cleanup_error_ struct error *e = NULL;
                places_parse("x.yaml", cases[i].places, strlen(cases[i].places), &places);
                bool refused = str_equal(cases[i].path, "");
                assert_int_equal(pin_places(&places, REPO, &path, &text, &e), refused ? -EEXIST : 0);
                assert_true(str_equal(path, refused ? NULL : cases[i].path));
                if (!text)
                        continue;
                _cleanup_(places_done) struct places then = {};
                _cleanup_(trust_place_done) struct trust_place place = {};
                const struct source source = { .at = (char *) REPO };
                places_parse(path, text, strlen(text), &then);
                assert_null(then.wrong);
                places_find(&then, &source, &place);
                assert_true(place.attachments);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(changes_nothing_but_the_rule),
                cmocka_unit_test(asks_sigstore_for_the_repository),
                cmocka_unit_test(reads_the_key),
                cmocka_unit_test(sends_the_engine_to_the_registry),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
