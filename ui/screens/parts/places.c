/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/known-jobs.h"
#include "ui/screens/screens.h"

const struct ui_places screen_places = {
        .home = &services_screen,
        .services = &services_screen,
        .images = &images_screen,
        .units = &units_screen,
        .jobs = &jobs_screen,
        .realm = &realm_screen,
        .log = &log_screen,
        .help = &help_screen,
        .palette = &palette_screen,
        .job = known_jobs_brief,
};

const struct screen_class *const screen_classes[] = {
        &services_screen, &trouble_screen, &images_screen, &image_screen, &open_screen, &source_screen,
        &wizard_screen, &job_screen, &jobs_screen, &changes_screen, &units_screen, &unit_screen,
        &unit_inside_screen, &unit_tree_screen, &edit_screen,
        &log_screen, &entry_screen,
        &realm_screen, &logins_screen, &check_screen, &help_screen, &palette_screen, NULL,
};
