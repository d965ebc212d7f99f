/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "backend/format/emit.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"
#include "model/service/shim.h"

static int verb_shims_declared(struct session *s, const struct service *service, struct profile **ret) {
        _cleanup_image_ struct image *image = NULL;
        const char *which = service->pin.image_id ? service->pin.image_id : service->pin.reference;
        int r = session_find_image(s, which ? which : "", &image, &s->error);
        r = r < 0 ? r : host_find_profile(s->host, image, ret, &s->error);
        if (r < 0 || strv_length((*ret)->tools))
                return r;
        error_set(&s->error, -ENOENT, "The profile of %s names no tools for the host", service->name);
        error_hint(&s->error, "\"tools\" in a profile names them; fairlead exec %s -- CMD runs any command",
                   service->name);
        return -ENOENT;
}

static void verb_shims_print(const struct service *service, char *const *tools, char *const *others,
                             bool removed) {
        for (char *const *tool = tools; tool && *tool; tool++)
                if (!strv_contains(others, *tool))
                        out(removed ? SHIM_FOLDER "/%s is removed.\n"
                                    : SHIM_FOLDER "/%s runs it in the container of %s.\n",
                            *tool, service->name);
        for (char *const *tool = others; tool && *tool; tool++)
                out(SHIM_FOLDER "/%s is somebody else's, and stays.\n", *tool);
}

static int verb_shims_change(struct session *s, const struct service *service, bool remove) {
        _cleanup_(profile_freep) struct profile *profile = NULL;
        _cleanup_strv_ char **others = NULL;
        int r = remove ? 0 : verb_shims_declared(s, service, &profile);
        char *const *tools = remove ? service->shims : profile ? profile->tools : NULL;
        r = r < 0 ? r : host_set_shims(s->host, service->name, remove ? NULL : tools, &others, &s->error);
        if (r < 0)
                return r;
        if (s->json) {
                _cleanup_(service_freep) struct service *now = NULL;
                r = find_service(s, service->name, &now, &s->error);
                return r < 0 ? r : out_json(emit_service(now));
        }
        if (remove && !strv_length(tools))
                out("%s has no shims.\n", service->name);
        verb_shims_print(service, tools, others, remove);
        return strv_length(others) && !remove ? EXIT_FAILED : EXIT_DONE;
}

static int verb_shims_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(service_freep) struct service *service = NULL;
        int r = find_service(s, a->words[0], &service, &s->error);
        if (r < 0)
                return r;
        if (service)
                return verb_shims_change(s, service, a->given[OPTION_REMOVE]);
        error_set(&s->error, -ENOENT, "No service called %s is installed", a->words[0]);
        error_hint(&s->error, "fairlead services lists them");
        return -ENOENT;
}

const struct verb shims_verb = {
        .name = "shims",
        .group = GROUP_SERVICES,
        .operands = "SERVICE",
        .help = "put a service's tools into the PATH of the host",
        .details = "For each tool that the profile of the service's image declares (of SSSD: sssctl, "
                   "sss_cache, …) a small command is written to " SHIM_FOLDER " that runs it in the "
                   "service's container. A file of that name which is somebody else's stays as it is, with "
                   "exit status 1. --remove takes them away again, as does an uninstall of the service.",
        .takes = TAKES(OPTION_REMOVE),
        .json = true,
        .run = verb_shims_run,
};
