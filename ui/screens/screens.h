/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The screens, one file each, and the arg of their open(). People go from each to many others and back: that
 * screens open each other is the one circle between the files here, and it is only by these names. */

#include "ui/screen.h"

extern const struct screen_class services_screen;       /* arg: NULL */
extern const struct screen_class trouble_screen;        /* arg: const char *id of a trouble; NULL */
extern const struct screen_class images_screen;         /* arg: NULL */
extern const struct screen_class image_screen;          /* arg: const char *reference */
extern const struct screen_class open_screen;           /* arg: NULL */
extern const struct screen_class source_screen;         /* arg: const char *source */
extern const struct screen_class wizard_screen;         /* arg: const struct wizard_order * */
extern const struct screen_class job_screen;            /* arg: const char *job id */
extern const struct screen_class jobs_screen;           /* arg: const char *service name to filter by; NULL */
extern const struct screen_class changes_screen;        /* arg: const char *service name or job id */
extern const struct screen_class units_screen;          /* arg: NULL */
extern const struct screen_class unit_screen;           /* arg: const char *unit name */
extern const struct screen_class edit_screen;           /* arg: const struct edit_order * */
extern const struct screen_class log_screen;    /* arg: const struct log_order *; NULL: the whole host */
extern const struct screen_class entry_screen;          /* arg: const char *cursor of a journal's entry */
extern const struct screen_class unit_inside_screen;    /* arg: const struct unit_inside_order * */
extern const struct screen_class unit_tree_screen;      /* arg: const char *unit's address */
extern const struct screen_class realm_screen;          /* arg: NULL */
extern const struct screen_class logins_screen;         /* arg: NULL */
extern const struct screen_class check_screen;          /* arg: const char *domain; NULL: this host's */
extern const struct screen_class help_screen;           /* arg: const struct screen * to explain */
extern const struct screen_class palette_screen;        /* arg: NULL */

/* All of them, in the order of the manual page; NULL-terminated. */
extern const struct screen_class *const screen_classes[];

/* The places of the keys 1 to 5, ? and :, for struct ui_options. */
extern const struct ui_places screen_places;

/* The order to the wizard: install of an image; or reconfiguration, uninstall and run of an installed
 * service. */
struct wizard_order {
        enum plan_verb verb;
        const char *image;      /* reference; NULL for an installed service */
        const char *name;       /* service name; NULL: the default */
        /* An install that is tried again: its answers, its mode, and the fix, which decides the page. Of a
         * reconfiguration those of the service, and image is the one that it runs. */
        const struct answers *answers;
        const char *mode;
        enum fix fix;
        const struct access_change *access;     /* VERB_ACCESS */
        char *const *set;       /* VERB_EDIT: the settings of the unit called name */
};

struct unit_inside_order {
        const char *unit;       /* its address */
        enum inside_part part;
};

struct edit_order {
        const char *unit;
        char *const *set;       /* "Restart=always", …: typed before; NULL */
};

struct log_order {
        const char *unit;       /* NULL: the whole host's log */
        bool kernel;            /* the kernel's alone */
        const char *container;  /* or NULL */
        const char *title;      /* NULL: the unit's name */
};
