/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "completion.h"

#include <signal.h>
#include <unistd.h>

#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/session.h"
#include "model/image/image.h"

#define COMPLETION_SECONDS_MAX 2

/* Short names where the word may be one ("rsyslog" finds "localhost/rsyslog:latest"). */
static void source_images(struct session *s, const struct completing *c, char ***list) {
        _cleanup_(image_list_freep) struct image_list *images = NULL;
        if (session_list_images(s, &images, NULL) < 0)
                return;
        keep_offering(s, images);
        for (size_t i = 0; i < images->n; i++) {
                const char *reference = image_reference(images->items[i]);
                _cleanup_free_ char *name = strchr(c->word, '/') ? NULL : reference_default_name(reference);
                if (name)
                        strv_add(list, name);
                if (!name || *c->word)
                        strv_add(list, reference);
        }
}

static void source_services(struct session *s, char ***list) {
        _cleanup_(service_list_freep) struct service_list *services = NULL;
        if (session_list_services(s, &services, NULL) < 0)
                return;
        for (size_t i = 0; i < services->n; i++)
                strv_add(list, services->items[i]->name);
}

static void source_units(struct session *s, const struct completing *c, char ***list) {
        _cleanup_(unit_list_freep) struct unit_list *units = NULL;
        _cleanup_free_ char *pattern = str_printf("%s*", c->word);
        if (session_list_units(s, pattern, &units, NULL) < 0)
                return;
        for (size_t i = 0; i < units->n; i++)
                strv_add(list, units->items[i].name);
}

static void source_jobs(struct session *s, char ***list) {
        _cleanup_(job_list_freep) struct job_list *jobs = NULL;
        if (session_list_jobs(s, &jobs, NULL) < 0)
                return;
        for (size_t i = 0; i < jobs->n; i++)
                strv_add(list, jobs->items[i]->id);
}

/* The profile of the image that the command line names, by --image, as operand, or by a service of that
 * name. */
static struct profile *source_profile(struct session *s, const struct completing *c) {
        struct profile *profile = NULL;
        struct image *found = NULL;
        struct service *service = NULL;
        const char *named = argument_value(&c->given, OPTION_IMAGE);
        size_t n = strv_length(c->given.words);
        if (!named && n)
                named = c->given.words[n - 1];
        if (!named)
                return NULL;
        find_service(s, named, &service, NULL);
        session_find_image(s, service && service->pin.reference ? service->pin.reference : named, &found,
                           NULL);
        service_free(service);
        _cleanup_image_ struct image *image = found;
        if (image)
                host_find_profile(s->host, image, &profile, NULL);
        return profile;
}

static void source_modes(struct session *s, const struct completing *c, char ***list) {
        _cleanup_(profile_freep) struct profile *profile = source_profile(s, c);
        for (size_t i = 0; profile && i < profile->n_modes; i++)
                strv_add(list, profile->modes[i].name);
        if (!profile && str_equal(c->verb->name, "join")) {
                strv_add(list, "ad");
                strv_add(list, "ipa");
        }
}

static void source_values(const struct param *p, char ***list) {
        for (size_t i = 0; i < p->n_choices; i++)
                strv_addf(list, "%s=%s", p->name, p->choices[i].value);
        if (p->type == PARAM_BOOLEAN) {
                strv_addf(list, "%s=yes", p->name);
                strv_addf(list, "%s=no", p->name);
        }
}

static void source_parameters(struct session *s, const struct completing *c, bool secret, const char *end,
                              char ***list) {
        _cleanup_(profile_freep) struct profile *profile = source_profile(s, c);
        for (size_t i = 0; profile && i < profile->n_parameters; i++) {
                const struct param *p = &profile->parameters[i];
                if ((p->type == PARAM_SECRET) != secret)
                        continue;
                _cleanup_free_ char *begin = str_printf("%s=", p->name);
                if (!secret && str_starts(c->word, begin))
                        source_values(p, list);
                else
                        strv_addf(list, "%s%s", begin, end);
        }
}

static void completion_from_host(const struct completing *c, const char *kind, char ***list, void *userdata) {
        struct session *s = userdata;
        if (argument_value(&c->global, OPTION_ENGINE_SOCKET)) {
                s->engine_socket[0] = argument_value(&c->global, OPTION_ENGINE_SOCKET);
                s->sockets = s->engine_socket;
        }
        if (session_open(s, NULL) < 0)
                return;
        if (str_equal(kind, "IMAGE"))
                source_images(s, c, list);
        else if (str_equal(kind, "SERVICE"))
                source_services(s, list);
        else if (str_equal(kind, "UNIT")) {
                source_services(s, list);
                source_units(s, c, list);
        } else if (str_equal(kind, "JOB"))
                source_jobs(s, list);
        else if (str_equal(kind, "MODE"))
                source_modes(s, c, list);
        else if (str_equal(kind, "NAME=VALUE"))
                source_parameters(s, c, false, "", list);
        else if (str_starts(kind, "NAME="))
                source_parameters(s, c, true, str_equal(kind, "NAME=-") ? "-" : "@", list);
}

static void completion_late(int signal) {
        _exit(EXIT_FAILED);
}

int completion_main(char *const *words) {
        _cleanup_(session_done) struct session s = {};
        signal(SIGALRM, completion_late);
        alarm(COMPLETION_SECONDS_MAX);
        _cleanup_strv_ char **candidates = completion_candidates(words, completion_from_host, &s);
        for (size_t i = 0; candidates && candidates[i]; i++)
                out("%s\n", candidates[i]);
        return EXIT_DONE;
}
