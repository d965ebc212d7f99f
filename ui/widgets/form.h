/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A page of questions (model/param/param.h): fields, choices, boxes. A wrong answer has its reason under
 * its field and keeps the page from being finished. Answers go into struct answers, secrets only into struct
 * secret. */

#include "base/secret.h"
#include "model/param/param.h"
#include "model/profile/profile.h"
#include "ui/widgets/canvas.h"
#include "ui/widgets/field.h"

#define FORM_UNCHANGED "as it is" /* the source of an answer that a service has already */
struct form_options {
        const struct param *params;     /* stay the caller's and must outlive the form */
        size_t n;
        const struct param *all;        /* for applies-when: parameters of all pages; NULL: params */
        size_t n_all;
        struct answers *answers;        /* filled as one types; the caller's */
        struct secret_list *secrets;    /* the caller's; NULL when no parameter is secret */
        /* Is the parameter asked on this page? NULL: all. */
        bool (*asks)(const struct param *p, const void *userdata);
        /* A proposal for param.suggest, or NULL. */
        const char *(*suggest)(const char *what, const void *userdata);
        /* A line under the parameter's field other than an error ("! …" warns; "" keeps the line free), or
         * NULL. NULL: none. */
        const char *(*note)(const struct param *p, const void *userdata);
        const void *userdata;
};

struct form;
struct form *form_new(const struct form_options *options);
struct form *form_free(struct form *form);                      /* secrets stay in their list; NULL-safe */

/* One key; true: taken. Enter on the last field, or Ctrl-D anywhere, gives *ret_next: the page may be left if
 * form_finish() agrees. */
bool form_key(struct form *form, int key, bool *ret_next);

/* The focus goes to the field of this parameter; false: it is not asked now. */
bool form_go(struct form *form, const char *name);

/* Checks every field that applies: 0, or -EINVAL with the error of the first wrong one, which gets the
 * focus. */
int form_finish(struct form *form, struct error **reterr);

/* The number of asked fields that show an error. */
size_t form_wrong(const struct form *form);
bool form_at_last(const struct form *form);                     /* on the last field, or none exists */

bool form_empty(const struct form *form);                       /* nothing is asked */
const struct param *form_focus(struct form *form);              /* NULL when empty */
void form_draw(struct form *form, const struct canvas *c);

/* The answers were changed elsewhere (another mode, another page): fields that nobody typed in follow. */
void form_refresh(struct form *form);
