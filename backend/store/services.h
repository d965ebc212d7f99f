/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The records of installed services: `state`/services/NAME.json. */

#include "backend/io/paths.h"
#include "model/service/service.h"

#define SERVICES_MAX 1024U

/* Every readable record; an invalid one is skipped, and the first error is in *reterr (may be NULL). */
struct service_list *services_list(const struct paths *paths, struct error **reterr);

/* -ENOENT with a sentence: no service of this name is installed. */
/* -EACCES where there may be services, but not for this user to see. */
int services_visible(const struct paths *paths, struct error **reterr);
int services_read(const struct paths *paths, const char *name, struct service **ret, struct error **reterr);
bool services_exists(const struct paths *paths, const char *name);
int services_write(const struct paths *paths, const struct service *service, struct error **reterr);
int services_remove(const struct paths *paths, const char *name, struct error **reterr);
