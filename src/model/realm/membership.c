/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/realm/membership.h"

struct membership *membership_free(struct membership *m) {
        if (!m)
                return NULL;
        char *texts[] = {
                m->domain, m->realm, m->service, m->server, m->site, m->principal, m->clock_server
        };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        access_done(&m->access);
        realm_free(m->realm_found);
        free(m);
        return NULL;
}
