/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Profiles: from /etc/fairlead/profiles.d, then /usr/share/fairlead/profiles (a file in /etc hides one of the
 * same name), and from an image's label io.fairlead.profile. The schema is data/profiles/README.md; a bad one
 * is refused with file, line and reason. At most 256 KiB and depth 16 each, 256 files. */

#include "backend/io/paths.h"
#include "model/profile/profile.h"

struct profiles;

/* Reads the folders once. Bad files are skipped and kept as errors (profiles_error()), never fatal. */
struct profiles *profiles_new(const struct paths *paths);
struct profiles *profiles_free(struct profiles *profiles);
DEFINE_CLEANUP(struct profiles, profiles_free)
size_t profiles_errors(const struct profiles *profiles);
const struct error *profiles_error(const struct profiles *profiles, size_t i);

/* The profile for an image: a matching file in /etc, else its label's, else the one of this name (named: as a
 * catalog says; NULL, or not there: none), else a shipped one that matches, else the generic one. *ret is the
 * caller's. A bad label profile: negative with the error, and *ret is the generic one. */
int profiles_find(struct profiles *profiles, const struct image *image, const char *named,
                  struct profile **ret, struct error **reterr);
bool profiles_named(const struct profiles *profiles, const char *name);

/* Ceilings of a profile: what a form can show, and how many foreign bytes a root program may hold. */
#define PROFILE_BYTES_MAX (256U * 1024)
#define PROFILE_MODES_MAX 16U
#define PROFILE_PARAMETERS_MAX 64U
#define PROFILE_LIST_MAX 64U            /* choices, words, paths, needs, match */
#define PROFILE_FILES_MAX 256U

/* source names the text in errors: "/etc/fairlead/profiles.d/x.json:12: parameters[2].type: …". */
int profile_parse(const char *source, const char *text, size_t n, struct profile **ret,
                  struct error **reterr);
