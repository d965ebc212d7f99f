/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sockets and timers with what they start, what they listen on, and when: a list by their pattern, then one
 * look at each. */

#include "backend/systemd/internal.h"

#include "backend/io/turn.h"
#include "base/clock.h"

#define TRIGGERS_MAX 1000U
#define TRIGGERS_LISTENS_MAX 8U

struct listing_triggers {
        struct op op; /* inner: the list of units */
        struct units *units;
        sd_bus_slot *slot;
        struct trigger_list *list;
        size_t next;
        struct error *error;
        triggers_done_t done;
        void *userdata;
};

static void listing_triggers_drop(struct op *op) {
        struct listing_triggers *l = container_of(op, struct listing_triggers, op);
        sd_bus_slot_unref(l->slot);
        trigger_list_free(l->list);
        error_free(l->error);
}

static void listing_triggers_end(void *state) {
        struct listing_triggers *l = state;
        struct error *e = TAKE(l->error);
        struct trigger_list *list = e ? NULL : TAKE(l->list);
        op_end(&l->op);
        l->done(list, e, l->userdata);
}

/* [("Stream", "/run/x.sock"), …] */
static int triggers_read_listens(sd_bus_message *m, struct trigger *t) {
        _cleanup_str_ struct str all = {};
        const char *address;
        int r = sd_bus_message_enter_container(m, 'a', "(ss)");
        for (size_t n = 0; r >= 0 && (r = sd_bus_message_read(m, "(ss)", NULL, &address)) > 0; n++)
                if (n < TRIGGERS_LISTENS_MAX)
                        str_addf(&all, "%s%s", n ? ", " : "", address);
        if (all.length)
                str_replace(&t->listens, all.text);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int triggers_read_starts(sd_bus_message *m, struct trigger *t) {
        const char *unit;
        int r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &unit)) > 0)
                if (!t->starts)
                        t->starts = xstrdup(unit);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int triggers_read_property(sd_bus_message *m, struct trigger *t, uint64_t *real, uint64_t *monotonic,
                                  uint64_t *last) {
        const char *name, *type;
        int r = sd_bus_message_read(m, "s", &name);
        if (r < 0 || (r = sd_bus_message_peek_type(m, NULL, &type)) < 0)
                return r;
        uint64_t *time = strcmp(type, "t") != 0                       ? NULL
                         : str_equal(name, "NextElapseUSecRealtime")  ? real
                         : str_equal(name, "NextElapseUSecMonotonic") ? monotonic
                         : str_equal(name, "LastTriggerUSec")         ? last
                                                                      : NULL;
        bool listens = str_equal(name, "Listen") && strcmp(type, "a(ss)") == 0;
        bool starts = str_equal(name, "Triggers") && strcmp(type, "as") == 0;
        if (!time && !listens && !starts)
                return sd_bus_message_skip(m, "v");
        if ((r = sd_bus_message_enter_container(m, 'v', time ? "t" : listens ? "a(ss)" : "as")) < 0)
                return r;
        r = time      ? sd_bus_message_read_basic(m, 't', time)
            : listens ? triggers_read_listens(m, t)
                      : triggers_read_starts(m, t);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static void triggers_read(sd_bus_message *m, struct trigger *t) {
        uint64_t real = 0, monotonic = 0, last = 0;
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = triggers_read_property(m, t, &real, &monotonic, &last);
                r = r < 0 ? r : sd_bus_message_exit_container(m);
        }
        t->next = trigger_next(real, monotonic, (uint64_t) usec_now(CLOCK_REALTIME),
                               (uint64_t) usec_now(CLOCK_MONOTONIC));
        t->last = last == UINT64_MAX ? 0 : (int64_t) (last / 1000000);
}

static void triggers_go_on(struct listing_triggers *l);

/* One that is gone meanwhile stays without its facts. */
static int triggers_on_shown(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct listing_triggers *l = userdata;
        l->slot = sd_bus_slot_unref(l->slot);
        if (!sd_bus_message_is_method_error(m, NULL))
                triggers_read(m, &l->list->items[l->next]);
        l->next++;
        triggers_go_on(l);
        return 0;
}

static void triggers_go_on(struct listing_triggers *l) {
        if (l->next >= l->list->n || units_get_all(l->units, l->list->items[l->next].name, &l->slot,
                                                   triggers_on_shown, l, &l->error) < 0)
                listing_triggers_end(l);
}

static void triggers_on_list(struct unit_list *units, struct error *e, void *userdata) {
        struct listing_triggers *l = userdata;
        op_wait(&l->op, NULL);
        l->error = e;
        for (size_t i = 0; units && i < units->n && l->list->n < TRIGGERS_MAX; i++) {
                /* no object of a file that was never loaded: it waits for nothing */
                if (STR_IN_SET(units->items[i].load, "not-loaded", "not-found", "masked"))
                        continue;
                room_for_one((void **) &l->list->items, l->list->n, sizeof *l->list->items);
                l->list->items[l->list->n++] = (struct trigger){ .name = xstrdup(units->items[i].name) };
        }
        unit_list_free(units);
        if (e)
                listing_triggers_end(l);
        else
                triggers_go_on(l);
}

struct op *units_triggers(struct units *units, const char *pattern, triggers_done_t done, void *userdata) {
        struct listing_triggers *l = new0(struct listing_triggers);
        *l = (struct listing_triggers){ .op.drop = listing_triggers_drop,
                                        .units = units,
                                        .list = new0(struct trigger_list),
                                        .done = done,
                                        .userdata = userdata };
        return op_wait(&l->op, units_list(units, pattern, triggers_on_list, l));
}
