/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A reference taken apart: "quay.io:443/team/rsyslog:8@sha256:…". The functions that the rest of the program
 * uses (reference_valid(), reference_default_name()) are declared in model/image/image.h. Grammar:
 * distribution specification, "Pulling manifests", and the reference grammar of its implementation (host,
 * port, separators). */

#include <stdbool.h>
#include <stddef.h>

/* Pieces of the string that was split: not NUL-terminated. An absent one has n == 0. */
struct span {
        const char *at;
        size_t n;
};

struct reference_parts {
        struct span registry;           /* "quay.io:443": a first component with a dot or a colon, or
                                         * "localhost" */
        struct span path;               /* "team/rsyslog" */
        struct span repository;         /* both: "quay.io:443/team/rsyslog" */
        struct span tag;                /* "8" */
        struct span digest;             /* "sha256:…" */
};

/* Splits whatever it is given; it judges nothing (reference_valid() does). */
void reference_split(const char *reference, struct reference_parts *ret);

/* The same bytes; two absent ones are equal too. */
bool span_equal(struct span a, struct span b);
