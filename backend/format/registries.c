/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TOML, as far as these files need it: tables, and keys with a text or a list of texts. Debian has a reader
 * for C++ only. Whatever else a file holds ([[registry]], numbers) is passed over by its shape. */
#include "backend/format/registries.h"

#include <dirent.h>

#include "backend/io/paths.h"
#include "base/error.h"
#include "model/image/image.h"

#define FOLDER "/etc/containers/registries.conf.d"
#define WRONG_MAX 16U

void registries_done(struct registries *r) {
        for (size_t i = 0; i < r->n_aliases; i++)
                FREE_ALL(r->aliases[i].name, r->aliases[i].target, r->aliases[i].file);
        STRV_FREE_ALL(r->search, r->wrong);
        FREE_ALL(r->aliases, r->file);
        *r = (struct registries) {};
}

/* ---- a file ---- */

struct toml {
        const char *file;
        const char *at, *end;
        unsigned line;
        char *table; /* the open one; NULL: before the first */
        struct registries *to;
};

static char toml_peek(const struct toml *t) {
        return t->at < t->end ? *t->at : '\0';
}

/* Blanks, and (lines) also ends of lines and comments. */
static void toml_skip(struct toml *t, bool lines) {
        for (; t->at < t->end; t->at++) {
                if (*t->at == '#' && lines)
                        while (t->at + 1 < t->end && t->at[1] != '\n')
                                t->at++;
                else if (*t->at == '\n' && lines)
                        t->line++;
                else if (*t->at != ' ' && *t->at != '\t' && *t->at != '\r')
                        return;
        }
}

static void toml_skip_line(struct toml *t) {
        while (t->at < t->end && *t->at != '\n')
                t->at++;
}

static void toml_wrong(struct toml *t, const char *sentence) {
        if (strv_length(t->to->wrong) < WRONG_MAX)
                strv_addf(&t->to->wrong, "%s:%u: %s", t->file, t->line, sentence);
        toml_skip_line(t);
}

/* A text in one kind of quotes or the other, or (key) a bare word. NULL: it is none. */
static char *toml_text(struct toml *t, bool key) {
        char quote = toml_peek(t);
        _cleanup_str_ struct str s = {};
        if (quote != '"' && quote != '\'') {
                const char *begin = t->at;
                while (key && t->at < t->end &&
                       (strchr("_-", *t->at) || (*t->at >= '0' && *t->at <= '9') ||
                        (*t->at >= 'A' && *t->at <= 'Z') || (*t->at >= 'a' && *t->at <= 'z')) &&
                       *t->at)
                        t->at++;
                return t->at > begin ? xstrndup(begin, (size_t) (t->at - begin)) : NULL;
        }
        for (t->at++; t->at < t->end && *t->at != quote && *t->at != '\n'; t->at++) {
                if (*t->at == '\\' && quote == '"')
                        t->at++;
                if (t->at < t->end && *t->at && *t->at != '\n')
                        str_add_char(&s, *t->at);
        }
        if (toml_peek(t) != quote)
                return NULL;
        t->at++;
        return str_take(&s);
}

/* ["a", "b"], on several lines too. false: another value, or too many. */
static bool toml_texts(struct toml *t, char ***ret) {
        if (toml_peek(t) != '[')
                return false;
        t->at++;
        for (toml_skip(t, true); toml_peek(t) != ']'; toml_skip(t, true)) {
                char *text = toml_text(t, false);
                if (!text)
                        return false;
                strv_take(ret, text);
                toml_skip(t, true);
                if (toml_peek(t) == ',')
                        t->at++;
                else if (toml_peek(t) != ']')
                        return false;
                if (strv_length(*ret) > REGISTRIES_SEARCH_MAX)
                        return false;
        }
        t->at++;
        return true;
}

/* A value that nobody asks for, by its brackets and quotes. */
static void toml_pass_over(struct toml *t) {
        unsigned open = 0;
        while (t->at < t->end && (open || *t->at != '\n')) {
                if (*t->at == '"' || *t->at == '\'') {
                        char *text = toml_text(t, false);
                        if (!text)
                                return;
                        free(text);
                        continue;
                }
                if (*t->at == '#') {
                        toml_skip_line(t);
                        continue;
                }
                open += *t->at == '[' || *t->at == '{';
                open -= open && (*t->at == ']' || *t->at == '}');
                t->line += *t->at == '\n';
                t->at++;
        }
}

static struct registry_alias *registry_alias_named(const struct registries *r, const char *name) {
        for (size_t i = 0; i < r->n_aliases; i++)
                if (str_equal(r->aliases[i].name, name))
                        return r->aliases + i;
        return NULL;
}

/* An alias without a target takes an earlier one away. */
static void toml_alias(struct toml *t, const char *name) {
        _cleanup_free_ char *target = toml_text(t, false);
        if (!target) {
                toml_wrong(t, "An alias wants a name in quotes");
                return;
        }
        if (*target && (!reference_valid(target) || !reference_split(target).registry.n)) {
                toml_wrong(t, "This alias is not the name of an image with its registry");
                return;
        }
        struct registries *r = t->to;
        struct registry_alias *alias = registry_alias_named(r, name);
        if (!alias && r->n_aliases < REGISTRIES_ALIASES_MAX) {
                room_for_one((void **) &r->aliases, r->n_aliases, sizeof *alias);
                alias = r->aliases + r->n_aliases++;
                *alias = (struct registry_alias) { .name = xstrdup(name) };
        }
        if (alias) {
                str_replace(&alias->target, target);
                str_replace(&alias->file, t->file);
        }
}

