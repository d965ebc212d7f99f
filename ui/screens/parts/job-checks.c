/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/job-checks.h"

int jobchecks_draw(const struct job *job, const struct canvas *c, int row) {
        static const struct {
                const char *word;
                enum style style;
        } verdicts[_VERDICT_MAX] = {
                { "...", STYLE_BUSY }, { "OK", STYLE_GOOD }, { "WARN", STYLE_WARN }, { "FAIL", STYLE_BAD }
        };
        int first = row;
        for (char **line = job->state == JOB_DONE ? job->checks : NULL; line && *line; line++) {
                const char *text;
                enum verdict verdict = job_check_verdict(*line, &text);
                canvas_text(c, row, 2, 5, verdicts[verdict].style, verdicts[verdict].word);
                row += canvas_paragraph(c, row, 8, c->columns - 10, STYLE_PLAIN, text);
        }
        return row - first;
}
