/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values that an engine refuses, and files of the host that options name. Each row was tried with Podman 4.3
 * and 5.4 and Docker 20.10 (tests/cases/values.txt has what came of it). */

#include "model/command/value-kinds.h"

#define B HAS_BOTH
#define P HAS_PODMAN
#define D HAS_DOCKER
#define V ENGINE_VERSION

/* Which kind of value an option takes (value-kinds.c): a value must fit one of its rows for the engine. An
 * option that is not here takes any value, or what it takes depends on the host. */
static const struct value_kind {
        const char *option;
        unsigned char engines;
        bool (*fits)(const char *value, const char *argument);
        const char *argument, *takes;
        unsigned short since; /* the engine's version that has it first; 0: all */
        unsigned short until; /* the last one; 0: there is none yet */
} kinds[] = {
        { "--add-host", P, value_is_word, "*:host-gateway", "host-gateway", V(4, 7) },
        { "--add-host", D, value_is_word, "*:host-gateway", "host-gateway" },
        { "--add-host", B, value_is_host, ":", "NAME:ADDRESS" },
        { "--add-host", D, value_is_host, "=", "NAME=ADDRESS", V(25, 0) },
        { "--annotation", P, value_matches, "+([!=])=*", "KEY=VALUE" },
        { "--attach", B, value_matches, "@(stdin|stdout|stderr)", "stdin, stdout, stderr" },
        { "--blkio-weight", B, value_is_number, "0..65535", "a number from 10 to 1000" },
        { "--blkio-weight-device", B, value_is_rate, "", "PATH:NUMBER" },
        { "--cap-add", P, value_is_capability, ",", "names of capabilities" },
        { "--cap-add", D, value_is_capability, "", "the name of a capability" },
        { "--cap-drop", P, value_is_capability, ",", "names of capabilities" },
        { "--cap-drop", D, value_is_capability, "", "the name of a capability" },
        { "--cgroup-conf", P, value_matches, "+([!=])=*", "KEY=VALUE" },
        { "--cgroupns", B, value_is_word, "@(host|private)", "host, private" },
        { "--cgroupns", P, value_is_word, "@(ns:|container:)*", "ns:PATH, container:NAME" },
        { "--cgroups", P, value_is_word, "@(enabled|disabled|no-conmon|split)",
          "enabled, disabled, no-conmon, split" },
        { "--cpu-period", B, value_is_number, "0..", "microseconds" },
        { "--cpu-quota", B, value_is_number, "..", "microseconds" },
        { "--cpu-rt-period", B, value_is_number, "0..", "microseconds" },
        { "--cpu-rt-runtime", B, value_is_number, "..", "microseconds" },
        { "--cpu-shares", B, value_is_number, "0..", "a number from 2 to 262144" },
        { "--cpus", P, value_is_decimal, "", "a number like 1.5" },
        { "--cpus", D, value_is_decimal, "positive", "a number like 1.5" },
        { "--cpuset-cpus", P, value_is_set, NULL, "processors like 0-3,5" },
        { "--cpuset-mems", P, value_is_set, NULL, "nodes like 0,1" },
        { "--detach-keys", P, value_is_keys, NULL, "keys like ctrl-p,ctrl-q" },
        { "--device", B, value_is_device, NULL, "PATH[:PATH][:rwm]" },
        { "--device-cgroup-rule", B, value_is_word, "[abc] @(+([0-9])|\\*):@(+([0-9])|\\*) +([rwm])",
          "a rule like c 1:3 mr" },
        { "--device-read-bps", B, value_is_rate, "b", "PATH:SIZE" },
        { "--device-read-iops", B, value_is_rate, "", "PATH:NUMBER" },
        { "--device-write-bps", B, value_is_rate, "b", "PATH:SIZE" },
        { "--device-write-iops", B, value_is_rate, "", "PATH:NUMBER" },
        { "--dns", P, value_is_addresses, "", "an address" },
        { "--dns", D, value_is_address, "", "an address" },
        { "--dns", P, value_is_word, "none", "none" },
        { "--dns-search", B, value_matches, "@(.|+([a-z0-9_.-]))", "a domain" },
        { "--env", B, value_matches, "?([!=]*)", "NAME=VALUE or NAME" },
        { "--expose", P, value_is_exposed, "@(tcp|udp|sctp)",
          "a port or a range of ports, like 80, 80/udp, 80-90" },
        { "--expose", D, value_is_exposed, "*", "a port or a range of ports, like 80, 80/udp, 80-90" },
        { "--gidmap", P, value_is_id_map, NULL, "CONTAINER:HOST:NUMBER" },
        { "--health-interval", P, value_is_duration, "any", "a duration like 30s" },
        { "--health-interval", D, value_is_no_or_long, "1ms", "a duration like 30s" },
        { "--health-interval", P, value_is_word, "disable", "disable" },
        { "--health-max-log-count", P, value_is_number, "0..", "a number" },
        { "--health-max-log-size", P, value_is_number, "0..", "a number" },
        { "--health-on-failure", P, value_is_word, "@(none|kill|restart|stop)", "none, kill, restart, stop" },
        { "--health-retries", P, value_is_number, "1..", "a number from 1" },
        { "--health-retries", D, value_is_number, "0..", "a number from 0" },
        { "--health-start-interval", D, value_is_no_or_long, "1ms", "a duration like 5s" },
        { "--health-start-period", P, value_is_duration, "0", "a duration like 10s" },
        { "--health-start-period", D, value_is_no_or_long, "1ms", "a duration like 10s" },
        { "--health-startup-interval", P, value_is_duration, "any", "a duration like 10s" },
        { "--health-startup-interval", P, value_is_word, "disable", "disable" },
        { "--health-startup-retries", P, value_is_number, "0..", "a number" },
        { "--health-startup-success", P, value_is_number, "0..", "a number" },
        { "--health-startup-timeout", P, value_is_duration, "1ns", "a duration like 5s" },
        { "--health-timeout", P, value_is_duration, "1ns", "a duration like 5s" },
        { "--health-timeout", D, value_is_no_or_long, "1ms", "a duration like 5s" },
        { "--hostname", B, value_is_short, "64", "up to 64 letters" },
        { "--image-volume", P, value_is_word, "@(ignore|tmpfs)", "ignore, tmpfs" },
        { "--image-volume", P, value_is_word, "anonymous", "anonymous", V(4, 4) },
        { "--image-volume", P, value_is_word, "bind", "bind", 0, V(5, 3) },
        { "--ip", P, value_is_address, "", "an address" },
        { "--ip6", P, value_is_address, "", "an address" },
        { "--ipc", B, value_is_word, "@(|host|none|private|shareable|container:*)",
          "host, none, private, shareable, container:NAME" },
        { "--ipc", P, value_is_word, "ns:*", "ns:PATH" },
        { "--isolation", D, value_is_word, "@(|default)", "default" },
        { "--kernel-memory", D, value_is_size, "", "a size like 512m" },
        { "--label", B, value_matches, "[!=]*", "KEY=VALUE" },
        { "--log-driver", P, value_is_word, "@(journald|json-file|k8s-file|none|passthrough)",
          "journald, json-file, k8s-file, none, passthrough" },
        { "--log-driver", P, value_is_word, "passthrough-tty", "passthrough-tty", V(4, 4) },
        { "--log-opt", P, value_is_log_option, "", "KEY=VALUE" },
        { "--log-opt", D, value_is_log_option, "=", "KEY=VALUE" },
        { "--mac-address", B, value_is_hardware_address, NULL, "an address like 92:d0:c6:0a:29:33" },
        { "--memory", P, value_is_size, "", "a size like 512m" },
        { "--memory", D, value_is_size, "6m", "a size like 512m" },
        { "--memory-reservation", P, value_is_size, "", "a size like 512m" },
        { "--memory-reservation", D, value_is_size, "", "a size like 512m" },
        { "--memory-swap", P, value_is_size, "", "a size like 1g" },
        { "--memory-swap", D, value_is_size, "", "a size like 1g" },
        { "--memory-swap", B, value_is_word, "-1", "-1" },
        { "--memory-swappiness", D, value_is_number, "-1..100", "a number from 0 to 100" },
        { "--memory-swappiness", P, value_is_number, "..", "a number from 0 to 100" },
        { "--name", P, value_matches, "[a-z0-9]*([a-z0-9_.-])",
          "letters, digits, _ . and -, a letter or digit first" },
        { "--name", D, value_matches, "[a-z0-9]+([a-z0-9_.-])",
          "two or more letters, digits, _ . and -, a letter or digit first" },
        { "--oom-score-adj", B, value_is_number, "-1000..1000", "a number from -1000 to 1000" },
        { "--pid", B, value_is_word, "@(|host|container:*)", "host, container:NAME" },
        { "--pid", P, value_is_word, "@(private|ns:*)", "private, ns:PATH" },
        { "--pids-limit", B, value_is_number, "..", "a number" },
        { "--platform", B, value_is_word, "+([!/])?(/+([!/]))?(/+([!/]))", "OS[/ARCHITECTURE[/VARIANT]]" },
        { "--preserve-fds", P, value_is_number, "0..", "a number" },
        { "--publish", P, value_is_published, "",
          "[[ADDRESS:]PORT:]PORT[/PROTOCOL], or two ranges of the same length" },
        { "--publish", D, value_is_published, "one",
          "[[ADDRESS:]PORT:]PORT[/PROTOCOL], or two ranges of the same length" },
        { "--pull", B, value_is_word, "@(always|missing|never)", "always, missing, never" },
        { "--pull", D, value_is_word, "*", "any word", 0, V(20, 10) },
        { "--pull", P, value_matches,
          "@(always|missing|never|newer|ifmissing|ifnewer|ifnotpresent|true|false)", "newer" },
        { "--restart", B, value_is_word, "@(|no|always|unless-stopped|on-failure?(:+([0-9])))",
          "no, always, unless-stopped, on-failure[:N]" },
        { "--retry", P, value_is_number, "0..", "a number" },
        { "--retry-delay", P, value_is_duration, "0", "a duration like 2s" },
        { "--sdnotify", P, value_is_word, "@(conmon|container|ignore)", "conmon, container, ignore" },
        { "--sdnotify", P, value_is_word, "healthy", "healthy", V(4, 6) },
        { "--seccomp-policy", P, value_is_word, "@(|default|image)", "default, image" },
        { "--secret", P, value_is_word, "+([!,])*(,@(type=@(mount|env)|target=*|uid=*|gid=*|mode=*))",
          "NAME[,type=mount|env][,target=…]" },
        { "--security-opt", B, value_is_word,
          "@(no-new-privileges?([:=]@(true|false|1|0|t|f|T|F|TRUE|FALSE|True|False))|@(label|seccomp|"
          "apparmor)[:=]*)",
          "no-new-privileges, label=…, seccomp=…, apparmor=…" },
        { "--security-opt", B, value_is_word, "systempaths=unconfined", "systempaths=unconfined" },
        { "--security-opt", P, value_is_word, "@(mask|unmask|proc-opts)=*", "mask=…, unmask=…, proc-opts=…" },
        { "--shm-size", B, value_is_size, "", "a size like 64m" },
        { "--shm-size-systemd", P, value_is_size, "", "a size like 64m" },
        { "--stop-signal", P, value_is_word, "-+([0-9])", "a number" },
        { "--stop-signal", D, value_is_word, "?(-)*([0-9])[1-9]*([0-9])", "a number" },
        { "--stop-signal", B, value_is_signal, NULL, "the name or number of a signal" },
        { "--stop-timeout", P, value_is_number, "0..", "seconds" },
        { "--stop-timeout", D, value_is_number, "..", "seconds" },
        { "--sysctl", B, value_is_word,
          "@(net.*|fs.mqueue.*|kernel.@(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced))=*",
          "KEY=VALUE of a namespace: net.…, fs.mqueue.…, kernel.msg…, kernel.sem, kernel.shm…" },
        { "--systemd", P, value_matches, "@(true|false|always|1|0|t|f)", "true, false, always" },
        { "--timeout", P, value_is_number, "0..", "seconds" },
        { "--tz", P, value_is_word, "@(local|[!/]*)", "local or a name like Europe/Berlin" },
        { "--uidmap", P, value_is_id_map, NULL, "CONTAINER:HOST:NUMBER" },
        { "--ulimit", B, value_is_limit, "", "NAME=SOFT[:HARD]" },
        { "--ulimit", P, value_is_limit, "any", "NAME=SOFT[:HARD]", V(4, 4) },
        { "--ulimit", P, value_is_word, "host", "host" },
        { "--umask", P, value_is_word, "[0-7]?([0-7])?([0-7])?([0-7])", "up to four octal digits" },
        { "--user", B, value_is_user, NULL, "names, or numbers from 0 to 2147483647" },
        { "--userns", B, value_is_word, "@(|host)", "host" },
        { "--userns", P, value_is_word, "auto?(:*(@(size=+([0-9])|uidmapping=*|gidmapping=*)?(,)))",
          "auto[:size=N]" },
        { "--userns", P, value_is_word, "@(ns|container):*", "ns:PATH, container:NAME" },
        { "--userns", P, value_is_word, "keep-id?(:*(@(uid|gid|size)=+([0-9])?(,)))", "keep-id[:uid=N,gid=N]",
          V(5, 0) },
        { "--uts", B, value_is_word, "@(|host)", "host" },
        { "--uts", P, value_is_word, "@(private|ns:*|container:*)", "private, ns:PATH, container:NAME" },
        { "--workdir", D, value_is_word, "/*", "an absolute path" },
        { "--volumes-from", B, value_is_word, "+([!:])?(:*(@(z|ro|rw),)@(z|ro|rw))", "NAME[:ro]" },
};

