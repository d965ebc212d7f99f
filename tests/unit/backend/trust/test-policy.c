/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "backend/trust/trust.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HOST "registry.example.test:5000"
#define ANY "[{\"type\": \"insecureAcceptAnything\"}]"
#define REJECT "[{\"type\": \"reject\"}]"
#define GPG "[{\"type\": \"signedBy\", \"keyType\": \"GPGKeys\", \"keyPath\": \"/k\"}]"

static int parse(const char *text, struct policy *ret, struct error **reterr) {
        return policy_parse("policy.json", xstrdup(text), strlen(text), ret, reterr);
}

static void finds_the_rule(void **state) {
        static const char policy_text[] = "{\n"
                                          "  \"default\": " ANY ",\n"
                                          "  \"transports\": {\n"
                                          "    \"docker\": {\n"
                                          "      \"" HOST "/team/demo:8\": " REJECT ",\n"
                                          "      \"" HOST "/team/demo\": " GPG ",\n"
                                          "      \"" HOST "/team\": " REJECT ",\n"
                                          "      \"" HOST "\": " GPG ",\n"
                                          "      \"*.test\": " REJECT ",\n"
                                          "      \"*.other.test\": " GPG ",\n"
                                          "      \"\": " GPG "\n"
                                          "    },\n"
                                          "    \"dir\": { \"/media\": " REJECT ", \"\": " ANY " }\n"
                                          "  }\n}\n";
        static const struct {
                const char *source, *transport, *scope;
                unsigned line;
                enum trust_asks asks;
        } cases[] = {
                { "docker://" HOST "/team/demo:8", "docker", HOST "/team/demo:8", 5, ASKS_REFUSED },
                { "docker://" HOST "/team/demo:9", "docker", HOST "/team/demo", 6, ASKS_SIGNATURE },
                { "docker://" HOST "/team/demo@sha256:" HEX, "docker", HOST "/team/demo", 6, ASKS_SIGNATURE },
                { "docker://" HOST "/team/demo2:8", "docker", HOST "/team", 7, ASKS_REFUSED },
                { "docker://" HOST "/x", "docker", HOST, 8, ASKS_SIGNATURE },
                { "docker://registry.example.test/x", "docker", "*.test", 9, ASKS_REFUSED },
                { "docker://a.b.other.test/x", "docker", "*.other.test", 10, ASKS_SIGNATURE },
                { "docker://other.test/x", "docker", "*.test", 9, ASKS_REFUSED },
                { "docker://registry.example.org/x", "docker", "", 11, ASKS_SIGNATURE },
                { "dir:/media/stick", "dir", "/media", 13, ASKS_REFUSED },
                { "dir:/root/x", "dir", "", 13, ASKS_NOTHING },
                { "oci:/root/x", NULL, NULL, 2, ASKS_NOTHING },
        };
        _cleanup_(policy_done) struct policy policy = {};
        assert_int_equal(parse(policy_text, &policy, NULL), 0);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(trust_rule_done) struct trust_rule rule = {};
                _cleanup_(source_done) struct source source = {};
                assert_int_equal(source_parse(cases[i].source, NULL, &source, NULL), 0);
                policy_rule(&policy, &source, &rule);
                assert_true(str_equal(rule.transport, cases[i].transport));
                assert_true(str_equal(rule.scope, cases[i].scope));
                assert_int_equal(rule.line, cases[i].line);
                assert_int_equal(trust_rule_asks(&rule), cases[i].asks);
        }
}

