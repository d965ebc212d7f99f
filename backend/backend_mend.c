/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's mending: what a preflight found wrong and can be set right at once. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backend/backend_parts.h"
#include "backend/files.h"
#include "backend/later.h"
#include "base/str.h"
#include "model/check.h"

struct outcome {
        struct error *error;    /* NULL: done */
        nothing_done_t done;
        void *userdata;
};

static void outcome_drop(void *state) {
        struct outcome *o = state;
        error_free(o->error);
        free(o);
}

static void outcome_give(void *state) {
        struct outcome *o = state;
        struct error *e = TAKE(o->error);
        nothing_done_t done = o->done;
        void *userdata = o->userdata;
        outcome_drop(o);
        done(e, userdata);
}

/* A step, as KDCs bear no slow approach; the fraction of a second that passed meanwhile does not matter. */
static int set_clock(int64_t ahead_usec, struct error **reterr) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        int64_t usec = (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000 - ahead_usec;
        const struct timespec wanted = { .tv_sec = usec / 1000000, .tv_nsec = usec % 1000000 * 1000 };
        if (usec < 0 || clock_settime(CLOCK_REALTIME, &wanted) < 0) {
                int r = error_errno(reterr, usec < 0 ? -EINVAL : -errno, "The clock could not be set");
                error_hint(reterr, "In a container the clock is that of the machine below: set it there");
                return r;
        }
        return 0;
}

static int set_hostname(const struct backend *b, const char *name, struct error **reterr) {
        const char *fault = host_name_fault(name);
        if (fault)
                return error_set(reterr, -EINVAL, "\"%s\" %s", name, fault);
        _cleanup_free_ char *line = str_printf("%s\n", name);
        _cleanup_close_ int root = files_open_root(b->paths.root, reterr);
        _cleanup_close_ int etc = root >= 0 ? files_open_folder(root, "/etc", reterr) : -1;
        if (!line || etc < 0)
                return etc < 0 ? etc : error_set(reterr, -ENOMEM, "Out of memory");
        int r = files_write(etc, "hostname", line, strlen(line), 0644, reterr);
        if (r >= 0 && sethostname(name, strlen(name)) < 0)
                r = error_errno(reterr, -errno, "The host name could not be set");
        return r;
}

struct op *backend_mend(struct host *host, const struct mend *mend, nothing_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct outcome *o = calloc(1, sizeof *o);
        if (!o)
                return NULL;
        *o = (struct outcome) { .done = done, .userdata = userdata };
        if (mend->fix == FIX_CLOCK)
                set_clock(mend->clock_usec, &o->error);
        else if (mend->fix == FIX_HOSTNAME && mend->hostname) {
                if (set_hostname(b, mend->hostname, &o->error) >= 0) {
                        facts_done(&b->facts);
                        facts_read(b->paths.root, &b->facts);
                }
        } else
                error_set(&o->error, -EINVAL, "That cannot be mended from here");
        return later_new(b->event, outcome_give, outcome_drop, o);
}
