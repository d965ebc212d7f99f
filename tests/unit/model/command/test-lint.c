/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/command/lint.h"

static int by_text(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Lints an image of these labels, called localhost/svc:1, and compares the ids of the findings. */
static void check(const char *want, const char *const *pairs) {
        _cleanup_image_ struct image *image = new0(struct image);
        _cleanup_(finding_list_done) struct finding_list list = {};
        _cleanup_strv_ char **ids = strv_copy(NULL);
        strv_add(&image->names, "localhost/svc:1");
        for (; *pairs; pairs += 2)
                image_add_label(image, pairs[0], pairs[1]);
        image_lint(image, ENGINE_PODMAN, NULL, &list);
        for (size_t i = 0; i < list.n; i++) {
                const struct finding_kind *kind = finding_kind(list.items[i].id);
                assert_non_null(kind);
                /* what other tools run only warns */
                assert_true(list.items[i].severity == kind->severity || list.items[i].severity == SEVERITY_WARN ||
                            strcmp(kind->id, "empty-variable") == 0);
                assert_non_null(list.items[i].hint);
                if (!strv_contains(ids, list.items[i].id))
                        strv_add(&ids, list.items[i].id);
        }
        qsort(ids, strv_length(ids), sizeof *ids, by_text);
        _cleanup_free_ char *got = strv_join(ids, " ");
        assert_string_equal(got, want);
}
#define CHECK(want, ...) check(want, (const char *const[]) { __VA_ARGS__, NULL })

/* Of a label's own text, not of what the user fills in; never printed. */
static void secrets_in_labels_are_reported(void **state) {
        static const char *const bad[] = { "-e DB_PASSWORD=hunter2", "-e 'api_token=x y'", "--env=AWS_SECRET=z", "--creds user:hunter2",
                                           "-e DB_PASSWORD=\"hunter two\"", "-e DB_PASSWORD='hunter two'", "-e DB_PASSWORD=hunter\\ two",
                                           "-e \"DB_PASSWORD=hunter two\"", "--label password=hunter2", "--annotation token=x" };
        static const char *const good[] = { "-e DB_PASSWORD", "-e DB_PASSWORD=", "-e DB_PASSWORD_FILE=/run/x", "-e PASSWORDS=3", "-e TOKEN_TTL=9",
                                            "-e BYPASS=1", "-e DB_PASSWORD=${OPT1:-}" };
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                _cleanup_free_ char *run = str_printf("podman run -d --name ${NAME} %s ${IMAGE}", bad[i]);
                CHECK("secret-in-label", "RUN", run);
        }
        static const char *const arguments[] = { "--token=abc", "serve --db-password 'x y'", "--client-secret=\"x y\"", "-api-key-token=7" };
        for (size_t i = 0; i < ELEMENTS(arguments); i++) {
                _cleanup_free_ char *run = str_printf("podman run -d --name ${NAME} ${IMAGE} %s", arguments[i]);
                CHECK("secret-in-label", "RUN", run);
        }
        CHECK("", "RUN", "podman run -d --name ${NAME} ${IMAGE} --token --password-file=/x secret=1 --password ${OPT1:-}");
        for (size_t i = 0; i < ELEMENTS(good); i++) {
                _cleanup_free_ char *run = str_printf("podman run -d --name ${NAME} %s ${IMAGE}", good[i]);
                _cleanup_image_ struct image *image = new0(struct image);
                _cleanup_(finding_list_done) struct finding_list list = {};
                image_add_label(image, "RUN", run);
                image_lint(image, ENGINE_PODMAN, NULL, &list);
                assert_null(finding_list_find(&list, "secret-in-label"));
        }
}

static void a_good_image_is_quiet(void **state) {
        CHECK("", "INSTALL", "podman run --rm --privileged -v /:/host -e NAME=${NAME} ${IMAGE} /install.sh",
              "UNINSTALL", "podman run --rm --privileged -v /:/host ${IMAGE} /uninstall.sh", "RUN",
              "podman run -d --name ${NAME} ${IMAGE}", "STOP", "podman stop ${NAME}");
        CHECK("", "name", "svc");
}

static void pairs_install_and_uninstall(void **state) {
        CHECK("no-uninstall", "install", "podman run --rm IMAGE x");
        CHECK("", "uninstall", "podman run --rm IMAGE x");
}

static void compares_the_image(void **state) {
        CHECK("pins-other-image", "RUN", "podman run --name NAME reg.example.test/other/svc:1");
        CHECK("pins-other-image", "RUN", "podman run --name NAME svc:1");
        CHECK("pins-other-image", "RUN", "podman run --name NAME other:1");
        CHECK("lost-image", "RUN", "podman run --name NAME  sleep infinity");
        CHECK("lost-image", "RUN", "podman run --name NAME svc-server");
        CHECK("lost-image", "INSTALL", "podman run --rm namex", "UNINSTALL", "podman run --rm IMAGE");
        CHECK("", "RUN", "podman run --name NAME localhost/svc:1");
        CHECK("missing-operand", "RUN", "podman run --name NAME");
        CHECK("bad-reference", "RUN", "podman run --name NAME '<x>'");
        CHECK("", "STOP", "podman stop other");
}

static void looks_at_names(void **state) {
        CHECK("unnamed-container", "RUN", "podman run IMAGE");
        CHECK("fixed-name", "RUN", "podman run --name db IMAGE");
        CHECK("", "RUN", "podman run --name svc IMAGE");
        CHECK("no-uninstall", "INSTALL", "podman run --rm IMAGE");
        CHECK("leaves-container no-uninstall", "INSTALL", "podman run IMAGE");
        CHECK("no-uninstall", "INSTALL", "podman run -d IMAGE");
        CHECK("no-uninstall", "INSTALL", "podman create IMAGE");
        CHECK("leaves-container", "UPDATE", "podman run --rm=false IMAGE");
}

