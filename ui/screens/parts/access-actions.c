/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/access-actions.h"

#include "ui/screens/screens.h"

/* Without a name the plan is that of the service that joined this host. */
static void access_actions_change(struct screen *s, enum access_what what, bool groups, char *const *names) {
        const struct access_change change = { .what = what, .groups = groups, .names = names };
        screen_open(s->ui, &wizard_screen,
                    &(const struct wizard_order) { .verb = VERB_ACCESS, .access = &change });
}

static void access_actions_names(struct screen *s, enum access_what what, bool groups, const char *text) {
        _cleanup_strv_ char **parts = strv_split(text, ","), **names = NULL;
        for (char **part = parts; *part; part++) {
                const char *from = *part + strspn(*part, " ");
                size_t n = strlen(from);
                while (n && from[n - 1] == ' ')
                        n--;
                if (n)
                        strv_take(&names, xstrndup(from, n));
        }
        if (names)
                access_actions_change(s, what, groups, names);
}

static void access_actions_permit(struct screen *s, const char *text) {
        access_actions_names(s, ACCESS_PERMIT, false, text);
}

static void access_actions_permit_groups(struct screen *s, const char *text) {
        access_actions_names(s, ACCESS_PERMIT, true, text);
}

static void access_actions_deny(struct screen *s, const char *text) {
        access_actions_names(s, ACCESS_DENY, false, text);
}

static void access_actions_deny_groups(struct screen *s, const char *text) {
        access_actions_names(s, ACCESS_DENY, true, text);
}

bool access_actions_act(struct screen *s, enum action action) {
        static const struct {
                enum action action;
                const char *question; /* NULL: nobody is named */
                void (*named)(struct screen *s, const char *text);
                enum access_what what;
        } rows[] = {
                { ACTION_PERMIT, "Permit users (separated by commas):", access_actions_permit, 0 },
                { ACTION_PERMIT_GROUPS, "Permit groups (separated by commas):", access_actions_permit_groups,
                  0 },
                { ACTION_DENY, "Deny users (separated by commas):", access_actions_deny, 0 },
                { ACTION_DENY_GROUPS, "Deny groups (separated by commas):", access_actions_deny_groups, 0 },
                { ACTION_PERMIT_ALL, NULL, NULL, ACCESS_PERMIT_ALL },
                { ACTION_DENY_ALL, NULL, NULL, ACCESS_DENY_ALL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                if (rows[i].action != action)
                        continue;
                if (rows[i].question)
                        screen_ask(s, rows[i].question, NULL, NULL, rows[i].named);
                else
                        access_actions_change(s, rows[i].what, false, NULL);
                return true;
        }
        return false;
}

void access_actions_withdraw(struct screen *s, bool groups, const char *name) {
        char *const names[] = { (char *) name, NULL };
        access_actions_change(s, ACCESS_WITHDRAW, groups, names);
}
