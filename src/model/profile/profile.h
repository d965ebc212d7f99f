/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The modes and parameters of an image, as plain data (data/profiles/README.md is the schema).
 * backend/format/profiles.h reads profiles. */

#include "model/image/image.h"
#include "model/param/param.h"
#include "model/realm/realm.h"

#define PROFILE_LABEL "io.fairlead.profile"     /* of an image: a profile of its own, as JSON */

/* One way to set an image up. */
struct mode {
        char *name;             /* "local", "forward" */
        char *title;
        char *help;
        char **words;           /* before the parameters */
        char **parameters;      /* names of its parameters; NULL: all */
        enum realm_kind joins;  /* it joins this host to a realm of this kind; REALM_NONE: it does not */
        char **renew;           /* renews this host's keys in the realm, run where the service runs; NULL:
                                 * unknown */
        struct mode *leave;     /* added to an uninstall that deletes this host's account; NULL: impossible */
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
        char **paths;           /* absolute: the install may change them beside /etc and /usr/local */
        char **state; /* absolute, below paths: folders of the service's own content, which an uninstall
                       * restores */
        char *unit;             /* the host's unit for the service, if the install does not bring one */
        char *health_command;   /* "unit" (default: active) or "exec" */
        char **health_argv;     /* for "exec": run in the service's container; exit 0 is healthy */
        unsigned health_seconds;        /* time to become healthy; default 10 */
        char **needs;           /* required host files, absolute; "a:b": one of them */
        char **tools;           /* programs of its container that are of use on the host: sssctl */
        bool no_rehearsal;
        bool host_command;      /* the install is known to run a program of the host */
};

struct profile *profile_free(struct profile *profile);
DEFINE_CLEANUP(struct profile, profile_free)

/* NULL name: the first */
const struct mode *profile_mode(const struct profile *profile, const char *name);
const struct param *profile_param(const struct profile *profile, const char *name);
bool mode_asks(const struct mode *mode, const struct param *p);

/* The realm that a mode joins, from its answers: recognized by the types of their parameters and the ends of
 * their names (data/profiles/README.md). False: none. Texts are borrowed from the answers; NULL: not
 * answered. */
struct join {
        enum realm_kind kind;
        const char *domain, *server, *hostname, *computer_name, *user, *realm, *ca_file, *keytab;
};
bool profile_join(const struct profile *profile, const struct mode *mode, const struct answers *answers,
                  struct join *ret);

/* Whether a pattern of `match` matches one of the image's names. */
bool profile_fits(const struct profile *profile, const struct image *image);

/* The generic profile of an image without one: a parameter for each unknown variable of its command labels,
 * and "arguments". */
struct profile *profile_generic(const struct image *image);
bool profile_is_generic(const struct profile *profile);
