/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The only state of the program that no struct owns: memory can run out anywhere. */
static struct {
        void (*run)(void *userdata);
        void *userdata;
} preparation;

void oom_prepare(void (*prepare)(void *userdata), void *userdata) {
        preparation.run = prepare;
        preparation.userdata = userdata;
}

void oom(void) {
        static const char sentence[] = "fairlead: out of memory\n";
        if (preparation.run)
                preparation.run(preparation.userdata);
        (void) !write(STDERR_FILENO, sentence, sizeof sentence - 1);
        _exit(1);
}

void *xcalloc(size_t n, size_t size) {
        void *p = calloc(n, size);
        if (!p && n && size)
                oom();
        return p;
}

void *xreallocarray(void *p, size_t n, size_t size) {
        void *grown = reallocarray(p, n, size);
        if (!grown && n && size)
                oom();
        return grown;
}

void free_all(void *const *pointers, size_t n) {
        for (size_t i = 0; i < n; i++)
                free(pointers[i]);
}

char *xstrdup(const char *s) {
        char *copy = s ? strdup(s) : NULL;
        if (s && !copy)
                oom();
        return copy;
}

char *xstrndup(const char *s, size_t n) {
        char *copy = strndup(s, n);
        if (!copy)
                oom();
        return copy;
}
