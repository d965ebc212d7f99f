/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files that every list and every key asks for: read once, and again when they changed. */
#include "backend/host/internal.h"
#include "tests/unit/tree.h"

struct fixture {
        char *root, *config, *data;
        sd_event *event;
        struct paths paths;
        struct host *host;
};

static int begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        f->root = tree_new();
        f->config = str_printf("%s/etc/fairlead", f->root);
        f->data = str_printf("%s/usr/share/fairlead", f->root);
        tree_folder(f->root, "/etc/fairlead");
        tree_folder(f->root, "/usr/share/fairlead");
        f->paths = paths_default;
        f->paths.root = f->root;
        f->paths.config = f->config;
        f->paths.data = f->data;
        f->paths.cache = NULL;
        assert_int_equal(sd_event_new(&f->event), 0);
        f->host = backend_new(f->event, &(const struct backend_options) { .paths = &f->paths });
        *state = f;
        return 0;
}

static int end(void **state) {
        struct fixture *f = *state;
        backend_free(f->host);
        sd_event_unref(f->event);
        tree_remove(f->root);
        FREE_ALL(f->root, f->config, f->data, f);
        return 0;
}

/* What is kept is marked: the mark is gone when the files are read again. */
static bool catalog_is_marked(struct fixture *f) {
        const struct catalog *catalog = host_read_catalog(f->host);
        bool marked = catalog->n && catalog->items[0].line == 4711;
        if (catalog->n)
                catalog->items[0].line = 4711;
        return marked;
}

static void put(struct fixture *f, const char *path, const char *title) {
        _cleanup_free_ char *text = str_printf(
                "{\"images\":[{\"reference\":\"docker://registry.example.test/%s:1\",\"title\":\"%s\"}]}", title, title);
        tree_write(f->root, path, text);
        assert_int_equal(chmod(tree_path(f->root, path), 0644), 0);
}

static void reads_catalogs_when_they_changed(void **state) {
        struct fixture *f = *state;
        assert_int_equal(host_read_catalog(f->host)->n, 0);
        put(f, "/etc/fairlead/catalog.d/a.json", "one");
        assert_int_equal(host_read_catalog(f->host)->n, 1);
        catalog_is_marked(f);
        assert_true(catalog_is_marked(f));
        /* Another text in the same file, another file, one less, in the other folder. */
        put(f, "/etc/fairlead/catalog.d/a.json", "seven");
        assert_string_equal(host_read_catalog(f->host)->items[0].title, "seven");
        put(f, "/etc/fairlead/catalog.d/b.json", "two");
        assert_int_equal(host_read_catalog(f->host)->n, 2);
        unlink(tree_path(f->root, "/etc/fairlead/catalog.d/a.json"));
        assert_int_equal(host_read_catalog(f->host)->n, 1);
        put(f, "/usr/share/fairlead/catalog.d/c.json", "three");
        assert_int_equal(host_read_catalog(f->host)->n, 2);
        catalog_is_marked(f);
        assert_true(catalog_is_marked(f));
        /* Whom the files belong to decides, too. */
        assert_int_equal(chmod(tree_path(f->root, "/etc/fairlead/catalog.d/b.json"), 0666), 0);
        assert_int_equal(host_read_catalog(f->host)->n_errors, 1);
        assert_false(catalog_is_marked(f));
}

static int ran(sd_event_source *source, void *userdata) {
        return 0;
}

static void turn(struct fixture *f) {
        sd_event_source *source = NULL;
        assert_true(sd_event_add_defer(f->event, &source, ran, NULL) >= 0);
        assert_true(sd_event_run(f->event, 0) >= 0);
        sd_event_source_disable_unref(source);
}

/* For a list of images once in a turn of the loop; in a later one what is new counts. */
static void finds_profiles_by_what_is_there_now(void **state) {
        struct fixture *f = *state;
        _cleanup_image_ struct image *image = new0(struct image);
        struct profile *profile = NULL;
        strv_add(&image->names, "registry.example.test/one:1");
        for (unsigned i = 0; i < 3; i++) {
                assert_int_equal(host_find_profile(f->host, image, &profile, NULL), 0);
                profile_free(profile);
                if (i == 0)
                        put(f, "/etc/fairlead/catalog.d/a.json", "one");
                assert_int_equal(backend_of(f->host)->texts.catalog.n, i == 2);
                if (i == 1)
                        turn(f);
        }
}

static void resolves_names_by_what_is_there_now(void **state) {
        struct fixture *f = *state;
        static const struct {
                const char *path, *text, *name;
        } steps[] = {
                { "/etc/containers/registries.conf", "unqualified-search-registries = [\"a.example.test\"]\n", "a.example.test/x" },
                { NULL, NULL, "a.example.test/x" },
                { "/etc/containers/registries.conf.d/1.conf", "[aliases]\nx = \"b.example.test/t/x\"\n", "b.example.test/t/x" },
                { "/etc/containers/registries.conf.d/1.conf", "[aliases]\nx = \"cc.example.test/t/x\"\n", "cc.example.test/t/x" },
                { "/var/cache/containers/short-name-aliases.conf", "[aliases]\nx = \"d.example.test/x\"\n", "d.example.test/x" },
        };
        for (size_t i = 0; i < ELEMENTS(steps); i++) {
                _cleanup_strv_ char **names = NULL;
                _cleanup_free_ char *why = NULL;
                uint64_t before = backend_of(f->host)->texts.registries_stamp;
                if (steps[i].path)
                        tree_write(f->root, steps[i].path, steps[i].text);
                assert_int_equal(host_resolve_name(f->host, "x", &names, &why, NULL), 0);
                assert_string_equal(names[0], steps[i].name);
                assert_int_equal(backend_of(f->host)->texts.registries_stamp == before, !steps[i].path);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(reads_catalogs_when_they_changed, begin, end),
                cmocka_unit_test_setup_teardown(finds_profiles_by_what_is_there_now, begin, end),
                cmocka_unit_test_setup_teardown(resolves_names_by_what_is_there_now, begin, end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
