/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/image.h"

#include <strings.h>

#define LABEL_KEY_MAX 1024U
#define VOLUME_PATH_MAX 4096U
#define ID_PREFIX_MIN 6U
#define ID_DIGITS 64U

struct image *image_free(struct image *image) {
        if (!image)
                return NULL;
        FREE_ALL(image->id, image->digest);
        STRV_FREE_ALL(image->names, image->repo_digests, image->volumes);
        label_list_done(&image->labels);
        FREE_ALL(image->architecture, image->source, image);
        return NULL;
}

struct image *image_copy(const struct image *image) {
        struct image *copy = new0(struct image);
        *copy = (struct image) {
                .id = xstrdup(image->id),
                .digest = xstrdup(image->digest),
                .names = image->names ? strv_copy(image->names) : NULL,
                .repo_digests = image->repo_digests ? strv_copy(image->repo_digests) : NULL,
                .volumes = image->volumes ? strv_copy(image->volumes) : NULL,
                .size = image->size,
                .created = image->created,
                .architecture = xstrdup(image->architecture),
                .source = xstrdup(image->source),
                .containers = image->containers,
        };
        label_list_copy(&image->labels, &copy->labels);
        return copy;
}

int image_add_label(struct image *image, const char *key, const char *value) {
        size_t n = strlen(key);
        if (n > LABEL_KEY_MAX || (image->labels.n >= LABELS_MAX && !label_list_get(&image->labels, key)))
                return -E2BIG;
        label_list_put(&image->labels, key, n, value, strnlen(value, LABEL_VALUE_MAX + 1));
        return 0;
}

static int compare_paths(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

void image_add_volume(struct image *image, const char *path) {
        size_t n = strlen(path);
        while (n > 1 && path[n - 1] == '/')
                n--;
        _cleanup_free_ char *clean = xstrndup(path, n);
        if (clean[0] != '/' || n < 2 || n > VOLUME_PATH_MAX || strv_contains(image->volumes, clean) ||
            strv_length(image->volumes) >= VOLUMES_MAX)
                return;
        strv_add(&image->volumes, clean);
        qsort(image->volumes, strv_length(image->volumes), sizeof *image->volumes, compare_paths);
}

static const char *first_label(const struct image *image, const char *const *keys, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const char *value = label_list_get(&image->labels, keys[i]);
                if (!str_empty(value))
                        return value;
        }
        return NULL;
}

const char *image_summary(const struct image *image) {
        static const char *const keys[] = {
                "org.opencontainers.image.title",       "io.k8s.display-name", "summary",
                "org.opencontainers.image.description", "io.k8s.description",  "description",
                "org.label-schema.description",
        };
        const char *title = first_label(image, keys, 1),
                   *other = first_label(image, keys + 1, ELEMENTS(keys) - 1);
        if (!title || !other)
                return title ? title : other;
        /* A title that is only the image's own name adds nothing to a list. */
        _cleanup_free_ char *name =
                image->names && image->names[0] ? reference_default_name(image->names[0]) : NULL;
        return name && strcasecmp(title, name) == 0 ? other : title;
}

const char *image_version(const struct image *image) {
        static const char *const keys[] = { "org.opencontainers.image.version", "version", "Version",
                                            "org.label-schema.version" };
        return first_label(image, keys, ELEMENTS(keys));
}

const char *image_vendor(const struct image *image) {
        static const char *const keys[] = {
                "org.opencontainers.image.vendor",  "vendor",     "Vendor", "org.label-schema.vendor",
                "org.opencontainers.image.authors", "maintainer",
        };
        return first_label(image, keys, ELEMENTS(keys));
}

const char *image_reference(const struct image *image) {
        if (image->names && image->names[0])
                return image->names[0];
        return image->repo_digests && image->repo_digests[0] ? image->repo_digests[0] : image->id;
}

/* ---- does a reference mean this image? ---- */

/* "rsyslog" means the path "rsyslog" of any registry, and Docker Hub's "library/rsyslog";
 * "reg.example.test/team/rsyslog" means itself. */
static bool repository_means(const struct reference_parts *name, const struct reference_parts *wanted) {
        static const char library[] = "library/";
        if (wanted->registry.n > 0)
                return span_equal(name->repository, wanted->repository);
        if (span_equal(name->path, wanted->path))
                return true;
        size_t n = sizeof library - 1;
        return name->path.n == wanted->path.n + n && memcmp(name->path.at, library, n) == 0 &&
               memcmp(name->path.at + n, wanted->path.at, wanted->path.n) == 0;
}

static bool tag_means(const struct reference_parts *name, const struct reference_parts *wanted) {
        static const struct span latest = { "latest", 6 };
        return span_equal(name->tag.n ? name->tag : latest, wanted->tag.n ? wanted->tag : latest);
}

