/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/engine/frames.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct engine_frames {
        void (*line)(const char *bytes, size_t n, bool is_stderr, void *userdata);
        void *userdata;
        unsigned char header[8];
        size_t header_length;
        uint32_t left;          /* bytes of the frame still to come */
        struct str lines[2];    /* what of a line came on standard output and standard error */
        bool broken;
};

struct engine_frames *engine_frames_new(void (*line)(const char *bytes, size_t n, bool is_stderr,
                                                     void *userdata),
                                        void *userdata) {
        struct engine_frames *frames = calloc(1, sizeof *frames);
        if (frames) {
                frames->line = line;
                frames->userdata = userdata;
        }
        return frames;
}

struct engine_frames *engine_frames_free(struct engine_frames *frames) {
        if (!frames)
                return NULL;
        str_done(&frames->lines[0]);
        str_done(&frames->lines[1]);
        free(frames);
        return NULL;
}

static void engine_frames_give(struct engine_frames *frames, bool is_stderr) {
        struct str *line = &frames->lines[is_stderr];
        size_t n = line->length;
        if (n && line->text[n - 1] == '\r')
                n--;
        frames->line(line->text ? line->text : "", n, is_stderr, frames->userdata);
        str_cut(line, 0);
}

static void engine_frames_take(struct engine_frames *frames, const char *bytes, size_t n) {
        bool is_stderr = frames->header[0] == 2;
        struct str *line = &frames->lines[is_stderr];
        while (n) {
                const char *newline = memchr(bytes, '\n', n);
                size_t some = newline ? (size_t) (newline - bytes) : n;
                if (some > FRAME_LINE_MAX - line->length)
                        some = FRAME_LINE_MAX - line->length, newline = NULL;
                str_add_bytes(line, bytes, some);
                if (newline || line->length == FRAME_LINE_MAX)
                        engine_frames_give(frames, is_stderr);
                some += newline ? 1 : 0;
                bytes += some;
                n -= some;
        }
}

static int header_complete(struct engine_frames *frames, struct error **reterr) {
        const unsigned char *h = frames->header;
        if (h[0] > 2 || h[1] || h[2] || h[3]) {
                frames->broken = true;
                return error_set(reterr, -EBADMSG, "The engine's log is not framed as it should be");
        }
        frames->left = (uint32_t) h[4] << 24 | (uint32_t) h[5] << 16 | (uint32_t) h[6] << 8 | h[7];
        return 0;
}

int engine_frames_feed(struct engine_frames *frames, const void *bytes, size_t n, struct error **reterr) {
        const char *at = bytes;
        if (frames->broken)
                return error_set(reterr, -EBADMSG, "The engine's log is not framed as it should be");
        while (n) {
                if (frames->left == 0) {
                        frames->header[frames->header_length++] = (unsigned char) *at++;
                        n--;
                        if (frames->header_length < sizeof frames->header)
                                continue;
                        frames->header_length = 0;
                        int r = header_complete(frames, reterr);
                        if (r < 0)
                                return r;
                        continue;
                }
                size_t some = n < frames->left ? n : frames->left;
                engine_frames_take(frames, at, some);
                frames->left -= (uint32_t) some;
                at += some;
                n -= some;
        }
        return 0;
}

int engine_frames_finish(struct engine_frames *frames, struct error **reterr) {
        for (int i = 0; i < 2; i++)
                if (frames->lines[i].length)
                        engine_frames_give(frames, i == 1);
        return frames->left || frames->header_length ? error_set(reterr, -EBADMSG, "It ends in the middle")
                                                     : 0;
}
