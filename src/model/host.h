/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The port: all that the console and the verbs can ask of a host. backend/host/backend.h implements it, tests
 * fake it (tests/fake/host.h).
 *
 * An operation answers exactly once through done(), from the event loop, never inside the call that started
 * it, unless its handle was dropped before (base/op.h). done() owns its result, or the error when the result
 * is NULL. The callee copies all arguments that it needs longer than the call. */

#include "base/op.h"
#include "base/secret.h"
#include "model/image/catalog.h"
#include "model/image/image.h"
#include "model/image/source.h"
#include "model/job/changes.h"
#include "model/job/job.h"
#include "model/job/retention.h"
#include "model/log/log.h"
#include "model/plan/plan.h"
#include "model/profile/profile.h"
#include "model/realm/account.h"
#include "model/realm/check.h"
#include "model/realm/realm.h"
#include "model/service/address.h"
#include "model/service/effects.h"
#include "model/service/inside.h"
#include "model/service/service.h"
#include "model/service/unit.h"
#include "model/trouble/trouble.h"

/* Topics of changes; screens of a topic reload. A bit set. */
enum {
        TOPIC_ENGINE = 1 << 0,          /* the engine appeared or disappeared */
        TOPIC_IMAGES = 1 << 1,
        TOPIC_SERVICES = 1 << 2,
        TOPIC_UNITS = 1 << 3,
        TOPIC_JOBS = 1 << 4,
        TOPIC_REALM = 1 << 5,           /* host_status.realm */
        TOPIC_HOST = 1 << 6,            /* host_status.failed_units */
};

/* This host's realm without a query: its files, and the last known state of SSSD (seen: its time; 0:
 * never). */
struct host_realm {
        bool known;                     /* false: not examined yet */
        const char *name;               /* NULL: this host is not in a realm */
        enum realm_kind kind;
        uint32_t kvno;                  /* 0: no keys */
        int64_t seen;
        bool asked, online;             /* as in struct membership */
        const char *server;
        bool clock_known;
        int64_t clock_usec;
};

/* The host: cheap to read at every paint. The pointers stay valid until the next TOPIC_ENGINE. */
struct host_status {
        const char *hostname;
        enum engine_kind engine;        /* ENGINE_NONE: none answers */
        const char *engine_version;     /* "5.4.2"; NULL: unknown so far */
        const struct error *engine_error;       /* the reason why none answers; NULL */
        bool engine_asked;              /* false: still searching */
        const struct error *profile_error;      /* the first refused profile: file, line, reason; NULL */
        size_t profile_errors;          /* the number of refused profiles */
        bool root;                      /* false: read only */
        bool systemd;                   /* systemd runs this host */
        unsigned failed_units;          /* without those that were stopped */
        struct host_realm realm;        /* changes come with TOPIC_REALM */
};

/* The host in figures. Strings stay valid until the host is freed. */
struct host_figures {
        const char *os;         /* "Debian GNU/Linux 13 (trixie)"; NULL: unknown */
        const char *address;    /* the first address that others reach; NULL: none */
        int cpu;                /* percent of all processors since the call before; -1: unknown (the first) */
        unsigned cpus;
        unsigned load;          /* of the last minute, in hundredths */
        uint64_t memory, memory_total;  /* bytes in use (that cannot be had at once), and all; 0: unknown */
        int var_used;           /* percent of the file system of /var; -1: unknown */
        int64_t uptime, booted; /* seconds; seconds since the epoch */
};

/* job() is called first with the known state, then at each change of it; output() with the bytes of the log
 * in order, without holes. */
struct job_watcher {
        void (*job)(const struct job *job, void *userdata);
        void (*output)(const void *bytes, size_t n, void *userdata);
        void (*failed)(struct error *e, void *userdata);        /* owns e; the watch has ended */
        void *userdata;
        uint64_t log_offset;            /* the beginning in the log */
};

