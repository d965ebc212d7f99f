/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Acting on units. A start waits three times: for systemd to accept the job, for its end, for the unit's
 * state. The matches are added before the call, so that no end is missed; and because a signal can still be
 * lost (a reload, a reconnection, a full queue), the job's object is polled every few seconds.
 *
 *     CALLING -> WAITING (JobRemoved, or a poll) -> READING -> done
 *     CALLING -> RELOADING -> done               enable, disable, mask, unmask
 *     CALLING -> done                            for the rest */

#include "backend/systemd/internal.h"

#include <time.h>

#include "backend/io/turn.h"
#include "model/service/why.h"

#define LOOK_USEC (5U * 1000 * 1000)
#define LOOK_SOON_USEC (200U * 1000)
#define RATE_USEC (3U * 1000 * 1000)
#define RATE_TRIES 10U

struct act {
        struct op op;
        struct units *units;
        struct act *next;
        char *name;
        enum unit_action action; /* for the sentences; a transient unit is a start */
        sd_bus_slot *slot;
        sd_event_source *timer; /* before the next poll, or the next try */
        bool pinned;            /* by RefUnit */
        bool calling;           /* the answer with the job's path has not arrived */
        bool waiting;           /* for the job's end */
        char *job, *result;     /* object path; result, NULL: not known. While calling: of a
                                 * JobRemoved signal before the answer */
        sd_bus_message *unsent; /* to be sent once connected */
        unsigned tries;
        struct unit_detail *now; /* the state after its end; NULL: not read */
        char **made;             /* changed links and files */
        struct error *error;
        nothing_done_t done;
        made_done_t acted; /* of units_act() */
        void *userdata;
};

/* systemd unloads an inactive unit at once, with the reason why it did not start: the unit is pinned until
 * its state is read. Without a bus daemon systemd refuses to pin for us, which is ignored. */
static void act_pin(struct act *a, bool pin) {
        if (pin != a->pinned && a->units->bus)
                sd_bus_call_method_async(a->units->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                         pin ? "RefUnit" : "UnrefUnit", units_ignore, NULL, "s", a->name);
        a->pinned = pin;
}

static void act_drop(struct op *op) {
        struct act *a = container_of(op, struct act, op), **p = &a->units->acts;
        act_pin(a, false);
        while (*p != a)
                p = &(*p)->next;
        *p = a->next;
        sd_bus_slot_unref(a->slot);
        sd_bus_message_unref(a->unsent);
        sd_event_source_disable_unref(a->timer);
        FREE_ALL(a->name, a->job, a->result);
        unit_detail_free(a->now);
        strv_free(a->made);
        error_free(a->error);
}

static void act_end(void *state) {
        struct act *a = state;
        struct error *e = TAKE(a->error);
        char **made = TAKE(a->made);
        if (e)
                made = strv_free(made);
        op_end(&a->op);
        if (a->acted)
                a->acted(made, e, a->userdata);
        else
                a->done(e, a->userdata);
}

static int act_timer(struct act *a, uint64_t usec, sd_event_time_handler_t handler) {
        a->timer = sd_event_source_disable_unref(a->timer);
        return sd_event_add_time_relative(a->units->event, &a->timer, CLOCK_MONOTONIC, usec, 1, handler, a);
}

static struct act *act_new(struct units *units, const char *name, enum unit_action action,
                           nothing_done_t done, void *userdata) {
        struct act *a = new0(struct act);
        *a = (struct act){ .op.drop = act_drop,
                           .units = units,
                           .name = xstrdup(name),
                           .action = action,
                           .done = done,
                           .userdata = userdata,
                           .next = units->acts };
        units->acts = a;
        return a;
}

/* The handle after a beginning; a failed one is answered by the loop. */
static struct op *act_begun(struct act *a) {
        return a->error ? op_answer(&a->op, a->units->event, act_end) : &a->op;
}

/* The call is answered. */
static struct act *act_answered(void *userdata) {
        struct act *a = userdata;
        a->slot = sd_bus_slot_unref(a->slot);
        return a;
}

static void act_judge(void *userdata) {
        struct act *a = userdata;
        unit_why(a->name, a->action, a->result, a->now, &a->error);
        act_end(a);
}

static int act_on_state(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = act_answered(userdata);
        if (!sd_bus_message_is_method_error(m, NULL))
                unit_detail_read(m, &a->now, NULL);
        struct op *reading = a->now ? units_read_why(a->units, a->now, act_judge, a) : NULL;
        if (reading)
                op_wait(&a->op, reading);
        else
                act_judge(a);
        return 0;
}

