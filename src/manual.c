/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "manual.h"

#include <string.h>

#include "cli.h"
#include "cli/out.h"
#include "config.h"
#include "ui/screens/screens.h"
#include "ui/widgets/action.h"
#include "ui/widgets/keys.h"

static const struct screen_class *const screens[] = {
        &services_screen, &images_screen, &image_screen, &wizard_screen, &job_screen, &jobs_screen,
        &changes_screen,  &units_screen,  &unit_screen,  &log_screen,
};

/* Text for man(7): backslashes doubled, a leading dot or quote protected, hyphens that must stay hyphens
 * kept. */
static void manual_put(const char *text) {
        _cleanup_str_ struct str s = {};
        bool begins = true;
        for (; text && *text; text++) {
                if (begins && (*text == '.' || *text == '\''))
                        str_add(&s, "\\&");
                if (*text == '\\')
                        str_add(&s, "\\\\");
                else if (*text == '-')
                        str_add(&s, "\\-");
                else
                        str_add_char(&s, *text);
                begins = *text == '\n';
        }
        _cleanup_free_ char *taken = str_take(&s);
        out("%s", taken ? taken : "");
}

static void put_options(unsigned long long takes) {
        for (int i = 0; i < _OPTION_MAX; i++) {
                const struct option_row *row = &option_table[i];
                if (!(takes & TAKES(i)))
                        continue;
                out(".TP\n.B ");
                if (row->letter)
                        out("\\-%c, ", row->letter);
                _cleanup_free_ char *name = str_printf("--%s%s%s", row->name, row->argument ? " " : "",
                                                       row->argument ? row->argument : "");
                manual_put(name);
                out("\n");
                manual_put(row->help);
                out(".\n");
        }
}

static void put_verbs(void) {
        for (size_t i = 0; verb_table[i]; i++) {
                const struct verb *v = verb_table[i];
                out(".SS ");
                manual_put(v->name);
                out("\n.B fairlead ");
                manual_put(v->name);
                out(" ");
                manual_put(v->synopsis);
                out("\n.PP\n");
                _cleanup_free_ char *help = str_printf("To %s.\n", v->help);
                manual_put(help);
                if (v->details) {
                        manual_put(v->details);
                        out("\n");
                }
                put_options(v->takes | (v->json ? TAKES(OPTION_JSON) : 0));
        }
}

static void put_bindings(const struct binding *bindings) {
        for (; bindings && bindings->key; bindings++) {
                const struct action_row *row = action_row(bindings->action);
                char name[16];
                out(".TP\n.B ");
                manual_put(keys_name(bindings->key, name));
                out("\n");
                manual_put(row->help);
                out(".\n");
        }
}

static void put_screens(void) {
        out(".PP\nKeys that mean the same everywhere:\n");
        put_bindings(ui_bindings());
        for (size_t i = 0; i < ELEMENTS(screens); i++) {
                out(".SS ");
                manual_put(screens[i]->title);
                out("\n");
                manual_put(screens[i]->help);
                out("\n");
                put_bindings(screens[i]->bindings);
                if (screens[i]->menu) {
                        out(".PP\nIn the menu (x):\n");
                        put_bindings(screens[i]->menu);
                }
        }
}

void manual_print(void) {
        out(".TH FAIRLEAD 8 \"\" \"fairlead %s\"\n.SH NAME\n"
            "fairlead \\- from a container image that packages a system service to a unit on this host\n",
            VERSION);
        out(".SH SYNOPSIS\n.B fairlead\n[\\-\\-plain] [\\-\\-profile basic|normal|rich]\n.br\n.B "
            "fairlead\nVERB \\&...\n");
        out(".SH DESCRIPTION\n"
            "Without a verb, on a terminal, fairlead is a console: it lists the images that offer a system "
            "service and what their labels would do,\n"
            "asks for their parameters, installs them with live output, and looks after the units. Every "
            "screen's work is also a verb.\n");
        put_options(TAKES(OPTION_HELP) | TAKES(OPTION_VERSION) | TAKES(OPTION_PLAIN) | TAKES(OPTION_PROFILE) |
                    TAKES(OPTION_ENGINE_SOCKET));
        out(".SH VERBS\n");
        put_verbs();
        out(".SH THE CONSOLE\n");
        put_screens();
        out(".SH EXIT STATUS\n0 done, 1 failed, 2 usage, 3 refused by a finding or consent missing, 4 not "
            "found, 5 busy.\n");
        out(".SH FILES\n.TP\n.I /var/lib/fairlead/jobs/ID/\nA job: plan.json, journal, snapshot, log, "
            "result.json.\n"
            ".TP\n.I /var/lib/fairlead/services/NAME.json\nAn installed service.\n"
            ".TP\n.I /etc/fairlead/profiles.d/*.json\nProfiles of the host's own; a file here hides a "
            "shipped one of the same name.\n");
}

void completion_print(void) {
        out("# bash completion for fairlead; made by fairlead --completion\n_fairlead() {\n"
            "        local word=${COMP_WORDS[COMP_CWORD]} verb= i\n"
            "        for ((i = 1; i < COMP_CWORD; i++)); do\n"
            "                [[ ${COMP_WORDS[i]} == -* ]] || { verb=${COMP_WORDS[i]}; break; }\n        "
            "done\n"
            "        case $verb in\n        '') COMPREPLY=($(compgen -W \"--help --version --plain "
            "--profile");
        for (size_t i = 0; verb_table[i]; i++)
                out(" %s", verb_table[i]->name);
        out("\" -- \"$word\")) ;;\n");
        for (size_t i = 0; verb_table[i]; i++) {
                const struct verb *v = verb_table[i];
                out("        %s) COMPREPLY=($(compgen -W \"--help%s", v->name, v->json ? " --json" : "");
                for (int o = 0; o < _OPTION_MAX; o++)
                        if (v->takes & TAKES(o))
                                out(" --%s", option_table[o].name);
                out("\" -- \"$word\")) ;;\n");
        }
        out("        esac\n}\ncomplete -F _fairlead fairlead\n");
}
