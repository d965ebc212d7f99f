/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A plan in words: the command, the meaning of each option, mount and privilege, the files written and those
 * kept safe, the findings. Lines for a pager in PAGER_WORDS. */

#include "model/plan/plan.h"
#include "ui/widgets/pager.h"

/* The whole plan. brief: digests are shortened, for reading; never where one consents. */
void plan_text_plan(struct pager *pager, const struct plan *plan, bool brief);

/* The findings alone, with their hints; nothing without findings. */
void plan_text_findings(struct pager *pager, const struct finding_list *findings);

/* The answers and their sources; secrets by name only. profile: for their titles, or NULL. leave: only what a
 * leave asks for itself, not the answers of its join; or NULL. */
void plan_text_answers(struct pager *pager, const struct plan *plan, const struct profile *profile,
                       const struct mode *leave);
/* Of a plan that joins: values from the network and this host in place of answers. */
void plan_text_realm(struct pager *pager, const struct realm *realm, const struct join *join,
                    const char *hostname);

/* The subject of the consent, in a few sentences: the plan itself was read before. */
void plan_text_consent(const struct plan *plan, struct str *out);

/* The reason why no plan, or no profile, exists: sentence, hint, causes. */
void plan_text_error(struct pager *pager, uint8_t mark, const struct error *e);

/* One command: its words, then risks, mounts and options in words. */
void plan_text_command(struct pager *pager, const struct command *command, bool brief);
