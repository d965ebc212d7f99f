/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/trouble-actions.h"

#include "ui/dialog.h"
#include "ui/screens/parts/job-text.h"
#include "ui/screens/screens.h"

enum style trouble_style(const struct trouble *t) {
        return t->severity == SEVERITY_BLOCK  ? STYLE_BAD
               : t->severity == SEVERITY_WARN ? STYLE_WARN
                                              : STYLE_PLAIN;
}

bool trouble_leads(const struct trouble *t) {
        return t->place != PLACE_TEXT && (t->place == PLACE_REALM || t->target);
}

void trouble_open(struct screen *s, const struct trouble *t) {
        if (!trouble_leads(t)) {
                screen_open(s->ui, &trouble_screen, t->id);
                return;
        }
        switch (t->place) {
        case PLACE_UNIT: screen_open(s->ui, &unit_screen, t->target); break;
        case PLACE_LOG:
                screen_open(s->ui, &log_screen, &(const struct log_order){ .unit = t->target });
                break;
        case PLACE_JOB: screen_open(s->ui, &job_screen, t->target); break;
        case PLACE_IMAGE: screen_open(s->ui, &image_screen, t->target); break;
        case PLACE_UPDATES:
                screen_open(s->ui, &wizard_screen,
                            &(const struct wizard_order){ .verb = VERB_UPGRADE, .name = t->target });
                break;
        default: screen_act(screen_home(s), ACTION_REALM);
        }
}

static void trouble_put_to_sleep(struct screen *s, int64_t until) {
        struct error *e = NULL;
        char when[24];
        if (host_sleep_trouble(ui_host(s->ui), s->sleeping, until, &e) < 0) {
                dialog_error(s->ui, e);
                return;
        }
        if (until)
                screen_say(s, "It sleeps until %s; z wakes it in the list of all (a)",
                           job_text_when(when, until, ui_now(s->ui)));
        else
                screen_say(s, "It is awake again");
        s->class->changed(s, TOPIC_HOST);
}

static void trouble_until_asked(struct screen *s, const char *text) {
        int64_t until = text ? trouble_sleep_until(text, ui_now(s->ui)) : 0;
        if (until)
                trouble_put_to_sleep(s, until);
        else if (text)
                screen_say(s, "Not a time to come: a number of days, or a date as in 2026-12-24");
}

void trouble_sleep(struct screen *s, const struct trouble *t) {
        str_replace(&s->sleeping, t->id);
        if (t->until)
                trouble_put_to_sleep(s, 0);
        else
                screen_ask(s, "Sleeps for (days, or until a date):", "7", NULL, trouble_until_asked);
}
