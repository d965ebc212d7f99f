/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A copy of the host's file tree that costs nothing and is thrown away: over each file system of the host
 * lies an overlay whose upper layer is in memory. The whole is seen at `run`/rehearsal/host
 * (PLAN_REHEARSAL_DIR); one at a time. What writes there changes nothing of the host; what it changed is read
 * from the upper layers, exactly.
 *
 * In the copy /dev, /proc and /sys are the host's own, to be looked at only (devices can be used, as always).
 * A file system that cannot lie below an overlay, and the engine's storage, are an empty folder in it; a file
 * that is a mount of its own is there as the file below it. */

#include "backend/io/paths.h"
#include "base/error.h"
#include "model/job/changes.h"

/* Makes it; what an earlier one left is taken away first. *ret_bare (may be NULL): mounts of the host that
 * are empty in it. */
int overlay_make(const struct paths *paths, char ***ret_bare, struct error **reterr);

/* Takes it away, with all that was written to it. None is no error. */
int overlay_remove(const struct paths *paths, struct error **reterr);

/* Is it there? */
bool overlay_is_there(const struct paths *paths);

/* What was written to it: what was at each path that differs (in *ret_before) and what is there in the copy
 * (*ret_after), sorted; root is the host's. blobs: where the contents of small files of both sides are kept,
 * or -1. */
int overlay_read(const struct paths *paths, int root, int blobs, struct manifest *ret_before,
                 struct manifest *ret_after, struct error **reterr);
