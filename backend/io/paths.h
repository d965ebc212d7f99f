/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The folders fairlead uses, so that tests can have their own. */

#include "base/error.h"

struct paths {
        const char *state;      /* "/var/lib/fairlead": jobs/, services/ (0700) */
        const char *run;        /* "/run/fairlead": lock, control sockets (0700) */
        const char *root; /* "": the host's root; tests put a folder here that stands for "/" when files of
                           * the host are saved and restored */
        const char *config;     /* "/etc/fairlead" */
        const char *data;       /* "/usr/share/fairlead" */
        const char *worker;     /* the worker's absolute path */
};

extern const struct paths paths_default;

/* Makes `state`, `state`/jobs, `state`/services and `run` with mode 0700 where they are missing; refuses
 * (-EPERM) folders that somebody else than root or us owns or that others may write. */
int paths_prepare(const struct paths *paths, struct error **reterr);
