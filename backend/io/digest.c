/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/digest.h"

#include <openssl/evp.h>
#include <unistd.h>

struct digest {
        EVP_MD *kind;           /* fetched once: fetching costs more than hashing a small file */
        EVP_MD_CTX *context;
};

struct digest *digest_new(void) {
        _cleanup_(digest_freep) struct digest *digest = calloc(1, sizeof *digest);
        if (!digest)
                return NULL;
        digest->kind = EVP_MD_fetch(NULL, "SHA256", NULL);
        digest->context = EVP_MD_CTX_new();
        return digest->kind && digest->context ? TAKE(digest) : NULL;
}

struct digest *digest_free(struct digest *digest) {
        if (!digest)
                return NULL;
        EVP_MD_CTX_free(digest->context);
        EVP_MD_free(digest->kind);
        free(digest);
        return NULL;
}

int digest_begin(struct digest *digest) {
        return EVP_DigestInit_ex2(digest->context, digest->kind, NULL) == 1 ? 0 : -EIO;
}

int digest_add(struct digest *digest, const void *bytes, size_t n) {
        return EVP_DigestUpdate(digest->context, bytes, n) == 1 ? 0 : -EIO;
}

int digest_end(struct digest *digest, char hex[static DIGEST_HEX]) {
        static const char digits[] = "0123456789abcdef";
        unsigned char bytes[EVP_MAX_MD_SIZE];
        unsigned n = 0;
        if (EVP_DigestFinal_ex(digest->context, bytes, &n) != 1 || n != 32)
                return -EIO;
        for (unsigned i = 0; i < n; i++) {
                hex[2 * i] = digits[bytes[i] >> 4];
                hex[2 * i + 1] = digits[bytes[i] & 15];
        }
        hex[64] = '\0';
        return 0;
}

int digest_bytes(struct digest *digest, const void *bytes, size_t n, char hex[static DIGEST_HEX]) {
        int r = digest_begin(digest);
        if (r >= 0)
                r = digest_add(digest, bytes, n);
        return r < 0 ? r : digest_end(digest, hex);
}

int digest_plan(const struct plan *plan, char hex[static DIGEST_HEX]) {
        _cleanup_(digest_freep) struct digest *digest = digest_new();
        _cleanup_free_ char *text = plan_consent_text(plan);
        return digest && text ? digest_bytes(digest, text, strlen(text), hex) : -ENOMEM;
}

int digest_fd(struct digest *digest, int fd, char hex[static DIGEST_HEX]) {
        char buffer[32 * 1024];
        int r = digest_begin(digest);
        for (off_t at = 0; r >= 0;) {
                ssize_t n = pread(fd, buffer, sizeof buffer, at);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return digest_end(digest, hex);
                at += n;
                r = digest_add(digest, buffer, (size_t) n);
        }
        return r;
}
