/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/wire/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "backend/io/exchange.h"
#include "base/text.h"

#define NAME_MAX_SHOWN 256
#define NO_TLS "The server does not speak TLS there"

struct tls {
        struct op op; /* inner: the exchange */
        SSL_CTX *context;
        SSL *ssl; /* reads and writes memory */
        char *host;
        void (*done)(struct error *e, void *userdata);
        void *userdata;
        struct error *refused; /* of the certificate */
};

static void tls_drop(struct op *op) {
        struct tls *t = container_of(op, struct tls, op);
        SSL_free(t->ssl);
        SSL_CTX_free(t->context);
        error_free(t->refused);
        free(t->host);
}

/* ---- the certificate ---- */

static char *tls_name(const X509_NAME *name) {
        char text[NAME_MAX_SHOWN] = "";
        X509_NAME_oneline(name, text, sizeof text);
        return text_cleaned(text);
}

static char *tls_time(const ASN1_TIME *time) {
        struct tm tm = {};
        char text[32] = "?";
        if (time && ASN1_TIME_to_tm(time, &tm))
                strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm);
        return xstrdup(text);
}

static void tls_refuse(struct tls *t, long result) {
        X509 *certificate = SSL_get1_peer_certificate(t->ssl);
        _cleanup_free_ char *issuer = certificate ? tls_name(X509_get_issuer_name(certificate)) : NULL,
                            *subject = certificate ? tls_name(X509_get_subject_name(certificate)) : NULL,
                            *ends = certificate ? tls_time(X509_get0_notAfter(certificate)) : NULL,
                            *begins = certificate ? tls_time(X509_get0_notBefore(certificate)) : NULL;
        struct error **e = &t->refused;
        switch (result) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
                error_set(e, -EKEYREJECTED, "the certificate of %s, or one above it, has expired (%s)",
                          t->host, ends);
                error_hint(e, "Renew it on the server (ipa-cert-fix, getcert list); if it is still valid, "
                              "this host's clock is ahead");
                break;
        case X509_V_ERR_CERT_NOT_YET_VALID:
                error_set(e, -EKEYREJECTED, "the certificate of %s is not valid before %s", t->host,
                          begins);
                error_hint(e, "This host's clock may be behind: set it first");
                break;
        case X509_V_ERR_HOSTNAME_MISMATCH:
                error_set(e, -EKEYREJECTED, "the certificate of %s is for another name: %s", t->host,
                          subject);
                error_hint(e, "Give the server by the name that its certificate has");
                break;
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
        case X509_V_ERR_CA_MD_TOO_WEAK:
                error_set(e, -EKEYREJECTED, "the certificate of %s is too weak for this host: %s", t->host,
                          X509_verify_cert_error_string(result));
                error_hint(e, "Renew it on the server with a longer key, or lower this host's crypto "
                              "policy");
                break;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
                error_set(e, -EKEYREJECTED, "the certificate of %s is of another CA: %s", t->host, issuer);
                error_hint(e, "Copy /etc/ipa/ca.crt of a server, by a way that you trust, and give that "
                              "file");
                break;
        default:
                error_set(e, -EKEYREJECTED, "the certificate of %s cannot be verified: %s", t->host,
                          X509_verify_cert_error_string(result));
        }
        X509_free(certificate);
}

/* ---- the handshake ---- */

/* What it has to say is in its memory. */
static void tls_said(const struct tls *t, struct str *out) {
        char *bytes = NULL;
        long n = BIO_get_mem_data(SSL_get_wbio(t->ssl), &bytes);
        str_add_bytes(out, bytes, n > 0 ? (size_t) n : 0);
        (void) BIO_reset(SSL_get_wbio(t->ssl));
}

static ssize_t tls_heard(struct exchange *x, const uint8_t *bytes, size_t n, bool *ret_over, void *userdata,
                         struct error **reterr) {
        struct tls *t = userdata;
        _cleanup_str_ struct str out = {};
        int used = BIO_write(SSL_get_rbio(t->ssl), bytes, n > INT_MAX ? INT_MAX : (int) n);
        ERR_clear_error();
        int r = used > 0 ? SSL_do_handshake(t->ssl) : -1;
        if (r <= 0 && (used <= 0 || SSL_get_error(t->ssl, r) != SSL_ERROR_WANT_READ))
                return error_set(reterr, -EBADMSG, NO_TLS);
        tls_said(t, &out);
        if (out.length)
                exchange_say(x, out.text, out.length);
        if (r <= 0)
                return used;
        long result = SSL_get_verify_result(t->ssl);
        if (result != X509_V_OK)
                tls_refuse(t, result);
        *ret_over = true;
        return used;
}

static void tls_over(unsigned ms, struct error *e, void *userdata) {
        struct tls *t = userdata;
        struct error *refused = TAKE(t->refused);
        op_end(&t->op);
        if (e)
                error_free(refused);
        t->done(e ? e : refused, t->userdata);
}

/* The handshake goes through with any certificate, and the result is read: it has the reason. */
static bool tls_prepare(struct tls *t, const struct tls_options *options) {
        t->context = SSL_CTX_new(TLS_client_method());
        BIO *pem = BIO_new_mem_buf(options->pem, (int) options->n), *in = BIO_new(BIO_s_mem()),
            *out = BIO_new(BIO_s_mem());
        X509_STORE *store = t->context ? SSL_CTX_get_cert_store(t->context) : NULL;
        /* An empty password: without one OpenSSL would ask at the terminal for that of an encrypted piece. */
        for (X509 *ca; store && pem && (ca = PEM_read_bio_X509(pem, NULL, NULL, (char *) "")); X509_free(ca))
                (void) X509_STORE_add_cert(store, ca);
        BIO_free(pem);
        t->ssl = t->context ? SSL_new(t->context) : NULL;
        if (!t->ssl || !in || !out) {
                BIO_free(in);
                BIO_free(out);
                return false;
        }
        SSL_set_bio(t->ssl, in, out);
        SSL_set_verify(t->ssl, SSL_VERIFY_NONE, NULL);
        SSL_set_connect_state(t->ssl);
        return SSL_set1_host(t->ssl, options->host) == 1 &&
               SSL_set_tlsext_host_name(t->ssl, options->host) == 1;
}

struct op *tls_try(sd_event *event, const struct tls_options *options,
                   void (*done)(struct error *e, void *userdata), void *userdata) {
        struct tls *t = new0(struct tls);
        *t = (struct tls) {
                .op.drop = tls_drop, .host = xstrdup(options->host), .done = done, .userdata = userdata
        };
        if (!tls_prepare(t, options))
                return op_cancel(&t->op);
        _cleanup_str_ struct str hello = {};
        (void) SSL_do_handshake(t->ssl);
        tls_said(t, &hello);
        return op_wait(&t->op, exchange_start(event, &(struct exchange_options) { .address = options->address,
                                                                                  .port = options->port,
                                                                                  .request = hello.text,
                                                                                  .n = hello.length,
                                                                                  .heard = tls_heard,
                                                                                  .done = tls_over,
                                                                                  .userdata = t }));
}
