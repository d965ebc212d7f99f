/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What verbs look up on the host before they act: services, their units, images worth offering. */

#include "cli/session.h"
#include "model/image/image.h"
#include "model/service/service.h"

/* Removes from the list what carries no command label and no profile other than the generic one fits, and
 * what only an installed service still has a name for. */
void keep_offering(struct session *s, struct image_list *images);

/* The installed service of this name (or of this image); *ret NULL and 0 when there is none. A negative errno
 * with a sentence when the list cannot be had. */
int find_service(struct session *s, const char *name, struct service **ret, struct error **reterr);

/* The table of services, for people. */
void lookup_print_services(const struct service_list *services);

/* The order to upgrade this service, by the words of the command line (--image, --set, …); it must outlive
 * the order. */
struct order;
int upgrade_read(struct session *s, const struct arguments *a, const struct service *service,
                 struct order *ret, struct error **reterr);

/* "rsyslog" gives the main unit of the service of that name, else "rsyslog.service"; a name with a unit
 * suffix stays. The caller frees. */
int unit_for(struct session *s, const char *name, char **ret, struct error **reterr);

/* Replaces this process by the command, on this terminal, as it is (no shell): returns only on failure, with
 * an exit status. environment NULL: ours, without what could redirect the engine (security.md section 1). */
int exec_command(char *const *argv, char *const *environment);
