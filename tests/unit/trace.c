/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/trace.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

pid_t trace_begin(pid_t pid, int *hold) {
        int down[2], up[2];
        char answer = 'n';
        assert_int_equal(pipe2(down, O_CLOEXEC), 0);
        assert_int_equal(pipe2(up, O_CLOEXEC), 0);
        pid_t tracer = fork();
        if (tracer == 0) {
                close(down[1]);
                answer = ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0 ? 'y' : 'n';
                if (write(up[1], &answer, 1) != 1 || read(down[0], &answer, 1) != 0)
                        _exit(1);
                _exit(0);
        }
        close(down[0]);
        close(up[1]);
        assert_int_equal(read(up[0], &answer, 1), 1);
        close(up[0]);
        *hold = down[1];
        if (answer == 'y')
                return tracer;
        close(down[1]);
        waitpid(tracer, NULL, 0);
        return 0;
}
