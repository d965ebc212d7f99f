/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/job/job.h"

#include <time.h>

static const char *const job_state_names[] = {
        [JOB_QUEUED] = "queued",       [JOB_RUNNING] = "running", [JOB_CANCELLING] = "cancelling",
        [JOB_UNDOING] = "undoing",     [JOB_DONE] = "done",       [JOB_FAILED] = "failed",
        [JOB_CANCELLED] = "cancelled", [JOB_BROKEN] = "broken",   [JOB_INTERRUPTED] = "interrupted",
};
DEFINE_NAMES(job_state, enum job_state)

static const char *const job_step_names[] = {
        [STEP_PREPARE] = "preflight", [STEP_PULL] = "pull",       [STEP_SNAPSHOT] = "snapshot",
        [STEP_COMMAND] = "command",   [STEP_CHANGES] = "changes", [STEP_UNIT] = "unit",
        [STEP_RELOAD] = "reload",     [STEP_ENABLE] = "enable",   [STEP_START] = "start",
        [STEP_HEALTH] = "health",     [STEP_COMMIT] = "commit",
};
DEFINE_NAMES(job_step, enum job_step)

static const char *const step_state_names[] = {
        [STEP_TODO] = "next",       [STEP_NOW] = "now",       [STEP_DONE] = "done",
        [STEP_SKIPPED] = "skipped", [STEP_FAILED] = "failed", [STEP_UNDOING] = "undoing",
        [STEP_UNDONE] = "undone",
};
DEFINE_NAMES(step_state, enum step_state)

static const char *const job_way_names[] = {
        [WAY_NONE] = "none",   [WAY_BEGIN] = "begin", [WAY_GO_ON] = "go-on",
        [WAY_AGAIN] = "again", [WAY_UNDO] = "undo",
};
DEFINE_NAMES(job_way, enum job_way)

static const char *const record_event_names[] = {
        [RECORD_STATE] = "state",     [RECORD_INTENT] = "intent", [RECORD_DONE] = "done",
        [RECORD_SKIPPED] = "skipped", [RECORD_FAILED] = "failed", [RECORD_UNDO] = "undo",
        [RECORD_UNDONE] = "undone",   [RECORD_KEPT] = "kept",     [RECORD_EXIT] = "exit",
        [RECORD_HINT] = "hint",       [RECORD_REASON] = "reason", [RECORD_CHECK] = "check",
        [RECORD_PLAN] = "plan",
};
DEFINE_NAMES(record_event, enum record_event)

/* The title of each step by the kind of job; NULL: that kind does not have the step. An uninstall restores
 * files where an install writes the unit; a rehearsal lays a copy over the files where an install saves
 * them. */
