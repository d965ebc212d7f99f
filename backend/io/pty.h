/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command on a terminal of its own (its controlling one), in a session of its own. It ends when its output
 * has ended *and* it was reaped: the last lines are never lost. The end of a pty is EIO. */

#include <systemd/sd-event.h>

#include "base/base.h"

#define PTY_INPUT_MAX (64U * 1024)      /* bytes typed and not yet read */

struct pty;

struct pty_options {
        char *const *argv;              /* argv[0] without a slash is looked up in the PATH of environment */
        char *const *environment;       /* complete: nothing is inherited */
        unsigned rows, columns;         /* 0: 24, 80 */
        int stdin_fd; /* standard input (the caller keeps its copy); -1: the terminal */
        /* Only ended() may free the pty. */
        void (*output)(const void *bytes, size_t n, void *userdata);
        void (*on_signal)(int signal, void *userdata);       /* pty_stop() sent this signal; may be NULL */
        void (*ended)(bool exited, int status, void *userdata);         /* exit status, or the signal that
                                                                         * killed it */
        void *userdata;
};

/* -ENOENT, -EACCES, … with a sentence when the program cannot be started. SIGCHLD stays blocked in this
 * process, as sd-event requires. */
int pty_new(sd_event *event, const struct pty_options *options, struct pty **ret, struct error **reterr);

/* Kills the whole session if it still runs. */
struct pty *pty_free(struct pty *pty);
DEFINE_CLEANUP(struct pty, pty_free)

/* Types. -ENOBUFS when PTY_INPUT_MAX bytes wait already: nothing of it is typed then. */
int pty_type(struct pty *pty, const void *bytes, size_t n);
void pty_resize(struct pty *pty, unsigned rows, unsigned columns);

/* TERM to the command's process groups now, KILL to all of its session after grace seconds, each reported
 * through on_signal(). A second call does not shorten the grace. */
void pty_stop(struct pty *pty, unsigned grace);
