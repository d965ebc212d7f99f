/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The labels of 51 real images, 138 vectors of what the two older tools made of such labels, and the labels of 28 more
 * images and public run lines: $SHARED/labels and $SHARED/cases/labels, where those folders are. Where both tools agree and no rule of the design says otherwise, our words are theirs. Where ours
 * differ, the difference must be claimed by a rule below, whose claim is then checked; no vector is named. */

#include "tests/test.h"

#include <dirent.h>
#include <unistd.h>
#include <json-c/json.h>

#include "base/str.h"
#include "base/words.h"
#include "model/command/command.h"
#include "model/command/lint.h"
#include "model/image/recipe.h"
#include "model/plan/plan.h"
#include "tests/unit/source.h"

static char *labels_path(const char *file) {
        const char *shared = getenv("SHARED");
        return str_printf("%s/labels/%s", shared ? shared : "/nonexistent", file);
}

/* skip() jumps out of the test: it must come before anything is allocated. */
static void need_labels(void) {
        char *path = labels_path("vectors.json");
        bool there = access(path, R_OK) == 0;
        free(path);
        if (!there)
                skip();
}

/* What one vector is, and what became of it. */
struct vector {
        const char *label_key, *text;
        char **arguments;
        struct json_object *opts;
        char **atomic;          /* words; NULL: it refused */
        char *podman;           /* words after "command: podman ", joined; NULL: it refused */

        char **ours;            /* with the user's arguments */
        char **alone;           /* without */
        enum engine_kind engine;
        struct finding_list findings;
};

static void vector_done(struct vector *v) {
        strv_free(v->arguments);
        strv_free(v->atomic);
        free(v->podman);
        strv_free(v->ours);
        strv_free(v->alone);
        finding_list_done(&v->findings);
}

static const char *string_of(struct json_object *o, const char *key) {
        struct json_object *value;
        return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : NULL;
}

static char **list_of(struct json_object *o, const char *key) {
        struct json_object *array;
        if (!json_object_object_get_ex(o, key, &array))
                return NULL;
        char **list = strv_copy(NULL);
        for (size_t i = 0; i < json_object_array_length(array); i++)
                strv_add(&list, json_object_get_string(json_object_array_get_idx(array, i)));
        return list;
}

static bool says(const struct vector *v, const char *id) {
        return finding_list_find(&v->findings, id);
}

static bool joins_to(char *const *words, const char *text) {
        _cleanup_free_ char *joined = strv_join(words, " ");
        return str_equal(joined, text);
}

static bool same_as_atomic(const struct vector *v) {
        return v->atomic && strv_equal(v->ours, v->atomic);
}

static bool same_as_podman(const struct vector *v) {
        return v->podman && joins_to(v->ours + 1, v->podman);
}

/* ---- the rules: DESIGN.md section 5, by number ---- */

/* 1: words are split by POSIX quoting, once. atomic collapsed blanks, podman split twice. */
static bool has_quotes(const struct vector *v) {
        return strpbrk(v->text, "'\"\\");
}
static bool quoting_was_kept(const struct vector *v) {
        _cleanup_strv_ char **words = NULL;
        if (words_split(v->text, &words, NULL) < 0)
                return says(v, "unbalanced-quote");
        if (strstr(v->text, "OPT"))     /* may be more words or fewer: rule 2 */
                return true;
        return strv_length(words) == strv_length(v->alone);
}

/* 1: no comments. podman dropped everything from a word that begins with "#". */
static bool has_comment(const struct vector *v) {
        return strstr(v->text, " #");
}
static bool comment_was_kept(const struct vector *v) {
        return same_as_atomic(v);
}

/* 1: shell syntax blocks; the words stay to be looked at. */
static bool has_shell_syntax(const struct vector *v) {
        return says(v, "shell-syntax");
}
static bool is_blocked(const struct vector *v) {
        return finding_list_count(&v->findings, SEVERITY_BLOCK) > 0;
}

/* 2: known variables have values: CONFDIR, LOGDIR, DATADIR, HOST always, SUDO_UID and SUDO_GID too (podman knew none
 * of these), HOME and PWD (this atomic saw no environment). */
