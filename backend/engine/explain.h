/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Knowledge about failures as data: what a status of an engine or an exit status of its program means, and
 * what to try next. Better wording never touches logic. */

#include <stddef.h>

#include "base/error.h"

/* The engine answered with a status of 400 or more: sets *reterr and returns its code. what: "The image list
 * could not be loaded". body: its JSON, {"cause", "message"} (Podman) or {"message"} (Docker); may be
 * anything. */
int explain_engine(struct error **reterr, int status, const char *what, const char *body, size_t n);

/* The exit status of `podman run` or `docker run` and their kin (podman-run(1) "Exit Status"): a sentence, or
 * NULL for one that is the command's own. *ret_hint may stay NULL. */
const char *explain_engine_exit(int status, const char **ret_hint);
