/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A program on a terminal that is its controlling one: job control and ^C are its own affair.
 *
 * The leader of its session is a process of ours, its parent. The kernel hangs a terminal up when the leader
 * of its session ends, whatever the reason, and else only when the line is lost; but for the leader nobody
 * knows which of them it was. */

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/base.h"

struct run;

struct run_end {
        bool hung_up; /* the line was lost: the program got SIGHUP, and KILL when that did not end it */
        bool exited;
        int status; /* its exit status, or the signal that killed it */
};

/* device: the terminal's path. environment: complete. ended() may free the run; nobody has the terminal any
 * more then. */
int run_new(sd_event *event, const char *device, char *const *argv, char *const *environment,
            void (*ended)(const struct run_end *end, void *userdata), void *userdata, struct run **ret,
            struct error **reterr);
/* Kills it when it still runs. */
struct run *run_free(struct run *run);
DEFINE_CLEANUP(struct run, run_free)

/* What a program of first boot gets: nothing is inherited but the locale's variables, which systemd gives to
 * each unit. term NULL: it has no terminal. The caller frees. */
char **run_environment(const char *term);

/* HUP and TERM now, KILL after grace. */
void run_stop(struct run *run, uint64_t grace_usec);
