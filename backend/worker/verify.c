/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifies a join on the host itself, not by the reports of the tools: a user of the realm is known here, the
 * realm accepts the host's keys, and a lookup of the host's own root is fast. */
#include "backend/realm/realm.h"
#include "backend/worker/step.h"

#define ROOT_SOON_USEC 1000000ULL
#define AGAIN_USEC 500000ULL
#define ANSWER_MAX 4096U

struct verify {
        char *user;
        struct membership *membership;
        struct str answer;
        uint64_t begun, asked; /* of all; of the last try */
        /* of the present check */
        const char *title;
        unsigned seconds; /* limit for its answer */
        step_next_t answered;
        step_next_t then; /* the next check; NULL: none */
};

void worker_verify_free(struct worker *w) {
        struct verify *v = TAKE(w->verify);
        if (!v)
                return;
        membership_free(v->membership);
        str_done(&v->answer);
        FREE_ALL(v->user, v);
}

/* Records the result of the present check; the next one follows. */
static int verify_found(struct worker *w, enum verdict verdict, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
static int verify_found(struct worker *w, enum verdict verdict, const char *format, ...) {
        static const char *const words[_VERDICT_MAX] = {
                [VERDICT_OK] = "OK", [VERDICT_WARN] = "WARN", [VERDICT_FAIL] = "FAIL"
        };
        const char *title = w->verify->title;
        va_list arguments;
        va_start(arguments, format);
        _cleanup_free_ char *message = str_vprintf(format, arguments);
        va_end(arguments);
        _cleanup_free_ char *line = str_printf("%s %s: %s", verdict_name(verdict), title, message);
        joblog_note(w->log, "%-4s  %s: %s", words[verdict], title, message);
        (void) recorder_add(w->recorder, w->at, RECORD_CHECK, line, NULL);
        return w->verify->then ? w->verify->then(w, NULL) : STEP_ENDED;
}

static const char *verify_last_line(struct verify *v) {
        char *text = v->answer.text;
        size_t n = text ? strlen(text) : 0;
        while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
                text[--n] = '\0';
        char *line = n ? strrchr(text, '\n') : NULL;
        return line ? line + 1 : n ? text : "it printed nothing";
}

/* A lookup that hangs is a finding of its own, and must not block the job. */
static int verify_late(struct worker *w, struct error **reterr) {
        return verify_found(w, VERDICT_FAIL, "no answer after %u s", w->verify->seconds);
}

static int verify_on_late(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        w->wait.pty = pty_free(w->wait.pty);
        w->wait.timer = sd_event_source_disable_unref(w->wait.timer);
        w->wait.next = verify_late;
        worker_on_done(NULL, w);
        return 0;
}

static void verify_on_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        if (w->verify->answer.length + n <= ANSWER_MAX)
                str_add_bytes(&w->verify->answer, bytes, n);
}

static int verify_ask(struct worker *w, char *const *argv) {
        static char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                             (char *) "LC_ALL=C.UTF-8", NULL };
        const struct pty_options options = { .argv = argv,
                                             .environment = environment,
                                             .columns = 4096,
                                             .stdin_fd = -1,
                                             .output = verify_on_output };
        struct verify *v = w->verify;
        str_done(&v->answer);
        v->asked = worker_now();
        if (worker_run_program(w, options, v->answered, NULL) < 0)
                return verify_found(w, VERDICT_WARN, "%s could not be run", argv[0]);
        (void) sd_event_add_time_relative(w->event, &w->wait.timer, CLOCK_MONOTONIC, v->seconds * 1000000ULL,
                                          100000, verify_on_late, w);
        return STEP_WAITS;
}

static void verify_begin(struct worker *w, const char *title, unsigned seconds, step_next_t answered,
                         step_next_t then) {
        struct verify *v = w->verify;
        v->title = title;
        v->seconds = seconds;
        v->answered = answered;
        v->then = then;
}

static int verify_ask_name(struct worker *w, const char *name) {
        char *const argv[] = { (char *) "/usr/bin/getent", (char *) "passwd", (char *) "--", (char *) name,
                               NULL };
        return verify_ask(w, argv);
}

/* ---- the checks, the last one first ---- */

