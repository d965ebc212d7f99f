/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Labels and what becomes of them, byte for byte: tests/cases/recipes.txt (its head says how it is written). */

#include "tests/test.h"

#include <ctype.h>
#include <errno.h>

#include "base/str.h"
#include "model/image/recipe.h"
#include "tests/unit/source.h"

#define IMAGE "localhost/i:1"

struct case_ {
        size_t line;
        char *label;
        struct label_list variables;
        char **arguments;
        char **want;            /* NULL: not checked */
        char **findings;        /* ids, sorted; NULL: not checked */
};

static void case_done(struct case_ *c) {
        free(c->label);
        label_list_done(&c->variables);
        strv_free(c->arguments);
        strv_free(c->want);
        strv_free(c->findings);
        *c = (struct case_) {};
}

/* \n \t \r \\ \p (a bar) \xNN */
static char *unescape(const char *s, size_t n) {
        _cleanup_str_ struct str out = {};
        for (size_t i = 0; i < n; i++) {
                if (s[i] != '\\' || i + 1 >= n) {
                        str_add_char(&out, s[i]);
                        continue;
                }
                char c = s[++i];
                if (c == 'x') {
                        char hex[3] = { s[i + 1], s[i + 2], 0 };
                        str_add_char(&out, (char) strtoul(hex, NULL, 16));
                        i += 2;
                } else
                        str_add_char(&out, c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'p' ? '|' : c);
        }
        return str_take(&out);
}

static char **fields(const char *s) {
        char **list = strv_copy(NULL);
        if (strcmp(s, "(none)") == 0)
                return list;
        for (;;) {
                size_t n = strcspn(s, "|");
                strv_take(&list, unescape(s, n));
                if (!s[n])
                        return list;
                s += n + 1;
        }
}

