/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fairlead-realmd join|leave|sockets [OPTION]… [DOMAIN]: the command of plans for the image host/realmd
 * (backend/realm/realm.h). It asks this host's own realmd over D-Bus, prints realmd's messages as they come,
 * and exits with 0, or with 1 and a sentence. A password is read from standard input, never from the words.
 * TERM and INT cancel realmd's operation. "sockets" disables the socket units of SSSD that fail beside
 * sssd.conf (backend/realm/realmd.h), for fairlead-ipa-client as well. */
#include <locale.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-event.h>

#include "backend/realm/realmd.h"
#include "backend/systemd/bus.h"
#include "cli/out.h"
#include "cli/typed-secret.h"

struct program {
        bool mkhomedir, sockets;
        sd_event *event;
        struct realmd *realmd;
        struct error *error;
        bool newline;           /* the last output ended a line */
};

/* Words of realm from a label, or from `fairlead leave -- …`, mean the same here. */
static const char *const options[] = { "computer-ou",     "computer-name",   "membership-software",
                                       "client-software", "server-software", "os-name",
                                       "os-version",      "user-principal" };

static void realmd_main_usage(void) {
        out_note("usage: fairlead-realmd join|leave [--user USER | --credentials password|otp|none] "
                 "[--computer-ou OU] [--computer-name NAME]\n"
                 "       [--membership-software adcli|samba] [--mkhomedir] [--disable-sockets] [DOMAIN]\n"
                 "       fairlead-realmd sockets\n"
                 "A password is read from standard input.\n");
}

/* "--name VALUE" and "--name=VALUE"; *argv stays at the last word read. NULL: another option, or no value. */
static const char *realmd_main_value_of(char ***argv, const char *name) {
        const char *word = str_starts(**argv, "--"), *rest = word ? str_starts(word, name) : NULL;
        if (rest && *rest == '=')
                return rest + 1;
        return !rest || *rest || !(*argv)[1] ? NULL : *++*argv;
}

static int read_credentials(const char *word, struct realmd_order *order) {
        static const char *const words[] = {
                [REALMD_NOBODY] = "none", [REALMD_PASSWORD] = "password", [REALMD_ONE_TIME] = "otp"
        };
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (str_equal(word, words[i])) {
                        order->credentials = (enum realmd_credentials) i;
                        return 0;
                }
        return -EINVAL;
}

static int realmd_main_read_word(char ***argv, struct realmd_order *order, struct program *p) {
        const char *value;
        bool *flag = str_equal(**argv, "--mkhomedir")         ? &p->mkhomedir
                     : str_equal(**argv, "--disable-sockets") ? &p->sockets
                                                              : NULL;
        if (flag) {
                *flag = true;
                return 0;
        }
        if (STR_IN_SET(**argv, "-v", "--verbose", "--unattended", "--remove"))
                return 0;
        for (size_t i = 0; i < ELEMENTS(options); i++)
                if ((value = realmd_main_value_of(argv, options[i]))) {
                        strv_addf(&order->options, "%s=%s", options[i], value);
                        return 0;
                }
        if ((value = realmd_main_value_of(argv, "user"))) {
                order->user = value;
                return 0;
        }
        if ((value = realmd_main_value_of(argv, "credentials")))
                return read_credentials(value, order);
        if ((**argv)[0] == '-' || order->domain)
                return -EINVAL;
        order->domain = **argv;
        return 0;
}

/* A user's name means his password, unless something else was given. */
static int realmd_main_read_words(char **argv, struct realmd_order *order, struct program *p) {
        int r = 0;
        if (str_equal(argv[1], "leave"))
                order->action = REALMD_LEAVE;
        else if (!str_equal(argv[1], "join"))
                return -EINVAL;
        order->credentials = REALMD_NOBODY;
        for (char **word = argv + 2; r >= 0 && *word; word++) {
                if (str_starts(*word, "--user"))
                        order->credentials = REALMD_PASSWORD;
                r = realmd_main_read_word(&word, order, p);
        }
        return r >= 0 && order->credentials == REALMD_PASSWORD && str_empty(order->user) ? -EINVAL : r;
}