enum {
        KIND_INSTALL,
        KIND_UNINSTALL,
        KIND_UPGRADE,
        KIND_REHEARSAL,
        KIND_ACCESS,
        KIND_RENEWAL,
        KIND_BOOT,
        KIND_RECONFIGURE,
        KIND_ADOPTION,
        KIND_EDIT,
        _KIND_MAX
};
static const char *const step_titles[_JOB_STEP_MAX][_KIND_MAX] = {
        [STEP_PREPARE] = { "check the host", "check the host", "check the host", "check the host",
                           "check the host", "check the host", "check the host", "check the host",
                           "check the host", [KIND_EDIT] = "check the host" },
        [STEP_PULL] = { "get the image", NULL, "get the image", "get the image",
                        [KIND_ADOPTION] = "keep the image" },
        [STEP_SNAPSHOT] = { "save the files", "save the files", "save the files", "lay a copy over the files",
                            "save the files", [KIND_BOOT] = "save the files",
                            [KIND_RECONFIGURE] = "save the files", [KIND_ADOPTION] = "save the files",
                            [KIND_EDIT] = "save the files" },
        [STEP_COMMAND] = { "run the installer", "run the uninstaller", "run the upgrade command",
                           "run the installer on the copy", [KIND_RENEWAL] = "renew the keys",
                           [KIND_RECONFIGURE] = "run the installer again",
                           [KIND_ADOPTION] = "set the container aside" },
        [STEP_CHANGES] = { "see what changed", "see what changed", "see what changed",
                           "see what it would change", [KIND_RECONFIGURE] = "see what changed" },
        [STEP_UNIT] = { "write the unit", "stop the service, restore its files",
                        "change the unit", [KIND_ACCESS] = "change who may log in",
                        [KIND_BOOT] = "change whether it starts at boot",
                        [KIND_RECONFIGURE] = "change the unit", [KIND_ADOPTION] = "write the unit",
                        [KIND_EDIT] = "write the drop-in" },
        [STEP_RELOAD] = { "reload systemd", "reload systemd", "reload systemd",
                          [KIND_BOOT] = "reload systemd", [KIND_RECONFIGURE] = "reload systemd",
                          [KIND_ADOPTION] = "reload systemd", [KIND_EDIT] = "reload systemd" },
        [STEP_ENABLE] = { "enable the unit", NULL,
                          "enable the unit", [KIND_RECONFIGURE] = "enable the unit",
                          [KIND_ADOPTION] = "enable the unit" },
        [STEP_START] = { "start the unit", NULL, "restart the unit", [KIND_ACCESS] = "restart the unit",
                         [KIND_RECONFIGURE] = "restart the unit", [KIND_ADOPTION] = "start the unit" },
        [STEP_HEALTH] = { "check that it works", NULL, "check that it works",
                          [KIND_ACCESS] = "check that it works", [KIND_RECONFIGURE] = "check that it works",
                          [KIND_ADOPTION] = "check that it works" },
        [STEP_COMMIT] = { "record the service", "remove the record", "record the upgrade",
                          "throw the copy away", "record the change", "record the renewal",
                          "record the change", "record the change", "record the service",
                          [KIND_EDIT] = "record the change" },
};

static const unsigned char kinds[_PLAN_VERB_MAX] = {
        /* KIND_INSTALL: all others */
        [VERB_UNINSTALL] = KIND_UNINSTALL, [VERB_UPGRADE] = KIND_UPGRADE,
        [VERB_REHEARSE] = KIND_REHEARSAL,  [VERB_ACCESS] = KIND_ACCESS,
        [VERB_RENEW] = KIND_RENEWAL,       [VERB_ENABLE] = KIND_BOOT,
        [VERB_DISABLE] = KIND_BOOT,        [VERB_RECONFIGURE] = KIND_RECONFIGURE,
        [VERB_ADOPT] = KIND_ADOPTION,
        [VERB_EDIT] = KIND_EDIT,
};

bool job_step_planned(enum job_step step, enum plan_verb verb) {
        return (size_t) step < _JOB_STEP_MAX && step_titles[step][kinds[verb]];
}

const char *job_step_title(enum job_step step, enum plan_verb verb) {
        if ((size_t) step >= _JOB_STEP_MAX)
                return "?";
        const char *title = step_titles[step][kinds[verb]];
        return title ? title : step_titles[step][KIND_INSTALL];
}

const char *job_state_word(const struct job *job) {
        bool back = job->withdrawn && (job->state == JOB_CANCELLED || job->state == JOB_FAILED);
        return back ? "rolled back" : job_state_name(job->state);
}

bool job_state_final(enum job_state state) {
        return state >= JOB_DONE && state <= JOB_BROKEN;
}

