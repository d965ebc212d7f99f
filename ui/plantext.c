/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/plantext.h"

#include <string.h>

#include "base/str.h"

static void blank(struct pager *pager) {
        pager_end(pager);
}

/* The words as they will run. Word for word: nothing is left out, only broken into rows. */
static void argv_lines(struct pager *pager, char *const *argv) {
        _cleanup_free_ char *text = argv_text(argv);
        pager_addf(pager, DOC_STRONG, "  %s", text ? text : "");
}

static bool risk_of_privilege(const struct command *command, const char *option, const char *value) {
        for (size_t i = 0; i < command->n_privileges; i++) {
                const char *rest = str_starts(command->privileges[i].what, option);
                if (rest && (!value || strstr(rest, value)))
                        return true;
        }
        return false;
}

static void risk_line(struct pager *pager, enum risk risk, const char *what, const char *meaning) {
        pager_put(pager, risk == RISK_HIGH ? DOC_BAD : DOC_PLAIN, "  %-6s", risk == RISK_HIGH ? "RISK" : "note");
        pager_put(pager, DOC_PLAIN, "%-20s  %s", what, meaning ? meaning : "");
        pager_end(pager);
}

static void privileges(struct pager *pager, const struct command *command) {
        for (size_t i = 0; i < command->n_privileges; i++)
                if (command->privileges[i].risk != RISK_NONE)
                        risk_line(pager, command->privileges[i].risk, command->privileges[i].what,
                                  command->privileges[i].meaning);
}

static void mounts(struct pager *pager, const struct command *command) {
        if (!command->n_mounts)
                return;
        pager_addf(pager, DOC_STRONG, "  It sees of this host");
        for (size_t i = 0; i < command->n_mounts; i++) {
                const struct mount *m = &command->mounts[i];
                bool missing = !m->volume && m->exists == EXISTS_NO;
                pager_put(pager, m->risk == RISK_HIGH ? DOC_BAD : DOC_PLAIN, "    %-10s", m->mode == MOUNT_RO ? "reads" : "writes");
                pager_put(pager, DOC_PLAIN, "%-22s  as %s", str_empty(m->host) ? "(nothing)" : m->host, m->container);
                if (!str_empty(m->options))
                        pager_put(pager, DOC_PLAIN, " (%s)", m->options);
                if (m->volume)
                        pager_put(pager, DOC_PLAIN, ", a volume of the engine");
                if (missing)
                        pager_put(pager, DOC_WARN, ", is missing on this host now");
                pager_end(pager);
        }
}

static void options(struct pager *pager, const struct command *command) {
        bool head = false;
        for (size_t i = 0; i < command->n_options; i++) {
                const struct option_use *o = &command->options[i];
                /* Mounts have their own list, and what is a privilege was said above. */
                if (str_equal(o->canonical, "--volume") || str_equal(o->canonical, "--mount") ||
                    risk_of_privilege(command, o->option, o->value))
                        continue;
                if (!head)
                        pager_addf(pager, DOC_STRONG, "  Its other options");
                head = true;
                _cleanup_free_ char *what =
                        str_printf("%s%s%s", o->option, o->value ? o->words == 1 ? "=" : " " : "", o->value ? o->value : "");
                pager_put(pager, o->meaning ? DOC_PLAIN : DOC_WARN, "    %-22s  %s", what ? what : o->option,
                          o->meaning ? o->meaning : "not known to fairlead");
                pager_end(pager);
        }
}

void plantext_command(struct pager *pager, const struct command *command) {
        argv_lines(pager, command->argv);
        blank(pager);
        privileges(pager, command);
        if (command->n_privileges)
                blank(pager);
        mounts(pager, command);
        options(pager, command);
}

void plantext_findings(struct pager *pager, const struct finding_list *findings) {
        if (!findings->n)
                return;
        pager_addf(pager, DOC_STRONG, "Findings");
        for (size_t pass = 0; pass < 3; pass++)
                for (size_t i = 0; i < findings->n; i++) {
                        const struct finding *f = &findings->items[i];
                        static const enum severity order[] = { SEVERITY_BLOCK, SEVERITY_WARN, SEVERITY_INFO };
                        static const char *const words[] = { "REFUSED", "WARN", "note" };
                        static const uint8_t marks[] = { DOC_BAD, DOC_WARN, DOC_PLAIN };
                        if (f->severity != order[pass])
                                continue;
                        pager_put(pager, marks[pass], "  %-9s", f->allowed ? "allowed" : words[pass]);
                        pager_put(pager, DOC_PLAIN, "%s%s%s", f->where ? f->where : "", f->where ? ": " : "", f->message);
                        pager_put(pager, DOC_DIM, " [%s]", f->id);
                        pager_end(pager);
                        if (f->hint)
                                pager_addf(pager, DOC_PLAIN, "           -> %s", f->hint);
                }
        blank(pager);
}

static const char *verb_sentence(const struct plan *plan, bool high) {
        switch (plan->verb) {
        case VERB_INSTALL:
                return high ? "The installer runs once, with power over this host" : "The installer runs once";
        case VERB_UNINSTALL:
                return high ? "The uninstaller runs once, with power over this host" : "The uninstaller runs once";
        case VERB_UPGRADE:
                return "The upgrade runs once";
        case VERB_STOP:
                return "To stop it this runs";
        default:
                return high ? "This runs, with power over this host" : "This runs";
        }
}

