/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/nearest.h"
#include "base/path.h"
#include "base/words.h"
#include "model/command/lint.h"
#include "model/plan/internal.h"

static const char *answers_title(const struct param *p) {
        return p->title ? p->title : p->name;
}

static void add_use(struct secret_use **uses, size_t *n, const struct param *p) {
        *uses = xreallocarray(*uses, *n + 1, sizeof **uses);
        (*uses)[(*n)++] = (struct secret_use) {
                .name = xstrdup(p->name), .delivery = p->delivery, .target = xstrdup(p->target),
                .title = xstrdup(p->title),
        };
}

/* "--domain" and the value are two words, "--domain=" and the value are one. */
static void add_argv(struct making *m, const struct param *p, const char *value) {
        bool one_word = p->type != PARAM_ARGUMENTS && str_ends(p->target, "=");
        if (one_word)
                strv_addf(&m->words, "%s%s", p->target, value);
        else if (p->type == PARAM_BOOLEAN ? str_equal(value, "yes") : !str_empty(p->target))
                strv_add(&m->words, p->target);
        if (one_word || p->type == PARAM_BOOLEAN)
                return;
        _cleanup_strv_ char **words = NULL;
        if (p->type == PARAM_ARGUMENTS)
                words_split(value, &words, NULL);       /* param_check_with() has read them, too */
        else
                strv_add(&words, value);
        strv_extend(&m->words, words);
}

/* What the engine's command needs for this way, whatever the value. */
static void prepare_delivery(struct making *m, const struct param *p) {
        m->wants_stdin |= p->delivery == DELIVER_STDIN;
        m->wants_terminal |= p->delivery == DELIVER_PROMPT;
        if (p->delivery == DELIVER_FILE) {
                strv_add(&m->engine_words, "-v");
                strv_addf(&m->engine_words, PLAN_FILES_DIR "/%s/%s:%s:ro", m->plan->name, p->name, p->target);
        }
}

static void deliver_answer(struct making *m, const struct param *p, const char *value) {
        struct plan *plan = m->plan;
        prepare_delivery(m, p);
        if (p->delivery == DELIVER_FILE || p->delivery == DELIVER_PROMPT)
                add_use(&plan->handed, &plan->n_handed, p);
        if (p->delivery == DELIVER_ARGV)
                add_argv(m, p, value);
        if (p->delivery == DELIVER_STDIN)
                strv_add(&plan->stdin_lines, value);
        if (p->delivery == DELIVER_ENV) {
                strv_add(&m->engine_words, "-e");
                strv_addf(&m->engine_words, "%s=%s", p->target, value);
        }
}

/* A secret is known by name only; NULL secrets: not requested yet. */
static int plan_secret(struct making *m, const struct param *p, struct error **reterr) {
        struct plan *plan = m->plan;
        const struct plan_request *q = m->request;
        if (answers_get(q->answers, p->name)) {
                error_set(reterr, -EINVAL, "%s is a secret and cannot be an ordinary answer",
                          answers_title(p));
                error_hint(reterr, "fairlead asks for it, or reads it by --secret %s=@FILE", p->name);
                return -EINVAL;
        }
        if (q->secrets ? !strv_contains(q->secrets, p->name) : !p->required) {
                if (!p->required)
                        return 0;
                error_set(reterr, -EINVAL, "%s is missing", answers_title(p));
                error_hint(reterr, "--secret %s=@FILE, or --secret %s=- to read it from standard input",
                           p->name, p->name);
                return -EINVAL;
        }
        const struct param *other = p->with_name ? profile_param(q->profile, p->with_name) : NULL;
        if (other && str_empty(param_initial(other, q->answers, NULL))) {
                error_set(reterr, -EINVAL, "%s needs %s as well", answers_title(p), answers_title(other));
                return error_hint(reterr, "--set %s=…: %s", other->name,
                                  other->help ? other->help : answers_title(other));
        }
        if (p->delivery == DELIVER_ENV || p->delivery == DELIVER_VARIABLE)
                return error_set(reterr, -EINVAL,
                                 "The profile would put the secret %s where others can read it", p->name);

        add_use(&plan->secrets, &plan->n_secrets, p);
        prepare_delivery(m, p);
        if (p->delivery == DELIVER_ARGV)
                finding_report(&plan->findings, "secret-in-argv", p->name,
                               "%s would be a word of the installer's command, which the host's journal "
                               "keeps",
                               answers_title(p));
        else if (p->passed_on)
                finding_report(&plan->findings, "secret-passed-on", p->name,
                               "The installer makes %s an argument of another program: users of this host "
                               "can see it in the process list while that runs",
                               answers_title(p));
        return 0;
}

