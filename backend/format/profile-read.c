/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* profile_parse() of profiles.h. The schema is data/profiles/README.md. */

#include "backend/format/profile-text.h"
#include "backend/format/profiles.h"

static int read_joins(const struct profile_text *t, struct json_object *o, const char *where,
                      struct mode *mode) {
        _cleanup_free_ char *word = NULL, *at = profile_where(where, "joins");
        int r = profile_string(t, o, where, "joins", false, 16, &word);
        if (r < 0 || !word)
                return r;
        mode->joins = strcmp(word, "ad") == 0 ? REALM_AD : strcmp(word, "ipa") == 0 ? REALM_IPA : REALM_NONE;
        return mode->joins == REALM_NONE
                       ? profile_wrong(t, at, "\"%s\" is no kind of realm: \"ad\" or \"ipa\"", word)
                       : 0;
}

#define T struct mode
static const struct json_field leave_fields[] = {
        ROW("title", JSON_TEXT, title, .required = true, .max = 80),
        ROW("help", JSON_TEXT, help, .max = 512),
        TEXTS(words),
        ROW("parameters", JSON_TEXTS, parameters, .least = 1),
};
static const struct json_field mode_fields[] = {
        ROW("name", JSON_TEXT, name, .required = true, .max = 63),
        ROW("title", JSON_TEXT, title, .required = true, .max = 80),
        ROW("help", JSON_TEXT, help, .max = 512),
        TEXTS(words),
        ROW("parameters", JSON_TEXTS, parameters, .least = 1),
        NAMED("joins"),
        NAMED("leave"),
        ROW("renew", JSON_TEXTS, renew, .least = 1),
};
#undef T

/* Another way to run the label UNINSTALL, of a mode that joins. */
static int read_leave(const struct profile_text *t, struct json_object *o, const char *where,
                      struct mode *mode) {
        struct json_object *leave = profile_member(o, "leave");
        _cleanup_free_ char *at = profile_where(where, "leave");
        if (!leave)
                return 0;
        if (!json_object_is_type(leave, json_type_object) || mode->joins == REALM_NONE)
                return profile_wrong(t, at, "It wants an object, in a mode that joins");
        mode->leave = new0(struct mode);
        mode->leave->name = xstrdup("leave");
        int r = profile_fields(t, leave, at, JSON_TABLE(leave_fields, struct mode), mode->leave);
        if (r < 0)
                return r;
        /* a missing list is empty here: parameters of an install are not those of a leave */
        if (!mode->leave->parameters)
                mode->leave->parameters = xcalloc(1, sizeof(char *));
        return 0;
}

static int read_mode(const struct profile_text *t, struct json_object *o, const char *where,
                     struct profile *profile) {
        struct mode *mode = profile->modes + profile->n_modes++;        /* allocated for all modes */
        int r = profile_fields(t, o, where, JSON_TABLE(mode_fields, struct mode), mode);
        if (r < 0)
                return r;
        r = read_joins(t, o, where, mode);
        if (r < 0)
                return r;
        r = read_leave(t, o, where, mode);
        if (r < 0)
                return r;
        _cleanup_free_ char *at = profile_where(where, "name");
        if (!profile_name_valid(mode->name))
                return profile_wrong(
                        t, at, "\"%s\" is no name for a mode: small letters, digits and -, a letter first",
                        mode->name);
        if (profile_mode(profile, mode->name) != mode)
                return profile_wrong(t, at, "There are two modes called \"%s\"", mode->name);
        /* An empty list of parameters means none, a missing list all. */
        if (profile_member(o, "parameters") && !mode->parameters)
                mode->parameters = xcalloc(1, sizeof(char *));
        return 0;
}

/* A profile without modes gets one: all other code can rely on it. */
static void add_only_mode(struct profile *profile) {
        profile->modes = new0(struct mode);
        profile->n_modes = 1;
        profile->modes[0].name = xstrdup("default");
        profile->modes[0].title = xstrdup(profile->title);
}

