/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/words.h"
#include "model/plan/internal.h"

static int plan_answers_out_of_memory(struct error **reterr) {
        return error_set(reterr, -ENOMEM, "Out of memory");
}

static int add_use(struct secret_use **uses, size_t *n, const struct param *p) {
        struct secret_use *grown = reallocarray(*uses, *n + 1, sizeof *grown);
        if (!grown)
                return -ENOMEM;
        *uses = grown;
        struct secret_use *use = grown + *n;
        *use = (struct secret_use) { .name = strdup(p->name), .delivery = p->delivery };
        (*n)++;
        if (!use->name)
                return -ENOMEM;
        return str_replace(&use->target, p->target);
}

/* "--domain" and the value are two words, "--domain=" and the value are one. */
static int add_argv(struct making *m, const struct param *p, const char *value) {
        if (p->type == PARAM_BOOLEAN && !str_ends(p->target, "="))
                return !str_equal(value, "yes") ? 0 : strv_add(&m->words, p->target);
        if (p->type == PARAM_ARGUMENTS) {
                _cleanup_strv_ char **words = NULL;
                int r = words_split(value, &words, NULL);
                if (r >= 0 && !str_empty(p->target))
                        r = strv_add(&m->words, p->target);
                return r < 0 ? r : strv_extend(&m->words, words);
        }
        if (str_ends(p->target, "="))
                return strv_addf(&m->words, "%s%s", p->target, value);
        int r = str_empty(p->target) ? 0 : strv_add(&m->words, p->target);
        return r < 0 ? r : strv_add(&m->words, value);
}

static int add_file_mount(struct making *m, const struct param *p) {
        int r = strv_add(&m->engine_words, "-v");
        return r < 0 ? r
                     : strv_addf(&m->engine_words, PLAN_FILES_DIR "/%s/%s:%s:ro", m->plan->name, p->name,
                                 p->target);
}

static int deliver_answer(struct making *m, const struct param *p, const char *value) {
        struct plan *plan = m->plan;
        int r;
        switch (p->delivery) {
        case DELIVER_ARGV:
                return add_argv(m, p, value);
        case DELIVER_VARIABLE:
                return variables_set(&m->variables, p->target, value);
        case DELIVER_ENV:
                r = strv_add(&m->engine_words, "-e");
                return r < 0 ? r : strv_addf(&m->engine_words, "%s=%s", p->target, value);
        case DELIVER_STDIN:
                m->wants_stdin = true;
                return strv_add(&plan->stdin_lines, value);
        case DELIVER_FILE:
                r = add_use(&plan->handed, &plan->n_handed, p);
                return r < 0 ? r : add_file_mount(m, p);
        case DELIVER_PROMPT:
                m->wants_terminal = true;
                return add_use(&plan->handed, &plan->n_handed, p);
        default:
                return 0;
        }
}

/* A secret is known by name only; NULL secrets: not requested yet. */
static int plan_secret(struct making *m, const struct param *p, struct error **reterr) {
        struct plan *plan = m->plan;
        const struct plan_request *q = m->request;
        if (answers_get(q->answers, p->name)) {
                int r = error_set(reterr, -EINVAL, "%s is a secret and cannot be an ordinary answer",
                                  p->title ? p->title : p->name);
                error_hint(reterr, "fairlead asks for it, or reads it by --secret %s=@FILE", p->name);
                return r;
        }
        if (q->secrets ? !strv_contains(q->secrets, p->name) : !p->required) {
                if (!p->required)
                        return 0;
                int r = error_set(reterr, -EINVAL, "%s is missing", p->title ? p->title : p->name);
                error_hint(reterr, "--secret %s=@FILE, or --secret %s=- to read it from standard input",
                           p->name, p->name);
                return r;
        }
        if (p->delivery == DELIVER_ENV || p->delivery == DELIVER_VARIABLE)
                return error_set(reterr, -EINVAL,
                                 "The profile would put the secret %s where others can read it", p->name);

        int r = add_use(&plan->secrets, &plan->n_secrets, p);
        if (r >= 0 && p->delivery == DELIVER_FILE)
                r = add_file_mount(m, p);
        if (r >= 0 && p->delivery == DELIVER_ARGV)
                r = finding_report(&plan->findings, "secret-in-argv", p->name,
                                   "%s goes to the installer as a word of its command, where every user of "
                                   "this host can "
                                   "read it while it runs", p->title ? p->title : p->name);
        m->wants_stdin |= p->delivery == DELIVER_STDIN;
        m->wants_terminal |= p->delivery == DELIVER_PROMPT;
        return r < 0 ? plan_answers_out_of_memory(reterr) : 0;
}

