/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The units of plans as the real Quadlet generator and the real systemd of this host read them (tests/lab run HOST -- …): the words that
 * a unit hands to the engine must be those of the command. Runs over the table of tests/unit/quadlet-cases.c and over what the folder
 * named as argument holds: *.json with labels, *.txt with options of `podman run` in lines, vectors.json. Prints "N passed, N failed". */
#include <dirent.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "backend/format/emit.h"
#include "backend/format/json.h"
#include "base/readfile.h"
#include "base/words.h"
#include "model/plan/plan.h"
#include "tests/unit/quadlet-cases.h"

#define GENERATOR "/usr/lib/systemd/system-generators/podman-system-generator"
#define BYTES_MAX (4U * 1024 * 1024)

extern char **environ;
static unsigned passed, failed, without_unit;
static char folder[] = "/var/tmp/fairlead-plans-XXXXXX";

/* What was made of one command: by it the words are found wanting. */
static struct made {
        char *name, *text;
        struct plan *plan;
} *all;
static size_t n_all;

static void check(bool good, const char *what, const char *more) {
        if (!good)
                printf("not ok - %s: %s\n", what, more ? more : "");
        (*(good ? &passed : &failed))++;
}

/* Its standard error goes into the file. */
static int run(const char *const *argv, const char *errors) {
        _cleanup_free_ char *text = str_printf("exec \"$@\" 2>%s", errors);
        const char *words[2048] = { "/bin/sh", "-c", text, "sh" };
        size_t n = 4;
        pid_t pid;
        int status;
        for (; *argv && n < ELEMENTS(words) - 1; argv++)
                words[n++] = *argv;
        if (posix_spawn(&pid, words[0], NULL, NULL, (char *const *) words, environ) != 0 || waitpid(pid, &status, 0) < 0)
                return -1;
        return status;
}

static char *read_text(const char *path) {
        char *text = NULL;
        size_t n;
        return readfile(path, BYTES_MAX, &text, &n, NULL) < 0 ? NULL : text;
}

/* ---- cases ---- */

static const struct target {
        const char *suffix, *place, *version;
        enum engine_kind engine;
        bool quadlet;
} targets[] = {
        { "new.container", "quadlets", "5.4", ENGINE_PODMAN, true },
        { "old.container", "quadlets", "4.4", ENGINE_PODMAN, true },
        { "podman.service", "units", "4.3", ENGINE_PODMAN, false },
        { "docker.service", "units", "20.10", ENGINE_DOCKER, false },
};

static void make_one(const char *what, const struct image *image, char *const *arguments, const struct target *t) {
        const struct host_facts facts = { .engine = t->engine,
                                          .engine_path = t->engine == ENGINE_DOCKER ? "/usr/bin/docker" : "/usr/bin/podman",
                                          .engine_version = t->version,
                                          .quadlet = t->quadlet };
        const char *reference = image_reference(image);
        const struct plan_request request = { .verb = VERB_INSTALL,
                                              .image = image,
                                              .reference = reference && reference_valid(reference) ? reference : "localhost/web:1",
                                              .name = "svc1",
                                              .arguments = arguments,
                                              .facts = &facts };
        struct error *e = NULL;
        struct plan *plan = NULL;
        if (plan_make(&request, &plan, &e) < 0) {
                check(false, what, e->message);
                error_free(e);
                return;
        }
        if (!plan->unit.text || (t->quadlet && plan->unit.kind != UNIT_QUADLET)) {
                without_unit++;
                plan_free(plan);
                return;
        }
        _cleanup_free_ char *path = str_printf("%s/%s/case%zu-%s", folder, t->place, n_all, t->suffix);
        FILE *f = fopen(path, "we");
        if (!f || fputs(plan->unit.text, f) < 0 || fclose(f) != 0)
                perror(path);
        all = xreallocarray(all, n_all + 1, sizeof *all);
        all[n_all] = (struct made) { str_printf("case%zu-%s", n_all, t->suffix), str_printf("%s (%s)", what, t->suffix), plan };
        n_all++;
}

