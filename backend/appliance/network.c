/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/appliance/appliance.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#include "backend/io/paths.h"

#define NETWORK_WAIT_MS 2000
#define NETWORK_SERVERS 3U /* resolv.conf(5) takes no more */
#define RTF_GATEWAY_FLAG 2UL

const char *network_verdict_name(enum network_verdict verdict) {
        static const char *const names[_NETWORK_VERDICT_MAX] = {
                [NETWORK_SUCCESS] = "Success",
                [NETWORK_FAIL] = "Fail",
                [NETWORK_NOT_CONFIGURED] = "Not configured",
                [NETWORK_CANNOT_TEST] = "Cannot test",
        };
        return names[verdict];
}

static void network_add(struct network_test *test, enum network_verdict verdict, const char *what,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));
static void network_add(struct network_test *test, enum network_verdict verdict, const char *what,
                        const char *format, ...) {
        struct str sentence = {};
        va_list arguments;
        if (test->n == NETWORK_LINES_MAX)
                return;
        va_start(arguments, format);
        str_vaddf(&sentence, format, arguments);
        va_end(arguments);
        test->items[test->n++] = (struct network_line){ verdict, xstrdup(what), str_take(&sentence) };
}

void network_test_done(struct network_test *test) {
        for (size_t i = 0; i < test->n; i++)
                FREE_ALL(test->items[i].what, test->items[i].sentence);
        *test = (struct network_test){};
}

static void network_test_addresses(struct network_test *test) {
        _cleanup_strv_ char **list = appliance_addresses();
        _cleanup_free_ char *text = list ? strv_join(list, "; ") : NULL;
        network_add(test, text ? NETWORK_SUCCESS : NETWORK_NOT_CONFIGURED, "Address", "%s",
                    text ? text : "no interface that is up has one");
}

/* ---- datagrams ---- */

/* The answer, or a negative errno. */
static ssize_t network_ask(int fd, const void *question, size_t n, void *answer, size_t room) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (send(fd, question, n, 0) < 0)
                return -errno;
        int r = poll(&p, 1, NETWORK_WAIT_MS);
        if (r <= 0)
                return r < 0 ? -errno : -ETIMEDOUT;
        ssize_t got = recv(fd, answer, room, 0);
        return got < 0 ? -errno : got;
}

static const char *network_reason(ssize_t r) {
        return r == -ETIMEDOUT ? "no answer in 2 seconds" : strerror((int) -r);
}

/* ---- gateways ---- */

static void network_ping(struct network_test *test, const struct sockaddr *to, socklen_t length,
                         const char *text) {
        bool six = to->sa_family == AF_INET6;
        _cleanup_free_ char *what = str_printf("Gateway %s", text);
        /* Both headers are of eight bytes; the kernel gives checksum and id. */
        struct icmphdr echo = { .type = six ? ICMP6_ECHO_REQUEST : ICMP_ECHO };
        char answer[256];
        _cleanup_close_ int fd =
                socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, six ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
        if (fd < 0) {
                network_add(test, NETWORK_CANNOT_TEST, what,
                            "the kernel lets nobody ping (net.ipv4.ping_group_range)");
                return;
        }
        ssize_t r = connect(fd, to, length) < 0 ? -errno
                                                : network_ask(fd, &echo, sizeof echo, answer, sizeof answer);
        if (r >= 0)
                network_add(test, NETWORK_SUCCESS, what, "it answers");
        else
                network_add(test, NETWORK_FAIL, what, "%s; some gateways are configured not to answer",
                            network_reason(r));
}

/* /proc/net/route: the first default route. */
static bool network_gateway_4(const char *root, struct sockaddr_in *ret) {
        size_t n;
        _cleanup_free_ char *table = paths_read(root, "/proc/net/route", &n);
        _cleanup_strv_ char **lines = table ? strv_split(table, "\n") : NULL;
        for (char **line = lines; line && *line; line++) {
                unsigned long to, by, flags;
                if (sscanf(*line, "%*s %lx %lx %lx", &to, &by, &flags) != 3 || to ||
                    !(flags & RTF_GATEWAY_FLAG))
                        continue;
                *ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = (in_addr_t) by };
                return true;
        }
        return false;
}

/* /proc/net/ipv6_route; most are link-local, and of an interface. */
static bool network_gateway_6(const char *root, struct sockaddr_in6 *ret) {
        size_t n;
        _cleanup_free_ char *table = paths_read(root, "/proc/net/ipv6_route", &n);
        _cleanup_strv_ char **lines = table ? strv_split(table, "\n") : NULL;
        for (char **line = lines; line && *line; line++) {
                char to[33], by[33], interface[IF_NAMESIZE];
                unsigned prefix;
                unsigned long flags;
                if (sscanf(*line, "%32s %x %*s %*s %32s %*s %*s %*s %lx %15s", to, &prefix, by, &flags,
                           interface) != 5 ||
                    prefix || !(flags & RTF_GATEWAY_FLAG))
                        continue;
                *ret = (struct sockaddr_in6){ .sin6_family = AF_INET6,
                                              .sin6_scope_id = if_nametoindex(interface) };
                for (size_t i = 0; i < 16; i++) {
                        unsigned byte;
                        if (sscanf(by + 2 * i, "%2x", &byte) != 1)
                                return false;
                        ret->sin6_addr.s6_addr[i] = (uint8_t) byte;
                }
                return true;
        }
        return false;
}

