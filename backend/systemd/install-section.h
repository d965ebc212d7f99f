/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The [Install] section of a unit file, as far as `enable` depends on it. */

#include "base/base.h"

struct unit_install {
        bool wanted, required, upheld;  /* WantedBy=, RequiredBy=, UpheldBy= are not empty */
        bool also;              /* Also= is not empty */
        char **aliases;
        char *instance;         /* DefaultInstance=; NULL */
};

/* text: a unit file or one of its drop-ins, NUL-terminated; adds to *install (all zero at first), the
 * caller's. 0, -ENOMEM, or -EBADMSG: systemd refuses such a file as a whole. */
int unit_install_parse(const char *text, struct unit_install *install);
void unit_install_done(struct unit_install *install);
