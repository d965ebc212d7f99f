/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <strings.h>

#include "base/text.h"
#include "model/command/lint.h"
#include "model/plan/internal.h"

static void making_done(struct making *m) {
        plan_free(m->plan);
        label_list_done(&m->variables);
        STRV_FREE_ALL(m->words, m->volume_words, m->engine_words);
}

/* ---- image and service ---- */

static int set_image(struct making *m, struct error **reterr) {
        const struct plan_request *q = m->request;
        struct plan *plan = m->plan;
        struct image_pin *pin = &plan->pin;
        const char *reference = q->reference ? q->reference : image_reference(q->image);
        if (!reference || !reference_valid(reference)) {
                error_set(reterr, -EINVAL, "\"%s\" is not a reference of an image",
                          reference ? reference : "");
                error_hint(reterr, "Write it like registry.example.com/folder/name:tag");
                return -EINVAL;
        }
        *pin = (struct image_pin) {
                .reference = xstrdup(reference),
                .image = q->pinned ? image_pinned(q->image, reference) : xstrdup(reference),
                .image_id = xstrdup(q->image->id),
                .digest = xstrdup(q->image->digest),
                .version = xstrdup(image_version(q->image)),
                .title = xstrdup(image_summary(q->image)),
                .source = xstrdup(q->source),
                .fetch = q->source && !q->here ? q->image->size : 0,
        };
        if (plan_sets_up(plan->verb))
                label_list_of(q->image, &pin->labels);

        plan->name = q->name ? xstrdup(q->name) : reference_default_name(reference);
        if (plan->name && service_name_valid(plan->name))
                return 0;
        if (plan->name)
                error_set(reterr, -EINVAL, "\"%s\" cannot be the name of a service", plan->name);
        else
                error_set(reterr, -EINVAL, "No name for the service can be made of \"%s\"", reference);
        error_hint(reterr, "--name, with small letters, digits, - _ and ., at most 63, a letter or digit "
                           "first");
        return -EINVAL;
}

static int refuse_deletion(struct making *m, struct error **reterr) {
        error_set(reterr, -EINVAL, "%s cannot delete this host's account in the realm",
                  m->plan->pin.reference);
        error_hint(reterr, "Leave without a password; then somebody who may deletes the account on a server "
                           "of the realm");
        return -EINVAL;
}

/* The realm has new keys of this host after each join: the old ones could not be restored. */
static int refuse_membership(struct making *m, struct error **reterr) {
        error_set(reterr, -ENOTSUP, "%s makes this host a member of a realm, and a membership cannot be "
                                    "reconfigured: its keys would change in the realm as well",
                  m->plan->name);
        return error_hint(reterr, "Leave the realm and join it again; who may log in is changed on Realm, or "
                                  "by fairlead realm permit and deny");
}

static int set_mode(struct making *m, struct error **reterr) {
        const struct plan_request *q = m->request;
        struct plan *plan = m->plan;
        m->mode = m->asked = q->profile ? profile_mode(q->profile, q->mode) : NULL;
        if (!m->mode)
                return q->mode ? plan_refuse_name(q->profile, true, q->mode, reterr) : 0;
        plan->given.mode = xstrdup(m->mode->name);
        plan->mode_title = xstrdup(m->mode->title);
        plan->profile = xstrdup(q->profile->source);
        struct join join;
        bool joins = profile_join(q->profile, m->mode, q->answers, &join);
        if (joins && q->service && (plan->verb == VERB_RECONFIGURE || plan->verb == VERB_REHEARSE))
                return refuse_membership(m, reterr);
        if (!joins || (plan->verb != VERB_INSTALL && plan->verb != VERB_UNINSTALL))
                return q->deletes_account ? refuse_deletion(m, reterr) : 0;
        plan->joins = join.kind;
        if (q->deletes_account) {
                if (plan->verb != VERB_UNINSTALL || !m->mode->leave)
                        return refuse_deletion(m, reterr);
                m->asked = m->mode->leave;
                m->asks = plan->deletes_account = true;
        }
        plan->join_domain = xstrdup(join.domain);
        plan->join_server = xstrdup(join.server);
        plan->join_user = xstrdup(join.user);
        return 0;
}