/* Judged only beside --health-cmd: without a check Podman does not read them. */
static bool is_of_health(const struct option_use *o) {
        return str_starts(o->canonical, "--health-") != NULL;
}

/* Go's strconv.ParseBool(). */
static bool is_boolean(const char *value) {
        return STR_IN_SET(value, "1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE",
                          "False");
}

void command_check_flag_value(struct reading *r, const struct option_use *o) {
        if (o->value && !is_boolean(o->value))
                command_report(r, o->word, "bad-option-value",
                               "The engine refuses \"%s\" as the value of %s: it takes true or false",
                               o->value, o->option);
}

static void report_too_old(struct reading *r, const struct option_use *o, const struct value_kind *kind) {
        command_report(r, o->word, "bad-option-value",
                       "%s %s refuses \"%s\" as the value of %s: it has it since %u.%u",
                       command_engine_title(r), r->source->engine_version, o->value, o->option,
                       kind->since / 100U, kind->since % 100U);
}

static void check_kind(struct reading *r, const struct option_use *o) {
        unsigned bit = command_engine_bit(r), version = engine_version_number(r->source->engine_version);
        const struct value_kind *newer = NULL;
        _cleanup_str_ struct str takes = {};
        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                if (!str_equal(kinds[i].option, o->canonical) || !(kinds[i].engines & bit))
                        continue;
                bool here = version == 0 ||
                            (version >= kinds[i].since && (!kinds[i].until || version <= kinds[i].until)),
                     fits = kinds[i].fits(o->value, kinds[i].argument);
                if (fits && here)
                        return;
                if (fits && version < kinds[i].since)
                        newer = &kinds[i];
                if (here)
                        str_addf(&takes, "%s%s", takes.length > 0 ? ", " : "", kinds[i].takes);
        }
        if (newer)
                report_too_old(r, o, newer);
        else if (takes.length > 0)
                command_report(r, o->word, "bad-option-value",
                               "%s refuses \"%s\" as the value of %s: it takes %s", command_engine_title(r),
                               o->value, o->option, takes.text);
}

