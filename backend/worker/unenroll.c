/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a join that does not last leaves in the realm: an entry of this host, whose keys are valid. */
#include "backend/io/facts.h"
#include "backend/realm/realm.h"
#include "backend/worker/step.h"
#include "model/realm/failure.h"

#define IPA_JOIN "/usr/sbin/ipa-join"
#define KEYTAB "/etc/krb5.keytab"

/* By the host's principal, or by its name where the keys are gone. */
static char *unenroll_name(const struct worker *w) {
        _cleanup_(membership_freep) struct membership *m = membership_read(w->paths);
        const char *name = m->principal ? str_starts(m->principal, "host/") : NULL;
        if (name)
                return xstrndup(name, strcspn(name, "@"));
        struct facts facts;
        facts_read(w->paths->root, &facts);
        char *own = xstrdup(facts.fqdn ? facts.fqdn : facts.hostname);
        facts_done(&facts);
        return own;
}

void worker_report_enrolled(struct worker *w, enum realm_kind kind) {
        _cleanup_free_ char *name = unenroll_name(w);
        if (kind == REALM_IPA)
                worker_leftover(w,
                                "in the realm: the entry of %s, whose keys are valid there; an administrator "
                                "takes them away with ipa host-disable %s, or the entry with ipa host-del %s",
                                name, name, name);
        if (kind == REALM_AD)
                worker_leftover(w,
                                "in the domain: the computer account of %s; a later join takes it over, or "
                                "an administrator deletes it (samba-tool computer delete, "
                                "Remove-ADComputer)",
                                name);
}

static int unenroll_judge(struct worker *w, struct error **reterr) {
        if (w->got.exited && w->got.status == 0)
                joblog_note(w->log, "the realm no longer accepts the keys that this join made");
        else
                worker_report_enrolled(w, REALM_IPA);
        return worker_remove_own_containers(w);
}

/* With the keys, before the snapshot's files replace them. */
static int unenroll_run(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *program = str_printf("%s" IPA_JOIN, w->paths->root),
                            *keytab = str_printf("%s" KEYTAB, w->paths->root), *name = unenroll_name(w);
        char *const argv[] = { program,       (char *) "--unenroll", (char *) "-h", name,
                               (char *) "-k", keytab,                NULL };
        joblog_note(w->log, "taking the entry of %s in the realm back: %s --unenroll", name, IPA_JOIN);
        return worker_run_program(w, (struct pty_options) { .argv = argv, .stdin_fd = -1 }, unenroll_judge,
                                  reterr);
}

int worker_undo_join(struct worker *w, struct error **reterr) {
        size_t n;
        if (w->plan->joins == REALM_NONE || w->plan->verb != VERB_INSTALL)
                return worker_remove_own_containers(w);
        _cleanup_free_ char *text = worker_read_log(w, &n);
        enum realm_kind kind = failure_enrolled(text, n);
        if (kind == REALM_IPA && paths_access(w->paths->root, IPA_JOIN, X_OK) &&
            paths_access(w->paths->root, KEYTAB, R_OK)) {
                _cleanup_error_ struct error *e = NULL;
                if (unenroll_run(w, &e) == STEP_WAITS)
                        return STEP_WAITS;
        }
        worker_report_enrolled(w, kind);
        return worker_remove_own_containers(w);
}
