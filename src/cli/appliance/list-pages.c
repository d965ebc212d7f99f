/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/appliance/list-pages.h"

#include "backend/format/seed/pages.h"
#include "cli/out.h"

static void list_pages_row(struct out_table *t, enum setup_page page, const struct page_text *text) {
        char priority[16];
        bool place = !text->masked && page != PAGE_SUMMARY;
        snprintf(priority, sizeof priority, "%u", text->priority);
        out_table_row(t, place ? priority : "-", setup_page_name(page), text->masked ? "masked" : text->title,
                      text->file ? text->file : "Fairlead's own", NULL);
}

static int list_pages_check(char *const *files) {
        bool wrong = false;
        for (; *files; files++) {
                _cleanup_error_ struct error *e = NULL;
                if (pages_check(*files, &e) >= 0)
                        out("%s: nothing is wrong.\n", *files);
                else
                        out_error(e);
                wrong |= e != NULL;
        }
        return wrong ? EXIT_FAILED : EXIT_DONE;
}

int list_pages(struct session *s, char *const *files) {
        struct page_list list;
        struct out_table t = { .columns = 4 };
        enum setup_page order[_SETUP_PAGE_MAX];
        if (files && *files)
                return list_pages_check(files);
        host_read_pages(s->host, &list);
        size_t n = page_list_order(&list, order);
        out_table_row(&t, "PRIORITY", "PAGE", "TITLE", "FILE", NULL);
        for (size_t i = 0; i < n; i++)
                list_pages_row(&t, order[i], &list.items[order[i]]);
        for (enum setup_page page = 0; page < _SETUP_PAGE_MAX; page++)
                if (list.items[page].masked)
                        list_pages_row(&t, page, &list.items[page]);
        out_table_print(&t);
        for (size_t i = 0; i < list.n_errors; i++)
                out_error(list.errors[i]);
        int status = list.n_errors ? EXIT_FAILED : EXIT_DONE;
        page_list_done(&list);
        return status;
}
