/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/host-status.h"

#include <time.h>

#include "backend/format/emit.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verb.h"
#include "model/trouble/limits.h"

#define STATUS_COLUMNS 80U
#define SEVERITY_COLUMNS 7U
#define LOOK_USEC (30LL * 1000 * 1000) /* disks, pressure and clock send no word */
#define SETTLE_USEC 300000LL           /* changes come in flocks */

/* ---- for people ---- */

/* Words wrapped at 80 columns, all lines but the first behind blanks. */
static void status_print_paragraph(const char *head, const char *text) {
        _cleanup_strv_ char **lines = text_wrap(text, STATUS_COLUMNS - SEVERITY_COLUMNS);
        for (char **line = lines; line && *line; line++)
                out("%-7s%s\n", line == lines ? head : "", *line);
}

static void status_print_figures(const struct host_status *h, const struct host_figures *f) {
        char up[24], used[16], total[16];
        _cleanup_str_ struct str line = {};
        str_addf(&line, "%s  %s  up %s", h->hostname ? h->hostname : "this host", f->os ? f->os : "",
                 text_age(up, f->uptime));
        if (h->engine)
                str_addf(&line, "  %s %s", engine_kind_name(h->engine),
                         h->engine_version ? h->engine_version : "");
        else
                str_add(&line, "  no container engine answers");
        out("%.80s\n", line.text);
        out("load %u.%02u", f->load / 100, f->load % 100);
        if (f->cpu >= 0)
                out(", cpu %d%%", f->cpu);
        if (f->memory_total)
                out(", memory %s of %s", text_size(used, f->memory), text_size(total, f->memory_total));
        if (f->var_used >= 0)
                out(", /var %d%%", f->var_used);
        out(f->address ? ", %s\n" : "\n", f->address);
}

static void status_print_realm(const struct host_realm *realm) {
        if (!realm->name)
                return;
        out("realm %s: %s", realm->name,
            !realm->asked    ? "SSSD gives no answer"
            : realm->online  ? "online"
                             : "offline");
        out(realm->online && realm->server ? ", %s\n" : "\n", realm->server);
}

/* The newest job: one that runs is always it. */
static void status_print_job(const struct job_list *jobs) {
        const struct job *job = jobs && jobs->n ? jobs->items[0] : NULL;
        char age[24];
        if (!job)
                return;
        _cleanup_free_ char *what = job_what(job);
        if (job_state_final(job->state))
                out("last job %s: %s, %s %s ago\n", job->id, what, job_state_word(job),
                    text_age(age, time(NULL) - job->last));
        else
                out("job %s: %s, %s: %s\n", job->id, what, job_state_word(job),
                    job_step_title(job_current_step(job), job->verb));
}

static void status_print_line(const struct trouble *t, bool whole) {
        char age[24] = "", until[24];
        if (t->since > 0)
                text_age(age, time(NULL) - t->since);
        _cleanup_free_ char *clean = text_cleaned(t->sentence),
                            *text = str_printf(*age ? "%s (%s)" : "%s", clean, age);
        status_print_paragraph(report_severity(t->severity), text);
        if (!whole)
                return;
        report_time(until, t->until);
        out(t->until ? "       %s sleeps until %s\n" : "       %s\n", t->id, until);
        status_print_paragraph("", trouble_row(t->kind)->help);
}

/* Nothing of these may read as good news. */
static void status_print_blind(const struct trouble_list *list) {
        const char *units = trouble_why_silent(list, TROUBLE_UNIT_FAILED),
                   *services = list->services ? NULL : trouble_why_silent(list, TROUBLE_HEALTH);
        _cleanup_free_ char *u = str_printf("The units are not known: %s", units),
                            *v = str_printf("The services are not known: %s", services);
        if (units)
                status_print_paragraph("unseen", u);
        if (!list->services)
                status_print_paragraph("unseen", v);
        if (list->awake)
                return;
        bool more;
        _cleanup_free_ char *nothing = trouble_list_nothing(list, &more);
        out(more ? "%s (--all says more).\n" : "%s.\n", nothing);
}