static void toml_search(struct toml *t) {
        _cleanup_strv_ char **list = strv_copy(NULL);
        if (!toml_texts(t, &list)) {
                toml_wrong(t, "unqualified-search-registries wants a list of registries in quotes");
                return;
        }
        strv_free(t->to->search);
        t->to->search = TAKE(list);
        str_replace(&t->to->file, t->file);
}

static void toml_key(struct toml *t) {
        _cleanup_free_ char *key = toml_text(t, true);
        toml_skip(t, false);
        bool dotted = key && toml_peek(t) == '.';
        if (!key || (!dotted && toml_peek(t) != '=')) {
                toml_wrong(t, "This is neither a table nor a key with a value");
                return;
        }
        t->at++;
        toml_skip(t, false);
        if (!dotted && str_equal(t->table, "aliases"))
                toml_alias(t, key);
        else if (!dotted && !t->table && str_equal(key, "unqualified-search-registries"))
                toml_search(t);
        else
                toml_pass_over(t);
}

void registries_parse(const char *file, const char *text, size_t n, struct registries *ret) {
        struct toml t = { .file = file, .at = text, .end = text + n, .line = 1, .to = ret };
        for (toml_skip(&t, true); t.at < t.end; toml_skip(&t, true)) {
                if (*t.at != '[') {
                        toml_key(&t);
                        continue;
                }
                while (toml_peek(&t) == '[')
                        t.at++;
                toml_skip(&t, false);
                free(t.table);
                t.table = toml_text(&t, true);
                t.table = t.table ? t.table : xstrdup("");
                toml_skip_line(&t);
        }
        free(t.table);
}

/* ---- the files ---- */

static void registries_add(const char *root, const char *path, struct registries *ret) {
        size_t n;
        _cleanup_free_ char *text = paths_read(root, path, &n);
        if (text)
                registries_parse(path, text, n, ret);
}

static int registries_is_conf(const struct dirent *entry) {
        return entry->d_name[0] != '.' && str_ends(entry->d_name, ".conf") != NULL;
}

static int registries_by_name(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

void registries_read(const char *root, struct registries *ret) {
        registries_add(root, "/etc/containers/registries.conf", ret);
        _cleanup_free_ char *folder = str_printf("%s" FOLDER, root);
        struct dirent **entries = NULL;
        int n = scandir(folder, &entries, registries_is_conf, registries_by_name);
        for (int i = 0; i < n; i++) {
                _cleanup_free_ char *path = str_printf(FOLDER "/%s", entries[i]->d_name);
                if (i < (int) REGISTRIES_FILES_MAX)
                        registries_add(root, path, ret);
                free(entries[i]);
        }
        free(entries);
        registries_add(root, "/var/cache/containers/short-name-aliases.conf", ret);
}

/* ---- names ---- */

/* Docker's own registry keeps what has no team below "library". */
static char *registry_join(const char *registry, const char *name) {
        bool library = str_equal(registry, "docker.io") && !strchr(name, '/');
        return str_printf("%s/%s%s", registry, library ? "library/" : "", name);
}

int registries_resolve(const struct registries *registries, const char *name, char ***ret, char **why,
                       struct error **reterr) {
        *ret = NULL;
        *why = NULL;
        if (!reference_valid(name)) {
                error_set(reterr, -EINVAL, "\"%s\" is not the name of an image", name);
                error_hint(reterr, "Names are written HOST/NAME:TAG, such as "
                                   "registry.example.test/team/rsyslog:8");
                return -EINVAL;
        }
        struct reference_parts parts = reference_split(name);
        if (parts.registry.n) {
                strv_add(ret, name);
                return 0;
        }
        _cleanup_free_ char *repository = xstrndup(parts.repository.at, parts.repository.n);
        const struct registry_alias *alias = registry_alias_named(registries, repository);
        if (alias && *alias->target) {
                strv_addf(ret, "%s%s", alias->target, name + parts.repository.n);
                *why = str_printf("\"%s\" is an alias in %s", repository, alias->file);
                return 0;
        }
        for (char **search = registries->search; search && *search; search++) {
                _cleanup_free_ char *whole = registry_join(*search, name);
                if (reference_valid(whole))
                        strv_add(ret, whole);
        }
        if (*ret) {
                *why = str_printf("%s names %s", registries->file,
                                  strv_length(*ret) > 1 ? "these registries" : "this registry");
                return 0;
        }
        error_set(reterr, -ENOENT, "\"%s\" names no registry, and this host has none for such names", name);
        error_hint(reterr, "Type it as HOST/NAME, or write unqualified-search-registries or an alias in "
                           "/etc/containers/registries.conf");
        return -ENOENT;
}
