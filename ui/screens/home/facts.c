/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The host in one line: as many of its figures as there is room for, in the order of their use. */

#include "ui/screens/home/internal.h"

#include "base/text.h"

static void facts_memory(const struct host_figures *f, struct str *out) {
        char used[16], all[16];
        text_size(used, f->memory);
        text_size(all, f->memory_total);
        /* "1.5 of 23.5 GB": the unit once, where it is the same */
        size_t number = strcspn(used, " ");
        if (str_equal(used + number, strchr(all, ' ')))
                used[number] = '\0';
        str_addf(out, "mem %s of %s", used, all);
}

static void facts_part(unsigned part, const struct host_figures *f, const char *hostname, struct str *out) {
        char age[24];
        switch (part) {
        case 0:
                /* the first sample has no share of the processors yet: its place is kept */
                if (f->cpu >= 0)
                        str_addf(out, "cpu %2d%%", f->cpu);
                else
                        str_add(out, "cpu ...");
                break;
        case 1: str_addf(out, "load %u.%02u", f->load / 100, f->load % 100); break;
        case 2:
                if (f->memory_total)
                        facts_memory(f, out);
                break;
        case 3:
                if (f->var_used >= 0)
                        str_addf(out, "/var %d%%", f->var_used);
                break;
        case 4: str_add(out, f->address ? f->address : "no address"); break;
        case 5:
                if (f->uptime > 0)
                        str_addf(out, "up %s", text_age(age, f->uptime));
                break;
        case 6: str_add(out, f->os ? f->os : ""); break;
        default: str_add(out, hostname ? hostname : "");
        }
}

#define FACTS 8U

void home_facts_draw(const struct host_figures *figures, const char *hostname, const struct canvas *c) {
        int x = 0;
        for (unsigned part = 0; figures && part < FACTS; part++) {
                _cleanup_str_ struct str text = {};
                facts_part(part, figures, hostname, &text);
                int cells = text.length ? (int) text_width(text.text) : 0;
                if (!cells || x + cells > c->columns)
                        continue;
                canvas_text(c, 0, x, 0, STYLE_PLAIN, text.text);
                x += cells + 2;
        }
}
