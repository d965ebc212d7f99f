/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of registries.d, containers-registries.d(5): YAML, as far as they need it, which is mappings by
 * indentation with texts as values. Any other form of YAML is a line that could not be read. */
#include <fcntl.h>
#include <pwd.h>

#include "backend/io/paths.h"
#include "backend/trust/trust.h"
#include "base/readfile.h"
#include "model/image/image.h"

#define WRONG_MAX 16U
#define LEVELS 3U
#define USER_FOLDER "/.config/containers/registries.d"

void places_done(struct places *places) {
        for (size_t i = 0; i < places->n; i++)
                FREE_ALL(places->items[i].scope, places->items[i].file, places->items[i].lookaside);
        free(places->items);
        strv_free(places->wrong);
        *places = (struct places) {};
}

/* ---- a file ---- */

enum places_part { PART_OTHER, PART_DEFAULT, PART_DOCKER };

struct places_reading {
        const char *file;
        unsigned line;
        struct places *to;
        struct {
                size_t indent;
                bool open; /* its mapping may have members */
        } levels[LEVELS];
        size_t depth; /* levels that are open */
        enum places_part part;
        size_t entry; /* of to->items, plus one; 0: none */
};

static void places_wrong(struct places_reading *r, const char *sentence) {
        if (strv_length(r->to->wrong) < WRONG_MAX)
                strv_addf(&r->to->wrong, "%s:%u: %s", r->file, r->line, sentence);
}

static size_t places_add(struct places_reading *r, const char *scope) {
        struct places *p = r->to;
        if (p->n >= PLACES_MAX) {
                places_wrong(r, "there are too many places of signatures");
                return 0;
        }
        for (size_t i = 0; i < p->n; i++)
                if (str_equal(p->items[i].scope, scope))
                        places_wrong(r, scope ? "this name has a place already, and the engine takes only one"
                                              : "the default is set already, and the engine takes only one");
        p->items = xreallocarray(p->items, p->n + 1, sizeof *p->items);
        p->items[p->n++] = (struct places_entry) { .scope = xstrdup(scope),
                                                   .file = xstrdup(r->file),
                                                   .attachments = -1 };
        return p->n;
}

/* A key or value at `at`: quoted, or plain up to a colon that ends it (key) or the end. *at is moved behind
 * it. NULL: it is none. */
static char *places_scalar(const char **at, bool key) {
        const char *s = *at;
        _cleanup_str_ struct str text = {};
        if (*s == '"' || *s == '\'') {
                char quote = *s++;
                for (; *s && *s != quote; s++) {
                        if (quote == '"' && *s == '\\')
                                return NULL;
                        str_add_char(&text, *s);
                }
                if (!*s)
                        return NULL;
                *at = s + 1;
                return str_take(&text);
        }
        if (strchr("{}[]&*!|>%@`-?,", *s))
                return NULL;
        while (*s && !(key && *s == ':' && strchr(" \t", s[1])) && !(*s == '#' && strchr(" \t", s[-1])))
                str_add_char(&text, *s++);
        while (text.length && strchr(" \t\r", text.text[text.length - 1]))
                str_cut(&text, text.length - 1);
        *at = s;
        return text.length ? str_take(&text) : NULL;
}

static void places_set(struct places_reading *r, const char *key, const char *value) {
        struct places_entry *e = r->entry ? &r->to->items[r->entry - 1] : NULL;
        if (!e)
                return;
        /* "sigstore" is its older name. */
        if (str_equal(key, "lookaside") || (str_equal(key, "sigstore") && !e->lookaside))
                str_replace(&e->lookaside, value);
        else if (str_equal(key, "use-sigstore-attachments")) {
                if (!STR_IN_SET(value, "true", "false"))
                        places_wrong(r, "use-sigstore-attachments is true or false");
                e->attachments = str_equal(value, "true");
        } else if (!STR_IN_SET(key, "sigstore", "lookaside-staging", "sigstore-staging"))
                places_wrong(r, "the engine knows no such key of a place");
}

/* A mapping begins under the key. */
static void places_open(struct places_reading *r, size_t level, const char *key) {
        if (level == 0) {
                r->part = str_equal(key, "docker")           ? PART_DOCKER
                          : str_equal(key, "default-docker") ? PART_DEFAULT
                                                             : PART_OTHER;
                if (r->part == PART_OTHER)
                        places_wrong(r, "it has docker and default-docker, and no other part");
                r->entry = r->part == PART_DEFAULT ? places_add(r, NULL) : 0;
        } else if (level == 1 && r->part == PART_DOCKER)
                r->entry = places_add(r, key);
        else
                places_wrong(r, "a key of a place has a text as its value");
}

static void places_member(struct places_reading *r, size_t level, const char *key, const char *value) {
        size_t properties = r->part == PART_DEFAULT ? 1 : 2;
        if (level > 0 && level == properties)
                places_set(r, key, value);
        else if (!STR_IN_SET(value, "null", "~"))
                places_wrong(r, "a mapping is expected below this key");
}

