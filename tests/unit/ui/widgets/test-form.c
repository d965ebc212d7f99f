/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "ui/widgets/form.h"
#include "ui/widgets/keys.h"

#define S(text) ((char *) text)

static const struct param params[] = {
        { .name = S("server"), .title = S("Server"), .type = PARAM_TEXT, .initial = S("old.example") },
        { .name = S("password"), .title = S("Password"), .type = PARAM_SECRET },
        { .name = S("folder"), .title = S("STATEDIR"), .type = PARAM_TEXT, .wanted = true },
        { .name = S("note"), .title = S("Note"), .type = PARAM_TEXT },
};

struct fixture {
        struct form *form;
        struct answers *answers;
        struct secret_list *secrets;
};

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->answers = new0(struct answers);
        f->secrets = secret_list_new();
        f->form = form_new(&(const struct form_options){ .params = params, .n = ELEMENTS(params), .answers = f->answers, .secrets = f->secrets });
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        form_free(f->form);
        answers_free(f->answers);
        secret_list_free(f->secrets);
        free(f);
        return 0;
}

static void press(struct fixture *f, int key) {
        bool next;
        form_key(f->form, key, &next);
}

static void type(struct fixture *f, const char *text) {
        for (; *text; text++)
                press(f, *text);
}

static void check(struct fixture *f, const char *name, const char *value) {
        const char *got = answers_get(f->answers, name);
        assert_string_equal(got ? got : "", value);
}

static void the_first_letter_replaces_the_value(void **state) {
        struct fixture *f = *state;
        type(f, "new");
        check(f, "server", "new");
        type(f, "er");
        check(f, "server", "newer");
        press(f, KEY_TAB);
        press(f, KEY_BACK_TAB);
        type(f, "x");
        check(f, "server", "x");
        /* who moves in it edits it */
        press(f, KEY_TAB);
        press(f, KEY_BACK_TAB);
        press(f, KEY_TO_LAST);
        type(f, "y");
        check(f, "server", "xy");
        press(f, KEY_TAB);
        press(f, KEY_BACK_TAB);
        press(f, KEY_ERASE);
        type(f, "z");
        check(f, "server", "xz");
}

static void a_secret_is_typed_anew(void **state) {
        struct fixture *f = *state;
        press(f, KEY_TAB);
        type(f, "one");
        press(f, KEY_TAB);
        press(f, KEY_BACK_TAB);
        type(f, "two");
        assert_string_equal(secret_list_find(f->secrets, "password")->bytes, "two");
}

static void what_is_wanted_stops_the_page(void **state) {
        struct fixture *f = *state;
        struct error *e = NULL;
        assert_int_equal(form_finish(f->form, &e), -EINVAL);
        assert_string_equal(e->message, "STATEDIR is missing");
        error_free(e);
        assert_string_equal(form_focus(f->form)->name, "folder");
        type(f, "/srv");
        assert_int_equal(form_finish(f->form, NULL), 0);
}

static void goes_to_the_field_that_is_meant(void **state) {
        struct fixture *f = *state;
        assert_true(form_go(f->form, "note"));
        assert_string_equal(form_focus(f->form)->name, "note");
        assert_false(form_go(f->form, "nothing"));
        assert_false(form_go(f->form, NULL));
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = {
                T(the_first_letter_replaces_the_value), T(a_secret_is_typed_anew), T(what_is_wanted_stops_the_page), T(goes_to_the_field_that_is_meant),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
