/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"

/* A RUN command has consent when the installed service, or an install that is running now, has this very
 * image: its plan showed the command. (An image's own unit starts `atomic run` in the middle of the install,
 * before the record exists.) */
static int installed_now(struct session *s, const struct plan *plan, bool *ret, struct error **reterr) {
        _cleanup_(job_list_freep) struct job_list *jobs = NULL;
        int r = session_list_jobs(s, &jobs, reterr);
        if (r < 0)
                return r;
        for (size_t i = 0; i < jobs->n; i++) {
                const struct job *job = jobs->items[i];
                if (job->state == JOB_RUNNING && job->verb != VERB_UNINSTALL && job->digest &&
                    str_equal(job->name, plan->name) && str_equal(job->digest, plan->pin.digest))
                        *ret = true;
        }
        return 0;
}

static int verb_run_consented(struct session *s, const struct plan *plan, bool *ret, struct error **reterr) {
        _cleanup_(service_freep) struct service *service = NULL;
        int r = find_service(s, plan->name, &service, reterr);
        if (r < 0)
                return r;
        *ret = service && service->run_argv && strv_equal(service->run_argv, plan->command->argv);
        return *ret ? 0 : installed_now(s, plan, ret, reterr);
}

static int verb_run_ask(struct session *s, const struct plan *plan, const struct arguments *a) {
        _cleanup_error_ struct error *e = NULL;
        if (plan_permitted(plan, &e) < 0) {
                report_plan(plan);
                out_error(e);
                return EXIT_REFUSED;
        }
        bool yes = a->given[OPTION_YES];
        int r = yes ? 0 : verb_run_consented(s, plan, &yes, &s->error);
        if (r < 0)
                return r;
        if (yes)
                return EXIT_DONE;
        report_plan(plan);
        if (in_is_terminal() && ask_yes("Run this?"))
                return EXIT_DONE;
        out_note("fairlead: Nothing was done. Add --yes to run this command, or install the service\n");
        return EXIT_REFUSED;
}

/* An existing container of that name is started if stopped, and left alone if running. */
static int run_or_start(struct session *s, const struct plan *plan, const struct arguments *a) {
        const char *engine = host_engine_path(s->host), *name = plan->command->name;
        enum container_state state = CONTAINER_ABSENT;
        int r = name ? session_find_container(s, name, &state, &s->error) : 0;
        if (r < 0)
                return r;
        if (state == CONTAINER_RUNNING) {
                out("%s is running.\n", name);
                return EXIT_DONE;
        }
        bool stopped = state == CONTAINER_STOPPED && !a->given[OPTION_REPLACE] && !a->divided;
        /* freed with this process when the command replaces it */
        return exec_command(plan_run_argv(plan, engine, stopped),
                            plan_run_environment(plan, in_is_terminal() ? getenv("TERM") : NULL));
}

static int verb_run_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(order_done) struct order order = {};
        _cleanup_(service_freep) struct service *service = NULL;
        int r = find_service(s, a->words[0], &service, &s->error);
        if (r < 0)
                return r;
        struct image *image = NULL;
        r = service ? 0 : session_find_image(s, a->words[0], &image, &s->error);
        r = r < 0 ? r : order_read(s, a, VERB_RUN, image, &order, &s->error);
        if (r < 0)
                return r;
        if (service) {
                order.port.image = NULL;
                order.port.name = a->words[0];
        }
        _cleanup_plan_ struct plan *plan = NULL; /* freed with this process when the command replaces it */
        r = session_make_plan(s, &order.port, &plan, &s->error);
        if (r < 0)
                return r;
        if (!plan->command)
                return error_set(&s->error, -ENOENT, "%s has no RUN label", a->words[0]);
        if (a->given[OPTION_DISPLAY]) {
                _cleanup_free_ char *text = argv_text(plan->command->argv);
                out("%s\n", text);
                return EXIT_DONE;
        }
        int status = verb_run_ask(s, plan, a);
        return status == EXIT_DONE ? run_or_start(s, plan, a) : status;
}

const struct verb run_verb_row = {
        .name = "run",
        .group = GROUP_SERVICES,
        .operands = "SERVICE|IMAGE",
        .rest = "[ARG…]",
        .help = "run the RUN command of a service or image on this terminal",
        .details = "For tools that are used at a terminal, and for units that an image wrote itself "
                   "(ExecStart=/usr/bin/atomic run …). A stopped container of the name is started, a running "
                   "one is left alone. The command that an install showed needs no second consent.",
        .takes = ORDER_OPTIONS | TAKES(OPTION_YES) | TAKES(OPTION_DISPLAY) | TAKES(OPTION_REPLACE),
        .run = verb_run_run,
};
