/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The membership of this host (model/realm/membership.h): sssd.conf and the keytab, at once; SSSD itself over
 * the bus (InfoPipe), and the realm's servers, in parallel, 3 s at most. */

#include <systemd/sd-event.h>

#include "backend/io/facts.h"
#include "backend/io/paths.h"
#include "model/host.h"

/* facts must outlive the operation. */
struct op *membership_start(sd_event *event, const struct paths *paths, const struct facts *facts,
                            membership_done_t done, void *userdata);

/* From the files only. */
struct membership *membership_read(const struct paths *paths);
