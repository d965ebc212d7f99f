/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines from what others read already: units, jobs, services, the realm, the clock. Pure. */

#include <fnmatch.h>
#include <sys/timex.h>

#include "backend/io/paths.h"
#include "backend/systemd/units.h"
#include "backend/trouble/trouble.h"
#include "base/text.h"
#include "model/command/lint.h"
#include "model/service/why.h"

#define FINDINGS_NAMED 3U     /* of a newer image, in one sentence */
#define CLOCK_GRACE (30 * 60) /* seconds after the boot in which a clock may still be on its way */

void trouble_judge_failed(const struct unit_detail *d, struct trouble_list *list) {
        if (!unit_has_failed(&d->unit))
                return;
        _cleanup_free_ char *text = unit_why_text(d), *line = text_cleaned(d->why);
        struct trouble *t =
                trouble_add(list, TROUBLE_UNIT_FAILED, d->unit.name, PLACE_UNIT, d->unit.name,
                            line ? "%s failed: %s: %s" : "%s failed: %s", d->unit.name, text, line);
        t->since = d->since;
}

void trouble_judge_edited(const struct unit_detail *d, struct trouble_list *list) {
        if (d->need_reload)
                trouble_add(
                        list, TROUBLE_NOT_RELOADED, d->unit.name, PLACE_UNIT, d->unit.name,
                        "The files of %s changed since systemd read them: systemctl daemon-reload reads them",
                        d->unit.name);
}

/* systemd counts from zero when a person starts the unit, so an old loop that was ended is none. */
void trouble_judge_loop(const struct unit_detail *d, const struct journal_answer *answer,
                        const struct trouble_limits *limits, struct trouble_list *list) {
        if (str_equal(d->unit.active, "failed") || d->restarts < limits->value[LIMIT_RESTARTS])
                return;
        _cleanup_free_ char *line = text_cleaned(d->why);
        struct trouble *t = trouble_add(list, TROUBLE_RESTART_LOOP, d->unit.name, PLACE_UNIT, d->unit.name,
                                        line ? "%s was restarted %u times in %u minutes: %s"
                                             : "%s was restarted %u times in %u minutes",
                                        d->unit.name, answer->n, limits->value[LIMIT_RESTART_MINUTES], line);
        t->since = answer->first;
}

void trouble_judge_answer(const struct journal_answer *answer, const struct trouble_limits *limits,
                          struct trouble_list *list) {
        const char *unit = answer->unit;
        struct trouble *t = NULL;
        if (answer->kind == TROUBLE_OOM_KILL) {
                _cleanup_free_ char *id = str_printf("oom-kill:%s", unit);
                for (size_t i = 0; i < list->n && !t; i++)
                        if (str_equal(list->items[i].id, id))
                                t = &list->items[i]; /* the cgroup counts it, too */
                if (!t)
                        t = trouble_add(list, answer->kind, unit, PLACE_LOG, unit,
                                        plural(answer->n,
                                               "The kernel killed a process of %s %u time in %u hours: "
                                               "memory ran out",
                                               "The kernel killed processes of %s %u times in %u hours: "
                                               "memory ran out"),
                                        unit, answer->n, limits->value[LIMIT_OOM_HOURS]);
        } else if (answer->kind == TROUBLE_LOG_ERRORS && answer->n >= limits->value[LIMIT_LOG_ERRORS])
                t = trouble_add(list, answer->kind, unit, PLACE_LOG, unit,
                                plural(answer->n, "%s has logged %u error since its start: %s",
                                       "%s has logged %u errors since its start: %s"),
                                unit, answer->n, answer->line ? answer->line : "(no text)");
        else if (answer->kind == TROUBLE_UNCLEAN_BOOT)
                trouble_add(
                        list, answer->kind, "host", PLACE_TEXT, NULL,
                        "This host was not shut down before its last boot: power loss, a crash or a reset");
        if (t && answer->first)
                t->since = answer->first;
}

