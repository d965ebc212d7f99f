/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* profile_parse() of profiles.h. The schema is data/profiles/README.md. */

#include "backend/format/internal.h"
#include "model/service/shim.h"

/* ---- modes ---- */

static int read_joins(struct json_value *value, const char *where, void *member, struct error **reterr) {
        const char *word = json_text(value);
        enum realm_kind *joins = member;
        if (!word)
                return json_wrong(reterr, where, NULL, "This is %s, not a text", json_type_words(value));
        *joins = strcmp(word, "ad") == 0 ? REALM_AD : strcmp(word, "ipa") == 0 ? REALM_IPA : REALM_NONE;
        return *joins != REALM_NONE ? 0
                                    : json_wrong(reterr, where, NULL,
                                                 "\"%s\" is no kind of realm: \"ad\" or \"ipa\"", word);
}

#define T struct mode
/* What a mode has, and its "leave": another way to run the label UNINSTALL, of a mode that joins. */
#define MODE_ROWS                                                                    \
        LINE("title", title, 80, .required = true), LINE("help", help, 512),         \
                PROFILE_LIST("words", words, 0), PROFILE_LIST("parameters", parameters, 1)
static const struct json_field leave_fields[] = { MODE_ROWS };
static const struct json_field mode_fields[] = {
        LINE("name", name, 63, .required = true), MODE_ROWS,
        ROW("joins", JSON_CALL, joins, .call = read_joins),
        ROW("leave", JSON_STRUCT, leave, .of = JSON_TABLE(leave_fields, struct mode)),
        PROFILE_LIST("renew", renew, 1),
};
#undef T

static int read_mode(struct json_value *o, const char *where, void *userdata, struct error **reterr) {
        struct profile *profile = userdata;
        struct mode *mode = profile->modes + profile->n_modes++;        /* allocated for all modes */
        int r = json_read_strict(o, where, JSON_TABLE(mode_fields, struct mode), mode, reterr);
        if (r >= 0)
                r = profile_check_name(where, "mode", mode->name, NULL,
                                       profile_mode(profile, mode->name) != mode, reterr);
        if (r < 0)
                return r;
        if (!strv_length(mode->renew))
                mode->renew = strv_free(mode->renew);
        if (!mode->leave)
                return 0;
        if (mode->joins == REALM_NONE)
                return json_wrong(reterr, where, "leave", "It wants an object, in a mode that joins");
        mode->leave->name = xstrdup("leave");
        /* a missing list is empty here: parameters of an install are not those of a leave */
        if (!mode->leave->parameters)
                mode->leave->parameters = strv_copy(NULL);
        return 0;
}

static int read_modes(struct json_value *list, const char *where, void *member, struct error **reterr) {
        struct profile *profile = member;
        size_t n = json_is(list, SHAPE_LIST) ? list->n : 0;
        if (n == 0 || n > PROFILE_MODES_MAX)
                return json_wrong(reterr, where, NULL, "This is not a list of 1 to %u modes",
                                  PROFILE_MODES_MAX);
        profile->modes = xcalloc(n, sizeof *profile->modes);
        return json_each(list, where, n, read_mode, profile, reterr);
}

/* A profile without modes gets one: all other code can rely on it. */
static void add_only_mode(struct profile *profile) {
        if (profile->n_modes)
                return;
        profile->modes = new0(struct mode);
        profile->n_modes = 1;
        profile->modes[0].name = xstrdup("default");
        profile->modes[0].title = xstrdup(profile->title);
}

/* ---- parameters ---- */

