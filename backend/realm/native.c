/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/realm/realm.h"

#include "backend/io/digest.h"
#include "backend/realm/realmd.h"
#include "config.h"

/* The words of each join command come from the profiles of these names (data/profiles). fairlead-realmd
 * (src/realmd-main.c) is the client of realmd, fairlead-ipa-client (data/) runs ipa-client-install; both read
 * a password from their input. */
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
                .install = IPA_TOOL_PATH " --unattended",
                .uninstall = "/usr/sbin/ipa-client-install --unattended --uninstall",
                .summary = "Join FreeIPA by this host's own ipa-client-install and SSSD, without a container",
                .package = "freeipa-client (ipa-client)",
        },
};

static struct image *image_of(const struct way *way) {
        struct image *image = new0(struct image);
        strv_add(&image->names, way->name);
        image_add_label(image, "INSTALL", way->install);
        image_add_label(image, "UNINSTALL", way->uninstall);
        image_add_label(image, "summary", way->summary);
        str_replace(&image->source, "this host");
        /* as with an image's id: other words have another id, without consent so far */
        _cleanup_free_ char *text = str_printf("%s\n%s\n%s\n", way->name, way->install, way->uninstall);
        char hex[DIGEST_HEX];
        digest_bytes(text, strlen(text), hex);
        str_replace(&image->id, hex);
        return image;
}

void native_list(const char *root, struct image_list *images) {
        for (size_t i = 0; i < ELEMENTS(ways); i++)
                if (paths_access(root, ways[i].there, F_OK))
                        image_list_take(images, image_of(&ways[i]));
}

int native_find(const char *root, const char *reference, struct image **ret, struct error **reterr) {
        const struct way *way = NULL;
        for (size_t i = 0; i < ELEMENTS(ways); i++)
                if (strcmp(ways[i].name, reference) == 0)
                        way = &ways[i];
        if (!way)
                return error_set(reterr, -ENOENT, "There is no way \"%s\" of this host itself", reference);
        if (!paths_access(root, way->there, F_OK)) {
                error_set(reterr, -ENOENT, "%s is not on this host", way->there);
                error_hint(reterr, "Install the package %s, or join by an image that packages SSSD",
                           way->package);
                return -ENOENT;
        }
        *ret = image_of(way);
        return 0;
}
