/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a worker does for an install that joins a realm, and for an uninstall that asks it to delete the
 * host's account: a last look at the clock before the first effect, and words for a failure. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "backend/io/facts.h"
#include "backend/realm/preflight.h"
#include "backend/worker/step.h"
#include "base/str.h"
#include "model/realm/failure.h"

#define TAIL_BYTES (128U * 1024)

/* A tool that waits for servers that are gone waits for minutes: when it has been silent for so long they are
 * looked at, twice. */
#define SILENCE_USEC (12 * 1000000ULL)
#define SECOND_LOOK_USEC (4 * 1000000ULL)
#define GRACE_SECONDS 10

struct worker_join {
        struct facts facts;
        char *domain;           /* NULL: the tool finds it */
        sd_event_source *silence;
        struct op *looking;
        unsigned unanswered;    /* looks, one after the other */
        bool gone;              /* the tool was stopped for it */
        struct failure_facts known;
        void (*then)(struct worker *w);
};

void worker_join_free(struct worker *w) {
        if (!w->join)
                return;
        worker_join_unwatch(w);
        facts_done(&w->join->facts);
        free(w->join->domain);
        free(w->join);
        w->join = NULL;
}

/* Only what may have changed since the person saw it, and would spoil the join in a way that its tool does
 * not name: the clock, and others at work. An earlier join the tools refuse themselves; all else was in the
 * console's preflight, and the person went on. */
static void worker_join_looked(struct preflight *p, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        const struct check_result *clock = preflight_find(p, "clock");
        w->join->known = (struct failure_facts) { .clock_known = p->clock_known,
                                                           .clock_usec = p->clock_usec };
        if (clock && clock->message)
                joblog_note(w->log, "clock: %s", clock->message);
        struct error *e = NULL;
        if (p->clock_known && clock && clock->verdict == VERDICT_FAIL) {
                const struct failure *f = failure_of("clock");
                error_set(&e, -ETIME, "%s: %s", f->message, clock->message);
                error_hint(&e, "%s", f->hint);
        }
        const struct check_result *locks = preflight_find(p, "locks"),
                                  *enrolled = preflight_find(p, "enrolled");
        if (!e && locks && locks->verdict == VERDICT_FAIL) {
                error_set(&e, -EBUSY, "Not begun: %s", locks->message);
                error_hint(&e, "%s", locks->hint ? locks->hint : "Try again when it is through");
        }
        if (enrolled && enrolled->verdict == VERDICT_FAIL)
                joblog_note(w->log, "look: %s", enrolled->message);
        preflight_free(p);
        if (e)
                worker_failed(w, e);
        else
                w->join->then(w);
}

