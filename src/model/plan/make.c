/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "base/text.h"
#include "model/command/lint.h"
#include "model/plan/internal.h"
#include "model/plan/unit-text.h"

static int plan_make_out_of_memory(struct error **reterr) {
        return error_set(reterr, -ENOMEM, "Out of memory");
}

static void making_done(struct making *m) {
        plan_free(m->plan);
        variables_done(&m->variables);
        strv_free(m->words);
        strv_free(m->engine_words);
}

/* ---- image and service ---- */

static int set_image(struct making *m, struct error **reterr) {
        const struct plan_request *q = m->request;
        struct plan *plan = m->plan;
        const char *reference = q->reference ? q->reference : image_reference(q->image);
        if (!reference || !reference_valid(reference)) {
                int r = error_set(reterr, -EINVAL, "\"%s\" is not a reference of an image",
                                  reference ? reference : "");
                error_hint(reterr, "Write it like registry.example.com/folder/name:tag");
                return r;
        }
        plan->pin.reference = strdup(reference);
        plan->pin.image = q->pinned ? image_pinned(q->image, reference) : strdup(reference);
        if (!plan->pin.reference || !plan->pin.image || str_replace(&plan->pin.image_id, q->image->id) < 0 ||
            str_replace(&plan->pin.digest, q->image->digest) < 0)
                return plan_make_out_of_memory(reterr);

        plan->name = q->name ? strdup(q->name) : reference_default_name(reference);
        if (plan->name && service_name_valid(plan->name))
                return 0;
        int r = plan->name ? error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a service", plan->name)
                           : error_set(reterr, -EINVAL, "No name for the service can be made of \"%s\"",
                                       reference);
        error_hint(reterr, "--name, with small letters, digits, - _ and ., at most 63, a letter or digit "
                           "first");
        return r;
}

static int refuse_deletion(struct making *m, struct error **reterr) {
        int r = error_set(reterr, -EINVAL, "%s cannot delete this host's account in the realm",
                          m->plan->pin.reference);
        error_hint(reterr, "Leave without a password; then somebody who may deletes the account on a server "
                           "of the realm");
        return r;
}

static int set_mode(struct making *m, struct error **reterr) {
        const struct profile *profile = m->request->profile;
        struct plan *plan = m->plan;
        const char *wanted = m->request->mode;
        m->mode = profile ? profile_mode(profile, wanted) : NULL;
        if (wanted && !m->mode) {
                int r = error_set(reterr, -EINVAL, "There is no mode called \"%s\"", wanted);
                _cleanup_str_ struct str all = {};
                for (size_t i = 0; profile && i < profile->n_modes; i++)
                        str_addf(&all, "%s%s", i ? ", " : "", profile->modes[i].name);
                error_hint(reterr, "%s%s", all.text ? "There are: " : "This image has no modes",
                           all.text ? all.text : "");
                return r;
        }
        if (!m->mode)
                return 0;
        if (str_replace(&plan->given.mode, m->mode->name) < 0 ||
            str_replace(&plan->mode_title, m->mode->title) < 0 ||
            str_replace(&plan->profile, profile->source) < 0)
                return plan_make_out_of_memory(reterr);
        m->asked = m->mode;
        struct join join;
        if ((plan->verb != VERB_INSTALL && plan->verb != VERB_UNINSTALL) ||
            !profile_join(profile, m->mode, m->request->answers, &join))
                return m->request->deletes_account ? refuse_deletion(m, reterr) : 0;
        plan->joins = join.kind;
        if (m->request->deletes_account) {
                if (plan->verb != VERB_UNINSTALL || !m->mode->leave)
                        return refuse_deletion(m, reterr);
                m->asked = m->mode->leave;
                m->asks = plan->deletes_account = true;
        }
        if (str_replace(&plan->join_domain, join.domain) < 0 ||
            str_replace(&plan->join_server, join.server) < 0 || str_replace(&plan->join_user, join.user) < 0)
                return plan_make_out_of_memory(reterr);
        return 0;
}

