/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/format/emit.h"
#include "base/str.h"

static struct image *parse(const char *text) {
        struct image *image = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(image_parse_labels(text, strlen(text), &image, &e), e);
        return image;
}

static void reads_labels_and_the_name(void **state) {
        _cleanup_image_ struct image *image = parse("{\"about\": [1], \"image\": \"localhost/x:1\", \"labels\": {\"RUN\": \"b\", \"INSTALL\": \"a\", \"e\": \"\"}}");
        assert_string_equal(label_list_get(&image->labels, "INSTALL"), "a");
        assert_string_equal(label_list_get(&image->labels, "RUN"), "b");
        assert_string_equal(label_list_get(&image->labels, "e"), "");
        assert_string_equal(image_reference(image), "localhost/x:1");
        assert_string_equal(image->labels.items[0].key, "INSTALL");

        _cleanup_image_ struct image *nameless = parse("{\"labels\": {}}");
        assert_int_equal(nameless->labels.n, 0);
        assert_null(nameless->names);
}

/* As a list, or as the engines' inspect prints them. */
static void reads_volumes(void **state) {
        static const char *const texts[] = { "{\"labels\": {}, \"volumes\": [\"/var/lib/x/\", \"/data\", \"/data\"]}",
                                             "{\"labels\": {}, \"volumes\": {\"/var/lib/x\": {}, \"/data\": {}}}" };
        for (size_t i = 0; i < ELEMENTS(texts); i++) {
                _cleanup_image_ struct image *image = parse(texts[i]);
                assert_int_equal(strv_length(image->volumes), 2);
                assert_string_equal(image->volumes[0], "/data");
                assert_string_equal(image->volumes[1], "/var/lib/x");
        }
}

static void refuses_what_are_no_labels(void **state) {
        static const char *const bad[] = {
                "", "[]", "{}", "{\"labels\": []}", "{\"labels\": {\"a\": 1}}", "{\"labels\": {\"a\": null}}", "{\"labels\": null}",
                "{\"labels\": {\"a\": \"x\\u0000y\"}}", "{\"labels\": {}, \"image\": 7}",
                "{\"labels\": {}, \"volumes\": 7}", "{\"labels\": {}, \"volumes\": [\"data\"]}", "{\"labels\": {}, \"volumes\": [7]}", "{\"labels\": {\"a\": \"b\"}",
        };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                struct image *image = NULL;
                _cleanup_error_ struct error *e = NULL;
                int r = image_parse_labels(bad[i], strlen(bad[i]), &image, &e);
                if (r >= 0 || image || !e)
                        fail_msg("%s is taken", bad[i]);
        }
        _cleanup_str_ struct str large = {};
        str_add(&large, "{\"labels\": {\"a\": \"");
        while (large.length < 1024 * 1024)
                str_add(&large, "xxxxxxxxxxxxxxxx");
        str_add(&large, "\"}}");
        struct image *image = NULL;
        assert_true(image_parse_labels(large.text, large.length, &image, NULL) < 0);
        assert_null(image);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_labels_and_the_name),
                cmocka_unit_test(reads_volumes),
                cmocka_unit_test(refuses_what_are_no_labels),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
