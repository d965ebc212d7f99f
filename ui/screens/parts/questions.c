/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/questions.h"

/* Long enough for a typist's next key, short enough not to be noticed. */
#define PAUSE_USEC 400000

/* Names that no profile can have, for questions beside its parameters. */
#define ANSWER_NAME "_name"
#define ANSWER_MODE "_mode"
#define ANSWER_ACCOUNT "_account"

void questions_init(struct questions *q, struct screen *screen) {
        *q = (struct questions){ .screen = screen,
                                 .answers = new0(struct answers),
                                 .secrets = secret_list_new() };
}

static void questions_forget(struct questions *q) {
        op_cancel(q->typed.looking);
        realm_free(q->typed.realm);
        FREE_ALL(q->typed.domain, q->typed.line);
        memset(&q->typed, 0, sizeof q->typed);
}

void questions_done(struct questions *q) {
        questions_forget(q);
        form_free(q->form);
        form_free(q->secret_form);
        secret_list_free(q->secrets);
        answers_free(q->answers);
        FREE_ALL(q->params, q->modes, q->account);
        profile_free(q->profile);
}

static const struct mode *questions_chosen(const struct questions *q) {
        return q->profile ? profile_mode(q->profile, questions_mode(q)) : NULL;
}

static bool questions_asks(const struct questions *q, const struct param *p) {
        if (p->name[0] == '_')
                return true;
        return q->leave ? questions_deletes(q) && mode_asks(q->leave, p) : mode_asks(questions_chosen(q), p);
}

static bool questions_on_form(const struct param *p, const void *userdata) {
        return p->type != PARAM_SECRET && questions_asks(userdata, p);
}

static bool questions_on_secrets(const struct param *p, const void *userdata) {
        return p->type == PARAM_SECRET && questions_asks(userdata, p);
}

static const char *questions_suggest(const char *what, const void *userdata) {
        const struct questions *q = userdata;
        return host_suggest(ui_host(q->screen->ui), what);
}

/* ---- the typed domain ---- */

void questions_follow(struct questions *q, bool shown) {
        struct join join;
        const char *domain = shown && questions_join(q, &join) ? join.domain : NULL;
        if (str_empty(domain) ? !q->typed.domain : str_equal(domain, q->typed.domain))
                return;
        questions_forget(q);
        q->typed.domain = str_empty(domain) ? NULL : xstrdup(domain);
        q->typed.since = ui_boottime(q->screen->ui);
}

static void questions_found(struct realm *realm, struct error *e, void *userdata) {
        struct questions *q = userdata;
        q->typed.looking = op_cancel(q->typed.looking);
        q->typed.realm = realm;
        error_free(e);          /* the field itself reports it when it is left */
        screen_invalidate(q->screen);
}

unsigned questions_tick_ms(const struct questions *q) {
        if (!q->typed.domain || q->typed.asked)
                return 0;
        int64_t left = q->typed.since + PAUSE_USEC - ui_boottime(q->screen->ui);
        return left > 1000 ? (unsigned) (left / 1000) : 1;
}

void questions_tick(struct questions *q) {
        if (questions_tick_ms(q) != 1)
                return;
        q->typed.asked = true;
        q->typed.looking = host_discover(ui_host(q->screen->ui), q->typed.domain, questions_found, q);
        screen_invalidate(q->screen);
}

/* "! It is Active Directory, realm EXAMPLE.COM, dc1.example.com: choose that mode above" */
static void questions_describe(const struct realm *r, enum realm_kind expected, struct str *out) {
        if (r->kind == REALM_NONE || r->kind == REALM_OTHER) {
                str_addf(out, "! %s", r->trouble ? r->trouble->message : "There is no realm of this name");
                return;
        }
        str_addf(out, "%s%s, realm %s", r->kind == expected ? "" : "! It is ", realm_kind_title(r->kind),
                 r->realm);
        if (r->best)
                str_addf(out, ", %s", r->best);
        /* the default site of every domain says nothing */
        if (r->site && !str_equal(r->site, "Default-First-Site-Name"))
                str_addf(out, " (site %s)", r->site);
        if (r->kind != expected)
                str_add(out, ": choose that mode above");
}

static const char *questions_note(const struct param *p, const void *userdata) {
        struct questions *q = (struct questions *) userdata;
        const struct mode *mode = q->leave ? NULL : questions_chosen(q);
        if (!mode || mode->joins == REALM_NONE || p->type != PARAM_DOMAIN)
                return NULL;
        struct str line = {};
        if (q->typed.realm)
                questions_describe(q->typed.realm, mode->joins, &line);
        else if (q->typed.looking)
                str_addf(&line, "Looking for %s ...", q->typed.domain);
        free(q->typed.line);
        return q->typed.line = str_take(&line);
}