static bool has_known_variable(const struct vector *v) {
        static const char *const names[] = { "CONFDIR",  "LOGDIR",   "DATADIR", "HOST}",
                                             "SUDO_UID", "SUDO_GID", "HOME",    "PWD" };
        for (size_t i = 0; i < ELEMENTS(names); i++)
                for (const char *at = v->text; (at = strstr(at, names[i])); at++)
                        if (at > v->text && strchr("${", at[-1]))
                                return true;
        return false;
}
static bool nothing_is_lost(const struct vector *v) {
        for (char **w = v->alone; *w; w++)
                if (strstr(*w, "$HOME") || strstr(*w, "SUDO_") || strstr(*w, "DIR}") || strcmp(*w, ":") == 0)
                        return false;
        return true;
}

/* 2: $$, $1, ${} and a lone $ stay. */
static bool has_odd_dollar(const struct vector *v) {
        return strstr(v->text, "$$") || strstr(v->text, "$ ") || strstr(v->text, "${}") || strstr(v->text, "$1");
}
static bool dollars_stay(const struct vector *v) {
        _cleanup_free_ char *joined = strv_join(v->alone, " ");
        return strstr(joined, "$ ${} $$ $1");
}

/* 2: OPT1-3 are split by POSIX quoting and never scanned again; inside a word they stand as they are. */
static bool has_opt(const struct vector *v) {
        return strstr(v->text, "OPT");
}
static bool opts_stay(const struct vector *v) {
        json_object_object_foreach(v->opts, key, value) {
                _cleanup_strv_ char **words = NULL;
                (void) key;
                assert_int_equal(words_split(json_object_get_string(value), &words, NULL), 0);
                for (char **w = words; *w; w++)
                        if (!strv_contains(v->alone, *w))
                                return false;
        }
        return !says(v, "undefined-variable");
}

/* 3: any word that ends in =NAME or =IMAGE, quoted or not, as podman had it. atomic knew NAME=NAME and IMAGE=IMAGE
 * only. */
static bool has_bare_placeholder(const struct vector *v) {
        const char *name = v->text, *image = v->text;
        while ((name = strstr(name, "=NAME"))) {
                if (name - v->text < 4 || strncmp(name - 4, "NAME", 4) != 0 ||
                    (name - v->text > 4 && name[-5] != ' '))
                        return true;
                name++;
        }
        while ((image = strstr(image, "=IMAGE"))) {
                if (image - v->text < 5 || strncmp(image - 5, "IMAGE", 5) != 0)
                        return true;
                image++;
        }
        return strstr(v->text, "\"IMAGE\"");
}

/* 4: any other variable blocks. atomic dropped the rest of its word, podman made it empty. */
static bool has_unknown_variable(const struct vector *v) {
        return says(v, "undefined-variable");
}

/* 5: arguments are appended as they are. Both tools expanded and re-split them. */
static bool has_arguments(const struct vector *v) {
        return strv_length(v->arguments) > 0;
}
static bool arguments_are_untouched(const struct vector *v) {
        size_t n = strv_length(v->alone), m = strv_length(v->arguments);
        return strv_length(v->ours) == n + m && strv_equal(v->ours + n, v->arguments);
}

/* 6: a host command is shown whole. podman showed "podman" in its place, or refused a path that is not there. */
static bool is_host_command(const struct vector *v) {
        return v->engine == ENGINE_NONE;
}
static bool is_shown_whole(const struct vector *v) {
        return same_as_atomic(v) && says(v, "host-command");
}

static struct rule {
        const char *rule;
        bool (*claims)(const struct vector *v);
        bool (*holds)(const struct vector *v);
        unsigned used;
} rules[] = {
        { "1 quoting", has_quotes, quoting_was_kept, 0 },
        { "1 no comments", has_comment, comment_was_kept, 0 },
        { "1 shell syntax", has_shell_syntax, is_blocked, 0 },
        { "2 known variables", has_known_variable, nothing_is_lost, 0 },
        { "2 odd dollars", has_odd_dollar, dollars_stay, 0 },
        { "2 OPT1-3", has_opt, opts_stay, 0 },
        { "3 bare placeholders", has_bare_placeholder, same_as_podman, 0 },
        { "4 unknown variables", has_unknown_variable, is_blocked, 0 },
        { "5 arguments", has_arguments, arguments_are_untouched, 0 },
        { "6 host commands", is_host_command, is_shown_whole, 0 },
};

