/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's test of a user: a lookup like that of every program of this host, by getent(1), which follows
 * nsswitch.conf. In a child, since a lookup may wait for SSSD without limit. */

#include "backend/host/internal.h"
#include "backend/io/pty.h"

#define ANSWER_MAX 4096U
#define WAIT_USEC (30ULL * 1000 * 1000)

struct testing {
        struct op *op;
        struct pty *pty;
        sd_event_source *deadline;
        char *user;
        struct str answer;
        user_done_t done;
        void *userdata;
};

static void testing_free(void *userdata) {
        struct testing *t = userdata;
        sd_event_source_disable_unref(t->deadline);
        pty_free(t->pty);
        str_done(&t->answer);
        free(t->user);
        free(t);
}

/* Takes both. */
static void host_user_finish(struct testing *t, char *line, struct error *e) {
        user_done_t done = t->done;
        void *userdata = t->userdata;
        op_finish(t->op);
        testing_free(t);
        done(line, e, userdata);
}

static void host_user_on_output(const void *bytes, size_t n, void *userdata) {
        struct testing *t = userdata;
        if (t->answer.length + n <= ANSWER_MAX)
                str_add_bytes(&t->answer, bytes, n);
}

/* "name:x:uid:gid:gecos:home:shell" in words. */
static char *host_user_line_of(struct testing *t) {
        char *fields[7] = {}, *rest = t->answer.text;
        if (!rest)
                return NULL;
        rest[strcspn(rest, "\r\n")] = '\0';
        for (size_t i = 0; i < ELEMENTS(fields); i++)
                fields[i] = strsep(&rest, ":");
        return fields[6] ? str_printf("%s is user %s of this host, group %s, home %s, shell %s", fields[0],
                                      fields[2], fields[3], fields[5], fields[6])
                         : NULL;
}

static void host_user_on_ended(bool exited, int status, void *userdata) {
        struct testing *t = userdata;
        struct error *e = NULL;
        char *line = exited && status == 0 ? host_user_line_of(t) : NULL;
        if (!line) {
                error_set(&e, -ENOENT, "%s is no user of this host", t->user);
                error_hint(&e, "Is SSSD online, and does nsswitch.conf ask it? Names may need their domain: "
                               "user@example.test");
        }
        host_user_finish(t, line, e);
}

static int host_user_deadline_came(sd_event_source *source, uint64_t usec, void *userdata) {
        struct testing *t = userdata;
        struct error *e = NULL;
        error_set(&e, -ETIMEDOUT, "The lookup of %s has no answer after 30 s", t->user);
        host_user_finish(t, NULL, e);
        return 0;
}

struct op *backend_test_user(struct host *host, const char *user, user_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct testing *t = new0(struct testing);
        *t = (struct testing){
                .user = xstrdup(user), .done = done, .userdata = userdata, .op = op_new(testing_free, t)
        };
        char *const argv[] = { (char *) "/usr/bin/getent", (char *) "passwd", (char *) "--", t->user, NULL };
        char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                      (char *) "LC_ALL=C.UTF-8", NULL };
        const struct pty_options options = { .argv = argv,
                                             .environment = environment,
                                             .columns = 4096,
                                             .stdin_fd = -1,
                                             .output = host_user_on_output,
                                             .ended = host_user_on_ended,
                                             .userdata = t };
        if (pty_new(b->event, &options, &t->pty, NULL) < 0 ||
            sd_event_add_time_relative(b->event, &t->deadline, CLOCK_MONOTONIC, WAIT_USEC, 100000,
                                       host_user_deadline_came, t) < 0)
                return op_cancel(t->op);
        return t->op;
}
