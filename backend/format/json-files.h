/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The *.json files of one kind (profiles, catalogs) in two folders: what this host's people wrote, in /etc,
 * and what packages brought, in /usr. A file in /etc hides one of the same name in /usr, also when it is bad:
 * a local change must not be undone silently. Both decide what a program of root's runs or offers, so what
 * others than root may write is refused, its folder included. */

#include "base/base.h"

struct json_files {
        const char *what;            /* "profile": for sentences; its plural takes an s */
        const char *local, *shipped; /* the folders; an absent one has no files */
        size_t bytes_max;            /* of a file */
        unsigned files_max;          /* of a folder; what is beyond is left out */
        /* One file, in the order of names, those of /etc first. Owns text. Negative with the error: it is
         * bad. */
        int (*read)(const char *path, char *text, size_t n, bool local, void *userdata,
                    struct error **reterr);
        void (*refused)(struct error *e, void *userdata); /* a bad file or folder; owns e */
        void *userdata;
};

/* Reads both folders, in one go: a few small files at the start of a program. */
void json_files_read(const struct json_files *files);

/* One file by its path, as a file of /etc would be read; for those who check what they write. */
int json_file_read(const struct json_files *files, const char *path, struct error **reterr);
