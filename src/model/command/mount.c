/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/command/value-kinds.h"

static const char *const mount_mode_names[] = { [MOUNT_RW] = "rw", [MOUNT_RO] = "ro" };
DEFINE_NAMES(mount_mode, enum mount_mode)

void mount_done(struct mount *m) {
        FREE_ALL(m->host, m->container, m->options);
        *m = (struct mount){};
}

void mount_reading_done(struct mount_reading *r) {
        mount_done(&r->mount);
        FREE_ALL(r->bad_option, r->bad_value, r->device, r->type);
        *r = (struct mount_reading){};
}

/* ---- options ---- */

#define B HAS_BOTH
#define P HAS_PODMAN
#define D HAS_DOCKER

struct mount_word {
        const char *name; /* "idmap=": any value */
        unsigned char engines;
        unsigned char choice; /* of --volume: options of the same choice exclude each other; 0: none */
        const char *type;     /* of --mount: only there; NULL: any */
};

/* Tried with Podman 4.3 and 5.4; Docker's are those of its parser for Linux ("volume/mounts"). */
static const struct mount_word volume_words[] = {
        { "rw", B, 1 },
        { "ro", B, 1 },
        { "z", B, 2 },
        { "Z", B, 2 },
        { "O", P, 2 },
        { "nocopy", B, 3 },
        { "copy", P, 3 },
        { "shared", B, 4 },
        { "rshared", B, 4 },
        { "slave", B, 4 },
        { "rslave", B, 4 },
        { "private", B, 4 },
        { "rprivate", B, 4 },
        { "unbindable", P, 4 },
        { "runbindable", P, 4 },
        { "cached", B, 5 },
        { "delegated", B, 5 },
        { "consistent", D, 5 },
        { "exec", P, 6 },
        { "noexec", P, 6 },
        { "dev", P, 7 },
        { "nodev", P, 7 },
        { "suid", P, 8 },
        { "nosuid", P, 8 },
        { "U", P },
        { "bind", P },
        { "rbind", P },
        { "no-dereference", P },
        { "idmap", P },
        { "idmap=", P },
        { "upperdir=", P },
        { "workdir=", P },
        { "subpath=", P },
};

/* Of --tmpfs, beside those with a value. */
static const struct mount_word tmpfs_words[] = {
        { "rw", B },
        { "ro", B },
        { "exec", B },
        { "noexec", B },
        { "dev", B },
        { "nodev", B },
        { "suid", B },
        { "nosuid", B },
        { "size=", B },
        { "mode=", B },
        { "uid=", D },
        { "gid=", D },
        { "nr_inodes=", D },
        { "nr_blocks=", D },
        { "mpol=", D },
        { "noswap", P },
        { "tmpcopyup", P },
        { "notmpcopyup", P },
        { "U", P },
        { "shared", B },
        { "rshared", B },
        { "slave", B },
        { "rslave", B },
        { "private", B },
        { "rprivate", B },
        { "unbindable", B },
        { "runbindable", B },
        { "sync", D },
        { "async", D },
        { "dirsync", D },
        { "remount", D },
        { "mand", D },
        { "nomand", D },
        { "atime", D },
        { "noatime", D },
        { "diratime", D },
        { "nodiratime", D },
        { "relatime", D },
        { "norelatime", D },
        { "strictatime", D },
        { "nostrictatime", D },
        { "defaults", D },
};

