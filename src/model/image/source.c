/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/source.h"

#include "model/image/image.h"

#define SOURCE_PATH_MAX 4096U
#define SOURCE_TAG_MAX 512U

static const struct {
        const char *prefix;
        bool tagged; /* a reference may follow the path, behind a colon */
} source_table[_SOURCE_TRANSPORT_MAX] = {
        [SOURCE_REGISTRY] = { "docker://", true },
        [SOURCE_LAYOUT] = { "oci:", true },
        [SOURCE_OCI_ARCHIVE] = { "oci-archive:", true },
        [SOURCE_DOCKER_ARCHIVE] = { "docker-archive:", true },
        [SOURCE_FOLDER] = { "dir:", false },
};

void source_done(struct source *source) {
        FREE_ALL(source->at, source->tag, source->digest);
        *source = (struct source) {};
}

void source_copy(const struct source *from, struct source *to) {
        source_done(to);
        *to = (struct source) { .transport = from->transport,
                                .at = xstrdup(from->at),
                                .tag = xstrdup(from->tag),
                                .digest = xstrdup(from->digest) };
}

/* The row, with the text behind the prefix; _SOURCE_TRANSPORT_MAX: none. */
static enum source_transport source_find(const char *text, const char **ret_rest) {
        enum source_transport t = 0;
        while (text && t < _SOURCE_TRANSPORT_MAX && !(*ret_rest = str_starts(text, source_table[t].prefix)))
                t++;
        return text ? t : _SOURCE_TRANSPORT_MAX;
}

bool source_named(const char *text) {
        const char *rest;
        return source_find(text, &rest) < _SOURCE_TRANSPORT_MAX;
}

static int source_refuse(struct error **reterr, const char *hint, const char *format, const char *text) {
        error_set(reterr, -EINVAL, "\"%s\" %s", text, format);
        return hint ? error_hint(reterr, "%s", hint) : -EINVAL;
}

/* A short name means what registries.conf(5) of the day says, and whoever took it there. */
static int source_parse_registry(const char *text, const char *rest, struct source *ret,
                                 struct error **reterr) {
        if (!reference_valid(rest))
                return source_refuse(reterr, "docker://HOST/NAME, docker://HOST/NAME:TAG or "
                                             "docker://HOST/NAME@sha256:DIGEST",
                                     "is not a reference to a registry", text);
        struct reference_parts p = reference_split(rest);
        if (!p.registry.n)
                return source_refuse(reterr, "Put the registry's host before it: docker://HOST/NAME",
                                     "does not name its registry", text);
        if (p.tag.n && p.digest.n)
                return source_refuse(reterr, "Leave one of them out: the digest names exactly one image",
                                     "has a tag and a digest", text);
        if (p.digest.n && strncmp(p.digest.at, "sha256:", 7) != 0)
                return source_refuse(reterr, NULL, "has a digest that is not SHA-256", text);
        ret->at = xstrndup(p.repository.at, p.repository.n);
        ret->tag = p.tag.n ? xstrndup(p.tag.at, p.tag.n) : NULL;
        ret->digest = p.digest.n ? xstrndup(p.digest.at, p.digest.n) : NULL;
        return 0;
}

/* The first colon ends the path, as in containers/image: no path may have one. */
static int source_parse_path(const char *text, const char *rest, const char *folder, struct source *ret,
                             struct error **reterr) {
        size_t n = source_table[ret->transport].tagged ? strcspn(rest, ":") : strlen(rest);
        if (n == 0)
                return source_refuse(reterr, NULL, "does not name a path", text);
        if (rest[0] != '/' && (!folder || strchr(folder, ':')))
                return source_refuse(reterr, "Write the whole path, from / on",
                                     "names a path that does not begin at /", text);
        ret->at = rest[0] == '/' ? xstrndup(rest, n) : str_printf("%s/%.*s", folder, (int) n, rest);
        if (strlen(ret->at) > SOURCE_PATH_MAX)
                return source_refuse(reterr, NULL, "has a path that is too long", text);
        if (rest[n] && !rest[n + 1])
                return source_refuse(reterr, "Leave the last colon out, or write the image's name behind it",
                                     "ends in a colon", text);
        ret->tag = rest[n] ? xstrdup(rest + n + 1) : NULL;
        if (ret->tag && (strlen(ret->tag) > SOURCE_TAG_MAX || strpbrk(ret->tag, " \\\"'")))
                return source_refuse(reterr, NULL, "names an image that no archive can have", text);
        return 0;
}

