/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/internal.h"

#include "backend/io/turn.h"

/* The state may be stale: systemd has reloaded, or the connection is lost. */
static void units_resync(struct units *units) {
        if (!units->bus || sd_bus_is_open(units->bus) <= 0)
                units_forget_files(units);
        acts_ask_soon(units);
}

sd_bus *units_bus(struct units *units, struct error **reterr) {
        return units_connect(units, reterr) < 0 ? NULL : units->bus;
}

struct units *units_new(sd_event *event, const char *root, sd_bus *bus) {
        struct units *units = new0(struct units);
        units->root = xstrdup(root);
        units->resync = units_resync;
        units->event = sd_event_ref(event);
        units->bus = sd_bus_ref(bus);
        units->given = bus;
        return units;
}

struct units *units_new_at(sd_event *event, const char *root, const char *socket) {
        struct units *units = units_new(event, root, NULL);
        units->socket = xstrdup(socket);
        return units;
}

struct units *units_free(struct units *units) {
        if (!units)
                return NULL;
        units_listen(units, NULL, NULL);
        units_disconnect(units);
        if (units->given)
                sd_bus_unref(units->bus);
        units_forget_files(units);
        for (size_t i = 0; i < ELEMENTS(units->echoes); i++)
                free(units->echoes[i].name);
        sd_event_unref(units->event);
        strv_free(units->folders);
        FREE_ALL(units->root, units->socket, units);
        return NULL;
}

void units_listen(struct units *units, void (*changed)(char *const *names, void *userdata), void *userdata) {
        bool was = units->changed;
        units->changed = changed;
        units->userdata = userdata;
        if (changed) {
                if (was)
                        return;
                /* a new connection follows by itself */
                if (units->bus && (units->given || sd_bus_is_open(units->bus) > 0))
                        units_follow(units);
                else if (units_connect(units, NULL) < 0)
                        units_reconnect(units);
                return;
        }
        units_unfollow(units);
        units->report = sd_event_source_disable_unref(units->report);
        units->reconnect = sd_event_source_disable_unref(units->reconnect);
        units->names = strv_free(units->names);
        units->many = false;
        units_forget_files(units);
        if (was && !units->acts && units->bus)
                sd_bus_call_method_async(units->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                         "Unsubscribe", units_ignore, NULL, "");
}

/* ---- how many have failed ---- */

struct counting {
        struct op op; /* inner: asks which were stopped */
        struct units *units;
        sd_bus_slot *slot;
        int64_t n;
        struct unit_list *list; /* of those that systemd counts */
        counted_done_t done;
        void *userdata;
};

static void counting_drop(struct op *op) {
        struct counting *c = container_of(op, struct counting, op);
        sd_bus_slot_unref(c->slot);
        unit_list_free(c->list);
}

static void counting_end(void *state) {
        struct counting *c = state;
        op_end(&c->op);
        c->done(c->n, c->userdata);
}

static void units_on_judged(bool news, void *userdata) {
        struct counting *c = userdata;
        units_mark_stopped(c->units, c->list);
        for (size_t i = 0; i < c->list->n; i++)
                c->n -= c->list->items[i].stopped && c->n > 0;
        counting_end(c);
}

static int units_on_failed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct counting *c = userdata;
        c->list = new0(struct unit_list);
        if (!sd_bus_message_is_method_error(m, NULL))
                units_read_list(m, c->list);
        struct op *judging = units_judge(c->units, c->list, units_on_judged, c);
        if (judging)
                op_wait(&c->op, judging);
        else
                units_on_judged(false, c);
        return 0;
}

static int units_on_count(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct counting *c = userdata;
        uint32_t n;
        if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_has_signature(m, "v") &&
            sd_bus_message_read(m, "v", "u", &n) >= 0)
                c->n = n;
        c->slot = sd_bus_slot_unref(c->slot);
        if (c->n <= 0 || sd_bus_call_method_async(c->units->bus, &c->slot, SYSTEMD_NAME, SYSTEMD_PATH,
                                                  SYSTEMD_MANAGER, "ListUnitsByPatterns", units_on_failed, c,
                                                  "asas", 1, "failed", 0) < 0)
                counting_end(c);
        return 0;
}

struct op *units_count_failed(struct units *units, counted_done_t done, void *userdata) {
        struct counting *c = new0(struct counting);
        *c = (struct counting){
                .op.drop = counting_drop, .units = units, .n = -1, .done = done, .userdata = userdata
        };
        if (units_connect(units, NULL) < 0 ||
            sd_bus_call_method_async(units->bus, &c->slot, SYSTEMD_NAME, SYSTEMD_PATH, BUS_PROPERTIES, "Get",
                                     units_on_count, c, "ss", SYSTEMD_MANAGER, "NFailedUnits") < 0)
                return op_answer(&c->op, units->event, counting_end);
        return &c->op;
}
