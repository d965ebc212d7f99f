/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answer files of a first boot: what is read, and what is refused, with line and reason. */
#include "backend/format/seed/seed.h"
#include "base/str.h"
#include "tests/test.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyYkVJ9yCCYQ6cWJ3QbYQ2kqv0O4lX5xWmC1H5qZ3nT"

static void reads_a_whole_one(void **state) {
        static const char text[] =
                "{ \"host-name\": \"db1.example.test\", \"locale\": \"de_DE.UTF-8\", \"keymap\": \"de\",\n"
                "  \"time-zone\": \"Europe/Berlin\", \"x-note\": [1],\n"
                "  \"root-password\": { \"credential\": \"fairlead.root-password\" },\n"
                "  \"root-keys\": [ \"" KEY " anna\", \"" KEY " bert\" ],\n"
                "  \"services\": [\n"
                "    { \"image\": \"docker://r.example.test/rsyslog:8\", \"mode\": \"forward\",\n"
                "      \"answers\": { \"host\": \"log.example.test\", \"port\": 514, \"tls\": true } },\n"
                "    { \"image\": \"oci:/media/stick/sssd:2\", \"name\": \"sssd\", \"allow\": [ \"secret-in-argv\" ],\n"
                "      \"secrets\": { \"password\": { \"file\": \"/run/p\" }, \"otp\": { \"credential\": \"fairlead.otp\" } } } ] }";
        _cleanup_(seed_done) struct seed seed = {};
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(seed_parse("a.json", text, strlen(text), &seed, &e), 0);
        assert_string_equal(seed.host_name, "db1.example.test");
        assert_string_equal(seed.root_password->credential, "fairlead.root-password");
        assert_string_equal(seed.root_password->name, SETUP_SECRET);
        assert_int_equal(strv_length(seed.root_keys), 2);
        assert_int_equal(seed.n_services, 2);
        assert_string_equal(seed.services[0].set[0], "host=log.example.test");
        assert_string_equal(seed.services[0].set[1], "port=514");
        assert_string_equal(seed.services[0].set[2], "tls=yes");
        assert_int_equal(seed.services[1].n_secrets, 2);
        assert_string_equal(seed.services[1].secrets[0].file, "/run/p");
        assert_string_equal(seed.services[1].secrets[1].name, "otp");
        assert_int_equal(seed.services[1].line, 8);
        assert_int_equal(seed.lines[SETUP_TIME], 2);
        size_t n;
        _cleanup_free_ struct setup_change *changes = seed_changes(&seed, &n);
        static const enum setup_topic topics[] = { SETUP_LOCALE, SETUP_KEYMAP, SETUP_HOST_NAME, SETUP_TIME, SETUP_ROOT_PASSWORD, SETUP_ROOT_KEY, SETUP_ROOT_KEY };
        assert_int_equal(n, ELEMENTS(topics));
        for (size_t i = 0; i < n; i++)
                assert_int_equal(changes[i].topic, topics[i]);
}

static void writes_what_it_reads(void **state) {
        char *keys[] = { (char *) KEY " anna", NULL }, *set[] = { (char *) "host=log.example.test", (char *) "options=a=b", NULL };
        struct seed_secret secret = { .name = (char *) "password", .credential = (char *) "fairlead.sssd.password" };
        struct seed_service services[] = { { .image = (char *) "docker://r.example.test/sssd:2", .name = (char *) "sssd", .mode = (char *) "ad", .set = set, .secrets = &secret, .n_secrets = 1 } };
        const struct seed written = { .host_name = (char *) "db1.example.test", .time_zone = (char *) "UTC",
                                      .locale = (char *) "de_DE.UTF-8", .layout = (char *) "de", .root_keys = keys, .services = services, .n_services = 1 };
        _cleanup_(seed_done) struct seed seed = {};
        _cleanup_error_ struct error *e = NULL;
        _cleanup_free_ char *text = seed_write(&written, "a note");
        assert_ok(seed_parse("a.json", text, strlen(text), &seed, &e), e);
        _cleanup_free_ char *again = seed_write(&seed, "a note");
        assert_string_equal(again, text);
        assert_string_equal(seed.services[0].set[1], "options=a=b");
        assert_string_equal(seed.services[0].secrets[0].credential, "fairlead.sssd.password");
}

