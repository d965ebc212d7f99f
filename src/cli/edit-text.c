/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit-text.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/store/edits.h"
#include "backend/systemd/units.h"
#include "base/readfile.h"
#include "cli/follow.h"
#include "cli/lookup.h"
#include "cli/order.h"
#include "cli/out.h"
#include "model/plan/drop-in.h"

#define TEXT_MAX (256U * 1024)
#define FILE_NAME DROP_IN_NAME
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
static char *edit_text_begin(const char *unit, const char *own, const char *own_path, char *const *files) {
        struct str out = {};
        if (*own)
                str_add(&out, own);
        else
                str_addf(&out, "# Settings for %s, in sections: %s[Unit], [Service], ...\n\n", unit,
                         str_ends(unit, ".container") ? "[Container], " : "");
        str_add(&out, "\n" READ_ONLY "\n");
        for (; files && *files; files++)
                if (!str_equal(*files, own_path))
                        edit_text_add_comment(&out, *files);
        return str_take(&out);
}

/* Its files, in the order in which they are read. The caller frees. */
static int edit_text_files(struct session *s, const char *unit, char ***ret) {
        _cleanup_(unit_detail_freep) struct unit_detail *d = NULL;
        if (quadlet_name_valid(unit)) {
                _cleanup_free_ char *path = quadlet_file("", unit);
                if (path)
                        strv_add(ret, path);
                return 0;
        }
        int r = session_show_unit(s, unit, &d, &s->error);
        if (r < 0)
                return r;
        if (d->fragment)
                strv_add(ret, d->fragment);
        strv_extend(ret, d->drop_ins);
        return 0;
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
        if (status == 0)
                return 0;
        return error_set(reterr, -ECANCELED, "The editor %s ended with an error; nothing was changed",
                         words[0]);
}

/* What was typed, also where the editor itself failed: many write the file first. */
static int edit_text_ask(const struct edit_copy *copy, char **typed, struct error **reterr) {
        int r = edit_text_run_editor(copy->path, reterr);
        return r < 0 ? r : edit_copy_read(copy, TEXT_MAX, typed, reterr);
}

/* ---- the job ---- */

static int edit_text_apply(struct session *s, const char *unit, const char *text, const struct arguments *a) {
        _cleanup_(order_done) struct order order = { .secrets = secret_list_new() };
        order.port = (struct plan_order){ .verb = VERB_EDIT, .name = unit, .text = text };
        return follow_order(s, &order, a);
}

/* ---- what was typed is never lost ---- */

struct edit_text {
        const char *unit;
        const struct paths *paths;
        struct edit_copy copy;
        char *begun; /* what the editor began with */
        char *own;   /* the present drop-in; "" */
};

static void edit_text_done(struct edit_text *t) {
        edit_copy_close(&t->copy);
        FREE_ALL(t->begun, t->own);
}

/* A copy that has nothing of a person goes; any other is named. */
static void edit_text_keep(struct edit_text *t) {
        _cleanup_free_ char *typed = NULL;
        if (edit_copy_read(&t->copy, TEXT_MAX, &typed, NULL) >= 0 && str_equal(typed, t->begun))
                edit_copy_remove(&t->copy, t->paths, t->unit);
        else
                out_note("What you typed is kept:\n  %s\n  To go on with it: fairlead edit %s\n",
                         t->copy.path, t->unit);
}

/* Goes on with what an earlier edit left, or begins anew with the drop-in as it is. */
static int edit_text_prepare(struct edit_text *t, const char *own_path, char *const *files,
                             struct error **reterr) {
        _cleanup_free_ char *earlier = NULL, *cut = NULL;
        int r = edit_copy_open(t->paths, t->unit, FILE_NAME, &t->copy, reterr);
        if (r < 0)
                return r;
        if (t->copy.earlier && edit_copy_read(&t->copy, TEXT_MAX, &earlier, NULL) >= 0)
                cut = edit_text_cut(xstrdup(earlier));
        if (cut && *cut && !str_equal(cut, t->own)) {
                out("An edit of %s that was not written is kept:\n  %s\n", t->unit, t->copy.path);
                if (ask_yes("Go on with it?")) {
                        t->begun = xstrdup("");
                        return 0;
                }
                out("It is kept beside the new one:\n  %s~\n", t->copy.path);
        } else
                t->copy.earlier = false; /* it has nothing of its own */
        t->begun = edit_text_begin(t->unit, t->own, own_path, files);
        return edit_copy_write(&t->copy, t->begun, reterr);
}

/* What systemd refuses can be corrected at once. An exit status; *ret_counts: the text is a job now, or there
 * is none. */
static int edit_text_repeat(struct session *s, const struct edit_text *t, const struct arguments *a,
                            bool *ret_counts) {
        for (;;) {
                _cleanup_free_ char *typed = NULL;
                int r = edit_text_ask(&t->copy, &typed, &s->error);
                if (r < 0)
                        return r;
                _cleanup_free_ char *text = edit_text_cut(xstrdup(typed));
                if (str_equal(text, t->own)) {
                        *ret_counts = true;
                        out("Nothing was changed.\n");
                        return EXIT_DONE;
                }
                r = edit_text_apply(s, t->unit, text, a);
                *ret_counts = r == EXIT_DONE;
                if (r != -EINVAL)
                        return r;
                out_error(s->error);
                s->error = error_free(s->error);
                if (!ask_yes("Edit it again?"))
                        return EXIT_FAILED;
        }
}

int edit_text(struct session *s, const char *unit, const struct arguments *a) {
        _cleanup_(edit_text_done) struct edit_text t = { .unit = unit,
                                                         .paths = &paths_default,
                                                         .copy = EDIT_COPY_CLOSED };
        _cleanup_free_ char *path = drop_in_path(unit);
        _cleanup_strv_ char **files = NULL;
        bool counts = false;
        int r = edit_text_files(s, unit, &files);
        if (r < 0)
                return r;
        r = readfile(path, TEXT_MAX, &t.own, NULL, NULL);
        if (r < 0 && r != -ENOENT)
                return error_errno(&s->error, r, "%s cannot be read", path);
        if (r < 0)
                t.own = xstrdup("");
        r = edit_text_prepare(&t, path, files, &s->error);
        if (r < 0)
                return r;
        int status = session_status(s, edit_text_repeat(s, &t, a, &counts));
        if (counts)
                edit_copy_remove(&t.copy, t.paths, unit);
        else
                edit_text_keep(&t);
        return status;
}
