/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/session.h"

/* Prints this host as an answer file (data/doc/firstboot.md). An exit status, or a negative errno. */
int export_answers(struct session *s);
