/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A stick with an answer file for a first boot. It is read once: the file, and the archives of images that it
 * names, are copied into a folder of our own. The jobs run in other processes and go on after a power cut,
 * with the stick or without it. */

#include "backend/io/digest.h"
#include "backend/io/paths.h"

#define STICK_LABEL "FAIRLEAD"
#define STICK_DEVICE "/dev/disk/by-label/" STICK_LABEL
#define STICK_FILE "fairlead/answers.json"
#define STICK_SHOWN STICK_LABEL ":/" STICK_FILE /* in sentences */
#define STICK_COPY "answers.json"
#define STICK_BYTES_MAX (16ULL << 30)           /* of all archives */

/* Its file system, read-only, without programs, devices and set-user-ID. The mount is attached nowhere, so
 * that no other process finds it, and ends with the descriptor, also when we are killed. It may block for as
 * long as the device does. Negative errno with a sentence. */
int stick_mount(const char *device, struct error **reterr);

/* Copies from the folder stick to the folder to; the answer file comes last, so that a folder which has it is
 * whole. digest is that of the answer file, "" when it could not be read. -ENOENT: the stick has none,
 * -EALREADY: it was carried out before, both without a sentence; else a negative errno with one. */
int stick_copy(const struct paths *paths, int stick, int to, char digest[static DIGEST_HEX],
               struct error **reterr);
