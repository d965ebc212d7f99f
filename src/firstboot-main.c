/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fairlead-firstboot [OPTION]…: the supervisor of first boot (backend/console/firstboot.h), started by
 * fairlead-firstboot.service. It prints for the journal: a level in angle brackets, then a sentence. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/console/answering.h"
#include "backend/console/cmdline.h"
#include "backend/console/done.h"
#include "backend/console/firstboot.h"
#include "backend/console/stick.h"
#include "backend/systemd/bus.h"
#include "cli/out.h"
#include "config.h"

#define EXIT_AGAIN 75 /* EX_TEMPFAIL: offered again at the next boot */
#define SECOND 1000000ULL
#define SECONDS_MAX (7LL * 24 * 60 * 60)

struct order {
        char **program, **consoles;
        long long timeout;
        bool restore, manual, help;
};

enum option {
        OPTION_CONSOLE,
        OPTION_HELP,
        OPTION_MANUAL,
        OPTION_PROGRAM,
        OPTION_RESTORE,
        OPTION_TIMEOUT,
        _OPTION_MAX,
};

static const struct {
        const char *name, *value, *help;
} options[_OPTION_MAX] = {
        [OPTION_CONSOLE] = { "--console", "NAME",
                             "Offer setup on this terminal, too, as ttyS1; may be given several times" },
        [OPTION_HELP] = { "--help", NULL, "Print the options" },
        [OPTION_MANUAL] = { "--manual", NULL, "Print the manual page" },
        [OPTION_PROGRAM] = { "--program", "COMMAND",
                             "Run this where Enter was pressed: words, the first an absolute path" },
        [OPTION_RESTORE] = { "--restore", NULL, "Only restore the messages of a process that was killed" },
        [OPTION_TIMEOUT] = { "--timeout", "SECONDS",
                             "Wait so long for Enter before the normal login comes; 0 waits for ever" },
};

static const struct {
        const char *word, *help;
} kernel_words[] = {
        { "fairlead.firstboot=no", "No setup is offered in this boot." },
        { "fairlead.firstboot.timeout=SECONDS", "As --timeout, and before it." },
        { "fairlead.console=NAME[,NAME]", "As --console." },
        { "systemd.firstboot=no, systemd.firstboot=headless",
          "Nobody is there to be asked: no setup is offered in this boot." },
        { "systemd.tty.term.NAME=, systemd.tty.rows.NAME=, systemd.tty.columns.NAME=",
          "TERM and the size of that terminal. Else TERM is linux on a virtual terminal and vt220 on every "
          "other one, and a terminal on a line is asked for its size." },
};

static void firstboot_main_usage(void) {
        out("usage: fairlead-firstboot [OPTION]…\n");
        for (int i = 0; i < _OPTION_MAX; i++)
                out("  %s%s%s%*s%s\n", options[i].name, options[i].value ? " " : "",
                    options[i].value ? options[i].value : "",
                    (int) (22 - strlen(options[i].name) -
                           (options[i].value ? strlen(options[i].value) + 1 : 0)),
                    "", options[i].help);
}

/* ---- the manual page, from the tables ---- */

static void firstboot_main_put(const char *text) {
        _cleanup_str_ struct str s = {};
        for (; *text; text++)
                str_addf(&s, *text == '-' ? "\\%c" : "%c", *text);
        out_text(s.text);
}

static void firstboot_main_term(const char *term, const char *value, const char *help) {
        out(".TP\n.B ");
        firstboot_main_put(term);
        out("%s%s\n", value ? " " : "", value ? value : "");
        firstboot_main_put(help);
        out("\n");
}

