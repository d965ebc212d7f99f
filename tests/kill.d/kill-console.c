/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kill-console ROUNDS LOG JOB: while a job writes lines "line 1", "line 2", … kills consoles that watch it, at random moments, each time in
 * another way: by SIGKILL, by SIGHUP, or by closing the terminal. After each a new one must show all lines that the log held when it was
 * started, without a gap, within a second. Prints what was slowest; ends with 1 at the first that is wrong. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define LIMIT_MS 1000

static const char *job;

static unsigned now_ms(void) {
        return (unsigned) (usec_now(CLOCK_MONOTONIC) / 1000);
}

/* The console with its screen, or the same in lines. */
static pid_t open_console(bool screen, int *ret_fd) {
        struct winsize size = { .ws_row = 24, .ws_col = 80 };
        pid_t pid = forkpty(ret_fd, NULL, NULL, &size);
        if (pid == 0) {
                signal(SIGHUP, SIG_DFL);        /* whoever runs the tests under nohup(1) ignores it, and so would this */
                setenv("TERM", "vt220", 1);
                if (screen)
                        execlp("fairlead", "fairlead", NULL);
                else
                        execlp("fairlead", "fairlead", "attach", job, NULL);
                _exit(127);
        }
        return pid;
}

static void close_console(pid_t pid, int fd, unsigned way) {
        if (way == 0)
                kill(pid, SIGKILL);
        else if (way == 1)
                kill(pid, SIGHUP);
        close(fd);
        /* A hang-up ends it as surely, if not at once. */
        for (unsigned i = 0; i < 100; i++) {
                if (waitpid(pid, NULL, WNOHANG) == pid)
                        return;
                usleep(20000);
        }
        printf("not ok - a console did not end when its line dropped\n");
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        exit(1);
}

/* Reads what comes for so long; keys are typed in between. */
static void watch_blindly(int fd, unsigned ms) {
        static const char keys[] = "4\r";
        char bytes[65536];
        unsigned end = now_ms() + ms, typed = 0;
        for (unsigned now; (now = now_ms()) < end;) {
                struct pollfd p = { .fd = fd, .events = POLLIN };
                if (poll(&p, 1, (int) (end - now)) > 0 && read(fd, bytes, sizeof bytes) <= 0)
                        return;
                if (typed < sizeof keys - 1 && write(fd, keys + typed, 1) == 1)
                        typed++;
        }
}

/* The number of the last whole line in the log. */
static unsigned last_line(const char *log) {
        char bytes[4097];
        int fd = open(log, O_RDONLY | O_CLOEXEC);
        off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
        ssize_t n = size < 0 ? -1 : pread(fd, bytes, sizeof bytes - 1, size > 4096 ? size - 4096 : 0);
        unsigned last = 0, number;
        if (fd >= 0)
                close(fd);
        bytes[n > 0 ? n : 0] = '\0';
        for (const char *p = bytes; (p = strstr(p, "\nline ")); p++)
                if (sscanf(p, "\nline %u\r\n", &number) == 1 && strstr(p + 1, "\n"))
                        last = number;
        return last;
}

/* How long until a new console has shown lines 1 to last; LIMIT_MS: it did not. */
static unsigned reattach(unsigned last) {
        int fd;
        unsigned begin = now_ms(), next = 1;
        pid_t pid = open_console(false, &fd);
        char line[4096];
        size_t n = 0;
        while (next <= last && now_ms() - begin < LIMIT_MS) {
                char bytes[65536];
                struct pollfd p = { .fd = fd, .events = POLLIN };
                ssize_t got = poll(&p, 1, 100) > 0 ? read(fd, bytes, sizeof bytes) : 0;
                for (ssize_t i = 0; i < got; i++) {
                        if (bytes[i] != '\n') {
                                if (n < sizeof line - 1)
                                        line[n++] = bytes[i];
                                continue;
                        }
                        line[n] = '\0';
                        n = 0;
                        unsigned number;
                        if (sscanf(line, "| line %u", &number) != 1)
                                continue;
                        if (number != next) {
                                printf("not ok - line %u follows line %u\n", number, next - 1);
                                exit(1);
                        }
                        next++;
                }
        }
        unsigned took = now_ms() - begin;
        close_console(pid, fd, 0);
        return next > last ? took : LIMIT_MS;
}

int main(int argc, char **argv) {
        if (argc != 4)
                return 2;
        unsigned rounds = (unsigned) atoi(argv[1]), slowest = 0;
        job = argv[3];
        srand((unsigned) getpid());
        for (unsigned i = 0; i < rounds; i++) {
                int fd;
                pid_t pid = open_console(i % 4 != 3, &fd);
                watch_blindly(fd, (unsigned) rand() % 400);
                close_console(pid, fd, i % 3);
                unsigned last = last_line(argv[2]), took = reattach(last);
                if (took >= LIMIT_MS || last == 0) {
                        printf("not ok - round %u: %u lines were not shown within %u ms\n", i, last, LIMIT_MS);
                        return 1;
                }
                if (took > slowest)
                        slowest = took;
        }
        printf("%u consoles killed; the slowest that came after showed the whole log in %u ms\n", rounds, slowest);
        return 0;
}
