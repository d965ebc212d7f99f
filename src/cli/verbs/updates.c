/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "backend/format/updates.h"
#include "base/text.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/updates/updates.h"
#include "cli/verbs/verbs.h"

#define UPDATES_COLUMNS 80U
#define DIGEST_SHOWN 10

static void updates_print_image(char *buffer, size_t n, const struct update_image *image) {
        const char *hex = image->digest ? str_starts(image->digest, "sha256:") : NULL;
        if (!hex)
                hex = image->id ? image->id : "-";
        if (image->version)
                snprintf(buffer, n, "%.8s %.*s", image->version, DIGEST_SHOWN, hex);
        else
                snprintf(buffer, n, "%.*s", DIGEST_SHOWN, hex);
}

static void updates_print_table(const struct update_list *list, int64_t now) {
        struct out_table t = { .columns = 5 };
        out_table_row(&t, "SERVICE", "INSTALLED", "NEWEST", "AGE", "STATE", NULL);
        for (size_t i = 0; i < list->n; i++) {
                const struct update *u = &list->items[i];
                char installed[64], newest[64], age[24] = "-";
                _cleanup_free_ char *name = str_printf("%.16s", u->name);
                updates_print_image(installed, sizeof installed, &u->installed);
                updates_print_image(newest, sizeof newest, &u->newest);
                if (u->newest.created > 0)
                        text_age(age, now - u->newest.created);
                out_table_row(&t, name, installed, newest, age, update_state_word(u, now), NULL);
        }
        out_table_print(&t);
}

/* What a row has no room for, at 80 columns. */
static void updates_print_sentences(const struct update *u, int64_t now) {
        char when[24];
        _cleanup_str_ struct str text = {};
        if (u->failed)
                str_addf(&text, " %s.", u->failed);
        if (u->none)
                str_addf(&text, " %s.", u->none);
        if (u->here)
                str_add(&text, " A newer one is on this host.");
        if (u->held > now) {
                report_time(when, u->held);
                str_addf(&text, " It is held until %s.", when);
        }
        if (update_approved(u)) {
                report_time(when, u->approved.given);
                str_addf(&text, " Its newest image was approved at %s%s%s.", when,
                         u->approved.by ? " by " : "", u->approved.by ? u->approved.by : "");
        }
        if (!text.length)
                return;
        _cleanup_free_ char *whole = str_printf("%s:%s", u->name, text.text);
        _cleanup_strv_ char **lines = text_wrap(whole, UPDATES_COLUMNS - 2);
        for (char **line = lines; line && *line; line++)
                out(line == lines ? "%s\n" : "  %s\n", *line);
}

static int updates_print(struct session *s, const struct update_list *list,
                         struct update_detail *const *details) {
        int64_t now = (int64_t) time(NULL), looked = 0;
        size_t waits = 0, failed = 0;
        for (size_t i = 0; i < list->n; i++) {
                const struct update *u = &list->items[i];
                waits += update_waits(u, now);
                failed += u->failed != NULL;
                if (u->tried > looked)
                        looked = u->tried;
        }
        if (s->json)
                out_json(emit_updates(list, details));
        else if (!list->n)
                out("No service is installed. fairlead images lists what could be.\n");
        else {
                char when[24];
                updates_print_table(list, now);
                for (size_t i = 0; i < list->n; i++)
                        updates_print_sentences(&list->items[i], now);
                window_print(s, list);
                if (looked) {
                        report_time(when, looked);
                        out("Sources were asked at %s; --check asks them now.\n", when);
                } else
                        out("No source was asked yet: --check asks them now, and each day\n"
                            "systemctl enable --now fairlead-updates.timer\n");
        }
        return waits || failed ? EXIT_FAILED : EXIT_DONE;
}

/* ---- what a newer image changes ---- */

/* Of those that have one. */
static int updates_find_details(struct session *s, const struct update_list *list, bool fetch,
                                struct update_detail **details) {
        int r = 0;
        for (size_t i = 0; i < list->n && r >= 0; i++)
                if (update_state(&list->items[i]) == UPDATE_NEWER)
                        r = session_show_update(s, list->items[i].name, fetch, &details[i], &s->error);
        return r;
}

static void updates_print_details(const struct update_list *list, struct update_detail *const *details) {
        bool not_fetched = false;
        for (size_t i = 0; i < list->n; i++) {
                if (!details[i])
                        continue;
                detail_print(details[i]);
                not_fetched |= !details[i]->here;
        }
        if (not_fetched)
                out("\n--fetch fetches a newer image to compare its packages; it upgrades nothing.\n");
}

