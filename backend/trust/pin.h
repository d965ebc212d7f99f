/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Pinning a signer: the files as they will be when each pull of a repository needs a signature by one key. */

#include "backend/trust/trust.h"

struct pin_key {
        enum trust_kind kind; /* TRUST_SIGNED_BY, TRUST_SIGSTORE */
        char *data;           /* base64, as policy.json takes it */
        char *name;           /* fingerprint of a GPG key, "sigstore" key's SHA-256; for people */
};
void pin_key_done(struct pin_key *key);

/* What a key file has in it: GPG's public key, in armour or not, or one of cosign (PEM). -EINVAL with a
 * sentence: it is neither, or a private key. */
int pin_read_key(const char *file, const char *text, size_t n, struct pin_key *ret, struct error **reterr);

/* The text of policy.json with the rule for this repository; all else stays as it is, byte for byte. The
 * caller frees. -EALREADY: it says so already. */
int pin_policy(const struct policy *policy, const char *repository, const struct pin_key *key, char **ret,
               struct error **reterr);

/* The file of registries.d that sends the engine to the registry for signatures of sigstore, and its path;
 * NULL: the host's files say so already. The caller frees both. -EEXIST: another file has a place of this
 * name, and the engine takes only one. */
int pin_places(const struct places *places, const char *repository, char **ret_path, char **ret_text,
               struct error **reterr);
