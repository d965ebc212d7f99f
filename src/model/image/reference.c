/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/reference.h"

#include "model/image/image.h"

#define REFERENCE_MAX 512U
#define TAG_MAX 128U
#define SERVICE_NAME_MAX 63U

/* Not <ctype.h>: a grammar must not depend on the locale. */
static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}
static bool is_lower(char c) {
        return c >= 'a' && c <= 'z';
}
static bool is_letter(char c) {
        return is_lower(c) || (c >= 'A' && c <= 'Z');
}
static bool is_alnum(char c) {
        return is_letter(c) || is_digit(c);
}
static bool is_hex(char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool span_equal(struct span a, struct span b) {
        return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

static bool span_is(struct span s, const char *text) {
        return s.n == strlen(text) && memcmp(s.at, text, s.n) == 0;
}

void reference_split(const char *reference, struct reference_parts *ret) {
        struct reference_parts p = {};
        const char *end = reference + strlen(reference);

        const char *at = strchr(reference, '@');
        if (at) {
                p.digest = (struct span) { at + 1, (size_t) (end - at - 1) };
                end = at;
        }
        /* A colon after the last slash begins the tag; one before it, the port. */
        const char *slash = memrchr(reference, '/', (size_t) (end - reference));
        const char *last = slash ? slash + 1 : reference;
        const char *colon = memchr(last, ':', (size_t) (end - last));
        if (colon) {
                p.tag = (struct span) { colon + 1, (size_t) (end - colon - 1) };
                end = colon;
        }
        p.repository = (struct span) { reference, (size_t) (end - reference) };
        p.path = p.repository;

        const char *first = memchr(reference, '/', p.repository.n);
        if (first) {
                struct span head = { reference, (size_t) (first - reference) };
                if (memchr(head.at, '.', head.n) || memchr(head.at, ':', head.n) ||
                    span_is(head, "localhost")) {
                        p.registry = head;
                        p.path = (struct span) { first + 1, (size_t) (end - first - 1) };
                }
        }
        *ret = p;
}

/* [a-z0-9]+ with ".", "_", "__" or any number of "-" between. */
static bool path_component_valid(const char *s, size_t n) {
        size_t i = 0;
        for (;;) {
                size_t begin = i;
                while (i < n && (is_lower(s[i]) || is_digit(s[i])))
                        i++;
                if (i == begin)
                        return false;
                if (i == n)
                        return true;
                if (s[i] == '.')
                        i++;
                else if (s[i] == '_')
                        i += i + 1 < n && s[i + 1] == '_' ? 2 : 1;
                else if (s[i] == '-')
                        while (i < n && s[i] == '-')
                                i++;
                else
                        return false;
        }
}

static bool path_valid(struct span path) {
        while (path.n > 0) {
                const char *slash = memchr(path.at, '/', path.n);
                size_t n = slash ? (size_t) (slash - path.at) : path.n;
                if (!path_component_valid(path.at, n))
                        return false;
                if (!slash)
                        return true;
                path.at += n + 1;
                path.n -= n + 1;
        }
        return false;           /* empty, or it ends in a slash */
}

static bool host_name_valid(struct span host) {
        size_t label = 0;       /* bytes of the DNS label so far */
        for (size_t i = 0; i < host.n; i++) {
                char c = host.at[i];
                if (c == '.') {
                        if (label == 0 || host.at[i - 1] == '-')
                                return false;
                        label = 0;
                } else if (is_alnum(c) || (c == '-' && label > 0))
                        label++;
                else
                        return false;
        }
        return label > 0 && host.at[host.n - 1] != '-';
}

static bool registry_valid(struct span registry) {
        struct span host = registry;
        const char *colon;

        if (registry.at[0] == '[') {
                const char *close = memchr(registry.at, ']', registry.n);
                if (!close || close == registry.at + 1)
                        return false;
                for (const char *c = registry.at + 1; c < close; c++)
                        if (!is_hex(*c) && *c != ':' && *c != '.')
                                return false;
                host.n = (size_t) (close - registry.at) + 1;
                colon = host.n < registry.n ? close + 1 : NULL;
                if (colon && *colon != ':')
                        return false;
        } else {
                colon = memchr(registry.at, ':', registry.n);
                if (colon)
                        host.n = (size_t) (colon - registry.at);
                if (!host_name_valid(host))
                        return false;
        }
        if (!colon)
                return true;
        size_t digits = registry.n - host.n - 1;
        if (digits == 0 || digits > 5)
                return false;
        for (size_t i = 1; i <= digits; i++)
                if (!is_digit(colon[i]))
                        return false;
        return true;
}

static bool tag_valid(struct span tag) {
        if (tag.n == 0 || tag.n > TAG_MAX || !(is_alnum(tag.at[0]) || tag.at[0] == '_'))
                return false;
        for (size_t i = 1; i < tag.n; i++)
                if (!is_alnum(tag.at[i]) && !strchr("_.-", tag.at[i]))
                        return false;
        return true;
}

/* algorithm ":" encoded; 32 or more hexadecimal digits, and exactly as many as the two common algorithms. */
static bool reference_digest_valid(struct span digest) {
        const char *colon = memchr(digest.at, ':', digest.n);
        if (!colon || colon == digest.at)
                return false;
        bool begins = true;     /* a component of the algorithm's name begins here */
        for (const char *c = digest.at; c < colon; c++) {
                if (begins ? !is_letter(*c) : !is_alnum(*c) && !strchr("+._-", *c))
                        return false;
                begins = !is_alnum(*c);
        }
        if (begins)
                return false;
        struct span algorithm = { digest.at, (size_t) (colon - digest.at) };
        size_t n = digest.n - algorithm.n - 1;
        if (span_is(algorithm, "sha256") ? n != 64 : span_is(algorithm, "sha512") ? n != 128 : n < 32)
                return false;
        for (size_t i = 1; i <= n; i++)
                if (!is_hex(colon[i]))
                        return false;
        return true;
}

bool reference_valid(const char *reference) {
        struct reference_parts p;
        if (!reference || !*reference || strlen(reference) > REFERENCE_MAX)
                return false;
        reference_split(reference, &p);
        if (p.registry.n > 0 && !registry_valid(p.registry))
                return false;
        if (!path_valid(p.path))
                return false;
        /* A separator with nothing after it is wrong too: the span is empty, but its pointer is set. */
        if (p.tag.at && !tag_valid(p.tag))
                return false;
        return !p.digest.at || (p.digest.n > 0 && reference_digest_valid(p.digest));
}

bool service_name_valid(const char *name) {
        size_t n = name ? strlen(name) : 0;
        if (n == 0 || n > SERVICE_NAME_MAX || name[n - 1] == '.' || !(is_lower(name[0]) || is_digit(name[0])))
                return false;
        for (size_t i = 1; i < n; i++)
                if (!is_lower(name[i]) && !is_digit(name[i]) && !strchr("_.-", name[i]))
                        return false;
        return true;
}

char *reference_default_name(const char *reference) {
        struct reference_parts p;
        if (!reference)
                return NULL;
        reference_split(reference, &p);
        const char *slash = memrchr(p.path.at, '/', p.path.n);
        const char *from = slash ? slash + 1 : p.path.at, *end = p.path.at + p.path.n;

        _cleanup_str_ struct str name = {};
        for (; from < end && name.length < SERVICE_NAME_MAX; from++) {
                char c = *from >= 'A' && *from <= 'Z' ? (char) (*from + ('a' - 'A')) : *from;
                if (!is_lower(c) && !is_digit(c) && !strchr("_.-", c))
                        c = '-';
                if (name.length > 0 || is_lower(c) || is_digit(c))
                        str_add_char(&name, c);
        }
        while (name.length > 0 && strchr(".-_", name.text[name.length - 1]))
                str_cut(&name, name.length - 1);
        return name.length > 0 ? str_take(&name) : NULL;
}
