/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/trouble/limits.h"
#include "model/trouble/trouble.h"

static const struct trouble_row trouble_rows[] = {
        [TROUBLE_UNIT_FAILED] = {
                .id = "unit-failed",
                .title = "Failed unit",
                .severity = SEVERITY_BLOCK,
                .source = "units of systemd in the state failed",
                .help = "A unit of this host ended with a failure and nothing starts it again. Its page has"
                        " the reason and the last lines of its log. Fix the cause, then start it; "
                        "reset-failed forgets a failure that needs nothing.",
        },
        [TROUBLE_RESTART_LOOP] = {
                .id = "restart-loop",
                .title = "Restart loop",
                .severity = SEVERITY_BLOCK,
                .source = "systemd's records of scheduled restarts in the journal, with the unit's "
                          "NRestarts",
                .help = "systemd starts this unit again and again, so that it is never listed as failed. "
                        "The log of its last run says why it ends; stop the unit while you look.",
        },
        [TROUBLE_OOM_KILL] = {
                .id = "oom-kill",
                .title = "Out of memory",
                .severity = SEVERITY_BLOCK,
                .source = "systemd's records of OOM kills in the journal, and oom_kill in memory.events of "
                          "the unit's cgroup",
                .help = "The kernel killed a process because the memory of the unit or of the host ran out."
                        " Raise MemoryMax= of the unit, give the host more memory, or find what grows.",
        },
        [TROUBLE_HEALTH] = {
                .id = "health",
                .title = "Failed health check",
                .severity = SEVERITY_BLOCK,
                .source = "the health that the engine reports of a service's container",
                .help = "The service runs, but the check that its image declares fails. The log of the "
                        "service and the last line of the check say what does not answer.",
        },
        [TROUBLE_JOB] = {
                .id = "job-interrupted",
                .title = "Interrupted job",
                .severity = SEVERITY_BLOCK,
                .source = "/var/lib/fairlead/jobs",
                .help = "A job of Fairlead lost its worker before its end, so that this host is between two"
                        " states. Resume it, or roll it back.",
        },
        [TROUBLE_DISK] = {
                .id = "disk",
                .title = "Disk nearly full",
                .severity = SEVERITY_WARN,
                .source = "statfs(2) of the local file systems of /, /boot, /etc, /var, /var/log, /tmp and "
                          "the engine's store",
                .help = "Little room is left for what runs here. Old images (podman image prune), logs "
                        "(journalctl --vacuum-size=) and finished jobs (fairlead prune) are what usually "
                        "goes first.",
        },
        [TROUBLE_INODES] = {
                .id = "inodes",
                .title = "Inodes nearly used up",
                .severity = SEVERITY_WARN,
                .source = "statfs(2) of the same file systems",
                .help = "The file system can hold few more files, whatever room df(1) shows. Look for a "
                        "folder with very many small files: du --inodes.",
        },
        [TROUBLE_REALM_OFFLINE] = {
                .id = "realm-offline",
                .title = "Realm offline",
                .severity = SEVERITY_WARN,
                .source = "SSSD's last known state",
                .help = "SSSD reaches no server of the realm: cached users can log in, others cannot. Look "
                        "at the network, DNS and the realm's servers.",
        },
        [TROUBLE_CLOCK] = {
                .id = "clock",
                .title = "Clock off",
                .severity = SEVERITY_WARN,
                .source = "the kernel's state of the clock, and the realm's clock as last seen",
                .help = "The clock of this host is not right or not known to be. Kerberos tolerates a clock"
                        " skew of at most 5 minutes, and certificates and logs depend on it. Look at "
                        "chronyc tracking or timedatectl.",
        },
        [TROUBLE_TIME_SERVICE] = {
                .id = "time-service",
                .title = "No time service",
                .severity = SEVERITY_WARN,
                .source = "the units of chrony, systemd-timesyncd, ntpd, openntpd and installed services "
                          "like them",
                .help = "Nothing keeps the clock of this host right. Start a time service, such as chrony.",
        },
        [TROUBLE_CERTIFICATE] = {
                .id = "certificate",
                .title = "Certificate ending",
                .severity = SEVERITY_WARN,
                .source = "the host's certificates in /etc/cockpit/ws-certs.d, /etc/ipa, /etc/pki/tls/certs"
                          " and /etc/fairlead/certificates",
                .help = "A certificate of this host ends soon or has ended; its clients will refuse the "
                        "connection. Renew it, and restart what serves it.",
        },
        [TROUBLE_KEYTAB] = {
                .id = "keytab",
                .title = "Machine password old",
                .severity = SEVERITY_WARN,
                .source = "the newest key in /etc/krb5.keytab of a member of a realm",
                .help = "The host's own password in the realm is old. Domain controllers may clean up "
                        "accounts that do not renew it. fairlead realm renew makes a new one.",
        },
        [TROUBLE_PRESSURE] = {
                .id = "pressure",
                .title = "Pressure",
                .severity = SEVERITY_WARN,
                .source = "/proc/pressure, the share of the last minute that tasks waited",
                .help = "Tasks wait for the processor, for memory or for the disks for a large share of the"
                        " time. systemd-cgtop shows who uses it.",
        },
        [TROUBLE_THROTTLED] = {
                .id = "throttled",
                .title = "Throttled",
                .severity = SEVERITY_WARN,
                .source = "nr_throttled in cpu.stat of the unit's cgroup",
                .help = "The unit reaches its limit of processor time (CPUQuota=, --cpus) in many periods, "
                        "and is then stopped for the rest of each. Raise the limit, or accept that it is "
                        "slow.",
        },
        [TROUBLE_NOT_RELOADED] = {
                .id = "not-reloaded",
                .title = "Unit edited, not reloaded",
                .severity = SEVERITY_WARN,
                .source = "NeedDaemonReload of systemd's units",
                .help = "The file of a unit, or a drop-in, is newer than what systemd has in memory. "
                        "systemctl daemon-reload reads it, a restart of the unit puts it in force.",
        },
        [TROUBLE_LOG_ERRORS] = {
                .id = "log-errors",
                .title = "Errors in the log",
                .severity = SEVERITY_WARN,
                .source = "lines of priority err and more urgent of a service since its start, in the "
                          "journal",
                .help = "The service runs, and has logged errors since it was started. Its log says whether"
                        " they matter.",
        },
        [TROUBLE_UNCLEAN_BOOT] = {
                .id = "unclean-boot",
                .title = "Unclean shutdown",
                .severity = SEVERITY_INFO,
                .source = "the end of the boot before this one in the journal",
                .help = "The host was not shut down before its last boot: power failed, the kernel crashed,"
                        " or it was reset. The end of the log of that boot may say why: journalctl -b -1 "
                        "-e.",
        },
        [TROUBLE_UPDATE] = {
                .id = "update",
                .title = "Newer image",
                .severity = SEVERITY_INFO,
                .source = "the images of the engine and those of the services, with what lint finds in the "
                          "labels of both",
                .help = "The reference of a service names a newer image on this host than the one that it "
                        "runs. Upgrade it. A finding that is gone was fixed by its maintainer; look at one "
                        "that is new before (fairlead lint). One that blocks makes this a warning.",
        },
        [TROUBLE_SETTINGS] = {
                .id = "settings",
                .title = "Wrong line in trouble.conf",
                .severity = SEVERITY_WARN,
                .source = "/etc/fairlead/trouble.conf",
                .help = "A line of the file is not understood, so the default counts in its place.",
        },
};