static int verify_root(struct worker *w, struct error **reterr) {
        uint64_t usec = worker_now() - w->verify->asked;
        if (!w->got.exited || w->got.status != 0)
                return verify_found(w, VERDICT_FAIL, "its own user root is not found");
        return verify_found(w, usec < ROOT_SOON_USEC ? VERDICT_OK : VERDICT_WARN,
                            "its own user root is found in %u ms", (unsigned) (usec / 1000));
}

static int verify_ask_root(struct worker *w, struct error **reterr) {
        verify_begin(w, "This host", 5, verify_root, NULL);
        return verify_ask_name(w, "root");
}

/* No reason to fail: the join works. systemd counts the host as degraded from its next start on. */
static int verify_sockets(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *sockets = membership_sockets(w->verify->membership);
        if (!sockets)
                return verify_ask_root(w, reterr);
        verify_begin(w, "Sockets", 0, NULL, verify_ask_root);
        return verify_found(w, VERDICT_WARN, "%s", sockets);
}

static int verify_keytab(struct worker *w, struct error **reterr) {
        const struct membership *m = w->verify->membership;
        if (w->got.exited && w->got.status == 0)
                return verify_found(w, VERDICT_OK, "%s, version %u: the realm gives a ticket for it",
                                    m->principal, (unsigned) m->kvno);
        if (w->got.exited && (w->got.status == 126 || w->got.status == 127))
                return verify_found(w, VERDICT_WARN,
                                    "%s, version %u; not tried: there is no kinit where SSSD runs",
                                    m->principal, (unsigned) m->kvno);
        return verify_found(w, VERDICT_FAIL, "the realm gives no ticket for %s, version %u: %.200s",
                            m->principal, (unsigned) m->kvno, verify_last_line(w->verify));
}

/* SSSD runs in the service's container, else on the host. The cache is the process's own. */
static int verify_ask_ticket(struct worker *w, struct error **reterr) {
        const struct command *run = w->plan->run;
        char *principal = w->verify->membership->principal;
        verify_begin(w, "Keytab", 20, verify_keytab, verify_sockets);
        if (!principal)
                return verify_found(w, VERDICT_FAIL, "there is no /etc/krb5.keytab, or it has no keys");
        char *const there[] = { run ? run->argv[0] : NULL,
                                (char *) "exec",
                                run && run->name ? run->name : w->plan->name,
                                (char *) "kinit",
                                (char *) "-k",
                                (char *) "-cMEMORY:fairlead",
                                principal,
                                NULL };
        char *const here[] = { (char *) "/usr/bin/kinit", (char *) "-k", (char *) "-cMEMORY:fairlead",
                               principal, NULL };
        return verify_ask(w, run && run->engine != ENGINE_NONE ? there : here);
}

static int verify_ask_user(struct worker *w, struct error **reterr);

static int verify_user(struct worker *w, struct error **reterr) {
        struct verify *v = w->verify;
        const char *uid = v->answer.text ? strchr(v->answer.text, ':') : NULL;
        uid = uid ? strchr(uid + 1, ':') : NULL;
        if (w->got.exited && w->got.status == 0 && uid)
                return verify_found(w, VERDICT_OK, "%s is user %.*s of this host", v->user,
                                    (int) strcspn(uid + 1, ":"), uid + 1);
        if (worker_now() - v->begun < v->seconds * 1000000ULL &&
            worker_wait(w, AGAIN_USEC, verify_ask_user, NULL) >= 0)
                return STEP_WAITS;
        return verify_found(
                w, VERDICT_FAIL,
                "%s is no user of this host: does nsswitch.conf ask sss, and are libnss_sss and SSSD of one "
                "version?",
                v->user);
}

/* (SSSD may come online after its health check.) */
static int verify_ask_user(struct worker *w, struct error **reterr) {
        verify_begin(w, "User", 20, verify_user, verify_ask_ticket);
        return verify_ask_name(w, w->verify->user);
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

int worker_verify_join(struct worker *w, struct error **reterr) {
        struct verify *v = w->verify = new0(struct verify);
        v->begun = worker_now();
        v->membership = membership_read(w->paths);
        v->user = verify_user_of(w, v->membership);
        return verify_ask_user(w, reterr);
}
