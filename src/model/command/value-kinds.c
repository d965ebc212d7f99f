/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kinds of values in the table of check-value.c: whether a value is one, as the engines (programs in Go)
 * read it. What is not certain counts as legal. */

#include <arpa/inet.h>
#include <ctype.h>
#include <fnmatch.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "model/command/value-kinds.h"

#define DIGITS "0123456789"

bool value_matches(const char *value, const char *pattern) {
        return fnmatch(pattern, value, FNM_CASEFOLD | FNM_EXTMATCH) == 0;
}

bool value_is_word(const char *value, const char *pattern) {
        return fnmatch(pattern, value, FNM_EXTMATCH) == 0;
}

/* Whether each item of a list fits. */
static bool value_each(const char *value, char separator, bool (*fits)(const char *, const char *),
                       const char *argument) {
        const char separators[] = { separator, '\0' };
        for (const char *at = value;; at++) {
                _cleanup_free_ char *item = xstrndup(at, strcspn(at, separators));
                at += strlen(item);
                if (!fits(item, argument))
                        return false;
                if (!*at)
                        return true;
        }
}

/* ---- numbers ---- */

/* "10..64", "0.." */
bool value_is_number(const char *value, const char *range) {
        const char *digits = value + (*value == '-' || *value == '+');
        if (digits[0] == '0' && isalpha((unsigned char) digits[1]))
                return true; /* 0x10, 0b1: as Go reads them */
        if (!*digits || digits[strspn(digits, DIGITS "_")] || *value == '+')
                return false;
        long long n, low = LLONG_MIN, high = LLONG_MAX;
        const char *dots = strstr(range, "..");
        _cleanup_free_ char *first = xstrndup(range, (size_t) (dots - range));
        if (*first)
                (void) str_to_int(first, LLONG_MIN, LLONG_MAX, &low);
        if (dots[2])
                (void) str_to_int(dots + 2, LLONG_MIN, LLONG_MAX, &high);
        return strchr(digits, '_') || str_to_int(value, low, high, &n) >= 0;
}

/* "1.5g", "64 MiB", "10": in bytes. Negative: it is none. */
static double value_size(const char *value) {
        static const char units[] = "bkmgtp";
        if (!value_matches(value, "@(+([0-9])*([0-9.])|.+([0-9]))?( )?([kmgtp])?(i)?(b)"))
                return -1;
        double bytes = strtod(value, NULL);
        const char *unit = strchr(units, tolower((unsigned char) value[strspn(value, DIGITS ". ")]));
        for (const char *u = units; *unit && u < unit; u++)
                bytes *= 1024;
        return bytes;
}

bool value_is_size(const char *value, const char *least) {
        double bytes = value_size(value);
        return bytes == 0 || (bytes > 0 && (!*least || bytes >= value_size(least)));
}

bool value_is_decimal(const char *value, const char *positive) {
        char *end;
        if (!*value || isspace((unsigned char) *value))
                return false;
        double n = strtod(value, &end);
        return (n >= 0 || !*positive) && (!*end || (*end == '/' && end[1])); /* Docker reads fractions */
}

/* In nanoseconds, as time.ParseDuration() of Go: "1h30m", "-500ms", "0". NAN: it is none. */
static double value_duration(const char *value) {
        static const struct {
                const char *unit;
                double nanoseconds;
        } units[] = { { "ns", 1 },   { "us", 1e3 }, { "µs", 1e3 }, { "μs", 1e3 },
                      { "ms", 1e6 }, { "s", 1e9 },  { "m", 60e9 }, { "h", 3600e9 } };
        double total = 0, sign = *value == '-' ? -1 : 1;
        value += *value == '+' || *value == '-';
        if (str_equal(value, "0"))
                return 0;
        if (!*value)
                return NAN;
        while (*value) {
                char *end;
                size_t n = strspn(value, DIGITS "."), i = 0;
                double number = strtod(value, &end);
                if (n == 0 || end != value + n)
                        return NAN;
                value += n;
                size_t length = strcspn(value, DIGITS ".");
                while (i < ELEMENTS(units) &&
                       (strlen(units[i].unit) != length || strncmp(units[i].unit, value, length) != 0))
                        i++;
                if (i == ELEMENTS(units))
                        return NAN;
                total += number * units[i].nanoseconds;
                value += length;
        }
        return sign * total;
}

bool value_is_duration(const char *value, const char *least) {
        double length = value_duration(value), bound = value_duration(least);
        return !isnan(length) && (isnan(bound) || length >= bound);
}

bool value_is_no_or_long(const char *value, const char *least) {
        return value_duration(value) == 0 || value_duration(value) >= value_duration(least);
}

