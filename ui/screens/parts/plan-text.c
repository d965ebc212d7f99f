/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/plan-text.h"

#include <ctype.h>

#include "base/text.h"
#include "model/plan/drop-in.h"

#define DIGEST_HEX 64U
#define DIGEST_SHOWN 12U

/* "sha256:7aff8f1a01c3…" for each digest in the text, in place. Takes text. */
static char *plan_text_shorten(char *text, bool brief) {
        for (char *at = text; brief && (at = strstr(at, "sha256:"));) {
                at += strlen("sha256:");
                if (strspn(at, "0123456789abcdef") < DIGEST_HEX)
                        continue;
                char *cut = stpcpy(at + DIGEST_SHOWN, "…");
                memmove(cut, at + DIGEST_HEX, strlen(at + DIGEST_HEX) + 1);
        }
        return text;
}

/* The words that will run: all of them, only broken into rows. */
static void plan_text_argv(struct pager *pager, uint8_t mark, const char *indent, char *const *argv,
                           bool brief) {
        _cleanup_free_ char *text = plan_text_shorten(argv_text(argv), brief);
        pager_addf(pager, mark, "%s%s", indent, text);
}

/* A thing and its meaning, in two columns; a long thing has a row of its own. */
static void plan_text_meaning(struct pager *pager, size_t indent, size_t width, uint8_t mark,
                              const char *what, const char *meaning) {
        pager_put(pager, mark, "%-*s", (int) width, what);
        if (text_width(what) > width) {
                pager_end(pager);
                pager_put(pager, DOC_PLAIN, "%*s", (int) (indent + width), "");
        }
        pager_put(pager, mark, "  %s", meaning);
        pager_end(pager);
}

static bool plan_text_is_privilege(const struct command *command, const char *option, const char *value) {
        for (size_t i = 0; i < command->n_privileges; i++) {
                const char *rest = str_starts(command->privileges[i].what, option);
                if (rest && (!value || strstr(rest, value)))
                        return true;
        }
        return false;
}

static void plan_text_privileges(struct pager *pager, const struct command *command) {
        for (size_t i = 0; i < command->n_privileges; i++) {
                const struct privilege *p = &command->privileges[i];
                if (p->risk == RISK_NONE)
                        continue;
                bool high = p->risk == RISK_HIGH;
                pager_put(pager, high ? DOC_BAD : DOC_PLAIN, "  %-6s", high ? "RISK" : "note");
                plan_text_meaning(pager, 8, 20, DOC_PLAIN, p->what, p->meaning ? p->meaning : "");
        }
        if (command->n_privileges)
                pager_end(pager);
}

static void plan_text_mounts(struct pager *pager, const struct command *command) {
        if (!command->n_mounts)
                return;
        pager_addf(pager, DOC_STRONG, "  Files of this host that it sees");
        for (size_t i = 0; i < command->n_mounts; i++) {
                const struct mount *m = &command->mounts[i];
                pager_put(pager, m->risk == RISK_HIGH ? DOC_BAD : DOC_PLAIN, "    %-10s",
                          m->mode == MOUNT_RO ? "reads" : "writes");
                pager_put(pager, DOC_PLAIN, "%-22s  as %s", str_empty(m->host) ? "(nothing)" : m->host,
                          m->container);
                if (!str_empty(m->options))
                        pager_put(pager, DOC_PLAIN, " (%s)", m->options);
                if (m->volume)
                        pager_put(pager, DOC_PLAIN, ", a volume of the engine");
                else if (m->exists == EXISTS_NO)
                        pager_put(pager, DOC_WARN, ", missing on this host");
                pager_end(pager);
        }
}

static void plan_text_options(struct pager *pager, const struct command *command, bool brief) {
        bool head = false;
        for (size_t i = 0; i < command->n_options; i++) {
                const struct option_use *o = &command->options[i];
                /* Mounts have their own list, and privileges were shown above. */
                if (STR_IN_SET(o->canonical, "--volume", "--mount") ||
                    plan_text_is_privilege(command, o->option, o->value))
                        continue;
                if (!head)
                        pager_addf(pager, DOC_STRONG, "  Its other options");
                head = true;
                _cleanup_free_ char *what = !o->value       ? xstrdup(o->option)
                                            : o->words == 1 ? str_printf("%s=%s", o->option, o->value)
                                                            : str_printf("%s %s", o->option, o->value);
                pager_put(pager, DOC_PLAIN, "    ");
                plan_text_meaning(pager, 4, 22, o->meaning ? DOC_PLAIN : DOC_WARN,
                                  plan_text_shorten(what, brief),
                                  o->meaning ? o->meaning : "not known to fairlead");
        }
}

