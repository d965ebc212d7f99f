/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets to a worker, each a byte of its length (times 9) and its bytes: all of them are taken for what they are, by the real socket. */
#include <stdint.h>
#include <sys/socket.h>

#include "backend/store/control.h"
#include "tests/fuzz/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct seen {
        size_t cancels, inputs, sizes;
};

static void on_cancel(void *userdata) {
        ((struct seen *) userdata)->cancels++;
}

static void on_input(const void *bytes, size_t n, void *userdata) {
        MUST(n <= CONTROL_INPUT_MAX);
        ((struct seen *) userdata)->inputs++;
}

static void on_size(unsigned rows, unsigned columns, void *userdata) {
        MUST(rows <= 9999 && columns <= 9999);
        ((struct seen *) userdata)->sizes++;
}

static void run(sd_event *event) {
        while (sd_event_run(event, 0) > 0)
                ;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        close(fuzz_folder_new());
        struct paths paths = paths_default;
        paths.run = fuzz_folder_path;
        struct seen seen = {}, wanted = {};
        sd_event *event = NULL;
        struct control *control = NULL;
        const struct control_handlers handlers = { on_cancel, on_input, on_size, &seen };
        MUST(sd_event_new(&event) >= 0);
        MUST(control_new(event, &paths, "job", &handlers, &control, NULL) >= 0);
        int fd = control_connect(&paths, "job", NULL);
        MUST(fd >= 0);
        run(event);
        for (size_t at = 0; at < n;) {
                size_t length = bytes[at] * 9U;
                at++;
                length = length > n - at ? n - at : length;
                if (length == 0) {      /* the end of a connection */
                        close(fd);
                        run(event);
                        fd = control_connect(&paths, "job", NULL);
                        MUST(fd >= 0);
                        continue;
                }
                MUST(send(fd, bytes + at, length, MSG_NOSIGNAL) == (ssize_t) length);
                wanted.cancels += bytes[at] == PACKET_CANCEL;
                wanted.inputs += bytes[at] == PACKET_INPUT;
                wanted.sizes += bytes[at] == PACKET_SIZE;
                at += length;
                run(event);
        }
        MUST(seen.cancels == wanted.cancels && seen.inputs == wanted.inputs && seen.sizes <= wanted.sizes);
        close(fd);
        control_free(control);
        sd_event_unref(event);
        return 0;
}
