/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/appliance/appliance.h"

#include <openssl/evp.h>

#include "backend/io/paths.h"
#include "backend/trust/trust.h"

/* The fingerprint as ssh-keygen(1) -l prints it: SHA-256 in base64 without padding. NULL: no key. */
static char *host_key_fingerprint(const char *line) {
        const char *key = strchr(line, ' ');
        _cleanup_str_ struct str blob = {};
        unsigned char digest[32], text[4 * sizeof digest / 3 + 4];
        unsigned n = 0;
        if (!key)
                return NULL;
        key++;
        if (!base64_read(key, strcspn(key, " \r\n"), &blob) || !blob.length ||
            !EVP_Digest(blob.text, blob.length, digest, &n, EVP_sha256(), NULL) || n != sizeof digest)
                return NULL;
        int length = EVP_EncodeBlock(text, digest, sizeof digest);
        while (length > 0 && text[length - 1] == '=')
                length--;
        return xstrndup((const char *) text, (size_t) length);
}

char **appliance_host_keys(const char *root) {
        /* By the files' names, as sshd(8) has them when nothing else is configured. */
        static const struct {
                const char *kind, *path;
        } files[] = {
                { "ED25519", "/etc/ssh/ssh_host_ed25519_key.pub" },
                { "ECDSA", "/etc/ssh/ssh_host_ecdsa_key.pub" },
                { "RSA", "/etc/ssh/ssh_host_rsa_key.pub" },
        };
        char **list = NULL;
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                size_t n;
                _cleanup_free_ char *line = paths_read(root, files[i].path, &n),
                                    *fingerprint = line ? host_key_fingerprint(line) : NULL;
                if (fingerprint)
                        strv_addf(&list, "%s SHA256:%s", files[i].kind, fingerprint);
        }
        return list;
}