void plan_text_error(struct pager *pager, uint8_t mark, const struct error *e) {
        pager_addf(pager, mark, "%s", e->message);
        if (e->hint)
                pager_addf(pager, DOC_PLAIN, "  -> %s", e->hint);
        for (const struct error *cause = e->cause; cause; cause = cause->cause)
                pager_addf(pager, DOC_PLAIN, "  because: %s", cause->message);
}

void plan_text_command(struct pager *pager, const struct command *command, bool brief) {
        plan_text_argv(pager, DOC_STRONG, "  ", command->argv, brief);
        pager_end(pager);
        plan_text_privileges(pager, command);
        plan_text_mounts(pager, command);
        plan_text_options(pager, command, brief);
}

void plan_text_findings(struct pager *pager, const struct finding_list *findings) {
        if (!findings->n)
                return;
        static const struct {
                const char *word;
                uint8_t mark;
        } severities[_SEVERITY_MAX] = {
                [SEVERITY_BLOCK] = { "BLOCK", DOC_BAD },
                [SEVERITY_WARN] = { "WARN", DOC_WARN },
                [SEVERITY_INFO] = { "note", DOC_PLAIN },
        };
        pager_addf(pager, DOC_STRONG, "Findings");
        for (size_t severity = _SEVERITY_MAX; severity-- > 0;)
                for (size_t i = 0; i < findings->n; i++) {
                        const struct finding *f = &findings->items[i];
                        if (f->severity != severity)
                                continue;
                        pager_put(pager, severities[severity].mark, "  %-9s",
                                  f->allowed ? "allowed" : severities[severity].word);
                        if (f->where)
                                pager_put(pager, DOC_PLAIN, "%s: ", f->where);
                        pager_put(pager, DOC_PLAIN, "%s", f->message);
                        pager_put(pager, DOC_DIM, " [%s]", f->id);
                        pager_end(pager);
                        if (f->hint)
                                pager_addf(pager, DOC_PLAIN, "           -> %s", finding_hint_on_screen(f));
                }
        pager_end(pager);
}

/* How the command of a verb runs, also with full access to this host. */
static const struct {
        const char *runs, *with_access;
} plan_text_verbs[_PLAN_VERB_MAX] = {
        [VERB_INSTALL] = { "The installer runs once",
                           "The installer runs once, with full access to this host" },
        [VERB_UNINSTALL] = { "The uninstaller runs once",
                             "The uninstaller runs once, with full access to this host" },
        [VERB_UPGRADE] = { "The upgrade runs once" },
        [VERB_RECONFIGURE] = { "The installer runs again",
                               "The installer runs again, with full access to this host" },
        [VERB_REHEARSE] = { "The installer runs once, on a copy of the host's files that is thrown away" },
        [VERB_STOP] = { "This runs to stop it" },
        [VERB_RENEW] = { "This makes new keys for this host, in the realm and in /etc/krb5.keytab" },
        [VERB_RUN] = { "This runs", "This runs, with full access to this host" },
        [VERB_OTHER] = { "This runs", "This runs, with full access to this host" },
};

static void plan_text_effect(struct pager *pager, const struct plan *plan, bool brief) {
        const char *with_access = plan_text_verbs[plan->verb].with_access;
        const struct command *command = plan->command;
        if (!command) {
                pager_addf(pager, DOC_PLAIN, "%s", plan_no_command(plan->verb));
                return;
        }
        /* the highest risk comes first */
        bool high = command->n_privileges && command->privileges[0].risk == RISK_HIGH;
        pager_addf(pager, DOC_STRONG, "%s",
                   high && with_access ? with_access : plan_text_verbs[plan->verb].runs);
        if (plan->host_command)
                pager_addf(pager, DOC_BAD, "  This is a program of the host, not a container: it needs a "
                                           "consent of its own.");
        plan_text_command(pager, command, brief);
}

