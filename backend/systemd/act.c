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

#include "backend/systemd/why.h"

#define LOOK_USEC (5U * 1000 * 1000)
#define LOOK_SOON_USEC (200U * 1000)
#define RATE_USEC (3U * 1000 * 1000)
#define RATE_TRIES 10U

struct act {
        struct units *units;
        struct act *next;
        struct op *op;
        char *name;
        enum unit_action action;        /* for the sentences; a transient unit is a start */
        sd_bus_slot *slot;
        sd_event_source *timer;         /* before the next poll, or the next try */
        bool pinned;                    /* by RefUnit */
        bool calling;                   /* the answer with the job's path has not arrived */
        char *job, *result;             /* object path; result, NULL: not known */
        char *early_job, *early_result; /* a JobRemoved signal before the answer */
        bool waiting;
        sd_bus_message *unsent;         /* to be sent once connected */
        unsigned tries;
        struct error *error;
        void (*done)(struct error *e, void *userdata);
        void *userdata;
};

/* systemd unloads an inactive unit at once, with the reason why it did not start: the unit is pinned until
 * its state is read. Without a bus daemon systemd refuses to pin for us, which is ignored. */
static void unit_act_pin(struct act *a, bool pin) {
        if (pin != a->pinned && a->units->bus)
                sd_bus_call_method_async(a->units->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                         pin ? "RefUnit" : "UnrefUnit", units_ignore, NULL, "s", a->name);
        a->pinned = pin;
}

static void act_free(void *userdata) {
        struct act *a = userdata;
        unit_act_pin(a, false);
        for (struct act **p = &a->units->acts; *p; p = &(*p)->next)
                if (*p == a) {
                        *p = a->next;
                        break;
                }
        sd_bus_slot_unref(a->slot);
        sd_bus_message_unref(a->unsent);
        sd_event_source_disable_unref(a->timer);
        free(a->name);
        free(a->job);
        free(a->result);
        free(a->early_job);
        free(a->early_result);
        error_free(a->error);
        free(a);
}

static void unit_act_finish(struct act *a) {
        struct error *error = TAKE(a->error);
        void (*done)(struct error *e, void *userdata) = a->done;
        void *userdata = a->userdata;
        op_finish(a->op);
        act_free(a);
        done(error, userdata);
}

static int on_finish(sd_event_source *source, uint64_t usec, void *userdata) {
        unit_act_finish(userdata);
        return 0;
}

static int unit_act_timer(struct act *a, uint64_t usec, sd_event_time_handler_t handler) {
        a->timer = sd_event_source_disable_unref(a->timer);
        return sd_event_add_time_relative(a->units->event, &a->timer, CLOCK_MONOTONIC, usec, 1, handler, a);
}

/* Nothing is answered inside the call that starts an operation: the loop does it. */
static struct op *unit_act_answer(struct act *a) {
        return unit_act_timer(a, 0, on_finish) < 0 ? op_cancel(a->op) : a->op;
}

static struct act *act_new(struct units *units, const char *name, enum unit_action action,
                           void (*done)(struct error *e, void *userdata), void *userdata) {
        struct act *a = new0(struct act);
        *a = (struct act) { .units = units,
                           .name = xstrdup(name),
                           .action = action,
                           .done = done,
                           .userdata = userdata,
                           .next = units->acts };
        units->acts = a;
        a->op = op_new(act_free, a);
        return a;
}

static int on_state(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = userdata;
        a->slot = sd_bus_slot_unref(a->slot);
        _cleanup_(unit_detail_freep) struct unit_detail *now = NULL;
        bool condition_failed = false;
        if (!sd_bus_message_is_method_error(m, NULL))
                unit_detail_read(m, &now, &condition_failed, NULL);
        unit_why(a->name, a->action, a->result, now, condition_failed, &a->error);
        unit_act_finish(a);
        return 0;
}

static void read_state(struct act *a) {
        a->waiting = false;
        a->timer = sd_event_source_disable_unref(a->timer);
        if (units_get_all(a->units, a->name, &a->slot, on_state, a, &a->error) >= 0)
                return;
        /* the state cannot be read: that is the answer, unless the job had a result */
        if (a->result)
                a->error = error_free(a->error);
        if (a->result)
                unit_why(a->name, a->action, a->result, NULL, false, &a->error);
        unit_act_finish(a);
}

