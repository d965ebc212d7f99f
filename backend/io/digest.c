/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/io/digest.h"

#include <openssl/evp.h>

static void digest_must(bool done) {
        if (!done)
                oom(); /* SHA-256 fails for nothing else */
}

static EVP_MD_CTX *digest_begin(void) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        digest_must(context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1);
        return context;
}

static void digest_end(EVP_MD_CTX *context, char hex[static DIGEST_HEX]) {
        unsigned char bytes[DIGEST_HEX / 2];
        digest_must(EVP_DigestFinal_ex(context, bytes, NULL) == 1);
        for (size_t i = 0; i < sizeof bytes; i++)
                snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
        EVP_MD_CTX_free(context);
}

void digest_bytes(const void *bytes, size_t n, char hex[static DIGEST_HEX]) {
        EVP_MD_CTX *context = digest_begin();
        digest_must(EVP_DigestUpdate(context, bytes, n) == 1);
        digest_end(context, hex);
}

void digest_plan(const struct plan *plan, char hex[static DIGEST_HEX]) {
        _cleanup_free_ char *text = plan_consent_text(plan);
        digest_bytes(text, strlen(text), hex);
}

int digest_fd(int fd, char hex[static DIGEST_HEX]) {
        char buffer[32 * 1024];
        EVP_MD_CTX *context = digest_begin();
        ssize_t n;
        for (off_t at = 0; (n = TEMP_FAILURE_RETRY(pread(fd, buffer, sizeof buffer, at))) > 0; at += n)
                digest_must(EVP_DigestUpdate(context, buffer, (size_t) n) == 1);
        int r = n < 0 ? -errno : 0;
        digest_end(context, hex);
        return r;
}
