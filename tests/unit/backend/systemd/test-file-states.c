/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <time.h>

#include "backend/systemd/internal.h"
#include "tests/unit/tree.h"
#include "tests/unit/unit-file-cases.h"

static const char *const folders[] = {
        "/run/systemd/transient", "/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator", "/not/there", "/usr/lib/systemd/system", NULL
};

struct fixture {
        char *root;
        sd_event *event;
        struct unit_files *files;
        bool done;
        unsigned turns;
};

static int begin(void **state) {
        struct fixture *f = calloc(1, sizeof *f);
        f->root = tree_new();
        assert_true(sd_event_new(&f->event) >= 0);
        for (size_t i = 0; folders[i]; i++)
                if (!strstr(folders[i], "/not"))
                        tree_folder(f->root, folders[i]);
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        unit_files_free(f->files);
        sd_event_unref(f->event);
        tree_remove(f->root);
        free(f->root);
        free(f);
        return 0;
}

static void on_read(struct unit_files *read, void *userdata) {
        struct fixture *f = userdata;
        f->files = read;
        f->done = true;
}

static void read_all(struct fixture *f) {
        f->done = false;
        f->files = unit_files_free(f->files);
        struct op *op = unit_files_read(f->event, f->root, (char *const *) folders, on_read, f);
        assert_non_null(op);
        for (f->turns = 0; !f->done && f->turns < 100000; f->turns++)
                assert_true(sd_event_run(f->event, 1000000) >= 0);
        op_cancel(op);
        assert_non_null(f->files);
}

static const char *state_of(const struct fixture *f, const char *name) {
        for (size_t i = 0; i < f->files->n; i++)
                if (strcmp(f->files->items[i].name, name) == 0)
                        return f->files->items[i].state;
        return NULL;
}

static void check(const struct fixture *f, const char *name, const char *state) {
        const char *got = state_of(f, name);
        if (!got || strcmp(got, state) != 0)
                fail_msg("%s is %s, not %s", name, got ? got : "not there", state);
}

static void says_what_systemd_says(void **state) {
        struct fixture *f = *state;
        size_t n = 0;
        for (const struct case_file *c = case_files; c->name; c++) {
                _cleanup_free_ char *path = str_printf("%s%s", c->place, c->name);
                tree_write(f->root, path, c->text);
                n += c->state != NULL;
        }
        for (const struct case_link *c = case_links; c->link; c++) {
                tree_link(f->root, c->link, c->target);
                n += c->state != NULL;
        }
        read_all(f);
        for (const struct case_file *c = case_files; c->name; c++)
                if (c->state)
                        check(f, c->name, c->state);
        for (const struct case_link *c = case_links; c->link; c++)
                if (c->state)
                        check(f, strrchr(c->link, '/') + 1, c->state);
        assert_int_equal(f->files->n, n);
        for (size_t i = 1; i < f->files->n; i++)
                assert_true(strcmp(f->files->items[i - 1].name, f->files->items[i].name) < 0);
}

static void nothing_there_is_no_error(void **state) {
        struct fixture *f = *state;
        read_all(f);
        assert_int_equal(f->files->n, 0);
        tree_remove(f->root);
        read_all(f);
        assert_int_equal(f->files->n, 0);
}

/* The loop has its turns in between, and nothing is lost or quadratic: five thousand files of one folder. */
static void reads_five_thousand_piece_by_piece(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 5000; i++) {
                char path[128];
                snprintf(path, sizeof path, E "many-%04d.service", (i * 2741) % 5000);
                tree_write(f->root, path, WANTED);
        }
        read_all(f);
        assert_int_equal(f->files->n, 5000);
        assert_true(f->turns > 3);
        check(f, "many-0000.service", "disabled");
        check(f, "many-4999.service", "disabled");
}

static void can_be_dropped_at_any_time(void **state) {
        struct fixture *f = *state;
        for (int i = 0; i < 300; i++) {
                char path[128];
                snprintf(path, sizeof path, E "many-%04d.service", i);
                tree_write(f->root, path, WANTED);
        }
        for (int turns = 0; turns < 5; turns++) {
                struct op *op = unit_files_read(f->event, f->root, (char *const *) folders, on_read, f);
                for (int i = 0; i < turns && !f->done; i++)
                        sd_event_run(f->event, 0);
                op_cancel(op);
                if (f->done)
                        f->files = unit_files_free(f->files);
                f->done = false;
                sd_event_run(f->event, 0);
                assert_false(f->done);
        }
}

static void keeps_a_ceiling_of_files(void **state) {
        struct fixture *f = *state;
        for (unsigned i = 0; i < 8; i++) {
                _cleanup_free_ char *file = str_printf("/etc/systemd/system/u%u.service", i),
                                    *link = str_printf("/etc/systemd/system/a%u.service", i),
                                    *drop_ins = str_printf("/etc/systemd/system/u%u.service.d", i);
                tree_write(f->root, file, "[Unit]\n");
                tree_link(f->root, link, "u0.service");
                tree_folder(f->root, drop_ins);
        }
        const struct {
                size_t max, entries, others;
        } rows[] = { { 0, 0, 0 }, { 3, 3, 3 }, { 100, 16, 8 }, { UNITS_MAX, 16, 8 } };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct unit_folders all;
                unit_folders_init(&all, f->root, (char *const *) folders);
                assert_int_equal(all.max, 65536);
                all.max = rows[i].max;
                while (all.next < all.n)
                        unit_folders_next(&all);
                unit_folders_sort(&all);
                assert_int_equal(all.entries.n, rows[i].entries);
                assert_int_equal(all.by_target.n, all.links.n);
                assert_in_range(all.links.n, 0, rows[i].others);
                assert_int_equal(all.drop_ins.n, rows[i].others);
                unit_folders_done(&all);
        }
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = {
                T(says_what_systemd_says), T(nothing_there_is_no_error), T(reads_five_thousand_piece_by_piece), T(can_be_dropped_at_any_time),
                T(keeps_a_ceiling_of_files),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
