/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Joins of a realm by programs of the host itself, where they are installed: realmd's realm, and
 * ipa-client-install. They are treated like images: known labels, a profile, a plan that is shown word for
 * word and consented to, a job with a snapshot and an exact undo. Their commands are host commands, which no
 * plan runs without permission. */

#include "model/image/image.h"

#define NATIVE_PREFIX "host/"

/* Adds an image for each program that this host has. */
void native_list(const char *root, struct image_list *images);

/* The image of this name ("host/realmd"): -ENOENT with a sentence for an unknown or not installed one. */
int native_find(const char *root, const char *reference, struct image **ret, struct error **reterr);
