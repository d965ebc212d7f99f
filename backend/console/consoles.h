/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which terminals of the host are its consoles, by what the kernel says. Their names are those below /dev. */

#include "base/base.h"

/* More are not offered anything: each is opened, and written to. */
#define CONSOLES_MAX 16U

/* The consoles that are active now (/sys/class/tty/console/active below root), "tty0" being the virtual
 * terminal that is shown, then those of "fairlead.console=" among the kernel's words, then more; each once.
 * A port by USB is left out: a modem there takes what is written to it for orders. The caller frees; NULL:
 * none. */
char **consoles_find(const char *root, char *const *words, char *const *more);

/* Whether it is the name of a terminal that may be a console of its own. */
bool console_name_valid(const char *name);

/* TERM on a console by systemd's rules: systemd.tty.term.NAME= of the kernel's words, else "linux" on a
 * virtual terminal, else "vt220". Lent. */
const char *console_term(char *const *words, const char *name);
