/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/follow.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "backend/format/emit.h"
#include "backend/io/digest.h"
#include "base/feed.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "model/realm/failure.h"

struct following {
        struct session *session;
        const char *id;
        struct feed *feed;
        bool over; /* the job is in a final state and its whole log was printed */
        bool left; /* Ctrl-C */
        bool undo; /* a rollback is the wanted result */
        bool mute; /* nothing is typed */
        bool now;  /* it ends behind what is there */
        struct job *job;
        struct error *error;
        uint64_t bytes;                    /* of the log, printed so far */
        follow_end_t end;                  /* NULL: the usual end */
        const struct arguments *arguments; /* of end */
};

static void print_line(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        const struct following *f = userdata;
        if (f->session->json)
                return; /* the output stays in the job's log; only the end is printed */
        /* What a command prints could look like our steps and result. */
        if (!marks_are_own(marks, bytes))
                out_raw("| ", 2);
        out_raw(text, bytes);
        out_raw("\n", 1);
}

/* A job that lost its worker has no end either: it waits for a decision. */
static void end_when_whole(struct following *f) {
        if (f->job && (f->now || job_state_final(f->job->state) || f->job->state == JOB_INTERRUPTED) &&
            f->bytes >= f->job->log_size)
                f->over = true;
}

static void follow_job_moved(const struct job *job, void *userdata) {
        struct following *f = userdata;
        job_free(f->job);
        f->job = job_copy(job);
        end_when_whole(f);
}

static void output_came(const void *bytes, size_t n, void *userdata) {
        struct following *f = userdata;
        f->bytes += n;
        feed_write(f->feed, bytes, n);
        fflush(stdout);
        end_when_whole(f);
}

static void watch_failed(struct error *e, void *userdata) {
        struct following *f = userdata;
        f->error = e;
        f->over = true;
}

static int follow_interrupted(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct following *f = userdata;
        f->left = f->over = true;
        return 0;
}

static int follow_typed(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct following *f = userdata;
        char bytes[1024];
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0) {
                sd_event_source_set_enabled(source, SD_EVENT_OFF);
                return 0;
        }
        host_job_input(f->session->host, f->id, bytes, (size_t) n, NULL);
        return 0;
}

static int result_of(struct following *f) {
        if (f->error)
                return error_take(&f->session->error, TAKE(f->error));
        if (f->left) {
                out_note("\nThe job goes on. To come back: fairlead attach %s   To stop it: fairlead cancel "
                         "%s\n",
                         f->id, f->id);
                return EXIT_FAILED;
        }
        feed_flush(f->feed);
        const struct job *job = f->job;
        if (f->now && !job_state_final(job->state)) /* no result yet */
                return EXIT_DONE;
        if (f->session->json && f->end)
                return f->end(f->session, job, f->arguments);
        if (f->session->json) {
                out_json(emit_job(job));
                return job->state == JOB_DONE && !job_checks_fail(job) ? EXIT_DONE : EXIT_FAILED;
        }
        out("%s: %s\n", job_warns(job) ? "done, with warnings" : job_state_word(job),
            job->message ? job->message : "");
        if (job->hint)
                out("  hint: %s\n", job->hint);
        const struct failure *failure =
                job->verb == VERB_INSTALL && job->state == JOB_FAILED ? job->failure : NULL;
        if (failure && fix_command(failure->fix))
                out("   do: %s\n", fix_command(failure->fix));
        if (failure && failure->consequence)
                out("       %s\n", failure->consequence);
        for (size_t i = 0; job->state == JOB_DONE && i < job->n_checks; i++) {
                out("  %-5s %s\n", report_verdicts[job->checks[i].verdict], job->checks[i].text);
        }
        if (job->state == JOB_DONE && job_checks_fail(job))
                out("  undo: fairlead rollback %s\n", job->id);
        for (size_t i = 0; job->left && job->left[i]; i++)
                out("  remains: %s\n", job->left[i]);
        if (f->end)
                return f->end(f->session, job, f->arguments);
        bool undone = job->state == JOB_FAILED || job->state == JOB_CANCELLED;
        if (job->state == JOB_DONE && job_checks_fail(job))
                return EXIT_FAILED;
        return job->state == JOB_DONE || (f->undo && undone) ? EXIT_DONE : EXIT_FAILED;
}

static int follow_follow(struct following *f) {
        struct session *s = f->session;
        const struct feed_sink sink = { .line = print_line, .userdata = f };
        f->feed = feed_new(&sink);
        struct job_watcher watcher = { .job = follow_job_moved,
                                       .output = output_came,
                                       .failed = watch_failed,
                                       .userdata = f,
                                       .log_offset = f->bytes };
        struct op *op = host_watch_job(s->host, f->id, &watcher);
        sigset_t mask;
        sigemptyset(&mask);
        sigaddset(&mask, SIGINT);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        sd_event_source *interrupt = NULL, *keys = NULL;
        sd_event_add_signal(s->event, &interrupt, SIGINT, follow_interrupted, f);
        if (in_is_terminal() && !f->mute)
                sd_event_add_io(s->event, &keys, STDIN_FILENO, EPOLLIN, follow_typed, f);
        while (!f->over && sd_event_run(s->event, UINT64_MAX) >= 0)
                ;
        op_cancel(op);
        sd_event_source_unref(interrupt);
        sd_event_source_unref(keys);
        int status = result_of(f);
        job_free(f->job);
        feed_free(f->feed);
        return status;
}

