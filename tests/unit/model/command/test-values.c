/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of options, and pairs of them, against what the engines themselves say: tests/cases/values.txt. */

#include "tests/test.h"

#include "base/words.h"
#include "model/command/command.h"
#include "tests/unit/source.h"

static const struct {
        enum engine_kind engine;
        const char *version;
} engines[] = {
        { ENGINE_PODMAN, "5.4.2" },
        { ENGINE_PODMAN, "4.3.1" },
        { ENGINE_DOCKER, "20.10.24" },
};

static unsigned checked, wrong;

/* Whether the linter blocks "run OPTIONS i", by *ret_id. */
static bool refused(const char *options, size_t engine, const char **ret_id) {
        _cleanup_(finding_list_done) struct finding_list findings = {};
        _cleanup_command_ struct command *command = NULL;
        _cleanup_strv_ char **argv = NULL;
        _cleanup_free_ char *text = str_printf("podman run %s i", options);
        assert_int_equal(words_split(text, &argv, NULL), 0);
        const struct command_source source = {
                .where = "RUN", .engine = engines[engine].engine, .engine_version = engines[engine].version
        };
        command = command_read_from(&source, argv, &findings);
        for (size_t i = 0; i < findings.n; i++)
                if (findings.items[i].severity == SEVERITY_BLOCK) {
                        *ret_id = finding_kind(findings.items[i].id)->id;
                        return true;
                }
        return false;
}

/* "+-? --option value": what the engines say, in the order of the table above; ?: it depends on the host. */
static void take_line(size_t line, const char *text) {
        if (*text == '#' || !*text)
                return;
        assert_true(strlen(text) > 4 && text[3] == ' ');
        for (size_t i = 0; i < ELEMENTS(engines); i++) {
                const char *id = "nothing";
                bool is = refused(text + 4, i, &id);
                assert_non_null(strchr("+-?", text[i]));
                checked++;
                if (text[i] == '?' || is == (text[i] == '-'))
                        continue;
                print_error("values.txt:%zu: %s %s says %c, the linter %s: %s\n", line,
                            engines[i].engine == ENGINE_DOCKER ? "Docker" : "Podman", engines[i].version, text[i], id,
                            text + 4);
                wrong++;
        }
}

static void what_engines_refuse_blocks_and_nothing_else(void **state) {
        _cleanup_free_ char *text = source_read("tests/cases/values.txt", NULL);
        size_t number = 0;
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
                take_line(++number, line);
        assert_int_equal(wrong, 0);
        assert_true(checked >= 1500);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_engines_refuse_blocks_and_nothing_else),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
