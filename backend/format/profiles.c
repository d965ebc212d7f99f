/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/profiles.h"

#include "backend/format/json-files.h"
#include "model/plan/offers.h"

/* The text is kept and parsed again for each caller that wants its own profile: shorter code than a copy. */
struct loaded {
        struct profile *profile;
        char *text;
        size_t n;
};

struct shelf {
        struct loaded *items; /* in the order of their file names */
        size_t n;
};

struct profiles {
        struct shelf local, shipped; /* of /etc and of /usr */
        struct error **errors;
        size_t n_errors;
};

static void loaded_done(struct loaded *l) {
        profile_free(l->profile);
        free(l->text);
}

static void shelf_done(struct shelf *shelf) {
        for (size_t i = 0; i < shelf->n; i++)
                loaded_done(shelf->items + i);
        free(shelf->items);
}

struct profiles *profiles_free(struct profiles *profiles) {
        if (!profiles)
                return NULL;
        shelf_done(&profiles->local);
        shelf_done(&profiles->shipped);
        for (size_t i = 0; i < profiles->n_errors; i++)
                error_free(profiles->errors[i]);
        FREE_ALL(profiles->errors, profiles);
        return NULL;
}

/* Takes e. */
static void keep_error(struct error *e, void *userdata) {
        struct profiles *profiles = userdata;
        room_for_one((void **) &profiles->errors, profiles->n_errors, sizeof e);
        profiles->errors[profiles->n_errors++] = e;
}

static int profiles_read(const char *path, char *text, size_t n, bool local, void *userdata,
                         struct error **reterr) {
        struct profiles *profiles = userdata;
        struct shelf *shelf = local ? &profiles->local : &profiles->shipped;
        struct loaded l = { .text = text, .n = n };
        int r = profile_parse(path, text, n, &l.profile, reterr);
        if (r >= 0 && !strv_length(l.profile->match))
                r = error_set(reterr, -EINVAL,
                              "%s:1: The member \"match\" is missing, so the profile fits no image", path);
        if (r < 0) {
                loaded_done(&l);
                return r;
        }
        room_for_one((void **) &shelf->items, shelf->n, sizeof l);
        shelf->items[shelf->n++] = l;
        return 0;
}

struct profiles *profiles_new(const struct paths *paths) {
        struct profiles *profiles = new0(struct profiles);
        _cleanup_free_ char *local = str_printf("%s/profiles.d", paths->config),
                            *shipped = str_printf("%s/profiles", paths->data);
        json_files_read(&(const struct json_files) { .what = "profile",
                                                     .local = local,
                                                     .shipped = shipped,
                                                     .bytes_max = PROFILE_BYTES_MAX,
                                                     .files_max = PROFILE_FILES_MAX,
                                                     .read = profiles_read,
                                                     .refused = keep_error,
                                                     .userdata = profiles });
        return profiles;
}

size_t profiles_errors(const struct profiles *profiles) {
        return profiles->n_errors;
}

const struct error *profiles_error(const struct profiles *profiles, size_t i) {
        return i < profiles->n_errors ? profiles->errors[i] : NULL;
}

static void find_in(const struct shelf *shelf, const struct image *image, struct profile **ret) {
        const struct loaded *l = shelf->items, *end = l + shelf->n;
        while (l < end && !profile_fits(l->profile, image))
                l++;
        if (l < end)
                profile_parse(l->profile->source, l->text, l->n, ret, NULL);
}

static const struct loaded *find_named(const struct profiles *profiles, const char *name) {
        const struct shelf *const shelves[] = { &profiles->local, &profiles->shipped };
        for (size_t k = 0; k < ELEMENTS(shelves); k++)
                for (size_t i = 0; i < shelves[k]->n; i++)
                        if (str_equal(shelves[k]->items[i].profile->name, name))
                                return shelves[k]->items + i;
        return NULL;
}

bool profiles_named(const struct profiles *profiles, const char *name) {
        return find_named(profiles, name);
}

int profiles_find(struct profiles *profiles, const struct image *image, const char *named,
                  struct profile **ret, struct error **reterr) {
        const char *label = label_list_get(&image->labels, PROFILE_LABEL),
                   *reference = image_reference(image);
        int r = 0;
        *ret = NULL;
        find_in(&profiles->local, image, ret);
        if (!*ret && !str_empty(label)) {
                _cleanup_free_ char *source =
                        str_printf("label " PROFILE_LABEL " of %s", reference ? reference : "an image");
                r = profile_parse(source, label, strlen(label), ret, reterr);
        } else if (!*ret) {
                const struct loaded *l = named ? find_named(profiles, named) : NULL;
                if (l)
                        profile_parse(l->profile->source, l->text, l->n, ret, NULL);
                else
                        find_in(&profiles->shipped, image, ret);
        }
        if (!*ret)
                *ret = profile_generic(image);
        offers_add(*ret, image);
        return r;
}