/* The part of the request that the service's record keeps, for an upgrade; and the image before it. */
static void set_given(struct making *m) {
        const struct plan_request *q = m->request;
        struct plan *plan = m->plan;
        bool recorded = q->service && (plan_changes_service(plan->verb) || plan->verb == VERB_REHEARSE);
        bool anew = recorded && plan->verb != VERB_UPGRADE && strv_length(q->arguments);
        strv_extend(&plan->given.words, recorded && !anew                    ? q->service->given.words
                                        : anew || plan->verb == VERB_INSTALL ? q->arguments
                                                                             : NULL);
        if (plan->verb == VERB_UNINSTALL && q->service) {
                strv_extend(&plan->volumes, q->service->volumes);
                plan->removes_volumes = q->removes_volumes;
        }
        plan->removes_unit = plan->verb == VERB_UNINSTALL && q->removes_unit;
        strv_extend(&plan->given.set, q->set);
        for (size_t i = 0; i < ELEMENTS(plan->given.opt); i++)
                plan->given.opt[i] = xstrdup(q->opt[i]);
        if (!recorded)
                return;
        plan->from = new0(struct image_pin);
        image_pin_copy(&q->service->pin, plan->from);
        if (!plan->from->image)
                plan->from->image = xstrdup(q->service->pin.reference);
}

/* ---- labels ---- */

/* The exact label; else, as for the verbs, the first whose key differs in case: capitals sort first. */
static const struct label *any_label(const struct image *image, const char *key) {
        const struct label *found = NULL;
        for (size_t i = 0; key && i < image->labels.n; i++) {
                const struct label *l = image->labels.items + i;
                if (strcasecmp(l->key, key) == 0 && (!found || strcmp(l->key, key) == 0))
                        found = l;
        }
        return found;
}

static bool lacks_flag(const struct command *c, const char *canonical) {
        return !plan_has_option(c, canonical, NULL) || plan_has_option(c, canonical, "false");
}

/* The engine keeps no copy of the output of a command that has a secret, as its installer may print it: the
 * journal would have it, and Fairlead's log, which leaves secrets out, has the rest. */
static bool keeps_no_log(const struct making *m, const struct command *c) {
        return m->plan->n_secrets > 0 && STR_IN_SET(c->subcommand, "run", "create");
}

static bool is_log_word(const struct command *c, size_t word) {
        for (size_t i = 0; i < c->n_options; i++) {
                const struct option_use *o = c->options + i;
                if (STR_IN_SET(o->canonical, "--log-driver", "--log-opt") && word >= o->word &&
                    word < o->word + o->words)
                        return true;
        }
        return false;
}

/* A label on its way to a command. */
struct filled_label {
        const char *key;
        struct recipe *recipe;
        char **argv;
        struct word_origin *origins;
};

static void filled_label_done(struct filled_label *f) {
        recipe_free(f->recipe);
        strv_free(f->argv);
        free(f->origins);
}

/* Puts extra before the image. without_log: leaves the words out that say where its output is logged. */
static void insert_words(struct filled_label *f, const struct command *c, char **extra, bool without_log) {
        size_t n = strv_length(f->argv), more = strv_length(extra);
        _cleanup_strv_ char **made = NULL;
        struct word_origin *origins = xreallocarray(NULL, n + more, sizeof *origins);
        for (size_t i = 0, k = 0; i < n; i++) {
                if (i == c->operand) {
                        strv_extend(&made, extra);
                        for (size_t j = 0; j < more; j++)
                                origins[k++] = (struct word_origin) {};
                }
                if (without_log && is_log_word(c, i))
                        continue;
                strv_add(&made, f->argv[i]);
                origins[k++] = f->origins[i];
        }
        strv_free(f->argv);
        free(f->origins);
        f->argv = TAKE(made);
        f->origins = origins;
}

/* Inserts the answers' engine words before the image. */
static void insert_engine_words(struct making *m, struct filled_label *f) {
        _cleanup_command_ struct command *probe =
                command_read(f->key, f->argv, m->engine, m->engine_path, NULL);
        _cleanup_strv_ char **extra = NULL;
        bool engine = probe->engine != ENGINE_NONE; /* a program of the host inherits terminal and input */
        if (engine && m->wants_terminal && lacks_flag(probe, "--tty"))
                strv_add(&extra, "-t");
        if (engine && (m->wants_stdin || m->wants_terminal) && lacks_flag(probe, "--interactive"))
                strv_add(&extra, "-i");
        strv_extend(&extra, m->engine_words);
        bool no_log = keeps_no_log(m, probe);
        if (no_log)
                strv_add(&extra, "--log-driver=none");
        if (!extra || !*extra)
                return;
        if (!probe->operand) {
                finding_report(&m->plan->findings, "undeliverable-answer", f->key,
                               "Answers go by options of the engine, and this command has no image to put "
                               "them before");
                return;
        }
        insert_words(f, probe, extra, no_log);
}