static int unit_act_on_look(sd_event_source *source, uint64_t usec, void *userdata);

static int unit_act_on_looked(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = userdata;
        a->slot = sd_bus_slot_unref(a->slot);
        if (sd_bus_message_is_method_error(m, "org.freedesktop.DBus.Error.UnknownObject") ||
            sd_bus_message_is_method_error(m, SYSTEMD_NAME ".NoSuchJob"))
                read_state(a);
        else
                unit_act_timer(a, LOOK_USEC, unit_act_on_look);
        return 0;
}

/* While systemd reloads it answers no calls; the poll waits with it, and the job still exists afterwards. */
static int unit_act_on_look(sd_event_source *source, uint64_t usec, void *userdata) {
        struct act *a = userdata;
        if (a->slot) {
                unit_act_timer(a, LOOK_USEC, unit_act_on_look);
                return 0;
        }
        if (units_connect(a->units, &a->error) < 0) {
                unit_act_finish(a);
                return 0;
        }
        units_subscribe(a->units);
        int r = sd_bus_call_method_async(a->units->bus, &a->slot, SYSTEMD_NAME, a->job, BUS_PROPERTIES, "Get",
                                         unit_act_on_looked, a, "ss", SYSTEMD_NAME ".Job", "State");
        if (r < 0) {
                bus_fail(&a->error, NULL, r, "What became of the job on %s cannot be seen", a->name);
                unit_act_finish(a);
        }
        return 0;
}

void acts_ask_soon(struct units *units) {
        for (struct act *a = units->acts; a; a = a->next)
                if (a->waiting)
                        unit_act_timer(a, LOOK_SOON_USEC, unit_act_on_look);
}

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct units *units = userdata;
        const char *path, *name, *result;
        if (!sd_bus_message_has_signature(m, "uoss") ||
            sd_bus_message_read(m, "uoss", NULL, &path, &name, &result) < 0)
                return 0;
        for (struct act *a = units->acts, *next; a; a = next) {
                next = a->next;
                if (a->waiting && str_equal(a->job, path)) {
                        str_replace(&a->result, result);
                        a->slot = sd_bus_slot_unref(a->slot);   /* a pending poll is not needed any more */
                        read_state(a);
                        /* the callback may have cancelled the others; one job answers one act */
                        return 0;
                }
                if (a->calling && (!a->early_job || str_equal(a->name, name))) {
                        str_replace(&a->early_job, path);
                        str_replace(&a->early_result, result);
                }
        }
        return 0;
}

static int on_queued(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = userdata;
        a->slot = sd_bus_slot_unref(a->slot);
        a->calling = false;
        const char *path;
        int r = 0;
        if (sd_bus_message_is_method_error(m, NULL))
                r = bus_fail_message(&a->error, m, "%s did not %s", a->name, unit_action_name(a->action));
        else if ((r = sd_bus_message_read(m, "o", &path)) < 0)
                error_errno(&a->error, r, "systemd's answer about the job on %s cannot be read", a->name);
        if (r >= 0)
                str_replace(&a->job, path);
        if (r < 0)
                unit_act_finish(a);
        else if (str_equal(a->early_job, a->job)) {
                a->result = TAKE(a->early_result);
                read_state(a);
        } else {
                a->waiting = true;
                unit_act_timer(a, LOOK_USEC, unit_act_on_look);
        }
        return 0;
}

/* Sends m; the answer is the path of a job. */
static int queue_job(struct act *a, sd_bus_message *m) {
        struct units *units = a->units;
        units_subscribe(units);
        if (!units->job_removed)
                sd_bus_match_signal_async(units->bus, &units->job_removed, bus_systemd(units->bus),
                                          SYSTEMD_PATH, SYSTEMD_MANAGER, "JobRemoved", on_job_removed,
                                          units_ignore, units);
        a->calling = true;
        return sd_bus_call_async(units->bus, &a->slot, m, on_queued, a, BUS_TIMEOUT_USEC);
}

static int on_reload_again(sd_event_source *source, uint64_t usec, void *userdata);

