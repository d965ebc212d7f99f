/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The values of -v and --mount, and the meaning of a place of the host in a container. Sources: podman-run(1)
 * "--volume", "--mount"; Docker's manual, "Bind mounts" and "Volumes". */

#include "model/command/command.h"

/* The copy of the host's files in a rehearsal: the command's mounts of them come from here. */
#define PLAN_REHEARSAL_DIR "/run/fairlead/rehearsal/host"

enum mount_shape {
        MOUNT_SHAPE_HOST,       /* an absolute path of the host */
        MOUNT_SHAPE_RELATIVE,   /* a path relative to the working directory, or not a valid one */
        MOUNT_SHAPE_VOLUME,     /* a named volume of the engine */
        MOUNT_SHAPE_UNNAMED,    /* a new volume without a name: nothing of the host */
        MOUNT_SHAPE_OTHER,      /* memory, an image, devices: nothing of the host */
        MOUNT_SHAPE_LOST,       /* the host path or the path in the container is empty */
};

struct mount_reading {
        struct mount mount;     /* UNNAMED and OTHER: host is "" */
        enum mount_shape shape;
        char *bad_option;       /* the first option that the engine does not know, or NULL */
        char *bad_value;        /* the first option with a value that the engine refuses, or NULL */
        bool twice;             /* of -v: both ro and rw, or both z and Z: options of one choice */
        bool repeats;           /* of --mount: two targets, two sources */
        bool relative_target;   /* the path in the container is not absolute */
        char *device;           /* of a volume that is a folder of the host (volume-opt=device=…), or NULL */
        bool binds;             /* and that it is one (volume-opt=o=bind) */
        char *type;             /* of --mount; NULL: not given, or -v */
};
void mount_done(struct mount *m);
void mount_reading_done(struct mount_reading *r);

/* Reads the value of -v, --tmpfs, or --mount, with its errors; ENGINE_NONE: as either of them reads it. */
struct mount_reading mount_read_tmpfs(const char *value, enum engine_kind engine);
struct mount_reading mount_read_volume(const char *value, enum engine_kind engine);
struct mount_reading mount_read_mount(const char *value, enum engine_kind engine);

/* Whether the engine has this type of --mount. */
bool mount_type_known(const char *type, enum engine_kind engine);

/* Sets risk and meaning by the host path and mode. True: it passes a socket that equals root. A folder is at
 * least as risky as each place in it, and writing at least as risky as reading. */
bool mount_judge(struct mount *m);

/* The path without doubled slashes, ".", ".." and a trailing slash, by its text alone. The caller frees. */
char *path_simplify(const char *path);
