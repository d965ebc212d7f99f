/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What snapshot.c shares with content.c, and overlay.c with overlay-read.c. */

#include <stdarg.h>

#include <sys/stat.h>
#include <time.h>

#include "backend/io/paths.h"
#include "backend/snapshot/snapshot.h"

#define OVERLAY_LIST "list" /* a line "NUMBER MOUNT-POINT" for each layer */

/* `run`/rehearsal, and a path in it. The caller frees. */
char *overlay_base(const struct paths *paths);
char *overlay_path(const struct paths *paths, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- content.c ---- */

struct digest;

/* Reads contents, and keeps them. */
struct content {
        struct snapshot_tally *tally; /* counts what was read and shared */
        struct digest *digest;        /* of content_done() */
        int blobs, known_blobs;       /* as in struct snapshot_options; borrowed */
        bool unkept;  /* a content could be read, and not be kept: that is no matter of one file */
        char *buffer; /* allocated with the first file */
};
void content_done(struct content *c);

/* Hashes (and keeps) the content. What the file was at that very moment is what the entry says afterwards.
 * -EAGAIN: it changes while it is read. */
int content_read(struct content *c, int folder, const char *name, struct entry *e);

/* Links the blob from the earlier snapshot, or finds it among those of this one. 1: it is here, 0: it must be
 * written. */
int content_share(struct content *c, const char *hex);

static inline bool same_time(const struct timespec *a, const struct timespec *b) {
        return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}
