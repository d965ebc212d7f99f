/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The status page of the host: what stands on a console before anybody logs in. */

#include "model/trouble/trouble.h"

struct page {
        const char *hostname, *os;      /* NULL: unknown */
        char *const *addresses;         /* as of appliance_addresses() */
        char *const *host_keys;
        const char *realm;              /* "EXAMPLE.TEST, online" */
        const struct trouble_list *trouble;
};

/* Plain ASCII lines of 79 columns at most, each with its end, 23 of them at most. The caller frees. */
#define PAGE_COLUMNS 79U
#define PAGE_LINES 23U
char *page_text(const struct page *page);

/* The same for agetty(8), which reads a backslash as the beginning of a command. The caller frees. */
char *page_for_agetty(const char *text);
