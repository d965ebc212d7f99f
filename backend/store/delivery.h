/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Delivers answers and secrets that are not in a command's words: by standard input, files, prompts, last
 * words. The contract is struct secret_use in model/plan/plan.h. */

#include "backend/io/paths.h"
#include "base/secret.h"
#include "model/plan/plan.h"

struct delivery_prompts;

/* The words of the command, with secrets of the kind "last words" at their end; the caller wipes and frees
 * them with delivery_free_argv(). -ENOKEY: a secret of the plan was not handed over. */
int delivery_argv(const struct plan *plan, const struct secret_list *secrets, char ***ret,
                  struct error **reterr);
char **delivery_free_argv(char **argv);

/* A pipe with the lines for standard input and its end, or -1: none, the terminal is the input. The caller
 * closes. */
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
