/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's part in an install that joins a realm, and in an uninstall that deletes the host's account: a
 * last check of the clock before the first effect, and an explanation of a failure. */
#include "backend/io/facts.h"
#include "backend/realm/realm.h"
#include "backend/worker/step.h"
#include "model/realm/failure.h"

/* A tool whose servers are gone waits for minutes: after so long a silence they are probed, twice. */
#define SILENCE_USEC (12 * 1000000ULL)
#define SECOND_LOOK_USEC (4 * 1000000ULL)
#define GRACE_SECONDS 10

/* Results of the first step. */
struct worker_join {
        struct facts facts;
        char *domain; /* NULL: the tool discovers it */
        struct failure_facts known;
        /* while the tool runs */
        sd_event_source *silence; /* NULL: it is not watched */
        struct op *probe;
        unsigned unanswered; /* probes in a row */
        bool gone;           /* the tool was stopped for it */
};

void worker_join_free(struct worker *w) {
        if (!w->join)
                return;
        worker_join_unwatch(w);
        facts_done(&w->join->facts);
        FREE_ALL(w->join->domain, w->join);
        w->join = NULL;
}

static struct op *join_preflight(struct worker *w, void (*done)(struct preflight *p, void *userdata),
                                 void *userdata) {
        const struct preflight_order order = { .domain = w->join->domain,
                                               .wanted = w->plan->joins,
                                               .server = w->plan->join_server };
        const struct preflight_options options = {
                .order = &order, .paths = w->paths, .facts = &w->join->facts, .own_job = w->id
        };
        return preflight_start(w->event, &options, NULL, done, userdata);
}

static int join_judge(struct worker *w, struct preflight *p, struct error **reterr) {
        const struct check_result *clock = preflight_find(p, "clock"), *locks = preflight_find(p, "locks"),
                                  *enrolled = preflight_find(p, "enrolled");
        w->join->known = (struct failure_facts){ .clock_known = p->clock_known, .clock_usec = p->clock_usec };
        if (clock && clock->message)
                joblog_note(w->log, "clock: %s", clock->message);
        if (enrolled && enrolled->verdict == VERDICT_FAIL)
                joblog_note(w->log, "note: %s", enrolled->message);
        if (p->clock_known && clock && clock->verdict == VERDICT_FAIL) {
                const struct failure *f = w->failure = failure_of("clock");
                error_set(reterr, -ETIME, "%s: %s", f->message, clock->message);
                return error_hint(reterr, "%s", f->hint);
        }
        if (locks && locks->verdict == VERDICT_FAIL) {
                error_set(reterr, -EBUSY, "Not begun: %s", locks->message);
                return error_hint(reterr, "%s", locks->hint ? locks->hint : "Try again when it has finished");
        }
        return STEP_ENDED;
}

/* Only the checks whose result may have changed since the console's preflight, and whose failure the join
 * tool does not name: the clock, and package locks. The tools themselves refuse an earlier join; the user
 * accepted all else in the preflight. */
static void join_on_preflight(struct preflight *p, void *userdata) {
        struct worker *w = userdata;
        struct error *e = NULL;
        w->wait.op = op_cancel(w->wait.op);
        int r = join_judge(w, p, &e);
        preflight_free(p);
        worker_settle(w, r, e);
}

int worker_join_check(struct worker *w, struct error **reterr) {
        worker_join_free(w);
        w->join = new0(struct worker_join);
        facts_read(w->paths->root, &w->join->facts);
        const char *domain = w->plan->join_domain ? w->plan->join_domain : w->join->facts.domain;
        w->join->domain = domain ? realm_domain(domain, NULL) : NULL;
        if (!w->join->domain)
                return STEP_ENDED; /* the tool discovers the domain itself, or reports that it cannot */
        w->wait.op = join_preflight(w, join_on_preflight, w);
        return STEP_WAITS;
}

/* ---- while the tool runs ---- */

static int join_on_silence(sd_event_source *source, uint64_t usec, void *userdata);

static void join_listen(struct worker *w, uint64_t usec) {
        struct worker_join *j = w->join;
        int r = j->silence ? sd_event_source_set_time_relative(j->silence, usec)
                           : sd_event_add_time_relative(w->event, &j->silence, CLOCK_MONOTONIC, usec, 100000,
                                                        join_on_silence, w);
        if (r < 0 || sd_event_source_set_enabled(j->silence, SD_EVENT_ONESHOT) < 0)
                joblog_note(w->log, "cannot watch whether the realm's servers still answer");
}

