/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "manual.h"

#include <ctype.h>

#include "atomic-words.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "config.h"
#include "help.h"
#include "model/finding/finding.h"
#include "ui/screens/screens.h"
#include "ui/widgets/action.h"
#include "ui/widgets/keys.h"

/* Text for man(7), in ASCII: backslashes doubled, a leading dot or quote protected, hyphens that must stay
 * hyphens kept. */
static void manual_put(const char *text) {
        _cleanup_str_ struct str s = {};
        bool begins = true;
        for (; text && *text; text++) {
                if (begins && (*text == '.' || *text == '\''))
                        str_add(&s, "\\&");
                const char *rest = str_starts(text, "…");
                if (rest) {
                        str_add(&s, "...");
                        text = rest - 1;
                } else if (*text == '\\')
                        str_add(&s, "\\\\");
                else if (*text == '-')
                        str_add(&s, "\\-");
                else
                        str_add_char(&s, *text);
                begins = *text == '\n';
        }
        _cleanup_free_ char *taken = str_take(&s);
        out_text(taken);
}

static void manual_request(const char *request, const char *text) {
        out("%s ", request);
        manual_put(text);
        out("\n");
}

/* One line, as a sentence. */
static void manual_sentence(const char *text) {
        _cleanup_free_ char *sentence = str_printf("%c%s.\n", toupper((unsigned char) text[0]), text + 1);
        manual_put(sentence);
}

static void put_options(unsigned long long takes) {
        for (int i = 0; i < _OPTION_MAX; i++) {
                const struct argument_row *row = &option_table[i];
                if (!(takes & TAKES(i)))
                        continue;
                char letter[] = "-x, ";
                letter[1] = row->letter;
                _cleanup_free_ char *words = option_words(row);
                _cleanup_free_ char *term = str_printf("%s%s", row->letter ? letter : "", words);
                out(".TP\n");
                manual_request(".B", term);
                manual_sentence(row->help);
        }
}

static void put_verb(const struct verb *verb) {
        _cleanup_strv_ char **pieces = verb_synopsis(verb);
        _cleanup_free_ char *synopsis = strv_join(pieces, " ");
        out(".TP\n");
        manual_request(".B", synopsis);
        manual_sentence(verb->help);
        if (verb->details) {
                manual_put(verb->details);
                out("\n");
        }
        out(".RS\n");
        put_options(verb_takes(verb));
        out(".RE\n");
}

static void put_verbs(void) {
        for (int group = 0; group < _VERB_GROUP_MAX; group++) {
                manual_request(".SS", verb_group_titles[group]);
                for (size_t i = 0; verb_table[i]; i++)
                        if ((int) verb_table[i]->group == group)
                                put_verb(verb_table[i]);
        }
}

static void put_bindings(const struct binding *bindings) {
        for (; bindings && bindings->key; bindings++) {
                char name[16];
                out(".TP\n");
                manual_request(".B", keys_name(bindings->key, name));
                manual_sentence(action_row(bindings->action)->help);
        }
}

static void put_screen(const struct screen_class *class) {
        _cleanup_free_ char *name =
                str_printf("%c%s", toupper((unsigned char) class->name[0]), class->name + 1);
        manual_request(".SS", name);
        manual_put(class->help);
        out("\n");
        put_bindings(class->bindings);
        if (class->menu)
                out(".PP\nIn the menu (x):\n");
        put_bindings(class->menu);
}

static void put_screens(void) {
        out("These keys mean the same on every screen:\n");
        put_bindings(ui_bindings());
        for (size_t i = 0; screen_classes[i]; i++)
                if (screen_classes[i]->help)
                        put_screen(screen_classes[i]);
}

static void put_statuses(void) {
        for (int i = 0; i < _EXIT_STATUS_MAX; i++) {
                out(".TP\n.B %d\n", i);
                manual_sentence(exit_status_texts[i]);
        }
        out(".PP\nfairlead status without a name ends with 1, too, when not all is well on this host, "
            "so that a monitor or cron needs no more than its exit status.\n");
}