static void make_all(const char *what, const struct image *image, char *const *arguments) {
        for (size_t i = 0; i < ELEMENTS(targets); i++)
                make_one(what, image, arguments, &targets[i]);
}

static void make_of_options(const char *options) {
        struct image image = {};
        _cleanup_free_ char *label = str_printf("podman run %s localhost/web:1 sh -c 'echo \"$HOME\" 100%% ; x'", options);
        image_add_label(&image, "RUN", label);
        make_all(options, &image, NULL);
        label_list_done(&image.labels);
}

static void read_options(char *text) {
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **line = lines; line && *line; line++)
                make_of_options(*line);
}

static void read_labels(const char *path, const char *text) {
        struct image *image = NULL;
        struct error *e = NULL;
        if (image_parse_labels(text, strlen(text), &image, &e) < 0)
                check(false, path, e->message);
        else
                make_all(path, image, NULL);
        image_free(image);
        error_free(e);
}

/* A vector has its label's text, or the name of the file that has. */
static void read_vector(const char *from, struct json_value *v) {
        const char *value = json_text(json_member(v, "value")), *corpus = json_text(json_member(v, "corpus")),
                   *key = json_text(json_member(v, "label"));
        struct image *image = NULL;
        struct json_value *words = json_member(v, "args");
        _cleanup_strv_ char **arguments = strv_copy(NULL);
        for (size_t i = 0; words && i < words->n; i++)
                strv_add(&arguments, json_text(json_entry(words, i)));
        if (corpus && str_equal_nocase(key, "RUN")) {
                _cleanup_free_ char *path = str_printf("%s/%s.json", from, corpus), *text = read_text(path);
                if (text)
                        (void) image_parse_labels(text, strlen(text), &image, NULL);
        } else if (value) {
                image = new0(struct image);
                image_add_label(image, "RUN", value);
        }
        if (image)
                make_all(corpus ? corpus : value, image, arguments);
        image_free(image);
}

static void read_vectors(const char *from, const char *text) {
        _cleanup_json_value_ struct json_value *top = NULL;
        struct json_value *list;
        if (json_parse(text, strlen(text), NULL, &top, NULL, NULL) < 0 || !(list = json_member(top, "vectors"))) {
                check(false, from, "vectors.json cannot be read");
                return;
        }
        for (struct json_value *v = list->first; v; v = v->next)
                read_vector(from, v);
}

static void read_folder(const char *path) {
        struct dirent **names;
        int n = scandir(path, &names, NULL, alphasort);
        for (int i = 0; i < n; i++) {
                _cleanup_free_ char *file = str_printf("%s/%s", path, names[i]->d_name), *text = read_text(file);
                if (text && str_equal(names[i]->d_name, "vectors.json"))
                        read_vectors(path, text);
                else if (text && str_ends(file, ".json"))
                        read_labels(file, text);
                else if (text && str_ends(file, ".txt"))
                        read_options(text);
                free(names[i]);
        }
        if (n >= 0)
                free(names);
}

/* ---- words ---- */

/* What a unit sets in its own way. */
static bool is_units_own(const struct option_use *o) {
        return STR_IN_SET(o->canonical, "--detach", "--rm", "--replace", "--name", "--restart", "--cidfile", "--attach", "--sig-proxy",
                          "--detach-keys") ||
               (str_equal(o->canonical, "--sdnotify") && !STR_IN_SET(o->value, "container", "healthy")) ||
               (str_equal(o->canonical, "--cgroups") && STR_IN_SET(o->value, "split", "enabled"));
}

/* "-e NAME" gets the value that the plan knows. */
static const char *known(const char *name, char *const *environment) {
        size_t n = strlen(name);
        for (; environment && *environment; environment++)
                if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=')
                        return *environment;
        return name;
}

/* Different words of the same meaning: the generator writes capabilities in small letters, source= for src=, and no
 * value of a switch that is on. */
