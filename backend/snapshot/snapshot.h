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

#include "backend/io/paths.h"
#include "base/op.h"
#include "model/job/changes.h"
#include "model/plan/plan.h"

#define SNAPSHOT_FILES_MAX 40000U /* objects of one snapshot; later paths are noted by name */
#define SNAPSHOT_BYTES_MAX (1024ULL * 1024 * 1024) /* content of one snapshot */
#define SNAPSHOT_FILE_MAX (256ULL * 1024 * 1024)   /* one file, holes counted */
#define SNAPSHOT_DEPTH_MAX 200U

#define SNAPSHOT_WHOLE "whole"        /* beside `after`: the scan followed all steps of the job */
#define SNAPSHOT_WORKING "unfinished" /* among the blobs: an unfinished one */

enum snapshot_reason {
        SNAPSHOT_TOO_LARGE, /* file_max */
        SNAPSHOT_TOO_MUCH,  /* bytes_max: there is too much before it */
        SNAPSHOT_TOO_MANY,  /* files_max; of a folder being read: also all after it */
        SNAPSHOT_UNREADABLE,
        SNAPSHOT_CHANGING,     /* changes while read */
        SNAPSHOT_OTHER_DEVICE, /* mount point of another file system */
        SNAPSHOT_OTHERS,       /* plan_path_volatile(): reported of the outermost folder only */
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
 * NULL with a sentence: it cannot be started. */
typedef void snapshot_done_t(struct snapshot *snapshot, struct error *e, void *userdata);
struct op *snapshot_start(sd_event *event, const struct snapshot_options *options, uint64_t usec,
                          snapshot_done_t *done, void *userdata, struct error **reterr);

/* The finished manifest, sorted; the snapshot has none afterwards. */
void snapshot_take(struct snapshot *snapshot, struct manifest *ret);

/* Syncs the blobs and writes the manifest as `name` into folder: now the snapshot survives a power cut. */
int snapshot_store(int folder, const char *name, const struct manifest *m, int blobs, struct error **reterr);
/* The present object, with its digest where content matters; too large a file is left out. -ENOENT: none. */
int snapshot_look(int folder, const char *name, const char *path, struct entry *ret);

/* Saves the content of a small file that still matches the entry as a blob, for a text diff: for display
 * only, so that a failure is none. *bytes counts those saved so far, which have a ceiling. */
void snapshot_keep_text(int root, const struct entry *e, int blobs, uint64_t *bytes);

/* Copies a blob of one folder to another, as a hard link where possible. -ENOENT: neither has it. */
int snapshot_share(int from, int to, const char *digest);

/* Loads the manifest of snapshot_store(). -ENOENT: none. */
int snapshot_load(int folder, const char *name, struct manifest *ret, struct error **reterr);

/* Areas that no snapshot enters, whatever a plan names: the kernel's, the engine's, always changing ones. */
bool snapshot_skipped(const char *path);

/* ---- estimate.c ---- */

/* Estimates the size of a job's snapshot before its first effect, and names the objects left out in the
 * plan's findings: too large, another file system, where others write. Reads only names and sizes, piece by
 * piece. */

/* done() is called from the loop, once, when the plan is filled in; plan and paths must stay until then.
 * NULL: the plan has no job, or no estimate is possible now: the job itself will report objects left out. */
struct op *estimate_start(sd_event *event, const struct paths *paths, struct plan *plan,
                          void (*done)(void *userdata), void *userdata);

/* ---- restore.c ---- */

/* Restores the host's files: byte for byte, attribute for attribute, in a safe order, each object
 * atomically. An object that others changed since is kept and listed. A second run (after a death)
 * continues the first. */

struct restore_options {
        int root;                      /* files_open_root() */
        const struct changes *changes; /* the job's changes: each path is restored from `after` to `before` */
        int blobs;                     /* contents of the `before` files */
        const struct manifest *before; /* whole snapshot, for folder times and hard links; NULL: neither */
        char *const *folders;   /* more folders whose times are restored, as objects began in them; NULL */
        const char *blobs_name; /* that folder's path for display, as place of former contents; NULL */
        bool of_install;        /* the changes are an earlier install's, not those of the running job */
};

struct restored {
        size_t files;     /* written or removed */
        size_t as_before; /* unchanged */
        size_t failed;    /* not restored */
        char **left;      /* a sentence for each object that was kept or failed; without final stop */
};
void restored_done(struct restored *restored);

/* Never stops at one object. */
void restore_run(const struct restore_options *options, struct restored *ret);

/* ---- overlay.c ---- */

/* A copy of the host's file tree that costs nothing and is thrown away: over each file system of the host
 * lies an overlay whose upper layer is in memory. The whole is at `run`/rehearsal/host (PLAN_REHEARSAL_DIR);
 * one at a time. Writes there change nothing of the host; the changes are read from the upper layers,
 * exactly.
 *
 * In the copy /dev, /proc and /sys are the host's own, read-only (devices can be used, as always). A file
 * system that cannot lie below an overlay, and the engine's storage, are an empty folder in it; a file that
 * is a mount of its own appears as the file below it. */

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
