/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long the bare calls take that a screen cannot do without: what there is to compare the console with. Nothing is read out of the
 * answers; the connections are opened before.
 *
 *     bare-calls [-n REPEATS] units | files | images SOCKET
 *
 * Prints "MEDIAN LEAST MOST" in ms. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#define REPEATS_MAX 100
#define ANSWER_MAX (64UL * 1024 * 1024)

static double now_ms(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;
        return (x > y) - (x < y);
}

static int call_systemd(const char *method, double *ret_ms) {
        sd_bus *bus = NULL;
        sd_bus_message *reply = NULL;
        /* As the console does: without a bus in between. */
        int r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, "unix:path=/run/systemd/private");
        if (r >= 0)
                r = sd_bus_start(bus);
        double begin = now_ms();
        if (r >= 0)
                r = sd_bus_call_method(bus, NULL, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", method, NULL, &reply, NULL);
        *ret_ms = now_ms() - begin;
        sd_bus_message_unref(reply);
        sd_bus_flush_close_unref(bus);
        return r;
}

/* The answer has come whole: its length was given, or its last piece is empty. */
static bool whole(const char *answer, size_t n) {
        const char *body = memmem(answer, n, "\r\n\r\n", 4);
        if (!body)
                return false;
        body += 4;
        const char *length = memmem(answer, (size_t) (body - answer), "Content-Length: ", 16);
        size_t has = n - (size_t) (body - answer);
        if (length)
                return has >= strtoul(length + 16, NULL, 10);
        return has >= 5 && memcmp(answer + n - 5, "0\r\n\r\n", 5) == 0;
}

static int call_engine(const char *socket_path, double *ret_ms) {
        static const char request[] = "GET /v4.0.0/libpod/images/json HTTP/1.1\r\nHost: d\r\n\r\n";
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        if (strlen(socket_path) >= sizeof address.sun_path)
                return -ENAMETOOLONG;
        strcpy(address.sun_path, socket_path);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address) < 0)
                return -errno;
        char *answer = malloc(ANSWER_MAX);
        size_t sum = 0;
        double begin = now_ms();
        ssize_t n = answer ? write(fd, request, sizeof request - 1) : -1;
        while (n > 0 && !whole(answer, sum) && sum < ANSWER_MAX && (n = read(fd, answer + sum, ANSWER_MAX - sum)) > 0)
                sum += (size_t) n;
        *ret_ms = now_ms() - begin;
        int r = n < 0 ? -errno : whole(answer, sum) ? 0 : -EPROTO;
        close(fd);
        free(answer);
        return r;
}

int main(int argc, char **argv) {
        double ms[REPEATS_MAX];
        int repeats = 11, c;
        while ((c = getopt(argc, argv, "+n:")) != -1)
                if (c != 'n' || (repeats = atoi(optarg)) < 1 || repeats > REPEATS_MAX)
                        return 2;
        const char *what = argc > optind ? argv[optind] : "";
        const char *method = strcmp(what, "units") == 0 ? "ListUnits" : strcmp(what, "files") == 0 ? "ListUnitFiles" : NULL;
        if (!method && (strcmp(what, "images") != 0 || argc != optind + 2)) {
                fprintf(stderr, "usage: bare-calls [-n REPEATS] units | files | images SOCKET\n");
                return 2;
        }
        for (int i = 0; i < repeats; i++) {
                int r = method ? call_systemd(method, &ms[i]) : call_engine(argv[optind + 1], &ms[i]);
                if (r < 0) {
                        fprintf(stderr, "bare-calls: %s: %s\n", what, strerror(-r));
                        return 1;
                }
        }
        qsort(ms, (size_t) repeats, sizeof *ms, compare);
        printf("%.3f %.3f %.3f\n", ms[repeats / 2], ms[0], ms[repeats - 1]);
        return 0;
}
