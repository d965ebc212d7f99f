/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atomic.h"
#include "cli.h"
#include "cli/verb.h"

/* A closed standard descriptor would become the first socket that is opened, and text would be printed into
 * it. */
static void fill_standard_descriptors(void) {
        for (int fd; (fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0;)
                if (fd > STDERR_FILENO) {
                        close(fd);
                        return;
                }
}

int main(int argc, char **argv) {
        fill_standard_descriptors();
        /* A host may come up without a locale (first boot, serial console): C.UTF-8 always exists and keeps
         * the words English. */
        if (!setlocale(LC_CTYPE, ""))
                setlocale(LC_CTYPE, "C.UTF-8");
        signal(SIGPIPE, SIG_IGN);
        /* Secrets are typed into this process: no core, and no debugger without power over others. Programs
         * that we start do not inherit it. */
        (void) prctl(PR_SET_DUMPABLE, 0);
        umask(077);
        int status = atomic_called(argv[0]) ? atomic_main(argc, argv) : cli_main(argc, argv);
        if (fflush(stdout) != 0 && status == EXIT_DONE)
                status = EXIT_FAILED;
        return status;
}
