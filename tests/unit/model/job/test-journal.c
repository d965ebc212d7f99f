/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/str.h"
#include "model/job/job.h"

/* Writes a journal as the worker does: one call, one record, a second apart. */
struct book {
        struct str text;
        uint64_t sequence;
        size_t last;            /* where the last record begins */
};

static void put(struct book *book, enum job_step step, enum record_event event, const char *data) {
        uint64_t sequence = ++book->sequence;
        const struct record record = {
                .sequence = sequence,
                .boot = "0123456789abcdef0123456789abcdef",
                .mono = sequence * 1000000,
                .real = 1764000000000000 + (int64_t) sequence * 1000000,
                .step = step,
                .event = event,
                .data = (char *) data,
        };
        _cleanup_free_ char *line = record_format(&record);
        assert_non_null(line);
        book->last = book->text.length;
        str_add(&book->text, line);
}

static void begin(struct book *book) {
        put(book, 0, RECORD_STATE, "running");
        put(book, STEP_PREPARE, RECORD_INTENT, "");
        put(book, STEP_PREPARE, RECORD_DONE, "");
        put(book, STEP_PULL, RECORD_SKIPPED, "already here");
        put(book, STEP_SNAPSHOT, RECORD_INTENT, "");
        put(book, STEP_SNAPSHOT, RECORD_DONE, "1,812 files");
        put(book, STEP_COMMAND, RECORD_INTENT, "");
}

static struct job *replay(const struct book *book, size_t *good) {
        struct job *job = job_new();
        assert_true(journal_replay(book->text.text, book->text.length, job, good) >= 0);
        return job;
}

static void replays_a_whole_job(void **state) {
        struct book book = {};
        begin(&book);
        put(&book, STEP_COMMAND, RECORD_EXIT, "0");
        put(&book, STEP_COMMAND, RECORD_DONE, "");
        put(&book, STEP_COMMIT, RECORD_INTENT, "");
        put(&book, STEP_COMMIT, RECORD_DONE, "rsyslog is installed");
        put(&book, 0, RECORD_STATE, "done");
        size_t good;
        _cleanup_(job_freep) struct job *job = replay(&book, &good);
        assert_int_equal(good, book.text.length);
        assert_int_equal(job->state, JOB_DONE);
        assert_string_equal(job->message, "rsyslog is installed");
        assert_int_equal(job->exit_status, 0);
        assert_int_equal(job->steps[STEP_PULL].state, STEP_SKIPPED);
        assert_string_equal(job->steps[STEP_SNAPSHOT].note, "1,812 files");
        assert_int_equal(job->steps[STEP_SNAPSHOT].usec, 1000000);
        assert_int_equal(job->started, 1764000001);
        assert_int_equal(job->ended, 1764000012);
        str_done(&book.text);
}

static void replays_a_failure(void **state) {
        struct book book = {};
        begin(&book);
        put(&book, STEP_COMMAND, RECORD_EXIT, "7");
        put(&book, STEP_COMMAND, RECORD_FAILED, "The installer ended with status 7");
        put(&book, STEP_COMMAND, RECORD_HINT, "See the log");
        put(&book, STEP_COMMAND, RECORD_REASON, "wrong-password");
        put(&book, 0, RECORD_STATE, "undoing");
        put(&book, STEP_SNAPSHOT, RECORD_UNDO, "");
        put(&book, STEP_SNAPSHOT, RECORD_KEPT, "/etc/x: changed by somebody else");
        put(&book, STEP_SNAPSHOT, RECORD_KEPT, "/etc/x: changed by somebody else");
        put(&book, STEP_SNAPSHOT, RECORD_UNDONE, "3 files restored");
        _cleanup_(job_freep) struct job *early = replay(&book, NULL);
        assert_int_equal(early->state, JOB_UNDOING);
        put(&book, 0, RECORD_STATE, "failed");
        _cleanup_(job_freep) struct job *job = replay(&book, NULL);
        assert_int_equal(job->state, JOB_FAILED);
        assert_string_equal(job->message, "The installer ended with status 7");
        assert_string_equal(job->hint, "See the log");
        assert_string_equal(job->failure->id, "wrong-password");
        assert_int_equal(job->exit_status, 7);
        assert_int_equal(job->steps[STEP_COMMAND].state, STEP_FAILED);
        assert_int_equal(job->steps[STEP_SNAPSHOT].state, STEP_UNDONE);
        assert_int_equal(strv_length(job->left), 1);
        str_done(&book.text);
}

/* Cut at every byte of the last record: it is dropped, the rest stands. */
static void drops_a_torn_tail(void **state) {
        struct book book = {};
        begin(&book);
        for (size_t cut = book.last; cut < book.text.length; cut++) {
                size_t good;
                _cleanup_(job_freep) struct job *job = job_new();
                assert_int_equal(journal_replay(book.text.text, cut, job, &good), 6);
                assert_int_equal(good, book.last);
                assert_int_equal(job->steps[STEP_COMMAND].state, STEP_TODO);
        }
        str_done(&book.text);
}