static void plan_text_lines(struct pager *pager, char *const *lines) {
        for (; lines && *lines; lines++)
                pager_addf(pager, **lines == '+' ? DOC_GOOD : DOC_WARN, "  %s", *lines);
}

static void plan_text_unit_lines(struct pager *pager, const struct unit_file *unit) {
        _cleanup_strv_ char **lines = plan_unit_lines(unit);
        if (unit->was && !lines)
                pager_addf(pager, DOC_PLAIN, "  Its file stays as it is.");
        plan_text_lines(pager, lines);
}

static void plan_text_unit(struct pager *pager, const struct plan *plan, bool brief) {
        const struct unit_file *unit = &plan->unit;
        if (plan->verb == VERB_REHEARSE || (!plan_sets_up(plan->verb) && plan->verb != VERB_ADOPT))
                return;         /* a rehearsal ends where its command does */
        pager_addf(pager, DOC_STRONG, "The unit");
        switch (unit->kind) {
        case UNIT_BY_IMAGE:
                if (plan->from)
                        pager_addf(pager, DOC_PLAIN,
                                   unit->text
                                           ? "  %s names the new image from then on, and else stays as it is."
                                   : plan->verb == VERB_UPGRADE
                                           ? "  %s stays as it is, and is started again."
                                           : "  %s is as the installer leaves it, and is started again.",
                                   unit->name ? unit->name : "It");
                else
                        pager_addf(pager, DOC_PLAIN, "  The one that the installer makes, seen when it has "
                                                     "run; if it makes none, there is none.");
                break;
        case UNIT_QUADLET:
        case UNIT_SERVICE:
                pager_addf(pager, DOC_PLAIN,
                           plan->from      ? "  Then %s is changed, and %s is started again."
                           : plan->command ? "  If the installer makes none, %s is written, enabled and "
                                             "started as %s."
                                           : "  Then %s is written, enabled and started as %s.",
                           unit->path, unit->name);
                plan_text_unit_lines(pager, unit);
                if (unit->overrides)
                        pager_addf(pager, DOC_WARN, "  It replaces the host's own %s.", unit->overrides);
                break;
        default:
                if (plan->verb == VERB_ADOPT)
                        pager_addf(pager, DOC_PLAIN, "  %s stays as it is.", plan->host_unit);
                else
                        pager_addf(pager, DOC_PLAIN, plan->run && plan->run->interactive
                                                     ? "  None: RUN asks for a terminal."
                                                     : "  None: the image does not say how to run as a "
                                                       "service.");
        }
        if (plan->run) {
                pager_addf(pager, DOC_PLAIN, unit->kind == UNIT_NONE && plan->verb != VERB_ADOPT
                                                     ? "  At a terminal, people run"
                                                                     : "  It runs");
                plan_text_command(pager, plan->run, brief);
        }
        pager_end(pager);
}

/* The volumes that hold the state of the service. */
static void plan_text_volumes(struct pager *pager, const struct plan *plan) {
        if (!plan->volumes)
                return;
        bool uninstall = plan->verb == VERB_UNINSTALL;
        pager_addf(pager, DOC_STRONG, "Its state");
        for (char **volume = plan->volumes; *volume; volume++) {
                int n = (int) strcspn(*volume, ":");
                const char *place = (*volume)[n] ? *volume + n + 1 : "-";
                if (uninstall && plan->removes_volumes)
                        pager_addf(pager, DOC_BAD, "  The volume %.*s is removed for good.", n, *volume);
                else if (uninstall)
                        pager_addf(pager, DOC_PLAIN, "  The volume %.*s is kept; v removes it, too.", n,
                                   *volume);
                else
                        pager_addf(pager, DOC_PLAIN,
                                   "  What it writes to %s is kept in the volume %.*s, also behind an "
                                   "uninstall unless its removal is asked for.",
                                   place, n, *volume);
        }
        pager_end(pager);
}

