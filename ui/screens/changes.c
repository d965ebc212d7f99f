/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

/* The files that a job changed, each with its kind of change; at a key, the change line by line. */

#include <sys/stat.h>

#include "base/text.h"
#include "ui/screens/parts/job-text.h"
#include "ui/screens/parts/known-jobs.h"

struct changes_state {
        struct change_report *report;   /* NULL: no answer yet */
};

enum { COLUMN_WHAT, COLUMN_PATH, COLUMN_MODE, COLUMN_SIZE };

static const struct column columns[] = {
        [COLUMN_WHAT] = { "CHANGE", 7, 14, 0, .fit = true },
        [COLUMN_PATH] = { "FILE", 24, 50, 0, .grow = true, .middle = true },
        [COLUMN_MODE] = { "MODE", 4, 5, 2, .right = true },
        [COLUMN_SIZE] = { "SIZE", 7, 8, 1, .right = true },
};

static const struct change *changes_at(const struct screen *s, size_t row) {
        const struct changes_state *st = s->state;
        return st->report && row < st->report->changes->n ? &st->report->changes->items[row] : NULL;
}

static void changes_cell(const void *owner, size_t row, size_t column, struct cell *ret) {
        const struct change *change = changes_at(owner, row);
        const struct entry *entry = change->what & CHANGE_REMOVED ? &change->before : &change->after;
        switch (column) {
        case COLUMN_WHAT: {
                _cleanup_free_ char *text = change_text(change->what);
                snprintf(ret->buffer, sizeof ret->buffer, "%s", text);
                ret->text = ret->buffer;
                ret->style = change->what & CHANGE_ADDED     ? STYLE_GOOD
                             : change->what & CHANGE_REMOVED ? STYLE_BAD
                                                             : STYLE_WARN;
                break;
        }
        case COLUMN_PATH: ret->text = change->path; break;
        case COLUMN_MODE:
                snprintf(ret->buffer, sizeof ret->buffer, "%04o", (unsigned) (entry->mode & 07777));
                ret->text = ret->buffer;
                break;
        default:
                ret->ordered = true;
                ret->order = S_ISREG(entry->mode) ? (int64_t) entry->size : -1;
                if (S_ISREG(entry->mode))
                        ret->text = text_size(ret->buffer, entry->size);
                else if (S_ISDIR(entry->mode))
                        ret->text = "folder";
                else if (S_ISLNK(entry->mode))
                        ret->text = "link";
                else if (S_ISCHR(entry->mode) || S_ISBLK(entry->mode))
                        ret->text = "device";
        }
}

static const char *changes_identity(const void *owner, size_t row) {
        return changes_at(owner, row)->path;
}

static const struct list_source changes_source = {
        .columns = columns,
        .n_columns = ELEMENTS(columns),
        .cell = changes_cell,
        .identity = changes_identity,
};

static void changes_loaded(struct change_report *report, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct changes_state *st = s->state;
        if (report) {
                change_report_free(st->report);
                st->report = report;
        }
        screen_loaded(s, report ? report->changes->n : 0, e, 0);
}

/* Only on request: the changes of a job are final. */
static void changes_load(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_list_changes(ui_host(s->ui), s->about, true, changes_loaded, s);
}

static void changes_close(struct screen *s) {
        struct changes_state *st = s->state;
        change_report_free(st->report);
}

static void changes_title(const struct screen *s, struct str *left, struct str *right) {
        const struct changes_state *st = s->state;
        const struct job *job = known_jobs_find(s, s->about);
        str_add(left, "of ");
        if (job)
                job_text_what(job, left);
        else
                str_add(left, s->about);
        if (s->pager) {
                const struct change *change = changes_at(s, list_row(&s->rows));
                str_addf(left, "  %s", change ? change->path : "");
                pager_place(s->pager, right);
        } else if (st->report)
                str_addf(right, plural(st->report->changes->n, "%zu file", "%zu files"),
                         st->report->changes->n);
}

static const char *changes_diff_of(const struct changes_state *st, size_t row) {
        return st->report->diffs ? st->report->diffs[row] : NULL;
}

static void changes_status(const struct screen *s, struct str *out) {
        const struct changes_state *st = s->state;
        size_t row = list_settled_row(&s->rows);
        const struct change *change = changes_at(s, row);
        if (s->pager || !change)
                return;
        if (changes_diff_of(st, row))
                str_add(out, "Enter shows the change line by line. ");
        const char *risk = change_risk(change);
        if (risk)
                str_addf(out, "RISK: %s. ", risk);
        _cleanup_free_ char *detail = change_detail(change);
        if (!str_empty(detail))
                str_addf(out, "%s. ", detail);
        /* those of a service; the changes of a job may be rolled back since, or be a rehearsal's */
        if (!job_id_valid(s->about))
                str_addf(out, "Uninstalling restores %s", change->path);
}

static uint8_t changes_mark(const char *line) {
        if (str_starts(line, "@@"))
                return DOC_HEAD;
        if (str_starts(line, "+++") || str_starts(line, "---"))
                return DOC_DIM;
        return line[0] == '+' ? DOC_GOOD : line[0] == '-' ? DOC_BAD : DOC_PLAIN;
}

static void changes_write_diff(struct screen *s, size_t row) {
        pager_clear(&s->text);
        const char *text = changes_diff_of(s->state, row);
        while (text && *text) {
                size_t n = strcspn(text, "\n");
                _cleanup_free_ char *line = xstrndup(text, n);
                pager_addf(&s->text, changes_mark(line), "%s", line);
                text += n + (text[n] == '\n');
        }
        pager_act(&s->text, ACTION_FIRST);
}

/* The difference of one file, or the list again. */
static void changes_show(struct screen *s, bool difference) {
        s->list = difference ? NULL : &s->rows;
        s->pager = difference ? &s->text : NULL;
        screen_invalidate(s);
}

static bool changes_can(const struct screen *s, enum action action) {
        const struct changes_state *st = s->state;
        size_t row = list_row(&s->rows);
        return action != ACTION_DIFF || (!s->pager && changes_at(s, row) && changes_diff_of(st, row));
}

static bool changes_act(struct screen *s, enum action action) {
        bool back = s->pager && (action == ACTION_BACK || action == ACTION_ESCAPE);
        if (!back && action != ACTION_DIFF)
                return false;
        if (!back)
                changes_write_diff(s, list_row(&s->rows));
        changes_show(s, !back);
        return true;
}

const struct screen_class changes_screen = {
        .name = "changes",
        .title = "Changes",
        .help = "The files that an install added, changed or removed, with mode, owner and attributes: found "
                "by comparing what was saved before with what was there after. Uninstalling restores every "
                "one of them, except those that were changed since the install.",
        .about = true,
        .size = sizeof(struct changes_state),
        .source = &changes_source,
        .text = PAGER_WRAP,
        .looking = "Comparing the files ...",
        .thing = "changed file",
        .none = "No watched file was changed.",
        .bindings = (const struct binding[]) { { KEY_RETURN, ACTION_DIFF }, {} },
        .close = changes_close,
        .title_text = changes_title,
        .status = changes_status,
        .can = changes_can,
        .act = changes_act,
        .changed = changes_load,
};
