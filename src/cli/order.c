/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/order.h"

#include <ctype.h>

#include "backend/format/emit.h"
#include "base/readfile.h"
#include "base/nearest.h"
#include "model/command/lint.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "model/plan/offers.h"

#define ANSWERS_BYTES_MAX (256U * 1024)

void order_done(struct order *o) {
        image_free(o->image);
        profile_free(o->profile);
        answers_free(o->answers);
        free(o->mode);
        STRV_FREE_ALL(o->set, o->secret_names);
        secret_list_free(o->secrets);
        *o = (struct order){};
}

/* "P=V": *ret_name is the caller's, *ret_value points into text. */
static int order_divide(const char *option, const char *text, char **ret_name, const char **ret_value,
                        struct error **reterr) {
        const char *equals = strchr(text, '=');
        if (!equals || equals == text)
                return error_set(reterr, -EINVAL, "--%s takes NAME=VALUE, not \"%s\"", option, text);
        *ret_name = xstrndup(text, (size_t) (equals - text));
        *ret_value = equals + 1;
        return 0;
}

int order_read_file(const char *path, struct answers *answers, char **mode, struct error **reterr) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = readfile(path, ANSWERS_BYTES_MAX, &text, &n, reterr);
        return r < 0 ? r : answers_parse(path, text, n, answers, mode, reterr);
}

/* Those of -e NAME, which are asked for as parameters are. The caller frees. */
static char **order_passed_variables(const struct image *image) {
        char **names = NULL;
        for (enum command_label which = 0; image && which < _COMMAND_LABEL_MAX; which++) {
                _cleanup_command_ struct command *command = image_command(image, which);
                for (size_t i = 0; command && i < command->n_options; i++) {
                        const char *name = option_passed_variable(&command->options[i]);
                        if (name && !strv_contains(names, name))
                                strv_add(&names, name);
                }
        }
        return names;
}

/* Does a label of the image name the variable, as $NAME, ${NAME…} or -e NAME? */
static bool order_has_variable(const struct image *image, const char *name) {
        size_t n = strlen(name);
        _cleanup_strv_ char **passed = order_passed_variables(image);
        if (strv_contains(passed, name))
                return true;
        for (size_t i = 0; i < image->labels.n; i++)
                for (const char *at = image->labels.items[i].value; (at = strchr(at, '$')); at++) {
                        const char *begins = at + 1 + (at[1] == '{');
                        char after = strncmp(begins, name, n) == 0 ? begins[n] : '_';
                        if (after != '_' && !isalnum((unsigned char) after))
                                return true;
                }
        return false;
}

/* A name that is neither a parameter nor a variable would silently change nothing. "principal" is near
 * "ipa-principal", too. */
static int order_unknown_name(const struct order *o, const char *name, struct error **reterr) {
        struct nearest near = { .word = name };
        _cleanup_str_ struct str all = {};
        const struct mode *mode = o->profile && o->mode ? profile_mode(o->profile, o->mode) : NULL;
        for (size_t i = 0; o->profile && i < o->profile->n_parameters; i++) {
                const char *known = o->profile->parameters[i].name, *rest = strchr(known, '-');
                if (!mode_asks(mode, o->profile->parameters + i))
                        continue;
                nearest_offer(&near, known);
                if (rest && str_equal(rest + 1, name))
                        near = (struct nearest){ .word = name, .best = known };
                str_addf(&all, "%s%s", all.length ? ", " : "", known);
        }
        _cleanup_strv_ char **passed = order_passed_variables(o->image);
        for (char **variable = passed; variable && *variable; variable++) {
                bool asked = false; /* by a parameter of another name */
                for (size_t i = 0; o->profile && i < o->profile->n_parameters; i++)
                        asked |= str_equal(o->profile->parameters[i].target, *variable);
                if (asked)
                        continue;
                nearest_offer(&near, *variable);
                str_addf(&all, "%s%s", all.length ? ", " : "", *variable);
        }
        _cleanup_free_ char *question = nearest_question(&near);
        int r = error_set(reterr, -EINVAL, "%s has no parameter \"%s\"%s%s%s", image_reference(o->image),
                          name, mode ? " in the mode " : "", mode ? mode->name : "", question);
        if (all.length)
                error_hint(reterr, "Parameters: %s", all.text);
        return r;
}

static int read_set(struct order *o, const char *text, struct error **reterr) {
        _cleanup_free_ char *name = NULL;
        const char *value = NULL;
        int r = order_divide("set", text, &name, &value, reterr);
        if (r < 0)
                return r;
        const struct param *p = o->profile ? profile_param(o->profile, name) : NULL;
        if (p && p->type == PARAM_SECRET) {
                r = error_set(reterr, -EINVAL,
                              "%s is a secret: everybody on this host can see the words of a command", name);
                error_hint(reterr, "--secret %s=@FILE, or --secret %s=- to read it from standard input", name,
                           name);
                return r;
        }
        if (p || str_starts(name, OFFER_VOLUME)) {
                answers_set(o->answers, name, value, "command line");
                return 0;
        }
        if (o->image && !order_has_variable(o->image, name))
                return order_unknown_name(o, name, reterr);
        strv_add(&o->set, text);
        return 0;
}