static void plan_text_saved(struct pager *pager, const struct plan *plan, bool brief) {
        _cleanup_strv_ char **saved = plan_saved(plan);
        _cleanup_free_ char *paths = saved ? strv_join(saved, ", ") : NULL;
        if (!paths)
                return;
        pager_addf(pager, DOC_STRONG, "Saved before anything runs");
        pager_addf(pager, DOC_PLAIN, "  %s. A failure, cancel or uninstall restores them exactly.",
                   paths);
        if (plan->verb == VERB_INSTALL && plan->uninstall) {
                pager_addf(pager, DOC_PLAIN, "  Uninstall also runs the image's own UNINSTALL label:");
                plan_text_argv(pager, DOC_PLAIN, "    ", plan->uninstall->argv, brief);
        } else if (plan->verb == VERB_INSTALL)
                pager_addf(pager, DOC_PLAIN, "  The image has no UNINSTALL label; none is needed.");
        pager_end(pager);
}

static void plan_text_fact(struct pager *pager, const char *title, const char *value, const char *source) {
        if (str_empty(value))
                return;
        pager_put(pager, DOC_PLAIN, "  %-18s  %s", title, value);
        if (source)
                pager_put(pager, DOC_DIM, "  (%s)", source);
        pager_end(pager);
}

static void plan_text_answer(struct pager *pager, const struct answer *a) {
        plan_text_fact(pager, a->title ? a->title : a->name, a->shown ? a->shown : a->value, a->source);
}

void plan_text_answers(struct pager *pager, const struct plan *plan, const struct profile *profile,
                       const struct mode *leave) {
        const struct answers none = {}, *answers = plan->given.answers ? plan->given.answers : &none;
        pager_addf(pager, DOC_STRONG, "Answers");
        if (!leave) {
                plan_text_fact(pager, "Service", plan->name, NULL);
                plan_text_fact(pager, "Mode", plan->mode_title ? plan->mode_title : plan->given.mode, NULL);
        }
        /* First in the order of the questions, then those unknown to the profile. */
        for (size_t i = 0; profile && i < profile->n_parameters; i++)
                for (size_t k = 0; k < answers->n && mode_asks(leave, &profile->parameters[i]); k++)
                        if (str_equal(answers->items[k].name, profile->parameters[i].name))
                                plan_text_answer(pager, &answers->items[k]);
        for (size_t k = 0; k < answers->n && !leave; k++)
                if (!profile || !profile_param(profile, answers->items[k].name))
                        plan_text_answer(pager, &answers->items[k]);
        for (size_t i = 0; i < plan->n_secrets; i++) {
                const struct secret_use *secret = &plan->secrets[i];
                pager_addf(pager, DOC_PLAIN, "  %-18s  <secret>, %s",
                           secret->title ? secret->title : secret->name, delivery_words(secret->delivery));
        }
        pager_end(pager);
}

void plan_text_realm(struct pager *pager, const struct realm *realm, const struct join *join,
                    const char *hostname) {
        if (realm->kind != REALM_AD && realm->kind != REALM_IPA)
                return;
        pager_addf(pager, DOC_STRONG, "Discovered, not asked");
        plan_text_fact(pager, "Realm", realm->realm,
                       realm->kind == REALM_AD ? "from the domain controller" : "from the server");
        plan_text_fact(pager, "Short name", realm->netbios, "from the domain controller");
        plan_text_fact(pager, "Site of this host", realm->site, "from the domain controller");
        if (!join->server)
                plan_text_fact(pager, "Server", realm->best, "first server of the DNS to answer");
        _cleanup_free_ char *computer = realm->kind == REALM_AD && !join->computer_name
                                                ? xstrndup(hostname, strcspn(hostname, "."))
                                                : NULL;
        for (char *c = computer; c && *c; c++)
                *c = (char) toupper((unsigned char) *c);
        plan_text_fact(pager, "Computer name", computer, "from this host's name");
        pager_end(pager);
}