static int read_modes(const struct profile_text *t, struct json_object *o, struct profile *profile) {
        struct json_object *list = profile_member(o, "modes");
        if (!list) {
                add_only_mode(profile);
                return 0;
        }
        size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
        if (n == 0 || n > PROFILE_MODES_MAX)
                return profile_wrong(t, "modes", "This is not a list of 1 to %u modes", PROFILE_MODES_MAX);
        profile->modes = xcalloc(n, sizeof *profile->modes);
        for (size_t i = 0; i < n; i++) {
                char where[32];
                snprintf(where, sizeof where, "modes[%zu]", i);
                int r = read_mode(t, json_object_array_get_idx(list, i), where, profile);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* "when": "mode=forward" at a parameter is the same as its name in the lists of those modes, and also affects
 * modes without a list: they ask all parameters but those bound to other modes. */
static void bind_to_modes(struct profile *profile, char **const *modes) {
        bool bound = false;
        for (size_t i = 0; i < profile->n_parameters; i++)
                bound |= modes[i] != NULL;
        for (size_t k = 0; bound && k < profile->n_modes; k++) {
                struct mode *mode = profile->modes + k;
                _cleanup_strv_ char **names = xcalloc(1, sizeof(char *));
                for (size_t i = 0; i < profile->n_parameters; i++) {
                        const struct param *p = profile->parameters + i;
                        if (mode_asks(mode, p) && (!modes[i] || strv_contains(modes[i], mode->name)))
                                strv_add(&names, p->name);
                }
                strv_free(mode->parameters);
                mode->parameters = TAKE(names);
        }
}

static int check_list(const struct profile_text *t, const struct profile *profile, const struct mode *mode,
                      size_t k, const char *of) {
        for (size_t i = 0; mode && mode->parameters && mode->parameters[i]; i++)
                if (!profile_param(profile, mode->parameters[i])) {
                        char where[64];
                        snprintf(where, sizeof where, "modes[%zu].%sparameters[%zu]", k, of, i);
                        return profile_wrong(t, where, "There is no parameter \"%s\"", mode->parameters[i]);
                }
        return 0;
}

static int check_mode_lists(const struct profile_text *t, const struct profile *profile) {
        int r = 0;
        for (size_t k = 0; r >= 0 && k < profile->n_modes; k++) {
                r = check_list(t, profile, &profile->modes[k], k, "");
                if (r >= 0)
                        r = check_list(t, profile, profile->modes[k].leave, k, "leave.");
        }
        return r;
}

static int read_parameters(const struct profile_text *t, struct json_object *o, struct profile *profile) {
        struct json_object *list = profile_member(o, "parameters");
        char **modes[PROFILE_PARAMETERS_MAX] = {};
        int r = 0;
        size_t n = 0;
        if (list) {
                n = json_object_is_type(list, json_type_array) ? json_object_array_length(list)
                                                               : PROFILE_PARAMETERS_MAX + 1;
                if (n > PROFILE_PARAMETERS_MAX)
                        return profile_wrong(t, "parameters", "This is not a list of at most %u parameters",
                                             PROFILE_PARAMETERS_MAX);
        }
        for (size_t i = 0; r >= 0 && i < n; i++) {
                char where[32];
                snprintf(where, sizeof where, "parameters[%zu]", i);
                r = profile_read_param(t, json_object_array_get_idx(list, i), where, profile, &modes[i]);
        }
        if (r >= 0)
                r = check_mode_lists(t, profile);
        if (r >= 0)
                bind_to_modes(profile, modes);
        for (size_t i = 0; i < n; i++)
                strv_free(modes[i]);
        return r;
}

/* "unit", or {"exec": ["test", "-s", "/x"], "seconds": 20}. */
static int read_health(const struct profile_text *t, struct json_object *o, struct profile *profile) {
        static const struct json_field fields[] = {
                { "exec", JSON_TEXTS, offsetof(struct profile, health_argv) },
                NAMED("seconds"),
        };
        struct json_object *health = profile_member(o, "health");
        profile->health_seconds = 10;
        if (!health || (json_text(health) && strcmp(json_text(health), "unit") == 0))
                return str_replace(&profile->health_command, "unit");
        if (!json_object_is_type(health, json_type_object))
                return profile_wrong(t, "health",
                                     "It wants \"unit\", or an object with \"exec\" and \"seconds\"");
        long long seconds = 10;
        int r = profile_fields(t, health, "health", JSON_TABLE(fields, struct profile), profile);
        if (r < 0)
                return r;
        r = profile_number(t, health, "health", "seconds", 1, 3600, &seconds);
        if (r < 0)
                return r;
        profile->health_seconds = (unsigned) seconds;
        if (profile_member(health, "exec") && (!profile->health_argv || !*profile->health_argv[0]))
                return profile_wrong(t, "health.exec", "The command has no words");
        return str_replace(&profile->health_command, profile->health_argv ? "exec" : "unit");
}

static int format_profile_read_check_path(const struct profile_text *t, const char *where, const char *path,
                                          bool root_allowed) {
        const struct param p = { .type = PARAM_PATH };
        _cleanup_error_ struct error *e = NULL;
        if (param_check(&p, path, &e) < 0)
                return profile_wrong(t, where, "%s", e ? e->message : "This is not a path");
        if (!root_allowed && strspn(path, "/") == strlen(path))
                return profile_wrong(t, where, "The whole host cannot be saved");
        return 0;
}

static int check_paths(const struct profile_text *t, const char *key, char *const *entries, bool needs) {
        for (size_t i = 0; entries && entries[i]; i++) {
                char where[32];
                snprintf(where, sizeof where, "%s[%zu]", key, i);
                _cleanup_strv_ char **paths = NULL;
                strv_split(entries[i], needs ? ":" : "", &paths);
                int r = paths && *paths ? 0 : profile_wrong(t, where, "This is not a path");
                for (char **path = paths; r >= 0 && *path; path++)
                        r = format_profile_read_check_path(t, where, *path, needs);
                if (r < 0)
                        return r;
        }
        return 0;
}

#define T struct profile
static const struct json_field profile_fields_of[] = {
        ROW("title", JSON_TEXT, title, .required = true, .max = 80),
        ROW("help", JSON_TEXT, help, .max = 1024),
        ROW("match", JSON_TEXTS, match, .least = 1),
        NAMED("modes"),
        NAMED("parameters"),
        ROW("paths", JSON_TEXTS, paths, .least = 1),
        ROW("state", JSON_TEXTS, state, .least = 1),
        ROW("unit", JSON_TEXT, unit, .max = 255),
        NAMED("health"),
        ROW("needs", JSON_TEXTS, needs, .least = 1),
        ROW("no-rehearsal", JSON_BOOL, no_rehearsal),
        ROW("host-command", JSON_BOOL, host_command),
};
#undef T

static int read_profile(const struct profile_text *t, struct json_object *o, struct profile *profile) {
        int r = profile_fields(t, o, "", JSON_TABLE(profile_fields_of, struct profile), profile);
        if (r < 0)
                return r;
        r = check_paths(t, "paths", profile->paths, false);
        if (r < 0)
                return r;
        r = check_paths(t, "state", profile->state, false);
        if (r < 0)
                return r;
        r = check_paths(t, "needs", profile->needs, true);
        if (r < 0)
                return r;
        r = read_modes(t, o, profile);
        if (r < 0)
                return r;
        r = read_parameters(t, o, profile);
        return r < 0 ? r : read_health(t, o, profile);
}

int profile_parse(const char *source, const char *text, size_t n, struct profile **ret,
                  struct error **reterr) {
        static const struct json_limits limits = { .bytes = PROFILE_BYTES_MAX, .depth = 16, .weight = 50000 };
        const struct profile_text t = { source, text, n, reterr };
        _cleanup_json_ struct json_object *o = NULL;
        _cleanup_error_ struct error *e = NULL;
        unsigned line = 0;
        int r = json_parse(text, n, &limits, &o, &line, &e);
        if (r < 0)
                return error_set(reterr, -EINVAL, "%s:%u: %s", source, line ? line : 1,
                                 e ? e->message : "This is not JSON");

        _cleanup_(profile_freep) struct profile *profile = new0(struct profile);
        const char *name = strrchr(source, '/');
        name = name && !str_starts(source, "label ") ? name + 1 : "image";
        profile->name = xstrndup(name, str_ends(name, ".json") ? strlen(name) - 5 : strlen(name));
        profile->source = xstrdup(source);
        r = read_profile(&t, o, profile);
        if (r < 0)
                return r;
        *ret = TAKE(profile);
        return 0;
}