static int refuse_answer(const struct param *p, struct error *cause, struct error **reterr) {
        _cleanup_free_ char *hint = xstrdup(cause->hint);
        if (reterr)
                *reterr = cause;
        else
                error_free(cause);
        error_wrap(reterr, -EINVAL, "The answer for %s (%s) is not valid", answers_title(p), p->name);
        if (hint)
                error_hint(reterr, "%s", hint);
        return -EINVAL;
}

/* asks: the label of this plan gets the answer. */
static int plan_answer(struct making *m, const struct param *p, bool asks, struct error **reterr) {
        const struct answers *given = m->request->answers;
        const char *value = param_initial(p, given, NULL), *source = "default";
        const struct param *other = p->with_name ? profile_param(m->request->profile, p->with_name) : NULL;
        _cleanup_error_ struct error *wrong = NULL;
        /* Only the verb that sets the service up requires the answer; another has a recorded one, which a
         * newer profile may not allow any more. */
        if (param_check_with(p, value, other, other ? param_initial(other, given, NULL) : NULL, &wrong) < 0)
                return !asks ? 0 : refuse_answer(p, TAKE(wrong), reterr);
        if (str_empty(value))
                return 0;

        for (size_t i = 0; given && i < given->n; i++)
                if (str_equal(given->items[i].name, p->name))
                        source = given->items[i].source;
        answers_set(m->plan->given.answers, p->name, value, source);
        if (p->delivery == DELIVER_VARIABLE && variables_set(&m->variables, p->target, value) < 0)
                return error_set(reterr, -EINVAL,
                                 "The profile sets the variable \"%s\", which is no name of a variable",
                                 p->target);
        m->folder_given |= p->delivery == DELIVER_VARIABLE && str_equal(p->target, "PWD");
        if (asks)
                deliver_answer(m, p, value);
        return 0;
}

int plan_refuse_name(const struct profile *p, bool mode, const char *name, struct error **reterr) {
        struct nearest near = { .word = name };
        _cleanup_str_ struct str all = {};
        for (size_t i = 0; p && i < (mode ? p->n_modes : p->n_parameters); i++) {
                const char *known = mode ? p->modes[i].name : p->parameters[i].name;
                nearest_offer(&near, known);
                str_addf(&all, "%s%s", i ? ", " : "There are: ", known);
        }
        _cleanup_free_ char *question = nearest_question(&near);
        error_set(reterr, -EINVAL,
                  mode ? "There is no mode called \"%s\"%s" : "There is no parameter called \"%s\"%s", name,
                  question);
        if (!all.text)
                str_add(&all, mode ? "This image has no modes" : "This image asks for nothing");
        error_hint(reterr, "%s", all.text);
        return -EINVAL;
}

static bool answers_applies(const struct making *m, const struct param *p) {
        const struct profile *profile = m->request->profile;
        return mode_asks(m->mode, p) &&
               param_applies(p, profile->parameters, profile->n_parameters, m->request->answers);
}

/* Ignored silently, it would be missed: a CA certificate that nothing is compared with. */
static int answers_refuse_unused(const struct making *m, const struct param *p, struct error **reterr) {
        error_set(reterr, -EINVAL, "The answer for %s (%s) does not apply here", answers_title(p), p->name);
        if (!mode_asks(m->mode, p))
                return error_hint(reterr,
                                  "The mode %s does not ask for it: leave it out, or choose another mode",
                                  m->mode->name);
        _cleanup_free_ char *values = strv_join(p->when_values, " or ");
        return error_hint(reterr, "It belongs to %s=%s: leave it out, or answer that too", p->when_name,
                          values);
}

