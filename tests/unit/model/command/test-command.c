/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Commands and what is read from them: tests/cases/commands.txt (its head says how it is written). */

#include "tests/test.h"

#include "base/str.h"
#include "base/words.h"
#include "model/command/command.h"
#include "tests/unit/source.h"

struct case_ {
        size_t line;
        char *command, *findings, *version;
        enum engine_kind engine;
        char *want[128];        /* by the letter of the line */
};

static void case_done(struct case_ *c) {
        free(c->command);
        free(c->findings);
        free(c->version);
        for (size_t i = 0; i < ELEMENTS(c->want); i++)
                free(c->want[i]);
        *c = (struct case_) { .engine = ENGINE_PODMAN };
}

static unsigned failures, checked;

static void compare(const struct case_ *c, char letter, char *got) {
        const char *want = c->want[(size_t) letter];
        if (want && strcmp(want, got) != 0) {
                print_error("commands.txt:%zu: %c\n  got  %s\n  want %s\n", c->line, letter, got, want);
                failures++;
        }
        free(got);
}

static char *options_text(const struct command *c) {
        _cleanup_str_ struct str s = {};
        for (size_t i = 0; i < c->n_options; i++) {
                const struct option_use *o = &c->options[i];
                str_addf(&s, "%s%s%s%s", i ? " | " : "", o->canonical, o->value ? "=" : "", o->value ? o->value : "");
                /* The words of an option are where it says, whatever its form. */
                assert_true(o->word >= 1 && (o->words == 1 || o->words == 2) &&
                            o->word + o->words <= strv_length(c->argv));
                assert_true(c->argv[o->word][0] == '-' || (unsigned char) c->argv[o->word][0] == 0xe2);
                if (o->words == 2)
                        assert_string_equal(c->argv[o->word + 1], o->value);
        }
        return str_take(&s);
}

static char *mounts_text(const struct command *c) {
        _cleanup_str_ struct str s = {};
        for (size_t i = 0; i < c->n_mounts; i++) {
                const struct mount *m = &c->mounts[i];
                str_addf(&s, "%s%s%s>%s %s%s%s %s", i ? " | " : "", m->volume ? "volume " : "", m->host, m->container,
                         mount_mode_name(m->mode), *m->options ? "," : "", m->options, risk_name(m->risk));
                assert_non_null(m->meaning);
        }
        return str_take(&s);
}

static char *privileges_text(const struct command *c) {
        _cleanup_str_ struct str s = {};
        for (size_t i = 0; i < c->n_privileges; i++) {
                str_addf(&s, "%s%s %s", i ? " | " : "", risk_name(c->privileges[i].risk), c->privileges[i].what);
                assert_non_null(c->privileges[i].meaning);
                assert_true(i == 0 || c->privileges[i].risk <= c->privileges[i - 1].risk);
        }
        return str_take(&s);
}

