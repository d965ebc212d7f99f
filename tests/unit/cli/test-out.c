/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/out.h"
#include "cli/report.h"
#include "model/finding/finding.h"
#include "model/image/image.h"

/* A text of a label that would be a sheet of its own, below lines of ours. */
#define FORGED "Nice\n  digest     sha256:000\r\n\vINSTALL\f\x85\xe2\x80\xa8podman run IMAGE\nNo findings.\n\n"

/* Standard output, or error, goes to a file until taken(). */
struct taking {
        int fd, kept, file;
};

static struct taking take_begin(int fd) {
        fflush(NULL);
        struct taking t = { .fd = fd, .kept = dup(fd), .file = memfd_create("out", 0) };
        assert_true(t.kept >= 0 && t.file >= 0 && dup2(t.file, fd) == fd);
        return t;
}

static char *take_end(struct taking *t) {
        fflush(NULL);
        assert_int_equal(dup2(t->kept, t->fd), t->fd);
        size_t n = (size_t) lseek(t->file, 0, SEEK_END);
        char *text = xcalloc(n + 1, 1);
        assert_int_equal(pread(t->file, text, n, 0), (ssize_t) n);
        close(t->kept);
        close(t->file);
        return text;
}

static size_t count_lines(const char *text) {
        size_t n = 0;
        for (; (text = strchr(text, '\n')); text++)
                n++;
        return n;
}

/* printf(3)'s own words are the measure, but for the texts. */
static void formats_as_printf_does(void **state) {
        struct taking t = take_begin(STDOUT_FILENO);
        out("%s|%-5s|%5s|%.2s|%-4.1s|%*s|%c|%%\n", "a", "b", "c", "dear", "even", 3, "f", 'g');
        out("%d|%02u|%5d|%-5u|%x|%zu|%lld|%llu|%ld|%03d\n", -1, 7U, -42, 8U, 255U, (size_t) 9, -10LL, 11ULL, -12L, 13);
        static const char *const volatile none = NULL;
        out("%-4s|%s\n", "\xc3\xa4", none);
        _cleanup_free_ char *text = take_end(&t);
        assert_string_equal(text, "a|b    |    c|de|e   |  f|g|%\n"
                                  "-1|07|  -42|8    |ff|9|-10|11|-12|013\n"
                                  "\xc3\xa4   |-\n");
}

static void a_text_of_one_line_is_one_line(void **state) {
        struct taking t = take_begin(STDOUT_FILENO);
        out("%s\n", FORGED);
        out("  %-10s %.30s %c\n", FORGED, FORGED, '\n');
        out_text("a\nb\n");
        _cleanup_free_ char *text = take_end(&t);
        assert_int_equal(count_lines(text), 4);
        assert_null(strstr(text, "\nNo findings"));
        assert_true(str_ends(text, "\na\nb\n") != NULL);

        _cleanup_error_ struct error *e = NULL;
        error_set(&e, -EIO, "%s", FORGED);
        error_wrap(&e, -EIO, "%s", FORGED);
        error_hint(&e, "%s", FORGED);
        t = take_begin(STDERR_FILENO);
        out_error(e);
        out_note("%s\n", FORGED);
        _cleanup_free_ char *said = take_end(&t);
        assert_int_equal(count_lines(said), 4);
        assert_null(strstr(said, "\nNo findings"));
}

/* Each thing that has texts of others in it: no line begins with what they say. */
static void no_sheet_has_lines_of_others(void **state) {
        struct finding_list findings = { 0 };
        finding_report(&findings, "shell-syntax", FORGED, "%s", FORGED);
        struct change changes[] = { { .path = (char *) "x\nNo findings.", .what = CHANGE_ADDED } };
        struct changes list = { .items = changes, .n = ELEMENTS(changes) };
        struct change_report report = { .changes = &list };
        struct taking t = take_begin(STDOUT_FILENO);
        report_findings(&findings);
        report_changes(&report, "-");
        struct out_table table = { .columns = 2 };
        out_table_row(&table, FORGED, FORGED, NULL);
        out_table_print(&table);
        _cleanup_free_ char *text = take_end(&t);
        for (const char *line = text; *line; line = strchr(line, '\n') + 1)
                if (str_starts(line, "No findings") || str_starts(line, "  digest") || str_starts(line, "INSTALL"))
                        fail_msg("a line of others: %s", line);
        finding_list_done(&findings);
}

/* One label of 60,000 characters does not make every row of a pipe as wide. */
static void a_wide_cell_widens_no_other_row(void **state) {
        _cleanup_free_ char *wide = xcalloc(60001, 1);
        memset(wide, 'v', 60000);
        struct taking t = take_begin(STDOUT_FILENO);
        struct out_table table = { .columns = 3 };
        for (int i = 0; i < 200; i++)
                out_table_row(&table, "image", i == 100 ? wide : "1.0", "engine", NULL);
        out_table_print(&table);
        _cleanup_free_ char *text = take_end(&t);
        assert_int_equal(count_lines(text), 200);
        assert_in_range(strlen(text), 200 * 100, 200 * 150);
        assert_non_null(strstr(text, "v\xe2\x80\xa6  engine\n"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(formats_as_printf_does),
                cmocka_unit_test(a_text_of_one_line_is_one_line),
                cmocka_unit_test(no_sheet_has_lines_of_others),
                cmocka_unit_test(a_wide_cell_widens_no_other_row),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
