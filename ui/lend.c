/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/internal.h"

/* The terminal lent to another program: a shell, a command that is used at a terminal. The program has it
 * alone: nothing is painted, and no timer runs, until it has ended. */

#include <sys/wait.h>

#include "ui/dialog.h"

static void lend_begin(struct ui *ui, const char *name, bool holds, const char *line) {
        str_replace(&ui->guest, name);
        ui->guest_holds = holds;
        ui->guest_ended = false;
        ui->asked = 0;
        term_suspend(ui->term);
        term_clear(ui->term);
        term_write_line(ui->term, line);
}

static void lend_end(struct ui *ui) {
        str_replace(&ui->guest, NULL);
        ui->guest_ended = false;
        term_resume(ui->term);
        ui_resize(ui);
}

static int lend_start(struct ui *ui, char *const *argv, char *const *environment) {
        int r = ui->options.lend ? ui->options.lend(argv, environment, ui->options.userdata) : -ENOTTY;
        if (r < 0)
                lend_end(ui);
        return r;
}

static void lend_failed(struct ui *ui, int r, const char *name) {
        struct error *e = NULL;
        error_errno(&e, r, "%s could not be started", name);
        dialog_error(ui, e);
}

bool screen_lend(struct screen *s, const char *name, char *const *argv, char *const *environment,
                 bool holds) {
        struct ui *ui = s->ui;
        _cleanup_free_ char *line = str_printf("%s has the terminal; Fairlead returns when it ends", name);
        lend_begin(ui, name, holds, line);
        int r = lend_start(ui, argv, environment);
        if (r < 0)
                lend_failed(ui, r, name);
        return r >= 0;
}

bool screen_can_lend(const struct screen *s) {
        return s->ui->options.lend;
}

void ui_shell(struct ui *ui) {
        const char *host = host_status(ui_host(ui))->hostname;
        _cleanup_free_ char *line =
                str_printf("Shell on %s - exit returns to Fairlead", host ? host : "this host");
        lend_begin(ui, "", false, line);
        int r = lend_start(ui, NULL, NULL);
        if (r < 0)
                lend_failed(ui, r, "The shell");
}

static void lend_sentence(const struct ui *ui, int status, struct str *out) {
        if (WIFSIGNALED(status))
                str_addf(out, "%s ran and was ended by signal %d", ui->guest, WTERMSIG(status));
        else
                str_addf(out, "%s ran and ended with status %d", ui->guest, WEXITSTATUS(status));
}

void ui_returned(struct ui *ui, int status) {
        if (!ui->guest || ui->guest_ended)
                return;
        _cleanup_str_ struct str sentence = {};
        if (*ui->guest) {
                lend_sentence(ui, status, &sentence);
                if (ui->guest_holds || status) {
                        _cleanup_free_ char *line =
                                str_printf("%s. Enter returns to Fairlead.", sentence.text);
                        term_write_line(ui->term, "");
                        term_write_line(ui->term, line);
                        ui->guest_ended = true;
                }
        }
        bool stays = ui->guest_ended;
        if (!stays)
                lend_end(ui);
        if (sentence.text && ui->top)
                screen_say(ui->top, "%s", sentence.text);
}

void ui_take_back(struct ui *ui) {
        if (!ui->guest_ended)
                return;
        term_drop_keys(ui->term);
        lend_end(ui);
}
