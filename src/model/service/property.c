/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "base/text.h"
#include "model/service/inside.h"
#include "model/service/signal.h"

const char *const property_group_titles[_PROPERTY_GROUP_MAX] = {
        [PROPERTY_RUN] = "How it runs",
        [PROPERTY_LIMITS] = "Limits",
        [PROPERTY_SECURITY] = "Security",
        [PROPERTY_TIMES] = "Times",
};

#define RUN PROPERTY_RUN
#define LIMITS PROPERTY_LIMITS
#define SECURITY PROPERTY_SECURITY
#define TIMES PROPERTY_TIMES
#define WORD PROPERTY_WORD
#define SPAN PROPERTY_SPAN
#define BYTES PROPERTY_BYTES
#define COUNT PROPERTY_COUNT
#define FLAG PROPERTY_FLAG
#define TIME PROPERTY_TIME

/* systemd.service(5), systemd.exec(5), systemd.resource-control(5), systemd.timer(5), systemd.socket(5). */
const struct property_row property_rows[] = {
        { "Type", RUN, WORD, "counts as up by (Type=)" },
        { "ExecStartPre", RUN, WORD, "before its start" },
        { "ExecStart", RUN, WORD, "command" },
        { "ExecReload", RUN, WORD, "reload command" },
        { "ExecStop", RUN, WORD, "stop command" },
        { "User", RUN, WORD, "as user" },
        { "Group", RUN, WORD, "as group" },
        { "DynamicUser", RUN, FLAG, "user of its own" },
        { "WorkingDirectory", RUN, WORD, "works in" },
        { "RootDirectory", RUN, WORD, "root folder" },
        { "Environment", RUN, WORD, "environment" },
        { "Slice", RUN, WORD, "slice" },
        { "Restart", RUN, WORD, "restarts" },
        { "RestartUSec", RUN, SPAN, "pause before a restart" },
        { "TimeoutStartUSec", RUN, SPAN, "time to start" },
        { "TimeoutStopUSec", RUN, SPAN, "time to stop" },
        { "WatchdogUSec", RUN, SPAN, "watchdog" },
        { "KillMode", RUN, WORD, "a stop ends" },
        { "KillSignal", RUN, PROPERTY_SIGNAL, "by signal" },
        { "RemainAfterExit", RUN, FLAG, "stays active after its end" },
        { "Unit", RUN, WORD, "starts" },
        { "Where", RUN, WORD, "mounted at" },
        { "What", RUN, WORD, "mounts" },
        { "StartLimitBurst", LIMITS, COUNT, "starts before it is given up" },
        { "StartLimitIntervalUSec", LIMITS, SPAN, "within" },
        { "MemoryHigh", LIMITS, BYTES, "memory, slowed above" },
        { "MemoryMax", LIMITS, BYTES, "memory at most" },
        { "MemorySwapMax", LIMITS, BYTES, "swap at most" },
        { "CPUQuotaPerSecUSec", LIMITS, PROPERTY_SHARE, "processor at most" },
        { "CPUWeight", LIMITS, COUNT, "processor weight" },
        { "IOWeight", LIMITS, COUNT, "disk weight" },
        { "TasksMax", LIMITS, COUNT, "tasks at most" },
        { "LimitNOFILE", LIMITS, COUNT, "open files at most" },
        { "LimitNPROC", LIMITS, COUNT, "processes at most" },
        { "LimitCORE", LIMITS, BYTES, "core dump at most" },
        { "Nice", LIMITS, COUNT, "niceness" },
        { "OOMScoreAdjust", LIMITS, COUNT, "when memory runs out" },
        { "OOMPolicy", LIMITS, WORD, "then" },
        { "NoNewPrivileges", SECURITY, FLAG, "gains no privileges" },
        { "CapabilityBoundingSet", SECURITY, PROPERTY_BITS, "capabilities" },
        { "ProtectSystem", SECURITY, WORD, "system read-only" },
        { "ProtectHome", SECURITY, WORD, "home folders hidden" },
        { "PrivateTmp", SECURITY, FLAG, "/tmp of its own" },
        { "PrivateDevices", SECURITY, FLAG, "no devices" },
        { "PrivateNetwork", SECURITY, FLAG, "no network" },
        { "PrivateUsers", SECURITY, FLAG, "users of its own" },
        { "ProtectKernelTunables", SECURITY, FLAG, "kernel settings read-only" },
        { "ProtectKernelModules", SECURITY, FLAG, "loads no modules" },
        { "ProtectControlGroups", SECURITY, FLAG, "cgroups read-only" },
        { "RestrictSUIDSGID", SECURITY, FLAG, "makes no setuid files" },
        { "MemoryDenyWriteExecute", SECURITY, FLAG, "no writable code" },
        { "ReadWritePaths", SECURITY, WORD, "may write to" },
        { "ReadOnlyPaths", SECURITY, WORD, "only reads" },
        { "InaccessiblePaths", SECURITY, WORD, "does not see" },
        { "ActiveEnterTimestamp", TIMES, TIME, "active since" },
        { "ActiveExitTimestamp", TIMES, TIME, "last active" },
        { "InactiveEnterTimestamp", TIMES, TIME, "last inactive" },
        { "ExecMainStartTimestamp", TIMES, TIME, "main process started" },
        { "ExecMainExitTimestamp", TIMES, TIME, "main process ended" },
        { "ConditionTimestamp", TIMES, TIME, "conditions looked at" },
        { "NextElapseUSecRealtime", TIMES, TIME, "next" },
        { "LastTriggerUSec", TIMES, TIME, "last" },
};
const size_t property_rows_n = ELEMENTS(property_rows);

