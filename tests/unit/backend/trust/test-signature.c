/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"
#include "tests/unit/backend/trust/keys.h"

#include "backend/trust/sigstore.h"

#define REPOSITORY "registry.example.test:5000/team/demo"
#define DIGEST "sha256:0000000000000000000000000000000000000000000000000000000000000007"
#define OTHER "sha256:0000000000000000000000000000000000000000000000000000000000000008"
#define PAYLOAD(reference, digest, type)                                                           \
        "{\"critical\":{\"identity\":{\"docker-reference\":\"" reference "\"},\"image\":"           \
        "{\"docker-manifest-digest\":\"" digest "\"},\"type\":\"" type "\"},\"optional\":{\"creator\":" \
        "\"skopeo\",\"timestamp\":1700000000}}"
#define ATOMIC "atomic container signature"

static void reads_what_is_signed(void **state) {
        static const struct {
                const char *text, *message; /* NULL: it is read */
        } cases[] = {
                { PAYLOAD(REPOSITORY ":8", DIGEST, ATOMIC), NULL },
                { PAYLOAD(REPOSITORY, DIGEST, "cosign container image signature"), "What is signed is of another kind" },
                { PAYLOAD("No Name", DIGEST, ATOMIC), "What is signed names no image and no digest" },
                { "{}", "What is signed names no image and no digest" },
                { "{\"critical\":[]}", "What is signed names no image and no digest" },
                { "{\"critical\":{\"identity\":{\"do", "What is signed cannot be read" },
                { "", "What is signed cannot be read" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(trust_signature_done) struct trust_signature s = {};
                _cleanup_error_ struct error *e = NULL;
                int r = signature_read_payload(cases[i].text, strlen(cases[i].text), TRUST_SIGNED_BY, &s, &e);
                assert_int_equal(r, cases[i].message ? -EBADMSG : 0);
                if (cases[i].message)
                        assert_string_equal(e->message, cases[i].message);
                else {
                        assert_string_equal(s.reference, REPOSITORY ":8");
                        assert_string_equal(s.digest, DIGEST);
                        assert_int_equal(s.time, 1700000000);
                }
        }
}

/* As gpg 2.2 and 2.4 print it, with the line ends of a terminal. */
static void reads_what_gpg_says(void **state) {
#define BEGIN "[GNUPG:] PLAINTEXT 62 1796060229 payload\r\n[GNUPG:] NEWSIG signer@example.test\r\n"
        static const struct {
                const char *text;
                enum trust_finding finding;
                const char *key, *signer;
        } cases[] = {
                { BEGIN "[GNUPG:] GOODSIG DAA1FA2D522B29B2 Lab Signer <signer@example.test>\r\n"
                        "[GNUPG:] VALIDSIG AAAA48D42E1BF9F14A9EF21DAA1FA2D522B29B2 2026-11-30 1796060229 0 4 0 22 8 00 " KEY_FINGERPRINT "\r\n",
                  SIGNATURE_GOOD, KEY_FINGERPRINT, "Lab Signer <signer@example.test>" },
                { BEGIN "[GNUPG:] GOODSIG DAA1FA2D522B29B2 Lab Signer\r\n", SIGNATURE_BAD, NULL, "Lab Signer" },
                { BEGIN "[GNUPG:] ERRSIG C5B0A79356379660 22 8 00 1796060229 9 7F3A31E07C5B5B77F3B15AECC5B0A79356379660\r\n"
                        "[GNUPG:] NO_PUBKEY C5B0A79356379660\r\n",
                  SIGNATURE_OTHER_KEY, "7F3A31E07C5B5B77F3B15AECC5B0A79356379660", NULL },
                { BEGIN "[GNUPG:] ERRSIG C5B0A79356379660 22 8 00 1796060229 9 -\r\n[GNUPG:] NO_PUBKEY C5B0A79356379660\r\n",
                  SIGNATURE_OTHER_KEY, "C5B0A79356379660", NULL },
                { BEGIN "[GNUPG:] ERRSIG C5B0A79356379660 99 8 00 1796060229 4 -\r\n", SIGNATURE_BAD, "C5B0A79356379660", NULL },
                { BEGIN "[GNUPG:] BADSIG DAA1FA2D522B29B2 Lab Signer\r\n", SIGNATURE_BAD, "DAA1FA2D522B29B2", NULL },
                { BEGIN "[GNUPG:] REVKEYSIG DAA1FA2D522B29B2 Lab Signer\r\n[GNUPG:] VALIDSIG " KEY_FINGERPRINT "\r\n", SIGNATURE_BAD,
                  KEY_FINGERPRINT, NULL },
                { "[GNUPG:] PLAINTEXT 62 1796060229 payload\r\n[GNUPG:] NODATA 4\r\n", SIGNATURE_UNREADABLE, NULL, NULL },
                { "gpg: GOODSIG x y\n", SIGNATURE_UNREADABLE, NULL, NULL },
                { BEGIN BEGIN "[GNUPG:] GOODSIG A B\n[GNUPG:] VALIDSIG C\n", SIGNATURE_UNREADABLE, "C", "B" },
                { "[GNUPG:] ERRSIG", SIGNATURE_BAD, NULL, NULL },
                { "[GNUPG:] ", SIGNATURE_UNREADABLE, NULL, NULL },
                { "", SIGNATURE_UNREADABLE, NULL, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(trust_signature_done) struct trust_signature s = {};
                signature_read_status(cases[i].text, strlen(cases[i].text), &s);
                assert_int_equal(s.finding, cases[i].finding);
                assert_true(str_equal(s.key, cases[i].key));
                assert_true(str_equal(s.signer, cases[i].signer));
        }
}

/* Of a rule for certificates only the engine knows which ones it takes. */
static void claims_for_a_rule_of_certificates(void **state) {
        char *digests[] = { (char *) DIGEST, NULL };
        const struct trust_need need = { .kind = TRUST_SIGSTORE, .other = true };
        struct trust_signature s = { .kind = TRUST_SIGSTORE,
                                     .finding = SIGNATURE_OTHER_KEY,
                                     .reference = (char *) REPOSITORY,
                                     .digest = (char *) DIGEST };
        signature_judge(&s, &need, REPOSITORY, digests, REPOSITORY "@" DIGEST);
        assert_int_equal(s.finding, SIGNATURE_CLAIMED);
        s.digest = (char *) OTHER;
        signature_judge(&s, &need, REPOSITORY, digests, REPOSITORY "@" DIGEST);
        assert_int_equal(s.finding, SIGNATURE_OTHER_IMAGE);
}

static void compares_with_image_and_rule(void **state) {
        char *digests[] = { (char *) DIGEST, NULL };
        static const struct {
                enum trust_finding gpg;
                const char *reference, *digest;
                bool rule;
                enum trust_finding finding;
        } cases[] = {
                { SIGNATURE_GOOD, REPOSITORY ":8", DIGEST, true, SIGNATURE_GOOD },
                { SIGNATURE_GOOD, REPOSITORY ":8", OTHER, true, SIGNATURE_OTHER_IMAGE },
                { SIGNATURE_GOOD, "registry.example.test:5000/team/other:8", DIGEST, true, SIGNATURE_OTHER_NAME },
                { SIGNATURE_OTHER_KEY, REPOSITORY ":8", DIGEST, true, SIGNATURE_OTHER_KEY },
                { SIGNATURE_OTHER_KEY, REPOSITORY ":8", DIGEST, false, SIGNATURE_CLAIMED },
                { SIGNATURE_OTHER_KEY, REPOSITORY ":8", OTHER, false, SIGNATURE_OTHER_IMAGE },
                { SIGNATURE_OTHER_KEY, "registry.example.test:5000/team/other:8", DIGEST, false, SIGNATURE_OTHER_NAME },
                { SIGNATURE_BAD, REPOSITORY ":8", DIGEST, true, SIGNATURE_BAD },
                { SIGNATURE_BAD, REPOSITORY ":8", DIGEST, false, SIGNATURE_BAD },
                { SIGNATURE_UNREADABLE, NULL, NULL, true, SIGNATURE_UNREADABLE },
        };
        const struct trust_need need = { .kind = TRUST_SIGNED_BY };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct trust_signature s = { .finding = cases[i].gpg,
                                             .reference = (char *) cases[i].reference,
                                             .digest = (char *) cases[i].digest };
                signature_judge(&s, cases[i].rule ? &need : NULL, REPOSITORY, digests, REPOSITORY "@" DIGEST);
                assert_int_equal(s.finding, cases[i].finding);
        }
}

static void reads_keys(void **state) {
        _cleanup_str_ struct str raw = {}, armour = {}, none = {};
        assert_true(signature_key(KEY_DATA, strlen(KEY_DATA), true, &raw));
        assert_true(signature_key(KEY_ARMOUR, strlen(KEY_ARMOUR), false, &armour));
        assert_int_equal(raw.length, armour.length);
        assert_memory_equal(raw.text, armour.text, raw.length);
        _cleanup_free_ char *id = signature_fingerprint(raw.text, raw.length);
        assert_string_equal(id, KEY_FINGERPRINT);
        /* cut anywhere it is no key, or one without a fingerprint */
        for (size_t n = 0; n < strlen(KEY_ARMOUR) - strlen("-----END PGP PUBLIC KEY BLOCK-----\n"); n++)
                assert_false(signature_key(KEY_ARMOUR, n, false, &none));
        for (size_t n = 0; n < 50; n++) {
                _cleanup_free_ char *cut = signature_fingerprint(raw.text, n);
                assert_null(cut);
        }
        static const char *const others[] = { "", "x", PEM, "====", "AAAA",
                                              "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n?\n-----END PGP" };
        for (size_t i = 0; i < ELEMENTS(others); i++) {
                _cleanup_str_ struct str out = {};
                assert_false(signature_key(others[i], strlen(others[i]), false, &out));
                assert_false(signature_key(others[i], strlen(others[i]), true, &out));
        }
}

static void checks_signatures_of_sigstore(void **state) {
        static const char payload[] = PEM_PAYLOAD;
        assert_true(sigstore_verify(PEM, strlen(PEM), payload, strlen(payload), PEM_SIGNATURE));
        assert_false(sigstore_verify(PEM, strlen(PEM), payload, strlen(payload) - 1, PEM_SIGNATURE));
        assert_false(sigstore_verify(PEM, strlen(PEM) / 2, payload, strlen(payload), PEM_SIGNATURE));
        assert_false(sigstore_verify(PEM, strlen(PEM), payload, strlen(payload), "MEUCIGt3Dmjj"));
        assert_false(sigstore_verify(PEM, strlen(PEM), payload, strlen(payload), "?"));
        assert_false(sigstore_verify(KEY_ARMOUR, strlen(KEY_ARMOUR), payload, strlen(payload), PEM_SIGNATURE));
        _cleanup_(trust_signature_done) struct trust_signature s = {};
        assert_int_equal(signature_read_payload(payload, strlen(payload), TRUST_SIGSTORE, &s, NULL), 0);
        assert_string_equal(s.reference, REPOSITORY);
}

static void reads_what_is_attached(void **state) {
        static const char manifest[] =
                "{\"layers\":[{\"mediaType\":\"application/vnd.dev.cosign.simplesigning.v1+json\",\"size\":300,\"digest\":\"" DIGEST
                "\",\"annotations\":{\"dev.cosignproject.cosign/signature\":\"AAAA\"}},"
                "{\"mediaType\":\"application/vnd.dev.cosign.simplesigning.v1+json\",\"size\":30000000,\"digest\":\"" DIGEST
                "\",\"annotations\":{\"dev.cosignproject.cosign/signature\":\"AAAA\"}},"
                "{\"mediaType\":\"other\",\"size\":1,\"digest\":\"x\"}]}";
        static const struct {
                const char *text;
                bool provenance, sbom;
        } cases[] = {
                { "{\"layers\":[{\"annotations\":{\"predicateType\":\"https://slsa.dev/provenance/v1\"}}]}", true, false },
                { "{\"layers\":[{\"annotations\":{\"predicateType\":\"https://spdx.dev/Document\"}}]}", false, true },
                { "{\"manifests\":[{\"artifactType\":\"application/vnd.cyclonedx+json\"},{\"annotations\":"
                  "{\"in-toto.io/predicateType\":\"https://slsa.dev/provenance/v0.2\"}}]}",
                  true, true },
                { "{\"manifests\":[{\"artifactType\":\"x\"}]}", false, false },
                { "{}", false, false },
        };
        _cleanup_(sigstore_done) struct sigstore found = {}, none = {};
        assert_int_equal(sigstore_read(manifest, strlen(manifest), &found, NULL), 0);
        assert_int_equal(found.n, 1);
        assert_string_equal(found.items[0].payload, DIGEST);
        assert_int_equal(sigstore_read("[]", 2, &none, NULL), -EBADMSG);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct attachments a = {};
                assert_int_equal(sigstore_read_attached(cases[i].text, strlen(cases[i].text), &a, NULL), 0);
                assert_int_equal(a.provenance, cases[i].provenance);
                assert_int_equal(a.sbom, cases[i].sbom);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_what_is_signed),
                cmocka_unit_test(reads_what_gpg_says),
                cmocka_unit_test(compares_with_image_and_rule),
                cmocka_unit_test(claims_for_a_rule_of_certificates),
                cmocka_unit_test(reads_keys),
                cmocka_unit_test(checks_signatures_of_sigstore),
                cmocka_unit_test(reads_what_is_attached),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
