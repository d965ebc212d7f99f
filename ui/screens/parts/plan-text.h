/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A plan in words: what will run, what each option, mount and privilege means, what is written, what is kept
 * safe, what is wrong. Lines for a pager in PAGER_WORDS. */

#include "base/str.h"
#include "model/plan/plan.h"
#include "ui/widgets/pager.h"

/* The whole plan. brief: digests are shortened, for who wants to know what it does; never where one consents.
 */
void plantext_plan(struct pager *pager, const struct plan *plan, bool brief);

/* The findings alone, with their hints; nothing when there are none. */
void plantext_findings(struct pager *pager, const struct finding_list *findings);

/* The answers and where each came from; secrets by name only. profile: for their titles, or NULL. */
void plantext_answers(struct pager *pager, const struct plan *plan, const struct profile *profile);
/* Of a plan that joins: what the network and this host said in place of an answer. */
void plantext_realm(struct pager *pager, const struct realm *realm, const struct join *join,
                    const char *hostname);
/* What the image is for, in its own words. */
void plantext_profile(struct pager *pager, const struct profile *profile);

/* What one consents to, in a few sentences: the plan itself was read before. */
void plantext_consent(const struct plan *plan, struct str *out);

/* Why there is no plan, or no profile: sentence, hint, causes. */
void plantext_error(struct pager *pager, uint8_t mark, const struct error *e);

/* One command: its words, then risks, mounts and options in words. */
void plantext_command(struct pager *pager, const struct command *command, bool brief);
