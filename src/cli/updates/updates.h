/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verb updates does besides its list: people approve updates, approved ones are applied, in the
 * window of fairlead-apply.timer. Exit statuses, or a negative errno and session->error. */

#include "cli/session.h"
#include "model/service/update.h"

#define APPLY_TIMER "fairlead-apply.timer"

/* What a newer image changes, in rows below the name of its service. */
void detail_print(const struct update_detail *detail);

/* Shows what the newest image of each named service, or (--all) of each that waits for that, changes, and its
 * plan, and asks for the consent to it (--yes, --consent); what was consented
 * to is kept, and nothing is done yet. */
int approve_updates(struct session *s, const struct arguments *a);
/* The named ones are not approved any more. */
int approve_withdraw(struct session *s, const struct arguments *a);

/* Applies approved updates, the named ones or (--all) each that is ready, a job each; one that fails keeps no
 * other from its turn. --yes: those that are not approved, too. */
int apply_updates(struct session *s, const struct arguments *a);

/* --window, --no-window: a job that writes the timer's drop-in, or takes it away. */
int window_change(struct session *s, const struct arguments *a);
/* When the timer applies approved updates next, or why it does not; prints nothing where none is approved. */
void window_print(struct session *s, const struct update_list *list);