/* asks: the label of this plan gets the answer. */
static int plan_answer(struct making *m, const struct param *p, bool asks, struct error **reterr) {
        const char *value = param_initial(p, m->request->answers, NULL);
        const struct param *other = p->with_name ? profile_param(m->request->profile, p->with_name) : NULL;
        int r = param_check_with(p, value, other,
                                 other ? param_initial(other, m->request->answers, NULL) : NULL, reterr);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                if (str_empty(value) && !asks) {
                        if (reterr)
                                *reterr = error_free(*reterr);
                        return 0;       /* only the verb that sets the service up requires the answer */
                }
                _cleanup_free_ char *hint = reterr && (*reterr)->hint ? strdup((*reterr)->hint) : NULL;
                r = error_wrap(reterr, -EINVAL, "The answer for %s (%s) is not valid",
                               p->title ? p->title : p->name, p->name);
                if (hint)
                        error_hint(reterr, "%s", hint);
                return r;
        }
        if (str_empty(value))
                return 0;

        const struct answers *given = m->request->answers;
        const char *source = "default";
        for (size_t i = 0; given && i < given->n; i++)
                if (str_equal(given->items[i].name, p->name))
                        source = given->items[i].source;
        r = answers_set(m->plan->given.answers, p->name, value, source);
        if (r >= 0 && (asks || p->delivery == DELIVER_VARIABLE))
                r = deliver_answer(m, p, value);
        if (r == -EINVAL)
                return error_set(reterr, r,
                                 "The profile sets the variable \"%s\", which is no name of a variable",
                                 p->target);
        return r < 0 ? plan_answers_out_of_memory(reterr) : 0;
}

/* An answer without a parameter is a typing error, and would otherwise be ignored silently. */
static int check_given(struct making *m, struct error **reterr) {
        const struct profile *profile = m->request->profile;
        const struct answers *given = m->request->answers;
        /* an uninstall has all answers of the install, and asks for some of them at most */
        for (size_t i = 0; given && i < given->n && m->plan->verb != VERB_UNINSTALL; i++) {
                const struct param *p = profile ? profile_param(profile, given->items[i].name) : NULL;
                if (!p && m->asks && m->request->service) {
                        /* The newer image does not ask for it any more; the user did not type it now. */
                        if (finding_report(&m->plan->findings, "unused-answer", given->items[i].name,
                                           "The answer for %s is not used: this image does not ask for it",
                                           given->items[i].name) < 0)
                                return plan_answers_out_of_memory(reterr);
                        continue;
                }
                if (!p && m->asks) {
                        int r = error_set(reterr, -EINVAL, "There is no parameter called \"%s\"",
                                          given->items[i].name);
                        _cleanup_str_ struct str all = {};
                        for (size_t k = 0; profile && k < profile->n_parameters; k++)
                                str_addf(&all, "%s%s", k ? ", " : "", profile->parameters[k].name);
                        error_hint(reterr, "%s%s", all.text ? "There are: " : "This image asks for nothing",
                                   all.text ? all.text : "");
                        return r;
                }
                if (p && m->asks &&
                    !(mode_asks(m->mode, p) &&
                      param_applies(p, profile->parameters, profile->n_parameters, given)) &&
                    finding_report(&m->plan->findings, "unused-answer", p->name,
                                   "The answer for %s is not used: this way of setting up does not ask for "
                                   "it",
                                   p->title ? p->title : p->name) < 0)
                        return plan_answers_out_of_memory(reterr);
        }
        return 0;
}

