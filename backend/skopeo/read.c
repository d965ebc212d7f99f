/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Manifests (OCI image specification, and Docker's schema 2, whose members are the same), configurations, and
 * lists of names. */
#include <sys/utsname.h>

#include "backend/format/image-fields.h"
#include "backend/skopeo/internal.h"

#define LAYERS_MAX 1024U
#define PLATFORMS_MAX 1024U
#define REF_NAME "org.opencontainers.image.ref.name"

static const struct json_limits document_limits = { SKOPEO_DOCUMENT_MAX, 32, 500000 };

bool skopeo_digest_valid(const char *digest) {
        const char *hex = digest ? str_starts(digest, "sha256:") : NULL;
        return hex && strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64;
}

const char *skopeo_architecture(void) {
        static const struct {
                const char *machine, *name;
        } names[] = {
                { "x86_64", "amd64" }, { "aarch64", "arm64" }, { "i686", "386" },          { "i586", "386" },
                { "armv7l", "arm" },   { "armv6l", "arm" },    { "loongarch64", "loong64" },
                { "ppc64le", "ppc64le" }, { "riscv64", "riscv64" }, { "s390x", "s390x" },
        };
        struct utsname u;
        for (size_t i = 0; uname(&u) == 0 && i < ELEMENTS(names); i++)
                if (str_equal(u.machine, names[i].machine))
                        return names[i].name;
        return "amd64";
}

/* ---- manifests ---- */

struct read_layers {
        struct skopeo_manifest *manifest;
        const char *architecture;
        bool exact; /* the child has no variant: every processor of this kind runs it */
};

static int read_layer(struct json_value *value, const char *where, void *userdata, struct error **reterr) {
        struct skopeo_manifest *m = ((struct read_layers *) userdata)->manifest;
        int64_t size = json_integer(json_member(value, "size"));
        m->layers++;
        m->bytes += size > 0 && (uint64_t) size < UINT64_MAX / 2 - m->bytes ? (uint64_t) size : 0;
        return 0;
}

/* Attestations stand in such lists as of the system "unknown". */
static int read_platform(struct json_value *value, const char *where, void *userdata, struct error **reterr) {
        struct read_layers *r = userdata;
        const struct json_value *platform = json_member(value, "platform");
        const char *digest = json_text(json_member(value, "digest"));
        bool plain = !json_text(json_member(platform, "variant"));
        if (!str_equal(json_text(json_member(platform, "os")), "linux") ||
            !str_equal(json_text(json_member(platform, "architecture")), r->architecture) ||
            !skopeo_digest_valid(digest) || (r->manifest->child && (r->exact || !plain)))
                return 0;
        str_replace(&r->manifest->child, digest);
        r->exact = plain;
        return 0;
}

void skopeo_manifest_done(struct skopeo_manifest *manifest) {
        FREE_ALL(manifest->child, manifest->config);
        *manifest = (struct skopeo_manifest) {};
}

int skopeo_read_manifest(const char *text, size_t n, const char *architecture, struct skopeo_manifest *ret,
                         struct error **reterr) {
        *ret = (struct skopeo_manifest) {};
        _cleanup_json_value_ struct json_value *o = NULL;
        struct read_layers reading = { .manifest = ret, .architecture = architecture };
        if (json_parse(text, n, &document_limits, &o, NULL, reterr) < 0 || !json_is(o, SHAPE_OBJECT))
                return error_wrap(reterr, -EBADMSG, "The image's manifest cannot be read");
        if (json_member(o, "manifests")) {
                int r = json_each(json_member(o, "manifests"), "manifests", PLATFORMS_MAX, read_platform,
                                  &reading, reterr);
                if (r < 0)
                        return error_wrap(reterr, -EBADMSG, "The image's list of manifests cannot be read");
                return ret->child ? 0
                                  : error_set(reterr, -ENOENT, "There is none of it for this host's "
                                                               "processor (%s)",
                                              architecture);
        }
        if (json_member(o, "fsLayers"))
                return error_set(reterr, -EBADMSG, "The image is in a format that was given up (schema 1)");
        const char *config = json_text(json_member(json_member(o, "config"), "digest"));
        if (!skopeo_digest_valid(config))
                return error_set(reterr, -EBADMSG, "The manifest names no configuration by its SHA-256");
        ret->config = xstrdup(config);
        return json_each(json_member(o, "layers"), "layers", LAYERS_MAX, read_layer, &reading, reterr) < 0
                       ? error_wrap(reterr, -EBADMSG, "The layers of the image's manifest cannot be read")
                       : 0;
}

/* ---- configurations ---- */

int skopeo_read_config(const char *text, size_t n, struct image *image, struct error **reterr) {
        static const struct json_field fields[] = {
                { .path = "created", .kind = JSON_TIME, .offset = offsetof(struct image, created) },
                { .path = "architecture",
                  .kind = JSON_TEXT,
                  .offset = offsetof(struct image, architecture),
                  .max = 64 },
                { .path = "config.Labels", .kind = JSON_CALL, .call = image_read_labels },
                { .path = "config.Volumes", .kind = JSON_CALL, .call = image_read_volumes },
        };
        _cleanup_json_value_ struct json_value *o = NULL;
        if (json_parse(text, n, &document_limits, &o, NULL, reterr) < 0 || !json_is(o, SHAPE_OBJECT) ||
            json_read(o, "the configuration", fields, ELEMENTS(fields), image, reterr) < 0)
                return error_wrap(reterr, -EBADMSG, "The image's configuration cannot be read");
        return 0;
}

/* ---- lists of names ---- */

static int read_compare(const void *a, const void *b) {
        return str_compare_natural(*(char *const *) a, *(char *const *) b);
}

static int read_tag(struct json_value *value, const char *where, void *userdata, struct error **reterr) {
        const char *text = json_text(value);
        _cleanup_free_ char *whole = str_printf("x:%s", text ? text : "");
        if (text && (reference_valid(whole) || reference_valid(text)))
                strv_add(userdata, text);
        return 0;
}

/* Sorted, each once. */
static void read_order(char **list) {
        size_t n = strv_length(list), kept = 0;
        if (n)
                qsort(list, n, sizeof *list, read_compare);
        for (size_t i = 0; i < n; i++)
                if (kept && str_equal(list[kept - 1], list[i]))
                        free(list[i]);
                else
                        list[kept++] = list[i];
        if (list)
                list[kept] = NULL;
}

static int read_names(const char *text, size_t n, const char *member, json_item_t *item, const char *failed,
                      char ***ret, struct error **reterr) {
        _cleanup_json_value_ struct json_value *o = NULL;
        _cleanup_strv_ char **list = NULL;
        *ret = NULL;
        if (json_parse(text, n, &document_limits, &o, NULL, reterr) < 0 || !json_is(o, SHAPE_OBJECT))
                return error_wrap(reterr, -EBADMSG, "%s", failed);
        struct json_value *names = json_member(o, member);
        if (names && json_each(names, member, SKOPEO_TAGS_MAX, item, &list, reterr) < 0)
                return error_wrap(reterr, -EBADMSG, "%s", failed);
        read_order(list);
        *ret = TAKE(list);
        return 0;
}

int skopeo_read_tags(const char *text, size_t n, char ***ret, struct error **reterr) {
        return read_names(text, n, "Tags", read_tag, "The list of tags cannot be read", ret, reterr);
}

static int read_ref_name(struct json_value *value, const char *where, void *userdata, struct error **reterr) {
        const char *name = json_text(json_member(json_member(value, "annotations"), REF_NAME));
        bool fits = name && strlen(name) <= 512 && !str_has_controls(name) && !strpbrk(name, " \\\"'");
        strv_add(userdata, fits ? name : "");
        return 0;
}

int skopeo_read_index(const char *text, size_t n, char ***ret, struct error **reterr) {
        return read_names(text, n, "manifests", read_ref_name, "The index of the layout cannot be read", ret,
                          reterr);
}
