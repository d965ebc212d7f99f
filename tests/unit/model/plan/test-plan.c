/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/plan/plan.h"

static struct plan *make(const char *name, const char *install, char *const *arguments) {
        _cleanup_image_ struct image *image = new0(struct image);
        image->id = strdup("0123");
        image_add_label(image, "INSTALL", install);
        image_add_label(image, "RUN", "podman run -d --name NAME IMAGE");
        struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(plan_make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .reference = "x", .name = name,
                                                     .arguments = arguments }, &plan, &e), e);
        return plan;
}

static char *consent(const char *name, const char *install, const char *a, const char *b) {
        char *arguments[] = { (char *) a, (char *) b, NULL };
        _cleanup_plan_ struct plan *plan = make(name, install, arguments);
        return plan_consent_text(plan);
}

/* Two plans that differ in anything that runs must not share a consent. */
static void consent_distinguishes_plans(void **state) {
        char *texts[] = {
                consent("x", "podman run $IMAGE a b", NULL, NULL),
                consent("x", "podman run $IMAGE a", "b", NULL),
                consent("x", "podman run $IMAGE", "a", "b"),
                consent("x", "podman run $IMAGE", "a b", NULL),
                consent("x", "podman run $IMAGE", "a\nargv 1 b", NULL),
                consent("x", "podman run $IMAGE  a b", NULL, NULL),
                consent("y", "podman run $IMAGE a b", NULL, NULL),
        };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                for (size_t k = 0; k < i; k++)
                        if (str_equal(texts[i], texts[k]))
                                fail_msg("%zu and %zu", k, i);
        _cleanup_free_ char *again = consent("x", "podman run $IMAGE a b", NULL, NULL);
        assert_string_equal(again, texts[0]);
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
}

static void consent_has_lengths_before_texts(void **state) {
        _cleanup_free_ char *text = consent("x", "podman run $IMAGE", "a b", NULL);
        assert_non_null(strstr(text, "verb 7 install\nname 1 x\nimage 4 0123\nkey 7 INSTALL\nlabel 17 podman run $IMAGE\n"
                                     "argv 6 podman\nargv 3 run\nargv 1 x\nargv 3 a b\nrun 6 podman\n"));
}

static void a_refusal_names_every_finding_once(void **state) {
        _cleanup_plan_ struct plan *plan = make("x", "rm $A $B; rm $C", NULL);
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(plan_permitted(plan, &e), -EPERM);
        assert_non_null(strstr(e->message, "the findings "));
        assert_non_null(strstr(e->message, "host-command"));
        assert_non_null(strstr(e->message, "undefined-variable"));
        assert_non_null(strstr(e->message, "shell-syntax"));
        assert_null(strstr(strstr(e->message, "undefined-variable") + 1, "undefined-variable"));
        assert_non_null(e->cause);
        assert_non_null(e->hint);
        finding_list_allow(&plan->findings, "host-command");
        finding_list_allow(&plan->findings, "undefined-variable");
        finding_list_allow(&plan->findings, "shell-syntax");
        assert_int_equal(plan_permitted(plan, NULL), 0);
}

static void argv_reads_as_it_is_typed(void **state) {
        char *argv[] = { (char *) "podman", (char *) "-e", (char *) "A=it's", (char *) "", (char *) "a b", NULL };
        _cleanup_free_ char *text = argv_text(argv);
        assert_string_equal(text, "podman -e 'A=it'\\''s' '' 'a b'");
        char *controls[] = { (char *) "a\nb", (char *) "it's\033\\", NULL };
        _cleanup_free_ char *line = argv_text(controls);
        assert_string_equal(line, "$'a\\nb' $'it\\'s\\033\\\\'");
        _cleanup_free_ char *none = argv_text(NULL);
        assert_string_equal(none, "");
}

static void the_words_stay(void **state) {
        assert_string_equal(plan_verb_name(VERB_UNINSTALL), "uninstall");
        assert_int_equal(plan_verb_from_name("other"), VERB_OTHER);
        assert_string_equal(unit_kind_name(UNIT_BY_IMAGE), "by-image");
        assert_int_equal(unit_kind_from_name("quadlet"), UNIT_QUADLET);
        assert_null(plan_free(NULL));
        assert_null(plan_free(calloc(1, sizeof(struct plan))));
}

/* Nobody has to look at the host for these: without them it has no system manager, bus or console. */
static void units_that_the_host_needs_are_kept(void **state) {
        static const struct {
                const char *name;
                bool vital;
        } rows[] = {
                { "dbus", true }, { "dbus-broker", true }, { "systemd-journald", true }, { "systemd-logind", true }, { "emergency", true },
                { "rescue", true }, { "initrd-switch-root", true }, { "console-getty", true }, { "sssd", false }, { "chronyd", false },
                { "rsyslog", false }, { "sshd", false }, { "my-systemd-exporter", false }, { "dbusx", false }, { "user.slice", false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_plan_ struct plan *plan = make(rows[i].name, "podman run IMAGE", NULL);
                if ((finding_list_find(&plan->findings, "vital-unit") != NULL) != rows[i].vital)
                        fail_msg("%s", rows[i].name);
                if (rows[i].vital)
                        assert_int_equal(plan_permitted(plan, NULL), -EPERM);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(units_that_the_host_needs_are_kept),
                cmocka_unit_test(consent_distinguishes_plans),
                cmocka_unit_test(consent_has_lengths_before_texts),
                cmocka_unit_test(a_refusal_names_every_finding_once),
                cmocka_unit_test(argv_reads_as_it_is_typed),
                cmocka_unit_test(the_words_stay),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
