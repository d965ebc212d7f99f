/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/typed-secret.h"

#include <termios.h>
#include <unistd.h>

#include "cli/out.h"

/* By read(2), a byte at a time, not stdio: no copy may stay in a buffer that is never wiped, and bytes after
 * the line are not ours. -1: the input ended. */
static ssize_t typed_secret_read_line(char *line, size_t room) {
        size_t n = 0;
        for (;;) {
                char c;
                ssize_t r = read(STDIN_FILENO, &c, 1);
                if (r <= 0)
                        return n ? (ssize_t) n : -1;
                if (c == '\n')
                        return (ssize_t) n;
                if (n < room)
                        line[n++] = c;
        }
}

int typed_secret(const char *title, struct secret *secret) {
        struct termios before;
        bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
        out("%s (not shown): ", title);
        fflush(stdout);
        if (terminal) {
                struct termios silent = before;
                silent.c_lflag &= ~(tcflag_t) ECHO;
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        }
        char line[SECRET_BYTES_MAX + 2];
        ssize_t n = typed_secret_read_line(line, sizeof line);
        if (terminal)
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        out("\n");
        int r = n < 0 ? -EIO : secret_set(secret, line, (size_t) n);
        explicit_bzero(line, sizeof line);
        return r;
}
