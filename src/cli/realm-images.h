/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `join` and `leave` know of images and services: which of them join a realm, and how their parameters
 * are called. */

#include "cli/session.h"
#include "model/profile/profile.h"

/* The first image (or the one that reference names, where it is not NULL) whose profile has a mode that
 * joins. -ENOENT with a sentence when there is none. Both results are the caller's. */
int joining_find_image(struct session *s, const char *reference, struct image **ret,
                       struct profile **ret_profile, struct error **reterr);

/* The mode that joins this kind of realm; NULL: there is none. */
const struct mode *joining_mode(const struct profile *profile, enum realm_kind kind);

/* A parameter of the mode by what a person calls it: its name, or the end of its name behind a hyphen ("user"
 * is "ad-user"), where only one ends so. NULL: none is meant. */
const struct param *joining_param(const struct profile *profile, const struct mode *mode, const char *name);

/* "user=bob" becomes "ad-user=bob", in a copy of the list; what names nothing of the mode stays. */
char **joining_words(const struct profile *profile, const struct mode *mode, char *const *words);

/* The same for answers, in place. */
void joining_answers(const struct profile *profile, const struct mode *mode, struct answers *answers);

/* An installed service that joined this host. Without its image on this host neither image, profile nor mode
 * are known. */
struct joined {
        struct service *service;        /* NULL: there is none */
        enum realm_kind kind;
        struct image *image;
        struct profile *profile;
        const struct mode *mode;        /* of profile */
};
void joined_done(struct joined *j);

/* Finds it (name: only this one, or NULL). */
int joining_find_service(struct session *s, const char *name, struct joined *ret, struct error **reterr);
