/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/realm-images.h"

#include "cli/lookup.h"
#include "cli/order.h"

const struct mode *joining_mode(const struct profile *profile, enum realm_kind kind) {
        for (size_t i = 0; i < profile->n_modes; i++)
                if (profile->modes[i].joins == kind)
                        return &profile->modes[i];
        return NULL;
}

static bool realm_images_joins(const struct profile *profile) {
        return joining_mode(profile, REALM_AD) || joining_mode(profile, REALM_IPA);
}

static struct profile *profile_of(struct session *s, const struct image *image) {
        struct profile *profile = NULL;
        host_find_profile(s->host, image, &profile, NULL);
        return profile;
}

static int find_named(struct session *s, const char *reference, struct image **ret,
                      struct profile **ret_profile, struct error **reterr) {
        int r = session_find_image(s, reference, ret, reterr);
        if (r < 0)
                return r;
        *ret_profile = profile_of(s, *ret);
        if (*ret_profile && realm_images_joins(*ret_profile))
                return 0;
        *ret = image_free(*ret);
        *ret_profile = profile_free(*ret_profile);
        return error_set(reterr, -ENOENT, "The image %s has no way to join a realm", reference);
}

int joining_find_image(struct session *s, const char *reference, struct image **ret,
                       struct profile **ret_profile, struct error **reterr) {
        _cleanup_(image_list_freep) struct image_list *images = NULL;
        *ret = NULL;
        *ret_profile = NULL;
        if (reference)
                return find_named(s, reference, ret, ret_profile, reterr);
        int r = session_list_images(s, &images, reterr);
        if (r < 0)
                return r;
        for (size_t i = 0; i < images->n && !*ret; i++) {
                struct profile *profile = profile_of(s, images->items[i]);
                if (profile && realm_images_joins(profile)) {
                        *ret = images->items[i];
                        images->items[i] = images->items[--images->n];
                        *ret_profile = profile;
                } else
                        profile_free(profile);
        }
        if (*ret)
                return 0;
        error_set(reterr, -ENOENT, "No image of this host joins a realm");
        error_hint(reterr, "Pull one that packages SSSD, or name it with --image");
        return -ENOENT;
}

const struct param *joining_param(const struct profile *profile, const struct mode *mode, const char *name) {
        const struct param *found = NULL, *whole = profile_param(profile, name);
        if (whole && mode_asks(mode, whole))
                return whole;
        _cleanup_free_ char *end = str_printf("-%s", name);
        for (size_t i = 0; end && i < profile->n_parameters; i++) {
                const struct param *p = profile->parameters + i;
                if (!mode_asks(mode, p) || !str_ends(p->name, end))
                        continue;
                if (found)
                        return NULL;
                found = p;
        }
        /* profiles call the joining user a principal; "user" means it, too */
        for (size_t i = 0; !found && str_equal(name, "user") && i < profile->n_parameters; i++)
                if (mode_asks(mode, profile->parameters + i) && profile->parameters[i].type == PARAM_USER)
                        found = profile->parameters + i;
        return found;
}

char **joining_words(const struct profile *profile, const struct mode *mode, char *const *words) {
        char **ret = strv_copy(NULL);
        for (size_t i = 0; words && words[i]; i++) {
                const char *equals = strchr(words[i], '=');
                _cleanup_free_ char *name = equals ? xstrndup(words[i], (size_t) (equals - words[i])) : NULL;
                const struct param *p = name ? joining_param(profile, mode, name) : NULL;
                if (p)
                        strv_addf(&ret, "%s%s", p->name, equals);
                else
                        strv_add(&ret, words[i]);
        }
        return ret;
}

void joining_answers(const struct profile *profile, const struct mode *mode, struct answers *answers) {
        _cleanup_(answers_freep) struct answers *read = answers_copy(answers);
        for (size_t i = 0; i < read->n; i++) {
                const struct answer *a = &read->items[i];
                const struct param *p =
                        profile_param(profile, a->name) ? NULL : joining_param(profile, mode, a->name);
                if (!p || answers_get(answers, p->name))
                        continue;
                answers_set(answers, p->name, a->value, a->source);
                answers_set(answers, a->name, NULL, NULL);
        }
}

const struct mode *joining_named_mode(const struct profile *profile, const char *name) {
        if (str_equal(name, "ad"))
                return joining_mode(profile, REALM_AD);
        if (str_equal(name, "ipa"))
                return joining_mode(profile, REALM_IPA);
        const struct mode *mode = profile_mode(profile, name);
        return mode && mode->joins != REALM_NONE ? mode : NULL;
}

struct preflight_order joining_preflight(const struct profile *profile, const struct mode *mode,
                                         const struct answers *answers, const char *domain) {
        struct join join;
        profile_join(profile, mode, answers, &join);
        struct preflight_order order = preflight_of_join(&join);
        order.domain = order.domain ? order.domain : domain;
        return order;
}

void joined_done(struct joined *j) {
        service_free(j->service);
        image_free(j->image);
        profile_free(j->profile);
        *j = (struct joined) {};
}

/* By the image's profile; where the image is gone, by the names of such images' modes. */
static enum realm_kind look_at(struct session *s, struct joined *j) {
        const struct service *service = j->service;
        _cleanup_error_ struct error *e = NULL;
        const char *mode = service->given.mode ? service->given.mode : "";
        /* the host's own way to join has no image that another could replace under the same name */
        const char *image = str_starts(service->pin.reference ? service->pin.reference : "", "host/")
                                    ? service->pin.reference
                                    : service->pin.image;
        if (!image || session_find_image(s, image, &j->image, &e) < 0)
                return str_starts(mode, "ad") || str_starts(mode, "active") ? REALM_AD
                       : strstr(mode, "ipa")                                ? REALM_IPA
                                                                            : REALM_NONE;
        j->profile = profile_of(s, j->image);
        j->mode = j->profile && service->given.mode ? profile_mode(j->profile, service->given.mode) : NULL;
        return j->mode ? j->mode->joins : REALM_NONE;
}

int joining_find_service(struct session *s, const char *name, struct joined *ret, struct error **reterr) {
        _cleanup_(service_list_freep) struct service_list *services = NULL;
        *ret = (struct joined) {};
        int r = session_list_services(s, &services, reterr);
        if (r < 0)
                return r;
        for (size_t i = 0; i < services->n; i++) {
                if (name && !str_equal(services->items[i]->name, name))
                        continue;
                ret->service = services->items[i];
                ret->kind = look_at(s, ret);
                if (ret->kind != REALM_NONE) {
                        services->items[i] = services->items[--services->n];
                        return 0;
                }
                ret->service = NULL; /* owned by the list */
                joined_done(ret);
        }
        return 0;
}
