/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* State that each stop would drop, and commands that would not run by themselves: said, and offered. */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/plan/offers.h"

/* A row: the RUN label behind "podman run -d", the image's volumes, those that are lost. */
static void finds_what_is_lost(void **state) {
        static const struct {
                const char *options, *volumes, *lost;
        } rows[] = {
                { "--name x", "/data /var/lib/x", "/data /var/lib/x" },
                { "-v /srv:/data", "/data", "" },
                { "-v /srv:/data/", "/data", "" },
                { "-v named:/data", "/data /more", "/more" },
                { "--mount type=bind,source=/srv,target=/data", "/data", "" },
                { "--mount type=volume,src=v,dst=/data", "/data", "" },
                { "--mount type=tmpfs,destination=/data", "/data", "" },
                { "--tmpfs /data:size=1m", "/data /database", "/database" },
                /* one without a name goes with its container */
                { "-v /data", "/data", "/data" },
                /* the engine lays a volume of its own over a folder of the mount */
                { "-v /srv:/var/lib", "/var/lib/x", "/var/lib/x" },
                { "--volumes-from other", "/data", "" },
                { "--image-volume=tmpfs", "/data", "" },
                { "--name x", "", "" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_free_ char *text = str_printf("podman run -d %s image", rows[i].options);
                _cleanup_strv_ char **argv = strv_split(text, " "), **volumes = strv_split(rows[i].volumes, " ");
                _cleanup_command_ struct command *run = command_read("RUN", argv, ENGINE_PODMAN, "/usr/bin/podman", NULL);
                _cleanup_strv_ char **lost = offers_lost(run, volumes);
                _cleanup_free_ char *all = lost ? strv_join(lost, " ") : strdup("");
                if (!str_equal(all, rows[i].lost))
                        fail_msg("%s: \"%s\", not \"%s\"", rows[i].options, all, rows[i].lost);
        }
}

static void takes_the_terminal_away(void **state) {
        static const char *const rows[][2] = {
                { "podman run -it --rm i sh -it", "podman run --rm i sh -it" },
                { "podman run --replace -ti -d i", "podman run --replace -d i" },
                { "podman run -dit i", "podman run -d i" },
                { "podman run -itv /x:/y i", "podman run -v /x:/y i" },
                { "podman run --tty --interactive=true --name t i", "podman run --name t i" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_strv_ char **argv = strv_split(rows[i][0], " ");
                _cleanup_command_ struct command *run = command_read("RUN", argv, ENGINE_PODMAN, NULL, NULL);
                _cleanup_strv_ char **without = offers_without_terminal(run);
                _cleanup_free_ char *text = argv_text(without);
                assert_string_equal(text, rows[i][1]);
        }
}

static void checks_places_and_values(void **state) {
        static const struct {
                const char *place, *value;
                bool right;
        } rows[] = {
                { "/data", "x-data", true }, { "/data", "", true },       { "/data", "no", true },   { "/data", "/srv/x", true },
                { "/data", "a b", false },   { "/data", "-x", false },    { "/data", "a:b", false }, { "/data", "/srv/../x", false },
                { "/data", "/a:b", false },  { "/data", "srv/x", false }, { "data", "x", false },    { "/", "x", false },
                { "/a:b", "x", false },      { "", "x", false },          { "/data/", "x", false },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                if ((offers_check_volume(rows[i].place, rows[i].value, NULL) >= 0) != rows[i].right)
                        fail_msg("%s=%s", rows[i].place, rows[i].value);
}

static struct image *image_of(const char *label, const char *text) {
        struct image *image = new0(struct image);
        strv_add(&image->names, "localhost/x:latest");
        image_add_label(image, label, text);
        return image;
}

static struct plan *planned_on(const struct image *image, enum plan_verb verb, const char *const *answers, const struct host_facts *facts) {
        _cleanup_(profile_freep) struct profile *profile = profile_generic(image);
        _cleanup_(answers_freep) struct answers *a = new0(struct answers);
        _cleanup_error_ struct error *e = NULL;
        struct plan *plan = NULL;
        offers_add(profile, image);
        for (; answers && answers[0]; answers += 2)
                answers_set(a, answers[0], answers[1], "command line");
        const struct plan_request q = { .verb = verb, .image = image, .profile = profile, .answers = a, .facts = facts };
        assert_ok(plan_make(&q, &plan, &e), e);
        return plan;
}

static struct plan *planned(const struct image *image, enum plan_verb verb, const char *const *answers) {
        static const struct host_facts facts = { .engine_path = "/usr/bin/podman", .quadlet = true };
        return planned_on(image, verb, answers, &facts);
}

static const struct finding *found(const struct plan *plan, const char *id) {
        for (size_t i = 0; i < plan->findings.n; i++)
                if (str_equal(plan->findings.items[i].id, id))
                        return plan->findings.items + i;
        return NULL;
}

static void keeps_state_in_volumes(void **state) {
        _cleanup_image_ struct image *image = image_of("RUN", "podman run -d --name NAME IMAGE");
        image_add_volume(image, "/data");
        image_add_volume(image, "/var/lib/x");
        _cleanup_plan_ struct plan *bare = planned(image, VERB_INSTALL, NULL);
        const struct finding *lost = found(bare, "state-lost");
        assert_non_null(lost);
        assert_int_equal(lost->severity, SEVERITY_WARN);
        assert_non_null(strstr(lost->message, "to /data, /var/lib/x:"));
        assert_non_null(strstr(lost->hint, "--set volume:PLACE=NAME"));
        assert_null(bare->volumes);

        static const char *const both[] = { "volume:/data", "x-data", "volume:/var/lib/x", "/srv/x", "volume:/undeclared", "other", NULL };
        _cleanup_plan_ struct plan *kept = planned(image, VERB_INSTALL, both);
        _cleanup_free_ char *words = argv_text(kept->run->argv), *volumes = strv_join(kept->volumes, " ");
        assert_string_equal(words, "/usr/bin/podman run -d --name x -v x-data:/data -v other:/undeclared -v /srv/x:/var/lib/x localhost/x:latest");
        assert_string_equal(volumes, "x-data:/data other:/undeclared");
        assert_null(found(kept, "state-lost"));
        assert_string_equal(answers_get(kept->given.answers, "volume:/data"), "x-data");
        assert_non_null(strstr(kept->unit.text, "x-data:/data"));

        /* dropped by choice: still said */
        static const char *const no[] = { "volume:/data", "no", "volume:/var/lib/x", "", NULL };
        _cleanup_plan_ struct plan *dropped = planned(image, VERB_INSTALL, no);
        assert_non_null(found(dropped, "state-lost"));
        assert_null(dropped->volumes);
}

static void makes_a_unit_of_what_wants_a_terminal(void **state) {
        _cleanup_image_ struct image *image = image_of("run", "podman run --replace -it --net=host --name kea IMAGE");
        _cleanup_plan_ struct plan *idle = planned(image, VERB_INSTALL, NULL);
        assert_int_equal(idle->unit.kind, UNIT_NONE);
        assert_int_equal(found(idle, "no-unit")->severity, SEVERITY_WARN);
        _cleanup_image_ struct image *both = image_of("run", "podman run -it --name NAME IMAGE");
        image_add_label(both, "INSTALL", "podman run --rm IMAGE setup");
        _cleanup_plan_ struct plan *installed = planned(both, VERB_INSTALL, NULL);
        assert_non_null(strstr(found(installed, "no-unit")->message, "unless the installer makes a unit"));
        static const char *const yes[] = { "unit", "yes", NULL };
        _cleanup_plan_ struct plan *unit = planned(image, VERB_INSTALL, yes);
        assert_int_equal(unit->unit.kind, UNIT_QUADLET);
        assert_null(found(unit, "no-unit"));
        assert_null(found(unit, "interactive"));
        assert_null(found(idle, "interactive")); /* one cause, one finding */
        assert_null(strstr(unit->unit.text, "-t"));
        assert_null(strstr(unit->unit.text, "interactive"));
        _cleanup_free_ char *words = argv_text(unit->run->argv);
        assert_string_equal(words, "/usr/bin/podman run --replace --net=host --name kea localhost/x:latest");
}

static void makes_a_unit_of_what_install_starts(void **state) {
        _cleanup_image_ struct image *image = image_of("INSTALL", "podman run -d --name NAME IMAGE");
        image_add_volume(image, "/data");
        _cleanup_plan_ struct plan *left = planned(image, VERB_INSTALL, NULL);
        assert_non_null(strstr(found(left, "starts-container")->message, "the container x "));
        assert_non_null(left->command);
        static const char *const yes[] = { "unit", "yes", "volume:/data", "x-data", NULL };
        _cleanup_plan_ struct plan *unit = planned(image, VERB_INSTALL, yes);
        assert_null(unit->command);
        assert_null(found(unit, "starts-container"));
        assert_int_equal(unit->unit.kind, UNIT_QUADLET);
        _cleanup_free_ char *words = argv_text(unit->run->argv);
        assert_string_equal(words, "/usr/bin/podman run -d --name x -v x-data:/data localhost/x:latest");
}

/* Each kind of unit mounts what keeps the state, in its own words. */
static void mounts_volumes_in_all_kinds_of_units(void **state) {
        static const struct {
                enum engine_kind engine;
                const char *path, *version;
                bool quadlet;
                const char *lines[2];
        } rows[] = {
                { ENGINE_PODMAN, "/usr/bin/podman", "5.4", true, { "\nVolume=x-data:/data\n", "\nVolume=/srv/x:/var/lib/x\n" } },
                { ENGINE_PODMAN, "/usr/bin/podman", "4.3", false, { " -v x-data:/data ", " -v /srv/x:/var/lib/x " } },
                { ENGINE_DOCKER, "/usr/bin/docker", "20.10", false, { "\nExecStart=/usr/bin/docker run ", " -v x-data:/data -v /srv/x:/var/lib/x " } },
        };
        static const char *const answers[] = { "volume:/data", "x-data", "volume:/var/lib/x", "/srv/x", NULL };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                const struct host_facts facts = { .engine = rows[i].engine, .engine_path = rows[i].path,
                                                  .engine_version = rows[i].version, .quadlet = rows[i].quadlet };
                _cleanup_image_ struct image *image = image_of("RUN", "docker run -d --name NAME IMAGE");
                image_add_volume(image, "/data");
                image_add_volume(image, "/var/lib/x");
                _cleanup_plan_ struct plan *plan = planned_on(image, VERB_INSTALL, answers, &facts);
                for (size_t k = 0; k < 2; k++)
                        if (!strstr(plan->unit.text, rows[i].lines[k]))
                                fail_msg("%s: no %s in %s", rows[i].version, rows[i].lines[k], plan->unit.text);
                assert_string_equal(plan->volumes[0], "x-data:/data");
                assert_null(plan->volumes[1]);
                assert_null(found(plan, "state-lost"));
                _cleanup_plan_ struct plan *bare = planned_on(image, VERB_INSTALL, NULL, &facts);
                assert_non_null(found(bare, "state-lost"));
        }
}

/* Only what is offered is asked. */
static void asks_for_what_it_offers(void **state) {
        static const struct {
                const char *label, *text, *names;
        } rows[] = {
                { "RUN", "podman run -d --name NAME IMAGE", "arguments volume:/data" },
                { "RUN", "podman run -d -v /srv:/data --name NAME IMAGE", "arguments" },
                { "RUN", "podman run -it --name NAME IMAGE", "arguments unit volume:/data" },
                { "INSTALL", "podman run -d --name NAME IMAGE", "arguments unit volume:/data" },
                { "INSTALL", "podman run --rm IMAGE", "arguments" },
                { "RUN", "systemctl start x", "arguments" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_image_ struct image *image = image_of(rows[i].label, rows[i].text);
                _cleanup_(profile_freep) struct profile *profile = profile_generic(image);
                _cleanup_str_ struct str names = {};
                image_add_volume(image, "/data");
                offers_add(profile, image);
                for (size_t k = 0; k < profile->n_parameters; k++)
                        str_addf(&names, "%s%s", k ? " " : "", profile->parameters[k].name);
                if (!str_equal(names.text, rows[i].names))
                        fail_msg("%s=%s: \"%s\"", rows[i].label, rows[i].text, names.text);
                const struct param *volume = profile_param(profile, "volume:/data");
                if (!volume)
                        continue;
                assert_string_equal(volume->suggest, "=x-data");
                static const char *const values[] = { "x-data", "/srv/x", "", "a b", "-x", "/a:b", "srv/x" };
                for (size_t k = 0; k < ELEMENTS(values); k++)
                        assert_int_equal(param_check(volume, values[k], NULL) >= 0, k < 3);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_what_is_lost),
                cmocka_unit_test(takes_the_terminal_away),
                cmocka_unit_test(checks_places_and_values),
                cmocka_unit_test(keeps_state_in_volumes),
                cmocka_unit_test(makes_a_unit_of_what_wants_a_terminal),
                cmocka_unit_test(makes_a_unit_of_what_install_starts),
                cmocka_unit_test(mounts_volumes_in_all_kinds_of_units),
                cmocka_unit_test(asks_for_what_it_offers),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
