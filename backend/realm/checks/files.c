/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that a join is given: the CA certificate, compared with the one that the realm's directory shows
 * to everybody and tried on the server, and a keytab. The tools find a wrong one late, and blame the DNS or
 * the network. */
#include <openssl/pem.h>
#include <sys/stat.h>

#include "backend/realm/checks/check.h"
#include "backend/wire/kerberos.h"
#include "backend/wire/tls.h"
#include "base/readfile.h"

#define CA_BYTES_MAX (256U * 1024)
#define KEYTAB_BYTES_MAX (1024U * 1024)

struct files {
        struct op op; /* inner: the try on the server */
        struct preflight_run *run;
        struct check_result *result;
        char *server;
};

static void check_files_drop(struct op *op) {
        free(container_of(op, struct files, op)->server);
}

/* Whether one of these certificates is that of the realm's CA, and whether there is any. */
static bool check_files_has(const char *text, size_t n, const struct realm *realm, bool *ret_any) {
        BIO *pem = BIO_new_mem_buf(text, (int) n);
        char *name = NULL, *header = NULL;
        unsigned char *der = NULL;
        long length = 0;
        bool same = false;
        *ret_any = false;
        while (pem && PEM_read_bio(pem, &name, &header, &der, &length)) {
                *ret_any |= str_equal(name, PEM_STRING_X509);
                same |= realm->ca && (size_t) length == realm->n_ca &&
                        memcmp(der, realm->ca, realm->n_ca) == 0;
                OPENSSL_free(name);
                OPENSSL_free(header);
                OPENSSL_free(der);
        }
        BIO_free(pem);
        return same;
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

/* *ret: its text. */
static bool check_files_ca(struct preflight_run *run, struct check_result *result, char **ret,
                           size_t *ret_n) {
        const struct realm *realm = run->preflight->realm;
        _cleanup_error_ struct error *e = NULL;
        char *text = *ret = check_files_read(run, run->ca_file, CA_BYTES_MAX, ret_n, &e);
        if (!text)
                return check_files_unreadable(result, "CA file", run->ca_file, e);
        bool any, same = check_files_has(text, *ret_n, realm, &any);
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

static void check_files_well(struct preflight_run *run, struct check_result *result) {
        check_say(result, VERDICT_OK, NULL, "%s%s%s can be used", run->ca_file ? run->ca_file : "",
                  run->ca_file && run->keytab ? " and " : "", run->keytab ? run->keytab : "");
}

/* A server that cannot be reached is the matter of the ports. */
static void check_files_tried(struct error *e, void *userdata) {
        struct files *f = userdata;
        struct preflight_run *run = f->run;
        struct check_result *result = f->result;
        _cleanup_error_ struct error *owned = e;
        if (e && e->code == -EKEYREJECTED) {
                check_say(result, VERDICT_FAIL, e->hint, "%s does not fit the server: %s", run->ca_file,
                          e->message);
                result->fix = FIX_CA_FILE;
        } else {
                check_detail(result, "%s port %u: %s", f->server, run->https_port,
                             e ? e->message : "its certificate is verified by that file");
                check_files_well(run, result);
        }
        op_end(&f->op);
        run->settled(run, result);
}

/* The certificate of the server is looked at by a real handshake, before anybody says a password to it. */
struct op *check_files(struct preflight_run *run, struct check_result *result) {
        const struct place *server = run->ldap.n ? &run->ldap.items[0] : NULL;
        _cleanup_free_ char *text = NULL;
        size_t n = 0;
        if (run->ca_file && !check_files_ca(run, result, &text, &n))
                return NULL;
        if (run->keytab && !check_files_keytab(run, result))
                return NULL;
        if (!text || !server || !server->address) {
                check_files_well(run, result);
                return NULL;
        }
        struct files *f = new0(struct files);
        *f = (struct files) {
                .op.drop = check_files_drop, .run = run, .result = result, .server = xstrdup(server->host)
        };
        const struct tls_options options = { .address = server->address,
                                             .port = run->https_port,
                                             .host = server->host,
                                             .pem = text,
                                             .n = n };
        struct op *trial = tls_try(run->event, &options, check_files_tried, f);
        if (trial)
                return op_wait(&f->op, trial);
        check_files_well(run, result);
        return op_cancel(&f->op);
}
