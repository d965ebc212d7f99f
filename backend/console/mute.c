/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/mute.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "backend/console/cmdline.h"
#include "backend/io/files.h"
#include "backend/systemd/bus.h"
#include "base/ini.h"
#include "base/readfile.h"

#define VARLINK_SOCKET "/run/systemd/io.systemd.MuteConsole"
#define VARLINK_CALL "{\"method\":\"io.systemd.MuteConsole.Mute\",\"parameters\":{},\"more\":true}"
#define PRINTK "/proc/sys/kernel/printk"
#define LEFT_NAME "console-mute"
#define WAIT_USEC (2U * 1000 * 1000)
#define ANSWER_BYTES 512U
/* of systemd(1) */
#define SIGNAL_STATUS_ON (SIGRTMIN + 20)
#define SIGNAL_STATUS_OFF (SIGRTMIN + 21)

struct mute {
        struct mute_options options;
        enum mute_way way;
        int printk; /* what it was; -1: untouched */
        bool restoring;
        void (*done)(enum mute_way way, void *userdata);
        void *userdata;
        int fd;   /* of varlink */
        size_t n; /* of its answer */
        char answer[ANSWER_BYTES];
        sd_event_source *io, *timer;
        sd_bus_slot *slot;
};

static const char *const mute_ways[] = {
        [MUTE_NONE] = "none",
        [MUTE_VARLINK] = "varlink",
        [MUTE_BUS] = "bus",
        [MUTE_SIGNAL] = "signal",
};

static struct mute *mute_make(const struct mute_options *options) {
        struct mute *mute = new0(struct mute);
        *mute = (struct mute) { .options = *options, .printk = -1, .fd = -1 };
        return mute;
}

static void mute_quit(struct mute *mute) {
        mute->io = sd_event_source_disable_unref(mute->io);
        mute->timer = sd_event_source_disable_unref(mute->timer);
        mute->slot = sd_bus_slot_unref(mute->slot);
}

struct mute *mute_free(struct mute *mute) {
        if (!mute)
                return NULL;
        mute_quit(mute);
        if (mute->fd >= 0)
                close(mute->fd);
        free(mute);
        return NULL;
}

/* ---- what it was, for somebody else ---- */

static int mute_folder(const struct mute *mute) {
        (void) mkdir(mute->options.paths->run, 0700);
        return open(mute->options.paths->run, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static void mute_record(const struct mute *mute) {
        _cleanup_close_ int folder = mute_folder(mute);
        _cleanup_free_ char *text =
                str_printf("status = %s\nprintk = %d\n", mute_ways[mute->way], mute->printk);
        if (folder >= 0)
                (void) files_write(folder, LEFT_NAME, text, strlen(text), 0600, NULL);
}

static void mute_forget(const struct mute *mute) {
        _cleanup_close_ int folder = mute_folder(mute);
        if (folder >= 0)
                (void) files_remove(folder, LEFT_NAME, NULL);
}

struct mute *mute_left(const struct mute_options *options) {
        _cleanup_free_ char *path = str_printf("%s/" LEFT_NAME, options->paths->run),
                            *text = paths_read("", path, NULL),
                            *status = text ? ini_value(text, NULL, "status") : NULL,
                            *printk = text ? ini_value(text, NULL, "printk") : NULL;
        long long level = -1;
        if (!text)
                return NULL;
        struct mute *mute = mute_make(options);
        mute->printk = printk && str_to_int(printk, 0, 15, &level) >= 0 ? (int) level : -1;
        /* The connection of a dead process is closed. */
        mute->way = str_equal(status, mute_ways[MUTE_BUS])      ? MUTE_BUS
                    : str_equal(status, mute_ways[MUTE_SIGNAL]) ? MUTE_SIGNAL
                                                                : MUTE_NONE;
        return mute;
}

/* ---- the kernel ---- */

static void mute_printk_write(const struct mute *mute, int level) {
        _cleanup_free_ char *path = str_printf("%s" PRINTK, mute->options.paths->root),
                            *text = str_printf("%d\n", level);
        _cleanup_close_ int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        if (fd >= 0)
                (void) files_write_all(fd, text, strlen(text));
}

/* Level 1 still lets emergencies through. */
static void mute_printk(struct mute *mute) {
        _cleanup_free_ char *text = paths_read(mute->options.paths->root, PRINTK, NULL);
        int level = text ? atoi(text) : 0;
        if (level <= 1)
                return;
        mute->printk = level;
        mute_record(mute);
        mute_printk_write(mute, 1);
}

/* ---- systemd ---- */

static int mute_on_settled(sd_event_source *source, uint64_t usec, void *userdata) {
        struct mute *mute = userdata;
        mute_quit(mute);
        mute->done(mute->way, mute->userdata);
        return 0;
}

/* From the loop, even where nothing was asked. */
static void mute_settle(struct mute *mute) {
        mute_quit(mute);
        (void) sd_event_add_time_relative(mute->options.event, &mute->timer, CLOCK_MONOTONIC, 0, 1,
                                          mute_on_settled, mute);
}

static void mute_signal(struct mute *mute, int number) {
        if (mute->options.manager > 0)
                (void) kill(mute->options.manager, number);
}

static int mute_on_status(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        struct mute *mute = userdata;
        if (sd_bus_message_is_method_error(m, NULL)) {
                if (!mute->restoring)
                        mute->way = mute->options.manager > 0 ? MUTE_SIGNAL : MUTE_NONE;
                mute_signal(mute, mute->restoring ? SIGNAL_STATUS_ON : SIGNAL_STATUS_OFF);
        }
        if (!mute->restoring)
                mute_record(mute);
        else
                mute_forget(mute);
        mute_settle(mute);
        return 0;
}

/* status: "no", or "" for what it is without us. */
static bool mute_ask_bus(struct mute *mute, const char *status) {
        _cleanup_message_ sd_bus_message *m = NULL;
        sd_bus *bus = mute->options.bus;
        return bus &&
               sd_bus_message_new_method_call(bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                              "SetShowStatus") >= 0 &&
               sd_bus_message_append(m, "s", status) >= 0 &&
               sd_bus_call_async(bus, &mute->slot, m, mute_on_status, mute, WAIT_USEC) >= 0;
}

/* The ways without a service that does it all. */
static void mute_by_hand(struct mute *mute) {
        mute_quit(mute);
        mute_printk(mute);
        mute->way = MUTE_BUS;
        if (mute_ask_bus(mute, "no"))
                return;
        mute->way = mute->options.manager > 0 ? MUTE_SIGNAL : MUTE_NONE;
        mute_record(mute);
        mute_signal(mute, SIGNAL_STATUS_OFF);
        mute_settle(mute);
}

/* ---- systemd-mute-console ---- */

static void mute_varlink_failed(struct mute *mute) {
        if (mute->fd >= 0)
                close(TAKE_FD(mute->fd));
        mute_by_hand(mute);
}

static int mute_on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct mute *mute = userdata;
        ssize_t n = read(fd, mute->answer + mute->n, sizeof mute->answer - 1 - mute->n);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        mute->n += n > 0 ? (size_t) n : 0;
        bool whole = n > 0 && memchr(mute->answer, '\0', mute->n);
        if (n > 0 && !whole && mute->n < sizeof mute->answer - 1)
                return 0;
        if (!whole || strstr(mute->answer, "\"error\"")) {
                mute_varlink_failed(mute);
                return 0;
        }
        mute->way = MUTE_VARLINK;
        mute_settle(mute);
        return 0;
}

static int mute_on_no_answer(sd_event_source *source, uint64_t usec, void *userdata) {
        mute_varlink_failed(userdata);
        return 0;
}

static bool mute_ask_varlink(struct mute *mute) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int n = snprintf(address.sun_path, sizeof address.sun_path, "%s" VARLINK_SOCKET,
                         mute->options.paths->root);
        if (n < 0 || (size_t) n >= sizeof address.sun_path)
                return false;
        mute->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        /* The NUL ends the message. */
        return mute->fd >= 0 && connect(mute->fd, (struct sockaddr *) &address, sizeof address) == 0 &&
               write(mute->fd, VARLINK_CALL, sizeof VARLINK_CALL) == sizeof VARLINK_CALL &&
               sd_event_add_io(mute->options.event, &mute->io, mute->fd, EPOLLIN, mute_on_answer, mute) >=
                       0 &&
               sd_event_add_time_relative(mute->options.event, &mute->timer, CLOCK_MONOTONIC, WAIT_USEC, 1000,
                                          mute_on_no_answer, mute) >= 0;
}

