/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers that a plan refuses. */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/plan/plan.h"

static struct image *image_install(void) {
        struct image *image = new0(struct image);
        strv_add(&image->names, "localhost/x:latest");
        image_add_label(image, "INSTALL", "podman run $IMAGE");
        return image;
}

static struct answers *answered(const char *name, const char *value) {
        struct answers *a = new0(struct answers);
        answers_set(a, name, value, "typed");
        return a;
}

static char *made(const struct plan_request *q) {
        _cleanup_plan_ struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(plan_make(q, &plan, &e), e);
        return argv_text(plan->command->argv);
}

static void refused(const struct plan_request *q, const char *message, const char *hint) {
        _cleanup_plan_ struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(plan_make(q, &plan, &e), -EINVAL);
        _cleanup_free_ char *line = error_line(e);
        if (!strstr(line, message) || !e->hint || !strstr(e->hint, hint))
                fail_msg("%s (%s)", line, e->hint ? e->hint : "");
}

/* A server without the domain that it needs: an answer file gets the sentence that the field has. */
static void an_answer_that_needs_another_is_refused_without_it(void **state) {
        _cleanup_image_ struct image *image = image_install();
        static struct param both[] = {
                { .name = (char *) "domain", .title = (char *) "Domain", .type = PARAM_DOMAIN, .delivery = DELIVER_ARGV, .target = (char *) "--domain" },
                { .name = (char *) "server", .title = (char *) "Server", .type = PARAM_HOST, .delivery = DELIVER_ARGV, .target = (char *) "--server",
                  .with_name = (char *) "domain" },
        };
        static struct mode mode = { .name = (char *) "one", .title = (char *) "One" };
        struct profile pair = { .name = (char *) "pair", .title = (char *) "Pair", .modes = &mode, .n_modes = 1, .parameters = both, .n_parameters = 2 };
        _cleanup_(answers_freep) struct answers *a = answered("server", "ipa.example.test");
        struct plan_request q = { .verb = VERB_INSTALL, .image = image, .reference = "x", .profile = &pair, .answers = a };
        refused(&q, "Server needs Domain as well", "Fill in Domain");
        answers_set(a, "domain", "example.test", "typed");
        _cleanup_free_ char *words = made(&q);
        assert_string_equal(words, "podman run x --domain example.test --server ipa.example.test");
}

/* Ignored, they would be missed: nothing is sent, compared or set. */
static void answers_that_do_not_apply_are_refused(void **state) {
        static char otp[] = "otp", *when_otp[] = { otp, NULL };
        static const struct param asked[] = {
                { .name = (char *) "by", .title = (char *) "Join by", .initial = (char *) "password" },
                { .name = (char *) "ca-file", .title = (char *) "CA file", .when_name = (char *) "by", .when_values = when_otp,
                  .delivery = DELIVER_ARGV, .target = (char *) "--ca" },
                { .name = (char *) "otp", .title = (char *) "One-time password", .type = PARAM_SECRET, .when_name = (char *) "by",
                  .when_values = when_otp, .with_name = (char *) "ca-file", .delivery = DELIVER_STDIN },
        };
        struct profile own = { .parameters = (struct param *) asked, .n_parameters = ELEMENTS(asked) };
        _cleanup_image_ struct image *image = image_install();
        _cleanup_(answers_freep) struct answers *b = answered("ca-file", "/ca"), *c = answered("cafile", "/ca"), *d = answered("by", "otp");
        char *secrets[] = { otp, NULL }, *other_asks[] = { (char *) "by", NULL };
        struct mode modes[] = { { .name = (char *) "join" }, { .name = (char *) "migrate", .parameters = other_asks } };
        struct profile two = { .parameters = (struct param *) asked, .n_parameters = ELEMENTS(asked), .modes = modes, .n_modes = 2 };
        refused(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .reference = "x", .profile = &two, .mode = "migrate", .answers = b },
                "(ca-file) does not apply here", "The mode migrate does not ask for it");
        struct plan_request q = { .verb = VERB_INSTALL, .image = image, .reference = "x", .profile = &own, .answers = b };
        refused(&q, "The answer for CA file (ca-file) does not apply here", "It belongs to by=otp");
        q.answers = c;
        refused(&q, "There is no parameter called \"cafile\". Did you mean \"ca-file\"?", "There are: by, ca-file, otp");
        q.answers = NULL;
        q.secrets = secrets;
        refused(&q, "The answer for One-time password (otp) does not apply here", "It belongs to by=otp");
        q.answers = d;
        refused(&q, "One-time password needs CA file as well", "--set ca-file=");
        answers_set(d, "ca-file", "/ca", "typed");
        _cleanup_free_ char *words = made(&q);
        assert_non_null(strstr(words, " x --ca /ca"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_answer_that_needs_another_is_refused_without_it),
                cmocka_unit_test(answers_that_do_not_apply_are_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
