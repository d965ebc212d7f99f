/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer file that would make another host as this one is. Of secrets it names only the places. */
#include "backend/format/seed/seed.h"
#include "base/array.h"
#include "cli/out.h"
#include "cli/appliance/export-answers.h"

/* Names of credentials: "fairlead.sssd.password". */
static void export_secret(struct seed_service *to, const char *service, const char *name) {
        room_for_one((void **) &to->secrets, to->n_secrets, sizeof *to->secrets);
        to->secrets[to->n_secrets++] = (struct seed_secret) {
                .name = xstrdup(name), .credential = str_printf("fairlead.%s.%s", service, name)
        };
}

/* Only while its image is there it is known which secrets it was given. */
static void export_secrets(struct session *s, const struct service *service, struct seed_service *to) {
        _cleanup_image_ struct image *image = NULL;
        _cleanup_(profile_freep) struct profile *profile = NULL;
        _cleanup_error_ struct error *e = NULL;
        if (session_find_image(s, service->pin.image, &image, &e) < 0 ||
            host_find_profile(s->host, image, &profile, &e) < 0 || !profile)
                return;
        const struct mode *mode = service->given.mode ? profile_mode(profile, service->given.mode) : NULL;
        for (size_t i = 0; i < profile->n_parameters && to->n_secrets < SEED_SECRETS_MAX; i++) {
                const struct param *p = &profile->parameters[i];
                if (p->type == PARAM_SECRET && (!mode || mode_asks(mode, p)) &&
                    param_applies(p, profile->parameters, profile->n_parameters, service->given.answers))
                        export_secret(to, service->name, p->name);
        }
}

static void export_service(struct session *s, const struct service *service, struct seed *seed) {
        const struct image_pin *pin = &service->pin;
        struct seed_service to = { .image = xstrdup(pin->source ? pin->source : pin->reference),
                                   .name = xstrdup(service->name),
                                   .mode = xstrdup(service->given.mode) };
        const struct answers *answers = service->given.answers;
        for (size_t i = 0; answers && i < answers->n; i++)
                if (!str_empty(answers->items[i].value))
                        strv_addf(&to.set, "%s=%s", answers->items[i].name, answers->items[i].value);
        strv_extend(&to.set, service->given.set);
        export_secrets(s, service, &to);
        room_for_one((void **) &seed->services, seed->n_services, sizeof to);
        seed->services[seed->n_services++] = to;
}

static void export_keys(const struct setup *now, struct seed *seed) {
        for (char **key = now->root_key_lines; key && *key; key++)
                if (setup_check_key(*key, NULL) < 0 || strv_length(seed->root_keys) == SEED_KEYS_MAX)
                        out_note("fairlead: A key of root is left out: it has options, or is none\n");
                else
                        strv_add(&seed->root_keys, *key);
}

int export_answers(struct session *s) {
        _cleanup_(setup_done) struct setup now = {};
        _cleanup_(seed_done) struct seed seed = {};
        struct service_list *services = NULL;
        int r = session_list_services(s, &services, &s->error);
        if (r < 0)
                return r;
        host_read_setup(s->host, &now);
        if (now.host_name && !setup_host_name_fault(now.host_name))
                seed.host_name = xstrdup(now.host_name);
        if (now.locale && strv_contains(now.locales, now.locale))
                seed.locale = xstrdup(now.locale);
        if (now.keyboard && strv_contains(now.keyboards, now.keyboard))
                *(now.keyboard_kind == SETUP_KEYMAP ? &seed.keymap : &seed.layout) = xstrdup(now.keyboard);
        seed.time_zone = xstrdup(now.zone ? now.zone : "UTC");
        export_keys(&now, &seed);
        for (size_t i = 0; i < services->n; i++)
                if (services->items[i]->adopted || seed.n_services == SEED_SERVICES_MAX)
                        out_note("fairlead: The service %s is left out: fairlead did not install it\n",
                                 services->items[i]->name);
                else
                        export_service(s, services->items[i], &seed);
        service_list_free(services);
        _cleanup_free_ char *note = now.realm ? str_printf("The host is a member of the realm %s", now.realm)
                                              : NULL,
                            *text = seed_write(&seed, note);
        out_text(text);
        out_note("fairlead: No secret is in it. Passwords of services are named as credentials, and one "
                 "of root is root-password, where there is to be one\n");
        return EXIT_DONE;
}
