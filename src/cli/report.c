/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/report.h"

#include <time.h>

#include "base/text.h"
#include "cli/out.h"
#include "model/plan/drop-in.h"

static const char *const severity_words[_SEVERITY_MAX] = {
        [SEVERITY_INFO] = "note",
        [SEVERITY_WARN] = "warn",
        [SEVERITY_BLOCK] = "block",
};

const char *const report_verdicts[_VERDICT_MAX] = { "...", "OK", "WARN", "FAIL" };

const char *report_severity(enum severity severity) {
        return severity_words[severity];
}

void report_findings(const struct finding_list *findings) {
        for (int severity = SEVERITY_BLOCK; severity >= 0; severity--)
                for (size_t i = 0; i < findings->n; i++) {
                        const struct finding *f = &findings->items[i];
                        if ((int) f->severity != severity)
                                continue;
                        out("  %-6s %s: %s [%s]%s\n", severity_words[severity], f->where ? f->where : "plan",
                            f->message, f->id, f->allowed ? " (allowed)" : "");
                        if (f->hint)
                                out("         %s\n", f->hint);
                }
}

static void report_command(const struct command *c) {
        _cleanup_free_ char *text = argv_text(c->argv);
        out("  %s\n", text);
        for (size_t i = 0; i < c->n_options; i++) {
                const struct option_use *o = &c->options[i];
                if (!o->meaning)
                        continue;
                _cleanup_free_ char *words =
                        str_printf("%s%s%s", o->option, o->value ? " " : "", o->value ? o->value : "");
                out("    %-28s %s\n", words, o->meaning);
        }
}

static void report_risks(const struct command *c) {
        for (size_t i = 0; i < c->n_privileges; i++) {
                const struct privilege *p = &c->privileges[i];
                out("  %-6s %-28s %s\n", p->risk == RISK_HIGH ? "RISK" : "note", p->what,
                    p->meaning ? p->meaning : "");
        }
        for (size_t i = 0; i < c->n_mounts; i++) {
                const struct mount *m = &c->mounts[i];
                out("  mount  %s -> %s %s%s\n", m->host, m->container,
                    m->mode == MOUNT_RO ? "read-only" : "read and write",
                    m->volume                ? ", a volume"
                    : m->exists == EXISTS_NO ? ", not on this host now"
                                             : "");
        }
}

static void report_volumes(const struct plan *plan) {
        for (char **volume = plan->verb == VERB_UNINSTALL ? plan->volumes : NULL; volume && *volume; volume++)
                out(plan->removes_volumes
                            ? "\nThe volume %.*s is removed for good, with the state it holds.\n"
                            : "\nThe volume %.*s is kept, with the state it holds (--remove-volumes removes "
                              "it).\n",
                    (int) strcspn(*volume, ":"), *volume);
}

static void report_unit(const struct plan *plan) {
        const struct unit_file *u = &plan->unit;
        if (!plan_sets_up(plan->verb) && !(plan->verb == VERB_ADOPT && u->text))
                return;
        switch (u->kind) {
        case UNIT_BY_IMAGE:
                if (plan->from) {
                        out(u->text ? "\n%s names the new image from then on, and else stays as it is.\n"
                            : plan->verb == VERB_UPGRADE
                                    ? "\n%s stays as it is, and is started again.\n"
                                    : "\n%s is as the installer leaves it, and is started again.\n",
                            u->name ? u->name : "The unit");
                        break;
                }
                out("\nThe unit is the one that the installer makes; if it makes none, there is none: the "
                    "image has no RUN command that could be one.\n");
                break;
        case UNIT_QUADLET:
        case UNIT_SERVICE:
                out(plan->verb == VERB_REHEARSE ? "\nAn install would then write, enable and start this "
                                                  "unit; a rehearsal does not: %s (%s)\n"
                    : plan->from    ? "\nThen the unit becomes this, and is started again: %s (%s)\n"
                    : plan->command ? "\nIf the installer makes no unit, this one is written, enabled and "
                                      "started: %s (%s)\n"
                                    : "\nThen this unit is written, enabled and started: %s (%s)\n",
                    u->name, u->path);
                break;
        default:
                out(plan->run && plan->run->interactive ? "\nNo unit: RUN asks for a terminal.\n"
                                                        : "\nNo unit: the image does not say how to run as "
                                                          "a service.\n");
        }
        if (u->overrides)
                out("  It replaces the unit %s.\n", u->overrides);
        if (u->was) {
                _cleanup_strv_ char **lines = plan_unit_lines(u);
                out(lines ? "  In its file:\n" : "  Its file stays as it is.\n");
                for (char **line = lines; line && *line; line++)
                        out("    %s\n", *line);
        } else if (u->text) {
                _cleanup_strv_ char **lines = strv_split(u->text, "\n");
                for (size_t i = 0; lines && lines[i]; i++)
                        out("    %s\n", lines[i]);
        }
}

