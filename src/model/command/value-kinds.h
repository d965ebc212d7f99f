/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Internal to this folder: kinds of values (value-kinds.c). Each has an argument of its row in the table of
 * check-value.c, and is true where the engine may take the value. */

#include "model/command/internal.h"

bool value_matches(const char *value, const char *pattern);     /* fnmatch(3) with extensions, without case */
bool value_is_word(const char *value, const char *pattern);     /* the same, with case */
bool value_is_number(const char *value, const char *range);     /* "0..100", "1.." */
bool value_is_size(const char *value, const char *least);       /* 0, or at least that; "": any */
bool value_is_decimal(const char *value, const char *positive); /* "": also negative */
bool value_is_duration(const char *value, const char *least);   /* "any": also a negative one */
bool value_is_no_or_long(const char *value, const char *least); /* a duration: 0, or at least that */
bool value_is_short(const char *value, const char *most);       /* so many bytes */
bool value_is_set(const char *value, const char *);             /* of processors: 0-3,5 */
bool value_is_address(const char *value, const char *family);   /* "4", "6", "": either */
bool value_is_addresses(const char *value, const char *family); /* with commas between */
bool value_is_host(const char *value, const char *separator);   /* NAME:ADDRESS */
bool value_is_hardware_address(const char *value, const char *);
bool value_is_exposed(const char *value, const char *protocols);
bool value_is_published(const char *value, const char *one); /* see there */
bool value_is_rate(const char *value, const char *unit);     /* PATH:SIZE; unit "": PATH:NUMBER */
bool value_is_device(const char *value, const char *);
bool value_is_limit(const char *value,
                    const char *any_case); /* "": names in small letters, without RLIMIT_ */
bool value_is_id_map(const char *value, const char *);
bool value_is_capability(const char *value, const char *separator);
bool value_is_signal(const char *value, const char *);
bool value_is_keys(const char *value, const char *);
bool value_is_user(const char *value, const char *);
bool value_is_log_option(const char *value, const char *equal); /* equal "": the key may be empty */
