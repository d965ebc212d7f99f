/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/native.h"

#include <unistd.h>

#include "backend/io/digest.h"
#include "backend/realm/realmd.h"
#include "config.h"

/* The words of each join command come from the profiles of these names (data/profiles). fairlead-realmd
 * (src/realmd-main.c) is the client of realmd; both read a password from their input. */
static const struct way {
        const char *name;
        const char *there;      /* present on a host that has the way */
        const char *install, *uninstall, *summary, *package;
} ways[] = {
        {
                .name = "host/realmd",
                .there = "/usr/share/dbus-1/system-services/" REALMD_NAME ".service",
                .install = REALMD_TOOL_PATH " join",
                .uninstall = REALMD_TOOL_PATH " leave",
                .summary = "Join Active Directory by this host's own realmd and SSSD, without a container",
                .package = "realmd",
        },
        {
                .name = "host/freeipa-client",
                .there = "/usr/sbin/ipa-client-install",
                .install = "/usr/sbin/ipa-client-install --unattended",
                .uninstall = "/usr/sbin/ipa-client-install --unattended --uninstall",
                .summary = "Join FreeIPA by this host's own ipa-client-install and SSSD, without a container",
                .package = "freeipa-client (ipa-client)",
        },
};

static bool native_installed(const char *root, const struct way *way) {
        _cleanup_free_ char *path = str_printf("%s%s", root, way->there);
        return path && access(path, F_OK) == 0;
}

static struct image *image_of(const struct way *way) {
        _cleanup_image_ struct image *image = image_new();
        _cleanup_free_ char *text = str_printf("%s\n%s\n%s\n", way->name, way->install, way->uninstall);
        if (!image || !text || strv_add(&image->names, way->name) < 0 ||
            image_add_label(image, "INSTALL", way->install) < 0 ||
            image_add_label(image, "UNINSTALL", way->uninstall) < 0 ||
            image_add_label(image, "summary", way->summary) < 0 ||
            str_replace(&image->source, "this host") < 0)
                return NULL;
        /* as with an image's id: other words have another id, without consent so far */
        char hex[DIGEST_HEX];
        _cleanup_(digest_freep) struct digest *digest = digest_new();
        if (!digest || digest_bytes(digest, text, strlen(text), hex) < 0)
                return NULL;
        image->id = strdup(hex);
        return image->id ? TAKE(image) : NULL;
}

int native_list(const char *root, struct image_list *images) {
        for (size_t i = 0; i < ELEMENTS(ways); i++)
                if (native_installed(root, &ways[i])) {
                        struct image *image = image_of(&ways[i]);
                        if (!image)
                                return -ENOMEM;
                        image_list_take(images, image);
                }
        return 0;
}

int native_find(const char *root, const char *reference, struct image **ret, struct error **reterr) {
        for (size_t i = 0; i < ELEMENTS(ways); i++) {
                if (strcmp(ways[i].name, reference) != 0)
                        continue;
                if (!native_installed(root, &ways[i])) {
                        error_set(reterr, -ENOENT, "%s is not on this host", ways[i].there);
                        error_hint(reterr, "Install the package %s, or join by an image that packages SSSD",
                                   ways[i].package);
                        return -ENOENT;
                }
                *ret = image_of(&ways[i]);
                return *ret ? 0 : error_set(reterr, -ENOMEM, "Out of memory");
        }
        return error_set(reterr, -ENOENT, "There is no way \"%s\" of this host itself", reference);
}
