/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A name that fairlead gives to the image of an installed service:
 * "localhost/rsyslog:fairlead-rsyslog-845e5288fab0".
 *
 * A unit names its image by digest ("localhost/rsyslog@sha256:…"). Podman 5 resolves that only while the
 * image has a name of the same repository: a newer build of "localhost/rsyslog:latest" takes the last name
 * away, and then the service cannot start again (seen with 5.4.2; 4.3.1 still finds it). And `podman image
 * prune` removes images without a name. Docker keeps digests by themselves. */

#include "model/image/image.h"

/* The name that pins an image pinned by digest for the service: "repository:tag"; the caller frees. NULL: not
 * needed. program: the first word of the command that runs it ("/usr/bin/podman"). */
char *pin_name(const char *program, const char *pinned, const char *image_id, const char *service);

/* Whether it is such a name. */
bool pin_is(const char *name);

/* Whether the image has only such names: then nothing else uses it. */
bool pin_only(const struct image *image);

/* Moves such names behind all others: people know an image by the name that they gave it. */
void pin_names_last(struct image *image);
