/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command of a renewal: new keys for this host in the realm and in its keytab. It can be neither
 * undone nor stopped midway: the realm would have keys that the keytab lacks. A second run renews again,
 * harmlessly. */

#include "backend/realm/membership.h"
#include "backend/worker/step.h"

#define WAIT_USEC (120ULL * 1000000)
#define KVNO_FILE "kvno-before"

static void renew_on_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        joblog_output(w->log, bytes, n);
}

static uint32_t renew_kvno(const struct worker *w) {
        _cleanup_(membership_freep) struct membership *m = membership_read(w->paths);
        return m->kvno;
}

static void renew_on_ended(bool exited, int status, void *userdata) {
        struct worker *w = userdata;
        struct error *e = NULL;
        w->timer = sd_event_source_disable_unref(w->timer);
        w->pty = pty_free(w->pty);
        joblog_flush(w->log);
        if (exited && status == 0) {
                worker_note(w, "key version %u", (unsigned) renew_kvno(w));
                worker_settle(w, STEP_ENDED, NULL);
                return;
        }
        if (exited)
                error_set(&e, -EIO, "The keys could not be renewed: the command ended with status %d",
                          status);
        else
                error_set(&e, -EIO, "The keys could not be renewed: the command was killed by signal %d",
                          status);
        error_hint(&e, "Does the service run, and do the realm's servers answer? The last lines of the log "
                       "say more");
        worker_failed(w, e);
}

static int renew_on_late(sd_event_source *source, uint64_t usec, void *userdata) {
        struct worker *w = userdata;
        joblog_note(w->log, "stopping the command: it did not end within two minutes");
        pty_stop(w->pty, 10);
        return 0;
}

static int renew_apply(struct worker *w, struct error **reterr) {
        char text[16];
        char *lines[] = { text, NULL };
        static char *const nothing[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
        snprintf(text, sizeof text, "%u", (unsigned) renew_kvno(w));
        int r = worker_save_lines(w, KVNO_FILE, lines, reterr);
        if (r < 0)
                return r;
        _cleanup_free_ char *command = argv_text(w->plan->command->argv);
        joblog_note(w->log, "%s", command);
        const struct pty_options options = {
                .argv = w->plan->command->argv,
                .environment = w->plan->environment ? w->plan->environment : nothing,
                .stdin_fd = -1,
                .output = renew_on_output,
                .ended = renew_on_ended,
                .userdata = w,
        };
        r = pty_new(w->event, &options, &w->pty, reterr);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(w->event, &w->timer, CLOCK_MONOTONIC, WAIT_USEC, 1000000,
                                       renew_on_late, w);
        return r < 0 ? error_errno(reterr, r, "The command cannot be watched") : STEP_WAITS;
}

/* A command that succeeded and changed nothing has not renewed anything. */
static int renew_verify(struct worker *w, struct error **reterr) {
        _cleanup_strv_ char **lines = NULL;
        uint32_t now = renew_kvno(w);
        if (worker_load_lines(w->folder, KVNO_FILE, &lines, NULL) < 0 || !lines || !lines[0] ||
            strtoul(lines[0], NULL, 10) != now)
                return 0;
        error_set(reterr, -EIO,
                  "The command ended well, but the keys in /etc/krb5.keytab are still version %u",
                  (unsigned) now);
        error_hint(reterr, "Its service may see another file: is the keytab mounted writable, and as a file "
                           "that is not replaced?");
        return -EIO;
}

const struct step renew_step = { .apply = renew_apply, .verify = renew_verify };
