/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/label-changes.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static void compare(const char *before, const char *after, enum difference wanted, const char *text) {
        struct label_list a = {}, b = {};
        struct label_changes changes = {};
        if (before)
                label_list_set(&a, "RUN", before);
        if (after)
                label_list_set(&b, "RUN", after);
        changes = label_changes_make(&a, &b);
        assert_int_equal(changes.n, 1);
        assert_string_equal(changes.items[0].key, "RUN");
        assert_string_equal(difference_name(changes.items[0].difference), difference_name(wanted));
        _cleanup_free_ char *line = label_change_text(&changes.items[0]);
        assert_string_equal(line, text);
        label_changes_done(&changes);
        label_list_done(&a);
        label_list_done(&b);
}

static void compares_word_by_word(void **state) {
        compare("podman run -d IMAGE", "podman   run\n -d IMAGE", DIFFERENCE_SAME, "");
        compare("podman run -d IMAGE", "podman run -d --privileged IMAGE", DIFFERENCE_CHANGED, "podman run -d {+--privileged+} IMAGE");
        compare("podman run -d -v /a:/b IMAGE", "podman run -d -v /a:/b:ro IMAGE sh", DIFFERENCE_CHANGED,
                "podman run -d -v [-/a:/b-] {+/a:/b:ro+} IMAGE {+sh+}");
        compare("a b c d", "c d", DIFFERENCE_CHANGED, "[-a b-] c d");
        compare("x", "y", DIFFERENCE_CHANGED, "[-x-] {+y+}");
        compare(NULL, "podman pull IMAGE", DIFFERENCE_ADDED, "{+podman pull IMAGE+}");
        compare("podman stop NAME", NULL, DIFFERENCE_REMOVED, "[-podman stop NAME-]");
        compare("run 'a b' \"$X\"", "run 'a  b' \"$X\"", DIFFERENCE_CHANGED, "run [-'a b'-] {+'a  b'+} '$X'");
        /* what was quoted is a word like another: only what it says counts */
        compare("run \"ab\"", "run ab", DIFFERENCE_SAME, "");
        /* a label that no plan takes is compared all the same */
        compare("run 'a", "run 'b", DIFFERENCE_CHANGED, "run [-''\\''a'-] {+''\\''b'+}");
}

/* Whatever two labels are: leaving out what was added gives the one, leaving out what was removed the other. */
static void both_sides_can_be_read_from_it(void **state) {
        srand(7);
        for (int round = 0; round < 500; round++) {
                struct str texts[2] = {};
                for (int side = 0; side < 2; side++)
                        for (int n = rand() % 12; n > 0; n--)
                                str_addf(&texts[side], "%s%c", texts[side].length ? " " : "", 'a' + rand() % 4);
                struct label_list a = {}, b = {};
                struct label_changes changes = {};
                label_list_set(&a, "X", texts[0].text ? texts[0].text : "");
                label_list_set(&b, "X", texts[1].text ? texts[1].text : "");
                changes = label_changes_make(&a, &b);
                if (changes.items[0].difference == DIFFERENCE_CHANGED)
                        for (int side = 0; side < 2; side++) {
                                _cleanup_str_ struct str back = {};
                                enum difference other = side ? DIFFERENCE_REMOVED : DIFFERENCE_ADDED;
                                for (size_t i = 0; i < changes.items[0].n; i++)
                                        if (changes.items[0].words[i].difference != other)
                                                str_addf(&back, "%s%s", back.length ? " " : "", changes.items[0].words[i].word);
                                assert_string_equal(back.text ? back.text : "", texts[side].text ? texts[side].text : "");
                        }
                else
                        assert_string_equal(texts[0].text ? texts[0].text : "", texts[1].text ? texts[1].text : "");
                label_changes_done(&changes);
                label_list_done(&a);
                label_list_done(&b);
                str_done(&texts[0]);
                str_done(&texts[1]);
        }
}

static void takes_what_counts_of_an_image(void **state) {
        _cleanup_image_ struct image *image = new0(struct image);
        static const char *const labels[][2] = {
                { "run", "podman run old" }, { "RUN", "podman run" }, { "UPDATE", "podman pull IMAGE" }, { "STOP", "" }, { "version", "1" },
        };
        for (size_t i = 0; i < ELEMENTS(labels); i++)
                image_add_label(image, labels[i][0], labels[i][1]);
        struct label_list list = {}, copy = {};
        label_list_of(image, &list);
        assert_int_equal(list.n, 2);
        assert_string_equal(list.items[0].key, "RUN");
        assert_string_equal(list.items[0].value, "podman run");
        assert_string_equal(list.items[1].key, "UPGRADE");
        label_list_copy(&list, &copy);
        label_list_set(&copy, "RUN", "other");
        assert_int_equal(copy.n, 2);
        assert_string_equal(copy.items[0].value, "other");
        assert_string_equal(list.items[0].value, "podman run");
        label_list_done(&list);
        label_list_done(&copy);
}

static void labels_come_and_go(void **state) {
        struct label_list a = {}, b = {};
        struct label_changes changes = {};
        label_list_set(&a, "RUN", "x");
        label_list_set(&a, "INSTALL", "y");
        label_list_set(&b, "RUN", "x");
        label_list_set(&b, "UPGRADE", "z");
        changes = label_changes_make(&a, &b);
        assert_int_equal(changes.n, 3);
        static const enum difference wanted[] = { DIFFERENCE_REMOVED, DIFFERENCE_SAME, DIFFERENCE_ADDED };
        for (size_t i = 0; i < 3; i++)
                assert_int_equal(changes.items[i].difference, wanted[i]);
        label_changes_done(&changes);
        label_list_done(&a);
        label_list_done(&b);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(compares_word_by_word),
                cmocka_unit_test(both_sides_can_be_read_from_it),
                cmocka_unit_test(takes_what_counts_of_an_image),
                cmocka_unit_test(labels_come_and_go),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