/* Beside type, source, target and their other names. */
static const struct mount_word mount_words[] = {
        { "ro", B },
        { "readonly", B },
        { "rw", P },
        { "consistency", B },
        { "bind-propagation", B, .type = "bind" },
        { "bind-nonrecursive", B, .type = "bind" },
        { "bind-recursive", B, .type = "bind" },
        { "bind-create-src", D, .type = "bind" },
        { "volume-nocopy", B, .type = "volume" },
        { "volume-label", B, .type = "volume" },
        { "volume-driver", B, .type = "volume" },
        { "volume-opt", B, .type = "volume" },
        { "volume-subpath", B, .type = "volume" },
        { "subpath", B },
        { "image-subpath", D },
        { "tmpfs-size", B, .type = "tmpfs" },
        { "tmpfs-mode", B, .type = "tmpfs" },
        { "relabel", P },
        { "idmap", P },
        { "U", P },
        { "chown", P },
        { "z", P },
        { "Z", P },
        { "O", P },
        { "shared", P },
        { "rshared", P },
        { "slave", P },
        { "rslave", P },
        { "private", P },
        { "rprivate", P },
        { "unbindable", P },
        { "runbindable", P },
        { "rbind", P },
        { "bind", P },
        { "exec", P },
        { "noexec", P },
        { "dev", P },
        { "nodev", P },
        { "suid", P },
        { "nosuid", P },
        { "nocopy", P },
        { "copy", P },
        { "no-dereference", P },
        { "tmpcopyup", P },
        { "notmpcopyup", P },
        { "mode", P },
        { "uid", P },
        { "gid", P },
        { "max", P },
        { "digest", P },
        { "title", P },
        { "name", P },
        { "glob", P },
        { "upperdir", P },
        { "workdir", P },
};

static const struct mount_word mount_types[] = {
        { "bind", B },    { "volume", B }, { "tmpfs", B },  { "image", B }, { "npipe", D },
        { "cluster", D }, { "glob", P },   { "devpts", P }, { "ramfs", P }, { "artifact", P },
};

static const struct mount_word *mount_word_find(const struct mount_word *words, size_t n, const char *option,
                                                enum engine_kind engine) {
        unsigned engines = engine == ENGINE_NONE ? B : engine == ENGINE_DOCKER ? D : P;
        for (size_t i = 0; i < n; i++)
                if ((words[i].engines & engines) &&
                    (str_ends(words[i].name, "=") ? str_starts(option, words[i].name) != NULL
                                                  : str_equal(words[i].name, option)))
                        return &words[i];
        return NULL;
}

/* As Go reads them; "": the option stands without a value. */
#define BOOLEAN "@(|1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)"

/* What options with a value take. */
static const struct {
        const char *name;
        unsigned char engines;
        bool (*fits)(const char *value, const char *argument);
        const char *argument;
} mount_values[] = {
        { "bind-propagation", B, value_is_word, "?(r)@(shared|slave|private|unbindable)" },
        { "relabel", P, value_is_word, "@(private|shared)" },
        { "U", P, value_is_word, "@(|true|false)" },
        { "chown", P, value_is_word, "@(|true|false)" },
        { "tmpfs-size", P, value_is_word, "+([0-9])?([kKmMgGtTpPeE%])" },
        { "tmpfs-size", D, value_is_size, "" },
        { "tmpfs-mode", B, value_is_word, "+([0-7])" },
        { "size", P, value_is_word, "+([0-9])?([kKmMgGtTpPeE%])" },
        { "size", D, value_is_word, "+([0-9])?([kKmMgGtTpPeE%])" },
        { "mode", B, value_is_word, "+([0-7])" },
        { "uid", B, value_is_word, "+([0-9])" },
        { "gid", B, value_is_word, "+([0-9])" },
        { "ro", D, value_is_word, BOOLEAN },
        { "readonly", D, value_is_word, BOOLEAN },
        { "bind-nonrecursive", D, value_is_word, BOOLEAN },
};

static void mount_check_value(const char *name, const char *value, enum engine_kind engine,
                              struct mount_reading *r) {
        unsigned engines = engine == ENGINE_NONE ? B : engine == ENGINE_DOCKER ? D : P;
        bool judged = false, fits = false;
        for (size_t i = 0; i < ELEMENTS(mount_values); i++)
                if ((mount_values[i].engines & engines) && str_equal(mount_values[i].name, name)) {
                        judged = true;
                        fits |= mount_values[i].fits(value, mount_values[i].argument);
                }
        if (judged && !fits && !r->bad_value)
                r->bad_value = *value ? str_printf("%s=%s", name, value) : xstrdup(name);
}

