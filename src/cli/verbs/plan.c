/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>

#include "backend/format/emit.h"
#include "cli/labels.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs/verbs.h"
#include "model/plan/unit-text.h"

/* "install", "INSTALL", "UPDATE", or any other label's key. */
static enum plan_verb verb_of(const char *word) {
        for (int v = 0; v < VERB_OTHER; v++)
                if (strcasecmp(plan_verb_name(v), word) == 0)
                        return v;
        if (strcasecmp(plan_verb_name(VERB_RECONFIGURE), word) == 0)
                return VERB_RECONFIGURE;
        return strcasecmp(word, "update") == 0 ? VERB_UPGRADE : VERB_OTHER;
}

static bool verb_plan_path_exists(const char *path, void *userdata) {
        struct stat st;
        return lstat(path, &st) == 0;
}

/* Of this host, or of one with the engine of --engine, of which no more is known. */
static int verb_plan_read_facts(const struct arguments *a, struct host_facts *ret, struct error **reterr) {
        enum engine_kind kind;
        const char *version;
        int r = labels_engine(a, &kind, &version, reterr);
        if (r < 0)
                return r;
        *ret = kind == ENGINE_NONE
                       ? (struct host_facts){ .path_exists = verb_plan_path_exists }
                       : (struct host_facts){
                                 .engine = kind,
                                 .engine_path = kind == ENGINE_DOCKER ? "/usr/bin/docker" : "/usr/bin/podman",
                                 .engine_version = version,
                                 .quadlet = kind == ENGINE_PODMAN && engine_has_quadlet(version),
                         };
        return 0;
}

/* Plans from a file of labels, without an engine. */
static int plan_labels(struct session *s, const struct arguments *a, const char *word,
                       const struct host_facts *facts, struct plan **ret, struct error **reterr) {
        struct image *image = NULL;
        int r = labels_image(s, a, NULL, &image, reterr);
        if (r < 0)
                return r;
        if (str_empty(image_reference(image))) {
                image_free(image);
                error_set(reterr, -EINVAL, "The image of these labels has no name");
                return error_hint(reterr, "--image localhost/NAME, or a member \"image\" in the file");
        }
        _cleanup_(order_done) struct order order = {};
        r = order_read(s, a, verb_of(word), image, &order, reterr);
        if (r < 0)
                return r;
        _cleanup_free_ char *folder = getcwd(NULL, 0);
        struct host_facts with_folder = *facts;
        with_folder.pwd = folder;
        const struct plan_request request = {
                .verb = order.port.verb,
                .image = image,
                .label = word,
                .name = order.port.name,
                .profile = order.profile,
                .mode = order.mode,
                .answers = order.answers,
                .secrets = order.secret_names,
                .set = order.set,
                .opt = { order.port.opt[0], order.port.opt[1], order.port.opt[2] },
                .arguments = a->rest,
                .allowed = a->values[OPTION_ALLOW],
                .facts = &with_folder,
        };
        return plan_make(&request, ret, reterr);
}

static int plan_upgrade(struct session *s, const struct arguments *a, const struct service *service,
                        struct plan **ret, struct error **reterr) {
        _cleanup_(order_done) struct order order = {};
        int r = upgrade_read(s, a, service, &order, reterr);
        return r < 0 ? r : session_make_plan(s, &order.port, ret, reterr);
}

static int plan_reconfigure(struct session *s, const struct arguments *a, struct plan **ret,
                            struct error **reterr) {
        _cleanup_(service_freep) struct service *service = NULL;
        _cleanup_(order_done) struct order order = {};
        int r = reconfigure_read(s, a, a->words[1], VERB_RECONFIGURE, &service, &order, reterr);
        return r < 0 ? r : session_make_plan(s, &order.port, ret, reterr);
}

static int plan_image(struct session *s, const struct arguments *a, const char *word, struct plan **ret,
                      struct error **reterr) {
        struct image *image = NULL;
        _cleanup_(service_freep) struct service *service = NULL;
        if (verb_of(word) == VERB_RECONFIGURE)
                return plan_reconfigure(s, a, ret, reterr);
        int r = verb_of(word) == VERB_UPGRADE ? find_service(s, a->words[1], &service, reterr) : 0;
        if (r >= 0 && service)
                return plan_upgrade(s, a, service, ret, reterr);
        _cleanup_(order_done) struct order order = {};
        if (r >= 0 && verb_of(word) == VERB_UNINSTALL)
                r = find_service(s, a->words[1], &service, reterr);
        if (r >= 0 && service) {
                r = order_read(s, a, VERB_UNINSTALL, NULL, &order, reterr);
                order.port.image = NULL;
                order.port.name = a->words[1];
                order.port.removes_volumes = a->given[OPTION_REMOVE_VOLUMES];
                order.port.removes_unit = a->given[OPTION_REMOVE_UNIT];
                return r < 0 ? r : session_make_plan(s, &order.port, ret, reterr);
        }
        r = r < 0 ? r : session_find_image(s, a->words[1], &image, reterr);
        if (r < 0)
                return r;
        r = order_read(s, a, verb_of(word), image, &order, reterr);
        if (r < 0)
                return r;
        order.port.image = a->words[1];
        order.port.label = word;
        return session_make_plan(s, &order.port, ret, reterr);
}

static int verb_plan_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_plan_ struct plan *plan = NULL;
        bool from_file = a->given[OPTION_LABELS];
        if (from_file == (strv_length(a->words) == 2))
                return error_set(&s->error, -EINVAL,
                                 "fairlead plan wants a verb, and an image or --labels FILE");
        struct host_facts facts;
        int r = verb_plan_read_facts(a, &facts, &s->error);
        if (r < 0)
                return r;
        r = from_file ? plan_labels(s, a, a->words[0], &facts, &plan, &s->error)
                      : plan_image(s, a, a->words[0], &plan, &s->error);
        if (r < 0)
                return r;
        if (s->json)
                out_json(emit_plan(plan));
        else
                report_plan(plan);
        return plan_permitted(plan, NULL) < 0 ? EXIT_REFUSED : EXIT_DONE;
}

const struct verb plan_verb_row = {
        .name = "plan",
        .group = GROUP_INSTALL,
        .operands = "VERB [IMAGE|SERVICE]",
        .rest = "[ARG…]",
        .help = "show exactly what a verb would run and write; nothing is run",
        .details =
                "VERB is install, run, uninstall, stop, upgrade or the key of any other label (PURGE, HELP, "
                "…). upgrade also takes the name of an installed service, and reconfigure only that. With "
                "--labels FILE in the place of "
                "IMAGE no engine is needed: FILE is a JSON object with \"labels\" and, if wanted, \"image\" "
                "and \"volumes\"; --engine chooses the kind of unit (a Quadlet from Podman 4.4 on). Words "
                "after -- are appended to the label's command, each as one word. Exit status 3 when a "
                "finding blocks the plan, which is printed all the same.",
        .takes = ORDER_OPTIONS | TAKES(OPTION_LABELS) | TAKES(OPTION_IMAGE) | TAKES(OPTION_ENGINE) |
                 TAKES(OPTION_REMOVE_UNIT) | TAKES(OPTION_REMOVE_VOLUMES),
        .json = true,
        .run = verb_plan_run,
};
