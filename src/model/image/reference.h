/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A reference split: "quay.io:443/team/rsyslog:8@sha256:…". reference_valid() and reference_default_name(),
 * for the rest of the program, are declared in model/image/image.h. Grammar: distribution specification,
 * "Pulling manifests", and the reference grammar of its implementation (host, port, separators). */

#include "base/base.h"

/* Pieces of the split string: not NUL-terminated. An absent one has n == 0. */
struct span {
        const char *at;
        size_t n;
};

struct reference_parts {
        struct span registry;           /* "quay.io:443": a first part with a dot or a colon, or
                                         * "localhost" */
        struct span path;               /* "team/rsyslog" */
        struct span repository;         /* both: "quay.io:443/team/rsyslog" */
        struct span tag;                /* "8" */
        struct span digest;             /* "sha256:…" */
};

/* Splits any string without a check (see reference_valid()). */
void reference_split(const char *reference, struct reference_parts *ret);

/* Two absent ones are equal too. */
bool span_equal(struct span a, struct span b);
