/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the label's command on a terminal. Its containers are found without a word added to what was consented
 * to (a --label of ours would be one, and neither engine takes a label from its environment): the list of
 * those that were there before is on the disk before the command starts, and Podman writes down, with each
 * container, the very command line that made it. What was not there before and was made by exactly the plan's
 * words is the command's, whoever's worker died; so is what bears a name that the plan gives. Another
 * container of the same image may be somebody else's: it stays, and is listed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "backend/engine/explain.h"
#include "backend/store/delivery.h"
#include "backend/worker/step.h"
#include "base/str.h"

#define GRACE_SECONDS 10

static const char *program_of(const struct worker *w) {
        return w->plan->verb == VERB_UNINSTALL ? "uninstaller"
               : w->plan->verb == VERB_UPGRADE ? "upgrade command"
                                               : "installer";
}

/* ---- while it runs ---- */

static void command_type(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        (void) pty_type(w->pty, bytes, n);
}

static void command_on_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        w->command_spoke = true;
        joblog_output(w->log, bytes, n);
        worker_join_heard(w);
        delivery_prompts_output(w->prompts, bytes, n, command_type, w);
}

static void on_rung(int signal, void *userdata) {
        struct worker *w = userdata;
        if (signal == SIGTERM)
                joblog_note(w->log, "asked the %s to stop (TERM); in %d seconds it is killed", program_of(w),
                            GRACE_SECONDS);
        else
                joblog_note(w->log, "killed the %s (KILL)", program_of(w));
}

/* podman 5.4 loses what a container said when it ended without reading its input: some three times of a
 * hundred. Its log has it, which is the journal mostly. */
#define SILENT_HINT "Nothing that it said came here; what its container said, the journal may have: " \
                    "journalctl _COMM=conmon"

static void command_on_ended(bool exited, int status, void *userdata) {
        struct worker *w = userdata;
        struct error *e = NULL;
        const char *hint = NULL;
        w->pty = pty_free(w->pty);
        worker_join_unwatch(w);
        w->prompts = delivery_prompts_free(w->prompts);
        delivery_remove_files(w->paths, w->plan);
        joblog_flush(w->log);
        if (exited) {
                char text[16];
                snprintf(text, sizeof text, "%d", status);
                if (recorder_add(w->recorder, STEP_COMMAND, RECORD_EXIT, text, &e) < 0) {
                        worker_failed(w, e);
                        return;
                }
        }
        if (!w->cancelled && worker_join_servers_gone(w, &e)) {
                worker_failed(w, e);
                return;
        }
        if (w->cancelled)
                error_set(&e, -ECANCELED, "Cancelled while the %s ran", program_of(w));
        else if (!exited)
                error_set(&e, -EIO, "The %s was killed by signal %d (%s)", program_of(w), status,
                          strsignal(status));
        else if ((status != 0 || worker_kept_account(w)) && worker_explain_join(w, status, &e)) {
                worker_failed(w, e);
                return;
        } else if (status != 0) {
                const char *words = worker_needs_engine(w) ? explain_engine_exit(status, &hint) : NULL;
                error_set(&e, -EIO, "The %s ended with status %d%s%s", program_of(w), status,
                          words ? ": " : "", words ? words : "");
        }
        if (!e) {
                worker_note_join_warnings(w);
                worker_ended(w);
                return;
        }
        if (!hint)
                hint = w->command_spoke || !worker_needs_engine(w) ? "The last lines of the log say why"
                                                                   : SILENT_HINT;
        error_hint(&e, "%s", hint);
        worker_failed(w, e);
}