/* An upgrade: both versions, and their labels side by side, word by word. */
static void plan_text_upgrade(struct pager *pager, const struct plan *plan) {
        const struct image_pin *from = plan->from;
        if (!from || plan->verb != VERB_UPGRADE)
                return;
        struct label_changes changes = label_changes_make(&from->labels, &plan->pin.labels);
        if (plan->pin.version && from->version)
                pager_addf(pager, DOC_STRONG, "Version %s replaces %s", plan->pin.version, from->version);
        else
                pager_addf(pager, DOC_STRONG, "A newer image replaces the installed one");
        pager_addf(pager, DOC_PLAIN, "  Its labels, with [-what goes-] and {+what comes+}:");
        for (size_t i = 0; i < changes.n; i++) {
                const struct label_change *change = &changes.items[i];
                _cleanup_free_ char *text = label_change_text(change);
                pager_addf(pager, change->difference == DIFFERENCE_SAME ? DOC_PLAIN : DOC_WARN,
                           change->n ? "  %-10s %s: %s" : "  %-10s %s%s", change->key,
                           difference_name(change->difference), change->n ? text : "");
        }
        pager_addf(pager, DOC_PLAIN, "  If it does not pass its check, the old image is restored "
                                     "automatically.");
        label_changes_done(&changes);
        pager_end(pager);
}

static void plan_text_file(struct pager *pager, const struct plan_file *file) {
        _cleanup_strv_ char **lines = plan_file_lines(file);
        bool edit = drop_in_path_valid(file->path);
        pager_addf(pager, DOC_STRONG, edit ? "%s." : "%s", file->sentence ? file->sentence : "");
        pager_end(pager);
        pager_addf(pager, DOC_PLAIN, edit ? "In %s:" : "In %s, and its service is restarted:", file->path);
        plan_text_lines(pager, lines);
}

void plan_text_plan(struct pager *pager, const struct plan *plan, bool brief) {
        bool blocked = finding_list_count(&plan->findings, SEVERITY_BLOCK);
        /* Reasons that block a plan, limits of a copy, and the fate of an account in a realm come first. */
        bool first = blocked || plan->verb == VERB_REHEARSE || plan->verb == VERB_ACCESS ||
                     (plan->verb == VERB_UNINSTALL && plan->joins != REALM_NONE);
        if (blocked) {
                pager_addf(pager, DOC_BAD, "This plan is blocked: see the findings marked BLOCK.");
                pager_end(pager);
        }
        if (first)
                plan_text_findings(pager, &plan->findings);
        bool short_of_all =
                plan_sets_up(plan->verb) || plan->verb == VERB_UNINSTALL || plan->verb == VERB_ADOPT;
        _cleanup_strv_ char **summary = short_of_all ? plan_summary(plan) : NULL;
        if (summary)
                pager_addf(pager, DOC_STRONG, "In short");
        for (char **line = summary; line && *line; line++)
                pager_addf(pager, DOC_PLAIN, "  %s", *line);
        if (summary)
                pager_end(pager);
        plan_text_upgrade(pager, plan);
        if (plan->file.text)
                plan_text_file(pager, &plan->file);
        else
                plan_text_effect(pager, plan, brief);
        pager_end(pager);
        if (!first)
                plan_text_findings(pager, &plan->findings);
        plan_text_unit(pager, plan, brief);
        plan_text_volumes(pager, plan);
        plan_text_saved(pager, plan, brief);
        if (plan->verb == VERB_EDIT)
                return;
        pager_addf(pager, DOC_STRONG, "Where it comes from");
        pager_addf(pager, DOC_PLAIN, "  Image   %.*s", (int) strcspn(plan->pin.image, "@"), plan->pin.image);
        if (plan->pin.digest)
                pager_addf(pager, DOC_PLAIN, "  %s", plan->pin.digest);
        else
                pager_addf(pager, DOC_PLAIN, "  No digest is known; it is pinned by its id %s",
                           plan->pin.image_id ? plan->pin.image_id : "?");
        if (plan->pin.source && plan->pin.fetch) {
                char size[16];
                pager_addf(pager, DOC_PLAIN, "  From    %s, %s to fetch", plan->pin.source,
                           text_size(size, plan->pin.fetch));
        } else if (plan->pin.source)
                pager_addf(pager, DOC_PLAIN, "  From    %s", plan->pin.source);
        if (plan->label_key)
                pager_addf(pager, DOC_PLAIN, "  Label   %s=%s", plan->label_key, plan->label);
        if (plan->profile)
                pager_addf(pager, DOC_PLAIN, "  Profile %s", plan->profile);
}
