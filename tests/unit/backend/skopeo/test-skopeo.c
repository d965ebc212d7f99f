/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "backend/skopeo/internal.h"
#include "base/readfile.h"
#include "tests/unit/tree.h"

/* skopeo itself is a script that answers from its folder (tests/fake/skopeo). */

#define HOST "registry.example.test:5000"
#define KEY "registry.example.test_5000"
#define NAME "docker://" HOST "/rsyslog"

struct yard {
        sd_event *event;
        struct skopeo *skopeo;
        char *folder;
        struct image *image;
        struct error *error;
        unsigned answers;
        struct str said; /* a line each time that a list says something */
        struct op *op;
        bool stops; /* at the first answer of a list */
};

static void yard_open(struct yard *y, struct skopeo_options options) {
        _cleanup_free_ char *program = str_printf("%s/skopeo", y->folder), *cache = str_printf("%s/cache", y->folder);
        options.program = program;
        options.cache = options.cache ? options.cache : cache;
        y->skopeo = skopeo_new(y->event, &options);
}

static int yard_setup(void **state) {
        struct yard *y = new0(struct yard);
        _cleanup_free_ char *fake = str_printf("%s/tests/fake/skopeo", getenv("SOURCE"));
        *state = y;
        y->folder = tree_new();
        tree_link(y->folder, "/skopeo", fake);
        return sd_event_new(&y->event) < 0 ? -1 : 0;
}

static int yard_teardown(void **state) {
        struct yard *y = *state;
        op_cancel(y->op);
        skopeo_free(y->skopeo);
        sd_event_unref(y->event);
        image_free(y->image);
        error_free(y->error);
        str_done(&y->said);
        tree_remove(y->folder);
        FREE_ALL(y->folder, y);
        return 0;
}

static void yard_on_image(struct image *image, struct error *e, void *userdata) {
        struct yard *y = userdata;
        image_free(y->image);
        error_free(y->error);
        y->image = image;
        y->error = e;
        y->answers++;
        y->op = op_cancel(y->op);
}

static void yard_wait(struct yard *y) {
        unsigned before = y->answers;
        while (y->answers == before)
                assert_true(sd_event_run(y->event, UINT64_MAX) >= 0);
}

static void yard_inspect(struct yard *y, const char *text) {
        _cleanup_(source_done) struct source source = {};
        assert_int_equal(source_parse(text, NULL, &source, NULL), 0);
        if (!y->skopeo)
                yard_open(y, (struct skopeo_options) {});
        y->op = skopeo_inspect(y->skopeo, &source, yard_on_image, y);
}

static void yard_ask(struct yard *y, const char *text) {
        yard_inspect(y, text);
        yard_wait(y);
}

/* An image with this label at a place, its words with "_"; gives the digest of its manifest. */
static char *yard_prepare(struct yard *y, const char *key, const char *tag_key, const char *label) {
        char hex[DIGEST_HEX];
        _cleanup_free_ char *config = str_printf("{\"architecture\":\"amd64\",\"created\":\"2026-11-30T12:00:00Z\",\"config\":"
                                                 "{\"Labels\":{\"INSTALL\":\"%s\"},\"Volumes\":{\"/data\":{}}}}",
                                                 label);
        digest_bytes(config, strlen(config), hex);
        _cleanup_free_ char *manifest = str_printf("{\"config\":{\"digest\":\"sha256:%s\",\"size\":9},\"layers\":"
                                                   "[{\"size\":40},{\"size\":2}]}",
                                                   hex);
        digest_bytes(manifest, strlen(manifest), hex);
        _cleanup_free_ char *at = str_printf("/inspect_--raw_%s%s", key, tag_key),
                            *pinned = str_printf("/inspect_--raw_%s_sha256_%s", key, hex),
                            *of = str_printf("/inspect_--raw_--config_%s_sha256_%s", key, hex),
                            *of_path = str_printf("/inspect_--raw_--config_%s%s", key, tag_key);
        tree_write(y->folder, at, manifest);
        tree_write(y->folder, pinned, manifest);
        tree_write(y->folder, of, config);
        tree_write(y->folder, of_path, config);
        return str_printf("sha256:%s", hex);
}

