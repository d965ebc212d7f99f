/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The supervisor of first boot. Every console offers setup; where Enter is pressed first, a program runs, and
 * the others say where. Its exit status decides what comes of it: FIRSTBOOT_EXIT_… below. A program that
 * fails, is killed or loses its line leaves the offer as it was before: nobody is locked out, as the offer
 * has a time-out, and failures are counted. An answer file, where there is one, comes before the offer, which
 * is made when it was refused or failed. Consoles and messages are as before at the end, however it ends.
 */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "backend/console/mute.h"

#define FIRSTBOOT_TIMEOUT_SECONDS 60U
#define FIRSTBOOT_REPEAT_SECONDS 30U
#define FIRSTBOOT_FAILURES_MAX 3U

/* What the program exits with; another status, or a signal, is a failure. */
#define FIRSTBOOT_EXIT_FINISHED 0
#define FIRSTBOOT_EXIT_LATER 75
#define FIRSTBOOT_EXIT_NEVER 76

enum firstboot_end {
        FIRSTBOOT_FINISHED,
        FIRSTBOOT_NEVER,    /* skipped for good */
        FIRSTBOOT_LATER,    /* by the person, or nobody pressed Enter: offered again at the next boot */
        FIRSTBOOT_UNWANTED, /* provisioned by somebody else, or refused by the kernel's command line */
        FIRSTBOOT_NOWHERE,  /* no console */
        FIRSTBOOT_FAILED,   /* the program failed too often, or its end cannot be recorded */
        FIRSTBOOT_STOPPED,  /* firstboot_stop() */
};

/* As syslog(3) has them. */
enum firstboot_level {
        FIRSTBOOT_ERROR = 3,
        FIRSTBOOT_WARNING = 4,
        FIRSTBOOT_NOTICE = 5,
        FIRSTBOOT_INFO = 6,
};

struct firstboot_options {
        const struct paths *paths; /* devices and kernel files are below its root, too */
        sd_bus *bus;               /* systemd's; NULL: none. It outlives the supervisor */
        pid_t manager;             /* systemd's process; 0: it gets no signals */
        char *const *program;      /* its words, the first an absolute path */
        /* For answer files (answering.h): what carries one out. NULL: none is looked for. */
        char *const *answers_program;
        const char *credentials;   /* the folder; NULL */
        int (*mount)(const char *device, struct error **reterr); /* stick_mount(); NULL: no stick */
        char *const *consoles;     /* beside those of the kernel; NULL */
        uint64_t timeout_usec;     /* for Enter; 0: for ever */
        uint64_t repeat_usec;
        /* A sentence for the journal. */
        void (*log)(enum firstboot_level level, const char *sentence, void *userdata);
        /* Last, from the loop; only it may free the supervisor. */
        void (*ended)(enum firstboot_end end, void *userdata);
        void *userdata;
};

struct firstboot;

/* Begins at once. options are copied, what they point to is the caller's. */
struct firstboot *firstboot_new(sd_event *event, const struct firstboot_options *options);
struct firstboot *firstboot_free(struct firstboot *boot);
DEFINE_CLEANUP(struct firstboot, firstboot_free)

/* Ends the program and the offer; ended() comes when all is restored. */
void firstboot_stop(struct firstboot *boot);
