/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries out one job: the whole of fairlead-worker but its main(). */

#include <systemd/sd-event.h>

#include "backend/paths.h"
#include "base/error.h"
#include "base/secret.h"

/* Runs the job in folder `state`/jobs/ID to its end (the loop runs inside) and returns the exit status for main():
 * 0 done, 1 failed or cancelled and put back, 5 another job holds the host. All that happens is in the job's
 * journal, log and result. */
int worker_run(const struct paths *paths, const char *id, struct secret_list *secrets);
