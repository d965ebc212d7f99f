/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A load that is repeated whenever something changed (screen_class.changed). A change does not begin a load
 * under way anew: where changes never stop, as in a storm of reloads of systemd, no load would ever end. One
 * more load follows instead.
 *
 *     if (reload_wanted(&st->loading, topics))
 *             st->loading.op = host_list_things(host, things_loaded, s);
 *
 * and in the answer, when all of it was taken:
 *
 *     if (reload_answered(&st->loading))
 *             things_load(s, TOPIC_THINGS);
 */

#include "base/op.h"

struct reload {
        struct op *op;          /* of the load; owned by the screen */
        bool again;             /* something changed since it began */
};

/* The topics of changed(). All at once are a request of the person (R, or the screen's own at its opening): a
 * load that hangs is dropped. */
static inline bool reload_wanted(struct reload *r, unsigned topics) {
        if (topics == ~0U)
                r->op = op_cancel(r->op);
        r->again = r->op;
        return !r->op;
}

/* To be called once in the answer; true: load once more. */
static inline bool reload_answered(struct reload *r) {
        r->op = op_cancel(r->op);
        return r->again;
}
