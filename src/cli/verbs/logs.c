/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>

#include "backend/format/emit.h"
#include "base/clock.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"
#include "model/host.h"
#include "model/log/needle.h"
#include "model/log/when.h"

struct logs_reading {
        bool over;
        bool any;              /* a line was printed */
        struct error *missing; /* neither a service nor a unit; NULL: it exists */
        struct error *error;
        bool follow, json;
        char boot[33]; /* the id that --boot means */
        long long boot_number;
};

static void logs_print(const struct log_line *line) {
        time_t t = (time_t) (line->real / 1000000);
        struct tm tm;
        char when[32] = "-";
        if (localtime_r(&t, &tm))
                strftime(when, sizeof when, "%b %d %H:%M:%S", &tm);
        const char *identifier = line->identifier ? line->identifier : "-";
        if (line->blob && !line->more)
                out("%s %s: (not text, %zu bytes) %s\n", when, identifier, line->blob, line->message);
        else
                out("%s %s: %s\n", when, identifier,
                    line->message ? line->message : "(an entry without text)");
}

static void print_lines(struct log_line *lines, size_t n, void *userdata) {
        struct logs_reading *r = userdata;
        r->any = r->any || n > 0;
        for (size_t i = 0; i < n && !r->over; i++) {
                if (r->json)
                        out_json(emit_log_line(&lines[i]));
                else
                        logs_print(&lines[i]);
        }
        if (fflush(stdout) == EOF) /* the pager was left */
                r->over = true;
}

static void verb_logs_note(const char *sentence, void *userdata) {
        out_note("%s", sentence);
}

static void verb_logs_reached(void *userdata) {
        struct logs_reading *r = userdata;
        r->over = r->over || !r->follow || (r->missing && !r->any);
}

static void verb_logs_failed(struct error *e, void *userdata) {
        struct logs_reading *r = userdata;
        r->error = e;
        r->over = true;
}

static void verb_logs_boots(const struct log_boot *boots, size_t n, struct error *e, void *userdata) {
        struct logs_reading *r = userdata;
        size_t back = (size_t) -r->boot_number;
        r->error = e;
        r->over = true;
        if (!e && back < n)
                memcpy(r->boot, boots[n - 1 - back].id, sizeof r->boot);
}

static void logs_wait(struct session *s, struct logs_reading *r, struct op *op) {
        while (op && !r->over && sd_event_run(s->event, UINT64_MAX) >= 0)
                ;
        op_cancel(op);
        r->over = false;
}

/* *ret is what the query takes; valid as long as r. */
static int logs_find_boot(struct session *s, const char *text, struct logs_reading *r, const char **ret) {
        if (strlen(text) == sizeof r->boot - 1 && strspn(text, "0123456789abcdef") == sizeof r->boot - 1) {
                *ret = text;
                return 0;
        }
        if (str_to_int(text, -100000, 0, &r->boot_number) < 0)
                return error_set(&s->error, -EINVAL,
                                 "--boot takes 0, -1, -2 … or the id of a boot, not \"%s\"", text);
        *ret = LOG_BOOT_NOW;
        if (r->boot_number == 0)
                return 0;
        logs_wait(s, r, host_list_boots(s->host, verb_logs_boots, r));
        *ret = r->boot;
        if (r->error)
                return error_take(&s->error, TAKE(r->error));
        return *r->boot ? 0 : error_set(&s->error, -ENOENT, "The journal has no boot %s", text);
}

static int logs_read_time(const struct arguments *a, enum option_id id, int64_t *ret, struct error **reterr) {
        const char *text = argument_value(a, id);
        if (!text)
                return 0;
        int r = when_parse(text, usec_now(CLOCK_REALTIME), ret, reterr);
        return r < 0 || *ret > 0 ? r : error_set(reterr, -EINVAL, "\"%s\" is before 1970", text);
}

