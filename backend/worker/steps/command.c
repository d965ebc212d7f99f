/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the label's command on a terminal. */
#include <signal.h>

#include "backend/store/delivery.h"
#include "backend/worker/step.h"

#define GRACE_SECONDS 10

struct command_state {
        struct delivery_prompts *prompts;
        bool spoke; /* any output yet */
        bool withdrawn; /* the files of the earlier install, where it is done anew */
};

static void command_clear(struct worker *w) {
        struct command_state *s = w->state;
        s->prompts = delivery_prompts_free(s->prompts);
        worker_join_unwatch(w);
}

static const char *command_program(const struct worker *w) {
        return w->plan->verb == VERB_UNINSTALL ? "uninstaller"
               : w->plan->verb == VERB_UPGRADE ? "upgrade command"
                                               : "installer";
}

/* ---- while it runs ---- */

static void command_type(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        (void) pty_type(w->wait.pty, bytes, n);
}

static void command_on_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        struct command_state *s = w->state;
        s->spoke = true;
        joblog_output(w->log, bytes, n);
        worker_join_heard(w);
        delivery_prompts_output(s->prompts, bytes, n, command_type, w);
}

static void command_on_escalation(int signal, void *userdata) {
        struct worker *w = userdata;
        if (signal == SIGTERM)
                joblog_note(w->log, "asked the %s to stop (TERM); in %d seconds it is killed",
                            command_program(w), GRACE_SECONDS);
        else
                joblog_note(w->log, "killed the %s (KILL)", command_program(w));
}

/* Podman 5.4 loses the output of a container that ended without reading its input, about 3 times in 100. The
 * container's log has it, mostly in the journal; of a command with a secret nothing does
 * (--log-driver=none). */
#define SILENT_HINT \
        "No output arrived here; the journal may have what its container printed: journalctl _COMM=conmon"
#define SILENT_SECRET_HINT \
        "No output arrived here, and the engine keeps none of a command that has a secret: try it again"

/* Sets the error of a failed command. */
static int command_judge(struct worker *w, struct error **reterr) {
        const struct command_state *s = w->state;
        const char *hint = NULL;
        _cleanup_free_ char *status = str_printf("%d", w->got.status);
        int r = w->got.exited ? recorder_add(w->recorder, STEP_COMMAND, RECORD_EXIT, status, reterr) : 0;
        if (r >= 0 && !w->cancelled)
                r = worker_join_judge(w, reterr);
        if (r < 0)
                return r;
        if (w->cancelled)
                return error_set(reterr, -ECANCELED, "Cancelled while the %s ran", command_program(w));
        if (!w->got.exited)
                error_set(reterr, -EIO, "The %s was killed by signal %s (%s)", command_program(w), status,
                          strsignal(w->got.status));
        else if (w->got.status == 0)
                return STEP_ENDED;
        else {
                const char *words = worker_needs_engine(w) ? engine_explain_exit(w->got.status, &hint) : NULL;
                error_set(reterr, -EIO, "The %s ended with status %s%s%s", command_program(w), status,
                          words ? ": " : "", words ? words : "");
        }
        _cleanup_free_ char *last = s->spoke ? worker_last_line(w->folder) : NULL;
        if (last && !hint)
                return error_hint(reterr, "Its last line: %s", last);
        if (last)
                return error_hint(reterr, "Its last line: %s. %s", last, hint);
        bool silent = !s->spoke && worker_needs_engine(w);
        return error_hint(reterr, "%s",
                          hint     ? hint
                          : silent ? (w->plan->n_secrets ? SILENT_SECRET_HINT : SILENT_HINT)
                                   : "Its output says no more");
}

static int command_ended(struct worker *w, struct error **reterr) {
        delivery_remove_files(w->paths, w->plan->name);
        joblog_flush(w->log);
        return command_judge(w, reterr);
}

static int command_run(struct worker *w, struct error **reterr) {
        struct command_state *s = w->state;
        w->wait.stoppable = NULL;
        _cleanup_close_ int input = -1;
        delivery_remove_files(w->paths, w->plan->name); /* of a job that died */
        int r = delivery_permitted(w->plan, reterr);
        if (r >= 0)
                r = delivery_prompts_new(w->plan, w->secrets, &s->prompts, reterr);
        if (r >= 0)
                r = delivery_write_files(w->paths, w->plan, w->secrets, reterr);
        if (r >= 0)
                r = delivery_stdin(w->plan, w->secrets, &input, reterr);
        if (r < 0)
                return r;
        const struct pty_options options = {
                .argv = w->plan->command->argv,
                .rows = w->rows,
                .columns = w->columns,
                .stdin_fd = input,
                .output = command_on_output,
                .on_signal = command_on_escalation,
        };
        _cleanup_free_ char *text = argv_text(w->plan->command->argv);
        joblog_note(w->log, "%s", text);
        r = worker_run_program(w, options, command_ended, reterr);
        if (r >= 0)
                worker_join_watch(w);
        return r;
}

static int command_begin(struct worker *w, struct error **reterr) {
        if (*reterr)
                return (*reterr)->code;
        int r = worker_save_containers(w, reterr);
        return r < 0 ? r : command_run(w, reterr);
}

static int command_inspected(struct worker *w, struct error **reterr) {
        if (w->got.image)
                return worker_list_containers(w, command_begin);
        if ((*reterr)->code != -ENOENT)
                return (*reterr)->code;
        /* Else a service whose image was removed could never be uninstalled. */
        *reterr = error_free(*reterr);
        worker_leftover(w, "the image's own uninstaller did not run: the image is gone from this host");
        worker_note(w, "the image is gone");
        return STEP_ENDED;
}

static int command_apply(struct worker *w, struct error **reterr) {
        struct command_state *s = w->state;
        if (!w->plan->command)
                return worker_nothing(w, "the image has no label for it");
        if (w->plan->from && w->plan->verb != VERB_UPGRADE && !s->withdrawn) {
                s->withdrawn = true;
                return worker_withdraw_install(w, command_apply, reterr);
        }
        if (!worker_needs_engine(w))
                return command_run(w, reterr);
        w->wait.stoppable = w->plan->verb == VERB_UNINSTALL ? "Cancelled before the uninstaller ran"
                            : w->plan->verb == VERB_UPGRADE ? "Cancelled before the upgrade command ran"
                                                            : "Cancelled before the installer ran";
        if (w->plan->verb != VERB_UNINSTALL || !w->plan->pin.image_id)
                return worker_list_containers(w, command_begin);
        w->wait.next = command_inspected;
        w->wait.op = engine_inspect_image(w->engine, w->plan->pin.image_id, worker_on_image, w);
        return STEP_WAITS;
}

static void command_stop(struct worker *w) {
        pty_stop(w->wait.pty, GRACE_SECONDS);
}

/* The snapshot restores its files; its containers are removed here. */
static int command_undo(struct worker *w, struct error **reterr) {
        delivery_remove_files(w->paths, w->plan->name);
        return worker_undo_join(w, reterr);
}

const struct step command_step = {
        .size = sizeof(struct command_state),
        .clear = command_clear,
        .apply = command_apply,
        .undo = command_undo,
        .stop = command_stop,
};
