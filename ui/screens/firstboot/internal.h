/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The first boot, page by page. Each page is one const row; firstboot.c has the table of them and goes from
 * row to row, as the host has them (model/setup/pages.h). A page asks (params), or it shows a text (write).
 * What is asked becomes one job or several, each of which can be rolled back; only when they are done the
 * next page opens. */

#include "model/setup/setup.h"
#include "ui/screens/parts/join-opener.h"
#include "ui/screens/screens.h"

#define FIRSTBOOT_CHANGES_MAX 2U

struct firstboot {
        struct page_list pages;         /* as this host has them */
        enum setup_page order[_SETUP_PAGE_MAX];
        size_t n, page;                 /* in that order */
        bool asks_locale, asks_keyboard; /* they were not set when it began */
        struct setup setup;             /* as read last */
        struct answers *answers;
        struct secret_list *secrets;
        struct form *form;              /* of a page that asks; NULL: a text */
        char *note;                     /* of the field that was drawn last */

        struct setup_change changes[FIRSTBOOT_CHANGES_MAX];
        size_t n_changes, at;           /* those of the page, and the one that is saved now */
        struct op *planning, *starting, *watching;
        char **saved;                   /* what was set in this run: "This host is called db1" */

        struct service_list *services;  /* NULL: no answer yet */
        struct join_opener opener;
        struct op *testing;             /* the network */
        struct reach *network;        /* NULL: not tested yet */
};

struct firstboot_page {
        const struct param *params;
        size_t n_params;
        bool (*asks)(const struct firstboot *f, const struct param *p); /* NULL: all of them */
        /* The host's present values become answers that nobody typed. */
        void (*fill)(struct firstboot *f);
        /* A line under a field, the caller frees; NULL: none. */
        char *(*note)(const struct firstboot *f, const struct param *p);
        /* What the answers change, FIRSTBOOT_CHANGES_MAX at most; negative: they are wrong together. */
        int (*read)(const struct firstboot *f, struct setup_change *ret, size_t *ret_n,
                    struct error **reterr);
        void (*write)(struct screen *s);                                /* the text of a page to read */
        void (*begin)(struct screen *s);                                /* it is opened; NULL: nothing */
        bool (*can)(const struct screen *s, enum action action);        /* its own actions; NULL: none */
        void (*status)(const struct screen *s, struct str *out);        /* NULL: of the focused field */
};

extern const struct firstboot_page language_page, host_name_page, network_page, time_page, login_page,
        services_page, realm_page, summary_page;

#define FIRSTBOOT_AS_IS "as it is" /* the source of an answer that is the host's present value */

/* Writes the page that is shown anew. */
void firstboot_rewrite(struct screen *s);

/* Its title, and what stands above its fields, are in struct page_list. */
const struct page_text *firstboot_text(const struct firstboot *f);

/* The host's present value becomes an answer that nobody typed. */
void firstboot_keep(struct firstboot *f, const char *name, const char *value);
/* What was typed is completed where it can mean one of the list only; "berlin" is Europe/Berlin. */
void firstboot_complete(const struct firstboot *f, const char *name, char *const *list);

/* An answer that somebody typed and that is not the present value; NULL: none. */
const char *firstboot_new_answer(const struct firstboot *f, const char *name, const char *present);
