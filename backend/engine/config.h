/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What of Podman's own configuration matters to units: containers.conf(5). Read anew at every call; a few
 * small files. */

#include <stdbool.h>

/* Is Podman told to run containers without cgroups (`cgroups = "disabled"` in [containers])? That is so on
 * hosts that are themselves in a container, where a unit that asks for cgroups does not start. Files in the
 * order of containers.conf(5): /usr/share/containers/containers.conf, /etc/containers/containers.conf,
 * /etc/containers/containers.conf.d/\*.conf; the last one that says something counts. root stands before each
 * path ("": the host). */
bool engine_config_no_cgroups(const char *root);
