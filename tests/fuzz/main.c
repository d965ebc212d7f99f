/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target over every file of the folders and files named as arguments: the corpus as an ordinary test. With -Dfuzz=true
 * libFuzzer is in its place. Each input runs from its exact end on the heap, so that AddressSanitizer sees a read beyond it. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static unsigned runs;

static int run_file(const char *path) {
        FILE *f = fopen(path, "re");
        if (!f)
                return -1;
        struct stat st;
        if (fstat(fileno(f), &st) < 0 || !S_ISREG(st.st_mode)) {
                fclose(f);
                return -1;
        }
        uint8_t *bytes = malloc((size_t) st.st_size + 1);
        size_t n = bytes ? fread(bytes, 1, (size_t) st.st_size, f) : 0;
        fclose(f);
        uint8_t *exact = malloc(n ? n : 1);
        if (exact) {
                memcpy(exact, bytes, n);
                LLVMFuzzerTestOneInput(exact, n);
                runs++;
        }
        free(exact);
        free(bytes);
        return 0;
}

int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++) {
                DIR *d = opendir(argv[i]);
                if (!d) {
                        run_file(argv[i]);
                        continue;
                }
                for (struct dirent *e; (e = readdir(d));) {
                        char path[4096];
                        if (e->d_name[0] != '.' && (size_t) snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name) < sizeof path)
                                run_file(path);
                }
                closedir(d);
        }
        printf("%u inputs\n", runs);
        return runs ? 0 : 1;
}
