/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/profile/profile.h"

#include <ctype.h>
#include <fnmatch.h>

#include "model/command/lint.h"
#include "model/image/recipe.h"

static void mode_done(struct mode *mode) {
        FREE_ALL(mode->name, mode->title, mode->help);
        STRV_FREE_ALL(mode->words, mode->parameters, mode->renew);
        if (mode->leave)
                mode_done(mode->leave);
        free(mode->leave);
}

struct profile *profile_free(struct profile *profile) {
        if (!profile)
                return NULL;
        FREE_ALL(profile->name, profile->source, profile->title, profile->help, profile->unit,
                 profile->health_command);
        STRV_FREE_ALL(profile->match, profile->paths, profile->state, profile->health_argv, profile->needs,
                      profile->tools);
        for (size_t i = 0; i < profile->n_modes; i++)
                mode_done(profile->modes + i);
        free(profile->modes);
        for (size_t i = 0; i < profile->n_parameters; i++)
                param_done(profile->parameters + i);
        FREE_ALL(profile->parameters, profile);
        return NULL;
}

const struct mode *profile_mode(const struct profile *profile, const char *name) {
        if (!name)
                return profile->n_modes ? profile->modes : NULL;
        for (size_t i = 0; i < profile->n_modes; i++)
                if (str_equal(profile->modes[i].name, name))
                        return profile->modes + i;
        return NULL;
}

const struct param *profile_param(const struct profile *profile, const char *name) {
        for (size_t i = 0; i < profile->n_parameters; i++)
                if (str_equal(profile->parameters[i].name, name))
                        return profile->parameters + i;
        return NULL;
}

bool mode_asks(const struct mode *mode, const struct param *p) {
        return !mode || !mode->parameters || p->delivery == DELIVER_VOLUME || p->delivery == DELIVER_UNIT ||
               strv_contains(mode->parameters, p->name);
}

/* "registry.example.com:5000/a/rsyslog:8@sha256:…" gives "a/rsyslog". */
static char *profile_repository(const char *name) {
        const char *start = name, *slash = strchr(name, '/');
        if (slash) {
                /* The first part is a registry when it looks like a host (distribution's own rule). */
                size_t n = (size_t) (slash - name);
                if (memchr(name, '.', n) || memchr(name, ':', n) ||
                    (n == 9 && memcmp(name, "localhost", 9) == 0))
                        start = slash + 1;
        }
        const char *end = start + strcspn(start, "@");
        const char *last = start;
        for (const char *c = start; c < end; c++)
                if (*c == '/')
                        last = c;
        const char *tag = memchr(last, ':', (size_t) (end - last));
        return xstrndup(start, (size_t) ((tag ? tag : end) - start));
}

static bool fits_one(const struct profile *profile, const char *name) {
        _cleanup_free_ char *text = profile_repository(name);
        for (char **pattern = profile->match; pattern && *pattern; pattern++)
                if (fnmatch(*pattern, text, FNM_NOESCAPE) == 0)
                        return true;
        return false;
}

bool profile_fits(const struct profile *profile, const struct image *image) {
        char **lists[] = { image->names, image->repo_digests };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                for (char **name = lists[i]; name && *name; name++)
                        if (fits_one(profile, *name))
                                return true;
        return false;
}

/* ---- the generic profile ---- */

#define GENERIC "generic"

/* Two variables can give one name (FOO_BAR and foo_bar). */
static void add_param(struct profile *profile, struct param p) {
        _cleanup_free_ char *name = TAKE(p.name);
        p.name = xstrdup(name);
        for (unsigned i = 2; profile_param(profile, p.name); i++) {
                free(p.name);
                p.name = str_printf("%s-%u", name, i);
        }
        profile->parameters = xreallocarray(profile->parameters, profile->n_parameters + 1, sizeof p);
        profile->parameters[profile->n_parameters++] = p;
}

/* Parameter names are lower-case and begin with a letter, variable names are not and need not. */
static char *param_name(const char *variable) {
        char *name = str_printf(isalpha((unsigned char) *variable) ? "%s" : "x%s", variable);
        for (char *c = name; *c; c++)
                *c = (char) (*c == '_' ? '-' : tolower((unsigned char) *c));
        return name;
}

/* Takes help. */
static void ask_variable(struct profile *profile, const char *variable, char *help, enum param_type type,
                         bool wanted) {
        for (size_t i = 0; i < profile->n_parameters; i++)
                if (str_equal(profile->parameters[i].target, variable)) {
                        free(help);
                        return;
                }
        add_param(profile, (struct param){
                                   .name = param_name(variable),
                                   .title = xstrdup(variable),
                                   .help = help,
                                   .type = type,
                                   .wanted = wanted,
                                   .delivery = DELIVER_VARIABLE,
                                   .target = xstrdup(variable),
                           });
}

static bool label_uses(const struct recipe *recipe, const char *variable) {
        for (size_t word = 1; word <= recipe->n; word++)
                if (recipe_word_names(recipe, word, variable))
                        return true;
        return false;
}

