/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "base/words.h"
#include "model/plan/unit-text.h"

static struct command *read_words(const char *text) {
        _cleanup_strv_ char **argv = NULL;
        struct command *c = NULL;
        struct finding_list findings = {};
        assert_int_equal(words_split(text, &argv, NULL), 0);
        bool docker = str_starts(argv[0], "docker") != NULL;
        c = command_read("RUN", argv, docker ? ENGINE_DOCKER : ENGINE_PODMAN, docker ? "/usr/bin/docker" : "/usr/bin/podman", &findings);
        finding_list_done(&findings);
        return c;
}

static int try_unit(const char *run_text, const char *stop_text, const char *description, char *const *environment,
                    const struct host_facts *facts, struct unit_file *ret, struct error **reterr) {
        _cleanup_command_ struct command *run = read_words(run_text), *stop = stop_text ? read_words(stop_text) : NULL;
        return unit_file_make("web", description, run, stop, environment, facts, ret, reterr);
}

static struct unit_file make_unit(const char *run, const char *stop, bool quadlet) {
        const struct host_facts facts = { .engine = ENGINE_PODMAN, .quadlet = quadlet };
        static char *environment[] = { (char *) "SET=a value", NULL };
        struct unit_file unit = {};
        _cleanup_error_ struct error *e = NULL;
        assert_ok(try_unit(run, stop, "Web server", environment, &facts, &unit, &e), e);
        return unit;
}

static void has(const struct unit_file *unit, const char *line) {
        _cleanup_free_ char *whole = str_printf("\n%s\n", line);
        if (!strstr(unit->text, whole))
                fail_msg("no line %s in\n%s", line, unit->text);
}

static void lacks(const struct unit_file *unit, const char *text) {
        if (strstr(unit->text, text))
                fail_msg("%s is in\n%s", text, unit->text);
}

static const char RUN[] = "podman run -dit --restart=on-failure --rm --name web --net=host -e A=1 -e SET -e UNSET -v /srv/web/:/www:ro,z "
                          "-v data:/data -p 80:80 --privileged localhost/web:1 /bin/httpd -x '$HOME'";

static void a_service_is_supervised(void **state) {
        _cleanup_(unit_file_done) struct unit_file u = make_unit(RUN, "podman kill -s HUP web", false);
        assert_int_equal(u.kind, UNIT_SERVICE);
        assert_string_equal(u.name, "web.service");
        assert_string_equal(u.path, "/etc/systemd/system/web.service");
        assert_null(u.overrides);
        has(&u, "Description=Web server");
        has(&u, "X-Fairlead=web");
        has(&u, "RequiresMountsFor=/srv/web");
        has(&u, "Type=notify");
        has(&u, "Restart=on-failure");
        has(&u, "ExecStart=/usr/bin/podman run --cidfile=%t/%N.ctr-id --sdnotify=conmon --cgroups=split --detach --rm --replace --name=web "
                "--interactive --tty --net=host -e A=1 -e \"SET=a value\" -e UNSET -v /srv/web/:/www:ro,z -v data:/data -p 80:80 "
                "--privileged localhost/web:1 /bin/httpd -x \"$$HOME\"");
        has(&u, "ExecStop=-/usr/bin/podman kill -s HUP web");
        has(&u, "ExecStop=/usr/bin/podman stop --ignore --cidfile=%t/%N.ctr-id");
        has(&u, "ExecStopPost=-/usr/bin/podman rm -f --ignore --cidfile=%t/%N.ctr-id");
        has(&u, "WantedBy=multi-user.target");
        lacks(&u, "--restart");
}

static void a_quadlet_says_the_same(void **state) {
        _cleanup_(unit_file_done) struct unit_file u = make_unit(RUN, "podman kill -s HUP web", true);
        assert_int_equal(u.kind, UNIT_QUADLET);
        assert_string_equal(u.name, "web.service");
        assert_string_equal(u.path, "/etc/containers/systemd/web.container");
        has(&u, "Image=localhost/web:1");
        has(&u, "ContainerName=web");
        has(&u, "Network=host");
        has(&u, "Environment=A=1");
        has(&u, "Environment=\"SET=a value\"");
        has(&u, "PodmanArgs=--env=UNSET");
        has(&u, "Volume=/srv/web/:/www:ro,z");
        has(&u, "Volume=data:/data");
        has(&u, "PublishPort=80:80");
        has(&u, "PodmanArgs=--privileged");
        has(&u, "PodmanArgs=--interactive");
        has(&u, "Exec=/bin/httpd -x \"$$HOME\"");
        has(&u, "Restart=on-failure");
        has(&u, "ExecStop=-/usr/bin/podman kill -s HUP web");
        has(&u, "WantedBy=multi-user.target");
        lacks(&u, "--restart");
        lacks(&u, "--detach");
}