static int check_mode_lists(const struct profile *profile, struct error **reterr) {
        for (size_t k = 0; k < profile->n_modes * 2; k++) {
                const struct mode *of = &profile->modes[k / 2], *mode = k % 2 ? of->leave : of;
                for (size_t i = 0; mode && mode->parameters && mode->parameters[i]; i++) {
                        char where[64];
                        snprintf(where, sizeof where, "modes[%zu].%sparameters[%zu]", k / 2,
                                 k % 2 ? "leave." : "", i);
                        if (!profile_param(profile, mode->parameters[i]))
                                return json_wrong(reterr, where, NULL, "There is no parameter \"%s\"",
                                                  mode->parameters[i]);
                }
        }
        return 0;
}

static int read_parameters(struct json_value *list, const char *where, void *member, struct error **reterr) {
        add_only_mode(member); /* "when" may name modes */
        if (!json_is(list, SHAPE_LIST) || list->n > PROFILE_PARAMETERS_MAX)
                return json_wrong(reterr, where, NULL, "This is not a list of at most %u parameters",
                                  PROFILE_PARAMETERS_MAX);
        return json_each(list, where, PROFILE_PARAMETERS_MAX, profile_read_param, member, reterr);
}

static bool is_bound(const struct param *p) {
        return str_equal(p->when_name, "mode");
}

/* "when": "mode=forward" at a parameter is the same as its name in the lists of those modes, and also affects
 * modes without a list: they ask all parameters but those bound to other modes. */
static void bind_to_modes(struct profile *profile) {
        bool bound = false;
        for (size_t i = 0; i < profile->n_parameters; i++)
                bound |= is_bound(&profile->parameters[i]);
        if (!bound)
                return;
        struct param *end = profile->parameters + profile->n_parameters;
        for (size_t k = 0; k < profile->n_modes; k++) {
                struct mode *mode = profile->modes + k;
                char **names = strv_copy(NULL);
                for (struct param *p = profile->parameters; p < end; p++)
                        if (mode_asks(mode, p) &&
                            (!is_bound(p) || strv_contains(p->when_values, mode->name)))
                                strv_add(&names, p->name);
                strv_free(mode->parameters);
                mode->parameters = names;
        }
        for (struct param *p = profile->parameters; p < end; p++)
                if (is_bound(p)) {
                        str_replace(&p->when_name, NULL);
                        p->when_values = strv_free(p->when_values);
                }
}

/* ---- the whole ---- */

/* "unit", or {"exec": ["test", "-s", "/x"], "seconds": 20}. */
static int read_health(struct json_value *value, const char *where, void *member, struct error **reterr) {
        typedef struct profile T;
        static const struct json_field fields[] = {
                PROFILE_LIST("exec", health_argv, 0),
                ROW("seconds", JSON_UINT32, health_seconds, .low = 1, .high = 3600),
        };
        struct profile *profile = member;
        if (str_equal(json_text(value), "unit"))
                return 0;
        if (!json_is(value, SHAPE_OBJECT))
                return json_wrong(reterr, where, NULL,
                                  "It wants \"unit\", or an object with \"exec\" and \"seconds\"");
        int r = json_read_strict(value, where, JSON_TABLE(fields, struct profile), profile, reterr);
        if (r >= 0 && profile->health_argv && str_empty(profile->health_argv[0]))
                return json_wrong(reterr, where, "exec", "The command has no words");
        return r;
}

/* needs: alternatives, "a:b", and the whole host is allowed. */
static int check_paths(const char *key, char *const *entries, bool needs, struct error **reterr) {
        const struct param p = { .type = PARAM_PATH };
        for (size_t i = 0; entries && entries[i]; i++) {
                char where[32];
                snprintf(where, sizeof where, "%s[%zu]", key, i);
                _cleanup_strv_ char **paths = strv_split(entries[i], needs ? ":" : "");
                if (strv_length(paths) == 0)
                        return json_wrong(reterr, where, NULL, "This is not a path");
                for (char **path = paths; *path; path++) {
                        _cleanup_error_ struct error *e = NULL;
                        if (param_check(&p, *path, &e) < 0)
                                return json_wrong(reterr, where, NULL, "%s", e->message);
                        if (!needs && strspn(*path, "/") == strlen(*path))
                                return json_wrong(reterr, where, NULL, "The whole host cannot be saved");
                }
        }
        return 0;
}

