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
        free(r->bad_option);
        *r = (struct mount_reading){};
}

/* ---- options ---- */

static bool option_is_known(const char *option) {
        static const char *const with_value[] = { "idmap=", "upperdir=", "workdir=",
                                                  "size=",  "mode=",     "subpath=" };
        for (size_t i = 0; i < ELEMENTS(with_value); i++)
                if (str_starts(option, with_value[i]))
                        return true;
        return STR_IN_SET(option, "rw", "ro", "z", "Z", "O", "U", "shared", "rshared", "slave", "rslave",
                          "private", "rprivate", "rbind", "bind", "exec", "noexec", "dev", "nodev", "suid",
                          "nosuid", "copy", "nocopy", "consistent", "cached", "delegated", "unbindable",
                          "runbindable", "relatime", "noatime", "notmpcopyup", "tmpcopyup", "idmap", "chown",
                          "nochown");
}

/* "ro,z" -> mode and the rest. */
static void mount_read_options(const char *text, struct mount_reading *r) {
        _cleanup_str_ struct str rest = {};
        _cleanup_strv_ char **options = strv_split(text, ",");
        for (char **option = options; *option; option++) {
                if (strcmp(*option, "ro") == 0)
                        r->mount.mode = MOUNT_RO;
                else if (strcmp(*option, "rw") == 0)
                        r->mount.mode = MOUNT_RW;
                else
                        str_addf(&rest, "%s%s", rest.length > 0 ? "," : "", *option);
                if (!r->bad_option && !option_is_known(*option))
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

struct mount_reading mount_read_volume(const char *value) {
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
        mount_read_options(second ? second + 1 : "", &r);
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

/* type goes to *type, what is neither known nor a flag to options. */
static void mount_read_field(char *field, char **type, struct str *options, struct mount *m) {
        char *value = strchr(field, '=');
        if (value)
                *value++ = '\0';
        const char *comma = options->length > 0 ? "," : "", *text = value ? value : "";
        if (str_equal(field, "type"))
                str_replace(type, text);
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

struct mount_reading mount_read_mount(const char *value) {
        struct mount_reading r = { .mount = { .host = xstrdup(""), .container = xstrdup("") } };
        _cleanup_free_ char *type = NULL;
        _cleanup_str_ struct str options = {};
        while (*value) {
                _cleanup_free_ char *field = mount_next_field(&value);
                mount_read_field(field, &type, &options, &r.mount);
        }
        r.mount.options = str_take(&options);
        r.shape = shape_of_type(type, &r.mount);
        finish_reading(&r);
        return r;
}

/* ---- places of the host ---- */

char *path_simplify(const char *path) {
        _cleanup_str_ struct str out = {};
        while (*path) {
                while (*path == '/')
                        path++;
                size_t n = strcspn(path, "/");
                if (n == 2 && path[0] == '.' && path[1] == '.') {
                        const char *slash = out.length > 0 ? memrchr(out.text, '/', out.length) : NULL;
                        str_cut(&out, slash ? (size_t) (slash - out.text) : 0);
                } else if (n > 0 && !(n == 1 && path[0] == '.')) {
                        str_add_char(&out, '/');
                        str_add_bytes(&out, path, n);
                }
                path += n;
        }
        if (out.length == 0)
                str_add_char(&out, '/');
        return str_take(&out);
}

/* The first row that matches counts, so special places precede the folder that holds them. */
static const struct mount_place {
        const char *path; /* with a slash at its end also everything below */
        enum risk rw, ro;
        const char *meaning;
        bool socket; /* access to it equals root */
} places[] = {
        { "/", HIGH, NOTE, "All files of the host" },

        { "/run", HIGH, HIGH, "The host's running services, with the sockets that command them",
          .socket = true },
        { "/run/docker.sock", HIGH, HIGH, "The engine's socket: the container can do anything to the host",
          .socket = true },
        { "/run/podman/", HIGH, HIGH, "The engine's socket: the container can do anything to the host",
          .socket = true },
        { "/run/containerd/", HIGH, HIGH, "The engine's socket: the container can do anything to the host",
          .socket = true },
        { "/run/crio/", HIGH, HIGH, "The engine's socket: the container can do anything to the host",
          .socket = true },
        { "/run/dbus/", HIGH, HIGH, "The system bus: the container can ask systemd for anything as root",
          .socket = true },
        { "/run/systemd/journal/", NOTE, NOTE, "The journal's sockets: the container can write to the log" },
        { "/run/systemd/notify", NOTE, NOTE, "Where services report their state to systemd" },
        { "/run/systemd/", HIGH, HIGH, "systemd's sockets: the container can command it", .socket = true },
        { "/run/udev/", NOTE, NONE, "What the host knows of its devices" },
        { "/run/host/", NOTE, NONE, "Information about the host itself" },
        { PLAN_REHEARSAL_DIR "/", NONE, NONE, "A copy of the host's files that is thrown away" },
        { "/run/", NOTE, NOTE, "State or sockets of a running service" },

        { "/etc", HIGH, NOTE, "The host's whole configuration, with its passwords" },
        { "/etc/shadow", HIGH, HIGH, "The passwords of the host's users, as hashes" },
        { "/etc/gshadow", HIGH, HIGH, "The passwords of the host's groups, as hashes" },
        { "/etc/passwd", HIGH, NONE, "The host's users" },
        { "/etc/group", HIGH, NONE, "The host's groups" },
        { "/etc/sudoers", HIGH, NOTE, "Who may become root" },
        { "/etc/sudoers.d/", HIGH, NOTE, "Who may become root" },
        { "/etc/pam.d/", HIGH, NONE, "How the host checks logins" },
        { "/etc/security/", HIGH, NONE, "How the host checks logins" },
        { "/etc/nsswitch.conf", NOTE, NONE, "Where the host looks up users and names" },
        { "/etc/ssh/", HIGH, NOTE, "The host's SSH keys and settings" },
        { "/etc/krb5.keytab", HIGH, NOTE, "The host's own key in its realm" },
        { "/etc/systemd/", HIGH, NONE, "The host's units: what is written there runs as root" },
        { "/etc/containers/", HIGH, NONE, "The engine's settings and units" },
        { "/etc/docker/", HIGH, NONE, "The engine's settings" },
        { "/etc/cron.d/", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/crontab", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/profile.d/", HIGH, NONE, "What runs at each login" },
        { "/etc/ld.so.preload", HIGH, NONE, "What is loaded into each program" },
        { "/etc/pki/", NOTE, NOTE, "The host's certificates, perhaps with keys" },
        { "/etc/ssl/", NOTE, NOTE, "The host's certificates, perhaps with keys" },
        { "/etc/machine-id", NOTE, NONE, "The host's identity" },
        { "/etc/localtime", NOTE, NONE, "The host's time zone" },
        { "/etc/", NOTE, NONE, "Configuration of the host" },

        { "/usr/lib/modules/", HIGH, NONE, "The kernel's modules" },
        { "/lib/modules/", HIGH, NONE, "The kernel's modules" },
        { "/usr/", HIGH, NONE, "The host's programs" },
        { "/bin/", HIGH, NONE, "The host's programs" },
        { "/sbin/", HIGH, NONE, "The host's programs" },
        { "/lib/", HIGH, NONE, "The host's libraries" },
        { "/lib64/", HIGH, NONE, "The host's libraries" },
        { "/boot/", HIGH, NONE, "What the host starts from" },
        { "/efi/", HIGH, NONE, "What the host starts from" },

        { "/dev/null", NONE, NONE, "A harmless device" },
        { "/dev/zero", NONE, NONE, "A harmless device" },
        { "/dev/random", NONE, NONE, "A source of random numbers" },
        { "/dev/urandom", NONE, NONE, "A source of random numbers" },
        { "/dev/log", NOTE, NOTE, "Where the host's programs log" },
        { "/dev/shm/", NOTE, NOTE, "The host's shared memory" },
        { "/dev", HIGH, HIGH, "All devices of the host" },
        { "/dev/", NOTE, NOTE, "A device of the host" },
        { "/proc/", HIGH, NOTE, "The host's processes and kernel settings" },
        { "/sys/fs/cgroup/", NOTE, NONE, "The host's cgroups" },
        { "/sys/fs/selinux/", NOTE, NONE, "The host's SELinux" },
        { "/sys", HIGH, NONE, "The host's kernel and devices" },
        { "/sys/", NOTE, NONE, "Part of the host's kernel and devices" },

        { "/root/", HIGH, NOTE, "root's home folder, with its keys" },
        { "/home", HIGH, NOTE, "The home folders of all users" },
        { "/home/", NOTE, NOTE, "A user's files" },
        { "/tmp/", NOTE, NOTE, "Temporary files of the host" },
        { "/var/tmp/", NOTE, NOTE, "Temporary files of the host" },
        { "/var", HIGH, NOTE, "The data of all services" },
        { "/var/lib", HIGH, NOTE, "The data of all services" },
        { "/var/lib/docker/", HIGH, NOTE, "All containers and images of the engine" },
        { "/var/lib/containers/", HIGH, NOTE, "All containers and images of the engine" },
        { "/var/lib/kubelet/", HIGH, NOTE, "All pods of the host, with their secrets" },
        { "/var/lib/systemd/", HIGH, NOTE, "systemd's own data, with its credentials" },
        { "/var/lib/fairlead/", HIGH, NOTE, "fairlead's own record of what it did" },
        { "/var/log", NOTE, NOTE, "All logs of the host" },
        { "/var/spool/cron/", HIGH, NONE, "What the host runs by the clock" },
        { "/var/cache", NOTE, NONE, "Caches of all services" },
        { "/var/spool", NOTE, NONE, "Queues of all services" },
};

static bool lies_in(const char *path, const char *place) {
        size_t n = strlen(place);
        if (n == 1 || place[n - 1] != '/')
                return strcmp(path, place) == 0;
        return strncmp(path, place, n - 1) == 0 && (!path[n - 1] || path[n - 1] == '/');
}

bool mount_judge(struct mount *m) {
        bool ro = m->mode == MOUNT_RO;
        m->risk = RISK_NONE;
        if (m->volume) {
                m->meaning = "A volume of the engine's, kept when the container goes";
                return false;
        }
        m->meaning = ro ? "Files of the host, only to read" : "Files of the host, also to change";
        if (m->host[0] != '/')
                return false;
        _cleanup_free_ char *simple = path_simplify(m->host);
        const char *path = simple;
        if (lies_in(path, "/var/run/"))
                path += strlen("/var"); /* a link to /run on every host with systemd */
        for (size_t i = 0; i < ELEMENTS(places); i++)
                if (lies_in(path, places[i].path)) {
                        m->risk = ro ? places[i].ro : places[i].rw;
                        m->meaning = places[i].meaning;
                        return places[i].socket;
                }
        return false;
}
