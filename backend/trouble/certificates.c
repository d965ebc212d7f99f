/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates of this host: Cockpit's, and those that certmonger(8) tracks. */

#include <fcntl.h>
#include <openssl/pem.h>
#include <time.h>

#include "backend/io/paths.h"
#include "backend/trouble/trouble.h"
#include "base/ini.h"
#include "base/readfile.h"
#include "base/text.h"

#define CERTIFICATES_MAX 64U
#define REQUESTS "/var/lib/certmonger/requests"
#define COCKPIT "/etc/cockpit/ws-certs.d"

static void certificates_find(const char *root, char ***ret) {
        static const char *const suffixes[] = { ".crt", ".cert" };
        _cleanup_free_ char *cockpit = str_printf("%s" COCKPIT, root),
                            *requests = str_printf("%s" REQUESTS, root);
        for (size_t i = 0; i < ELEMENTS(suffixes); i++) {
                _cleanup_strv_ char **names = folder_names(AT_FDCWD, cockpit, suffixes[i]);
                for (char **name = names; name && *name; name++)
                        strv_addf(ret, COCKPIT "/%s", *name);
        }
        _cleanup_strv_ char **names = folder_names(AT_FDCWD, requests, "");
        for (char **name = names; name && *name; name++) {
                size_t n;
                _cleanup_free_ char *path = str_printf(REQUESTS "/%s", *name),
                                    *text = paths_read(root, path, &n),
                                    *file = text ? ini_value(text, NULL, "cert_file") : NULL;
                if (file && *file == '/')
                        strv_add(ret, file);
        }
}

/* The end of the first certificate of a file, in seconds since the epoch; 0: there is none. */
static int64_t certificates_end(const char *text, size_t n) {
        BIO *bio = n <= INT32_MAX ? BIO_new_mem_buf(text, (int) n) : NULL;
        X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
        struct tm t = {};
        int64_t end =
                certificate && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &t) == 1 ? timegm(&t) : 0;
        X509_free(certificate);
        BIO_free(bio);
        return end;
}

static void certificates_judge(const char *path, int64_t end, int64_t now,
                               const struct trouble_limits *limits, struct trouble_list *list) {
        _cleanup_free_ char *clean = text_cleaned(path);
        char age[24];
        if (!end || end > now + (int64_t) limits->value[LIMIT_CERTIFICATE] * 86400)
                return;
        struct trouble *t =
                trouble_add(list, TROUBLE_CERTIFICATE, path, PLACE_TEXT, NULL,
                            end > now ? "The certificate %s ends in %s" : "The certificate %s ended %s ago",
                            clean, text_age(age, end > now ? end - now : now - end));
        if (end <= now)
                t->since = end;
}

void trouble_look_at_certificates(const char *root, int64_t now, const struct trouble_limits *limits,
                                  struct trouble_list *list) {
        _cleanup_strv_ char **files = NULL;
        certificates_find(root, &files);
        for (size_t i = 0; files && files[i] && i < CERTIFICATES_MAX; i++) {
                size_t n = 0;
                _cleanup_free_ char *text = paths_read(root, files[i], &n);
                if (text)
                        certificates_judge(files[i], certificates_end(text, n), now, limits, list);
        }
}
