/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Podman's own configuration as far as units depend on it: containers.conf(5), read anew at every call. */

#include "base/base.h"

/* Whether Podman runs containers without cgroups (`cgroups = "disabled"` in [containers]), as on hosts that
 * are themselves containers, where a unit that asks for cgroups does not start. Files in the order of
 * containers.conf(5): /usr/share/containers/containers.conf, /etc/containers/containers.conf,
 * /etc/containers/containers.conf.d/\*.conf; the last value counts. root goes before each path ("": host). */
bool engine_config_no_cgroups(const char *root);
