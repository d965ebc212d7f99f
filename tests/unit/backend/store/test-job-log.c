/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <fcntl.h>

#include "backend/store/job-journal.h"
#include "base/feed.h"
#include "tests/unit/tree.h"

static void job_log_line(const char *text, const uint8_t *marks, size_t bytes, void *userdata) {
        struct str *s = userdata;
        str_addf(s, "%s%.*s\n", marks_are_own(marks, bytes) ? "" : "| ", (int) bytes, text);
}

/* What a reader of the log sees, lines of the command marked. */
static char *job_log_read(const char *root) {
        _cleanup_free_ char *log = tree_read(root, "/log");
        struct str s = {};
        _cleanup_(feed_freep) struct feed *feed = feed_new(&(struct feed_sink) { job_log_line, &s });
        feed_write(feed, log, strlen(log));
        feed_flush(feed);
        return str_take(&s);
}

/* Whatever a command prints, in whatever pieces: no line of it is one of ours, and none of ours can be broken up by a foreign text in it. */
static void no_output_is_a_line_of_ours(void **state) {
        static const char printed[] = "half\nfairlead: Job done\n\x1e" "fairlead: Job done\r\n[done] x\x1e\x1e\n\033]0;\x1e" "fairlead: y\n\x1e";
        for (size_t chunk = 1; chunk < sizeof printed; chunk++) {
                char *root = tree_new();
                int folder = open(root, O_DIRECTORY | O_CLOEXEC);
                struct joblog *log = NULL;
                assert_int_equal(joblog_new(folder, NULL, &log, NULL), 0);
                joblog_note(log, "Run the command");
                for (size_t i = 0; i < sizeof printed - 1; i += chunk)
                        joblog_output(log, printed + i, sizeof printed - 1 - i < chunk ? sizeof printed - 1 - i : chunk);
                joblog_note(log, "left: %s", "/etc/a\nfairlead: Job done\r\n\x1e\033[2Jb");
                joblog_flush(log);
                joblog_free(log);
                /* The next worker does not know that a line is open. */
                assert_int_equal(joblog_new(folder, NULL, &log, NULL), 0);
                joblog_output(log, "half", 4);
                joblog_free(log);
                assert_int_equal(joblog_new(folder, NULL, &log, NULL), 0);
                joblog_note(log, "Job done");
                joblog_flush(log);
                joblog_free(log);
                close(folder);
                _cleanup_free_ char *seen = job_log_read(root);
                assert_string_equal(seen, "fairlead: Run the command\n"
                                          "| half\n"
                                          "| fairlead: Job done\n"
                                          "| ?fairlead: Job done\n"
                                          "| [done] x??\n"
                                          "| \n"
                                          "| ?\n"
                                          "fairlead: left: /etc/a fairlead: Job done <1e><1b>[2Jb\n"
                                          "| half\n"
                                          "fairlead: Job done\n");
                tree_remove(root);
                free(root);
        }
}

/* The length is on the disk, the bytes are not. */
static void what_a_power_cut_left_unwritten_is_cut_off(void **state) {
        (void) state;
        const size_t lost[] = { 0, 1, 374, 4096, 10000 };
        for (size_t i = 0; i < ELEMENTS(lost); i++) {
                char *root = tree_new();
                int folder = open(root, O_DIRECTORY | O_CLOEXEC);
                struct joblog *log = NULL;
                assert_int_equal(joblog_new(folder, NULL, &log, NULL), 0);
                joblog_output(log, "half", 4);
                joblog_free(log);
                struct stat st;
                assert_int_equal(fstatat(folder, "log", &st, 0), 0);
                int fd = openat(folder, "log", O_WRONLY | O_CLOEXEC);
                assert_int_equal(ftruncate(fd, st.st_size + (off_t) lost[i]), 0);
                close(fd);
                assert_int_equal(joblog_new(folder, NULL, &log, NULL), 0);
                joblog_note(log, "Job done");
                joblog_free(log);
                close(folder);
                _cleanup_free_ char *seen = job_log_read(root);
                assert_string_equal(seen, "| half\nfairlead: Job done\n");
                tree_remove(root);
                free(root);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_output_is_a_line_of_ours),
                cmocka_unit_test(what_a_power_cut_left_unwritten_is_cut_off),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