/* The part of image and request that the service's record keeps, for an upgrade. */
static int set_kept(struct making *m) {
        const struct plan_request *q = m->request;
        struct plan *plan = m->plan;
        char *const *given = q->service                   ? q->service->given.words
                             : plan->verb == VERB_INSTALL ? q->arguments
                                                          : NULL;
        int r = str_replace(&plan->pin.version, image_version(q->image));
        if (r >= 0)
                r = str_replace(&plan->pin.title, image_summary(q->image));
        if (r >= 0 && plan_sets_up(plan->verb))
                r = label_list_of(q->image, &plan->pin.labels);
        if (r >= 0)
                r = strv_extend(&plan->given.words, given);
        if (r >= 0)
                r = strv_extend(&plan->given.set, q->set);
        for (size_t i = 0; r >= 0 && i < ELEMENTS(plan->given.opt); i++)
                r = str_replace(&plan->given.opt[i], q->opt[i]);
        return r;
}

static int set_from(struct making *m) {
        const struct service *s = m->request->service;
        struct plan *plan = m->plan;
        if (plan->verb != VERB_UPGRADE || !s)
                return 0;
        plan->from = new0(struct image_pin);
        image_pin_copy(&s->pin, plan->from);
        if (!plan->from->image)
                plan->from->image = xstrdup(s->pin.reference);
        return 0;
}

/* ---- labels ---- */

/* The label that a verb runs; -1: the request names it. */
static int verb_label(enum plan_verb verb) {
        static const int labels[_PLAN_VERB_MAX] = {
                [VERB_INSTALL] = LABEL_INSTALL,
                [VERB_RUN] = LABEL_RUN,
                [VERB_UNINSTALL] = LABEL_UNINSTALL,
                [VERB_STOP] = LABEL_STOP,
                [VERB_UPGRADE] = LABEL_UPGRADE,
                [VERB_REHEARSE] = LABEL_INSTALL,
                [VERB_OTHER] = -1,
        };
        return labels[verb];
}

static const char *any_label(const struct image *image, const char *key, const char **ret_key) {
        const struct label *found = NULL;
        for (size_t i = 0; key && i < image->n_labels; i++) {
                const struct label *l = image->labels + i;
                if (strcasecmp(l->key, key) != 0)
                        continue;
                /* The exact one; else, as for the verbs, capitals precede others, and they sort so. */
                if (!found || strcmp(l->key, key) == 0)
                        found = l;
        }
        if (!found)
                return NULL;
        *ret_key = found->key;
        return found->value;
}

static bool plan_make_has_option(const struct command *c, const char *canonical) {
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, canonical) && !str_equal(c->options[i].value, "false"))
                        return true;
        return false;
}

/* Inserts the answers' engine words before the image: *argv is replaced. */
static int insert_engine_words(struct making *m, const char *where, char ***argv) {
        struct finding_list ignored = {};
        _cleanup_command_ struct command *probe = NULL;
        const char *path = m->facts->engine_path ? m->facts->engine_path : engine_kind_name(m->engine);
        int r = command_read(where, *argv, m->engine, path, &probe, &ignored);
        finding_list_done(&ignored);
        if (r < 0)
                return r;

        _cleanup_strv_ char **extra = NULL, **made = NULL;
        bool engine = probe->engine != ENGINE_NONE;     /* a program of the host inherits terminal and
                                                         * input */
        if (engine && m->wants_terminal && !plan_make_has_option(probe, "--tty"))
                r = strv_add(&extra, "-t");
        if (r >= 0 && engine && (m->wants_stdin || m->wants_terminal) &&
            !plan_make_has_option(probe, "--interactive"))
                r = strv_add(&extra, "-i");
        if (r >= 0)
                r = strv_extend(&extra, m->engine_words);
        if (r < 0 || !extra || !*extra)
                return r;
        if (!probe->operand)
                return finding_report(
                        &m->plan->findings, "undeliverable-answer", where,
                        "Answers go by options of the engine, and this command has no image to put them "
                        "before");
        for (size_t i = 0; r >= 0 && (*argv)[i]; i++) {
                if (i == probe->operand)
                        r = strv_extend(&made, extra);
                if (r >= 0)
                        r = strv_add(&made, (*argv)[i]);
        }
        if (r < 0)
                return r;
        strv_free(*argv);
        *argv = TAKE(made);
        return 0;
}

/* plan.json holds only UTF-8: another word would run differently from how it was shown. The label itself is
 * checked already; this is for answers and arguments. */