static int command_run(struct worker *w, struct error **reterr) {
        char **argv = NULL;
        _cleanup_close_ int input = -1;
        delivery_remove_files(w->paths, w->plan);       /* of a job that died */
        int r = delivery_prompts_new(w->plan, w->secrets, &w->prompts, reterr);
        if (r >= 0)
                r = delivery_write_files(w->paths, w->plan, w->secrets, reterr);
        if (r >= 0)
                r = delivery_stdin(w->plan, w->secrets, &input, reterr);
        if (r >= 0)
                r = delivery_argv(w->plan, w->secrets, &argv, reterr);
        if (r < 0)
                return r;
        static char *const nothing[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
        w->command_spoke = false;
        const struct pty_options options = {
                .argv = argv,
                .environment = w->plan->environment ? w->plan->environment : nothing,
                .rows = w->rows,
                .columns = w->columns,
                .stdin_fd = input,
                .output = command_on_output,
                .rung = on_rung,
                .ended = command_on_ended,
                .userdata = w,
        };
        _cleanup_free_ char *text = argv_text(w->plan->command->argv);
        joblog_note(w->log, "%s", text ? text : "(out of memory)");
        r = pty_new(w->event, &options, &w->pty, reterr);
        if (r >= 0)
                worker_join_watch(w);
        delivery_free_argv(argv);
        return r;
}

/* ---- its containers ---- */

static void on_containers_before(struct container_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (!list) {
                worker_failed(w, e);
                return;
        }
        _cleanup_strv_ char **ids = NULL;
        int r = 0;
        for (size_t i = 0; r >= 0 && i < list->n; i++)
                r = strv_add(&ids, list->items[i].id);
        container_list_free(list);
        struct error *failure = NULL;
        if (r >= 0)
                r = worker_save_lines(w, "containers-before", ids, &failure);
        if (r >= 0)
                r = command_run(w, &failure);
        if (r < 0)
                worker_failed(w, failure);
}

static int list_and_run(struct worker *w, struct error **reterr) {
        w->op = engine_list_containers(w->engine, NULL, on_containers_before, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

static void on_image_looked(struct image *image, struct error *e, void *userdata) {
        struct worker *w = userdata;
        struct error *failure = NULL;
        w->op = op_cancel(w->op);
        bool gone = !image && e && e->code == -ENOENT;
        image_free(image);
        if (e && !gone) {
                worker_failed(w, e);
                return;
        }
        error_free(e);
        if (gone) {
                /* Else a service whose image was removed could never be taken off again. */
                worker_kept(w, "the image's own uninstaller did not run: the image is gone from this host");
                worker_note(w, "the image is gone");
                worker_ended(w);
        } else if (list_and_run(w, &failure) < 0)
                worker_failed(w, failure);
}

static int command_apply(struct worker *w, struct error **reterr) {
        if (!w->plan->command) {
                worker_note(w, "the image has no label for it");
                return STEP_NOTHING;
        }
        if (!worker_needs_engine(w)) {
                int r = command_run(w, reterr);
                return r < 0 ? r : STEP_WAITS;
        }
        if (w->plan->verb != VERB_UNINSTALL || !w->plan->image_id)
                return list_and_run(w, reterr);
        w->op = engine_inspect_image(w->engine, w->plan->image_id, on_image_looked, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

static void command_stop(struct worker *w) {
        if (w->pty) {
                pty_stop(w->pty, GRACE_SECONDS);
                return;
        }
        struct error *e = NULL;
        w->op = op_cancel(w->op);
        error_set(&e, -ECANCELED, "Cancelled before the %s ran", program_of(w));
        worker_failed(w, e);
}

/* ---- taking it back: what it did to files is the snapshot's to put back, its containers are ours ---- */

static void on_removed(struct worker *w) {
        struct error *e = NULL;
        if (!w->not_removed) {
                worker_ended(w);
                return;
        }
        error_set(&e, -EIO,
                  w->not_removed == 1 ? "%u container could not be removed"
                                      : "%u containers could not be removed",
                  w->not_removed);
        worker_failed(w, e);
}

static bool has_planned_name(const struct worker *w, const struct container *c) {
        const struct command *run = w->plan->run;
        bool image = w->plan->image_id && str_equal(c->image_id, w->plan->image_id);
        if (w->plan->command->name && str_equal(c->name, w->plan->command->name))
                return true;
        return image && c->name && str_equal(c->name, run && run->name ? run->name : w->plan->name);
}

/* Was it made by the plan's words, and by nothing more than secrets behind them? */
static bool is_the_commands(const struct worker *w, const struct container_origin *origin) {
        const struct command *command = w->plan->command;
        size_t n = strv_length(command->argv), secrets = 0;
        for (size_t i = 0; i < w->plan->n_secrets; i++)
                secrets += w->plan->secrets[i].delivery == DELIVER_ARGV;
        if (origin->command) {
                size_t words = strv_length(origin->command);
                if (words < n || (words > n && !secrets))
                        return false;
                /* the first is the engine, however it was called */
                for (size_t i = 1; i < n; i++)
                        if (strcmp(origin->command[i], command->argv[i]) != 0)
                                return false;
                return true;
        }
        /* Docker keeps only what is run: that must be the same. Podman without a command line was asked
         * through its socket. */
        if (command->engine != ENGINE_DOCKER || command->operand == 0)
                return false;
        char *const *told = command->argv + command->operand + 1;
        return !*told || secrets || strv_equal(told, origin->words);
}

static void command_condemn(struct worker *w, const char *id, const char *name) {
        joblog_note(w->log, "stopping and removing the container %s", name);
        (void) strv_add(&w->condemned, id);
}

static void look_at_suspects(struct worker *w);

static void on_origin(struct container_origin *found, struct error *e, void *userdata) {
        struct worker *w = userdata;
        _cleanup_(container_origin_freep) struct container_origin *origin = found;
        w->op = op_cancel(w->op);
        if (!origin && e->code != -ENOENT) {
                worker_failed(w, e);
                return;
        }
        error_free(e);
        _cleanup_free_ char *id = w->suspects[0];
        memmove(w->suspects, w->suspects + 1, strv_length(w->suspects) * sizeof *w->suspects);
        char *name = id + strcspn(id, " ");
        *name++ = '\0';
        if (origin && is_the_commands(w, origin))
                command_condemn(w, id, name);
        else if (origin)
                worker_kept(w,
                            "the container %s of the same image: it was made meanwhile, and not by the %s's "
                            "own command",
                            name, program_of(w));
        look_at_suspects(w);
}

static void look_at_suspects(struct worker *w) {
        struct error *e = NULL;
        if (strv_length(w->suspects) == 0) {
                if (worker_remove_containers(w, TAKE(w->condemned), on_removed, &e) < 0)
                        worker_failed(w, e);
                return;
        }
        _cleanup_free_ char *id = strndup(w->suspects[0], strcspn(w->suspects[0], " "));
        w->op = id ? engine_look_at_origin(w->engine, id, on_origin, w) : NULL;
        if (!w->op) {
                error_set(&e, -ENOMEM, "Out of memory");
                worker_failed(w, e);
        }
}

static void on_containers_now(struct container_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        w->op = op_cancel(w->op);
        if (!list) {
                worker_failed(w, e);
                return;
        }
        _cleanup_strv_ char **before = NULL;
        (void) worker_load_lines(w, "containers-before", &before, NULL);
        for (size_t i = 0; i < list->n; i++) {
                const struct container *c = &list->items[i];
                if (strv_contains(before, c->id))
                        continue;
                const char *name = c->name ? c->name : c->id;
                if (has_planned_name(w, c))
                        command_condemn(w, c->id, name);
                else if (w->plan->image_id && str_equal(c->image_id, w->plan->image_id))
                        (void) strv_addf(&w->suspects, "%s %s", c->id, name);
        }
        container_list_free(list);
        look_at_suspects(w);
}

static int command_undo(struct worker *w, struct error **reterr) {
        delivery_remove_files(w->paths, w->plan);
        if (!worker_needs_engine(w))
                return STEP_ENDED;
        /* Without the list nothing was started yet. */
        if (faccessat(w->folder, "containers-before", F_OK, 0) < 0)
                return STEP_ENDED;
        w->op = engine_list_containers(w->engine, NULL, on_containers_now, w);
        return w->op ? STEP_WAITS : error_set(reterr, -ENOMEM, "Out of memory");
}

const struct step command_step = {
        .step = STEP_COMMAND,
        .apply = command_apply,
        .undo = command_undo,
        .stop = command_stop,
};