static void firstboot_main_manual(void) {
        out(".TH FAIRLEAD\\-FIRSTBOOT 8 \"\" \"fairlead %s\"\n.SH NAME\n"
            "fairlead\\-firstboot, fairlead\\-firstboot.service \\- offer to set this host up, on every "
            "console\n"
            ".SH SYNOPSIS\n.B fairlead\\-firstboot.service\n.br\n"
            ".B /usr/libexec/fairlead/fairlead\\-firstboot\n[OPTION\\&...]\n"
            ".SH DESCRIPTION\n"
            "Before the first login each console of a new host offers to set it up. Where Enter is pressed "
            "first, the pages of \"fairlead firstboot\" come; the other consoles say where they are. When "
            "nobody presses Enter within %u s, the normal login comes, and the offer again at the next "
            "boot.\n.PP\n"
            "Meanwhile no messages of systemd and the kernel are printed on the consoles. When the line is "
            "lost, or the pages end by an error, they are offered again, %u times at most after errors; "
            "then the normal login comes. What the pages have begun goes on: each change is a job of its "
            "own.\n.PP\n"
            "Nothing is offered on a host that cloud\\-init or Ignition provisioned, and none in a "
            "container. The journal has the reason: journalctl \\-u fairlead\\-firstboot.\n",
            VERSION, FIRSTBOOT_TIMEOUT_SECONDS, FIRSTBOOT_FAILURES_MAX);
        out(".SH ANSWER FILES\n"
            "Before anything is offered an answer file is looked for: the credential "
            ANSWERING_CREDENTIAL " (of SMBIOS, the kernel's command line, the initrd or a container's host), "
            "then " STICK_FILE " on a file system with the label " STICK_LABEL ", which may also be put in "
            "while setup is offered. It is mounted read\\-only and for this process alone; the file, and "
            "the archives of images that it names (oci\\-archive:FILE, relative to its folder), are copied "
            "into /var/lib/fairlead/" ANSWERING_FOLDER ". Then \"fairlead firstboot \\-\\-answers\" "
            "carries it out with nobody asked, in %u min at most; firstboot.md in fairlead's documents has "
            "its members.\n.PP\n"
            "One that is wrong is refused with its line and the reason, on all consoles and in the journal, "
            "before anything is changed; then setup is offered. One that was carried out is not carried out "
            "again, whatever came of it, so that the stick may stay in. With systemd.firstboot=headless an "
            "answer file is carried out, and nothing is offered.\n",
            ANSWERING_LIMIT_SECONDS / 60);
        out(".SH OPTIONS\n");
        for (int i = 0; i < _OPTION_MAX; i++) {
                _cleanup_free_ char *help = str_printf("%s.", options[i].help);
                firstboot_main_term(options[i].name, options[i].value, help);
        }
        out(".SH KERNEL COMMAND LINE\n");
        for (size_t i = 0; i < ELEMENTS(kernel_words); i++)
                firstboot_main_term(kernel_words[i].word, NULL, kernel_words[i].help);
        out(".SH EXIT STATUS\n");
        firstboot_main_term("0", NULL,
                            "Setup was finished or skipped for good, or there is none on this host.");
        firstboot_main_term("1", NULL, "The pages ended by an error again and again.");
        firstboot_main_term("75", NULL, "It is offered again at the next boot.");
        out(".PP\nIt goes by the status of the pages: %d: finished, %d: later, %d: never.\n",
            FIRSTBOOT_EXIT_FINISHED, FIRSTBOOT_EXIT_LATER, FIRSTBOOT_EXIT_NEVER);
        out(".SH FILES\n.TP\n.I /var/lib/fairlead/" DONE_NAME
            "\nWhat came of it, where, and when. Remove it to have setup offered again.\n"
            ".TP\n.I /var/lib/fairlead/" DONE_ANSWERS_NAME
            "\nAnswer files that were carried out, by their SHA\\-256. Remove it to have them carried out "
            "again.\n"
            ".SH SEE ALSO\n.BR fairlead (8),\n.BR systemd\\-firstboot (1),\n.BR kernel\\-command\\-line "
            "(7)\n");
}

/* ---- arguments ---- */

static int firstboot_main_seconds(const char *text, long long *ret) {
        return str_to_int(text, 0, SECONDS_MAX, ret);
}

static int firstboot_main_take(struct order *order, enum option option, const char *value) {
        switch (option) {
        case OPTION_CONSOLE: strv_add(&order->consoles, value); return 0;
        case OPTION_HELP: order->help = true; return 0;
        case OPTION_MANUAL: order->manual = true; return 0;
        case OPTION_PROGRAM:
                order->program = strv_free(order->program);
                order->program = strv_split(value, " ");
                return order->program && order->program[0] && order->program[0][0] == '/' ? 0 : -EINVAL;
        case OPTION_RESTORE: order->restore = true; return 0;
        case OPTION_TIMEOUT: return firstboot_main_seconds(value, &order->timeout);
        default: return -EINVAL;
        }
}

/* "--name VALUE" and "--name=VALUE". */
static int firstboot_main_read(char **argv, struct order *order) {
        int r = 0;
        for (char **word = argv + 1; r >= 0 && *word; word++) {
                enum option option = 0;
                const char *rest = NULL;
                for (; option < _OPTION_MAX; option++)
                        if ((rest = str_starts(*word, options[option].name)) && (!*rest || *rest == '='))
                                break;
                if (option == _OPTION_MAX || (*rest && !options[option].value))
                        return -EINVAL;
                const char *value = *rest ? rest + 1 : options[option].value ? *++word : "";
                r = value ? firstboot_main_take(order, option, value) : -EINVAL;
        }
        return r;
}

