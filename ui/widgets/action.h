/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Every meaning of a key, in one table: its stable name, its word in the key bar and one line of help. The
 * key bar, the help screen, the palette and the manual come from it and from the bindings
 * (ui/widgets/keys.h). */

#include "base/base.h"

enum action {
        ACTION_NONE,

        /* moving */
        ACTION_UP,
        ACTION_DOWN,
        ACTION_LEFT,
        ACTION_RIGHT,
        ACTION_PAGE_UP,
        ACTION_PAGE_DOWN,
        ACTION_FIRST,
        ACTION_LAST,
        ACTION_NEXT_FIELD,
        ACTION_PREVIOUS_FIELD,

        /* everywhere */
        ACTION_BACK,      /* q: at the top it quits */
        ACTION_ESCAPE,    /* Esc: one level back, at the top nothing */
        ACTION_INTERRUPT, /* Ctrl-C: as q, but never ends a job */
        ACTION_HELP,
        ACTION_PALETTE,
        ACTION_MENU,
        ACTION_REFRESH,
        ACTION_REDRAW,
        ACTION_DISPLAY,
        ACTION_SHELL,
        ACTION_QUIT,
        ACTION_SERVICES,
        ACTION_IMAGES,
        ACTION_UNITS,
        ACTION_JOBS,
        ACTION_REALM,
        ACTION_NEXT_PLACE,
        ACTION_PREVIOUS_PLACE,
        ACTION_HOST_LOG,

        /* lists and text */
        ACTION_OPEN,
        ACTION_FILTER,
        ACTION_SORT,
        ACTION_SORT_REVERSE,
        ACTION_NEXT_TROUBLE,
        ACTION_TROUBLE,
        ACTION_SEARCH,
        ACTION_SEARCH_NEXT,
        ACTION_SEARCH_PREVIOUS,
        ACTION_FOLLOW,
        ACTION_WRAP,
        ACTION_TOGGLE, /* Space: checks a box; never acts on a unit */
        ACTION_ALL,
        ACTION_REFERENCE,
        ACTION_FOLD,
        ACTION_CAUSES,

        /* images, plans, forms */
        ACTION_INSTALL,
        ACTION_LINT,
        ACTION_NEXT,
        ACTION_NEXT_PAGE, /* of a form: checked first */
        ACTION_CONSENT,
        ACTION_ALLOW,
        ACTION_REHEARSE,
        ACTION_VOLUMES,
        ACTION_UNIT_FILE,
        ACTION_NO_REHEARSAL,
        ACTION_VALUE,
        ACTION_FIX,
        ACTION_DETAILS,
        ACTION_AGAIN,
        ACTION_JOIN,
        ACTION_LEAVE,
        ACTION_PERMIT,
        ACTION_PERMIT_GROUPS,
        ACTION_DENY,
        ACTION_DENY_GROUPS,
        ACTION_WITHDRAW,
        ACTION_LOGINS,
        ACTION_PERMIT_ALL,
        ACTION_DENY_ALL,
        ACTION_RENEW,
        ACTION_CHECK,
        ACTION_TEST_USER,

        /* services */
        ACTION_LOG,
        ACTION_UNIT,
        ACTION_CHANGES,
        ACTION_RUN,
        ACTION_UPGRADE,
        ACTION_RECONFIGURE,
        ACTION_UNINSTALL,
        ACTION_INSTALL_LOG,
        ACTION_ITS_JOBS,
        ACTION_PIN,
        ACTION_SLEEP, /* a line of trouble */
        ACTION_WAKE,

        /* units */
        ACTION_START,
        ACTION_STOP,
        ACTION_RESTART,
        ACTION_RELOAD,
        ACTION_ENABLE,
        ACTION_DISABLE,
        ACTION_MASK,
        ACTION_UNMASK,
        ACTION_RESET_FAILED,
        ACTION_KILL,
        ACTION_FREEZE,
        ACTION_THAW,
        ACTION_PRIORITY,
        ACTION_SINCE,
        ACTION_PRIORITY_NAME,
        ACTION_RANGE,
        ACTION_BOOT_BEFORE,
        ACTION_BOOT_AFTER,
        ACTION_WRITE,
        ACTION_PAGER,
        ACTION_KERNEL_LOG,
        ACTION_JOB_LOG,
        ACTION_DEPENDENCIES,
        ACTION_PATTERN,
        ACTION_STATE,
        ACTION_MANAGER,
        ACTION_FILES,
        ACTION_PROCESSES,
        ACTION_PROPERTIES,
        ACTION_CONTAINER,
        ACTION_ADOPT,     /* makes a service of a unit that runs a container */
        ACTION_EDIT,      /* the common settings of a unit */
        ACTION_EDITOR,    /* its drop-in as a text, outside the screen */
        ACTION_QUADLET,   /* likewise that of the Quadlet file behind it */
        ACTION_ENTER,     /* a shell in the container */
        ACTION_EXEC,

        /* jobs */
        ACTION_WATCH,
        ACTION_CANCEL,
        ACTION_RESUME,
        ACTION_ROLLBACK,
        ACTION_PRUNE,
        ACTION_DETACH,
        ACTION_ANSWER, /* types a line to the command */
        ACTION_KEYS,   /* gives it every key */
        ACTION_KEYS_BACK,
        ACTION_DIFF,

        _ACTION_MAX,
};

struct action_row {
        const char *name;       /* stable, lower case: "open", "unit-start" */
        const char *word;       /* in the key bar: one or two words */
        const char *help;       /* one line, a sentence without final stop */
};

/* Never NULL; ACTION_NONE and values out of range give a row of empty strings. */
const struct action_row *action_row(enum action action);
