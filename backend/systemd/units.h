/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* systemd over sd-bus: list, show, act, follow. Matches come before calls; a lost signal costs a poll. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "model/host.h"

struct units;

/* root goes before the paths of unit files ("": the host's own). bus is borrowed (attached to event by the
 * caller); NULL: connect to the system bus when first needed. Tests pass one end of a socketpair. Operations
 * in flight must be cancelled before units_free(). */
struct units *units_new(sd_event *event, const char *root, sd_bus *bus);
/* The manager of a user, by the path of its socket. */
struct units *units_new_at(sd_event *event, const char *root, const char *socket);
struct units *units_free(struct units *units);
DEFINE_CLEANUP(struct units, units_free)

/* The connection, for other services of systemd on the same bus; NULL with a sentence. */
sd_bus *units_bus(struct units *units, struct error **reterr);

/* Loaded units and unit files merged, sorted by name; pattern: fnmatch on the name, NULL all. With a pattern
 * systemd lists those only. Without one, and with a listener, unit files are as last read; they are read
 * again afterwards if stale, and a difference is reported to the listener. */
struct op *units_list(struct units *units, const char *pattern,
                      units_done_t done, void *userdata);
/* The failed units, and those of these patterns (fnmatch) that are active, without their files. read: when
 * systemd last read all files (usec since the epoch; 0: it does not say). */
typedef void (*loaded_done_t)(struct unit_list *list, int64_t read, struct error *e, void *userdata);
struct op *units_loaded(struct units *units, char *const *active, loaded_done_t done, void *userdata);
struct op *units_show(struct units *units, const char *name,
                      detail_done_t done, void *userdata);
/* As units_show(), but of a service that runs only what a line about it says: name, load, active, file_state,
 * description, since, restarts, cgroup, its figures, can_reload, and what unit_boot() needs. */
struct op *units_glance(struct units *units, const char *name, detail_done_t done, void *userdata);
/* How many units have failed, without those that were stopped; -1: no answer. */
typedef void (*counted_done_t)(int64_t n, void *userdata);
struct op *units_count_failed(struct units *units, counted_done_t done, void *userdata);
/* start, stop, restart, reload wait for systemd's job to end and then for the unit's state; the error of a
 * failure has the reason (result, exit status, the line of its log). The other actions end with a reload;
 * made (done() owns it, NULL: nothing) is what they changed: "made PATH", "removed PATH". */
typedef void (*made_done_t)(char **made, struct error *e, void *userdata);
struct op *units_act(struct units *units, const char *name, enum unit_action action, made_done_t done,
                     void *userdata);
/* A signal to all processes of the unit. */
struct op *units_kill(struct units *units, const char *name, int signal, made_done_t done, void *userdata);
/* Loaded units of the pattern with what they start, listen on and wait for. */
struct op *units_triggers(struct units *units, const char *pattern, triggers_done_t done, void *userdata);
/* Its properties, or the PIDs of its processes with their commands; no other part. */
struct op *units_inside(struct units *units, const char *name, enum inside_part part, inside_done_t done,
                        void *userdata);
/* Manager.Reload(); retries a rate limit. */
struct op *units_reload(struct units *units, nothing_done_t done, void *userdata);

/* A transient service that outlives us: name "fairlead-job-ID.service", Type=exec, mode fail (-EEXIST: it
 * exists). stdin_fd is passed on (StandardInputFileDescriptor); the caller keeps its copy. */
struct transient {
        const char *name;
        const char *description;
        char *const *argv;      /* argv[0] absolute */
        int stdin_fd;           /* -1: /dev/null */
};
struct op *units_start_transient(struct units *units, const struct transient *t,
                                 nothing_done_t done, void *userdata);

/* Changes of units: names of at most 64 changed units, or NULL for "many". Coalesced (at most one call in 100
 * ms). One listener; NULL removes it and unsubscribes. */
void units_listen(struct units *units, void (*changed)(char *const *names, void *userdata), void *userdata);

/* ---- the journal ---- */

/* The journal, read by a process of its own that ends with the operation. Selection as of journalctl -u.
 * directory: NULL for the host's journal; tests have a folder. */
struct op *unitlog_read(sd_event *event, const char *directory, const struct log_query *query,
                        const struct log_reader *reader);
/* Writes all lines of the query to a new file of mode 0600, which is removed again on failure and where the
 * operation is cancelled. */
struct op *unitlog_write(sd_event *event, const char *directory, const struct log_query *query,
                         const char *path, const struct log_writer *writer);
struct op *unitlog_boots(sd_event *event, const char *directory, boots_done_t done, void *userdata);
struct op *unitlog_entry(sd_event *event, const char *directory, const char *cursor, entry_done_t done,
                         void *userdata);

/* The lines of one invocation of a unit (unit_detail.invocation). With sync, of all that the journal was sent
 * before the call: its daemon is asked to write them first, which takes it some time. Where none is a reason
 * (log_reason()) and unit is given, those of all its invocations since then: systemd may have started it anew
 * meanwhile. At most LAST_WORDS_MAX of the newest, oldest first; done() may take their strings as
 * log_reader.lines does. None (n 0): no lines, no journal, or a bus of the caller's. */
#define LAST_WORDS_MAX 40U
typedef void (*words_done_t)(struct log_line *lines, size_t n, void *userdata);
struct op *units_last_words(struct units *units, const char *invocation, const char *unit, int64_t since,
                            bool sync, words_done_t done, void *userdata);

/* ---- the generator ---- */

/* Podman's generator of units, and its complaints about files in the output of its --dryrun, "; " between
 * them; those about the file `first` (a name without its folder) before others. The caller frees; NULL: none.
 * One file that cannot be read keeps the generator from making any unit (5.4.2). */
#define QUADLET_GENERATOR "/usr/lib/systemd/system-generators/podman-system-generator"
char *quadlet_complaints(const char *output, const char *first);

/* The folders of Quadlets (podman-systemd.unit(5)): the first that has a name counts. NULL ends them. */
extern const char *const quadlet_folders[];
/* The path of the Quadlet file of this name, below root. NULL: there is none. The caller frees. */
char *quadlet_file(const char *root, const char *name);

/* ---- places ---- */

/* Places where files create units, and the units of a job's changes. */

/* Whether path is a file in a folder of an administrator's units. */
bool unit_places_has(const char *path);

/* The units that added and changed files create, that of the service `name` first. *ret (freed before) are
 * names of units; *ret_quadlet: the first comes from a .container. Templates are skipped: they cannot be
 * started themselves. */
void unit_places_find(const struct changes *changes, const char *name, char ***ret, bool *ret_quadlet);

/* The added or changed file that creates this unit; it belongs to changes. NULL: none. */
const struct change *unit_places_file(const struct changes *changes, const char *unit);