static void knows_names_of_credentials(void **state) {
        assert_true(seed_credential_valid("fairlead.join-password_2"));
        static const char *const wrong[] = { "", ".", "..", ".x", "a/b", "a b", "\xc3\xa4" };
        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                assert_false(seed_credential_valid(wrong[i]));
}

static void resolves_images_beside_the_file(void **state) {
        static const struct {
                const char *image, *path, *whole;
                bool refused;
        } rows[] = {
                { "oci-archive:images/a.tar:8", "images/a.tar", "oci-archive:/m/images/a.tar:8", false },
                { "docker-archive:a.tar", "a.tar", "docker-archive:/m/a.tar", false },
                { "oci-archive:/a.tar", NULL, "oci-archive:/a.tar", false },
                { "docker://r.example.test/a:1", NULL, "docker://r.example.test/a:1", false },
                { "localhost/a", NULL, "localhost/a", false },
                { "oci-archive:../a.tar", NULL, "oci-archive:../a.tar", true },
                { "oci-archive:a/../../b.tar", NULL, "oci-archive:a/../../b.tar", true },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct seed_service service = { .image = (char *) rows[i].image };
                _cleanup_free_ char *path = NULL, *whole = seed_image(&service, "/m");
                assert_int_equal(seed_image_path(&service, &path, NULL), rows[i].refused ? -EINVAL : 0);
                assert_true(str_equal(path, rows[i].path));
                assert_string_equal(whole, rows[i].whole);
        }
}

static void reads_an_empty_one(void **state) {
        _cleanup_(seed_done) struct seed seed = {};
        size_t n;
        assert_int_equal(seed_parse("a.json", "{}", 2, &seed, NULL), 0);
        _cleanup_free_ struct setup_change *changes = seed_changes(&seed, &n);
        assert_int_equal(n + seed.n_services, 0);
}

static void refuses_with_line_and_reason(void **state) {
        static const struct {
                const char *text, *message; /* a part of it */
        } rows[] = {
                { "", "a.json:1: " },
                { "[]", "a.json:1: " },
                { "{\n\"hostname\": \"x\" }", "a.json:2: hostname: " },
                { "{\n\"host-name\": \"d b\" }", "a.json:2: host-name: The name d b has parts that names of hosts cannot have" },
                { "{\n\"host-name\": 7 }", "a.json:2: host-name: This is a number, not a text" },
                { "{\n\n\"time-zone\": \"../../etc/passwd\" }", "a.json:3: time-zone: \"../../etc/passwd\" is no time zone" },
                { "{\n\"root-password\": \"secret\" }", "a.json:2: root-password: A secret never stands in this file" },
                { "{\"root-password\": {\n\"file\": \"p\" } }", "a.json:2: root-password.file: \"p\" is no absolute path" },
                { "{\"root-password\": { } }", "root-password: It wants one of" },
                { "{\"root-password\": {\"file\": \"/p\", \"credential\": \"p\"} }", "root-password: It wants one of" },
                { "{\"root-password\": {\"credential\": \"../p\"} }", "cannot be the name of a credential" },
                { "{\"root-keys\": [\n\"" KEY "\",\n\"ssh-rsa x\" ] }", "a.json:3: root-keys[1]: This is not a whole public key of SSH" },
                { "{\"root-keys\": \"" KEY "\" }", "root-keys: This is not a list" },
                { "{\"services\": [\n{ \"name\": \"x\" } ] }", "a.json:2: services[0]" },
                { "{\"services\": [ { \"image\": \"x\",\n\"answers\": { \"a\": [] } } ] }", "a.json:2: services[0].answers.a: This is a list, not an answer" },
                { "{\"services\": [ { \"image\": \"x\", \"secrets\": {\n\"p\": \"x\" } } ] }", "a.json:2: services[0].secrets.p: A secret never stands" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct seed seed = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(seed_parse("a.json", rows[i].text, strlen(rows[i].text), &seed, &e), -EINVAL);
                if (!strstr(e->message, rows[i].message))
                        fail_msg("%s: %s", rows[i].message, e->message);
                assert_null(seed.host_name);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_a_whole_one),
                cmocka_unit_test(writes_what_it_reads),
                cmocka_unit_test(knows_names_of_credentials),
                cmocka_unit_test(resolves_images_beside_the_file),
                cmocka_unit_test(reads_an_empty_one),
                cmocka_unit_test(refuses_with_line_and_reason),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