static void status_print_trouble(const struct trouble_list *list, bool all) {
        size_t asleep = list->n - list->awake;
        for (size_t i = 0; i < (all ? list->n : list->awake); i++)
                status_print_line(&list->items[i], all);
        status_print_blind(list);
        for (size_t i = 0; all && i < list->n_silent; i++) {
                _cleanup_free_ char *text = str_printf("%s is not looked for: %s",
                                                       trouble_row(list->silent[i].kind)->title,
                                                       list->silent[i].reason);
                status_print_paragraph("unseen", text);
        }
        if (asleep && list->awake && !all)
                out(plural(asleep, "%zu line sleeps (--all shows it).\n",
                           "%zu lines sleep (--all shows them).\n"),
                    asleep);
}

static void status_print_services(const struct service_list *services) {
        if (!services->n) {
                out("No service is installed. fairlead images lists what could be.\n");
                return;
        }
        out("%-20s %-8s %-9s %-4s %-9s %-8s %-9s %s\n", "SERVICE", "STATE", "FOR", "BOOT", "HEALTH", "MEMORY",
            "VERSION", "UPDATE");
        for (size_t i = 0; i < services->n; i++) {
                const struct service *s = services->items[i];
                char age[24] = "-", memory[16] = "-";
                if (s->since > 0)
                        text_age(age, time(NULL) - s->since);
                if (s->memory != UNIT_UNKNOWN)
                        text_size(memory, s->memory);
                out("%-20.20s %-8.8s %-9.9s %-4.4s %-9.9s %-8.8s %-9.9s %s\n", s->name,
                    service_state_name(s->state), age, s->at_boot ? unit_boot_name(s->at_boot) : "-",
                    s->health ? s->health : "-", memory, s->pin.version ? s->pin.version : "-",
                    s->image_gone ? "gone"
                    : s->newer    ? "newer"
                                  : "-");
        }
}

static void status_print(struct session *s, const struct host_figures *f, const struct trouble_list *list,
                         bool all) {
        const struct host_status *h = host_status(s->host);
        status_print_figures(h, f);
        status_print_realm(&h->realm);
        status_print_job(list->jobs);
        out("\n");
        status_print_trouble(list, all);
        out("\n");
        if (list->services)
                status_print_services(list->services);
}

/* ---- for programs ---- */

static int status_print_as(struct session *s, const struct arguments *a, const struct trouble_list *list) {
        const struct host_status *h = host_status(s->host);
        const struct host_figures *f = host_figures(s->host);
        if (a->given[OPTION_PROMETHEUS]) {
                _cleanup_free_ char *text = prometheus_text(&h->realm, list);
                out_text(text);
                return EXIT_DONE;
        }
        if (s->json)
                out_json(emit_status(h, f, list));
        else
                status_print(s, f, list, a->given[OPTION_ALL_TROUBLE]);
        return trouble_list_well(list) ? EXIT_DONE : EXIT_FAILED;
}

/* All of it in one line. */
static char *status_line(const struct trouble_list *list) {
        struct str line = {};
        bool more;
        if (!list->awake)
                return trouble_list_nothing(list, &more);
        str_addf(&line, plural(list->awake, "%zu line of trouble", "%zu lines of trouble"), list->awake);
        for (size_t i = 0; i < list->awake; i++)
                str_addf(&line, "%s %s", i ? ";" : ":", list->items[i].sentence);
        return str_take(&line);
}

void host_status_print_kinds(void) {
        out("# Trouble\n\n"
            "What `fairlead status` and the first screen of the console look for. /etc/fairlead/trouble.conf "
            "changes the settings, a section for each kind:\n\n"
            "    [disk]\n    percent = 95\n    [unclean-boot]\n    report = no\n\n"
            "A line of that file that is not understood is a line of trouble itself.\n\n"
            "| section | severity | what | seen in | what to do | settings, with their defaults |\n"
            "|---|---|---|---|---|---|\n");
        for (int kind = 0; kind < _TROUBLE_KIND_MAX; kind++) {
                const struct trouble_row *row = trouble_row((enum trouble_kind) kind);
                out("| `%s` | %s | %s | %s | %s | `report = yes`", row->id, severity_name(row->severity),
                    row->title, row->source, row->help);
                for (int i = 0; i < _TROUBLE_LIMIT_MAX; i++) {
                        const struct trouble_limit_row *limit = trouble_limit_row((enum trouble_limit) i);
                        if ((int) limit->kind == kind)
                                out(", `%s = %u` (%s)", limit->name, limit->value, limit->unit);
                }
                out(" |\n");
        }
}