bool mount_type_known(const char *type, enum engine_kind engine) {
        return mount_word_find(mount_types, ELEMENTS(mount_types), type, engine) != NULL;
}

/* "ro,z" -> mode and the rest. */
static void mount_read_options(const char *text, enum engine_kind engine, struct mount_reading *r) {
        _cleanup_str_ struct str rest = {};
        _cleanup_strv_ char **options = strv_split(text, ",");
        unsigned chosen = 0;
        for (char **option = options; *option; option++) {
                const struct mount_word *word =
                        mount_word_find(volume_words, ELEMENTS(volume_words), *option, engine);
                if (strcmp(*option, "ro") == 0)
                        r->mount.mode = MOUNT_RO;
                else if (strcmp(*option, "rw") == 0)
                        r->mount.mode = MOUNT_RW;
                else
                        str_addf(&rest, "%s%s", rest.length > 0 ? "," : "", *option);
                /* upperdir= and workdir= are parts of an overlay */
                bool alone = (str_starts(*option, "upperdir=") || str_starts(*option, "workdir=")) &&
                             !strv_contains(options, "O");
                if (!r->bad_option && (!word || alone))
                        r->bad_option = xstrdup(*option);
                unsigned choice = word && word->choice ? 1U << word->choice : 0;
                r->twice |= (chosen & choice) != 0;
                chosen |= choice;
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

/* Docker has nocopy for volumes only, propagation for places of the host. The caller frees. */
static char *mount_misplaced(const struct mount_reading *r) {
        _cleanup_strv_ char **options = strv_split(r->mount.options, ",");
        for (char **option = options; *option; option++)
                if (r->shape == MOUNT_SHAPE_HOST ? str_equal(*option, "nocopy")
                                                 : value_is_word(*option, "?(r)@(shared|slave|private)"))
                        return xstrdup(*option);
        return NULL;
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
        if (second && !second[1] && engine == ENGINE_PODMAN)
                r.bad_option = xstrdup("");
        if (engine == ENGINE_DOCKER && !r.bad_option)
                r.bad_option = mount_misplaced(&r);
        finish_reading(&r);
        return r;
}

/* ---- --tmpfs /x:size=10m ---- */

struct mount_reading mount_read_tmpfs(const char *value, enum engine_kind engine) {
        struct mount_reading r = { .shape = MOUNT_SHAPE_OTHER, .mount.host = xstrdup("") };
        const char *colon = strchr(value, ':');
        r.mount.container = xstrndup(value, strcspn(value, ":"));
        r.mount.options = xstrndup(colon ? colon + 1 : "",
                                   colon ? strcspn(colon + 1, engine == ENGINE_DOCKER ? "" : ":") : 0);
        _cleanup_strv_ char **options = strv_split(r.mount.options, ",");
        if (colon && !*r.mount.options && engine == ENGINE_PODMAN)
                r.bad_option = xstrdup("");
        for (char **option = options; *option; option++) {
                _cleanup_free_ char *name = xstrndup(*option, strcspn(*option, "="));
                const char *text = (*option)[strlen(name)] ? *option + strlen(name) + 1 : "";
                if (STR_IN_SET(name, "size", "mode", "uid", "gid"))
                        mount_check_value(name, text, engine, &r);
                if (!STR_IN_SET(*option, "size", "mode") && !r.bad_option &&
                    !mount_word_find(tmpfs_words, ELEMENTS(tmpfs_words), *option, engine))
                        r.bad_option = xstrdup(*option);
        }
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

/* The name of what may stand once; NULL: as often as one likes. */
static const char *mount_once(const char *field) {
        if (STR_IN_SET(field, "src", "source"))
                return "source";
        if (STR_IN_SET(field, "dst", "target", "destination"))
                return "target";
        if (STR_IN_SET(field, "ro", "readonly", "rw"))
                return "ro";
        if (STR_IN_SET(field, "z", "Z", "relabel"))
                return "relabel";
        return STR_IN_SET(field, "type", "bind-propagation", "tmpfs-size", "tmpfs-mode") ? field : NULL;
}

/* What is neither known nor a flag goes to options. once: what was there and may be there once. */
static void mount_read_field(char *field, enum engine_kind engine, struct str *options, char ***once,
                             struct mount_reading *r) {
        struct mount *m = &r->mount;
        char *value = strchr(field, '=');
        if (value)
                *value++ = '\0';
        const char *comma = options->length > 0 ? "," : "", *text = value ? value : "",
                   *single = mount_once(field);
        bool names = STR_IN_SET(field, "type", "src", "source", "dst", "target", "destination", "");
        if (!names && !r->bad_option && !mount_word_find(mount_words, ELEMENTS(mount_words), field, engine))
                r->bad_option = xstrdup(field);
        if (single && strv_contains(*once, single)) {
                bool place = STR_IN_SET(single, "source", "target");
                r->repeats |= place;
                r->twice |= !place && engine != ENGINE_DOCKER;
        }
        if (single)
                strv_add(once, single);
        mount_check_value(field, text, engine, r);
        if (str_equal(field, "type"))
                str_replace(&r->type, text);
        else if (STR_IN_SET(field, "src", "source"))
                str_replace(&m->host, text);
        else if (STR_IN_SET(field, "dst", "target", "destination"))
                str_replace(&m->container, text);
        else if (STR_IN_SET(field, "ro", "readonly", "rw"))
                m->mode = is_true(value) != str_equal(field, "rw") ? MOUNT_RO : MOUNT_RW;
        else if (str_equal(field, "volume-opt") && str_starts(text, "device=/"))
                str_replace(&r->device, text + strlen("device="));
        else if (str_equal(field, "volume-opt") && value_is_word(text, "o=?(*,)@(bind|rbind)?(,*)")) {
                r->binds = true;
                m->mode = value_is_word(text, "*[=,]ro?(,*)") ? MOUNT_RO : m->mode;
        } else if (str_equal(field, "relabel"))
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

/* Options that only another type has. */
static void mount_check_type(const char *value, enum engine_kind engine, struct mount_reading *r) {
        const char *type = str_equal(r->type, "glob") ? "bind" : r->type ? r->type : "volume";
        while (*value && !r->bad_option) {
                _cleanup_free_ char *field = mount_next_field(&value);
                field[strcspn(field, "=")] = '\0';
                const struct mount_word *word =
                        mount_word_find(mount_words, ELEMENTS(mount_words), field, engine);
                if ((word && word->type && !str_equal(word->type, type)) ||
                    (STR_IN_SET(field, "src", "source") && str_equal(type, "tmpfs")))
                        r->bad_option = xstrdup(field);
        }
}

struct mount_reading mount_read_mount(const char *value, enum engine_kind engine) {
        struct mount_reading r = { .mount = { .host = xstrdup(""), .container = xstrdup("") } };
        _cleanup_str_ struct str options = {};
        _cleanup_strv_ char **once = NULL;
        const char *rest = value;
        while (*rest) {
                _cleanup_free_ char *field = mount_next_field(&rest);
                mount_read_field(field, engine, &options, &once, &r);
        }
        r.mount.options = str_take(&options);
        r.shape = shape_of_type(r.type, &r.mount);
        if (r.binds && r.device && (r.shape == MOUNT_SHAPE_VOLUME || r.shape == MOUNT_SHAPE_UNNAMED)) {
                str_replace(&r.mount.host, r.device);
                r.shape = MOUNT_SHAPE_HOST;
        }
        mount_check_type(value, engine, &r);
        finish_reading(&r);
        return r;
}
