/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads what the host's files are into a manifest and keeps their contents as blobs: files named by the
 * SHA-256 of what they hold, mode 0600, read back once written.
 *
 * A snapshot is taken piece by piece, so that the loop goes on: snapshot_go() until it returns 1. What cannot
 * be kept is in the manifest all the same, with left_out set: too large, unreadable, changing while it is
 * read, another file system, an area that belongs to others (snapshot_skipped()). The blobs count only once
 * snapshot_store() has returned. */

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/job/changes.h"

#define SNAPSHOT_FILES_MAX                                                                             \
        40000U                                     /* objects of one snapshot; paths that are still to \
                                                    * come are noted by name */
#define SNAPSHOT_BYTES_MAX (1024ULL * 1024 * 1024) /* content of one snapshot */
#define SNAPSHOT_FILE_MAX (256ULL * 1024 * 1024)   /* one file, holes counted */
#define SNAPSHOT_DEPTH_MAX 48U

#define SNAPSHOT_WHOLE "whole"        /* beside `after`: it was looked at behind all steps of the job */
#define SNAPSHOT_WORKING "unfinished" /* among the blobs: one that is being made */

/* Why something is left out. */
enum snapshot_reason {
        SNAPSHOT_TOO_LARGE, /* file_max */
        SNAPSHOT_TOO_MUCH,  /* bytes_max: there is too much before it */
        SNAPSHOT_TOO_MANY,  /* files_max; of a folder that was being looked at: all that comes
                             * after */
        SNAPSHOT_UNREADABLE,
        SNAPSHOT_CHANGING,     /* it changes while it is read */
        SNAPSHOT_OTHER_DEVICE, /* another file system is mounted there */
        SNAPSHOT_OTHERS,       /* snapshot_volatile(): reported of the outermost folder only */
        SNAPSHOT_DEEP,
        _SNAPSHOT_REASON_MAX,
};
const char *snapshot_reason_text(enum snapshot_reason reason); /* "it is too large", … */

struct snapshot_options {
        int root;                     /* the folder that stands for "/" (files_open_root()) */
        char *const *paths;           /* absolute; a path below another one is harmless. "/" means /etc
                                       * and /usr/local */
        char *const *excluded;        /* absolute: nothing there and below is looked at (our own
                                       * folders); NULL */
        int blobs;                    /* the folder contents are kept in; -1: they are only hashed */
        const struct manifest *known; /* an earlier look at the same host, or NULL: a file with the same
                                       * inode, size and   times is not read again, and of a folder left out
                                       * there only what it names   is looked at */
        int known_blobs;              /* its blobs, hard-linked where they are the same; -1: none */
        uint64_t files_max;           /* 0: SNAPSHOT_FILES_MAX */
        uint64_t bytes_max;           /* 0: SNAPSHOT_BYTES_MAX */
        uint64_t file_max;            /* 0: SNAPSHOT_FILE_MAX */
        bool names_only;              /* for a plan: contents are only counted, and the manifest stays
                                       * empty */
        /* Told of everything that is left out, while the snapshot goes on; NULL: nobody asks. */
        void (*left_out)(const char *path, enum snapshot_reason reason, void *userdata);
        void *userdata;
};

/* What it came to. */
struct snapshot_tally {
        uint64_t files;  /* objects in the manifest */
        uint64_t bytes;  /* of content that is kept */
        uint64_t read;   /* files whose content was read, the others being known */
        uint64_t shared; /* blobs that an earlier snapshot had */
        uint64_t left_out;
};

struct snapshot;

/* The options' pointers must stay valid until snapshot_free(). */
int snapshot_new(const struct snapshot_options *options, struct snapshot **ret, struct error **reterr);
struct snapshot *snapshot_free(struct snapshot *snapshot);
DEFINE_CLEANUP(struct snapshot, snapshot_free)

/* Goes on for about usec microseconds (0: to the end). 1: finished, 0: there is more, negative: it cannot go
 * on (no memory, no room for blobs). */
int snapshot_go(struct snapshot *snapshot, uint64_t usec, struct error **reterr);
const struct snapshot_tally *snapshot_tally(const struct snapshot *snapshot);

/* The finished manifest, sorted; the snapshot has none afterwards. */
void snapshot_take(struct snapshot *snapshot, struct manifest *ret);

/* Syncs the blobs and writes the manifest as `name` into folder: from here on the snapshot is there, also
 * after a power cut. */
int snapshot_store(int folder, const char *name, const struct manifest *m, int blobs, struct error **reterr);
/* Keeps the content of one regular file as a blob, if it still is what the entry says. -ESTALE: it is not. */
int snapshot_keep(int root, const struct entry *e, int blobs);

/* Puts a blob of one folder into another: as the same file where it can be. -ENOENT: it is in neither. */
int snapshot_share(int from, int to, const char *digest);

/* The manifest that snapshot_store() wrote. -ENOENT: there is none. */
int snapshot_load(int folder, const char *name, struct manifest *ret, struct error **reterr);

/* Areas no snapshot enters, whatever a plan names: they are the kernel's, the engine's, or change all the
 * time. */
bool snapshot_skipped(const char *path);

/* Areas where others write at any time (logs, caches, spools): what is there is recorded by name and time,
 * its content is not kept, and an undo removes there only what lies in a folder that the job made. */
bool snapshot_volatile(const char *path);
