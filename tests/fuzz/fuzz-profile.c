/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a profile: no crash, and what is accepted keeps what others rely on. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/format/profiles.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check(const struct profile *p) {
        MUST(p->title && p->source && p->health_command && p->n_modes >= 1 && p->health_seconds >= 1);
        MUST(p->n_modes <= PROFILE_MODES_MAX && p->n_parameters <= PROFILE_PARAMETERS_MAX);
        for (size_t k = 0; k < p->n_modes; k++) {
                MUST(p->modes[k].name && p->modes[k].title);
                for (char **name = p->modes[k].parameters; name && *name; name++)
                        MUST(profile_param(p, *name));
        }
        for (size_t i = 0; i < p->n_parameters; i++) {
                const struct param *q = p->parameters + i;
                MUST(q->name && q->title && q->target && profile_param(p, q->name) == q);
                MUST(q->type != PARAM_SECRET || (!q->initial && q->delivery != DELIVER_ENV && q->delivery != DELIVER_VARIABLE));
                MUST(q->type != PARAM_CHOICE || q->n_choices > 0);
                (void) param_applies(q, p->parameters, p->n_parameters, NULL);
                struct param optional = *q;
                optional.required = false;
                if (q->initial)
                        MUST(param_check(&optional, q->initial, NULL) >= 0);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        struct profile *p = NULL;
        struct error *e = NULL;
        int r = profile_parse("x.json", (const char *) bytes, n, &p, &e);
        if (r >= 0) {
                MUST(p && !e);
                check(p);
        } else
                MUST(!p && e && e->message);
        profile_free(p);
        error_free(e);
        return 0;
}