/* What only RUN as a service needs: it has no caller and no file that atomic read. */
static void ask_for_service(struct profile *profile, const struct image *image, const struct label *label,
                            const struct recipe *recipe) {
        _cleanup_command_ struct command *command = image_command(image, LABEL_RUN);
        const struct label *file = label_find_key(image, "RUN_OPTS_FILE", NULL);
        _cleanup_free_ char *path = file ? image_label_filled(image, file) : NULL;
        if (!command->interactive && label_uses(recipe, "PWD"))
                ask_variable(profile, "PWD",
                             str_printf("The label %s uses the folder in which it is called, and a service "
                                        "has none: name one.", label->key),
                             PARAM_PATH, true);
        if (file && label_uses(recipe, "RUN_OPTS"))
                ask_variable(profile, "RUN_OPTS",
                             str_printf("Further options of the service; its installer may leave them in %s.",
                                        path),
                             PARAM_TEXT, false);
}

/* `-e X`: the value comes from outside. */
static void ask_environment(struct profile *profile, const struct image *image, enum command_label which,
                            const struct label *label, const struct recipe *recipe) {
        _cleanup_command_ struct command *command = image_command(image, which);
        for (size_t i = 0; i < command->n_options; i++) {
                const struct option_use *o = &command->options[i];
                const char *name = option_passed_variable(o);
                size_t place = command_place(command, o->word + o->words - 1);
                bool filled = recipe_word_names(recipe, place, "NAME"); /* "-e NAME": the service's name */
                if (name && !filled && !name[variable_name_length(name)] && !variable_is_known(name) &&
                    !STR_IN_SET(name, "PATH", "LC_ALL", "TERM"))
                        ask_variable(profile, name,
                                     str_printf("The label %s hands $%s of its caller to the container. "
                                                "Without a value the container does not get it.",
                                                label->key, name),
                                     PARAM_TEXT, false);
        }
}

static void ask_variables(struct profile *profile, const struct image *image) {
        for (enum command_label which = 0; which < _COMMAND_LABEL_MAX; which++) {
                const struct label *label = label_find(image, which, NULL);
                if (!label)
                        continue;
                bool sets_up = which == LABEL_INSTALL || which == LABEL_RUN;
                _cleanup_recipe_ struct recipe *recipe = recipe_parse(label->key, label->value, NULL);
                _cleanup_strv_ char **unknown = recipe_unknown(recipe);
                for (char **u = unknown; *u; u++)
                        ask_variable(profile, *u,
                                     str_printf("The label %s uses $%s and does not say what it is.",
                                                label->key, *u),
                                     PARAM_TEXT, sets_up);
                if (sets_up)
                        ask_environment(profile, image, which, label, recipe);
                if (which == LABEL_RUN)
                        ask_for_service(profile, image, label, recipe);
        }
}

struct profile *profile_generic(const struct image *image) {
        struct profile *profile = new0(struct profile);
        *profile = (struct profile) {
                .name = xstrdup(GENERIC),
                .source = xstrdup("built in"),
                .title = xstrdup("Any image"),
                .health_command = xstrdup("unit"),
                .health_seconds = 10,
                .modes = new0(struct mode),
                .n_modes = 1,
        };
        profile->modes[0].name = xstrdup("default");
        profile->modes[0].title = xstrdup("As its labels say");
        ask_variables(profile, image);
        add_param(profile, (struct param) {
                .name = xstrdup("arguments"),
                .title = xstrdup("Extra arguments"),
                .help = xstrdup("For the container's command, at its end, as on a command line; optional."),
                .type = PARAM_ARGUMENTS,
                .delivery = DELIVER_ARGV,
                .target = xstrdup(""),
        });
        return profile;
}

bool profile_is_generic(const struct profile *profile) {
        return str_equal(profile->name, GENERIC);
}

static const char *answer_of(const struct param *p, const struct answers *answers) {
        const char *value = answers ? answers_get(answers, p->name) : NULL;
        return value ? value : p->initial;
}

bool profile_join(const struct profile *profile, const struct mode *mode, const struct answers *answers,
                  struct join *ret) {
        *ret = (struct join) { .kind = mode ? mode->joins : REALM_NONE };
        if (ret->kind == REALM_NONE)
                return false;
        for (size_t i = 0; i < profile->n_parameters; i++) {
                const struct param *p = profile->parameters + i;
                if (!mode_asks(mode, p) ||
                    (answers && !param_applies(p, profile->parameters, profile->n_parameters, answers)))
                        continue;
                const char **part = p->type == PARAM_DOMAIN                                  ? &ret->domain
                                    : p->type == PARAM_USER                                  ? &ret->user
                                    : p->type == PARAM_HOST && str_ends(p->name, "server")   ? &ret->server
                                    : p->type == PARAM_HOST && str_ends(p->name, "hostname") ? &ret->hostname
                                    : p->type != PARAM_SECRET && str_ends(p->name, "computer-name")
                                            ? &ret->computer_name
                                    : p->type == PARAM_REALM                             ? &ret->realm
                                    : p->type == PARAM_PATH && str_ends(p->name, "ca")     ? &ret->ca_file
                                    : p->type == PARAM_PATH && str_ends(p->name, "keytab") ? &ret->keytab
                                                                                           : NULL;
                const char *value = part ? answer_of(p, answers) : NULL;
                if (part && !*part && !str_empty(value))
                        *part = value;
        }
        return true;
}