/* Inserts the mounts of what keeps the state before the image. */
static void insert_volumes(struct making *m, struct filled_label *f) {
        _cleanup_command_ struct command *probe =
                command_read(f->key, f->argv, m->engine, m->engine_path, NULL);
        if (probe->operand && str_equal(probe->subcommand, "run"))
                insert_words(f, probe, m->volume_words, false);
        else
                finding_report(
                        &m->plan->findings, "undeliverable-answer", f->key,
                        "A volume is mounted by an option of the engine, and this command has no image "
                        "to put it before");
}

/* The label that becomes the unit: RUN, or where that is missing the INSTALL that starts a container. */
static bool is_of_unit(const struct making *m, const char *key) {
        return str_equal_nocase(key, command_label_name(LABEL_RUN)) ||
               (m->as_unit && !label_find(m->request->image, LABEL_RUN, NULL) &&
                str_equal_nocase(key, command_label_name(LABEL_INSTALL)));
}

/* plan.json holds only UTF-8: another word would run differently from how it was shown. The label itself is
 * checked already; this is for answers and arguments. */
static void report_not_utf8(const char *key, char *const *argv, struct finding_list *findings) {
        for (size_t i = 0; argv[i]; i++)
                if (!text_is_utf8(argv[i], strlen(argv[i]))) {
                        finding_report(findings, "not-utf8", key, "Word %zu of the command is not UTF-8 text",
                                       i + 1);
                        return;
                }
}

static struct command *read_filled(struct making *m, const struct filled_label *f,
                                   struct finding_list *findings) {
        const struct command_source source = { .where = f->key,
                                               .engine = m->engine,
                                               .engine_path = m->engine_path,
                                               .engine_version = m->facts->engine_version,
                                               .origins = f->origins,
                                               .shell = f->recipe->shell };
        struct command *command = command_read_from(&source, f->argv, findings);
        const struct lint lint = { .key = f->key,
                                   .command = command,
                                   .recipe = f->recipe,
                                   .image = m->request->image,
                                   .filled = m->plan->pin.image,
                                   .name = m->plan->name };
        lint_command(&lint, findings);
        return command;
}

/* Fills a label's text into the command that will run; NULL when nothing remains. */
static struct command *make_command(struct making *m, const struct label *label, bool set_up,
                                    char *const *arguments, struct finding_list *findings) {
        const char *key = label->key;
        _cleanup_(filled_label_done) struct filled_label f = { .key = key };
        _cleanup_strv_ char **words = NULL;
        f.recipe = recipe_parse(key, label->value, findings);
        if (set_up)
                strv_extend(&words, m->words);
        strv_extend(&words, arguments);
        f.argv = recipe_fill(f.recipe, &m->variables, words, findings, &f.origins);
        if (!*f.argv)
                return NULL;
        if (set_up && (m->engine_words || m->wants_stdin || m->wants_terminal || m->plan->n_secrets))
                insert_engine_words(m, &f);
        if (m->volume_words && is_of_unit(m, key))
                insert_volumes(m, &f);
        report_not_utf8(key, f.argv, findings);
        if (!**f.argv) {        /* usually a lost variable; such a plan could be neither run nor read */
                finding_report(findings, "empty-label", key,
                               "The first word of the label %s is empty, so there is no program to run", key);
                return NULL;
        }
        return read_filled(m, &f, findings);
}

/* A label that this verb does not run now: its faults are reported, but do not block. */
static struct command *fill_for_later(struct making *m, enum command_label which) {
        struct finding_list findings = {};
        const struct label *label = label_find(m->request->image, which, &findings);
        struct command *command = label ? make_command(m, label, false, NULL, &findings) : NULL;
        for (size_t i = 0; i < findings.n; i++) {
                const struct finding *f = &findings.items[i];
                finding_add(&m->plan->findings, f->severity == SEVERITY_BLOCK ? SEVERITY_WARN : f->severity,
                            f->id, f->where, f->hint, "%s", f->message);
        }
        finding_list_done(&findings);
        return command;
}

