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

/* The first row that matches counts, so special places precede the folder that holds them. A folder is at
 * least as risky as what lies in it: see risk_of(). */
static const struct mount_place {
        const char *path; /* with a slash at its end also everything below */
        enum risk rw, ro;
        const char *meaning;
        bool socket; /* access to it equals root */
} places[] = {
        { "/", HIGH, HIGH, "All files of the host" },

        /* ostree and bootc: the real root, with every deployment's /etc and /usr */
        { "/sysroot/", HIGH, HIGH, "All systems that ostree keeps on this host, with their passwords" },
        { "/ostree/", HIGH, HIGH, "All systems that ostree keeps on this host, with their passwords" },

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
        { "/run/udev/", HIGH, NONE, "What the host knows of its devices, and rules for them" },
        { "/run/host/", NOTE, NONE, "Information about the host itself" },
        { "/run/user/", HIGH, HIGH, "The sessions of users that are logged in, with their sockets and keys" },
        { "/run/media/", NOTE, NOTE, "The media that users have plugged in" },
        { PLAN_REHEARSAL_DIR "/", NONE, NONE, "A copy of the host's files that is thrown away" },
        { "/run/", NOTE, NOTE, "State or sockets of a running service" },

        { "/etc", HIGH, HIGH, "The host's whole configuration, with its passwords" },
        { "/etc/shadow", HIGH, HIGH, "The passwords of the host's users, as hashes" },
        { "/etc/shadow-", HIGH, HIGH, "The passwords of the host's users, as hashes" },
        { "/etc/gshadow", HIGH, HIGH, "The passwords of the host's groups, as hashes" },
        { "/etc/gshadow-", HIGH, HIGH, "The passwords of the host's groups, as hashes" },
        { "/etc/passwd", HIGH, NONE, "The host's users" },
        { "/etc/group", HIGH, NONE, "The host's groups" },
        { "/etc/sudoers", HIGH, NOTE, "Who may become root" },
        { "/etc/sudoers.d/", HIGH, NOTE, "Who may become root" },
        { "/etc/polkit-1/", HIGH, NOTE, "Who may do what without being root" },
        { "/etc/pam.d/", HIGH, NONE, "How the host checks logins" },
        { "/etc/security/", HIGH, NOTE, "How the host checks logins" },
        { "/etc/authselect/", HIGH, NONE, "How the host checks logins" },
        { "/etc/nsswitch.conf", NOTE, NONE, "Where the host looks up users and names" },
        { "/etc/ssh/", HIGH, NOTE, "The host's SSH keys and settings" },
        { "/etc/krb5.keytab", HIGH, NOTE, "The host's own key in its realm" },
        { "/etc/systemd/", HIGH, NONE, "The host's units: what is written there runs as root" },
        { "/etc/init.d/", HIGH, NONE, "What the host starts as root" },
        { "/etc/rc.d/", HIGH, NONE, "What the host starts as root" },
        { "/etc/rc.local", HIGH, NONE, "What the host starts as root" },
        { "/etc/dbus-1/", HIGH, NONE, "Who may ask the host's services for what" },
        { "/etc/containers/", HIGH, NONE, "The engine's settings and units" },
        { "/etc/docker/", HIGH, NONE, "The engine's settings" },
        { "/etc/sysconfig", HIGH, NONE, "What all of the host's services start with" },
        { "/etc/default", HIGH, NONE, "What all of the host's services start with" },
        { "/etc/cron.d/", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/cron.hourly/", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/cron.daily/", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/cron.weekly/", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/cron.monthly/", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/crontab", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/anacrontab", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/logrotate.d/", HIGH, NONE, "What the host runs by the clock" },
        { "/etc/profile", HIGH, NONE, "What runs at each login" },
        { "/etc/profile.d/", HIGH, NONE, "What runs at each login" },
        { "/etc/bashrc", HIGH, NONE, "What runs at each login" },
        { "/etc/bash.bashrc", HIGH, NONE, "What runs at each login" },
        { "/etc/environment", HIGH, NONE, "What runs at each login" },
        { "/etc/udev/", HIGH, NONE, "What the host runs when devices appear" },
        { "/etc/NetworkManager/dispatcher.d/", HIGH, NONE, "What the host runs when networks appear" },
        { "/etc/modprobe.d/", HIGH, NONE, "Which of the kernel's modules are loaded, and how" },
        { "/etc/modules-load.d/", HIGH, NONE, "Which of the kernel's modules are loaded, and how" },
        { "/etc/tmpfiles.d/", HIGH, NONE, "Which files the host makes and removes by itself" },
        { "/etc/sysctl.d/", HIGH, NONE, "Settings of the kernel" },
        { "/etc/fstab", HIGH, NONE, "What the host mounts" },
        { "/etc/ld.so.preload", HIGH, NONE, "What is loaded into each program" },
        { "/etc/ld.so.conf", HIGH, NONE, "What is loaded into each program" },
        { "/etc/ld.so.conf.d/", HIGH, NONE, "What is loaded into each program" },
        { "/etc/selinux/", HIGH, NONE, "The host's SELinux settings" },
        { "/etc/apt/", HIGH, NOTE, "Where the host takes its programs from" },
        { "/etc/yum.repos.d/", HIGH, NOTE, "Where the host takes its programs from" },
        { "/etc/ostree/", HIGH, NOTE, "Where the host takes its programs from" },
        { "/etc/pki/", NOTE, NOTE, "The host's certificates, perhaps with keys" },
        { "/etc/ssl/", NOTE, NOTE, "The host's certificates, perhaps with keys" },
        { "/etc/machine-id", NOTE, NONE, "The host's identity" },
        { "/etc/localtime", NOTE, NONE, "The host's time zone" },
        { "/etc/", NOTE, NONE, "Configuration of the host" },

        { "/usr/lib/modules/", HIGH, NONE, "The kernel's modules" },
        { "/lib/modules/", HIGH, NONE, "The kernel's modules" },
        { "/usr/src/", HIGH, NONE, "What the kernel's modules are built from" },
        { "/usr/lib/debug/", NOTE, NONE, "Debugging information about the host's programs" },
        { "/usr/share/zoneinfo/", NOTE, NONE, "The time zones that the host knows" },
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
        { "/sys/kernel/debug/", HIGH, NOTE, "The kernel's own tools for debugging it" },
        { "/sys/kernel/tracing/", HIGH, NOTE, "The kernel's own tools for debugging it" },
        { "/sys/kernel/security/", HIGH, NONE, "The kernel's security modules" },
        { "/sys/firmware/efi/efivars/", HIGH, NONE, "What the host's firmware starts" },
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
        { "/var/lib/rpm/", HIGH, NONE, "What is installed on the host" },
        { "/var/lib/dpkg/", HIGH, NONE, "What is installed on the host" },
        { "/var/log", NOTE, NOTE, "All logs of the host" },
        { "/var/spool/cron/", HIGH, NONE, "What the host runs by the clock" },
        { "/var/cache", NOTE, NONE, "Caches of all services" },
        { "/var/spool", HIGH, NONE, "Queues of all services" },
};

static bool lies_in(const char *path, const char *place) {
        size_t n = strlen(place);
        if (n == 1 || place[n - 1] != '/')
                return strcmp(path, place) == 0;
        return strncmp(path, place, n - 1) == 0 && (!path[n - 1] || path[n - 1] == '/');
}

/* Links that hosts have, the latter ones those with ostree: home folders are below /var there. */
static char *real_place(const char *path) {
        static const char *const links[][2] = {
                { "/var/run/", "/run" },
                { "/var/home/", "/home" },
                { "/var/roothome/", "/root" },
                { "/var/usrlocal/", "/usr/local" },
        };
        _cleanup_free_ char *simple = path_simplify(path);
        for (size_t i = 0; i < ELEMENTS(links); i++)
                if (lies_in(simple, links[i][0]))
                        return str_printf("%s%s", links[i][1], simple + strlen(links[i][0]) - 1);
        return TAKE(simple);
}

/* The place's own risk, or that of the riskiest place in it. */
static enum risk risk_of(const char *path, const struct mount_place *own, bool ro) {
        enum risk risk = !own ? RISK_NONE : ro ? own->ro : own->rw;
        size_t n = strlen(path);
        for (size_t i = 0; i < ELEMENTS(places); i++) {
                enum risk part = ro ? places[i].ro : places[i].rw;
                if (part > risk && strncmp(places[i].path, path, n) == 0 && places[i].path[n] == '/' &&
                    places[i].path[n + 1])
                        risk = part;
        }
        return risk;
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
        _cleanup_free_ char *path = real_place(m->host);
        const struct mount_place *own = NULL;
        for (size_t i = 0; !own && i < ELEMENTS(places); i++)
                if (lies_in(path, places[i].path))
                        own = &places[i];
        m->risk = risk_of(path, own, ro);
        if (own)
                m->meaning = own->meaning;
        return own && own->socket;
}
