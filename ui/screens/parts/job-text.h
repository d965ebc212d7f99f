/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job in words, for every screen that shows one. */

#include "model/job/job.h"
#include "ui/widgets/canvas.h"

/* Whether a worker carries it out now; false for an interrupted job. */
bool job_text_runs(const struct job *job);

/* "step 4 of 9: run the installer" while it runs, else its state in words. */
void job_text_progress(const struct job *job, struct str *out);

/* "install rsyslog" */
void job_text_what(const struct job *job, struct str *out);

/* "install rsyslog 4/11", of one that runs. */
void job_text_brief(const struct job *job, struct str *out);

/* "A job is running: install rsyslog, started 12:07; Enter watches it." */
void job_text_running(const struct job *job, int64_t now, struct str *out);

/* "today 12:07", "23 Nov 12:07", of another year "2025-11-23"; "" for 0. Fills buffer, returns it. */
const char *job_text_when(char buffer[static 24], int64_t seconds, int64_t now);

/* The same within a sentence, where today needs no word: "12:07". */
const char *job_text_since(char buffer[static 24], int64_t seconds, int64_t now);

/* "00:07", "1:02:03". Fills buffer, returns it. */
const char *job_text_clock(char buffer[static 24], long long seconds);

enum style job_text_style(const struct job *job);
/* Its state in a word or two. */
const char *job_text_state(const struct job *job);

/* "OK", "WARN", "FAIL" of a check, and its style. */
const char *job_text_verdict(enum verdict verdict, enum style *style);

/* The results of the checks after a join, from this row on; returns the rows. None for a job that was rolled
 * back, or that joined nothing. */
int job_text_checks(const struct job *job, const struct canvas *c, int row);

/* The steps above the output: all that began, or one line with the running one. Returns the rows. */
int job_text_steps(const struct job *job, bool unfolded, const struct canvas *c);
/* The coming steps, in one line: as many as fit, and the number of the rest. */
void job_text_next(const struct job *job, const struct canvas *c, int row);