static void fill_own(struct making *m) {
        static const enum command_label labels[_PLAN_VERB_MAX] = {
                [VERB_INSTALL] = LABEL_INSTALL, [VERB_RUN] = LABEL_RUN,
                [VERB_UNINSTALL] = LABEL_UNINSTALL, [VERB_STOP] = LABEL_STOP,
                [VERB_UPGRADE] = LABEL_UPGRADE, [VERB_REHEARSE] = LABEL_INSTALL,
                [VERB_OTHER] = _COMMAND_LABEL_MAX,      /* the request names it */
                [VERB_RECONFIGURE] = LABEL_INSTALL,
        };
        struct plan *plan = m->plan;
        const struct plan_request *q = m->request;
        enum command_label which = labels[plan->verb];
        const struct label *label = which == _COMMAND_LABEL_MAX
                                            ? any_label(q->image, q->label)
                                            : label_find(q->image, which, &plan->findings);
        if (!label)
                return;
        plan->label_key = xstrdup(label->key);
        plan->label = xstrdup(label->value);
        bool set_up = m->asks && (which == LABEL_INSTALL || which == LABEL_RUN || which == LABEL_UNINSTALL);
        /* a service that is set up anew keeps the words of its install */
        char *const *arguments = plan->from && plan->verb != VERB_UPGRADE ? plan->given.words : q->arguments;
        plan->command = make_command(m, label, set_up, arguments, &plan->findings);
        plan->host_command = plan->command && plan->command->engine == ENGINE_NONE;
        if (set_up)
                strv_extend(&plan->arguments, m->words);
        strv_extend(&plan->arguments, arguments);
}

/* The RUN label as the unit will run it. */
static void fill_run(struct making *m) {
        struct plan *plan = m->plan;
        const struct label *label = label_find(m->request->image, LABEL_RUN, &plan->findings);
        if (!label)
                return;
        bool set_up = m->asks && !m->set_up_by_install;
        char *const *arguments = set_up ? plan->given.words : NULL;
        plan->run = make_command(m, label, set_up, arguments, &plan->findings);
        if (set_up)
                strv_extend(&plan->arguments, m->words);
        strv_extend(&plan->arguments, arguments);
        if (set_up && plan->run && (plan->stdin_lines || plan->n_handed || plan->n_secrets))
                finding_report(&plan->findings, "undeliverable-answer", label->key,
                               "Some answers go to an installer by its input or a file, and this image has "
                               "only RUN");
}

static void fill_labels(struct making *m) {
        struct plan *plan = m->plan;
        if (adopt_upgrade(m))
                return;
        fill_own(m);
        if (plan_sets_up(plan->verb)) {
                lint_labels(m->request->image, &m->variables, &plan->findings);
                fill_run(m);
                plan_make_unit_of(m);
                plan->uninstall = fill_for_later(m, LABEL_UNINSTALL);
        }
        if (plan->verb != VERB_STOP && plan->verb != VERB_OTHER)
                plan->stop = fill_for_later(m, LABEL_STOP);
        if (plan->command)
                return;
        if (plan->deletes_account)
                finding_report(&plan->findings, "no-label", "UNINSTALL",
                               "Without a label UNINSTALL nothing can delete this host's account in the "
                               "realm");
        /* Uninstalling and stopping work without a label of that name; the other verbs do not. */
        bool run = plan->verb == VERB_RUN;
        bool needed = plan->verb == VERB_INSTALL || plan->verb == VERB_RECONFIGURE;
        if (run || (needed && !plan->run) || plan->verb == VERB_REHEARSE)
                finding_report(&plan->findings, "no-label", run ? "RUN" : "INSTALL",
                               plan->label_key ? "Nothing is left of the label %s to run"
                                               : "The image has no label %s that could be carried out",
                               plan->label_key ? plan->label_key : run ? "RUN" : "INSTALL or RUN");
}

/* ---- the unit ---- */

/* Replaces all of `old` in text by `new`. The caller frees; NULL: not found. */
static char *replace_all(const char *text, const char *old, const char *new) {
        _cleanup_str_ struct str out = {};
        const char *at = text, *found;
        if (str_empty(old) || !strstr(text, old))
                return NULL;
        for (; (found = strstr(at, old)); at = found + strlen(old)) {
                str_add_bytes(&out, at, (size_t) (found - at));
                str_add(&out, new);
        }
        str_add(&out, at);
        return str_take(&out);
}