/* ---- the forms ---- */

static struct form *questions_form(struct questions *q,
                                   bool (*asks)(const struct param *p, const void *userdata)) {
        const struct form_options options = {
                .params = q->params,
                .n = q->n_params,
                .answers = q->answers,
                .secrets = q->secrets,
                .asks = asks,
                .suggest = questions_suggest,
                .note = questions_note,
                .userdata = q,
        };
        return form_new(&options);
}

static const struct param name_param = {
        .name = (char *) ANSWER_NAME,
        .title = (char *) "Service name",
        .help = (char *) "The name of the service, its unit and its folders on this host.",
        .type = PARAM_TEXT,
        .required = true,
        .pattern = (char *) "[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9_-])?",
        .pattern_reason = (char *) "A service name has small letters, digits, and . _ - after the first",
};

/* The parameters of the profile follow the first ones, as shallow copies. */
static void questions_make_forms(struct questions *q) {
        for (size_t i = 0; i < q->profile->n_parameters; i++)
                q->params[q->n_params++] = q->profile->parameters[i];
        q->form = questions_form(q, questions_on_form);
        q->secret_form = questions_form(q, questions_on_secrets);
}

void questions_ask(struct questions *q, struct profile *profile, const char *reference, const char *name) {
        q->profile = profile;
        q->params = xcalloc(profile->n_parameters + 2, sizeof *q->params);
        q->modes = xcalloc(profile->n_modes + 1, sizeof *q->modes);
        if (!q->named)
                q->params[q->n_params++] = name_param;
        if (profile->n_modes > 1) {
                for (size_t i = 0; i < profile->n_modes; i++) {
                        q->modes[i].value = profile->modes[i].name;
                        q->modes[i].title = profile->modes[i].title;
                }
                q->params[q->n_params++] = (struct param) {
                        .name = (char *) ANSWER_MODE,
                        .title = (char *) "Mode",
                        .help = (char *) "How this image is set up; the questions below follow it.",
                        .type = PARAM_CHOICE,
                        .required = true,
                        .choices = q->modes,
                        .n_choices = profile->n_modes,
                };
        }
        _cleanup_free_ char *usual = name ? xstrdup(name) : reference_default_name(reference);
        answers_set(q->answers, ANSWER_NAME, usual, "default");
        questions_make_forms(q);
}

void questions_leave(struct questions *q, struct profile *profile, const struct mode *leave) {
        q->profile = profile;
        q->leave = leave;
        q->params = xcalloc(profile->n_parameters + 1, sizeof *q->params);
        q->modes = xcalloc(2, sizeof *q->modes);
        q->modes[0] = (struct param_choice) { .value = (char *) "stays",
                                              .title = (char *) "leave it in the realm" };
        q->modes[1] = (struct param_choice) { .value = (char *) "deleted", .title = leave->title };
        q->params[q->n_params++] = (struct param) {
                .name = (char *) ANSWER_ACCOUNT,
                .title = (char *) "Computer account",
                .help = (char *) "This host's account in the realm. On this host everything is restored "
                                 "either way; deleting the account needs a password.",
                .type = PARAM_CHOICE,
                .required = true,
                .choices = q->modes,
                .n_choices = 2,
        };
        questions_make_forms(q);
}

bool questions_deletes(const struct questions *q) {
        return q->leave && str_equal(answers_get(q->answers, ANSWER_ACCOUNT), "deleted");
}

void questions_delete(struct questions *q) {
        answers_set(q->answers, ANSWER_ACCOUNT, "deleted", "typed");
}

void questions_keep(struct questions *q, const struct answers *answers, const char *mode,
                    const char *source) {
        if (mode)
                answers_set(q->answers, ANSWER_MODE, mode, source ? source : "typed");
        for (size_t i = 0; answers && i < answers->n; i++)
                answers_set(q->answers, answers->items[i].name, answers->items[i].value,
                            source ? source : answers->items[i].source);
}

void questions_say_yes(struct questions *q, const char *end) {
        for (size_t i = 0; i < q->n_params; i++) {
                const struct param *p = &q->params[i];
                if (p->type == PARAM_BOOLEAN && str_ends(p->name, end) && questions_asks(q, p))
                        answers_set(q->answers, p->name, "yes", "typed");
        }
        form_refresh(q->form);
}

