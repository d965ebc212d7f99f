/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of options that matter more than the option (option_judge() of model/command/options.h). */

#include <fnmatch.h>
#include <strings.h>

#include "model/command/options.h"

/* The first match counts. Patterns of fnmatch(3), without case: capabilities are written both ways. */
static const struct {
        const char *option, *pattern;
        enum risk risk;
        const char *meaning;
} values[] = {
        { "--network", "host", RISK_NOTE,
          "Uses the host's network: it can open any port and reach what listens on localhost" },
        { "--network", "none", RISK_NONE, "Has no network" },
        { "--network", "container:*", RISK_NONE, "Shares the network of another container" },
        { "--network", "ns:*", RISK_NOTE, "Uses this network namespace of the host" },
        { "--pid", "host", RISK_HIGH, "Sees all processes of the host and can signal them" },
        { "--pid", "container:*", RISK_NOTE, "Sees the processes of another container" },
        { "--ipc", "host", RISK_NOTE, "Shares the host's shared memory and semaphores" },
        { "--ipc", "container:*", RISK_NOTE, "Shares the shared memory of another container" },
        { "--uts", "host", RISK_NOTE, "Shares the host's name and may change it" },
        { "--userns", "host", RISK_NOTE, "Has no user namespace: root inside is root outside" },
        { "--cgroupns", "host", RISK_NOTE, "Sees the host's cgroups" },

        { "--cap-add", "*all*", RISK_HIGH, "Gives the container all capabilities of root" },
        { "--cap-add", "*sys_admin*", RISK_HIGH,
          "Gives the container the widest capability: mounts, namespaces, much of the kernel" },
        { "--cap-add", "*sys_module*", RISK_HIGH, "Lets the container load kernel modules" },
        { "--cap-add", "*sys_ptrace*", RISK_HIGH, "Lets the container look into processes that it sees" },
        { "--cap-add", "*sys_rawio*", RISK_HIGH, "Lets the container use the hardware directly" },
        { "--cap-add", "*dac_read_search*", RISK_HIGH, "Lets the container read any file of the host" },
        { "--cap-add", "*bpf*", RISK_HIGH, "Lets the container load programs into the kernel" },
        { "--cap-add", "*sys_boot*", RISK_HIGH, "Lets the container restart the host" },
        { "--cap-add", "*net_admin*", RISK_NOTE,
          "Lets the container change its network; with the host's network, the host's" },
        { "--cap-add", "*sys_time*", RISK_NOTE, "Lets the container set the host's clock" },

        { "--security-opt", "label=disable", RISK_NOTE, "SELinux does not confine it" },
        { "--security-opt", "label:disable", RISK_NOTE, "SELinux does not confine it" },
        { "--security-opt", "label[=:]type[:=]spc_t", RISK_NOTE,
          "SELinux does not confine it (the type spc_t)" },
        { "--security-opt", "label[=:]type*", RISK_NONE, "SELinux confines it as this type" },
        { "--security-opt", "label*", RISK_NONE, "Changes its SELinux label" },
        { "--security-opt", "seccomp[=:]unconfined", RISK_NOTE, "No filter of system calls" },
        { "--security-opt", "seccomp*", RISK_NONE, "Filters system calls by this file of the host" },
        { "--security-opt", "apparmor[=:]unconfined", RISK_NOTE, "AppArmor does not confine it" },
        { "--security-opt", "apparmor*", RISK_NONE, "AppArmor confines it with this profile" },
        { "--security-opt", "no-new-privileges[=:]false", RISK_NONE, "Programs may gain powers by setuid" },
        { "--security-opt", "no-new-privileges*", RISK_NONE, "Programs gain no powers by setuid" },
        { "--security-opt", "unmask*", RISK_NOTE, "Shows parts of /proc and /sys that are hidden otherwise" },
        { "--security-opt", "systempaths*", RISK_NOTE,
          "Shows parts of /proc and /sys that are hidden otherwise" },
        { "--security-opt", "mask*", RISK_NONE, "Hides more of /proc and /sys" },

        { "--device", "/dev/mem*", RISK_HIGH, "Gives the container the host's memory" },
        { "--device", "/dev/kmem*", RISK_HIGH, "Gives the container the kernel's memory" },
        { "--device", "/dev/port*", RISK_HIGH, "Gives the container the host's hardware ports" },
        { "--device", "/dev/[shv]d[a-z]*", RISK_HIGH, "Gives the container a disk of the host" },
        { "--device", "/dev/xvd*", RISK_HIGH, "Gives the container a disk of the host" },
        { "--device", "/dev/nvme*", RISK_HIGH, "Gives the container a disk of the host" },
        { "--device", "/dev/mmcblk*", RISK_HIGH, "Gives the container a disk of the host" },
        { "--device", "/dev/dm-*", RISK_HIGH, "Gives the container a disk of the host" },
        { "--device", "/dev/mapper*", RISK_HIGH, "Gives the container disks of the host" },
        { "--device", "/dev/md*", RISK_HIGH, "Gives the container a disk of the host" },
        { "--device", "/dev/disk*", RISK_HIGH, "Gives the container disks of the host" },
        { "--device", "/dev", RISK_HIGH, "Gives the container all devices of the host" },
        { "--device", "/dev/", RISK_HIGH, "Gives the container all devices of the host" },
        { "--device", "/dev:*", RISK_HIGH, "Gives the container all devices of the host" },
        { "--device", "/dev/fuse*", RISK_NONE, "Lets the container mount file systems of its own" },

        { "--publish", "127.*", RISK_NONE, "Opens a port on localhost and passes it to the container" },
        { "--publish", "[[]::1]*", RISK_NONE, "Opens a port on localhost and passes it to the container" },

        { "--restart", "no", RISK_NONE, "The engine leaves it when it ends" },
        { "--restart", "always", RISK_NONE,
          "The engine starts it again whenever it ends, behind systemd's back" },
        { "--restart", "unless-stopped", RISK_NONE,
          "The engine starts it again until it is stopped, behind systemd's back" },
        { "--restart", "on-failure*", RISK_NONE,
          "The engine starts it again when it fails, behind systemd's back" },

        { "--pull", "always", RISK_NOTE, "Always fetches the image anew: it may be another one by then" },
        { "--pull", "newer", RISK_NOTE,
          "Fetches the image when there is a newer one: not the one that was looked at" },
        { "--pull", "missing", RISK_NONE, "Fetches the image when it is not here" },
        { "--pull", "never", RISK_NONE, "Never fetches the image" },

        { "--systemd", "always", RISK_NONE, "Is prepared to run systemd" },
        { "--sdnotify", "conmon", RISK_NONE, "Counts as ready as soon as it is started" },
        { "--sdnotify", "container", RISK_NONE, "Reports readiness to systemd itself" },
        { "--sdnotify", "ignore", RISK_NONE, "Reports nothing to systemd" },
        { "--sdnotify", "healthy", RISK_NONE, "Counts as ready when its health check says so" },
        { "--tls-verify", "false", RISK_NOTE,
          "Does not check the registry's certificate: anybody between can send another image" },
        { "--user", "root*", RISK_NONE, "Runs as root inside the container" },
        { "--user", "0*", RISK_NONE, "Runs as root inside the container" },
        { "--volumes-from", "*", RISK_NOTE, "Has all mounts of another container, whatever these are" },
};

bool option_judge(const char *canonical, const char *value, const char **ret_meaning, enum risk *ret_risk) {
        if (!value)
                return false;
        for (size_t i = 0; i < ELEMENTS(values); i++)
                if (str_equal(values[i].option, canonical) &&
                    fnmatch(values[i].pattern, value, FNM_CASEFOLD) == 0) {
                        *ret_meaning = values[i].meaning;
                        *ret_risk = values[i].risk;
                        return true;
                }
        return false;
}
