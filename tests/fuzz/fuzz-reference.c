/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is called a valid reference is safe as a word of a command and as text; its pieces make it up again; and a
 * name made from anything is a valid service name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/image/image.h"
#include "model/image/source.h"

static void check_valid(const char *text) {
        struct reference_parts p;
        if (text[0] == '-' || strlen(text) > 512)
                abort();
        for (const char *c = text; *c; c++)
                if (*c <= ' ' || *c >= 0x7f || strchr("\"'\\$`;&|<>(){}*?~#!", *c))
                        abort();
        p = reference_split(text);
        size_t whole = p.repository.n + (p.tag.at ? p.tag.n + 1 : 0) + (p.digest.at ? p.digest.n + 1 : 0);
        if (whole != strlen(text) || p.path.n == 0 || p.path.n > p.repository.n)
                abort();
}

/* What is accepted as a source is printed as what parses to the same, and gives a name that an engine takes. */
static void check_source(const char *text) {
        _cleanup_(source_done) struct source source = {}, again = {};
        if (source_parse(text, "/here", &source, NULL) < 0)
                return;
        _cleanup_free_ char *printed = source_text(&source), *name = source_name(&source);
        if (source_parse(printed, NULL, &again, NULL) < 0 || again.transport != source.transport ||
            !str_equal(again.at, source.at) || !str_equal(again.tag, source.tag) || !str_equal(again.digest, source.digest))
                abort();
        if (!reference_valid(name) || !strpbrk(name, ":@") || !source_named(printed))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        _cleanup_free_ char *text = strndup((const char *) bytes, n);
        _cleanup_image_ struct image *image = new0(struct image);

        if (reference_valid(text))
                check_valid(text);
        check_source(text);
        _cleanup_free_ char *name = reference_default_name(text);
        if (name && !service_name_valid(name))
                abort();

        /* An image of this name is meant by this name, and can be pinned. */
        image->id = strdup("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
        image->digest = strdup("sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
        strv_add(&image->names, text);
        bool matches = image_matches(image, text);
        if (reference_valid(text) && !matches && !strchr(text, '@'))
                abort();
        _cleanup_free_ char *pinned = image_pinned(image, text);
        if (!pinned || (reference_valid(text) && strlen(text) < 400 && !reference_valid(pinned)))
                abort();
        return 0;
}
