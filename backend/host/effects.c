/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an action takes with it: looks at the unit, then, one after the other, at all that systemd would hand
 * a stop or restart on to, as far as it is active. */

#include "backend/host/internal.h"

#include <unistd.h>

#include "backend/io/turn.h"
#include "base/readfile.h"

struct foreseeing {
        struct op op; /* inner: looks at a unit */
        struct backend *backend;
        struct units *units;
        char **names; /* seen, in the order of their looks; the first is the unit itself */
        size_t next;
        struct unit_effects *effects;
        char **triggers; /* to be looked at for whether they are active */
        struct error *error;
        effects_done_t done;
        void *userdata;
};

static void foreseeing_drop(struct op *op) {
        struct foreseeing *f = container_of(op, struct foreseeing, op);
        unit_effects_free(f->effects);
        error_free(f->error);
        STRV_FREE_ALL(f->names, f->triggers);
}

static int foreseeing_compare(const void *a, const void *b) {
        return str_compare_natural(*(char *const *) a, *(char *const *) b);
}

/* sudo(8) drops SSH_CONNECTION; logind knows where a session came from. */
static bool foreseeing_is_remote(const struct foreseeing *f, const struct standing *me) {
        bool remote = getenv("SSH_CONNECTION") != NULL;
        for (char **unit = me->units; unit && *unit && !remote; unit++) {
                const char *id = str_starts(*unit, "session-"), *end = str_ends(*unit, ".scope");
                if (!id || !end || end <= id)
                        continue;
                _cleanup_free_ char *path = str_printf("%s/run/systemd/sessions/%.*s", f->backend->paths.root,
                                                       (int) (end - id), id);
                _cleanup_free_ char *text = NULL;
                remote = readfile(path, 64 * 1024, &text, NULL, NULL) >= 0 && strstr(text, "\nREMOTE=1\n");
        }
        return remote;
}

static void foreseeing_judge(struct foreseeing *f) {
        _cleanup_free_ char *cgroup = NULL;
        char terminal[128];
        struct standing me = {};
        readfile("/proc/self/cgroup", 64 * 1024, &cgroup, NULL, NULL);
        bool known = ttyname_r(STDIN_FILENO, terminal, sizeof terminal) == 0;
        standing_read(&me, cgroup, known ? terminal : NULL);
        me.ssh = foreseeing_is_remote(f, &me);
        if (f->effects->others)
                qsort(f->effects->others, strv_length(f->effects->others), sizeof(char *),
                      foreseeing_compare);
        unit_effects_judge(f->effects, &me);
        standing_done(&me);
}

static void foreseeing_end(void *state) {
        struct foreseeing *f = state;
        struct error *e = TAKE(f->error);
        if (!e)
                foreseeing_judge(f);
        struct unit_effects *effects = e ? NULL : TAKE(f->effects);
        op_end(&f->op);
        f->done(effects, e, f->userdata);
}

static void foreseeing_on_shown(struct unit_detail *unit, struct error *e, void *userdata);

static void foreseeing_go_on(struct foreseeing *f) {
        size_t n = strv_length(f->names);
        if (f->next < n)
                op_wait(&f->op, units_show(f->units, f->names[f->next++], foreseeing_on_shown, f));
        else
                foreseeing_end(f);
}

static void foreseeing_add(struct foreseeing *f, const struct unit_detail *unit) {
        if (!unit_effects_reach(f->effects->action))
                return;
        _cleanup_strv_ char **next = unit_effects_next(unit);
        for (char **name = next; name && *name; name++)
                if (strv_length(f->names) >= EFFECTS_OTHERS_MAX)
                        f->effects->cut = true;
                else if (!strv_contains(f->names, *name))
                        strv_add(&f->names, *name);
}

static void foreseeing_on_shown(struct unit_detail *unit, struct error *e, void *userdata) {
        struct foreseeing *f = userdata;
        struct unit_effects *effects = f->effects;
        op_wait(&f->op, NULL);
        if (!effects->unit && e) {
                f->error = e;
                foreseeing_end(f);
                return;
        }
        error_free(e);
        bool active = unit && STR_IN_SET(unit->unit.active, "active", "activating", "reloading");
        if (!effects->unit) {
                effects->unit = unit;
                /* by its real name, where it was asked for by another */
                if (!strv_contains(f->names, unit->unit.name))
                        strv_add(&f->names, unit->unit.name);
                f->next = strv_length(f->names);
                foreseeing_add(f, unit);
                f->triggers = effects->action == UNIT_STOP ? strv_copy(unit->triggered_by) : NULL;
                for (char **name = f->triggers; name && *name; name++)
                        if (!strv_contains(f->names, *name))
                                strv_add(&f->names, *name);
        } else {
                const char *name = f->names[f->next - 1];
                bool trigger = strv_contains(f->triggers, name);
                if (active && trigger)
                        strv_add(&effects->starters, name);
                else if (active) {
                        strv_add(&effects->others, name);
                        foreseeing_add(f, unit);
                }
                unit_detail_free(unit);
        }
        foreseeing_go_on(f);
}

struct op *backend_unit_effects(struct host *host, const char *address, enum unit_action action,
                                effects_done_t done, void *userdata) {
        struct foreseeing *f = new0(struct foreseeing);
        const char *name;
        *f = (struct foreseeing){ .op.drop = foreseeing_drop,
                                  .backend = backend_of(host),
                                  .effects = new0(struct unit_effects),
                                  .done = done,
                                  .userdata = userdata };
        f->units = backend_units(f->backend, address, &name);
        f->effects->action = action;
        strv_add(&f->names, name);
        foreseeing_go_on(f);
        return &f->op;
}