void trouble_judge_job(const struct job *job, struct trouble_list *list) {
        struct trouble *t = NULL;
        if (job->state == JOB_INTERRUPTED)
                t = trouble_add(list, TROUBLE_JOB, job->id, PLACE_JOB, job->id,
                                "The job that was to %s %s was interrupted: resume it or roll it back",
                                plan_verb_name(job->verb), job->name ? job->name : job->id);
        else if (job->state == JOB_BROKEN)
                t = trouble_add(
                        list, TROUBLE_JOB, job->id, PLACE_JOB, job->id,
                        "The job that was to %s %s failed, and could not be rolled back whole: retry it",
                        plan_verb_name(job->verb), job->name ? job->name : job->id);
        if (t) {
                t->service = xstrdup(job->name);
                t->since = job->last;
        }
}

/* check: the last words of the health check; NULL: not known. */
void trouble_judge_health(const struct service *s, const char *check, struct trouble_list *list) {
        _cleanup_free_ char *line = check ? xstrndup(check, strcspn(check, "\r\n")) : NULL,
                            *clean = text_cleaned(line);
        const char *unit = s->units ? s->units[0] : NULL;
        struct trouble *t = trouble_add(list, TROUBLE_HEALTH, s->name, PLACE_UNIT, unit,
                                        str_empty(clean) ? "The health check of %s fails"
                                                         : "The health check of %s fails: %s",
                                        s->name, clean);
        t->service = xstrdup(s->name);
}

/* What lint says of the labels of a service's image, or of the newer one under the same name. */
static void judge_lint(const struct service *s, const struct label_list *labels, const struct host_status *h,
                       struct finding_list *ret) {
        char *names[] = { s->pin.reference, NULL };
        const struct image image = { .id = s->pin.image_id, .names = names, .labels = *labels };
        image_lint(&image, h->engine, h->engine_version, ret);
}

/* "; new finding: " and the sentences of findings of a kind that the other list has not, some of them;
 * nothing where all are in both. */
static void judge_findings_beyond(struct str *out, const char *one, const char *many,
                                  const struct finding_list *these, const struct finding_list *others) {
        _cleanup_strv_ char **sentences = NULL;
        for (size_t i = 0; i < these->n; i++)
                if (!finding_list_find(others, these->items[i].id) &&
                    !strv_contains(sentences, these->items[i].message))
                        strv_add(&sentences, these->items[i].message);
        size_t n = strv_length(sentences);
        for (size_t i = 0; i < n && i < FINDINGS_NAMED; i++)
                str_addf(out, "%s%s", i > 0 ? "; " : plural(n, one, many), sentences[i]);
        if (n > FINDINGS_NAMED)
                str_addf(out, "; and %zu more", n - FINDINGS_NAMED);
}

/* A finding that is gone is a reason to upgrade, a new one a reason to look first. */
void trouble_judge_update(const struct service *s, const struct host_status *h, struct trouble_list *list) {
        _cleanup_(finding_list_done) struct finding_list before = {}, after = {};
        if (!s->newer)
                return;
        judge_lint(s, &s->pin.labels, h, &before);
        judge_lint(s, &s->newer_labels, h, &after);
        const char *image = s->pin.reference, *name = s->name;
        _cleanup_str_ struct str findings = {};
        judge_findings_beyond(&findings, "; new finding: ", "; new findings: ", &after, &before);
        judge_findings_beyond(&findings, "; finding gone: ", "; findings gone: ", &before, &after);
        struct trouble *t =
                trouble_add(list, TROUBLE_UPDATE, name, PLACE_UPDATES, name,
                            findings.length > 0 ? "%s names a newer image than the one that %s runs%s"
                                                : "%s names a newer image on this host than the one that %s "
                                                  "runs: upgrade it%s",
                            image, name, findings.text ? findings.text : "");
        t->service = xstrdup(name);
        if (finding_list_count(&after, SEVERITY_BLOCK) > finding_list_count(&before, SEVERITY_BLOCK))
                t->severity = SEVERITY_WARN; /* it cannot be upgraded as it is */
}