int source_parse(const char *text, const char *folder, struct source *ret, struct error **reterr) {
        const char *rest;
        *ret = (struct source) { .transport = source_find(text, &rest) };
        if (ret->transport == _SOURCE_TRANSPORT_MAX) {
                *ret = (struct source) {};
                return source_refuse(reterr,
                                     "docker://HOST/NAME, oci:PATH, oci-archive:PATH, docker-archive:PATH "
                                     "or dir:PATH",
                                     "does not say where the image is", text ? text : "");
        }
        if (str_has_controls(text))
                return error_set(reterr, -EINVAL, "The source of the image has control characters in it");
        return ret->transport == SOURCE_REGISTRY ? source_parse_registry(text, rest, ret, reterr)
                                                 : source_parse_path(text, rest, folder, ret, reterr);
}

char *source_text_of(const struct source *source, const char *tag, const char *digest) {
        bool tagged = source_table[source->transport].tagged;
        if (source->transport != SOURCE_REGISTRY)
                digest = NULL;
        const char *behind = digest ? digest : tagged && tag ? tag : "";
        return str_printf("%s%s%s%s", source_table[source->transport].prefix, source->at,
                          digest ? "@" : *behind ? ":" : "", behind);
}

bool source_several(const char *text) {
        _cleanup_(source_done) struct source source = {};
        return source_named(text) && source_parse(text, NULL, &source, NULL) >= 0 && !source.tag &&
               !source.digest && source.transport != SOURCE_FOLDER &&
               source.transport != SOURCE_OCI_ARCHIVE;
}

char *source_text(const struct source *source) {
        return source_text_of(source, source->tag, source->digest);
}

char *source_place(const struct source *source) {
        struct reference_parts p = reference_split(source->at);
        return source->transport == SOURCE_REGISTRY ? xstrndup(p.registry.at, p.registry.n)
                                                    : xstrdup(source->at);
}

/* A name after the file or the folder, without the ending of an archive. */
static char *source_file_name(const char *path) {
        size_t n = strlen(path);
        while (n > 1 && path[n - 1] == '/')
                n--;
        const char *slash = memrchr(path, '/', n);
        const char *from = slash ? slash + 1 : path;
        _cleanup_free_ char *last = xstrndup(from, n - (size_t) (from - path));
        static const char *const endings[] = { ".gz", ".zst", ".xz", ".tar", ".tgz", ".oci" };
        for (size_t i = 0; i < ELEMENTS(endings); i++) {
                const char *end = str_ends(last, endings[i]);
                if (end && end > last)
                        last[end - last] = '\0';
        }
        for (char *c = last; (c = strpbrk(c, ":@"));)
                *c = '-';
        char *name = reference_default_name(last);
        /* What is no component of a reference ("a..b") has one character in place of each run of those. */
        char *to = name;
        for (const char *c = name; name && (*to = *c); to++)
                for (c++; strchr("._-", *to) && *c && strchr("._-", *c);)
                        c++;
        return name;
}

char *source_name(const struct source *source) {
        _cleanup_free_ char *name = NULL;
        const char *tag = source->tag;
        if (source->transport == SOURCE_REGISTRY)
                return source->digest ? str_printf("%s@%s", source->at, source->digest)
                                      : str_printf("%s:%s", source->at, tag ? tag : "latest");
        if (tag && strpbrk(tag, "/:") && reference_valid(tag)) {
                struct reference_parts p = reference_split(tag);
                name = str_printf("%s%s%s", p.registry.n ? "" : "localhost/", tag,
                                  p.tag.n || p.digest.n ? "" : ":latest");
        } else {
                _cleanup_free_ char *file = source_file_name(source->at);
                name = str_printf("localhost/%s:%s", file ? file : "image", tag ? tag : "latest");
                if (!reference_valid(name)) {
                        free(name);
                        name = str_printf("localhost/%s:latest", file ? file : "image");
                }
        }
        return reference_valid(name) ? TAKE(name) : xstrdup("localhost/image:latest");
}
