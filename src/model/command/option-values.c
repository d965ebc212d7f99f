/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of options that matter more than the option (option_judge() of model/command/options.h). */

#include <fnmatch.h>
#include <strings.h>

#include "model/command/internal.h"

/* The first match counts. Patterns of fnmatch(3), without case: capabilities are written both ways. */
static const struct {
        const char *option, *pattern;
        enum risk risk;
        const char *meaning;
        char without; /* a character that the value lacks; "+([!=])" costs the square of its length */
} values[] = {
        { "--network", "host", NOTE,
          "Uses the host's network: it can open any port and reach what listens on localhost" },
        { "--network", "none", NONE, "Has no network" },
        { "--network", "container:*", NONE, "Shares the network of another container" },
        { "--network", "ns:*", NOTE, "Uses this network namespace of the host" },
        { "--pid", "host", HIGH, "Sees all processes of the host and can signal them" },
        { "--pid", "container:*", NOTE, "Sees the processes of another container" },
        { "--ipc", "host", NOTE, "Shares the host's shared memory and semaphores" },
        { "--ipc", "container:*", NOTE, "Shares the shared memory of another container" },
        { "--uts", "host", NOTE, "Shares the host's name and may change it" },
        { "--userns", "keep-id*", NONE, "Its user is the one that calls the engine: root, for a service" },
        { "--userns", "nomap*", NONE, "The user that calls the engine is not in it" },
        { "--userns", "auto*", NONE, "Its users stand for a range of the host that nobody else has" },
        { "--userns", "ns:*", NOTE, "Uses this user namespace of the host" },
        { "--userns", "container:*", NONE, "Shares the user namespace of another container" },
        { "--userns", "host", NOTE, "Has no user namespace: root inside is root outside" },
        { "--cgroupns", "host", NOTE, "Sees the host's cgroups" },

        { "--cap-add", "*all*", HIGH, "Gives the container all capabilities of root" },
        { "--cap-add", "*sys_admin*", HIGH,
          "Gives the container the widest capability: mounts, namespaces, much of the kernel" },
        { "--cap-add", "*sys_module*", HIGH, "Lets the container load kernel modules" },
        { "--cap-add", "*sys_ptrace*", HIGH, "Lets the container look into processes that it sees" },
        { "--cap-add", "*sys_rawio*", HIGH, "Lets the container use the hardware directly" },
        { "--cap-add", "*dac_read_search*", HIGH, "Lets the container read any file of the host" },
        { "--cap-add", "*bpf*", HIGH, "Lets the container load programs into the kernel" },
        { "--cap-add", "*sys_boot*", HIGH, "Lets the container restart the host" },
        { "--cap-add", "*net_admin*", NOTE,
          "Lets the container change its network; with the host's network, the host's" },
        { "--cap-add", "*sys_time*", NOTE, "Lets the container set the host's clock" },

        { "--security-opt", "label[=:]disable", NOTE, "SELinux does not confine it" },
        { "--security-opt", "label[=:]type[:=]spc_t", NOTE, "SELinux does not confine it (the type spc_t)" },
        { "--security-opt", "label[=:]type*", NONE, "SELinux confines it as this type" },
        { "--security-opt", "label*", NONE, "Changes its SELinux label" },
        { "--security-opt", "seccomp[=:]unconfined", NOTE, "No filter of system calls" },
        { "--security-opt", "seccomp*", NONE, "Filters system calls by this file of the host" },
        { "--security-opt", "apparmor[=:]unconfined", NOTE, "AppArmor does not confine it" },
        { "--security-opt", "apparmor*", NONE, "AppArmor confines it with this profile" },
        { "--security-opt", "no-new-privileges[=:]false", NONE, "Programs may gain powers by setuid" },
        { "--security-opt", "no-new-privileges*", NONE, "Programs gain no powers by setuid" },
        { "--security-opt", "@(unmask|systempaths)*", NOTE,
          "Shows parts of /proc and /sys that are hidden otherwise" },
        { "--security-opt", "mask*", NONE, "Hides more of /proc and /sys" },

        { "--device", "/dev/mem*", HIGH, "Gives the container the host's memory" },
        { "--device", "/dev/kmem*", HIGH, "Gives the container the kernel's memory" },
        { "--device", "/dev/port*", HIGH, "Gives the container the host's hardware ports" },
        { "--device", "/dev/@([shv]d[a-z]|xvd|nvme|mmcblk|dm-|md)*", HIGH,
          "Gives the container a disk of the host" },
        { "--device", "/dev/@(mapper|disk)*", HIGH, "Gives the container disks of the host" },
        { "--device", "/dev@(|/|:*)", HIGH, "Gives the container all devices of the host" },
        { "--device", "/dev/fuse*", NONE, "Lets the container mount file systems of its own" },

        { "--log-driver", "none", NONE, "The engine keeps no copy of what it prints" },

        { "--publish", "@(127.|[[]::1])*", NONE, "Opens a port on localhost and passes it to the container" },

        { "--env", "?*", NONE, "Hands a variable of its caller's environment to the container",
          .without = '=' },
        { "--dns", "none", NONE, "Leaves the image's own resolver settings as they are" },
        { "--ulimit", "host", NONE, "Has the same limits as the service that starts it" },
        { "--tz", "local", NONE, "Has the host's time zone" },
        { "--pids-limit", "@(0|-1)", NONE, "May have any number of processes" },
        { "--stop-timeout", "-1", NONE, "May take as long as it wants to stop" },
        { "--log-driver", "@(journald|passthrough)", NONE, "Logs to the host's journal" },
        { "--image-volume", "ignore", NONE, "Does not use the image's own volumes" },
        { "--image-volume", "tmpfs", NONE,
          "Keeps the image's own volumes in memory: they are lost when it ends" },

        { "--mount", "*type=devpts*", NONE, "Terminals of the container's own" },
        { "--mount", "*type=tmpfs*", NONE, "An empty folder in memory" },
        { "--mount", "*type=ramfs*", NONE, "An empty folder in memory, without a limit" },
        { "--mount", "*type=image*", NONE, "The files of another image" },
        { "--mount", "*type=artifact*", NONE, "The files of an artifact of the engine's store" },

        { "--restart", "no", NONE, "The engine leaves it when it ends" },
        { "--restart", "always", NONE, "The engine starts it again whenever it ends, behind systemd's back" },
        { "--restart", "unless-stopped", NONE,
          "The engine starts it again until it is stopped, behind systemd's back" },
        { "--restart", "on-failure*", NONE,
          "The engine starts it again when it fails, behind systemd's back" },

        { "--pull", "always", NOTE, "Always fetches the image anew: it may be another one by then" },
        { "--pull", "newer", NOTE,
          "Fetches the image when there is a newer one: not the one that was looked at" },
        { "--pull", "missing", NONE, "Fetches the image when it is not here" },
        { "--pull", "never", NONE, "Never fetches the image" },

        { "--systemd", "always", NONE, "Is prepared to run systemd" },
        { "--sdnotify", "conmon", NONE, "Counts as ready as soon as it is started" },
        { "--sdnotify", "container", NONE, "Reports readiness to systemd itself" },
        { "--sdnotify", "ignore", NONE, "Reports nothing to systemd" },
        { "--sdnotify", "healthy", NONE, "Counts as ready when its health check says so" },
        { "--tls-verify", "false", NOTE,
          "Does not check the registry's certificate: anybody between can send another image" },
        { "--user", "@(root|0)*", NONE, "Runs as root inside the container" },
        { "--volumes-from", "*", NOTE, "Has all mounts of another container, whatever these are" },
};

bool option_judge(const char *canonical, const char *value, const char **ret_meaning, enum risk *ret_risk) {
        if (!value)
                return false;
        for (size_t i = 0; i < ELEMENTS(values); i++)
                if (str_equal(values[i].option, canonical) &&
                    (!values[i].without || !strchr(value, values[i].without)) &&
                    fnmatch(values[i].pattern, value, FNM_CASEFOLD | FNM_EXTMATCH) == 0) {
                        *ret_meaning = values[i].meaning;
                        *ret_risk = values[i].risk;
                        return true;
                }
        return false;
}

struct restart_policy restart_read(const char *value) {
        if (STR_IN_SET(value, "always", "unless-stopped"))
                return (struct restart_policy) { .word = "always" };
        if (STR_IN_SET(value, "no", ""))
                return (struct restart_policy) { .word = "no" };
        const char *rest = value ? str_starts(value, "on-failure") : NULL;
        long long times = 0;
        if (!rest || (*rest && (*rest != ':' || str_to_int(rest + 1, 0, 100000, &times) < 0)))
                return (struct restart_policy) {};
        return (struct restart_policy) { .word = "on-failure", .times = (unsigned) times };
}
