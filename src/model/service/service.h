/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A service: an installed plan, by name. Its record is /var/lib/fairlead/services/NAME.json; the rest is the
 * current state of the host. */

#include "base/names.h"
#include "model/image/label-changes.h"
#include "model/param/param.h"
#include "model/service/unit.h"

enum service_state {
        SERVICE_UNASKED,        /* the host was not asked */
        SERVICE_UNKNOWN,        /* without an answer: reason has the cause */
        SERVICE_RUNNING,
        SERVICE_STOPPED,
        SERVICE_FAILED,
        SERVICE_STARTING,
        SERVICE_STOPPING,
        SERVICE_NO_UNIT,
        _SERVICE_STATE_MAX,
};
DECLARE_NAMES(service_state, enum service_state);       /* "-", "unknown", "running", … "no unit" */

/* The image of a plan and of a service. */
struct image_pin {
        char *reference;        /* as typed */
        char *image;            /* pinned; of a plan: the value of IMAGE, which may be as typed */
        char *image_id;
        char *digest;           /* "sha256:…", or NULL */
        char *version, *title;  /* or NULL */
        char *source; /* where it was fetched from (model/image/source.h); NULL: the engine had it */
        uint64_t fetch;         /* of a plan: bytes of its layers there; 0: none are to be fetched */
        struct label_list labels;       /* its original command labels; of a plan: if it sets up a service */
};
void image_pin_done(struct image_pin *pin);
void image_pin_copy(const struct image_pin *from, struct image_pin *to);        /* replaces *to */

/* The user's part of a plan, which the service's record keeps for an upgrade. */
struct given {
        char *mode;             /* or NULL */
        struct answers *answers;        /* without secrets */
        char **set, *opt[3];    /* variables ("X=value") and OPT1-3 */
        char **words;           /* after "--" of the install, also for a RUN label of an upgrade */
};
void given_done(struct given *given);
void given_copy(const struct given *from, struct given *to);    /* replaces *to */
/* Fills in what a new order leaves open: mode, variables, options and (answers) those answers. */
void given_complete(struct given *given, const struct given *was, bool answers);

struct service {
        /* the record */
        char *name;
        struct image_pin pin;
        struct given given;
        char **arguments;
        char **units;           /* of the install, the main one first */
        char **files;           /* unit files that fairlead wrote itself */
        bool adopted;           /* its unit was there before it: files has only what it may change of it */
        char *job;              /* id of the install, or of the last upgrade: changes and snapshot */
        int64_t installed;      /* seconds since the epoch */
        int64_t upgraded;       /* the last time; 0: never */
        char **install_argv, **run_argv, **uninstall_argv, **stop_argv; /* filled commands; NULL: no label */
        char *container;        /* name of the RUN command's container; NULL */
        char **health_argv;
        char **renew_argv;      /* renews the host's keys in the realm; NULL: none */
        char **volumes;         /* "NAME:/place": volumes of the engine that hold its state */
        char **shims;           /* tools of its container with a command on the host (model/service/shim.h) */
        char **rewritten; /* "SHA256 /path", as sha256sum prints: files of the install as later jobs of
                           * fairlead wrote them. An uninstall treats them as the install's own work */

        /* current; unknown before the query */
        enum service_state state;
        char *health;           /* "ok", "unhealthy", "paused", …; NULL: not known */
        int64_t since;          /* seconds since the epoch; 0 */
        uint64_t cpu_nsec;      /* UNIT_UNKNOWN */
        uint64_t memory;        /* UNIT_UNKNOWN */
        uint64_t memory_max;    /* its limit; UNIT_UNKNOWN: none */
        uint64_t tasks;         /* UNIT_UNKNOWN */
        unsigned restarts;      /* by systemd, since it was started last */
        bool pinned;            /* it is no service, but a unit that people pinned beside them */
        char **cgroups;         /* of its main unit and of a container outside of it: below /sys/fs/cgroup */
        char *reason;           /* of a failure, in a sentence */
        enum unit_boot at_boot; /* of its main unit */
        bool can_reload;        /* its main unit */
        bool images_known;      /* the engine listed them in time: the next two are known */
        bool image_gone;        /* the image is no longer on the host */
        bool newer;             /* the reference names a newer image on this host */
        struct label_list newer_labels; /* the command labels of that image */
};
struct service *service_new(void);
struct service *service_free(struct service *s);
DEFINE_CLEANUP(struct service, service_free)

/* What it uses now, of all its cgroups together; UNIT_UNKNOWN where the kernel does not count. */
struct usage {
        uint64_t cpu_usec;      /* since its start */
        uint64_t memory, tasks;
};

struct service_list {
        struct service **items; /* failed first, then by name */
        size_t n;
};
struct service_list *service_list_free(struct service_list *list);
DEFINE_CLEANUP(struct service_list, service_list_free)
void service_list_take(struct service_list *list, struct service *s);   /* takes s */
void service_list_sort(struct service_list *list);
