/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The few loaded units that a look at the whole host needs, and the time when systemd last read all files.
 * systemd picks them: to list thousands takes it, and whoever reads the list, longer than all else here. */

#include "backend/systemd/internal.h"

#include "backend/io/turn.h"

struct loaded {
        struct op op;
        struct units *units;
        sd_bus_slot *failed_slot, *active_slot, *time_slot;
        struct unit_list *list;
        uint64_t read;
        struct error *error;
        loaded_done_t done;
        void *userdata;
};

static void loaded_drop(struct op *op) {
        struct loaded *l = container_of(op, struct loaded, op);
        sd_bus_slot_unref(l->failed_slot);
        sd_bus_slot_unref(l->active_slot);
        sd_bus_slot_unref(l->time_slot);
        unit_list_free(l->list);
        error_free(l->error);
}

static void loaded_check(void *state) {
        struct loaded *l = state;
        if (l->failed_slot || l->active_slot || l->time_slot)
                return;
        struct error *e = TAKE(l->error);
        struct unit_list *list = e ? NULL : TAKE(l->list);
        op_end(&l->op);
        l->done(list, (int64_t) l->read, e, l->userdata);
}

static int loaded_take(struct loaded *l, sd_bus_message *m) {
        int r;
        if (!l->list)
                l->list = new0(struct unit_list);
        if (sd_bus_message_is_method_error(m, NULL))
                bus_fail(&l->error, m, 0, "The units could not be listed");
        else if ((r = units_read_list(m, l->list)) < 0)
                error_errno(&l->error, r, "systemd's list of units cannot be read");
        loaded_check(l);
        return 0;
}

static int loaded_on_failed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct loaded *l = userdata;
        l->failed_slot = sd_bus_slot_unref(l->failed_slot);
        return loaded_take(l, m);
}

static int loaded_on_active(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct loaded *l = userdata;
        l->active_slot = sd_bus_slot_unref(l->active_slot);
        return loaded_take(l, m);
}

static int loaded_on_time(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct loaded *l = userdata;
        l->time_slot = sd_bus_slot_unref(l->time_slot);
        if (sd_bus_message_is_method_error(m, NULL) || sd_bus_message_read(m, "v", "t", &l->read) < 0)
                l->read = 0;
        loaded_check(l);
        return 0;
}

static int loaded_ask(struct loaded *l, sd_bus_slot **slot, const char *state, char *const *patterns,
                      sd_bus_message_handler_t on_list) {
        _cleanup_message_ sd_bus_message *m = NULL;
        char *states[] = { (char *) state, NULL };
        int r = sd_bus_message_new_method_call(l->units->bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                               "ListUnitsByPatterns");
        if (r >= 0)
                r = sd_bus_message_append_strv(m, states);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, (char **) patterns);
        if (r >= 0)
                r = sd_bus_call_async(l->units->bus, slot, m, on_list, l, 0);
        return r < 0 ? bus_fail(&l->error, NULL, r, "The units could not be listed") : 0;
}

struct op *units_loaded(struct units *units, char *const *active, loaded_done_t done, void *userdata) {
        struct loaded *l = new0(struct loaded);
        *l = (struct loaded){ .op.drop = loaded_drop, .units = units, .done = done, .userdata = userdata };
        if (units_connect(units, &l->error) < 0 ||
            loaded_ask(l, &l->failed_slot, "failed", NULL, loaded_on_failed) < 0)
                return op_answer(&l->op, units->event, loaded_check);
        (void) loaded_ask(l, &l->active_slot, "active", active, loaded_on_active);
        (void) sd_bus_call_method_async(units->bus, &l->time_slot, SYSTEMD_NAME, SYSTEMD_PATH, BUS_PROPERTIES,
                                        "Get", loaded_on_time, l, "ss", SYSTEMD_MANAGER,
                                        "UnitsLoadTimestamp");
        return &l->op;
}
