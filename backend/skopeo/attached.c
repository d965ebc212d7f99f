/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lies beside an image in its registry, under tags of its own. */
#include "backend/skopeo/internal.h"

struct attached {
        struct op op; /* inner: the question */
        skopeo_bytes_done_t bytes;
        skopeo_tags_done_t tags;
        nothing_done_t nothing;
        void *userdata;
};

static void attached_on_answer(struct str *answer, struct error *e, void *userdata) {
        struct attached *a = userdata;
        char **tags = NULL;
        op_end(&a->op);
        if (a->tags) {
                if (!e)
                        skopeo_read_tags(answer->text ? answer->text : "", answer->length, &tags, &e);
                a->tags(tags, e, a->userdata);
        } else if (a->bytes)
                a->bytes(answer, e, a->userdata);
        else
                a->nothing(e, a->userdata);
}

/* words: taken. */
static struct op *attached_ask(struct skopeo *skopeo, const struct source *source, char **words,
                               struct attached ways) {
        struct attached *a = new0(struct attached);
        *a = ways;
        return op_wait(&a->op, skopeo_ask(skopeo, source, words, SKOPEO_DOCUMENT_MAX, attached_on_answer, a));
}

struct op *skopeo_manifest(struct skopeo *skopeo, const struct source *source, skopeo_bytes_done_t done,
                           void *userdata) {
        char **words = NULL;
        strv_add(&words, "skopeo");
        strv_add(&words, "inspect");
        strv_add(&words, "--raw");
        strv_take(&words, source_text(source));
        return attached_ask(skopeo, source, words, (struct attached) { .bytes = done, .userdata = userdata });
}

struct op *skopeo_tags(struct skopeo *skopeo, const struct source *source, skopeo_tags_done_t done,
                       void *userdata) {
        char **words = NULL;
        strv_add(&words, "skopeo");
        strv_add(&words, "list-tags");
        strv_take(&words, source_text_of(source, NULL, NULL));
        return attached_ask(skopeo, source, words, (struct attached) { .tags = done, .userdata = userdata });
}

/* The policy is not asked: what is attached is not signed itself, and is only looked at. */
struct op *skopeo_copy(struct skopeo *skopeo, const struct source *source, const char *folder,
                       nothing_done_t done, void *userdata) {
        char **words = NULL;
        strv_add(&words, "skopeo");
        strv_add(&words, "--insecure-policy");
        strv_add(&words, "copy");
        strv_add(&words, "--quiet");
        strv_take(&words, source_text(source));
        strv_addf(&words, "dir:%s", folder);
        return attached_ask(skopeo, source, words,
                            (struct attached) { .nothing = done, .userdata = userdata });
}
