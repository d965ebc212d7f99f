/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/effects.h"

#include "base/str.h"
#include "base/text.h"

#define NAMED_MAX 8U /* others that a question names */

/* ---- the person's place ---- */

void standing_done(struct standing *me) {
        me->units = strv_free(me->units);
}

/* "0::/user.slice/user-0.slice/session-3.scope": each part of the path is a unit, and a stop of a slice
 * reaches all that is in it. */
static void standing_add_cgroup(struct standing *me, const char *cgroup) {
        _cleanup_strv_ char **lines = strv_split(cgroup ? cgroup : "", "\n");
        for (char **line = lines; line && *line; line++) {
                const char *path = str_starts(*line, "0::");
                if (!path && strstr(*line, ":name=systemd:"))
                        path = strstr(*line, ":name=systemd:") + strlen(":name=systemd:");
                _cleanup_strv_ char **parts = strv_split(path ? path : "", "/");
                for (char **part = parts; part && *part; part++)
                        if (unit_name_check(*part, NULL) >= 0)
                                strv_add(&me->units, *part);
        }
}

/* The unit that reads a terminal keeps the login on it (systemd-getty-generator(8)). */
static void standing_add_getty(struct standing *me, const char *terminal) {
        static const char *const kinds[] = { "getty", "serial-getty", "container-getty" };
        const char *name = terminal ? str_starts(terminal, "/dev/") : NULL;
        if (!name)
                return;
        if (str_equal(name, "console"))
                strv_add(&me->units, "console-getty.service");
        const char *number = str_starts(name, "pts/");
        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                _cleanup_free_ char *typed = str_printf("%s@%s.service", kinds[i], number ? number : name);
                if (!number == (i < 2))
                        strv_take(&me->units, unit_name_mangle(typed));
        }
}

void standing_read(struct standing *me, const char *cgroup, const char *terminal) {
        standing_add_cgroup(me, cgroup);
        standing_add_getty(me, terminal);
}

/* ---- the units that go with it ---- */

struct unit_effects *unit_effects_free(struct unit_effects *e) {
        if (!e)
                return NULL;
        unit_detail_free(e->unit);
        STRV_FREE_ALL(e->others, e->starters);
        free(e);
        return NULL;
}

bool unit_effects_reach(enum unit_action action) {
        return action == UNIT_STOP || action == UNIT_RESTART;
}

char **unit_effects_next(const struct unit_detail *d) {
        char **next = NULL;
        strv_extend(&next, d->required_by);
        strv_extend(&next, d->requisite_of);
        strv_extend(&next, d->bound_by);
        strv_extend(&next, d->consists_of);
        strv_extend(&next, d->stops);
        return next;
}

/* ---- what is at stake ---- */

/* Names end in "*" or are whole, and have no suffix: services and sockets of the name alike. */
static const struct {
        enum stake stake;
        const char *name;
} effects_vital[] = {
        { STAKE_SSH, "ssh" },
        { STAKE_SSH, "sshd" },
        { STAKE_SSH, "ssh@*" },
        { STAKE_SSH, "sshd@*" },
        { STAKE_SSH, "dropbear*" },
        { STAKE_NETWORK, "NetworkManager" },
        { STAKE_NETWORK, "systemd-networkd" },
        { STAKE_NETWORK, "systemd-resolved" },
        { STAKE_NETWORK, "networking" },
        { STAKE_NETWORK, "network" },
        { STAKE_NETWORK, "ifup@*" },
        { STAKE_NETWORK, "dhcpcd*" },
        { STAKE_NETWORK, "dhclient*" },
        { STAKE_NETWORK, "wicked*" },
        { STAKE_NETWORK, "connman" },
        { STAKE_NETWORK, "wpa_supplicant*" },
        { STAKE_NETWORK, "firewalld" },
        { STAKE_NETWORK, "nftables" },
        { STAKE_NETWORK, "ufw" },
        { STAKE_BUS, "dbus" },
        { STAKE_BUS, "dbus-broker" },
        { STAKE_LOGINS, "systemd-logind" },
        { STAKE_LOGINS, "systemd-user-sessions" },
        { STAKE_LOGINS, "user@*" },
        { STAKE_LOGINS, "user-runtime-dir@*" },
        { STAKE_LOGINS, "getty@*" },
        { STAKE_LOGINS, "serial-getty@*" },
        { STAKE_LOGINS, "polkit" },
        { STAKE_ENGINE, "docker" },
        { STAKE_ENGINE, "containerd" },
        { STAKE_HOST, "init.scope" },
        { STAKE_HOST, "systemd-*" },
};

static bool effects_is(const char *unit, const char *name) {
        size_t n = strlen(name);
        if (n && name[n - 1] == '*')
                return strncmp(unit, name, n - 1) == 0;
        const char *rest = str_starts(unit, name);
        return rest && STR_IN_SET(rest, "", ".service", ".socket");
}

static unsigned effects_of(const char *unit, const struct standing *me) {
        unsigned stakes = strv_contains(me->units, unit) ? 1U << STAKE_CONSOLE : 0;
        for (size_t i = 0; i < ELEMENTS(effects_vital); i++)
                if (effects_is(unit, effects_vital[i].name))
                        return stakes | 1U << effects_vital[i].stake;
        return stakes;
}

/* Actions that leave a unit as well off as it was put nothing at stake. */
static bool effects_take(enum unit_action action) {
        return action == UNIT_STOP || action == UNIT_RESTART || action == UNIT_DISABLE ||
               action == UNIT_MASK || action == UNIT_KILL || action == UNIT_FREEZE;
}