struct log_reader {
        /* oldest first; the callback may take strings by setting them NULL */
        void (*lines)(struct log_line *lines, size_t n, void *userdata);
        void (*reached)(void *userdata); /* the newest line was passed; with follow more may come. Once */
        void (*failed)(struct error *e, void *userdata);
        void *userdata;
        /* Optional. A few times a second: how many entries were looked at, and the time of the last one. */
        void (*progress)(uint64_t entries, int64_t real, void *userdata);
        /* Optional: a sentence about what cannot be read; the rest is. */
        void (*note)(const char *sentence, void *userdata);
};

struct log_writer {
        void (*progress)(uint64_t entries, int64_t real, void *userdata);       /* optional */
        void (*done)(uint64_t entries, struct error *e, void *userdata);        /* e NULL: all are written */
        void *userdata;
};

enum container_state {
        CONTAINER_ABSENT,
        CONTAINER_STOPPED,
        CONTAINER_RUNNING,
};

/* volumes: "NAME:SERVICE" (of list_loose: containers, "NAME:IMAGE"); done() owns them, NULL: none */
typedef void (*volumes_done_t)(char **volumes, struct error *e, void *userdata);
/* e NULL: state holds */
typedef void (*container_done_t)(enum container_state state, struct error *e, void *userdata);
typedef void (*images_done_t)(struct image_list *images, struct error *e, void *userdata);
/* image: lent */
typedef void (*image_seen_t)(const struct image *image, void *userdata);
/* row: lent */
typedef void (*source_seen_t)(const struct source_row *row, void *userdata);
typedef void (*image_done_t)(struct image *image, struct error *e, void *userdata);
typedef void (*services_done_t)(struct service_list *services, struct error *e, void *userdata);
typedef void (*units_done_t)(struct unit_list *units, struct error *e, void *userdata);
typedef void (*detail_done_t)(struct unit_detail *unit, struct error *e, void *userdata);
/* report: what came of it, in a sentence without a full stop; done() owns it */
typedef void (*acted_done_t)(char *report, struct error *e, void *userdata);
typedef void (*effects_done_t)(struct unit_effects *effects, struct error *e, void *userdata);
typedef void (*inside_done_t)(struct unit_inside *inside, struct error *e, void *userdata);
typedef void (*triggers_done_t)(struct trigger_list *triggers, struct error *e, void *userdata);
typedef void (*plan_done_t)(struct plan *plan, struct error *e, void *userdata);
typedef void (*jobs_done_t)(struct job_list *jobs, struct error *e, void *userdata);
/* job_id NULL on failure */
typedef void (*started_done_t)(const char *job_id, struct error *e, void *userdata);
typedef void (*report_done_t)(struct change_report *report, struct error *e, void *userdata);
typedef void (*realm_done_t)(struct realm *realm, struct error *e, void *userdata);
typedef void (*preflight_done_t)(struct preflight *preflight, void *userdata);
typedef void (*membership_done_t)(struct membership *membership, struct error *e, void *userdata);
typedef void (*user_done_t)(struct account *account, struct error *e, void *userdata);
typedef void (*trouble_done_t)(struct trouble_list *trouble, struct error *e, void *userdata);
typedef void (*nothing_done_t)(struct error *e, void *userdata);                        /* e NULL: done */

/* Oldest first; they belong to the caller. */
typedef void (*boots_done_t)(const struct log_boot *boots, size_t n, struct error *e, void *userdata);
/* entry: done() may take its strings; NULL on failure */
typedef void (*entry_done_t)(struct log_entry *entry, struct error *e, void *userdata);

/* A plan by names: the host finds image, profile, facts and the installed record itself. */
struct plan_order {
        enum plan_verb verb;
        const char *label;              /* VERB_OTHER: the label's key */
        const char *image; /* reference; NULL for uninstall, run, stop of an installed service; for its
                            * upgrade NULL (the current image of its own reference) or another one */
        const char *name;               /* service name, or NULL for the default */
        const char *mode;
        const struct answers *answers;
        char *const *secrets;
        char *const *set;
        const char *text;               /* VERB_EDIT: of the whole drop-in, in the place of set; NULL */
        const char *opt[3];
        char *const *arguments;
        char *const *allowed;
        const struct access_change *access;     /* VERB_ACCESS; like VERB_RENEW of the service called name, or
                                                 * (NULL) of the one that joined this host */
        bool all_answers;               /* of an installed service: those of its record are not added */
        bool deletes_account;           /* VERB_UNINSTALL of a service that joined a realm: this host's
                                         * account there is deleted, too */
        bool removes_volumes;           /* VERB_UNINSTALL: of those that hold the service's state, too */
        bool removes_unit;              /* VERB_UNINSTALL: of its unit file, too, if it was edited */
};

