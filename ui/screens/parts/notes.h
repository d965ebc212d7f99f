/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The lines below the services: the running jobs, the realm, and the lacks of the host. */

#include "model/host.h"
#include "ui/widgets/canvas.h"

struct notes {
        const struct job_list *jobs;            /* NULL: not known yet */
        const struct host_status *status;
        int64_t now;
};

/* Draws them from row 0 on, a line each; returns how many lines. c NULL: only counts. */
int notes_draw(const struct notes *notes, const struct canvas *c);

/* The newest job that has not ended, or was interrupted; NULL. */
const struct job *notes_job(const struct job_list *jobs);
