/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by firstboot.c, which offers setup, and claims.c, which has the consoles. */

#include "backend/console/answering.h"
#include "backend/console/claim.h"
#include "backend/console/consoles.h"
#include "backend/console/firstboot.h"
#include "backend/console/run.h"

#define SECOND (1000U * 1000)

enum phase {
        PHASE_MUTING,
        PHASE_ANSWERS, /* an answer file is carried out */
        PHASE_OFFER,
        PHASE_SIZE,
        PHASE_RUN,
        PHASE_ENDING,
};

struct console {
        struct firstboot *boot;
        struct claim *claim; /* NULL: there is no terminal behind the name */
        bool opened;         /* once: from now on it is opened again when it is closed */
};

struct firstboot {
        struct firstboot_options options;
        sd_event *event; /* lent */
        char **words;    /* of the kernel */
        struct mute *mute;
        struct console consoles[CONSOLES_MAX];
        size_t n;
        enum phase phase;
        enum firstboot_end end;
        struct console *winner;
        int64_t deadline; /* of the offer; 0: none */
        unsigned failures;
        struct op *asking;
        struct run *run;
        struct answering *answering;
        bool stick_seen; /* it was looked at, and is in still */
        sd_event_source *timeout, *repeat, *reopen, *begin, *stick;
};

#define RUNNING_BY_ANSWERS "Setup by an answer file is running."

__attribute__((format(printf, 3, 4))) void firstboot_log(const struct firstboot *boot,
                                                         enum firstboot_level level, const char *format, ...);
/* On all consoles, but for the one that setup runs on. */
void firstboot_say_all(struct firstboot *boot, const char *text);
void firstboot_say_offer(struct firstboot *boot, struct claim *claim);
void firstboot_say_where(struct firstboot *boot, struct claim *claim);

/* Those that are not open. soon: and again in a second those that would not. */
void firstboot_open_all(struct firstboot *boot, bool soon);
void firstboot_reopen_soon(struct firstboot *boot);
/* Appends their names; how many. */
size_t firstboot_consoles(const struct firstboot *boot, struct str *names);
void firstboot_close_consoles(struct firstboot *boot);