static void join_on_probe(struct preflight *p, void *userdata) {
        struct worker *w = userdata;
        struct worker_join *j = w->join;
        const struct check_result *ports = preflight_find(p, "ports");
        const char *message = ports ? ports->message : NULL;
        bool alive = p->clock_known || (ports && ports->verdict == VERDICT_OK);
        j->probe = op_cancel(j->probe);
        j->unanswered = alive ? 0 : j->unanswered + 1;
        if (!alive)
                joblog_note(w->log, "no output, and the realm's servers do not answer any more%s%s",
                            message ? ": " : "", message ? message : "");
        preflight_free(p);
        if (j->unanswered < 2)
                join_listen(w, alive ? SILENCE_USEC : SECOND_LOOK_USEC);
        else if (w->wait.pty) {
                joblog_note(w->log, "stopping the installer: it waits for servers that are gone");
                j->gone = true;
                pty_stop(w->wait.pty, GRACE_SECONDS);
        }
}

static int join_on_silence(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        w->join->probe = join_preflight(w, join_on_probe, w);
        return 0;
}

void worker_join_watch(struct worker *w) {
        /* Only servers that answered before can go away: if none ever did, the tool may know another way. */
        if (w->join && w->join->domain && w->join->known.clock_known)
                join_listen(w, SILENCE_USEC);
}

void worker_join_unwatch(struct worker *w) {
        if (!w->join)
                return;
        w->join->silence = sd_event_source_disable_unref(w->join->silence);
        w->join->probe = op_cancel(w->join->probe);
        w->join->unanswered = 0;
        w->join->gone = false;
}

void worker_join_heard(struct worker *w) {
        if (!w->join || !w->join->silence || w->join->gone)
                return;
        w->join->probe = op_cancel(w->join->probe);
        w->join->unanswered = 0;
        join_listen(w, SILENCE_USEC);
}

/* ---- how it ended ---- */

static void join_log_warnings(struct worker *w, const struct failure_run *run) {
        const struct failure *found[8];
        size_t count = failure_warnings(run, found, ELEMENTS(found));
        for (size_t i = 0; i < count; i++) {
                _cleanup_free_ char *line = str_printf("%s Warning: %s. %s. %s", verdict_name(VERDICT_WARN),
                                                       found[i]->message, found[i]->cause, found[i]->hint);
                joblog_note(w->log, "joined, with a warning: %s. %s. %s", found[i]->message, found[i]->cause,
                            found[i]->hint);
                (void) recorder_add(w->recorder, w->at, RECORD_CHECK, line, NULL);
        }
}

/* A reason that has no row is the tool's own sentence. */
static int join_fail(struct worker *w, const struct diagnosis *d, struct error **reterr) {
        char words[48];
        const struct failure *f = w->failure = d->failure;
        if (!f->texts[0]) {
                error_set(reterr, -EIO, "The %s failed: %s",
                          w->plan->verb == VERB_UNINSTALL ? "leave" : "join", d->quote);
                return error_hint(reterr, "%s. %s", f->cause, f->hint);
        }
        error_set(reterr, -EIO, "%s", f->message);
        return error_hint(reterr, "%s. %s%s%s%s%s%s%s", f->cause, f->hint,
                          d->clock_too ? ". Also, this host's clock is off: it is " : "",
                          d->clock_too ? clock_words(words, w->join->known.clock_usec) : "",
                          d->clock_too ? " the servers'" : "", d->quote ? ". The tool says: \"" : "",
                          d->quote ? d->quote : "", d->quote ? "\"" : "");
}

static int join_is_gone(struct worker *w, struct error **reterr) {
        const struct failure *f = w->failure = failure_of("controller-gone");
        error_set(reterr, -EHOSTUNREACH, "%s", f->message);
        return error_hint(reterr, "%s. %s", f->cause, f->hint);
}

int worker_join_judge(struct worker *w, struct error **reterr) {
        const struct plan *plan = w->plan;
        int status = w->got.status;
        size_t n;
        if (plan->joins == REALM_NONE)
                return 0;
        if (w->join && w->join->gone)
                return join_is_gone(w, reterr);
        if (!w->got.exited)
                return 0;
        _cleanup_free_ char *tail = worker_read_log(w, &n);
        /* An image's installer may run either tool, whatever the mode is called. */
        const struct failure_run run = {
                .tool = TOOL_ANY, .leaves = plan->verb == VERB_UNINSTALL, .status = status,
                .output = tail,   .n = n, .facts = w->join ? &w->join->known : NULL,
        };
        bool kept = plan->deletes_account && failure_kept_account(tail, n);
        if (status == 0 && !kept) {
                if (run.leaves)
                        worker_report_enrolled(w, failure_enrolled(tail, n));
                else
                        join_log_warnings(w, &run);
                return 0;
        }
        if (plan->verb != VERB_INSTALL && plan->verb != VERB_UNINSTALL)
                return 0;
        struct diagnosis d = failure_find(&run);
        _cleanup_free_ char *quote = d.quote;
        if (d.failure->texts[0] || (quote && status != 0))
                return join_fail(w, &d, reterr);
        if (status != 0)
                return 0;
        error_set(reterr, -EIO, "The computer account of this host in the realm could not be deleted");
        return error_hint(
                reterr,
                "The last lines of the log say why; without a password the host leaves and the account "
                "stays");
}