static int report_not_utf8(const char *key, char *const *argv, struct finding_list *findings) {
        for (size_t i = 0; argv[i]; i++)
                if (!text_is_utf8(argv[i], strlen(argv[i])))
                        return finding_report(findings, "not-utf8", key,
                                              "Word %zu of the command is not UTF-8 text", i + 1);
        return 0;
}

/* Fills a label's text into the command that will run; *ret stays NULL when nothing remains. */
static int plan_make_fill(struct making *m, const char *key, const char *text, bool set_up,
                          char *const *arguments, struct finding_list *findings, struct command **ret) {
        _cleanup_recipe_ struct recipe *recipe = NULL;
        _cleanup_strv_ char **words = NULL, **argv = NULL;
        int r = recipe_parse(key, text, &recipe, findings);
        if (r >= 0 && set_up)
                r = strv_extend(&words, m->words);
        if (r >= 0)
                r = strv_extend(&words, arguments);
        if (r >= 0)
                r = recipe_fill(recipe, &m->variables, words, &argv, findings);
        if (r >= 0 && set_up && argv && *argv && (m->engine_words || m->wants_stdin || m->wants_terminal))
                r = insert_engine_words(m, key, &argv);
        if (r >= 0 && argv)
                r = report_not_utf8(key, argv, findings);
        if (r < 0 || !argv || !*argv)
                return r;
        if (!**argv)    /* usually a lost variable; such a plan could be neither run nor read */
                return finding_report(
                        findings, "empty-label", key,
                        "The first word of the label %s is empty, so there is no program to run", key);
        const char *path = m->facts->engine_path ? m->facts->engine_path : engine_kind_name(m->engine);
        r = command_read(key, argv, m->engine, path, ret, findings);
        if (r < 0)
                return r;
        return lint_command(key, *ret, m->request->image, m->plan->pin.image, m->plan->name, findings);
}

/* A label that this verb does not run now: its faults are reported, but do not block. */
static int fill_for_later(struct making *m, enum command_label which, struct command **ret) {
        struct finding_list findings = {};
        const char *key = NULL, *text = label_find(m->request->image, which, &key, &findings);
        int r = text ? plan_make_fill(m, key, text, false, NULL, &findings, ret) : 0;
        for (size_t i = 0; i < findings.n; i++)
                if (findings.items[i].severity == SEVERITY_BLOCK)
                        findings.items[i].severity = SEVERITY_WARN;
        if (r >= 0)
                r = finding_list_copy(&findings, &m->plan->findings);
        finding_list_done(&findings);
        return r;
}

static int fill_own(struct making *m) {
        struct plan *plan = m->plan;
        const struct plan_request *q = m->request;
        const char *key = NULL, *text;
        int which = verb_label(plan->verb);
        text = which >= 0 ? label_find(q->image, (enum command_label) which, &key, &plan->findings)
                          : any_label(q->image, q->label, &key);
        if (!text)
                return 0;
        if (str_replace(&plan->label_key, key) < 0 || str_replace(&plan->label, text) < 0)
                return -ENOMEM;
        bool set_up = m->asks && (which == LABEL_INSTALL || which == LABEL_RUN || which == LABEL_UNINSTALL);
        int r = plan_make_fill(m, key, text, set_up, q->arguments, &plan->findings, &plan->command);
        if (r < 0)
                return r;
        plan->host_command = plan->command && plan->command->engine == ENGINE_NONE;
        if (set_up && strv_extend(&plan->arguments, m->words) < 0)
                return -ENOMEM;
        return strv_extend(&plan->arguments, q->arguments);
}

/* The RUN label as the unit will run it. */
static int fill_run(struct making *m) {
        struct plan *plan = m->plan;
        const char *key = NULL, *text = label_find(m->request->image, LABEL_RUN, &key, &plan->findings);
        if (!text)
                return 0;
        bool set_up = m->asks && !m->set_up_by_install;
        char *const *arguments = set_up ? plan->given.words : NULL;
        int r = plan_make_fill(m, key, text, set_up, arguments, &plan->findings, &plan->run);
        if (r >= 0 && set_up)
                r = strv_extend(&plan->arguments, m->words);
        if (r >= 0)
                r = strv_extend(&plan->arguments, arguments);
        if (r < 0 || !set_up || !plan->run)
                return r;
        if (plan->stdin_lines || plan->n_handed || plan->n_secrets)
                return finding_report(&plan->findings, "undeliverable-answer", key,
                                      "Some answers go to an installer by its input or a file, and this "
                                      "image has only RUN");
        return 0;
}