/* "0-3,5" */
static bool value_is_range(const char *value, const char *) {
        unsigned first, last;
        int end = 0;
        if (!isdigit((unsigned char) *value) || value[strspn(value, DIGITS "-")])
                return false;
        if (sscanf(value, "%9u%n", &first, &end) == 1 && !value[end])
                return true;
        return sscanf(value, "%9u-%9u%n", &first, &last, &end) == 2 && !value[end] && first <= last;
}

bool value_is_set(const char *value, const char *) {
        return value_each(value, ',', value_is_range, NULL);
}

bool value_is_short(const char *value, const char *most) {
        return strlen(value) <= strtoul(most, NULL, 10);
}

/* ---- networks ---- */

bool value_is_address(const char *value, const char *family) {
        unsigned char address[sizeof(struct in6_addr)];
        return (!str_equal(family, "6") && inet_pton(AF_INET, value, address) == 1) ||
               (!str_equal(family, "4") && inet_pton(AF_INET6, value, address) == 1);
}

bool value_is_addresses(const char *value, const char *family) {
        return value_each(value, ',', value_is_address, family);
}

/* NAME:ADDRESS. Podman takes several names with ; between. */
bool value_is_host(const char *value, const char *separator) {
        const char *address = strchr(value, *separator);
        return address && address > value && value_is_address(address + 1, "");
}

bool value_is_hardware_address(const char *value, const char *) {
        return value_matches(value, "[0-9a-f][0-9a-f]*([:-][0-9a-f][0-9a-f])") && strlen(value) >= 17;
}

struct ports {
        long long first, last;
};

/* "80", "80-82" */
static bool value_read_ports(const char *text, long long least, struct ports *ret) {
        _cleanup_free_ char *first = xstrndup(text, strcspn(text, "-"));
        const char *rest = text + strlen(first);
        if (str_to_int(first, least, 65535, &ret->first) < 0)
                return false;
        ret->last = ret->first;
        return !*rest || (str_to_int(rest + 1, least, 65535, &ret->last) >= 0 && ret->last >= ret->first);
}

/* Cuts "/tcp" off. */
static bool value_cut_protocol(char *ports, const char *pattern) {
        char *slash = strchr(ports, '/');
        if (!slash)
                return true;
        *slash = '\0';
        return value_matches(slash + 1, pattern);
}

bool value_is_exposed(const char *value, const char *protocols) {
        _cleanup_free_ char *text = xstrdup(value);
        struct ports ports;
        return value_cut_protocol(text, protocols) &&
               value_read_ports(text, str_equal(protocols, "*") ? 0 : 1, &ports);
}

/* An address in brackets, or one of version 4; "" is any. Changes text. */
static bool value_binds(char *text) {
        size_t n = strlen(text);
        if (n < 2 || *text != '[' || text[n - 1] != ']')
                return !*text || value_is_address(text, "4");
        text[n - 1] = '\0';
        return value_is_address(text + 1, "");
}

/* [[ADDRESS:][PORTS]:]PORTS[/PROTOCOL]. one: many ports of the host may stand for one of the container, and
 * 0 for any. */
bool value_is_published(const char *value, const char *one) {
        _cleanup_free_ char *text = xstrdup(value);
        struct ports host, container;
        long long least = *one ? 0 : 1;
        if (!value_cut_protocol(text, "@(tcp|udp|sctp)"))
                return false;
        char *inner = strrchr(text, ':');
        if (!value_read_ports(inner ? inner + 1 : text, least, &container))
                return false;
        if (!inner)
                return true;
        *inner = '\0';
        char *outer = strrchr(text, ':');
        const char *ports = outer ? outer + 1 : text;
        if (outer) {
                *outer = '\0';
                if (!value_binds(text))
                        return false;
        }
        if (!*ports)
                return true;
        return value_read_ports(ports, least, &host) &&
               (host.last - host.first == container.last - container.first ||
                (*one && container.first == container.last));
}

/* ---- devices and limits ---- */

/* PATH:RATE */
bool value_is_rate(const char *value, const char *unit) {
        const char *colon = strchr(value, ':');
        return *value == '/' && colon &&
               (*unit ? value_is_size(colon + 1, "") : value_is_number(colon + 1, "0.."));
}

/* PATH[:PATH][:rwm], or the name of a device of the Container Device Interface. */
bool value_is_device(const char *value, const char *) {
        const char *second = strchr(value, ':'), *third = second ? strchr(second + 1, ':') : NULL;
        if (*value != '/' || !second)
                return true;
        if (third)
                return second[1] == '/' && !strchr(third + 1, ':') && value_is_word(third + 1, "*([rwm])");
        return second[1] == '/' || value_is_word(second + 1, "*([rwm])");
}

