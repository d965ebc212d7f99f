/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/appliance/appliance.h"

#include <openssl/evp.h>

#include "backend/io/base64.h"
#include "backend/io/paths.h"

/* The fingerprint as ssh-keygen(1) -l prints it: SHA-256 in base64 without padding. NULL: no key. */
static char *host_key_fingerprint(const char *line) {
        const char *key = strchr(line, ' ');
        unsigned char digest[32];
        unsigned n = 0;
        size_t length;
        if (!key)
                return NULL;
        key++;
        _cleanup_free_ char *blob = base64_read(key, strcspn(key, " \r\n"), &length);
        if (!blob || !length || !EVP_Digest(blob, length, digest, &n, EVP_sha256(), NULL) ||
            n != sizeof digest)
                return NULL;
        char *text = base64_write(digest, sizeof digest, false);
        text[strcspn(text, "=")] = '\0';
        return text;
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