static void act_read_state(struct act *a) {
        a->waiting = false;
        a->timer = sd_event_source_disable_unref(a->timer);
        if (units_get_all(a->units, a->name, &a->slot, act_on_state, a, &a->error) >= 0)
                return;
        /* the state cannot be read: that is the answer, unless the job had a result */
        if (a->result) {
                a->error = error_free(a->error);
                unit_why(a->name, a->action, a->result, NULL, &a->error);
        }
        act_end(a);
}

static int act_on_look(sd_event_source *source, uint64_t usec, void *userdata);

static int act_on_looked(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = act_answered(userdata);
        if (sd_bus_message_is_method_error(m, SD_BUS_ERROR_UNKNOWN_OBJECT) ||
            sd_bus_message_is_method_error(m, SYSTEMD_NAME ".NoSuchJob"))
                act_read_state(a);
        else
                act_timer(a, LOOK_USEC, act_on_look);
        return 0;
}

/* While systemd reloads it answers no calls; the poll waits with it, and the job still exists afterwards. */
static int act_on_look(sd_event_source *source, uint64_t usec, void *userdata) {
        struct act *a = userdata;
        if (a->slot) {
                act_timer(a, LOOK_USEC, act_on_look);
                return 0;
        }
        if (units_connect(a->units, &a->error) < 0) {
                act_end(a);
                return 0;
        }
        units_subscribe(a->units);
        int r = sd_bus_call_method_async(a->units->bus, &a->slot, SYSTEMD_NAME, a->job, BUS_PROPERTIES, "Get",
                                         act_on_looked, a, "ss", SYSTEMD_NAME ".Job", "State");
        if (r < 0) {
                bus_fail(&a->error, NULL, r, "What became of the job on %s cannot be seen", a->name);
                act_end(a);
        }
        return 0;
}

void acts_ask_soon(struct units *units) {
        for (struct act *a = units->acts; a; a = a->next)
                if (a->waiting)
                        act_timer(a, LOOK_SOON_USEC, act_on_look);
}

static int act_on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        const char *path, *name, *result;
        if (!sd_bus_message_has_signature(m, "uoss") ||
            sd_bus_message_read(m, "uoss", NULL, &path, &name, &result) < 0)
                return 0;
        for (struct act *a = units->acts; a; a = a->next) {
                bool ours = a->waiting && str_equal(a->job, path);
                if (!ours && !(a->calling && (!a->job || str_equal(a->name, name))))
                        continue;
                str_replace(&a->job, path);
                str_replace(&a->result, result);
                if (ours) {
                        a->slot = sd_bus_slot_unref(a->slot); /* a pending poll is not needed any more */
                        act_read_state(a);
                        /* the callback may have cancelled the others; one job answers one act */
                        return 0;
                }
        }
        return 0;
}

static int act_on_queued(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = act_answered(userdata);
        const char *path = NULL;
        int r = 0;
        a->calling = false;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail(&a->error, m, 0, "%s did not %s", a->name, unit_action_name(a->action));
        else if ((r = sd_bus_message_read(m, "o", &path)) < 0)
                error_errno(&a->error, r, "systemd's answer about the job on %s cannot be read", a->name);
        if (a->error)
                act_end(a);
        else if (str_equal(a->job, path))
                act_read_state(a);
        else {
                str_replace(&a->job, path);
                str_replace(&a->result, NULL);
                a->waiting = true;
                act_timer(a, LOOK_USEC, act_on_look);
        }
        return 0;
}

/* Before a call whose answer is the path of a job. */
static void act_expect_job(struct act *a) {
        units_subscribe(a->units);
        units_match(a->units, &a->units->job_removed, "JobRemoved", act_on_job_removed);
        a->calling = true;
}

static int act_on_reload_again(sd_event_source *source, uint64_t usec, void *userdata);

static int act_on_reloaded(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = act_answered(userdata);
        if (sd_bus_message_is_method_error(m, SD_BUS_ERROR_LIMITS_EXCEEDED) && ++a->tries < RATE_TRIES &&
            act_timer(a, RATE_USEC, act_on_reload_again) >= 0)
                return 0;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail(&a->error, m, 0, "systemd did not read its unit files again");
        act_end(a);
        return 0;
}

static int act_reload(struct act *a) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = units_connect(a->units, &a->error);
        if (r < 0)
                return r;
        r = sd_bus_message_new_method_call(a->units->bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           "Reload");
        if (r >= 0)
                r = sd_bus_call_async(a->units->bus, &a->slot, m, act_on_reloaded, a,
                                      BUS_RELOAD_TIMEOUT_USEC);
        return r < 0 ? bus_fail(&a->error, NULL, r, "systemd did not read its unit files again") : 0;
}

