/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/systemd/internal.h"

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
        FREE_ALL(units->root, units);
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