static void docker_stays_attached(void **state) {
        const struct host_facts facts = { .engine = ENGINE_DOCKER, .quadlet = true };
        _cleanup_(unit_file_done) struct unit_file u = {};
        assert_int_equal(try_unit("docker run -dit --restart=always --name web -v /var/lib/web:/x localhost/web:1", "docker stop web", NULL, NULL,
                                  &facts, &u, NULL), 0);
        assert_int_equal(u.kind, UNIT_SERVICE);
        has(&u, "Description=web, run from a container image");
        has(&u, "Type=exec");
        has(&u, "Requires=docker.service");
        has(&u, "RequiresMountsFor=/var/lib/web");
        has(&u, "ExecStartPre=-/usr/bin/docker rm -f web");
        has(&u, "ExecStart=/usr/bin/docker run --rm --name=web -v /var/lib/web:/x localhost/web:1");
        has(&u, "ExecStop=-/usr/bin/docker stop web");
        lacks(&u, "tty");
        lacks(&u, "interactive");
        lacks(&u, "-d ");
}

static void names_and_global_options_are_kept(void **state) {
        _cleanup_(unit_file_done) struct unit_file u = make_unit("podman --log-level=debug container run -d localhost/web:1", NULL, false);
        has(&u, "ExecStart=/usr/bin/podman --log-level=debug run --cidfile=%t/%N.ctr-id --sdnotify=conmon --cgroups=split --detach --rm --replace "
                "--name=web localhost/web:1");
        _cleanup_(unit_file_done) struct unit_file own = make_unit("podman run --name my-web --cgroups=no-conmon localhost/web:1",
                                                                   "podman stop web", false);
        lacks(&own, "split");
        lacks(&own, "Delegate");
        lacks(&own, "ExecStop=-");      /* it stops another container */
        assert_non_null(strstr(own.text, "--name=my-web --cgroups=no-conmon"));

        const struct host_facts nested = { .no_cgroups = true };
        _cleanup_(unit_file_done) struct unit_file n = {};
        assert_int_equal(try_unit("podman run localhost/web:1", NULL, NULL, NULL, &nested, &n, NULL), 0);
        lacks(&n, "split");
        lacks(&n, "Delegate");
}

/* What the generator would lose or turn into a second command goes into a .service (unitfile.c says what was tried). */
static void what_a_quadlet_cannot_hold_becomes_a_service(void **state) {
        static const char *const runs[] = { "podman run localhost/web:1 sh '' x", "podman run localhost/web:1 a ';' /bin/rm" };
        for (size_t i = 0; i < ELEMENTS(runs); i++) {
                _cleanup_(unit_file_done) struct unit_file u = make_unit(runs[i], NULL, true);
                assert_int_equal(u.kind, UNIT_SERVICE);
        }
        _cleanup_(unit_file_done) struct unit_file u = make_unit("podman run localhost/web:1 a ';' b", NULL, false);
        assert_non_null(strstr(u.text, " a \";\" b\n"));
        _cleanup_(unit_file_done) struct unit_file q = make_unit("podman run -v x.volume:/x -v ./x:/y --network x.network -v '/a b:/c' -v /only localhost/web:1",
                                                                 NULL, true);
        lacks(&q, "\nVolume=x");
        lacks(&q, "\nVolume=.");
        lacks(&q, "\nVolume=/a b");
        has(&q, "Volume=/only");
        lacks(&q, "\nNetwork=");
        has(&q, "PodmanArgs=\"--volume=/a b:/c\"");
}

static void refused(const char *run, const char *reason) {
        struct unit_file u = {};
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(try_unit(run, NULL, NULL, NULL, NULL, &u, &e), -EINVAL);
        assert_null(u.text);
        if (!strstr(e->message, reason))
                fail_msg("%s: %s", run, e->message);
}

static void refuses_what_no_unit_can_hold(void **state) {
        refused("podman run -e 'A=x\nExecStart=/bin/rm' localhost/web:1", "Word 4");
        refused("podman run localhost/web:1 'a\tb'", "bytes that no unit can hold");
        refused("podman run localhost/web:1 'caf\xe9'", "bytes that no unit can hold");
        refused("podman run localhost/web:1 'a\xc2\x85"
                "b'", "bytes that no unit can hold");
        refused("podman run --name 'a b' localhost/web:1", "name");
        refused("podman run --name -x localhost/web:1", "");
        refused("podman run 'a b'", "image");
        refused("podman run -d", "no image");
        refused("podman exec web sh", "does not run a container");
        refused("rm -rf /", "does not run a container");
}