static void network_test_gateways(struct network_test *test, const char *root) {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        char text[INET6_ADDRSTRLEN];
        bool four = network_gateway_4(root, &v4), six = network_gateway_6(root, &v6);
        if (four)
                network_ping(test, (struct sockaddr *) &v4, sizeof v4,
                             inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text));
        if (six)
                network_ping(test, (struct sockaddr *) &v6, sizeof v6,
                             inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text));
        if (!four && !six)
                network_add(test, NETWORK_NOT_CONFIGURED, "Gateway",
                            "no route leads out of the networks of this host");
}

/* ---- names ---- */

/* A question of DNS (RFC 1035): name NULL: the name servers of the root, which each server knows. Its length.
 */
static size_t network_question(unsigned char question[static 300], const char *name) {
        static const unsigned char head[] = { 0xfa, 0x1d, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0 };
        size_t n = sizeof head;
        memcpy(question, head, n);
        while (name && *name) {
                size_t label = strcspn(name, ".");
                if (!label || label > 63 || n + label > 270)
                        return 0;
                question[n++] = (unsigned char) label;
                memcpy(question + n, name, label);
                n += label;
                name += label + (name[label] == '.');
        }
        const unsigned char end[] = { 0, 0, name ? 1 : 2, 0, 1 };
        memcpy(question + n, end, sizeof end);
        return n + sizeof end;
}

/* The response code, and whether it holds an answer; or a negative errno. */
static int network_ask_server(const char *server, const char *name, bool *ret_answer) {
        struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV },
                        *at = NULL;
        unsigned char question[300], answer[1500];
        size_t n = network_question(question, name);
        if (!n || getaddrinfo(server, "53", &hints, &at) != 0)
                return -EINVAL;
        _cleanup_close_ int fd = socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ssize_t r = fd < 0 || connect(fd, at->ai_addr, at->ai_addrlen) < 0
                            ? -errno
                            : network_ask(fd, question, n, answer, sizeof answer);
        freeaddrinfo(at);
        if (r < 0)
                return (int) r;
        if (r < 12 || answer[0] != question[0] || answer[1] != question[1] || !(answer[2] & 0x80))
                return -EBADMSG;
        *ret_answer = answer[6] || answer[7];
        return answer[3] & 15;
}

static void network_test_name(struct network_test *test, const char *server) {
        char name[HOST_NAME_MAX + 1] = "";
        bool answer = false;
        (void) gethostname(name, sizeof name - 1);
        _cleanup_free_ char *what = str_printf("Name %s", name);
        if (!strchr(name, '.')) {
                network_add(test, NETWORK_NOT_CONFIGURED, what, "it has no domain");
                return;
        }
        if (!server) {
                network_add(test, NETWORK_CANNOT_TEST, what, "no name server answers");
                return;
        }
        int r = network_ask_server(server, name, &answer);
        if (r == 0 && answer)
                network_add(test, NETWORK_SUCCESS, what, "%s knows it", server);
        else if (r >= 0)
                network_add(test, NETWORK_FAIL, what, "%s does not know it", server);
        else
                network_add(test, NETWORK_FAIL, what, "%s: %s", server, network_reason(r));
}

static void network_test_names(struct network_test *test, const char *root) {
        size_t n, servers = 0;
        _cleanup_free_ char *file = paths_read(root, "/etc/resolv.conf", &n), *good = NULL;
        _cleanup_strv_ char **lines = file ? strv_split(file, "\n") : NULL;
        for (char **line = lines; line && *line && servers < NETWORK_SERVERS; line++) {
                char server[64];
                bool answer;
                if (sscanf(*line, " nameserver %63s", server) != 1)
                        continue;
                servers++;
                _cleanup_free_ char *what = str_printf("Name server %s", server);
                int r = network_ask_server(server, NULL, &answer);
                if (r >= 0)
                        network_add(test, NETWORK_SUCCESS, what, "it answers");
                else
                        network_add(test, NETWORK_FAIL, what, "%s", network_reason(r));
                if (r >= 0 && !good)
                        good = xstrdup(server);
        }
        if (!servers)
                network_add(test, NETWORK_NOT_CONFIGURED, "Name server", "/etc/resolv.conf names none");
        network_test_name(test, good);
}

/* ---- the clock ---- */

static void network_test_clock(struct network_test *test) {
        struct timex clock = {};
        int state = adjtimex(&clock);
        if (state < 0)
                network_add(test, NETWORK_CANNOT_TEST, "Time",
                            "the kernel does not say whether it is synchronized");
        else if (state == TIME_ERROR || clock.status & STA_UNSYNC)
                network_add(test, NETWORK_FAIL, "Time", "nothing keeps the clock of this host synchronized");
        else
                network_add(test, NETWORK_SUCCESS, "Time", "the clock is synchronized");
}

void network_test_run(struct network_test *test, const char *root) {
        network_test_addresses(test);
        network_test_gateways(test, root);
        network_test_names(test, root);
        network_test_clock(test);
}
