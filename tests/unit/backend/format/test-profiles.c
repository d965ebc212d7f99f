/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/profiles.h"
#include "base/str.h"
#include "tests/unit/tree.h"

struct folder {
        char *root, *config, *data;
};

static int make_folders(void **state) {
        struct folder *f = calloc(1, sizeof *f);
        f->root = tree_new();
        f->config = str_printf("%s/etc", f->root);
        f->data = str_printf("%s/usr", f->root);
        tree_folder(f->config, "/profiles.d");
        tree_folder(f->data, "/profiles");
        *state = f;
        return 0;
}

static int remove_folders(void **state) {
        struct folder *f = *state;
        tree_remove(f->root);
        free(f->root);
        free(f->config);
        free(f->data);
        free(f);
        return 0;
}

static void put(const struct folder *f, const char *name, const char *text, mode_t mode) {
        tree_write(f->root, name, text);
        assert_int_equal(chmod(tree_path(f->root, name), mode), 0);
}

static struct profiles *read_all(const struct folder *f) {
        const struct paths paths = { .config = f->config, .data = f->data };
        return profiles_new(&paths);
}

static struct image *image_of(const char *name, const char *label) {
        struct image *image = new0(struct image);
        strv_add(&image->names, name);
        if (label)
                image_add_label(image, "io.fairlead.profile", label);
        image_add_label(image, "RUN", "podman run $WHAT IMAGE");
        return image;
}

static void expect(struct profiles *all, const char *image_name, const char *label, const char *title) {
        _cleanup_image_ struct image *image = image_of(image_name, label);
        _cleanup_(profile_freep) struct profile *p = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(profiles_find(all, image, NULL, &p, &e), e);
        assert_string_equal(p->title, title);
}

static void etc_comes_before_the_label_and_the_shipped(void **state) {
        const struct folder *f = *state;
        put(f, "/etc/profiles.d/a.json", "{\"title\": \"Local A\", \"match\": [\"a\"]}", 0644);
        put(f, "/usr/profiles/b.json", "{\"title\": \"Shipped B\", \"match\": [\"b\"]}", 0644);
        put(f, "/usr/profiles/a.json", "{\"title\": \"Shipped A\", \"match\": [\"a\", \"aa\"]}", 0644);
        _cleanup_(profiles_freep) struct profiles *all = read_all(f);
        assert_int_equal(profiles_errors(all), 0);
        expect(all, "localhost/a:1", "{\"title\": \"Label\"}", "Local A");
        expect(all, "localhost/b:1", "{\"title\": \"Label\"}", "Label");
        expect(all, "localhost/b:1", NULL, "Shipped B");
        expect(all, "localhost/b:1", "", "Shipped B");
        expect(all, "localhost/aa", NULL, "Any image");         /* hidden by the file of the same name */
        expect(all, "localhost/c", NULL, "Any image");
}

static void a_bad_file_is_an_error_and_no_more(void **state) {
        const struct folder *f = *state;
        put(f, "/etc/profiles.d/a.json", "{\"title\": \"A\", \"match\": [\"a\"], \"oops\": 1}", 0644);
        put(f, "/etc/profiles.d/no-match.json", "{\"title\": \"N\"}", 0644);
        put(f, "/etc/profiles.d/open.json", "{\"title\": \"O\", \"match\": [\"o\"]}", 0666);
        put(f, "/etc/profiles.d/.hidden.json", "rubbish", 0644);
        put(f, "/etc/profiles.d/notes.txt", "rubbish", 0644);
        put(f, "/etc/profiles.d/z.json", "{\"title\": \"Z\", \"match\": [\"z\"]}", 0644);
        put(f, "/usr/profiles/a.json", "{\"title\": \"Shipped A\", \"match\": [\"a\"]}", 0644);
        _cleanup_free_ char *fifo = str_printf("%s/etc/profiles.d/pipe.json", f->root);
        assert_int_equal(mkfifo(fifo, 0644), 0);

        _cleanup_(profiles_freep) struct profiles *all = read_all(f);
        assert_int_equal(profiles_errors(all), 4);
        assert_non_null(strstr(profiles_error(all, 0)->message, "a.json:1: oops: "));
        assert_non_null(strstr(profiles_error(all, 1)->message, "no-match.json:1: "));
        assert_non_null(strstr(profiles_error(all, 2)->message, "written by others"));
        assert_non_null(strstr(profiles_error(all, 3)->message, "not a file"));
        assert_null(profiles_error(all, 4));
        expect(all, "z", NULL, "Z");
        expect(all, "a", NULL, "Any image");
}

/* A folder that others may write to is as good as its files being theirs. */
static void a_folder_of_others_is_not_used(void **state) {
        const struct folder *f = *state;
        static const struct {
                const char *folder;
                mode_t mode;
                const char *title;
        } rows[] = {
                { "/etc/profiles.d", 0755, "A" }, { "/etc/profiles.d", 0777, NULL }, { "/etc/profiles.d", 0775, NULL },
                { "/etc", 0777, NULL },           { "/etc", 01777, NULL },           { "/etc", 0755, "A" },
        };
        put(f, "/etc/profiles.d/a.json", "{\"title\": \"A\", \"match\": [\"a\"]}", 0644);
        put(f, "/usr/profiles/a.json", "{\"title\": \"Shipped A\", \"match\": [\"a\"]}", 0644);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *folder = str_printf("%s%s", f->root, rows[i].folder);
                assert_int_equal(chmod(folder, rows[i].mode), 0);
                _cleanup_(profiles_freep) struct profiles *all = read_all(f);
                expect(all, "a", NULL, rows[i].title ? rows[i].title : "Shipped A");
                assert_int_equal(profiles_errors(all), rows[i].title ? 0 : 1);
                if (!rows[i].title)
                        assert_non_null(strstr(profiles_error(all, 0)->message, "Others than root may write to "));
                assert_int_equal(chmod(folder, 0755), 0);
        }
}

static void a_bad_label_gives_its_error_and_the_generic_one(void **state) {
        const struct folder *f = *state;
        put(f, "/usr/profiles/b.json", "{\"title\": \"Shipped B\", \"match\": [\"b\"]}", 0644);
        _cleanup_(profiles_freep) struct profiles *all = read_all(f);
        _cleanup_image_ struct image *image = image_of("localhost/b:1", "{\"title\": \"L\",\n\"modes\": 7}");
        _cleanup_(profile_freep) struct profile *p = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(profiles_find(all, image, NULL, &p, &e), -EINVAL);
        assert_string_equal(e->message, "label io.fairlead.profile of localhost/b:1:2: modes: This is not a list of 1 to 16 modes");
        assert_string_equal(p->title, "Any image");
        assert_string_equal(p->parameters[0].target, "WHAT");
}

static void no_folders_are_no_error(void **state) {
        const struct paths paths = { .config = "/nonexistent/etc", .data = "/nonexistent/usr" };
        _cleanup_(profiles_freep) struct profiles *all = profiles_new(&paths);
        assert_int_equal(profiles_errors(all), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, make_folders, remove_folders)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(etc_comes_before_the_label_and_the_shipped), T(a_bad_file_is_an_error_and_no_more),
                T(a_folder_of_others_is_not_used),
                T(a_bad_label_gives_its_error_and_the_generic_one), cmocka_unit_test(no_folders_are_no_error),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
