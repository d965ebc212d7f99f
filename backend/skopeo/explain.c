/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What skopeo complains of as data: the first row whose text is in its last line wins, so what is more exact
 * comes first. "*" in a sentence or a hint is the registry or the path, "#" the whole source. */
#include "backend/skopeo/internal.h"

enum {
        OF_ANY,
        OF_REGISTRY,
        OF_PATH,
};

static const struct {
        const char *text; /* part of the complaint, without case */
        int of;
        int error;
        const char *sentence, *hint;
} complaint_table[] = {
        { "no policy.json", OF_ANY, -EPERM, "This host has no policy for images",
          "/etc/containers/policy.json says which may be pulled; containers-policy.json(5)" },
        { "trust policy", OF_ANY, -EPERM, "This host's policy for images cannot be read",
          "/etc/containers/policy.json; containers-policy.json(5)" },
        { "invalid policy", OF_ANY, -EPERM, "This host's policy for images cannot be read",
          "/etc/containers/policy.json; containers-policy.json(5)" },
        { "rejected by policy", OF_ANY, -EPERM, "This host's policy refuses #",
          "/etc/containers/policy.json decides which images may be pulled; containers-policy.json(5)" },
        { "signature was required", OF_ANY, -EPERM, "This host's policy wants a signature, and # has none",
          "/etc/containers/policy.json decides which images may be pulled; containers-policy.json(5)" },
        { "is blocked in", OF_REGISTRY, -EPERM, "This host's list of registries blocks *",
          "registries.conf in /etc/containers; containers-registries.conf(5)" },
        { "signed by unknown authority", OF_REGISTRY, -EPROTO,
          "The certificate of * is signed by an authority that this host does not know",
          "Put the authority's certificate into /etc/containers/certs.d/*/ca.crt" },
        { "certificate has expired", OF_REGISTRY, -EPROTO,
          "The certificate of * has expired, or this host's clock is wrong",
          "openssl s_client -connect * shows the certificate" },
        { "certificate is valid for", OF_REGISTRY, -EPROTO, "The certificate of * is made for another name",
          "Use the name that the certificate has, or have it made anew" },
        { "certificate is not valid for any names", OF_REGISTRY, -EPROTO,
          "The certificate of * is made for another name",
          "Use the name that the certificate has, or have it made anew" },
        { "x509:", OF_REGISTRY, -EPROTO, "The certificate of * is not trusted",
          "openssl s_client -connect * shows the certificate" },
        { "http response to https client", OF_REGISTRY, -EPROTO, "The registry * has no TLS",
          "registries.conf can allow it with insecure = true; containers-registries.conf(5)" },
        { "tls:", OF_REGISTRY, -EPROTO, "The TLS connection to * failed", NULL },
        { "toomanyrequests", OF_REGISTRY, -EAGAIN, "The registry * limits how often it may be asked",
          "Try again later, or log in: podman login *" },
        { "too many requests", OF_REGISTRY, -EAGAIN, "The registry * limits how often it may be asked",
          "Try again later, or log in: podman login *" },
        { "invalid username/password", OF_REGISTRY, -EACCES, "The registry * refuses the stored password",
          "podman login * stores another one" },
        { "unauthorized", OF_REGISTRY, -EACCES, "The registry * wants a login for #",
          "podman login * stores one; an expired one is replaced" },
        { "authentication required", OF_REGISTRY, -EACCES, "The registry * wants a login for #",
          "podman login * stores one; an expired one is replaced" },
        { "requested access to the resource is denied", OF_REGISTRY, -EACCES,
          "The registry * denies access to #", "podman login * stores another login" },
        { "denied:", OF_REGISTRY, -EACCES, "The registry * denies access to #",
          "podman login * stores another login" },
        { "403 (forbidden)", OF_REGISTRY, -EACCES, "The registry * denies access to #",
          "podman login * stores another login" },
        { "manifest unknown", OF_REGISTRY, -ENOENT, "The registry * has no #",
          "fairlead images --from docker://HOST/NAME lists the tags of a name" },
        { "name unknown", OF_REGISTRY, -ENOENT, "The registry * does not know the name of #",
          "A name is everything between the host and the tag" },
        { "repository name not known", OF_REGISTRY, -ENOENT, "The registry * does not know the name of #",
          "A name is everything between the host and the tag" },
        { "404 (not found)", OF_REGISTRY, -ENOENT, "The registry * has no #",
          "fairlead images --from docker://HOST/NAME lists the tags of a name" },
        { "no such host", OF_REGISTRY, -EHOSTUNREACH, "The registry * has no address",
          "Its name is not known to DNS here" },
        { "dial tcp: lookup", OF_REGISTRY, -EHOSTUNREACH, "The address of the registry * cannot be found",
          "No DNS server answers: resolvectl status" },
        { "connection refused", OF_REGISTRY, -ECONNREFUSED, "The registry * refuses connections",
          "Its address and port decide, and whether it runs" },
        { "connection reset", OF_REGISTRY, -ECONNRESET, "The registry * broke the connection off",
          "Try again; its own log may say why" },
        { "network is unreachable", OF_REGISTRY, -ENETUNREACH, "This host has no way to the registry *",
          "ip route shows its ways" },
        { "no route to host", OF_REGISTRY, -EHOSTUNREACH, "This host has no way to the registry *",
          "ip route shows its ways" },
        { "i/o timeout", OF_REGISTRY, -ETIMEDOUT, "The registry * does not answer",
          "Its address and this host's network decide" },
        { "timeout", OF_REGISTRY, -ETIMEDOUT, "The registry * does not answer",
          "Its address and this host's network decide" },
        { "deadline exceeded", OF_REGISTRY, -ETIMEDOUT, "The registry * does not answer",
          "Its address and this host's network decide" },
        { "no space left", OF_ANY, -ENOSPC, "There is no space left to read #",
          "Archives are unpacked in /var/tmp: df /var/tmp" },
        { "more than one image", OF_PATH, -EINVAL, "* holds more than one image",
          "Name one behind a colon; fairlead images --from # lists what can be listed" },
        { "expected 1 item", OF_PATH, -EINVAL, "* holds more than one image",
          "Name one behind a colon; fairlead images --from # lists what can be listed" },
        { "no image found in", OF_ANY, -ENOENT, "# has no image for this host's processor", NULL },
        { "no descriptor found", OF_PATH, -ENOENT, "* holds no image of this name",
          "fairlead images --from oci:PATH lists those that it holds" },
        { "descriptor not found", OF_PATH, -ENOENT, "* holds no image of this name",
          "fairlead images --from oci:PATH lists those that it holds" },
        { "tag \"", OF_PATH, -ENOENT, "* holds no image of this name",
          "fairlead images --from docker-archive:PATH lists those that it holds" },
        { "archive file not found", OF_PATH, -ENOENT, "There is no image at *",
          "ls -l shows what is there; a stick must be mounted" },
        { "no such file or directory", OF_PATH, -ENOENT, "There is no image at *",
          "ls -l shows what is there; a stick must be mounted" },
        { "not a directory", OF_PATH, -ENOENT, "There is no image at *",
          "ls -l shows what is there; a stick must be mounted" },
        { "permission denied", OF_ANY, -EACCES, "Permission denied for #", "Run fairlead as root" },
        { "does not match", OF_ANY, -EBADMSG, "# is not what its digest says",
          "It was changed on the way, or where it lies: do not use it" },
        { "unexpected eof", OF_PATH, -EBADMSG, "* is cut off or damaged", "Copy it again" },
        { "unexpected end of", OF_PATH, -EBADMSG, "* is cut off or damaged", "Copy it again" },
        { "invalid tar header", OF_PATH, -EBADMSG, "* is no archive of an image", NULL },
        { "archive/tar", OF_PATH, -EBADMSG, "* is no archive of an image", NULL },
        { "gzip:", OF_PATH, -EBADMSG, "* is cut off or damaged", "Copy it again" },
        { "manifest.json", OF_PATH, -EBADMSG, "* is no archive of an image", NULL },
        { "is a directory", OF_PATH, -EBADMSG, "* is a folder, not an archive",
          "A folder is oci:PATH or dir:PATH" },
        { "500 internal", OF_REGISTRY, -EREMOTEIO, "The registry * failed", "Its own log says why" },
        { "502 ", OF_REGISTRY, -EREMOTEIO, "The registry * failed", "Its own log says why" },
        { "503 ", OF_REGISTRY, -EREMOTEIO, "The registry * is out of service", "Try again later" },
        { "eof", OF_REGISTRY, -ECONNRESET, "The registry * broke the connection off",
          "Try again; its own log may say why" },
        { "unknown manifest", OF_ANY, -EBADMSG, "# has a manifest that is none", NULL },
        { "invalid character", OF_ANY, -EBADMSG, "# has a manifest that is none", NULL },
};

