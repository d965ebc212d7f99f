/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <signal.h>

#include "base/base.h"
#include "model/service/inside.h"

static void puts_children_below_their_parents(void **state) {
        static const struct {
                const char *in, *out;   /* "PID:PARENT …", "PID@DEPTH …" */
        } rows[] = {
                { "", "" },
                { "7:1", "7@0" },
                { "30:20 20:10 10:1 11:1", "10@0 20@1 30@2 11@0" },
                { "10:1 20:10 21:10 30:20", "10@0 20@1 30@2 21@1" },
                /* PIDs used again, a process that is its own parent */
                { "10:20 20:10 5:5", "5@0 10@0 20@1" },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct process items[8] = {};
                size_t n = 0;
                _cleanup_strv_ char **words = strv_split(rows[i].in, " ");
                for (char **word = words; word && *word; word++, n++)
                        assert_int_equal(sscanf(*word, "%u:%u", &items[n].pid, &items[n].parent), 2);
                process_arrange(items, n);
                _cleanup_str_ struct str out = {};
                for (size_t k = 0; k < n; k++)
                        str_addf(&out, "%s%u@%u", k ? " " : "", items[k].pid, items[k].depth);
                assert_string_equal(out.text ? out.text : "", rows[i].out);
        }
}

static void says_when_a_timer_elapses_next(void **state) {
        static const uint64_t none = UINT64_MAX, s = 1000000;
        static const struct {
                uint64_t real, monotonic;
                int64_t next;
        } rows[] = {
                { 0, 0, 0 },
                { none, none, 0 },
                { 5000 * s, none, 5000 },
                { 5000 * s, 0, 5000 },
                /* 100 s after the boot is 90 s from now */
                { none, 100 * s, 1090 },
                { 5000 * s, 100 * s, 1090 },
                { 1050 * s, 100 * s, 1050 },
                /* due already */
                { none, 3 * s, 1000 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                assert_int_equal(trigger_next(rows[i].real, rows[i].monotonic, 1000 * s, 10 * s), rows[i].next);
}

static void finds_a_trigger_by_its_name(void **state) {
        struct trigger items[] = { { .name = (char *) "a.timer" }, { .name = (char *) "b.socket" }, { .name = (char *) "b.timer" } };
        const struct trigger_list list = { items, ELEMENTS(items) };
        assert_ptr_equal(trigger_find(&list, "b.socket"), &items[1]);
        assert_null(trigger_find(&list, "c.timer"));
        assert_null(trigger_find(NULL, "a.timer"));
        assert_null(trigger_find(&(struct trigger_list) {}, "a.timer"));
}

static void reads_what_proc_has(void **state) {
        static const struct {
                const char *text, *command;     /* command NULL: it is none */
                uint64_t cpu, memory;
                char is;
        } rows[] = {
                { "812 (cron) S 1 812 812 0 -1 1077936384 500 0 3 0 125 25 0 0 20 0 1 0 4242 9000000 700 18446744073709551615\n",
                  "[cron]", 1500000, 700 * 4096, 'S' },
                { "9 (a) b) (c) Z 1 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0 0 -1 0\n", "[a) b) (c]", 0, 0, 'Z' },
                { "9 (a S 1", NULL, 0, 0, 0 },
                { "", NULL, 0, 0, 0 },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct process p = {};
                assert_int_equal(process_read_stat(rows[i].text, 100, 4096, &p), rows[i].command != NULL);
                assert_true(str_equal(p.command, rows[i].command));
                if (rows[i].command) {
                        assert_int_equal(p.cpu_usec, rows[i].cpu);
                        assert_int_equal(p.memory, rows[i].memory);
                        assert_int_equal(p.state, rows[i].is);
                }
                process_done(&p);
        }
        _cleanup_free_ char *command = process_command("a\0b c\0\0", 7), *none = process_command("\0\0", 2);
        assert_string_equal(command, "a b c");
        assert_null(none);
}

static void says_properties_in_words(void **state) {
        static const struct {
                const char *name, *word;
                uint64_t number;
                const char *text;       /* NULL: not worth a line */
        } rows[] = {
                { "Type", "notify", 0, "notify" },
                { "User", NULL, 0, NULL },
                { "User", "", 0, NULL },
                { "RestartUSec", NULL, 100000, "100 ms" },
                { "RestartUSec", NULL, 1500000, "1.5 s" },
                { "TimeoutStopUSec", NULL, 90000000, "90 s" },
                { "TimeoutStopUSec", NULL, 150000000, "2 min 30 s" },
                { "TimeoutStopUSec", NULL, 600000000, "10 min" },
                { "TimeoutStopUSec", NULL, UINT64_MAX, "no limit" },
                { "WatchdogUSec", NULL, 0, NULL },
                { "MemoryMax", NULL, 512000000, "512 MB" },
                { "MemoryMax", NULL, UINT64_MAX, "no limit" },
                { "CPUQuotaPerSecUSec", NULL, 500000, "50 %" },
                { "CPUWeight", NULL, UINT64_MAX, NULL },
                { "TasksMax", NULL, 4915, "4915" },
                { "Nice", NULL, (uint64_t) -5, "-5" },
                { "PrivateTmp", NULL, 1, "yes" },
                { "PrivateTmp", NULL, 0, "no" },
                { "KillSignal", NULL, SIGTERM, "SIGTERM" },
                { "CapabilityBoundingSet", NULL, UINT64_MAX, "all" },
                { "CapabilityBoundingSet", NULL, 0, "none" },
                { "CapabilityBoundingSet", NULL, 7, "3 of 41" },
                { "ActiveEnterTimestamp", NULL, 0, NULL },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                char *texts[] = { (char *) rows[i].word, NULL };
                const struct unit_property p = { property_find(rows[i].name), texts, rows[i].number };
                assert_non_null(p.row);
                _cleanup_free_ char *text = property_text(&p);
                if (!str_equal(text, rows[i].text))
                        fail_msg("row %zu: %s", i, text);
        }
        assert_null(property_find("NoSuchProperty"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(says_when_a_timer_elapses_next),
                cmocka_unit_test(finds_a_trigger_by_its_name),
                cmocka_unit_test(puts_children_below_their_parents),
                cmocka_unit_test(reads_what_proc_has),
                cmocka_unit_test(says_properties_in_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
