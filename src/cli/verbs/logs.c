/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <time.h>

#include "backend/format/emit.h"
#include "cli/lookup.h"
#include "cli/out.h"
#include "cli/verbs/verbs.h"
#include "model/host.h"

struct logs_reading {
        bool over;
        bool any;              /* a line was printed */
        struct error *missing; /* neither a service nor a unit; NULL: it exists */
        struct error *error;
        bool follow, json;
};

static void print_lines(struct log_line *lines, size_t n, void *userdata) {
        struct logs_reading *r = userdata;
        r->any = r->any || n > 0;
        for (size_t i = 0; i < n; i++) {
                time_t t = (time_t) (lines[i].real / 1000000);
                struct tm tm;
                char when[32] = "-";
                if (localtime_r(&t, &tm))
                        strftime(when, sizeof when, "%b %d %H:%M:%S", &tm);
                /* Line breaks inside a message could forge a line. */
                _cleanup_free_ char *message = strdup(lines[i].message ? lines[i].message : "");
                for (char *p = message; p && *p; p++)
                        if (*p == '\n')
                                *p = ' ';
                if (r->json) {
                        out_json(emit_log_line(&lines[i]));
                        continue;
                }
                out("%s %s: %s\n", when, lines[i].identifier ? lines[i].identifier : "-",
                    message ? message : "");
        }
        fflush(stdout);
}

static void verb_logs_reached(void *userdata) {
        struct logs_reading *r = userdata;
        r->over = !r->follow || (r->missing && !r->any);
}

static void verb_logs_failed(struct error *e, void *userdata) {
        struct logs_reading *r = userdata;
        r->error = e;
        r->over = true;
}

/* "30s", "10min", "2h", "3d" before now; 0: invalid. */
static int64_t since_time(const char *text) {
        static const struct {
                const char *unit;
                int64_t seconds;
        } units[] = { { "s", 1 }, { "min", 60 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
        size_t digits = strspn(text, "0123456789");
        _cleanup_free_ char *number = strndup(text, digits);
        long long n;
        if (!number || str_to_int(number, 1, 100000, &n) < 0)
                return 0;
        for (size_t i = 0; i < ELEMENTS(units); i++)
                if (strcmp(text + digits, units[i].unit) == 0)
                        return ((int64_t) time(NULL) - n * units[i].seconds) * 1000000;
        return 0;
}

static int verb_logs_read_options(const struct arguments *a, struct log_query *query, struct error **reterr) {
        long long n = 7;
        const char *priority = argument_value(a, OPTION_PRIORITY), *lines = argument_value(a, OPTION_LINES),
                   *since = argument_value(a, OPTION_SINCE);
        for (size_t i = 0; priority && i < PRIORITIES; i++)
                if (str_equal(priority, priority_names[i]))
                        n = (long long) i;
        if (priority && !str_equal(priority, priority_names[n]) && str_to_int(priority, 0, 7, &n) < 0)
                return error_set(reterr, -EINVAL,
                                 "--priority takes 0 to 7, or a name from emerg to debug, not \"%s\"",
                                 priority);
        query->priority = (int) n;
        n = 0;
        if (lines && str_to_int(lines, 1, 1000000, &n) < 0)
                return error_set(reterr, -EINVAL, "--lines takes a number from 1 on, not \"%s\"", lines);
        query->tail = (unsigned) n;
        if (since && (query->since = since_time(since)) == 0)
                return error_set(reterr, -EINVAL, "--since takes 30s, 10min, 2h or 3d, not \"%s\"", since);
        query->follow = a->given[OPTION_FOLLOW];
        return 0;
}

static int verb_logs_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        struct log_query query = {};
        int r = verb_logs_read_options(a, &query, &s->error);
        if (r < 0)
                return r;
        _cleanup_(service_freep) struct service *service = NULL;
        _cleanup_free_ char *unit = NULL;
        r = find_service(s, a->words[0], &service, &s->error);
        r = r < 0 ? r : unit_for(s, a->words[0], &unit, &s->error);
        if (r < 0)
                return r;
        query.unit = unit;
        query.container = service ? service->container : NULL;
        struct logs_reading reading = { .follow = query.follow, .json = s->json };
        _cleanup_(unit_detail_freep) struct unit_detail *detail = NULL;
        if (!service)
                session_show_unit(s, unit, &detail, &reading.missing);
        _cleanup_error_ struct error *missing = reading.missing;
        struct log_reader reader = { .lines = print_lines,
                                     .reached = verb_logs_reached,
                                     .failed = verb_logs_failed,
                                     .userdata = &reading };
        struct op *op = host_read_log(s->host, &query, &reader);
        while (op && !reading.over && sd_event_run(s->event, UINT64_MAX) >= 0)
                ;
        op_cancel(op);
        if (reading.error)
                return error_take(&s->error, reading.error);
        return missing && !reading.any ? error_take(&s->error, TAKE(missing)) : EXIT_DONE;
}

const struct verb logs_verb = {
        .name = "logs",
        .group = GROUP_SERVICES,
        .operands = "SERVICE|UNIT",
        .help = "show the log of a service (unit and container) or a unit",
        .takes = TAKES(OPTION_FOLLOW) | TAKES(OPTION_LINES) | TAKES(OPTION_PRIORITY) | TAKES(OPTION_SINCE),
        .json = true,
        .run = verb_logs_run,
};
