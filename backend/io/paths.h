/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The folders of fairlead; tests have their own. */

#include "base/base.h"

struct paths {
        const char *state;      /* "/var/lib/fairlead": jobs/, services/ (0700) */
        const char *run;        /* "/run/fairlead": lock, control sockets (0700) */
        const char *root; /* "": the host's root; tests save and restore files in a folder instead */
        const char *cache;      /* "/var/cache/fairlead"; NULL: nothing is kept */
        const char *config;     /* "/etc/fairlead" */
        const char *data;       /* "/usr/share/fairlead" */
        const char *skopeo;     /* NULL: that of root's PATH folders */
        const char *worker;     /* the worker's absolute path */
        const char *pam;        /* that of the program which asks PAM */
};

extern const struct paths paths_default;

/* A small file below root ("": the host's), a NUL behind it. NULL: none, or above 256 KiB. The caller frees.
 */
char *paths_read(const char *root, const char *path, size_t *ret_n);
/* access(2) below root. */
bool paths_access(const char *root, const char *path, int mode);

/* Creates `state`, `state`/jobs, `state`/services and `run` with mode 0700 where missing; refuses (-EPERM)
 * folders that neither root nor our own user owns or that others may write. */
int paths_prepare(const struct paths *paths, struct error **reterr);

/* The program of this name in the first of the folders ("/a:/b") that has it, for anybody who may run it;
 * NULL: in none. A name with a slash is a path already and is not looked for. The caller frees. */
char *path_of_program(const char *name, const char *folders);
