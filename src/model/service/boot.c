/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/str.h"
#include "model/service/unit.h"

static const char *const unit_boot_names[] = {
        [BOOT_UNKNOWN] = "unknown",
        [BOOT_NO] = "no",
        [BOOT_YES] = "yes",
};
DEFINE_NAMES(unit_boot, enum unit_boot)

/* The targets of a boot (bootup(7)); a unit that only another one wants, or the rescue mode, does not start
 * by itself. */
static bool is_of_boot(const char *name) {
        return STR_IN_SET(name, "default.target", "multi-user.target", "graphical.target", "basic.target",
                          "sysinit.target", "sockets.target", "timers.target", "paths.target",
                          "slices.target", "swap.target", "local-fs.target", "local-fs-pre.target",
                          "remote-fs.target", "network.target", "network-pre.target", "network-online.target",
                          "getty.target", "cryptsetup.target", "nss-lookup.target", "time-sync.target",
                          "display-manager.service");
}

static const char *boot_starter(char *const *units) {
        for (; units && *units; units++)
                if (is_of_boot(*units))
                        return *units;
        return NULL;
}

static const char *boot_first(char *const *units) {
        return units ? units[0] : NULL;
}

static const char *boot_wants(const struct unit_detail *d) {
        const char *unit = boot_starter(d->wanted_by);
        return unit ? unit : boot_starter(d->required_by);
}

enum unit_boot unit_boot(const struct unit_detail *d) {
        const char *state = d->unit.file_state;
        if (str_empty(state))
                return BOOT_UNKNOWN;
        if (unit_is_masked(&d->unit) || STR_IN_SET(state, "enabled-runtime", "transient", "bad"))
                return BOOT_NO;
        return str_equal(state, "enabled") || boot_wants(d) ? BOOT_YES : BOOT_NO;
}

char *unit_boot_text(const struct unit_detail *d) {
        const char *state = d->unit.file_state, *word = unit_boot_name(unit_boot(d)), *wants = boot_wants(d);
        if (str_empty(state))
                return xstrdup("no unit file");
        if (STR_IN_SET(state, "enabled", "disabled") && (str_equal(state, "enabled") || !wants))
                return str_printf(boot_first(d->triggered_by) ? "%s; %s starts it" : "%s", word,
                                  boot_first(d->triggered_by));
        if (str_equal(state, "enabled-runtime"))
                return xstrdup("no (enabled until the next boot only)");
        if (!unit_is_masked(&d->unit) && wants)
                return str_printf("%s (%s; %s wants it)", word, state, wants);
        const char *other = boot_first(d->triggered_by);
        other = other ? other : boot_first(d->wanted_by);
        other = other ? other : boot_first(d->required_by);
        return str_printf(other && !unit_is_masked(&d->unit) ? "%s (%s; %s starts it)" : "%s (%s)", word,
                          state, other);
}

bool unit_is_masked(const struct unit *unit) {
        return str_equal(unit->load, "masked") || STR_IN_SET(unit->file_state, "masked", "masked-runtime");
}
