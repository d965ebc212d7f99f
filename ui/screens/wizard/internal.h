/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From an image to a job, page by page. Each page is one const row; the wizard goes from row to row, and the
 * rows have their content and actions. */

#include "ui/screens/parts/check-page.h"
#include "ui/screens/parts/questions.h"
#include "ui/screens/screens.h"

struct page;

struct wizard {
        enum plan_verb verb;
        const struct page *page;
        char *reference;                /* of the image; NULL: an installed service */
        char *name;                     /* of the service, as given */
        struct op *finding, *planning, *starting;
        struct image *image;
        struct error *error;            /* the image was not found */
        struct questions ask;
        char **allowed;                 /* ids of findings */
        struct plan *plan;              /* NULL: none yet, or see no_plan */
        struct error *no_plan;
        struct pager pager;
        struct finder finder;
        struct check_page checks;
        char *allowing;                 /* the finding that is being asked about */
        enum fix fix;                   /* of an install that is tried again; else FIX_NONE */
        struct access_change access;    /* VERB_ACCESS */
        char **names;                   /* of access */
        bool looked;                    /* an uninstall: the image was asked about leaving its realm */
};

struct page {
        const char *title;
        bool (*has)(const struct wizard *w);                    /* NULL: every verb has it */
        struct form *(*form)(const struct wizard *w);           /* NULL: no fields */
        /* Called when it opens; onward: from an earlier page. NULL: nothing. */
        void (*open)(struct screen *s, bool onward);
        void (*write)(struct screen *s); /* the text of a page to read; NULL: not one */
        void (*draw)(struct screen *s, const struct canvas *c);
        void (*status)(const struct screen *s, struct str *out);
        bool (*can)(const struct wizard *w, enum action action);        /* of the actions of pages */
        bool (*act)(struct screen *s, enum action action);              /* NULL: only going on */
        void (*next)(struct screen *s); /* Enter: the next page, where it may be */
};

extern const struct page what_page, form_page, preflight_page, secrets_page, review_page;

/* Whether the questions of the image are asked: for an install and for its rehearsal. */
bool wizard_asks(const struct wizard *w);
bool wizard_has(const struct wizard *w, const struct page *page);
struct form *wizard_form(const struct wizard *w);               /* of the page that is shown; NULL */

/* "Install rsyslog" */
void wizard_title_of(const struct wizard *w, const char *name, struct str *out);
bool wizard_type(struct screen *s, int key);    /* into the fields of the page */

void wizard_go(struct screen *s, const struct page *page);
void wizard_forth(struct screen *s);
void wizard_turn(struct screen *s, enum plan_verb verb);        /* between an install and its rehearsal */

/* Plans anew with the present answers, then writes the page. */
void wizard_plan(struct screen *s);
void wizard_write(struct screen *s);

/* pages that read a plan */
void wizard_draw_text(struct screen *s, const struct canvas *c);
/* Writes the reason that refuses the plan; false: none. */
bool wizard_status_refused(const struct wizard *w, struct str *out);
bool wizard_refused(const struct wizard *w);
/* The next finding that refuses the plan and can be allowed; NULL. */
const struct finding *wizard_allowable(const struct wizard *w);
void wizard_allow(struct screen *s);

void wizard_check(struct screen *s);            /* checks the needs of a join (again) */
/* An uninstall whose service joined a realm: finds the needs of leaving it. */
void leave_look(struct screen *s);