const struct trouble_row *trouble_row(enum trouble_kind kind) {
        return &trouble_rows[kind];
}

static const struct trouble_limit_row trouble_limit_rows[] = {
        [LIMIT_RESTARTS] = { TROUBLE_RESTART_LOOP, "count", "restarts", 3, 1, 1000 },
        [LIMIT_RESTART_MINUTES] = { TROUBLE_RESTART_LOOP, "minutes", "minutes", 10, 1, 1440 },
        [LIMIT_OOM_HOURS] = { TROUBLE_OOM_KILL, "hours", "hours that one is shown", 24, 1, 8760 },
        [LIMIT_DISK] = { TROUBLE_DISK, "percent", "percent in use", 90, 1, 100 },
        [LIMIT_INODES] = { TROUBLE_INODES, "percent", "percent in use", 90, 1, 100 },
        [LIMIT_CLOCK] = { TROUBLE_CLOCK, "seconds", "seconds of skew against the realm", 60, 1, 86400 },
        [LIMIT_CERTIFICATE] = { TROUBLE_CERTIFICATE, "days", "days before its end", 21, 0, 3650 },
        [LIMIT_KEYTAB] = { TROUBLE_KEYTAB, "days", "days since it was set", 60, 1, 36500 },
        [LIMIT_PRESSURE_CPU] = { TROUBLE_PRESSURE, "cpu", "percent of the last minute", 80, 1, 100 },
        [LIMIT_PRESSURE_MEMORY] = { TROUBLE_PRESSURE, "memory", "percent of the last minute", 20, 1, 100 },
        [LIMIT_PRESSURE_IO] = { TROUBLE_PRESSURE, "io", "percent of the last minute", 60, 1, 100 },
        [LIMIT_THROTTLED] = { TROUBLE_THROTTLED, "percent", "percent of the periods", 25, 1, 100 },
        [LIMIT_LOG_ERRORS] = { TROUBLE_LOG_ERRORS, "count", "lines since the start", 1, 1, 1000 },
        [LIMIT_BOOT_HOURS] = { TROUBLE_UNCLEAN_BOOT, "hours", "hours that it is shown", 72, 1, 8760 },
};

const struct trouble_limit_row *trouble_limit_row(enum trouble_limit limit) {
        return &trouble_limit_rows[limit];
}
