/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake engine as a program, for benchmarks and end-to-end tests: fake-engine SOCKET [podman|docker] [IMAGES
 * [CONTAINERS]]. Says "ready" on standard output when it listens, and ends on SIGTERM or SIGINT. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "tests/fake/engine.h"

int main(int argc, char **argv) {
        long long images = 3, containers = 2;
        bool docker = argc > 2 && strcmp(argv[2], "docker") == 0;
        if (argc < 2 || argc > 5 || (argc > 2 && !docker && strcmp(argv[2], "podman") != 0) ||
            (argc > 3 && str_to_int(argv[3], 0, 1000000, &images) < 0) ||
            (argc > 4 && str_to_int(argv[4], 0, 1000000, &containers) < 0)) {
                fprintf(stderr, "usage: fake-engine SOCKET [podman|docker] [IMAGES [CONTAINERS]]\n");
                return 2;
        }
        sigset_t mask;
        sigemptyset(&mask);
        sigaddset(&mask, SIGTERM);
        sigaddset(&mask, SIGINT);
        sigprocmask(SIG_BLOCK, &mask, NULL);

        sd_event *event = NULL;
        struct fake_engine *f = NULL;
        int r = sd_event_new(&event);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = fake_engine_new(event, argv[1], docker ? ENGINE_DOCKER : ENGINE_PODMAN, &f);
        if (r < 0) {
                fprintf(stderr, "fake-engine: %s: %s\n", argv[1], strerror(-r));
                sd_event_unref(event);
                return 1;
        }
        fake_engine_set_images(f, (size_t) images);
        fake_engine_set_containers(f, (size_t) containers);
        printf("ready\n");
        fflush(stdout);
        r = sd_event_loop(event);
        fake_engine_free(f);
        sd_event_unref(event);
        return r < 0;
}
