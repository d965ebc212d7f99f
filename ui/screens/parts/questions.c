/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/questions.h"

#include "model/image/reference.h"

/* Names that no profile can have, for questions beside its parameters. */
#define ANSWER_NAME "_name"
#define ANSWER_MODE "_mode"
#define ANSWER_ACCOUNT "_account"

void questions_init(struct questions *q, struct host *host) {
        *q = (struct questions) { .host = host, .answers = answers_new(), .secrets = secret_list_new() };
}

void questions_done(struct questions *q) {
        form_free(q->form);
        form_free(q->secret_form);
        secret_list_free(q->secrets);
        answers_free(q->answers);
        free(q->params);
        free(q->modes);
        profile_free(q->profile);
        *q = (struct questions) {};
}

static bool questions_asks(const struct questions *q, const struct param *p) {
        if (p->name[0] == '_')
                return true;
        return q->leave ? questions_deletes(q) && mode_asks(q->leave, p)
                        : mode_asks(profile_mode(q->profile, questions_mode(q)), p);
}

static bool questions_on_form(const struct param *p, const void *userdata) {
        return p->type != PARAM_SECRET && questions_asks(userdata, p);
}

static bool questions_on_secrets(const struct param *p, const void *userdata) {
        return p->type == PARAM_SECRET && questions_asks(userdata, p);
}

static const char *questions_suggest(const char *what, const void *userdata) {
        const struct questions *q = userdata;
        return host_suggest(q->host, what);
}

static const char *questions_note(const struct param *p, const void *userdata) {
        const struct questions *q = userdata;
        const struct mode *mode = q->leave ? NULL : questions_chosen(q);
        if (!q->finder || !mode || mode->joins == REALM_NONE || !param_names_domain(p))
                return NULL;
        const char *line = finder_line(q->finder, mode->joins);
        return line ? line : "";
}

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

/* The parameters are shallow copies, so the profile must stay. */
void questions_ask(struct questions *q, struct profile *profile, const char *reference, const char *name) {
        q->profile = profile;
        q->params = xcalloc(profile->n_parameters + 2, sizeof *q->params);
        q->modes = xcalloc(profile->n_modes + 1, sizeof *q->modes);
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
        for (size_t i = 0; i < profile->n_parameters; i++)
                q->params[q->n_params++] = profile->parameters[i];

        _cleanup_free_ char *usual = name ? xstrdup(name) : reference_default_name(reference);
        answers_set(q->answers, ANSWER_NAME, usual, "default");
        q->form = questions_form(q, questions_on_form);
        q->secret_form = questions_form(q, questions_on_secrets);
}

void questions_leave(struct questions *q, struct profile *profile, const struct mode *leave) {
        q->profile = profile;
        q->leave = leave;
        q->params = xcalloc(profile->n_parameters + 1, sizeof *q->params);
        q->modes = xcalloc(2, sizeof *q->modes);
        q->modes[0] =
                (struct param_choice) { .value = (char *) "stays",
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
        for (size_t i = 0; i < profile->n_parameters; i++)
                q->params[q->n_params++] = profile->parameters[i];
        q->form = questions_form(q, questions_on_form);
        q->secret_form = questions_form(q, questions_on_secrets);
}

bool questions_deletes(const struct questions *q) {
        return q->leave && str_equal(answers_get(q->answers, ANSWER_ACCOUNT), "deleted");
}

void questions_delete(struct questions *q) {
        answers_set(q->answers, ANSWER_ACCOUNT, "deleted", "typed");
}

void questions_keep(struct questions *q, const struct answers *answers, const char *mode) {
        if (mode)
                answers_set(q->answers, ANSWER_MODE, mode, "typed");
        for (size_t i = 0; answers && i < answers->n; i++)
                answers_set(q->answers, answers->items[i].name, answers->items[i].value,
                            answers->items[i].source);
}

void questions_say_yes(struct questions *q, const char *end) {
        for (size_t i = 0; i < q->n_params; i++) {
                const struct param *p = &q->params[i];
                if (p->type == PARAM_BOOLEAN && str_ends(p->name, end) && questions_asks(q, p))
                        answers_set(q->answers, p->name, "yes", "typed");
        }
        form_refresh(q->form);
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

const struct mode *questions_chosen(const struct questions *q) {
        return q->profile ? profile_mode(q->profile, questions_mode(q)) : NULL;
}

bool questions_join(const struct questions *q, struct join *ret) {
        const struct mode *mode = questions_chosen(q);
        if (!mode || !profile_join(q->profile, mode, q->answers, ret))
                return false;
        /* an untouched field holds the host's suggestion */
        for (size_t i = 0; i < q->profile->n_parameters && !ret->domain; i++) {
                const struct param *p = q->profile->parameters + i;
                if (param_names_domain(p) && mode_asks(mode, p) && p->suggest)
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

struct answers *questions_answers(const struct questions *q, bool proposed) {
        struct answers *answers = answers_copy(q->answers);
        for (size_t i = 0; proposed && q->profile && i < q->profile->n_parameters; i++) {
                const struct param *p = q->profile->parameters + i;
                const char *value = p->suggest && p->type != PARAM_SECRET && questions_asks(q, p) &&
                                                    !answers_get(answers, p->name)
                                            ? questions_suggest(p->suggest, q)
                                            : NULL;
                if (value && param_check(p, value, NULL) >= 0)
                        answers_set(answers, p->name, value, "from this host");
        }
        answers_set(answers, ANSWER_NAME, NULL, NULL);
        answers_set(answers, ANSWER_MODE, NULL, NULL);
        answers_set(answers, ANSWER_ACCOUNT, NULL, NULL);
        return answers;
}

char **questions_secrets(const struct questions *q) {
        char **names = NULL;
        for (size_t i = 0; q->secrets && i < q->secrets->n; i++)
                if (q->secrets->items[i]->length)
                        strv_add(&names, q->secrets->items[i]->name);
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
