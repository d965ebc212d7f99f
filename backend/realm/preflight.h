/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The preflight of a join (model/realm/check.h): the host's files, at once; then the discovery of the realm,
 * and queries to its servers, all in parallel. It changes nothing and does not log in. */

#include <systemd/sd-event.h>

#include "backend/io/facts.h"
#include "backend/io/paths.h"
#include "base/op.h"
#include "model/host.h"

struct preflight_options {
        const struct preflight_order *order;    /* its domain has the form of realm_domain() */
        const struct paths *paths;
        const struct facts *facts;              /* must outlive the operation */
        const char *servers;                    /* name servers, for tests; NULL */
        const char *own_job;                    /* the job that runs it and holds the host's lock; NULL */
};

/* 8 s at most. moved() (may be NULL) lends the preflight whenever a result has settled; done() gets
 * ownership, and never NULL. */
struct op *preflight_start(sd_event *event, const struct preflight_options *options,
                           void (*moved)(const struct preflight *p, void *userdata), preflight_done_t done,
                           void *userdata);
#define PREFLIGHT_MS 8000U
#define PROBE_MS 3000U
