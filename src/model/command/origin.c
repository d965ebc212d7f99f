/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the words of a command come from, and what is said of them: one finding for one cause. */

#include "model/command/internal.h"

size_t command_place(const struct command *command, size_t word) {
        return command->origins ? command->origins[word].word : word + 1;
}

unsigned command_engine_bit(const struct reading *r) {
        return r->command->engine == ENGINE_DOCKER ? HAS_DOCKER : HAS_PODMAN;
}

const char *command_engine_title(const struct reading *r) {
        return command_engine_bit(r) == HAS_DOCKER ? "Docker" : "Podman";
}

bool command_has_hole(const struct command *c, size_t word) {
        return c->origins && word > 0 && c->argv[word] && c->origins[word].hole;
}

static bool is_behind_shell(const struct reading *r, size_t word) {
        return r->source->shell && r->command->argv[word] &&
               r->command->origins[word].word >= r->source->shell;
}

bool command_follows(const struct reading *r, size_t word, const char *id) {
        const struct command *c = r->command;
        const struct finding_kind *kind = finding_kind(id);
        size_t value = c->argv[word] ? word + 1 : word; /* of an option the next word may be meant */
        return c->origins && kind && kind->follows &&
               (is_behind_shell(r, word) || is_behind_shell(r, value) || command_has_hole(c, word) ||
                command_has_hole(c, value));
}

/* Some values do begin with a dash: -1 for "no limit", -500 for a score. */
bool command_is_swallowed(const char *option, const char *value) {
        return value[0] == '-' && value[1] && !(value[1] >= '0' && value[1] <= '9') &&
               !STR_IN_SET(option, "--entrypoint", "--health-cmd");
}