static void says_what_a_rule_needs(void **state) {
        static const struct {
                const char *rule, *text;
        } cases[] = {
                { ANY, "any image is accepted, signed or not" },
                { REJECT, "every image is refused" },
                { GPG, "a signature is needed by the key /k" },
                { "[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPaths\":[\"/a\",\"/b\"]}]",
                  "a signature is needed by the key /a or /b" },
                { "[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyData\":\"AAAA\"}]",
                  "a signature is needed by the key in the policy itself" },
                { "[{\"type\":\"sigstoreSigned\",\"keyPath\":\"/c\",\"signedIdentity\":{\"type\":\"matchRepository\"}}]",
                  "a signature of sigstore is needed by the key /c" },
                { "[{\"type\":\"sigstoreSigned\",\"fulcio\":{}}]",
                  "a signature of sigstore is needed by a certificate of the authority in the policy" },
                { "[{\"type\":\"insecureAcceptAnything\"},{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPath\":\"/a\"},"
                  "{\"type\":\"sigstoreSigned\",\"keyPath\":\"/c\"}]",
                  "a signature is needed by the key /a; and a signature of sigstore is needed by the key /c" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(policy_done) struct policy policy = {};
                _cleanup_(trust_rule_done) struct trust_rule rule = {};
                _cleanup_free_ char *text = str_printf("{\"default\":%s}", cases[i].rule);
                const struct source source = { .at = (char *) "a.test/b" };
                assert_int_equal(parse(text, &policy, NULL), 0);
                policy_rule(&policy, &source, &rule);
                _cleanup_free_ char *needs = trust_rule_needs(&rule), *place = trust_rule_place(&rule);
                assert_string_equal(needs, cases[i].text);
                assert_string_equal(place, "policy.json, its default");
        }
}

/* Each of these has the engine refuse every pull. */
static void says_what_is_wrong(void **state) {
        static const struct {
                const char *text, *message;
        } cases[] = {
                { "", "policy.json:1: it is no JSON" },
                { "[]", "policy.json:1: it is no JSON object" },
                { "{}", "policy.json:1: a rule is a list of 1 to 16 requirements, and this is none" },
                { "{\"default\":[]}", "policy.json:1: a rule is a list of 1 to 16 requirements, and this is none" },
                { "{\"default\":" ANY ",\n\"more\":1}", "policy.json:2: there is no member \"more\"" },
                { "{\"default\":[{}]}", "policy.json:1: a requirement has no type" },
                { "{\"default\":[1]}", "policy.json:1: a requirement has no type" },
                { "{\n\"default\":[\n{\"type\":\"prNew\"}]}", "policy.json:3: there is no requirement of the type \"prNew\"" },
                { "{\"default\":" ANY ",\"transports\":[]}", "policy.json:1: it is no JSON object: \"transports\"" },
                { "{\"default\":" ANY ",\"transports\":{\"docker\":[]}}", "policy.json:1: it is no JSON object: \"docker\"" },
                { "{\"default\":" ANY ",\n\"transports\":{\"docker\":{\n\"a\":{}}}}",
                  "policy.json:3: a rule is a list of 1 to 16 requirements, and this is none" },
                { "{\"default\":[{\"type\":\"signedBy\",\"keyPath\":\"/k\"}]}", "policy.json:1: signedBy needs the keyType \"GPGKeys\"" },
                { "{\"default\":[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\"}]}",
                  "policy.json:1: one of keyPath, keyPaths and keyData must say the key of \"signedBy\"" },
                { "{\"default\":[{\"type\":\"sigstoreSigned\",\"keyPath\":\"/k\",\"keyData\":\"\"}]}",
                  "policy.json:1: one of keyPath, keyPaths and keyData must say the key of \"sigstoreSigned\"" },
                { "{\"default\":[{\"type\":\"sigstoreSigned\",\"keyPath\":1}]}", "policy.json:1: it is no text: \"keyPath\"" },
                { "{\"default\":[{\"type\":\"sigstoreSigned\",\"keyPath\":\"/k\",\"signedIdentity\":{\"type\":\"x\"}}]}",
                  "policy.json:1: there is no signedIdentity \"x\"" },
                { "{\"default\":[{\"type\":\"sigstoreSigned\",\"keyPath\":\"/k\",\"signedIdentity\":{\"type\":\"remapIdentity\"}}]}",
                  "policy.json:1: a member is missing beside the type \"remapIdentity\"" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(policy_done) struct policy policy = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(parse(cases[i].text, &policy, &e), -EBADMSG);
                assert_string_equal(e->message, cases[i].message);
                assert_non_null(e->hint);
                assert_null(policy.root);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_the_rule),
                cmocka_unit_test(says_what_a_rule_needs),
                cmocka_unit_test(says_what_is_wrong),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
