/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The meaning of libcurl's codes for a request over the engine's socket, with hints. */

#include <curl/curl.h>

#include "base/base.h"

/* For a request to the engine at socket that got no answer: sets *reterr and returns its code. */
int http_error(struct error **reterr, CURLcode code, const char *socket);
