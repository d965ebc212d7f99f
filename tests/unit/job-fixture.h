/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A small host for tests of jobs: a folder that stands for "/", one for state and run, and plans whose
 * command is a shell script of the test (fairlead itself never runs a shell). */

#include "backend/io/paths.h"
#include "backend/store/job-folder.h"
#include "backend/store/services.h"
#include "backend/worker/worker.h"
#include "model/command/command.h"
#include "model/plan/plan.h"
#include "tests/fake/engine-calls.h"
#include "tests/unit/tree.h"

#define IMAGE_ID "1111111111111111111111111111111111111111111111111111111111111111"
#define IMAGE_ID_START "111111111111"

struct host_fixture {
        char *top, *root, *state, *run, *engine;
        struct paths paths;
};

/* The usual worker, in this process; and the test program as one, by the options that a worker is started
 * with. */
int worker_run(const struct paths *paths, const char *id, struct secret_list *secrets);
int be_worker(int argc, char **argv);

struct host_fixture *host_fixture_new(void);
void host_fixture_free(struct host_fixture *f);

/* The same for a test: *state is the host. */
int host_set_up(void **state);
int host_tear_down(void **state);

/* The script as a program of the host, or as an engine's command: then a "podman" of the test's own runs it.
 */
struct command *script_command(const struct host_fixture *f, const char *script, enum engine_kind engine);

/* An install of "demo" whose INSTALL is the script ($ROOT is the host, $ENGINE the folder of containers) and
 * whose unit fairlead writes. */
struct plan *script_plan(const struct host_fixture *f, const char *script, enum engine_kind engine);

/* The id of a new job; what its record says; and one of the files of its folder. The caller frees. */
char *make_job(const struct host_fixture *f, const struct plan *plan);
struct job *read_job(const struct host_fixture *f, const char *id);
char *read_job_file(const struct host_fixture *f, const char *id, const char *name);
