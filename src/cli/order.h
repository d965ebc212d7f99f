/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The order to plan, from the command line: image, profile, answers, secrets. */

#include "cli/session.h"
#include "cli/verb.h"
#include "model/host.h"

/* Options of every verb that plans. */
#define ORDER_OPTIONS                                                                          \
        (TAKES(OPTION_NAME) | TAKES(OPTION_MODE) | TAKES(OPTION_SET) | TAKES(OPTION_ANSWERS) | \
         TAKES(OPTION_OPT1) | TAKES(OPTION_OPT2) | TAKES(OPTION_OPT3) | TAKES(OPTION_ALLOW))

struct order {
        struct plan_order port;         /* points into the members below and into the arguments */
        struct image *image;            /* NULL: none was asked for */
        struct profile *profile;
        struct answers *answers;
        char *mode;
        char **set;
        char **secret_names;
        struct secret_list *secrets;
};
void order_done(struct order *o);

/* Fills *ret; takes image (NULL: an installed service by its name). Names in --set and --answers that are
 * parameters of the profile become answers, all others variables of the label; --secret P=@FILE or P=- is
 * read into locked memory. A bad profile is refused: the error names file, line and reason. */
int order_read(struct session *s, const struct arguments *a, enum plan_verb verb, struct image *image,
               struct order *ret, struct error **reterr);

/* Reads a file of answers into answers, and its mode into *mode (unchanged where the file has none). */
int order_read_file(const char *path, struct answers *answers, char **mode, struct error **reterr);

/* "P=@FILE" or "P=-" of --secret: the name goes to *names, the secret to the list. */
int order_read_secret(const char *text, char ***names, struct secret_list *secrets, struct error **reterr);

/* For verbs whose first word is an image: finds it, then reads the order. */
int order_read_image(struct session *s, const struct arguments *a, enum plan_verb verb, struct order *ret,
                     struct error **reterr);