/* The subject of a preflight. */
struct preflight_order {
        const char *domain;             /* NULL: this host's own */
        enum realm_kind wanted;         /* REALM_NONE: any kind */
        const char *server;             /* this one only; NULL: those of the DNS */
        const char *computer_name;      /* NULL: from the host's name */
        const char *hostname;           /* the future name; NULL: the current one */
        const char *realm;              /* as it was given; NULL: discovered */
        const char *ca_file, *keytab;   /* files of this host that the join is given; NULL: none */
};

/* The order of a join; its texts are the join's. */
static inline struct preflight_order preflight_of_join(const struct join *join) {
        return (struct preflight_order) { .domain = join->domain,
                                          .wanted = join->kind,
                                          .server = join->server,
                                          .computer_name = join->computer_name,
                                          .hostname = join->hostname,
                                          .realm = join->realm,
                                          .ca_file = join->ca_file,
                                          .keytab = join->keytab };
}

enum job_resume {
        RESUME_ONWARD,          /* continue, as job.way says */
        RESUME_ROLL_BACK,       /* roll back */
};

/* A fault found by the preflight that fairlead can fix on this host at once. */
struct repair {
        enum fix fix;                   /* FIX_CLOCK or FIX_HOSTNAME */
        const char *hostname;           /* the whole name */
        int64_t clock_usec;             /* the lead of this host's clock */
};

struct host;

struct host_ops {
        const struct host_status *(*status)(struct host *host);

        /* Cheap: a few small files of /proc; cpu is of the time between two calls. */
        const struct host_figures *(*figures)(struct host *host);

        /* All that needs a person now, those asleep too. Whoever shows it looks again when a topic changes,
         * and each 30 s for what no signal reports (disks, pressure, clock). Never fails for one source. */
        struct op *(*look_trouble)(struct host *host, trouble_done_t done, void *userdata);
        /* Puts a line (trouble.id) to sleep until then (seconds since the epoch); 0: wakes it. At once. */
        int (*sleep_trouble)(struct host *host, const char *id, int64_t until, struct error **reterr);

        struct op *(*list_images)(struct host *host, images_done_t done, void *userdata);
        /* The same images, each when it comes, in no order and without being kept: of a host with thousands,
         * for those who need little of each. seen() must not drop the handle; after an error not all came. */
        struct op *(*each_image)(struct host *host, image_seen_t seen, nothing_done_t done, void *userdata);
        /* All images of a source (model/image/source.h), which the engine need not have: seen() is called for
         * each at once, without an image or an error, and again when it is known; it may drop the handle.
         * done() has an error where there is no list. Nothing is pulled. */
        struct op *(*list_source)(struct host *host, const char *source, source_seen_t seen,
                                  nothing_done_t done, void *userdata);
        /* Of the engine, or where the reference has a transport, of that source; its paths are absolute.
         * -ENOENT error when not found; -EEXIST when the name means several images (the hint lists them). */
        struct op *(*find_image)(struct host *host, const char *reference, image_done_t done, void *userdata);
        /* The profile for an image: its label's, a file's, or the generic one. Synchronous: profiles are read
         * at the start. Errors of a bad profile are returned, with file, line and reason; the caller may then
         * continue with *ret == the generic one. Caller frees *ret. */
        int (*find_profile)(struct host *host, const struct image *image, struct profile **ret,
                            struct error **reterr);
        /* The catalog of this host, read anew: a few small files. Synchronous; valid until the next call. */
        const struct catalog *(*read_catalog)(struct host *host);
        /* The whole names that a name as typed can mean on this host, the likeliest first, by
         * containers-registries.conf(5); *ret is the caller's. *why: where that comes from, a sentence
         * without a full stop, or NULL where the name is whole; the caller's. Errors: -EINVAL (no name),
         * -ENOENT (no registry is configured for short names). Synchronous: small files. */
        int (*resolve_name)(struct host *host, const char *name, char ***ret, char **why,
                            struct error **reterr);
        /* The host's proposal for a parameter's `suggest` ("hostname", "domain", "realm", …; "=TEXT": that
         * text), or NULL. Valid until the host is freed or repair() changed it. */
        const char *(*suggest)(struct host *host, const char *what);

