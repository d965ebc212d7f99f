/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Delivers answers and secrets, which are not in a command's words: by standard input, files, prompts. The
 * contract is struct secret_use in model/plan/plan.h. */

#include "backend/io/paths.h"
#include "base/secret.h"
#include "model/plan/plan.h"

struct delivery_prompts;

/* -EPERM with a sentence: a plan of an earlier version that puts a secret into the command's words, which the
 * host's journal keeps. */
int delivery_permitted(const struct plan *plan, struct error **reterr);

/* A pipe with the lines for standard input and its end, or -1: none, the terminal is the input. The caller
 * closes. -ENOKEY: a secret of the plan was not handed over. */
int delivery_stdin(const struct plan *plan, const struct secret_list *secrets, int *ret_fd,
                   struct error **reterr);

/* The files for bind mounts, `run`/files/NAME/PARAMETER, 0600 in folders 0700; and their removal. */
int delivery_write_files(const struct paths *paths, const struct plan *plan,
                         const struct secret_list *secrets, struct error **reterr);
void delivery_remove_files(const struct paths *paths, const char *name);
/* name NULL: all of them. The caller knows that no worker lives, and those of a dead one may be secrets. */

int delivery_prompts_new(const struct plan *plan, const struct secret_list *secrets,
                         struct delivery_prompts **ret, struct error **reterr);
struct delivery_prompts *delivery_prompts_free(struct delivery_prompts *prompts);
DEFINE_CLEANUP(struct delivery_prompts, delivery_prompts_free)

/* Takes output; type() is called once for each prompt that has an answer. */
void delivery_prompts_output(struct delivery_prompts *prompts, const void *bytes, size_t n,
                             void (*type)(const void *bytes, size_t n, void *userdata), void *userdata);
