/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "backend/format/emit.h"
#include "base/text.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

void lookup_print_services(const struct service_list *services) {
        if (!services->n) {
                out("No service is installed. fairlead images lists what could be.\n");
                return;
        }
        struct out_table t = { .columns = 9 };
        out_table_row(&t, "NAME", "STATE", "SINCE", "BOOT", "HEALTH", "MEMORY", "IMAGE", "VERSION", "UPDATE",
                      NULL);
        for (size_t i = 0; i < services->n; i++) {
                const struct service *service = services->items[i];
                char age[24] = "-", memory[16] = "-";
                if (service->since > 0)
                        text_age(age, time(NULL) - service->since);
                if (service->memory != UNIT_UNKNOWN)
                        text_size(memory, service->memory);
                out_table_row(&t, service->name, service_state_name(service->state), age,
                              service->at_boot ? unit_boot_name(service->at_boot) : "-",
                              service->health ? service->health : "-", memory,
                              service->pin.reference ? service->pin.reference : "-",
                              service->pin.version ? service->pin.version : "-",
                              !service->images_known ? "unknown"
                              : service->image_gone  ? "gone"
                              : service->newer       ? "newer"
                                                     : "-",
                              NULL);
        }
        out_table_print(&t);
}

static int verb_services_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(service_list_freep) struct service_list *services = NULL;
        int r = session_list_services(s, &services, &s->error);
        if (r < 0)
                return r;
        if (s->json)
                out_json(emit_services(services));
        else
                lookup_print_services(services);
        return EXIT_DONE;
}

const struct verb services_verb = {
        .name = "services",
        .group = GROUP_SERVICES,
        .help = "list the installed services and their state",
        .json = true,
        .run = verb_services_run,
};
