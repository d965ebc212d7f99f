/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "base/words.h"
#include "model/command/lint.h"

/* ---- one command ---- */

static bool removes_container(const struct command *c) {
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, "--rm") &&
                    !str_equal_nocase(c->options[i].value, "false"))
                        return true;
        return false;
}

/* "sleep": one word without a folder, tag or digest. */
static bool is_bare_word(const char *operand) {
        return !operand[strcspn(operand, "/:@")];
}

/* Behind shell syntax or an undefined variable the words are not what they seem. */
static bool is_doubtful(const struct lint *l, size_t word) {
        const struct word_origin *origins = l->command->origins;
        size_t shell = l->recipe ? l->recipe->shell : 0;
        return origins && (origins[word].hole || (shell && origins[word].word >= shell));
}

static void lint_operand(const struct lint *l, struct finding_list *findings) {
        const struct command *c = l->command;
        const char *operand = c->operand > 0 ? c->argv[c->operand] : NULL;
        if (!operand || str_equal(operand, l->filled) || !reference_valid(operand) ||
            is_doubtful(l, c->operand))
                return; /* none, the right one, or already reported */
        size_t place = command_place(c, c->operand);
        bool named = l->image && (l->image->names || l->image->repo_digests);
        if (l->image && image_matches(l->image, operand))
                finding_report_at(findings, "pins-other-image", l->key, place,
                                  "The command names its image itself (%s), whatever version is looked at "
                                  "here",
                                  operand);
        else if (named && is_bare_word(operand))
                finding_report_at(findings, "lost-image", l->key, place,
                                  "\"%s\" stands where the image belongs and is no name of this image",
                                  operand);
        else
                finding_report_at(findings, "pins-other-image", l->key, place,
                                  "The command runs %s, not the image that carries it", operand);
}

/* Whether the value of --name changes with the service's name, or is not what it seems. */
static bool names_service(const struct lint *l) {
        const struct command *c = l->command;
        for (size_t i = 0; l->recipe && i < c->n_options; i++) {
                const struct option_use *o = &c->options[i];
                size_t value = o->word + o->words - 1;
                if (str_equal(o->canonical, "--name") &&
                    (is_doubtful(l, value) || recipe_word_names(l->recipe, command_place(c, value), "NAME")))
                        return true;
        }
        return false;
}

static void lint_name(const struct lint *l, struct finding_list *findings) {
        const struct command *c = l->command;
        if (str_empty(c->name))
                finding_report(findings, "unnamed-container", l->key, "The container has no name of its own");
        else if (l->name && !str_equal(c->name, l->name) && !names_service(l))
                finding_report(findings, "fixed-name", l->key, "The container is always called %s", c->name);
}

/* By the ends of such names in public images; PASSWORD_FILE names a file. value: "=x", or NULL. */
static bool names_secret(const char *name, const char *value) {
        static const char *const ends[] = { "PASSWORD", "PASSWD", "_PASS",      "SECRET",     "TOKEN",
                                            "API_KEY",  "APIKEY", "ACCESS_KEY", "PRIVATE_KEY" };
        size_t n = strcspn(name, "=");
        for (size_t i = 0; i < ELEMENTS(ends); i++) {
                size_t length = strlen(ends[i]);
                if (n >= length && strncasecmp(name + n - length, ends[i], length) == 0)
                        return value && *value == '=' && value[1] && value[1] != '$';
        }
        return false;
}

/* Whether the label itself says it, in quotes or not: a value that came from a variable is the user's own. */
static bool stands_in_label(const struct label *label, const char *value) {
        _cleanup_strv_ char **words = NULL;
        if (strstr(label->value, value))
                return true;
        words_split(label->value, &words, NULL);
        for (size_t i = 0; words && words[i]; i++)
                if (strstr(words[i], value))
                        return true;
        return false;
}