        struct op *(*list_services)(struct host *host, services_done_t done, void *userdata);
        /* The units that people pinned beside the services, as services without a record. */
        struct op *(*list_pinned)(struct host *host, services_done_t done, void *userdata);
        /* Pins a unit, or unpins it where it is pinned; *ret: it is now. At once. */
        int (*pin_unit)(struct host *host, const char *unit, bool *ret, struct error **reterr);
        /* What a listed service uses, at once: a few small files of the kernel. */
        void (*read_usage)(struct host *host, const struct service *service, struct usage *ret);
        /* Units are named by their address (model/service/address.h). pattern: fnmatch, NULL: all of the
         * system's */
        struct op *(*list_units)(struct host *host, const char *pattern, units_done_t done, void *userdata);
        struct op *(*show_unit)(struct host *host, const char *address, detail_done_t done, void *userdata);
        /* Those whose units can be asked for. Synchronous; the caller frees. */
        struct user_manager_list *(*list_managers)(struct host *host);
        /* What an action would take with it. */
        struct op *(*unit_effects)(struct host *host, const char *address, enum unit_action action,
                                   effects_done_t done, void *userdata);
        /* Loaded sockets and timers, by a pattern. */
        struct op *(*list_triggers)(struct host *host, const char *pattern, triggers_done_t done,
                                    void *userdata);
        /* One part of what is inside it. */
        struct op *(*look_inside)(struct host *host, const char *address, enum inside_part part,
                                  inside_done_t done, void *userdata);
        /* done after systemd's job ended and the state was read; an error has the reason. Enable and disable
         * of a service whose .container fairlead wrote are a job. signal: of UNIT_KILL. */
        struct op *(*act_on_unit)(struct host *host, const char *address, enum unit_action action, int signal,
                                  acted_done_t done, void *userdata);
        struct op *(*read_log)(struct host *host, const struct log_query *query,
                               const struct log_reader *reader);
        /* Writes all that the query selects to a new file, which only its owner may read. -EEXIST error:
         * there is one of this name. */
        struct op *(*write_log)(struct host *host, const struct log_query *query, const char *path,
                                const struct log_writer *writer);
        struct op *(*list_boots)(struct host *host, boots_done_t done, void *userdata);
        /* All fields of the entry with this cursor; -ENOENT: the journal has it no more. */
        struct op *(*show_entry)(struct host *host, const char *cursor, entry_done_t done, void *userdata);

        /* The engine's program, absolute; NULL: not installed. */
        const char *(*engine_path)(struct host *host);
        struct op *(*find_container)(struct host *host, const char *name, container_done_t done,
                                     void *userdata);

        /* Running containers that neither a unit nor a service of Fairlead runs: "NAME:IMAGE". */
        struct op *(*list_loose)(struct host *host, volumes_done_t done, void *userdata);

        /* Volumes of the engine with the state of services that do not use them any more: kept at an
         * uninstall. Removing one fails while a container uses it. */
        struct op *(*list_volumes)(struct host *host, volumes_done_t done, void *userdata);
        struct op *(*remove_volume)(struct host *host, const char *name, nothing_done_t done, void *userdata);

