/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Signals by the names that people type: signal(7). */

#include "base/error.h"

/* "HUP", "SIGHUP", "1", "RTMIN+3"; in any case of letters. The number, or -EINVAL with a sentence. */
int signal_from_text(const char *text, struct error **reterr);

/* "SIGHUP", "SIGRTMIN+3"; the caller frees. */
char *signal_text(int number);

/* Those that people send to daemons, for a list to choose from. */
struct signal_row {
        int number;
        const char *help;       /* one line, a sentence without final stop */
};
extern const struct signal_row signal_rows[];
extern const unsigned signal_rows_n;
