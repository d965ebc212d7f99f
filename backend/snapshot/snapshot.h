/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads the attributes of the host's files into a manifest and saves their contents as blobs: files named by
 * the SHA-256 of their content, mode 0600, read again once written.
 *
 * A snapshot is taken piece by piece in the loop: snapshot_go() until it returns 1. Objects that cannot be
 * saved are in the manifest all the same, with left_out set: too large, unreadable, changing while read,
 * another file system, an area that belongs to others (snapshot_skipped()). The blobs count only once
 * snapshot_store() has returned. */

#include <systemd/sd-event.h>

#include "base/op.h"
#include "model/job/changes.h"

#define SNAPSHOT_FILES_MAX 40000U /* objects of one snapshot; later paths are noted by name */
#define SNAPSHOT_BYTES_MAX (1024ULL * 1024 * 1024) /* content of one snapshot */
#define SNAPSHOT_FILE_MAX (256ULL * 1024 * 1024)   /* one file, holes counted */
#define SNAPSHOT_DEPTH_MAX 48U

#define SNAPSHOT_WHOLE "whole"        /* beside `after`: the scan followed all steps of the job */
#define SNAPSHOT_WORKING "unfinished" /* among the blobs: an unfinished one */

enum snapshot_reason {
        SNAPSHOT_TOO_LARGE, /* file_max */
        SNAPSHOT_TOO_MUCH,  /* bytes_max: there is too much before it */
        SNAPSHOT_TOO_MANY,  /* files_max; of a folder being read: also all after it */
        SNAPSHOT_UNREADABLE,
        SNAPSHOT_CHANGING,     /* changes while read */
        SNAPSHOT_OTHER_DEVICE, /* mount point of another file system */
        SNAPSHOT_OTHERS,       /* snapshot_volatile(): reported of the outermost folder only */
        SNAPSHOT_DEEP,
        _SNAPSHOT_REASON_MAX,
};
const char *snapshot_reason_text(enum snapshot_reason reason); /* "it is too large", … */

struct snapshot_options {
        int root;                     /* the folder used as "/" (files_open_root()) */
        char *const *paths;           /* absolute; may be below another one. "/" means /etc and /usr/local */
        char *const *excluded;        /* absolute: skipped with all below (our own folders); NULL */
        int blobs;                    /* folder for the contents; -1: only hashed */
        const struct manifest *known; /* an earlier scan of the same host, or NULL: a file with the same
                                       * inode, size and times is not read again; in folders left out only
                                       * named entries are read */
        int known_blobs;              /* its blobs, hard-linked where they are the same; -1: none */
        uint64_t files_max;           /* 0: SNAPSHOT_FILES_MAX */
        uint64_t bytes_max;           /* 0: SNAPSHOT_BYTES_MAX */
        uint64_t file_max;            /* 0: SNAPSHOT_FILE_MAX */
        bool names_only;              /* for a plan: counts contents only, and the manifest stays empty */
        /* Called for each object left out, during the snapshot; NULL. */
        void (*left_out)(const char *path, enum snapshot_reason reason, void *userdata);
        void *userdata;
};

struct snapshot_tally {
        uint64_t files;  /* objects in the manifest */
        uint64_t bytes;  /* of saved content */
        uint64_t read;   /* files whose content was read; the others were known */
        uint64_t shared; /* blobs of an earlier snapshot */
        uint64_t left_out;
};

struct snapshot;

/* The options' pointers must stay valid until snapshot_free(). */
struct snapshot *snapshot_new(const struct snapshot_options *options);
struct snapshot *snapshot_free(struct snapshot *snapshot);
DEFINE_CLEANUP(struct snapshot, snapshot_free)

/* Runs for about usec microseconds (0: to the end). 1: finished, 0: more to do, negative: cannot go on (no
 * memory, no space for blobs). */
int snapshot_go(struct snapshot *snapshot, uint64_t usec, struct error **reterr);
const struct snapshot_tally *snapshot_tally(const struct snapshot *snapshot);

/* In turns of the loop of about usec microseconds. done() gets ownership of the snapshot; e: it cannot go on.
 */
typedef void snapshot_done_t(struct snapshot *snapshot, struct error *e, void *userdata);
int snapshot_start(sd_event *event, const struct snapshot_options *options, uint64_t usec,
                   snapshot_done_t *done, void *userdata, struct op **ret, struct error **reterr);

/* The finished manifest, sorted; the snapshot has none afterwards. */
void snapshot_take(struct snapshot *snapshot, struct manifest *ret);

/* Syncs the blobs and writes the manifest as `name` into folder: the snapshot now exists, despite a power
 * cut. */
int snapshot_store(int folder, const char *name, const struct manifest *m, int blobs, struct error **reterr);
/* The present object, with its digest where content matters; a file that is too large is left out. -ENOENT:
 * none. */
int snapshot_look(int folder, const char *name, const char *path, struct entry *ret);

/* Saves the content of a small file that still matches the entry as a blob, for a text diff: for display
 * only, so that a failure is none. *bytes counts those saved so far, which have a ceiling. */
void snapshot_keep_text(int root, const struct entry *e, int blobs, uint64_t *bytes);

/* Copies a blob of one folder to another, as a hard link where possible. -ENOENT: neither has it. */
int snapshot_share(int from, int to, const char *digest);

/* Loads the manifest of snapshot_store(). -ENOENT: none. */
int snapshot_load(int folder, const char *name, struct manifest *ret, struct error **reterr);

/* Areas that no snapshot enters, whatever a plan names: the kernel's, the engine's, or always changing
 * ones. */
bool snapshot_skipped(const char *path);

/* Areas where others write at any time (logs, caches, spools): objects are recorded by name and time without
 * their content, and an undo removes there only the content of folders that the job created. */
bool snapshot_volatile(const char *path);
