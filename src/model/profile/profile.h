/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A profile declares an image's modes and parameters (data/profiles/README.md is the schema). Profiles are
 * read by backend/format/profiles.h; this is the plain data. */

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "model/image/image.h"
#include "model/param/param.h"
#include "model/realm/realm.h"

/* One way to set an image up. */
struct mode {
        char *name;             /* "local", "forward" */
        char *title;
        char *help;
        char **words;           /* put before the parameters */
        char **parameters;      /* names of the parameters it asks; NULL: all */
        enum realm_kind joins;  /* it joins this host to a realm of this kind; REALM_NONE: it does not */
        char **renew;           /* run where the service runs: renews this host's keys in the realm; NULL:
                                 * it does not say how */
        struct mode *leave;     /* what an uninstall adds and asks when this host's account in the realm
                                 * shall go, too; NULL: that it cannot */
};

struct profile {
        char *name;             /* file name without .json, or "image" for the label's */
        char *source;           /* path, or "label io.fairlead.profile of IMAGE" */
        char *title;            /* "Rsyslog: system logging" */
        char *help;
        char **match; /* fnmatch(3) patterns on repository names without registry and tag: "rsyslog",
                       * "*\/rsyslog" */
        struct mode *modes;     /* at least one */
        size_t n_modes;
        struct param *parameters;
        size_t n_parameters;
        char **paths;           /* absolute: what the install may change beyond /etc and /usr/local */
        char **state; /* absolute, below paths: folders whose content is the service's own, whoever changed
                       * it: an uninstall makes them what they were */
        char *unit;             /* the host's own unit that runs the service, where the install brings none */
        char *health_command;   /* "unit" (default: active) or "exec" */
        char **health_argv;     /* for "exec": run in the service's container; exit 0 is healthy */
        unsigned health_seconds;        /* how long it may take to become healthy; default 10 */
        char **needs;           /* host files that must exist, absolute; "a:b" where one of several is
                                 * enough */
        bool no_rehearsal;
        bool host_command;      /* the install is known to run a program of the host */
};

struct profile *profile_free(struct profile *profile);
DEFINE_CLEANUP(struct profile, profile_free)

/* NULL name: the first */
const struct mode *profile_mode(const struct profile *profile, const char *name);
const struct param *profile_param(const struct profile *profile, const char *name);
bool mode_asks(const struct mode *mode, const struct param *p);

/* What a mode that joins would join, out of its answers: they tell by the types of their parameters and by
 * the ends of their names (data/profiles/README.md). False: it joins nothing. Texts are borrowed from the
 * answers; NULL: not answered. */
struct join {
        enum realm_kind kind;
        const char *domain, *server, *hostname, *computer_name, *user;
};
bool profile_join(const struct profile *profile, const struct mode *mode, const struct answers *answers,
                  struct join *ret);

/* Is it the parameter that names the domain to join? */
bool param_names_domain(const struct param *p);

/* Does a pattern of `match` fit one of the image's names? */
bool profile_fits(const struct profile *profile, const struct image *image);

/* The generic profile of an image without one: a parameter for each unknown variable of its command labels,
 * and "arguments". */
int profile_generic(const struct image *image, struct profile **ret);
bool profile_is_generic(const struct profile *profile);
