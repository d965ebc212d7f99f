/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/emit.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"

static int verb_units_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        _cleanup_(unit_list_freep) struct unit_list *units = NULL;
        const char *pattern = a->words ? a->words[0] : NULL, *user = argument_value(a, OPTION_USER);
        uint32_t uid = UNIT_SYSTEM;
        int r = user ? user_manager_for(s, user, &uid, &s->error) : 0;
        if (r < 0)
                return r;
        _cleanup_free_ char *address = unit_address(uid, pattern ? pattern : user ? "" : NULL);
        r = session_list_units(s, address, &units, &s->error);
        if (r < 0)
                return r;
        if (s->json)
                return out_json(emit_units(units));
        struct out_table t = { .columns = 5 };
        out_table_row(&t, "UNIT", "STATE", "SUB", "UNIT FILE", "DESCRIPTION", NULL);
        for (size_t i = 0; i < units->n; i++) {
                const struct unit *u = &units->items[i];
                _cleanup_free_ char *plain = unit_name_plain(u->name);
                const char *text = u->description ? u->description : "";
                _cleanup_free_ char *both = str_printf("%s%s%s", plain, *text ? ": " : "", text);
                out_table_row(&t, u->name, unit_state_text(u), u->sub ? u->sub : "-",
                              u->file_state ? u->file_state : "-", str_equal(plain, u->name) ? text : both,
                              NULL);
        }
        out_table_print(&t);
        return EXIT_DONE;
}

const struct verb units_verb = {
        .name = "units",
        .group = GROUP_UNITS,
        .operands = "[PATTERN]",
        .help = "list the units of systemd, also those not loaded",
        .details = "PATTERN is a shell pattern: 'ssh*'.",
        .takes = TAKES(OPTION_USER),
        .json = true,
        .run = verb_units_run,
};