/* One flipped bit anywhere in the last record, its newline aside: dropped too. */
static void notices_any_flipped_bit(void **state) {
        struct book book = {};
        begin(&book);
        for (size_t at = book.last; at + 1 < book.text.length; at++)
                for (int bit = 0; bit < 8; bit++) {
                        _cleanup_(job_freep) struct job *job = job_new();
                        book.text.text[at] ^= (char) (1 << bit);
                        assert_int_equal(journal_replay(book.text.text, book.text.length, job, NULL), 6);
                        book.text.text[at] ^= (char) (1 << bit);
                }
        str_done(&book.text);
}

static void stops_at_a_hole_and_at_an_illegal_move(void **state) {
        struct book book = {};
        begin(&book);
        book.sequence++;
        put(&book, STEP_COMMAND, RECORD_DONE, "");
        _cleanup_(job_freep) struct job *holed = job_new();
        assert_int_equal(journal_replay(book.text.text, book.text.length, holed, NULL), 7);
        str_done(&book.text);

        struct book moves = {};
        put(&moves, 0, RECORD_STATE, "running");
        put(&moves, 0, RECORD_STATE, "running");
        put(&moves, 0, RECORD_STATE, "done");
        put(&moves, 0, RECORD_STATE, "running");
        _cleanup_(job_freep) struct job *moved = job_new();
        assert_int_equal(journal_replay(moves.text.text, moves.text.length, moved, NULL), 3);
        assert_int_equal(moved->state, JOB_DONE);
        str_done(&moves.text);
}

/* The half of a command is restored, and the job begins anew; later it is done, and a person has it rolled back. */
static void a_job_goes_back_and_on(void **state) {
        struct book book = {};
        begin(&book);
        put(&book, STEP_COMMAND, RECORD_EXIT, "0");
        put(&book, 0, RECORD_STATE, "undoing");
        put(&book, STEP_COMMAND, RECORD_UNDO, "");
        put(&book, STEP_COMMAND, RECORD_KEPT, "a file");
        put(&book, STEP_COMMAND, RECORD_UNDONE, "");
        put(&book, 0, RECORD_STATE, "running");
        _cleanup_(job_freep) struct job *anew = replay(&book, NULL);
        assert_int_equal(anew->state, JOB_RUNNING);
        assert_int_equal(anew->exit_status, -1);
        assert_null(anew->left);
        assert_false(anew->withdrawn);
        assert_string_equal(anew->boot, "0123456789abcdef0123456789abcdef");
        for (size_t i = 0; i < _JOB_STEP_MAX; i++)
                assert_int_equal(anew->steps[i].state, STEP_TODO);
        put(&book, STEP_COMMIT, RECORD_INTENT, "");
        put(&book, STEP_COMMIT, RECORD_DONE, "rsyslog is installed");
        put(&book, 0, RECORD_STATE, "done");
        put(&book, 0, RECORD_STATE, "cancelling");
        _cleanup_(job_freep) struct job *back = replay(&book, NULL);
        assert_int_equal(back->state, JOB_CANCELLING);
        assert_int_equal(back->ended, 0);
        put(&book, 0, RECORD_STATE, "broken");
        put(&book, 0, RECORD_KEPT, "another file");
        put(&book, 0, RECORD_STATE, "cancelling");
        put(&book, 0, RECORD_STATE, "cancelled");
        size_t good;
        _cleanup_(job_freep) struct job *gone = replay(&book, &good);
        assert_int_equal(good, book.text.length);
        assert_int_equal(gone->state, JOB_CANCELLED);
        assert_null(gone->left);
        assert_true(gone->withdrawn);
        assert_string_equal(job_state_word(gone), "rolled back");
        assert_string_equal(gone->message, "Everything was restored");
        str_done(&book.text);
}

static void data_cannot_leave_its_record(void **state) {
        struct book book = {};
        put(&book, STEP_COMMAND, RECORD_FAILED, "two\nlines \\ and \x1b[2J");
        _cleanup_(job_freep) struct job *job = replay(&book, NULL);
        assert_string_equal(job->message, "two\nlines \\ and \x1b[2J");
        assert_non_null(strchr(book.text.text, '\n'));
        assert_ptr_equal(strchr(book.text.text, '\n'), book.text.text + book.text.length - 1);
        str_done(&book.text);
}

static void long_data_is_cut_at_a_character(void **state) {
        _cleanup_str_ struct str data = {};
        for (int i = 0; i < 5000; i++)
                str_add(&data, "é");
        struct book book = {};
        put(&book, STEP_COMMAND, RECORD_FAILED, data.text);
        assert_true(book.text.length <= RECORD_BYTES_MAX);
        assert_true(book.text.length > RECORD_BYTES_MAX - 4);
        _cleanup_(job_freep) struct job *job = replay(&book, NULL);
        assert_int_equal(strlen(job->message) % 2, 0);
        assert_memory_equal(job->message, data.text, strlen(job->message));
        str_done(&book.text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(replays_a_whole_job),
                cmocka_unit_test(replays_a_failure),
                cmocka_unit_test(drops_a_torn_tail),
                cmocka_unit_test(notices_any_flipped_bit),
                cmocka_unit_test(stops_at_a_hole_and_at_an_illegal_move),
                cmocka_unit_test(a_job_goes_back_and_on),
                cmocka_unit_test(data_cannot_leave_its_record),
                cmocka_unit_test(long_data_is_cut_at_a_character),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