int worker_look_at_realm(struct worker *w, void (*then)(struct worker *w), struct error **reterr) {
        w->join = calloc(1, sizeof *w->join);
        if (!w->join)
                return error_set(reterr, -ENOMEM, "Out of memory");
        w->join->then = then;
        facts_read(w->paths->root, &w->join->facts);
        const char *domain = w->plan->join_domain ? w->plan->join_domain : w->join->facts.domain;
        _cleanup_free_ char *clean = domain ? realm_domain(domain, NULL) : NULL;
        if (!clean)
                return STEP_ENDED;      /* the tool itself will find the domain, or say that it cannot */
        w->join->domain = TAKE(clean);
        const struct preflight_order order = { .domain = w->join->domain,
                                               .wanted = w->plan->joins,
                                               .server = w->plan->join_server };
        const struct preflight_options options = {
                .order = &order, .paths = w->paths, .facts = &w->join->facts, .own_job = w->id
        };
        w->op = preflight_start(w->event, &options, NULL, worker_join_looked, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

/* ---- while the tool runs ---- */

static int worker_join_silent(sd_event_source *source, uint64_t usec, void *userdata);

static void listen_for(struct worker *w, uint64_t usec) {
        struct worker_join *j = w->join;
        int r = j->silence ? sd_event_source_set_time_relative(j->silence, usec)
                           : sd_event_add_time_relative(w->event, &j->silence, CLOCK_MONOTONIC, usec, 100000,
                                                        worker_join_silent, w);
        if (r < 0 || sd_event_source_set_enabled(j->silence, SD_EVENT_ONESHOT) < 0)
                joblog_note(w->log, "whether the realm's servers stay cannot be watched");
}

static void looked_again(struct preflight *p, void *userdata) {
        struct worker *w = userdata;
        struct worker_join *j = w->join;
        const struct check_result *ports = preflight_find(p, "ports");
        bool alive = p->clock_known || (ports && ports->verdict == VERDICT_OK);
        j->looking = op_cancel(j->looking);
        j->unanswered = alive ? 0 : j->unanswered + 1;
        if (!alive)
                joblog_note(w->log, "silence, and the realm's servers do not answer any more%s%s",
                            ports && ports->message ? ": " : "",
                            ports && ports->message ? ports->message : "");
        preflight_free(p);
        if (j->unanswered < 2)
                listen_for(w, alive ? SILENCE_USEC : SECOND_LOOK_USEC);
        else if (w->pty) {
                joblog_note(w->log, "the installer is stopped: it waits for servers that are gone");
                j->gone = true;
                pty_stop(w->pty, GRACE_SECONDS);
        }
}

static int worker_join_silent(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        struct worker_join *j = w->join;
        const struct preflight_order order = { .domain = j->domain,
                                               .wanted = w->plan->joins,
                                               .server = w->plan->join_server };
        const struct preflight_options options = {
                .order = &order, .paths = w->paths, .facts = &j->facts, .own_job = w->id
        };
        j->looking = preflight_start(w->event, &options, NULL, looked_again, w);
        return 0;
}

/* Only servers that were there can go away: where they did not answer this host from the beginning, the tool
 * may know another way. */
static bool worker_join_watched(const struct worker *w) {
        const struct worker_join *j = w->join;
        return j && j->domain && j->known.clock_known && !j->gone;
}

void worker_join_watch(struct worker *w) {
        if (worker_join_watched(w))
                listen_for(w, SILENCE_USEC);
}

void worker_join_heard(struct worker *w) {
        struct worker_join *j = w->join;
        if (!worker_join_watched(w))
                return;
        j->looking = op_cancel(j->looking);
        j->unanswered = 0;
        listen_for(w, SILENCE_USEC);
}

void worker_join_unwatch(struct worker *w) {
        if (!w->join)
                return;
        w->join->silence = sd_event_source_disable_unref(w->join->silence);
        w->join->looking = op_cancel(w->join->looking);
}

bool worker_join_servers_gone(const struct worker *w, struct error **reterr) {
        if (!w->join || !w->join->gone)
                return false;
        const struct failure *f = failure_of("controller-gone");
        error_set(reterr, -EHOSTUNREACH, "%s", f->message);
        error_hint(reterr, "%s. %s", f->cause, f->hint);
        return true;
}

/* ---- how it ended ---- */

/* The end of what the command printed. */
static char *read_tail(const struct worker *w, size_t *ret_n) {
        _cleanup_close_ int fd = openat(w->folder, "log", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0)
                return NULL;
        off_t from = st.st_size > (off_t) TAIL_BYTES ? st.st_size - (off_t) TAIL_BYTES : 0;
        char *text = malloc(TAIL_BYTES);
        ssize_t n = text ? pread(fd, text, TAIL_BYTES, from) : -1;
        if (n < 0) {
                free(text);
                return NULL;
        }
        *ret_n = (size_t) n;
        return text;
}

bool worker_kept_account(struct worker *w) {
        size_t n = 0;
        _cleanup_free_ char *tail = w->plan->deletes_account ? read_tail(w, &n) : NULL;
        return tail && failure_kept_account(tail, n);
}

bool worker_explain_join(struct worker *w, int status, struct error **reterr) {
        size_t n = 0;
        if (w->plan->joins == REALM_NONE || (w->plan->verb != VERB_INSTALL && !w->plan->deletes_account))
                return false;
        _cleanup_free_ char *tail = read_tail(w, &n);
        const struct failure_facts *known = w->join ? &w->join->known : NULL;
        /* an image's installer may run either tool, whatever the mode is called */
        struct diagnosis d = tail ? failure_find(TOOL_ANY, status, tail, n, known) : (struct diagnosis) {};
        if (status == 0 && (!d.failure || !d.failure->texts[0])) {
                error_set(reterr, -EIO, "The account of this host in the realm could not be deleted");
                error_hint(reterr, "The last lines of the log say why; without a password the host leaves "
                                   "and the account stays");
                return true;
        }
        if (!d.failure || !d.failure->texts[0])
                return false;
        char words[48];
        error_set(reterr, -EIO, "%s", d.failure->message);
        error_hint(reterr, "%s. %s%s%s%s", d.failure->cause, d.failure->hint,
                   d.clock_too ? ". And this host's clock is off: it is " : "",
                   d.clock_too ? clock_words(words, known->clock_usec) : "",
                   d.clock_too ? " the servers'" : "");
        return true;
}

void worker_note_join_warnings(struct worker *w) {
        const struct failure *found[8];
        size_t n = 0;
        if (w->plan->joins == REALM_NONE)
                return;
        _cleanup_free_ char *tail = read_tail(w, &n);
        size_t count = tail ? failure_warnings(TOOL_ANY, tail, n, found, ELEMENTS(found)) : 0;
        for (size_t i = 0; i < count; i++)
                joblog_note(w->log, "joined, but look at this: %s. %s. %s", found[i]->message,
                            found[i]->cause, found[i]->hint);
}
