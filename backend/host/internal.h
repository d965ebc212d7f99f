/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the files of backend/host/backend.h: backend.c holds the host together, call.c has what the other
 * files use, which implement their part of the port (model/host.h). */

#include "backend/engine/engine.h"
#include "backend/format/catalogs.h"
#include "backend/format/profiles.h"
#include "backend/host/backend.h"
#include "backend/io/facts.h"
#include "backend/jobs/jobs.h"
#include "backend/skopeo/skopeo.h"
#include "backend/systemd/units.h"
#include "backend/trouble/trouble.h"

struct backend {
        struct host host; /* first */
        sd_event *event;
        struct paths paths;
        struct facts facts;
        struct engine *engine;
        struct skopeo *skopeo;
        struct units *units;      /* of the system */
        struct manager *managers; /* of users, as they were asked for */
        struct jobs *jobs;
        struct profiles *profiles;
        struct catalog catalog; /* as it was read last */
        bool catalog_read;
        struct figures figures;
        uint64_t lookup_usec; /* the most that a lookup takes */

        struct host_status status;
        bool root, systemd;
        struct error *engine_error; /* why none answers; NULL */
        bool engine_asked;
        struct op *finding;       /* the first search for an engine */
        struct membership *known; /* of the realm: its files, SSSD's last answer; NULL: not read yet */
        int64_t seen;             /* time of that answer, in seconds since the epoch; 0: none */
        unsigned failed;          /* units, as systemd counts them */
        struct op *counting;
        bool count_again;         /* units changed since it was asked */
        sd_event_source *looking; /* reads the files again in the next turn of the loop */

        /* listening (backend.c) */
        void (*listener)(unsigned topics, void *userdata);
        void *userdata;
        struct op *watching;
        sd_event_source *reporting;
        unsigned topics; /* not reported yet */
};

static inline struct backend *backend_of(struct host *host) {
        return container_of(host, struct backend, host);
}

/* A call of the port that another operation answers (op.inner), or whose result is known at once. */
struct host_call {
        struct op op;
        struct backend *backend;
        char *text; /* the caller's argument; NULL */
        bool flag;
        struct error *error;
        union {
                images_done_t images;
                image_done_t image;
                container_done_t container;
                volumes_done_t volumes;
                detail_done_t detail;
                jobs_done_t jobs;
                report_done_t report;
                realm_done_t realm;
                preflight_done_t preflight;
                membership_done_t membership;
                nothing_done_t nothing;
        } done;
        image_seen_t seen;
        source_seen_t row_seen;
        void *userdata;
};
/* text is copied. The caller sets `done`. */
struct host_call *host_call_new(struct host *host, void *userdata, const char *text);

/* Reports topics to the listener. */
void backend_changed(struct backend *b, unsigned topics);

/* Reads the realm's files again. answer (NULL: none came now) is SSSD's, which stays valid until the realm
 * changes (realm.c). */
void backend_learn_realm(struct backend *b, const struct membership *answer);
/* Schedules a new read of the realm's files, after urgent events (realm.c); and returns the known state. */
void backend_look_at_realm(struct backend *b);
void backend_fill_realm(const struct backend *b, struct host_realm *ret);

const struct host_figures *backend_figures(struct host *host);
struct op *backend_look_trouble(struct host *host, trouble_done_t done, void *userdata);
int backend_sleep_trouble(struct host *host, const char *id, int64_t until, struct error **reterr);

struct op *backend_list_images(struct host *host, images_done_t done, void *userdata);
struct op *backend_each_image(struct host *host, image_seen_t seen, nothing_done_t done, void *userdata);
struct op *backend_find_image(struct host *host, const char *reference, image_done_t done, void *userdata);
/* Of sources (sources.c). */
struct op *backend_list_source(struct host *host, const char *source, source_seen_t seen, nothing_done_t done,
                               void *userdata);
/* Whether the engine can take this image of a source; what it will not know of it goes. */
int backend_fit_engine(const char *source, enum engine_kind engine, struct image *image,
                       struct error **reterr);
/* Reports where the layers that the plan fetches have little space, or none. */
void backend_report_space(const struct backend *b, enum engine_kind engine, struct plan *plan);
struct op *backend_find_in_source(struct host *host, const char *source, image_done_t done, void *userdata);
int backend_find_profile(struct host *host, const struct image *image, struct profile **ret,
                         struct error **reterr);
const struct catalog *backend_read_catalog(struct host *host);
int backend_resolve_name(struct host *host, const char *name, char ***ret, char **why,
                         struct error **reterr);
struct op *backend_find_container(struct host *host, const char *name, container_done_t done, void *userdata);

struct op *backend_list_loose(struct host *host, volumes_done_t done, void *userdata);
struct op *backend_list_volumes(struct host *host, volumes_done_t done, void *userdata);
struct op *backend_remove_volume(struct host *host, const char *name, nothing_done_t done, void *userdata);

struct op *backend_list_services(struct host *host, services_done_t done, void *userdata);

/* Fills in what the engine knows of the images of services (images_known, image_gone, newer, newer_labels);
 * where it gives no answer they stay as they are. services is borrowed until done() or the operation's
 * end (image-states.c). */
typedef void (*image_states_done_t)(void *userdata);
struct op *backend_image_states(struct backend *b, struct service_list *services, image_states_done_t done,
                                void *userdata);

struct op *backend_list_pinned(struct host *host, services_done_t done, void *userdata);
int backend_pin_unit(struct host *host, const char *unit, bool *ret, struct error **reterr);
void backend_read_usage(struct host *host, const struct service *service, struct usage *ret);
/* The cgroup of a container that the engine does not run within that of its unit; NULL: it does. */
char *usage_container_cgroup(const struct backend *b, const char *id);

