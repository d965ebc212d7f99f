/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A systemd that does as a test wants: an sd-bus server at one end of a socketpair, in the test's own loop, with the
 * objects of org.freedesktop.systemd1 that fairlead uses. No bus daemon, so its signals have no sender. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

struct fake_unit {
        char *name, *description, *load, *active, *sub, *file_state, *fragment, *source, *following, *result;
        char *cgroup;
        char *load_error, *freezer;
        int exit_code, exit_status;
        uint32_t restarts, main_pid;
        uint64_t since, cpu, memory, looked;    /* looked: ConditionTimestamp */
        uint64_t main_ended, stop_began;        /* of its program, of its ExecStop= */
        uint64_t memory_max, tasks;
        int condition, can_start, can_stop, can_reload, need_reload;
        char **requires, **wanted_by, **triggers, **listens;
        char **required_by, **triggered_by, **drop_ins;
        uint64_t next_real, next_monotonic, last_trigger;       /* of a timer */
        bool loaded;            /* in ListUnits */
        bool install;           /* EnableUnitFiles finds an [Install] section */

        /* what the next job on it does */
        const char *job_result; /* "done", … ; NULL: done */
        unsigned delay_ms;      /* before the job ends */
        const char *then_active, *then_sub, *then_result;       /* NULL: as the verb says */
        int then_code, then_status;
        unsigned times;         /* so many jobs end like this, then they end well; 0: all do */
        uint32_t job;           /* pending, 0: none */
        const char *job_type;
};

struct fake_systemd {
        sd_event *event;
        sd_bus *bus;            /* the server's end */
        char *root;             /* of its unit files */
        sd_bus_slot *slots[7];
        struct fake_unit **units;
        size_t n, room;
        struct fake_job *jobs;
        uint32_t next_job;
        unsigned subscribed;
        int refs;               /* units held by RefUnit */

        /* bad behaviour */
        bool lose_signals;      /* JobRemoved is never sent */
        bool early_signals;     /* JobRemoved comes before the answer with the job's path */
        bool reload_between;    /* a reload between the answer and the end of a job */
        bool silent;            /* takes jobs and never answers */
        bool echo;              /* sends UnitNew and UnitRemoved when a unit is looked at */
        bool no_folders;        /* it does not say where unit files are */
        const char *refuse;     /* error name: methods fail so */
        unsigned refuse_reloads;/* so many reloads are refused for their rate */
        const char *refuse_property;    /* asked for by its name, it is an error */
        const char *hang_up_at; /* the line is cut when this one is asked for */

        /* what was asked */
        unsigned n_get, n_get_all;      /* properties of units: one by one; of all interfaces together */
        unsigned n_list, n_reloads, n_file_changes, n_refused_transient;
        char killed[128];       /* "NAME all SIGNAL" of the last KillUnit */
        char transient[256];    /* words of the last transient unit, joined by "|" */
        char transient_properties[1024];        /* names of its properties, each followed by a blank */
        char transient_input[256];              /* what stood in its stdin */
};

/* *ret_client is attached to event and the caller's. Ends the test when that fails. */
struct fake_systemd *fake_systemd_new(sd_event *event, sd_bus **ret_client);
struct fake_systemd *fake_systemd_free(struct fake_systemd *f);

/* A loaded unit; file_state NULL: no unit file. */
struct fake_unit *fake_systemd_add(struct fake_systemd *f, const char *name, const char *active, const char *sub,
                                   const char *file_state);
/* Its unit file and the links to it, as its file_state says. */
void fake_systemd_write(struct fake_systemd *f, const struct fake_unit *u);
struct fake_unit *fake_systemd_find(struct fake_systemd *f, const char *name);
/* Changes its state and signals it to subscribers. */
void fake_systemd_change(struct fake_systemd *f, const char *name, const char *active, const char *sub);
/* Sends a signal of the manager: "UnitFilesChanged", or "UnitNew"/"UnitRemoved" with a name, "Reloading" with
 * "true"/"false". */
void fake_systemd_signal(struct fake_systemd *f, const char *signal, const char *argument);
