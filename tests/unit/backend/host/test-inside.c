/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is inside a unit, and what an action takes with it: the host's answers, from a systemd that does as a test wants. */
#include <sys/stat.h>

#include "tests/unit/backend/host/client.h"

struct fixture {
        struct host_client client;
        struct unit_inside *inside;
        struct unit_effects *effects;
        struct error *error;
        bool over;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        host_client_begin(&f->client);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        unit_inside_free(f->inside);
        unit_effects_free(f->effects);
        error_free(f->error);
        host_client_end(&f->client);
        free(f);
        return 0;
}

static void await(struct fixture *f) {
        for (f->over = false; !f->over;)
                assert_true(sd_event_run(f->client.event, 5000000) > 0);
}

static void on_inside(struct unit_inside *inside, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->inside = inside;
        f->error = e;
        f->over = true;
}

static void on_effects(struct unit_effects *effects, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        f->effects = effects;
        f->error = e;
        f->over = true;
}

static const struct unit_inside *look(struct fixture *f, const char *unit, enum inside_part part) {
        f->inside = unit_inside_free(f->inside);
        f->error = error_free(f->error);
        struct op *op = host_look_inside(f->client.host, unit, part, on_inside, f);
        await(f);
        op_cancel(op);
        return f->inside;
}

static const struct unit_effects *foresee(struct fixture *f, const char *unit, enum unit_action action) {
        f->effects = unit_effects_free(f->effects);
        f->error = error_free(f->error);
        struct op *op = host_unit_effects(f->client.host, unit, action, on_effects, f);
        await(f);
        op_cancel(op);
        return f->effects;
}

static struct fake_unit *add(struct fixture *f, const char *name, const char *active) {
        return fake_systemd_add(f->client.systemd, name, active, str_equal(active, "active") ? "running" : "dead", "enabled");
}

static char **texts(const char *first, const char *second) {
        char **list = NULL;
        strv_add(&list, first);
        if (second)
                strv_add(&list, second);
        return list;
}

/* ---- files ---- */

/* In the order in which they count; one that cannot be read says why, and none holds the loop. */
static void reads_the_files_of_a_unit(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = add(f, "web.service", "active");
        str_replace(&u->fragment, "/run/systemd/generator/web.service");
        str_replace(&u->source, "/etc/containers/systemd/web.container");
        u->drop_ins = texts("/etc/systemd/system/web.service.d/10-limits.conf", "/etc/systemd/system/web.service.d/gone.conf");
        strv_add(&u->drop_ins, "/etc/systemd/system/web.service.d/pipe.conf");
        tree_write(f->client.root, "/etc/containers/systemd/web.container", "[Container]\nImage=web\n");
        tree_write(f->client.root, "/run/systemd/generator/web.service", "[Service]\n");
        tree_write(f->client.root, "/etc/systemd/system/web.service.d/10-limits.conf", "[Service]\nMemoryMax=1G\n");
        _cleanup_free_ char *pipe = str_printf("%s/etc/systemd/system/web.service.d/pipe.conf", f->client.root);
        assert_int_equal(mkfifo(pipe, 0600), 0);
        const struct {
                enum unit_file_role role;
                const char *path, *text;
        } rows[] = {
                { ROLE_SOURCE, "/etc/containers/systemd/web.container", "[Container]\nImage=web\n" },
                { ROLE_FRAGMENT, "/run/systemd/generator/web.service", "[Service]\n" },
                { ROLE_DROP_IN, "/etc/systemd/system/web.service.d/10-limits.conf", "[Service]\nMemoryMax=1G\n" },
                { ROLE_DROP_IN, "/etc/systemd/system/web.service.d/gone.conf", NULL },
                { ROLE_DROP_IN, "/etc/systemd/system/web.service.d/pipe.conf", NULL },
        };
        const struct unit_inside *inside = look(f, "web.service", INSIDE_FILES);
        assert_non_null(inside);
        assert_int_equal(inside->n_files, ELEMENTS(rows));
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                assert_int_equal(inside->files[i].role, rows[i].role);
                assert_string_equal(inside->files[i].path, rows[i].path);
                assert_true(str_equal(inside->files[i].text, rows[i].text));
                assert_int_equal(inside->files[i].error == NULL, rows[i].text != NULL);
        }
        assert_non_null(strstr(inside->files[4].error->message, "is no regular file"));
}

static void says_that_there_is_no_such_unit(void **state) {
        struct fixture *f = *state;
        assert_null(look(f, "none.service", INSIDE_FILES));
        assert_int_equal(f->error->code, -ENOENT);
        assert_null(foresee(f, "none.service", UNIT_STOP));
        assert_int_equal(f->error->code, -ENOENT);
}

