/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A process without a terminal whose output is taken line by line: a program, or a function of ours that may
 * block. */

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/base.h"

struct child;

struct child_options {
        char *const *argv;        /* the first an absolute path; NULL: work() */
        char *const *environment; /* complete */
        /* In the process; what it writes to out are lines. The status of its end. */
        int (*work)(int out, void *userdata);
        uint64_t limit_usec;      /* then it gets TERM, and KILL behind that; 0: none */
        /* A line without its end, of CHILD_LINE_MAX bytes at most: bytes from outside. */
        void (*line)(const char *line, void *userdata);
        /* Behind the last line; only it may free the child. exited false: status is the signal. */
        void (*ended)(bool exited, int status, void *userdata);
        void *userdata;
};

#define CHILD_LINE_MAX 4096U

/* SIGCHLD stays blocked in this process, as sd-event requires. */
int child_new(sd_event *event, const struct child_options *options, struct child **ret,
              struct error **reterr);
/* Kills its process group when it still runs, and does not wait for it: one that reads a stick which is gone
 * dies only when the kernel gives it up. */
struct child *child_free(struct child *child);
DEFINE_CLEANUP(struct child, child_free)
