/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a host trusts, and signatures: the first line of the input names the parser. */
#include <stdint.h>

#include "backend/trust/pin.h"
#include "backend/trust/sigstore.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define REPO "registry.example.test:5000/team/demo"

/* What is taken has a rule for everything, and a signer can be pinned in it. */
static void trust_fuzz_policy(const char *text, size_t n) {
        static const char *const sources[] = { "docker://" REPO ":8", "docker://localhost/a", "dir:/media/stick/a" };
        const struct pin_key key = { .kind = TRUST_SIGNED_BY, .data = (char *) "QUJD" };
        _cleanup_(policy_done) struct policy policy = {};
        _cleanup_error_ struct error *e = NULL;
        char *copy = xstrndup(text, n);
        if (policy_parse("p", copy, strlen(copy), &policy, &e) < 0) {
                MUST(e && e->message && !policy.root);
                return;
        }
        for (size_t i = 0; i < ELEMENTS(sources); i++) {
                _cleanup_(source_done) struct source source = {};
                _cleanup_(trust_rule_done) struct trust_rule rule = {};
                MUST(source_parse(sources[i], NULL, &source, NULL) >= 0);
                policy_rule(&policy, &source, &rule);
                MUST(rule.n && rule.line && trust_rule_asks(&rule) != ASKS_UNKNOWN);
                _cleanup_free_ char *needs = trust_rule_needs(&rule), *place = trust_rule_place(&rule);
                MUST(*needs && *place);
        }
        _cleanup_free_ char *pinned = NULL;
        int r = pin_policy(&policy, REPO, &key, &pinned, NULL);
        MUST((r >= 0) == !!pinned && (r >= 0 || r == -EALREADY || r == -EIO));
}

static void trust_fuzz_places(const char *text, size_t n) {
        _cleanup_(places_done) struct places places = {};
        _cleanup_(trust_place_done) struct trust_place place = {};
        const struct source source = { .at = (char *) REPO };
        places_parse("f", text, n, &places);
        places_find(&places, &source, &place);
        MUST(place.lookaside && *place.lookaside && strv_length(places.wrong) <= 16 && places.n <= PLACES_MAX);
}

static void trust_fuzz_payload(const char *text, size_t n) {
        for (enum trust_kind kind = TRUST_SIGNED_BY; kind <= TRUST_SIGSTORE; kind++) {
                _cleanup_(trust_signature_done) struct trust_signature s = {};
                _cleanup_error_ struct error *e = NULL;
                int r = signature_read_payload(text, n, kind, &s, &e);
                MUST(r >= 0 ? s.reference && s.digest && !e : e && !s.reference);
        }
}

static void trust_fuzz_status(const char *text, size_t n) {
        _cleanup_(trust_signature_done) struct trust_signature s = {};
        signature_read_status(text, n, &s);
        MUST(s.finding != SIGNATURE_GOOD || s.key);
}

static void trust_fuzz_key(const char *text, size_t n) {
        for (int base64 = 0; base64 < 2; base64++) {
                _cleanup_str_ struct str packets = {};
                _cleanup_free_ char *id = NULL;
                if (signature_key(text, n, base64, &packets))
                        id = signature_fingerprint(packets.text, packets.length);
                MUST(!id || strlen(id) == 40);
        }
        _cleanup_(pin_key_done) struct pin_key key = {};
        (void) pin_read_key("k", text, n, &key, NULL);
}

static void trust_fuzz_attached(const char *text, size_t n) {
        _cleanup_(sigstore_done) struct sigstore s = {};
        struct attachments a = {};
        (void) sigstore_read(text, n, &s, NULL);
        (void) sigstore_read_attached(text, n, &a, NULL);
        MUST(s.n <= SIGNATURES_MAX);
        for (size_t i = 0; i < s.n; i++)
                MUST(strlen(s.items[i].payload) == strlen("sha256:") + 64);
}

static const struct {
        const char *name;
        void (*run)(const char *text, size_t n);
} trust_parsers[] = {
        { "policy", trust_fuzz_policy }, { "places", trust_fuzz_places }, { "payload", trust_fuzz_payload },
        { "status", trust_fuzz_status }, { "key", trust_fuzz_key },       { "attached", trust_fuzz_attached },
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        const char *end = memchr(bytes, '\n', n);
        size_t name = end ? (size_t) (end - (const char *) bytes) : n;
        for (size_t i = 0; end && i < ELEMENTS(trust_parsers); i++)
                if (strlen(trust_parsers[i].name) == name && memcmp(trust_parsers[i].name, bytes, name) == 0) {
                        /* a copy of exactly these bytes: a sanitizer sees a look beyond */
                        size_t rest = n - name - 1;
                        char *text = malloc(rest ? rest : 1);
                        MUST(text);
                        memcpy(text, end + 1, rest);
                        trust_parsers[i].run(text, rest);
                        free(text);
                }
        return 0;
}
