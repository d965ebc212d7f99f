/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The questions of an image: the service's name, the mode where it has several, the parameters of its
 * profile, on one page; the secrets on another. Answers and secrets are kept whichever page is shown.
 *
 * The realm of a domain is looked for while it is typed: after a pause in the keys the host is asked, and the
 * result is a line under the field. An answer about an earlier text never shows. */

#include "base/secret.h"
#include "model/realm/check.h"
#include "ui/screen.h"
#include "ui/widgets/form.h"

struct questions {
        struct screen *screen;
        bool named;                     /* the service has its name already: it is not asked */
        struct profile *profile;        /* owned; NULL until questions_ask() or questions_leave() */
        const struct mode *leave;       /* of questions_leave(), in the profile */
        struct param *params;           /* name, mode, then shallow copies of the profile's */
        size_t n_params;
        struct param_choice *modes;
        struct answers *answers;        /* of all of them */
        struct secret_list *secrets;
        struct form *form, *secret_form;
        char *account; /* whom the secrets were typed for; NULL: nobody yet */
        struct {
                char *domain;           /* as typed now; NULL: none */
                int64_t since;          /* when it was typed: ui_boottime() */
                bool asked;             /* the host was asked about it */
                struct op *looking;
                struct realm *realm;    /* the answer; NULL: none yet, or it cannot be a domain */
                char *line;             /* under the field */
        } typed;
};

void questions_init(struct questions *q, struct screen *screen);
void questions_done(struct questions *q);

/* Creates the two forms. Takes the profile. name: the service's, NULL for the default of the reference. */
void questions_ask(struct questions *q, struct profile *profile, const char *reference, const char *name);

/* The same for an uninstall that leaves a realm: whether this host's account there stays (the default) or is
 * deleted, and by whom. leave is a mode of the profile. */
void questions_leave(struct questions *q, struct profile *profile, const struct mode *leave);
bool questions_deletes(const struct questions *q);
void questions_delete(struct questions *q);      /* before questions_leave(): makes deletion its default */

/* Before the forms are created: answers of an earlier try, its mode (may be NULL), and their source (NULL:
 * each has its own). */
void questions_keep(struct questions *q, const struct answers *answers, const char *mode, const char *source);

/* Answers yes to the question whose name ends so ("force"), where the chosen mode has one. */
void questions_say_yes(struct questions *q, const char *end);

/* The focus goes to the answer that this fix means. */
void questions_repair(struct questions *q, enum fix fix);
/* Before the secrets are shown: those of another account are forgotten. */
void questions_guard_secrets(struct questions *q);

const char *questions_name(const struct questions *q);          /* of the service; NULL */
const char *questions_mode(const struct questions *q);          /* NULL: the only one */
const char *questions_mode_help(const struct questions *q);     /* NULL */
/* The join described by the answers so far; false where the chosen mode joins nothing, or an uninstall
 * asks. */
bool questions_join(const struct questions *q, struct join *ret);

bool questions_typed(const struct questions *q);                /* whether the person answered any */

/* The answers to the profile's own parameters, a copy. proposed: with the host's suggestions for open
 * questions, as the fields will show them; afterwards an empty field is an answer. */
struct answers *questions_answers(const struct questions *q, bool proposed);
/* The names of the given secrets; NULL-terminated, never NULL. */
char **questions_secrets(const struct questions *q);

/* Gives the secrets away; the page asks for them again. The caller frees the list. */
struct secret_list *questions_hand_over(struct questions *q);

/* The page is shown (or another one), or a key was pressed: follows the typed domain. */
void questions_follow(struct questions *q, bool shown);
/* For the screen's tick_ms() and tick(). */
unsigned questions_tick_ms(const struct questions *q);
void questions_tick(struct questions *q);
