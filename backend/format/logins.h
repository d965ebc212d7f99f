/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `podman login` and `docker login` left for a registry: containers-auth.json(5). Podman and skopeo read
 * these files themselves; Docker's engine wants the client to send what is in them. Helpers that keep
 * passwords elsewhere (credHelpers, credsStore) are not asked. */

#include "base/str.h"

/* The value of the header X-Registry-Auth for an image of this reference, from the files of root below `root`
 * ("": the host's) and `home`. NULL: there is no login. The caller wipes and frees. */
char *logins_registry_auth(const char *root, const char *home, const char *reference);

/* The same from one file's text, any bytes. */
char *logins_parse(const char *text, size_t n, const char *reference);
