/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is known of the newest images of services, and until when they are held: `state`/updates, one JSON
 * file that is replaced as a whole. Whoever shows it needs no network. */

#include "backend/io/paths.h"
#include "model/service/update.h"

/* What was kept; empty where there is no file, or (an error, too) none that can be read. */
struct update_list *updates_read(const struct paths *paths, struct error **reterr);

/* All services of the host with what is kept of each, by name. */
struct update_list *updates_of_services(const struct paths *paths, const struct service_list *services,
                                        struct error **reterr);

/* Keeps the answers of a look: entries of services that are not in the list go; what people decided stays as
 * the file has it by now, but for an approval of another image than the newest. */
int updates_keep(const struct paths *paths, const struct update_list *list, struct error **reterr);

/* until: seconds since the epoch; 0: no longer. */
int updates_hold(const struct paths *paths, const char *service, int64_t until, struct error **reterr);

/* Keeps the approval, and the newest image that it is of. */
int updates_approve(const struct paths *paths, const struct update *approved, struct error **reterr);
int updates_withdraw(const struct paths *paths, const char *service, struct error **reterr);