/* The version that an upgrade replaces, and the labels that differ. */
static void report_from(const struct plan *plan) {
        const struct image_pin *from = plan->from;
        struct label_changes changes = label_changes_make(&from->labels, &plan->pin.labels);
        if (plan->pin.version && from->version)
                out("  version %s instead of %s\n", plan->pin.version, from->version);
        out("  instead of %s\n", from->digest ? from->digest : from->image_id);
        out("\nIts labels beside those of the installed image, [-what goes-] and {+what comes+}:\n");
        for (size_t i = 0; i < changes.n; i++) {
                _cleanup_free_ char *text = label_change_text(&changes.items[i]);
                out("  %-10s %s%s%s\n", changes.items[i].key, difference_name(changes.items[i].difference),
                    changes.items[i].n ? ": " : "", text);
        }
        label_changes_done(&changes);
}

static void report_all_findings(const struct plan *plan) {
        if (!plan->findings.n)
                return;
        out("\nFindings:\n");
        report_findings(&plan->findings);
}

static void report_file(const struct plan_file *file) {
        _cleanup_strv_ char **lines = plan_file_lines(file);
        bool edit = drop_in_path_valid(file->path);
        out(edit ? "\n%s.\n\nIn %s:\n" : "\n%s\n\nIn %s, and its service is started again:\n",
            file->sentence ? file->sentence : "", file->path);
        for (char **line = lines; line && *line; line++)
                out("  %s\n", *line);
}

static void report_answers(const struct plan *plan) {
        size_t n = plan->given.answers ? plan->given.answers->n : 0;
        if (n + plan->n_secrets == 0 || plan->verb == VERB_UNINSTALL)
                return;
        out("\nAnswers:\n");
        for (size_t i = 0; i < n; i++) {
                const struct answer *a = &plan->given.answers->items[i];
                out(a->source ? "  %-18s %s  (%s)\n" : "  %-18s %s\n", a->title ? a->title : a->name,
                    a->shown ? a->shown : a->value, a->source);
        }
        for (size_t i = 0; i < plan->n_secrets; i++)
                out("  %-18s <secret>, %s\n",
                    plan->secrets[i].title ? plan->secrets[i].title : plan->secrets[i].name,
                    delivery_words(plan->secrets[i].delivery));
}

/* A short name is shown with the repository that it was found in. */
static void report_head(const struct plan *plan) {
        const char *typed = plan->pin.reference, *found = plan->pin.image,
                   *tag = typed ? strchr(typed, ':') : NULL;
        bool is_short = typed && !strpbrk(typed, "/@") && found && strchr(found, '/');
        _cleanup_free_ char *whole =
                is_short ? str_printf("%.*s%s", (int) strcspn(found, "@"), found, tag ? tag : "") : NULL;
        _cleanup_free_ char *what = plan_verb_what(plan->verb, plan->joins, plan->join_domain, plan->name);
        bool realm = plan->joins != REALM_NONE &&
                     (plan->verb == VERB_INSTALL || plan->verb == VERB_UNINSTALL);
        out(realm ? "%s through %s\n" : "%s from %s\n", what, whole ? whole : typed ? typed : "-");
        if (realm)
                out("  service %s\n", plan->name);
}

void report_summary(const struct plan *plan) {
        _cleanup_strv_ char **lines = plan_summary(plan);
        size_t warnings = finding_list_count(&plan->findings, SEVERITY_WARN);
        report_head(plan);
        for (char **line = lines; line && *line; line++)
                out("  %s\n", *line);
        if (warnings)
                out(plural(warnings, "  %zu warning\n", "  %zu warnings\n"), warnings);
}

/* Exactly which image it is, and where it comes from. */
static void report_image(const struct image_pin *pin) {
        char size[16];
        if (pin->digest)
                out("  digest %s\n", pin->digest);
        if (pin->source && pin->fetch)
                out("  source %s (%s to fetch)\n", pin->source, text_size(size, pin->fetch));
        else if (pin->source)
                out("  source %s\n", pin->source);
}

