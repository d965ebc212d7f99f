/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/profile/profile.h"

#define S(text) ((char *) text)

static void fits(const char *pattern, const char *name, bool expected) {
        char *match[] = { (char *) pattern, NULL }, *names[] = { (char *) name, NULL };
        const struct profile profile = { .match = match };
        const struct image image = { .names = names };
        if (profile_fits(&profile, &image) != expected)
                fail_msg("\"%s\" and \"%s\"", pattern, name);
        const struct image by_digest = { .repo_digests = names };
        assert_int_equal(profile_fits(&profile, &by_digest), expected);
}

static void matches_names_without_registry_and_tag(void **state) {
        fits("rsyslog", "rsyslog", true);
        fits("rsyslog", "localhost/rsyslog:8", true);
        fits("rsyslog", "registry.example.com:5000/rsyslog:8", true);
        fits("rsyslog", "registry.example.com/rsyslog@sha256:0123", true);
        fits("rsyslog", "registry:5000/rsyslog:8@sha256:0123", true);
        fits("rsyslog", "registry.example.com/rhel9/rsyslog", false);
        fits("*/rsyslog", "registry.example.com/rhel9/rsyslog", true);
        fits("*/rsyslog", "registry.example.com/a/b/rsyslog:1", true);
        fits("*/rsyslog", "rsyslog", false);
        fits("rhel9/rsyslog", "rhel9/rsyslog", true);
        fits("rsyslog", "localhost/rsyslog-extra", false);
        fits("[rs]*", "localhost/rsyslog", true);
        fits("rsyslog", "", false);
}

static void finds_modes_and_parameters_by_name(void **state) {
        char *one[] = { (char *) "host", NULL }, *none[] = { NULL };
        struct mode modes[] = {
                { .name = (char *) "local", .parameters = none },
                { .name = (char *) "forward", .parameters = one },
                { .name = (char *) "all" },
        };
        struct param params[] = { { .name = (char *) "host" }, { .name = (char *) "port" } };
        const struct profile p = { .modes = modes, .n_modes = 3, .parameters = params, .n_parameters = 2 };
        assert_ptr_equal(profile_mode(&p, NULL), &modes[0]);
        assert_ptr_equal(profile_mode(&p, "forward"), &modes[1]);
        assert_null(profile_mode(&p, "ghost"));
        assert_ptr_equal(profile_param(&p, "port"), &params[1]);
        assert_null(profile_param(&p, "por"));
        assert_false(mode_asks(&modes[0], &params[0]));
        assert_true(mode_asks(&modes[1], &params[0]));
        assert_false(mode_asks(&modes[1], &params[1]));
        assert_true(mode_asks(&modes[2], &params[1]));
        assert_true(mode_asks(NULL, &params[1]));
}

static void the_generic_one_asks_for_unknown_variables(void **state) {
        _cleanup_image_ struct image *image = new0(struct image);
        image_add_label(image, "INSTALL", "podman run -e A=$LOG_SERVER -e B=${log_server} -e N=$NAME $IMAGE ${_x} ${Y:-z} $OPT1");
        image_add_label(image, "RUN", "podman run -e A=$LOG_SERVER -e P=${arguments} $IMAGE");
        image_add_label(image, "summary", "costs $MONEY");
        _cleanup_(profile_freep) struct profile *p = profile_generic(image);
        assert_int_equal(p->n_modes, 1);
        assert_string_equal(p->source, "built in");

        static const struct {
                const char *name, *target;
                enum delivery delivery;
        } expected[] = {
                { "log-server", "LOG_SERVER", DELIVER_VARIABLE },
                { "log-server-2", "log_server", DELIVER_VARIABLE },
                { "x-x", "_x", DELIVER_VARIABLE },
                { "arguments", "arguments", DELIVER_VARIABLE },
                { "arguments-2", "", DELIVER_ARGV },
        };
        size_t k = 0;
        for (size_t i = 0; i < p->n_parameters; i++) {
                if (str_equal(p->parameters[i].target, "Y"))
                        continue;       /* it has a value of its own; asking is harmless */
                assert_true(k < ELEMENTS(expected));
                assert_string_equal(p->parameters[i].name, expected[k].name);
                assert_string_equal(p->parameters[i].target, expected[k].target);
                assert_int_equal(p->parameters[i].delivery, expected[k].delivery);
                assert_non_null(p->parameters[i].help);
                assert_false(p->parameters[i].required);
                k++;
        }
        assert_int_equal(k, ELEMENTS(expected));
        assert_int_equal(p->parameters[p->n_parameters - 1].type, PARAM_ARGUMENTS);
}

