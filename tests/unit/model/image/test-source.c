/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/image/image.h"
#include "model/image/source.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define SHA "sha256:" HEX32 HEX32
#define HOST "registry.example.test:5000"

static const struct {
        const char *typed, *printed; /* NULL: the same */
        enum source_transport transport;
        const char *at, *tag, *digest, *place, *name;
} source_cases[] = {
        { "docker://" HOST "/rsyslog", NULL, SOURCE_REGISTRY, HOST "/rsyslog", NULL, NULL, HOST, HOST "/rsyslog:latest" },
        { "docker://" HOST "/team/rsyslog:8", NULL, SOURCE_REGISTRY, HOST "/team/rsyslog", "8", NULL, HOST, HOST "/team/rsyslog:8" },
        { "docker://" HOST "/a@" SHA, NULL, SOURCE_REGISTRY, HOST "/a", NULL, SHA, HOST, HOST "/a@" SHA },
        { "docker://localhost/a", NULL, SOURCE_REGISTRY, "localhost/a", NULL, NULL, "localhost", "localhost/a:latest" },
        { "docker://[::1]:5000/a", NULL, SOURCE_REGISTRY, "[::1]:5000/a", NULL, NULL, "[::1]:5000", "[::1]:5000/a:latest" },
        { "oci:/media/stick/rsyslog", NULL, SOURCE_LAYOUT, "/media/stick/rsyslog", NULL, NULL, "/media/stick/rsyslog", "localhost/rsyslog:latest" },
        { "oci:/media/stick/rsyslog/:8", NULL, SOURCE_LAYOUT, "/media/stick/rsyslog/", "8", NULL, "/media/stick/rsyslog/", "localhost/rsyslog:8" },
        { "oci:stick/a", "oci:/here/stick/a", SOURCE_LAYOUT, "/here/stick/a", NULL, NULL, "/here/stick/a", "localhost/a:latest" },
        { "oci:/a:localhost/rsyslog:8", NULL, SOURCE_LAYOUT, "/a", "localhost/rsyslog:8", NULL, "/a", "localhost/rsyslog:8" },
        { "oci:/a:" HOST "/b/c", NULL, SOURCE_LAYOUT, "/a", HOST "/b/c", NULL, "/a", HOST "/b/c:latest" },
        { "oci-archive:/a/Rsyslog-8.oci.tar.gz", NULL, SOURCE_OCI_ARCHIVE, "/a/Rsyslog-8.oci.tar.gz", NULL, NULL, "/a/Rsyslog-8.oci.tar.gz", "localhost/rsyslog-8:latest" },
        { "oci-archive:/a/b.tar:team/c", NULL, SOURCE_OCI_ARCHIVE, "/a/b.tar", "team/c", NULL, "/a/b.tar", "localhost/team/c:latest" },
        { "docker-archive:/root/a.tar:b:1", NULL, SOURCE_DOCKER_ARCHIVE, "/root/a.tar", "b:1", NULL, "/root/a.tar", "localhost/b:1" },
        { "docker-archive:/root/a.tar:@1", NULL, SOURCE_DOCKER_ARCHIVE, "/root/a.tar", "@1", NULL, "/root/a.tar", "localhost/a:latest" },
        { "docker-archive:/root/My image.tar", NULL, SOURCE_DOCKER_ARCHIVE, "/root/My image.tar", NULL, NULL, "/root/My image.tar", "localhost/my-image:latest" },
        { "docker-archive:/root/a..b--__c.tar", NULL, SOURCE_DOCKER_ARCHIVE, "/root/a..b--__c.tar", NULL, NULL, "/root/a..b--__c.tar", "localhost/a.b-c:latest" },
        { "dir:/media/a:b", NULL, SOURCE_FOLDER, "/media/a:b", NULL, NULL, "/media/a:b", "localhost/a-b:latest" },
        { "dir:/", NULL, SOURCE_FOLDER, "/", NULL, NULL, "/", "localhost/image:latest" },
        { "dir:/.tar", NULL, SOURCE_FOLDER, "/.tar", NULL, NULL, "/.tar", "localhost/tar:latest" },
};

