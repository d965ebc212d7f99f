/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The output of a job, elsewhere than on its screen: in a new file, or in the person's pager. The verb does
 * it, on the terminal that it has alone. */

#include "ui/screen.h"

/* Of the job that the screen is about: ACTION_WRITE asks for the file, ACTION_PAGER shows it. False: none of
 * these, or there is no terminal to lend. */
bool job_output_elsewhere(struct screen *s, enum action action);
