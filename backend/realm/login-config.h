/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* nsswitch.conf and PAM of a host that has joined by its own realmd. Where authselect is in use, realmd has
 * selected what is needed (sssd with-mkhomedir); on Debian and kin it leaves that to pam-auth-update, and
 * nobody calls it. */

#include <stdbool.h>

#include "base/error.h"

/* Puts sss behind files in nsswitch.conf, where it is not asked yet; lets pam-auth-update enable pam_sss
 * where logins do not ask it, and pam_mkhomedir where wanted, and waits for it. root is "" or a folder whose
 * program and files are taken. 0: it is so, or needs not be. -ENOENT: mkhomedir is wanted, and this host has
 * no tool for it. */
int logins_settle(const char *root, bool mkhomedir, struct error **reterr);