/* Is the difference claimed by a rule, and does every rule that claims it keep its word? */
static bool is_accounted_for(const struct vector *v) {
        bool claimed = false;
        for (size_t i = 0; i < ELEMENTS(rules); i++) {
                if (!rules[i].claims(v))
                        continue;
                rules[i].used++;
                if (!rules[i].holds(v)) {
                        print_error("rule \"%s\" does not hold:\n", rules[i].rule);
                        return false;
                }
                claimed = true;
        }
        return claimed;
}

/* ---- the vectors ---- */

static struct json_object *labels_of(struct json_object *cache, const char *name) {
        struct json_object *image, *labels;
        if (!json_object_object_get_ex(cache, name, &image)) {
                _cleanup_free_ char *file = str_printf("%s.json", name), *path = labels_path(file);
                image = json_object_from_file(path);
                assert_non_null(image);
                json_object_object_add(cache, name, image);
        }
        assert_true(json_object_object_get_ex(image, "labels", &labels));
        return labels;
}

static int fill_vector(struct vector *v, struct json_object *o) {
        static const char *const host[][2] = {
                { "PWD", "/cwd" }, { "HOME", "/root" }, { "SUDO_UID", "1000" }, { "SUDO_GID", "1000" }
        };
        _cleanup_(label_list_done) struct label_list variables = {};
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_command_ struct command *command = NULL;

        variables_set_known(&variables, string_of(o, "name"), string_of(o, "image"));
        for (size_t i = 0; i < ELEMENTS(host); i++)
                variables_set(&variables, host[i][0], host[i][1]);
        json_object_object_foreach(v->opts, key, value) {
                _cleanup_free_ char *name = str_printf("OPT%c", key[3]);
                variables_set(&variables, name, json_object_get_string(value));
        }
        recipe = recipe_parse(v->label_key, v->text, &v->findings);
        v->ours = recipe_fill(recipe, &variables, v->arguments, &v->findings, NULL);
        v->alone = recipe_fill(recipe, &variables, NULL, &v->findings, NULL);
        command = command_read(v->label_key, v->ours, ENGINE_NONE, NULL, &v->findings);
        v->engine = command->engine;
        return 0;
}

static bool check_vector(struct json_object *o, struct json_object *cache) {
        _cleanup_(vector_done) struct vector v = { .label_key = string_of(o, "label"),
                                                   .text = string_of(o, "value") };
        struct json_object *atomic;

        if (!v.text)
                v.text = string_of(labels_of(cache, string_of(o, "corpus")), v.label_key);
        assert_non_null(v.text);
        assert_true(json_object_object_get_ex(o, "opts", &v.opts));
        v.arguments = list_of(o, "args");
        if (json_object_object_get_ex(o, "atomic_1.22", &atomic) ||
            json_object_object_get_ex(o, "atomic_1.22_install", &atomic))
                v.atomic = list_of(atomic, "argv");
        const char *shown = str_starts(string_of(o, "podman_4.3.1_display"), "command: podman ");
        v.podman = shown ? strdup(shown) : NULL;
        fill_vector(&v, o);

        bool agreed = v.atomic && v.podman && joins_to(v.atomic + 1, v.podman);
        if (v.engine != ENGINE_NONE && agreed && same_as_atomic(&v))
                return true;
        if (is_accounted_for(&v))
                return true;
        _cleanup_free_ char *ours = argv_text(v.ours), *theirs = argv_text(v.atomic);
        print_error("%s\n  ours   %s\n  atomic %s\n  podman %s\n", v.text, ours, v.atomic ? theirs : "-",
                    v.podman ? v.podman : "-");
        return false;
}

static void the_vectors(void **state) {
        need_labels();
        _cleanup_free_ char *path = labels_path("vectors.json");
        struct json_object *root = json_object_from_file(path), *list, *cache = json_object_new_object();
        assert_non_null(root);
        unsigned wrong = 0;
        assert_true(json_object_object_get_ex(root, "vectors", &list));
        size_t n = json_object_array_length(list);
        assert_true(n >= 138);
        for (size_t i = 0; i < n; i++)
                wrong += !check_vector(json_object_array_get_idx(list, i), cache);
        json_object_put(root);
        json_object_put(cache);
        assert_int_equal(wrong, 0);
        /* A rule that accounts for nothing is one we do not understand. */
        for (size_t i = 0; i < ELEMENTS(rules); i++) {
                if (!rules[i].used)
                        print_error("rule \"%s\" was never needed\n", rules[i].rule);
                assert_true(rules[i].used > 0);
        }
}

/* ---- the images ---- */