/* Which answers of a mode say what is joined: by type, and by the end of the name. */
static void says_what_is_joined(void **state) {
        struct param params[] = {
                { .name = S("ad-domain"), .type = PARAM_DOMAIN, .required = true },
                { .name = S("ad-user"), .type = PARAM_USER, .initial = S("Administrator") },
                { .name = S("ad-computer-name"), .type = PARAM_TEXT },
                { .name = S("ipa-domain"), .type = PARAM_DOMAIN },
                { .name = S("ipa-server"), .type = PARAM_HOST },
                { .name = S("ipa-hostname"), .type = PARAM_HOST },
        };
        char *ad[] = { S("ad-domain"), S("ad-user"), S("ad-computer-name"), NULL }, *ipa[] = { S("ipa-domain"), S("ipa-server"), S("ipa-hostname"), NULL };
        struct mode modes[] = { { .name = S("a"), .parameters = ad, .joins = REALM_AD }, { .name = S("b"), .parameters = ipa, .joins = REALM_IPA },
                                { .name = S("c") } };
        const struct profile profile = { .modes = modes, .n_modes = 3, .parameters = params, .n_parameters = 6 };
        _cleanup_(answers_freep) struct answers *answers = new0(struct answers);
        struct join join;
        assert_true(profile_join(&profile, &modes[0], NULL, &join));
        assert_int_equal(join.kind, REALM_AD);
        assert_null(join.domain);
        assert_string_equal(join.user, "Administrator");
        answers_set(answers, "ad-domain", "example.test", "typed");
        answers_set(answers, "ad-computer-name", "WEB1", "typed");
        answers_set(answers, "ipa-server", "ipa.example.test", "typed");
        assert_true(profile_join(&profile, &modes[0], answers, &join));
        assert_string_equal(join.domain, "example.test");
        assert_string_equal(join.computer_name, "WEB1");
        assert_null(join.server);               /* the other mode's */
        assert_true(profile_join(&profile, &modes[1], answers, &join));
        assert_null(join.domain);
        assert_string_equal(join.server, "ipa.example.test");
        assert_false(profile_join(&profile, &modes[2], answers, &join));
        assert_false(profile_join(&profile, NULL, answers, &join));
}

/* What nobody would be asked for otherwise: "NAME TYPE wanted". */
static void check_asked(const char *key, const char *label, const char *want) {
        _cleanup_image_ struct image *image = new0(struct image);
        image_add_label(image, key, label);
        image_add_label(image, "RUN_OPTS_FILE", "/etc/${NAME}/opts");
        _cleanup_(profile_freep) struct profile *p = profile_generic(image);
        _cleanup_str_ struct str got = {};
        for (size_t i = 0; i + 1 < p->n_parameters; i++) {     /* the last one is the arguments */
                const struct param *q = p->parameters + i;
                assert_int_equal(q->delivery, DELIVER_VARIABLE);
                assert_non_null(strstr(q->help, "."));
                assert_null(strstr(q->help, "${NAME}"));
                str_addf(&got, "%s%s %s%s", i ? ", " : "", q->target, param_type_name(q->type), q->wanted ? " wanted" : "");
        }
        assert_string_equal(got.text ? got.text : "", want);
}

static void the_generic_one_asks_for_what_comes_from_outside(void **state) {
        check_asked("RUN", "podman run -d -e TOKEN --env=REGION -e A=b -e NAME -e HOME -e TERM -e OPT1 IMAGE",
                    "TOKEN text, REGION text");
        check_asked("INSTALL", "docker run --rm -e SECRET_KEY -e X=$ZONE IMAGE", "ZONE text wanted, SECRET_KEY text");
        check_asked("STOP", "podman exec -e TOKEN NAME stop", "");
        check_asked("RUN", "podman run -d -v $PWD:/data IMAGE", "PWD path wanted");
        check_asked("RUN", "podman run -it --rm -v $PWD:/data IMAGE", "");
        check_asked("INSTALL", "podman run --rm -v $PWD:/data IMAGE", "");
        check_asked("RUN", "podman run -d ${RUN_OPTS} IMAGE", "RUN_OPTS text");
        check_asked("RUN", "podman run -d IMAGE echo -e TOKEN", "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(says_what_is_joined),
                cmocka_unit_test(matches_names_without_registry_and_tag),
                cmocka_unit_test(finds_modes_and_parameters_by_name),
                cmocka_unit_test(the_generic_one_asks_for_unknown_variables),
                cmocka_unit_test(the_generic_one_asks_for_what_comes_from_outside),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