struct op *backend_list_units(struct host *host, const char *pattern, units_done_t done, void *userdata);
struct op *backend_show_unit(struct host *host, const char *name, detail_done_t done, void *userdata);
struct op *backend_act_on_unit(struct host *host, const char *address, enum unit_action action, int signal,
                               acted_done_t done, void *userdata);
struct op *backend_unit_effects(struct host *host, const char *address, enum unit_action action,
                                effects_done_t done, void *userdata);
struct op *backend_list_triggers(struct host *host, const char *pattern, triggers_done_t done,
                                 void *userdata);
struct op *backend_look_inside(struct host *host, const char *address, enum inside_part part,
                               inside_done_t done, void *userdata);
struct user_manager_list *backend_list_managers(struct host *host);
/* The manager of an address, with the name in it (NULL for NULL, which is the system's): managers.c. */
struct units *backend_units(struct backend *b, const char *address, const char **ret_name);
void backend_managers_listen(struct backend *b, bool on);
void backend_managers_free(struct backend *b);
struct op *backend_read_log(struct host *host, const struct log_query *query,
                            const struct log_reader *reader);
struct op *backend_write_log(struct host *host, const struct log_query *query, const char *path,
                             const struct log_writer *writer);
struct op *backend_list_boots(struct host *host, boots_done_t done, void *userdata);
struct op *backend_show_entry(struct host *host, const char *cursor, entry_done_t done, void *userdata);

struct op *backend_make_plan(struct host *host, const struct plan_order *order, plan_done_t done,
                             void *userdata);

struct op *backend_discover(struct host *host, const char *domain, realm_done_t done, void *userdata);
struct op *backend_preflight(struct host *host, const struct preflight_order *order,
                             void (*moved)(const struct preflight *preflight, void *userdata),
                             preflight_done_t done, void *userdata);
struct op *backend_membership(struct host *host, membership_done_t done, void *userdata);
struct op *backend_test_user(struct host *host, const char *user, user_done_t done, void *userdata);
struct op *backend_repair(struct host *host, const struct repair *repair, nothing_done_t done,
                          void *userdata);

/* The file of the main unit of an installed service. */
struct recorded_unit {
        char *path, *text;      /* NULL: none, or it is gone */
        bool edited;            /* it is not as the install or the last upgrade left it */
};
/* Fills *ret, whose texts are the caller's. */
int backend_read_unit(const struct backend *b, const struct service *s, enum plan_verb verb,
                      struct recorded_unit *ret, struct error **reterr);

/* Of a service whose image was removed: what the record still says, without its labels. */
struct image *backend_recorded_image(const struct service *record);

/* Reports of an uninstall that leaves a realm what becomes of this host's account there. */
void backend_report_account(const struct backend *b, struct plan *plan);

/* A container without a unit, for a plan that makes one (adopt.c). */
struct adoption_found {
        char *container, *id;   /* its name; NULL: what was adopted is no container */
        char *label;            /* that would make it again */
        char *reference;        /* of its image, as it was typed */
        struct image *image;
};
void adoption_found_done(struct adoption_found *found);
/* Finds what the words name: a unit, a container or a .container file. The plan is whole, or (NULL without
 * an error) *found has what plan_make() needs; its members may be taken. name: of the service; NULL:
 * as usual. */
typedef void (*adoption_done_t)(struct plan *plan, struct adoption_found *found, struct error *e,
                                void *userdata);
struct op *backend_adoption(struct backend *b, const char *subject, const char *name, adoption_done_t done,
                            void *userdata);

/* Runs getent(1) or id(1), for lookup_usec at most (lookup.c). status: the exit status, -ETIMEDOUT, or -EIO.
 * NULL: it could not be started. */
typedef void (*lookup_done_t)(int status, const struct str *answer, void *userdata);
struct op *lookup_start(const struct backend *b, char *const *argv, lookup_done_t done, void *userdata);
/* Users or groups of the realm, all by one getent(1); lookup_found(): whether its answer has one. */
struct op *lookup_names(const struct backend *b, const struct membership *m, bool groups, char *const *names,
                        lookup_done_t done, void *userdata);
bool lookup_found(const struct str *answer, const char *name);

/* The plan of VERB_EDIT of this unit, or of a Quadlet file by its name, with "Restart=on-failure" and the
 * like, or with this whole text of its drop-in (edit.c). */
struct op *backend_edit_plan(struct backend *b, const char *unit, char *const *settings, const char *text,
                             plan_done_t done, void *userdata);

/* Copies the host's Quadlets into the empty folder `to`, this one with the text as its drop-in. */
int edit_quadlet_copy(int root, int to, const char *name, const char *text, struct error **reterr);
/* The unit that the generator's --dryrun made of it, and its name, from the copies at `copy`; NULL with what
 * it refuses. The caller frees. */
char *edit_quadlet_read(const char *unit, const char *output, const char *copy, char **ret_name,
                        struct error **reterr);

/* The plan of VERB_ACCESS or VERB_RENEW of the service called name, or (NULL) of the one that joined. */
int backend_access_plan(const struct backend *b, enum plan_verb verb, const char *name,
                        const struct access_change *change, struct plan **ret, struct error **reterr);

/* Looks up the names that a change adds; NULL: it adds none. */
struct op *backend_access_names(const struct backend *b, const struct access_change *change,
                                lookup_done_t done, void *userdata);

/* The service whose unit file of fairlead's own the unit is made from (the caller frees); false: none. */
bool backend_owns(const struct backend *b, const struct unit_detail *unit, struct service **ret);
/* The plan of VERB_ENABLE or VERB_DISABLE of its service, for that file. */
int backend_boot_plan(const struct backend *b, const struct service *record, const char *path, bool on,
                      struct plan **ret, struct error **reterr);
