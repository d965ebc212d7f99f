/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a fuzz target claims: it ends with the line and the claim where that does not hold. */

#include <stdio.h>
#include <stdlib.h>

#define MUST(condition)                                                            \
        do {                                                                       \
                if (!(condition)) {                                                \
                        fprintf(stderr, "%d: %s\n", __LINE__, #condition);        \
                        abort();                                                   \
                }                                                                  \
        } while (0)