static int verb_logs_read_options(const struct arguments *a, struct log_query *query, struct error **reterr) {
        const char *priority = argument_value(a, OPTION_PRIORITY), *lines = argument_value(a, OPTION_LINES);
        query->priority = priority ? priority_from_text(priority) : 7;
        if (query->priority < 0)
                return error_set(reterr, -EINVAL,
                                 "--priority takes 0 to 7, or a name from emerg to debug, not \"%s\"",
                                 priority);
        long long n = 0;
        if (lines && str_to_int(lines, 1, 1000000, &n) < 0)
                return error_set(reterr, -EINVAL, "--lines takes a number from 1 on, not \"%s\"", lines);
        query->tail = (unsigned) n;
        int r = logs_read_time(a, OPTION_SINCE, &query->since, reterr);
        r = r < 0 ? r : logs_read_time(a, OPTION_UNTIL, &query->until, reterr);
        if (r < 0)
                return r;
        if (query->since && query->until && query->until <= query->since)
                return error_set(reterr, -EINVAL, "--until is not after --since");
        query->text = argument_value(a, OPTION_GREP);
        _cleanup_(log_needle_freep) struct log_needle *needle = NULL;
        if (!str_empty(query->text) && log_needle_new(query->text, &needle, reterr) < 0)
                return -EINVAL;
        query->kernel = a->given[OPTION_KERNEL];
        query->follow = a->given[OPTION_FOLLOW];
        if (query->kernel && strv_length(a->words))
                return error_set(reterr, -EINVAL, "--kernel and the name of a unit exclude each other");
        bool selects = a->given[OPTION_SINCE] || a->given[OPTION_UNTIL] || a->given[OPTION_BOOT] ||
                       a->given[OPTION_GREP] || a->given[OPTION_PAGER];
        if (selects && !lines)
                query->way = LOG_ALL;
        return 0;
}

static int logs_print_all(struct session *s, const struct arguments *a, const struct log_query *query,
                          struct logs_reading *reading) {
        pid_t pager = 0;
        if (a->given[OPTION_PAGER]) {
                int r = spawn_pager(&pager, &s->error);
                if (r < 0)
                        return r;
        }
        const struct log_reader reader = { .lines = print_lines,
                                           .reached = verb_logs_reached,
                                           .failed = verb_logs_failed,
                                           .note = verb_logs_note,
                                           .userdata = reading };
        logs_wait(s, reading, host_read_log(s->host, query, &reader));
        if (!pager)
                return 0;
        spawn_pager_wait(pager);
        return 0;
}

static int verb_logs_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        struct log_query query = {};
        struct logs_reading reading = { .follow = a->given[OPTION_FOLLOW], .json = s->json };
        const char *boot = argument_value(a, OPTION_BOOT);
        int r = verb_logs_read_options(a, &query, &s->error);
        if (r == 0 && boot)
                r = logs_find_boot(s, boot, &reading, &query.boot);
        if (r < 0)
                return r;
        _cleanup_(service_freep) struct service *service = NULL;
        _cleanup_(unit_detail_freep) struct unit_detail *detail = NULL;
        _cleanup_free_ char *unit = NULL;
        if (a->given[OPTION_USER] && !strv_length(a->words))
                return error_set(&s->error, -EINVAL, "--user wants the name of a unit of that user");
        if (strv_length(a->words)) {
                if (!a->given[OPTION_USER]) /* a service is the system's */
                        r = find_service(s, a->words[0], &service, &s->error);
                r = r < 0 ? r : unit_of(s, a, a->words[0], &unit, &s->error);
                if (r < 0)
                        return r;
        }
        query.unit = unit;
        query.container = service ? service->container : NULL;
        if (unit && !service)
                session_show_unit(s, unit, &detail, &reading.missing);
        _cleanup_error_ struct error *missing = reading.missing;
        r = logs_print_all(s, a, &query, &reading);
        if (r < 0)
                return r;
        if (reading.error)
                return error_take(&s->error, reading.error);
        return missing && !reading.any ? error_take(&s->error, TAKE(missing)) : EXIT_DONE;
}

const struct verb logs_verb = {
        .name = "logs",
        .group = GROUP_SERVICES,
        .operands = "[SERVICE|UNIT]",
        .help = "show the log of a service, a unit, the kernel or the host",
        .takes = TAKES(OPTION_FOLLOW) | TAKES(OPTION_LINES) | TAKES(OPTION_PRIORITY) | TAKES(OPTION_SINCE) |
                 TAKES(OPTION_UNTIL) | TAKES(OPTION_BOOT) | TAKES(OPTION_KERNEL) | TAKES(OPTION_GREP) |
                 TAKES(OPTION_PAGER) | TAKES(OPTION_USER),
        .json = true,
        .run = verb_logs_run,
};
