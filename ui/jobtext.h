/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job in words, for every screen that shows one. */

#include "base/str.h"
#include "model/job.h"
#include "ui/theme.h"

/* "step 4 of 9: run the installer" while it runs, else its state in words. */
void jobtext_progress(const struct job *job, struct str *out);

/* "install rsyslog" */
void jobtext_what(const struct job *job, struct str *out);

/* "00:07", "1:02:03". Fills buffer, returns it. */
const char *jobtext_clock(char buffer[static 24], long long seconds);

/* "0.4 s", "12 s", "3 min" for how long a step took. */
const char *jobtext_duration(char buffer[static 24], uint64_t usec);

enum style jobtext_style(enum job_state state);