static unsigned yard_calls(struct yard *y) {
        _cleanup_free_ char *calls = tree_read(y->folder, "/calls");
        _cleanup_strv_ char **lines = strv_split(calls ? calls : "", "\n");
        return (unsigned) strv_length(lines);
}

#define RSYSLOG "docker___" KEY "_rsyslog"

static void reads_labels_without_a_pull(void **state) {
        struct yard *y = *state;
        _cleanup_free_ char *digest = yard_prepare(y, RSYSLOG, "_8", "podman run IMAGE"), *pinned = str_printf(HOST "/rsyslog@%s", digest);
        tree_write(y->folder, "/environment", "");
        yard_ask(y, NAME ":8");
        assert_ok(y->error ? y->error->code : 0, y->error);
        assert_string_equal(y->image->digest, digest);
        assert_string_equal(y->image->names[0], HOST "/rsyslog:8");
        assert_string_equal(y->image->repo_digests[0], pinned);
        assert_string_equal(label_list_get(&y->image->labels, "INSTALL"), "podman run IMAGE");
        assert_string_equal(y->image->volumes[0], "/data");
        assert_string_equal(y->image->source, NAME ":8");
        assert_int_equal(y->image->size, 42);
        assert_int_equal(strlen(y->image->id), 64);
        assert_true(y->image->created > 0);
        /* Nothing of ours is handed on. */
        _cleanup_free_ char *environment = tree_read(y->folder, "/environment");
        assert_non_null(strstr(environment, "LC_ALL=C\n"));
        assert_null(strstr(environment, "SOURCE="));
        /* The second look asks for the digest of the tag and nothing else; of a digest it asks nothing. */
        assert_int_equal(yard_calls(y), 2);
        yard_ask(y, NAME ":8");
        assert_int_equal(yard_calls(y), 3);
        assert_string_equal(label_list_get(&y->image->labels, "INSTALL"), "podman run IMAGE");
        _cleanup_free_ char *by_digest = str_printf(NAME "@%s", digest);
        yard_ask(y, by_digest);
        assert_int_equal(yard_calls(y), 3);
        assert_string_equal(y->image->digest, digest);
        assert_null(y->image->names);
}

static void reads_archives(void **state) {
        struct yard *y = *state;
        free(yard_prepare(y, "oci-archive__stick_a.tar", "_8", "podman run IMAGE"));
        yard_ask(y, "oci-archive:/stick/a.tar:8");
        assert_ok(y->error ? y->error->code : 0, y->error);
        assert_string_equal(y->image->names[0], "localhost/a:8");
        assert_string_equal(y->image->source, "oci-archive:/stick/a.tar:8");
}

/* Whoever could write there: only what has the digest of its name is used. */
static void believes_nothing_of_what_it_kept(void **state) {
        struct yard *y = *state;
        free(yard_prepare(y, RSYSLOG, "_8", "podman run IMAGE"));
        yard_ask(y, NAME ":8");
        _cleanup_free_ char *path = str_printf("/cache/images/%s", y->image->id);
        _cleanup_free_ char *good = tree_read(y->folder, path);
        assert_non_null(good);
        static const char *const bad[] = { "", "{}", "{\"config\":{\"Labels\":{\"INSTALL\":\"rm -rf /\"}}}" };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                tree_write(y->folder, path, bad[i]);
                yard_ask(y, NAME ":8");
                assert_string_equal(label_list_get(&y->image->labels, "INSTALL"), "podman run IMAGE");
        }
        unlink(tree_path(y->folder, path));
        tree_write(y->folder, "/elsewhere", good);
        tree_link(y->folder, path, tree_path(y->folder, "/elsewhere"));
        unsigned before = yard_calls(y);
        yard_ask(y, NAME ":8");
        assert_int_equal(yard_calls(y), before + 2);
        _cleanup_free_ char *elsewhere = tree_read(y->folder, "/elsewhere");
        assert_string_equal(elsewhere, good);
        /* A folder that others may write, or one that cannot be, is not used. */
        y->skopeo = skopeo_free(y->skopeo);
        chmod(tree_path(y->folder, "/cache"), 0777);
        yard_ask(y, NAME ":8");
        yard_ask(y, NAME ":8");
        assert_int_equal(yard_calls(y), before + 6);
        y->skopeo = skopeo_free(y->skopeo);
        yard_open(y, (struct skopeo_options) { .cache = "/proc/none" });
        yard_ask(y, NAME ":8");
        assert_non_null(y->image);
}

