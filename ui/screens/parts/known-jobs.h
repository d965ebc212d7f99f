/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The jobs as the home screen, which lies below all others, knows them (screen.jobs): other screens show that
 * one runs without asking the host again. */

#include "ui/screen.h"

/* All of them, newest first; NULL: no answer yet. */
const struct job_list *known_jobs(const struct screen *s);

/* The one with this id; NULL. */
const struct job *known_jobs_find(const struct screen *s, const char *id);

/* The newest that has not ended, or was interrupted; NULL. */
const struct job *known_jobs_open(const struct screen *s);

/* The one that sets this image up, upgrades to it or rehearses it now; NULL. */
const struct job *known_jobs_of_image(const struct screen *s, const struct image *image);

/* How many run, or (not running) were interrupted. */
size_t known_jobs_count(const struct screen *s, bool running);

/* "install sssd 4/11" of the one that runs: ui_places.job. */
void known_jobs_brief(const struct screen *s, struct str *out);
