/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The console line by line: the same questions and checks on a dumb terminal, a pipe or for a speech
 * synthesizer. One question a line, numbers for choices, "?" explains, an empty line takes the value in
 * brackets, the end of the input leaves. */

#include "cli/session.h"

/* Runs until the person leaves: an exit status. */
int plain_run(struct session *session);
