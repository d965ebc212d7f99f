/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shims on the disk. The record of their service lists them; it is written before the first, so that none is
 * ever without an owner. */

#include "backend/io/paths.h"
#include "model/service/service.h"

/* Writes shims for the tools that have none yet. A file of that name which is not a shim of this service
 * stays, and is named in *ret_others (the caller's; NULL: none). -EBUSY with a sentence: a job changes this
 * host now. */
int shims_add(const struct paths *paths, const char *service, char *const *tools, char ***ret_others,
              struct error **reterr);

/* Removes those of the service that still are what was written; the others are named, too. */
int shims_remove(const struct paths *paths, const char *service, char ***ret_others, struct error **reterr);

/* The same for a job, which has the host already and keeps the record; and back. root: the folder used as
 * "/". */
void shims_unlink(int root, const struct service *record);
int shims_restore(int root, const struct service *record, struct error **reterr);
