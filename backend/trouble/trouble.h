/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where trouble is found: each source reads a few small files below root ("": the host), or one of systemd's
 * records, and adds lines to a list. None waits: what may hang is left out. */

#include <systemd/sd-event.h>

#include "model/host.h"
#include "model/trouble/limits.h"

/* ---- mounts.c ---- */

/* A file system of /proc/self/mountinfo that holds these folders. */
struct mounted {
        char *place;  /* "/", "/var" */
        char *type;   /* "ext4" */
        char *device; /* "8:1" */
};
struct mounts {
        struct mounted *items;
        size_t n;
};
void mounts_read(const char *root, struct mounts *ret);
void mounts_done(struct mounts *mounts);
/* The file system of an absolute path, where statfs(2) cannot hang: none of a network, of FUSE or of an
 * automounter. NULL: none, or not such. */
const struct mounted *mounts_local(const struct mounts *mounts, const char *path);
/* /proc/self/mountinfo escapes blanks and the like as \040; the same text, in place. */
void mounts_unescape(char *text);

/* ---- figures.c ---- */

/* What host_figures() shows; what changes slowly is read again after 10 s. */
struct figures {
        struct host_figures shown;
        char *os, *address;
        uint64_t busy, total; /* of the processors, at the last call */
        int64_t slow;         /* CLOCK_MONOTONIC of the last reading of what changes slowly; 0: never */
};
void figures_read(const char *root, struct figures *figures);
void figures_done(struct figures *figures);

/* ---- the sources, by what they read ---- */

/* disk.c: disks and inodes */
void trouble_look_at_disks(const char *root, const struct trouble_limits *limits, struct trouble_list *list);
