/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the containers that the plan's command created, without a word added to the command that was
 * consented to (such as a --label; neither engine takes a label from its environment). A list of the
 * containers that exist before is on the disk before the command starts, and Podman stores with each
 * container the command line that created it. A new container is the command's if exactly the plan's words
 * created it, even after the worker died, or if it has a name from the plan. Another container of the same
 * image may be foreign: it stays, and is listed. */
#include <fcntl.h>

#include "backend/worker/step.h"

#define BEFORE "containers-before"
/* From a container's storage to its record Podman takes less than this. */
#define MAKING_USEC 2000000

int worker_save_containers(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **ids = NULL;
        for (size_t i = 0; i < w->got.containers->n; i++)
                strv_add(&ids, w->got.containers->items[i].id);
        return worker_save_lines(w, BEFORE, ids, reterr);
}

static bool containers_has_planned_name(const struct worker *w, const struct container *c) {
        const struct command *run = w->plan->run;
        bool image = w->plan->pin.image_id && str_equal(c->image_id, w->plan->pin.image_id);
        if (w->plan->command->name && str_equal(c->name, w->plan->command->name))
                return true;
        return image && c->name && str_equal(c->name, run && run->name ? run->name : w->plan->name);
}

/* Do the plan's words match? (Jobs of earlier versions could have secrets behind them.) */
static bool containers_made_by(const struct worker *w, const struct container_origin *origin) {
        const struct command *command = w->plan->command;
        size_t n = strv_length(command->argv), secrets = 0;
        for (size_t i = 0; i < w->plan->n_secrets; i++)
                secrets += w->plan->secrets[i].delivery == DELIVER_ARGV;
        if (origin->command) {
                size_t words = strv_length(origin->command);
                if (words < n || (words > n && !secrets))
                        return false;
                /* the first word is the engine, whatever its path */
                for (size_t i = 1; i < n; i++)
                        if (strcmp(origin->command[i], command->argv[i]) != 0)
                                return false;
                return true;
        }
        /* Docker stores only the words that are run in the container: those must match. Podman has no command
         * line for a container that was created through its socket. */
        if (command->engine != ENGINE_DOCKER || command->operand == 0)
                return false;
        char *const *words = command->argv + command->operand + 1;
        return !*words || secrets || strv_equal(words, origin->words);
}

static void containers_mark(struct worker *w, const struct container *c) {
        joblog_note(w->log, "stopping and removing the container %s", c->name ? c->name : c->id);
        strv_add(&w->wait.queue.names, c->id);
}

static int containers_next(struct worker *w, struct error **reterr);

static bool containers_is_storage(const struct container *c) {
        return str_equal(c->state, "storage");
}

/* Of a container that was being made or removed when the power failed, the engine may have kept the record
 * and lost the storage, or the other way round: it cannot be inspected, and can never run. It is of the
 * command's image and time. */
static bool containers_is_wreck(const struct container *c, const struct error *e) {
        if (e && e->code == -ENOENT)
                return containers_is_storage(c);
        return e && e->code == -EIO && (str_equal(c->state, "created") || str_equal(c->state, "exited"));
}

static int containers_judge(struct worker *w, struct error **reterr) {
        const struct container *c = &w->got.containers->items[w->got.container_at++];
        if (containers_is_wreck(c, *reterr)) {
                worker_log_error(w, *reterr);
                *reterr = error_free(*reterr);
                containers_mark(w, c);
                return containers_next(w, reterr);
        }
        if (*reterr && (*reterr)->code != -ENOENT)
                return (*reterr)->code;
        *reterr = error_free(*reterr);
        if (w->got.origin && containers_made_by(w, w->got.origin))
                containers_mark(w, c);
        else if (w->got.origin)
                worker_leftover(w,
                                "the container %s of the same image: it was made meanwhile, and not by the "
                                "command of this job",
                                c->name ? c->name : c->id);
        return containers_next(w, reterr);
}

static void containers_on_origin(struct container_origin *origin, struct error *e, void *userdata) {
        struct worker *w = userdata;
        container_origin_free(w->got.origin);
        w->got.origin = origin;
        worker_on_done(e, w);
}

static int containers_look(struct worker *w, struct error **reterr) {
        const struct container *c = &w->got.containers->items[w->got.container_at];
        w->wait.next = containers_judge;
        w->wait.op = engine_find_origin(w->engine, c->id, containers_on_origin, w);
        return STEP_WAITS;
}

static int containers_next(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **before = worker_load_lines(w->folder, BEFORE, NULL);
        for (; w->got.container_at < w->got.containers->n; w->got.container_at++) {
                const struct container *c = &w->got.containers->items[w->got.container_at];
                if (strv_contains(before, c->id))
                        continue;
                if (containers_has_planned_name(w, c))
                        containers_mark(w, c);
                else if (w->plan->pin.image_id && str_equal(c->image_id, w->plan->pin.image_id))
                        /* Somebody else may just be making it. */
                        return containers_is_storage(c)
                                       ? worker_wait(w, MAKING_USEC, containers_look, reterr)
                                       : containers_look(w, reterr);
        }
        return worker_remove_containers(w, TAKE(w->wait.queue.names), true, NULL, reterr);
}

static int containers_listed(struct worker *w, struct error **reterr) {
        return *reterr ? (*reterr)->code : containers_next(w, reterr);
}

const struct container *worker_left_container(struct worker *w) {
        _cleanup_strv_ char **before = worker_load_lines(w->folder, BEFORE, NULL);
        const struct container *left = NULL;
        for (size_t i = 0; w->got.containers && i < w->got.containers->n; i++) {
                const struct container *c = &w->got.containers->items[i];
                bool image = w->plan->pin.image_id && str_equal(c->image_id, w->plan->pin.image_id);
                if (!strv_contains(before, c->id) && c->name && !containers_is_storage(c) &&
                    (image || containers_has_planned_name(w, c)))
                        left = c;
        }
        return left;
}

int worker_remove_own_containers(struct worker *w) {
        /* Without the list the command was never started. */
        if (!worker_needs_engine(w) || faccessat(w->folder, BEFORE, F_OK, 0) < 0)
                return STEP_ENDED;
        w->got.container_at = 0;
        return worker_list_containers(w, containers_listed);
}
