/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the place of fairlead-worker in a host of the lab, and runs the real one: struck, once for each order in /run/strike.
 *
 *     /run/strike/order       lines: how (list, before, after, error, short), call, nth, errno, lasting (0 or 1)
 *     /run/strike/list        what a listed worker called: "NTH CALL"
 *     /run/strike/result      "struck STATUS", or "missed STATUS": the call was not made
 *
 * Without an order the real worker is run as it is. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kill.d/strike.h"

#define FOLDER "/run/strike"

static void list(const char *call, unsigned nth, void *userdata) {
        fprintf(userdata, "%u %s\n", nth, call);
}

static bool read_line(FILE *f, char *line, size_t n) {
        if (!fgets(line, (int) n, f))
                return false;
        line[strcspn(line, "\n")] = '\0';
        return true;
}

static int how_from(const char *word) {
        static const char *const words[] = { "list", "before", "after", "error", "short" };
        for (int i = 0; i < 5; i++)
                if (strcmp(word, words[i]) == 0)
                        return i;
        return -1;
}

static bool read_order(struct strike_options *o, char call[static PATH_MAX]) {
        char how[16], number[16];
        /* Another worker, that of the undo say, is not struck by the same order. */
        if (rename(FOLDER "/order", FOLDER "/taken") < 0)
                return false;
        FILE *f = fopen(FOLDER "/taken", "re");
        if (!f)
                return false;
        bool ok = read_line(f, how, sizeof how) && how_from(how) >= 0;
        o->how = ok ? (enum strike_how) how_from(how) : STRIKE_NOT;
        if (ok && o->how != STRIKE_NOT) {
                ok = read_line(f, call, PATH_MAX) && read_line(f, number, sizeof number);
                o->at = (struct strike_point) { call, (unsigned) atoi(number) };
                if (read_line(f, number, sizeof number))
                        o->error = atoi(number);
                if (read_line(f, number, sizeof number))
                        o->lasting = atoi(number);
        }
        fclose(f);
        return ok;
}

int main(int argc, char **argv) {
        char real[PATH_MAX], call[PATH_MAX];
        bool struck = false;
        struct strike_options options = { .ret_struck = &struck };
        ssize_t n = readlink("/proc/self/exe", real, sizeof real - 8);
        if (n < 0)
                return 126;
        strcpy(real + n, ".real");
        argv[0] = real;
        if (!read_order(&options, call)) {
                execv(real, argv);
                return 127;
        }
        FILE *calls = options.how == STRIKE_NOT ? fopen(FOLDER "/list", "we") : NULL;
        if (calls) {
                options.seen = list;
                options.userdata = calls;
        }
        int status = strike(&options, argv);
        if (calls)
                fclose(calls);
        FILE *result = fopen(FOLDER "/result.new", "we");
        if (result) {
                fprintf(result, "%s %d\n", struck ? "struck" : "missed", status);
                fclose(result);
                (void) rename(FOLDER "/result.new", FOLDER "/result");
        }
        if (WIFSIGNALED(status)) {
                signal(WTERMSIG(status), SIG_DFL);
                raise(WTERMSIG(status));
        }
        return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