void report_plan(const struct plan *plan) {
        report_head(plan);
        report_image(&plan->pin);
        if (plan->mode_title)
                out("  mode   %s\n", plan->mode_title);
        if (plan->from && plan->verb == VERB_UPGRADE)
                report_from(plan);
        for (char **line = plan->altered; line && *line; line++)
                out("  change %s\n", *line);
        report_answers(plan);
        /* The limits of the copy come before the command that runs on it. */
        if (plan->verb == VERB_REHEARSE)
                report_all_findings(plan);
        if (plan->file.text)
                report_file(&plan->file);
        else if (plan->command) {
                out("\n%s\n", plan->host_command ? "This program of the HOST runs, outside any container:"
                              : plan->verb == VERB_REHEARSE ? "This runs, word for word, on a copy of the "
                                                              "host's files that is thrown away:"
                                                            : "This runs, word for word:");
                report_command(plan->command);
                if (plan->command->n_privileges || plan->command->n_mounts)
                        out("\nWhat it may do:\n");
                report_risks(plan->command);
        } else
                out("\n%s\n", plan_no_command(plan->verb));
        if (plan->verb == VERB_UNINSTALL || plan->verb == VERB_ADOPT) {
                _cleanup_strv_ char **lines = plan_summary(plan);
                out("\nWhat it comes to:\n");
                for (char **line = lines; line && *line; line++)
                        out("  %s\n", *line);
        }
        if (plan->verb == VERB_UNINSTALL)
                out("  fairlead changes %s lists the files.\n", plan->name);
        if (plan->run) {
                bool people = plan->unit.kind == UNIT_NONE && plan->verb != VERB_ADOPT;
                out(people ? "\nAt a terminal, people run:\n" : "\nThe service runs:\n");
                report_command(plan->run);
                report_risks(plan->run);
        }
        report_unit(plan);
        report_volumes(plan);
        _cleanup_strv_ char **saved = plan_saved(plan);
        if (saved) {
                _cleanup_free_ char *paths = strv_join(saved, ", ");
                out("\nSaved first, restored on failure or cancel: %s\n", paths);
                if (plan->saved_objects)
                        out("  %llu files, %llu.%llu MB\n", (unsigned long long) plan->saved_objects,
                            (unsigned long long) plan->saved_bytes / 1000000,
                            (unsigned long long) plan->saved_bytes / 100000 % 10);
        }
        if (plan->verb != VERB_REHEARSE)
                report_all_findings(plan);
}

void report_preflight(const struct preflight *p, enum verdict least) {
        unsigned counts[_VERDICT_MAX] = {};
        for (size_t i = 0; i < p->n; i++) {
                const struct check_result *r = &p->items[i];
                counts[r->verdict]++;
                if (r->verdict < least)
                        continue;
                out("%-5s %-14s %s\n", report_verdicts[r->verdict], r->title, r->message ? r->message : "");
                if (r->hint && r->verdict != VERDICT_OK)
                        out("%-20s %s\n", "", r->hint);
        }
        unsigned warnings = counts[VERDICT_WARN], errors = counts[VERDICT_FAIL];
        out("%u ok, ", counts[VERDICT_OK]);
        out(plural(warnings, "%u warning, ", "%u warnings, "), warnings);
        out(plural(errors, "%u error; ", "%u errors; "), errors);
        out("%u.%02u s\n", p->ms / 1000, p->ms / 10 % 100);
}

void report_changes(const struct change_report *report, const char *nothing) {
        if (!report->changes->n)
                out("%s\n", nothing);
        for (size_t i = 0; i < report->changes->n; i++) {
                const char *risk = change_risk(&report->changes->items[i]);
                _cleanup_free_ char *what = change_text(report->changes->items[i].what);
                _cleanup_free_ char *detail = change_detail(&report->changes->items[i]);
                out("%-14s %s%s%s%s\n", what ? what : "?", report->changes->items[i].path,
                    str_empty(detail) ? "" : " (", detail ? detail : "", str_empty(detail) ? "" : ")");
                if (risk)
                        out("  RISK         %s\n", risk);
                if (!report->diffs || !report->diffs[i])
                        continue;
                out_text(report->diffs[i]);
                out("\n");
        }
}

void report_time(char buffer[static 24], int64_t seconds) {
        time_t t = (time_t) seconds;
        struct tm tm;
        if (seconds <= 0 || !localtime_r(&t, &tm) || strftime(buffer, 24, "%Y-%m-%d %H:%M", &tm) == 0)
                memcpy(buffer, "-", 2);
}