/* ---- the work ---- */

struct work {
        sd_event *event;
        struct firstboot *boot;
        enum firstboot_end end;
};

static void firstboot_main_log(enum firstboot_level level, const char *sentence, void *userdata) {
        out_note("<%d>%s\n", (int) level, sentence);
}

static void firstboot_main_ended(enum firstboot_end end, void *userdata) {
        struct work *work = userdata;
        work->end = end;
        (void) sd_event_exit(work->event, 0);
}

static int firstboot_main_on_signal(sd_event_source *source, const struct signalfd_siginfo *info,
                                    void *userdata) {
        struct work *work = userdata;
        firstboot_stop(work->boot);
        return 0;
}

static void firstboot_main_signals(struct work *work) {
        static const int signals[] = { SIGTERM, SIGINT };
        sigset_t set;
        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTS(signals); i++)
                sigaddset(&set, signals[i]);
        (void) sigprocmask(SIG_BLOCK, &set, NULL);
        for (size_t i = 0; i < ELEMENTS(signals); i++)
                (void) sd_event_add_signal(work->event, NULL, signals[i], firstboot_main_on_signal, work);
}

static void firstboot_main_restored(enum mute_way way, void *userdata) {
        struct work *work = userdata;
        (void) sd_event_exit(work->event, 0);
}

static int firstboot_main_restore(struct work *work, sd_bus *bus) {
        const struct mute_options mute = {
                .event = work->event, .paths = &paths_default, .bus = bus, .manager = 1
        };
        _cleanup_(mute_freep) struct mute *left = mute_left(&mute);
        if (!left)
                return 0;
        mute_restore(left, firstboot_main_restored, work);
        return sd_event_loop(work->event) < 0 ? 1 : 0;
}

/* The word of whoever boots it comes before that of the unit. */
static uint64_t firstboot_main_timeout(const struct order *order) {
        _cleanup_strv_ char **words = cmdline_read("");
        const char *value = cmdline_value(words, "fairlead.firstboot.timeout");
        long long seconds = order->timeout;
        if (value && firstboot_main_seconds(value, &seconds) < 0)
                seconds = order->timeout;
        return (uint64_t) seconds * SECOND;
}

static int firstboot_main_work(struct work *work, const struct order *order, sd_bus *bus) {
        static const char *const pages[] = { PROGRAM_PATH, "firstboot", NULL };
        const struct firstboot_options o = {
                .paths = &paths_default,
                .bus = bus,
                .manager = 1,
                .program = order->program ? order->program : (char **) pages,
                .answers_program = (char **) pages,
                .credentials = getenv("CREDENTIALS_DIRECTORY"),
                .mount = stick_mount,
                .consoles = order->consoles,
                .timeout_usec = firstboot_main_timeout(order),
                .repeat_usec = FIRSTBOOT_REPEAT_SECONDS * SECOND,
                .log = firstboot_main_log,
                .ended = firstboot_main_ended,
                .userdata = work,
        };
        work->boot = firstboot_new(work->event, &o);
        firstboot_main_signals(work);
        int r = sd_event_loop(work->event);
        work->boot = firstboot_free(work->boot);
        if (r < 0)
                return 1;
        switch (work->end) {
        case FIRSTBOOT_FINISHED:
        case FIRSTBOOT_NEVER:
        case FIRSTBOOT_UNWANTED: return 0;
        case FIRSTBOOT_FAILED: return 1;
        default: return EXIT_AGAIN;
        }
}

int main(int argc, char **argv) {
        const struct rlimit none = {};
        struct order order = { .timeout = FIRSTBOOT_TIMEOUT_SECONDS };
        struct work work = { .end = FIRSTBOOT_FAILED };
        sd_bus *bus = NULL;
        int status = 2;
        (void) setrlimit(RLIMIT_CORE, &none);
        umask(077);
        signal(SIGPIPE, SIG_IGN);
        if (firstboot_main_read(argv, &order) < 0)
                out_note("usage: fairlead-firstboot [OPTION]…; --help prints the options\n");
        else if (order.help) {
                firstboot_main_usage();
                status = 0;
        } else if (order.manual) {
                firstboot_main_manual();
                status = 0;
        } else if (sd_event_new(&work.event) >= 0) {
                (void) bus_open(work.event, &bus, NULL);
                status = order.restore ? firstboot_main_restore(&work, bus)
                                       : firstboot_main_work(&work, &order, bus);
        }
        bus_close(bus);
        sd_event_unref(work.event);
        STRV_FREE_ALL(order.program, order.consoles);
        return fflush(stdout) != 0 && status == 0 ? 1 : status;
}
