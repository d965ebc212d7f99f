/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The places of a host, and what they give to a container (declared in model/command/mount.h). */

#include "model/command/internal.h"

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
