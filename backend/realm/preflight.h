/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The preflight of a join (model/realm/check.h): what this host's files say, at once; then the realm is
 * looked for, and its servers are asked, all side by side. Nothing is changed, nobody logs in. */

#include <systemd/sd-event.h>

#include "backend/io/facts.h"
#include "backend/io/paths.h"
#include "base/op.h"
#include "model/host.h"

struct preflight_options {
        const struct preflight_order *order;    /* its domain of the form realm_domain() gives */
        const struct paths *paths;
        const struct facts *facts;              /* must outlive the operation */
        const char *servers;                    /* name servers, for tests; NULL */
        const char *own_job;                    /* the job that looks: it holds the host's lock itself;
                                                 * NULL */
};

/* 8 s at most. moved() (may be NULL) lends the preflight whenever a result has settled; done() gets it, and
 * always one. */
struct op *preflight_start(sd_event *event, const struct preflight_options *options,
                           void (*moved)(const struct preflight *p, void *userdata), preflight_done_t done,
                           void *userdata);
#define PREFLIGHT_MS 8000U
#define PROBE_MS 3000U
