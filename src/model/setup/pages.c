/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/setup/pages.h"

#include "base/array.h"
#include "base/str.h"

static const struct {
        const char *name, *title, *help;
} page_rows[_SETUP_PAGE_MAX] = {
        [PAGE_LANGUAGE] = { "language", "Language and keyboard",
                            "The language of messages, and what the keys of this host's own keyboard mean. "
                            "What is installed can be chosen." },
        [PAGE_HOST_NAME] = { "host-name", "Host name",
                             "The name of this host, in its log, at its prompt and in a realm. A join makes "
                             "the computer account from it." },
        [PAGE_NETWORK] = { "network", "Network", "What images, the time and a realm need of the network." },
        [PAGE_TIME] = { "time", "Time",
                        "The zone in which times are shown, and whether a service keeps the clock right." },
        [PAGE_LOGIN] = { "login", "Login of root",
                         "A host that nobody can log in to is never left behind: a password, a key, another "
                         "user who has one, or a realm." },
        [PAGE_SERVICES] = { "services", "Services",
                            "Services from container images. Each is shown word for word before it is run." },
        [PAGE_REALM] = { "realm", "Realm",
                         "In a realm (Active Directory, FreeIPA) its users can log in to this host. Name, "
                         "DNS and clock are checked first, passwords come last." },
        [PAGE_SUMMARY] = { "summary", "Summary", NULL },
};

const char *setup_page_name(enum setup_page page) {
        return page_rows[page].name;
}

int setup_page_from_name(const char *name) {
        for (int i = 0; i < _SETUP_PAGE_MAX; i++)
                if (str_equal(page_rows[i].name, name))
                        return i;
        return -EINVAL;
}

char *setup_page_names_list(void) {
        _cleanup_strv_ char **names = NULL;
        for (size_t i = 0; i < _SETUP_PAGE_MAX; i++)
                strv_add(&names, page_rows[i].name);
        return strv_join(names, ", ");
}

void page_text_done(struct page_text *text) {
        FREE_ALL(text->title, text->help, text->file);
        *text = (struct page_text) {};
}

void page_list_begin(struct page_list *ret) {
        *ret = (struct page_list) {};
        for (unsigned i = 0; i < _SETUP_PAGE_MAX; i++)
                ret->items[i] = (struct page_text) { .title = xstrdup(page_rows[i].title),
                                                     .help = xstrdup(page_rows[i].help),
                                                     .priority = (i + 1) * 10 };
}

void page_list_done(struct page_list *list) {
        for (size_t i = 0; i < _SETUP_PAGE_MAX; i++)
                page_text_done(&list->items[i]);
        for (size_t i = 0; i < list->n_errors; i++)
                error_free(list->errors[i]);
        free(list->errors);
        *list = (struct page_list) {};
}

void page_list_keep_error(struct page_list *list, struct error *e) {
        room_for_one((void **) &list->errors, list->n_errors, sizeof(struct error *));
        list->errors[list->n_errors++] = e;
}

size_t page_list_order(const struct page_list *list, enum setup_page ret[static _SETUP_PAGE_MAX]) {
        size_t n = 0;
        for (enum setup_page page = 0; page < PAGE_SUMMARY; page++) {
                size_t at = n;
                if (list->items[page].masked)
                        continue;
                for (; at && list->items[ret[at - 1]].priority > list->items[page].priority; at--)
                        ret[at] = ret[at - 1];
                ret[at] = page;
                n++;
        }
        ret[n++] = PAGE_SUMMARY;
        return n;
}
