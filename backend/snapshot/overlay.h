/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A copy of the host's file tree that costs nothing and is thrown away: over each file system of the host
 * lies an overlay whose upper layer is in memory. The whole is at `run`/rehearsal/host (PLAN_REHEARSAL_DIR);
 * one at a time. Writes there change nothing of the host; the changes are read from the upper layers,
 * exactly.
 *
 * In the copy /dev, /proc and /sys are the host's own, read-only (devices can be used, as always). A file
 * system that cannot lie below an overlay, and the engine's storage, are an empty folder in it; a file that
 * is a mount of its own appears as the file below it. */

#include "backend/io/paths.h"
#include "model/job/changes.h"

/* Creates it, after removing an earlier one. Mounts of the host that are empty in it are added to *bare. */
int overlay_make(const struct paths *paths, char ***bare, struct error **reterr);

/* Removes it with all changes. A missing copy is not an error. */
int overlay_remove(const struct paths *paths, struct error **reterr);

/* Does the copy exist? */
bool overlay_is_there(const struct paths *paths);

/* Reads the changes: for each path that differs the host's object (in *ret_before) and the copy's
 * (*ret_after), sorted; root is the host's. blobs: for the contents of small files of both sides, or -1. */
int overlay_read(const struct paths *paths, int root, int blobs, struct manifest *ret_before,
                 struct manifest *ret_after, struct error **reterr);