static int unit_act_on_reloaded(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = userdata;
        a->slot = sd_bus_slot_unref(a->slot);
        if (sd_bus_message_is_method_error(m, "org.freedesktop.DBus.Error.LimitsExceeded") &&
            ++a->tries < RATE_TRIES && unit_act_timer(a, RATE_USEC, on_reload_again) >= 0)
                return 0;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail_message(&a->error, m, "systemd did not read its unit files again");
        unit_act_finish(a);
        return 0;
}

static int call_reload(struct act *a) {
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = units_connect(a->units, &a->error);
        if (r < 0)
                return r;
        r = sd_bus_message_new_method_call(a->units->bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           "Reload");
        if (r >= 0)
                r = sd_bus_call_async(a->units->bus, &a->slot, m, unit_act_on_reloaded, a,
                                      BUS_RELOAD_TIMEOUT_USEC);
        return r < 0 ? bus_fail(&a->error, NULL, r, "systemd did not read its unit files again") : 0;
}

static int on_reload_again(sd_event_source *source, uint64_t usec, void *userdata) {
        struct act *a = userdata;
        if (call_reload(a) < 0)
                unit_act_finish(a);
        return 0;
}

struct op *units_reload(struct units *units, void (*done)(struct error *e, void *userdata), void *userdata) {
        struct act *a = act_new(units, "", UNIT_RELOAD, done, userdata);
        return call_reload(a) < 0 ? unit_act_answer(a) : a->op;
}

static const struct {
        const char *method;
        bool job;               /* the answer is a job's path */
        bool files;             /* the argument is a list of names, and a reload follows */
        const char *flags;      /* signature of the booleans after it: runtime, force; all false */
} calls[_UNIT_ACTION_MAX] = {
        [UNIT_START] = { "StartUnit", .job = true },
        [UNIT_STOP] = { "StopUnit", .job = true },
        [UNIT_RESTART] = { "RestartUnit", .job = true },
        [UNIT_RELOAD] = { "ReloadUnit", .job = true },
        [UNIT_ENABLE] = { "EnableUnitFiles", .files = true, .flags = "bb" },
        [UNIT_DISABLE] = { "DisableUnitFiles", .files = true, .flags = "b" },
        [UNIT_MASK] = { "MaskUnitFiles", .files = true, .flags = "bb" },
        [UNIT_UNMASK] = { "UnmaskUnitFiles", .files = true, .flags = "b" },
        [UNIT_RESET_FAILED] = { "ResetFailedUnit" },
};

/* EnableUnitFiles returns whether the unit has an [Install] section; without it nothing is enabled. */
static int read_file_changes(struct act *a, sd_bus_message *m) {
        int r = 0, carries = true;
        if (a->action == UNIT_ENABLE)
                r = sd_bus_message_read(m, "b", &carries);
        if (r >= 0 && !carries) {
                error_set(&a->error, -ENOEXEC, "%s was not enabled: its unit file has no section [Install]",
                          a->name);
                error_hint(&a->error, "Other units, a socket, a timer or a generator start it, or you do, "
                                      "by hand");
                return -ENOEXEC;
        }
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "(sss)");
        if (r < 0)
                return error_errno(&a->error, r, "systemd's answer about %s cannot be read", a->name);
        return sd_bus_message_at_end(m, false) > 0 ? 0 : 1;
}

static int on_called(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = userdata;
        a->slot = sd_bus_slot_unref(a->slot);
        int changed = 0;
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail_message(&a->error, m, "%s was not %s", a->name, unit_action_done(a->action));
        else if (calls[a->action].files)
                changed = read_file_changes(a, m);
        if (changed > 0) {
                units_forget_files(a->units);
                changed = call_reload(a);
                if (changed >= 0)
                        return 0;
        }
        unit_act_finish(a);
        return 0;
}

