/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What engines and image configurations write alike: for rows of JSON_CALL whose member is the whole
 * struct image. Foreign: what cannot be used is left out, within the ceilings of model/image/image.h. */

#include "backend/format/json.h"

/* {"KEY": "VALUE"}; null where an image has none. */
json_item_t image_read_labels;
/* {"/data": {}}; null where an image has none. */
json_item_t image_read_volumes;
