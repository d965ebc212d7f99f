/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/command/internal.h"

static const char *const mount_mode_names[] = { [MOUNT_RW] = "rw", [MOUNT_RO] = "ro" };
DEFINE_NAMES(mount_mode, enum mount_mode)

void mount_done(struct mount *m) {
        FREE_ALL(m->host, m->container, m->options);
        *m = (struct mount){};
}

void mount_reading_done(struct mount_reading *r) {
        mount_done(&r->mount);
        FREE_ALL(r->bad_option, r->type);
        *r = (struct mount_reading){};
}

/* ---- options ---- */

#define B HAS_BOTH
#define P HAS_PODMAN
#define D HAS_DOCKER

struct mount_word {
        const char *name;       /* "idmap=": any value */
        unsigned char engines;
};

/* Tried with Podman 4.3 and 5.4; Docker's are those of its parser for Linux ("volume/mounts"). */
static const struct mount_word volume_words[] = {
        { "rw", B }, { "ro", B }, { "z", B }, { "Z", B }, { "nocopy", B }, { "shared", B },
        { "rshared", B }, { "slave", B }, { "rslave", B }, { "private", B }, { "rprivate", B },
        { "cached", B }, { "delegated", B }, { "consistent", D }, { "O", P }, { "U", P }, { "bind", P },
        { "rbind", P }, { "exec", P }, { "noexec", P }, { "dev", P }, { "nodev", P }, { "suid", P },
        { "nosuid", P }, { "copy", P }, { "unbindable", P }, { "runbindable", P }, { "no-dereference", P },
        { "idmap", P }, { "idmap=", P }, { "upperdir=", P }, { "workdir=", P }, { "subpath=", P },
};

/* Beside type, source, target and their other names. */
static const struct mount_word mount_words[] = {
        { "ro", B }, { "readonly", B }, { "rw", B }, { "consistency", B }, { "bind-propagation", B },
        { "bind-nonrecursive", B }, { "bind-recursive", B }, { "bind-create-src", D },
        { "volume-nocopy", B }, { "volume-label", B }, { "volume-driver", B }, { "volume-opt", B },
        { "volume-subpath", B }, { "subpath", B }, { "image-subpath", D }, { "tmpfs-size", B },
        { "tmpfs-mode", B }, { "relabel", P }, { "idmap", P }, { "U", P }, { "chown", P }, { "z", P },
        { "Z", P }, { "O", P }, { "shared", P }, { "rshared", P }, { "slave", P }, { "rslave", P },
        { "private", P }, { "rprivate", P }, { "unbindable", P }, { "runbindable", P }, { "rbind", P },
        { "bind", P }, { "exec", P }, { "noexec", P }, { "dev", P }, { "nodev", P }, { "suid", P },
        { "nosuid", P }, { "nocopy", P }, { "copy", P }, { "no-dereference", P }, { "tmpcopyup", P },
        { "notmpcopyup", P }, { "size", P }, { "mode", P }, { "uid", P }, { "gid", P }, { "max", P },
        { "digest", P }, { "title", P }, { "name", P }, { "glob", P }, { "upperdir", P }, { "workdir", P },
};

static const struct mount_word mount_types[] = {
        { "bind", B }, { "volume", B }, { "tmpfs", B }, { "image", B }, { "npipe", D }, { "cluster", D },
        { "glob", P }, { "devpts", P }, { "ramfs", P }, { "artifact", P },
};

static bool has_word(const struct mount_word *words, size_t n, const char *option, enum engine_kind engine) {
        unsigned engines = engine == ENGINE_NONE ? B : engine == ENGINE_DOCKER ? D : P;
        for (size_t i = 0; i < n; i++)
                if ((words[i].engines & engines) &&
                    (str_ends(words[i].name, "=") ? str_starts(option, words[i].name) != NULL
                                                  : str_equal(words[i].name, option)))
                        return true;
        return false;
}

bool mount_type_known(const char *type, enum engine_kind engine) {
        return has_word(mount_types, ELEMENTS(mount_types), type, engine);
}

/* "ro,z" -> mode and the rest. */
static void mount_read_options(const char *text, enum engine_kind engine, struct mount_reading *r) {
        _cleanup_str_ struct str rest = {};
        _cleanup_strv_ char **options = strv_split(text, ",");
        r->twice = (strv_contains(options, "ro") && strv_contains(options, "rw")) ||
                   (strv_contains(options, "z") && strv_contains(options, "Z"));
        for (char **option = options; *option; option++) {
                if (strcmp(*option, "ro") == 0)
                        r->mount.mode = MOUNT_RO;
                else if (strcmp(*option, "rw") == 0)
                        r->mount.mode = MOUNT_RW;
                else
                        str_addf(&rest, "%s%s", rest.length > 0 ? "," : "", *option);
                if (!r->bad_option && !has_word(volume_words, ELEMENTS(volume_words), *option, engine))
                        r->bad_option = xstrdup(*option);
        }
        r->mount.options = str_take(&rest);
}