/* ---- again and again ---- */

static void status_changed(unsigned topics, void *userdata) {
        *(bool *) userdata = true;
}

/* Until something changed, or half a minute has passed. */
static int status_wait(struct session *s, const bool *changed) {
        int64_t until = usec_now(CLOCK_MONOTONIC) + LOOK_USEC;
        for (int64_t now; (now = usec_now(CLOCK_MONOTONIC)) < until;) {
                int r = sd_event_run(s->event, (uint64_t) (until - now));
                if (r < 0)
                        return error_errno(&s->error, r, "The event loop stopped");
                if (*changed && until > now + SETTLE_USEC)
                        until = now + SETTLE_USEC;
        }
        return 0;
}

/* A terminal gets all of it, a pipe a line where that differs from the line before. */
static void status_print_again(struct session *s, const struct arguments *a, const struct trouble_list *list,
                               char **last) {
        char now[24];
        _cleanup_free_ char *line = status_line(list);
        report_time(now, time(NULL));
        if (s->json)
                status_print_as(s, a, list);
        else if (out_is_terminal()) {
                out_clear();
                status_print(s, host_figures(s->host), list, a->given[OPTION_ALL_TROUBLE]);
                out("\nAs of %s; Ctrl-C ends this.\n", now);
        } else if (!str_equal(line, *last))
                out("%s  %s\n", now, line);
        str_replace(last, line);
}

static int status_watch(struct session *s, const struct arguments *a) {
        _cleanup_free_ char *last = NULL;
        bool changed = false;
        int r = 0;
        host_figures(s->host); /* the processors are measured from here on */
        host_listen(s->host, status_changed, &changed);
        while (r >= 0) {
                _cleanup_(trouble_list_freep) struct trouble_list *list = NULL;
                changed = false;
                r = session_look_trouble(s, &list, &s->error);
                if (r < 0)
                        break;
                status_print_again(s, a, list, &last);
                if (fflush(stdout) != 0)
                        break; /* nobody reads it any more */
                r = status_wait(s, &changed);
        }
        host_listen(s->host, NULL, NULL);
        return r < 0 ? r : EXIT_DONE;
}

/* ---- a line that sleeps ---- */

static int status_put_to_sleep(struct session *s, const struct arguments *a) {
        const char *id = argument_value(a, OPTION_SLEEP), *until = argument_value(a, OPTION_UNTIL_DATE);
        int64_t then = until ? trouble_sleep_until(until, time(NULL)) : 0;
        char text[24];
        if (!until)
                return error_set(&s->error, -EINVAL,
                                 "--sleep needs --until: 2026-12-24, or 3d for three days");
        if (!then)
                return error_set(&s->error, -EINVAL,
                                 "--until takes a date to come, 2026-12-24, or days, 3d; not \"%s\"", until);
        int r = host_sleep_trouble(s->host, id, then, &s->error);
        if (r < 0)
                return r;
        report_time(text, then);
        out("%s sleeps until %s.\n", id, text);
        return EXIT_DONE;
}

static int status_wake(struct session *s, const struct arguments *a) {
        const char *id = argument_value(a, OPTION_WAKE);
        int r = host_sleep_trouble(s->host, id, 0, &s->error);
        if (r >= 0)
                out("%s is awake.\n", id);
        return r < 0 ? r : EXIT_DONE;
}

int host_status_run(struct session *s, const struct arguments *a) {
        _cleanup_(trouble_list_freep) struct trouble_list *list = NULL;
        if (a->given[OPTION_SLEEP])
                return status_put_to_sleep(s, a);
        if (a->given[OPTION_UNTIL_DATE])
                return error_set(&s->error, -EINVAL, "--until belongs to --sleep");
        if (a->given[OPTION_WAKE])
                return status_wake(s, a);
        if (a->given[OPTION_WATCH] && a->given[OPTION_PROMETHEUS])
                return error_set(&s->error, -EINVAL,
                                 "--prometheus prints once, for the textfile collector: leave --watch out");
        if (a->given[OPTION_WATCH])
                return status_watch(s, a);
        int r = session_look_trouble(s, &list, &s->error);
        return r < 0 ? r : status_print_as(s, a, list);
}