/* "--db-password=x", "--token" and "x" behind the image. */
static void lint_secret_arguments(const struct lint *l, const struct label *label,
                                  struct finding_list *findings) {
        const struct command *c = l->command;
        for (size_t i = c->operand + 1; c->operand > 0 && c->argv[i - 1] && c->argv[i]; i++) {
                const char *next = c->argv[i + 1];
                _cleanup_free_ char *joined = strchr(c->argv[i], '=') || !next || *next == '-'
                                                      ? xstrdup(c->argv[i])
                                                      : str_printf("%s=%s", c->argv[i], next),
                                    *name = xstrndup(joined, strcspn(joined, "="));
                for (char *at = name; *at; at++)
                        *at = *at == '-' ? '_' : *at;
                if (*joined == '-' && names_secret(name, joined + strlen(name)) &&
                    stands_in_label(label, joined + strlen(name) + 1))
                        finding_report_at(findings, "secret-in-label", l->key, command_place(c, i),
                                          "The value of %.*s stands in the label", (int) strlen(name),
                                          joined);
        }
}

static void lint_secrets(const struct lint *l, struct finding_list *findings) {
        const struct command *c = l->command;
        const struct label *label = l->image ? label_find_key(l->image, l->key, NULL) : NULL;
        for (size_t i = 0; label && i < c->n_options; i++) {
                const struct option_use *o = &c->options[i];
                const char *value = o->value ? o->value : "";
                bool creds = str_equal(o->canonical, "--creds") && strchr(value, ':');
                bool env = STR_IN_SET(o->canonical, "--env", "--label", "--annotation") &&
                           names_secret(value, strchr(value, '='));
                _cleanup_free_ char *name = creds ? xstrdup(o->option) : xstrndup(value, strcspn(value, "="));
                if ((creds || env) && stands_in_label(label, value))
                        finding_report_at(findings, "secret-in-label", l->key, command_place(c, o->word),
                                          "The value of %s stands in the label", name);
        }
        if (label)
                lint_secret_arguments(l, label, findings);
}

void lint_command(const struct lint *l, struct finding_list *findings) {
        const struct command *c = l->command;
        if (c->engine == ENGINE_NONE || !STR_IN_SET(c->subcommand, "run", "create"))
                return;
        lint_operand(l, findings);
        lint_secrets(l, findings);
        if (str_equal_nocase(l->key, "RUN"))
                lint_name(l, findings);
        bool once = str_equal_nocase(l->key, "INSTALL") || str_equal_nocase(l->key, "UNINSTALL") ||
                    str_equal_nocase(l->key, "UPGRADE") || str_equal_nocase(l->key, "UPDATE");
        if (once && !c->detached && str_equal(c->subcommand, "run") && !removes_container(c))
                finding_report(findings, "leaves-container", l->key,
                               "The command leaves its container behind");
}

const char *option_passed_variable(const struct option_use *o) {
        bool passes = str_equal(o->canonical, "--env") && !str_empty(o->value) && !strchr(o->value, '=');
        return passes ? o->value : NULL;
}

static bool has_variable(char *const *environment, const char *name) {
        size_t n = strlen(name);
        for (; environment && *environment; environment++)
                if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=')
                        return true;
        return false;
}

void lint_environment(const char *key, const struct command *c, char *const *environment,
                      struct finding_list *findings) {
        for (size_t i = 0; i < c->n_options; i++) {
                const char *name = option_passed_variable(&c->options[i]);
                if (name && !has_variable(environment, name))
                        finding_report_at(findings, "unset-environment", key,
                                          command_place(c, c->options[i].word),
                                          "The container gets no %s: nothing gives it a value", name);
        }
}

void lint_folder(const struct recipe *recipe, struct finding_list *findings) {
        for (size_t word = 1; word <= recipe->n; word++)
                if (recipe_word_names(recipe, word, "PWD")) {
                        finding_report_at(findings, "working-directory", recipe->where, word,
                                          "%s uses $PWD, the folder in which it is called, and a unit has "
                                          "none",
                                          recipe->where);
                        return;
                }
}

/* ---- the labels as a set ---- */