static enum mount_shape shape_of(const char *host) {
        if (host[0] == '/')
                return MOUNT_SHAPE_HOST;
        /* A volume's name has no slash, so "etc/" is not one; a leading dot is a relative path. */
        return host[0] == '.' || strchr(host, '/') ? MOUNT_SHAPE_RELATIVE : MOUNT_SHAPE_VOLUME;
}

static void finish_reading(struct mount_reading *r) {
        r->relative_target = r->mount.container[0] && r->mount.container[0] != '/';
        r->mount.volume = r->shape == MOUNT_SHAPE_VOLUME || r->shape == MOUNT_SHAPE_UNNAMED;
}

struct mount_reading mount_read_volume(const char *value, enum engine_kind engine) {
        const char *first = strchr(value, ':'), *second = first ? strchr(first + 1, ':') : NULL;
        struct mount_reading r = {};
        if (!first) {
                r.shape = *value ? MOUNT_SHAPE_UNNAMED : MOUNT_SHAPE_LOST;
                r.mount.host = xstrdup("");
                r.mount.container = xstrdup(value);
        } else {
                r.mount.host = xstrndup(value, (size_t) (first - value));
                r.mount.container = xstrndup(first + 1, strcspn(first + 1, ":"));
                r.shape = !*r.mount.host || !*r.mount.container ? MOUNT_SHAPE_LOST : shape_of(r.mount.host);
        }
        mount_read_options(second ? second + 1 : "", engine, &r);
        finish_reading(&r);
        return r;
}

/* ---- --mount type=bind,src=/x,dst=/y,ro ---- */

/* One field of the list, perhaps in double quotes as in CSV (RFC 4180). Moves *text; the caller frees. */
static char *mount_next_field(const char **text) {
        _cleanup_str_ struct str field = {};
        const char *s = *text;
        if (*s == '"') {
                for (s++; *s && (*s != '"' || s[1] == '"'); s++) {
                        s += *s == '"'; /* a doubled quote is one */
                        str_add_char(&field, *s);
                }
                s += *s == '"';
        }
        while (*s && *s != ',')
                str_add_char(&field, *s++);
        *text = *s == ',' ? s + 1 : s;
        return str_take(&field);
}

static bool is_true(const char *value) {
        return !value || STR_IN_SET(value, "true", "1", "");
}

/* What is neither known nor a flag goes to options. */
static void mount_read_field(char *field, enum engine_kind engine, struct str *options,
                             struct mount_reading *r) {
        struct mount *m = &r->mount;
        char *value = strchr(field, '=');
        if (value)
                *value++ = '\0';
        const char *comma = options->length > 0 ? "," : "", *text = value ? value : "";
        bool names = STR_IN_SET(field, "type", "src", "source", "dst", "target", "destination", "");
        if (!names && !r->bad_option && !has_word(mount_words, ELEMENTS(mount_words), field, engine))
                r->bad_option = xstrdup(field);
        if (str_equal(field, "type"))
                str_replace(&r->type, text);
        else if (STR_IN_SET(field, "src", "source"))
                str_replace(&m->host, text);
        else if (STR_IN_SET(field, "dst", "target", "destination"))
                str_replace(&m->container, text);
        else if (STR_IN_SET(field, "ro", "readonly", "rw"))
                m->mode = is_true(value) != str_equal(field, "rw") ? MOUNT_RO : MOUNT_RW;
        else if (str_equal(field, "relabel"))
                str_addf(options, "%s%s", comma, str_equal(value, "private") ? "Z" : "z");
        else if (str_equal(field, "bind-propagation"))
                str_addf(options, "%s%s", *text ? comma : "", text);
        else if (!is_true(value)) /* tmpfs-size=…, volume-driver=…: kept */
                str_addf(options, "%s%s=%s", comma, field, value);
        else
                str_addf(options, "%s%s", *field ? comma : "", field);
}

static enum mount_shape shape_of_type(const char *type, const struct mount *m) {
        bool bind = str_equal(type, "bind") || str_equal(type, "glob"); /* glob: Podman's, many files */
        if (!bind && type && !str_equal(type, "volume"))
                return MOUNT_SHAPE_OTHER;
        if (str_empty(m->container) || (bind && str_empty(m->host)))
                return MOUNT_SHAPE_LOST;
        if (bind)
                return m->host[0] == '/' ? MOUNT_SHAPE_HOST : MOUNT_SHAPE_RELATIVE;
        return str_empty(m->host) ? MOUNT_SHAPE_UNNAMED : MOUNT_SHAPE_VOLUME;
}

struct mount_reading mount_read_mount(const char *value, enum engine_kind engine) {
        struct mount_reading r = { .mount = { .host = xstrdup(""), .container = xstrdup("") } };
        _cleanup_str_ struct str options = {};
        while (*value) {
                _cleanup_free_ char *field = mount_next_field(&value);
                mount_read_field(field, engine, &options, &r);
        }
        r.mount.options = str_take(&options);
        r.shape = shape_of_type(r.type, &r.mount);
        finish_reading(&r);
        return r;
}
