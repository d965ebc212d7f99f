/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the containers that the plan's command created, without a word added to the command that was
 * consented to (such as a --label; neither engine takes a label from its environment). A list of the
 * containers that exist before is on the disk before the command starts, and Podman stores with each
 * container the command line that created it. A new container is the command's if exactly the plan's words
 * created it, even after the worker died, or if it has a name from the plan. Another container of the same
 * image may be foreign: it stays, and is listed. */
#include <fcntl.h>
#include <unistd.h>

#include "backend/worker/step.h"

#define BEFORE "containers-before"

/* ---- before the command ---- */

static void containers_on_before(struct container_list *list, struct error *e, void *userdata) {
        struct worker *w = userdata;
        _cleanup_strv_ char **ids = NULL;
        w->op = op_cancel(w->op);
        for (size_t i = 0; list && i < list->n; i++)
                strv_add(&ids, list->items[i].id);
        if (!list || worker_save_lines(w, BEFORE, ids, &e) < 0)
                worker_failed(w, e);
        else
                worker_next(w);
        container_list_free(list);
}

int worker_list_containers(struct worker *w, step_next_t next) {
        w->next = next;
        w->op = engine_list_containers(w->engine, containers_on_before, w);
        return STEP_WAITS;
}

/* ---- after it ---- */

enum fate { FATE_OPEN, FATE_REMOVE, FATE_STAYS };

struct candidate {
        char *id, *name;
        enum fate fate;
};

struct containers {
        struct worker *w;
        struct op *op, *call;
        struct candidate *candidates;
        size_t n, at; /* the one that the engine is queried for */
};

static void containers_free(void *userdata) {
        struct containers *c = userdata;
        op_cancel(c->call);
        for (size_t i = 0; i < c->n; i++) {
                free(c->candidates[i].id);
                free(c->candidates[i].name);
        }
        free(c->candidates);
        free(c);
}

/* Ends this operation; another one follows, or the step fails. */
static struct worker *containers_end(struct containers *c) {
        struct worker *w = c->w;
        op_finish(c->op);
        containers_free(c);
        w->op = op_cancel(w->op);
        return w;
}

static bool containers_has_planned_name(const struct worker *w, const struct container *c) {
        const struct command *run = w->plan->run;
        bool image = w->plan->pin.image_id && str_equal(c->image_id, w->plan->pin.image_id);
        if (w->plan->command->name && str_equal(c->name, w->plan->command->name))
                return true;
        return image && c->name && str_equal(c->name, run && run->name ? run->name : w->plan->name);
}

/* Do the plan's words match, with nothing but secrets behind them? */
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

static void containers_remove(struct containers *c) {
        char **ids = NULL;
        for (size_t i = 0; i < c->n; i++)
                if (c->candidates[i].fate == FATE_REMOVE) {
                        joblog_note(c->w->log, "stopping and removing the container %s",
                                    c->candidates[i].name);
                        strv_add(&ids, c->candidates[i].id);
                }
        worker_remove_containers(containers_end(c), ids, true, NULL);
}

static void containers_next(struct containers *c);

static void containers_on_origin(struct container_origin *found, struct error *e, void *userdata) {
        struct containers *c = userdata;
        _cleanup_(container_origin_freep) struct container_origin *origin = found;
        struct candidate *candidate = &c->candidates[c->at];
        c->call = op_cancel(c->call);
        if (!origin && e->code != -ENOENT) {
                worker_failed(containers_end(c), e);
                return;
        }
        error_free(e);
        candidate->fate = origin && containers_made_by(c->w, origin) ? FATE_REMOVE : FATE_STAYS;
        if (origin && candidate->fate == FATE_STAYS)
                worker_leftover(c->w,
                                "the container %s of the same image: it was made meanwhile, and not by the "
                                "command of "
                                "this job",
                                candidate->name);
        containers_next(c);
}

static void containers_next(struct containers *c) {
        while (c->at < c->n && c->candidates[c->at].fate != FATE_OPEN)
                c->at++;
        if (c->at < c->n)
                c->call =
                        engine_find_origin(c->w->engine, c->candidates[c->at].id, containers_on_origin, c);
        else
                containers_remove(c);
}

static void containers_add(struct containers *c, const struct container *found, enum fate fate) {
        room_for_one((void **) &c->candidates, c->n, sizeof *c->candidates);
        c->candidates[c->n++] = (struct candidate){ .id = xstrdup(found->id),
                                                    .name = xstrdup(found->name ? found->name : found->id),
                                                    .fate = fate };
}

static void containers_on_now(struct container_list *list, struct error *e, void *userdata) {
        struct containers *c = userdata;
        struct worker *w = c->w;
        c->call = op_cancel(c->call);
        if (!list) {
                worker_failed(containers_end(c), e);
                return;
        }
        _cleanup_strv_ char **before = NULL;
        (void) worker_load_lines(w->folder, BEFORE, &before, NULL);
        for (size_t i = 0; i < list->n; i++) {
                const struct container *found = &list->items[i];
                if (strv_contains(before, found->id))
                        continue;
                if (containers_has_planned_name(w, found))
                        containers_add(c, found, FATE_REMOVE);
                else if (w->plan->pin.image_id && str_equal(found->image_id, w->plan->pin.image_id))
                        containers_add(c, found, FATE_OPEN);
        }
        container_list_free(list);
        containers_next(c);
}

int worker_remove_own_containers(struct worker *w) {
        /* Without the list the command was never started. */
        if (!worker_needs_engine(w) || faccessat(w->folder, BEFORE, F_OK, 0) < 0)
                return STEP_ENDED;
        struct containers *c = new0(struct containers);
        c->w = w;
        w->op = c->op = op_new(containers_free, c);
        c->call = engine_list_containers(w->engine, containers_on_now, c);
        return STEP_WAITS;
}
