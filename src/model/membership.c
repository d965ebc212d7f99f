/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/membership.h"

#include "base/str.h"

static const char *const permit_names[] = {
        [PERMIT_UNKNOWN] = "unknown", [PERMIT_ALL] = "all",       [PERMIT_DOMAIN] = "domain",
        [PERMIT_LISTED] = "listed",   [PERMIT_NOBODY] = "nobody",
};
DEFINE_NAMES(permit, enum permit)

struct membership *membership_free(struct membership *m) {
        if (!m)
                return NULL;
        char *texts[] = { m->domain, m->realm, m->service, m->server, m->site, m->principal, m->clock_server };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        strv_free(m->users);
        strv_free(m->groups);
        realm_free(m->realm_found);
        free(m);
        return NULL;
}
