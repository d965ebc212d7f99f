/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by snapshot.c and content.c, and by overlay.c and overlay-read.c. */

#include <sys/stat.h>

#include "backend/snapshot/snapshot.h"

#define OVERLAY_LIST "list" /* a line "NUMBER MOUNT-POINT" for each layer */

/* `run`/rehearsal, and a path in it. The caller frees. */
char *overlay_base(const struct paths *paths);
char *overlay_path(const struct paths *paths, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- content.c ---- */

struct content {
        struct snapshot_tally *tally; /* counts of read and shared blobs */
        int blobs, known_blobs;       /* as in struct snapshot_options; borrowed */
        bool unkept;  /* the content was readable, but not saved: the failure does not concern one file */
        char *buffer; /* allocated with the first file; the owner frees it */
};

/* Hashes (and saves) the content. The file's attributes at that very moment are those of the entry
 * afterwards. -EAGAIN: it changes while it is read. */
int content_read(struct content *c, int folder, const char *name, struct entry *e);

/* Links the blob from the earlier snapshot, or finds it among those of this one. false: missing. */
bool content_share(struct content *c, const char *hex);

static inline bool same_time(const struct timespec *a, const struct timespec *b) {
        return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}
