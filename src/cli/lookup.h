/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Look-ups on the host before a verb acts: services, their units, images to offer. */

#include <sys/types.h>

#include "cli/session.h"
#include "model/image/image.h"
#include "model/plan/plan.h"
#include "model/service/service.h"

/* Removes images that have no command label and fit no profile but the generic one, and images named only by
 * an installed service. */
void keep_offering(struct session *s, struct image_list *images);

/* To standard error: the first profile in the profile folders that is not used, and why. A verb that reads
 * profiles says it, since another one, or none, takes its place. */
void lookup_note_profiles(const struct session *s);

/* The installed service of this name (or of this image); *ret NULL and 0: none. A negative errno with a
 * sentence when the list failed. */
int find_service(struct session *s, const char *name, struct service **ret, struct error **reterr);

/* The table of services, for people. */
void lookup_print_services(const struct service_list *services);

/* The order to upgrade this service, from the command line (--image, --set, …); the service must outlive the
 * order. */
struct order;
int upgrade_read(struct session *s, const struct arguments *a, const struct service *service,
                 struct order *ret, struct error **reterr);

/* The order to set the installed service of this name up again (VERB_RECONFIGURE, or VERB_REHEARSE of it),
 * from the command line; -ENOENT: none is installed. *ret, the caller's, must outlive the order. */
int reconfigure_read(struct session *s, const struct arguments *a, const char *name, enum plan_verb verb,
                     struct service **ret, struct order *order, struct error **reterr);

/* "rsyslog" gives the main unit of that service, else "rsyslog.service"; a name with a unit suffix is kept.
 * The caller frees. */
int unit_for(struct session *s, const char *name, char **ret, struct error **reterr);
/* The same where --user may name another manager than the system's: the unit's address. */
int unit_of(struct session *s, const struct arguments *a, const char *name, char **ret,
            struct error **reterr);
/* The user's manager, by name or UID; -ENOENT with those that run. */
int user_manager_for(struct session *s, const char *user, uint32_t *ret, struct error **reterr);
/* Replaces this process by the command, on this terminal, without a shell; returns only on failure, with an
 * exit status. environment NULL: ours, without variables that could redirect the engine. */
int exec_command(char *const *argv, char *const *environment);

/* A program that the person has chosen (PAGER, EDITOR), without a shell. */
/* The words of the first of these variables that has some, else fallback's. The caller frees. */
char **spawn_words(const char *const *variables, const char *fallback);

/* what: "pager", for the sentences. A name without a folder is looked for in PATH_OF_ROOT. input: becomes its
 * standard input; negative: ours. */
int spawn_program(pid_t *ret, char *const *words, const char *what, int input, struct error **reterr);

/* Standard output becomes the input of the person's pager (PAGER, less); *ret is its process. */
int spawn_pager(pid_t *ret, struct error **reterr);
/* Ends its input and waits until the person leaves it: nothing can be printed from then on. */
void spawn_pager_wait(pid_t pager);
