/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans of VERB_RECONFIGURE: what the record of the installed service and the new answers make of each other. */
#include "model/plan/plan.h"

#include "base/str.h"
#include "tests/test.h"

#define ID "1111111111111111111111111111111111111111111111111111111111111111"

static struct param params[] = {
        { .name = (char *) "host", .title = (char *) "Log server", .type = PARAM_TEXT, .delivery = DELIVER_ARGV, .target = (char *) "--to", .required = true },
        { .name = (char *) "port", .title = (char *) "Port", .type = PARAM_INTEGER, .delivery = DELIVER_ARGV, .target = (char *) "--port", .minimum = 1, .maximum = 65535 },
        { .name = (char *) "token", .title = (char *) "Token", .type = PARAM_SECRET, .delivery = DELIVER_STDIN },
};
static char *forward_asks[] = { (char *) "host", (char *) "port", (char *) "token", NULL }, *local_asks[] = { NULL };
static struct mode modes[] = {
        { .name = (char *) "forward", .title = (char *) "Send them on", .parameters = forward_asks },
        { .name = (char *) "local", .title = (char *) "Keep them", .parameters = local_asks },
        { .name = (char *) "member", .title = (char *) "Join", .parameters = local_asks, .joins = REALM_AD },
};
static const struct profile profile = { .source = (char *) "t.json", .modes = modes, .n_modes = 3, .parameters = params, .n_parameters = 3 };

static struct service *installed(void) {
        struct service *s = service_new();
        s->name = strdup("rsyslog");
        s->pin.reference = strdup("localhost/rsyslog");
        s->pin.image_id = strdup(ID);
        s->given.mode = strdup("forward");
        answers_set(s->given.answers, "host", "log.example.test", "typed");
        answers_set(s->given.answers, "port", "99", "typed");
        strv_add(&s->given.words, "-v");
        strv_add(&s->units, "rsyslog.service");
        strv_add(&s->files, "/etc/systemd/system/rsyslog.service");
        return s;
}

/* mode NULL: the old one; answers "name=value name=value", the others are the recorded ones, as the host adds them */
static struct plan *make(const char *mode, const char *typed, bool by_install, enum plan_verb verb, struct error **reterr) {
        static const struct host_facts facts = { .engine = ENGINE_PODMAN, .engine_path = "/usr/bin/podman" };
        _cleanup_image_ struct image *image = new0(struct image);
        _cleanup_(service_freep) struct service *s = installed();
        _cleanup_(answers_freep) struct answers *a = answers_copy(s->given.answers);
        _cleanup_strv_ char **pairs = strv_split(typed, " ");
        image->id = strdup(ID);
        strv_add(&image->names, "localhost/rsyslog:latest");
        image_add_label(image, "RUN", "podman run -d --name NAME IMAGE");
        if (by_install)
                image_add_label(image, "INSTALL", "podman run --rm -v /:/host IMAGE /install.sh");
        image_add_label(image, "UPGRADE", "podman run --rm IMAGE /upgrade.sh");
        for (char **pair = pairs; pair && *pair; pair++) {
                _cleanup_free_ char *name = strndup(*pair, strcspn(*pair, "="));
                answers_set(a, name, strchr(*pair, '=') + 1, "command line");
        }
        const struct plan_request request = { .verb = verb, .image = image, .reference = "localhost/rsyslog", .pinned = true, .name = "rsyslog", .profile = &profile,
                                              .mode = mode ? mode : "forward", .answers = a, .service = s, .facts = &facts, .unit_text = "[Service]\n" };
        struct plan *plan = NULL;
        if (plan_make(&request, &plan, reterr) < 0)
                return NULL;
        return plan;
}

