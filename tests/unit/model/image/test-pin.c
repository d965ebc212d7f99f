/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/image.h"

#include "base/str.h"
#include "tests/test.h"

#define ID "283f43b9f9c1b7a0e1a0f0c7f7f0f5d2b1d3c4e5f60718293a4b5c6d7e8f9012"
#define DIGEST "sha256:a2efbee0a6fa7b0714567b6b79b87b09b1b07057dfb98abe5879f63fbcf038fe"

static void holds_what_is_pinned_by_digest(void **state) {
        _cleanup_free_ char *name = pin_name("/usr/bin/podman", "localhost/chrony@" DIGEST, ID, "my.chrony");
        assert_string_equal(name, "localhost/chrony:fairlead-my.chrony-283f43b9f9c1");
        assert_true(pin_is(name));
        assert_true(reference_valid(name));
        _cleanup_free_ char *port = pin_name("podman", "registry.example.test:5000/a/b@" DIGEST, ID, "b");
        assert_string_equal(port, "registry.example.test:5000/a/b:fairlead-b-283f43b9f9c1");
        assert_null(pin_name("/usr/bin/docker", "localhost/chrony@" DIGEST, ID, "chrony"));
        assert_null(pin_name("podman", "sha256:" ID, ID, "chrony"));
        assert_null(pin_name("podman", "localhost/chrony:latest", ID, "chrony"));
        assert_null(pin_name("/usr/bin/podman", "localhost/chrony@" DIGEST, "abc", "chrony"));
        assert_null(pin_name("podman", NULL, NULL, NULL));
}

static void knows_its_own_names(void **state) {
        static const char *const others[] = {
                "localhost/chrony:latest", "localhost/chrony", "localhost/chrony:fairlead-", "localhost/chrony:fairlead-283f43b9f9c1",
                "localhost/chrony:fairlead-chrony-283f43b9f9cX", "localhost/chrony:my-fairlead-chrony-283f43b9f9c1", "",
                "localhost/fairlead-chrony-283f43b9f9c1",
        };
        for (size_t i = 0; i < ELEMENTS(others); i++)
                assert_false(pin_is(others[i]));
}

static void shows_them_last(void **state) {
        _cleanup_image_ struct image *image = new0(struct image);
        assert_false(pin_only(image));
        pin_names_last(image);
        static const char *const names[] = { "x/c:fairlead-a-283f43b9f9c1", "x/c:fairlead-b-283f43b9f9c1", "x/c:latest", "x/c:4" };
        for (size_t i = 0; i < 2; i++)
                strv_add(&image->names, names[i]);
        assert_true(pin_only(image));
        for (size_t i = 2; i < ELEMENTS(names); i++)
                strv_add(&image->names, names[i]);
        assert_false(pin_only(image));
        pin_names_last(image);
        static const char *const sorted[] = { "x/c:latest", "x/c:4", "x/c:fairlead-a-283f43b9f9c1", "x/c:fairlead-b-283f43b9f9c1" };
        for (size_t i = 0; i < ELEMENTS(sorted); i++)
                assert_string_equal(image->names[i], sorted[i]);
        assert_string_equal(image_reference(image), "x/c:latest");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(holds_what_is_pinned_by_digest),
                cmocka_unit_test(knows_its_own_names),
                cmocka_unit_test(shows_them_last),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