/* An answer without a parameter is a typing error, and would otherwise be ignored silently. */
static int check_given(struct making *m, struct error **reterr) {
        const struct profile *profile = m->request->profile;
        const struct answers *given = m->request->answers;
        bool recorded = m->request->service;
        /* an uninstall has all answers of the install, and asks for some of them at most */
        if (!m->asks || m->plan->verb == VERB_UNINSTALL)
                return 0;
        for (size_t i = 0; given && i < given->n; i++) {
                const char *name = given->items[i].name;
                const struct param *p = profile ? profile_param(profile, name) : NULL;
                if (!p && str_starts(name, OFFER_VOLUME))
                        continue; /* of any place, not only of those that the image declares */
                if (!p && !recorded)
                        return plan_refuse_name(profile, false, name, reterr);
                if (p && answers_applies(m, p))
                        continue;
                if (m->plan->verb != VERB_UPGRADE && recorded &&
                    str_equal(answers_get(m->request->service->given.answers, name), given->items[i].value))
                        continue; /* of the mode that it had */
                if (p && (!recorded || m->plan->verb != VERB_UPGRADE))
                        return answers_refuse_unused(m, p, reterr);
                /* the newer image does not ask for it any more; the user did not type it now */
                finding_report(&m->plan->findings, "unused-answer", name,
                               p ? "The answer for %s is not used: this way of setting up does not ask for it"
                                 : "The answer for %s is not used: this image does not ask for it",
                               p ? answers_title(p) : name);
        }
        for (char *const *name = m->request->secrets; !recorded && name && *name; name++) {
                const struct param *p = profile ? profile_param(profile, *name) : NULL;
                if (!p)
                        return plan_refuse_name(profile, false, *name, reterr);
                if (!answers_applies(m, p))
                        return answers_refuse_unused(m, p, reterr);
        }
        return 0;
}

static int set_variables(struct making *m, struct error **reterr) {
        const struct plan_request *q = m->request;
        const struct host_facts *f = m->facts;
        const struct {
                const char *name, *value, *otherwise;
        } known[] = {
                /* Without a value they are empty, not unknown: their words vanish. */
                { "OPT1", q->opt[0], "" },
                { "OPT2", q->opt[1], "" },
                { "OPT3", q->opt[2], "" },
                { "RUN_OPTS", NULL, "" },
                { "PWD", f->pwd, "/" },
                { "HOME", f->home, "/root" },
                { "SUDO_UID", f->sudo_uid, "0" },
                { "SUDO_GID", f->sudo_gid, "0" },
        };
        variables_set_known(&m->variables, m->plan->name, m->plan->pin.image);
        for (size_t i = 0; i < ELEMENTS(known); i++)
                variables_set(&m->variables, known[i].name,
                              known[i].value ? known[i].value : known[i].otherwise);

        for (char *const *set = q->set; set && *set; set++) {
                size_t n = strcspn(*set, "=");
                _cleanup_free_ char *variable = xstrndup(*set, n);
                if (STR_IN_SET(variable, "NAME", "IMAGE"))
                        return error_set(reterr, -EINVAL, "%s cannot be set: it is what this plan is about",
                                         variable);
                m->folder_given |= str_equal(variable, "PWD");
                if ((*set)[n] && variables_set(&m->variables, variable, *set + n + 1) >= 0)
                        continue;
                error_set(reterr, -EINVAL, "\"%s\" sets no variable", *set);
                error_hint(reterr, "NAME=VALUE, where the name has letters, digits and underscores");
                return -EINVAL;
        }
        return 0;
}

/* ---- what an install offers by itself ---- */

/* A job makes volumes of the engine; a folder of the host has to be there. */
static void answers_add_volume(struct making *m, const char *place, const char *value) {
        if (str_empty(value) || str_equal(value, "no"))
                return;
        strv_add(&m->volume_words, "-v");
        strv_addf(&m->volume_words, "%s:%s", value, place);
        if (value[0] != '/' && (m->plan->verb == VERB_INSTALL || plan_changes_service(m->plan->verb)))
                strv_addf(&m->plan->volumes, "%s:%s", value, place);
}