void trouble_judge_realm(const struct membership *m, int64_t now, const struct trouble_limits *limits,
                         struct trouble_list *list) {
        const char *name = m->realm ? m->realm : m->domain;
        int64_t skew = m->clock_usec / 1000000, age = m->key_time ? (now - m->key_time) / 86400 : 0;
        if (m->kind == REALM_NONE || !name)
                return;
        if (m->asked && !m->online && !limits->off[TROUBLE_REALM_OFFLINE])
                trouble_add(list, TROUBLE_REALM_OFFLINE, name, PLACE_REALM, NULL,
                            "Realm %s is offline: SSSD reaches none of its servers", name);
        else if (m->silent && !limits->off[TROUBLE_REALM_OFFLINE])
                trouble_add(list, TROUBLE_REALM_OFFLINE, name, PLACE_REALM, NULL,
                            "SSSD does not answer: all logins of realm %s wait for it", name);
        if (!m->asked && !m->silent)
                trouble_silent(list, TROUBLE_REALM_OFFLINE, "SSSD has no InfoPipe here, or does not run");
        if (m->clock_known && llabs(skew) >= limits->value[LIMIT_CLOCK] && !limits->off[TROUBLE_CLOCK])
                trouble_add(list, TROUBLE_CLOCK, "realm", PLACE_REALM, NULL,
                            skew > 0 ? "The clock of this host is %lld s ahead of its realm's"
                                     : "The clock of this host is %lld s behind its realm's",
                            (long long) llabs(skew));
        /* SSSD renews it each 30 days by adcli(8); keys of FreeIPA do not age */
        if (m->kind == REALM_AD && age >= limits->value[LIMIT_KEYTAB] && !limits->off[TROUBLE_KEYTAB])
                trouble_add(list, TROUBLE_KEYTAB, m->principal ? m->principal : name, PLACE_REALM, NULL,
                            "The password of this host in realm %s is %lld days old: fairlead realm renew",
                            name, (long long) age)
                        ->since = m->key_time;
}

/* Of chrony, ntpd, ntpsec, openntpd, systemd-timesyncd. */
const char *const trouble_time_services[4] = { "*chrony*.service", "*ntp*.service", "*timesync*.service" };

/* The word for a host that a container is: its clock belongs to another. */
void trouble_judge_clock(const char *root, bool unsynchronized, int64_t uptime, const struct unit_list *units,
                         const struct trouble_limits *limits, struct trouble_list *list) {
        bool serves = false;
        if (paths_access(root, "/run/systemd/container", F_OK)) {
                trouble_silent(list, TROUBLE_TIME_SERVICE,
                               "This host is a container: its clock is its host's");
                return;
        }
        for (size_t i = 0; units && i < units->n; i++)
                for (const char *const *pattern = trouble_time_services; *pattern; pattern++)
                        serves |= fnmatch(*pattern, units->items[i].name, 0) == 0 &&
                                  str_equal(units->items[i].active, "active");
        if (!units || (serves && !unsynchronized))
                return;
        if (!serves && unsynchronized && !limits->off[TROUBLE_TIME_SERVICE])
                trouble_add(list, TROUBLE_TIME_SERVICE, "host", PLACE_TEXT, NULL,
                            "No time service runs on this host, and its clock is not synchronized");
        else if (serves && uptime > CLOCK_GRACE && !limits->off[TROUBLE_CLOCK])
                trouble_add(list, TROUBLE_CLOCK, "host", PLACE_TEXT, NULL,
                            "The clock of this host is not synchronized, although a time service runs");
}

bool trouble_clock_unsynchronized(void) {
        struct timex t = {};
        int r = adjtimex(&t);
        return r < 0 || r == TIME_ERROR || (t.status & STA_UNSYNC);
}
