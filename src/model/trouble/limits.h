/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The thresholds of trouble: a table with the defaults, and /etc/fairlead/trouble.conf, which has a section
 * for each kind:
 *
 *     [disk]
 *     percent = 95
 *     [unclean-boot]
 *     report = no
 */

#include "model/trouble/trouble.h"

enum trouble_limit {
        LIMIT_RESTARTS,
        LIMIT_RESTART_MINUTES,
        LIMIT_OOM_HOURS,
        LIMIT_DISK,
        LIMIT_INODES,
        LIMIT_CLOCK,
        LIMIT_CERTIFICATE,
        LIMIT_KEYTAB,
        LIMIT_PRESSURE_CPU,
        LIMIT_PRESSURE_MEMORY,
        LIMIT_PRESSURE_IO,
        LIMIT_THROTTLED,
        LIMIT_LOG_ERRORS,
        LIMIT_BOOT_HOURS,
        _TROUBLE_LIMIT_MAX,
};

struct trouble_limit_row {
        enum trouble_kind kind;
        const char *name; /* in the section of its kind */
        const char *unit; /* "percent in use" */
        unsigned value, least, most;
};
const struct trouble_limit_row *trouble_limit_row(enum trouble_limit limit);

struct trouble_limits {
        unsigned value[_TROUBLE_LIMIT_MAX];
        bool off[_TROUBLE_KIND_MAX]; /* report = no */
        char **wrong;                /* "/etc/fairlead/trouble.conf:3: …": a sentence for each wrong line */
};
/* text: of the file called path (for the sentences); NULL: no file. *ret is the caller's. */
void trouble_limits_read(const char *text, const char *path, struct trouble_limits *ret);
void trouble_limits_done(struct trouble_limits *limits);