#define MOVE(state) (1U << (state))
static const unsigned legal_moves[_JOB_STATE_MAX] = {
        [JOB_QUEUED] = MOVE(JOB_RUNNING) | MOVE(JOB_CANCELLING) | MOVE(JOB_FAILED),
        [JOB_RUNNING] = MOVE(JOB_CANCELLING) | MOVE(JOB_UNDOING) | MOVE(JOB_DONE),
        [JOB_CANCELLING] = MOVE(JOB_CANCELLED) | MOVE(JOB_BROKEN),
        /* running again: an interrupted command is rolled back, then all steps run again (WAY_AGAIN) */
        [JOB_UNDOING] = MOVE(JOB_FAILED) | MOVE(JOB_BROKEN) | MOVE(JOB_RUNNING),
        /* a rollback after the end, or a retry after its obstacle is gone */
        [JOB_DONE] = MOVE(JOB_CANCELLING),
        [JOB_BROKEN] = MOVE(JOB_CANCELLING) | MOVE(JOB_UNDOING),
};

bool job_move_legal(enum job_state from, enum job_state to) {
        return (size_t) from < _JOB_STATE_MAX && (size_t) to < _JOB_STATE_MAX &&
               (legal_moves[from] & MOVE(to));
}

struct job *job_new(void) {
        struct job *job = new0(struct job);
        job->exit_status = -1;
        return job;
}

static void job_keep_check(struct job *job, enum job_step step, enum verdict verdict, const char *text) {
        job->checks = xreallocarray(job->checks, job->n_checks + 1, sizeof *job->checks);
        job->checks[job->n_checks++] = (struct job_check){ step, verdict, xstrdup(text) };
}

struct job *job_free(struct job *job) {
        if (!job)
                return NULL;
        FREE_ALL(job->id, job->name, job->domain, job->image, job->digest, job->message, job->hint);
        for (size_t i = 0; i < _JOB_STEP_MAX; i++)
                free(job->steps[i].note);
        STRV_FREE_ALL(job->left, job->secrets);
        for (size_t i = 0; i < job->n_checks; i++)
                free(job->checks[i].text);
        free(job->checks);
        free(job);
        return NULL;
}

char *job_what(const struct job *job) {
        return plan_verb_what(job->verb, job->joins, job->domain, job->name);
}

struct job *job_copy(const struct job *job) {
        struct job *copy = new0(struct job);
        *copy = *job;
        char **texts[] = { &copy->id,     &copy->name,    &copy->domain, &copy->image,
                           &copy->digest, &copy->message, &copy->hint };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                *texts[i] = xstrdup(*texts[i]);
        for (size_t i = 0; i < _JOB_STEP_MAX; i++)
                copy->steps[i].note = xstrdup(job->steps[i].note);
        copy->left = job->left ? strv_copy(job->left) : NULL;
        copy->secrets = job->secrets ? strv_copy(job->secrets) : NULL;
        copy->checks = NULL;
        copy->n_checks = 0;
        for (size_t i = 0; i < job->n_checks; i++)
                job_keep_check(copy, job->checks[i].step, job->checks[i].verdict, job->checks[i].text);
        return copy;
}

void job_drop_checks(struct job *job, enum job_step step) {
        size_t kept = 0;
        for (size_t i = 0; i < job->n_checks; i++)
                if (job->checks[i].step == step)
                        free(job->checks[i].text);
                else
                        job->checks[kept++] = job->checks[i];
        job->n_checks = kept;
}

void job_add_check(struct job *job, enum job_step step, const char *line) {
        size_t n = strcspn(line, " ");
        _cleanup_free_ char *word = xstrndup(line, n);
        int verdict = verdict_from_name(word);
        job_keep_check(job, step, verdict < 0 ? VERDICT_WARN : (enum verdict) verdict,
                       verdict < 0 || !line[n] ? line : line + n + 1);
}

bool job_checks_fail(const struct job *job) {
        for (size_t i = 0; i < job->n_checks; i++)
                if (job->checks[i].verdict == VERDICT_FAIL)
                        return true;
        return false;
}

bool job_joined(const struct job *job) {
        bool checked = false;
        for (size_t i = 0; i < job->n_checks; i++)
                checked |= job->checks[i].verdict != VERDICT_WARN;
        return job->state == JOB_DONE && job->verb == VERB_INSTALL && checked;
}