int follow_job(struct session *s, const char *id) {
        return follow_job_from(s, id, 0, false);
}

int follow_job_from(struct session *s, const char *id, uint64_t offset, bool undo) {
        return follow_follow(&(struct following) { .session = s, .id = id, .bytes = offset, .undo = undo });
}

int follow_job_output(struct session *s, const char *id, bool now) {
        return follow_follow(&(struct following) { .session = s, .id = id, .mute = true, .now = now });
}

int follow_print_job(struct session *s, const char *id) {
        _cleanup_(job_freep) struct job *job = NULL;
        int r = find_job(s, id, &job, &s->error);
        return r < 0 ? r : out_json(emit_job(job));
}

/* Consent: --yes, the hash of this very plan, or the word yes on a terminal after the plan was shown. */
static int follow_consent(const struct session *s, const struct plan *plan, const struct arguments *a) {
        _cleanup_error_ struct error *e = NULL;
        if (plan_permitted(plan, &e) < 0) {
                if (!s->json)
                        out("\n");
                fflush(stdout);
                out_error(e);
                return EXIT_REFUSED;
        }
        const char *wanted = argument_value(a, OPTION_CONSENT);
        char hash[DIGEST_HEX];
        digest_plan(plan, hash);
        if (wanted && strcmp(hash, wanted) != 0) {
                out_note("fairlead: The plan is not the one consented to: image, label, answers or unit "
                         "differ\n"
                         "  hint: fairlead plan --json shows it as it is now\n");
                return EXIT_REFUSED;
        }
        if (wanted || a->given[OPTION_YES])
                return EXIT_DONE;
        if (s->json || !in_is_terminal()) {
                out_note("fairlead: Nothing was done. Add --yes to carry this plan out.\n");
                return EXIT_REFUSED;
        }
        char line[ASK_BYTES];
        while (s->brief && ask_line("Carry this plan out? [yes/no, d: all of it] ", line))
                if (STR_IN_SET(line, "d", "D"))
                        report_plan(plan);
                else if (ask_is_yes(line))
                        return EXIT_DONE;
                else
                        break;
        if (!s->brief && ask_yes("Carry this plan out?"))
                return EXIT_DONE;
        out("Nothing was done.\n");
        return EXIT_REFUSED;
}

int follow_order(struct session *s, struct order *order, const struct arguments *a) {
        return follow_order_to(s, order, a, NULL);
}

int follow_order_to(struct session *s, struct order *order, const struct arguments *a, follow_end_t end) {
        _cleanup_plan_ struct plan *plan = NULL;
        int r = session_make_plan(s, &order->port, &plan, &s->error);
        if (r == -EALREADY) { /* the requested state exists already: not a failure */
                out("%s\n", s->error->message);
                return EXIT_DONE;
        }
        if (r < 0)
                return r;
        if (s->brief)
                report_summary(plan);
        else if (!s->json)
                report_plan(plan);
        int status = follow_consent(s, plan, a);
        if (status != EXIT_DONE) {
                if (s->json)
                        out_json(emit_plan(plan));
                return status;
        }
        const char *way = argument_value(a, OPTION_IF_INTERRUPTED);
        if (way)
                plan->if_interrupted = (enum plan_interrupted) plan_interrupted_from_name(way);
        _cleanup_free_ char *id = NULL;
        r = session_start_job(s, plan, TAKE(order->secrets), &id, &s->error);
        if (r < 0)
                return r;
        if (a->given[OPTION_DETACH]) {
                if (s->json)
                        return follow_print_job(s, id);
                out("%s\n", id);
                return EXIT_DONE;
        }
        if (!s->json)
                out("\nJob %s. You may close this terminal: the job goes on; \"fairlead attach %s\" returns "
                    "to it.\n",
                    id, id);
        return follow_follow(&(struct following) { .session = s, .id = id, .end = end, .arguments = a });
}

int find_job(struct session *s, const char *id, struct job **ret, struct error **reterr) {
        _cleanup_(job_list_freep) struct job_list *jobs = NULL;
        int r = session_list_jobs(s, &jobs, reterr);
        if (r < 0)
                return r;
        for (size_t i = 0; i < jobs->n; i++)
                if (str_equal(jobs->items[i]->id, id)) {
                        *ret = jobs->items[i];
                        jobs->items[i] = jobs->items[--jobs->n];
                        return 0;
                }
        error_set(reterr, -ENOENT, "There is no job %s", id);
        error_hint(reterr, "fairlead jobs lists them");
        return -ENOENT;
}

int follow_resumed(struct session *s, const struct job *job, enum job_resume how, struct secret_list *secrets,
                   bool detach) {
        int r = session_resume_job(s, job->id, how, secrets, &s->error);
        if (r < 0)
                return r;
        if (detach) {
                out("%s\n", job->id);
                return EXIT_DONE;
        }
        return follow_job_from(s, job->id, job->log_size, how == RESUME_ROLL_BACK || job->way == WAY_UNDO);
}
