/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What -v and --mount say, and what it means that a place of the host is seen in a container. Sources:
 * podman-run(1)
 * "--volume", "--mount"; Docker's manual, "Bind mounts" and "Volumes". */

#include <stdbool.h>

#include "model/command/command.h"

/* Where a rehearsal lays its copy of the host's files: what the command mounts of them it mounts from here.
 */
#define PLAN_REHEARSAL_DIR "/run/fairlead/rehearsal/host"

enum mount_shape {
        MOUNT_SHAPE_HOST,       /* an absolute path of the host */
        MOUNT_SHAPE_RELATIVE,   /* a path that depends on where the command starts, or is none */
        MOUNT_SHAPE_VOLUME,     /* a named volume of the engine's */
        MOUNT_SHAPE_UNNAMED,    /* a new volume without a name: nothing of the host */
        MOUNT_SHAPE_OTHER,      /* memory, an image, devices: nothing of the host */
        MOUNT_SHAPE_LOST,       /* the host path or the place in the container is empty */
};

struct mount_reading {
        struct mount mount;     /* UNNAMED and OTHER: host is "" */
        enum mount_shape shape;
        char *bad_option;       /* the first option no engine knows, or NULL */
        bool relative_target;   /* the place in the container is no absolute path */
};
void mount_done(struct mount *m);
void mount_reading_done(struct mount_reading *r);

/* Reads the value of -v, or of --mount. What is wrong with it is said in ret. 0 or -ENOMEM. */
int mount_read_volume(const char *value, struct mount_reading *ret);
int mount_read_mount(const char *value, struct mount_reading *ret);

/* Sets risk and meaning by the host path and mode. Returns whether it hands over a socket that means power.
 */
bool mount_judge(struct mount *m);

/* The path without doubled slashes, ".", ".." and a slash at the end, by its text alone. The caller frees;
 * NULL when out of memory. */
char *path_simplify(const char *path);