char *option_host_file(const char *canonical, const char *value) {
        if (str_empty(value))
                return NULL;
        if (STR_IN_SET(canonical, "--env-file", "--label-file", "--authfile", "--cert-dir", "--hosts-file",
                       "--decryption-key", "--pod-id-file"))
                return str_equal(canonical, "--hosts-file") && STR_IN_SET(value, "image", "none")
                               ? NULL
                               : xstrdup(value);
        if (str_equal(canonical, "--security-opt")) {
                const char *file = str_starts(value, "seccomp=");
                file = file ? file : str_starts(value, "seccomp:");
                return str_empty(file) || STR_IN_SET(file, "unconfined", "default", "builtin", "image")
                               ? NULL
                               : xstrdup(file);
        }
        /* vendor.com/class=name is a device of the Container Device Interface */
        if (str_equal(canonical, "--device") && !strchr(value, '='))
                return xstrndup(value, strcspn(value, ":"));
        return NULL;
}

void command_check_value(struct reading *r, const struct option_use *o) {
        _cleanup_free_ char *file = option_host_file(o->canonical, o->value);
        if (file && *file != '/')
                command_report(r, o->word, "relative-path",
                               "The path \"%s\" of %s depends on the folder in which the engine is called, "
                               "and neither an installer nor a unit has one",
                               file, o->option);
        if (command_is_swallowed(o->option, o->value)) /* reported already */
                return;
        if (!is_of_health(o))
                check_kind(r, o);
}

void command_check_health(struct reading *r) {
        const struct command *c = r->command;
        bool checks = command_engine_bit(r) == HAS_DOCKER;
        for (size_t i = 0; i < c->n_options; i++)
                checks |= str_equal(c->options[i].canonical, "--health-cmd") &&
                          !STR_IN_SET(c->options[i].value, "", "none");
        for (size_t i = 0; checks && i < c->n_options; i++)
                if (is_of_health(&c->options[i]) && !str_empty(c->options[i].value))
                        check_kind(r, &c->options[i]);
}
