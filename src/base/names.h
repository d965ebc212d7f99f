/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Enum <-> word, from one const table. Files and --json hold the words: they are never renamed.
 *
 *     DECLARE_NAMES(severity, enum severity);                in the header
 *     static const char *const severity_names[] = { … };     in the .c, indexed by the enum
 *     DEFINE_NAMES(severity, enum severity)
 *
 * gives `const char *severity_name(enum severity)` ("?" out of range) and `int severity_from_name(const char
 * *)` (the value, or -EINVAL). */

#include "base/base.h"

#define DECLARE_NAMES(prefix, type)             \
        const char *prefix##_name(type value);  \
        int prefix##_from_name(const char *name)

#define DEFINE_NAMES(prefix, type)                                                              \
        const char *prefix##_name(type value) {                                                 \
                return (size_t) value < ELEMENTS(prefix##_names) && prefix##_names[value]       \
                                       ? prefix##_names[value]                                  \
                                       : "?";                                                   \
        }                                                                                       \
        int prefix##_from_name(const char *name) {                                              \
                for (size_t i = 0; name && i < ELEMENTS(prefix##_names); i++)                   \
                        if (prefix##_names[i] && strcmp(prefix##_names[i], name) == 0)          \
                                return (int) i;                                                 \
                return -EINVAL;                                                                 \
        }
