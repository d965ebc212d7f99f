/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A look at what a join came to, on the host itself and not by what the tools say: a user of the realm is one
 * here, the realm takes the host's keys, and the host's own root is found at once. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/realm/membership.h"
#include "backend/worker/step.h"
#include "base/str.h"

#define USER_USEC (20ULL * 1000000)     /* SSSD may come online behind its health check */
#define KEYTAB_USEC (20ULL * 1000000)
#define ROOT_USEC (5ULL * 1000000)
#define ROOT_SOON_USEC 1000000ULL
#define AGAIN_USEC 500000ULL
#define ANSWER_MAX 4096U

enum look { LOOK_USER, LOOK_KEYTAB, LOOK_ROOT, _LOOK_MAX };
static const char *const titles[] = {
        [LOOK_USER] = "User", [LOOK_KEYTAB] = "Keytab", [LOOK_ROOT] = "This host"
};

struct worker_verify {
        enum look at;
        char *user;
        struct membership *membership;
        struct str answer;
        uint64_t begun, asked;          /* all of it; the last try */
        sd_event_source *late;
        void (*ended)(struct worker *w);
};

void worker_verify_free(struct worker *w) {
        struct worker_verify *v = w->verify;
        if (!v)
                return;
        w->verify = NULL;
        sd_event_source_disable_unref(v->late);
        membership_free(v->membership);
        str_done(&v->answer);
        free(v->user);
        free(v);
}

static void worker_verify_next(struct worker *w);

/* Records it, and goes on to the next look. */
static void worker_verify_found(struct worker *w, enum verdict verdict, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
static void worker_verify_found(struct worker *w, enum verdict verdict, const char *format, ...) {
        static const char *const words[_VERDICT_MAX] = {
                [VERDICT_OK] = "OK", [VERDICT_WARN] = "WARN", [VERDICT_FAIL] = "FAIL"
        };
        struct worker_verify *v = w->verify;
        _cleanup_str_ struct str text = {}, line = {};
        va_list arguments;
        va_start(arguments, format);
        str_vaddf(&text, format, arguments);
        va_end(arguments);
        const char *message = text.text && !text.failed ? text.text : "out of memory";
        str_addf(&line, "%s %s: %s", verdict_name(verdict), titles[v->at], message);
        joblog_note(w->log, "%-4s  %s: %s", words[verdict], titles[v->at], message);
        if (line.text && !line.failed)
                (void) recorder_add(w->recorder, w->at, RECORD_CHECK, line.text, NULL);
        v->at++;
        worker_verify_next(w);
}

/* The last line of what a tool said; it is told, so it must be short. */
static const char *last_line(struct worker_verify *v) {
        char *text = v->answer.text;
        size_t n = text ? strlen(text) : 0;
        while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
                text[--n] = '\0';
        char *line = n ? strrchr(text, '\n') : NULL;
        line = line ? line + 1 : n ? text : (char *) "it says nothing";
        return line;
}

/* ---- what came ---- */

static int worker_verify_again(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        w->timer = sd_event_source_disable_unref(w->timer);
        worker_verify_next(w);
        return 0;
}

static void user_came(struct worker *w, bool well) {
        struct worker_verify *v = w->verify;
        const char *uid = v->answer.text ? strchr(v->answer.text, ':') : NULL;
        uid = uid ? strchr(uid + 1, ':') : NULL;
        if (well && uid) {
                worker_verify_found(w, VERDICT_OK, "%s is user %.*s of this host", v->user,
                                    (int) strcspn(uid + 1, ":"), uid + 1);
                return;
        }
        if (worker_now() - v->begun < USER_USEC && !w->cancelled &&
            sd_event_add_time_relative(w->event, &w->timer, CLOCK_MONOTONIC, AGAIN_USEC, 10000,
                                       worker_verify_again, w) >= 0)
                return;
        worker_verify_found(w, VERDICT_FAIL,
                            "%s is no user of this host: does nsswitch.conf ask sss, and are libnss_sss and "
                            "SSSD of one version?",
                            v->user);
}

static void keytab_came(struct worker *w, bool exited, int status) {
        struct worker_verify *v = w->verify;
        const struct membership *m = v->membership;
        if (exited && status == 0)
                worker_verify_found(w, VERDICT_OK, "%s, version %u: the realm gives a ticket for it",
                                    m->principal, (unsigned) m->kvno);
        else if (exited && (status == 126 || status == 127))
                worker_verify_found(w, VERDICT_WARN,
                                    "%s, version %u; not tried: there is no kinit where SSSD runs",
                                    m->principal, (unsigned) m->kvno);
        else
                worker_verify_found(w, VERDICT_FAIL, "the realm gives no ticket for %s, version %u: %.200s",
                                    m->principal, (unsigned) m->kvno, last_line(v));
}

static void root_came(struct worker *w, bool well) {
        uint64_t usec = worker_now() - w->verify->asked;
        if (!well)
                worker_verify_found(w, VERDICT_FAIL, "its own user root is not found");
        else
                worker_verify_found(w, usec < ROOT_SOON_USEC ? VERDICT_OK : VERDICT_WARN,
                                    "its own user root is found in %u ms", (unsigned) (usec / 1000));
}

static void worker_verify_on_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        if (w->verify->answer.length + n <= ANSWER_MAX)
                str_add_bytes(&w->verify->answer, bytes, n);
}

