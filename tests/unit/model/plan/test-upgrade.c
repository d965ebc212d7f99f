/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans of VERB_UPGRADE: what the record of the installed service and the newer image make of each other. */
#include "model/plan/plan.h"
#include "model/plan/unit-text.h"

#include "base/str.h"
#include "tests/test.h"

#define OLD_ID "1111111111111111111111111111111111111111111111111111111111111111"
#define NEW_ID "2222222222222222222222222222222222222222222222222222222222222222"
#define OLD "localhost/chrony@sha256:" OLD_ID
#define NEW "localhost/chrony@sha256:" NEW_ID

static struct image *newer(const char *run, const char *install) {
        struct image *image = new0(struct image);
        image->id = strdup(NEW_ID);
        image->digest = strdup("sha256:" NEW_ID);
        strv_add(&image->names, "localhost/chrony:latest");
        if (run)
                image_add_label(image, "RUN", run);
        if (install)
                image_add_label(image, "INSTALL", install);
        image_add_label(image, "version", "2");
        return image;
}

static struct service *installed(const char *file) {
        struct service *s = service_new();
        s->name = strdup("clock");
        s->pin.reference = strdup("localhost/chrony");
        s->pin.image = strdup(OLD);
        s->pin.image_id = strdup(OLD_ID);
        s->pin.digest = strdup("sha256:" OLD_ID);
        s->pin.version = strdup("1");
        strv_add(&s->units, "clock.service");
        if (file)
                strv_add(&s->files, file);
        label_list_set(&s->pin.labels, "RUN", "podman run -d IMAGE");
        return s;
}

static struct plan *upgrade(struct plan_request request) {
        static const struct host_facts facts = { .engine = ENGINE_PODMAN, .engine_path = "/usr/bin/podman", .quadlet = true };
        struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        request.verb = VERB_UPGRADE;
        request.pinned = true;
        request.name = "clock";
        request.reference = "localhost/chrony";
        request.facts = &facts;
        assert_ok(plan_make(&request, &plan, &e), e);
        return plan;
}

static void fills_run_as_the_install_did(void **state) {
        static struct param params[] = {
                { .name = (char *) "server", .title = (char *) "S", .type = PARAM_TEXT, .delivery = DELIVER_ARGV, .target = (char *) "--server", .required = true },
        };
        static struct mode only = { .name = (char *) "default", .title = (char *) "Default" };
        const struct profile profile = { .source = (char *) "t.json", .modes = &only, .n_modes = 1, .parameters = params, .n_parameters = 1 };
        _cleanup_image_ struct image *image = newer("podman run -d --privileged -e X=$X IMAGE $OPT1", NULL);
        _cleanup_(service_freep) struct service *s = installed("/etc/systemd/system/clock.service");
        _cleanup_(answers_freep) struct answers *a = new0(struct answers);
        answers_set(a, "server", "ntp.example.test", "typed");
        answers_set(a, "gone", "no one asks any more", "typed");
        strv_add(&s->given.words, "-x");
        char *set[] = { (char *) "X=1", NULL };
        _cleanup_plan_ struct plan *plan = upgrade((struct plan_request) { .image = image, .service = s, .profile = &profile, .answers = a, .set = set,
                                                                           .opt = { "-d -d" } });
        assert_int_equal(plan_permitted(plan, NULL), 0);
        assert_null(plan->command);
        _cleanup_free_ char *run = argv_text(plan->run->argv);
        assert_string_equal(run, "/usr/bin/podman run -d --privileged -e X=1 " NEW " -d -d --server ntp.example.test -x");
        assert_non_null(finding_list_find(&plan->findings, "unused-answer"));
        assert_string_equal(plan->from->image, OLD);
        assert_string_equal(plan->from->version, "1");
        assert_string_equal(plan->pin.version, "2");
        /* the record will say the same again */
        assert_string_equal(plan->given.set[0], "X=1");
        assert_string_equal(plan->given.opt[0], "-d -d");
        assert_string_equal(plan->given.words[0], "-x");
        assert_string_equal(answers_get(plan->given.answers, "server"), "ntp.example.test");
        struct label_changes changes = {};
        changes = label_changes_make(&plan->from->labels, &plan->pin.labels);
        assert_int_equal(changes.n, 1);
        _cleanup_free_ char *words = label_change_text(&changes.items[0]);
        assert_string_equal(words, "podman run -d {+--privileged -e 'X=$X'+} IMAGE {+'$OPT1'+}");
        label_changes_done(&changes);
}

static void keeps_the_kind_of_unit(void **state) {
        static const struct {
                const char *file;
                enum unit_kind kind;
        } cases[] = {
                { "/etc/systemd/system/clock.service", UNIT_SERVICE },
                { "/etc/containers/systemd/clock.container", UNIT_QUADLET },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_image_ struct image *image = newer("podman run -d IMAGE", NULL);
                _cleanup_(service_freep) struct service *s = installed(cases[i].file);
                _cleanup_plan_ struct plan *plan = upgrade((struct plan_request) { .image = image, .service = s });
                assert_int_equal(plan->unit.kind, cases[i].kind);
                assert_string_equal(plan->unit.path, cases[i].file);
                assert_non_null(strstr(plan->unit.text, NEW));
                assert_null(strstr(plan->unit.text, OLD));
        }
}

