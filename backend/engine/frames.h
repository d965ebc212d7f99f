/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The framing of container logs (Docker Engine API "Attach to a container", "Stream format"; libpod /logs
 * always has it, also for a container with a terminal: reference/engine-api.md section 4): 8 bytes [stream
 * 0-2, 0, 0, 0, length as 32 bits big endian], then so many bytes; and the lines in it. A frame may claim 4
 * GiB: nothing is allocated for a claim. */

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FRAME_LINE_MAX (64U * 1024)     /* a longer line is given in pieces */

struct engine_frames;

struct engine_frames *engine_frames_new(void (*line)(const char *bytes, size_t n, bool is_stderr,
                                                     void *userdata),
                                        void *userdata);
struct engine_frames *engine_frames_free(struct engine_frames *frames);

/* Bytes as they come, in any pieces. -EBADMSG with a sentence for what is not a frame: it stays that way. */
int engine_frames_feed(struct engine_frames *frames, const void *bytes, size_t n, struct error **reterr);

/* The stream ended: gives the lines that had no newline. -EBADMSG with a sentence when it ended within a
 * frame. */
int engine_frames_finish(struct engine_frames *frames, struct error **reterr);
