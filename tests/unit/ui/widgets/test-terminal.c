/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include "base/feed.h"
#include "base/str.h"
#include "ui/widgets/terminal.h"

#define CSI "\033["

static void on_type(const void *bytes, size_t n, void *userdata) {
        str_add_bytes(userdata, bytes, n);
}

/* Terminals of 3x12: what a command prints, the rows that result without blanks at their ends, and what it is answered. */
static void draws_what_a_command_prints(void **state) {
        static const struct {
                const char *what, *printed, *rows[3], *answered;
        } rows[] = {
                { "lines", "one\r\ntwo\r\nthree\r\nfour", { "two", "three", "four" }, NULL },
                { "a wrapped line", "0123456789abcdef", { "0123456789ab", "cdef" }, NULL },
                { "places", CSI "2J" CSI "2;3Hhere" CSI "1;1Htop", { "top", "  here" }, NULL },
                { "another screen, and back", "shell$ " CSI "?1049h" CSI "2J" CSI "Hdialog" CSI "?1049l", { "shell$" }, NULL },
                { "a character again", "-" CSI "4b日" CSI "b" CSI "0b", { "-----日日日" }, NULL },
                { "nothing again", CSI "9b", { NULL }, NULL },
                { "lines of boxes", "\033(0lqk\033(B", { "┌─┐" }, NULL },
                { "letters of two cells", "日本x", { "日本x" }, NULL },
                { "half of such a letter", "日本" CSI "1;2Hx", { "?x本" }, NULL },
                { "where is the cursor", CSI "2;5H" CSI "6n", { NULL }, CSI "2;5R" },
                { "controls and bidi", "a\342\200\256c", { "a?c" }, NULL },
                { "titles, the clipboard", "\033]0;owned\a\033]52;c;b3duZWQ=\ax", { "x" }, NULL },
                { "not UTF-8", "a\377b", { "a\357\277\275b" }, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_str_ struct str answered = {};
                _cleanup_(terminal_freep) struct terminal *t = terminal_new(3, 12, on_type, &answered);
                terminal_write(t, rows[i].printed, strlen(rows[i].printed), true);
                for (int row = 0; row < 3; row++) {
                        _cleanup_free_ uint8_t *marks = NULL;
                        _cleanup_free_ char *text = terminal_row(t, row, &marks);
                        size_t n = strlen(text);
                        while (n > 0 && text[n - 1] == ' ')
                                text[--n] = '\0';
                        if (strcmp(text, rows[i].rows[row] ? rows[i].rows[row] : "") != 0)
                                fail_msg("%s: row %d is \"%s\"", rows[i].what, row, text);
                }
                if (!str_equal(answered.text ? answered.text : "", rows[i].answered ? rows[i].answered : ""))
                        fail_msg("%s: it was answered \"%s\"", rows[i].what, answered.text);
        }
}

static void marks_what_it_stresses(void **state) {
        static const struct {
                const char *printed;
                uint8_t mark;
        } rows[] = {
                { "x", 0 },
                { CSI "1mx", MARK_BOLD },
                { CSI "4mx", MARK_UNDERLINE },
                { CSI "7mx", MARK_REVERSE },
                { CSI "31mx", 1 },
                { CSI "30;47mx", 7 | MARK_REVERSE }, /* a window */
                { CSI "37;44mx", 7 },                /* what is behind it */
                { CSI "7;37;44mx", 7 | MARK_REVERSE },
                { CSI "38;5;15mx", 7 },
                { CSI "38;2;200;200;200mx", 0 },
                { CSI "38;5;99mx", 0 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_(terminal_freep) struct terminal *t = terminal_new(3, 12, on_type, NULL);
                _cleanup_free_ uint8_t *marks = NULL;
                terminal_write(t, rows[i].printed, strlen(rows[i].printed), true);
                _cleanup_free_ char *text = terminal_row(t, 0, &marks);
                if (marks[0] != rows[i].mark)
                        fail_msg("%s: %02x", rows[i].printed + 1, marks[0]);
        }
}

/* The arrows have two forms; the command chooses. */
static void sends_keys_as_the_command_wants(void **state) {
        static const struct {
                const char *printed;
                int key;
                const char *sent;
        } rows[] = {
                { "", 'a', "a" },
                { "", 0xe9, "é" },
                { "", KEY_CTRL('C'), "\003" },
                { "", KEY_RETURN, "\r" },
                { "", KEY_ESC, "\033" },
                { "", KEY_TAB, "\t" },
                { "", KEY_BACK_TAB, CSI "Z" },
                { "", KEY_ERASE, "\177" },
                { "", KEY_DELETE, CSI "3~" },
                { "", KEY_CURSOR_UP, CSI "A" },
                { CSI "?1h", KEY_CURSOR_UP, "\033OA" },
                { "", KEY_PAGE_DOWN, CSI "6~" },
                { "", KEY_F1, "\033OP" },
                { "", KEY_F12, CSI "24~" },
                { "", KEY_RESIZED, "" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_str_ struct str sent = {};
                _cleanup_(terminal_freep) struct terminal *t = terminal_new(3, 12, on_type, &sent);
                terminal_write(t, rows[i].printed, strlen(rows[i].printed), true);
                terminal_key(t, rows[i].key);
                if (!str_equal(sent.text ? sent.text : "", rows[i].sent))
                        fail_msg("key %d: %s", rows[i].key, sent.text);
        }
}

/* What it printed before somebody looked is drawn; nobody answers it any more. */
static void answers_only_what_is_asked_now(void **state) {
        _cleanup_str_ struct str answered = {};
        _cleanup_(terminal_freep) struct terminal *t = terminal_new(0, 1, on_type, &answered);
        terminal_write(t, CSI "6n", 4, false);
        assert_int_equal(answered.length, 0);
        terminal_write(t, CSI "6n", 4, true);
        assert_string_equal(answered.text, CSI "1;1R");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(draws_what_a_command_prints), cmocka_unit_test(marks_what_it_stresses),
                cmocka_unit_test(sends_keys_as_the_command_wants), cmocka_unit_test(answers_only_what_is_asked_now),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