static void keeps_no_more_than_it_may(void **state) {
        struct yard *y = *state;
        tree_folder(y->folder, "/cache/images");
        chmod(tree_path(y->folder, "/cache"), 0700);
        chmod(tree_path(y->folder, "/cache/images"), 0700);
        for (unsigned i = 0; i < 4100; i++) {
                _cleanup_free_ char *name = str_printf("/cache/images/%064x", i);
                tree_write(y->folder, name, "x");
        }
        free(yard_prepare(y, RSYSLOG, "_8", "podman run IMAGE"));
        yard_ask(y, NAME ":8");
        _cleanup_strv_ char **names = folder_names(AT_FDCWD, tree_path(y->folder, "/cache/images"), "");
        assert_in_range(strv_length(names), 2, 3500);
        assert_true(strv_contains(names, y->image->id));
}

static void refuses_what_is_not_what_it_says(void **state) {
        struct yard *y = *state;
        _cleanup_free_ char *digest = yard_prepare(y, RSYSLOG, "_8", "podman run IMAGE"),
                            *key = str_printf("/inspect_--raw_--config_" RSYSLOG "_sha256_%s", digest + 7);
        tree_write(y->folder, key, "{\"config\":{\"Labels\":{\"INSTALL\":\"rm -rf /\"}}}");
        yard_ask(y, NAME ":8");
        assert_int_equal(y->error->code, -EBADMSG);
        assert_string_equal(y->error->message, "The configuration of " NAME ":8 is not what its digest says");
        /* Of a digest that was asked for the manifest itself is compared. */
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_sha256_"
                              "0000000000000000000000000000000000000000000000000000000000000000", "{}");
        yard_ask(y, NAME "@sha256:0000000000000000000000000000000000000000000000000000000000000000");
        assert_int_equal(y->error->code, -EBADMSG);
        assert_string_equal(y->error->message, "The manifest of " NAME "@sha256:0000000000000000000000000000000000000000000000000000000000000000"
                                               " is not what its digest says");
}

static void chooses_the_image_of_this_processor(void **state) {
        struct yard *y = *state;
        _cleanup_free_ char *digest = yard_prepare(y, RSYSLOG, "_inner", "podman run IMAGE"),
                            *list = str_printf("{\"manifests\":[{\"digest\":\"%s\",\"platform\":{\"os\":\"unknown\",\"architecture\":\"%s\"}},"
                                               "{\"digest\":\"%s\",\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}}]}",
                                               "sha256:0000000000000000000000000000000000000000000000000000000000000000", skopeo_architecture(), digest,
                                               skopeo_architecture());
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_8", list);
        yard_ask(y, NAME ":8");
        assert_ok(y->error ? y->error->code : 0, y->error);
        assert_string_equal(y->image->digest, digest);
        yard_ask(y, NAME ":8");
        assert_int_equal(yard_calls(y), 4);
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_9", "{\"manifests\":[]}");
        yard_ask(y, NAME ":9");
        assert_int_equal(y->error->code, -ENOENT);
        tree_write(y->folder, "/inspect_--raw_oci__list", list);
        yard_ask(y, "oci:/list");
        assert_string_equal(y->error->cause->message, "It is a list of images for several processors");
}