        struct op *(*make_plan)(struct host *host, const struct plan_order *order, plan_done_t done,
                                void *userdata);
        /* Starts the worker and takes the secrets (their memory is wiped afterwards), also on failure. -EBUSY
         * error: another job holds the host; its id is in the message. */
        struct op *(*start_job)(struct host *host, const struct plan *plan, struct secret_list *secrets,
                                started_done_t done, void *userdata);
        /* A new worker resumes or rolls back a job without one; done as for start_job. A finished job can be
         * rolled back, too. The secrets (may be NULL) are taken. */
        struct op *(*resume_job)(struct host *host, const char *id, enum job_resume how,
                                  struct secret_list *secrets, started_done_t done, void *userdata);
        /* The plan of a job, from its folder, with its answers for another try. The caller frees. */
        int (*job_plan)(struct host *host, const char *id, struct plan **ret, struct error **reterr);
        struct op *(*list_jobs)(struct host *host, jobs_done_t done, void *userdata);
        struct op *(*watch_job)(struct host *host, const char *id, const struct job_watcher *watcher);
        int (*cancel_job)(struct host *host, const char *id, struct error **reterr);
        /* Removes closed jobs beyond the limits, or (all) every one; really false: only looks. It takes the
         * time that the disk takes: for verbs. *ret is the caller's, also on failure. */
        int (*prune_jobs)(struct host *host, bool all, bool really, struct pruning *ret,
                          struct error **reterr);
        int (*job_input)(struct host *host, const char *id, const void *bytes, size_t n,
                         struct error **reterr);
        int (*job_size)(struct host *host, const char *id, unsigned rows, unsigned columns);
        /* of: a service name or a job id. */
        struct op *(*list_changes)(struct host *host, const char *of, bool diffs, report_done_t done,
                                   void *userdata);

        /* Puts commands for these tools of the service's container on the host; tools NULL: takes all of them
         * away. *ret: names that are somebody else's, the caller's. It takes the time that the disk takes. */
        int (*set_shims)(struct host *host, const char *service, char *const *tools, char ***ret,
                         struct error **reterr);

        /* Discovers the realm of a domain, anonymously, in a few seconds at most. domain: as typed; NULL:
         * this host's own, and those above it. A realm of REALM_NONE is an answer, too, with its questions
         * and, as trouble, the reason. Errors: a name that cannot be a domain's (-EINVAL), or no name at all
         * (-ENOENT). */
        struct op *(*discover)(struct host *host, const char *domain, realm_done_t done, void *userdata);
        /* Checks all that a join needs, 8 s at most; moved() (may be NULL) lends the results whenever one has
         * settled, until done() or the handle is dropped; done() owns them and always gets them. */
        struct op *(*preflight)(struct host *host, const struct preflight_order *order,
                                void (*moved)(const struct preflight *preflight, void *userdata),
                                preflight_done_t done, void *userdata);

        /* This host's membership in its realm; REALM_NONE: not a member. */
        struct op *(*membership)(struct host *host, membership_done_t done, void *userdata);
        /* Looks a user up as every program of this host would, and asks PAM whether he may log in; -ENOENT:
         * not found. */
        struct op *(*test_user)(struct host *host, const char *user, user_done_t done, void *userdata);
        struct op *(*repair)(struct host *host, const struct repair *repair, nothing_done_t done,
                             void *userdata);

        /* Unsolicited changes: listener(topics, userdata) from the loop, coalesced. One listener; NULL
         * removes it. Watching costs nothing while nothing changes. */
        void (*listen)(struct host *host, void (*listener)(unsigned topics, void *userdata), void *userdata);
};

/* The backend embeds this as its first member. */
struct host {
        const struct host_ops *ops;
};

