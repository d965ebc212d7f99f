/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/plan/internal.h"

#include "base/words.h"
#include "model/plan/diff.h"
#include "model/plan/unit-text.h"

static const char *const plan_verb_names[_PLAN_VERB_MAX] = {
        [VERB_INSTALL] = "install", [VERB_RUN] = "run",         [VERB_UNINSTALL] = "uninstall",
        [VERB_STOP] = "stop",       [VERB_UPGRADE] = "upgrade", [VERB_REHEARSE] = "rehearse",
        [VERB_OTHER] = "other",     [VERB_ACCESS] = "access",   [VERB_RENEW] = "renew",
        [VERB_ENABLE] = "enable",   [VERB_DISABLE] = "disable",
        [VERB_RECONFIGURE] = "reconfigure", [VERB_ADOPT] = "adopt",
        [VERB_EDIT] = "edit",
};
DEFINE_NAMES(plan_verb, enum plan_verb)

char *plan_verb_what(enum plan_verb verb, enum realm_kind joins, const char *domain, const char *name) {
        if (joins != REALM_NONE && verb == VERB_INSTALL)
                return domain ? str_printf("join %s", domain) : xstrdup("join a realm");
        if (joins != REALM_NONE && verb == VERB_UNINSTALL)
                return domain ? str_printf("leave %s", domain) : xstrdup("leave the realm");
        return str_printf("%s %s", plan_verb_name(verb), name ? name : "?");
}

static const char *const unit_kind_names[_UNIT_KIND_MAX] = {
        [UNIT_NONE] = "none",       [UNIT_BY_IMAGE] = "by-image",
        [UNIT_QUADLET] = "quadlet", [UNIT_SERVICE] = "service",
};
DEFINE_NAMES(unit_kind, enum unit_kind)

static const char *const plan_interrupted_names[] = {
        [INTERRUPTED_ASK] = "ask", [INTERRUPTED_RESUME] = "resume", [INTERRUPTED_ROLL_BACK] = "rollback",
};
DEFINE_NAMES(plan_interrupted, enum plan_interrupted)

static void secret_uses_free(struct secret_use *uses, size_t n) {
        for (size_t i = 0; i < n; i++)
                FREE_ALL(uses[i].name, uses[i].target, uses[i].title);
        free(uses);
}

bool plan_has_option(const struct command *c, const char *canonical, const char *value) {
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, canonical) &&
                    (!value || str_equal(c->options[i].value, value)))
                        return true;
        return false;
}

void unit_file_done(struct unit_file *unit) {
        FREE_ALL(unit->name, unit->path, unit->text, unit->overrides, unit->was);
        *unit = (struct unit_file){};
}

struct plan *plan_free(struct plan *plan) {
        if (!plan)
                return NULL;
        image_pin_done(&plan->pin);
        given_done(&plan->given);
        if (plan->from)
                image_pin_done(plan->from);
        FREE_ALL(plan->name, plan->mode_title, plan->join_domain, plan->join_server, plan->join_user,
                 plan->profile, plan->label_key, plan->label, plan->host_unit, plan->file.path,
                 plan->adopts.container, plan->adopts.aside, plan->adopts.file,
                 plan->file.text, plan->file.was, plan->file.sentence);
        STRV_FREE_ALL(plan->environment, plan->arguments, plan->stdin_lines, plan->paths, plan->state,
                      plan->volumes, plan->health_argv, plan->renew_argv, plan->altered);
        struct command *commands[] = { plan->command, plan->run, plan->uninstall, plan->stop };
        for (size_t i = 0; i < ELEMENTS(commands); i++)
                command_free(commands[i]);
        free(plan->from);
        unit_file_done(&plan->unit);
        secret_uses_free(plan->secrets, plan->n_secrets);
        secret_uses_free(plan->handed, plan->n_handed);
        finding_list_done(&plan->findings);
        free(plan);
        return NULL;
}

int plan_permitted(const struct plan *plan, struct error **reterr) {
        _cleanup_strv_ char **ids = NULL;
        const struct finding *first = NULL;
        for (size_t i = 0; i < plan->findings.n; i++) {
                const struct finding *f = plan->findings.items + i;
                if (f->severity != SEVERITY_BLOCK || f->allowed)
                        continue;
                first = first ? first : f;
                if (!strv_contains(ids, f->id))
                        strv_add(&ids, f->id);
        }
        if (!ids)
                return 0;
        _cleanup_free_ char *all = strv_join(ids, ", ");
        error_set(reterr, -EPERM, "%s: %s", first->where, first->message);
        error_wrap(reterr, -EPERM, "The plan is refused by %s %s", ids[1] ? "the findings" : "the finding",
                   all);
        if (first->hint)
                error_hint(reterr, "%s", first->hint);
        return -EPERM;
}

