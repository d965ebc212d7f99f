/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/pin.h"

#include "model/image/reference.h"

#define TAG_START "fairlead-"
#define ID_DIGITS 12U           /* as engines show ids */

char *pin_name(const char *program, const char *pinned, const char *image_id, const char *service) {
        struct reference_parts p;
        reference_split(pinned ? pinned : "", &p);
        const char *slash = program ? strrchr(program, '/') : NULL;
        bool podman = str_equal(slash ? slash + 1 : program, "podman");
        if (!podman || !p.digest.n || !p.repository.n || !service || !image_id ||
            strlen(image_id) < ID_DIGITS)
                return NULL;
        return str_printf("%.*s:" TAG_START "%s-%.*s", (int) p.repository.n, p.repository.at, service,
                          (int) ID_DIGITS, image_id);
}

bool pin_is(const char *name) {
        struct reference_parts p;
        reference_split(name, &p);
        if (p.tag.n < sizeof TAG_START + ID_DIGITS || memcmp(p.tag.at, TAG_START, sizeof TAG_START - 1) != 0)
                return false;
        const char *id = p.tag.at + p.tag.n - ID_DIGITS;
        return id[-1] == '-' && strspn(id, "0123456789abcdef") >= ID_DIGITS;
}

bool pin_only(const struct image *image) {
        for (char **name = image->names; name && *name; name++)
                if (!pin_is(*name))
                        return false;
        return image->names && *image->names;
}

void pin_names_last(struct image *image) {
        char **names = NULL, **pins = NULL;
        for (char **name = image->names; name && *name; name++)
                strv_take(pin_is(*name) ? &pins : &names, *name);
        for (char **pin = pins; pin && *pin; pin++)
                strv_take(&names, *pin);
        free(pins);
        free(image->names);
        image->names = names;
}