/* What was disabled does not start at boot because of an upgrade. */
static void keeps_what_starts_at_boot(void **state) {
        static const struct {
                const char *text;
                bool wanted;
        } rows[] = {
                { "[Container]\nImage=" OLD "\n\n[Install]\nWantedBy=multi-user.target\n", true },
                { "[Container]\nImage=" OLD "\n\n[Install]\n", false },
                { NULL, true },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_image_ struct image *image = newer("podman run -d IMAGE", NULL);
                _cleanup_(service_freep) struct service *s = installed("/etc/containers/systemd/clock.container");
                _cleanup_plan_ struct plan *plan = upgrade((struct plan_request) {
                        .image = image, .service = s, .unit_text = rows[i].text });
                assert_int_equal(plan->unit.kind, UNIT_QUADLET);
                assert_int_equal(unit_text_is_wanted(plan->unit.text), rows[i].wanted);
        }
}

static void changes_the_image_in_a_unit_of_the_image(void **state) {
        _cleanup_image_ struct image *image = newer("podman run -d IMAGE", "podman run IMAGE install");
        _cleanup_(service_freep) struct service *s = installed(NULL);
        struct plan_request request = {
                .image = image, .service = s, .unit_path = "/etc/systemd/system/clock.service",
                .unit_text = "[Service]\nEnvironment=IMAGE=" OLD "\nExecStart=/usr/bin/atomic run --name=clock " OLD "\n# mine\n",
        };
        _cleanup_plan_ struct plan *plan = upgrade(request);
        assert_int_equal(plan_permitted(plan, NULL), 0);
        assert_int_equal(plan->unit.kind, UNIT_BY_IMAGE);
        assert_string_equal(plan->unit.name, "clock.service");
        assert_string_equal(plan->unit.path, "/etc/systemd/system/clock.service");
        assert_string_equal(plan->unit.text, "[Service]\nEnvironment=IMAGE=" NEW "\nExecStart=/usr/bin/atomic run --name=clock " NEW "\n# mine\n");

        request.unit_text = "[Service]\nExecStart=/usr/bin/podman run localhost/chrony\n";
        _cleanup_plan_ struct plan *other = upgrade(request);
        assert_null(other->unit.text);
        assert_null(other->unit.path);
        const struct finding *f = finding_list_find(&other->findings, "unit-not-pinned");
        assert_non_null(f);
        assert_int_equal(f->severity, SEVERITY_WARN);
}

static void runs_the_upgrade_label(void **state) {
        _cleanup_image_ struct image *image = newer("podman run -d IMAGE", "podman run IMAGE install");
        image_add_label(image, "UPGRADE", "podman run --rm -v /etc/clock:/c -v /srv/x:/x IMAGE upgrade $NAME");
        _cleanup_(service_freep) struct service *s = installed("/etc/systemd/system/clock.service");
        char *more[] = { (char *) "--now", NULL };
        _cleanup_plan_ struct plan *plan = upgrade((struct plan_request) { .image = image, .service = s, .arguments = more });
        _cleanup_free_ char *command = argv_text(plan->command->argv), *paths = strv_join(plan->paths, " ");
        assert_string_equal(command, "/usr/bin/podman run --rm -v /etc/clock:/c -v /srv/x:/x " NEW " upgrade clock --now");
        assert_string_equal(plan->label_key, "UPGRADE");
        assert_string_equal(paths, "/etc /srv/x /usr/local");
        /* its own arguments are none of the install's */
        assert_null(plan->given.words);
        assert_int_equal(plan->unit.kind, UNIT_SERVICE);
}

static void refuses_what_cannot_be_supervised(void **state) {
        static const char *const runs[] = { NULL, "podman run -it IMAGE bash", "/usr/sbin/chronyd" };
        for (size_t i = 0; i < ELEMENTS(runs); i++) {
                _cleanup_image_ struct image *image = newer(runs[i], "podman run IMAGE install");
                _cleanup_(service_freep) struct service *s = installed("/etc/systemd/system/clock.service");
                _cleanup_plan_ struct plan *plan = upgrade((struct plan_request) { .image = image, .service = s });
                assert_non_null(finding_list_find(&plan->findings, "unit-unwritable"));
                assert_int_equal(plan_permitted(plan, NULL), -EPERM);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(keeps_what_starts_at_boot), cmocka_unit_test(fills_run_as_the_install_did),
                cmocka_unit_test(keeps_the_kind_of_unit),
                cmocka_unit_test(changes_the_image_in_a_unit_of_the_image),
                cmocka_unit_test(runs_the_upgrade_label),
                cmocka_unit_test(refuses_what_cannot_be_supervised),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
