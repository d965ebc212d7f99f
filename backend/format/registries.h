/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a short name ("rsyslog") means on this host: containers-registries.conf(5), as Podman and skopeo read
 * it for root. /etc/containers/registries.conf comes first, then /etc/containers/registries.conf.d/ by
 * name; a later file replaces the list of registries and single aliases. Aliases that somebody chose at
 * Podman's prompt lie in /var/cache/containers/short-name-aliases.conf and win.
 *
 * A short name without an alias belongs to whoever took it on the first registry of the list: so the whole
 * name is shown before anything is fetched, and with several registries the person chooses. */

#include "base/error.h"
#include "base/str.h"

struct registry_alias {
        char *name, *target; /* "rsyslog", "registry.example.test/team/rsyslog" */
        char *file;          /* that says so */
};

struct registries {
        char **search; /* unqualified-search-registries, in their order */
        char *file;    /* that names them; NULL: none does */
        struct registry_alias *aliases;
        size_t n_aliases;
        char **wrong; /* "/etc/containers/registries.conf:3: …": lines that are left out */
};

void registries_done(struct registries *registries);

/* The files below root ("": the host's). Those that cannot be read are as if absent: skopeo will say so. */
void registries_read(const char *root, struct registries *ret);

/* One file's text, over what is there. */
void registries_parse(const char *file, const char *text, size_t n, struct registries *ret);

/* The whole names that a name as typed can mean, the likeliest first: itself when it names a registry, else
 * its alias, else one of each registry ("docker.io/x" is "docker.io/library/x", as Docker has it). The tag or
 * digest stays. *ret is the caller's, with one name or more. why: where that comes from, a sentence without a
 * full stop, or NULL for a whole name; the caller's. -EINVAL: it is no reference; -ENOENT: no registry is
 * configured; both with the sentence and a hint. */
int registries_resolve(const struct registries *registries, const char *name, char ***ret, char **why,
                       struct error **reterr);

#define REGISTRIES_SEARCH_MAX 32U
#define REGISTRIES_ALIASES_MAX 4096U
#define REGISTRIES_FILES_MAX 64U
