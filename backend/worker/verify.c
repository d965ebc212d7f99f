/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifies a join on the host itself, not by the reports of the tools: a user of the realm is known here, the
 * realm accepts the host's keys, and a lookup of the host's own root is fast. */
#include <stdarg.h>

#include "backend/realm/membership.h"
#include "backend/worker/step.h"

#define ROOT_SOON_USEC 1000000ULL
#define AGAIN_USEC 500000ULL
#define ANSWER_MAX 4096U

enum verify_check { VERIFY_USER, VERIFY_KEYTAB, VERIFY_ROOT, _VERIFY_MAX };
static const struct {
        const char *title;
        unsigned seconds; /* limit for its answer */
} checks[] = {
        [VERIFY_USER] = { "User", 20 }, /* SSSD may come online after its health check */
        [VERIFY_KEYTAB] = { "Keytab", 20 },
        [VERIFY_ROOT] = { "This host", 5 },
};

struct verify {
        struct worker *w;
        struct op *op;
        enum verify_check at;
        char *user;
        struct membership *membership;
        struct pty *pty;
        struct str answer;
        uint64_t begun, asked; /* of all; of the last try */
        sd_event_source *late, *again;
};

static void verify_free(void *userdata) {
        struct verify *v = userdata;
        sd_event_source_disable_unref(v->late);
        sd_event_source_disable_unref(v->again);
        pty_free(v->pty);
        membership_free(v->membership);
        str_done(&v->answer);
        free(v->user);
        free(v);
}

static void verify_next(struct verify *v);

static void verify_found(struct verify *v, enum verdict verdict, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
static void verify_found(struct verify *v, enum verdict verdict, const char *format, ...) {
        static const char *const words[_VERDICT_MAX] = {
                [VERDICT_OK] = "OK", [VERDICT_WARN] = "WARN", [VERDICT_FAIL] = "FAIL"
        };
        struct worker *w = v->w;
        const char *title = checks[v->at].title;
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *message = str_vprintf(format, arguments);
        va_end(arguments);
        _cleanup_free_ char *line = str_printf("%s %s: %s", verdict_name(verdict), title, message);
        joblog_note(w->log, "%-4s  %s: %s", words[verdict], title, message);
        (void) recorder_add(w->recorder, w->at, RECORD_CHECK, line, NULL);
        v->at++;
        verify_next(v);
}

static const char *verify_last_line(struct verify *v) {
        char *text = v->answer.text;
        size_t n = text ? strlen(text) : 0;
        while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
                text[--n] = '\0';
        char *line = n ? strrchr(text, '\n') : NULL;
        return line ? line + 1 : n ? text : "it printed nothing";
}

/* ---- answers ---- */

static int verify_on_again(sd_event_source *source, uint64_t usec, void *userdata) {
        struct verify *v = userdata;
        v->again = sd_event_source_disable_unref(v->again);
        verify_next(v);
        return 0;
}

static void verify_user(struct verify *v, bool well) {
        const char *uid = v->answer.text ? strchr(v->answer.text, ':') : NULL;
        uid = uid ? strchr(uid + 1, ':') : NULL;
        if (well && uid) {
                verify_found(v, VERDICT_OK, "%s is user %.*s of this host", v->user,
                             (int) strcspn(uid + 1, ":"), uid + 1);
                return;
        }
        if (worker_now() - v->begun < checks[VERIFY_USER].seconds * 1000000ULL &&
            sd_event_add_time_relative(v->w->event, &v->again, CLOCK_MONOTONIC, AGAIN_USEC, 10000,
                                       verify_on_again, v) >= 0)
                return;
        verify_found(
                v, VERDICT_FAIL,
                "%s is no user of this host: does nsswitch.conf ask sss, and are libnss_sss and SSSD of one "
                "version?",
                v->user);
}

static void verify_keytab(struct verify *v, bool exited, int status) {
        const struct membership *m = v->membership;
        if (exited && status == 0)
                verify_found(v, VERDICT_OK, "%s, version %u: the realm gives a ticket for it", m->principal,
                             (unsigned) m->kvno);
        else if (exited && (status == 126 || status == 127))
                verify_found(v, VERDICT_WARN, "%s, version %u; not tried: there is no kinit where SSSD runs",
                             m->principal, (unsigned) m->kvno);
        else
                verify_found(v, VERDICT_FAIL, "the realm gives no ticket for %s, version %u: %.200s",
                             m->principal, (unsigned) m->kvno, verify_last_line(v));
}

static void verify_root(struct verify *v, bool well) {
        uint64_t usec = worker_now() - v->asked;
        if (well)
                verify_found(v, usec < ROOT_SOON_USEC ? VERDICT_OK : VERDICT_WARN,
                             "its own user root is found in %u ms", (unsigned) (usec / 1000));
        else
                verify_found(v, VERDICT_FAIL, "its own user root is not found");
}

static void verify_on_output(const void *bytes, size_t n, void *userdata) {
        struct verify *v = userdata;
        if (v->answer.length + n <= ANSWER_MAX)
                str_add_bytes(&v->answer, bytes, n);
}

static void verify_answered(struct verify *v) {
        v->pty = pty_free(v->pty);
        v->late = sd_event_source_disable_unref(v->late);
}

static void verify_on_ended(bool exited, int status, void *userdata) {
        struct verify *v = userdata;
        verify_answered(v);
        if (v->at == VERIFY_USER)
                verify_user(v, exited && status == 0);
        else if (v->at == VERIFY_KEYTAB)
                verify_keytab(v, exited, status);
        else
                verify_root(v, exited && status == 0);
}

/* A lookup that hangs is a finding of its own, and must not block the job. */
static int verify_on_late(sd_event_source *source, uint64_t usec, void *userdata) {
        struct verify *v = userdata;
        verify_answered(v);
        verify_found(v, VERDICT_FAIL, "no answer after %u s", checks[v->at].seconds);
        return 0;
}

/* ---- questions ---- */

static void verify_ask(struct verify *v, char *const *argv) {
        static char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                             (char *) "LC_ALL=C.UTF-8", NULL };
        const struct pty_options options = { .argv = argv,
                                             .environment = environment,
                                             .columns = 4096,
                                             .stdin_fd = -1,
                                             .output = verify_on_output,
                                             .ended = verify_on_ended,
                                             .userdata = v };
        str_done(&v->answer);
        v->asked = worker_now();
        if (pty_new(v->w->event, &options, &v->pty, NULL) < 0)
                verify_found(v, VERDICT_WARN, "%s could not be run", argv[0]);
        else
                (void) sd_event_add_time_relative(v->w->event, &v->late, CLOCK_MONOTONIC,
                                                  checks[v->at].seconds * 1000000ULL, 100000, verify_on_late,
                                                  v);
}

