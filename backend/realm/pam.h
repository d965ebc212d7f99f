/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The host's files of PAM (pam.conf(5)), as far as a login of a realm's user depends on them. PAM itself is
 * asked by the program fairlead-pam. root goes before each path ("": the host). */

#include "base/base.h"

/* The services with a file of their own that a user of a realm logs in by: "login", "sshd", or "su" on a host
 * that has neither; the caller frees. Empty: none. */
char **pam_services(const char *root);

/* Whether the module ("pam_sss.so") stands in the lines of both kinds, auth and account, of this service and
 * what it includes. */
bool pam_asks(const char *root, const char *service, const char *module);
