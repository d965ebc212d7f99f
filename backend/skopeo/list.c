/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "backend/io/files.h"
#include "backend/io/turn.h"
#include "backend/skopeo/internal.h"

#define LIST_BYTES_MAX (4U * 1024 * 1024)

struct list_row {
        struct list *list;
        struct source source;
        char *reference;
        struct op *op; /* NULL: answered */
};

struct list {
        struct op op; /* inner: the question for the names */
        struct skopeo *skopeo;
        struct source source;
        struct list_row *rows;
        size_t n, left;
        source_seen_t seen;
        nothing_done_t done;
        void *userdata;
};

static void list_drop(struct op *op) {
        struct list *l = container_of(op, struct list, op);
        for (size_t i = 0; i < l->n; i++) {
                op_cancel(l->rows[i].op);
                source_done(&l->rows[i].source);
                free(l->rows[i].reference);
        }
        free(l->rows);
        source_done(&l->source);
}

static void list_end(struct list *l, struct error *e) {
        op_end(&l->op);
        l->done(e, l->userdata);
}

/* false: the list is gone. */
static bool list_say(struct list *l, size_t i, const struct image *image, const struct error *e) {
        op_hold(&l->op);
        const struct source_row row = {
                .at = i, .reference = l->rows[i].reference, .image = image, .error = e
        };
        l->seen(&row, l->userdata);
        return op_release(&l->op);
}

/* A registry that is gone is gone for all that it was still to be asked. */
static bool list_give_up(struct list *l, const struct error *e) {
        for (size_t i = 0; i < l->n; i++) {
                if (!l->rows[i].op)
                        continue;
                l->rows[i].op = op_cancel(l->rows[i].op);
                l->left--;
                if (!list_say(l, i, NULL, e))
                        return false;
        }
        return true;
}

static bool list_means_all(const struct error *e) {
        return e->code == -ETIMEDOUT || e->code == -ECONNREFUSED || e->code == -EHOSTUNREACH ||
               e->code == -ENETUNREACH;
}

static void list_on_image(struct image *found, struct error *error, void *userdata) {
        struct list_row *row = userdata;
        struct list *l = row->list;
        _cleanup_image_ struct image *image = found;
        _cleanup_error_ struct error *e = error;
        row->op = op_cancel(row->op);
        l->left--;
        if (!list_say(l, (size_t) (row - l->rows), image, e))
                return;
        if (e && l->source.transport == SOURCE_REGISTRY && list_means_all(e) && !list_give_up(l, e))
                return;
        if (!l->left)
                list_end(l, NULL);
}

/* names NULL or empty: the source itself is the only one. */
static void list_begin_rows(struct list *l, char *const *names) {
        size_t n = strv_length(names);
        l->n = l->left = n ? n : 1;
        l->rows = xcalloc(l->n, sizeof *l->rows);
        for (size_t i = 0; i < l->n; i++) {
                struct list_row *row = &l->rows[i];
                row->list = l;
                source_copy(&l->source, &row->source);
                if (n)
                        str_replace(&row->source.tag, *names[i] ? names[i] : NULL);
                row->reference = source_text(&row->source);
        }
        for (size_t i = 0; i < l->n; i++)
                l->rows[i].op = skopeo_inspect(l->skopeo, &l->rows[i].source, list_on_image, &l->rows[i]);
        for (size_t i = 0; i < l->n; i++)
                if (!list_say(l, i, NULL, NULL))
                        return;
}

static void list_on_tags(struct str *answer, struct error *error, void *userdata) {
        struct list *l = userdata;
        _cleanup_error_ struct error *e = error;
        _cleanup_strv_ char **names = NULL;
        bool registry = l->source.transport == SOURCE_REGISTRY;
        if (!e)
                skopeo_read_tags(answer->text ? answer->text : "", answer->length, &names, &e);
        l->op.inner = op_cancel(l->op.inner);
        if (!registry)
                e = error_free(e); /* an older skopeo cannot list those: the first image is asked for */
        if (!e && registry && !names) {
                error_set(&e, -ENOENT, "The registry has no tag of %s", l->source.at);
                error_hint(&e, "Name an image by its digest, or another one");
        }
        if (e)
                list_end(l, TAKE(e));
        else
                list_begin_rows(l, names);
}

/* skopeo does not list layouts. */
static void list_read_layout(struct list *l) {
        _cleanup_close_ int fd = open(l->source.at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_free_ char *text = NULL;
        _cleanup_strv_ char **names = NULL;
        size_t n;
        if (fd >= 0 && files_read(fd, "index.json", LIST_BYTES_MAX, &text, &n, NULL) >= 0)
                skopeo_read_index(text, n, &names, NULL);
        list_begin_rows(l, names);
}

static void list_begin(void *state) {
        struct list *l = state;
        bool tags = l->source.transport == SOURCE_REGISTRY || l->source.transport == SOURCE_DOCKER_ARCHIVE;
        if (l->source.tag || l->source.digest)
                list_begin_rows(l, NULL);
        else if (tags) {
                char **words = NULL;
                strv_add(&words, "skopeo");
                strv_add(&words, "list-tags");
                strv_take(&words, source_text(&l->source));
                op_wait(&l->op, skopeo_ask(l->skopeo, &l->source, words, LIST_BYTES_MAX, list_on_tags, l));
        } else if (l->source.transport == SOURCE_LAYOUT)
                list_read_layout(l);
        else
                list_begin_rows(l, NULL);
}

struct op *skopeo_list(struct skopeo *skopeo, const struct source *source, source_seen_t seen,
                       nothing_done_t done, void *userdata) {
        struct list *l = new0(struct list);
        *l = (struct list) { .op.drop = list_drop,
                             .skopeo = skopeo,
                             .seen = seen,
                             .done = done,
                             .userdata = userdata };
        source_copy(source, &l->source);
        return op_answer(&l->op, skopeo->event, list_begin);
}
