/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The network of this host, as tests of it have found it: a line each, with a word for how it went. */

#include "base/base.h"
#include "base/names.h"

enum reach_state {
        REACH_SUCCESS,
        REACH_FAIL,
        REACH_UNSET,    /* nothing is configured that could be tested */
        REACH_UNTESTED, /* it could not be found out */
        _REACH_STATE_MAX,
};
DECLARE_NAMES(reach_state, enum reach_state); /* "Success", "Fail", "Not configured", "Cannot test" */

#define REACH_CLOCK "Clock" /* against that of another host; only where one answers */

struct reach_line {
        const char *title; /* "Link", "DNS"; a constant */
        enum reach_state state;
        char *text;
};

struct reach {
        struct reach_line *items;
        size_t n;
};
struct reach *reach_free(struct reach *network);
DEFINE_CLEANUP(struct reach, reach_free)

/* Adds a line; the place where it is. */
size_t reach_add(struct reach *network, const char *title, enum reach_state state, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* What became of it. */
void reach_settle(struct reach *network, size_t at, enum reach_state state, const char *text);

/* The gateway of the default route in /proc/net/route, and its device; NULL: there is none. The caller frees
 * both. */
char *reach_gateway(const char *routes, char **ret_device);
/* The same of /proc/net/ipv6_route, where most gateways are link-local: "fe80::1%eth0" is one as
 * getaddrinfo(3) reads it. */
char *reach_gateway_6(const char *routes, char **ret_device);
/* The servers of resolv.conf(5), three at most; the caller frees. NULL: none. */
char **reach_servers(const char *resolv);
