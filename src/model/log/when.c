/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/log/when.h"

#include <time.h>

#define WHEN_SPAN_MAX 1000000
#define SECOND 1000000LL

static const struct {
        const char *word;
        int64_t seconds;
} when_units[] = {
        { "s", 1 }, { "sec", 1 }, { "second", 1 }, { "seconds", 1 },
        { "m", 60 }, { "min", 60 }, { "minute", 60 }, { "minutes", 60 },
        { "h", 3600 }, { "hour", 3600 }, { "hours", 3600 },
        { "d", 86400 }, { "day", 86400 }, { "days", 86400 },
        { "w", 604800 }, { "week", 604800 }, { "weeks", 604800 },
};

/* "-2h", "2h", "2 hours ago": before now. */
static bool when_span(const char *text, int64_t now, int64_t *ret) {
        if (*text == '-')
                text++;
        size_t digits = strspn(text, "0123456789");
        _cleanup_free_ char *number = xstrndup(text, digits);
        _cleanup_strv_ char **words = strv_split(text + digits, " ");
        long long n;
        size_t length = strv_length(words);
        if (str_to_int(number, 0, WHEN_SPAN_MAX, &n) < 0 || length < 1 || length > 2 ||
            (length == 2 && !str_equal_nocase(words[1], "ago")))
                return false;
        for (size_t i = 0; i < ELEMENTS(when_units); i++)
                if (str_equal_nocase(words[0], when_units[i].word)) {
                        *ret = now - n * when_units[i].seconds * SECOND;
                        return true;
                }
        return false;
}

/* The beginning of the day that is `days` after now's. */
static struct tm when_day(int64_t now, int days) {
        time_t seconds = (time_t) (now / SECOND);
        struct tm tm = {};
        localtime_r(&seconds, &tm);
        tm.tm_mday += days;
        tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
        return tm;
}

/* tm with a day in it; mktime(3) would make the 2nd of March of the 30th of February. */
static bool when_take(struct tm tm, int64_t *ret) {
        tm.tm_isdst = -1;
        struct tm made = tm;
        time_t seconds = mktime(&made);
        if (seconds < 0)
                return false;
        *ret = (int64_t) seconds * SECOND;
        return true;
}

/* Reads "10:00" or "10:00:30"; *text behind it. */
static bool when_clock(const char **text, struct tm *tm) {
        int end = 0, hour, minute, second = 0;
        if (sscanf(*text, "%2d:%2d%n", &hour, &minute, &end) < 2 || !end)
                return false;
        *text += end;
        end = 0;
        if (sscanf(*text, ":%2d%n", &second, &end) == 1 && end)
                *text += end;
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
                return false;
        tm->tm_hour = hour;
        tm->tm_min = minute;
        tm->tm_sec = second;
        return true;
}

/* Reads "2026-11-29"; *text behind it. */
static bool when_date(const char **text, struct tm *tm) {
        static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
        int end = 0, year, month, day;
        if (sscanf(*text, "%4d-%2d-%2d%n", &year, &month, &day, &end) < 3 || !end || year < 1970 ||
            month < 1 || month > 12 || day < 1 || day > days[month - 1])
                return false;
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (month == 2 && day == 29 && !leap)
                return false;
        *tm = (struct tm) { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
        *text += end;
        return true;
}

/* *ret_day: the text names a day without an hour. */
static bool when_read(const char *text, int64_t now, int64_t *ret, bool *ret_day) {
        long long epoch;
        *ret_day = false;
        if (str_equal_nocase(text, "now")) {
                *ret = now;
                return true;
        }
        if (*text == '@' && str_to_int(text + 1, 0, INT64_MAX / SECOND, &epoch) == 0) {
                *ret = epoch * SECOND;
                return true;
        }
        if (when_span(text, now, ret))
                return true;
        struct tm tm = when_day(now, 0);
        bool today = strncasecmp(text, "today", 5) == 0, yesterday = strncasecmp(text, "yesterday", 9) == 0;
        if (yesterday)
                tm = when_day(now, -1);
        bool day = today || yesterday;
        text += today ? 5 : yesterday ? 9 : 0;
        if (!day)
                day = when_date(&text, &tm);
        if (day && (*text == ' ' || *text == 'T'))
                text += strspn(text, " T");
        bool hour = *text && when_clock(&text, &tm);
        *ret_day = day && !hour;
        return (day || hour) && !*text && when_take(tm, ret);
}

static char *when_trimmed(const char *text, size_t n) {
        while (n && *text == ' ') {
                text++;
                n--;
        }
        while (n && text[n - 1] == ' ')
                n--;
        return xstrndup(text, n);
}

static int when_refuse(const char *text, struct error **reterr) {
        error_set(reterr, -EINVAL, "\"%.60s\" is not a time", text);
        error_hint(reterr, "Times are typed as 2026-11-29 10:00, 2026-11-29, 10:00, -2h, today or "
                           "yesterday");
        return -EINVAL;
}

int when_parse(const char *text, int64_t now, int64_t *ret, struct error **reterr) {
        bool day;
        _cleanup_free_ char *trimmed = when_trimmed(text, strlen(text));
        return when_read(trimmed, now, ret, &day) ? 0 : when_refuse(trimmed, reterr);
}

int when_parse_range(const char *text, int64_t now, int64_t *ret_since, int64_t *ret_until,
                     struct error **reterr) {
        *ret_since = *ret_until = 0;
        _cleanup_free_ char *padded = str_printf(" %s ", text);
        const char *to = strcasestr(padded, " to "), *dots = strstr(padded, "..");
        size_t gap = to ? 4 : 2;
        const char *between = to ? to : dots;
        size_t before = between ? (size_t) (between - padded) : strlen(padded);
        _cleanup_free_ char *from = when_trimmed(padded, before), *until = xstrdup("");
        if (between) {
                free(until);
                until = when_trimmed(between + gap, strlen(between + gap));
        }
        bool day = false;
        if (*from && !when_read(from, now, ret_since, &day))
                return when_refuse(from, reterr);
        if (!*until)
                return 0;
        if (!when_read(until, now, ret_until, &day))
                return when_refuse(until, reterr);
        if (day)
                *ret_until += 86400 * SECOND - 1;
        if (*ret_since && *ret_until <= *ret_since)
                return error_set(reterr, -EINVAL, "The time \"%.60s\" is not after \"%.60s\"", until, from);
        return 0;
}
