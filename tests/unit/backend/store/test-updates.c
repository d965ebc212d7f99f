/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "backend/format/updates.h"
#include "backend/store/updates.h"
#include "tests/unit/tree.h"

#define S(text) ((char *) (text))

struct fixture {
        char *top, *state, *run;
        struct paths paths;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        f->top = tree_new();
        f->state = str_printf("%s/state", f->top);
        f->run = str_printf("%s/run", f->top);
        f->paths = paths_default;
        f->paths.state = f->state;
        f->paths.run = f->run;
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        tree_remove(f->top);
        FREE_ALL(f->top, f->state, f->run, f);
        return 0;
}

static void keeps_answers_and_holds(void **state) {
        struct fixture *f = *state;
        struct update items[] = {
                { .name = S("rsyslog"), .reference = S("registry.example.test/rsyslog:8"), .newest = { S("sha256:2"), S("2"), S("9"), 7, 5 },
                  .looked = 3, .tried = 4, .found = 2, .failed = S("refused") },
                { .name = S("chrony"), .none = S("x") },
        };
        const struct update_list list = { items, 2 };
        _cleanup_(update_list_freep) struct update_list *empty = updates_read(&f->paths, NULL);
        assert_int_equal(empty->n, 0);
        assert_int_equal(updates_hold(&f->paths, "rsyslog", 100, NULL), 0);
        assert_int_equal(updates_hold(&f->paths, "gone", 100, NULL), 0);
        assert_int_equal(updates_keep(&f->paths, &list, NULL), 0);

        _cleanup_(update_list_freep) struct update_list *read = updates_read(&f->paths, NULL);
        assert_int_equal(read->n, 2); /* the hold of a service that is no more went */
        const struct update *u = update_list_find(read, "rsyslog");
        assert_string_equal(u->reference, "registry.example.test/rsyslog:8");
        assert_true(str_equal(u->newest.digest, "sha256:2") && str_equal(u->newest.version, "9") && u->newest.size == 7 && u->newest.created == 5);
        assert_true(u->looked == 3 && u->tried == 4 && u->found == 2 && u->held == 100 && str_equal(u->failed, "refused"));

        assert_int_equal(updates_hold(&f->paths, "rsyslog", 0, NULL), 0);
        struct service service = { .name = S("rsyslog"), .pin = { .reference = S("registry.example.test/rsyslog:8"), .image_id = S("1") } };
        struct service *one[] = { &service };
        _cleanup_(update_list_freep) struct update_list *of =
                updates_of_services(&f->paths, &(const struct service_list) { .items = one, .n = 1 }, NULL);
        assert_int_equal(update_state(&of->items[0]), UPDATE_NEWER);
        assert_true(!of->items[0].held && of->items[0].looked == 3);

        /* What was seen before an install is of an earlier service of this name. */
        service.installed = 5;
        _cleanup_(update_list_freep) struct update_list *anew =
                updates_of_services(&f->paths, &(const struct service_list) { .items = one, .n = 1 }, NULL);
        assert_int_equal(update_state(&anew->items[0]), UPDATE_UNKNOWN);
}

static void keeps_approvals_of_the_newest(void **state) {
        struct fixture *f = *state;
        struct update approved = { .name = S("a"), .reference = S("registry.example.test/a:8"), .newest = { S("d2"), S("i2") },
                                   .looked = 3, .approved = { S("d2"), S("hash"), 4, S("anna") } },
                      seen = { .name = S("a"), .reference = S("registry.example.test/a:8"), .newest = { S("d2"), S("i2") } };
        assert_int_equal(updates_hold(&f->paths, "a", 100, NULL), 0);
        assert_int_equal(updates_approve(&f->paths, &approved, NULL), 0);
        assert_int_equal(updates_keep(&f->paths, &(const struct update_list) { &seen, 1 }, NULL), 0);
        _cleanup_(update_list_freep) struct update_list *read = updates_read(&f->paths, NULL);
        assert_true(read->n == 1 && read->items[0].held == 100 && update_approved(&read->items[0]));
        assert_true(str_equal(read->items[0].approved.consent, "hash") && read->items[0].approved.given == 4 &&
                    str_equal(read->items[0].approved.by, "anna"));
        _cleanup_free_ char *json = emit_updates(read, NULL);
        assert_non_null(strstr(json, "\"approved\": {\n      \"image\": \"d2\",\n      \"consent\": \"hash\",\n      \"given\": 4,\n      \"by\": \"anna\"\n    }"));

        /* A look that finds a newer one ends it. */
        seen.newest = (struct update_image) { S("d3"), S("i3") };
        assert_int_equal(updates_keep(&f->paths, &(const struct update_list) { &seen, 1 }, NULL), 0);
        _cleanup_(update_list_freep) struct update_list *moved = updates_read(&f->paths, NULL);
        assert_true(moved->items[0].held == 100 && !moved->items[0].approved.image);

        assert_int_equal(updates_approve(&f->paths, &approved, NULL), 0);
        assert_int_equal(updates_withdraw(&f->paths, "a", NULL), 0);
        _cleanup_(update_list_freep) struct update_list *none = updates_read(&f->paths, NULL);
        assert_true(none->items[0].looked == 3 && !none->items[0].approved.image);
}

static void refuses_what_is_not_its_own(void **state) {
        struct fixture *f = *state;
        static const struct {
                const char *text;
                int n; /* entries; -1: refused */
        } rows[] = {
                { "", -1 },
                { "[]", -1 },
                { "{\"version\":2,\"services\":[]}", -1 },
                { "{\"services\":[]}", -1 },
                { "{\"version\":1}", 0 },
                { "{\"version\":1,\"services\":[{\"reference\":\"a\"}]}", -1 },
                { "{\"version\":1,\"services\":[{\"name\":\"a\",\"looked\":\"x\"}]}", -1 },
                { "{\"version\":1,\"services\":[{\"name\":\"a\"},{\"name\":\"a\"},{\"name\":\"../b\"}]}", 1 },
                { "{\"version\":1,\"services\":[{\"name\":\"a\",\"reference\":\"-x\"}]}", 0 },
                { "{\"version\":1,\"services\":[{\"name\":\"a\",\"failed\":\"\\u001b[2J\"}]}", 0 },
                { "{\"version\":1,\"services\":[{\"name\":\"a\",\"approved\":{\"image\":\"\\u0007\"}}]}", 0 },
                { "{\"version\":1,\"services\":[{\"name\":\"a\",\"held\":5,\"new\":true}]}", 1 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                tree_write(f->state, "/updates", rows[i].text);
                _cleanup_(update_list_freep) struct update_list *list = updates_read(&f->paths, &e);
                assert_int_equal(list->n, rows[i].n < 0 ? 0 : rows[i].n);
                assert_int_equal(!!e, rows[i].n < 0);
        }
        /* What is damaged is written anew. */
        tree_write(f->state, "/updates", "{");
        assert_int_equal(chmod(f->state, 0700), 0);
        assert_int_equal(updates_hold(&f->paths, "a", 5, NULL), 0);
        _cleanup_(update_list_freep) struct update_list *list = updates_read(&f->paths, NULL);
        assert_true(list->n == 1 && list->items[0].held == 5);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(keeps_answers_and_holds, begin, end),
                cmocka_unit_test_setup_teardown(keeps_approvals_of_the_newest, begin, end),
                cmocka_unit_test_setup_teardown(refuses_what_is_not_its_own, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