static int fill_labels(struct making *m) {
        struct plan *plan = m->plan;
        bool installs = plan_sets_up(plan->verb);
        int r = fill_own(m);
        if (r >= 0 && installs)
                r = lint_labels(m->request->image, &plan->findings);
        if (r >= 0 && installs)
                r = fill_run(m);
        if (r >= 0 && installs)
                r = fill_for_later(m, LABEL_UNINSTALL, &plan->uninstall);
        if (r >= 0 && plan->verb != VERB_STOP && plan->verb != VERB_OTHER)
                r = fill_for_later(m, LABEL_STOP, &plan->stop);
        if (r < 0)
                return r;
        if (plan->deletes_account && !plan->command)
                return finding_report(&plan->findings, "no-label", "UNINSTALL",
                                      "Without a label UNINSTALL nothing can delete this host's account in "
                                      "the realm");
        /* Uninstalling and stopping work without a label of that name; the other verbs do not. */
        if (!plan->command && ((plan->verb == VERB_INSTALL && !plan->run) || plan->verb == VERB_RUN ||
                               plan->verb == VERB_REHEARSE))
                return finding_report(&plan->findings, "no-label", plan->verb == VERB_RUN ? "RUN" : "INSTALL",
                                      plan->label_key ? "Nothing is left of the label %s to run"
                                                      : "The image has no label %s that could be carried out",
                                      plan->label_key          ? plan->label_key
                                      : plan->verb == VERB_RUN ? "RUN"
                                                               : "INSTALL or RUN");
        return 0;
}

/* ---- the unit ---- */

/* Replaces all of `old` in text by `new`. The caller frees; NULL: not found, or *ret_failed: no memory. */
static char *replace_all(const char *text, const char *old, const char *new, bool *ret_failed) {
        _cleanup_str_ struct str out = {};
        const char *at = text, *found;
        *ret_failed = false;
        if (str_empty(old) || !strstr(text, old))
                return NULL;
        for (; (found = strstr(at, old)); at = found + strlen(old)) {
                str_add_bytes(&out, at, (size_t) (found - at));
                str_add(&out, new);
        }
        str_add(&out, at);
        char *result = str_take(&out);
        *ret_failed = !result;
        return result;
}

/* A unit that the image wrote stays as it is, except for the image name in it: that becomes the new one. */
static int change_unit_of_image(struct making *m) {
        const struct plan_request *q = m->request;
        struct plan *plan = m->plan;
        bool failed = false;
        plan->unit.kind = UNIT_BY_IMAGE;
        if (str_replace(&plan->unit.name, q->service->units[0]) < 0)
                return -ENOMEM;
        plan->unit.text =
                q->unit_text ? replace_all(q->unit_text, plan->from->image, plan->pin.image, &failed) : NULL;
        if (failed)
                return -ENOMEM;
        if (plan->unit.text)
                return str_replace(&plan->unit.path, q->unit_path);
        _cleanup_free_ char *where = str_printf("unit %s", plan->unit.name);
        return where ? finding_report(
                               &plan->findings, "unit-not-pinned", where,
                               "The unit that the image wrote does not name %s, so it stays as it is%s",
                               plan->from->image,
                               plan->command ? " unless the UPGRADE command changes it" : "")
                     : -ENOMEM;
}

static int set_unit(struct making *m) {
        struct plan *plan = m->plan;
        const struct service *service = plan->from ? m->request->service : NULL;
        bool ours = service && service->files && service->files[0];
        struct host_facts facts = *m->facts;
        if (!plan_sets_up(plan->verb))
                return 0;
        if (service && service->units && service->units[0] && !ours)
                return change_unit_of_image(m);
        /* An upgrade keeps the kind of file: two of them for one unit would conflict. */
        if (ours)
                facts.quadlet = str_ends(service->files[0], ".container") != NULL;
        plan->unit.kind = plan->command ? UNIT_BY_IMAGE : UNIT_NONE;
        /* A program that needs a terminal is started by people; with -d the terminal is only its own. */
        if (!plan->run || plan->run->engine == ENGINE_NONE ||
            (plan->run->interactive && !plan->run->detached))
                return ours ? finding_report(&plan->findings, "unit-unwritable", "RUN",
                                             "The unit cannot be changed: this image has no RUN command "
                                             "that systemd can supervise")
                            : 0;
        _cleanup_error_ struct error *e = NULL;
        struct unit_file unit = {};
        int r = unit_file_make(plan->name, image_summary(m->request->image), plan->run, plan->stop,
                               plan->environment, &facts, &unit, &e);
        if (r == -EINVAL)
                return finding_report(&plan->findings, "unit-unwritable", "RUN", "%s",
                                      e ? e->message : "No unit can be written");
        if (r >= 0)
                plan->unit = unit;
        return r;
}

