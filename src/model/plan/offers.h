/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an install offers beside the image's own questions: a place that keeps the state which each stop would
 * drop, and a unit for a command that asks for a terminal or runs by itself. They are answers like others, by
 * names that no profile can have; so forms, --set, answer files, records and upgrades know them. */

#include "model/plan/plan.h"

/* "volume:/var/lib/data": a name is that of a volume of the engine, a path is a folder of this host; "" or
 * "no": each stop drops what is written there. It is also taken for places that the image does not declare.
 */
#define OFFER_VOLUME "volume:"
/* "yes": RUN (or, without RUN, what INSTALL starts in the background) becomes a unit, without a terminal. */
#define OFFER_UNIT "unit"

/* Adds the offers of the image to its profile's parameters. */
void offers_add(struct profile *profile, const struct image *image);

/* The volumes of an image that RUN mounts nothing at, so that a container which is removed at each stop takes
 * their content with it. The caller frees; NULL: none. */
char **offers_lost(const struct command *run, char *const *volumes);

/* Whether a place and its value are valid: 0, or -EINVAL and a sentence. */
int offers_check_volume(const char *place, const char *value, struct error **reterr);

/* The words of the command without -t and -i. The caller frees. */
char **offers_without_terminal(const struct command *command);
