/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A service: an installed plan, by name. Its record lives in /var/lib/fairlead/services/NAME.json; the rest
 * is what the host says now. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "model/image/label-changes.h"
#include "model/param/param.h"
#include "model/service/unit.h"

enum service_state {
        SERVICE_UNASKED,        /* the host was not asked */
        SERVICE_UNKNOWN,        /* it was, and gave no answer: reason says why */
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
        char *reference;        /* as it was named at the install */
        char *image;            /* pinned */
        char *digest;
        char *image_id;
        char *version;
        char *title;            /* of the image */
        char *mode;             /* or NULL */
        struct answers *answers;
        char **arguments;
        char **set, *opt[3];    /* variables ("X=value") and OPT1-3 that were given at the install */
        char **given;           /* the words that were given after "--" */
        struct label_list labels;       /* the image's command labels as they came */
        char **units;           /* unit names the install made, the main one first */
        char **files;           /* unit files fairlead wrote itself */
        char *job;              /* id of the install, or of the last upgrade: changes and snapshot */
        int64_t installed;      /* seconds since the epoch */
        int64_t upgraded;       /* the last time; 0: never */
        char **install_argv, **run_argv, **uninstall_argv, **stop_argv; /* filled commands; NULL: no such
                                                                         * label */
        char *container;        /* name of the container the RUN command makes; NULL */
        char **health_argv;
        char **renew_argv;      /* renews the host's keys in the realm; NULL: nothing does */
        char **rewritten; /* "SHA256  /path", as sha256sum prints: files of the install that later jobs of
                           * fairlead wrote, as they left them. An uninstall takes them for the install's own
                           * work */

        /* now; unknown before service state was asked for */
        enum service_state state;
        char *health;           /* "ok", "unhealthy", "paused", …; NULL: not known */
        int64_t since;          /* seconds since the epoch; 0 */
        uint64_t cpu_nsec;      /* UNIT_UNKNOWN */
        uint64_t memory;        /* UNIT_UNKNOWN */
        char *reason;           /* for failed: why, in a sentence */
        bool image_gone;        /* the image is not on the host any more */
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
