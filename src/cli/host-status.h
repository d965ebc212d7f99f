/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `fairlead status` without a name: the host, for people on 80 columns, for monitors, and for node_exporter's
 * textfile collector. */

#include "cli/session.h"

struct arguments;

/* By the options of the arguments. An exit status: EXIT_DONE when trouble_list_well(). Or a negative errno
 * with its sentence in s->error. */
int host_status_run(struct session *s, const struct arguments *a);

/* https://prometheus.io/docs/instrumenting/exposition_formats/; the caller frees. (prometheus.c) */
char *prometheus_text(const struct host_realm *realm, const struct trouble_list *list);

/* The table of all kinds with their thresholds, in Markdown. */
void host_status_print_kinds(void);
