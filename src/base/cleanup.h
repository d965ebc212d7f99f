/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ownership that follows the scope.
 *
 *     _cleanup_free_ char *path = NULL;                  freed when the scope ends
 *     _cleanup_(plan_freep) struct plan *plan = NULL;    needs DEFINE_CLEANUP(struct plan, plan_free)
 *     *ret = TAKE(plan);                                 hands it over: plan is NULL afterwards
 *
 * Destructors take NULL and half-built objects. x_free() returns NULL so that `p = x_free(p);` forgets it. */

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

#define TAKE(pointer)                                  \
        ({                                             \
                __typeof__(pointer) _taken = (pointer); \
                (pointer) = NULL;                      \
                _taken;                                \
        })

/* Descriptors use -1 for "none". */
#define TAKE_FD(fd)                \
        ({                         \
                int _taken = (fd); \
                (fd) = -1;         \
                _taken;            \
        })

#define DEFINE_CLEANUP(type, function)                    \
        static inline void function##p(type **pointer) {  \
                if (*pointer)                             \
                        *pointer = function(*pointer);    \
        }

static inline void cleanup_freep(void *pointer) {
        free(*(void **) pointer);
}
#define _cleanup_free_ _cleanup_(cleanup_freep)

static inline void cleanup_closep(int *fd) {
        if (*fd >= 0)
                close(*fd);
}
#define _cleanup_close_ _cleanup_(cleanup_closep)

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

#define container_of(pointer, type, member) ((type *) ((char *) (pointer) - offsetof(type, member)))