struct op *units_act(struct units *units, const char *name, enum unit_action action,
                     void (*done)(struct error *e, void *userdata), void *userdata) {
        struct act *a = act_new(units, name, action, done, userdata);
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = unit_name_check(name, &a->error);
        if (r < 0 || (r = units_connect(units, &a->error)) < 0)
                return unit_act_answer(a);
        r = sd_bus_message_new_method_call(units->bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           calls[action].method);
        if (r >= 0)
                r = calls[action].files ? sd_bus_message_append(m, "as", 1, name)
                                        : sd_bus_message_append(m, "s", name);
        if (r >= 0 && calls[action].job)
                r = sd_bus_message_append(m, "s", "replace");
        if (r >= 0 && (action == UNIT_START || action == UNIT_RESTART))
                unit_act_pin(a, true);
        for (const char *f = calls[action].flags; r >= 0 && f && *f; f++)
                r = sd_bus_message_append(m, "b", false);
        if (r >= 0)
                r = calls[action].job
                            ? queue_job(a, m)
                            : sd_bus_call_async(units->bus, &a->slot, m, on_called, a, BUS_TIMEOUT_USEC);
        if (r < 0)
                bus_fail(&a->error, NULL, r, "%s was not %s", name, unit_action_done(action));
        return r < 0 ? unit_act_answer(a) : a->op;
}

static int append_exec(sd_bus_message *m, char *const *argv) {
        int r = sd_bus_message_open_container(m, 'r', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", "ExecStart");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "a(sasb)");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "(sasb)");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'r', "sasb");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", argv[0]);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, (char **) argv);
        if (r >= 0)
                r = sd_bus_message_append(m, "b", false);
        for (int i = 0; r >= 0 && i < 4; i++)
                r = sd_bus_message_close_container(m);
        return r;
}

/* Type=exec, so that a successful start means a running program; the worker is the last victim of the OOM
 * killer, and survives a child's end; its log is its own, so the journal's rate limit must not apply. */
static int append_properties(sd_bus_message *m, const struct transient *t) {
        int r = sd_bus_message_open_container(m, 'a', "(sv)");
        if (r >= 0)
                r = sd_bus_message_append(m, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)", "Description",
                                          "s", t->description, "Type", "s", "exec", "KillMode", "s", "mixed",
                                          "TimeoutStopUSec", "t", (uint64_t) 90 * 1000 * 1000,
                                          "OOMScoreAdjust", "i", -500, "OOMPolicy", "s", "continue",
                                          "CollectMode", "s", "inactive-or-failed", "UMask", "u", 0077,
                                          "LogRateLimitIntervalUSec", "t", (uint64_t) 0, "SendSIGHUP", "b",
                                          false, "IgnoreSIGPIPE", "b", false);
        if (r >= 0 && t->stdin_fd >= 0)
                r = sd_bus_message_append(m, "(sv)", "StandardInputFileDescriptor", "h", t->stdin_fd);
        if (r >= 0)
                r = append_exec(m, t->argv);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int on_connected(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct act *a = userdata;
        a->slot = sd_bus_slot_unref(a->slot);
        int r = 0;
        if (sd_bus_message_is_method_error(m, NULL))
                r = bus_fail_message(&a->error, m, "%s was not started", a->name);
        else if ((r = queue_job(a, a->unsent)) < 0)
                bus_fail(&a->error, NULL, r, "%s was not started", a->name);
        if (r < 0)
                unit_act_finish(a);
        return 0;
}

/* Support for descriptors is known only once connected, and sd-bus would block the loop to find out: the
 * first message on a new connection has none. */
static int queue_job_with_fd(struct act *a, sd_bus_message *m) {
        if (sd_bus_is_ready(a->units->bus) > 0)
                return queue_job(a, m);
        a->unsent = sd_bus_message_ref(m);
        return sd_bus_call_method_async(a->units->bus, &a->slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                        "org.freedesktop.DBus.Peer", "Ping", on_connected, a, "");
}

struct op *units_start_transient(struct units *units, const struct transient *t,
                                 void (*done)(struct error *e, void *userdata), void *userdata) {
        struct act *a = act_new(units, t->name, UNIT_START, done, userdata);
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = unit_name_check(t->name, &a->error);
        if (r < 0 || (r = units_connect(units, &a->error)) < 0)
                return unit_act_answer(a);
        r = sd_bus_message_new_method_call(units->bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           "StartTransientUnit");
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", t->name, "fail");
        if (r >= 0)
                r = append_properties(m, t);
        if (r >= 0)
                r = sd_bus_message_append(m, "a(sa(sv))", 0);
        if (r >= 0)
                r = queue_job_with_fd(a, m);
        if (r < 0)
                bus_fail(&a->error, NULL, r, "%s was not started", t->name);
        return r < 0 ? unit_act_answer(a) : a->op;
}
