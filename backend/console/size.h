/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The size of a terminal at the end of a line, which only it knows: one round trip with a bound, after a
 * person pressed a key. The cursor is sent farther than any terminal goes and asked for its place (ECMA-48
 * CUP, DSR and CPR; DEC's save and restore of the cursor). A vt100 answers, a printer does not. */

#include <sys/ioctl.h>
#include <systemd/sd-event.h>

#include "base/op.h"

/* What is taken where nothing answers, or what answers is no screen. */
#define SIZE_ROWS 24U
#define SIZE_COLUMNS 80U
#define SIZE_LEAST_ROWS 10U
#define SIZE_LEAST_COLUMNS 40U
#define SIZE_WAIT_USEC (400U * 1000)

/* Whether to ask: the kernel has no size, it is not a virtual terminal, and TERM is not dumb. */
bool size_is_asked(int fd, const char *term);

/* systemd.tty.rows.NAME= and systemd.tty.columns.NAME= of the kernel's words. False: not both are there. */
bool size_of_words(char *const *words, const char *name, struct winsize *ret);

/* Asks at fd, which is not blocking and gives bytes as they come (backend/console/claim.h). answered(): the
 * terminal did, and with a size that is one; else size is that of above. */
struct op *size_ask(sd_event *event, int fd,
                    void (*done)(bool answered, const struct winsize *size, void *userdata), void *userdata);

/* Whether a whole "ESC [ ROWS ; COLUMNS R" is in the bytes, of which the last one counts; and its numbers, 0
 * beyond 9999. */
bool size_read_answer(const char *bytes, size_t n, unsigned *ret_rows, unsigned *ret_columns);
