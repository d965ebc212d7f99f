/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The pages of a first boot: which there are, in which order they come, and what they say. A file of the host
 * replaces one's words and place, or masks it (data/doc/firstboot.md; backend/format/seed/pages.h reads
 * them). */

#include "base/error.h"
#include "base/names.h"

/* In the order in which they come. */
enum setup_page {
        PAGE_LANGUAGE,
        PAGE_HOST_NAME,
        PAGE_NETWORK,
        PAGE_TIME,
        PAGE_LOGIN,
        PAGE_SERVICES,
        PAGE_REALM,
        PAGE_SUMMARY, /* always the last one: setup ends on it */
        _SETUP_PAGE_MAX,
};
DECLARE_NAMES(setup_page, enum setup_page); /* "language", "host-name", … */

#define PAGE_TITLE_MAX 40U
#define PAGE_HELP_MAX 400U
#define PAGE_PRIORITY_MAX 99U

struct page_text {
        char *title;
        char *help;        /* a few lines above what it asks; NULL: none */
        unsigned priority; /* lower ones come first; of equals, in the order above */
        bool masked;
        char *file;        /* whose words these are; NULL: Fairlead's own */
};
void page_text_done(struct page_text *text);

struct page_list {
        struct page_text items[_SETUP_PAGE_MAX]; /* by enum setup_page */
        struct error **errors; /* files that are refused: file, line and reason */
        size_t n_errors;
};

/* Fairlead's own: 10, 20, … */
void page_list_begin(struct page_list *ret);
void page_list_done(struct page_list *list);
void page_list_keep_error(struct page_list *list, struct error *e); /* takes e */

/* Those that are not masked, in their order; how many. */
size_t page_list_order(const struct page_list *list, enum setup_page ret[static _SETUP_PAGE_MAX]);

/* "language, host-name, …"; the caller frees. */
char *setup_page_names_list(void);