/* The operations as calls: host_list_images(host, done, userdata). */
#define HOST_CALL(h, op, ...)                                                                               \
        ({                                                                                                   \
                struct host *host_ = (h);                                                                    \
                host_->ops->op(host_, ##__VA_ARGS__);                                                        \
        })
#define host_status(h) HOST_CALL(h, status)
#define host_figures(h) HOST_CALL(h, figures)
#define host_look_trouble(h, ...) HOST_CALL(h, look_trouble, __VA_ARGS__)
#define host_sleep_trouble(h, ...) HOST_CALL(h, sleep_trouble, __VA_ARGS__)
#define host_list_images(h, ...) HOST_CALL(h, list_images, __VA_ARGS__)
#define host_each_image(h, ...) HOST_CALL(h, each_image, __VA_ARGS__)
#define host_list_source(h, ...) HOST_CALL(h, list_source, __VA_ARGS__)
#define host_find_image(h, ...) HOST_CALL(h, find_image, __VA_ARGS__)
#define host_find_profile(h, ...) HOST_CALL(h, find_profile, __VA_ARGS__)
#define host_read_catalog(h) HOST_CALL(h, read_catalog)
#define host_resolve_name(h, ...) HOST_CALL(h, resolve_name, __VA_ARGS__)
#define host_suggest(h, ...) HOST_CALL(h, suggest, __VA_ARGS__)
#define host_list_services(h, ...) HOST_CALL(h, list_services, __VA_ARGS__)
#define host_list_pinned(h, ...) HOST_CALL(h, list_pinned, __VA_ARGS__)
#define host_pin_unit(h, ...) HOST_CALL(h, pin_unit, __VA_ARGS__)
#define host_read_usage(h, ...) HOST_CALL(h, read_usage, __VA_ARGS__)
#define host_list_units(h, ...) HOST_CALL(h, list_units, __VA_ARGS__)
#define host_show_unit(h, ...) HOST_CALL(h, show_unit, __VA_ARGS__)
#define host_list_managers(h) HOST_CALL(h, list_managers)
#define host_unit_effects(h, ...) HOST_CALL(h, unit_effects, __VA_ARGS__)
#define host_list_triggers(h, ...) HOST_CALL(h, list_triggers, __VA_ARGS__)
#define host_look_inside(h, ...) HOST_CALL(h, look_inside, __VA_ARGS__)
#define host_act_on_unit(h, ...) HOST_CALL(h, act_on_unit, __VA_ARGS__)
#define host_read_log(h, ...) HOST_CALL(h, read_log, __VA_ARGS__)
#define host_write_log(h, ...) HOST_CALL(h, write_log, __VA_ARGS__)
#define host_list_boots(h, ...) HOST_CALL(h, list_boots, __VA_ARGS__)
#define host_show_entry(h, ...) HOST_CALL(h, show_entry, __VA_ARGS__)
#define host_engine_path(h) HOST_CALL(h, engine_path)
#define host_find_container(h, ...) HOST_CALL(h, find_container, __VA_ARGS__)
#define host_list_loose(h, ...) HOST_CALL(h, list_loose, __VA_ARGS__)
#define host_list_volumes(h, ...) HOST_CALL(h, list_volumes, __VA_ARGS__)
#define host_remove_volume(h, ...) HOST_CALL(h, remove_volume, __VA_ARGS__)
#define host_make_plan(h, ...) HOST_CALL(h, make_plan, __VA_ARGS__)
#define host_start_job(h, ...) HOST_CALL(h, start_job, __VA_ARGS__)
#define host_resume_job(h, ...) HOST_CALL(h, resume_job, __VA_ARGS__)
#define host_job_plan(h, ...) HOST_CALL(h, job_plan, __VA_ARGS__)
#define host_list_jobs(h, ...) HOST_CALL(h, list_jobs, __VA_ARGS__)
#define host_watch_job(h, ...) HOST_CALL(h, watch_job, __VA_ARGS__)
#define host_cancel_job(h, ...) HOST_CALL(h, cancel_job, __VA_ARGS__)
#define host_prune_jobs(h, ...) HOST_CALL(h, prune_jobs, __VA_ARGS__)
#define host_job_input(h, ...) HOST_CALL(h, job_input, __VA_ARGS__)
#define host_job_size(h, ...) HOST_CALL(h, job_size, __VA_ARGS__)
#define host_list_changes(h, ...) HOST_CALL(h, list_changes, __VA_ARGS__)
#define host_set_shims(h, ...) HOST_CALL(h, set_shims, __VA_ARGS__)
#define host_discover(h, ...) HOST_CALL(h, discover, __VA_ARGS__)
#define host_preflight(h, ...) HOST_CALL(h, preflight, __VA_ARGS__)
#define host_membership(h, ...) HOST_CALL(h, membership, __VA_ARGS__)
#define host_test_user(h, ...) HOST_CALL(h, test_user, __VA_ARGS__)
#define host_repair(h, ...) HOST_CALL(h, repair, __VA_ARGS__)
#define host_listen(h, ...) HOST_CALL(h, listen, __VA_ARGS__)