static void a_description_is_one_harmless_line(void **state) {
        static const struct {
                const char *from, *to;
        } rows[] = {
                { "50% $HOME \"x\"", "Description=50%% $HOME \"x\"" },
                { "  ends \\\\ ", "Description=ends" },
                { "A web      server,   folded", "Description=A web server, folded" },
                { "a\nExecStart=/bin/rm", NULL },
                { "", "Description=web, run from a container image" },
                { " \\ ", "Description=web, run from a container image" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(unit_file_done) struct unit_file u = {};
                assert_int_equal(try_unit("podman run localhost/web:1", NULL, rows[i].from, NULL, NULL, &u, NULL), 0);
                if (rows[i].to)
                        has(&u, rows[i].to);
                lacks(&u, "\nExecStart=/bin/rm");
        }
}

static void words_are_quoted_for_systemd(void **state) {
        static const struct {
                const char *word, *quoted;
        } rows[] = {
                { "plain-word_1.2:3/4@5=6,7+8", "plain-word_1.2:3/4@5=6,7+8" },
                { "", "\"\"" },
                { "a b", "\"a b\"" },
                { "100%", "\"100%%\"" },
                { "$HOME ${X}", "\"$$HOME $${X}\"" },
                { "\"\\", "\"\\\"\\\\\"" },
                { "it's", "\"it's\"" },
                { ";", "\";\"" },
                { "caf\xc3\xa9", "\"caf\xc3\xa9\"" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *quoted = NULL;
                assert_int_equal(unit_quote(rows[i].word, &quoted), 0);
                assert_string_equal(quoted, rows[i].quoted);
        }
        char *none = NULL;
        assert_int_equal(unit_quote("a\nb", &none), -EINVAL);
        assert_int_equal(unit_quote("\x7f", &none), -EINVAL);
        assert_int_equal(unit_quote("\xff", &none), -EINVAL);
        assert_null(none);
}

static void unit_names_are_those_of_systemd(void **state) {
        static const char *const good[] = { "a.service", "a@.service", "a@b-c.timer", "dev-disk.swap", "x\\x2dy.mount", "A:b_c.socket" };
        static const char *const bad[] = { "", ".service", "a", "a.servicex", "a b.service", "a/b.service", "@.service", "a.conf",
                                           "a\n.service", "\xc3\xa9.service" };
        for (size_t i = 0; i < ELEMENTS(good); i++)
                if (!unit_name_valid(good[i]))
                        fail_msg("%s", good[i]);
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                if (unit_name_valid(bad[i]))
                        fail_msg("%s", bad[i]);
        assert_false(unit_name_valid(NULL));
        char large[300];
        memset(large, 'a', sizeof large);
        strcpy(large + 248, ".service");
        assert_false(unit_name_valid(large));
        assert_true(unit_name_valid(large + 1));
}

/* Off and on again gives the same bytes; what an admin wrote besides stays. */
static void changes_what_starts_at_boot(void **state) {
        static const struct {
                const char *wanted, *unwanted;
        } rows[] = {
                { "[Container]\nImage=a\n\n[Install]\nWantedBy=multi-user.target\n", "[Container]\nImage=a\n\n[Install]\n" },
                { "[Install]\nWantedBy=multi-user.target\nAlias=b.service\n[Container]\n",
                  "[Install]\nAlias=b.service\n[Container]\n" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *off = unit_text_want(rows[i].wanted, false), *on = unit_text_want(off, true),
                                    *again = unit_text_want(on, true);
                assert_string_equal(off, rows[i].unwanted);
                assert_string_equal(on, rows[i].wanted);
                assert_string_equal(again, on);
                assert_true(unit_text_is_wanted(on) && !unit_text_is_wanted(off));
        }
        _cleanup_free_ char *bare = unit_text_want("[Container]\nWantedBy=x\n", true),
                            *other = unit_text_want("[Install]\nRequiredBy=a.target\nWantedBy=b.target\n", false);
        assert_string_equal(bare, "[Container]\nWantedBy=x\n\n[Install]\nWantedBy=multi-user.target\n");
        assert_string_equal(other, "[Install]\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(changes_what_starts_at_boot),
                cmocka_unit_test(a_service_is_supervised),
                cmocka_unit_test(a_quadlet_says_the_same),
                cmocka_unit_test(docker_stays_attached),
                cmocka_unit_test(names_and_global_options_are_kept),
                cmocka_unit_test(what_a_quadlet_cannot_hold_becomes_a_service),
                cmocka_unit_test(refuses_what_no_unit_can_hold),
                cmocka_unit_test(a_description_is_one_harmless_line),
                cmocka_unit_test(words_are_quoted_for_systemd),
                cmocka_unit_test(unit_names_are_those_of_systemd),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
