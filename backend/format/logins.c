/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/logins.h"

#include "backend/format/json.h"
#include "backend/io/base64.h"
#include "backend/io/paths.h"
#include "base/text.h"
#include "model/image/image.h"

#define LOGIN_MAX 4096U /* of a name and its password, encoded */

/* "NAME:PASSWORD" of a login, without NULs; NULL: it is none. The caller wipes and frees. */
static char *logins_decode(const char *text) {
        size_t n = strlen(text), length = 0;
        char *out = n > LOGIN_MAX || n % 4 ? NULL : base64_read(text, n, &length);
        if (out && strchr(out, ':') && strlen(out) == length && text_is_utf8(out, length) &&
            !str_has_controls(out))
                return out;
        if (out)
                explicit_bzero(out, length);
        free(out);
        return NULL;
}

static void logins_add_text(struct str *out, const char *name, const char *text, size_t n) {
        str_addf(out, "%s\"%s\":\"", out->length > 1 ? "," : "", name);
        for (size_t i = 0; i < n; i++) {
                if (text[i] == '"' || text[i] == '\\')
                        str_add_char(out, '\\');
                str_add_char(out, text[i]);
        }
        str_add_char(out, '"');
}

static char *logins_of(const struct json_value *entry, struct span registry) {
        const char *auth = json_text(json_member(entry, "auth"));
        char *login = auth ? logins_decode(auth) : NULL;
        if (!login)
                return NULL;
        const char *colon = strchr(login, ':');
        struct str s = {};
        str_add_char(&s, '{');
        logins_add_text(&s, "username", login, (size_t) (colon - login));
        logins_add_text(&s, "password", colon + 1, strlen(colon + 1));
        logins_add_text(&s, "serveraddress", registry.at, registry.n);
        str_add_char(&s, '}');
        char *encoded = base64_write(s.text, s.length, true); /* as Docker's API reads it */
        explicit_bzero(login, strlen(login));
        explicit_bzero(s.text, s.length);
        str_done(&s);
        free(login);
        return encoded;
}

/* An entry is of a registry, or of what begins with a path in it: the longest one counts. */
char *logins_parse(const char *text, size_t n, const char *reference) {
        _cleanup_json_value_ struct json_value *o = NULL;
        struct reference_parts p = reference_split(reference);
        if (!p.registry.n || json_parse(text, n, NULL, &o, NULL, NULL) < 0)
                return NULL;
        _cleanup_free_ char *key = xstrndup(p.repository.at, p.repository.n);
        const struct json_value *auths = json_member(o, "auths");
        for (char *slash = key + p.repository.n; slash; slash = strrchr(key, '/')) {
                *slash = '\0';
                char *found = logins_of(json_member(auths, key), p.registry);
                if (found)
                        return found;
        }
        return NULL;
}

char *logins_registry_auth(const char *root, const char *home, const char *reference) {
        _cleanup_free_ char *podman = str_printf("%s/.config/containers/auth.json", home),
                            *docker = str_printf("%s/.docker/config.json", home);
        const char *const files[] = { "/run/containers/0/auth.json", podman, docker };
        for (size_t i = 0; i < ELEMENTS(files); i++) {
                size_t n;
                char *text = paths_read(root, files[i], &n), *found = NULL;
                if (text) {
                        found = logins_parse(text, n, reference);
                        explicit_bzero(text, n);
                        free(text);
                }
                if (found)
                        return found;
        }
        return NULL;
}
