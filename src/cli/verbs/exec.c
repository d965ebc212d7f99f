/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int verb_exec_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(service_freep) struct service *service = NULL;
        int r = find_service(s, a->words[0], &service, &s->error);
        if (r < 0)
                return r;
        if (!service) {
                error_set(&s->error, -ENOENT, "No service called %s is installed", a->words[0]);
                error_hint(&s->error, "fairlead services lists them");
                return -ENOENT;
        }
        const char *engine = host_engine_path(s->host);
        if (!engine)
                return error_set(&s->error, -ENOENT, "No container engine is on this host");
        _cleanup_strv_ char **argv = NULL;
        strv_add(&argv, engine);
        strv_add(&argv, "exec");
        strv_add(&argv, in_is_terminal() ? "-it" : "-i");
        strv_add(&argv, service->container ? service->container : service->name);
        strv_extend(&argv, a->rest);
        return exec_command(argv, NULL);
}

const struct verb exec_verb = {
        .name = "exec",
        .group = GROUP_SERVICES,
        .operands = "SERVICE",
        .rest = "CMD…",
        .help = "run a command in a service's container",
        .run = verb_exec_run,
};