static int set_health(struct making *m) {
        const struct profile *profile = m->request->profile;
        struct plan *plan = m->plan;
        plan->health_seconds = profile && profile->health_seconds ? profile->health_seconds : 10;
        if (!profile || !profile->health_argv || !str_equal(profile->health_command, "exec") || !plan->run)
                return 0;
        int r = strv_add(&plan->health_argv, plan->run->argv[0]);
        if (r >= 0)
                r = strv_add(&plan->health_argv, "exec");
        if (r >= 0)
                r = strv_add(&plan->health_argv, plan->run->name ? plan->run->name : plan->name);
        return r < 0 ? r : strv_extend(&plan->health_argv, profile->health_argv);
}

/* In the service's container if any, else on the host itself. */
static int set_renew(struct making *m) {
        struct plan *plan = m->plan;
        int r = 0;
        if (!plan_sets_up(plan->verb) || !m->mode || !m->mode->renew)
                return 0;
        if (plan->run) {
                r = strv_add(&plan->renew_argv, plan->run->argv[0]);
                if (r >= 0)
                        r = strv_add(&plan->renew_argv, "exec");
                if (r >= 0)
                        r = strv_add(&plan->renew_argv, plan->run->name ? plan->run->name : plan->name);
        }
        return r < 0 ? r : strv_extend(&plan->renew_argv, m->mode->renew);
}

int plan_make(const struct plan_request *request, struct plan **ret, struct error **reterr) {
        static const struct host_facts nothing;
        _cleanup_(making_done) struct making m = {
                .request = request,
                .facts = request->facts ? request->facts : &nothing,
                .plan = calloc(1, sizeof(struct plan)),
        };
        if (!m.plan)
                return plan_make_out_of_memory(reterr);
        m.engine = m.facts->engine == ENGINE_NONE ? ENGINE_PODMAN : m.facts->engine;
        m.plan->verb = request->verb;
        m.set_up_by_install = label_find(request->image, LABEL_INSTALL, NULL, NULL) != NULL;
        bool fills_run = request->verb == VERB_RUN || (request->verb == VERB_UPGRADE && request->service);
        m.asks = request->verb == VERB_INSTALL || request->verb == VERB_REHEARSE ||
                 (fills_run && !m.set_up_by_install);

        const char *key;
        if (request->verb == VERB_OTHER && !any_label(request->image, request->label, &key))
                return error_set(reterr, -EINVAL, "The image has no label %s",
                                 request->label ? request->label : "");
        int r = set_image(&m, reterr);
        if (r >= 0)
                r = set_mode(&m, reterr);
        if (r >= 0 && (set_kept(&m) < 0 || set_from(&m) < 0))
                r = plan_make_out_of_memory(reterr);
        if (r >= 0)
                r = plan_read_answers(&m, reterr);
        if (r < 0)
                return r;

        r = fill_labels(&m);
        if (r >= 0 && request->verb == VERB_REHEARSE)
                r = plan_rehearse(&m);
        if (r >= 0)
                r = plan_set_environment(&m);
        if (r >= 0)
                r = set_unit(&m);
        if (r >= 0)
                r = plan_look_at_host(&m);
        if (r >= 0)
                r = set_health(&m);
        if (r >= 0)
                r = set_renew(&m);
        if (r < 0)
                return plan_make_out_of_memory(reterr);
        for (char *const *id = request->allowed; id && *id; id++)
                (void) finding_list_allow(&m.plan->findings, *id);
        *ret = TAKE(m.plan);
        return 0;
}
