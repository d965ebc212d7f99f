/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/appliance/appliance.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#define ADDRESSES_MAX 32U

/* The text of an address that others can reach; false: it is none. */
static bool addresses_text(const struct sockaddr *address, char text[static INET6_ADDRSTRLEN]) {
        if (address && address->sa_family == AF_INET) {
                const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
                bool local = (ntohl(v4->sin_addr.s_addr) >> 16) == 0xa9fe; /* 169.254.0.0/16, RFC 3927 */
                return !local && inet_ntop(AF_INET, &v4->sin_addr, text, INET6_ADDRSTRLEN);
        }
        if (address && address->sa_family == AF_INET6) {
                const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;
                return !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) &&
                       inet_ntop(AF_INET6, &v6->sin6_addr, text, INET6_ADDRSTRLEN);
        }
        return false;
}

/* Behind those of the same interface, which getifaddrs(3) gives by family. */
static void addresses_add(char ***list, const char *interface, const char *text) {
        for (char **line = *list; line && *line; line++) {
                const char *rest = str_starts(*line, interface);
                if (!rest || *rest != ' ')
                        continue;
                char *both = str_printf("%s, %s", *line, text);
                free(*line);
                *line = both;
                return;
        }
        strv_addf(list, "%s %s", interface, text);
}

char **appliance_addresses(void) {
        struct ifaddrs *all = NULL;
        char **list = NULL, text[INET6_ADDRSTRLEN];
        size_t n = 0;
        if (getifaddrs(&all) < 0)
                return NULL;
        for (const struct ifaddrs *each = all; each && n < ADDRESSES_MAX; each = each->ifa_next) {
                bool up = each->ifa_flags & IFF_UP && !(each->ifa_flags & IFF_LOOPBACK);
                if (!up || !addresses_text(each->ifa_addr, text))
                        continue;
                addresses_add(&list, each->ifa_name, text);
                n++;
        }
        freeifaddrs(all);
        return list;
}
