/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where an image is that the engine has not got: a reference with its transport, as
 * containers-transports(5) writes them.
 *
 *     docker://registry.example.test:5000/team/rsyslog:8      a registry, by tag or by @DIGEST
 *     oci:/media/stick/rsyslog:8                              an OCI layout
 *     oci-archive:/media/stick/rsyslog.tar:8                  the same in a tar archive
 *     docker-archive:/root/rsyslog.tar:localhost/rsyslog:8    as `docker save` and `podman save` write it
 *     dir:/media/stick/rsyslog                                a folder as `skopeo copy` writes it */

#include "base/base.h"

enum source_transport {
        SOURCE_REGISTRY,
        SOURCE_LAYOUT,
        SOURCE_OCI_ARCHIVE,
        SOURCE_DOCKER_ARCHIVE,
        SOURCE_FOLDER,
        _SOURCE_TRANSPORT_MAX,
};

struct source {
        enum source_transport transport;
        char *at;     /* "registry.example.test:5000/team/rsyslog"; of the others an absolute path */
        char *tag;    /* of a registry; of an archive or a layout the reference in it; NULL: none is named */
        char *digest; /* "sha256:…", of a registry only; NULL */
};

void source_done(struct source *source);
void source_copy(const struct source *from, struct source *to); /* replaces *to */

/* Whether the text begins with a transport: then it is no name of the engine's. NULL: no. */
bool source_named(const char *text);

/* Parses and judges what a person typed. folder: the one that relative paths begin from; NULL: they are
 * refused. *ret is the caller's, also on failure. -EINVAL with a sentence and mostly a hint. */
int source_parse(const char *text, const char *folder, struct source *ret, struct error **reterr);

/* Whether a text names a source that can hold several images, none of them chosen: a registry's name without
 * a tag or digest, a layout or an archive of Docker's without a reference. skopeo lists no OCI archive. */
bool source_several(const char *text);

/* As skopeo(1) takes it and as it is shown; the caller frees. It parses back to the same. */
char *source_text(const struct source *source);

/* The same place with another tag, or pinned by a digest ("sha256:…"), each NULL: none; the caller frees. A
 * folder has neither, an archive no digest. */
char *source_text_of(const struct source *source, const char *tag, const char *digest);

/* The registry or the path, for sentences: "registry.example.test:5000". The caller frees. */
char *source_place(const struct source *source);

/* The name that the image gets on this host: of a registry what is pulled, ":latest" where no tag is named;
 * of the others the reference in it, "localhost/" before one without a registry, or else a name after the
 * file: "oci:/media/stick/rsyslog-8.tar" is "localhost/rsyslog-8:latest". Always a valid reference with a tag
 * or a digest. The caller frees. */
char *source_name(const struct source *source);

/* An image of a list of a source, lent. While it is asked for it has neither an image nor an error. */
struct image;
struct source_row {
        size_t at;             /* its place in the list, from 0 */
        const char *reference; /* source_text() of just this image */
        const struct image *image;
        const struct error *error;
};
