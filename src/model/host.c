/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of changes that model/host.h hands out. */
#include "model/host.h"

struct change_report *change_report_free(struct change_report *r) {
        if (!r)
                return NULL;
        size_t n = r->changes ? r->changes->n : 0;
        for (size_t i = 0; r->diffs && i < n; i++)
                free(r->diffs[i]);
        free(r->diffs);
        changes_free(r->changes);
        free(r->job);
        free(r);
        return NULL;
}
