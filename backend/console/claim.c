/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/claim.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <termios.h>

#include "backend/io/files.h"
#include "base/clock.h"

#define READ_BYTES 256U

struct claim {
        sd_event *event;
        char *name, *device;
        struct claim_events events;
        int fd;
        bool saved, lent;
        struct termios before; /* as it was when it was opened first, made sane */
        int64_t text_at;       /* when something else than Enter came last; 0: never */
        sd_event_source *io, *quiet;
};

struct claim *claim_new(sd_event *event, const char *name, const char *device,
                        const struct claim_events *events) {
        struct claim *claim = new0(struct claim);
        *claim = (struct claim) {
                .event = event, .name = xstrdup(name), .device = xstrdup(device), .events = *events, .fd = -1
        };
        return claim;
}

const char *claim_name(const struct claim *claim) {
        return claim->name;
}

int claim_fd(const struct claim *claim) {
        return claim->fd;
}

/* ---- keys ---- */

static void claim_lost(struct claim *claim);

static int claim_on_quiet(sd_event_source *source, uint64_t usec, void *userdata) {
        struct claim *claim = userdata;
        claim->quiet = sd_event_source_disable_unref(claim->quiet);
        claim->events.pressed(claim, claim->events.userdata);
        return 0;
}

static void claim_hear(struct claim *claim, const char *bytes, size_t n) {
        size_t enters = 0;
        for (size_t i = 0; i < n; i++)
                enters += bytes[i] == '\r' || bytes[i] == '\n';
        if (enters < n) {
                claim->text_at = usec_now(CLOCK_MONOTONIC);
                claim->quiet = sd_event_source_disable_unref(claim->quiet);
        } else if (!claim->quiet &&
                   (!claim->text_at || usec_now(CLOCK_MONOTONIC) - claim->text_at > CLAIM_QUIET_USEC))
                (void) sd_event_add_time_relative(claim->event, &claim->quiet, CLOCK_MONOTONIC,
                                                  CLAIM_QUIET_USEC, 1000, claim_on_quiet, claim);
}

static int claim_on_input(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct claim *claim = userdata;
        char bytes[READ_BYTES];
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n > 0)
                claim_hear(claim, bytes, (size_t) n);
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
                claim_lost(claim);
        return 0;
}

/* The kernel gives a terminal that was hung up other functions, and this descriptor stays with it. */
static bool claim_is_hung_up(int fd) {
        struct pollfd poll_fd = { .fd = fd };
        return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLHUP | POLLERR));
}

/* ---- open and closed ---- */

static void claim_forget(struct claim *claim) {
        claim->io = sd_event_source_disable_unref(claim->io);
        claim->quiet = sd_event_source_disable_unref(claim->quiet);
        claim->text_at = 0;
        claim->lent = false;
        if (claim->fd >= 0)
                close(TAKE_FD(claim->fd));
}

static void claim_lost(struct claim *claim) {
        claim_forget(claim);
        claim->events.hung_up(claim, claim->events.userdata);
}

static void claim_restore(const struct claim *claim) {
        if (claim->fd >= 0 && claim->saved)
                (void) tcsetattr(claim->fd, TCSANOW, &claim->before);
}

bool claim_is_writing(const struct claim *claim) {
        int waiting = 0;
        return claim->fd >= 0 && !claim->lent && ioctl(claim->fd, TIOCOUTQ, &waiting) == 0 && waiting > 0;
}

struct claim *claim_free(struct claim *claim) {
        if (!claim)
                return NULL;
        if (claim_is_writing(claim))
                (void) tcflush(claim->fd, TCOFLUSH);
        if (!claim->lent)
                claim_restore(claim);
        claim_forget(claim);
        FREE_ALL(claim->name, claim->device, claim);
        return NULL;
}

static int claim_open_device(const struct claim *claim) {
        int fd = open(claim->device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

/* Somebody who was killed may have left it as he wanted it; what comes behind us wants lines, and sees them.
 */
static void claim_make_sane(struct termios *tio) {
        tio->c_iflag &= ~(tcflag_t) (INLCR | IGNCR);
        tio->c_iflag |= ICRNL;
        tio->c_oflag |= OPOST | ONLCR;
        tio->c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ISIG | IEXTEN;
}

/* Each key as it comes, and no echo; XON and XOFF stay as they are, which a terminal may need. */
static int claim_set(struct claim *claim, int fd) {
        struct termios tio;
        if (tcgetattr(fd, &tio) < 0)
                return -errno;
        if (!claim->saved) {
                claim_make_sane(&tio);
                claim->before = tio;
        }
        claim->saved = true;
        tio = claim->before;
        tio.c_lflag &= ~(tcflag_t) (ICANON | ECHO | ECHONL | ISIG | IEXTEN);
        tio.c_iflag &= ~(tcflag_t) (ICRNL | INLCR | IGNCR);
        tio.c_oflag &= ~(tcflag_t) OPOST;
        tio.c_cc[VMIN] = 1;
        tio.c_cc[VTIME] = 0;
        return tcsetattr(fd, TCSANOW, &tio) < 0 ? -errno : 0;
}

int claim_open(struct claim *claim) {
        if (claim->fd >= 0)
                return 0;
        _cleanup_close_ int fd = claim_open_device(claim);
        if (fd < 0)
                return fd;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
                return -EBUSY;
        int r = claim_set(claim, fd);
        (void) flock(fd, LOCK_UN);
        if (r < 0)
                return r;
        (void) tcflush(fd, TCIFLUSH);
        r = sd_event_add_io(claim->event, &claim->io, fd, EPOLLIN, claim_on_input, claim);
        if (r < 0)
                return r;
        claim->fd = TAKE_FD(fd);
        return 0;
}

void claim_say(struct claim *claim, const char *text) {
        if (claim->fd < 0)
                return;
        _cleanup_free_ char *line = str_printf("\r\n%s\r\n", text);
        (void) !write(claim->fd, line, strlen(line));
}

void claim_mute_keys(struct claim *claim) {
        claim->io = sd_event_source_disable_unref(claim->io);
        claim->quiet = sd_event_source_disable_unref(claim->quiet);
}

/* Another descriptor, opened before the first is closed: the kernel forgets the size of a terminal that
 * nobody has open. */
static int claim_hang_up_others(struct claim *claim) {
        if (ioctl(claim->fd, TIOCVHANGUP, 0) < 0 && !claim_is_hung_up(claim->fd))
                return 0; /* not root: nobody else could have it */
        int fd = claim_open_device(claim);
        if (fd < 0)
                return fd;
        close(claim->fd);
        claim->fd = fd;
        return 0;
}

int claim_lend(struct claim *claim, const struct winsize *size) {
        claim_mute_keys(claim);
        int r = claim->fd < 0 ? -EIO : claim_hang_up_others(claim);
        if (r >= 0) {
                claim_restore(claim);
                (void) tcflush(claim->fd, TCIFLUSH);
                if (size)
                        (void) ioctl(claim->fd, TIOCSWINSZ, size);
                claim->lent = true;
        } else
                claim_forget(claim);
        return r < 0 ? r : 0;
}

void claim_take_back(struct claim *claim) {
        if (claim->fd >= 0 && claim_hang_up_others(claim) >= 0) {
                (void) tcflush(claim->fd, TCIOFLUSH);
                claim_restore(claim);
        }
        claim_forget(claim);
}
