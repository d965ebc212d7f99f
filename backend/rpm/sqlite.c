/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rpmdb.sqlite (RPM 4.16 and later): the rows of the table Packages (hnum INTEGER PRIMARY KEY, blob BLOB), by
 * the tree of its pages (sqlite.org/fileformat.html). No index and no other table is looked at, nor what was
 * not written into the file itself yet. */
#include "backend/rpm/internal.h"

#define DEPTH_MAX 20U           /* SQLite's own limit */
#define HEAD_BYTES 100U         /* of the file, at the beginning of page 1 */
#define PAGE_BYTES_MIN 512U
#define USABLE_BYTES_MIN 480U

enum { SQLITE_INTERIOR = 5, SQLITE_LEAF = 13 };

struct sqlite {
        struct rpm_file *file;
        uint32_t page_bytes, usable, pages;
        uint32_t root;          /* of the table; 0: not found yet */
};

typedef bool (*sqlite_row_t)(struct sqlite *db, const uint8_t *row, size_t n);

/* NULL: it cannot be read. The caller frees. */
static uint8_t *sqlite_page(struct sqlite *db, uint32_t number) {
        if (number < 1 || number > db->pages)
                return NULL;
        _cleanup_free_ uint8_t *page = xcalloc(1, db->page_bytes);
        return rpm_file_read(db->file, (uint64_t) (number - 1) * db->page_bytes, page, db->page_bytes)
                       ? TAKE(page)
                       : NULL;
}

/* Seven bits a byte, the highest first, and all eight of a ninth. */
static bool sqlite_number(const uint8_t **at, const uint8_t *end, uint64_t *ret) {
        *ret = 0;
        for (unsigned i = 0; i < 9 && *at < end; i++) {
                uint8_t byte = *(*at)++;
                *ret = i == 8 ? *ret << 8 | byte : *ret << 7 | (byte & 0x7f);
                if (i == 8 || !(byte & 0x80))
                        return true;
        }
        return false;
}

/* ---- columns of a row ---- */

/* Of a type of a column: how many bytes its value has. */
static uint64_t sqlite_value_bytes(uint64_t type) {
        static const uint8_t of_numbers[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0 };
        return type < ELEMENTS(of_numbers) ? of_numbers[type] : (type - ELEMENTS(of_numbers)) / 2;
}

/* A column, as far as the bytes of the row that were read hold it. */
static bool sqlite_column(const uint8_t *row, size_t n, unsigned column, struct span *ret) {
        const uint8_t *at = row, *end = row + n;
        uint64_t head, type, offset, bytes;
        if (!sqlite_number(&at, end, &head) || head > n)
                return false;
        offset = head;
        for (end = row + head;; offset += bytes) {
                if (!sqlite_number(&at, end, &type) || offset > n)
                        return false;
                bytes = sqlite_value_bytes(type);
                if (column-- == 0)
                        break;
                if (bytes > n)
                        return false;
        }
        *ret = (struct span) { (const char *) row + offset, MIN(bytes, n - offset) };
        return true;
}

static bool sqlite_text_is(struct span text, const char *what) {
        return text.n == strlen(what) && memcmp(text.at, what, text.n) == 0;
}

/* The schema: type, name, tbl_name, rootpage, sql. */
static bool sqlite_on_table(struct sqlite *db, const uint8_t *row, size_t n) {
        struct span type, name, root;
        if (sqlite_column(row, n, 0, &type) && sqlite_text_is(type, "table") &&
            sqlite_column(row, n, 1, &name) && sqlite_text_is(name, "Packages") &&
            sqlite_column(row, n, 3, &root) && root.n <= 4)
                for (size_t i = 0; i < root.n; i++)
                        db->root = db->root << 8 | (uint8_t) root.at[i];
        return true;
}

static bool sqlite_on_package(struct sqlite *db, const uint8_t *row, size_t n) {
        struct span blob;
        if (!sqlite_column(row, n, 1, &blob))
                return false;
        packages_read_rpm(db->file->list, blob.at, blob.n);
        return true;
}

/* ---- the tree ---- */

/* The beginning of a row. The page of the tree has its first bytes, and a chain of pages the rest. */
static bool sqlite_row(struct sqlite *db, const uint8_t *at, const uint8_t *end, sqlite_row_t on_row) {
        uint64_t size, id, here, n;
        if (!sqlite_number(&at, end, &size) || !sqlite_number(&at, end, &id) || size > db->file->size)
                return false;
        const uint32_t most = db->usable - 35, least = (db->usable - 12) * 32 / 255 - 23;
        here = size;
        if (size > most) {
                here = least + (size - least) % (db->usable - 4);
                if (here > most)
                        here = least;
        }
        if (here + (size > here ? 4 : 0) > (uint64_t) (end - at))
                return false;
        uint32_t next = size > here ? rpm_be32(at + here) : 0;
        const uint64_t wanted = MIN(size, RPM_HEADER_BYTES_MAX);
        n = MIN(here, wanted);
        memcpy(db->file->header, at, n);
        while (n < wanted) {
                _cleanup_free_ uint8_t *page = sqlite_page(db, next);
                if (!page)
                        return false;
                uint64_t more = MIN(wanted - n, db->usable - 4);
                memcpy(db->file->header + n, page + 4, more);
                n += more;
                next = rpm_be32(page);
        }
        return on_row(db, db->file->header, n);
}

static bool sqlite_walk(struct sqlite *db, uint32_t number, unsigned depth, sqlite_row_t on_row) {
        _cleanup_free_ uint8_t *page = depth < DEPTH_MAX ? sqlite_page(db, number) : NULL;
        if (!page)
                return false;
        const uint8_t *head = page + (number == 1 ? HEAD_BYTES : 0), *end = page + db->usable;
        const bool interior = *head == SQLITE_INTERIOR;
        const uint8_t *cells = head + (interior ? 12 : 8);
        const size_t n = rpm_be16(head + 3);
        if ((!interior && *head != SQLITE_LEAF) || 2 * n > (size_t) (end - cells))
                return false;
        for (size_t i = 0; i < n && !db->file->list->cut; i++) {
                size_t offset = rpm_be16(cells + 2 * i);
                if (offset + 4 > db->usable)
                        return false;
                if (!(interior ? sqlite_walk(db, rpm_be32(page + offset), depth + 1, on_row)
                               : sqlite_row(db, page + offset, end, on_row)))
                        return false;
        }
        return !interior || sqlite_walk(db, rpm_be32(head + 8), depth + 1, on_row);
}

bool rpm_sqlite_read(struct rpm_file *file) {
        uint8_t head[HEAD_BYTES];
        if (!rpm_file_read(file, 0, head, sizeof head))
                return false;
        struct sqlite db = { .file = file, .page_bytes = rpm_be16(head + 16) };
        if (db.page_bytes == 1)
                db.page_bytes = 65536;
        if (db.page_bytes < PAGE_BYTES_MIN || (db.page_bytes & (db.page_bytes - 1)) != 0 ||
            db.page_bytes - head[20] < USABLE_BYTES_MIN)
                return false;
        db.usable = db.page_bytes - head[20];
        db.pages = (uint32_t) (file->size / db.page_bytes);
        return sqlite_walk(&db, 1, 0, sqlite_on_table) && db.root &&
               sqlite_walk(&db, db.root, 0, sqlite_on_package);
}
