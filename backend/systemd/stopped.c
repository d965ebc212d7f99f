/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the failed services were stopped (unit_was_stopped()): systemd's list does not say, so each is
 * asked about once, and the answer is kept until the unit changes. Without a listener no change is seen, and
 * nothing is kept. */

#include "backend/systemd/internal.h"

#include "backend/io/turn.h"

struct judging {
        struct op op;
        struct units *units;
        struct judged *services;
        size_t n, waiting; /* services asked about; those without an answer */
        bool news;
        void (*done)(bool news, void *userdata);
        void *userdata;
};

struct judged {
        struct judging *judging;
        char *name;
        sd_bus_slot *slot;
};

static void judging_drop(struct op *op) {
        struct judging *j = container_of(op, struct judging, op);
        for (size_t i = 0; i < j->n; i++) {
                sd_bus_slot_unref(j->services[i].slot);
                free(j->services[i].name);
        }
        free(j->services);
}

/* ---- what is known ---- */

static struct stop_verdict *stopped_find(struct units *units, const char *name) {
        for (size_t i = 0; i < units->n_verdicts; i++)
                if (str_equal(units->verdicts[i].name, name))
                        return &units->verdicts[i];
        return NULL;
}

static void stopped_keep(struct units *units, const char *name, bool stopped) {
        units_forget_verdict(units, name);
        if (units->n_verdicts == VERDICTS_MAX)
                return;
        units->verdicts[units->n_verdicts++] =
                (struct stop_verdict){ .name = xstrdup(name), .stopped = stopped };
}

static bool stopped_asks(const struct unit *u) {
        return str_equal(u->active, "failed") && str_ends(u->name, ".service");
}

void units_mark_stopped(struct units *units, struct unit_list *list) {
        for (size_t i = 0; units->n_verdicts && i < list->n; i++) {
                struct unit *u = &list->items[i];
                const struct stop_verdict *v = stopped_asks(u) ? stopped_find(units, u->name) : NULL;
                u->stopped = v && v->stopped;
        }
}

/* ---- asking ---- */

static int stopped_on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct judged *s = userdata;
        struct judging *j = s->judging;
        _cleanup_(unit_detail_freep) struct unit_detail *d = NULL;
        s->slot = sd_bus_slot_unref(s->slot);
        if (!sd_bus_message_is_method_error(m, NULL))
                unit_detail_read(m, &d, NULL);
        bool stopped = d && d->unit.stopped;
        stopped_keep(j->units, s->name, stopped);
        j->news |= stopped;
        if (--j->waiting)
                return 0;
        bool news = j->news;
        op_end(&j->op);
        j->done(news, j->userdata);
        return 0;
}

struct op *units_judge(struct units *units, const struct unit_list *list,
                       void (*done)(bool news, void *userdata), void *userdata) {
        if (!units->changed)
                units_forget_verdict(units, NULL);
        struct judging *j = new0(struct judging);
        *j = (struct judging){ .op.drop = judging_drop,
                               .units = units,
                               .services = xcalloc(VERDICTS_MAX, sizeof *j->services),
                               .done = done,
                               .userdata = userdata };
        for (size_t i = 0; i < list->n && units->n_verdicts + j->n < VERDICTS_MAX; i++) {
                const struct unit *u = &list->items[i];
                struct judged *s = &j->services[j->n];
                if (!stopped_asks(u) || stopped_find(units, u->name) ||
                    units_get_all(units, u->name, &s->slot, stopped_on_answer, s, NULL) < 0)
                        continue;
                s->judging = j;
                s->name = xstrdup(u->name);
                j->n++;
                j->waiting++;
        }
        return j->n ? &j->op : op_cancel(&j->op);
}
