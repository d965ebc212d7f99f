/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/action.h"

#include "base/str.h"

static bool is_generated(const struct unit_detail *d) {
        return str_equal(d->unit.file_state, "generated");
}

static bool is_sysv(const struct unit_detail *d) {
        return is_generated(d) && d->source && str_starts(d->source, "/etc/init.d/");
}

int unit_action_check_name(enum unit_action action, const char *name, struct error **reterr) {
        bool files = action == UNIT_ENABLE || action == UNIT_DISABLE || action == UNIT_MASK ||
                     action == UNIT_UNMASK;
        const char *at = unit_template(name);
        if (!at || files)
                return 0;
        error_set(reterr, -EINVAL, "%s is a template: only an instance of it can be %s", name,
                  unit_action_done(action));
        return error_hint(reterr, "Name one: %.*s@NAME%s", (int) (at - name), name, at + 1);
}

static int check_boot(enum unit_action action, const struct unit_detail *now, bool own, enum unit_way *ret,
                      struct error **reterr) {
        const char *name = now->unit.name, *state = now->unit.file_state;
        if (is_sysv(now))
                *ret = WAY_SYSV;
        else if (is_generated(now) && own)
                *ret = WAY_SOURCE;
        if (*ret != WAY_SYSTEMD)
                return 0;
        if (is_generated(now)) {
                error_set(reterr, -EOPNOTSUPP, "%s was not %s: a generator makes it%s%s", name,
                          unit_action_done(action), now->source ? " from " : "",
                          now->source ? now->source : "");
                return error_hint(reterr, action == UNIT_DISABLE
                                                  ? "Change its source, or mask it: then nothing starts it"
                                                  : "Its source decides whether it starts at boot");
        }
        if (!STR_IN_SET(state, "static", "transient"))
                return 0;
        error_set(reterr, -EOPNOTSUPP, "%s was not %s: its state is %s, it has no section [Install]", name,
                  unit_action_done(action), state);
        return error_hint(reterr, action == UNIT_DISABLE
                                          ? "It starts when other units want it; mask it, and nothing can"
                                          : "Other units, a socket or a timer start it, or you do, by hand");
}

int unit_action_check(enum unit_action action, const struct unit_detail *now, bool own, enum unit_way *ret,
                      struct error **reterr) {
        const char *name = now->unit.name;
        *ret = WAY_SYSTEMD;
        bool starts = action == UNIT_START || action == UNIT_RESTART || action == UNIT_ENABLE;
        if ((action == UNIT_START || action == UNIT_RELOAD) && unit_is_frozen(now)) {
                error_set(reterr, -EBUSY, "%s was not %s: it is frozen", name, unit_action_done(action));
                return error_hint(reterr, "Thaw it first");
        }
        if (action == UNIT_FREEZE && !now->can_freeze) {
                error_set(reterr, -EOPNOTSUPP, "%s was not frozen: it cannot be, by its kind or on this host",
                          name);
                return error_hint(reterr, "Services, scopes and slices can be, by cgroups of version 2");
        }
        if (starts && unit_is_masked(&now->unit)) {
                error_set(reterr, -EUCLEAN, "%s was not %s: it is masked", name, unit_action_done(action));
                return error_hint(reterr, "Unmask it first");
        }
        return action == UNIT_ENABLE || action == UNIT_DISABLE ? check_boot(action, now, own, ret, reterr)
                                                               : 0;
}

/* ---- the report ---- */

static void add_made(struct str *out, char *const *made) {
        size_t n = strv_length(made);
        if (n)
                str_addf(out, n > 1 ? " (%s and %zu more)" : " (%s)", made[0], n - 1);
}

static int report_boot(enum unit_action action, const char *name, const struct unit_detail *before,
                       const struct unit_detail *after, char *const *made, struct str *out,
                       struct error **reterr) {
        bool on = action == UNIT_ENABLE;
        enum unit_boot now = after ? unit_boot(after) : BOOT_UNKNOWN;
        _cleanup_free_ char *text = after ? unit_boot_text(after) : NULL;
        bool same = before && now != BOOT_UNKNOWN && unit_boot(before) == now &&
                    str_equal(before->unit.file_state, after->unit.file_state) && !strv_length(made);
        if (now == (on ? BOOT_NO : BOOT_YES) && !STR_IN_SET(after->unit.file_state, "enabled", "disabled")) {
                error_set(reterr, -EIO, "%s was not %s; at boot: %s", name, unit_action_done(action), text);
                return error_hint(reterr, on ? "Look at its file and its drop-ins"
                                             : "Mask it: then nothing starts it");
        }
        str_addf(out, same ? "%s is %s already" : "%s was %s", name, unit_action_done(action));
        add_made(out, made);
        if (text)
                str_addf(out, "; at boot: %s", text);
        return 0;
}

int unit_action_report(enum unit_action action, const char *name, const struct unit_detail *before,
                       const struct unit_detail *after, char *const *made, char **ret,
                       struct error **reterr) {
        _cleanup_str_ struct str out = {};
        const char *real = after ? after->unit.name : before ? before->unit.name : name;
        int r = 0;
        if (action == UNIT_ENABLE || action == UNIT_DISABLE)
                r = report_boot(action, real, before, after, made, &out, reterr);
        else if ((action == UNIT_MASK || action == UNIT_UNMASK) && after &&
                 unit_is_masked(&after->unit) != (action == UNIT_MASK)) {
                error_set(reterr, -EIO, "%s was not %s", real, unit_action_done(action));
                r = error_hint(reterr, "A file in /etc/systemd/system or /run/systemd/system decides");
        } else {
                bool open = action == UNIT_UNMASK && before && !unit_is_masked(&before->unit);
                bool same = (action == UNIT_FREEZE || action == UNIT_THAW) && before &&
                            unit_is_frozen(before) == (action == UNIT_FREEZE);
                str_addf(&out,
                         open                                  ? "%s was not masked"
                         : same && action == UNIT_FREEZE       ? "%s is frozen already"
                         : same                                ? "%s was not frozen"
                                                               : "%s was %s",
                         real, unit_action_done(action));
                add_made(&out, made);
                _cleanup_free_ char *killed =
                        action == UNIT_STOP && after ? unit_killed_text(after) : NULL;
                if (killed)
                        str_addf(&out, "; it was %s", killed);
        }
        if (r < 0)
                return r;
        if (!str_equal(real, name))
                str_addf(&out, "; %s is another name of it", name);
        *ret = str_take(&out);
        return 0;
}