struct mute *mute_new(const struct mute_options *options, void (*done)(enum mute_way way, void *userdata),
                      void *userdata) {
        struct mute *mute = mute_make(options);
        mute->done = done;
        mute->userdata = userdata;
        if (!mute_ask_varlink(mute))
                mute_varlink_failed(mute);
        return mute;
}

void mute_restore(struct mute *mute, void (*done)(enum mute_way way, void *userdata), void *userdata) {
        mute_quit(mute);
        mute->done = done;
        mute->userdata = userdata;
        mute->restoring = true;
        if (mute->fd >= 0)
                close(TAKE_FD(mute->fd));
        if (mute->printk >= 0)
                mute_printk_write(mute, mute->printk);
        if (mute->way == MUTE_BUS && mute_ask_bus(mute, ""))
                return;
        if (mute->way == MUTE_BUS || mute->way == MUTE_SIGNAL)
                mute_signal(mute, SIGNAL_STATUS_ON);
        mute_forget(mute);
        mute_settle(mute);
}

/* ---- journald ---- */

static char *mute_forwarded_by(const char *root, const char *path, char *before) {
        _cleanup_free_ char *text = paths_read(root, path, NULL),
                            *value = text ? ini_value(text, "Journal", "ForwardToConsole") : NULL;
        if (!value)
                return before;
        free(before);
        return STR_IN_SET(value, "1", "y", "yes", "t", "true", "on")
                       ? str_printf("%s has ForwardToConsole=%s", path, value)
                       : NULL;
}

/* Drop-ins of one folder after those of another, where systemd sorts all together: for a note that is enough.
 */
char *mute_forwarded(const char *root, char *const *words) {
        static const char *const places[] = { "/usr/lib/systemd/journald.conf", "/run/systemd/journald.conf",
                                              "/etc/systemd/journald.conf" };
        const char *value = cmdline_value(words, "systemd.journald.forward_to_console");
        char *found = NULL;
        if (value)
                return cmdline_is_no(value) ? NULL
                                            : xstrdup("the kernel's command line has "
                                                      "systemd.journald.forward_to_console");
        for (size_t i = 0; i < ELEMENTS(places); i++)
                found = mute_forwarded_by(root, places[i], found);
        for (size_t i = 0; i < ELEMENTS(places); i++) {
                _cleanup_free_ char *folder = str_printf("%s%s.d", root, places[i]);
                _cleanup_strv_ char **names = folder_names(AT_FDCWD, folder, ".conf");
                for (size_t k = 0; names && names[k]; k++) {
                        _cleanup_free_ char *path = str_printf("%s.d/%s", places[i], names[k]);
                        found = mute_forwarded_by(root, path, found);
                }
        }
        return found;
}
