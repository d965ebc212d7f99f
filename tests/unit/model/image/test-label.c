/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "model/image/recipe.h"

static struct image *with(const char *const *pairs) {
        struct image *image = new0(struct image);
        for (; *pairs; pairs += 2)
                image_add_label(image, pairs[0], pairs[1]);
        return image;
}
#define WITH(...) with((const char *const[]) { __VA_ARGS__, NULL })

static void expect_label(const struct label *label, const char *key, const char *value) {
        assert_non_null(label);
        assert_string_equal(label->key, key);
        assert_string_equal(label->value, value);
}

static void case_does_not_matter(void **state) {
        _cleanup_image_ struct image *image = WITH("install", "a", "Run", "b", "uNinstall", "c", "name", "d");
        _cleanup_(finding_list_done) struct finding_list list = {};
        expect_label(label_find(image, LABEL_INSTALL, &list), "install", "a");
        assert_string_equal(label_find(image, LABEL_RUN, &list)->value, "b");
        assert_string_equal(label_find(image, LABEL_UNINSTALL, NULL)->value, "c");
        assert_null(label_find(image, LABEL_STOP, &list));
        assert_int_equal(list.n, 0);
        assert_int_equal(label_set(image), 1 << LABEL_INSTALL | 1 << LABEL_RUN | 1 << LABEL_UNINSTALL);
        _cleanup_free_ char *text = label_set_text(label_set(image));
        assert_string_equal(text, "INSTALL RUN UNINSTALL");
        _cleanup_free_ char *none = label_set_text(0);
        assert_string_equal(none, "");
}

static void upper_case_wins(void **state) {
        _cleanup_image_ struct image *image = WITH("run", "a", "RUN", "b", "Run", "c");
        _cleanup_(finding_list_done) struct finding_list list = {};
        expect_label(label_find(image, LABEL_RUN, &list), "RUN", "b");
        const struct finding *f = finding_list_find(&list, "duplicate-label");
        assert_non_null(f);
        assert_int_equal(f->severity, SEVERITY_WARN);
        assert_string_equal(f->message,
                            "The image has several labels that differ only in capitals (RUN, Run, run); RUN is used");
}

static void without_upper_case_the_first_wins(void **state) {
        _cleanup_image_ struct image *image = WITH("run", "a", "Run", "c");
        _cleanup_(finding_list_done) struct finding_list list = {};
        assert_string_equal(label_find(image, LABEL_RUN, &list)->value, "c");
        assert_int_equal(list.n, 1);
}

static void empty_counts_as_missing(void **state) {
        _cleanup_image_ struct image *image = WITH("RUN", "", "run", "a", "STOP", "");
        _cleanup_(finding_list_done) struct finding_list list = {};
        expect_label(label_find(image, LABEL_RUN, &list), "run", "a");
        assert_null(label_find(image, LABEL_STOP, &list));
        assert_non_null(finding_list_find(&list, "duplicate-label"));
        assert_string_equal(finding_list_find(&list, "empty-label")->where, "STOP");
}

static void update_is_upgrade(void **state) {
        _cleanup_image_ struct image *old = WITH("UPDATE", "a"), *both = WITH("UPDATE", "a", "upgrade", "b");
        expect_label(label_find(old, LABEL_UPGRADE, NULL), "UPDATE", "a");
        assert_int_equal(label_set(old), 1 << LABEL_UPGRADE);
        assert_string_equal(label_find(both, LABEL_UPGRADE, NULL)->value, "b");
}

/* In any order, more of them and longer ones than there was room for, replaced and removed. */
static void room_is_no_bound(void **state) {
        _cleanup_(label_list_done) struct label_list list = {};
        label_list_reserve(&list, 3, 16);
        for (unsigned round = 0; round < 3; round++)
                for (unsigned i = 0; i < 20; i++) {
                        char key[8], value[32];
                        snprintf(key, sizeof key, "%c%u", (i & 1) ? 'a' : 'b', (i * 7) % 20);
                        snprintf(value, sizeof value, "%*u", (int) (round * 9 + 1), i);
                        label_list_set(&list, key, round == 2 && i < 10 ? NULL : value);
                        assert_int_equal(label_list_get(&list, key) == NULL, round == 2 && i < 10);
                }
        assert_int_equal(list.n, 10);
        for (size_t i = 1; i < list.n; i++)
                assert_true(strcmp(list.items[i - 1].key, list.items[i].key) < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(case_does_not_matter),
                cmocka_unit_test(upper_case_wins),
                cmocka_unit_test(without_upper_case_the_first_wins),
                cmocka_unit_test(empty_counts_as_missing),
                cmocka_unit_test(update_is_upgrade),
                cmocka_unit_test(room_is_no_bound),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