static void says_what_changes(void **state) {
        static const struct {
                const char *mode, *typed;
                bool by_install;
                const char *argv, *altered, *error;
        } rows[] = {
                { NULL, "port=514", true, "/install.sh --to log.example.test --port 514 -v", "Port: 99 -> 514", NULL },
                { NULL, "port=514 host=b.example.test", true, "/install.sh --to b.example.test --port 514 -v",
                  "Log server: log.example.test -> b.example.test, Port: 99 -> 514", NULL },
                { NULL, "port=", true, "/install.sh --to log.example.test -v", "Port: 99 -> (none)", NULL },
                /* answers of the mode that it had are not asked any more, and do not matter */
                { "local", "", true, "/install.sh -v", "Mode: Send them on -> Keep them, Log server: log.example.test -> (none), Port: 99 -> (none)", NULL },
                { NULL, "", true, "/install.sh --to log.example.test --port 99 -v", "", NULL },
                /* without an INSTALL the words are RUN's */
                { NULL, "port=514", false, NULL, "Port: 99 -> 514", NULL },
                { NULL, "port=0", true, NULL, NULL, "The answer for Port (port) is not valid" },
                { "local", "port=514", true, NULL, NULL, "The answer for Port (port) does not apply here" },
                { NULL, "host=", true, NULL, NULL, "The answer for Log server (host) is not valid" },
                { "member", "", true, NULL, NULL,
                  "rsyslog makes this host a member of a realm, and a membership cannot be reconfigured: its keys would change in the realm as well" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_plan_ struct plan *plan = make(rows[i].mode, rows[i].typed, rows[i].by_install, VERB_RECONFIGURE, &e);
                if (rows[i].error) {
                        assert_null(plan);
                        assert_non_null(strstr(e->message, rows[i].error));
                        continue;
                }
                assert_ok(plan ? 0 : -1, e);
                _cleanup_free_ char *altered = strv_join(plan->altered, ", "), *argv = plan->command ? argv_text(plan->command->argv) : NULL;
                assert_string_equal(altered, rows[i].altered);
                assert_int_equal(!!finding_list_find(&plan->findings, "nothing-altered"), !rows[i].altered[0]);
                assert_string_equal(plan->from->image_id, ID);
                if (rows[i].argv)
                        assert_non_null(str_ends(argv, rows[i].argv));
                else
                        assert_null(argv);
                assert_int_equal(plan_permitted(plan, NULL), 0);
        }
}

/* A unit of ours is written anew, and what it was is known; the label UPGRADE does not run. */
static void the_unit_beside_the_old_one(void **state) {
        _cleanup_error_ struct error *e = NULL;
        _cleanup_plan_ struct plan *plan = make(NULL, "port=514", false, VERB_RECONFIGURE, &e);
        assert_ok(plan ? 0 : -1, e);
        assert_string_equal(plan->unit.path, "/etc/systemd/system/rsyslog.service");
        assert_string_equal(plan->unit.was, "[Service]\n");
        _cleanup_strv_ char **lines = plan_unit_lines(&plan->unit);
        assert_true(strv_length(lines) > 3);
        assert_non_null(strstr(plan->unit.text, "--port 514 -v"));
        assert_true(strv_contains(plan->paths, "/etc"));
        _cleanup_plan_ struct plan *same = make(NULL, "", false, VERB_RECONFIGURE, &e);
        assert_non_null(same);
        str_replace(&same->unit.was, same->unit.text);
        _cleanup_strv_ char **none = plan_unit_lines(&same->unit);
        assert_null(none);
}

/* Its rehearsal knows the record, too, and writes to the copy alone. */
static void can_be_rehearsed(void **state) {
        _cleanup_error_ struct error *e = NULL;
        _cleanup_plan_ struct plan *plan = make(NULL, "port=514", true, VERB_REHEARSE, &e);
        assert_ok(plan ? 0 : -1, e);
        _cleanup_free_ char *argv = argv_text(plan->command->argv);
        assert_non_null(strstr(argv, PLAN_REHEARSAL_DIR));
        assert_non_null(str_ends(argv, "--port 514 -v"));
        assert_non_null(plan->from);
        assert_string_equal(plan->altered[0], "Port: 99 -> 514");
        assert_null(plan->paths);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(says_what_changes),
                cmocka_unit_test(the_unit_beside_the_old_one),
                cmocka_unit_test(can_be_rehearsed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
