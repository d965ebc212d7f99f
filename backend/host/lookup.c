/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lookups like those of every program of this host, by getent(1) and id(1), which follow nsswitch.conf. In a
 * child, since a lookup may wait for SSSD without limit. */

#include "backend/host/internal.h"
#include "backend/io/pty.h"

#define LOOKUP_BYTES_MAX 65536U

struct lookup {
        struct op op;
        struct pty *pty;
        sd_event_source *deadline;
        struct str answer;
        lookup_done_t done;
        void *userdata;
};

static void lookup_drop(struct op *op) {
        struct lookup *l = container_of(op, struct lookup, op);
        sd_event_source_disable_unref(l->deadline);
        pty_free(l->pty);
        str_done(&l->answer);
}

static void lookup_end(struct lookup *l, int status) {
        _cleanup_str_ struct str answer = l->answer;
        l->answer = (struct str) {};
        op_end(&l->op);
        l->done(status, &answer, l->userdata);
}

static void lookup_on_output(const void *bytes, size_t n, void *userdata) {
        struct lookup *l = userdata;
        if (l->answer.length + n <= LOOKUP_BYTES_MAX)
                str_add_bytes(&l->answer, bytes, n);
}

static void lookup_on_ended(bool exited, int status, void *userdata) {
        lookup_end(userdata, exited ? status : -EIO);
}

static int lookup_on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        lookup_end(userdata, -ETIMEDOUT);
        return 0;
}

struct op *lookup_start(const struct backend *b, char *const *argv, lookup_done_t done, void *userdata) {
        static char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                             (char *) "LC_ALL=C.UTF-8", NULL };
        struct lookup *l = new0(struct lookup);
        *l = (struct lookup) { .op.drop = lookup_drop, .done = done, .userdata = userdata };
        const struct pty_options options = { .argv = argv,
                                             .environment = environment,
                                             .columns = 4096,
                                             .stdin_fd = -1,
                                             .output = lookup_on_output,
                                             .ended = lookup_on_ended,
                                             .userdata = l };
        if (pty_new(b->event, &options, &l->pty, NULL) < 0)
                return op_cancel(&l->op);
        sd_event_add_time_relative(b->event, &l->deadline, CLOCK_MONOTONIC, b->lookup_usec, 100000,
                                   lookup_on_deadline, l);
        return &l->op;
}

/* ---- several names at once ---- */

struct op *lookup_names(const struct backend *b, const struct membership *m, bool groups, char *const *names,
                        lookup_done_t done, void *userdata) {
        _cleanup_strv_ char **argv = strv_copy((char *[]) { (char *) "/usr/bin/getent",
                                                            (char *) (groups ? "group" : "passwd"),
                                                            (char *) "--", NULL });
        for (; names && *names; names++)
                strv_addf(&argv, "%s%s%s", *names, m->full_names && !strchr(*names, '@') ? "@" : "",
                          m->full_names && !strchr(*names, '@') ? m->domain : "");
        return lookup_start(b, argv, done, userdata);
}

bool lookup_found(const struct str *answer, const char *name) {
        size_t n = strcspn(name, "@");
        for (const char *line = answer->text; !str_empty(line);) {
                if (strncasecmp(line, name, n) == 0 && (line[n] == ':' || line[n] == '@'))
                        return true;
                line += strcspn(line, "\n");
                line += strspn(line, "\n");
        }
        return false;
}
