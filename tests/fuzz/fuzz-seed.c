/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as an answer file of a first boot: no crash, and what is accepted can be used. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/format/seed/pages.h"
#include "backend/format/seed/seed.h"
#include "base/str.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The same as the file of a page, or of none. */
static void as_page(const char *text, size_t n) {
        static const char *const paths[] = { "/x/time.json", "/x/summary.json", "nothing.json" };
        for (size_t i = 0; i < ELEMENTS(paths); i++) {
                struct page_list list;
                struct error *e = NULL;
                enum setup_page order[_SETUP_PAGE_MAX];
                page_list_begin(&list);
                int r = page_parse(paths[i], text, n, &list, &e);
                MUST(r >= 0 ? !e && list.items[i ? PAGE_SUMMARY : PAGE_TIME].file : e && e->message);
                size_t pages = page_list_order(&list, order);
                MUST(pages >= _SETUP_PAGE_MAX - 1 && order[pages - 1] == PAGE_SUMMARY && !list.items[PAGE_SUMMARY].masked);
                page_list_done(&list);
                error_free(e);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        /* a copy of exactly these bytes: a sanitizer sees a look beyond */
        char *text = malloc(n ? n : 1);
        MUST(text);
        memcpy(text, bytes, n);
        struct seed seed = {};
        struct error *e = NULL;
        int r = seed_parse("x.json", text, n, &seed, &e);
        MUST(r >= 0 ? !e : e && e->message && !seed.n_services);
        MUST(!seed.host_name || !setup_host_name_fault(seed.host_name));
        MUST(!seed.locale || setup_locale_valid(seed.locale));
        MUST(!seed.keymap || setup_keyboard_valid(seed.keymap));
        MUST(!seed.time_zone || setup_zone_valid(seed.time_zone));
        size_t changes;
        free(seed_changes(&seed, &changes));
        for (char **key = seed.root_keys; key && *key; key++) {
                MUST(setup_check_key(*key, NULL) >= 0);
                char *keys = setup_keys_text("", *key), *again = setup_keys_text(keys, *key);
                MUST(keys && !again);
                free(keys);
        }
        for (size_t i = 0; i < seed.n_services; i++) {
                MUST(seed.services[i].image && seed.services[i].line);
                char *path = NULL, *image = seed_image(&seed.services[i], "/folder");
                if (seed_image_path(&seed.services[i], &path, NULL) >= 0 && path)
                        MUST(*path != '/' && strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0 && !strstr(path, "/../"));
                MUST(image);
                free(path);
                free(image);
                for (size_t k = 0; k < seed.services[i].n_secrets; k++)
                        MUST(!seed.services[i].secrets[k].file != !seed.services[i].secrets[k].credential);
        }
        char *note = seed.host_name ? setup_host_name_note(seed.host_name) : NULL;
        free(note);
        if (r >= 0) {
                /* what is written is read as the same */
                struct seed again = {};
                char *first = seed_write(&seed, NULL);
                MUST(strlen(first) > SEED_BYTES_MAX || seed_parse("x.json", first, strlen(first), &again, NULL) >= 0);
                MUST(again.n_services == (strlen(first) > SEED_BYTES_MAX ? 0 : seed.n_services));
                seed_done(&again);
                free(first);
        }
        as_page(text, n);
        seed_done(&seed);
        error_free(e);
        free(text);
        return 0;
}
