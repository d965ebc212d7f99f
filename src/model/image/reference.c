/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/image/image.h"

#define REFERENCE_MAX 512U
#define TAG_MAX 128U
#define SERVICE_NAME_MAX 63U

/* Not <ctype.h>: a grammar must not depend on the locale. */
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define ALNUM LOWER UPPER DIGITS
#define HEX DIGITS "abcdefABCDEF"

bool span_equal(struct span a, struct span b) {
        return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

static bool span_is(struct span s, const char *text) {
        return s.n == strlen(text) && memcmp(s.at, text, s.n) == 0;
}

struct reference_parts reference_split(const char *reference) {
        struct reference_parts p = {};
        size_t n = strcspn(reference, "@"), first = strcspn(reference, "/");
        if (reference[n])
                p.digest = (struct span) { reference + n + 1, strlen(reference + n + 1) };
        /* A colon after the last slash begins the tag; one before it, the port. */
        const char *slash = memrchr(reference, '/', n), *end = reference + n;
        const char *last = slash ? slash + 1 : reference, *colon = memchr(last, ':', (size_t) (end - last));
        if (colon) {
                p.tag = (struct span) { colon + 1, (size_t) (end - colon - 1) };
                n = (size_t) (colon - reference);
        }
        p.repository = p.path = (struct span) { reference, n };
        struct span head = { reference, first };
        if (first < n && (memchr(reference, '.', first) || memchr(reference, ':', first) ||
                          span_is(head, "localhost"))) {
                p.registry = head;
                p.path = (struct span) { reference + first + 1, n - first - 1 };
        }
        return p;
}

/* The pieces of a reference end where it ends, or at a separator that is in none of the sets below. */
static bool span_only(struct span s, const char *set) {
        return s.n > 0 && strspn(s.at, set) >= s.n;
}

/* Components [a-z0-9]+ with ".", "_", "__" or any number of "-" between, themselves between slashes. */
static bool path_valid(struct span path) {
        for (const char *at = path.at, *end = path.at + path.n;;) {
                size_t n = strspn(at, LOWER DIGITS);
                at += n;
                if (n == 0 || at == end)
                        return n > 0;
                size_t separator = *at == '.' || *at == '/' ? 1
                                   : *at == '_'             ? strspn(at, "_")
                                                            : strspn(at, "-");
                if (separator == 0 || (*at == '_' && separator > 2))
                        return false;
                at += separator;
        }
}

/* The end of the address in brackets or of the DNS name at `at`, or NULL. */
static const char *host_end(const char *at) {
        if (*at == '[') {
                size_t n = strspn(at + 1, HEX ":.");
                return n > 0 && at[1 + n] == ']' ? at + n + 2 : NULL;
        }
        for (;; at++) {
                size_t n = strspn(at, ALNUM "-");
                if (n == 0 || at[0] == '-' || at[n - 1] == '-')
                        return NULL;
                at += n;
                if (*at != '.')
                        return at;
        }
}

static bool registry_valid(struct span registry) {
        const char *port = host_end(registry.at), *end = registry.at + registry.n;
        if (!port || port == end)
                return port;
        size_t digits = strspn(port + 1, DIGITS);
        return *port == ':' && digits > 0 && digits <= 5 && port + 1 + digits == end;
}

static bool tag_valid(struct span tag) {
        return tag.n <= TAG_MAX && span_only(tag, ALNUM "_.-") && !strchr(".-", tag.at[0]);
}

/* algorithm ":" encoded; 32 or more hexadecimal digits, and exactly as many as the two common algorithms. */
static bool reference_digest_valid(struct span digest) {
        const char *at = digest.at;
        for (;; at++) {         /* the components of the algorithm's name */
                size_t n = strspn(at, ALNUM);
                if (n == 0 || strchr(DIGITS, *at))
                        return false;
                at += n;
                if (!*at || !strchr("+._-", *at))
                        break;
        }
        struct span algorithm = { digest.at, (size_t) (at - digest.at) };
        struct span encoded = { at + 1, digest.n - algorithm.n - 1 };
        if (*at != ':' || !span_only(encoded, HEX))
                return false;
        return span_is(algorithm, "sha256")   ? encoded.n == 64
               : span_is(algorithm, "sha512") ? encoded.n == 128
                                              : encoded.n >= 32;
}

bool reference_valid(const char *reference) {
        if (str_empty(reference) || strlen(reference) > REFERENCE_MAX)
                return false;
        struct reference_parts p = reference_split(reference);
        /* A separator with nothing after it is wrong too: the span is empty, but its pointer is set. */
        return (p.registry.n == 0 || registry_valid(p.registry)) && path_valid(p.path) &&
               (!p.tag.at || tag_valid(p.tag)) && (!p.digest.at || reference_digest_valid(p.digest));
}

bool service_name_valid(const char *name) {
        size_t n = name ? strlen(name) : 0;
        return n > 0 && n <= SERVICE_NAME_MAX && strspn(name, LOWER DIGITS "_.-") == n &&
               !strchr("_.-", name[0]) && name[n - 1] != '.';
}

char *reference_default_name(const char *reference) {
        if (!reference)
                return NULL;
        struct reference_parts p = reference_split(reference);
        const char *slash = memrchr(p.path.at, '/', p.path.n);
        const char *from = slash ? slash + 1 : p.path.at, *end = p.path.at + p.path.n;

        _cleanup_str_ struct str name = {};
        for (; from < end && name.length < SERVICE_NAME_MAX; from++) {
                char c = *from >= 'A' && *from <= 'Z' ? (char) (*from + ('a' - 'A')) : *from;
                if (!strchr(LOWER DIGITS "_.-", c))
                        c = '-';
                if (name.length > 0 || !strchr("_.-", c))
                        str_add_char(&name, c);
        }
        while (name.length > 0 && strchr(".-_", name.text[name.length - 1]))
                str_cut(&name, name.length - 1);
        return name.length > 0 ? str_take(&name) : NULL;
}

/* ---- pins ---- */

#define TAG_START "fairlead-"
#define PIN_DIGITS 12U          /* as engines show ids */

char *pin_name(const char *program, const char *pinned, const char *image_id, const char *service) {
        struct reference_parts p = reference_split(pinned ? pinned : "");
        const char *slash = program ? strrchr(program, '/') : NULL;
        bool podman = str_equal(slash ? slash + 1 : program, "podman");
        if (!podman || !p.digest.n || !p.repository.n || !service || !image_id ||
            strlen(image_id) < PIN_DIGITS)
                return NULL;
        return str_printf("%.*s:" TAG_START "%s-%.*s", (int) p.repository.n, p.repository.at, service,
                          (int) PIN_DIGITS, image_id);
}

bool pin_is(const char *name) {
        struct reference_parts p = reference_split(name);
        if (p.tag.n < sizeof TAG_START + PIN_DIGITS || memcmp(p.tag.at, TAG_START, sizeof TAG_START - 1) != 0)
                return false;
        const char *id = p.tag.at + p.tag.n - PIN_DIGITS;
        return id[-1] == '-' && strspn(id, "0123456789abcdef") >= PIN_DIGITS;
}

bool pin_only(const struct image *image) {
        for (char **name = image->names; name && *name; name++)
                if (!pin_is(*name))
                        return false;
        return image->names && *image->names;
}

void pin_names_last(struct image *image) {
        char **names = NULL, **pins = NULL;
        size_t n = 0;
        for (char **name = image->names; name && *name; name++)
                n += pin_is(*name);
        if (n == 0)
                return;
        for (char **name = image->names; name && *name; name++)
                strv_take(pin_is(*name) ? &pins : &names, *name);
        for (char **pin = pins; pin && *pin; pin++)
                strv_take(&names, *pin);
        FREE_ALL(pins, image->names);
        image->names = names;
}
