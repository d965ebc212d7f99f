/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From an image to a job, page by page. Each page is one const row; the wizard goes from row to row, and the
 * rows have their content and actions. Of the files here pages.c knows no page, the pages know each other by
 * number only, and wizard.c has the table of them. */

#include "ui/screens/parts/check-page.h"
#include "ui/screens/parts/questions.h"
#include "ui/screens/screens.h"

enum page_number { PAGE_WHAT, PAGE_FORM, PAGE_PREFLIGHT, PAGE_SECRETS, PAGE_REVIEW, _PAGE_MAX };

struct wizard {
        enum plan_verb verb;
        const struct page *const *pages;        /* _PAGE_MAX of them */
        enum page_number page;
        char *reference;                /* of the image; NULL: an installed service */
        char *name;                     /* of the service, as given */
        bool anew;                      /* VERB_RECONFIGURE, or its rehearsal */
        struct op *finding, *planning, *starting;
        struct questions ask;
        char **allowed;                 /* ids of findings */
        struct plan *plan;              /* NULL: none yet, or see no_plan */
        struct error *no_plan;
        struct check_page checks;
        enum fix fix;                   /* of an install that is tried again; else FIX_NONE */
        struct access_change access;    /* VERB_ACCESS */
        char **names;                   /* of access */
        char **set;                     /* VERB_EDIT */
        bool removes_volumes;           /* an uninstall: of those that hold the service's state */
        bool removes_unit;              /* an uninstall: of its unit file, if it was edited */
        bool looked;                    /* an uninstall: the image was asked about leaving its realm */
};

struct page {
        const char *title;
        bool (*has)(const struct wizard *w);                    /* NULL: every verb has it */
        /* Called when it opens; onward: from an earlier page. NULL: nothing. */
        void (*open)(struct screen *s, bool onward);
        void (*write)(struct screen *s); /* the text of a page to read; NULL: not one */
        void (*draw)(struct screen *s, const struct canvas *c);
        void (*status)(const struct screen *s, struct str *out);
        bool (*can)(const struct screen *s, enum action action);        /* of the actions of pages */
        bool (*act)(struct screen *s, enum action action);              /* NULL: only going on */
        void (*next)(struct screen *s); /* Enter: the next page, where it may be */
};

extern const struct page what_page, form_page, preflight_page, secrets_page, review_page;

/* Whether the questions of the image are asked: for an install, a reconfiguration, and their rehearsals. */
bool wizard_asks(const struct wizard *w);
bool wizard_has(const struct wizard *w, enum page_number page);
const struct page *wizard_page(const struct wizard *w);         /* the one that is shown */
struct form *wizard_form(const struct wizard *w);               /* of that page; NULL: no fields */

void wizard_go(struct screen *s, enum page_number page);
void wizard_forth(struct screen *s);
void wizard_turn(struct screen *s, bool rehearsal);     /* between an install and its rehearsal */

bool wizard_type(struct screen *s, int key);    /* into the fields of the page */
void wizard_check(struct screen *s);            /* checks the needs of a join (again) */

/* Plans anew with the present answers, then writes the page. */
void wizard_plan(struct screen *s);

/* Whether it asks for the join of a realm. */
bool wizard_joins(const struct wizard *w);
/* "Install rsyslog" */
void wizard_title_of(const struct screen *s, const char *name, struct str *out);
