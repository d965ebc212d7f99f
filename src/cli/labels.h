/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An image that is only a file of labels (`--labels FILE`): what lint and plan share. Needs no engine. */

#include "cli/session.h"
#include "cli/verb.h"
#include "model/image/image.h"

/* The image of --labels, or the engine's image that reference means. With --image the labels' image has
 * that reference. -EINVAL: neither or both were given. */
int labels_image(struct session *s, const struct arguments *a, const char *reference, struct image **ret,
                 struct error **reterr);

/* Prints the error as one of usage; the exit status. Takes e. */
int labels_usage(struct error *e);
