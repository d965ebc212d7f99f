/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the files of the room: run.c has the children, read.c what they print, cache.c what is kept,
 * explain.c what they complain of; inspect.c and list.c ask. */

#include "backend/io/digest.h"
#include "backend/skopeo/skopeo.h"

#define SKOPEO_DOCUMENT_MAX (4U * 1024 * 1024) /* a manifest or a configuration, as registries bound them */
#define SKOPEO_TAGS_MAX 5000U

struct skopeo_run;

struct skopeo_cache {
        char *path;   /* NULL: nothing is kept */
        int folder;   /* -1: not opened */
        bool refused; /* it cannot be used */
        size_t n;     /* files, and their bytes */
        uint64_t bytes;
};

struct skopeo {
        sd_event *event;
        sd_event_source *turn; /* starts those that wait */
        char *program, *architecture;
        unsigned at_once, seconds, running;
        struct skopeo_run *first, *last; /* waiting */
        struct skopeo_cache cache;
};

/* ---- run.c ---- */

typedef void (*skopeo_answer_t)(struct str *answer, struct error *e, void *userdata);

/* Runs `skopeo WORDS…`; the words are taken. answer: what it printed, at most max bytes; NULL: e says why
 * not, in terms of the source. */
struct op *skopeo_ask(struct skopeo *skopeo, const struct source *source, char **words, size_t max,
                      skopeo_answer_t done, void *userdata);

/* ---- read.c: foreign bytes; -EBADMSG with a sentence ---- */

struct skopeo_manifest {
        char *child;    /* of a list of manifests the digest of the one for this processor; else NULL */
        char *config;   /* digest of the configuration; NULL with a child */
        size_t layers;
        uint64_t bytes; /* of the layers */
};
void skopeo_manifest_done(struct skopeo_manifest *manifest);
/* architecture: "amd64". -ENOENT: the list has none for it. *ret is the caller's, also on failure. */
int skopeo_read_manifest(const char *text, size_t n, const char *architecture, struct skopeo_manifest *ret,
                         struct error **reterr);
/* Adds labels, volumes, architecture and time of a configuration to the image. */
int skopeo_read_config(const char *text, size_t n, struct image *image, struct error **reterr);
/* The answer of list-tags: tags of a registry, whole names of an archive; sorted, without those that cannot
 * be. */
int skopeo_read_tags(const char *text, size_t n, char ***ret, struct error **reterr);
/* The names in an index.json; one without a name is "". */
int skopeo_read_index(const char *text, size_t n, char ***ret, struct error **reterr);
/* "sha256:" and 64 digits. */
bool skopeo_digest_valid(const char *digest);
/* This machine's processor as manifests name it. */
const char *skopeo_architecture(void);

/* ---- cache.c ---- */

/* The document of this digest, as many bytes as it has, or NULL. The caller frees. */
char *skopeo_cache_get(struct skopeo_cache *cache, const char *digest, size_t *ret_n);
/* Keeps it; what cannot be kept is asked again. */
void skopeo_cache_put(struct skopeo_cache *cache, const char *digest, const char *text, size_t n);
void skopeo_cache_close(struct skopeo_cache *cache);
