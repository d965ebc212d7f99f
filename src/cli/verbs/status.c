/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "backend/format/emit.h"
#include "base/text.h"
#include "cli/host-status.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"

static void verb_status_print_unit(const struct unit_detail *d) {
        char since[24], memory[16] = "-";
        report_time(since, d->since);
        if (d->memory != UNIT_UNKNOWN)
                text_size(memory, d->memory);
        out("%s  %s\n", d->unit.name, d->unit.description ? d->unit.description : "");
        out("  state      %s (%s) since %s\n", unit_state_text(&d->unit), unit_sub_text(&d->unit), since);
        _cleanup_free_ char *boot = unit_boot_text(d), *plain = unit_name_plain(d->unit.name);
        if (!str_equal(plain, d->unit.name))
                out("  unescaped  %s\n", plain);
        out("  at boot    %s\n", boot);
        out("  file       %s\n", d->fragment ? d->fragment : "-");
        if (d->source)
                out("  made from  %s\n", d->source);
        _cleanup_free_ char *killed = unit_killed_text(d);
        if (unit_was_stopped(d))
                out(killed ? "  result     stopped; %s\n" : "  result     stopped\n", killed);
        else if (d->result && !str_equal(d->result, "success"))
                out("  result     %s, exit status %d\n", d->result, d->exit_status);
        if (d->restarts)
                out("  restarts   %u by systemd since it was started\n", d->restarts);
        if (d->why)
                out(unit_has_failed(&d->unit) ? "  why        %s\n" : "  run before %s\n", d->why);
        out("  memory     %s\n", memory);
        if (d->load_error)
                out("  not loaded %s\n", d->load_error);
}

/* A service that has no unit: a tool, or what its installer started. */
static void verb_status_print_idle(struct session *s, const struct service *service) {
        static const char *const states[] = {
                [CONTAINER_ABSENT] = "absent",
                [CONTAINER_STOPPED] = "stopped",
                [CONTAINER_RUNNING] = "running",
        };
        enum container_state state = CONTAINER_ABSENT;
        struct error *e = NULL;
        out("%s  %s\n", service->name, service->pin.title ? service->pin.title : "");
        out("  unit       none: nothing of it runs by itself or starts at boot\n");
        if (!service->container)
                return;
        int r = session_find_container(s, service->container, &state, &e);
        error_free(e);
        out("  container  %s, %s\n", service->container, r < 0 ? "unknown" : states[state]);
}

/* Its unit was rolled back with its install: only the job knows of it. */
static void verb_status_name_job(struct session *s, const char *name) {
        _cleanup_(job_list_freep) struct job_list *jobs = NULL;
        if (s->error->code != -ENOENT || session_list_jobs(s, &jobs, NULL) < 0)
                return;
        for (size_t i = 0; i < jobs->n; i++) {
                const struct job *job = jobs->items[i];
                if (!str_equal(job->name, name) || job->verb != VERB_INSTALL || job->state == JOB_DONE)
                        continue;
                error_wrap(&s->error, -ENOENT, "%s is not installed: its install, job %s, is marked %s%s%s",
                           name, job->id, job_state_name(job->state), job->message ? ": " : "",
                           job->message ? job->message : "");
                error_hint(&s->error, "%s%sfairlead attach %s shows its log", job->hint ? job->hint : "",
                           job->hint ? ". " : "", job->id);
                return;
        }
}

static int verb_status_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        static const enum option_id of_host[] = { OPTION_ALL_TROUBLE, OPTION_PROMETHEUS, OPTION_SLEEP,
                                                  OPTION_UNTIL_DATE,  OPTION_WAKE,       OPTION_WATCH };
        if (!a->words)
                return host_status_run(s, a);
        for (size_t i = 0; i < ELEMENTS(of_host); i++)
                if (a->given[of_host[i]])
                        return error_set(&s->error, -EINVAL, "--%s is of the whole host: leave \"%s\" out",
                                         option_table[of_host[i]].name, a->words[0]);
        _cleanup_(service_freep) struct service *service = NULL;
        _cleanup_(unit_detail_freep) struct unit_detail *detail = NULL;
        _cleanup_free_ char *unit = NULL;
        int r = find_service(s, a->words[0], &service, &s->error);
        /* Services are root's to see, units everybody's. */
        _cleanup_error_ struct error *unseen = r == -EACCES ? TAKE(s->error) : NULL;
        if (r < 0 && !unseen)
                return r;
        if (service && s->json)
                return out_json(emit_service(service));
        bool idle = service && !strv_length(service->units);
        r = unit_for(s, a->words[0], &unit, &s->error);
        r = r < 0 || idle ? r : session_show_unit(s, unit, &detail, &s->error);
        if (r == -ENOENT && unseen) {
                error_free(s->error);
                s->error = TAKE(unseen);
                return s->error->code;
        }
        if (r < 0)
                verb_status_name_job(s, a->words[0]);
        if (s->json && r >= 0)
                return out_json(emit_unit(detail));
        if (idle)
                verb_status_print_idle(s, service);
        else if (r >= 0)
                verb_status_print_unit(detail);
        if (service)
                out("  image      %s\n  installed  by job %s\n",
                    service->pin.image ? service->pin.image : "-", service->job ? service->job : "-");
        for (char **volume = service ? service->volumes : NULL; volume && *volume; volume++)
                out("  %s%.*s, as %s\n", volume == service->volumes ? "volume     " : "           ",
                    (int) strcspn(*volume, ":"), *volume,
                    strchr(*volume, ':') ? strchr(*volume, ':') + 1 : "-");
        return r < 0 ? r : EXIT_DONE;
}

const struct verb status_verb = {
        .name = "status",
        .group = GROUP_SERVICES,
        .operands = "[SERVICE|UNIT]",
        .help = "show the state of the host, of a service or of a unit",
        .details = "Without a name: the host in a few figures, what needs a person, and the services, on 80 "
                   "columns, for motd, cron and monitors. Exit status 0: all is well; 1: a line of severity "
                   "block or warn does not sleep, or units or services could not be looked at. Lines of "
                   "severity info do not count. --watch prints again when something changes: on a terminal "
                   "all of it, elsewhere one line. --prometheus ends with 0 whatever it found.",
        .takes = TAKES(OPTION_ALL_TROUBLE) | TAKES(OPTION_PROMETHEUS) | TAKES(OPTION_SLEEP) |
                 TAKES(OPTION_UNTIL_DATE) | TAKES(OPTION_WAKE) | TAKES(OPTION_WATCH),
        .json = true,
        .run = verb_status_run,
};
