/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An answer file, written: what seed_parse() reads of it is the same again. */
#include "backend/format/json.h"
#include "backend/format/seed/seed.h"

static void write_text(struct json_object *o, const char *name, const char *value) {
        if (value)
                json_object_object_add(o, name, json_new_text(value));
}

static void write_list(struct json_object *o, const char *name, char *const *list) {
        if (strv_length(list))
                json_object_object_add(o, name, json_new_texts(list));
}

static struct json_object *write_place(const struct seed_secret *secret) {
        struct json_object *o = json_object_new_object();
        write_text(o, "file", secret->file);
        write_text(o, "credential", secret->credential);
        return o;
}

static struct json_object *write_service(const struct seed_service *service) {
        struct json_object *o = json_object_new_object(), *answers = json_object_new_object(),
                           *secrets = json_object_new_object();
        write_text(o, "image", service->image);
        write_text(o, "name", service->name);
        write_text(o, "mode", service->mode);
        for (char **set = service->set; set && *set; set++) {
                _cleanup_free_ char *name = xstrndup(*set, strcspn(*set, "="));
                write_text(answers, name, strchr(*set, '=') + 1);
        }
        for (size_t i = 0; i < service->n_secrets; i++)
                json_object_object_add(secrets, service->secrets[i].name, write_place(&service->secrets[i]));
        json_object_object_add(o, "answers", answers);
        if (service->n_secrets)
                json_object_object_add(o, "secrets", secrets);
        else
                json_object_put(secrets);
        write_list(o, "allow", service->allow);
        return o;
}

char *seed_write(const struct seed *seed, const char *note) {
        struct json_object *o = json_object_new_object(), *services = json_object_new_array();
        write_text(o, "x-note", note);
        write_text(o, "locale", seed->locale);
        write_text(o, "keymap", seed->keymap);
        write_text(o, "keyboard-layout", seed->layout);
        write_text(o, "host-name", seed->host_name);
        write_text(o, "time-zone", seed->time_zone);
        if (seed->root_password)
                json_object_object_add(o, "root-password", write_place(seed->root_password));
        write_list(o, "root-keys", seed->root_keys);
        for (size_t i = 0; i < seed->n_services; i++)
                json_object_array_add(services, write_service(&seed->services[i]));
        json_object_object_add(o, "services", services);
        return json_write_take(o);
}
