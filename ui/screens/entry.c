/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* One entry of the journal with all its fields. */

#include <time.h>

#include "base/text.h"

#define ENTRY_NAME_MAX 24       /* cells of the column of names, of longer ones the row is their own */

struct entry_state {
        char title[32];
};

static const char *entry_priority(const struct log_field *field) {
        bool known = field->bytes == 1 && *field->value >= '0' && *field->value < '0' + (char) PRIORITIES;
        return known ? priority_names[*field->value - '0'] : NULL;
}

static void entry_put(struct pager *p, const struct log_field *field) {
        char size[16];
        const char *name = field->name;
        text_size(size, field->bytes);
        if ((int) strlen(name) > ENTRY_NAME_MAX) {      /* a row of its own */
                pager_addf(p, DOC_DIM, "  %s", name);
                name = "";
        }
        const char *word = str_equal(field->name, "PRIORITY") ? entry_priority(field) : NULL;
        if (word)
                pager_row(p, name, DOC_PLAIN, "%s (%s)", field->value, word);
        else if (field->binary)
                pager_row(p, name, DOC_WARN, field->cut ? "%s, not text: %s ..." : "%s, not text: %s",
                          size, field->value);
        else {
                _cleanup_strv_ char **lines = strv_split(field->value, "\n");
                pager_row(p, name, DOC_PLAIN, "%s", lines[0] ? lines[0] : "");
                for (size_t i = 1; lines[0] && lines[i]; i++)
                        pager_row(p, "", DOC_PLAIN, "%s", lines[i]);
                if (field->cut)
                        pager_row(p, "", DOC_WARN, "... cut here; the whole field has %s", size);
        }
}

/* Those of the message first, then what programs wrote, then what journald knows of them. */
static int entry_class(const struct log_field *field) {
        return str_equal(field->name, "MESSAGE") ? 0 : field->name[0] != '_' ? 1 : 2;
}

static int entry_compare(const void *a, const void *b) {
        int x = entry_class(a), y = entry_class(b);
        const struct log_field *f = a, *g = b;
        return x != y ? x - y : strcmp(f->name, g->name);
}

static int entry_name_width(const struct log_entry *entry) {
        size_t width = 8;
        for (size_t i = 0; i < entry->n; i++) {
                size_t length = strlen(entry->fields[i].name);
                if (length > width && length <= ENTRY_NAME_MAX)
                        width = length;
        }
        return (int) width;
}

static void entry_loaded(struct log_entry *entry, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct entry_state *st = s->state;
        struct pager *p = s->pager;
        if (entry) {
                time_t seconds = (time_t) (entry->real / 1000000);
                struct tm tm;
                if (localtime_r(&seconds, &tm))
                        strftime(st->title, sizeof st->title, "%Y-%m-%d %H:%M:%S", &tm);
                pager_clear(p);
                if (entry->n)
                        qsort(entry->fields, entry->n, sizeof *entry->fields, entry_compare);
                p->name_width = entry_name_width(entry) + 1;
                for (size_t i = 0; i < entry->n; i++)
                        entry_put(p, &entry->fields[i]);
                if (entry->cut)
                        pager_addf(p, DOC_WARN, "  The entry has more fields; these are the first %zu.",
                                   entry->n);
        }
        screen_loaded(s, 0, e, 0);
}

static void entry_load(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_show_entry(ui_host(s->ui), s->about, entry_loaded, s);
}

static void entry_open(struct screen *s, const void *arg) {
        s->pager->name_mark = DOC_DIM;
}

static void entry_title(const struct screen *s, struct str *left, struct str *right) {
        const struct entry_state *st = s->state;
        str_add(left, st->title);
        pager_place(s->pager, right);
}

const struct screen_class entry_screen = {
        .name = "entry",
        .title = "Entry",
        .way = "J Enter ",
        .help = "One entry of the journal with all its fields: what its program wrote, then, in names with "
                "an underscore, what the journal itself knows about the process. Bytes that are no text are "
                "counted, and the first of them shown in hex.",
        .about = true,
        .size = sizeof(struct entry_state),
        .text = PAGER_WORDS,
        .looking = "Reading the entry ...",
        .open = entry_open,
        .title_text = entry_title,
        .changed = entry_load,
};
