/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What skopeo prints, and what lies in the cache: the first line of the input names the parser. */
#include <stdint.h>

#include "backend/skopeo/internal.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void skopeo_fuzz_manifest(const char *text, size_t n) {
        struct skopeo_manifest m;
        _cleanup_error_ struct error *e = NULL;
        if (skopeo_read_manifest(text, n, "amd64", &m, &e) >= 0)
                MUST(!e && !m.child == skopeo_digest_valid(m.config) && (!m.child || skopeo_digest_valid(m.child)));
        else
                MUST(e && e->message);
        skopeo_manifest_done(&m);
}

static void skopeo_fuzz_config(const char *text, size_t n) {
        _cleanup_image_ struct image *image = new0(struct image);
        _cleanup_error_ struct error *e = NULL;
        MUST((skopeo_read_config(text, n, image, &e) < 0) == !!e);
        MUST(image->labels.n <= LABELS_MAX && strv_length(image->volumes) <= VOLUMES_MAX);
}

static void skopeo_fuzz_tags(const char *text, size_t n) {
        _cleanup_strv_ char **tags = NULL;
        skopeo_read_tags(text, n, &tags, NULL);
        MUST(strv_length(tags) <= SKOPEO_TAGS_MAX);
        for (char **tag = tags; tag && *tag; tag++)
                MUST(**tag && !str_has_controls(*tag) && !strpbrk(*tag, " \\'\""));
}

static void skopeo_fuzz_index(const char *text, size_t n) {
        _cleanup_strv_ char **names = NULL;
        skopeo_read_index(text, n, &names, NULL);
        for (char **name = names; name && *name; name++)
                MUST(!str_has_controls(*name) && strlen(*name) <= 512);
}

static void skopeo_fuzz_complaint(const char *text, size_t n) {
        static const char *const sources[] = { "docker://registry.example.test:5000/a:8", "oci-archive:/a.tar:8" };
        for (size_t i = 0; i < ELEMENTS(sources); i++) {
                _cleanup_(source_done) struct source source = {};
                _cleanup_error_ struct error *e = NULL;
                MUST(source_parse(sources[i], NULL, &source, NULL) >= 0);
                MUST(skopeo_explain(&e, &source, text, n) < 0 && e && *e->message);
        }
}

static const struct {
        const char *name;
        void (*run)(const char *text, size_t n);
} skopeo_parsers[] = {
        { "manifest", skopeo_fuzz_manifest }, { "config", skopeo_fuzz_config },       { "tags", skopeo_fuzz_tags },
        { "index", skopeo_fuzz_index },       { "complaint", skopeo_fuzz_complaint },
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        const char *end = memchr(bytes, '\n', n);
        size_t name = end ? (size_t) (end - (const char *) bytes) : n;
        for (size_t i = 0; end && i < ELEMENTS(skopeo_parsers); i++)
                if (strlen(skopeo_parsers[i].name) == name && memcmp(skopeo_parsers[i].name, bytes, name) == 0)
                        skopeo_parsers[i].run(end + 1, n - name - 1);
        return 0;
}
