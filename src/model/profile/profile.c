/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/profile/profile.h"

#include <fnmatch.h>

#include "model/image/recipe.h"

static void mode_done(struct mode *mode) {
        free(mode->name);
        free(mode->title);
        free(mode->help);
        strv_free(mode->words);
        strv_free(mode->parameters);
        strv_free(mode->renew);
        if (mode->leave)
                mode_done(mode->leave);
        free(mode->leave);
}

struct profile *profile_free(struct profile *profile) {
        if (!profile)
                return NULL;
        free(profile->name);
        free(profile->source);
        free(profile->title);
        free(profile->help);
        strv_free(profile->match);
        for (size_t i = 0; i < profile->n_modes; i++)
                mode_done(profile->modes + i);
        free(profile->modes);
        for (size_t i = 0; i < profile->n_parameters; i++)
                param_done(profile->parameters + i);
        free(profile->parameters);
        strv_free(profile->paths);
        strv_free(profile->state);
        free(profile->unit);
        free(profile->health_command);
        strv_free(profile->health_argv);
        strv_free(profile->needs);
        free(profile);
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
        return !mode || !mode->parameters || strv_contains(mode->parameters, p->name);
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
        for (char **pattern = text ? profile->match : NULL; pattern && *pattern; pattern++)
                if (fnmatch(*pattern, text, FNM_NOESCAPE) == 0)
                        return true;
        return false;
}

bool profile_fits(const struct profile *profile, const struct image *image) {
        for (char **name = image->names; name && *name; name++)
                if (fits_one(profile, *name))
                        return true;
        for (char **name = image->repo_digests; name && *name; name++)
                if (fits_one(profile, *name))
                        return true;
        return false;
}

/* ---- the generic profile ---- */

#define GENERIC "generic"

static int add_param(struct profile *profile, struct param *p) {
        struct param *grown = xreallocarray(profile->parameters, profile->n_parameters + 1, sizeof *grown);
        if (!grown) {
                param_done(p);
                return -ENOMEM;
        }
        profile->parameters = grown;
        grown[profile->n_parameters++] = *p;
        return 0;
}

/* Parameter names are lower-case, variable names are not. */
static char *param_name(const char *variable) {
        _cleanup_str_ struct str s = {};
        for (const char *c = variable; *c; c++)
                str_add_char(&s, *c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? (char) (*c - 'A' + 'a') : *c);
        if (s.text && (s.text[0] < 'a' || s.text[0] > 'z')) {
                _cleanup_free_ char *rest = str_take(&s);
                return rest ? str_printf("x%s", rest) : NULL;
        }
        return str_take(&s);
}

/* Two variables can give one name (FOO_BAR and foo_bar). */
static int make_unique(const struct profile *profile, char **name) {
        for (unsigned i = 2; profile_param(profile, *name); i++) {
                _cleanup_free_ char *other = str_printf("%s-%u", *name, i);
                if (!profile_param(profile, other)) {
                        free(*name);
                        *name = TAKE(other);
                        return 0;
                }
        }
        return 0;
}

static int ask_variable(struct profile *profile, const char *variable, const char *label) {
        for (size_t i = 0; i < profile->n_parameters; i++)
                if (str_equal(profile->parameters[i].target, variable))
                        return 0;
        struct param p = {
                .name = param_name(variable),
                .title = xstrdup(variable),
                .help = str_printf("The label %s uses $%s and does not say what it is.", label, variable),
                .type = PARAM_TEXT,
                .delivery = DELIVER_VARIABLE,
                .target = xstrdup(variable),
        };
        if (!p.name || !p.title || !p.help || !p.target || make_unique(profile, &p.name) < 0) {
                param_done(&p);
                return -ENOMEM;
        }
        return add_param(profile, &p);
}

static int ask_variables(struct profile *profile, const struct image *image) {
        for (enum command_label which = 0; which < _COMMAND_LABEL_MAX; which++) {
                const char *key, *text = label_find(image, which, &key, NULL);
                if (!text)
                        continue;
                struct finding_list ignored = {};
                _cleanup_recipe_ struct recipe *recipe = NULL;
                _cleanup_strv_ char **unknown = NULL;
                int r = recipe_parse(key, text, &recipe, &ignored);
                finding_list_done(&ignored);
                if (r >= 0)
                        r = recipe_unknown(recipe, &unknown);
                for (char **u = unknown; r >= 0 && u && *u; u++)
                        r = ask_variable(profile, *u, key);
                if (r < 0)
                        return r;
        }
        return 0;
}

bool profile_is_generic(const struct profile *profile) {
        return str_equal(profile->name, GENERIC);
}

int profile_generic(const struct image *image, struct profile **ret) {
        _cleanup_(profile_freep) struct profile *profile = xcalloc(1, sizeof *profile);
        profile->name = xstrdup(GENERIC);
        profile->source = xstrdup("built in");
        profile->title = xstrdup("Any image");
        profile->health_command = xstrdup("unit");
        profile->health_seconds = 10;
        profile->modes = xcalloc(1, sizeof *profile->modes);
        profile->n_modes = 1;
        profile->modes[0].name = xstrdup("default");
        profile->modes[0].title = xstrdup("As its labels say");
        int r = ask_variables(profile, image);
        if (r < 0)
                return r;
        struct param p = {
                .name = xstrdup("arguments"),
                .title = xstrdup("Arguments"),
                .help = xstrdup("Words to add at the end of the command, as on a command line."),
                .type = PARAM_ARGUMENTS,
                .delivery = DELIVER_ARGV,
                .target = xstrdup(""),
        };
        if (!p.name || !p.title || !p.help || !p.target || make_unique(profile, &p.name) < 0) {
                param_done(&p);
                return -ENOMEM;
        }
        r = add_param(profile, &p);
        if (r < 0)
                return r;
        *ret = TAKE(profile);
        return 0;
}

bool param_names_domain(const struct param *p) {
        return p->type == PARAM_DOMAIN;
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
                const char **part = param_names_domain(p)                                    ? &ret->domain
                                    : p->type == PARAM_USER                                  ? &ret->user
                                    : p->type == PARAM_HOST && str_ends(p->name, "server")   ? &ret->server
                                    : p->type == PARAM_HOST && str_ends(p->name, "hostname") ? &ret->hostname
                                    : p->type != PARAM_SECRET && str_ends(p->name, "computer-name")
                                            ? &ret->computer_name
                                            : NULL;
                const char *value = part ? answer_of(p, answers) : NULL;
                if (part && !*part && !str_empty(value))
                        *part = value;
        }
        return true;
}
