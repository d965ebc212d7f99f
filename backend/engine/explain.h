/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Known failures as data: the meaning of an engine's status or of its program's exit status, and a hint.
 * Better wording never touches logic. */

#include "base/base.h"

/* For an answer with a status of 400 or more: sets *reterr and returns its code. what: "The image list could
 * not be loaded". body: its JSON, {"cause", "message"} (Podman) or {"message"} (Docker); any bytes. */
int explain_engine(struct error **reterr, int status, const char *what, const char *body, size_t n);

/* A sentence for an exit status of `podman run`, `docker run` and the like (podman-run(1) "Exit Status");
 * NULL for one that is the command's own. *ret_hint may stay NULL. */
const char *explain_engine_exit(int status, const char **ret_hint);