static bool any_high(const struct command *command) {
        for (size_t i = 0; i < command->n_privileges; i++)
                if (command->privileges[i].risk == RISK_HIGH)
                        return true;
        return false;
}

static void unit_lines(struct pager *pager, const struct plan *plan) {
        const struct unit_file *unit = &plan->unit;
        if (plan->verb != VERB_INSTALL && plan->verb != VERB_UPGRADE)
                return;
        pager_addf(pager, DOC_STRONG, "The unit");
        switch (unit->kind) {
        case UNIT_BY_IMAGE:
                pager_addf(pager, DOC_PLAIN, "  The installer writes its own unit; which one is seen when it has run.");
                break;
        case UNIT_QUADLET:
        case UNIT_SERVICE:
                pager_addf(pager, DOC_PLAIN, "  Then %s is written, enabled and started as %s.", unit->path, unit->name);
                if (unit->overrides)
                        pager_addf(pager, DOC_WARN, "  It takes the place of the host's own %s.", unit->overrides);
                break;
        default:
                pager_addf(pager, DOC_PLAIN, "  None: the image does not say how to run as a service.");
        }
        if (plan->run) {
                pager_addf(pager, DOC_PLAIN, "  It runs");
                plantext_command(pager, plan->run);
        }
        blank(pager);
}

static void kept_safe(struct pager *pager, const struct plan *plan) {
        size_t n = strv_length(plan->paths);
        if (!n)
                return;
        pager_addf(pager, DOC_STRONG, "Kept safe");
        pager_put(pager, DOC_PLAIN, "  Saved first: ");
        for (size_t i = 0; i < n; i++)
                pager_put(pager, DOC_PLAIN, "%s%s", i ? ", " : "", plan->paths[i]);
        pager_put(pager, DOC_PLAIN, ". Failure, cancel or uninstall puts them back exactly.");
        pager_end(pager);
        if (plan->verb == VERB_INSTALL)
                pager_addf(pager, DOC_PLAIN, plan->uninstall ? "  Uninstall also runs the image's own UNINSTALL label:"
                                                             : "  The image has no UNINSTALL label; none is needed.");
        if (plan->verb == VERB_INSTALL && plan->uninstall) {
                _cleanup_free_ char *text = argv_text(plan->uninstall->argv);
                pager_addf(pager, DOC_PLAIN, "    %s", text ? text : "");
        }
        blank(pager);
}

static const char *title_of(const struct profile *profile, const char *name) {
        const struct param *p = profile ? profile_param(profile, name) : NULL;
        return p ? p->title : name;
}

void plantext_answers(struct pager *pager, const struct plan *plan, const struct profile *profile) {
        pager_addf(pager, DOC_STRONG, "Answers");
        pager_addf(pager, DOC_PLAIN, "  %-18s  %s", "Service", plan->name);
        if (plan->mode)
                pager_addf(pager, DOC_PLAIN, "  %-18s  %s", "Mode", plan->mode_title ? plan->mode_title : plan->mode);
        for (size_t i = 0; plan->answers && i < plan->answers->n; i++) {
                const struct answer *a = &plan->answers->items[i];
                pager_put(pager, DOC_PLAIN, "  %-18s  %s", title_of(profile, a->name), str_empty(a->value) ? "-" : a->value);
                if (a->source)
                        pager_put(pager, DOC_DIM, "  (%s)", a->source);
                pager_end(pager);
        }
        for (size_t i = 0; i < plan->n_secrets; i++)
                pager_addf(pager, DOC_PLAIN, "  %-18s  <secret>, handed over by %s", title_of(profile, plan->secrets[i].name),
                           delivery_name(plan->secrets[i].delivery));
        blank(pager);
}

void plantext_plan(struct pager *pager, const struct plan *plan) {
        if (finding_list_count(&plan->findings, SEVERITY_BLOCK)) {
                pager_addf(pager, DOC_BAD, "This cannot be carried out: see the findings marked REFUSED.");
                blank(pager);
                plantext_findings(pager, &plan->findings);
        }
        if (plan->command) {
                pager_addf(pager, DOC_STRONG, "%s", verb_sentence(plan, any_high(plan->command)));
                if (plan->host_command)
                        pager_addf(pager, DOC_BAD, "  This is a program of the host, not a container: it needs a consent of its own.");
                plantext_command(pager, plan->command);
        } else
                pager_addf(pager, DOC_PLAIN, "The image has no label for this: no command of it is run.");
        blank(pager);
        if (!finding_list_count(&plan->findings, SEVERITY_BLOCK))
                plantext_findings(pager, &plan->findings);
        unit_lines(pager, plan);
        kept_safe(pager, plan);
        pager_addf(pager, DOC_STRONG, "Where it comes from");
        pager_addf(pager, DOC_PLAIN, "  Image   %s", plan->image);
        if (plan->digest)
                pager_addf(pager, DOC_PLAIN, "  %s", plan->digest);
        else
                pager_addf(pager, DOC_PLAIN, "  No digest is known: its id %s stands for it", plan->image_id ? plan->image_id : "?");
        if (plan->label_key)
                pager_addf(pager, DOC_PLAIN, "  Label   %s=%s", plan->label_key, plan->label);
        if (plan->profile)
                pager_addf(pager, DOC_PLAIN, "  Profile %s", plan->profile);
}
