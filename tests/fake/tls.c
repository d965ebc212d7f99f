/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "tests/fake/tls.h"

#define DAY 86400L

static void extend(X509 *certificate, int nid, const char *value) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
        assert_non_null(extension);
        assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
        X509_EXTENSION_free(extension);
}

/* Signed by ca (NULL: by itself), valid from..until, in days from now. */
static X509 *certificate_new(const char *name, EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, long from, long until) {
        static long serial = 1;
        X509 *c = X509_new();
        X509_set_version(c, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(c), serial++);
        X509_gmtime_adj(X509_getm_notBefore(c), from * DAY);
        X509_gmtime_adj(X509_getm_notAfter(c), until * DAY);
        X509_set_pubkey(c, key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC, (const unsigned char *) name, -1, -1, 0);
        X509_set_issuer_name(c, X509_get_subject_name(ca ? ca : c));
        char names[128];
        snprintf(names, sizeof names, "DNS:%s", name);
        if (ca)
                extend(c, NID_subject_alt_name, names);
        else
                extend(c, NID_basic_constraints, "critical,CA:TRUE");
        assert_true(X509_sign(c, ca_key ? ca_key : key, EVP_sha256()) > 0);
        return c;
}

static void keep_pem(X509 *certificate, char pem[4096]) {
        BIO *out = BIO_new(BIO_s_mem());
        char *text = NULL;
        assert_int_equal(PEM_write_bio_X509(out, certificate), 1);
        long n = BIO_get_mem_data(out, &text);
        assert_in_range(n, 1, 4095);
        memcpy(pem, text, (size_t) n);
        pem[n] = '\0';
        BIO_free(out);
}

static _Noreturn void serve(int listener, enum fake_tls_kind kind, X509 *certificate, EVP_PKEY *key) {
        SSL_CTX *context = SSL_CTX_new(TLS_server_method());
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        SSL_CTX_use_certificate(context, certificate);
        SSL_CTX_use_PrivateKey(context, key);
        for (;;) {
                char bytes[512];
                int fd = accept(listener, NULL, NULL);
                if (fd < 0)
                        _exit(1);
                if (kind == FAKE_TLS_PLAIN) {
                        (void) !read(fd, bytes, sizeof bytes);
                        (void) !write(fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
                }
                SSL *ssl = SSL_new(context);
                SSL_set_fd(ssl, fd);
                if (kind < FAKE_TLS_PLAIN && SSL_accept(ssl) == 1)
                        while (SSL_read(ssl, bytes, sizeof bytes) > 0)
                                ;
                while (kind == FAKE_TLS_SILENT && read(fd, bytes, sizeof bytes) > 0)
                        ;
                SSL_free(ssl);
                close(fd);
        }
}

void fake_tls_start(struct fake_tls *fake, enum fake_tls_kind kind) {
        EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
        X509 *ca = certificate_new("Example CA", ca_key, NULL, NULL, -10, 10),
             *other = certificate_new("Other CA", key, NULL, NULL, -10, 10),
             *leaf = certificate_new(kind == FAKE_TLS_OTHER_NAME ? "other.example.test" : "dc1.example.test", key, ca, ca_key,
                                     kind == FAKE_TLS_EARLY ? 5 : -9, kind == FAKE_TLS_EXPIRED ? -5 : 9);
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t n = sizeof address;
        int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        keep_pem(ca, fake->ca);
        keep_pem(other, fake->other_ca);
        assert_int_equal(bind(listener, (struct sockaddr *) &address, sizeof address), 0);
        assert_int_equal(listen(listener, 8), 0);
        assert_int_equal(getsockname(listener, (struct sockaddr *) &address, &n), 0);
        fake->port = ntohs(address.sin_port);
        fake->pid = fork();
        assert_true(fake->pid >= 0);
        if (fake->pid == 0)
                serve(listener, kind, leaf, key);
        close(listener);
        X509_free(leaf);
        X509_free(other);
        X509_free(ca);
        EVP_PKEY_free(key);
        EVP_PKEY_free(ca_key);
}

void fake_tls_stop(struct fake_tls *fake) {
        kill(fake->pid, SIGKILL);
        waitpid(fake->pid, NULL, 0);
}
