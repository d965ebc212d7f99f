/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/service/update.h"

#define D1 "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define NOW 1795953600LL
#define S(text) ((char *) (text))

static void knows_what_can_be_asked(void **state) {
        static const struct {
                const char *reference, *image, *source, *asked, *none;
        } rows[] = {
                { "registry.example.test/a:8", NULL, NULL, "registry.example.test/a:8", NULL },
                { "registry.example.test:5000/team/a", NULL, NULL, "registry.example.test:5000/team/a:latest", NULL },
                { "localhost:5000/a:8", NULL, NULL, "localhost:5000/a:8", NULL },
                { "registry.example.test/a:8", NULL, "docker://registry.example.test/a:8", "registry.example.test/a:8", NULL },
                { "a", "registry.example.test/team/a@" D1, NULL, "registry.example.test/team/a:latest", NULL },
                { "team/a:8", "registry.example.test/team/a@" D1, NULL, "registry.example.test/team/a:8", NULL },
                { "a", "registry.example.test/team/ba@" D1, NULL, NULL, "The name of its image has no registry" },
                { "a", "sha256:1111", NULL, NULL, "The name of its image has no registry" },
                { "a", "localhost/a@" D1, NULL, NULL, "Its image was made on this host" },
                { "a", NULL, NULL, NULL, "The name of its image has no registry" },
                { "localhost/a:8", NULL, NULL, NULL, "Its image was made on this host" },
                { "registry.example.test/a@" D1, NULL, NULL, NULL, "Its image is named by its digest, which never means another one" },
                { "registry.example.test/a:8", NULL, "oci:/stick/a:8", NULL, "Its image came from an archive: upgrade --image takes a newer one" },
                { "host/sssd", NULL, NULL, NULL, "It runs no image" },
                { NULL, NULL, NULL, NULL, "It runs no image" },
                { "No Name", NULL, NULL, NULL, "Its image has no name" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct service service = { .name = S("a"),
                                                 .pin = { .reference = S(rows[i].reference),
                                                          .image = S(rows[i].image),
                                                          .source = S(rows[i].source) } };
                struct update u;
                update_of_service(&service, &u);
                assert_true(str_equal(u.reference, rows[i].asked));
                assert_true(str_equal(u.none, rows[i].none));
                assert_int_equal(update_state(&u), rows[i].none ? UPDATE_NONE : UPDATE_UNKNOWN);
                update_done(&u);
        }
}

static void judges_what_was_seen(void **state) {
        static const struct {
                struct update u;
                enum update_state is;
                bool waits;
        } rows[] = {
                { { .reference = S("a") }, UPDATE_UNKNOWN, false },
                { { .reference = S("a"), .failed = S("x") }, UPDATE_FAILED, false },
                { { .none = S("x") }, UPDATE_NONE, false },
                { { .none = S("x"), .here = true }, UPDATE_NEWER, true },
                { { .newest = { .digest = S("2") }, .installed = { .digest = S("1") } }, UPDATE_NEWER, true },
                { { .newest = { .digest = S("2") }, .installed = { .digest = S("1") }, .failed = S("x") }, UPDATE_NEWER, true },
                { { .newest = { .digest = S("1") }, .installed = { .digest = S("1") } }, UPDATE_CURRENT, false },
                /* of a list of manifests the engine knows the list's digest */
                { { .newest = { S("2"), S("i") }, .installed = { S("1"), S("i") } }, UPDATE_CURRENT, false },
                { { .newest = { S("1"), S("j") }, .installed = { S("1"), S("i") } }, UPDATE_NEWER, true },
                { { .newest = { S("2") }, .installed = { S("1") }, .held = NOW }, UPDATE_NEWER, true },
                { { .newest = { S("2") }, .installed = { S("1") }, .held = NOW + 1 }, UPDATE_NEWER, false },
                { { .newest = { S("1") }, .installed = { S("1") }, .here = true }, UPDATE_CURRENT, false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                assert_int_equal(update_state(&rows[i].u), rows[i].is);
                assert_int_equal(update_waits(&rows[i].u, NOW), rows[i].waits);
        }
        for (int is = 0; is < _UPDATE_STATE_MAX; is++)
                assert_int_equal(update_state_from_name(update_state_name((enum update_state) is)), is);
}

static void keeps_what_it_saw(void **state) {
        const struct service service = {
                .name = S("a"), .pin = { .reference = S("registry.example.test/a:8"), .image_id = S("1"), .digest = S("d1") }
        };
        struct update u, later, copy = {};
        struct image image = { .id = S("2"), .digest = S("d2"), .size = 7, .created = 5 };
        label_list_set(&image.labels, "version", "9\n\033");
        update_of_service(&service, &u);
        update_failed(&u, "The registry \033 hangs", NOW);
        assert_int_equal(update_state(&u), UPDATE_FAILED);
        assert_string_equal(u.failed, "The registry <1b> hangs");
        update_answered(&u, &image, NOW + 1);
        assert_int_equal(update_state(&u), UPDATE_NEWER);
        assert_null(u.failed);
        assert_true(u.found == NOW + 1 && u.looked == NOW + 1 && u.newest.size == 7);
        assert_string_equal(u.newest.version, "9 <1b>");
        update_answered(&u, &image, NOW + 2);
        assert_true(u.found == NOW + 1 && u.looked == NOW + 2);
        update_failed(&u, "refused", NOW + 3);
        u.held = NOW + 9;
        assert_int_equal(update_state(&u), UPDATE_NEWER);

        /* What was kept of another reference is not of this one, but for the hold. */
        update_of_service(&service, &later);
        update_recall(&later, &u);
        assert_string_equal(later.newest.id, "2");
        assert_string_equal(later.failed, "refused");
        update_copy(&later, &copy);
        assert_true(copy.held == NOW + 9 && copy.tried == NOW + 3 && str_equal(copy.newest.digest, "d2"));
        update_done(&later);
        update_of_service(&service, &later);
        str_replace(&u.reference, "registry.example.test/a:9");
        update_recall(&later, &u);
        assert_int_equal(update_state(&later), UPDATE_UNKNOWN);
        assert_true(later.held == NOW + 9);

        /* An upgrade makes it current. */
        str_replace(&copy.installed.id, "2");
        assert_int_equal(update_state(&copy), UPDATE_CURRENT);
        label_list_done(&image.labels);
        update_done(&copy);
        update_done(&later);
        update_done(&u);
}

/* An approval is of one image, and of no newer one. */
static void approves_one_image(void **state) {
        static const struct {
                struct update u;
                const char *word;
                bool approved, ready;
        } rows[] = {
                { { .newest = { S("2") }, .installed = { S("1") } }, "newer", false, false },
                { { .newest = { S("2") }, .installed = { S("1") }, .approved = { S("2"), S("c"), 5 } }, "approved", true, true },
                { { .newest = { S("2"), S("i2") }, .installed = { S("1"), S("i1") }, .approved = { S("i2"), S("c"), 5 } }, "approved", true, true },
                { { .newest = { S("3") }, .installed = { S("1") }, .approved = { S("2"), S("c"), 5 } }, "newer", false, false },
                { { .newest = { S("2") }, .installed = { S("1") }, .approved = { S("2"), S("c"), 5 }, .held = NOW + 1 }, "held", true, false },
                { { .newest = { S("2") }, .installed = { S("2") }, .approved = { S("2"), S("c"), 5 } }, "current", false, false },
                /* the plan says which, as the engine has it */
                { { .none = S("x"), .here = true, .approved = { S("2"), S("c"), 5 } }, "approved", true, true },
                { { .none = S("x"), .approved = { S("2"), S("c"), 5 } }, "none", false, false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                assert_string_equal(update_state_word(&rows[i].u, NOW), rows[i].word);
                assert_int_equal(update_approved(&rows[i].u), rows[i].approved);
                assert_int_equal(update_ready(&rows[i].u, NOW), rows[i].ready);
        }

        const struct service service = { .name = S("a"), .pin = { .reference = S("registry.example.test/a:8"), .image_id = S("i1"), .digest = S("d1") } };
        const struct image_pin pin = { .image_id = S("i3"), .digest = S("d3"), .version = S("9"), .source = S("docker://registry.example.test/a:8"), .fetch = 7 },
                               here = { .image_id = S("i4") };
        struct update u, later = {}, anew;
        struct image image = { .id = S("i2"), .digest = S("d2") };
        update_of_service(&service, &u);
        update_answered(&u, &image, NOW);
        /* The source moved on meanwhile: what was read is what is approved. */
        update_approve(&u, &pin, "hash", NOW + 1, "anna");
        assert_true(update_approved(&u) && str_equal(u.newest.id, "i3") && u.newest.size == 7 && u.found == NOW + 1);
        update_copy(&u, &later);
        assert_true(update_approved(&later) && str_equal(later.approved.consent, "hash") && later.approved.given == NOW + 1 && str_equal(later.approved.by, "anna"));
        update_of_service(&service, &anew);
        update_recall(&anew, &u);
        assert_true(update_approved(&anew));
        image = (struct image) { .id = S("i5"), .digest = S("d5") };
        update_answered(&anew, &image, NOW + 2);
        assert_false(update_approved(&anew));
        update_decided(&anew, &u);
        assert_null(anew.approved.image);
        update_decided(&later, &u);
        assert_true(update_approved(&later));
        update_decided(&later, NULL);
        assert_true(!later.approved.image && !later.held);
        update_approve(&later, &here, "hash", NOW, NULL);
        assert_string_equal(later.approved.image, "i4");
        update_done(&u);
        update_done(&later);
        update_done(&anew);
}

static void cuts_what_is_long_between_characters(void **state) {
        struct update u = {};
        _cleanup_str_ struct str text = {};
        for (int i = 0; i < 200; i++)
                str_add(&text, "ä");
        update_failed(&u, text.text, NOW);
        assert_int_equal(strlen(u.failed), 300);
        _cleanup_free_ char *odd = str_printf("x%s", text.text);
        update_failed(&u, odd, NOW);
        assert_int_equal(strlen(u.failed), 299);
        update_done(&u);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(knows_what_can_be_asked),
                cmocka_unit_test(judges_what_was_seen),
                cmocka_unit_test(keeps_what_it_saw),
                cmocka_unit_test(approves_one_image),
                cmocka_unit_test(cuts_what_is_long_between_characters),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
