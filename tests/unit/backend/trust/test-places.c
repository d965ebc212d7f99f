/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/tree.h"

#include "backend/trust/trust.h"

#define HOST "registry.example.test:5000"
#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void finds_the_place(void **state) {
        static const char text[] = "# a comment\n"
                                   "---\n"
                                   "default-docker:\n"
                                   "  lookaside: file:///default # behind it\n"
                                   "  lookaside-staging: file:///staging\n"
                                   "docker:\n"
                                   "    " HOST "/team/demo:\n"
                                   "        lookaside: 'https://sigs.example.test/a'\n"
                                   "    \"" HOST "/team\":\n"
                                   "        use-sigstore-attachments: true\n"
                                   "        lookaside: file:///team\n"
                                   "\n"
                                   "    " HOST ":\n"
                                   "        sigstore: file:///old\n"
                                   "        use-sigstore-attachments: false\n"
                                   "    none.example.test: {}\n";
        static const struct {
                const char *source, *lookaside;
                bool said, attachments;
        } cases[] = {
                { "docker://" HOST "/team/demo:8", "https://sigs.example.test/a", true, true },
                { "docker://" HOST "/team/demo/sub", "https://sigs.example.test/a", true, true },
                { "docker://" HOST "/team/x", "file:///team", true, true },
                { "docker://" HOST "/x", "file:///old", true, false },
                { "docker://none.example.test/x", "file:///default", true, false },
                { "docker://registry.example.test/team/demo", "file:///default", true, false },
        };
        _cleanup_(places_done) struct places places = {};
        places_parse("a.yaml", text, strlen(text), &places);
        _cleanup_free_ char *wrong = strv_join(places.wrong, "\n");
        assert_string_equal(wrong, "");
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(source_done) struct source source = {};
                _cleanup_(trust_place_done) struct trust_place place = {};
                assert_int_equal(source_parse(cases[i].source, NULL, &source, NULL), 0);
                places_find(&places, &source, &place);
                assert_string_equal(place.lookaside, cases[i].lookaside);
                assert_int_equal(!!place.file, cases[i].said);
                assert_int_equal(place.attachments, cases[i].attachments);
        }
}

static void says_which_lines_it_could_not_read(void **state) {
        static const struct {
                const char *text, *wrong;
        } cases[] = {
                { "docker: {a: {lookaside: x}}\n", "f:1: Fairlead reads only a text as a value here" },
                { "docker:\n  a:\n    lookaside: [x]\n", "f:3: Fairlead reads only a text as a value here" },
                { "docker:\n  - a\n", "f:2: Fairlead reads only lines KEY: VALUE here" },
                { "docker:\n\ta:\n", "f:2: its indentation fits no line before it" },
                { "  docker:\n", "f:1: its indentation fits no line before it" },
                { "docker:\n  a: x\n", "f:2: a mapping is expected below this key" },
                { "docker:\n  a:\n    lookaside: x\n      more: y\n", "f:4: its indentation fits no line before it" },
                { "other:\n", "f:1: it has docker and default-docker, and no other part" },
                { "docker:\n  a:\n    b: c\n", "f:3: the engine knows no such key of a place" },
                { "docker:\n  a:\n    use-sigstore-attachments: yes\n", "f:3: use-sigstore-attachments is true or false" },
                { "docker:\n  a:\n  a:\n", "f:3: this name has a place already, and the engine takes only one" },
                { "default-docker:\n  lookaside:\n    x: y\n", "f:2: a key of a place has a text as its value" },
                { "docker:\n  a:\n    lookaside: \"x\\n\"\n", "f:3: Fairlead reads only a text as a value here" },
                { "docker: null\n", "" },
                { "", "" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(places_done) struct places places = {};
                places_parse("f", cases[i].text, strlen(cases[i].text), &places);
                _cleanup_free_ char *wrong = places.wrong ? xstrdup(places.wrong[0]) : xstrdup("");
                assert_string_equal(wrong, cases[i].wrong);
        }
}

static void reads_the_files_of_the_host(void **state) {
        char *root = tree_new();
        _cleanup_(places_done) struct places places = {};
        _cleanup_(trust_place_done) struct trust_place place = {}, usual = {};
        const struct source source = { .at = (char *) HOST "/a" };
        places_read(root, &places);
        places_find(&places, &source, &usual);
        assert_string_equal(usual.lookaside, PLACES_LOOKASIDE);
        assert_null(usual.file);
        tree_write(root, PLACES_FOLDER "/a.yaml", "docker:\n  " HOST ":\n    lookaside: file:///a\n");
        tree_write(root, PLACES_FOLDER "/b.txt", "nonsense");
        tree_write(root, PLACES_FOLDER "/b.yaml", "docker:\n  " HOST ":\n    use-sigstore-attachments: true\n");
        places_read(root, &places);
        places_find(&places, &source, &place);
        assert_string_equal(place.lookaside, "file:///a");
        assert_string_equal(place.file, PLACES_FOLDER "/a.yaml");
        assert_string_equal(place.attachments_file, PLACES_FOLDER "/b.yaml");
        assert_string_equal(place.wrong[0],
                            PLACES_FOLDER "/b.yaml:2: this name has a place already, and the engine takes only one");
        tree_remove(root);
        free(root);
}

/* Without the registry's host, as containers-signature(5) has it. */
static void names_the_files_of_signatures(void **state) {
        _cleanup_free_ char *a = places_signature("file:///s/", HOST "/team/demo", DIGEST, 2),
                            *none = places_signature("file:///s", HOST "/a", "odd", 1);
        assert_string_equal(a, "file:///s/team/demo@sha256="
                               "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/signature-2");
        assert_null(none);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_the_place),
                cmocka_unit_test(says_which_lines_it_could_not_read),
                cmocka_unit_test(reads_the_files_of_the_host),
                cmocka_unit_test(names_the_files_of_signatures),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
