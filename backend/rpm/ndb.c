/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packages.db (RPM 4.14 and later, where it was built so): pages of slots at its beginning, each with the
 * place of a header in blocks. All numbers have their lowest byte first. */
#include "backend/rpm/internal.h"

#define PAGE_BYTES 4096U
#define SLOT_BYTES 16U
#define BLOCK_BYTES 16U
#define HEAD_BYTES 32U          /* of the file, in place of the first slots */
#define BLOB_HEAD_BYTES 16U

static bool ndb_read_blob(struct rpm_file *file, uint32_t block, uint32_t package) {
        uint8_t head[BLOB_HEAD_BYTES];
        const uint64_t offset = (uint64_t) block * BLOCK_BYTES;
        if (!rpm_file_read(file, offset, head, sizeof head) || memcmp(head, "BlbS", 4) != 0 ||
            rpm_le32(head + 4) != package)
                return false;
        const size_t n = MIN(rpm_le32(head + 12), RPM_HEADER_BYTES_MAX);
        if (!rpm_file_read(file, offset + sizeof head, file->header, n))
                return false;
        packages_read_rpm(file->list, (const char *) file->header, n);
        return true;
}

bool rpm_ndb_read(struct rpm_file *file) {
        uint8_t head[HEAD_BYTES], page[PAGE_BYTES];
        if (!rpm_file_read(file, 0, head, sizeof head) || rpm_le32(head + 4) != 0) /* the version */
                return false;
        const uint64_t pages = rpm_le32(head + 12);
        for (uint64_t i = 0; i < pages && !file->list->cut; i++) {
                if (!rpm_file_read(file, i * PAGE_BYTES, page, sizeof page))
                        return false;
                for (size_t at = i ? 0 : HEAD_BYTES; at < PAGE_BYTES; at += SLOT_BYTES) {
                        const uint8_t *slot = page + at;
                        uint32_t package = rpm_le32(slot + 4), block = rpm_le32(slot + 8);
                        if (memcmp(slot, "Slot", 4) != 0 || (block && !ndb_read_blob(file, block, package)))
                                return false;
                }
        }
        return true;
}
