/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fairlead-worker [--state=DIR] [--run=DIR] [--root=DIR] [--resume|--roll-back] JOB: carries out one job.
 * Started by fairlead; the secrets come sealed on standard input. --at-boot instead of a job: the job that
 * ran when the host went down (fairlead-resume.service). Prints only errors in its arguments. */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "backend/worker/worker.h"
#include "model/job/job.h"

static int worker_main_usage(void) {
        fputs("usage: fairlead-worker --at-boot\n", stderr);
        fputs("       fairlead-worker [--state=DIR] [--run=DIR] [--root=DIR] [--resume] JOB\n", stderr);
        fputs("       fairlead-worker [--state=DIR] [--run=DIR] [--root=DIR] --roll-back JOB\n", stderr);
        return 2;
}

static void worker_main_close_doors(void) {
        const struct rlimit none = {};
        /* This process holds secrets: no core, no debugger of another user, no file that others can read. */
        (void) setrlimit(RLIMIT_CORE, &none);
        (void) prctl(PR_SET_DUMPABLE, 0);
        umask(077);
}

int main(int argc, char **argv) {
        struct paths paths = paths_default;
        struct worker_options options = { .paths = &paths };
        bool at_boot = false;
        worker_main_close_doors();
        for (int i = 1; i < argc; i++) {
                const char *value;
                if ((value = str_starts(argv[i], "--state=")))
                        paths.state = value;
                else if ((value = str_starts(argv[i], "--run=")))
                        paths.run = value;
                else if ((value = str_starts(argv[i], "--root=")))
                        paths.root = value;
                else if (strcmp(argv[i], "--roll-back") == 0)
                        options.mode = WORKER_ROLL_BACK;
                else if (strcmp(argv[i], "--resume") == 0)
                        options.mode = WORKER_RESUME;
                else if (strcmp(argv[i], "--at-boot") == 0)
                        at_boot = true;
                else if (argv[i][0] == '-' || options.id)
                        return worker_main_usage();
                else
                        options.id = argv[i];
        }
        if (at_boot && !options.id)
                return worker_at_boot(&paths);
        if (at_boot || !job_id_valid(options.id))
                return worker_main_usage();
        struct stat st;
        _cleanup_(secret_list_freep) struct secret_list *secrets = NULL;
        /* A sealed memfd is a regular file; a terminal or /dev/null holds no secrets. */
        if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
            secret_list_read(STDIN_FILENO, &secrets) < 0) {
                fputs("fairlead-worker: the secrets on standard input cannot be read\n", stderr);
                return 2;
        }
        options.secrets = secrets;
        return worker_carry_out(&options);
}
