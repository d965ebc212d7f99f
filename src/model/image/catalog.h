/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The catalog: images worth offering on this host, from /usr/share/fairlead/catalog.d and
 * /etc/fairlead/catalog.d (data/catalog/README.md is the schema; backend/format/catalogs.h reads it). It says
 * where an image is and what it is good for; whether it is trusted, registry and policy say. */

#include "base/error.h"

struct catalog_entry {
        char *reference; /* as source_text() writes it: "docker://registry.example.test/rsyslog:8" */
        char *title;     /* "Rsyslog: system logging" */
        char *group;     /* "Logging"; NULL: none */
        char *profile;   /* name of the profile that fits its images; NULL: as for every image */
        char *file;      /* path of the file that says so */
        unsigned line;   /* in it, from 1 */
};

struct catalog {
        struct catalog_entry *items; /* by group, then title, those without a group last; sorted */
        size_t n;
        struct error **errors; /* files that are refused: file, line and reason */
        size_t n_errors;
};

void catalog_entry_done(struct catalog_entry *entry);
void catalog_done(struct catalog *catalog);

void catalog_keep_error(struct catalog *catalog, struct error *e); /* takes e */
void catalog_sort(struct catalog *catalog);

/* The profile that the catalog names for an image of this name ("registry.example.test/rsyslog:8", as the
 * engine writes it), whatever its tag; an entry with this very tag goes first. NULL: none. */
const char *catalog_profile(const struct catalog *catalog, const char *name);

/* How many entries can be listed. */
#define CATALOG_ENTRIES_MAX 1000U
