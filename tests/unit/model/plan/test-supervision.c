/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/words.h"
#include "model/plan/unit-text.h"

/* A database and a pod's infra container have units here. */
static const char *container_unit(const char *name, void *userdata) {
        return str_equal(name, "db") ? "postgres.service" : str_equal(name, "front-infra") ? "front-pod.service" : NULL;
}

static struct command *read_words(const char *text) {
        _cleanup_strv_ char **argv = NULL;
        assert_int_equal(words_split(text, &argv, NULL), 0);
        bool docker = str_equal(argv[0], "docker");
        return command_read("RUN", argv, docker ? ENGINE_DOCKER : ENGINE_PODMAN, docker ? "/usr/bin/docker" : "/usr/bin/podman", NULL);
}

enum { QUADLET, SERVICE, DOCKER, KINDS };

static struct unit_file make_unit(const char *options, const char *stop, int kind) {
        const char *engine = kind == DOCKER ? "docker" : "podman";
        _cleanup_free_ char *text = str_printf("%s run -d %s localhost/web:1", engine, options),
                            *stop_text = stop ? str_printf("%s %s", engine, stop) : NULL;
        _cleanup_command_ struct command *run = read_words(text), *stops = stop ? read_words(stop_text) : NULL;
        const struct host_facts facts = { .engine = kind == DOCKER ? ENGINE_DOCKER : ENGINE_PODMAN, .engine_version = "5.4.2",
                                          .quadlet = kind == QUADLET, .container_unit = container_unit };
        struct unit_file unit = {};
        _cleanup_error_ struct error *e = NULL;
        assert_ok(unit_file_make("web", NULL, run, stops, NULL, &facts, &unit, &e), e);
        return unit;
}

/* Each line of the list is in the unit, or (begins with "!") is not. */
static void check_unit(const char *options, const char *stop, int kind, const char *lines) {
        _cleanup_(unit_file_done) struct unit_file unit = make_unit(options, stop, kind);
        _cleanup_strv_ char **each = strv_split(lines, "\n");
        for (char **line = each; *line; line++) {
                const char *not = str_starts(*line, "!");
                _cleanup_free_ char *whole = str_printf("\n%s%s", not ? not : *line, not ? "" : "\n");
                if (!strstr(unit.text, whole) == !not)
                        fail_msg("%s: %s in\n%s", options, *line, unit.text);
        }
}

