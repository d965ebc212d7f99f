/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packages (RPM before 4.16): a hash of Berkeley DB, of which each page is looked at in turn. Its items are
 * pairs of a key and a header, which mostly has a chain of pages of its own. */
#include "backend/rpm/internal.h"

#define META_BYTES 72U
#define HEAD_BYTES 26U          /* of each page */
#define PAGE_BYTES_MIN 512U
#define PAGE_BYTES_MAX 65536U

enum { BERKELEY_HASH_UNSORTED = 2, BERKELEY_OVERFLOW = 7, BERKELEY_HASH_META = 8, BERKELEY_HASH = 13 };
enum { ITEM_HERE = 1, ITEM_ON_PAGES = 3 };

struct berkeley {
        struct rpm_file *file;
        bool big;               /* the highest byte of a number comes first */
        uint32_t page_bytes, pages;
        uint8_t page[PAGE_BYTES_MAX], chain[PAGE_BYTES_MAX];
};

static uint32_t berkeley_u32(const struct berkeley *db, const uint8_t *at) {
        return db->big ? rpm_be32(at) : rpm_le32(at);
}

static uint32_t berkeley_u16(const struct berkeley *db, const uint8_t *at) {
        return db->big ? rpm_be16(at) : (uint32_t) at[0] | (uint32_t) at[1] << 8;
}

static bool berkeley_page(struct berkeley *db, uint32_t number, uint8_t *page, size_t n) {
        return number < db->pages &&
               rpm_file_read(db->file, (uint64_t) number * db->page_bytes, page, n);
}

static bool berkeley_read_chain(struct berkeley *db, uint32_t number, uint32_t size) {
        const size_t wanted = MIN(size, RPM_HEADER_BYTES_MAX);
        const uint8_t *page = db->chain;
        size_t n = 0;
        while (n < wanted) {
                if (!berkeley_page(db, number, db->chain, db->page_bytes) || page[25] != BERKELEY_OVERFLOW)
                        return false;
                size_t here = berkeley_u16(db, page + 22);
                if (!here || here > db->page_bytes - HEAD_BYTES)
                        return false;
                here = MIN(here, wanted - n);
                memcpy(db->file->header + n, page + HEAD_BYTES, here);
                n += here;
                number = berkeley_u32(db, page + 16);
        }
        packages_read_rpm(db->file->list, (const char *) db->file->header, n);
        return true;
}

/* Offsets of items stand behind the head; an item ends where the one before it begins. */
static bool berkeley_read_items(struct berkeley *db) {
        const uint8_t *page = db->page;
        const size_t n = berkeley_u16(db, page + 20);
        if (2 * n > db->page_bytes - HEAD_BYTES)
                return false;
        for (size_t i = 1; i < n && !db->file->list->cut; i += 2) {
                const uint8_t *offsets = page + HEAD_BYTES + 2 * i;
                size_t at = berkeley_u16(db, offsets), end = berkeley_u16(db, offsets - 2);
                if (at >= end || end > db->page_bytes)
                        return false;
                if (page[at] == ITEM_HERE)
                        packages_read_rpm(db->file->list, (const char *) page + at + 1, end - at - 1);
                else if (page[at] != ITEM_ON_PAGES || end - at < 12 ||
                         !berkeley_read_chain(db, berkeley_u32(db, page + at + 4),
                                              berkeley_u32(db, page + at + 8)))
                        return false;
        }
        return true;
}

bool rpm_berkeley_read(struct rpm_file *file) {
        uint8_t meta[META_BYTES];
        if (!rpm_file_read(file, 0, meta, sizeof meta))
                return false;
        _cleanup_free_ struct berkeley *db = new0(struct berkeley);
        db->file = file;
        db->big = meta[12] == 0;
        db->page_bytes = berkeley_u32(db, meta + 20);
        /* neither encrypted nor with sums, which RPM's never are: their pages look otherwise */
        if (db->page_bytes < PAGE_BYTES_MIN || db->page_bytes > PAGE_BYTES_MAX || meta[24] ||
            meta[25] != BERKELEY_HASH_META || (meta[26] & 1))
                return false;
        db->pages = (uint32_t) (file->size / db->page_bytes);
        if (berkeley_u32(db, meta + 32) >= db->pages) /* its last page */
                return false;
        for (uint32_t i = 1; i < db->pages && !file->list->cut; i++) {
                if (!berkeley_page(db, i, db->page, HEAD_BYTES))
                        return false;
                uint8_t type = db->page[25];
                if (type != BERKELEY_HASH && type != BERKELEY_HASH_UNSORTED)
                        continue;
                if (!berkeley_page(db, i, db->page, db->page_bytes) || !berkeley_read_items(db))
                        return false;
        }
        return true;
}
