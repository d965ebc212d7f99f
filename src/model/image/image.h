/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A container image: its names, digest and labels. Strings are raw bytes, shown only through base/text.h. */

#include "base/base.h"

struct label {
        char *key;
        char *value; /* behind the key, in the same piece of memory */
};
struct label_room;

/* Keys and values: labels, or variables of a recipe. Sorted by key (strcmp), each key once; all zero is a
 * valid, empty list. */
struct label_list {
        struct label *items;
        size_t n;
        struct label_room *room; /* private to label.c */
};
/* Room in one piece for n labels, whose keys and values, each with its NUL, have so many bytes; more are
 * possible. Only of an empty list. */
void label_list_reserve(struct label_list *list, size_t n, size_t bytes);
void label_list_done(struct label_list *list);
void label_list_set(struct label_list *list, const char *key, const char *value);       /* NULL removes */
/* The same with the lengths of both: value need not end there. */
void label_list_put(struct label_list *list, const char *key, size_t n, const char *value, size_t m);
void label_list_copy(const struct label_list *from, struct label_list *to);     /* replaces *to */
const char *label_list_get(const struct label_list *list, const char *key);     /* NULL: none */

struct image {
        char *id;               /* 64 hex digits, without "sha256:" */
        char *digest; /* "sha256:…" of the manifest; NULL: unknown to the engine (Docker, local builds) */
        char **names;           /* "localhost/rsyslog:latest", … ; may be empty (dangling) */
        char **repo_digests;    /* "localhost/rsyslog@sha256:…", … */
        struct label_list labels;
        char **volumes;         /* VOLUME of its Containerfile: "/var/lib/data", …; sorted, each once */
        uint64_t size;          /* bytes; 0: unknown */
        int64_t created;        /* seconds since the epoch; 0: unknown */
        char *architecture;     /* "amd64" or NULL */
        char *source;           /* "engine", "oci:/path", "registry …" */
        uint64_t containers;    /* containers that use it, as the engine counts */
};

struct image *image_free(struct image *image);
struct image *image_copy(const struct image *image); /* the caller's */
DEFINE_CLEANUP(struct image, image_free)
#define _cleanup_image_ _cleanup_(image_freep)

/* Limits of foreign labels. A larger value is cut at LABEL_VALUE_MAX + 1 bytes, for lint. */
#define LABEL_VALUE_MAX (64U * 1024)
#define LABELS_MAX 1024U
/* -E2BIG beyond LABELS_MAX, or for a key of more than 1024 bytes */
int image_add_label(struct image *image, const char *key, const char *value);
/* "/data/" is "/data". What is no absolute path below "/" is left out, and so is what comes after
 * VOLUMES_MAX. */
#define VOLUMES_MAX 256U
void image_add_volume(struct image *image, const char *path);

/* Description for people: first non-empty of org.opencontainers.image.title (where it is more than the
 * image's name), io.k8s.display-name, summary, … ; NULL if none. */
const char *image_summary(const struct image *image);
const char *image_version(const struct image *image);
const char *image_vendor(const struct image *image);

/* The reference to show and to type: names[0], else a repo digest, else the id, else NULL. */
const char *image_reference(const struct image *image);

/* The reference that pins exactly this image: "repository@sha256:…" for the repository of reference where the
 * digest is known, else the image id ("sha256:" + id). The caller frees. */
char *image_pinned(const struct image *image, const char *reference);

/* Whether any of its names, repo digests or its id (also a prefix of 6 or more digits) means `reference`.
 * "rsyslog" matches "localhost/rsyslog:latest"; a missing tag means latest; a given registry or path must
 * match whole. */
bool image_matches(const struct image *image, const char *reference);

/* A service name from the last path component of a reference, without tag and digest:
 * "localhost/broken/rsyslog:8@sha256:…" gives "rsyslog". NULL when nothing remains. The caller frees. */
char *reference_default_name(const char *reference);

/* Grammar of the distribution spec ("Pulling manifests": name, tag, digest) plus host[:port]; at most 512
 * bytes. So a reference never begins with "-". */
bool reference_valid(const char *reference);

/* [a-z0-9][a-z0-9_.-]{0,62}, no trailing dot: service names become unit names and folders. */
bool service_name_valid(const char *name);

/* A reference split: "example.test:443/team/rsyslog:8@sha256:…". Pieces of the string, not NUL-terminated; an
 * absent one has n == 0. */
struct span {
        const char *at;
        size_t n;
};

struct reference_parts {
        struct span registry;           /* "example.test:443": a first part with a dot or a colon, or
                                         * "localhost" */
        struct span path;               /* "team/rsyslog" */
        struct span repository;         /* both: "example.test:443/team/rsyslog" */
        struct span tag;                /* "8" */
        struct span digest;             /* "sha256:…" */
};

/* Splits any string without a check (see reference_valid()). */
struct reference_parts reference_split(const char *reference);

/* Two absent ones are equal too. */
bool span_equal(struct span a, struct span b);

/* ---- pins ---- */

/* A name that fairlead gives to the image of an installed service:
 * "localhost/rsyslog:fairlead-rsyslog-845e5288fab0".
 *
 * A unit names its image by digest ("localhost/rsyslog@sha256:…"). Podman 5 resolves that only while the
 * image has a name of the same repository: a newer build of "localhost/rsyslog:latest" takes the last name
 * away, and then the service cannot start again (seen with 5.4.2; 4.3.1 still finds it). And `podman image
 * prune` removes images without a name. Docker keeps digests by themselves. */

/* The name that pins an image pinned by digest for the service: "repository:tag"; the caller frees. NULL: not
 * needed. program: the first word of the command that runs it ("/usr/bin/podman"). */
char *pin_name(const char *program, const char *pinned, const char *image_id, const char *service);

/* Whether it is such a name. */
bool pin_is(const char *name);

/* Whether the image has only such names: then nothing else uses it. */
bool pin_only(const struct image *image);

/* Moves such names behind all others: people know an image by the name that they gave it. */
void pin_names_last(struct image *image);

/* ---- lists ---- */

struct image_list {
        struct image **items;
        size_t n;
};
struct image_list *image_list_free(struct image_list *list);
DEFINE_CLEANUP(struct image_list, image_list_free)
void image_list_take(struct image_list *list, struct image *image);     /* takes image */
void image_list_sort(struct image_list *list);  /* by image_reference() */