/* "… RUN docker run …" inside another label's value: a Dockerfile without "=" merged several labels. */
static const char *lost_label(const char *value) {
        for (int which = 0; which < _COMMAND_LABEL_MAX; which++) {
                const char *name = command_label_name(which);
                size_t n = strlen(name);
                for (const char *at = value; (at = strstr(at, name)); at += n) {
                        if (at == value || !strchr(" \t\n", at[-1]) || !at[n] || !strchr(" \t\n", at[n]))
                                continue;
                        const char *next = at + n + strspn(at + n, " \t\n");
                        if (str_starts(next, "docker ") || str_starts(next, "podman "))
                                return name;
                }
        }
        return NULL;
}

char *label_filled(const struct label *label, const struct label_list *variables) {
        _cleanup_recipe_ struct recipe *recipe = recipe_parse(label->key, label->value, NULL);
        _cleanup_strv_ char **words = recipe_fill(recipe, variables, NULL, NULL, NULL);
        return strv_join(words, " ");
}

/* atomic put the file's contents in the place of $RUN_OPTS whenever it ran the label. */
static void lint_run_opts_file(const struct image *image, const struct label_list *variables,
                               struct finding_list *findings) {
        const struct label *file = label_find_key(image, "RUN_OPTS_FILE", NULL);
        const struct label *run = label_find(image, LABEL_RUN, NULL);
        if (!file || !run)
                return;
        _cleanup_recipe_ struct recipe *recipe = recipe_parse(run->key, run->value, NULL);
        for (size_t word = 1; word <= recipe->n; word++)
                if (recipe_word_names(recipe, word, "RUN_OPTS")) {
                        _cleanup_free_ char *path = label_filled(file, variables);
                        finding_report(findings, "run-opts-file", file->key,
                                       "The options that the installer leaves in %s do not get into the unit",
                                       path);
                        return;
                }
}

void lint_labels(const struct image *image, const struct label_list *variables,
                 struct finding_list *findings) {
        unsigned set = label_set(image);
        if ((set & 1U << LABEL_INSTALL) && !(set & 1U << LABEL_UNINSTALL))
                finding_report(findings, "no-uninstall", "INSTALL", "The image has no UNINSTALL label");
        lint_run_opts_file(image, variables, findings);
        for (size_t i = 0; i < image->labels.n; i++) {
                const struct label *label = &image->labels.items[i];
                const char *name = lost_label(label->value);
                if (name)
                        finding_report(findings, "lost-label", label->key,
                                       "The value of this label holds what should be a %s label of its own",
                                       name);
        }
}

/* ---- an image ---- */

struct image_linting {
        const struct image *image;
        struct label_list variables;
        enum engine_kind engine;
        const char *engine_version;
};

static struct command *lint_read(const struct image_linting *l, const struct label *label,
                                 const struct recipe *recipe, struct finding_list *findings) {
        struct word_origin *origins;
        _cleanup_strv_ char **argv = recipe_fill(recipe, &l->variables, NULL, findings, &origins);
        const struct command_source source = { .where = label->key,
                                               .engine = l->engine,
                                               .engine_version = l->engine_version,
                                               .origins = origins,
                                               .shell = recipe->shell };
        struct command *command = command_read_from(&source, argv, findings);
        free(origins);
        return command;
}

static void lint_label(const struct image_linting *l, const struct label *label,
                       struct finding_list *findings) {
        /* as a plan has it without answers */
        static char *const closed[] = {
                (char *) "PATH=",  (char *) "LC_ALL=", (char *) "TERM=", (char *) "HOME=", (char *) "NAME=",
                (char *) "IMAGE=", (char *) "OPT1=",   (char *) "OPT2=", (char *) "OPT3=", NULL
        };
        _cleanup_recipe_ struct recipe *recipe = recipe_parse(label->key, label->value, findings);
        _cleanup_command_ struct command *command = lint_read(l, label, recipe, findings);
        const struct lint lint = { .key = label->key,
                                   .command = command,
                                   .recipe = recipe,
                                   .image = l->image,
                                   .filled = label_list_get(&l->variables, "IMAGE"),
                                   .name = label_list_get(&l->variables, "NAME") };
        if (!command->argv[0])
                return;
        lint_command(&lint, findings);
        lint_environment(label->key, command, closed, findings);
        if (str_equal_nocase(label->key, "RUN") && command->engine != ENGINE_NONE && !command->interactive)
                lint_folder(recipe, findings);
}

