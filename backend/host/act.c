/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Actions on units: looks at the unit, refuses what cannot come of it, acts as its kind needs it, and
 * looks again before it says what came of it.
 *
 *     LOOK -> systemd | systemd-sysv-install, reload | a job -> LOOK AGAIN -> done */

#include "backend/host/internal.h"
#include "backend/io/pty.h"
#include "backend/io/turn.h"
#include "base/text.h"
#include "model/service/action.h"
#include "model/service/signal.h"

#define SYSV_INSTALL "/usr/lib/systemd/systemd-sysv-install"
#define SAID_MAX 4096U

struct acting {
        struct op op; /* inner: the present operation */
        struct backend *backend;
        struct units *units;
        bool user; /* of a user's manager */
        char *name;
        enum unit_action action;
        int signal;
        struct unit_detail *before, *after;
        char **made;     /* by systemd */
        struct pty *pty; /* systemd-sysv-install */
        struct str said;
        sd_event_source *later;
        struct error *error;
        char *report;
        acted_done_t done;
        void *userdata;
};

static void acting_drop(struct op *op) {
        struct acting *a = container_of(op, struct acting, op);
        unit_detail_free(a->before);
        unit_detail_free(a->after);
        strv_free(a->made);
        pty_free(a->pty);
        str_done(&a->said);
        sd_event_source_disable_unref(a->later);
        error_free(a->error);
        FREE_ALL(a->name, a->report);
}

static void acting_end(void *state) {
        struct acting *a = state;
        struct error *e = TAKE(a->error);
        char *report = TAKE(a->report);
        if (e) {
                free(report);
                report = NULL;
        }
        op_end(&a->op);
        a->done(report, e, a->userdata);
}

static void acting_fail(struct acting *a, struct error *e) {
        a->error = e;
        acting_end(a);
}

static const char *acting_unit(const struct acting *a) {
        return a->before ? a->before->unit.name : a->name;
}

/* ---- the end ---- */

static void acting_report(struct acting *a) {
        if (a->action == UNIT_KILL) {
                _cleanup_free_ char *signal = signal_text(a->signal);
                a->report = str_printf("%s was sent to the processes of %s", signal, acting_unit(a));
                return;
        }
        unit_action_report(a->action, a->name, a->before, a->after, a->made, &a->report, &a->error);
}

/* A daemon with a broken configuration starts, and only its log says so. */
static void acting_on_words(struct log_line *lines, size_t n, void *userdata) {
        struct acting *a = userdata;
        size_t errors = log_errors(lines, n);
        op_wait(&a->op, NULL);
        acting_report(a);
        if (errors && a->report) {
                _cleanup_free_ char *report = TAKE(a->report);
                a->report = str_printf(plural(errors, "%s; its log has %zu error since",
                                              "%s; its log has %zu errors since"),
                                       report, errors);
        }
        acting_end(a);
}

static void acting_on_after(struct unit_detail *unit, struct error *e, void *userdata) {
        struct acting *a = userdata;
        bool starts = a->action == UNIT_START || a->action == UNIT_RESTART;
        op_wait(&a->op, NULL);
        a->after = unit;
        error_free(e); /* a unit that is gone after a stop or disable (a transient one) has no state */
        if (starts && unit && unit->invocation) {
                op_wait(&a->op,
                        units_last_words(a->units, unit->invocation, NULL, 0, true, acting_on_words,
                                         a));
                return;
        }
        acting_report(a);
        acting_end(a);
}

static void acting_look_again(struct acting *a) {
        op_wait(&a->op, units_show(a->units, acting_unit(a), acting_on_after, a));
}

/* ---- by systemd ---- */

static void acting_on_acted(char **made, struct error *e, void *userdata) {
        struct acting *a = userdata;
        op_wait(&a->op, NULL);
        const char *at = unit_template(a->name);
        a->made = made;
        if (e && at)
                error_hint(&e, "Name an instance: %.*s@NAME%s", (int) (at - a->name), a->name, at + 1);
        if (e)
                acting_fail(a, e);
        else
                acting_look_again(a);
}

/* ---- by systemd-sysv-install ---- */

static void acting_on_reloaded(struct error *e, void *userdata) {
        struct acting *a = userdata;
        op_wait(&a->op, NULL);
        if (e)
                acting_fail(a, e);
        else
                acting_look_again(a);
}

static void acting_on_output(const void *bytes, size_t n, void *userdata) {
        struct acting *a = userdata;
        if (a->said.length + n <= SAID_MAX)
                str_add_bytes(&a->said, bytes, n);
}

static void acting_on_ended(bool exited, int status, void *userdata) {
        struct acting *a = userdata;
        a->pty = pty_free(a->pty);
        if (exited && status == 0) {
                op_wait(&a->op, units_reload(a->units, acting_on_reloaded, a));
                return;
        }
        _cleanup_free_ char *said = text_cleaned(a->said.text);
        struct error *e = NULL;
        error_set(&e, -EIO, "%s was not %s: " SYSV_INSTALL " ended with status %d", acting_unit(a),
                  unit_action_done(a->action), status);
        if (!str_empty(said))
                error_hint(&e, "It says: %s", said);
        acting_fail(a, e);
}

