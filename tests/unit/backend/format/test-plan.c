/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>

#include "backend/format/emit.h"
#include "backend/format/json.h"
#include "base/readfile.h"
#include "base/str.h"
#include "tests/unit/source.h"

static bool every_path(const char *path, void *userdata) {
        return strstr(path, "var") == NULL;
}

static const char *distribution_unit(const char *unit, void *userdata) {
        return "/lib/systemd/system/x.service";
}

/* plan.json must carry all that the worker needs: what is read back and written again is the same, byte for byte. */
static void round_trip(const struct plan *plan) {
        _cleanup_free_ char *text = emit_plan(plan), *again = NULL, *consent = NULL, *consent_again = NULL;
        _cleanup_plan_ struct plan *back = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_non_null(text);
        assert_ok(plan_parse(text, strlen(text), &back, &e), e);
        again = emit_plan(back);
        if (!str_equal(text, again)) {
                print_error("%s\n---\n%s\n", text, again);
                fail();
        }
        if (finding_list_find(&plan->findings, "not-utf8"))
                return;         /* shown with U+FFFD, and never carried out */
        consent = plan_consent_text(plan);
        consent_again = plan_consent_text(back);
        assert_string_equal(consent, consent_again);
}

static struct plan *full_plan(bool quadlet) {
        static struct param params[] = {
                { .name = (char *) "domain", .title = (char *) "D", .type = PARAM_DOMAIN, .delivery = DELIVER_ARGV, .target = (char *) "--domain" },
                { .name = (char *) "pw", .title = (char *) "P", .type = PARAM_SECRET, .delivery = DELIVER_STDIN, .target = (char *) "", .required = true },
                { .name = (char *) "line", .title = (char *) "L", .type = PARAM_TEXT, .delivery = DELIVER_STDIN, .target = (char *) "" },
                { .name = (char *) "file", .title = (char *) "F", .type = PARAM_TEXT, .delivery = DELIVER_FILE, .target = (char *) "/f" },
        };
        static char *exec[] = { (char *) "true", NULL }, *paths[] = { (char *) "/var/lib/x", NULL };
        static struct mode only = { .name = (char *) "default", .title = (char *) "Default" };
        const struct profile profile = { .source = (char *) "t.json", .modes = &only, .n_modes = 1, .parameters = params, .n_parameters = 4,
                                         .health_command = (char *) "exec", .health_argv = exec, .paths = paths };
        _cleanup_image_ struct image *image = new0(struct image);
        image->id = strdup("00112233");
        image->digest = strdup("sha256:0123456789012345678901234567890123456789012345678901234567890123");
        image_add_label(image, "INSTALL", "docker run --rm -v /:/host -v /srv/\"a b\":/x:ro,z $IMAGE \"caf\xc3\xa9\"");
        image_add_label(image, "RUN", "docker run -d --restart=always --name NAME -v /var/lib/x:/x IMAGE");
        image_add_label(image, "UNINSTALL", "rm -rf /");
        image_add_label(image, "STOP", "docker stop NAME");
        _cleanup_(answers_freep) struct answers *a = new0(struct answers);
        answers_set(a, "domain", "example.test", "typed");
        answers_set(a, "line", "one", NULL);
        answers_set(a, "file", "content", "answer file");
        char *allowed[] = { (char *) "overrides-unit", NULL };
        const struct host_facts facts = { .engine = ENGINE_PODMAN, .engine_path = "/usr/bin/podman", .quadlet = quadlet,
                                          .path_exists = every_path, .unit_path = distribution_unit };
        struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(plan_make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .reference = "localhost/x:1", .pinned = true,
                                                     .profile = &profile, .answers = a, .allowed = allowed, .facts = &facts }, &plan, &e), e);
        return plan;
}

static void a_full_plan_comes_back(void **state) {
        for (int quadlet = 0; quadlet < 2; quadlet++) {
                _cleanup_plan_ struct plan *plan = full_plan(quadlet);
                round_trip(plan);
        }
}