const struct property_row *property_find(const char *name) {
        for (size_t i = 0; i < ELEMENTS(property_rows); i++)
                if (strcmp(property_rows[i].name, name) == 0)
                        return &property_rows[i];
        return NULL;
}

static char *property_span(uint64_t usec) {
        return usec < 1000000     ? str_printf("%llu ms", (unsigned long long) usec / 1000)
               : usec % 1000000   ? str_printf("%.1f s", (double) usec / 1e6)
               : usec < 120000000 ? str_printf("%llu s", (unsigned long long) usec / 1000000)
               : usec % 60000000  ? str_printf("%llu min %llu s", (unsigned long long) usec / 60000000,
                                               (unsigned long long) usec / 1000000 % 60)
                                  : str_printf("%llu min", (unsigned long long) usec / 60000000);
}

static char *property_time(uint64_t usec) {
        time_t seconds = (time_t) (usec / 1000000);
        struct tm tm;
        char text[32];
        if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm))
                return NULL;
        return xstrdup(text);
}

#define CAPABILITIES 41 /* CAP_LAST_CAP + 1 of Linux 5.9 and newer: capability.h */

static char *property_bits(uint64_t bits) {
        int n = 0;
        for (int i = 0; i < CAPABILITIES; i++)
                n += bits >> i & 1;
        return n == CAPABILITIES ? xstrdup("all")
               : n == 0          ? xstrdup("none")
                                 : str_printf("%d of %d", n, CAPABILITIES);
}

char *property_text(const struct unit_property *p) {
        char size[16];
        uint64_t n = p->number;
        enum property_kind kind = p->row->kind;
        bool limit = kind == PROPERTY_BYTES || kind == PROPERTY_SHARE || kind == PROPERTY_COUNT ||
                     kind == PROPERTY_SPAN;
        if (kind == PROPERTY_WORD) {
                _cleanup_free_ char *all = strv_join(p->texts, ", ");
                return str_empty(all) ? NULL : TAKE(all);
        }
        if (limit && n == UINT64_MAX)
                return p->row->group == PROPERTY_LIMITS && strstr(p->row->title, "weight")
                               ? NULL
                               : xstrdup("no limit");
        switch (kind) {
        case PROPERTY_SPAN: return n ? property_span(n) : NULL;
        case PROPERTY_BYTES: return xstrdup(text_size(size, n));
        case PROPERTY_COUNT: return str_printf("%lld", (long long) n);
        case PROPERTY_FLAG: return xstrdup(n ? "yes" : "no");
        case PROPERTY_SHARE: return str_printf("%llu %%", (unsigned long long) n / 10000);
        case PROPERTY_TIME: return n && n != UINT64_MAX ? property_time(n) : NULL;
        case PROPERTY_SIGNAL: return signal_text((int) n);
        case PROPERTY_BITS: return property_bits(n);
        default: return NULL;
        }
}