/* What goes with a list goes with nothing that changes something, and of these only one at a time. */
static int updates_check(const struct arguments *a, struct error **reterr) {
        static const enum option_id ways[] = { OPTION_HOLD,      OPTION_UNHOLD,
                                               OPTION_APPROVE,   OPTION_WITHDRAW_UPDATE,
                                               OPTION_APPLY,     OPTION_WINDOW,
                                               OPTION_NO_WINDOW, OPTION_CHECK,
                                               OPTION_FETCH,     OPTION_JSON },
                                    names[] = { OPTION_HOLD, OPTION_UNHOLD, OPTION_APPROVE,
                                                OPTION_WITHDRAW_UPDATE };
        const char *first = NULL;
        for (size_t i = 0; i < ELEMENTS(ways); i++) {
                bool lists = ways[i] == OPTION_CHECK || ways[i] == OPTION_FETCH || ways[i] == OPTION_JSON;
                if (!a->given[ways[i]])
                        continue;
                if (first)
                        return error_set(reterr, -EINVAL, "--%s and --%s do not go together", first,
                                         option_table[ways[i]].name);
                if (!lists)
                        first = option_table[ways[i]].name;
        }
        bool named = a->words && a->words[0];
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (a->given[names[i]] && !named && names[i] != OPTION_APPROVE)
                        return error_set(reterr, -EINVAL, "Missing argument: the SERVICE of --%s", first);
        bool all = a->given[OPTION_APPLY] || a->given[OPTION_APPROVE];
        if (all && named == a->given[OPTION_ALL_UPDATES])
                return error_set(reterr, -EINVAL,
                                 named ? "--all and names do not go together"
                                       : "Missing argument: the SERVICE of --%s, or --all",
                                 first);
        if (a->given[OPTION_ALL_UPDATES] && !all)
                return error_set(reterr, -EINVAL, "--all goes with --apply and --approve");
        if (named && (a->given[OPTION_WINDOW] || a->given[OPTION_NO_WINDOW]))
                return error_set(reterr, -EINVAL, "--%s is of all services", first);
        return 0;
}

static int updates_change_hold(struct session *s, const struct arguments *a) {
        int64_t now = (int64_t) time(NULL), until = 0;
        const char *text = argument_value(a, OPTION_HOLD);
        if (text && !(until = trouble_sleep_until(text, now))) {
                error_set(&s->error, -EINVAL, "\"%s\" is no time to come", text);
                return error_hint(&s->error, "A number of days, 7d, or a date as in 2026-12-24");
        }
        for (char **name = a->words; *name; name++) {
                char when[24];
                int r = host_hold_update(s->host, *name, until, &s->error);
                if (r < 0)
                        return r;
                report_time(when, until);
                out(until ? "%s is held until %s.\n" : "%s is not held.\n", *name, when);
        }
        return EXIT_DONE;
}

/* What is named is shown with what it changes, as far as that can be found out. */
static int updates_show(struct session *s, const struct update_list *list, const struct arguments *a) {
        bool named = a->words && a->words[0];
        struct update_detail **details = xcalloc(list->n + 1, sizeof *details);
        int r = named ? updates_find_details(s, list, a->given[OPTION_FETCH], details) : 0, status = 0;
        if (r >= 0 || !s->json)
                status = updates_print(s, list, named ? details : NULL);
        if (named && !s->json)
                updates_print_details(list, details);
        for (size_t i = 0; i < list->n; i++)
                update_detail_free(details[i]);
        free(details);
        return r < 0 ? r : status;
}

static int verb_updates_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(update_list_freep) struct update_list *list = NULL;
        int r = updates_check(a, &s->error);
        if (r < 0)
                return r;
        if (a->given[OPTION_HOLD] || a->given[OPTION_UNHOLD])
                return updates_change_hold(s, a);
        if (a->given[OPTION_APPROVE])
                return approve_updates(s, a);
        if (a->given[OPTION_WITHDRAW_UPDATE])
                return approve_withdraw(s, a);
        if (a->given[OPTION_APPLY])
                return apply_updates(s, a);
        if (a->given[OPTION_WINDOW] || a->given[OPTION_NO_WINDOW])
                return window_change(s, a);
        r = session_list_updates(s, a->given[OPTION_CHECK], a->words, &list, &s->error);
        if (r < 0)
                return r;
        for (size_t i = list->n; a->words && a->words[0] && i-- > 0;)
                if (!strv_contains(a->words, list->items[i].name))
                        update_list_remove(list, i);
        return updates_show(s, list, a);
}

const struct verb updates_verb = {
        .name = "updates",
        .group = GROUP_SERVICES,
        .operands = "[SERVICE…]",
        .help = "show which services have a newer image at its source",
        .details =
                "As it was seen last, without the network; --check asks each source for the digest of the "
                "service's reference, by skopeo, 30 seconds each at most, and pulls nothing. A registry that "
                "hangs or refuses is a sentence. fairlead-updates.timer does that once a day when it is "
                "enabled; nothing is ever applied by it. Of a SERVICE that is named "
                "it is shown what its newer image changes: labels, findings, and packages where both images "
                "are on this host; --fetch pulls the newer one by its digest for that. Exit status 1: a "
                "newer image waits that is not held, or a source gave no answer; 0: neither. "
                "--approve shows the plan of an upgrade and keeps the consent to it: to this digest, these "
                "labels, this command and unit, bit for bit; --approve --all does so for each service that "
                "waits for it, with what its newer image changes. --apply carries approved updates out, one "
                "after the other, each checked and rolled back by itself when it fails; exit status 0: all "
                "are done. An approval is for one job. What is held, and a service that joined a realm, is "
                "never applied; --yes also applies what nobody approved. fairlead-apply.timer does it for "
                "all approved ones when it is enabled; --window says when, as a job that can be rolled back.",
        .takes = OPTIONS(OPTION_ALL_UPDATES, OPTION_APPLY, OPTION_APPROVE, OPTION_CHECK, OPTION_CONSENT,
                         OPTION_DETACH, OPTION_FETCH, OPTION_HOLD, OPTION_NO_WINDOW, OPTION_UNHOLD,
                         OPTION_WINDOW, OPTION_WITHDRAW_UPDATE, OPTION_YES),
        .json = true,
        .run = verb_updates_run,
};