static void a_name_that_follows_the_service_is_not_fixed(void **state) {
        CHECK("", "RUN", "podman run --name ${NAME}-web IMAGE");
        CHECK("", "RUN", "podman run --name=web-$NAME IMAGE");
        CHECK("fixed-name", "RUN", "podman run --name svc-web IMAGE");
}

static void whole_folders_are_no_lost_variables(void **state) {
        CHECK("", "RUN", "podman run --name NAME -v /var/log/:/var/log/ -v /etc/:/host/etc/ IMAGE");
        CHECK("empty-variable", "RUN", "podman run --name NAME -v /var/lib/:/var/lib/ IMAGE");
        CHECK("empty-variable", "RUN", "podman run --name NAME -v /var/lib//www:/www IMAGE");
        CHECK("", "RUN", "podman run --name NAME -v '/a:/b:idmap=uids=0-1-1;gids=0-1-1' IMAGE");
        CHECK("", "RUN", "podman run --name NAME -v /a:/b:idmap=uids=0-1-1;gids=0-1-1 IMAGE");
}

static void looks_at_labels_of_other_tools(void **state) {
        CHECK("empty-mount", "INSTALL-TOOLBOX", "podman run --rm -v :/x IMAGE");
        CHECK("interactive", "run_dhcp6", "podman run -it --name a IMAGE");
        CHECK("leaves-container", "UPDATE", "podman run IMAGE x", "UPGRADE", "podman run --rm IMAGE");
        CHECK("", "usage", "podman run -v :/x IMAGE", "io.example.run", "podman run -v :/x IMAGE");
        CHECK("", "PURGE", "rm -rf /");
}

static void options_of_a_file_do_not_get_lost_silently(void **state) {
        CHECK("run-opts-file", "RUN", "podman run $RUN_OPTS --name NAME IMAGE", "RUN_OPTS_FILE", "/etc/svc/opts");
        CHECK("", "RUN", "podman run --name NAME IMAGE", "RUN_OPTS_FILE", "/etc/svc/opts");
        CHECK("", "RUN", "podman run ${RUN_OPTS} --name NAME IMAGE");

        _cleanup_image_ struct image *image = new0(struct image);
        _cleanup_(finding_list_done) struct finding_list list = {};
        strv_add(&image->names, "localhost/svc:1");
        image_add_label(image, "RUN", "podman run $RUN_OPTS --name NAME IMAGE");
        image_add_label(image, "RUN_OPTS_FILE", "/etc/${NAME}/opts");
        image_lint(image, ENGINE_PODMAN, NULL, &list);
        assert_string_equal(finding_list_find(&list, "run-opts-file")->message,
                            "The options that the installer leaves in /etc/svc/opts do not get into the unit");
}

static void one_cause_is_one_finding(void **state) {
        CHECK("shell-syntax", "RUN", "podman run -v `pwd`/a:/a -v `pwd`/b:/b --name `hostname` --env-file $(pwd)/e IMAGE");
        CHECK("undefined-variable", "RUN", "podman run --name NAME --memory=$MEM -v $DATA:/data -v $DATA/x:/x $IMG");
        CHECK("unknown-option", "RUN", "podman run -n svc -v /a:/b IMAGE");
        CHECK("relative-mount", "RUN", "podman run --name NAME -v ~/w:/x IMAGE");
        CHECK("relative-mount", "RUN", "podman run --name NAME -v~/w:/x --volume=~/y:/y -v ~:/z IMAGE");
        CHECK("shell-pattern", "RUN", "podman run --name NAME -v /w:/x IMAGE ls ~/x");
}

static void finds_lost_labels(void **state) {
        CHECK("lost-label", "version", "0.1.2       RUN  docker run -it IMAGE   STOP docker stop NAME");
        CHECK("", "usage", "docker run IMAGE; RUN it with podman run");
        CHECK("", "usage", "To RUN this, type docker run IMAGE");
}

static void says_what_is_wrong_with_each(void **state) {
        CHECK("host-command", "RUN", "echo please execute atomic install IMAGE");
        CHECK("shell-syntax unnamed-container", "RUN", "docker run -v `pwd`:/x IMAGE");
        CHECK("undefined-variable unnamed-container", "RUN", "docker run -e X=$XYZ IMAGE");
        CHECK("duplicate-label fixed-name", "RUN", "docker run --name a IMAGE", "run", "docker run --name b IMAGE");
        CHECK("empty-label", "RUN", "");
        CHECK("empty-label", "RUN", " ");
        CHECK("unbalanced-quote unnamed-container", "RUN", "docker run IMAGE 'x");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(secrets_in_labels_are_reported),
                cmocka_unit_test(a_good_image_is_quiet), cmocka_unit_test(pairs_install_and_uninstall),
                cmocka_unit_test(compares_the_image),    cmocka_unit_test(looks_at_names),
                cmocka_unit_test(a_name_that_follows_the_service_is_not_fixed),
                cmocka_unit_test(whole_folders_are_no_lost_variables),
                cmocka_unit_test(looks_at_labels_of_other_tools),
                cmocka_unit_test(options_of_a_file_do_not_get_lost_silently),
                cmocka_unit_test(one_cause_is_one_finding),
                cmocka_unit_test(finds_lost_labels),     cmocka_unit_test(says_what_is_wrong_with_each),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
