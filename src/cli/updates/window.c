/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "base/text.h"
#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/updates/updates.h"

#define CALENDAR_BYTES_MAX 256U

/* systemd reads it before it is written (backend/host/edit.c) and says what is wrong with it. */
static char *window_text(const char *calendar) {
        return str_printf("# Written by fairlead updates --window, which --no-window takes away again.\n"
                          "[Timer]\n"
                          "OnCalendar=\n"
                          "OnCalendar=%s\n",
                          calendar);
}

int window_change(struct session *s, const struct arguments *a) {
        const char *calendar = argument_value(a, OPTION_WINDOW);
        if (calendar && (!*calendar || strlen(calendar) > CALENDAR_BYTES_MAX || str_has_controls(calendar))) {
                error_set(&s->error, -EINVAL, "The window is not one line of text");
                return error_hint(&s->error, "As systemd.time(7) has it: \"Sat 03:00\", \"*-*-1 02:30\"");
        }
        _cleanup_free_ char *text = calendar ? window_text(calendar) : xstrdup("");
        _cleanup_(order_done) struct order order = { .secrets = secret_list_new() };
        order.port = (struct plan_order){ .verb = VERB_EDIT, .name = APPLY_TIMER, .text = text };
        return follow_order(s, &order, a);
}

void window_print(struct session *s, const struct update_list *list) {
        _cleanup_(trigger_list_freep) struct trigger_list *timers = NULL;
        size_t approved = 0;
        char when[24];
        for (size_t i = 0; i < list->n; i++)
                approved += update_approved(&list->items[i]);
        if (!approved || session_list_triggers(s, APPLY_TIMER, &timers, NULL) < 0)
                return;
        const struct trigger *timer = trigger_find(timers, APPLY_TIMER);
        if (timer && timer->next) {
                report_time(when, timer->next);
                out("Approved ones are applied at %s, by " APPLY_TIMER ".\n", when);
        } else
                out("Approved ones are applied by fairlead updates --apply --all, and in a window:\n"
                    "systemctl enable --now " APPLY_TIMER "\n");
}
