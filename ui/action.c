/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/action.h"

static const struct action_row action_table[_ACTION_MAX] = {
        [ACTION_NONE] = { "", "", "" },

        [ACTION_UP] = { "up", "up", "Move the focus one up" },
        [ACTION_DOWN] = { "down", "down", "Move the focus one down" },
        [ACTION_LEFT] = { "left", "left", "Move left in text wider than the screen, and between buttons" },
        [ACTION_RIGHT] = { "right", "right", "Move right in text wider than the screen, and between buttons" },
        [ACTION_PAGE_UP] = { "page-up", "page up", "Move one screen up" },
        [ACTION_PAGE_DOWN] = { "page-down", "page down", "Move one screen down" },
        [ACTION_FIRST] = { "first", "first", "Go to the beginning" },
        [ACTION_LAST] = { "last", "last", "Go to the end" },
        [ACTION_NEXT_FIELD] = { "next-field", "next field", "Go to the next field or button" },
        [ACTION_PREVIOUS_FIELD] = { "previous-field", "previous field", "Go to the previous field or button" },

        [ACTION_BACK] = { "back", "back", "Go back one screen; on Services it leaves Fairlead" },
        [ACTION_ESCAPE] = { "escape", "back", "Go back one screen; it never leaves Fairlead" },
        [ACTION_INTERRUPT] = { "interrupt", "back", "Go back; on a running job it asks whether to cancel" },
        [ACTION_HELP] = { "help", "help", "Say what this screen shows and what its keys do" },
        [ACTION_PALETTE] = { "palette", "commands", "Find a command by its name" },
        [ACTION_MENU] = { "menu", "actions", "Show what can be done with the focused thing" },
        [ACTION_REFRESH] = { "refresh", "refresh", "Ask the host again for what is shown" },
        [ACTION_REDRAW] = { "redraw", "redraw", "Draw the screen again and ask the terminal for its size" },
        [ACTION_DISPLAY] = { "display", "display", "Change the display profile: basic, normal, rich" },
        [ACTION_SHELL] = { "shell", "shell", "Open a shell; \"exit\" returns here" },
        [ACTION_QUIT] = { "quit", "quit", "Leave Fairlead; jobs and services go on" },
        [ACTION_SERVICES] = { "services", "services", "Go to the installed services" },
        [ACTION_IMAGES] = { "images", "images", "Go to the images that can be installed" },
        [ACTION_UNITS] = { "units", "units", "Go to the systemd units of this host" },
        [ACTION_JOBS] = { "jobs", "jobs", "Go to the jobs, running and done" },

        [ACTION_OPEN] = { "open", "open", "Open the focused thing" },
        [ACTION_FILTER] = { "filter", "filter", "Show only the rows that contain what you type" },
        [ACTION_SORT] = { "sort", "sort", "Sort by the next column" },
        [ACTION_SEARCH] = { "search", "search", "Search in the text" },
        [ACTION_SEARCH_NEXT] = { "search-next", "next match", "Go to the next match" },
        [ACTION_SEARCH_PREVIOUS] = { "search-previous", "previous match", "Go to the previous match" },
        [ACTION_FOLLOW] = { "follow", "follow", "Stay at the newest line as more come" },
        [ACTION_WRAP] = { "wrap", "wrap", "Wrap long lines, or cut them and move sideways" },
        [ACTION_TOGGLE] = { "toggle", "change", "Check or uncheck the focused box" },
        [ACTION_ALL] = { "all", "all", "Show all of them, or only those that matter here" },
        [ACTION_CAUSES] = { "causes", "why", "Show what lay behind it" },
        [ACTION_FOLD] = { "fold", "fold", "Show or hide the steps that are done" },

        [ACTION_INSTALL] = { "install", "install",
                             "Set this image up as a service; first it says what will be done" },
        [ACTION_LINT] = { "lint", "findings", "Go to what is wrong or risky in the labels" },
        [ACTION_NEXT] = { "next", "next", "Go to the next page" },
        [ACTION_NEXT_PAGE] = { "next-page", "next page", "Go to the next page, when no answer is wrong" },
        [ACTION_CONSENT] = { "consent", "consent", "Ask for your consent; then it is begun" },
        [ACTION_ALLOW] = { "allow", "allow", "Allow a finding that refuses this plan" },
        [ACTION_VALUE] = { "value", "change value", "Change an answer" },

        [ACTION_LOG] = { "log", "log", "Read the log" },
        [ACTION_UNIT] = { "unit", "unit", "Show the unit that runs it" },
        [ACTION_CHANGES] = { "changes", "changes", "Show the files that its install changed" },
        [ACTION_RUN] = { "run", "run", "Run its RUN label once" },
        [ACTION_UPGRADE] = { "upgrade", "upgrade", "Go to the newest image; first it says what will be done" },
        [ACTION_UNINSTALL] = { "uninstall", "uninstall", "Run its UNINSTALL label and put every changed file back" },
        [ACTION_INSTALL_LOG] = { "install-log", "install log", "Show how its install went" },

        [ACTION_START] = { "start", "start", "Start it now" },
        [ACTION_STOP] = { "stop", "stop", "Stop it now; if enabled it starts again at the next boot" },
        [ACTION_RESTART] = { "restart", "restart", "Stop it and start it again" },
        [ACTION_RELOAD] = { "reload", "reload", "Have it read its configuration again without stopping" },
        [ACTION_ENABLE] = { "enable", "enable", "Start it at every boot from now on; it is not started now" },
        [ACTION_DISABLE] = { "disable", "disable", "Do not start it at boot any more; it is not stopped now" },
        [ACTION_MASK] = { "mask", "mask", "Make it impossible to start, for people and for other units" },
        [ACTION_UNMASK] = { "unmask", "unmask", "Undo mask: it can be started again" },
        [ACTION_RESET_FAILED] = { "reset-failed", "reset failed", "Forget that it failed and how often it restarted" },
        [ACTION_PRIORITY] = { "priority", "priority", "Show only lines of this priority and more urgent ones" },
        [ACTION_SINCE] = { "since", "time", "Show lines of the last hour, the last day or all" },
        [ACTION_DEPENDENCIES] = { "dependencies", "dependencies", "Show what it needs and what needs it" },
        [ACTION_PATTERN] = { "pattern", "kind", "Show services, all units, or those that failed" },

        [ACTION_WATCH] = { "watch", "watch", "Watch the job that runs" },
        [ACTION_CANCEL] = { "cancel", "cancel", "Stop the job and put everything back as it was" },
        [ACTION_RESUME] = { "resume", "go on", "Go on with a job that was interrupted" },
        [ACTION_ROLLBACK] = { "rollback", "put back", "Put back everything the job did" },
        [ACTION_DETACH] = { "detach", "detach", "Leave the job alone; it goes on, and Jobs (4) returns to it" },
        [ACTION_ANSWER] = { "answer", "answer", "Type a line to the command" },
        [ACTION_DIFF] = { "diff", "difference", "Show the change line by line" },
};

const struct action_row *action_row(enum action action) {
        if ((unsigned) action >= _ACTION_MAX)
                action = ACTION_NONE;
        return &action_table[action];
}