/* NAME=SOFT[:HARD] */
bool value_is_limit(const char *value, const char *any_case) {
        static const char *const names[] = { "core",    "cpu",      "data",   "fsize",      "locks",
                                             "memlock", "msgqueue", "nice",   "nofile",     "nproc",
                                             "rss",     "rtprio",   "rttime", "sigpending", "stack" };
        const char *equal = strchr(value, '=');
        if (!equal)
                return false;
        const char *start = value;
        if (*any_case && strncasecmp(start, "RLIMIT_", strlen("RLIMIT_")) == 0)
                start += strlen("RLIMIT_");
        _cleanup_free_ char *name = xstrndup(start, (size_t) (equal - start)),
                            *soft = xstrndup(equal + 1, strcspn(equal + 1, ":"));
        const char *colon = equal[1 + strlen(soft)] ? equal + 1 + strlen(soft) : NULL;
        bool known = false;
        for (size_t i = 0; i < ELEMENTS(names); i++)
                known |= *any_case ? str_equal_nocase(names[i], name) : str_equal(names[i], name);
        long long low, high;
        if (!known || str_to_int(soft, LLONG_MIN, LLONG_MAX, &low) < 0)
                return false;
        return !colon || (str_to_int(colon + 1, LLONG_MIN, LLONG_MAX, &high) >= 0 &&
                          (high < 0 || (low >= 0 && low <= high)));
}

/* CONTAINER:HOST[:N], also several of them. Podman since 4.7 knows flags and @ before a number. */
static bool value_is_one_id_map(const char *value, const char *) {
        return value_is_word(value, "?([+ug])?([+ug])*([0-9]):?(@)+([0-9])?(:+([0-9]))");
}

bool value_is_id_map(const char *value, const char *) {
        return value_each(value, ',', value_is_one_id_map, NULL);
}

/* ---- names ---- */

static bool value_is_one_capability(const char *value, const char *) {
        static const char *const names[] = {
                "audit_control",   "audit_read",   "audit_write",
                "block_suspend",   "bpf",          "checkpoint_restore",
                "chown",           "dac_override", "dac_read_search",
                "fowner",          "fsetid",       "ipc_lock",
                "ipc_owner",       "kill",         "lease",
                "linux_immutable", "mac_admin",    "mac_override",
                "mknod",           "net_admin",    "net_bind_service",
                "net_broadcast",   "net_raw",      "perfmon",
                "setfcap",         "setgid",       "setpcap",
                "setuid",          "sys_admin",    "sys_boot",
                "sys_chroot",      "sys_module",   "sys_nice",
                "sys_pacct",       "sys_ptrace",   "sys_rawio",
                "sys_resource",    "sys_time",     "sys_tty_config",
                "syslog",          "wake_alarm",
        };
        if (str_equal_nocase(value, "all"))
                return true;
        const char *name = strncasecmp(value, "cap_", 4) == 0 ? value + 4 : value;
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (str_equal_nocase(names[i], name))
                        return true;
        return false;
}

bool value_is_capability(const char *value, const char *separator) {
        return value_each(value, *separator, value_is_one_capability, NULL);
}

bool value_is_signal(const char *value, const char *) {
        static const char *const names[] = {
                "HUP",  "INT",  "QUIT", "ILL",  "TRAP",   "ABRT",  "IOT",    "BUS",    "FPE",  "KILL",
                "USR1", "SEGV", "USR2", "PIPE", "ALRM",   "TERM",  "STKFLT", "CHLD",   "CLD",  "CONT",
                "STOP", "TSTP", "TTIN", "TTOU", "URG",    "XCPU",  "XFSZ",   "VTALRM", "PROF", "WINCH",
                "IO",   "POLL", "PWR",  "SYS",  "UNUSED", "RTMIN", "RTMAX",
        };
        if (isdigit((unsigned char) *value))
                return value_is_number(value, "1..64");
        const char *name = strncasecmp(value, "SIG", 3) == 0 ? value + 3 : value;
        if (value_matches(name, "rtm@(in+|ax-)@([0-9]|1[0-5])"))
                return true;
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (str_equal_nocase(names[i], name))
                        return true;
        return false;
}

/* "ctrl-p,q" */
static bool value_is_key(const char *value, const char *) {
        return strlen(value) <= 1 || value_matches(value, "ctrl-[][a-z@\\\\^_]");
}

bool value_is_keys(const char *value, const char *) {
        return value_each(value, ',', value_is_key, NULL);
}

static bool value_is_one_user(const char *value, const char *) {
        return (*value != '-' && !isdigit((unsigned char) *value)) || value[1 + strspn(value + 1, DIGITS)] ||
               value_is_number(value, "0..2147483647");
}

bool value_is_user(const char *value, const char *) {
        return value_each(value, ':', value_is_one_user, NULL);
}

/* Docker's kinds of logs name no option "". */
bool value_is_log_option(const char *value, const char *equal) {
        const char *size = str_starts(value, "max-size=");
        if (size)
                return str_equal(size, "-1") || value_is_size(size, "");
        return *equal ? strchr(value, '=') > value : strchr(value, '=') != NULL;
}