static int by_text(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static unsigned failures, checked;

static void complain(const struct case_ *c, const char *what, char *const *got, char *const *want) {
        _cleanup_free_ char *a = strv_join(got, "|"), *b = strv_join(want, "|");
        print_error("recipes.txt:%zu: %s\n  got  %s\n  want %s\n", c->line, what, a, b);
        failures++;
}

static void check(struct case_ *c) {
        _cleanup_(finding_list_done) struct finding_list findings = {};
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_strv_ char **argv = NULL, **ids = strv_copy(NULL);

        recipe = recipe_parse("RUN", c->label, &findings);
        argv = recipe_fill(recipe, &c->variables, c->arguments, &findings, NULL);
        if (c->want && !strv_equal(argv, c->want))
                complain(c, "words", argv, c->want);
        for (size_t i = 0; i < findings.n; i++)
                if (!strv_contains(ids, findings.items[i].id))
                        strv_add(&ids, findings.items[i].id);
        qsort(ids, strv_length(ids), sizeof *ids, by_text);
        if (!strv_equal(ids, c->findings))
                complain(c, "findings", ids, c->findings);
        checked++;
}

static void begin(struct case_ *c, size_t line, const char *label) {
        static const char *const always[][2] = {
                { "PWD", "/cwd" }, { "HOME", "/root" }, { "SUDO_UID", "1000" }, { "SUDO_GID", "1000" }
        };
        case_done(c);
        c->line = line;
        c->label = unescape(label, strlen(label));
        c->findings = strv_copy(NULL);
        variables_set_known(&c->variables, "svc1", IMAGE);
        for (size_t i = 0; i < ELEMENTS(always); i++)
                assert_int_equal(variables_set(&c->variables, always[i][0], always[i][1]), 0);
}

static void set(struct case_ *c, const char *assignment) {
        const char *equals = strchr(assignment, '=');
        assert_non_null(equals);
        _cleanup_free_ char *name = strndup(assignment, (size_t) (equals - assignment)),
                            *value = unescape(equals + 1, strlen(equals + 1));
        assert_int_equal(variables_set(&c->variables, name, value), 0);
}

static void take(size_t line, char letter, const char *rest, void *userdata) {
        struct case_ *c = userdata;
        switch (letter) {
        case 0:
                if (c->label)
                        check(c);
                case_done(c);
                break;
        case 'L':
                begin(c, line, rest);
                break;
        case 'S':
                set(c, rest);
                break;
        case 'A':
                strv_free(c->arguments);
                c->arguments = fields(rest);
                break;
        case '=':
                c->want = fields(rest);
                break;
        case '!':
                strv_free(c->findings);
                c->findings = NULL;
                c->findings = strv_split(rest, " ");
                break;
        default:
                fail_msg("recipes.txt:%zu: cannot be read", line);
        }
}

static void the_cases(void **state) {
        struct case_ c = {};
        source_cases("recipes.txt", take, &c);
        assert_int_equal(failures, 0);
        assert_true(checked >= 200);
}

static void finds_the_unknown(void **state) {
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_strv_ char **names = NULL;
        recipe = recipe_parse("RUN", "podman run $B ${A}$B '$C' $NAME $OPT1 ${D:-${E:-$A}} $$F $1 ${} \\$G $CONFDIR", NULL);
        names = recipe_unknown(recipe);
        _cleanup_free_ char *text = strv_join(names, " ");
        assert_string_equal(text, "B A C D E G");
}

static void names_variables(void **state) {
        _cleanup_(label_list_done) struct label_list v = {};
        assert_int_equal(variables_set(&v, "", "x"), -EINVAL);
        assert_int_equal(variables_set(&v, "1a", "x"), -EINVAL);
        assert_int_equal(variables_set(&v, "a-b", "x"), -EINVAL);
        assert_int_equal(variables_set(&v, "a=", "x"), -EINVAL);
        assert_int_equal(variables_set(&v, "_a1", "x"), 0);
        assert_int_equal(variables_set(&v, "Z", "z"), 0);
        assert_int_equal(variables_set(&v, "_a1", "y"), 0);
        assert_int_equal(v.n, 2);
        assert_string_equal(label_list_get(&v, "_a1"), "y");
        assert_string_equal(v.items[0].key, "Z");
        assert_int_equal(variables_set(&v, "Z", NULL), 0);
        assert_int_equal(variables_set(&v, "nothing", NULL), 0);
        assert_null(label_list_get(&v, "Z"));
        assert_int_equal(v.n, 1);
        variables_set_known(&v, "n", "i");
        assert_string_equal(label_list_get(&v, "LOGDIR"), "/var/log/n");
        assert_string_equal(label_list_get(&v, "DATADIR"), "/var/lib/n");
        assert_string_equal(label_list_get(&v, "CONFDIR"), "/etc/n");
        assert_string_equal(label_list_get(&v, "HOST"), "/host");
}

static size_t parse_and_count(const char *text, const char *id) {
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_(finding_list_done) struct finding_list findings = {};
        recipe = recipe_parse("RUN", text, &findings);
        assert_true(recipe->n <= RECIPE_WORDS_MAX);
        assert_non_null(finding_list_find(&findings, id));
        return recipe->n;
}

static void holds_the_ceilings(void **state) {
        _cleanup_str_ struct str words = {}, word = {}, label = {};
        for (unsigned i = 0; i < RECIPE_WORDS_MAX; i++)
                str_add(&words, "x ");
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_(finding_list_done) struct finding_list findings = {};
        recipe = recipe_parse("RUN", words.text, &findings);
        assert_int_equal(findings.n, 0);
        str_add(&words, "y z");
        assert_int_equal(parse_and_count(words.text, "label-too-long"), RECIPE_WORDS_MAX);

        for (unsigned i = 0; i < RECIPE_WORD_BYTES_MAX + 1; i++)
                str_add_char(&word, 'w');
        assert_int_equal(parse_and_count(word.text, "label-too-long"), 1);
        str_cut(&word, RECIPE_WORD_BYTES_MAX - 2);
        assert_int_equal(parse_and_count(word.text, "label-long"), 1);
        for (unsigned i = 0; label.length <= LABEL_VALUE_MAX; i++)
                str_add(&label, i % 100 ? "l" : " ");
        parse_and_count(label.text, "label-too-long");
}

/* Few bytes of label must not become gigabytes of command. */
static void bounds_what_is_filled(void **state) {
        _cleanup_str_ struct str value = {}, label = {};
        for (unsigned i = 0; i < 60000; i++)
                str_add_char(&value, 'v');
        for (unsigned i = 0; i < 500; i++)
                str_add(&label, i % 50 ? "$V$V " : "$V$V$V$V ");
        _cleanup_(label_list_done) struct label_list v = {};
        variables_set(&v, "V", value.text);
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_(finding_list_done) struct finding_list findings = {};
        _cleanup_strv_ char **argv = NULL;
        recipe = recipe_parse("RUN", label.text, &findings);
        argv = recipe_fill(recipe, &v, NULL, &findings, NULL);
        assert_non_null(finding_list_find(&findings, "label-too-long"));
        size_t bytes = 0;
        for (size_t i = 0; argv[i]; i++)
                bytes += strlen(argv[i]);
        assert_true(bytes <= 1024 * 1024);
}

static void places_findings(void **state) {
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_(finding_list_done) struct finding_list findings = {};
        recipe = recipe_parse("INSTALL", "podman run 'x; y' a&&b `c`", &findings);
        assert_int_equal(findings.n, 2);
        assert_string_equal(findings.items[0].where, "INSTALL, word 4");
        assert_string_equal(findings.items[0].message, "\"&&\" is shell syntax, and no shell reads this label");
        assert_string_equal(findings.items[1].where, "INSTALL, word 5");
        assert_int_equal(finding_list_count(&findings, SEVERITY_BLOCK), 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_cases),
                cmocka_unit_test(finds_the_unknown),
                cmocka_unit_test(names_variables),
                cmocka_unit_test(holds_the_ceilings),
                cmocka_unit_test(bounds_what_is_filled),
                cmocka_unit_test(places_findings),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
