/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a code of libcurl means for a request over the engine's socket, and what to try next. */

#include <curl/curl.h>

#include "base/error.h"

/* A request to the engine at socket did not come to an answer: sets *reterr and returns its code. */
int http_error(struct error **reterr, CURLcode code, const char *socket);
