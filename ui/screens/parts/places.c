/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/screens.h"

const struct ui_places screen_places = {
        .home = &services_screen,
        .services = &services_screen,
        .images = &images_screen,
        .units = &units_screen,
        .jobs = &jobs_screen,
        .realm = &realm_screen,
        .help = &help_screen,
        .palette = &palette_screen,
};
