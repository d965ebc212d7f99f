/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A systemd unit for display. Facts of systemd: org.freedesktop.systemd1(5). */

#include "base/base.h"
#include "base/names.h"
#include "model/log/log.h"

#define UNIT_UNKNOWN UINT64_MAX         /* systemd's [not set]: shown as absent */

struct unit {
        char *name;             /* the real, escaped name */
        char *description;
        char *load; /* "loaded", "not-found", "masked", "error", "bad-setting"; only in systemd's lists
                     * "not-loaded": a unit file that nothing needed so far */
        char *active;           /* "active", "inactive", "failed", "activating", "deactivating",
                                 * "reloading" */
        char *sub;              /* "running", "exited", "dead", … */
        char *file_state; /* "enabled", "disabled", "static", "generated", "masked", …; NULL: unknown */
        char *job;              /* type of a pending job: "start", "stop"; NULL */
        bool stopped;           /* unit_was_stopped(): its "failed" is none */
        bool one_piece;         /* the first five texts are in the memory of name: unit_of_texts() */
};
/* A unit of copies of name, description, load, active and sub, which stay as they are: a list of thousands
 * has one piece of memory for each unit, not five. */
struct unit unit_of_texts(const char *const texts[static 5]);

struct unit_list {
        struct unit *items;     /* sorted by name */
        size_t n;
};
void unit_done(struct unit *u);
struct unit_list *unit_list_free(struct unit_list *list);
DEFINE_CLEANUP(struct unit_list, unit_list_free)

/* A unit for its own screen. */
struct unit_detail {
        struct unit unit;
        char *fragment;         /* path of the unit file; NULL */
        char *source;           /* SourcePath: the .container of a Quadlet unit; NULL */
        char **drop_ins;
        char *result;           /* "success", "exit-code", "timeout", … */
        int exit_code;          /* ExecMainCode: CLD_* ; 0: none */
        int exit_status;        /* ExecMainStatus */
        uint64_t main_ended;    /* ExecMainExitTimestamp, usec since the epoch; 0: none */
        uint64_t stop_began;    /* of the newest command of ExecStop=, in the same run; 0: none */
        unsigned restarts;      /* NRestarts */
        uint32_t main_pid;      /* 0: none */
        int64_t since;          /* of the last state change, seconds since the epoch; 0: unknown */
        char *cgroup;           /* "/system.slice/rsyslog.service"; NULL: none now */
        uint64_t memory_max;    /* its limit; UNIT_UNKNOWN: none */
        uint64_t cpu_nsec, memory, tasks, io_read, io_written;  /* UNIT_UNKNOWN where systemd does not
                                                                 * count */
        char **requires, **wants, **after, **required_by, **wanted_by, **triggered_by;
        char **requisite, **binds_to, **part_of, **upholds, **conflicts, **before, **triggers;
        char **requisite_of, **bound_by, **consists_of, **upheld_by, **stops; /* stops: PropagatesStopTo */
        char **starts;          /* words of the first command of ExecStart=; NULL: none */
        char *load_error;       /* LoadError's message; NULL */
        bool can_start, can_stop, can_reload, can_freeze;
        char *freezer;          /* "running", "frozen", "freezing", …; NULL: not known */
        bool need_reload;       /* NeedDaemonReload: the file on disk is newer */
        char *container;        /* name of its container, where fairlead knows; NULL */
        char *invocation;       /* InvocationID in hex; NULL */
        char *why;              /* of a failed one: the line of its log that says why; NULL */
        bool condition_met;
        int64_t condition_time; /* of its last look; 0: none, and "not met" is meaningless */
};
struct unit_detail *unit_detail_free(struct unit_detail *d);
DEFINE_CLEANUP(struct unit_detail, unit_detail_free)

enum unit_boot { BOOT_UNKNOWN, BOOT_NO, BOOT_YES };
DECLARE_NAMES(unit_boot, enum unit_boot); /* "unknown", "no", "yes" */

/* Whether the unit starts at boot: by its own enablement, or because a target of the boot wants it, which is
 * all that generated and static units have. */
enum unit_boot unit_boot(const struct unit_detail *d);
/* "yes", "no (static; x.socket starts it)": the caller frees. */
char *unit_boot_text(const struct unit_detail *d);

/* Whether its program was ended by a stop that was asked for, which systemd calls a failure: the engine ends
 * with 137 or 143 (128 and the signal) then, and a quadlet(5) has no SuccessExitStatus= for it. */
bool unit_was_stopped(const struct unit_detail *d);
/* "killed after 10 s, since it did not end when it was asked to"; NULL: it ended by itself. The caller
 * frees. */
char *unit_killed_text(const struct unit_detail *d);

/* `active` as it is shown: "stopped" for systemd's "failed" of a unit that was stopped. */
const char *unit_state_text(const struct unit *u);
/* `sub`, beside it. */
const char *unit_sub_text(const struct unit *u);
bool unit_has_failed(const struct unit *u);

/* Whether its processes are stopped where they are, or about to be. */
bool unit_is_frozen(const struct unit_detail *d);

/* Whether units of its kind have processes of their own, by its name. */
bool unit_has_processes(const char *name);

/* Whether nothing can start it. */
bool unit_is_masked(const struct unit *unit);

enum unit_action {
        UNIT_START,
        UNIT_STOP,
        UNIT_RESTART,
        UNIT_RELOAD,
        UNIT_ENABLE,
        UNIT_DISABLE,
        UNIT_MASK,
        UNIT_UNMASK,
        UNIT_RESET_FAILED,
        UNIT_KILL,              /* a signal to all of its processes */
        UNIT_FREEZE,
        UNIT_THAW,
        _UNIT_ACTION_MAX,
};
DECLARE_NAMES(unit_action, enum unit_action);   /* "start", … "thaw": also the verbs */

const char *unit_action_done(enum unit_action action);  /* "started", "stopped", … */

/* "tty-usb0" for "tty\x2dusb0": the name for people (systemd.unit(5) string escaping). The caller frees. */
char *unit_name_plain(const char *name);

/* The "@" of a template's name ("foo@.service"); NULL: it is none. */
const char *unit_template(const char *name);

/* The name as systemctl(1) makes it of what people type: bytes that no name has are escaped, a path becomes
 * its mount or device, ".service" is added where there is no suffix. The caller frees. */
char *unit_name_mangle(const char *typed);

/* systemd's own rules for names (systemd.unit(5)): ASCII letters, digits and ":-_.\@", a known suffix, at
 * most 255 bytes. 0, or -EINVAL with a sentence. */
int unit_name_check(const char *name, struct error **reterr);
