/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* RPM's databases, read from their file: by none of the libraries that would open it. librpm takes locks,
 * reads macros of the host and wants a folder; SQLite's would run what a foreign schema says, as root; and
 * neither reads all three kinds. Of each kind only the way to the rows is read here, a row's beginning and no
 * more, and the same byte at most twice: nothing that a file holds keeps a reader longer. */

#include "model/image/packages.h"

/* Names in RPM's folder, the newest kind first; ends with NULL. */
extern const char *const rpm_database_names[];
/* Behind such a name: a file that is not empty beside it holds what its own does not say yet. Ends with
 * NULL. */
extern const char *const rpm_database_unfinished[];

/* Adds the packages of an open database; its kind is known by its first bytes. path: for the sentence, "Its
 * database of RPM (PATH) is damaged". Errors: -ENOTSUP (of no kind
 * that is read, or too large), -EBADMSG (damaged: what was read before stays in the list), -errno. */
int rpm_database_read(int fd, const char *path, struct package_list *list, struct error **reterr);
