/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit-text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/io/files.h"
#include "base/readfile.h"
#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "model/plan/drop-in.h"

#define TEXT_MAX (256U * 1024)
#define FILE_NAME "drop-in.conf"
#define READ_ONLY "### What stands below this line is for reading only."

/* ---- the copy ---- */

static void edit_text_add_comment(struct str *out, const char *path) {
        _cleanup_free_ char *text = NULL;
        if (!path || readfile(path, TEXT_MAX, &text, NULL, NULL) < 0)
                return;
        str_addf(out, "\n### %s\n", path);
        _cleanup_strv_ char **lines = strv_split(text, "\n");
        for (char **line = lines; line && *line; line++)
                str_addf(out, "# %s\n", *line);
}

/* The present drop-in, and below it the other files of the unit as comments. */
static char *edit_text_begin(const struct unit_detail *d, const char *own, const char *own_path) {
        struct str out = {};
        if (*own)
                str_add(&out, own);
        else
                str_addf(&out, "# Settings for %s, in sections: [Unit], [Service], ...\n\n", d->unit.name);
        str_add(&out, "\n" READ_ONLY "\n");
        edit_text_add_comment(&out, d->fragment);
        for (char **path = d->drop_ins; path && *path; path++)
                if (!str_equal(*path, own_path))
                        edit_text_add_comment(&out, *path);
        return str_take(&out);
}

/* Without what is for reading, and without blank lines at its end. Takes text. */
static char *edit_text_cut(char *text) {
        char *end = strstr(text, READ_ONLY);
        if (end)
                *end = '\0';
        for (end = text + strlen(text); end > text && (end[-1] == '\n' || end[-1] == ' ');)
                *--end = '\0';
        char *whole = *text ? str_printf("%s\n", text) : xstrdup("");
        free(text);
        return whole;
}

/* ---- the editor ---- */

/* Its keys are its own: Ctrl-C ends neither. */
static int edit_text_run_editor(const char *path, struct error **reterr) {
        static const char *const variables[] = { "SYSTEMD_EDITOR", "VISUAL", "EDITOR", NULL };
        _cleanup_strv_ char **words =
                spawn_words(variables, access("/usr/bin/editor", X_OK) == 0 ? "editor" : "vi");
        const struct sigaction ignore = { .sa_handler = SIG_IGN };
        struct sigaction interrupt, quit;
        pid_t pid;
        int status = 0;
        strv_add(&words, path);
        sigaction(SIGINT, &ignore, &interrupt);
        sigaction(SIGQUIT, &ignore, &quit);
        int r = spawn_program(&pid, words, "editor", -1, reterr);
        if (r >= 0)
                TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
        sigaction(SIGINT, &interrupt, NULL);
        sigaction(SIGQUIT, &quit, NULL);
        if (r < 0)
                return error_hint(reterr, "Set EDITOR to a program that is installed");
        return status == 0
                       ? 0
                       : error_set(reterr, -ECANCELED, "The editor %s failed; nothing was changed", words[0]);
}

/* Replaces *text by what the person made of it, in a folder of its own: editors leave files beside it. */
static int edit_text_ask(char **text, struct error **reterr) {
        char folder[] = "/tmp/fairlead-edit-XXXXXX";
        if (!mkdtemp(folder))
                return error_errno(reterr, -errno, "No folder for the editor can be made in /tmp");
        _cleanup_close_ int parent = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
        _cleanup_close_ int copy = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        _cleanup_free_ char *path = str_printf("%s/" FILE_NAME, folder), *typed = NULL;
        int r = copy < 0 ? error_errno(reterr, -errno, "%s cannot be opened", folder)
                         : files_write(copy, FILE_NAME, *text, strlen(*text), 0600, reterr);
        r = r < 0 ? r : edit_text_run_editor(path, reterr);
        r = r < 0 ? r : readfile(path, TEXT_MAX, &typed, NULL, reterr);
        if (parent >= 0)
                (void) files_remove_tree(parent, folder + strlen("/tmp/"));
        if (r < 0)
                return r;
        free(*text);
        *text = TAKE(typed);
        return 0;
}

/* ---- the job ---- */

static int edit_text_apply(struct session *s, const char *unit, const char *text, const struct arguments *a) {
        _cleanup_(order_done) struct order order = { .secrets = secret_list_new() };
        order.port = (struct plan_order){ .verb = VERB_EDIT, .name = unit, .text = text };
        return follow_order(s, &order, a);
}

/* What systemd refuses can be corrected at once: the typed text is not lost. */
int edit_text(struct session *s, const char *unit, const struct arguments *a) {
        _cleanup_(unit_detail_freep) struct unit_detail *detail = NULL;
        _cleanup_free_ char *path = drop_in_path(unit), *own = NULL, *typed = NULL;
        int r = session_show_unit(s, unit, &detail, &s->error);
        if (r < 0)
                return r;
        r = readfile(path, TEXT_MAX, &own, NULL, NULL);
        if (r < 0 && r != -ENOENT)
                return error_errno(&s->error, r, "%s cannot be read", path);
        if (r < 0)
                own = xstrdup("");
        typed = edit_text_begin(detail, own, path);
        for (;;) {
                r = edit_text_ask(&typed, &s->error);
                if (r < 0)
                        return r;
                _cleanup_free_ char *text = edit_text_cut(xstrdup(typed));
                if (str_equal(text, own)) {
                        out("Nothing was changed.\n");
                        return EXIT_DONE;
                }
                r = edit_text_apply(s, unit, text, a);
                if (r != -EINVAL)
                        return r;
                out_error(s->error);
                s->error = error_free(s->error);
                if (!ask_yes("Edit it again?"))
                        return EXIT_FAILED;
        }
}
