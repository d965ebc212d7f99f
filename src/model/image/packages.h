/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The packages in an image, read from the files of its package manager, and what an update changes of them.
 * Pure: backend/engine/packages.c finds the files, backend/rpm the headers in RPM's database. What they hold
 * is foreign: entries with names or versions that no package manager writes are left out. */

#include "model/image/label-changes.h"

#define PACKAGES_MAX 20000U

struct package {
        char *name; /* "openssl"; "libc6:i386" where there are several of one name */
        char *version;
        char *architecture; /* NULL: not known */
};
struct package_list {
        struct package *items;
        size_t n;
        bool cut; /* there are more than PACKAGES_MAX */
};
struct package_list *package_list_free(struct package_list *list);
DEFINE_CLEANUP(struct package_list, package_list_free)

/* Adds those of a text: dpkg's status, or a file of status.d (of images without a shell); apk's installed. */
void packages_read_dpkg(struct package_list *list, const char *text, size_t n);
void packages_read_apk(struct package_list *list, const char *text, size_t n);
/* Adds that of a header as RPM's database has it, of which these are the first bytes: version "EPOCH:VERSION-
 * RELEASE", and the keys that it trusts by their id ("gpg-pubkey-8a3872bf"), since all have one name. */
void packages_read_rpm(struct package_list *list, const char *bytes, size_t n);
/* By name, each once, behind the last text. */
void package_list_sort(struct package_list *list);

struct package_change {
        enum difference difference; /* changed, added or removed */
        char *name;
        char *before, *after; /* versions; NULL: there is none */
};
struct package_changes {
        struct package_change *items; /* by name */
        size_t n;
        size_t count[_DIFFERENCE_MAX]; /* of each, those that are the same, too */
};
void package_changes_done(struct package_changes *changes);
/* Of two sorted lists. */
void package_changes_make(const struct package_list *before, const struct package_list *after,
                          struct package_changes *ret);
/* "openssl 3.0.15 -> 3.0.16", "curl 8.1 new", "wget 1.21 gone"; the caller frees. */
char *package_change_text(const struct package_change *change);
/* "2 packages changed, 1 new, 0 gone, 95 the same"; the caller frees. */
char *package_changes_text(const struct package_changes *changes);