static bool id_means(const struct image *image, const char *reference) {
        const char *rest = str_starts(reference, "sha256:"), *digits = rest ? rest : reference;
        size_t n = strlen(digits);
        return image->id && n >= ID_PREFIX_MIN && n <= ID_DIGITS && strspn(digits, "0123456789abcdef") == n &&
               strncmp(image->id, digits, n) == 0;
}

static bool is_digest(const struct image *image, struct span digest) {
        return image->digest && span_equal((struct span) { image->digest, strlen(image->digest) }, digest);
}

static bool has_digest(const struct image *image, struct span digest) {
        if (is_digest(image, digest))
                return true;
        for (char **d = image->repo_digests; d && *d; d++) {
                struct reference_parts p = reference_split(*d);
                if (span_equal(p.digest, digest))
                        return true;
        }
        return false;
}

/* The first of the names (or repo digests) that the reference means, whatever its digest; NULL. */
static const char *named_by(char *const *names, const struct reference_parts *wanted) {
        for (; names && *names; names++) {
                struct reference_parts name = reference_split(*names);
                if (repository_means(&name, wanted) &&
                    (wanted->digest.n > 0 || (name.digest.n == 0 && tag_means(&name, wanted))))
                        return *names;
        }
        return NULL;
}

bool image_matches(const struct image *image, const char *reference) {
        if (str_empty(reference))
                return false;
        if (id_means(image, reference))
                return true;
        struct reference_parts wanted = reference_split(reference);
        if (wanted.path.n == 0 || (wanted.tag.at && wanted.tag.n == 0) ||
            (wanted.digest.at && !has_digest(image, wanted.digest)))
                return false;
        return named_by(image->names, &wanted) ||
               (wanted.digest.n > 0 && named_by(image->repo_digests, &wanted));
}

/* ---- pinning ---- */

/* The image's own full name for a typed one ("rsyslog" -> "localhost/rsyslog:latest"), so that the pinned
 * form does not depend on short-name search; the typed one where the image does not have such a name; NULL
 * for an id of an image without a name, which has no repository to pin in. */
static const char *full_name(const struct image *image, const char *reference) {
        struct reference_parts wanted = reference_split(reference);
        const char *name = named_by(image->names, &wanted);
        if (!name)
                name = named_by(image->repo_digests, &wanted);
        if (name)
                return name;
        if (!id_means(image, reference))
                return reference_valid(reference) ? reference : NULL;
        if (image->names && image->names[0])
                return image->names[0];
        return image->repo_digests ? image->repo_digests[0] : NULL;
}

/* The repo digest of this repository: the one with the image's digest, else the first. */
static const char *repo_digest_of(const struct image *image, struct span repository) {
        const char *found = NULL;
        for (char **d = image->repo_digests; d && *d; d++) {
                struct reference_parts p = reference_split(*d);
                if (!span_equal(p.repository, repository) || p.digest.n == 0)
                        continue;
                if (is_digest(image, p.digest))
                        return *d;
                if (!found)
                        found = *d;
        }
        return found;
}

char *image_pinned(const struct image *image, const char *reference) {
        const char *name = full_name(image, reference ? reference : "");
        if (name) {
                struct reference_parts p = reference_split(name);
                const char *pinned = repo_digest_of(image, p.repository);
                if (pinned)
                        return xstrdup(pinned);
                if (image->digest)
                        return str_printf("%.*s@%s", (int) p.repository.n, p.repository.at, image->digest);
        }
        return str_printf("sha256:%s", image->id ? image->id : "");
}

/* ---- lists ---- */

struct image_list *image_list_free(struct image_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                image_free(list->items[i]);
        FREE_ALL(list->items, list);
        return NULL;
}

void image_list_take(struct image_list *list, struct image *image) {
        room_for_one((void **) &list->items, list->n, sizeof *list->items);
        list->items[list->n++] = image;
}

/* The keys beside the images: those of thousands lie far apart in memory. */
struct image_order {
        const char *reference;
        struct image *image;
};

static int compare_references(const void *a, const void *b) {
        const struct image_order *x = a, *y = b;
        return strcmp(x->reference, y->reference);
}

void image_list_sort(struct image_list *list) {
        _cleanup_free_ struct image_order *order = xcalloc(list->n + 1, sizeof *order);
        for (size_t i = 0; i < list->n; i++) {
                const char *reference = image_reference(list->items[i]);
                order[i] = (struct image_order) { reference ? reference : "", list->items[i] };
        }
        qsort(order, list->n, sizeof *order, compare_references);
        for (size_t i = 0; i < list->n; i++)
                list->items[i] = order[i].image;
}
