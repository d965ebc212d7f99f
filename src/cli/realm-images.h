/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Images and services that join a realm, and the names of their parameters, for `join` and `leave`. */

#include "cli/session.h"
#include "model/profile/profile.h"

/* The first image (or that of reference, unless NULL) whose profile has a mode that joins. -ENOENT with a
 * sentence when none has. The caller owns both results. */
int joining_find_image(struct session *s, const char *reference, struct image **ret,
                       struct profile **ret_profile, struct error **reterr);

/* The mode that joins this kind of realm; NULL: none. */
const struct mode *joining_mode(const struct profile *profile, enum realm_kind kind);

/* A parameter of the mode by its name, or by the end of its name behind a hyphen ("user" is "ad-user") where
 * only one ends so; NULL: none. */
const struct param *joining_param(const struct profile *profile, const struct mode *mode, const char *name);

/* "user=bob" becomes "ad-user=bob", in a copy of the list; words that name no parameter of the mode stay. */
char **joining_words(const struct profile *profile, const struct mode *mode, char *const *words);

/* The same for answers, in place. */
void joining_answers(const struct profile *profile, const struct mode *mode, struct answers *answers);

/* The mode that a word of --mode names, by its name or by the kind of realm that it joins ("ad", "ipa");
 * NULL: none. */
const struct mode *joining_named_mode(const struct profile *profile, const char *name);

/* The preflight of a join by this mode with these answers; its texts are theirs. domain: where none of them
 * is one. */
struct preflight_order joining_preflight(const struct profile *profile, const struct mode *mode,
                                         const struct answers *answers, const char *domain);

/* An installed service that joined this host. Image, profile and mode are known only while its image is on
 * this host. */
struct joined {
        struct service *service;        /* NULL: none */
        enum realm_kind kind;
        struct image *image;
        struct profile *profile;
        const struct mode *mode;        /* of profile */
};
void joined_done(struct joined *j);

/* name: only this service; NULL: any. */
int joining_find_service(struct session *s, const char *name, struct joined *ret, struct error **reterr);
