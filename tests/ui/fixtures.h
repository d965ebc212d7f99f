/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the fake host holds, by name: "images full", "services none", … */

#include "base/memory.h"
#include "tests/fake/host.h"

#define FIXTURE_NOW 1795521600LL        /* 2026-11-24 12:00:00 UTC */

/* Text that wants to break a screen, or to lie to who reads it. */
#define HOSTILE_ESCAPE "red \033[31mtext\033[2J\033]0;owned\007\r\nsecond"
#define HOSTILE_BIDI "user\xe2\x80\xae" "toor\xe2\x80\xac zero\xe2\x80\x8bwidth \xe2\x81\xa6isolated\xe2\x81\xa9"
#define HOSTILE_WIDE "\xe4\xb8\x96\xe7\x95\x8c\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"
#define HOSTILE_MARKS "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86 \xf3\xa0\x81\x81 \xef\xbf\xbe \xff\xfe \xc0\xaf"
#define HOSTILE_LONG                                                                                                     \
        "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-" \
        "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-end"

/* Points the host's builder for `what` at the variant `which`; false: there is none of that name. */
bool fixture_use(struct fake_host *fake, const char *what, const char *which);
/* It asks these, each with a file of its own. */
bool fixture_use_unit(struct fake_host *fake, const char *what, const char *which);
bool fixture_use_profile(struct fake_host *fake, const char *what, const char *which);
/* What services use, and the host. */
bool fixture_use_edit(struct fake_host *fake, const char *what, const char *which);
bool fixture_use_catalog(struct fake_host *fake, const char *what, const char *which);
bool fixture_use_home(struct fake_host *fake, const char *what, const char *which);

/* A service of localhost/NAME; age: of its state, in seconds. */
struct service *fixture_service(const char *name, const char *state, int64_t age, const char *health, const char *version,
                                const char *title);

/* "log|page PRIORITY REAL MONOTONIC BOOT TEXT" to those who read a log, or a page of one. Times are in seconds, REAL after
 * FIXTURE_NOW; TEXT "-": none, "=…": it is not text. false: it is none. */
bool fixture_log_line(struct fake_host *fake, const char *text);
/* A journal of so many boots, each of a day, the last one still running. */
bool fixture_boots(struct fake_host *fake, const char *which);

/* Realms, preflights, and the profile "join" of an image that joins one. */
bool fixture_use_realm(struct fake_host *fake, const char *what, const char *which);
int fixture_profile_join(const struct image *image, struct profile **ret, struct error **reterr);

/* A row of a table of such variants, and the choice from one. */
struct fixture_row {
        const char *what, *which;
        size_t offset;                  /* of a builder, in struct fake_host */
        void *builder;
};
bool fixture_pick(struct fake_host *fake, const struct fixture_row *rows, size_t n, const char *what, const char *which);

/* An image of "images full" and others, by its reference. The caller frees. */
struct image *fixture_image(const char *reference);

/* A job by name, for watchers: "running", "done", … ; NULL: none of that name. The caller frees. */
struct job *fixture_job(const char *which);

/* Gives the service the answers that it was installed with (fixtures-profiles.c). */
void fixture_given(struct service *service);