static int answers_read_offers(struct making *m, struct error **reterr) {
        const struct profile *profile = m->request->profile;
        const struct answers *given = m->request->answers;
        const struct param *unit = profile ? profile_param(profile, OFFER_UNIT) : NULL;
        if (!plan_sets_up(m->plan->verb) && m->plan->verb != VERB_RUN)
                return 0;
        m->as_unit =
                unit && unit->delivery == DELIVER_UNIT && str_equal(answers_get(given, OFFER_UNIT), "yes");
        if (m->as_unit)
                answers_set(m->plan->given.answers, OFFER_UNIT, "yes", "typed");
        for (size_t i = 0; given && i < given->n; i++) {
                const struct answer *a = given->items + i;
                const char *place = str_starts(a->name, OFFER_VOLUME);
                int r = place ? offers_check_volume(place, a->value, reterr) : 0;
                if (r < 0)
                        return r;
                if (!place)
                        continue;
                answers_set(m->plan->given.answers, a->name, a->value, a->source);
                answers_add_volume(m, place, a->value);
        }
        return 0;
}

int plan_read_answers(struct making *m, struct error **reterr) {
        const struct profile *profile = m->request->profile;
        m->plan->given.answers = new0(struct answers);
        int r = set_variables(m, reterr);
        if (r < 0)
                return r;
        r = check_given(m, reterr);
        if (r < 0)
                return r;
        r = answers_read_offers(m, reterr);
        if (r < 0)
                return r;
        if (m->asks && m->asked)
                strv_extend(&m->words, m->asked->words);
        for (size_t i = 0; profile && i < profile->n_parameters; i++) {
                const struct param *p = profile->parameters + i;
                bool asks = m->asks && mode_asks(m->asked, p);
                if (!(asks || mode_asks(m->mode, p)) ||
                    !param_applies(p, profile->parameters, profile->n_parameters, m->request->answers))
                        continue;
                if (p->type != PARAM_SECRET)
                        r = plan_answer(m, p, asks, reterr);
                else if (asks)
                        r = plan_secret(m, p, reterr);
                if (r < 0)
                        return r;
        }
        if (profile)
                answers_entitle(m->plan->given.answers, profile->parameters, profile->n_parameters);
        return 0;
}

/* ---- environment ---- */

static void add_environment(struct making *m, const char *name) {
        const char *value = label_list_get(&m->variables, name);
        _cleanup_free_ char *start = str_printf("%s=", name);
        for (char **e = m->plan->environment; *e; e++)
                if (str_starts(*e, start))
                        return;
        if (value)
                strv_addf(&m->plan->environment, "%s%s", start, value);
}

/* `-e X` takes X from the environment of the engine. */
static void add_named_by(struct making *m, const struct command *c) {
        for (size_t i = 0; c && i < c->n_options; i++) {
                const struct option_use *o = c->options + i;
                if (str_equal(o->canonical, "--env") && o->value && !strchr(o->value, '='))
                        add_environment(m, o->value);
        }
}

void plan_set_environment(struct making *m) {
        static const char *const always[] = { "NAME", "IMAGE", "OPT1", "OPT2", "OPT3" };
        struct plan *plan = m->plan;
        strv_add(&plan->environment, "PATH=" PATH_OF_ROOT);
        strv_add(&plan->environment, "LC_ALL=C.UTF-8");
        strv_add(&plan->environment, "TERM=xterm");
        strv_addf(&plan->environment, "HOME=%s", m->facts->home ? m->facts->home : "/root");
        for (size_t i = 0; i < ELEMENTS(always); i++)
                add_environment(m, always[i]);
        /* A variable of a profile or of --set is passed only where a command names it: an image must not be
         * able to set LD_PRELOAD for the engine on the host. */
        add_named_by(m, plan->command);
        add_named_by(m, plan->run);
        if (plan->command)
                lint_environment(plan->label_key, plan->command, plan->environment, &plan->findings);
        if (plan->run)
                lint_environment("RUN", plan->run, plan->environment, &plan->findings);
}