static int act_on_reload_again(sd_event_source *source, uint64_t usec, void *userdata) {
        if (act_reload(userdata) < 0)
                act_end(userdata);
        return 0;
}

struct op *units_reload(struct units *units, nothing_done_t done, void *userdata) {
        struct act *a = act_new(units, "", UNIT_RELOAD, done, userdata);
        act_reload(a);
        return act_begun(a);
}

/* EnableUnitFiles returns whether the unit has an [Install] section; without it nothing is enabled. Whether
 * anything changed. */
static bool act_read_file_changes(struct act *a, sd_bus_message *m) {
        int r = 0, carries = true;
        if (a->action == UNIT_ENABLE)
                r = sd_bus_message_read(m, "b", &carries);
        if (!carries) {
                error_set(&a->error, -ENOEXEC, "%s was not enabled: its unit file has no section [Install]",
                          a->name);
                error_hint(&a->error, "Other units, a socket, a timer or a generator start it, or you do, "
                                      "by hand");
                return false;
        }
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "(sss)");
        if (r < 0)
                error_errno(&a->error, r, "systemd's answer about %s cannot be read", a->name);
        const char *what, *path;
        while (r >= 0 && sd_bus_message_read(m, "(sss)", &what, &path, NULL) > 0)
                strv_addf(&a->made, str_equal(what, "unlink") ? "removed %s" : "made %s", path);
        return strv_length(a->made);
}

/* signature of the arguments: a name or a list of one name; mode of a job; runtime, force of files, all
 * false. */
static const struct {
        const char *method, *signature;
        bool job;   /* the answer is a job's path */
        bool files; /* a reload follows */
} calls[_UNIT_ACTION_MAX] = {
        [UNIT_START] = { "StartUnit", "ss", .job = true },
        [UNIT_STOP] = { "StopUnit", "ss", .job = true },
        [UNIT_RESTART] = { "RestartUnit", "ss", .job = true },
        [UNIT_RELOAD] = { "ReloadUnit", "ss", .job = true },
        [UNIT_ENABLE] = { "EnableUnitFiles", "asbb", .files = true },
        [UNIT_DISABLE] = { "DisableUnitFiles", "asb", .files = true },
        [UNIT_MASK] = { "MaskUnitFiles", "asbb", .files = true },
        [UNIT_UNMASK] = { "UnmaskUnitFiles", "asb", .files = true },
        [UNIT_RESET_FAILED] = { "ResetFailedUnit", "s" },
        [UNIT_KILL] = { "KillUnit", "ssi" },
        [UNIT_FREEZE] = { "FreezeUnit", "s" },
        [UNIT_THAW] = { "ThawUnit", "s" },
};

static int act_on_called(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = act_answered(userdata);
        bool changed = false;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail(&a->error, m, 0, "%s was not %s", a->name, unit_action_done(a->action));
        else if (calls[a->action].files)
                changed = act_read_file_changes(a, m);
        if (changed)
                units_forget_files(a->units);
        if (!changed || act_reload(a) < 0)
                act_end(a);
        return 0;
}

struct op *units_act(struct units *units, const char *name, enum unit_action action, made_done_t done,
                     void *userdata) {
        struct act *a = act_new(units, name, action, NULL, userdata);
        a->acted = done;
        if (unit_name_check(name, &a->error) < 0 || units_connect(units, &a->error) < 0)
                return act_begun(a);
        if (action == UNIT_START || action == UNIT_RESTART)
                act_pin(a, true);
        if (calls[action].job)
                act_expect_job(a);
        const char *method = calls[action].method, *signature = calls[action].signature;
        int r = calls[action].files
                        ? sd_bus_call_method_async(units->bus, &a->slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                                   SYSTEMD_MANAGER, method, act_on_called, a, signature, 1,
                                                   name, false, false)
                        : sd_bus_call_method_async(units->bus, &a->slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                                   SYSTEMD_MANAGER, method,
                                                   calls[action].job ? act_on_queued : act_on_called, a,
                                                   signature, name, "replace");
        if (r < 0)
                bus_fail(&a->error, NULL, r, "%s was not %s", name, unit_action_done(action));
        return act_begun(a);
}

