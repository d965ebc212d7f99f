/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saves one tree as a job does, and prints how long that took, in seconds: a first snapshot into STORE/1, synced and with its
 * manifest; then one of the same tree that knows the first, into STORE/2. tests/bench-snapshot compares. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/resource.h>

#include "backend/io/files.h"
#include "backend/snapshot/snapshot.h"
#include "base/clock.h"
#include "base/str.h"

static double now(void) {
        return (double) usec_now(CLOCK_MONOTONIC) / 1e6;
}

static int save(const struct snapshot_options *options, int store, struct manifest *ret, struct snapshot_tally *tally, struct error **reterr) {
        _cleanup_(snapshot_freep) struct snapshot *s = snapshot_new(options);
        int r;
        while ((r = snapshot_go(s, 20000, reterr)) == 0)
                ;
        if (r < 0)
                return r;
        *tally = *snapshot_tally(s);
        snapshot_take(s, ret);
        return snapshot_store(store, "manifest", ret, options->blobs, reterr);
}

static int open_store(const char *folder, unsigned number) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%u", folder, number);
        return mkdir(path, 0700) < 0 ? -1 : files_open_root(path, NULL);
}

int main(int argc, char **argv) {
        _cleanup_error_ struct error *e = NULL;
        _cleanup_(manifest_done) struct manifest first = {}, second = {};
        struct snapshot_tally one = {}, two = {};
        char *paths[] = { argc > 2 ? argv[2] : NULL, NULL };
        if (argc != 4) {
                fprintf(stderr, "usage: %s ROOT PATH STORE\n", argv[0]);
                return 2;
        }
        _cleanup_close_ int root = files_open_root(argv[1], &e), a = open_store(argv[3], 1), b = open_store(argv[3], 2);
        if (root < 0 || a < 0 || b < 0) {
                fprintf(stderr, "%s\n", e ? e->message : "The store cannot be made");
                return 1;
        }
        struct snapshot_options options = { .root = root, .paths = paths, .blobs = a, .known_blobs = -1 };
        double begin = now();
        int r = save(&options, a, &first, &one, &e);
        double middle = now();
        options.blobs = b;
        options.known = &first;
        options.known_blobs = a;
        if (r >= 0)
                r = save(&options, b, &second, &two, &e);
        double end = now();
        if (r < 0) {
                fprintf(stderr, "%s\n", e ? e->message : "?");
                return 1;
        }
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        printf("first=%.3f again=%.3f files=%llu bytes=%llu left_out=%llu reread=%llu peak_kib=%ld\n", middle - begin, end - middle,
               (unsigned long long) one.files, (unsigned long long) one.bytes, (unsigned long long) one.left_out, (unsigned long long) two.read,
               usage.ru_maxrss);
        return 0;
}
