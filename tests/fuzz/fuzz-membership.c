/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that say which realm a host is in, pieces that end with NUL: sssd.conf, FreeIPA's default.conf, a service's record; the rest is the
 * keytab. */
#include <stdint.h>

#include "backend/realm/realm.h"
#include "tests/fuzz/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        static const char *const files[] = { "etc/sssd/sssd.conf", "etc/ipa/default.conf", "state/services/sssd.json" };
        const char *at = (const char *) bytes, *end = at + n;
        int folder = fuzz_folder_new();
        for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
                size_t length;
                const char *piece = fuzz_piece(&at, end, &length);
                fuzz_folder_write(folder, files[i], piece, length);
        }
        fuzz_folder_write(folder, "etc/krb5.keytab", at, (size_t) (end - at));
        char state[100];
        snprintf(state, sizeof state, "%s/state", fuzz_folder_path);
        struct paths paths = paths_default;
        paths.root = fuzz_folder_path;
        paths.state = state;
        struct membership *m = membership_read(&paths);
        MUST(m && (m->kind != REALM_AD || m->domain));
        MUST(!m->key_time || m->principal);
        membership_free(m);
        close(folder);
        return 0;
}
