/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A name that fairlead gives to the image of an installed service:
 * "localhost/rsyslog:fairlead-rsyslog-845e5288fab0".
 *
 * A unit names its image by digest ("localhost/rsyslog@sha256:…"). Podman 5 finds an image by that only while
 * some name of the same repository leads to it: a newer build of "localhost/rsyslog:latest" takes the last
 * name away, and from then on the service cannot start again (seen with 5.4.2; 4.3.1 still finds it). And
 * `podman image prune` removes what has no name. Docker keeps digests by themselves. */

#include <stdbool.h>

#include "model/image/image.h"

/* Where the image is pinned by digest, the name that pins it for the service: "repository:tag"; the caller
 * frees. NULL: it needs none. program: the first word of what runs it
 * ("/usr/bin/podman"). */
char *pin_name(const char *program, const char *pinned, const char *image_id, const char *service);

/* Is it such a name? */
bool pin_is(const char *name);

/* Has the image no name but such ones? Then nobody else wants it. */
bool pin_only(const struct image *image);

/* Puts such names behind all others: people know an image by the name they gave it. */
void pin_names_last(struct image *image);
