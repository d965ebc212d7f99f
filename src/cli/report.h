/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Plans, findings and jobs for people, on standard output. */

#include "model/finding/finding.h"
#include "model/host.h"
#include "model/job/job.h"
#include "model/plan/plan.h"
#include "model/realm/check.h"

const char *report_severity(enum severity severity); /* "block", "warn", "note" */

/* A paragraph for each finding, with its id and its hint. */
void report_findings(const struct finding_list *findings);
/* The whole plan, for `fairlead plan` and before a question for consent. */
/* A few lines, for a reader who may ask for more. */
void report_summary(const struct plan *plan);
void report_plan(const struct plan *plan);

/* The results of a preflight that are at least this bad, each with its repair, and the number of each
 * verdict. */
void report_preflight(const struct preflight *p, enum verdict least);

/* The files a job changed, a line each, with their diffs where the report has them. nothing: the sentence
 * when no file changed. */
void report_changes(const struct change_report *report, const char *nothing);

void report_time(char buffer[static 24], int64_t seconds);        /* local, "2026-11-23 12:07" or "-" */

/* The word of each verdict in a list of checks. */
extern const char *const report_verdicts[_VERDICT_MAX];