static void put_examples(void) {
        static const struct {
                const char *text, *command;
        } examples[] = {
                { "Show what installing rsyslog would run and write:",
                  "fairlead plan install rsyslog --mode forward" },
                { "Install it and answer a question of its form:",
                  "fairlead install rsyslog --mode forward --set host=log.example.com --yes" },
                { "List the files that its install changed, with their differences:",
                  "fairlead changes rsyslog --diff" },
                { "Remove it and restore what was there before:", "fairlead uninstall rsyslog --yes" },
                { "Check and join a domain; the password is read from a file:",
                  "fairlead join example.com --set user=Administrator --secret password=@/root/password "
                  "--yes" },
        };
        for (size_t i = 0; i < ELEMENTS(examples); i++) {
                out(".PP\n");
                manual_put(examples[i].text);
                out("\n.PP\n.nf\n.RS\n");
                manual_put(examples[i].command);
                out("\n.RE\n.fi\n");
        }
}

static void put_atomic(void) {
        out("Units that images write themselves call /usr/bin/atomic, the command that their labels were "
            "made "
            "for.\n"
            "Fairlead called by that name (on Debian the package fairlead\\-atomic) takes these verbs:\n");
        for (const struct atomic_verb *v = atomic_verbs; v->theirs; v++) {
                _cleanup_free_ char *term = str_printf("atomic %s", v->theirs);
                _cleanup_free_ char *text = str_printf("as fairlead %s", v->ours);
                out(".TP\n");
                manual_request(".B", term);
                manual_sentence(text);
        }
        _cleanup_strv_ char **options = NULL;
        for (const struct atomic_option *o = atomic_dropped; o->option; o++)
                strv_add(&options, o->option);
        _cleanup_free_ char *joined = strv_join(options, ", ");
        out(".PP\nThese options are accepted and without effect: ");
        manual_put(joined);
        out(".\n");
}

void manual_print(void) {
        out(".TH FAIRLEAD 8 \"\" \"fairlead %s\"\n.SH NAME\n"
            "fairlead \\- install system services from container images and look after their units\n"
            ".SH SYNOPSIS\n.B fairlead\n[\\-\\-plain] [\\-\\-profile basic|normal|rich]\n.br\n"
            ".B fairlead\nVERB [OPTION\\&...]\n"
            ".SH DESCRIPTION\n"
            "Without a verb, on a terminal, fairlead is a console: it lists the images that offer a system "
            "service and the commands in their labels,\n"
            "asks for their parameters, installs them with live output, and looks after the units. "
            "Everything that a screen does is also a verb.\n",
            VERSION);
        put_options(GLOBAL_OPTIONS);
        out(".SH VERBS\n");
        put_verbs();
        out(".SH THE CONSOLE\n");
        put_screens();
        out(".SH EXIT STATUS\n");
        put_statuses();
        out(".SH THE COMMAND ATOMIC\n");
        put_atomic();
        out(".SH EXAMPLES\n");
        put_examples();
        out(".SH FILES\n.TP\n.I /var/lib/fairlead/jobs/ID/\nA job: plan.json, journal, snapshot, log, "
            "result.json.\n"
            ".TP\n.I /var/lib/fairlead/services/NAME.json\nAn installed service.\n"
            ".TP\n.I /etc/fairlead/fairlead.conf\nLimits of the jobs that are kept: [jobs], keep = 50, days "
            "= 90.\n"
            ".TP\n.I /etc/fairlead/profiles.d/*.json\nProfiles of this host; a file here hides a "
            "shipped one of the same name.\n"
            ".TP\n.I /usr/share/doc/fairlead/json.md, findings.md, trouble.md\nThe shapes of \\-\\-json, "
            "the findings, and the kinds of trouble with their thresholds.\n"
            ".TP\n.I /etc/fairlead/trouble.conf\nThresholds of trouble.\n"
            ".SH SEE ALSO\n.BR podman (1),\n.BR systemctl (1),\n.BR podman\\-systemd.unit (5),\n.BR realm "
            "(8)\n");
}

void findings_print(void) {
        out("# Findings\n\n"
            "What `fairlead lint`, `fairlead plan` and the plan screen report about a label or a plan. Ids "
            "never "
            "change: scripts may rely on them.\n"
            "`block` blocks the plan; it may be allowed by id (`--allow ID`), unless it is final. `warn` and "
            "`info` (shown as note) block nothing.\n\n"
            "| id | severity | meaning | advice |\n|---|---|---|---|\n");
        const struct finding_kind *kind;
        for (size_t i = 0; (kind = finding_kind_at(i)); i++)
                out("| `%s` | %s%s | %s | %s |\n", kind->id, severity_name(kind->severity),
                    kind->final ? ", final" : "", kind->meaning, kind->advice);
}