static void says_what_went_wrong(void **state) {
        struct yard *y = *state;
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_8.no",
                   "time=\"2026-11-30T14:27:23Z\" level=warning msg=\"a warning\"\n"
                   "time=\"2026-11-30T14:27:23Z\" level=fatal msg=\"Error parsing image name \\\"" NAME ":8\\\": reading manifest 8 in " HOST
                   "/rsyslog: manifest unknown\"\n");
        yard_ask(y, NAME ":8");
        assert_int_equal(y->error->code, -ENOENT);
        assert_string_equal(y->error->message, "The registry " HOST " has no " NAME ":8");
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_9.kill", "");
        yard_ask(y, NAME ":9");
        assert_string_equal(y->error->message, "skopeo was killed by signal 9");
        _cleanup_free_ char *huge = xcalloc(1, SKOPEO_DOCUMENT_MAX + 2);
        memset(huge, ' ', SKOPEO_DOCUMENT_MAX + 1);
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_10", huge);
        yard_ask(y, NAME ":10");
        assert_int_equal(y->error->code, -E2BIG);
        y->skopeo = skopeo_free(y->skopeo);
        unlink(tree_path(y->folder, "/skopeo"));
        yard_ask(y, NAME ":8");
        assert_int_equal(y->error->code, -ENOENT);
}

static void a_registry_that_hangs_is_given_up(void **state) {
        struct yard *y = *state;
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_8.hang", "");
        yard_open(y, (struct skopeo_options) { .seconds = 1 });
        yard_ask(y, NAME ":8");
        assert_int_equal(y->error->code, -ETIMEDOUT);
        assert_string_equal(y->error->message, "The registry " HOST " does not answer");
        /* Dropped while it waits, and while it runs: nothing is left. */
        skopeo_free(y->skopeo);
        yard_open(y, (struct skopeo_options) { .at_once = 1 });
        struct skopeo *one = y->skopeo;
        yard_inspect(y, NAME ":8");
        struct op *running = TAKE(y->op);
        yard_inspect(y, NAME ":8");
        unsigned before = yard_calls(y);
        while (yard_calls(y) == before)
                sd_event_run(y->event, 10000);
        y->op = op_cancel(y->op);
        op_cancel(running);
        assert_int_equal(one->running, 0);
        assert_null(one->first);
        free(yard_prepare(y, RSYSLOG, "_9", "podman run IMAGE"));
        yard_ask(y, NAME ":9");
        assert_non_null(y->image);
}

/* ---- lists ---- */

static void yard_on_row(const struct source_row *row, void *userdata) {
        struct yard *y = userdata;
        str_addf(&y->said, "%zu %s %s\n", row->at, strrchr(row->reference, '/'),
                 row->image   ? label_list_get(&row->image->labels, "INSTALL")
                 : row->error ? row->error->message
                              : "…");
        if (y->stops)
                y->op = op_cancel(y->op);
}

static void yard_on_listed(struct error *e, void *userdata) {
        yard_on_image(NULL, e, userdata);
}

static void yard_list(struct yard *y, const char *text) {
        _cleanup_(source_done) struct source source = {};
        assert_int_equal(source_parse(text, NULL, &source, NULL), 0);
        if (!y->skopeo)
                yard_open(y, (struct skopeo_options) { .at_once = 1 });
        str_done(&y->said);
        y->op = skopeo_list(y->skopeo, &source, yard_on_row, yard_on_listed, y);
}

static void lists_the_tags_of_a_name(void **state) {
        struct yard *y = *state;
        tree_write(y->folder, "/list-tags_" RSYSLOG, "{\"Repository\":\"x\",\"Tags\":[\"10\",\"9\",\"bad tag\",\"9\",7,\"8\"]}");
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_9.no", "level=fatal msg=\"x: toomanyrequests: slow down\"");
        free(yard_prepare(y, RSYSLOG, "_8", "eight"));
        free(yard_prepare(y, RSYSLOG, "_10", "ten"));
        yard_list(y, NAME);
        yard_wait(y);
        assert_null(y->error);
        assert_string_equal(y->said.text, "0 /rsyslog:8 …\n1 /rsyslog:9 …\n2 /rsyslog:10 …\n"
                                          "1 /rsyslog:9 The registry " HOST " limits how often it may be asked\n"
                                          "0 /rsyslog:8 eight\n2 /rsyslog:10 ten\n");
        /* One that is named is the only one. */
        yard_list(y, NAME ":8");
        yard_wait(y);
        assert_string_equal(y->said.text, "0 /rsyslog:8 …\n0 /rsyslog:8 eight\n");
        yard_list(y, "docker://" HOST "/none");
        yard_wait(y);
        assert_int_equal(y->error->code, -EIO);
        tree_write(y->folder, "/list-tags_" RSYSLOG, "{\"Tags\":[]}");
        yard_list(y, NAME);
        yard_wait(y);
        assert_string_equal(y->error->message, "The registry has no tag of " HOST "/rsyslog");
}