/* A unit that the image wrote stays as it is, except for the image name in it: that becomes the new one. */
static void change_unit_of_image(struct making *m) {
        const struct plan_request *q = m->request;
        struct plan *plan = m->plan;
        struct unit_file *unit = &plan->unit;
        unit->kind = UNIT_BY_IMAGE;
        unit->name = xstrdup(q->service->units[0]);
        if (plan->verb != VERB_UPGRADE)
                return; /* the installer writes it again */
        unit->text = q->unit_text ? replace_all(q->unit_text, plan->from->image, plan->pin.image) : NULL;
        if (unit->text) {
                unit->path = xstrdup(q->unit_path);
                return;
        }
        _cleanup_free_ char *where = str_printf("unit %s", unit->name);
        finding_report(&plan->findings, "unit-not-pinned", where,
                       "The unit that the image wrote does not name %s, so it stays as it is%s",
                       plan->from->image, plan->command ? " unless the UPGRADE command changes it" : "");
}

static void set_unit(struct making *m) {
        struct plan *plan = m->plan;
        const struct service *service = plan->from ? m->request->service : NULL;
        bool ours = service && service->files && service->files[0] && !service->adopted;
        struct host_facts facts = *m->facts;
        if (!plan_sets_up(plan->verb))
                return;
        if (service && service->units && service->units[0] && !ours) {
                change_unit_of_image(m);
                return;
        }
        /* An upgrade keeps the kind of file: two of them for one unit would conflict. */
        if (ours)
                facts.quadlet = str_ends(service->files[0], ".container") != NULL;
        plan->unit.kind = plan->command ? UNIT_BY_IMAGE : UNIT_NONE;
        /* A program that needs a terminal is started by people. */
        if (!plan->run || plan->run->engine == ENGINE_NONE || plan->run->interactive) {
                if (ours)
                        finding_report(&plan->findings, "unit-unwritable", "RUN",
                                       "The unit cannot be changed: this image has no RUN command that "
                                       "systemd can supervise");
                return;
        }
        _cleanup_error_ struct error *e = NULL;
        if (unit_file_make(plan->name, image_summary(m->request->image), plan->run, plan->stop,
                           plan->environment, &facts, &plan->unit, &e) < 0)
                finding_report(&plan->findings, "unit-unwritable", "RUN", "%s", e->message);
        else
                supervision_report(m);
        const char *now = ours && facts.quadlet && plan->unit.text ? m->request->unit_text : NULL;
        if (now && !unit_text_is_wanted(now)) { /* it was disabled, and stays so */
                char *text = unit_text_want(plan->unit.text, false);
                free(plan->unit.text);
                plan->unit.text = text;
        }
        if (ours && plan->verb == VERB_RECONFIGURE)
                plan->unit.was = xstrdup(m->request->unit_text);
}

int plan_make(const struct plan_request *request, struct plan **ret, struct error **reterr) {
        static const struct host_facts nothing;
        const struct host_facts *facts = request->facts ? request->facts : &nothing;
        _cleanup_(making_done) struct making m = { .request = request, .facts = facts };
        m.plan = new0(struct plan);
        m.plan->verb = request->verb;
        m.engine = facts->engine == ENGINE_NONE ? ENGINE_PODMAN : facts->engine;
        m.engine_path = facts->engine_path ? facts->engine_path : engine_kind_name(m.engine);
        m.set_up_by_install = label_find(request->image, LABEL_INSTALL, NULL);
        bool fills_run = request->verb == VERB_RUN || (request->verb == VERB_UPGRADE && request->service);
        m.asks = request->verb == VERB_INSTALL || request->verb == VERB_REHEARSE ||
                 request->verb == VERB_RECONFIGURE || (fills_run && !m.set_up_by_install);
        if (request->verb == VERB_OTHER && !any_label(request->image, request->label))
                return error_set(reterr, -EINVAL, "The image has no label %s",
                                 request->label ? request->label : "");
        int r = set_image(&m, reterr);
        if (r < 0)
                return r;
        r = set_mode(&m, reterr);
        if (r < 0)
                return r;
        set_given(&m);
        r = plan_read_answers(&m, reterr);
        if (r < 0)
                return r;
        fill_labels(&m);
        if (request->verb == VERB_REHEARSE)
                plan_rehearse(&m);
        plan_set_environment(&m);
        set_unit(&m);
        plan_report_outcome(&m);
        plan_look_at_host(&m);
        plan_set_exec(&m);
        plan_report_altered(&m);
        for (char *const *id = request->allowed; id && *id; id++)
                finding_list_allow(&m.plan->findings, *id);
        *ret = TAKE(m.plan);
        return 0;
}
