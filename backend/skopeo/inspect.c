/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/turn.h"
#include "backend/skopeo/internal.h"

struct inspect {
        struct op op; /* inner: the question */
        struct skopeo *skopeo;
        struct source source; /* as asked for */
        char *digest;         /* of the manifest; NULL: not known yet */
        bool child;           /* it was chosen from a list */
        struct skopeo_manifest manifest;
        image_done_t done;
        void *userdata;
};

static void inspect_drop(struct op *op) {
        struct inspect *i = container_of(op, struct inspect, op);
        source_done(&i->source);
        skopeo_manifest_done(&i->manifest);
        free(i->digest);
}

static void inspect_end(struct inspect *i, struct image *image, struct error *e) {
        op_end(&i->op);
        i->done(image, e, i->userdata);
}

static void inspect_fail(struct inspect *i, struct error *e) {
        _cleanup_free_ char *text = source_text(&i->source);
        error_wrap(&e, e->code, "%s cannot be used", text);
        inspect_end(i, NULL, e);
}

static void inspect_fail_digest(struct inspect *i, const char *what) {
        struct error *e = NULL;
        _cleanup_free_ char *text = source_text(&i->source);
        error_set(&e, -EBADMSG, "The %s of %s is not what its digest says", what, text);
        error_hint(&e, "It was changed on the way, or where it lies: do not use it");
        inspect_end(i, NULL, e);
}

/* What is asked next; with a digest a registry is asked for exactly that. */
static void inspect_ask(struct inspect *i, bool config, skopeo_answer_t done) {
        char **words = NULL;
        strv_add(&words, "skopeo");
        strv_add(&words, "inspect");
        strv_add(&words, "--raw");
        if (config)
                strv_add(&words, "--config");
        strv_take(&words, source_text_of(&i->source, i->source.tag, i->digest));
        op_wait(&i->op, skopeo_ask(i->skopeo, &i->source, words, SKOPEO_DOCUMENT_MAX, done, i));
}

static void inspect_take_config(struct inspect *i, const char *text, size_t n) {
        struct error *e = NULL;
        _cleanup_image_ struct image *image = new0(struct image);
        if (skopeo_read_config(text, n, image, &e) < 0) {
                inspect_fail(i, e);
                return;
        }
        _cleanup_free_ char *name = source_name(&i->source);
        image->id = xstrdup(i->manifest.config + strlen("sha256:"));
        image->digest = xstrdup(i->digest);
        struct reference_parts p = reference_split(name);
        if (!p.digest.n)
                strv_add(&image->names, name);
        strv_addf(&image->repo_digests, "%.*s@%s", (int) p.repository.n, p.repository.at, i->digest);
        image->size = i->manifest.bytes;
        image->source = source_text(&i->source);
        inspect_end(i, TAKE(image), NULL);
}

static void inspect_on_config(struct str *answer, struct error *e, void *userdata) {
        struct inspect *i = userdata;
        char hex[DIGEST_HEX];
        if (e) {
                inspect_end(i, NULL, e);
                return;
        }
        digest_bytes(answer->text, answer->length, hex);
        if (!str_equal(hex, i->manifest.config + strlen("sha256:"))) {
                inspect_fail_digest(i, "configuration");
                return;
        }
        skopeo_cache_put(&i->skopeo->cache, i->manifest.config, answer->text, answer->length);
        inspect_take_config(i, answer->text, answer->length);
}

static void inspect_look(void *state);

static void inspect_take_manifest(struct inspect *i, const char *text, size_t n) {
        struct error *e = NULL;
        size_t length;
        skopeo_manifest_done(&i->manifest);
        int r = skopeo_read_manifest(text, n, i->skopeo->architecture, &i->manifest, &e);
        /* An archive has no way to ask for one of a list, and a list of lists is nobody's. */
        if (r >= 0 && i->manifest.child && (i->child || i->source.transport != SOURCE_REGISTRY)) {
                r = error_set(&e, -EBADMSG, "It is a list of images for several processors");
                error_hint(&e, "skopeo copy takes the one for this host out of it");
        }
        if (r < 0) {
                inspect_fail(i, e);
                return;
        }
        if (i->manifest.child) {
                str_replace(&i->digest, i->manifest.child);
                i->child = true;
                inspect_look(i);
                return;
        }
        _cleanup_free_ char *known = skopeo_cache_get(&i->skopeo->cache, i->manifest.config, &length);
        if (known)
                inspect_take_config(i, known, length);
        else
                inspect_ask(i, true, inspect_on_config);
}

static void inspect_on_manifest(struct str *answer, struct error *e, void *userdata) {
        struct inspect *i = userdata;
        char hex[DIGEST_HEX];
        if (e) {
                inspect_end(i, NULL, e);
                return;
        }
        digest_bytes(answer->text ? answer->text : "", answer->length, hex);
        _cleanup_free_ char *digest = str_printf("sha256:%s", hex);
        if (i->digest && !str_equal(digest, i->digest)) {
                inspect_fail_digest(i, "manifest");
                return;
        }
        str_replace(&i->digest, digest);
        if (answer->length)
                skopeo_cache_put(&i->skopeo->cache, digest, answer->text, answer->length);
        inspect_take_manifest(i, answer->text ? answer->text : "", answer->length);
}

/* The manifest of a digest may be known; that of a tag must be asked for. */
static void inspect_look(void *state) {
        struct inspect *i = state;
        size_t n;
        _cleanup_free_ char *known = i->digest ? skopeo_cache_get(&i->skopeo->cache, i->digest, &n) : NULL;
        if (known)
                inspect_take_manifest(i, known, n);
        else
                inspect_ask(i, false, inspect_on_manifest);
}

struct op *skopeo_inspect(struct skopeo *skopeo, const struct source *source, image_done_t done,
                          void *userdata) {
        struct inspect *i = new0(struct inspect);
        *i = (struct inspect) {
                .op.drop = inspect_drop,
                .skopeo = skopeo,
                .digest = xstrdup(source->digest),
                .done = done,
                .userdata = userdata,
        };
        source_copy(source, &i->source);
        return op_answer(&i->op, skopeo->event, inspect_look);
}
