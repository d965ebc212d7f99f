/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `fairlead status --json`: the host, its trouble, its services. data/json.md documents the shape. */

#include "backend/format/internal.h"

static struct json_object *trouble_make_load(const void *member) {
        return json_object_new_double((double) *(const unsigned *) member / 100);
}

/* null below zero: unknown */
static struct json_object *trouble_make_percent(const void *member) {
        int value = *(const int *) member;
        return value < 0 ? NULL : json_object_new_int(value);
}

#define T struct host_figures
static const struct json_field figures_fields[] = {
        TEXT(os),
        TEXT(address),
        ROW("cpu", JSON_CALL, cpu, .make = trouble_make_percent),
        ROW("cpus", JSON_UINT32, cpus),
        ROW("load", JSON_CALL, load, .make = trouble_make_load),
        COUNT(memory),
        COUNT(memory_total),
        ROW("var_used", JSON_CALL, var_used, .make = trouble_make_percent),
        ROW("uptime", JSON_INT64, uptime),
        TIME(booted),
};
#undef T

#define T struct trouble
static const struct json_field trouble_fields[] = {
        TEXT(id),
        WORD(kind, trouble_kind),
        WORD(severity, severity),
        TEXT(subject),
        TEXT(sentence),
        TEXT(service),
        WORD(place, trouble_place),
        TEXT(target),
        TIME(since),
        TIME(until),
};
#undef T

#define T struct trouble_silence
static const struct json_field silence_fields[] = { WORD(kind, trouble_kind), TEXT(reason) };
#undef T

#define T struct host_realm
static const struct json_field host_realm_fields[] = {
        TEXT(name), WORD(kind, realm_kind), FLAG(asked), FLAG(online), TEXT(server), TIME(seen),
};
#undef T

char *emit_status(const struct host_status *status, const struct host_figures *figures,
                  const struct trouble_list *list) {
        struct json_object *all = json_object_new_object(),
                           *host = json_new_struct(JSON_TABLE(figures_fields, struct host_figures), figures),
                           *realm = status->realm.name
                                            ? json_new_struct(
                                                      JSON_TABLE(host_realm_fields, struct host_realm),
                                                      &status->realm)
                                            : NULL;
        json_object_object_add(host, "name", json_new_text(status->hostname));
        json_object_object_add(host, "engine", json_new_text(engine_kind_name(status->engine)));
        json_object_object_add(host, "engine_version", json_new_text(status->engine_version));
        json_object_object_add(all, "host", host);
        json_object_object_add(all, "well", json_object_new_boolean(trouble_list_well(list)));
        json_object_object_add(
                all, "trouble",
                json_new_structs(JSON_TABLE(trouble_fields, struct trouble), list->items, list->n));
        json_object_object_add(all, "silent",
                               json_new_structs(JSON_TABLE(silence_fields, struct trouble_silence),
                                                list->silent, list->n_silent));
        json_object_object_add(all, "services", list->services ? services_array(list->services) : NULL);
        json_object_object_add(all, "realm", realm);
        json_object_object_add(all, "job",
                               list->jobs && list->jobs->n ? job_object(list->jobs->items[0]) : NULL);
        return json_write_take(all);
}