/* A label that another tool runs: a command of an engine under a name that is no description's. */
static bool is_akin(const struct image *image, const struct label *label) {
        if (strchr(label->key, '.') || str_equal_nocase(label->key, "usage") ||
            str_equal_nocase(label->key, "description") || str_equal_nocase(label->key, "summary"))
                return false;
        for (enum command_label which = 0; which < _COMMAND_LABEL_MAX; which++)
                if (label_find(image, which, NULL) == label ||
                    str_equal_nocase(label->key, command_label_name(which)))
                        return false;
        const char *first = label->value + strspn(label->value, " \t\n");
        _cleanup_free_ char *program = xstrndup(first, strcspn(first, " \t\n"));
        const char *slash = strrchr(program, '/'), *base = slash ? slash + 1 : program;
        return STR_IN_SET(base, "podman", "docker");
}

static void lint_akin(const struct image_linting *l, const struct label *label,
                      struct finding_list *findings) {
        struct finding_list own = {};
        lint_label(l, label, &own);
        for (size_t i = 0; i < own.n; i++) {
                const struct finding *f = &own.items[i];
                finding_add(findings, f->severity == SEVERITY_BLOCK ? SEVERITY_WARN : f->severity, f->id,
                            f->where, f->hint, "%s", f->message);
        }
        finding_list_done(&own);
}

static void linting_done(struct image_linting *l) {
        label_list_done(&l->variables);
}

/* As a service of the default name is. */
static void lint_variables(struct image_linting *l) {
        static const char *const of_host[][2] = {
                { "PWD", "/root" }, { "HOME", "/root" }, { "SUDO_UID", "0" }, { "SUDO_GID", "0" }
        };
        const char *filled = image_reference(l->image);
        _cleanup_free_ char *name = filled ? reference_default_name(filled) : NULL;
        variables_set_known(&l->variables, name ? name : "service", filled ? filled : "image");
        for (size_t i = 0; i < ELEMENTS(of_host); i++)
                label_list_set(&l->variables, of_host[i][0], of_host[i][1]);
}

void image_lint(const struct image *image, enum engine_kind engine, const char *engine_version,
                struct finding_list *findings) {
        _cleanup_(linting_done) struct image_linting l = {
                .image = image,
                .engine = engine == ENGINE_NONE ? ENGINE_PODMAN : engine,
                .engine_version = engine == ENGINE_NONE ? NULL : engine_version,
        };
        lint_variables(&l);
        for (enum command_label which = 0; which < _COMMAND_LABEL_MAX; which++) {
                const struct label *label = label_find(image, which, findings);
                if (label)
                        lint_label(&l, label, findings);
        }
        for (size_t i = 0; i < image->labels.n; i++)
                if (is_akin(image, &image->labels.items[i]))
                        lint_akin(&l, &image->labels.items[i], findings);
        lint_labels(image, &l.variables, findings);
}

char *image_label_filled(const struct image *image, const struct label *label) {
        _cleanup_(linting_done) struct image_linting l = { .image = image };
        lint_variables(&l);
        return label_filled(label, &l.variables);
}

struct command *image_command(const struct image *image, enum command_label which) {
        const struct label *label = label_find(image, which, NULL);
        if (!label)
                return NULL;
        _cleanup_(linting_done) struct image_linting l = { .image = image, .engine = ENGINE_PODMAN };
        lint_variables(&l);
        _cleanup_recipe_ struct recipe *recipe = recipe_parse(label->key, label->value, NULL);
        return lint_read(&l, label, recipe, NULL);
}

enum image_use image_use_of(const struct image *image) {
        if (label_find(image, LABEL_INSTALL, NULL))
                return IMAGE_SERVICE;
        _cleanup_command_ struct command *command = image_command(image, LABEL_RUN);
        if (!command || !command->interactive)
                return IMAGE_SERVICE;
        return removes_container(command) ? IMAGE_TOOL : IMAGE_EITHER;
}