void unit_effects_judge(struct unit_effects *e, const struct standing *me) {
        e->ssh = me->ssh;
        e->stakes = 0;
        if (!effects_take(e->action))
                return;
        e->stakes = effects_of(e->unit->unit.name, me);
        for (char **other = e->others; other && *other; other++)
                e->stakes |= effects_of(*other, me);
        /* neither ends what runs now */
        if (e->action == UNIT_DISABLE || e->action == UNIT_MASK)
                e->stakes &= ~(1U << STAKE_CONSOLE);
}

/* Targets and slices are no work of their own. */
static size_t effects_count(const struct unit_effects *e) {
        size_t n = 0;
        for (char **other = e->others; other && *other; other++)
                n += !str_ends(*other, ".target") && !str_ends(*other, ".slice");
        return n;
}

bool unit_effects_hurt(const struct unit_effects *e) {
        return e->stakes || effects_count(e) || e->cut;
}

/* ---- in words ---- */

/* They may come from a unit that goes down with the one that was named. */
static const char *const effects_now[_STAKE_MAX] = {
        [STAKE_CONSOLE] = "This console runs in it and ends with it.",
        [STAKE_SSH] = "This host's SSH goes down: nobody can log in by it meanwhile.",
        [STAKE_NETWORK] = "This host's network depends on it: connections may be cut.",
        [STAKE_BUS] = "The system bus goes down: logins, systemctl and many services hang until they find it "
                      "again, and some never do.",
        [STAKE_LOGINS] = "Logins and sessions depend on it.",
        [STAKE_ENGINE] = "Containers run under it: they may stop with it.",
        [STAKE_HOST] = "It is a part of systemd that this host depends on.",
};

static const char *const effects_boot[_STAKE_MAX] = {
        [STAKE_SSH] = "This host's SSH does not come up any more after the next boot.",
        [STAKE_NETWORK] = "This host's network depends on it: the next boot may leave it out of reach.",
        [STAKE_BUS] = "Without the system bus the next boot may not come to a login.",
        [STAKE_LOGINS] = "Logins and sessions depend on it: after the next boot they may fail.",
        [STAKE_ENGINE] = "Containers run under it: after the next boot they do not start.",
        [STAKE_HOST] = "It is a part of systemd that the next boot depends on.",
};

static void effects_add_stakes(const struct unit_effects *e, struct str *out) {
        bool later = e->action == UNIT_DISABLE || e->action == UNIT_MASK;
        for (unsigned i = 0; i < _STAKE_MAX; i++) {
                const char *text = (later ? effects_boot : effects_now)[i];
                if ((e->stakes & 1U << i) && text)
                        str_addf(out, "%s\n", text);
        }
        if (e->ssh && !later && (e->stakes & 1U << STAKE_NETWORK))
                str_add(out, "You are here by SSH: your own line may be cut.\n");
}

static void effects_add_names(char *const *names, bool work, bool cut, struct str *out) {
        size_t n = 0, more = 0;
        for (; names && *names; names++) {
                if (work && (str_ends(*names, ".target") || str_ends(*names, ".slice")))
                        continue;
                if (n < NAMED_MAX)
                        str_addf(out, n++ ? ", %s" : "%s", *names);
                else
                        more++;
        }
        if (more)
                str_addf(out,
                         cut ? " and more than %zu others"
                             : plural(more, " and %zu other", " and %zu others"),
                         more);
}

static void effects_add_others(const struct unit_effects *e, struct str *out) {
        if (!effects_count(e))
                return;
        str_add(out, e->action == UNIT_RESTART ? "Restarted with it: " : "Stopped with it: ");
        effects_add_names(e->others, true, e->cut, out);
        str_add(out, ".\n");
}

static void effects_add_stop(const struct unit_effects *e, bool keys, struct str *out) {
        enum unit_boot boot = unit_boot(e->unit);
        str_add(out, "This stops it now; whoever uses it loses it.");
        if (strv_length(e->starters)) {
                str_add_char(out, ' ');
                effects_add_names(e->starters, false, false, out);
                str_add(out, plural(strv_length(e->starters), " stays active and may start it again.",
                                    " stay active and may start it again."));
        }
        if (boot != BOOT_UNKNOWN)
                str_add(out, boot == BOOT_YES ? " It starts again at the next boot."
                                              : " It does not start at boot.");
        if (keys)
                str_add(out, " x, then s, starts it again.");
}

char *unit_effects_question(const struct unit_effects *e, bool keys) {
        bool always = e->action == UNIT_STOP || e->action == UNIT_MASK;
        if (!always && !unit_effects_hurt(e))
                return NULL;
        _cleanup_str_ struct str out = {};
        effects_add_stakes(e, &out);
        effects_add_others(e, &out);
        if (e->action == UNIT_STOP)
                effects_add_stop(e, keys, &out);
        else if (e->action == UNIT_MASK) {
                str_add(&out,
                        "Nothing can start it any more, neither people nor other units that need it. It "
                        "is not stopped now.");
                str_add(&out, keys ? " x, then U, unmasks it." : "");
        } else if (e->action == UNIT_FREEZE && keys)
                str_add(&out, "x, then Z, thaws it.");
        while (out.length && out.text[out.length - 1] == '\n')
                str_cut(&out, out.length - 1);
        return str_take(&out);
}
