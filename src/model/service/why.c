/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/why.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/text.h"

#define QUOTE_CELLS 300U

struct status_row {
        int status;
        const char *text;
        const char *hint;
};

/* Only statuses that need another reaction than "status N". */
static const struct status_row statuses[] = {
        { 125, NULL,
          "If it runs a container: 125 is the engine's own failure, its log names it (image, "
          "option, name)" },
        { 126, NULL,
          "126: a program was found but could not be run (not executable, or wrong architecture)" },
        { 127, NULL, "127: a program was not found, in the container if it runs one" },
        { 200, "its working directory could not be entered", "Look at WorkingDirectory= in its unit file" },
        { 203, "its program could not be executed",
          "Is the program of ExecStart= there, executable, and for this machine?" },
        { 209, "its output could not be connected", "Look at StandardOutput= in its unit file" },
        { 210, "its root directory could not be entered", "Look at RootDirectory= in its unit file" },
        { 216, "its group does not exist", "Look at Group= in its unit file" },
        { 217, "its user does not exist", "Look at User= in its unit file" },
        { 226, "its own view of the files could not be set up",
          "Look at the paths of ReadWritePaths=, BindPaths= and the like" },
        { 238, "its state directory could not be made", "Look at StateDirectory= in its unit file" },
        { 243, "its credentials could not be set up", "Look at LoadCredential= in its unit file" },
};

static const struct status_row *find_status(const struct unit_detail *now) {
        if (now->exit_code != CLD_EXITED || !str_equal(now->result, "exit-code"))
                return NULL;
        for (size_t i = 0; i < ELEMENTS(statuses); i++)
                if (statuses[i].status == now->exit_status)
                        return &statuses[i];
        return NULL;
}

static const struct {
        const char *result;
        const char *text;
        const char *hint; /* NULL: the log */
} results[] = {
        { "timeout", "it took longer than its unit file allows",
          "TimeoutStartSec= and TimeoutStopSec= are the limits" },
        { "watchdog", "it stopped giving signs of life to systemd's watchdog", NULL },
        { "start-limit-hit", "it was started too often in too short a time",
          "Find out why it ends at once, then reset it (reset-failed) and start it" },
        { "oom-kill", "the kernel ended it because memory ran out",
          "Give it more memory (MemoryMax=), or the host" },
        { "resources", "systemd could not set up what it needs", NULL },
        { "protocol", "it did not report to systemd as its unit file says",
          "Type= in its unit file does not fit the program" },
        { "exec-condition", "a check before its start said no", "See ExecCondition= in its unit file" },
        { "exit-code", "one of its commands failed", NULL },
        { "signal", "one of its commands was killed", NULL },
        { "core-dump", "one of its commands crashed", NULL },
};

char *unit_why_text(const struct unit_detail *now) {
        const struct status_row *row = find_status(now);
        if (row && row->text)
                return xstrdup(row->text);
        if (now->load_error && !str_equal(now->unit.load, "loaded"))
                return str_printf("its unit file cannot be used: %s", now->load_error);
        if (now->exit_code == CLD_EXITED && now->exit_status != 0 && str_equal(now->result, "exit-code"))
                return str_printf("its main process ended with status %d", now->exit_status);
        bool crashed = now->exit_code == CLD_DUMPED && str_equal(now->result, "core-dump");
        if (crashed || (now->exit_code == CLD_KILLED && str_equal(now->result, "signal"))) {
                const char *name = sigabbrev_np(now->exit_status);
                return str_printf(crashed ? "its main process crashed with signal %s%s"
                                          : "its main process was killed by signal %s%s",
                                  name ? "SIG" : "", name ? name : "?");
        }
        for (size_t i = 0; i < ELEMENTS(results); i++)
                if (str_equal(results[i].result, now->result))
                        return xstrdup(results[i].text);
        return str_empty(now->result) || str_equal(now->result, "success")
                       ? xstrdup("systemd does not say why")
                       : str_printf("systemd calls it \"%s\"", now->result);
}

char *unit_why_quote(const char *why) {
        _cleanup_str_ struct str clean = {};
        text_clean(&clean, why, strlen(why), QUOTE_CELLS, TEXT_UTF8, false);
        return str_printf("Its log says: %s", clean.text + strspn(clean.text, " "));
}