static void verify_ask_name(struct verify *v, const char *name) {
        char *const argv[] = { (char *) "/usr/bin/getent", (char *) "passwd", (char *) "--", (char *) name,
                               NULL };
        verify_ask(v, argv);
}

/* SSSD runs in the service's container, else on the host. The cache is the process's own. */
static void verify_ask_ticket(struct verify *v) {
        const struct plan *plan = v->w->plan;
        const struct command *run = plan->run;
        char *principal = v->membership->principal;
        if (!principal) {
                verify_found(v, VERDICT_FAIL, "there is no /etc/krb5.keytab, or it has no keys");
                return;
        }
        char *const there[] = { run ? run->argv[0] : NULL,
                                (char *) "exec",
                                run && run->name ? run->name : plan->name,
                                (char *) "kinit",
                                (char *) "-k",
                                (char *) "-cMEMORY:fairlead",
                                principal,
                                NULL };
        char *const here[] = { (char *) "/usr/bin/kinit", (char *) "-k", (char *) "-cMEMORY:fairlead",
                               principal, NULL };
        verify_ask(v, run && run->engine != ENGINE_NONE ? there : here);
}

static void verify_next(struct verify *v) {
        struct worker *w = v->w;
        switch (v->at) {
        case VERIFY_USER:
                verify_ask_name(v, v->user);
                break;
        case VERIFY_KEYTAB:
                verify_ask_ticket(v);
                break;
        case VERIFY_ROOT:
                verify_ask_name(v, "root");
                break;
        default:
                op_finish(v->op);
                verify_free(v);
                w->op = op_cancel(w->op);
                worker_next(w);
        }
}

/* The joining account is a user of the realm; so is an account that every realm has. */
static char *verify_user_of(const struct worker *w, const struct membership *m) {
        const char *name = !str_empty(w->plan->join_user) ? w->plan->join_user
                           : w->plan->joins == REALM_IPA  ? "admin"
                                                          : "administrator";
        size_t n = strcspn(name, "@");
        return m->full_names && m->domain ? str_printf("%.*s@%s", (int) n, name, m->domain)
                                          : xstrndup(name, n);
}

int worker_verify_join(struct worker *w) {
        struct verify *v = new0(struct verify);
        v->w = w;
        v->begun = worker_now();
        v->membership = membership_read(w->paths);
        v->user = verify_user_of(w, v->membership);
        w->op = v->op = op_new(verify_free, v);
        verify_next(v);
        return STEP_WAITS;
}
