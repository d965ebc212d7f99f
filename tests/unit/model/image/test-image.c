/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/image/image.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define ID "c0ffee" "789abcdef0123456789abcdef0123456789abcdef0123456789abcdef012345"
#define DIGEST "sha256:" HEX32 HEX32
#define OTHER "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static struct image *make(const char *digest, const char *names, const char *repo_digests) {
        struct image *image = new0(struct image);
        image->id = strndup(ID, 64);
        image->digest = digest ? strdup(digest) : NULL;
        image->names = strv_split(names, " ");
        image->repo_digests = strv_split(repo_digests, " ");
        return image;
}

static void sorts_labels(void **state) {
        _cleanup_image_ struct image *image = new0(struct image);
        static const char *const keys[] = { "run", "RUN", "a", "z", "m", "run" };
        for (size_t i = 0; i < ELEMENTS(keys); i++)
                image_add_label(image, keys[i], i == 5 ? "last" : keys[i]);
        assert_int_equal(image->labels.n, 5);
        for (size_t i = 1; i < image->labels.n; i++)
                assert_true(strcmp(image->labels.items[i - 1].key, image->labels.items[i].key) < 0);
        assert_string_equal(label_list_get(&image->labels, "run"), "last");
        assert_string_equal(label_list_get(&image->labels, "RUN"), "RUN");
        assert_null(label_list_get(&image->labels, "Run"));
        assert_string_equal(label_list_get(&image->labels, "m"), "m");
}

static void holds_the_ceilings(void **state) {
        _cleanup_image_ struct image *image = new0(struct image);
        char *big = malloc(LABEL_VALUE_MAX + 100);
        memset(big, 'x', LABEL_VALUE_MAX + 99);
        big[LABEL_VALUE_MAX + 99] = '\0';
        image_add_label(image, "big", big);
        assert_int_equal(strlen(label_list_get(&image->labels, "big")), LABEL_VALUE_MAX + 1);
        assert_int_equal(image_add_label(image, big, "x"), -E2BIG);
        free(big);
        for (unsigned i = 1; i < LABELS_MAX; i++) {
                _cleanup_free_ char *key = str_printf("k%u", i);
                image_add_label(image, key, "");
        }
        assert_int_equal(image_add_label(image, "more", ""), -E2BIG);
        image_add_label(image, "k1", "new");
        assert_string_equal(label_list_get(&image->labels, "k1"), "new");
}

static void keeps_volumes_sorted(void **state) {
        _cleanup_image_ struct image *image = new0(struct image);
        static const char *const given[] = { "/var/lib/x", "data", "/data/", "", "/", "//", "/data", "/b c" };
        for (size_t i = 0; i < ELEMENTS(given); i++)
                image_add_volume(image, given[i]);
        _cleanup_free_ char *all = strv_join(image->volumes, "|");
        assert_string_equal(all, "/b c|/data|/var/lib/x");
        for (unsigned i = 0; i < 2 * VOLUMES_MAX; i++) {
                _cleanup_free_ char *path = str_printf("/v%u", i);
                image_add_volume(image, path);
        }
        assert_int_equal(strv_length(image->volumes), VOLUMES_MAX);
}

static void describes(void **state) {
        _cleanup_image_ struct image *image = make(NULL, "", "");
        assert_null(image_summary(image));
        image_add_label(image, "summary", "");
        image_add_label(image, "description", "long");
        assert_string_equal(image_summary(image), "long");
        image_add_label(image, "org.opencontainers.image.title", "short");
        assert_string_equal(image_summary(image), "short");
        _cleanup_image_ struct image *named = make(NULL, "", "");
        strv_add(&named->names, "localhost/folder/short:1");
        image_add_label(named, "org.opencontainers.image.title", "Short");
        assert_string_equal(image_summary(named), "Short");
        image_add_label(named, "description", "long");
        assert_string_equal(image_summary(named), "long");
        image_add_label(image, "Version", "8");
        image_add_label(image, "vendor", "v");
        assert_string_equal(image_version(image), "8");
        assert_string_equal(image_vendor(image), "v");
}