/* "*" and "#" filled in; the caller frees. */
static char *complaint_fill(const char *sentence, const char *place, const char *whole) {
        struct str s = {};
        for (; *sentence; sentence++)
                if (*sentence == '*')
                        str_add(&s, place);
                else if (*sentence == '#')
                        str_add(&s, whole);
                else
                        str_add_char(&s, *sentence);
        return str_take(&s);
}

/* The last line that is not empty, without what logrus puts around it:
 *     time="…" level=fatal msg="Error parsing image name \"docker://…\": …" */
static char *complaint_line(const char *text, size_t n) {
        while (n > 0 && strchr("\r\n ", text[n - 1]))
                n--;
        const char *newline = memrchr(text, '\n', n);
        const char *line = newline ? newline + 1 : text;
        n -= newline ? (size_t) (line - text) : 0;
        const char *message = memmem(line, n, "msg=\"", 5);
        struct str s = {};
        if (!message) {
                str_add_bytes(&s, line, n);
                return str_take(&s);
        }
        for (const char *c = message + 5; c < line + n && *c != '"'; c++) {
                c += *c == '\\' && c + 1 < line + n;
                str_add_char(&s, *c);
        }
        return str_take(&s);
}

/* The names of what was asked for, whose words are not skopeo's ("docker://HOST/denied:8"), go. */
static void complaint_without(char *line, const char *name) {
        size_t n = strlen(name);
        for (char *at = line; n > 1 && (at = strstr(at, name));)
                memmove(at, at + n, strlen(at + n) + 1);
}

int skopeo_explain(struct error **reterr, const struct source *source, const char *text, size_t n) {
        _cleanup_free_ char *line = complaint_line(text ? text : "", text ? n : 0),
                            *place = source_place(source), *whole = source_text(source);
        int of = source->transport == SOURCE_REGISTRY ? OF_REGISTRY : OF_PATH;
        error_set(reterr, -EIO, "%s", *line ? line : "skopeo does not say why");
        complaint_without(line, whole);
        complaint_without(line, source->at);
        for (size_t i = 0; i < ELEMENTS(complaint_table); i++) {
                if ((complaint_table[i].of && complaint_table[i].of != of) ||
                    !strcasestr(line, complaint_table[i].text))
                        continue;
                _cleanup_free_ char *sentence = complaint_fill(complaint_table[i].sentence, place, whole);
                error_wrap(reterr, complaint_table[i].error, "%s", sentence);
                if (complaint_table[i].hint) {
                        _cleanup_free_ char *hint = complaint_fill(complaint_table[i].hint, place, whole);
                        error_hint(reterr, "%s", hint);
                }
                return complaint_table[i].error;
        }
        return error_wrap(reterr, -EIO, "%s cannot be read", whole);
}
