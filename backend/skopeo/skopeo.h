/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Images where the engine has not got them (model/image/source.h), asked by skopeo(1): registries, mirrors,
 * authentication files, certificates and the policy are its trade, as they are the engine's. It runs as a
 * child on the loop, without a shell and with an environment of its own; its answers and its time have
 * ceilings, and what it complains of becomes a sentence (explain.c).
 *
 * As many of its children run at once as there are cores; other questions wait their turn. Manifests and
 * configurations are kept in a folder by their digest, and are compared with it when they are read: a second
 * look at a tag costs the one question for its digest. */

#include <systemd/sd-event.h>

#include "model/host.h"
#include "model/image/source.h"

struct skopeo;

struct skopeo_options {
        const char *program; /* NULL: skopeo of the folders of root's PATH */
        const char *cache;   /* the folder, made when needed; NULL: nothing is kept */
        unsigned at_once;    /* children; 0: as many as there are cores */
        unsigned seconds;    /* the most that a child may take; 0: what the transport needs */
};

/* Starts nothing yet. */
struct skopeo *skopeo_new(sd_event *event, const struct skopeo_options *options);
/* All operations have ended or are cancelled. */
struct skopeo *skopeo_free(struct skopeo *skopeo);
DEFINE_CLEANUP(struct skopeo, skopeo_free)

/* The image of a source, without its layers: labels, volumes, digest of its manifest (of a list of manifests
 * the one for this host's processor), the id that the engine will give it, the sum of its layers as they lie
 * there, the name of source_name(), and as its source source_text(). Errors: -ENOENT (no such image, no such
 * file, or no skopeo), -EACCES, -ETIMEDOUT, -ECONNREFUSED, -EBADMSG (what came is not what its digest says),
 * …, each with a sentence and mostly a hint. */
struct op *skopeo_inspect(struct skopeo *skopeo, const struct source *source, image_done_t done,
                          void *userdata);

/* All images of a source: of a registry's name without a tag all its tags, of a layout or an archive those in
 * it; else the one that is named. seen() is called for each at once, with neither an image nor an error, and
 * again when its answer is there, in any order; it may cancel the operation. A registry that is gone is gone
 * for all of them. done() has an error where there is no list. */
struct op *skopeo_list(struct skopeo *skopeo, const struct source *source, source_seen_t seen,
                       nothing_done_t done, void *userdata);

/* From what skopeo printed on standard error about the source, any bytes: sets *reterr and returns its
 * code. */
int skopeo_explain(struct error **reterr, const struct source *source, const char *text, size_t n);

/* The whole environment of its children: ways through proxies, and where it finds its files. The caller
 * frees. */
char **skopeo_environment(void);

/* The path of the program; NULL: it is not installed, and *reterr says what to do. The caller frees. */
char *skopeo_find(struct error **reterr);