struct op *units_kill(struct units *units, const char *name, int signal, made_done_t done, void *userdata) {
        struct act *a = act_new(units, name, UNIT_KILL, NULL, userdata);
        a->acted = done;
        if (unit_name_check(name, &a->error) < 0 || units_connect(units, &a->error) < 0)
                return act_begun(a);
        int r = sd_bus_call_method_async(units->bus, &a->slot, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                         calls[UNIT_KILL].method, act_on_called, a,
                                         calls[UNIT_KILL].signature, name, "all", signal);
        if (r < 0)
                bus_fail(&a->error, NULL, r, "%s was not %s", name, unit_action_done(UNIT_KILL));
        return act_begun(a);
}

/* ---- transient units ---- */

/* What no worker needs, nor the commands of labels, which run with its rights: see fairlead-resume.service,
 * which has the same. */
static void act_append_sandbox(sd_bus_message *m) {
        sd_bus_message_append(m, "(sv)(sv)(sv)", "LockPersonality", "b", true, "SystemCallErrorNumber", "i",
                              ENOSYS, "SystemCallFilter", "(bas)", false, 2, "@cpu-emulation", "@obsolete");
}

/* Type=exec, so that a successful start means a running program; the worker is the last victim of the OOM
 * killer, and survives a child's end; its log is its own, so the journal's rate limit must not apply. It
 * holds secrets: no core of it from its first instruction on. After a failure sd-bus refuses further appends,
 * and to send the message. */
static int act_append_transient(sd_bus_message *m, const struct transient *t) {
        sd_bus_message_append(m, "ss", t->name, "fail");
        sd_bus_message_open_container(m, 'a', "(sv)");
        sd_bus_message_append(m, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)", "Description", "s",
                              t->description, "Type", "s", "exec", "KillMode", "s", "mixed",
                              "TimeoutStopUSec", "t", (uint64_t) 90 * 1000 * 1000, "OOMScoreAdjust", "i",
                              -500, "OOMPolicy", "s", "continue", "CollectMode", "s", "inactive-or-failed",
                              "UMask", "u", 0077, "LimitCORE", "t", (uint64_t) 0, "LogRateLimitIntervalUSec",
                              "t", (uint64_t) 0, "SendSIGHUP", "b", false, "IgnoreSIGPIPE", "b", false);
        act_append_sandbox(m);
        if (t->stdin_fd >= 0)
                sd_bus_message_append(m, "(sv)", "StandardInputFileDescriptor", "h", t->stdin_fd);
        sd_bus_message_open_container(m, 'r', "sv");
        sd_bus_message_append(m, "s", "ExecStart");
        sd_bus_message_open_container(m, 'v', "a(sasb)");
        sd_bus_message_open_container(m, 'a', "(sasb)");
        sd_bus_message_open_container(m, 'r', "sasb");
        sd_bus_message_append(m, "s", t->argv[0]);
        sd_bus_message_append_strv(m, (char **) t->argv);
        sd_bus_message_append(m, "b", false);
        for (int i = 0; i < 5; i++)
                sd_bus_message_close_container(m);
        return sd_bus_message_append(m, "a(sa(sv))", 0);
}

static int act_send_transient(struct act *a) {
        act_expect_job(a);
        return sd_bus_call_async(a->units->bus, &a->slot, a->unsent, act_on_queued, a, 0);
}

static int act_on_connected(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = act_answered(userdata);
        int r = 0;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail(&a->error, m, 0, "%s was not started", a->name);
        else if ((r = act_send_transient(a)) < 0)
                bus_fail(&a->error, NULL, r, "%s was not started", a->name);
        if (a->error)
                act_end(a);
        return 0;
}

struct op *units_start_transient(struct units *units, const struct transient *t, nothing_done_t done,
                                 void *userdata) {
        struct act *a = act_new(units, t->name, UNIT_START, done, userdata);
        if (unit_name_check(t->name, &a->error) < 0 || units_connect(units, &a->error) < 0)
                return act_begun(a);
        int r = sd_bus_message_new_method_call(units->bus, &a->unsent, SYSTEMD_NAME, SYSTEMD_PATH,
                                               SYSTEMD_MANAGER, "StartTransientUnit");
        if (r >= 0)
                r = act_append_transient(a->unsent, t);
        /* Support for descriptors is known only once connected, and sd-bus would block the loop to find out:
         * the first message on a new connection has none. */
        if (r >= 0)
                r = sd_bus_is_ready(units->bus) > 0
                            ? act_send_transient(a)
                            : sd_bus_call_method_async(units->bus, &a->slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                                       "org.freedesktop.DBus.Peer", "Ping", act_on_connected,
                                                       a, "");
        if (r < 0)
                bus_fail(&a->error, NULL, r, "%s was not started", t->name);
        return act_begun(a);
}