static void acting_run_sysv(struct acting *a) {
        _cleanup_free_ char *program = str_printf("%s" SYSV_INSTALL, a->backend->paths.root);
        const char *unit = acting_unit(a), *dot = strrchr(unit, '.');
        _cleanup_free_ char *script = str_printf("%.*s", (int) (dot ? dot - unit : (int) strlen(unit)), unit);
        char *const argv[] = { program, (char *) unit_action_name(a->action), script, NULL };
        char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                      (char *) "LC_ALL=C.UTF-8", NULL };
        const struct pty_options options = { .argv = argv,
                                             .environment = environment,
                                             .stdin_fd = -1,
                                             .output = acting_on_output,
                                             .ended = acting_on_ended,
                                             .userdata = a };
        if (pty_new(a->backend->event, &options, &a->pty, &a->error) < 0)
                acting_end(a);
}

/* ---- by a job ---- */

/* The watch ends in the next turn: the handle may not be dropped in its callback. */
static int acting_on_later(sd_event_source *source, uint64_t usec, void *userdata) {
        struct acting *a = userdata;
        a->later = sd_event_source_disable_unref(a->later);
        op_wait(&a->op, NULL);
        if (a->error)
                acting_end(a);
        else
                acting_look_again(a);
        return 0;
}

static void acting_on_job(const struct job *job, void *userdata) {
        struct acting *a = userdata;
        if (a->later || (!job_state_final(job->state) && job->state != JOB_INTERRUPTED))
                return;
        if (job->state != JOB_DONE) {
                error_set(&a->error, -EIO, "%s was not %s: job %s: %s", acting_unit(a),
                          unit_action_done(a->action), job->id,
                          job->message ? job->message : "it did not end");
                if (job->hint)
                        error_hint(&a->error, "%s", job->hint);
        }
        sd_event_add_time_relative(a->backend->event, &a->later, CLOCK_MONOTONIC, 0, 1, acting_on_later, a);
}

static void acting_on_unwatched(struct error *e, void *userdata) {
        struct acting *a = userdata;
        op_wait(&a->op, NULL);
        acting_fail(a, e);
}

static void acting_on_nothing(const void *bytes, size_t n, void *userdata) {
}

static void acting_on_started(const char *id, struct error *e, void *userdata) {
        struct acting *a = userdata;
        const struct job_watcher watcher = { .job = acting_on_job,
                                             .output = acting_on_nothing,
                                             .failed = acting_on_unwatched,
                                             .userdata = a };
        _cleanup_free_ char *job = xstrdup(id);
        op_wait(&a->op, NULL);
        if (e)
                acting_fail(a, e);
        else
                op_wait(&a->op, jobs_watch(a->backend->jobs, job, &watcher));
}

static void acting_start_job(struct acting *a, const struct service *record) {
        _cleanup_plan_ struct plan *plan = NULL;
        bool on = a->action == UNIT_ENABLE;
        if (backend_boot_plan(a->backend, record, a->before->source, on, &plan, &a->error) < 0)
                acting_end(a);
        else if (str_equal(plan->file.was, plan->file.text))
                acting_look_again(a); /* nothing to change: its state says why, if that is not enough */
        else
                op_wait(&a->op, jobs_start(a->backend->jobs, plan, NULL, acting_on_started, a));
}

/* ---- the beginning ---- */

static void acting_go(struct acting *a) {
        _cleanup_(service_freep) struct service *record = NULL;
        enum unit_way way = WAY_SYSTEMD;
        bool own = a->before && !a->user && backend_owns(a->backend, a->before, &record);
        if (a->before && unit_action_check(a->action, a->before, own, &way, &a->error) < 0)
                acting_end(a);
        else if (way == WAY_SYSV)
                acting_run_sysv(a);
        else if (way == WAY_SOURCE)
                acting_start_job(a, record);
        else
                op_wait(&a->op,
                        a->action == UNIT_KILL
                                ? units_kill(a->units, acting_unit(a), a->signal, acting_on_acted, a)
                                : units_act(a->units, acting_unit(a), a->action, acting_on_acted, a));
}

static void acting_on_before(struct unit_detail *unit, struct error *e, void *userdata) {
        struct acting *a = userdata;
        op_wait(&a->op, NULL);
        a->before = unit;
        if (e && e->code == -ENOENT) {
                acting_fail(a, e);
                return;
        }
        error_free(e); /* systemd says it again, about the action */
        acting_go(a);
}

struct op *backend_act_on_unit(struct host *host, const char *address, enum unit_action action, int signal,
                               acted_done_t done, void *userdata) {
        struct acting *a = new0(struct acting);
        const char *name;
        *a = (struct acting){ .op.drop = acting_drop,
                              .backend = backend_of(host),
                              .action = action,
                              .signal = signal,
                              .done = done,
                              .userdata = userdata };
        a->units = backend_units(a->backend, address, &name);
        a->user = a->units != a->backend->units;
        a->name = xstrdup(name);
        if (unit_action_check_name(action, name, &a->error) < 0)
                return op_answer(&a->op, a->backend->event, acting_end);
        return op_wait(&a->op, units_show(a->units, name, acting_on_before, a));
}
