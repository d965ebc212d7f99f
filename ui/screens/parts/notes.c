/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/notes.h"

#include "model/realm/check.h"
#include "ui/screens/parts/job-text.h"

/* The most lines below the list, for running jobs and lacks of the host. They begin with a word for which
 * narrow screens have no room. */
#define NOTES_MAX 4
#define NOTE_WORD 8
#define NARROW 60

static void notes_put(const struct canvas *c, int row, const char *word, enum style style, const char *text) {
        if (!c)
                return;
        int x = c->columns < NARROW ? 0 : NOTE_WORD;
        if (x)
                canvas_text(c, row, 0, NOTE_WORD, STYLE_STRONG, word);
        canvas_text(c, row, x, 0, style, text);
}

static void notes_put_job(const struct canvas *c, int row, const struct job *job, int64_t now) {
        _cleanup_str_ struct str text = {};
        char when[24];
        /* The key is named here where the key bar has no room for it. */
        if (c && c->columns < NARROW)
                str_add(&text, "w watches ");
        job_text_what(job, &text);
        if (job->state == JOB_INTERRUPTED)
                str_addf(&text, " was interrupted at the step \"%s\"",
                         job_step_title(job_current_step(job), job->verb));
        else {
                str_addf(&text, " since %s, ", job_text_since(when, job->started, now));
                job_text_progress(job, &text);
        }
        notes_put(c, row, "Job", job_text_runs(job) ? STYLE_BUSY : STYLE_WARN, text.text);
}

/* With the time of SSSD's last answer: this line sends no request. */
static void notes_put_realm(const struct canvas *c, int row, const struct host_realm *realm, int64_t now) {
        _cleanup_str_ struct str text = {};
        char when[24], clock[48];
        str_addf(&text, "%s  %s", realm->name, realm_kind_title(realm->kind));
        bool off = realm->seen && realm->clock_known &&
                   (realm->clock_usec >= CLOCK_WARN_USEC || realm->clock_usec <= -CLOCK_WARN_USEC);
        if (off)        /* a right clock needs no action; without "of" */
                str_addf(&text, "  clock %.*s",
                         (int) strlen(clock_words(clock, realm->clock_usec)) -
                                 (realm->clock_usec > 0 ? 3 : 0),
                         clock);
        if (realm->seen && realm->asked)
                str_addf(&text, "  %s at %s", realm->online ? "online" : "offline",
                         job_text_since(when, realm->seen, now));
        if (realm->seen && realm->server)
                str_addf(&text, "  %.*s", (int) strcspn(realm->server, "."), realm->server);
        if (realm->kvno)
                str_addf(&text, "  keytab version %u", (unsigned) realm->kvno);
        else
                str_add(&text, "  no keytab");
        notes_put(c, row, "Realm",
                   off || !realm->kvno || (realm->asked && !realm->online) ? STYLE_WARN : STYLE_PLAIN,
                   text.text);
}

int notes_draw(const struct screen *s, const struct job_list *jobs, const struct canvas *c) {
        const struct host_status *status = host_status(ui_host(s->ui));
        int n = 0;
        for (size_t i = 0; jobs && i < jobs->n && n < NOTES_MAX - 1; i++)
                if (!job_state_final(jobs->items[i]->state))
                        notes_put_job(c, n++, jobs->items[i], ui_now(s->ui));
        if (status->realm.name)
                notes_put_realm(c, n++, &status->realm, ui_now(s->ui));
        else if (status->realm.known)
                notes_put(c, n++, "Realm", STYLE_PLAIN,
                          c && c->columns < NARROW ? "No realm; 5, then j, joins a domain" :
                                                     "none; 5, then j, joins a domain");
        if (n < NOTES_MAX && status->engine_asked && status->engine == ENGINE_NONE) {
                const struct error *e = status->engine_error;
                notes_put(c, n++, "Engine", STYLE_WARN,
                           e ? e->message : "No container engine answers on this host");
                if (e && e->hint && n < NOTES_MAX) {
                        _cleanup_free_ char *hint = str_printf("-> %s", e->hint);
                        notes_put(c, n++, "", STYLE_PLAIN, hint);
                }
        }
        return n;
}