static void add_counted(struct str *s, const char *what, const char *value) {
        str_addf(s, "%s %zu %s\n", what, value ? strlen(value) : 0, value ? value : "");
}

static void add_command(struct str *s, const char *what, const struct command *c) {
        for (char **word = c ? c->argv : NULL; word && *word; word++)
                add_counted(s, what, *word);
}

char *plan_consent_text(const struct plan *plan) {
        _cleanup_str_ struct str s = {};
        add_counted(&s, "verb", plan_verb_name(plan->verb));
        add_counted(&s, "name", plan->name);
        add_counted(&s, "image", plan->pin.digest ? plan->pin.digest : plan->pin.image_id);
        if (plan->pin.source)
                add_counted(&s, "source", plan->pin.source);
        add_counted(&s, "key", plan->label_key);
        add_counted(&s, "label", plan->label);
        add_command(&s, "argv", plan->command);
        add_command(&s, "run", plan->run);
        add_counted(&s, "path", plan->unit.path);
        add_counted(&s, "unit", plan->unit.text);
        for (char **volume = plan->volumes; volume && *volume; volume++)
                add_counted(&s, plan->removes_volumes ? "removes" : "volume", *volume);
        if (plan->removes_unit)
                add_counted(&s, "removes-unit", plan->name);
        if (plan->verb == VERB_ADOPT) {
                add_counted(&s, "host-unit", plan->host_unit);
                add_counted(&s, "container", plan->adopts.container);
        }
        if (plan->file.text) {
                add_counted(&s, "file", plan->file.path);
                add_counted(&s, "was", plan->file.was);
                add_counted(&s, "becomes", plan->file.text);
        }
        return str_take(&s);
}

char **plan_run_argv(const struct plan *plan, const char *engine, bool stopped) {
        if (!stopped || !engine || !plan->command->name)
                return strv_copy(plan->command->argv);
        char **argv = NULL;
        strv_add(&argv, engine);
        strv_add(&argv, "start");
        if (plan->command->interactive) {
                strv_add(&argv, "--attach");
                strv_add(&argv, "--interactive");
        }
        strv_add(&argv, plan->command->name);
        return argv;
}

char **plan_run_environment(const struct plan *plan, const char *term) {
        char **environment = NULL;
        for (char **e = plan->environment; e && *e; e++)
                if (str_empty(term) || !str_starts(*e, "TERM="))
                        strv_add(&environment, *e);
        if (!str_empty(term))
                strv_addf(&environment, "TERM=%s", term);
        return environment;
}

static char **plan_changed_lines(const char *was, const char *becomes) {
        _cleanup_strv_ char **all = NULL, **lines = NULL;
        _cleanup_free_ char *text = diff_unified("", was, strlen(was), "", becomes, strlen(becomes));
        all = strv_split(text, "\n");
        for (char **line = all; line && *line; line++)
                if ((**line == '-' && !str_starts(*line, "--- ")) ||
                    (**line == '+' && !str_starts(*line, "+++ ")))
                        strv_add(&lines, *line);
        return TAKE(lines);
}

char **plan_file_lines(const struct plan_file *file) {
        return plan_changed_lines(file->was, file->text);
}

char **plan_unit_lines(const struct unit_file *unit) {
        return unit->was && unit->text ? plan_changed_lines(unit->was, unit->text) : NULL;
}

/* A word with a line break or another control, as bash and ksh read it: it stays one line. */
static char *plan_quote_controls(const char *word) {
        _cleanup_str_ struct str out = {};
        str_add(&out, "$'");
        for (; *word; word++)
                if (*word == '\n')
                        str_add(&out, "\\n");
                else if ((unsigned char) *word < 0x20 || *word == 0x7f)
                        str_addf(&out, "\\%03o", (unsigned) (unsigned char) *word);
                else
                        str_addf(&out, "%s%c", *word == '\'' || *word == '\\' ? "\\" : "", *word);
        str_add_char(&out, '\'');
        return str_take(&out);
}

char *argv_text(char *const *argv) {
        _cleanup_str_ struct str out = {};
        for (char *const *word = argv; word && *word; word++) {
                _cleanup_free_ char *quoted =
                        str_has_controls(*word) ? plan_quote_controls(*word) : word_quote(*word);
                str_addf(&out, "%s%s", word > argv ? " " : "", quoted);
        }
        return str_take(&out);
}
