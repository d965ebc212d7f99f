/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that a join is given: the CA certificate, compared with the one that the realm's directory shows
 * to everybody, and a keytab. The tools find a wrong one late, and blame the DNS or the network. */
#include <sys/stat.h>

#include "backend/realm/checks/check.h"
#include "backend/wire/kerberos.h"
#include "base/readfile.h"

#define CA_BYTES_MAX (256U * 1024)
#define KEYTAB_BYTES_MAX (1024U * 1024)
#define PEM_BEGINS "-----BEGIN CERTIFICATE-----"
#define PEM_ENDS "-----END CERTIFICATE-----"

static int check_files_digit(char c) {
        return c >= 'A' && c <= 'Z'   ? c - 'A'
               : c >= 'a' && c <= 'z' ? c - 'a' + 26
               : c >= '0' && c <= '9' ? c - '0' + 52
               : c == '+'             ? 62
               : c == '/'             ? 63
                                      : -1;
}

/* The bytes of base64 text up to its end; into room for 3/4 of it. */
static size_t check_files_decode(const char *text, const char *end, uint8_t *ret) {
        uint32_t bits = 0;
        unsigned n_bits = 0;
        size_t n = 0;
        for (; text < end; text++) {
                int digit = check_files_digit(*text);
                if (digit < 0)
                        continue;
                bits = bits << 6 | (uint32_t) digit;
                n_bits += 6;
                if (n_bits >= 8)
                        ret[n++] = (uint8_t) (bits >> (n_bits -= 8));
        }
        return n;
}

static bool check_files_has(const char *text, const struct realm *realm, bool *ret_any) {
        *ret_any = false;
        for (const char *at = text; (at = strstr(at, PEM_BEGINS));) {
                const char *begin = at + strlen(PEM_BEGINS), *end = strstr(begin, PEM_ENDS);
                if (!end)
                        return false;
                _cleanup_free_ uint8_t *der = xcalloc(1, (size_t) (end - begin) + 1);
                size_t n = check_files_decode(begin, end, der);
                *ret_any |= n > 0;
                if (realm->ca && n == realm->n_ca && memcmp(der, realm->ca, n) == 0)
                        return true;
                at = end;
        }
        return false;
}

static char *check_files_read(const struct preflight_run *run, const char *path, size_t max, size_t *ret_n,
                              struct error **reterr) {
        _cleanup_free_ char *real = str_printf("%s%s", run->paths->root, path);
        struct stat st;
        char *text = NULL;
        if (stat(real, &st) >= 0 && !S_ISREG(st.st_mode)) {
                error_set(reterr, -EINVAL, "It is no regular file");
                return NULL;
        }
        return readfile(real, max, &text, ret_n, reterr) < 0 ? NULL : text;
}

static bool check_files_unreadable(struct check_result *result, const char *what, const char *path,
                                   const struct error *e) {
        check_say(result, VERDICT_FAIL, "Give the absolute path of a file of this host", "the %s %s: %s",
                  what, path, e->message);
        result->fix = FIX_CA_FILE;
        return false;
}

static bool check_files_ca(struct preflight_run *run, struct check_result *result) {
        const struct realm *realm = run->preflight->realm;
        _cleanup_error_ struct error *e = NULL;
        size_t n;
        _cleanup_free_ char *text = check_files_read(run, run->ca_file, CA_BYTES_MAX, &n, &e);
        if (!text)
                return check_files_unreadable(result, "CA file", run->ca_file, e);
        bool any, same = check_files_has(text, realm, &any);
        if (!any || (realm->ca && !same)) {
                check_say(result, VERDICT_FAIL,
                          "Copy /etc/ipa/ca.crt of a server, by a way that you trust, and give that file",
                          any ? "%s has not the certificate of the realm's CA: that of %s is another"
                              : "%s has no certificate in PEM",
                          run->ca_file, realm->best ? realm->best : run->domain);
                result->fix = FIX_CA_FILE;
                return false;
        }
        check_detail(result, realm->ca ? "%s has the certificate that the realm's directory shows"
                                       : "%s could not be compared: the directory shows no certificate",
                     run->ca_file);
        return true;
}

static bool check_files_keytab(struct preflight_run *run, struct check_result *result) {
        _cleanup_error_ struct error *e = NULL;
        struct keytab k = {};
        size_t n;
        _cleanup_free_ char *bytes = check_files_read(run, run->keytab, KEYTAB_BYTES_MAX, &n, &e);
        if (!bytes)
                return check_files_unreadable(result, "keytab", run->keytab, e);
        int r = keytab_read((const uint8_t *) bytes, n, &k, &e);
        bool keys = r >= 0 && k.keys;
        keytab_done(&k);
        if (!keys)
                check_say(result, VERDICT_FAIL,
                          "Give a keytab that this host had before (klist -k shows one)",
                          "the keytab %s has no keys%s%s", run->keytab, r < 0 ? ": " : "",
                          r < 0 ? e->message : "");
        return keys;
}

void check_files(struct preflight_run *run, struct check_result *result) {
        if (run->ca_file && !check_files_ca(run, result))
                return;
        if (run->keytab && !check_files_keytab(run, result))
                return;
        check_say(result, VERDICT_OK, NULL, "%s%s%s can be used", run->ca_file ? run->ca_file : "",
                  run->ca_file && run->keytab ? " and " : "", run->keytab ? run->keytab : "");
}
