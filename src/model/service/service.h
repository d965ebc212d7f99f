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

struct service {
        /* the record */
        char *name;
        char *reference;        /* as typed at the install */
        char *image;            /* pinned */
        char *digest;
        char *image_id;
        char *version;
        char *title;            /* of the image */
        char *mode;             /* or NULL */
        struct answers *answers;
        char **arguments;
        char **set, *opt[3];    /* variables ("X=value") and OPT1-3 of the install */
        char **given;           /* the words after "--" */
        struct label_list labels;       /* the image's original command labels */
        char **units;           /* of the install, the main one first */
        char **files;           /* unit files that fairlead wrote itself */
        char *job;              /* id of the install, or of the last upgrade: changes and snapshot */
        int64_t installed;      /* seconds since the epoch */
        int64_t upgraded;       /* the last time; 0: never */
        char **install_argv, **run_argv, **uninstall_argv, **stop_argv; /* filled commands; NULL: no label */
        char *container;        /* name of the RUN command's container; NULL */
        char **health_argv;
        char **renew_argv;      /* renews the host's keys in the realm; NULL: none */
        char **rewritten; /* "SHA256 /path", as sha256sum prints: files of the install as later jobs of
                           * fairlead wrote them. An uninstall treats them as the install's own work */

        /* current; unknown before the query */
        enum service_state state;
        char *health;           /* "ok", "unhealthy", "paused", …; NULL: not known */
        int64_t since;          /* seconds since the epoch; 0 */
        uint64_t cpu_nsec;      /* UNIT_UNKNOWN */
        uint64_t memory;        /* UNIT_UNKNOWN */
        char *reason;           /* of a failure, in a sentence */
        bool image_gone;        /* the image is no longer on the host */
        bool newer;             /* the reference names a newer image on this host */
};
struct service *service_new(void);
struct service *service_free(struct service *s);
DEFINE_CLEANUP(struct service, service_free)

struct service_list {
        struct service **items; /* failed first, then by name */
        size_t n;
};
struct service_list *service_list_free(struct service_list *list);
DEFINE_CLEANUP(struct service_list, service_list_free)
int service_list_take(struct service_list *list, struct service *s);    /* takes s also on failure */
void service_list_sort(struct service_list *list);
