/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's trouble: all sources are asked at once, and the list is whole when the last one answered. */

#include "backend/host/internal.h"
#include "backend/io/turn.h"

struct troubles {
        struct op op;
        struct backend *backend;
        struct trouble_list *list;
        struct trouble_limits limits;
        trouble_done_t done;
        void *userdata;
};

static void troubles_drop(struct op *op) {
        struct troubles *t = container_of(op, struct troubles, op);
        trouble_list_free(t->list);
        trouble_limits_done(&t->limits);
}

/* The thresholds, and a line for each that is not understood. */
static void troubles_read_limits(struct troubles *t) {
        const struct paths *paths = &t->backend->paths;
        _cleanup_free_ char *path = str_printf("%s/trouble.conf", paths->config);
        size_t n;
        _cleanup_free_ char *text = paths_read(paths->root, path, &n);
        trouble_limits_read(text, path, &t->limits);
        for (char **wrong = t->limits.wrong; wrong && *wrong; wrong++) {
                _cleanup_free_ char *at = xstrndup(*wrong, strcspn(*wrong, " ") - 1);
                trouble_add(t->list, TROUBLE_SETTINGS, at, PLACE_TEXT, NULL, "%s", *wrong);
        }
}

static void troubles_begin(void *state) {
        struct troubles *t = state;
        troubles_read_limits(t);
        trouble_look_at_disks(t->backend->paths.root, &t->limits, t->list);
        struct trouble_list *list = TAKE(t->list);
        trouble_list_sort(list);
        op_end(&t->op);
        t->done(list, NULL, t->userdata);
}

struct op *backend_look_trouble(struct host *host, trouble_done_t done, void *userdata) {
        struct troubles *t = new0(struct troubles);
        *t = (struct troubles){ .op.drop = troubles_drop,
                                .backend = backend_of(host),
                                .list = new0(struct trouble_list),
                                .done = done,
                                .userdata = userdata };
        return op_answer(&t->op, t->backend->event, troubles_begin);
}

int backend_sleep_trouble(struct host *host, const char *id, int64_t until, struct error **reterr) {
        return error_set(reterr, -ENOSYS, "%s cannot be put to sleep yet", id);
}

const struct host_figures *backend_figures(struct host *host) {
        struct backend *b = backend_of(host);
        figures_read(b->paths.root, &b->figures);
        return &b->figures.shown;
}
