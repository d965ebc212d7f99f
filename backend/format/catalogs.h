/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads catalogs: *.json of /etc/fairlead/catalog.d, then of /usr/share/fairlead/catalog.d, as
 * backend/format/json-files.h says. The schema is data/catalog/README.md. */

#include "backend/io/paths.h"
#include "model/image/catalog.h"

#define CATALOG_BYTES_MAX (1024U * 1024)
#define CATALOG_FILES_MAX 64U

/* Fills *ret, sorted. Bad files are left out and kept as its errors, never fatal. Synchronous: small files,
 * read when they are to be shown. */
void catalogs_read(const struct paths *paths, struct catalog *ret);

/* One file, whether it is a catalog: 0, or negative with file, line and reason. *ret may be NULL. */
int catalogs_check(const char *path, struct catalog *ret, struct error **reterr);

/* source names the text in errors. Adds its entries to *ret, all or none. */
int catalog_parse(const char *source, const char *text, size_t n, struct catalog *ret,
                  struct error **reterr);

/* The shape of data/json.md, "catalog"; the caller frees. */
char *emit_catalog(const struct catalog *catalog);