static void an_upgrade_comes_back(void **state) {
        _cleanup_plan_ struct plan *plan = full_plan(false);
        plan->verb = VERB_UPGRADE;
        plan->from = calloc(1, sizeof *plan->from);
        plan->from->image = strdup("localhost/x@sha256:00");
        plan->from->image_id = strdup("00");
        plan->from->version = strdup("1");
        label_list_set(&plan->from->labels, "RUN", "podman run -d NAME");
        label_list_set(&plan->from->labels, "UPGRADE", "podman run IMAGE");
        strv_add(&plan->given.set, "X=1");
        strv_add(&plan->given.words, "--more");
        str_replace(&plan->given.opt[1], "-v");
        round_trip(plan);
        _cleanup_free_ char *text = emit_plan(plan);
        _cleanup_json_ struct json_object *o = json_tokener_parse(text);
        struct json_object *changes = NULL, *first = NULL;
        assert_true(json_object_object_get_ex(o, "label_changes", &changes));
        assert_int_equal(json_object_array_length(changes), 5);
        assert_true(json_object_object_get_ex(json_object_array_get_idx(changes, 4), "change", &first));
        assert_string_equal(json_object_get_string(first), "removed");
        /* a unit of the image's own goes where units go, and nowhere else */
        plan->unit.kind = UNIT_BY_IMAGE;
        str_replace(&plan->unit.path, "/usr/local/lib/systemd/system/x.service");
        round_trip(plan);
        str_replace(&plan->unit.path, "/etc/passwd");
        _cleanup_free_ char *bad = emit_plan(plan);
        struct plan *back = NULL;
        assert_int_equal(plan_parse(bad, strlen(bad), &back, NULL), -EINVAL);
}

/* A null is a member, too. */
static const struct json_value *member(const struct json_value *o, const char *key) {
        const struct json_value *value = o->first;
        while (value && strcmp(value->name, key) != 0)
                value = value->next;
        if (!value)
                fail_msg("no member %s", key);
        return value;
}

static void scripts_find_what_the_manual_promises(void **state) {
        _cleanup_plan_ struct plan *plan = full_plan(false);
        _cleanup_free_ char *text = emit_plan(plan);
        _cleanup_json_value_ struct json_value *o = NULL;
        assert_int_equal(json_parse(text, strlen(text), NULL, &o, NULL, NULL), 0);
        assert_string_equal(json_text(member(o, "verb")), "install");
        assert_string_equal(json_text(json_entry(member(o, "argv"), 0)), "/usr/bin/podman");
        assert_string_equal(json_text(member(member(o, "environment"), "NAME")), "x");
        assert_string_equal(json_text(member(o, "digest")), plan->pin.digest);
        assert_true(member(o, "permitted")->truth);
        const struct json_value *mount = json_entry(member(o, "mounts"), 1);
        assert_string_equal(json_text(member(mount, "host")), "/srv/a b");
        assert_string_equal(json_text(member(mount, "container")), "/x");
        assert_string_equal(json_text(member(mount, "mode")), "ro");
        assert_true(member(mount, "exists")->truth);
        assert_true(member(o, "privileges")->n > 0);
        assert_string_equal(json_text(member(member(o, "unit"), "name")), "x.service");
        assert_string_equal(json_text(member(member(o, "unit"), "kind")), "service");
        bool host = false;
        for (const struct json_value *f = member(o, "findings")->first; f; f = f->next) {
                host |= str_equal(json_text(member(f, "id")), "host-command");
                member(f, "severity");
                member(f, "where");
                member(f, "message");
                member(f, "hint");
        }
        assert_true(host);

        /* data/json.md has a row for every member */
        _cleanup_free_ char *manual = source_read("data/json.md", NULL);
        char *start = strstr(manual, "\n## plan\n"), *end = start ? strstr(start + 4, "\n## ") : NULL;
        assert_non_null(start);
        if (end)
                *end = '\0';
        for (const struct json_value *m = o->first; m; m = m->next) {
                _cleanup_free_ char *name = str_printf("`%s`", m->name);
                if (!strstr(start, name))
                        fail_msg("data/json.md does not describe plan.%s", m->name);
        }
}

