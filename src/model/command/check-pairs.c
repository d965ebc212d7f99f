/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options that an engine refuses beside each other, or alone. Each row was tried with Podman 4.3 and 5.4 and
 * Docker 20.10 (tests/cases/values.txt). */

#include "model/command/value-kinds.h"

#define B HAS_BOTH
#define P HAS_PODMAN
#define D HAS_DOCKER

/* Values are patterns of value_is_word(); NULL: any. */
static const struct refused_pair {
        unsigned char engines;
        const char *option, *value, *other, *other_value;
        bool needs; /* refused without the other, not beside it */
} pairs[] = {
        { P, "--ip", NULL, "--network", "@(host|none|container:*|ns:*)" },
        { P, "--ip6", NULL, "--network", "@(host|none|container:*|ns:*)" },
        { P, "--mac-address", NULL, "--network", "@(host|none|container:*|ns:*)" },
        { P, "--network-alias", NULL, "--network", "@(host|none|container:*|ns:*)" },
        { P, "--dns", NULL, "--network", "none" },
        { B, "--sysctl", "net.*", "--network", "host" },
        { B, "--sysctl", "@(kernel.*|fs.mqueue.*)", "--ipc", "host" },
        { P, "--shm-size", NULL, "--ipc", "@(host|container:*|ns:*)" },
        { B, "--hostname", NULL, "--uts", "host" },
        { B, "--cpu-quota", NULL, "--cpus", NULL },
        { B, "--cpu-period", NULL, "--cpus", NULL },
        { B, "--memory-swap", "[1-9]*", "--memory", NULL, true },
        { B, "--no-healthcheck", NULL, "--health-cmd", "!(none)" },
        { D, "--health-interval", NULL, "--no-healthcheck", NULL },
        { D, "--health-retries", NULL, "--no-healthcheck", NULL },
        { D, "--health-start-period", NULL, "--no-healthcheck", NULL },
        { D, "--health-timeout", NULL, "--no-healthcheck", NULL },
        { P, "--uidmap", NULL, "--userns", NULL },
        { P, "--gidmap", NULL, "--userns", NULL },
        { P, "--subuidname", NULL, "--userns", NULL },
        { P, "--subgidname", NULL, "--userns", NULL },
        { P, "--add-host", NULL, "--no-hosts", NULL },
        { P, "--dns-option", NULL, "--dns", "none" },
        { P, "--dns-search", NULL, "--dns", "none" },
        { P, "--dns", "!(none)", "--dns", "none" },
        { P, "--pid", "host", "--cgroups", "disabled" },
        { D, "--ip", NULL, "--network", "@(host|none|bridge|default|container:*)" },
        { D, "--mac-address", NULL, "--network", "@(host|container:*)" },
        { D, "--network-alias", NULL, "--network", "@(host|none|bridge|default|container:*)" },
};

static bool pair_has(const struct option_use *o, const char *option, const char *value) {
        return str_equal(o->canonical, option) &&
               (o->value ? *o->value && (!value || value_is_word(o->value, value)) : !value);
}

/* NULL: it is not there. The first behind the option "after" of the command, if that is not NULL. */
static const struct option_use *pair_find(const struct command *c, const struct option_use *after,
                                          const char *option, const char *value) {
        for (size_t i = after ? (size_t) (after - c->options) + 1 : 0; i < c->n_options; i++)
                if (pair_has(&c->options[i], option, value))
                        return &c->options[i];
        return NULL;
}

static void report_pair(struct reading *r, const struct option_use *o, const struct option_use *other,
                        const struct refused_pair *pair) {
        const char *value = other && other->value && pair->other_value ? other->value : NULL;
        if (pair->needs)
                command_report(r, o->word, "refused-pair", "%s refuses %s without %s",
                               command_engine_title(r), o->option, pair->other);
        else
                command_report(r, o->word, "refused-pair",
                               value ? "%s refuses %s beside %s %s" : "%s refuses %s beside %s",
                               command_engine_title(r), o->option, other->option, value);
}

/* Several networks are bridges of the engine's; the words of modes stand alone. */
static void check_networks(struct reading *r) {
        const struct command *c = r->command;
        static const char modes[] =
                "@(host|none|private|default|bridge|container:*|ns:*|pasta?(:*)|slirp4netns?(:*))";
        const struct option_use *mode = pair_find(c, NULL, "--network", modes), *other = NULL;
        for (const struct option_use *o = NULL; mode && (o = pair_find(c, o, "--network", NULL));)
                if (o != mode)
                        other = o;
        if (other)
                command_report(r, other->word, "refused-pair", "%s refuses --network %s beside --network %s",
                               command_engine_title(r), other->value, mode->value);
}

/* Docker's kinds of logs and their options; NULL: the kind that its daemon is set to. An option with a hyphen
 * is one of a kind that is not here. */
static const struct {
        const char *driver, *options;
} log_options[] = {
        { "json-file", "@(max-size|max-file|compress|tag|@(labels|env)?(-regex))" },
        { "local", "@(max-size|max-file|compress)" },
        { "journald", "@(tag|@(labels|env)?(-regex))" },
        { "none", "" },
        { "syslog", "@(syslog-*|tag|@(labels|env)?(-regex))" },
        { NULL, "@(max-size|max-file|compress|tag|labels|env|*-*)" },
};

static void check_log_option(struct reading *r, const struct option_use *o, const char *driver) {
        _cleanup_free_ char *key = xstrndup(o->value, strcspn(o->value, "="));
        const char *value = o->value + strlen(key) + (o->value[strlen(key)] != '\0');
        bool legal = true;
        for (size_t i = 0; i < ELEMENTS(log_options); i++)
                if (str_equal(log_options[i].driver, driver))
                        legal = value_is_word(key, log_options[i].options);
        if (str_equal(key, "mode"))
                legal = STR_IN_SET(value, "blocking", "non-blocking");
        else if (str_equal(key, "max-file"))
                legal &= value_is_number(value, "1..");
        else if (str_equal(key, "compress"))
                legal &= STR_IN_SET(value, "true", "false", "1", "0");
        else if (str_equal(key, "max-buffer-size"))
                legal = value_is_size(value, "");
        if (!legal)
                command_report(r, o->word, "bad-option-value", "Docker's logs%s%s do not take \"%s\"",
                               driver ? " of the kind " : "", driver ? driver : "", o->value);
}

static void check_log_options(struct reading *r) {
        const struct command *c = r->command;
        const char *driver = NULL;
        for (size_t i = 0; i < c->n_options; i++)
                if (str_equal(c->options[i].canonical, "--log-driver"))
                        driver = c->options[i].value;
        for (const struct option_use *o = NULL; (o = pair_find(c, o, "--log-opt", NULL));)
                if (value_is_log_option(o->value, "="))
                        check_log_option(r, o, driver);
}

void command_check_pairs(struct reading *r) {
        const struct command *c = r->command;
        if (command_engine_bit(r) == HAS_DOCKER)
                check_log_options(r);
        for (size_t i = 0; i < ELEMENTS(pairs); i++) {
                const struct refused_pair *pair = &pairs[i];
                const struct option_use *o = pair_find(c, NULL, pair->option, pair->value),
                                        *other = pair_find(c, NULL, pair->other, pair->other_value);
                if ((pair->engines & command_engine_bit(r)) && o && (other != NULL) != pair->needs)
                        report_pair(r, o, other, pair);
        }
        check_networks(r);
}