static int realmd_main_read_secret(const struct realmd_order *order, struct secret *secret) {
        if (order->credentials == REALMD_NOBODY)
                return 0;
        _cleanup_free_ char *title = str_printf(
                order->credentials == REALMD_PASSWORD ? "Password for %s" : "One-time password", order->user);
        int r = typed_secret(title, secret);
        if (r < 0)
                out_note("fairlead: No password came by standard input\n");
        return r;
}

static void realmd_main_close_doors(void) {
        const struct rlimit none = {};
        (void) setrlimit(RLIMIT_CORE, &none);
        (void) prctl(PR_SET_DUMPABLE, 0);
        umask(077);
}

/* ---- while it runs ---- */

static void on_said(const char *text, void *userdata) {
        struct program *p = userdata;
        out_text(text);
        fflush(stdout);
        p->newline = str_ends(text, "\n");
}

static void realmd_main_on_done(struct error *e, void *userdata) {
        struct program *p = userdata;
        p->error = e;
        (void) sd_event_exit(p->event, 0);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct program *p = userdata;
        realmd_cancel(p->realmd);
        return 0;
}

static int watch_signals(struct program *p) {
        static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
        sigset_t set;
        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTS(signals); i++)
                sigaddset(&set, signals[i]);
        int r = sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
        for (size_t i = 0; r >= 0 && i < ELEMENTS(signals); i++)
                r = sd_event_add_signal(p->event, NULL, signals[i], on_signal, p);
        return r;
}

static int carry_out(struct program *p, const struct realmd_order *order) {
        sd_bus *bus = NULL;
        int r = realmd_open(p->event, &bus, &p->error);
        if (r < 0)
                return r;
        p->realmd = realmd_new(bus, order, on_said, realmd_main_on_done, p);
        r = watch_signals(p);
        r = r < 0 ? r : sd_event_loop(p->event);
        if (r < 0)
                error_errno(&p->error, r, "realmd could not be asked");
        p->realmd = realmd_free(p->realmd);
        bus_close(bus);
        return r;
}

/* Missing parts for logins are reported, but no reason to leave again. */
static void realmd_main_settle(const struct program *p) {
        _cleanup_error_ struct error *e = NULL, *other = NULL;
        if (logins_settle("", p->mkhomedir, &e) < 0)
                out_error(e);
        if (p->sockets && logins_sockets_off("", &other) < 0)
                out_error(other);
}

static int realmd_main_sockets(void) {
        _cleanup_error_ struct error *e = NULL;
        if (logins_sockets_off("", &e) < 0)
                out_error(e);
        return e ? 1 : 0;
}

int main(int argc, char **argv) {
        _cleanup_(secret_freep) struct secret *secret = secret_new("password");
        struct realmd_order order = { .secret = secret };
        struct program p = { .newline = true };
        int status = 2;
        realmd_main_close_doors();
        setlocale(LC_CTYPE, "C.UTF-8");
        signal(SIGPIPE, SIG_IGN);
        if (argc == 2 && str_equal(argv[1], "sockets"))
                return realmd_main_sockets();
        if (argc < 2 || realmd_main_read_words(argv, &order, &p) < 0)
                realmd_main_usage();
        else if (realmd_main_read_secret(&order, secret) >= 0 && sd_event_new(&p.event) >= 0) {
                (void) carry_out(&p, &order);
                if (!p.error && order.action == REALMD_JOIN)
                        realmd_main_settle(&p);
                if (!p.newline)
                        out("\n");
                if (p.error)
                        out_error(p.error);
                else
                        out("This host has %s\n",
                            order.action == REALMD_JOIN ? "joined the domain" : "left the domain");
                status = p.error ? 1 : 0;
        } else
                status = 1;
        error_free(p.error);
        sd_event_unref(p.event);
        strv_free(order.options);
        return fflush(stdout) != 0 && status == 0 ? 1 : status;
}