static char *normal(const struct option_use *o, char *const *environment) {
        const char *value = o->value;
        if (STR_IN_SET(o->canonical, "--init", "--read-only", "--read-only-tmpfs", "--env-host") && (!value || str_equal_nocase(value, "true")))
                return xstrdup(o->canonical);
        if (value && STR_IN_SET(o->canonical, "--security-opt") && str_starts(value, "no-new-privileges") && str_ends(value, "true"))
                value = "no-new-privileges";
        if (value && str_equal(o->canonical, "--env") && !strchr(value, '='))
                value = known(value, environment);
        char *text = value ? str_printf("%s=%s", o->canonical, value) : xstrdup(o->canonical);
        for (char *c = text; STR_IN_SET(o->canonical, "--cap-add", "--cap-drop") && *c; c++)
                *c = *c >= 'A' && *c <= 'Z' ? (char) (*c + 32) : *c;
        char *src = str_equal(o->canonical, "--mount") ? strstr(text, ",src=") : NULL;
        if (src) {
                char *whole = str_printf("%.*s,source=%s", (int) (src - text), text, src + strlen(",src="));
                free(text);
                text = whole;
        }
        return text;
}

static int by_text(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The meaning of a command in lines: its options in any order, then image and arguments. */
static char *meaning(const struct command *c, char *const *environment, bool docker) {
        _cleanup_strv_ char **options = strv_copy(NULL);
        for (size_t i = 0; i < c->n_options; i++) {
                const struct option_use *o = &c->options[i];
                bool dropped = is_units_own(o) || (docker && STR_IN_SET(o->canonical, "--interactive", "--tty", "--sdnotify"));
                if (o->word < c->operand && !dropped)
                        strv_take(&options, normal(o, environment));
        }
        qsort(options, strv_length(options), sizeof *options, by_text);
        if (c->operand)
                strv_extend(&options, c->argv + c->operand);
        return strv_join(options, "\n");
}

/* The order of these counts. */
static char *ordered(const struct command *c) {
        _cleanup_strv_ char **words = strv_copy(NULL);
        for (size_t i = 0; i < c->n_options; i++)
                if (c->options[i].word < c->operand && c->options[i].value &&
                    STR_IN_SET(c->options[i].canonical, "--dns", "--dns-search", "--dns-option", "--network", "--add-host", "--env-file"))
                        strv_addf(&words, "%s=%s", c->options[i].canonical, c->options[i].value);
        /* those of one option, in their order */
        _cleanup_strv_ char **sorted = strv_copy(NULL);
        static const char *const names[] = { "--dns=", "--dns-search=", "--dns-option=", "--network=", "--add-host=", "--env-file=" };
        for (size_t k = 0; k < ELEMENTS(names); k++)
                for (char **word = words; *word; word++)
                        if (str_starts(*word, names[k]))
                                strv_add(&sorted, *word);
        return strv_join(sorted, "\n");
}

/* systemd's line: %% and $$ are one character each. */
static char **words_of_line(const char *line) {
        char **words = NULL;
        if (words_split(line, &words, NULL) < 0)
                return NULL;
        for (char **word = words; *word; word++) {
                char *to = *word;
                for (const char *c = *word; *c; c++) {
                        *to++ = *c;
                        if (strchr("%$", *c) && c[1] == *c)
                                c++;
                }
                *to = '\0';
        }
        return words;
}

static void compare(const struct made *m, const char *text) {
        const char *at = text ? strstr(text, "\nExecStart=") : NULL;
        if (!at) {
                check(false, m->text, text ? "no ExecStart=" : "there is no unit");
                return;
        }
        at += strlen("\nExecStart=");
        _cleanup_free_ char *line = xstrndup(at, strcspn(at, "\n"));
        _cleanup_strv_ char **argv = words_of_line(line);
        if (!argv) {
                check(false, m->text, line);
                return;
        }
        _cleanup_command_ struct command *got = command_read(NULL, argv, m->plan->run->engine, NULL, NULL);
        bool docker = got->engine == ENGINE_DOCKER;
        _cleanup_free_ char *is = meaning(got, NULL, docker), *wanted = meaning(m->plan->run, m->plan->environment, docker),
                            *order = ordered(got), *wanted_order = ordered(m->plan->run);
        bool good = str_equal(is, wanted) && str_equal(order, wanted_order);
        check(good, m->text, line);
        if (!good)
                printf("        wanted:\n%s\n        is:\n%s\n", wanted, is);
}

/* ---- the host's own programs ---- */

static char **names_verified;

/* systemd-analyze wants the engines and docker.service, which a host need not have. */
static bool is_complaint(const char *line) {
        return *line && !strstr(line, "is not executable: No such file or directory") && !strstr(line, "docker.service") &&
               !strstr(line, "SELinux") && (strstr(line, "case") || strstr(line, "nknown"));
}

static void check_lines(const char *what, const char *path) {
        _cleanup_free_ char *text = read_text(path);
        _cleanup_strv_ char **lines = strv_split(text ? text : "", "\n");
        for (char **line = lines; line && *line; line++)
                if (is_complaint(*line))
                        check(false, what, *line);
}

/* It must be seen when a unit is wrong. */
static void verify_planted(void) {
        _cleanup_free_ char *path = str_printf("%s/units/case-planted.service", folder), *errors = str_printf("%s/errors", folder);
        FILE *f = fopen(path, "we");
        if (!f || fputs("[Service]\nExecStart=/bin/true\nRestart=sometimes\n", f) < 0 || fclose(f) != 0)
                perror(path);
        (void) run((const char *const[]) { "/usr/bin/systemd-analyze", "--man=no", "verify", path, NULL }, errors);
        _cleanup_free_ char *text = read_text(errors);
        check(text && is_complaint(text), "systemd-analyze verify", "says nothing of a wrong unit");
}

static void verify(void) {
        _cleanup_free_ char *errors = str_printf("%s/errors", folder);
        size_t n = strv_length(names_verified);
        for (size_t from = 0; from < n; from += 500) {
                const char *argv[520] = { "/usr/bin/systemd-analyze", "--man=no", "verify" };
                for (size_t i = 0; i < 500 && from + i < n; i++)
                        argv[3 + i] = names_verified[from + i];
                (void) run(argv, errors);
                check_lines("systemd-analyze verify", errors);
        }
        verify_planted();
}

static void generate(void) {
        _cleanup_free_ char *from = str_printf("%s/quadlets", folder), *to = str_printf("%s/made", folder),
                            *errors = str_printf("%s/errors", folder), *said = NULL;
        setenv("QUADLET_UNIT_DIRS", from, 1);
        int status = run((const char *const[]) { GENERATOR, to, to, to, NULL }, errors);
        said = read_text(errors);
        check(status == 0, "the generator", said);
        _cleanup_strv_ char **lines = strv_split(said ? said : "", "\n");
        for (char **line = lines; *line; line++)
                check(strstr(*line, "which not a fully qualified image name"), "the generator", *line);
}

int main(int argc, char **argv) {
        if (!mkdtemp(folder))
                return 1;
        static const char *const places[] = { "quadlets", "units", "made" };
        for (size_t i = 0; i < ELEMENTS(places); i++) {
                _cleanup_free_ char *path = str_printf("%s/%s", folder, places[i]);
                (void) mkdir(path, 0755);
        }
        for (const struct quadlet_case *c = quadlet_cases; c->options; c++)
                make_of_options(c->options);
        for (int i = 1; i < argc; i++)
                read_folder(argv[i]);

        bool quadlet = access(GENERATOR, X_OK) == 0;
        if (quadlet)
                generate();
        for (size_t i = 0; i < n_all; i++) {
                struct made *m = &all[i];
                const char *container = str_ends(m->name, ".container");
                if (container && !quadlet)
                        continue;
                char *path = container ? str_printf("%s/made/%.*s.service", folder, (int) (container - m->name), m->name)
                                       : str_printf("%s/units/%s", folder, m->name);
                _cleanup_free_ char *text = read_text(path);
                compare(m, text);
                strv_take(&names_verified, path);
        }
        verify();
        printf("%zu units of commands, %u without\n", n_all, without_unit);
        (void) run((const char *const[]) { "/bin/rm", "-rf", folder, NULL }, "/dev/null");
        printf("%u passed, %u failed\n", passed, failed);
        return failed ? 1 : 0;
}