static int by_text(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* "PLACE SEVERITY ID" for each finding, sorted, below the name. */
static void describe_image(struct json_object *labels, const char *name, const char *reference, struct str *out) {
        _cleanup_image_ struct image *image = new0(struct image);
        _cleanup_(finding_list_done) struct finding_list list = {};
        _cleanup_strv_ char **lines = strv_copy(NULL);

        strv_add(&image->names, reference);
        json_object_object_foreach(labels, key, value) {
                image_add_label(image, key, json_object_get_string(value));
        }
        image_lint(image, ENGINE_PODMAN, NULL, &list);
        for (size_t i = 0; i < list.n; i++) {
                _cleanup_free_ char *line = str_printf("%s %s %s", list.items[i].where,
                                                       severity_name(list.items[i].severity), list.items[i].id);
                if (!strv_contains(lines, line))
                        strv_add(&lines, line);
        }
        qsort(lines, strv_length(lines), sizeof *lines, by_text);
        str_addf(out, "%s\n", name);
        for (char **l = lines; *l; l++)
                str_addf(out, "    %s\n", *l);
}

static char **image_names(const char *folder) {
        char **names = strv_copy(NULL);
        DIR *d = opendir(folder);
        for (struct dirent *e; d && (e = readdir(d));) {
                const char *suffix = str_ends(e->d_name, ".json");
                if (suffix && strcmp(e->d_name, "vectors.json") != 0)
                        strv_take(&names, strndup(e->d_name, (size_t) (suffix - e->d_name)));
        }
        if (d)
                closedir(d);
        qsort(names, strv_length(names), sizeof *names, by_text);
        return names;
}

static void describe_images(struct str *out) {
        _cleanup_free_ char *folder = labels_path("");
        _cleanup_strv_ char **names = image_names(folder);
        struct json_object *cache = json_object_new_object();
        for (char **name = names; *name; name++) {
                _cleanup_free_ char *reference = str_printf("localhost/c/%s:latest", *name);
                describe_image(labels_of(cache, *name), *name, reference, out);
        }
        json_object_put(cache);
        assert_true(strv_length(names) >= 51);
}

/* Each file has the image's own name. */
static void describe_cases(struct str *out) {
        _cleanup_free_ char *folder = labels_path("../cases/labels");
        _cleanup_strv_ char **names = image_names(folder);
        for (char **name = names; *name; name++) {
                _cleanup_free_ char *path = str_printf("%s/%s.json", folder, *name), *title = str_printf("case %s", *name);
                struct json_object *root = json_object_from_file(path), *labels;
                assert_true(root && json_object_object_get_ex(root, "labels", &labels));
                describe_image(labels, title, string_of(root, "image"), out);
                json_object_put(root);
        }
        assert_true(strv_length(names) >= 28);
}

/* Those whose text is their own, by their number. */
static void describe_vectors(struct str *out) {
        _cleanup_free_ char *path = labels_path("vectors.json");
        struct json_object *root = json_object_from_file(path), *list;
        assert_true(root && json_object_object_get_ex(root, "vectors", &list));
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                struct json_object *o = json_object_array_get_idx(list, i);
                if (!string_of(o, "value"))
                        continue;
                _cleanup_free_ char *name = str_printf("vector %zu", i);
                struct json_object *labels = json_object_new_object();
                json_object_object_add(labels, string_of(o, "label"), json_object_new_string(string_of(o, "value")));
                describe_image(labels, name, string_of(o, "image"), out);
                json_object_put(labels);
        }
        json_object_put(root);
}

/* What lint says of each real image: tests/cases/corpus-findings.txt, looked through by a person once. */
static void the_images(void **state) {
        need_labels();
        _cleanup_str_ struct str got = {};
        describe_images(&got);
        describe_cases(&got);
        describe_vectors(&got);

        _cleanup_free_ char *want = source_read("tests/cases/corpus-findings.txt", NULL);
        if (strcmp(got.text, want) != 0) {
                _cleanup_free_ char *new_path =
                        str_printf("%s/corpus-findings.txt", getenv("BUILD") ? getenv("BUILD") : ".");
                FILE *n = fopen(new_path, "we");
                if (n) {
                        fputs(got.text, n);
                        fclose(n);
                }
                print_error("lint says something else of the real images; compare %s with tests/cases/corpus-findings.txt\n", new_path);
                fail();
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_vectors),
                cmocka_unit_test(the_images),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
