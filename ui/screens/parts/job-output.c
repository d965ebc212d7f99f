/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/job-output.h"

#include "ui/dialog.h"

static void job_output_path_typed(struct screen *s, const char *path) {
        if (str_empty(path))
                return;
        if (*path != '/') {
                screen_say(s, "The path of the file must begin with /");
                return;
        }
        _cleanup_free_ char *option = str_printf("--write=%s", path);
        screen_lend(s, "fairlead attach",
                    (char *[]){ (char *) "/proc/self/exe", (char *) "attach", option, s->about, NULL }, NULL,
                    true);
}

bool job_output_elsewhere(struct screen *s, enum action action) {
        _cleanup_free_ char *path = str_printf("/root/job-%s.log", s->about);
        if ((action != ACTION_WRITE && action != ACTION_PAGER) || !screen_can_lend(s))
                return false;
        if (action == ACTION_WRITE)
                screen_ask(s, "Write to the new file:", path, NULL, job_output_path_typed);
        else
                screen_lend(s, "The pager",
                            (char *[]){ (char *) "/proc/self/exe", (char *) "attach", (char *) "--pager",
                                        s->about, NULL },
                            NULL, false);
        return true;
}
