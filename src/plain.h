/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The console line by line: the same questions and checks on a dumb terminal, a pipe or for a speech
 * synthesizer (DESIGN.md section 9). One question a line, numbers for choices, "?" explains, an empty line
 * takes what stands in brackets, the end of the input leaves. */

#include "cli/session.h"

/* Until the person leaves: an exit status. */
int plain_run(struct session *session);
