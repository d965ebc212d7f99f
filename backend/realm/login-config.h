/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* nsswitch.conf and PAM of a host joined by its own realmd. With authselect, realmd has selected the features
 * needed (sssd with-mkhomedir); on Debian and its derivatives it leaves that to pam-auth-update, which
 * nothing calls. */

#include "base/base.h"

/* Inserts sss after files in nsswitch.conf, if missing; lets pam-auth-update enable pam_sss where logins do
 * not use it, and pam_mkhomedir where wanted, and waits for it. root is "" or a folder with the program and
 * files. 0: done, or not needed. -ENOENT: mkhomedir is wanted, and this host has no tool for it. */
int logins_settle(const char *root, bool mkhomedir, struct error **reterr);