int order_read_secret(const char *text, char ***names, struct secret_list *secrets, struct error **reterr) {
        _cleanup_free_ char *name = NULL;
        const char *from = NULL;
        int r = order_divide("secret", text, &name, &from, reterr);
        if (r < 0)
                return r;
        if (from[0] != '@' && strcmp(from, "-") != 0) {
                r = error_set(reterr, -EINVAL, "--secret %s takes @FILE or -, never the secret itself", name);
                error_hint(reterr, "Everybody on this host can see the words of a command");
                return r;
        }
        char *bytes = NULL;
        size_t n = 0;
        r = readfile(from[0] == '@' ? from + 1 : from, SECRET_BYTES_MAX + 2, &bytes, &n, reterr);
        if (r < 0)
                return error_wrap(reterr, r, "The secret %s could not be read", name);
        while (n && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
                n--;
        _cleanup_(secret_freep) struct secret *secret = secret_new(name);
        r = secret_set(secret, bytes, n);
        explicit_bzero(bytes, n);
        free(bytes);
        strv_add(names, name);
        r = r < 0 ? r : secret_list_take(secrets, TAKE(secret));
        return r < 0 ? error_set(reterr, r, "The secret %s is too long or holds a line break", name) : 0;
}

/* The mode must be one of the profile's: a mistyped "forwrd" never selects another. */
static int order_read_mode(struct order *o, const char *mode, struct error **reterr) {
        struct nearest near = { .word = mode };
        str_replace(&o->mode, mode);
        if (!o->profile || profile_mode(o->profile, mode))
                return 0;
        for (size_t i = 0; i < o->profile->n_modes; i++)
                nearest_offer(&near, o->profile->modes[i].name);
        _cleanup_free_ char *question = nearest_question(&near);
        return error_set(reterr, -EINVAL, "%s has no mode \"%s\"%s", image_reference(o->image), mode,
                         question);
}

static int order_read_answers(struct order *o, const struct arguments *a, struct error **reterr) {
        const char *mode = argument_value(a, OPTION_MODE);
        o->answers = new0(struct answers);
        o->secrets = secret_list_new();
        const char *file = argument_value(a, OPTION_ANSWERS);
        int r = file ? order_read_file(file, o->answers, &o->mode, reterr) : 0;
        r = r < 0 || !mode ? r : order_read_mode(o, mode, reterr);
        for (char **p = a->values[OPTION_SET]; r >= 0 && p && *p; p++)
                r = read_set(o, *p, reterr);
        for (char **p = a->values[OPTION_SECRET]; r >= 0 && p && *p; p++)
                r = order_read_secret(*p, &o->secret_names, o->secrets, reterr);
        return r;
}

/* Units of older tools give these words to each image: said, not refused. */
static void order_note_lost_words(const struct order *o, const struct arguments *a) {
        static const struct {
                int option;
                const char *variable;
        } words[] = { { OPTION_OPT1, "OPT1" }, { OPTION_OPT2, "OPT2" }, { OPTION_OPT3, "OPT3" } };
        for (size_t i = 0; o->image && i < ELEMENTS(words); i++)
                if (argument_value(a, words[i].option) && !order_has_variable(o->image, words[i].variable))
                        out_note("No label of %s uses $%s: its words are not used.\n",
                                 image_reference(o->image), words[i].variable);
}

int order_read(struct session *s, const struct arguments *a, enum plan_verb verb, struct image *image,
               struct order *ret, struct error **reterr) {
        struct order *o = ret;
        o->image = image;
        int r = image ? host_find_profile(s->host, image, &o->profile, reterr) : 0;
        if (image)
                lookup_note_profiles(s);
        r = r < 0 ? r : order_read_answers(o, a, reterr);
        if (r < 0)
                return r;
        order_note_lost_words(o, a);
        o->port = (struct plan_order){
                .verb = verb,
                .image = a->words ? a->words[0] : NULL,
                .name = argument_value(a, OPTION_NAME),
                .mode = o->mode,
                .answers = o->answers,
                .secrets = o->secret_names,
                .set = o->set,
                .opt = { argument_value(a, OPTION_OPT1), argument_value(a, OPTION_OPT2),
                         argument_value(a, OPTION_OPT3) },
                .arguments = a->rest,
                .allowed = a->values[OPTION_ALLOW],
        };
        return 0;
}

int order_read_image(struct session *s, const struct arguments *a, enum plan_verb verb, struct order *ret,
                     struct error **reterr) {
        struct image *image = NULL;
        int r = session_find_image(s, a->words[0], &image, reterr);
        return r < 0 ? r : order_read(s, a, verb, image, ret, reterr);
}