static int check_tools(const struct profile *profile, struct error **reterr) {
        if (strv_length(profile->tools) > SHIM_TOOLS_MAX)
                return json_wrong(reterr, "tools", NULL, "These are more than %u", SHIM_TOOLS_MAX);
        for (size_t i = 0; profile->tools && profile->tools[i]; i++) {
                char where[32];
                snprintf(where, sizeof where, "tools[%zu]", i);
                if (!shim_name_valid(profile->tools[i]))
                        return json_wrong(reterr, where, NULL, "\"%s\" is not the name of a program",
                                          profile->tools[i]);
        }
        return 0;
}

#define T struct profile
#define CALL(path, function) { path, JSON_CALL, .call = function }
static const struct json_field profile_fields[] = {
        LINE("title", title, 80, .required = true), LINE("help", help, 1024), PROFILE_LIST("match", match, 1),
        CALL("modes", read_modes), CALL("parameters", read_parameters), PROFILE_LIST("paths", paths, 1),
        PROFILE_LIST("state", state, 1), LINE("unit", unit, 255), CALL("health", read_health),
        PROFILE_LIST("needs", needs, 1), PROFILE_LIST("tools", tools, 1),
        ROW("no-rehearsal", JSON_BOOL, no_rehearsal), ROW("host-command", JSON_BOOL, host_command),
};
#undef CALL
#undef T

static int read_profile(struct json_value *o, struct profile *profile, struct error **reterr) {
        profile->health_seconds = 10;
        int r = json_read_strict(o, "", JSON_TABLE(profile_fields, struct profile), profile, reterr);
        if (r >= 0)
                r = check_paths("paths", profile->paths, false, reterr);
        if (r >= 0)
                r = check_paths("state", profile->state, false, reterr);
        if (r >= 0)
                r = check_paths("needs", profile->needs, true, reterr);
        if (r >= 0)
                r = check_tools(profile, reterr);
        if (r >= 0)
                r = check_mode_lists(profile, reterr);
        if (r < 0)
                return r;
        add_only_mode(profile);
        bind_to_modes(profile);
        profile->health_command = xstrdup(profile->health_argv ? "exec" : "unit");
        return 0;
}

int profile_parse(const char *source, const char *text, size_t n, struct profile **ret,
                  struct error **reterr) {
        static const struct json_limits limits = { .bytes = PROFILE_BYTES_MAX, .depth = 16, .weight = 50000 };
        _cleanup_(profile_freep) struct profile *profile = new0(struct profile);
        _cleanup_json_value_ struct json_value *o = NULL;
        _cleanup_error_ struct error *e = NULL;
        unsigned line;
        if (json_parse(text, n, &limits, &o, &line, &e) < 0)
                return error_set(reterr, -EINVAL, "%s:%u: %s", source, line, e->message);
        if (read_profile(o, profile, &e) < 0) {
                const char *where = e->message;
                error_set(reterr, -EINVAL, "%s:%u: %s%s%s", source, json_line_at(o, text, where), where,
                          *where ? ": " : "", e->cause->message);
                error_hint(reterr, "How profiles are written: profiles/README.md in fairlead's data folder");
                return -EINVAL;
        }
        for (size_t i = 0; i < profile->n_parameters; i++) {
                char where[48];
                snprintf(where, sizeof where, "parameters[%zu]", i);
                profile->parameters[i].line = json_line_at(o, text, where);
        }
        const char *name = strrchr(source, '/');
        name = name && !str_starts(source, "label ") ? name + 1 : "image";
        profile->name = xstrndup(name, str_ends(name, ".json") ? strlen(name) - 5 : strlen(name));
        profile->source = xstrdup(source);
        *ret = TAKE(profile);
        return 0;
}
