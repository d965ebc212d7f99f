/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folders of unit files, by precedence: systemd says which. */

#include "backend/systemd/internal.h"

#include <unistd.h>

#include "backend/io/paths.h"

/* systemd.unit(5), for a systemd that does not report its folders. */
static const char *const usual_folders[] = { "/etc/systemd/system.control", "/run/systemd/system.control",
                                             "/run/systemd/transient",      "/run/systemd/generator.early",
                                             "/etc/systemd/system",         "/etc/systemd/system.attached",
                                             "/run/systemd/system",         "/run/systemd/system.attached",
                                             "/run/systemd/generator",      "/usr/local/lib/systemd/system",
                                             "/lib/systemd/system",         "/usr/lib/systemd/system",
                                             "/run/systemd/generator.late", NULL };

int units_ask_folders(struct units *units, sd_bus_slot **slot, sd_bus_message_handler_t callback,
                      void *userdata) {
        return sd_bus_call_method_async(units->bus, slot, SYSTEMD_NAME, SYSTEMD_PATH, BUS_PROPERTIES, "Get",
                                        callback, userdata, "ss", SYSTEMD_MANAGER, "UnitPath");
}

void units_read_folders(struct units *units, sd_bus_message *m) {
        if (!units->folders && !sd_bus_message_is_method_error(m, NULL) &&
            sd_bus_message_enter_container(m, 'v', "as") >= 0)
                sd_bus_message_read_strv(m, &units->folders);
}

char *const *units_folders(const struct units *units) {
        return units->folders ? units->folders : (char *const *) usual_folders;
}

char *units_find_file(const struct units *units, const char *name) {
        for (char *const *folder = units_folders(units); *folder; folder++) {
                char *path = str_printf("%s/%s", *folder, name);
                if (paths_access(units->root, path, F_OK))
                        return path;
                free(path);
        }
        return NULL;
}