static void units_of_all_kinds_mean_what_the_label_means(void **state) {
        static const struct {
                const char *options, *stop, *lines;
        } rows[] = {
                /* restarts */
                { "", NULL, "Restart=on-failure\n!StartLimit\n!RestartSec" },
                { "--restart=always", NULL, "Restart=always\nRestartSec=5\nStartLimitIntervalSec=0" },
                { "--restart unless-stopped", NULL, "Restart=always\nRestartSec=5\nStartLimitIntervalSec=0" },
                { "--restart on-failure", NULL, "Restart=on-failure\n!StartLimit" },
                { "--restart on-failure:4", NULL, "Restart=on-failure\nStartLimitBurst=5\nStartLimitIntervalSec=100" },
                { "--restart on-failure:0", NULL, "Restart=on-failure\n!StartLimit" },
                { "--restart no", NULL, "Restart=no" },
                { "--restart=", NULL, "Restart=no" },
                { "--restart always --restart no", NULL, "Restart=no" },
                { "--restart sometimes", NULL, "Restart=on-failure" },
                /* the time to stop */
                { "", "stop web", "TimeoutStopSec=70" },
                { "--stop-timeout 5", NULL, "TimeoutStopSec=70" },
                { "--stop-timeout=120", NULL, "TimeoutStopSec=140" },
                { "--stop-timeout=-1", NULL, "TimeoutStopSec=infinity" },
                { "", "stop -t 300 web", "TimeoutStopSec=320" },
                { "", "stop --time=90 web", "TimeoutStopSec=110" },
                { "--stop-timeout 200", "stop -t 90 web", "TimeoutStopSec=220" },
                { "", "stop -t 300 other", "TimeoutStopSec=70" },
                /* mounts */
                { "-v /srv/x/:/x -v vol:/y -v /etc/x:/z", NULL, "RequiresMountsFor=/srv/x\n!RequiresMountsFor=/etc\n!RequiresMountsFor=vol" },
                { "-v '/srv/a b:/x' -v '/srv/5%:/y'", NULL, "RequiresMountsFor=\"/srv/a b\"\nRequiresMountsFor=\"/srv/5%%\"" },
                { "--mount type=bind,src=/srv/../data/.x,dst=/x --mount type=tmpfs,dst=/t", NULL, "RequiresMountsFor=/data/.x" },
                { "--mount 'type=bind,source=/srv/a \"b\\,target=/x'", NULL, "RequiresMountsFor=\"/srv/a \\\"b\\\\\"" },
                { "--env-file /srv/x.env", NULL, "RequiresMountsFor=/srv/x.env" },
                { "-v /:/host", NULL, "!RequiresMountsFor=/" },
                /* other containers */
                { "--network container:db", NULL, "Requires=postgres.service\nAfter=postgres.service" },
                { "--pid=container:db --ipc container:db", NULL, "Requires=postgres.service\nAfter=postgres.service" },
                { "--volumes-from db:ro", NULL, "Requires=postgres.service\nAfter=postgres.service" },
                { "--volumes-from other --network container:other", NULL, "!Requires=other\n!After=other" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                for (int kind = 0; kind < KINDS; kind++)
                        check_unit(rows[i].options, rows[i].stop, kind, rows[i].lines);
}

static void what_one_engine_has(void **state) {
        check_unit("--pod front", NULL, QUADLET, "Requires=front-pod.service\nAfter=front-pod.service\nPodmanArgs=--pod=front");
        check_unit("--pod front", NULL, SERVICE, "Requires=front-pod.service\nAfter=front-pod.service\n!Delegate");
        check_unit("--requires db,other", NULL, SERVICE, "Requires=postgres.service\nAfter=postgres.service");
        check_unit("--link db:sql", NULL, DOCKER, "Requires=postgres.service\nAfter=postgres.service");
        check_unit("--cgroup-parent x.slice", NULL, SERVICE, "!Delegate");
        check_unit("--stop-timeout 120", NULL, QUADLET, "StopTimeout=120");
        check_unit("-l io.containers.autoupdate=local", NULL, QUADLET, "AutoUpdate=local");
        check_unit("-l io.containers.autoupdate=local sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL, QUADLET,
                   "!AutoUpdate");
}

static void readiness_is_kept(void **state) {
        static const struct {
                const char *options, *notify;
        } rows[] = {
                { "", "conmon" },
                { "--sdnotify=container", "container" },
                { "--sdnotify healthy", "healthy" },
                { "--sdnotify ignore", "conmon" },
                { "--sdnotify healthy --sdnotify container", "container" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(unit_file_done) struct unit_file unit = make_unit(rows[i].options, NULL, SERVICE);
                _cleanup_free_ char *word = str_printf(" --sdnotify=%s --cgroups", rows[i].notify);
                if (!strstr(unit.text, word) || strstr(strstr(unit.text, word) + 1, " --sdnotify"))
                        fail_msg("%s in\n%s", word, unit.text);
        }
        _cleanup_(unit_file_done) struct unit_file docker = make_unit("--sdnotify=container", NULL, DOCKER);
        assert_null(strstr(docker.text, "sdnotify"));
}

/* What the unit does not do is said. */
static void what_is_left_out_is_said(void **state) {
        static const struct {
                const char *run, *id, *says; /* NULL: the finding is not there */
        } rows[] = {
                { "podman run -d --rm --replace --name web --restart=no IMAGE", "left-out", NULL },
                { "podman run -d --sdnotify=conmon IMAGE", "left-out", NULL },
                { "podman run -d --sdnotify=healthy --pidfile /run/x IMAGE", "left-out", NULL },
                { "podman run -d --cidfile /run/x IMAGE", "left-out", "The unit leaves --cidfile out: the file would be there already" },
                { "podman run -d -a stdout IMAGE", "left-out", "The unit leaves -a out" },
                { "podman run -d --sdnotify=ignore IMAGE", "left-out", "systemd would never hear" },
                { "docker run -d -t IMAGE", "left-out", "The unit leaves -t out: a unit has no terminal" },
                { "podman run -d -l io.containers.autoupdate=registry IMAGE", "autoupdate-pinned", NULL },
                { "podman run -d -l io.containers.autoupdate=registry localhost/web@sha256:"
                  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "autoupdate-pinned",
                  "leaves the label io.containers.autoupdate=registry out" },
                { "podman run -d --net container:db IMAGE", "needs-container", NULL },
                { "podman run -d --pod front IMAGE", "needs-container", NULL },
                { "podman run -d --net container:vpn IMAGE", "needs-container", "needs the container vpn" },
                { "podman run -d --volumes-from data:ro IMAGE", "needs-container", "needs the container data" },
                { "podman run -d --requires db,cache IMAGE", "needs-container", "needs the container cache" },
                { "podman run -d --pod back IMAGE", "needs-container", "needs the pod back" },
                { "podman run -d --pod new:back IMAGE", "needs-container", NULL },
                { "podman run -d --restart=on-failure:7 IMAGE", "fights-systemd", "Restart=on-failure, at most 7 times" },
                { "podman run -d --restart=unless-stopped IMAGE", "fights-systemd", "Restart=always" },
                { "podman run -d --restart=no IMAGE", "fights-systemd", NULL },
                { "podman run -it --restart=always IMAGE", "fights-systemd", NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct image image = {};
                image_add_label(&image, "RUN", rows[i].run);
                const struct host_facts facts = { .engine = str_starts(rows[i].run, "docker") ? ENGINE_DOCKER : ENGINE_PODMAN,
                                                  .container_unit = container_unit };
                const struct plan_request request = { .verb = VERB_INSTALL, .image = &image, .reference = "localhost/web:1", .facts = &facts };
                _cleanup_plan_ struct plan *plan = NULL;
                _cleanup_error_ struct error *e = NULL;
                assert_ok(plan_make(&request, &plan, &e), e);
                const struct finding *f = finding_list_find(&plan->findings, rows[i].id);
                if (!f != !rows[i].says || (f && !strstr(f->message, rows[i].says)))
                        fail_msg("%s: %s", rows[i].run, f ? f->message : "nothing is said");
                label_list_done(&image.labels);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(units_of_all_kinds_mean_what_the_label_means),
                cmocka_unit_test(what_one_engine_has),
                cmocka_unit_test(readiness_is_kept),
                cmocka_unit_test(what_is_left_out_is_said),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