static void reads_and_prints_sources(void **state) {
        for (size_t i = 0; i < ELEMENTS(source_cases); i++) {
                _cleanup_(source_done) struct source s = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(source_parse(source_cases[i].typed, "/here", &s, &e), 0);
                assert_int_equal(s.transport, source_cases[i].transport);
                assert_string_equal(s.at, source_cases[i].at);
                assert_true(str_equal(s.tag, source_cases[i].tag));
                assert_true(str_equal(s.digest, source_cases[i].digest));
                _cleanup_free_ char *text = source_text(&s), *place = source_place(&s), *name = source_name(&s);
                assert_string_equal(text, source_cases[i].printed ? source_cases[i].printed : source_cases[i].typed);
                assert_string_equal(place, source_cases[i].place);
                assert_string_equal(name, source_cases[i].name);
                assert_true(reference_valid(name));
                assert_true(source_named(text));
        }
}

static void says_what_is_wrong_with_others(void **state) {
        static const struct {
                const char *typed, *message;
        } cases[] = {
                { "", "\"\" does not say where the image is" },
                { "rsyslog", "\"rsyslog\" does not say where the image is" },
                { "docker:" HOST "/a", "\"docker:" HOST "/a\" does not say where the image is" },
                { "docker://rsyslog", "\"docker://rsyslog\" does not name its registry" },
                { "docker://", "\"docker://\" is not a reference to a registry" },
                { "docker://" HOST "/A", "\"docker://" HOST "/A\" is not a reference to a registry" },
                { "docker://" HOST "/a:8@" SHA, "\"docker://" HOST "/a:8@" SHA "\" has a tag and a digest" },
                { "docker://" HOST "/a@sha512:" HEX32 HEX32 HEX32 HEX32,
                  "\"docker://" HOST "/a@sha512:" HEX32 HEX32 HEX32 HEX32 "\" has a digest that is not SHA-256" },
                { "oci:", "\"oci:\" does not name a path" },
                { "oci::a", "\"oci::a\" does not name a path" },
                { "dir:a", "\"dir:a\" names a path that does not begin at /" },
                { "oci:/a:", "\"oci:/a:\" ends in a colon" },
                { "oci:/a:b c", "\"oci:/a:b c\" names an image that no archive can have" },
                { "oci:/a\nb", "The source of the image has control characters in it" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(source_done) struct source s = {};
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(source_parse(cases[i].typed, NULL, &s, &e), -EINVAL);
                assert_string_equal(e->message, cases[i].message);
        }
        assert_false(source_named("rsyslog"));
        assert_false(source_named("localhost/oci:8"));
        assert_false(source_named(NULL));
        assert_true(source_named("oci:a"));
}

static void knows_what_can_be_several(void **state) {
        static const char *const several[] = { "docker://r.example.test/a", "oci:/a", "docker-archive:/a.tar" };
        static const char *const one[] = { "docker://r.example.test/a:1", "docker://r.example.test/a@sha256:0123456789012345678901234567890123456789012345678901234567890123",
                                           "oci:/a:1", "oci-archive:/a.tar", "dir:/a", "rsyslog", "oci:relative" };
        for (size_t i = 0; i < ELEMENTS(several); i++)
                assert_true(source_several(several[i]));
        for (size_t i = 0; i < ELEMENTS(one); i++)
                assert_false(source_several(one[i]));
}

static void names_the_same_place_otherwise(void **state) {
        static const struct {
                const char *typed, *tag, *digest, *text;
        } cases[] = {
                { "docker://" HOST "/a:8", "9", NULL, "docker://" HOST "/a:9" },
                { "docker://" HOST "/a:8", "9", SHA, "docker://" HOST "/a@" SHA },
                { "docker://" HOST "/a:8", NULL, NULL, "docker://" HOST "/a" },
                { "oci:/a", "9", SHA, "oci:/a:9" },
                { "dir:/a", "9", SHA, "dir:/a" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(source_done) struct source s = {};
                assert_int_equal(source_parse(cases[i].typed, NULL, &s, NULL), 0);
                _cleanup_free_ char *text = source_text_of(&s, cases[i].tag, cases[i].digest);
                assert_string_equal(text, cases[i].text);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_and_prints_sources),
                cmocka_unit_test(says_what_is_wrong_with_others),
                cmocka_unit_test(knows_what_can_be_several),
                cmocka_unit_test(names_the_same_place_otherwise),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
