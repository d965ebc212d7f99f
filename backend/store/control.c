/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/control.h"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define CLIENTS_MAX 16U

struct control {
        struct control_handlers handlers;
        sd_event *event;
        char *path;
        sd_event_source *listener;
        sd_event_source *clients[CLIENTS_MAX];
        size_t next; /* the oldest client is dropped for a new one */
};

/* A socket, and the address of the job's. */
static int control_socket(const struct paths *paths, const char *id, struct sockaddr_un *ret) {
        *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
        int n = snprintf(ret->sun_path, sizeof ret->sun_path, "%s/%s.sock", paths->run, id);
        if ((size_t) n >= sizeof ret->sun_path)
                return -ENAMETOOLONG;
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        return fd < 0 ? -errno : fd;
}

/* Other packets are of a newer console: ignored. */
static void control_handle(struct control *control, char *packet, size_t n) {
        void *userdata = control->handlers.userdata;
        unsigned rows, columns;
        packet[n] = '\0';
        if (packet[0] == PACKET_CANCEL)
                control->handlers.cancel(userdata);
        else if (packet[0] == PACKET_INPUT)
                control->handlers.input(packet + 1, n - 1, userdata);
        else if (packet[0] == PACKET_SIZE && sscanf(packet + 1, "%5u %5u", &rows, &columns) == 2 &&
                 rows <= 9999 && columns <= 9999)
                control->handlers.size(rows, columns, userdata);
}

static int on_packet(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct control *control = userdata;
        char packet[CONTROL_INPUT_MAX + 2];
        ssize_t n = recv(fd, packet, sizeof packet - 1, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n > 0) {
                control_handle(control, packet, (size_t) n);
                explicit_bzero(packet, sizeof packet); /* typed input may be a password */
                return 0;
        }
        for (size_t i = 0; i < CLIENTS_MAX; i++)
                if (control->clients[i] == source)
                        control->clients[i] = sd_event_source_disable_unref(source);
        return 0;
}

static int on_connect(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct control *control = userdata;
        _cleanup_close_ int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        struct ucred peer;
        socklen_t size = sizeof peer;
        if (client < 0 || getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
            (peer.uid != 0 && peer.uid != geteuid()))
                return 0;
        size_t at = control->next++ % CLIENTS_MAX;
        control->clients[at] = sd_event_source_disable_unref(control->clients[at]);
        if (sd_event_add_io(control->event, &control->clients[at], client, EPOLLIN, on_packet, control) < 0)
                return 0;
        sd_event_source_set_io_fd_own(control->clients[at], 1);
        client = -1;
        return 0;
}

int control_new(sd_event *event, const struct paths *paths, const char *id,
                const struct control_handlers *handlers, struct control **ret, struct error **reterr) {
        _cleanup_(control_freep) struct control *control = new0(struct control);
        struct sockaddr_un address;
        control->handlers = *handlers;
        control->event = event;
        _cleanup_close_ int fd = control_socket(paths, id, &address);
        if (fd < 0)
                return error_errno(reterr, fd, "The control socket of the job cannot be made");
        unlink(address.sun_path); /* of a dead worker: the caller holds the host's lock */
        mode_t mask = umask(0177);
        int r = bind(fd, (struct sockaddr *) &address, sizeof address) < 0 || listen(fd, 16) < 0 ? -errno : 0;
        umask(mask);
        if (r >= 0) {
                control->path = xstrdup(address.sun_path);
                r = sd_event_add_io(event, &control->listener, fd, EPOLLIN, on_connect, control);
        }
        if (r < 0)
                return error_errno(reterr, r, "The control socket %s cannot be made", address.sun_path);
        sd_event_source_set_io_fd_own(control->listener, 1);
        fd = -1;
        *ret = TAKE(control);
        return 0;
}

struct control *control_free(struct control *control) {
        if (!control)
                return NULL;
        sd_event_source_disable_unref(control->listener);
        for (size_t i = 0; i < CLIENTS_MAX; i++)
                sd_event_source_disable_unref(control->clients[i]);
        if (control->path)
                unlink(control->path);
        FREE_ALL(control->path, control);
        return NULL;
}

void control_sweep(const struct paths *paths) {
        DIR *d = opendir(paths->run);
        for (struct dirent *item; d && (item = readdir(d));)
                if (str_ends(item->d_name, ".sock"))
                        unlinkat(dirfd(d), item->d_name, 0);
        if (d)
                closedir(d);
}

static int client_error(int r, struct error **reterr) {
        if (r == -ENOENT || r == -ECONNREFUSED || r == -EPIPE || r == -ECONNRESET)
                return error_set(reterr, -ESRCH, "The job is not running");
        return error_errno(reterr, r, "The job cannot be reached");
}

int control_connect(const struct paths *paths, const char *id, struct error **reterr) {
        struct sockaddr_un address;
        _cleanup_close_ int fd = control_socket(paths, id, &address);
        if (fd < 0)
                return client_error(fd, reterr);
        return connect(fd, (struct sockaddr *) &address, sizeof address) < 0 ? client_error(-errno, reterr)
                                                                             : TAKE_FD(fd);
}

int control_send(int fd, enum packet kind, const void *bytes, size_t n, struct error **reterr) {
        char packet[CONTROL_INPUT_MAX + 1] = { (char) kind };
        int r = 0;
        do {
                size_t piece = n < CONTROL_INPUT_MAX ? n : CONTROL_INPUT_MAX;
                memcpy(packet + 1, bytes, piece);
                if (send(fd, packet, piece + 1, MSG_NOSIGNAL) < 0)
                        r = client_error(-errno, reterr);
                bytes = (const char *) bytes + piece;
                n -= piece;
        } while (r >= 0 && n > 0);
        explicit_bzero(packet, sizeof packet);
        return r;
}