static void what_is_no_plan_is_refused(void **state) {
        _cleanup_plan_ struct plan *plan = full_plan(false);
        _cleanup_free_ char *text = emit_plan(plan);
        static const struct {
                const char *from, *to;
        } rows[] = {
                { "\"verb\":\"install\"", "\"verb\":\"explode\"" },
                { "\"name\":\"x\"", "\"name\":\"../x\"" },
                { "\"path\":\"/etc/systemd/system/x.service\"", "\"path\":\"/etc/systemd/system/../../passwd.service\"" },
                { "\"path\":\"/etc/systemd/system/x.service\"", "\"path\":\"/etc/cron.d/x.service\"" },
                { "\"host_command\":false", "\"host_command\":true" },
                { "\"/usr/local\"", "\"usr/local\"" },
                { "\"image\":\"localhost", "\"imagine\":\"localhost" },
                { "\"argv\":[", "\"argv\":[7," },
        };
        /* without blanks, so that the rows need not know how it is laid out */
        _cleanup_json_ struct json_object *o = json_tokener_parse(text);
        const char *plain = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        _cleanup_plan_ struct plan *good = NULL;
        assert_int_equal(plan_parse(plain, strlen(plain), &good, NULL), 0);
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_str_ struct str s = {};
                const char *at = plain;
                for (const char *next; (next = strstr(at, rows[i].from)); at = next + strlen(rows[i].from)) {
                        str_add_bytes(&s, at, (size_t) (next - at));
                        str_add(&s, rows[i].to);
                }
                str_add(&s, at);
                if (str_equal(s.text, plain))
                        fail_msg("row %zu changes nothing", i);
                _cleanup_plan_ struct plan *bad = NULL;
                _cleanup_error_ struct error *e = NULL;
                if (plan_parse(s.text, s.length, &bad, &e) != -EINVAL)
                        fail_msg("row %zu is taken", i);
                assert_string_equal(e->message, "This is not a plan");
                assert_non_null(e->cause);
                assert_null(bad);
        }
        for (size_t n = 0; n < strlen(plain); n += 97) {
                _cleanup_plan_ struct plan *bad = NULL;
                assert_int_equal(plan_parse(plain, n, &bad, NULL), -EINVAL);
        }
}

/* All labels of the images of the real world, with every verb. */
static void real_images_come_back(void **state) {
        char folder[4096];      /* skip() does not come back to free anything */
        snprintf(folder, sizeof folder, "%s/labels", getenv("SHARED") ? getenv("SHARED") : "/nonexistent");
        DIR *d = opendir(folder);
        if (!d)
                skip();
        unsigned plans = 0;
        for (struct dirent *entry; (entry = readdir(d));) {
                if (!str_ends(entry->d_name, ".json"))
                        continue;
                _cleanup_free_ char *path = str_printf("%s/%s", folder, entry->d_name), *text = NULL;
                size_t n;
                _cleanup_image_ struct image *image = NULL;
                assert_int_equal(readfile(path, 4 * 1024 * 1024, &text, &n, NULL), 0);
                if (image_parse_labels(text, n, &image, NULL) < 0)
                        continue;       /* the vectors */
                const struct host_facts facts = { .quadlet = plans % 2, .path_exists = every_path };
                for (int verb = 0; verb < VERB_OTHER; verb++) {
                        _cleanup_plan_ struct plan *plan = NULL;
                        _cleanup_error_ struct error *e = NULL;
                        assert_ok(plan_make(&(struct plan_request) { .verb = (enum plan_verb) verb, .image = image, .reference = "localhost/c/x",
                                                                     .facts = &facts }, &plan, &e), e);
                        round_trip(plan);
                        plans++;
                }
        }
        closedir(d);
        assert_true(plans > 200);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_full_plan_comes_back),
                cmocka_unit_test(an_upgrade_comes_back),
                cmocka_unit_test(scripts_find_what_the_manual_promises),
                cmocka_unit_test(what_is_no_plan_is_refused),
                cmocka_unit_test(real_images_come_back),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
