/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody made by hand, as a service. */
#include "model/plan/adopt.h"

#include "base/str.h"
#include "base/words.h"
#include "tests/test.h"

#define ID "1111111111111111111111111111111111111111111111111111111111111111"

static void words_become_a_label(void **state) {
        static const struct {
                const char *command, *label, *image;
        } rows[] = {
                { "podman run -d --name web registry.example.com/nginx", "podman run -d --name web $IMAGE", "registry.example.com/nginx" },
                { "/usr/bin/podman --log-level info create -p 80:80 nginx:1 sh -c 'a b'",
                  "podman --log-level info run -p 80:80 $IMAGE sh -c 'a b'", "nginx:1" },
                { "podman container run -d -e 'P=a$b \"c' nginx run", "podman container run -d -e 'P=a${DOLLAR}b \"c' $IMAGE run", "nginx" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_strv_ char **words = NULL;
                _cleanup_free_ char *label = NULL, *image = NULL;
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(words_split(rows[i].command, &words, NULL), 0);
                assert_ok(adopt_label("web", words, &label, &image, &e), e);
                assert_string_equal(label, rows[i].label);
                assert_string_equal(image, rows[i].image);
        }
}

static void refuses_what_it_could_not_bring_back(void **state) {
        static const struct {
                const char *command, *sentence;
        } rows[] = {
                { "", "web was not made by podman run, so there is no command that would make it again" },
                { "podman kube play web.yaml", "web was not made by podman run, so there is no command that would make it again" },
                { "podman run -d", "web was not made by podman run, so there is no command that would make it again" },
                { "podman run -d --rm nginx", "web was made with --rm: once stopped it is gone, and nothing could bring it back" },
                { "podman run nginx", "web runs in the foreground of something: a terminal, or a unit that gives Podman no name" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_strv_ char **words = NULL;
                _cleanup_free_ char *label = NULL, *image = NULL;
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(words_split(rows[i].command, &words, NULL), 0);
                assert_int_equal(adopt_label("web", words, &label, &image, &e), -ENOTSUP);
                assert_string_equal(e->message, rows[i].sentence);
                assert_non_null(e->hint);
        }
}

/* Labels of the image itself would be run in place of its words. */
static void only_its_own_label_counts(void **state) {
        _cleanup_image_ struct image *image = new0(struct image);
        image_add_label(image, "INSTALL", "podman run --privileged IMAGE");
        image_add_label(image, "run", "podman run other");
        image_add_label(image, "UPDATE", "podman run update");
        image_add_label(image, "version", "2");
        adopt_set_label(image, "podman run -d $IMAGE");
        assert_int_equal(label_set(image), 1U << LABEL_RUN);
        assert_string_equal(label_find(image, LABEL_RUN, NULL)->value, "podman run -d $IMAGE");
        assert_string_equal(image_version(image), "2");
}

static void a_quadlet_names_its_image(void **state) {
        static const struct {
                const char *text, *image;
        } rows[] = {
                { "[Container]\nImage=nginx\n", "nginx" },
                { "[Container]\nImage=a\nImage = b \nExec=x\n", "b" },
                { "[Unit]\nImage=wrong\n[Container]\n  Image=registry.example.com/x:1\r\n", "registry.example.com/x:1" },
                { "[Container]\nImageX=a\n#Image=b\n", NULL },
                { "[Container]\nImage=web.build\n", NULL },
                { "[Container]\nImage=\n", NULL },
                { "", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *image = adopt_quadlet_image(rows[i].text);
                assert_true(str_equal(image, rows[i].image));
        }
}

static void only_hand_made_files_of_etc_may_change(void **state) {
        static const struct {
                const char *path;
                bool may;
        } rows[] = {
                { "/etc/containers/systemd/web.container", true }, { "/etc/systemd/system/web.service", true },
                { "/usr/lib/systemd/system/web.service", false },  { "/etc/systemd/system/../../shadow.service", false },
                { "/etc/containers/systemd/.container", false },   { "/etc/containers/systemd/web.service", false },
                { "/etc/shadow", false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(adopt_may_change(rows[i].path), rows[i].may);
}

static void a_unit_stays_as_it_is(void **state) {
        _cleanup_image_ struct image *image = new0(struct image);
        static char *argv[] = { (char *) "/usr/bin/podman", (char *) "run", (char *) "--name=systemd-web", (char *) "-d", (char *) "nginx", NULL };
        struct adopt_unit unit = { .unit = "web.service", .file = "/etc/containers/systemd/web.container", .argv = argv, .image = image, .reference = "nginx" };
        _cleanup_plan_ struct plan *plan = NULL, *generated = NULL, *none = NULL;
        _cleanup_error_ struct error *e = NULL;
        image->id = strdup(ID);
        assert_ok(adopt_plan_unit(&unit, "web", &plan, &e), e);
        assert_true(adopt_records_only(plan));
        assert_string_equal(plan->host_unit, "web.service");
        assert_string_equal(plan->adopts.file, "/etc/containers/systemd/web.container");
        assert_string_equal(plan->run->name, "systemd-web");
        unit.file = "/usr/share/containers/systemd/web.container";
        assert_ok(adopt_plan_unit(&unit, "web", &generated, &e), e);
        assert_null(generated->adopts.file);
        assert_int_equal(adopt_plan_unit(&unit, "web@1", &none, &e), -EINVAL);
}

/* podman-restart.service would start what is kept. */
static void a_kept_container_may_restart(void **state) {
        static const char *const commands[] = { "podman run -d --restart=always nginx", "podman run -d --restart=on-failure nginx" };
        for (size_t i = 0; i < ELEMENTS(commands); i++) {
                _cleanup_plan_ struct plan *plan = new0(struct plan), *none = new0(struct plan);
                _cleanup_strv_ char **words = NULL;
                _cleanup_error_ struct error *e = NULL;
                assert_int_equal(words_split(commands[i], &words, NULL), 0);
                plan->name = strdup("web");
                plan->unit.text = strdup("# Written by fairlead for the service web, from the RUN label of its image.\n");
                plan->run = command_read("RUN", words, ENGINE_PODMAN, NULL, NULL);
                assert_ok(adopt_container(plan, ID, "web-before-fairlead", &e), e);
                assert_int_equal(finding_list_find(&plan->findings, "restarts-beside") != NULL, i == 0);
                assert_string_equal(plan->unit.text, "# Written by fairlead for the service web.\n");
                none->name = strdup("web");
                assert_int_equal(adopt_container(none, ID, "x", &e), -ENOTSUP);
        }
}

/* What the key of a unit's page is offered for. */
static void offers_what_runs_a_container(void **state) {
        static const struct {
                const char *unit, *fragment, *source;
                const char *starts[6];
                bool fits;
        } rows[] = {
                { "web.service", "/etc/systemd/system/web.service", NULL,
                  { "/usr/bin/podman", "run", "--name", "web", "localhost/web" }, true },
                { "web.service", "/etc/systemd/system/web.service", NULL, { "/usr/bin/docker", "start", "web" }, true },
                /* not of an administrator; no container; nothing to start; no engine's run */
                { "web.service", "/usr/lib/systemd/system/web.service", NULL, { "/usr/bin/podman", "start", "web" }, false },
                { "web.service", "/etc/systemd/system/web.service", NULL, { "/usr/bin/sleep", "100" }, false },
                { "web.service", "/etc/systemd/system/web.service", NULL, {}, false },
                { "web.service", "/etc/systemd/system/web.service", NULL, { "/usr/bin/podman", "run" }, false },
                { "web.service", NULL, NULL, { "/usr/bin/podman", "start", "web" }, false },
                { "web.timer", "/etc/systemd/system/web.timer", NULL, {}, false },
                /* Quadlets */
                { "web.service", "/run/systemd/generator/web.service", "/etc/containers/systemd/web.container",
                  { "/usr/bin/podman", "run", "x" }, true },
                { "data-volume.service", "/run/systemd/generator/data-volume.service", "/etc/containers/systemd/data.volume",
                  { "/usr/bin/podman", "volume", "create", "data" }, false },
                { "tmp.service", "/run/systemd/generator/tmp.service", "/etc/fstab", {}, false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct unit_detail d = { .unit.name = (char *) rows[i].unit,
                                               .fragment = (char *) rows[i].fragment,
                                               .source = (char *) rows[i].source,
                                               .starts = rows[i].starts[0] ? (char **) rows[i].starts : NULL };
                if (adopt_fits(&d) != rows[i].fits)
                        fail_msg("row %zu", i);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(words_become_a_label),
                cmocka_unit_test(refuses_what_it_could_not_bring_back),
                cmocka_unit_test(only_its_own_label_counts),
                cmocka_unit_test(a_quadlet_names_its_image),
                cmocka_unit_test(only_hand_made_files_of_etc_may_change),
                cmocka_unit_test(a_unit_stays_as_it_is),
                cmocka_unit_test(a_kept_container_may_restart),
                cmocka_unit_test(offers_what_runs_a_container),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