static void a_registry_that_is_gone_is_asked_once(void **state) {
        struct yard *y = *state;
        tree_write(y->folder, "/list-tags_" RSYSLOG, "{\"Tags\":[\"1\",\"2\",\"3\"]}");
        tree_write(y->folder, "/inspect_--raw_" RSYSLOG "_1.no", "level=fatal msg=\"dial tcp 10.0.0.1:5000: connect: connection refused\"");
        yard_list(y, NAME);
        yard_wait(y);
        assert_null(y->error);
        assert_int_equal(yard_calls(y), 2);
        assert_non_null(strstr(y->said.text, "2 /rsyslog:3 The registry " HOST " refuses connections\n"));
}

static void a_list_can_be_dropped(void **state) {
        struct yard *y = *state;
        tree_write(y->folder, "/list-tags_" RSYSLOG, "{\"Tags\":[\"1\",\"2\",\"3\"]}");
        y->stops = true;
        yard_list(y, NAME);
        while (y->op)
                sd_event_run(y->event, UINT64_MAX);
        assert_string_equal(y->said.text, "0 /rsyslog:1 …\n");
        assert_int_equal(y->skopeo->running, 0);
        assert_null(y->skopeo->first);
}

static void lists_what_archives_hold(void **state) {
        struct yard *y = *state;
        tree_write(y->folder, "/list-tags_docker-archive__a.tar", "{\"Tags\":[\"localhost/b:1\",\"localhost/a:1\"]}");
        free(yard_prepare(y, "docker-archive__a.tar", "_localhost_a_1", "a"));
        free(yard_prepare(y, "docker-archive__a.tar", "_localhost_b_1", "b"));
        yard_list(y, "docker-archive:/a.tar");
        yard_wait(y);
        assert_non_null(strstr(y->said.text, "0 /a:1 a\n"));
        assert_non_null(strstr(y->said.text, "1 /b:1 b\n"));
        /* skopeo of Debian 12 cannot list some of them: then the one that is in there. */
        free(yard_prepare(y, "docker-archive__c.tar", "", "c"));
        yard_list(y, "docker-archive:/c.tar");
        yard_wait(y);
        assert_string_equal(y->said.text, "0 /c.tar …\n0 /c.tar c\n");
        tree_write(y->folder, "/layout/index.json", "{\"manifests\":[{\"annotations\":{\"org.opencontainers.image.ref.name\":\"9\"}},"
                                                    "{\"annotations\":{\"org.opencontainers.image.ref.name\":\"8\"}}]}");
        _cleanup_free_ char *layout = str_printf("oci:%s/layout", y->folder);
        yard_list(y, layout);
        yard_wait(y);
        assert_non_null(strstr(y->said.text, "0 /layout:8 …\n1 /layout:9 …\n"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(reads_labels_without_a_pull, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(reads_archives, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(believes_nothing_of_what_it_kept, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(keeps_no_more_than_it_may, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(refuses_what_is_not_what_it_says, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(chooses_the_image_of_this_processor, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(says_what_went_wrong, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(a_registry_that_hangs_is_given_up, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(lists_the_tags_of_a_name, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(a_registry_that_is_gone_is_asked_once, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(a_list_can_be_dropped, yard_setup, yard_teardown),
                cmocka_unit_test_setup_teardown(lists_what_archives_hold, yard_setup, yard_teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