static int by_text(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static char *findings_text(const struct finding_list *list) {
        _cleanup_strv_ char **ids = strv_copy(NULL);
        for (size_t i = 0; i < list->n; i++) {
                assert_non_null(finding_kind(list->items[i].id));
                if (!strv_contains(ids, list->items[i].id))
                        strv_add(&ids, list->items[i].id);
        }
        qsort(ids, strv_length(ids), sizeof *ids, by_text);
        return strv_join(ids, " ");
}

static void check(struct case_ *c) {
        _cleanup_(finding_list_done) struct finding_list findings = {};
        _cleanup_command_ struct command *command = NULL;
        _cleanup_strv_ char **argv = NULL;

        assert_int_equal(words_split(c->command, &argv, NULL), 0);
        const struct command_source source = { .where = "RUN", .engine = c->engine, .engine_version = c->version };
        command = command_read_from(&source, argv, &findings);
        assert_true(strv_equal(command->argv, argv));
        const char *operand = command->operand > 0 ? command->argv[command->operand] : "-";
        compare(c, 's', strdup(command->subcommand ? command->subcommand : "-"));
        compare(c, 'o', strdup(operand));
        compare(c, 'n', strdup(command->name ? command->name : "-"));
        compare(c, 'O', options_text(command));
        compare(c, 'M', mounts_text(command));
        compare(c, 'P', privileges_text(command));
        compare(c, 'f',
                str_printf("%s%s", command->detached ? "detached " : "", command->interactive ? "interactive" : ""));
        c->want['!'] = c->findings ? strdup(c->findings) : strdup("");
        compare(c, '!', findings_text(&findings));
        checked++;

        /* And nobody has to take the findings. */
        _cleanup_command_ struct command *silent = NULL;
        silent = command_read("RUN", argv, c->engine, "/usr/bin/engine", NULL);
        if (silent->argv[0] && silent->engine != ENGINE_NONE)
                assert_string_equal(silent->argv[0], "/usr/bin/engine");
}

static void take(size_t line, char letter, const char *rest, void *userdata) {
        struct case_ *c = userdata;
        if (letter == 0) {
                if (c->command)
                        check(c);
                case_done(c);
        } else if (letter == 'C') {
                assert_null(c->command);
                c->line = line;
                c->command = strdup(rest);
        } else if (letter == 'D') {
                c->engine = ENGINE_DOCKER;
        } else if (letter == 'V') {
                c->version = strdup(rest);
        } else if (letter == '!') {
                c->findings = strdup(rest);
        } else {
                assert_true(strchr("sonOMPf", letter));
                c->want[(size_t) letter] = strdup(rest);
        }
}

static void the_cases(void **state) {
        struct case_ c = { .engine = ENGINE_PODMAN };
        source_cases("commands.txt", take, &c);
        assert_int_equal(failures, 0);
        assert_true(checked >= 90);
}

/* One word of a finding: its severity, place and sentence. */
static void check_sentence(const char *command, enum engine_kind engine, const char *version, const char *want) {
        _cleanup_(finding_list_done) struct finding_list findings = {};
        _cleanup_strv_ char **argv = NULL;
        _cleanup_str_ struct str got = {};
        assert_int_equal(words_split(command, &argv, NULL), 0);
        const struct command_source source = { .where = "RUN", .engine = engine, .engine_version = version };
        command_free(command_read_from(&source, argv, &findings));
        for (size_t i = 0; i < findings.n; i++)
                str_addf(&got, "%s%s %s: %s", i ? "\n" : "", severity_name(findings.items[i].severity),
                         findings.items[i].where, findings.items[i].message);
        assert_string_equal(got.text ? got.text : "", want);
}

static void says_what_the_engine_refuses(void **state) {
        static const struct {
                const char *command;
                enum engine_kind engine;
                const char *version, *want;
        } cases[] = {
                { "podman run --priviledged i", ENGINE_PODMAN, NULL,
                  "block RUN, word 3: Podman has no option --priviledged. Did you mean --privileged?" },
                { "podman run --netwrok=host i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: Podman has no option --netwrok. Did you mean --network?" },
                { "podman run -n web i", ENGINE_PODMAN, NULL,
                  "block RUN, word 3: Podman has no option -n. Did you mean --name?" },
                { "podman run -name=web -rm i", ENGINE_PODMAN, NULL,
                  "block RUN, word 3: Podman has no option -name. Did you mean --name?\n"
                  "block RUN, word 4: Podman has no option -rm. Did you mean --rm?" },
                { "docker run –volume=/x:/y i", ENGINE_DOCKER, "20.10.24",
                  "block RUN, word 3: Docker has no option –volume. Did you mean --volume?" },
                { "docker run —name web i", ENGINE_DOCKER, NULL,
                  "block RUN, word 3: Docker has no option —name. Did you mean --name?" },
                { "podman run --entirely-new i", ENGINE_PODMAN, "9.1.0",
                  "warn RUN, word 3: Podman has no option --entirely-new" },
                { "podman run --link a i", ENGINE_PODMAN, NULL,
                  "warn RUN, word 3: Podman does not know the option --link" },
                { "podman run --link a i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: Podman does not know the option --link" },
                { "docker run --replace i", ENGINE_DOCKER, "26.1.5",
                  "block RUN, word 3: Docker does not know the option --replace" },
                { "podman run --retry 3 i", ENGINE_PODMAN, "4.3.1",
                  "block RUN, word 3: Podman 4.3.1 does not know the option --retry: it came with 5.0" },
                { "podman run --retry 3 i", ENGINE_PODMAN, "5.4.2", "" },
                { "podman run --runtime=crun --gpus all i", ENGINE_PODMAN, "5.4.2", "" },
                { "podman run --url x i", ENGINE_PODMAN, NULL, "block RUN, word 3: Podman has no option --url" },
                { "podman run -v data:/x:r i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: Podman does not know the mount option \"r\"" },
                { "docker run -v /x:/y:exec i", ENGINE_DOCKER, "26.1.5",
                  "block RUN, word 3: Docker does not know the mount option \"exec\"" },
                { "podman run -v '~/w:/x' i", ENGINE_PODMAN, NULL,
                  "block RUN, word 3: Only a shell expands the ~ of \"~/w\": the engine takes it for a volume and "
                  "refuses its name" },
                { "podman run --mount type=devpts,target=/dev/pts i", ENGINE_DOCKER, NULL,
                  "block RUN, word 3: Docker has no mounts of the type \"devpts\"" },
                { "podman run -v /a:/x -v /b:/x/ i", ENGINE_PODMAN, NULL,
                  "block RUN, word 5: \"/x\" in the container is mounted twice: the engine refuses it" },
                { "podman run --userns=keep-id i", ENGINE_PODMAN, "4.3.1",
                  "block RUN, word 3: Podman 4.3.1 refuses \"keep-id\" as the value of --userns: it has it since 5.0" },
                { "docker run --dns=none i", ENGINE_DOCKER, NULL,
                  "block RUN, word 3: Docker refuses \"none\" as the value of --dns: it takes an address" },
                { "podman run --env-file app.env i", ENGINE_PODMAN, NULL,
                  "block RUN, word 3: The path \"app.env\" of --env-file depends on the folder in which the engine is "
                  "called, and neither an installer nor a unit has one" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++)
                check_sentence(cases[i].command, cases[i].engine, cases[i].version, cases[i].want);
}

static void says_which_value_is_refused(void **state) {
        static const struct {
                const char *command;
                enum engine_kind engine;
                const char *version, *want;
        } cases[] = {
                { "podman run --add-host x:host-gateway i", ENGINE_PODMAN, "4.3.1",
                  "block RUN, word 3: Podman 4.3.1 refuses \"x:host-gateway\" as the value of --add-host: it has it since "
                  "4.7" },
                { "podman run --image-volume bind i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: Podman refuses \"bind\" as the value of --image-volume: it takes ignore, tmpfs, anonymous" },
                { "podman run --health-timeout 0s --health-cmd true i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: Podman refuses \"0s\" as the value of --health-timeout: it takes a duration like 5s" },
                { "podman run --health-timeout 0s i", ENGINE_PODMAN, "5.4.2", "" },
                { "podman run --mount type=bind,src=/a,dst=/x,dst=/y i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: \"type=bind,src=/a,dst=/x,dst=/y\" has an option more than once that may stand there "
                  "once: Podman refuses it" },
                { "podman run --mount dst=/x i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: The mount \"dst=/x\" has no type: Podman refuses it" },
                { "podman run --tmpfs /x:size=big i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: Podman refuses the value of the mount option \"size=big\"" },
                { "podman run --network host --network none i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 5: Podman refuses --network none beside --network host" },
                { "podman run --network none --dns 1.2.3.4 i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 5: Podman refuses --dns beside --network none" },
                { "podman run --memory-swap 1g i", ENGINE_PODMAN, "5.4.2",
                  "block RUN, word 3: Podman refuses --memory-swap without --memory" },
                { "docker run --log-driver local --log-opt tag=x i", ENGINE_DOCKER, NULL,
                  "block RUN, word 5: Docker's logs of the kind local do not take \"tag=x\"" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++)
                check_sentence(cases[i].command, cases[i].engine, cases[i].version, cases[i].want);
}

static void says_where(void **state) {
        _cleanup_(finding_list_done) struct finding_list findings = {};
        _cleanup_command_ struct command *command = NULL;
        _cleanup_strv_ char **argv = NULL;
        assert_int_equal(words_split("docker run --name --net=host -v :/x -e NAME= i", &argv, NULL), 0);
        command = command_read("INSTALL", argv, ENGINE_PODMAN, "/usr/bin/podman", &findings);
        assert_string_equal(command->argv[0], "/usr/bin/podman");
        assert_int_equal(command->engine, ENGINE_PODMAN);
        assert_int_equal(findings.n, 3);
        assert_string_equal(findings.items[0].where, "INSTALL, word 3");
        assert_int_equal(findings.items[0].severity, SEVERITY_BLOCK);
        assert_string_equal(findings.items[0].message,
                            "The option --name has no value of its own and takes \"--net=host\" for it");
        assert_string_equal(findings.items[1].where, "INSTALL, word 5");
        assert_string_equal(findings.items[1].message, "The mount \":/x\" has no host path");
        assert_string_equal(findings.items[2].where, "INSTALL, word 7");
        assert_int_equal(findings.items[2].severity, SEVERITY_WARN);
}

static void takes_an_empty_command(void **state) {
        _cleanup_command_ struct command *command = NULL;
        _cleanup_strv_ char **argv = strv_copy(NULL);
        command = command_read("RUN", argv, ENGINE_PODMAN, "/usr/bin/podman", NULL);
        assert_null(command->argv[0]);
        assert_null(command->subcommand);
        assert_int_equal(command->engine, ENGINE_NONE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_cases),
                cmocka_unit_test(says_what_the_engine_refuses),
                cmocka_unit_test(says_which_value_is_refused),
                cmocka_unit_test(says_where),
                cmocka_unit_test(takes_an_empty_command),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
