/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/signal.h"

#include <signal.h>
#include <strings.h>

#include "base/base.h"

const struct signal_row signal_rows[] = {
        { SIGHUP, "Many daemons read their configuration again, others end" },
        { SIGTERM, "Asks it to end; systemd may count that as a stop" },
        { SIGINT, "As Ctrl-C on a terminal" },
        { SIGQUIT, "Ends it with a core dump" },
        { SIGUSR1, "Its own meaning: its manual page says which" },
        { SIGUSR2, "Its own meaning: its manual page says which" },
        { SIGWINCH, "Its own meaning; web servers end their idle processes" },
        { SIGCONT, "Lets it run again after STOP" },
        { SIGSTOP, "Halts it where it is, until CONT" },
        { SIGKILL, "Ends it at once: nothing is saved" },
};
const unsigned signal_rows_n = ELEMENTS(signal_rows);

int signal_from_text(const char *text, struct error **reterr) {
        const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
        long long number;
        if (str_to_int(text, 1, SIGRTMAX, &number) >= 0)
                return (int) number;
        if (strncasecmp(name, "RTMIN+", 6) == 0 && str_to_int(name + 6, 0, SIGRTMAX - SIGRTMIN, &number) >= 0)
                return SIGRTMIN + (int) number;
        for (int i = 1; i < SIGRTMIN; i++) {
                const char *known = sigabbrev_np(i);
                if (known && strcasecmp(known, name) == 0)
                        return i;
        }
        error_set(reterr, -EINVAL, "\"%.40s\" is not the name of a signal", text);
        return error_hint(reterr,
                          "Names are HUP, TERM, KILL, USR1, RTMIN+1, …, or numbers: kill -l lists them");
}

char *signal_text(int number) {
        const char *name = sigabbrev_np(number);
        return name                 ? str_printf("SIG%s", name)
               : number >= SIGRTMIN ? str_printf("SIGRTMIN+%d", number - SIGRTMIN)
                                    : str_printf("signal %d", number);
}