/* ---- what goes down with it ---- */

/* a <- b <- c, and a <- d, which is down: what needs that does not stop. */
static void follows_those_that_need_it(void **state) {
        struct fixture *f = *state;
        add(f, "a.service", "active")->required_by = texts("b.service", "d.service");
        add(f, "b.service", "active")->required_by = texts("c10.service", "c9.service");
        add(f, "c9.service", "active")->required_by = texts("a.service", NULL); /* a circle ends */
        add(f, "c10.service", "active");
        add(f, "d.service", "inactive")->required_by = texts("e.service", NULL);
        add(f, "e.service", "active");
        const struct unit_effects *effects = foresee(f, "a.service", UNIT_STOP);
        assert_non_null(effects);
        _cleanup_free_ char *others = strv_join(effects->others, " ");
        assert_string_equal(others, "b.service c9.service c10.service");
        assert_false(effects->cut);
        assert_null(effects->starters);
        /* a start takes nothing with it */
        assert_null(foresee(f, "a.service", UNIT_START)->others);
}

static void names_what_starts_it_again(void **state) {
        struct fixture *f = *state;
        add(f, "a.service", "active")->triggered_by = texts("a.socket", "a.timer");
        add(f, "a.socket", "active");
        add(f, "a.timer", "inactive");
        const struct unit_effects *effects = foresee(f, "a.service", UNIT_STOP);
        assert_int_equal(strv_length(effects->starters), 1);
        assert_string_equal(effects->starters[0], "a.socket");
        assert_null(effects->others);
        assert_null(foresee(f, "a.service", UNIT_RESTART)->starters);
}

static void ends_at_a_ceiling(void **state) {
        struct fixture *f = *state;
        struct fake_unit *u = add(f, "a.service", "active");
        for (unsigned i = 0; i < EFFECTS_OTHERS_MAX + 50; i++) {
                _cleanup_free_ char *name = str_printf("n%u.service", i);
                strv_add(&u->required_by, name);
                add(f, name, "active");
        }
        const struct unit_effects *effects = foresee(f, "a.service", UNIT_STOP);
        assert_true(effects->cut);
        assert_true(strv_length(effects->others) <= EFFECTS_OTHERS_MAX);
        assert_true(strv_length(effects->others) > EFFECTS_OTHERS_MAX - 5);
}

/* One that is dropped on its way leaves nothing behind. */
static void can_be_dropped(void **state) {
        struct fixture *f = *state;
        add(f, "a.service", "active")->required_by = texts("b.service", NULL);
        add(f, "b.service", "active");
        op_cancel(host_unit_effects(f->client.host, "a.service", UNIT_STOP, on_effects, f));
        op_cancel(host_look_inside(f->client.host, "a.service", INSIDE_FILES, on_inside, f));
        for (unsigned i = 0; i < 20; i++)
                sd_event_run(f->client.event, 1000);
        assert_false(f->over);
}

/* By logind's file, and where systemd has none of a manager without a session, by /etc/passwd. */
static void names_managers_of_users(void **state) {
        struct fixture *f = *state;
        static const struct {
                unsigned uid;
                const char *user;
        } rows[] = { { 1000, "alice" }, { 1001, "bob" }, { 1002, NULL } };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *path = str_printf("/run/user/%u/systemd/private", rows[i].uid);
                tree_write(f->client.root, path, "");
        }
        tree_write(f->client.root, "/run/user/1003/bus", "");
        tree_write(f->client.root, "/run/systemd/users/1000", "# private\nNAME=alice\nSTATE=active\n");
        tree_write(f->client.root, "/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nwrong:x:100:1001::/:\nnobody\n:x:1002:1:::\n"
                                           "bob:x:1001:1001::/home/bob:/bin/sh\nalso:x:1000:1::/:\n");
        _cleanup_(user_manager_list_freep) struct user_manager_list *list = host_list_managers(f->client.host);
        assert_int_equal(list->n, ELEMENTS(rows));
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                assert_int_equal(list->items[i].uid, rows[i].uid);
                assert_true(str_equal(list->items[i].user, rows[i].user));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(names_managers_of_users, begin, end),
                cmocka_unit_test_setup_teardown(reads_the_files_of_a_unit, begin, end),
                cmocka_unit_test_setup_teardown(says_that_there_is_no_such_unit, begin, end),
                cmocka_unit_test_setup_teardown(follows_those_that_need_it, begin, end),
                cmocka_unit_test_setup_teardown(names_what_starts_it_again, begin, end),
                cmocka_unit_test_setup_teardown(ends_at_a_ceiling, begin, end),
                cmocka_unit_test_setup_teardown(can_be_dropped, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
