/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The model as JSON, in the stable documented shapes (data/json.md), and back. Writers return a string the
 * caller frees (pretty-printed, ending in a newline). Strings that are not UTF-8 come out with U+FFFD. */

#include "model/host.h"

/* Of a plan as JSON. It has a label of 64 KiB in its fullest escape several times: as text, as words of up to
 * four commands, compared. */
#define PLAN_BYTES_MAX (8U * 1024 * 1024)

char *emit_plan(const struct plan *plan);
char *emit_images(const struct image_list *images);
char *emit_image(const struct image *image, const struct finding_list *findings);
char *emit_findings(const struct finding_list *findings);
char *emit_status(const struct host_status *status, const struct host_figures *figures,
                  const struct trouble_list *list);
char *emit_services(const struct service_list *services);
char *emit_service(const struct service *service);
char *emit_units(const struct unit_list *units);
char *emit_unit(const struct unit_detail *unit);
char *emit_log_line(const struct log_line *line);        /* on one line */
char *emit_jobs(const struct job_list *jobs);
char *emit_job(const struct job *job);
char *emit_pruning(const struct pruning *pruning);
char *emit_changes(const struct change_report *report);
char *emit_realm(const struct realm *realm);
char *emit_membership(const struct membership *membership);
char *emit_preflight(const struct preflight *preflight);
char *emit_error(const struct error *e);        /* {"error": {"message", "hint", "causes": […]}} */

/* plan.json of a job folder, as emit_plan() wrote it for the worker. -EINVAL with a sentence for other
 * text. */
int plan_parse(const char *text, size_t n, struct plan **ret, struct error **reterr);

/* services/NAME.json. A record has labels, command lines and answers; labels up to LABEL_VALUE_MAX. */
#define SERVICE_BYTES_MAX (4U * 1024 * 1024)
int service_parse(const char *text, size_t n, struct service **ret, struct error **reterr);

/* A JSON object with a member `labels` ({key: value}), as `plan --labels FILE` takes it; optional `image` (a
 * reference). At most 1 MiB. */
int image_parse_labels(const char *text, size_t n, struct image **ret, struct error **reterr);

/* An answer file: a JSON object {"parameter": "value"}, or {"mode": "M", "answers": {…}}. Numbers and true,
 * false are read as a person would type them (true: "yes"). Adds to answers, each with source "answer file";
 * *mode is replaced when the file names one. source names the file in errors. */
int answers_parse(const char *source, const char *text, size_t n, struct answers *answers, char **mode,
                  struct error **reterr);
