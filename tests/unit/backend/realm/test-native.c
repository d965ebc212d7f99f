/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "backend/format/profiles.h"
#include "backend/realm/realm.h"
#include "base/str.h"
#include "config.h"
#include "tests/unit/source.h"
#include "tests/unit/tree.h"

static void only_what_is_installed(void **state) {
        _cleanup_free_ char *root = tree_new();
        _cleanup_(image_list_freep) struct image_list *none = new0(struct image_list), *one = new0(struct image_list);
        native_list(root, none);
        assert_int_equal(none->n, 0);
        struct image *image = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(native_find(root, "host/realmd", &image, &e), -ENOENT);
        assert_non_null(strstr(e->hint, "realmd"));
        assert_int_equal(native_find(root, "host/nothing", &image, NULL), -ENOENT);

        tree_write(root, "/usr/share/dbus-1/system-services/org.freedesktop.realmd.service", "");
        native_list(root, one);
        assert_int_equal(one->n, 1);
        assert_string_equal(image_reference(one->items[0]), "host/realmd");
        assert_int_equal(strlen(one->items[0]->id), 64);
        assert_int_equal(native_find(root, "host/realmd", &image, NULL), 0);
        assert_string_equal(image->id, one->items[0]->id);
        assert_string_equal(label_list_get(&image->labels, "INSTALL"), REALMD_TOOL_PATH " join");
        image_free(image);
        tree_remove(root);
}

/* The shipped profiles fit them, and their modes join. */
static void has_a_profile(void **state) {
        static const char *const names[] = { "realmd", "freeipa-client" };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                size_t n;
                _cleanup_free_ char *path = str_printf("data/profiles/%s.json", names[i]), *text = source_read(path, &n);
                _cleanup_free_ char *reference = str_printf("host/%s", names[i]);
                _cleanup_(profile_freep) struct profile *profile = NULL;
                _cleanup_error_ struct error *e = NULL;
                assert_ok(profile_parse(path, text, n, &profile, &e), e);
                _cleanup_image_ struct image *image = new0(struct image);
                strv_add(&image->names, reference);
                assert_true(profile_fits(profile, image));
                assert_int_equal(profile->modes[0].joins, i ? REALM_IPA : REALM_AD);
                /* a one-time password goes nowhere without the realm's certificate */
                const struct param *otp = profile_param(profile, "ipa-otp");
                assert_true(i == 0 || str_equal(otp->with_name, "ipa-ca"));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(only_what_is_installed), cmocka_unit_test(has_a_profile) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
