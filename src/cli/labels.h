/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An image that is only a file of labels (`--labels FILE`), for lint and plan. Needs no engine. */

#include "cli/session.h"
#include "cli/verb.h"
#include "model/command/command.h"
#include "model/image/image.h"

/* The image of --labels, or the engine's image of this reference; with --image the labels' image gets that
 * reference. -EINVAL: neither or both were given. */
int labels_image(struct session *s, const struct arguments *a, const char *reference, struct image **ret,
                 struct error **reterr);

/* "podman=5.4" of --engine, which belongs to --labels; ENGINE_NONE: it is not given. */
int labels_engine(const struct arguments *a, enum engine_kind *ret, const char **ret_version,
                  struct error **reterr);