static void refers(void **state) {
        _cleanup_image_ struct image *named = make(NULL, "localhost/a:1 localhost/b:2", "x@" DIGEST);
        _cleanup_image_ struct image *digested = make(NULL, "", "x@" DIGEST), *bare = make(NULL, "", "");
        assert_string_equal(image_reference(named), "localhost/a:1");
        assert_string_equal(image_reference(digested), "x@" DIGEST);
        assert_string_equal(image_reference(bare), bare->id);
}

static void matches(void **state) {
        _cleanup_image_ struct image *image = make(
                DIGEST, "localhost/rsyslog:latest reg.example.test/team/x:8 docker.io/library/pg:15 r.example:443/y:latest",
                "reg.example.test/team/x@" OTHER);
        static const char *const good[] = {
                "rsyslog",
                "rsyslog:latest",
                "localhost/rsyslog",
                "localhost/rsyslog:latest",
                "team/x:8",
                "reg.example.test/team/x:8",
                "pg:15",
                "library/pg:15",
                "docker.io/library/pg:15",
                "y",
                "r.example:443/y",
                "rsyslog@" DIGEST,
                "localhost/rsyslog@" DIGEST,
                "reg.example.test/team/x@" OTHER,
                "c0ffee",
                "c0ffee7",
                "sha256:c0ffee789",
                "team/x:9@" DIGEST,
        };
        static const char *const bad[] = {
                "",
                "rsyslo",
                "syslog",
                "x:8",
                "x",
                "team/x",
                "team/x:9",
                "reg.example.test/x:8",
                "other.io/team/x:8",
                "localhost/team/x:8",
                "c0ffe",
                "C0FFEE",
                "rsyslog@sha256:00",
                "c0ffee0",
                "sha256:",
                "pg",
                "rsyslog:",
                ":latest",
                "rsyslog@",
                "docker.io/pg:15",
        };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                if (!image_matches(image, good[i])) {
                        print_error("no match: %s\n", good[i]);
                        fail();
                }
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                if (image_matches(image, bad[i])) {
                        print_error("match: %s\n", bad[i]);
                        fail();
                }
        assert_false(image_matches(image, NULL));
}

static void check_pinned(const struct image *image, const char *reference, const char *want) {
        _cleanup_free_ char *pinned = image_pinned(image, reference);
        assert_string_equal(pinned, want);
        assert_true(reference_valid(pinned));
}

static void pins(void **state) {
        _cleanup_image_ struct image *image = make(DIGEST, "localhost/rsyslog:latest reg.example.test/team/x:8",
                                                   "reg.example.test/team/x@" OTHER " reg.example.test/team/x@" DIGEST);
        check_pinned(image, "rsyslog", "localhost/rsyslog@" DIGEST);
        check_pinned(image, "localhost/rsyslog:latest", "localhost/rsyslog@" DIGEST);
        check_pinned(image, "team/x:8", "reg.example.test/team/x@" DIGEST);
        check_pinned(image, "c0ffee", "localhost/rsyslog@" DIGEST);
        check_pinned(image, "elsewhere/y", "elsewhere/y@" DIGEST);

        _cleanup_image_ struct image *docker = make(NULL, "rsyslog:latest", ""),
                                     *pulled = make(NULL, "r.example/x:1", "r.example/x@" OTHER);
        _cleanup_free_ char *id = str_printf("sha256:%s", docker->id);
        check_pinned(docker, "rsyslog", id);
        check_pinned(docker, NULL, id);
        check_pinned(pulled, "x:1", "r.example/x@" OTHER);
        _cleanup_image_ struct image *bare = make(DIGEST, "", "");
        check_pinned(bare, "c0ffee789", id);
}

static void lists(void **state) {
        struct image_list *list = new0(struct image_list);
        for (int i = 0; i < 100; i++)
                image_list_take(list, new0(struct image));
        assert_int_equal(list->n, 100);
        assert_null(image_list_free(list));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sorts_labels), cmocka_unit_test(holds_the_ceilings),
                cmocka_unit_test(keeps_volumes_sorted),
                cmocka_unit_test(describes),    cmocka_unit_test(refers),
                cmocka_unit_test(matches),      cmocka_unit_test(pins),
                cmocka_unit_test(lists),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