static void worker_verify_on_ended(bool exited, int status, void *userdata) {
        struct worker *w = userdata;
        struct worker_verify *v = w->verify;
        w->pty = pty_free(w->pty);
        v->late = sd_event_source_disable_unref(v->late);
        switch (v->at) {
        case LOOK_USER:
                user_came(w, exited && status == 0);
                break;
        case LOOK_KEYTAB:
                keytab_came(w, exited, status);
                break;
        default:
                root_came(w, exited && status == 0);
        }
}

/* A lookup that hangs is a finding of its own, and must not hold the job. */
static int worker_verify_on_late(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        struct worker_verify *v = w->verify;
        static const unsigned seconds[_LOOK_MAX] = { USER_USEC / 1000000, KEYTAB_USEC / 1000000,
                                                     ROOT_USEC / 1000000 };
        w->pty = pty_free(w->pty);
        v->late = sd_event_source_disable_unref(v->late);
        worker_verify_found(w, VERDICT_FAIL, "no answer after %u s", seconds[v->at]);
        return 0;
}

/* ---- what is asked ---- */

static void worker_verify_ask(struct worker *w, char *const *argv, uint64_t wait) {
        static char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                             (char *) "LC_ALL=C.UTF-8", NULL };
        struct worker_verify *v = w->verify;
        const struct pty_options options = { .argv = argv,
                                             .environment = environment,
                                             .columns = 4096,
                                             .stdin_fd = -1,
                                             .output = worker_verify_on_output,
                                             .ended = worker_verify_on_ended,
                                             .userdata = w };
        str_done(&v->answer);
        v->answer = (struct str) {};
        v->asked = worker_now();
        if (pty_new(w->event, &options, &w->pty, NULL) < 0)
                worker_verify_found(w, VERDICT_WARN, "%s could not be run", argv[0]);
        else
                (void) sd_event_add_time_relative(w->event, &v->late, CLOCK_MONOTONIC, wait, 100000,
                                                  worker_verify_on_late, w);
}

static void ask_name(struct worker *w, const char *name, uint64_t wait) {
        char *const argv[] = { (char *) "/usr/bin/getent", (char *) "passwd", (char *) "--", (char *) name,
                               NULL };
        worker_verify_ask(w, argv, wait);
}

/* Where SSSD runs: in the service's container, else on the host. The cache is the process's own. */
static void ask_ticket(struct worker *w) {
        const struct command *run = w->plan->run;
        char *principal = w->verify->membership->principal;
        if (!principal) {
                worker_verify_found(w, VERDICT_FAIL, "there is no /etc/krb5.keytab, or it has no keys");
                return;
        }
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
        worker_verify_ask(w, run && run->engine != ENGINE_NONE ? there : here, KEYTAB_USEC);
}

static void worker_verify_next(struct worker *w) {
        struct worker_verify *v = w->verify;
        if (v->at >= _LOOK_MAX || w->cancelled) {
                void (*ended)(struct worker *w) = v->ended;
                worker_verify_free(w);
                ended(w);
        } else if (v->at == LOOK_USER)
                ask_name(w, v->user, USER_USEC);
        else if (v->at == LOOK_KEYTAB)
                ask_ticket(w);
        else
                ask_name(w, "root", ROOT_USEC);
}

/* Who joined is a user of the realm; so is whom every realm has. */
static char *user_of(const struct worker *w, const struct membership *m) {
        const char *name = !str_empty(w->plan->join_user) ? w->plan->join_user
                           : w->plan->joins == REALM_IPA  ? "admin"
                                                          : "administrator";
        size_t n = strcspn(name, "@");
        return m->full_names && m->domain ? str_printf("%.*s@%s", (int) n, name, m->domain)
                                          : strndup(name, n);
}

int worker_verify_join(struct worker *w, void (*ended)(struct worker *w), struct error **reterr) {
        struct worker_verify *v = w->verify = calloc(1, sizeof *v);
        if (v) {
                v->ended = ended;
                v->begun = worker_now();
                v->membership = membership_read(w->paths);
                v->user = v->membership ? user_of(w, v->membership) : NULL;
        }
        if (!v || !v->user)
                return error_set(reterr, -ENOMEM, "Out of memory");
        worker_verify_next(w);
        return 0;
}
