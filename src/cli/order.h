/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From the words of the command line to what shall be planned: image, profile, answers, secrets. */

#include "cli/session.h"
#include "cli/verb.h"
#include "model/host.h"

/* Options every verb that plans takes. */
#define ORDER_OPTIONS                                                                          \
        (TAKES(OPTION_NAME) | TAKES(OPTION_MODE) | TAKES(OPTION_SET) | TAKES(OPTION_ANSWERS) | \
         TAKES(OPTION_OPT1) | TAKES(OPTION_OPT2) | TAKES(OPTION_OPT3) | TAKES(OPTION_ALLOW))

struct order {
        struct plan_order port;         /* points into what follows and into the arguments */
        struct image *image;            /* NULL: none was asked for */
        struct profile *profile;
        struct answers *answers;
        char *mode;
        char **set;
        char **secret_names;
        struct secret_list *secrets;
};
void order_done(struct order *o);

/* Fills *ret. image is taken over (may be NULL: an installed service by its name). What --set and --answers
 * name among the profile's parameters become answers, the rest variables of the label; --secret P=@FILE or
 * P=- are read into locked memory. A profile that is bad is refused: its error says file, line and reason. */
int order_read(struct session *s, const struct arguments *a, enum plan_verb verb, struct image *image,
               struct order *ret, struct error **reterr);

/* A file of answers: into answers, and the mode it names to *mode (left alone where it names none). */
int order_read_file(const char *path, struct answers *answers, char **mode, struct error **reterr);

/* "P=@FILE" or "P=-" of --secret: its name to *names, the secret itself to the list. */
int order_read_secret(const char *text, char ***names, struct secret_list *secrets, struct error **reterr);

/* Both for verbs whose first word is an image: finds it, then reads the order. */
int order_read_image(struct session *s, const struct arguments *a, enum plan_verb verb, struct order *ret,
                     struct error **reterr);

/* session_fail(), or session_usage() where a name or a value of the order was wrong (EINVAL). Takes e. */
int order_fail(const struct session *s, struct error *e);

/* Asks the engine for the image that a reference means. */
int order_find_image(struct session *s, const char *reference, struct image **ret, struct error **reterr);