/* The level of a line with this indentation; LEVELS: it fits none. */
static size_t places_level(struct places_reading *r, size_t indent) {
        while (r->depth && r->levels[r->depth - 1].indent > indent)
                r->depth--;
        if (r->depth && r->levels[r->depth - 1].indent == indent)
                return r->depth - 1;
        if (r->depth == LEVELS || (r->depth ? !r->levels[r->depth - 1].open : indent > 0))
                return LEVELS;
        r->levels[r->depth].indent = indent;
        return r->depth++;
}

static void places_line(struct places_reading *r, const char *line) {
        size_t indent = strspn(line, " ");
        const char *at = line + indent;
        if (!*at || *at == '#' || *at == '\r' || (indent == 0 && STR_IN_SET(line, "---", "...")))
                return;
        size_t level = places_level(r, indent);
        if (*at == '\t' || level == LEVELS) {
                places_wrong(r, "its indentation fits no line before it");
                return;
        }
        _cleanup_free_ char *key = places_scalar(&at, true);
        if (!key || *at != ':') {
                places_wrong(r, "Fairlead reads only lines KEY: VALUE here");
                return;
        }
        at++;
        at += strspn(at, " \t\r");
        bool nothing = !*at || *at == '#';
        r->levels[level].open = nothing;
        if (nothing) {
                places_open(r, level, key);
                return;
        }
        if (STR_IN_SET(at, "{}"))
                return;
        _cleanup_free_ char *value = places_scalar(&at, false);
        at += strspn(at, " \t\r");
        if (!value || (*at && *at != '#'))
                places_wrong(r, "Fairlead reads only a text as a value here");
        else
                places_member(r, level, key, value);
}

void places_parse(const char *file, const char *text, size_t n, struct places *ret) {
        struct places_reading r = { .file = file, .to = ret };
        for (const char *at = text, *end = text + n; at < end;) {
                const char *newline = memchr(at, '\n', (size_t) (end - at));
                size_t length = (size_t) ((newline ? newline : end) - at);
                _cleanup_free_ char *line = xstrndup(at, length);
                r.line++;
                if (strlen(line) != length)
                        places_wrong(&r, "there is a NUL byte in it");
                else
                        places_line(&r, line);
                at += length + 1;
        }
}

void places_read(const char *root, struct places *ret) {
        const struct passwd *user = getpwuid(0);
        _cleanup_free_ char *own = str_printf("%s%s" USER_FOLDER, root,
                                              user && user->pw_dir ? user->pw_dir : "/root");
        _cleanup_free_ char *system = str_printf("%s" PLACES_FOLDER, root);
        const char *folder = access(own, F_OK) == 0 ? own : system;
        _cleanup_strv_ char **names = folder_names(AT_FDCWD, folder, ".yaml");
        *ret = (struct places) {};
        for (size_t i = 0; names && names[i] && i < PLACES_FILES_MAX; i++) {
                _cleanup_free_ char *path = str_printf("%s/%s", folder, names[i]), *text = NULL;
                size_t n;
                if (readfile(path, PLACES_BYTES_MAX, &text, &n, NULL) < 0)
                        strv_addf(&ret->wrong, "%s: it cannot be read", path + strlen(root));
                else
                        places_parse(path + strlen(root), text, n, ret);
        }
}

/* ---- the place of an image ---- */

static const struct places_entry *places_of(const struct places *p, const char *scope, bool attachments) {
        for (size_t i = 0; i < p->n; i++) {
                const struct places_entry *e = &p->items[i];
                if (str_equal(e->scope, scope) &&
                    (attachments ? e->attachments >= 0 : !str_empty(e->lookaside)))
                        return e;
        }
        return NULL;
}

static const struct places_entry *places_search(const struct places *p, char *const *scopes,
                                                bool attachments) {
        const struct places_entry *found = NULL;
        for (; scopes && *scopes && !found; scopes++)
                found = places_of(p, *scopes, attachments);
        return found ? found : places_of(p, NULL, attachments);
}

void places_find(const struct places *places, const struct source *source, struct trust_place *ret) {
        _cleanup_strv_ char **scopes = trust_scopes(source);
        const struct places_entry *lookaside = places_search(places, scopes, false),
                                  *attachments = places_search(places, scopes, true);
        *ret = (struct trust_place) {
                .lookaside = xstrdup(lookaside ? lookaside->lookaside : PLACES_LOOKASIDE),
                .file = xstrdup(lookaside ? lookaside->file : NULL),
                .attachments = attachments && attachments->attachments,
                .attachments_file = xstrdup(attachments ? attachments->file : NULL),
                .wrong = places->wrong ? strv_copy(places->wrong) : NULL,
        };
}

char *places_signature(const char *lookaside, const char *repository, const char *digest, unsigned i) {
        struct reference_parts p = reference_split(repository);
        size_t n = strlen(lookaside);
        while (n && lookaside[n - 1] == '/')
                n--;
        const char *colon = strchr(digest, ':');
        if (!colon)
                return NULL;
        return str_printf("%.*s/%.*s@%.*s=%s/signature-%u", (int) n, lookaside, (int) p.path.n, p.path.at,
                          (int) (colon - digest), digest, colon + 1, i);
}