static int set_variables(struct making *m, struct error **reterr) {
        const struct plan_request *q = m->request;
        const struct host_facts *f = m->facts;
        const char *name = m->plan->name;
        _cleanup_free_ char *conf = str_printf("/etc/%s", name), *log = str_printf("/var/log/%s", name),
                            *data = str_printf("/var/lib/%s", name);
        const struct {
                const char *name, *value;
        } known[] = {
                { "NAME", name },
                { "IMAGE", m->plan->pin.image },
                /* Without a value they are empty, not unknown: their words vanish. */
                { "OPT1", q->opt[0] ? q->opt[0] : "" },
                { "OPT2", q->opt[1] ? q->opt[1] : "" },
                { "OPT3", q->opt[2] ? q->opt[2] : "" },
                { "RUN_OPTS", "" },
                { "PWD", f->pwd ? f->pwd : "/" },
                { "HOME", f->home ? f->home : "/root" },
                { "SUDO_UID", f->sudo_uid ? f->sudo_uid : "0" },
                { "SUDO_GID", f->sudo_gid ? f->sudo_gid : "0" },
                { "CONFDIR", conf },
                { "LOGDIR", log },
                { "DATADIR", data },
                { "HOST", "/host" },
        };
        if (!conf || !log || !data)
                return plan_answers_out_of_memory(reterr);
        for (size_t i = 0; i < ELEMENTS(known); i++)
                if (variables_set(&m->variables, known[i].name, known[i].value) < 0)
                        return plan_answers_out_of_memory(reterr);

        for (char *const *set = q->set; set && *set; set++) {
                const char *equals = strchr(*set, '=');
                _cleanup_free_ char *variable =
                        strndup(*set, equals ? (size_t) (equals - *set) : strlen(*set));
                if (!variable)
                        return plan_answers_out_of_memory(reterr);
                if (str_equal(variable, "NAME") || str_equal(variable, "IMAGE"))
                        return error_set(reterr, -EINVAL, "%s cannot be set: it is what this plan is about",
                                         variable);
                int r = equals ? variables_set(&m->variables, variable, equals + 1) : -EINVAL;
                if (r == -ENOMEM)
                        return plan_answers_out_of_memory(reterr);
                if (r < 0) {
                        r = error_set(reterr, -EINVAL, "\"%s\" sets no variable", *set);
                        error_hint(reterr, "NAME=VALUE, where the name has letters, digits and underscores");
                        return r;
                }
        }
        return 0;
}

int plan_read_answers(struct making *m, struct error **reterr) {
        const struct profile *profile = m->request->profile;
        m->plan->given.answers = answers_new();
        if (!m->plan->given.answers)
                return plan_answers_out_of_memory(reterr);
        int r = set_variables(m, reterr);
        if (r >= 0)
                r = check_given(m, reterr);
        if (r >= 0 && m->asks && m->asked && strv_extend(&m->words, m->asked->words) < 0)
                r = plan_answers_out_of_memory(reterr);
        for (size_t i = 0; r >= 0 && profile && i < profile->n_parameters; i++) {
                const struct param *p = profile->parameters + i;
                bool asks = m->asks && mode_asks(m->asked, p);
                if (!(asks || mode_asks(m->mode, p)) ||
                    !param_applies(p, profile->parameters, profile->n_parameters, m->request->answers))
                        continue;
                if (p->type != PARAM_SECRET)
                        r = plan_answer(m, p, asks, reterr);
                else if (asks)
                        r = plan_secret(m, p, reterr);
        }
        return r;
}

/* ---- environment ---- */

static int add_environment(struct making *m, const char *name) {
        const char *value = variables_get(&m->variables, name);
        _cleanup_free_ char *start = str_printf("%s=", name);
        if (!start)
                return -ENOMEM;
        if (!value)
                return 0;
        for (char **e = m->plan->environment; e && *e; e++)
                if (str_starts(*e, start))
                        return 0;
        return strv_addf(&m->plan->environment, "%s%s", start, value);
}

/* `-e X` takes X from the environment of the engine. */
static int add_named_by(struct making *m, const struct command *c) {
        for (size_t i = 0; c && i < c->n_options; i++) {
                const struct option_use *o = c->options + i;
                if (!str_equal(o->canonical, "--env") || !o->value || strchr(o->value, '='))
                        continue;
                int r = add_environment(m, o->value);
                if (r < 0)
                        return r;
        }
        return 0;
}

int plan_set_environment(struct making *m) {
        static const char *const always[] = { "NAME", "IMAGE", "OPT1", "OPT2", "OPT3" };
        struct plan *plan = m->plan;
        int r = strv_add(&plan->environment,
                         "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        if (r >= 0)
                r = strv_add(&plan->environment, "LC_ALL=C.UTF-8");
        if (r >= 0)
                r = strv_add(&plan->environment, "TERM=xterm");
        if (r >= 0)
                r = strv_addf(&plan->environment, "HOME=%s", m->facts->home ? m->facts->home : "/root");
        for (size_t i = 0; r >= 0 && i < ELEMENTS(always); i++)
                r = add_environment(m, always[i]);
        /* A variable of a profile or of --set is passed only where a command names it: an image must not be
         * able to set LD_PRELOAD for the engine on the host. */
        if (r >= 0)
                r = add_named_by(m, plan->command);
        return r < 0 ? r : add_named_by(m, plan->run);
}
