/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <endian.h>
#include <sys/param.h>

#include "backend/rpm/rpm.h"

/* What is read of one header: names and versions come first, lists of files are behind them. */
#define RPM_HEADER_BYTES_MAX (32U * 1024)

struct rpm_file {
        int fd;
        uint64_t size, left;            /* left: bytes that may still be read */
        struct package_list *list;
        uint8_t header[RPM_HEADER_BYTES_MAX];
};

/* Reads all n bytes, or false: they are not there, or more than may be read. */
bool rpm_file_read(struct rpm_file *file, uint64_t offset, void *to, size_t n);

/* Add the packages of a database of their kind; false: it is damaged. */
bool rpm_sqlite_read(struct rpm_file *file);
bool rpm_ndb_read(struct rpm_file *file);
bool rpm_berkeley_read(struct rpm_file *file);

static inline uint32_t rpm_be32(const uint8_t *at) {
        uint32_t value;
        memcpy(&value, at, sizeof value);
        return be32toh(value);
}

static inline uint16_t rpm_be16(const uint8_t *at) {
        uint16_t value;
        memcpy(&value, at, sizeof value);
        return be16toh(value);
}

static inline uint32_t rpm_le32(const uint8_t *at) {
        uint32_t value;
        memcpy(&value, at, sizeof value);
        return le32toh(value);
}
