/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/appliance/page.h"

#include "base/text.h"

/* Rows of each part: the page of a host with trouble of all kinds still fits a screen. */
#define PAGE_ADDRESSES 4U
#define PAGE_TROUBLE 8U
#define PAGE_NAMES 6U
#define PAGE_MARGIN 10U

/* A line of a part: its name before the first. Cut to the width; bytes from outside are cleaned here. */
static void page_line(struct str *out, const char *name, const char *text) {
        str_addf(out, " %-*s", (int) PAGE_MARGIN, name);
        text_clean(out, text, strlen(text), PAGE_COLUMNS - PAGE_MARGIN - 1, TEXT_ASCII, false);
        str_add_char(out, '\n');
}

static void page_lines(struct str *out, const char *name, char *const *lines, size_t most, const char *none) {
        size_t n = strv_length(lines);
        if (!n)
                page_line(out, name, none);
        for (size_t i = 0; i < n && i < most; i++)
                page_line(out, i ? "" : name, lines[i]);
        _cleanup_free_ char *more = n > most ? str_printf("and %zu more", n - most) : NULL;
        if (more)
                page_line(out, "", more);
}

/* "3 of 4 run; not: rsyslog" */
static void page_services(struct str *out, const struct service_list *services) {
        _cleanup_str_ struct str text = {};
        size_t runs = 0, named = 0, units = 0;
        if (!services) {
                page_line(out, "services", "unknown");
                return;
        }
        for (size_t i = 0; i < services->n; i++) {
                runs += services->items[i]->state == SERVICE_RUNNING;
                units += services->items[i]->state != SERVICE_NO_UNIT;
        }
        str_addf(&text, services->n ? "%zu of %zu run" : "none installed", runs, units);
        for (size_t i = 0; i < services->n && named < PAGE_NAMES; i++) {
                const struct service *s = services->items[i];
                if (s->state != SERVICE_RUNNING && s->state != SERVICE_NO_UNIT)
                        str_addf(&text, "%s%s %s", named++ ? ", " : "; ", s->name,
                                 service_state_name(s->state));
        }
        page_line(out, "services", text.text);
}

static void page_units(struct str *out, const struct trouble_list *trouble) {
        _cleanup_str_ struct str text = {};
        size_t n = 0;
        const char *silent = trouble_why_silent(trouble, TROUBLE_UNIT_FAILED);
        for (size_t i = 0; i < trouble->n; i++)
                n += trouble->items[i].kind == TROUBLE_UNIT_FAILED;
        if (silent)
                str_add(&text, "unknown");
        else
                str_addf(&text, n ? "%zu failed: " : "none failed", n);
        for (size_t i = 0, named = 0; i < trouble->n && named < PAGE_NAMES; i++)
                if (trouble->items[i].kind == TROUBLE_UNIT_FAILED)
                        str_addf(&text, "%s%s", named++ ? ", " : "", trouble->items[i].subject);
        page_line(out, "units", text.text);
}

static void page_trouble(struct str *out, const struct trouble_list *trouble) {
        _cleanup_strv_ char **lines = NULL;
        bool more;
        _cleanup_free_ char *nothing = trouble->awake ? NULL : trouble_list_nothing(trouble, &more);
        for (size_t i = 0; i < trouble->awake; i++)
                strv_add(&lines, trouble->items[i].sentence);
        page_lines(out, "needs you", lines, PAGE_TROUBLE, nothing);
}

char *page_text(const struct page *page) {
        struct str out = {};
        _cleanup_free_ char *title = str_printf("%s%s%s", page->hostname ? page->hostname : "this host",
                                                page->os ? ", " : "", page->os ? page->os : "");
        text_clean(&out, title, strlen(title), PAGE_COLUMNS, TEXT_ASCII, false);
        str_add_char(&out, '\n');
        page_lines(&out, "address", page->addresses, PAGE_ADDRESSES, "none: the network gives none");
        page_lines(&out, "SSH key", page->host_keys, PAGE_ADDRESSES, "none");
        page_line(&out, "realm", page->realm);
        page_services(&out, page->trouble->services);
        page_units(&out, page->trouble);
        page_trouble(&out, page->trouble);
        return str_take(&out);
}

char *page_for_agetty(const char *text) {
        struct str out = {};
        for (; *text; text++) {
                if (*text == '\\')
                        str_add_char(&out, '\\');
                str_add_char(&out, *text);
        }
        return str_take(&out);
}
