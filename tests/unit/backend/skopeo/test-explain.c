/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "backend/skopeo/internal.h"

#define HOST "registry.example.test:5000"
#define REF "docker://" HOST "/denied:timeout"
#define FATAL "time=\"2026-11-30T14:27:23Z\" level=fatal msg=\"Error parsing image name \\\"" REF "\\\": "
#define FILE_FATAL "time=\"2026-11-30T14:27:31Z\" level=fatal msg=\"Error parsing image name \\\"docker-archive:/s/a.tar\\\": "

/* As skopeo 1.9 and 1.18 print them. */
static void explains_what_skopeo_says(void **state) {
        static const struct {
                const char *source, *text;
                int code;
                const char *message;
        } rows[] = {
                { REF, FATAL "reading manifest timeout in " HOST "/denied: manifest unknown\"\n", -ENOENT, "The registry " HOST " has no " REF },
                { REF, "level=fatal msg=\"Error listing repository tags: fetching tags list: repository name not known to registry\"", -ENOENT,
                  "The registry " HOST " does not know the name of " REF },
                { REF, FATAL "pinging container registry " HOST ": Get \\\"https://" HOST "/v2/\\\": dial tcp 10.89.7.1:5001: connect: connection refused\"",
                  -ECONNREFUSED, "The registry " HOST " refuses connections" },
                { REF, FATAL "dial tcp: lookup registry.example.test on [::1]:53: read udp [::1]:37809->[::1]:53: read: connection refused\"", -EHOSTUNREACH,
                  "The address of the registry " HOST " cannot be found" },
                { REF, FATAL "dial tcp: lookup registry.example.test: no such host\"", -EHOSTUNREACH, "The registry " HOST " has no address" },
                { REF, FATAL "dial tcp 10.0.0.1:443: i/o timeout\"", -ETIMEDOUT, "The registry " HOST " does not answer" },
                { REF, FATAL "dial tcp 10.0.0.1:443: connect: network is unreachable\"", -ENETUNREACH, "This host has no way to the registry " HOST },
                { REF, FATAL "tls: failed to verify certificate: x509: certificate signed by unknown authority\"", -EPROTO,
                  "The certificate of " HOST " is signed by an authority that this host does not know" },
                { REF, FATAL "x509: certificate has expired or is not yet valid: current time\"", -EPROTO,
                  "The certificate of " HOST " has expired, or this host's clock is wrong" },
                { REF, FATAL "x509: certificate is valid for a.example.test, not registry.example.test\"", -EPROTO,
                  "The certificate of " HOST " is made for another name" },
                { REF, FATAL "http: server gave HTTP response to HTTPS client\"", -EPROTO, "The registry " HOST " has no TLS" },
                { REF, FATAL "toomanyrequests: You have reached your limit\"", -EAGAIN, "The registry " HOST " limits how often it may be asked" },
                { REF, FATAL "unexpected http code: 429 (Too Many Requests)\"", -EAGAIN, "The registry " HOST " limits how often it may be asked" },
                { REF, FATAL "unable to retrieve auth token: invalid username/password: unauthorized: incorrect\"", -EACCES,
                  "The registry " HOST " refuses the stored password" },
                { REF, FATAL "reading manifest: unauthorized: authentication required\"", -EACCES, "The registry " HOST " wants a login for " REF },
                { REF, FATAL "reading manifest: denied: requested access to the resource is denied\"", -EACCES,
                  "The registry " HOST " denies access to " REF },
                { REF, FATAL "received unexpected HTTP status: 500 Internal Server Error\"", -EREMOTEIO, "The registry " HOST " failed" },
                { REF, "level=fatal msg=\"Source image rejected: Running image " REF " is rejected by policy.\"", -EPERM,
                  "This host's policy refuses " REF },
                { REF, "level=fatal msg=\"Error loading trust policy: no policy.json file found at any of the following: \\\"/etc/containers/policy.json\\\"\"",
                  -EPERM, "This host has no policy for images" },
                { REF, FATAL "something new\"", -EIO, REF " cannot be read" },
                { REF, "", -EIO, REF " cannot be read" },
                { REF, "\n\n", -EIO, REF " cannot be read" },
                { "oci:/s/layout", "level=fatal msg=\"x \\\"oci:/s/layout\\\": more than one image in oci, choose an image\"", -EINVAL,
                  "/s/layout holds more than one image" },
                { "oci:/s/layout:9", "level=fatal msg=\"x \\\"oci:/s/layout:9\\\": no descriptor found for reference \\\"9\\\"\"", -ENOENT,
                  "/s/layout holds no image of this name" },
                { "docker-archive:/s/a.tar", FILE_FATAL "Unexpected tar manifest.json: expected 1 item, got 2\"", -EINVAL,
                  "/s/a.tar holds more than one image" },
                { "docker-archive:/s/a.tar:b:1", "level=fatal msg=\"Error retrieving manifest for image: Tag \\\"b:1\\\" not found\"", -ENOENT,
                  "/s/a.tar holds no image of this name" },
                { "docker-archive:/s/a.tar", FILE_FATAL "opening file \\\"/s/a.tar\\\": open /s/a.tar: no such file or directory\"", -ENOENT,
                  "There is no image at /s/a.tar" },
                { "oci-archive:/s/a.tar", "level=fatal msg=\"creating temp directory: archive file not found: \\\"/s/a.tar\\\"\"", -ENOENT,
                  "There is no image at /s/a.tar" },
                { "docker-archive:/s/a.tar", FILE_FATAL "loading tar component \\\"manifest.json\\\": unexpected EOF\"", -EBADMSG,
                  "/s/a.tar is cut off or damaged" },
                { "docker-archive:/s/a.tar", FILE_FATAL "loading tar component \\\"manifest.json\\\": archive/tar: invalid tar header\"", -EBADMSG,
                  "/s/a.tar is no archive of an image" },
                { "docker-archive:/s/a.tar", FILE_FATAL "detecting compression: read /s: is a directory\"", -EBADMSG,
                  "/s/a.tar is a folder, not an archive" },
                { "oci-archive:/s/a.tar", "level=fatal msg=\"untarring: write /var/tmp/x: no space left on device\"", -ENOSPC,
                  "There is no space left to read oci-archive:/s/a.tar" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_error_ struct error *e = NULL;
                _cleanup_(source_done) struct source source = {};
                assert_int_equal(source_parse(rows[i].source, NULL, &source, NULL), 0);
                int code = skopeo_explain(&e, &source, rows[i].text, strlen(rows[i].text));
                assert_string_equal(e->message, rows[i].message);
                assert_int_equal(code, rows[i].code);
                assert_int_equal(e->code, code);
                assert_non_null(e->cause);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(explains_what_skopeo_says) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
