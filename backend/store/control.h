/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The control socket of a running job, `run`/ID.sock: sequenced packets of one letter and its data, from root
 * or our own user only. There is no answer: the results are in the journal and the log. */

#include <systemd/sd-event.h>

#include "backend/io/paths.h"

#define CONTROL_INPUT_MAX 2048U /* bytes of one packet */

enum packet {
        PACKET_CANCEL = 'c',
        PACKET_INPUT = 'i',
        PACKET_SIZE = 's', /* "ROWS COLUMNS" */
};

struct control_handlers {
        void (*cancel)(void *userdata);
        void (*input)(const void *bytes, size_t n, void *userdata);
        void (*size)(unsigned rows, unsigned columns, void *userdata);
        void *userdata;
};

struct control;

/* The worker's side. The socket is removed by control_free(). */
int control_new(sd_event *event, const struct paths *paths, const char *id,
                const struct control_handlers *handlers, struct control **ret, struct error **reterr);
struct control *control_free(struct control *control);
DEFINE_CLEANUP(struct control, control_free)

/* Removes the sockets of dead workers: the caller holds the host's lock, so that none lives. */
void control_sweep(const struct paths *paths);

/* The console's side, without waiting. One connection keeps typed input in order; the caller closes it.
 * -ESRCH with a sentence: no worker listens for this job (any more). */
int control_connect(const struct paths *paths, const char *id, struct error **reterr);
int control_send(int fd, enum packet kind, const void *bytes, size_t n, struct error **reterr);
