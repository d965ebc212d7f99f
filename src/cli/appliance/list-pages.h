/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The pages of the setup as the files of this host have them (model/setup/pages.h). */

#include "cli/session.h"

/* Prints them in their order, or, with files, only what is wrong in these. The exit status. */
int list_pages(struct session *s, char *const *files);
