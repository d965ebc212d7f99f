/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A label (up to the first NUL) filled with a value (up to the next) and an argument (the rest), and read as a
 * command. No crash, bounded words; a value with any bytes stays inside its word; an argument stays what it is; what
 * is read lies inside the command; and the same label gives the same words whoever takes the findings. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/command/lint.h"
#include "model/image/recipe.h"

static char *next_text(const uint8_t **bytes, size_t *n) {
        size_t length = strnlen((const char *) *bytes, *n);
        char *text = strndup((const char *) *bytes, length);
        *bytes += length;
        *n -= length;
        if (*n > 0) {
                ++*bytes;
                --*n;
        }
        return text;
}

static void set_all(struct label_list *v, const char *value) {
        static const char *const names[] = { "NAME",     "IMAGE",   "X",      "PWD",     "HOME",
                                             "SUDO_UID", "CONFDIR", "LOGDIR", "DATADIR", "HOST" };
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (variables_set(v, names[i], value) < 0)
                        abort();
}

/* Whatever the value is, there are as many words, and each is the same but for the places where the value stands. */
static void check_value(const struct recipe *recipe, const char *value, char *const *arguments, size_t *ret_words) {
        _cleanup_(label_list_done) struct label_list v = {}, plain = {};
        set_all(&v, value);
        set_all(&plain, "v");
        _cleanup_strv_ char **with = recipe_fill(recipe, &v, arguments, NULL, NULL),
                            **without = recipe_fill(recipe, &plain, arguments, NULL, NULL);
        *ret_words = strv_length(with);
        /* An empty value may let ${X:-text} be used, or a long one reach the ceiling of bytes. */
        if (*value && strlen(value) < 100 && strv_length(with) != strv_length(without))
                abort();
        size_t n = strv_length(with);
        if (n > RECIPE_FILLED_MAX + 1 || n == 0 || strcmp(with[n - 1], arguments[0]) != 0)
                abort();
}

static void check_command(const struct command *c, char *const *argv) {
        size_t n = strv_length(argv);
        if (!strv_equal(c->argv, argv) || (c->operand > 0 && c->operand >= n))
                abort();
        for (size_t i = 0; i < c->n_options; i++)
                if (c->options[i].word + c->options[i].words > n || c->options[i].word == 0)
                        abort();
        for (size_t i = 0; i < c->n_privileges; i++)
                if (!c->privileges[i].meaning || c->privileges[i].risk == RISK_NONE)
                        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        _cleanup_free_ char *label = next_text(&bytes, &n), *value = next_text(&bytes, &n),
                            *argument = next_text(&bytes, &n);
        char *arguments[] = { argument, NULL };
        _cleanup_(finding_list_done) struct finding_list findings = {};
        _cleanup_(label_list_done) struct label_list v = {};
        _cleanup_recipe_ struct recipe *recipe = recipe_parse("RUN", label, &findings), *silent = recipe_parse("RUN", label, NULL);
        _cleanup_strv_ char **unknown = recipe_unknown(recipe);
        size_t words;

        if (recipe->n > RECIPE_WORDS_MAX || recipe->n != silent->n)
                abort();
        check_value(recipe, value, arguments, &words);

        variables_set_known(&v, "svc", "localhost/svc:1");
        variables_set(&v, "OPT1", value);
        _cleanup_strv_ char **argv = recipe_fill(recipe, &v, arguments, &findings, NULL), **same = recipe_fill(silent, &v, arguments, NULL, NULL);
        if (!strv_equal(argv, same))
                abort();
        for (int engine = ENGINE_NONE; engine < _ENGINE_KIND_MAX; engine++) {
                _cleanup_command_ struct command *command = command_read("RUN", argv, engine, NULL, &findings);
                check_command(command, argv);
                lint_command(&(struct lint) { .key = "RUN", .command = command, .recipe = recipe,
                                              .filled = "localhost/svc:1", .name = "svc" },
                             &findings);
        }
        if (findings.n > FINDINGS_MAX)
                abort();
        for (size_t i = 0; i < findings.n; i++)
                if (!finding_kind(findings.items[i].id))
                        abort();
        return 0;
}
