/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans without a label, for an installed service that joined a realm: who may log in (VERB_ACCESS), new keys
 * (VERB_RENEW). They need only its record and this host's files. */
#include <unistd.h>

#include "backend/host/internal.h"
#include "backend/io/files.h"
#include "backend/realm/realm.h"
#include "backend/store/services.h"
#include "base/path.h"
#include "base/readfile.h"
#include "base/text.h"

#define CONFIGURATION_MAX (256U * 1024)
#define HEALTH_SECONDS 30U

static int find_record(const struct backend *b, const struct membership *m, const char *name,
                       struct service **ret, struct error **reterr) {
        const char *which = name ? name : m->service;
        if (m->kind == REALM_NONE)
                return error_set(reterr, -ENOENT, "This host is in no realm");
        if (which)
                return services_read(&b->paths, which, ret, reterr);
        error_set(reterr, -ENOENT, "No service of fairlead has joined this host to %s",
                  m->domain ? m->domain : "its realm");
        error_hint(reterr, "Who joined it changes it: realm permit, realm deny, adcli update, ipa-client's "
                           "own tools");
        return -ENOENT;
}

static struct plan *access_plan_new(const struct service *record, const struct membership *m,
                                    enum plan_verb verb) {
        struct plan *plan = new0(struct plan);
        plan->given.answers = new0(struct answers);
        plan->verb = verb;
        plan->joins = m->kind;
        plan->health_seconds = HEALTH_SECONDS;
        str_replace(&plan->name, record->name);
        str_replace(&plan->pin.reference, record->pin.reference ? record->pin.reference : record->name);
        str_replace(&plan->pin.image, record->pin.image ? record->pin.image : plan->pin.reference);
        str_replace(&plan->pin.image_id, record->pin.image_id);
        str_replace(&plan->pin.digest, record->pin.digest);
        str_replace(&plan->given.mode, record->given.mode);
        strv_add(&plan->environment, "PATH=" PATH_OF_ROOT);
        strv_add(&plan->environment, "LC_ALL=C.UTF-8");
        return plan;
}

static int read_configuration(int root, char **ret, struct error **reterr) {
        const char *name;
        size_t n;
        _cleanup_close_ int folder = files_open_parent(root, PLAN_ACCESS_FILE, &name, reterr);
        int r = folder < 0 ? folder : files_read(folder, name, CONFIGURATION_MAX, ret, &n, reterr);
        if (r < 0 || (text_is_utf8(*ret, n) && strlen(*ret) == n))
                return r;
        return error_set(reterr, -EINVAL, PLAN_ACCESS_FILE " is no text");
}

/* A snippet overrides the file: a change without effect would be worse than none. */
static int check_snippets(int root, const char *domain, struct error **reterr) {
        _cleanup_close_ int folder = files_open_folder(root, PLAN_ACCESS_FOLDER "/conf.d", NULL);
        _cleanup_strv_ char **names = folder < 0 ? NULL : folder_names(folder, ".", ".conf");
        for (char **name = names; name && *name; name++) {
                _cleanup_free_ char *text = NULL;
                size_t n;
                if (files_read(folder, *name, CONFIGURATION_MAX, &text, &n, NULL) < 0 ||
                    !access_listed(text, domain))
                        continue;
                error_set(reterr, -EPERM,
                          PLAN_ACCESS_FOLDER
                          "/conf.d/%s says who may log in, and counts more than " PLAN_ACCESS_FILE,
                          *name);
                error_hint(reterr, "Change it there, or take access_provider and the simple_ lists out of "
                                   "that file");
                return -EPERM;
        }
        return 0;
}

static int plan_access(const struct backend *b, const struct access_change *change,
                       const struct membership *m, const struct service *record, struct plan *plan,
                       struct error **reterr) {
        struct plan_file *file = &plan->file;
        _cleanup_close_ int root = files_open_root(b->paths.root, reterr);
        int r = root < 0 ? root : read_configuration(root, &file->was, reterr);
        if (r < 0 || (r = check_snippets(root, m->domain, reterr)) < 0)
                return r;
        r = access_change(file->was, m->domain, change, &file->text, &file->sentence, reterr);
        if (r < 0)
                return r;
        str_replace(&file->path, PLAN_ACCESS_FILE);
        strv_add(&plan->paths, PLAN_ACCESS_FOLDER);
        if (!strv_length(record->units))
                str_replace(&plan->unit.name, "sssd.service");
        strv_extend(&plan->health_argv, record->health_argv);
        if (m->access.permit == PERMIT_DOMAIN && change->what != ACCESS_PERMIT_ALL)
                finding_report(&plan->findings, "domain-rules", "realm",
                               "The rules of the domain itself (group policies, HBAC) do not count any "
                               "more: only these lists do");
        return 0;
}

static int plan_renewal(const struct backend *b, const struct service *record, struct plan *plan,
                        struct error **reterr) {
        if (!strv_length(record->renew_argv)) {
                error_set(reterr, -ENOTSUP, "The profile of %s does not say how keys are renewed",
                          record->name);
                error_hint(reterr, "SSSD renews the keys of Active Directory by itself every 30 days; "
                                   "FreeIPA's do not grow old");
                return -ENOTSUP;
        }
        const struct engine_about *about = engine_about(b->engine);
        enum engine_kind kind = about ? about->kind : ENGINE_PODMAN;
        const char *path = about ? facts_engine_program(b->paths.root, about->kind) : NULL;
        plan->command =
                command_read("renew", record->renew_argv, kind, path ? path : engine_kind_name(kind), NULL);
        plan->host_command = plan->command->engine == ENGINE_NONE;
        return 0;
}

int backend_access_plan(const struct backend *b, enum plan_verb verb, const char *name,
                        const struct access_change *change, struct plan **ret, struct error **reterr) {
        _cleanup_(membership_freep) struct membership *m = membership_read(&b->paths);
        _cleanup_(service_freep) struct service *record = NULL;
        int r = find_record(b, m, name, &record, reterr);
        if (r < 0)
                return r;
        _cleanup_plan_ struct plan *plan = access_plan_new(record, m, verb);
        r = verb == VERB_ACCESS ? plan_access(b, change, m, record, plan, reterr)
                                : plan_renewal(b, record, plan, reterr);
        if (r < 0)
                return r;
        *ret = TAKE(plan);
        return 0;
}

struct op *backend_access_names(const struct backend *b, const struct access_change *change,
                                lookup_done_t done, void *userdata) {
        if (!change->names || !*change->names ||
            (change->what != ACCESS_PERMIT && change->what != ACCESS_DENY))
                return NULL;
        _cleanup_(membership_freep) struct membership *m = membership_read(&b->paths);
        return lookup_names(b, m, change->groups, change->names, done, userdata);
}

/* ---- the account that a leave deletes or leaves behind ---- */

void backend_report_account(const struct backend *b, struct plan *plan) {
        if (plan->verb != VERB_UNINSTALL || plan->joins == REALM_NONE)
                return;
        _cleanup_(membership_freep) struct membership *m = membership_read(&b->paths);
        const char *realm = m->realm ? m->realm : m->domain, *principal = m->principal;
        if (!principal)
                return;                        /* no keys: the account is unknown */
        bool entry = plan->joins == REALM_IPA; /* a leave takes its keys away in any case */
        finding_report(&plan->findings,
                       plan->deletes_account ? "account-deleted"
                       : entry               ? "entry-stays"
                                             : "account-stays",
                       "realm",
                       plan->deletes_account ? "The account %s is deleted in the realm %s"
                                             : "The account %s stays in the realm %s",
                       principal, realm ? realm : "of this host");
}