/* NULL: the log is all there is. */
static const char *why_advice(const struct unit_detail *now) {
        const struct status_row *row = find_status(now);
        if (row)
                return row->status == 125 && now->why ? NULL : row->hint;
        if (str_equal(now->unit.load, "masked"))
                return "It is masked, so nothing can start it: unmask it first";
        if (str_equal(now->unit.load, "bad-setting") || str_equal(now->unit.load, "error"))
                return "systemd-analyze verify says what is wrong in its unit file";
        for (size_t i = 0; i < ELEMENTS(results); i++)
                if (str_equal(results[i].result, now->result) && results[i].hint)
                        return results[i].hint;
        return NULL;
}

char *unit_why_hint(const struct unit_detail *now) {
        const char *advice = why_advice(now);
        if (!now->why)
                return xstrdup(advice ? advice : "The last lines of its log say why");
        _cleanup_free_ char *quote = unit_why_quote(now->why);
        return advice ? str_printf("%s. %s", quote, advice) : TAKE(quote);
}

/* systemd did its part, the unit did not: its own reason is the sentence. */
static int why_failed(const char *name, enum unit_action action, const struct unit_detail *now,
                      struct error **reterr) {
        _cleanup_free_ char *why = now ? unit_why_text(now) : NULL;
        error_set(reterr, -EIO, why ? "%s did not %s: %s" : "%s did not %s", name, unit_action_name(action),
                  why);
        _cleanup_free_ char *hint = now ? unit_why_hint(now) : NULL;
        error_hint(reterr, "%s", hint ? hint : "The last lines of its log say why");
        return -EIO;
}

static const struct {
        const char *result;
        int code;
        const char *tail; /* of "NAME did not VERB" */
        const char *hint;
} job_results[] = {
        { "canceled", -ECANCELED, ": the job was cancelled",
          "Somebody else asked for something else at the same time: look at its state" },
        { "timeout", -ETIMEDOUT, " in time",
          "It may wait for another unit (network, mount, device): its dependencies and its log say why" },
        { "dependency", -EIO, ": a unit it needs failed", "Look at the units it requires" },
        { "invalid", -ENOEXEC, ": it does not run", "Start it first" },
        { "assert", -EIO, ": something its unit file insists on (Assert…=) is missing", NULL },
        { "unsupported", -EOPNOTSUPP, ": this host cannot run units of its kind", NULL },
        { "collected", -EIO, ": it is gone", NULL },
        { "once", -EIO, ": it may run only once in each boot", NULL },
        { "frozen", -EBUSY, ": it is frozen", "Thaw it first: systemctl thaw" },
        { "concurrency", -EBUSY, ": too many units of its slice run", NULL },
};

int unit_why(const char *name, enum unit_action action, const char *result, const struct unit_detail *now,
             struct error **reterr) {
        for (size_t i = 0; result && i < ELEMENTS(job_results); i++)
                if (str_equal(job_results[i].result, result)) {
                        error_set(reterr, job_results[i].code, "%s did not %s%s", name,
                                  unit_action_name(action), job_results[i].tail);
                        _cleanup_free_ char *quote = now && now->why ? unit_why_quote(now->why) : NULL;
                        error_hint(reterr, "%s",
                                   quote                 ? quote
                                   : job_results[i].hint ? job_results[i].hint
                                                         : "Its log may say more");
                        return job_results[i].code;
                }
        if (result && !str_equal(result, "done") && !str_equal(result, "skipped"))
                return why_failed(name, action, now, reterr);
        /* A job is done when systemd has done its part; only the unit's state shows that the program ended
         * right afterwards or that its start was skipped. After a stop "failed" means that the unit had to be
         * killed: it is stopped all the same. */
        if (!now || action == UNIT_STOP)
                return 0;
        if (str_equal(now->unit.active, "failed"))
                return why_failed(name, action, now, reterr);
        bool starts = action == UNIT_START || action == UNIT_RESTART;
        if (starts && str_equal(now->unit.active, "inactive") && now->condition_time && !now->condition_met) {
                error_set(reterr, -ENOEXEC, "%s was not started: a condition in its unit file is not met",
                          name);
                error_hint(reterr, "See the lines Condition…= in its unit file");
                return -ENOEXEC;
        }
        return 0;
}