void questions_repair(struct questions *q, enum fix fix) {
        static const struct {
                enum param_type type;
                const char *end; /* of its name; NULL: any */
        } places[_FIX_MAX] = {
                [FIX_ACCOUNT] = { PARAM_USER, NULL },
                [FIX_DOMAIN] = { PARAM_DOMAIN, NULL },
                [FIX_COMPUTER_NAME] = { PARAM_TEXT, "computer-name" },
                [FIX_OTHER_KIND] = { PARAM_CHOICE, ANSWER_MODE },
                [FIX_CA_FILE] = { PARAM_PATH, "ca" },
        };
        bool named = places[fix].end != NULL;
        for (size_t i = 0; (named || places[fix].type != PARAM_TEXT) && i < q->n_params; i++) {
                const struct param *p = &q->params[i];
                if ((named ? str_ends(p->name, places[fix].end) != NULL : p->type == places[fix].type) &&
                    form_go(q->form, p->name))
                        return;
        }
}

void questions_guard_secrets(struct questions *q) {
        struct join join;
        const char *account = questions_join(q, &join) ? join.user : NULL;
        if (q->account && !str_equal(q->account, account))
                for (size_t i = 0; i < q->secrets->n; i++)
                        secret_wipe(q->secrets->items[i]);
        str_replace(&q->account, account);
}

const char *questions_name(const struct questions *q) {
        return answers_get(q->answers, ANSWER_NAME);
}

const char *questions_mode(const struct questions *q) {
        return answers_get(q->answers, ANSWER_MODE);
}

const char *questions_mode_help(const struct questions *q) {
        const struct mode *mode = q->leave ? q->leave : questions_chosen(q);
        return mode ? mode->help : NULL;
}

bool questions_join(const struct questions *q, struct join *ret) {
        const struct mode *mode = q->leave ? NULL : questions_chosen(q);
        if (!mode || !profile_join(q->profile, mode, q->answers, ret))
                return false;
        /* an untouched field holds the host's suggestion */
        for (size_t i = 0; i < q->profile->n_parameters && !ret->domain; i++) {
                const struct param *p = q->profile->parameters + i;
                if (p->type == PARAM_DOMAIN && mode_asks(mode, p) && p->suggest)
                        ret->domain = questions_suggest(p->suggest, q);
        }
        return true;
}

bool questions_typed(const struct questions *q) {
        for (size_t i = 0; i < q->answers->n; i++)
                if (str_equal(q->answers->items[i].source, "typed"))
                        return true;
        return false;
}

/* Neither of a mode that was left again, nor hidden by another answer. */
static bool questions_shows(const struct questions *q, const struct param *p) {
        return questions_asks(q, p) &&
               param_applies(p, q->profile->parameters, q->profile->n_parameters, q->answers);
}

struct answers *questions_answers(const struct questions *q, bool proposed) {
        struct answers *answers = answers_copy(q->answers);
        for (size_t i = 0; proposed && q->profile && i < q->profile->n_parameters; i++) {
                const struct param *p = q->profile->parameters + i;
                if (!p->suggest || !questions_on_form(p, q) || answers_get(answers, p->name))
                        continue;
                const char *value = questions_suggest(p->suggest, q);
                if (value && param_check(p, value, NULL) >= 0)
                        answers_set(answers, p->name, value, "from this host");
        }
        answers_set(answers, ANSWER_NAME, NULL, NULL);
        answers_set(answers, ANSWER_MODE, NULL, NULL);
        answers_set(answers, ANSWER_ACCOUNT, NULL, NULL);
        for (size_t i = 0; q->profile && i < q->profile->n_parameters; i++)
                if (!questions_shows(q, q->profile->parameters + i))
                        answers_set(answers, q->profile->parameters[i].name, NULL, NULL);
        return answers;
}

char **questions_secrets(const struct questions *q) {
        char **names = NULL;
        for (size_t i = 0; q->secrets && i < q->secrets->n; i++) {
                const char *name = q->secrets->items[i]->name;
                const struct param *p = q->profile ? profile_param(q->profile, name) : NULL;
                if (q->secrets->items[i]->length && (!p || questions_shows(q, p)))
                        strv_add(&names, name);
        }
        return names ? names : strv_copy(NULL);
}

struct secret_list *questions_hand_over(struct questions *q) {
        struct secret_list *secrets = TAKE(q->secrets);
        q->secret_form = form_free(q->secret_form);
        q->secrets = secret_list_new();
        if (q->params)
                q->secret_form = questions_form(q, questions_on_secrets);
        return secrets;
}
