/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/words.h"
#include "model/plan/unit-text.h"
#include "tests/unit/quadlet-cases.h"

/* The lines of [Container] behind the image and the name. */
static char *lines_of(const char *options, const char *version) {
        _cleanup_free_ char *text = str_printf("podman run %s localhost/web:1", options);
        _cleanup_strv_ char **argv = NULL;
        assert_int_equal(words_split(text, &argv, NULL), 0);
        _cleanup_command_ struct command *run = command_read("RUN", argv, ENGINE_PODMAN, "/usr/bin/podman", NULL);
        const struct host_facts facts = { .engine = ENGINE_PODMAN, .engine_version = version, .quadlet = true };
        _cleanup_(unit_file_done) struct unit_file unit = {};
        _cleanup_error_ struct error *e = NULL;
        assert_ok(unit_file_make("web", NULL, run, NULL, NULL, &facts, &unit, &e), e);
        assert_int_equal(unit.kind, UNIT_QUADLET);
        const char *from = strstr(unit.text, "ContainerName=web\n") + strlen("ContainerName=web\n"), *to = strstr(from, "\n[Service]");
        assert_non_null(to);
        return xstrndup(from, to > from ? (size_t) (to - from) - 1 : 0);
}

static void check_lines(const char *options, const char *version, const char *wanted) {
        _cleanup_free_ char *lines = lines_of(options, version);
        if (strcmp(lines, wanted) != 0)
                fail_msg("%s for Podman %s:\n%s\nnot\n%s", options, version ? version : "of any version", lines, wanted);
}

static void options_become_keys_of_this_podman(void **state) {
        for (const struct quadlet_case *c = quadlet_cases; c->options; c++) {
                check_lines(c->options, "5.4.2", c->now);
                check_lines(c->options, "4.4.1", c->before ? c->before : c->now);
                check_lines(c->options, NULL, c->before ? c->before : c->now);
        }
}

static void keys_come_with_their_version(void **state) {
        static const struct {
                const char *options, *version, *lines;
        } rows[] = {
                { "-m 1g", "5.5", "Memory=1g" },                 { "-m 1g", "5.4.9", "PodmanArgs=--memory=1g" },
                { "--http-proxy=false", "5.7.1", "HttpProxy=false" }, { "--http-proxy=false", "5.6", "PodmanArgs=--http-proxy=false" },
                { "--retry 3", "5.10.0", "Retry=3" },            { "--tz local", "4.4", "Timezone=local" },
                { "--ip 10.0.0.9", "4.5.0", "IP=10.0.0.9" },     { "--pull never", "4.6.0-dev", "Pull=never" },
                { "--shm-size 1m", "4.7", "ShmSize=1m" },        { "--uidmap 0:1:1", "4.8", "UIDMap=0:1:1" },
                { "--uidmap 0:1:1", "4.7", "PodmanArgs=--uidmap=0:1:1" }, { "--stop-timeout 9", "5.0", "StopTimeout=9" },
                { "--group-add x", "5.1", "GroupAdd=x" },        { "--stop-signal 9", "5.2", "StopSignal=9" },
                { "--cgroups enabled", "5.3", "CgroupsMode=enabled" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                check_lines(rows[i].options, rows[i].version, rows[i].lines);
        assert_true(engine_has_quadlet("4.4") && engine_has_quadlet("5.4.2") && engine_has_quadlet("10.0"));
        assert_false(engine_has_quadlet("4.3.1") || engine_has_quadlet("3.9") || engine_has_quadlet("x") || engine_has_quadlet(NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(options_become_keys_of_this_podman),
                cmocka_unit_test(keys_come_with_their_version),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
