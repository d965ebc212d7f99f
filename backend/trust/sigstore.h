/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What cosign attaches to an image, in the registry under tags that are made of its digest: sha256-HEX.sig
 * (signatures), .att (attestations), .sbom; and sha256-HEX, where a registry without the interface for it
 * lists what refers to an image. */

#include "backend/trust/trust.h"

#define SIGSTORE_MANIFEST_MAX (1024U * 1024)

struct sigstore_signature {
        char *payload;   /* digest of what is signed */
        char *signature; /* base64 */
};
struct sigstore {
        struct sigstore_signature *items;
        size_t n;
};
void sigstore_done(struct sigstore *sigstore);
/* The manifest of the tag .sig. -EBADMSG. */
int sigstore_read(const char *text, size_t n, struct sigstore *ret, struct error **reterr);

/* Whether this public key (PEM) made the signature (base64) of these bytes. */
bool sigstore_verify(const char *pem, size_t n_pem, const char *payload, size_t n, const char *signature);
bool sigstore_key_valid(const char *pem, size_t n);

struct attachments {
        bool provenance, sbom;
};
/* The manifest of the tag .att, or the list of the tag without an ending; adds to *ret. -EBADMSG. */
int sigstore_read_attached(const char *text, size_t n, struct attachments *ret, struct error **reterr);