bool job_warns(const struct job *job) {
        bool warns = job->left && job->left[0];
        for (size_t i = 0; i < job->n_checks; i++)
                warns = warns || job->checks[i].verdict == VERDICT_WARN ||
                        job->checks[i].verdict == VERDICT_FAIL;
        return job->state == JOB_DONE && warns;
}

enum job_step job_current_step(const struct job *job) {
        enum job_step last = 0;
        for (enum job_step i = 0; i < _JOB_STEP_MAX; i++) {
                if (job->steps[i].state == STEP_NOW || job->steps[i].state == STEP_UNDOING)
                        return i;
                if (job->steps[i].state != STEP_TODO)
                        last = i;
        }
        return last;
}

static bool job_is_over(const struct job *job, enum job_step step) {
        return job->steps[step].state == STEP_DONE || job->steps[step].state == STEP_SKIPPED;
}

static enum job_way job_way_of(const struct job *job, enum plan_verb verb) {
        bool command = job_step_planned(STEP_COMMAND, verb);
        enum step_state effect = job->steps[command ? STEP_COMMAND : STEP_UNIT].state;
        switch (job->state) {
        case JOB_QUEUED: return WAY_BEGIN;
        case JOB_RUNNING:
        case JOB_UNDOING:
                /* After a recorded failure the way is a rollback, whatever state followed; and a half-written
                 * copy is worthless, which a restart of the host removes. */
                if (job->message || verb == VERB_REHEARSE)
                        return WAY_UNDO;
                if (job->state == JOB_UNDOING)
                        return WAY_AGAIN;
                if (effect == STEP_TODO)
                        return WAY_BEGIN;
                return command && !job_is_over(job, STEP_COMMAND) ? WAY_AGAIN : WAY_GO_ON;
        case JOB_CANCELLING:
        case JOB_BROKEN: return WAY_UNDO;
        default: return WAY_NONE;
        }
}

enum job_way job_way_on(const struct job *job, enum plan_verb verb, bool rebooted, enum job_step *ret_step) {
        enum job_step step = 0;
        enum job_way way = job_way_of(job, verb);
        if (way == WAY_GO_ON) {
                for (step = STEP_COMMAND;
                     step < STEP_COMMIT && (!job_step_planned(step, verb) || job_is_over(job, step));)
                        step++;
                /* A unit that was started before the host went down has to be started again. */
                if (rebooted && step > STEP_START && job_step_planned(STEP_START, verb))
                        step = STEP_START;
        }
        if (ret_step)
                *ret_step = step;
        return way;
}

struct job_list *job_list_free(struct job_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                job_free(list->items[i]);
        FREE_ALL(list->items, list);
        return NULL;
}

/* Keeps the newest id first: ids sort by time. */
void job_list_take(struct job_list *list, struct job *job) {
        list->items = xreallocarray(list->items, list->n + 1, sizeof(struct job *));
        size_t at = list->n++;
        for (; at > 0; at--) {
                const char *id = list->items[at - 1]->id;
                if (strcmp(id ? id : "", job->id ? job->id : "") >= 0)
                        break;
                list->items[at] = list->items[at - 1];
        }
        list->items[at] = job;
}

int64_t job_id_time(const char *id) {
        struct tm tm = {};
        if (!job_id_valid(id) || sscanf(id, "%4d%2d%2d-%2d%2d%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                                        &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
                return 0;
        tm.tm_year -= 1900;
        tm.tm_mon--;
        return timegm(&tm);
}

bool job_id_valid(const char *id) {
        static const char shape[] = "dddddddd-dddddd-xxxxxxxx";
        if (!id || strlen(id) != sizeof shape - 1)
                return false;
        for (size_t i = 0; shape[i]; i++) {
                const char *allowed = shape[i] == 'x' ? "0123456789abcdef" : "0123456789";
                if (!strchr(shape[i] == '-' ? "-" : allowed, id[i]))
                        return false;
        }
        return true;
}
