/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Runs a program and strikes at one of its mutating system calls: kills it before or after the call, or makes the call fail.
 * Mutating is what leaves something behind when the process dies: names, contents and attributes of files, syncs, what is sent
 * through sockets, new processes. The program's children are left alone.
 *
 * A call is known by what it does, not by its number: "renameat /etc/systemd/system/TMP", with job ids, digests and working names
 * replaced by words, and by how often it came before. So it is the same call in each run. */

#include <stdbool.h>
#include <stddef.h>

enum strike_how {
        STRIKE_NOT,             /* let it run; list the calls */
        STRIKE_BEFORE,          /* SIGKILL, the call is not made */
        STRIKE_AFTER,           /* SIGKILL, the call is made */
        STRIKE_ERROR,           /* the call is not made and fails */
        STRIKE_SHORT,           /* a write takes half of its bytes */
};

struct strike_point {
        const char *call;       /* as in the list */
        unsigned nth;           /* from 1 */
};

struct strike_options {
        enum strike_how how;
        struct strike_point at;
        int error;              /* errno of STRIKE_ERROR */
        bool lasting;           /* every later call that would write fails as well, as on a disk that is full */
        void (*seen)(const char *call, unsigned nth, void *userdata);   /* each call, before it; may be NULL */
        void *userdata;
        bool *ret_struck;       /* the point was reached; may be NULL */
};

/* The status of waitpid(2), or -1: it could not be run. */
int strike(const struct strike_options *options, char *const *argv);
