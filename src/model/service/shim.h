/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shims: small commands on the host that run a tool in a service's container. */

#include "base/base.h"

#define SHIM_FOLDER "/usr/local/bin"    /* in everybody's PATH, and writable where /usr is not */
#define SHIM_TOOLS_MAX 64U

/* Whether this can be a tool's name: letters, digits and "._+-", at most 64, a letter or digit first. */
bool shim_name_valid(const char *tool);

/* The file's text. The caller frees. */
char *shim_text(const char *service, const char *tool);

/* Whether a text is that of a shim of this service, and of this tool. */
bool shim_is_of(const char *text, const char *service, const char *tool);
