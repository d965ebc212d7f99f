/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/setup/reach.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"

#define SERVERS_MAX 3U /* of glibc's resolver */
#define ROUTE_FLAGS 3U /* RTF_UP and RTF_GATEWAY of linux/route.h */

static const char *const reach_state_names[_REACH_STATE_MAX] = {
        [REACH_SUCCESS] = "Success",
        [REACH_FAIL] = "Fail",
        [REACH_UNSET] = "Not configured",
        [REACH_UNTESTED] = "Cannot test",
};
DEFINE_NAMES(reach_state, enum reach_state)

struct reach *reach_free(struct reach *network) {
        for (size_t i = 0; network && i < network->n; i++)
                free(network->items[i].text);
        if (network)
                free(network->items);
        free(network);
        return NULL;
}

size_t reach_add(struct reach *network, const char *title, enum reach_state state, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        char *text = str_vprintf(format, arguments);
        va_end(arguments);
        room_for_one((void **) &network->items, network->n, sizeof *network->items);
        network->items[network->n] = (struct reach_line){ title, state, text };
        return network->n++;
}

void reach_settle(struct reach *network, size_t at, enum reach_state state, const char *text) {
        network->items[at].state = state;
        str_replace(&network->items[at].text, text);
}

char *reach_gateway(const char *routes, char **ret_device) {
        for (const char *line = routes; line && (line = strchr(line, '\n'));) {
                char device[32];
                unsigned destination, gateway, flags;
                line++;
                /* addresses as hex numbers of this machine's byte order */
                if (sscanf(line, "%31s %x %x %x", device, &destination, &gateway, &flags) != 4 ||
                    destination || (flags & ROUTE_FLAGS) != ROUTE_FLAGS)
                        continue;
                unsigned char bytes[4];
                memcpy(bytes, &gateway, sizeof bytes);
                *ret_device = xstrdup(device);
                return str_printf("%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
        }
        *ret_device = NULL;
        return NULL;
}

char *reach_gateway_6(const char *routes, char **ret_device) {
        size_t n;
        for (const char *line = routes; *line; line += n + (line[n] == '\n')) {
                char gateway[33], device[32], text[INET6_ADDRSTRLEN];
                unsigned prefix, flags;
                struct in6_addr address;
                n = strcspn(line, "\n");
                /* a line is of 140 bytes or so: destination and its prefix, source and its, then these */
                if (sscanf(line, "%*32s %x %*32s %*x %32[0-9a-f] %*x %*x %*x %x %31s", &prefix, gateway,
                           &flags, device) != 4 ||
                    prefix || (flags & ROUTE_FLAGS) != ROUTE_FLAGS || strlen(gateway) != 32)
                        continue;
                for (size_t i = 0; i < sizeof address.s6_addr; i++) {
                        const char byte[] = { gateway[2 * i], gateway[2 * i + 1], '\0' };
                        address.s6_addr[i] = (uint8_t) strtoul(byte, NULL, 16);
                }
                inet_ntop(AF_INET6, &address, text, sizeof text);
                *ret_device = xstrdup(device);
                return IN6_IS_ADDR_LINKLOCAL(&address) ? str_printf("%s%%%s", text, device) : xstrdup(text);
        }
        *ret_device = NULL;
        return NULL;
}

char **reach_servers(const char *resolv) {
        char **servers = NULL;
        size_t n;
        for (const char *line = resolv; *line; line += n + (line[n] == '\n')) {
                n = strcspn(line, "\n");
                const char *rest = str_starts(line, "nameserver"),
                           *address = rest ? rest + strspn(rest, " \t") : NULL;
                size_t length = address ? strcspn(address, " \t\r\n#;") : 0;
                if (!length || address == rest || strv_length(servers) == SERVERS_MAX)
                        continue;
                _cleanup_free_ char *server = xstrndup(address, length);
                strv_add(&servers, server);
        }
        return servers;
}
