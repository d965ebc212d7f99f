/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "base/nearest.h"
#include "model/command/internal.h"

#define B HAS_BOTH
#define P HAS_PODMAN
#define D HAS_DOCKER
#define PA (HAS_PODMAN | HAS_ANYWHERE)
#define V ENGINE_VERSION
#define TABLE(rows) \
        { rows, ELEMENTS(rows) }

/* ---- before the subcommand ---- */

static const struct option_row podman_rows[] = {
        { "--cdi-spec-dir", 0, P, true, NOTE, "Reads descriptions of devices from this folder" },
        { "--cgroup-manager", 0, PA, true, NONE, "Who makes the containers' cgroups" },
        { "--config", 0, P, true, NOTE, "Reads the engine's settings from this folder" },
        { "--conmon", 0, PA, true, HIGH, "Runs this program of the host beside each container" },
        { "--connection", 'c', P, true, NOTE, "Talks to an engine elsewhere" },
        { "--debug", 0, P, false, NONE, "Says what it does" },
        { "--events-backend", 0, PA, true, NONE, "Where events are kept" },
        { "--hooks-dir", 0, PA, true, HIGH,
          "Runs programs of this folder of the host when containers start" },
        { "--identity", 0, P, true, NONE, "The key for an engine elsewhere" },
        { "--imagestore", 0, PA, true, NONE, "Keeps images in this folder" },
        { "--log-level", 0, PA, true, NONE, "How much the engine says" },
        { "--module", 0, P, true, NOTE, "Reads these further settings of the engine" },
        { "--namespace", 0, PA, true, NONE, "Which containers the engine sees" },
        { "--network-cmd-path", 0, PA, true, HIGH, "Runs this program of the host for the network" },
        { "--network-config-dir", 0, PA, true, NOTE, "Reads networks from this folder" },
        { "--noout", 0, P, false, NONE, "Prints nothing" },
        { "--out", 0, P, true, NONE, "Prints into this file" },
        { "--remote", 'r', P, false, NOTE, "Talks to the engine's service" },
        { "--root", 0, PA, true, NOTE, "Keeps containers and images in this folder, apart from the others" },
        { "--runroot", 0, PA, true, NONE, "Keeps the state of containers in this folder" },
        { "--runtime", 0, PA, true, HIGH, "Starts containers with this program of the host" },
        { "--runtime-flag", 0, PA, true, NOTE, "Hands an option to the program that starts containers" },
        { "--ssh", 0, P, true, NONE, "How an engine elsewhere is reached" },
        { "--storage-driver", 0, PA, true, NONE, "How containers and images are stored" },
        { "--storage-opt", 0, PA, true, NONE, "An option of the storage" },
        { "--syslog", 0, PA, false, NONE, "Logs what it does" },
        { "--tmpdir", 0, PA, true, NONE, "The engine's folder for temporary files" },
        { "--transient-store", 0, PA, false, NONE, "Forgets its containers when the host restarts" },
        { "--url", 0, P, true, NOTE, "Talks to an engine elsewhere" },
        { "--version", 'v', P, false, NONE, "Prints the version and does nothing" },
        { "--volumepath", 0, PA, true, NONE, "Keeps volumes in this folder" },
        { "--help", 'h', P, false, NONE, "Prints help and does nothing" },
};

static const struct option_row docker_rows[] = {
        { "--config", 0, D, true, NOTE, "Reads the client's settings from this folder" },
        { "--context", 'c', D, true, NOTE, "Talks to an engine elsewhere" },
        { "--debug", 'D', D, false, NONE, "Says what it does" },
        { "--help", 'h', D, false, NONE, "Prints help and does nothing" },
        { "--host", 'H', D, true, NOTE, "Talks to an engine elsewhere" },
        { "--log-level", 'l', D, true, NONE, "How much the client says" },
        { "--tls", 0, D, false, NONE, "Encrypts the connection to the engine" },
        { "--tlscacert", 0, D, true, NONE, "Trusts the engine by this certificate" },
        { "--tlscert", 0, D, true, NONE, "The client's certificate" },
        { "--tlskey", 0, D, true, NONE, "The client's key" },
        { "--tlsverify", 0, D, false, NONE, "Encrypts the connection and checks the engine" },
        { "--version", 'v', D, false, NONE, "Prints the version and does nothing" },
};

const struct option_table global_options_podman = TABLE(podman_rows),
                          global_options_docker = TABLE(docker_rows);

/* ---- the other subcommands, as real labels use them ---- */

static const struct option_row exec_rows[] = {
        { "--cidfile", 0, P, true, NONE, "The container this file names" },
        { "--detach", 'd', B, false, NONE, "Runs in the background" },
        { "--detach-keys", 0, B, true, NONE, "The keys that leave the terminal" },
        { "--env", 'e', B, true, NONE, "Sets an environment variable for the command" },
        { "--env-file", 0, B, true, NONE, "Reads environment variables from this file of the host" },
        { "--interactive", 'i', B, false, NONE, "Keeps its standard input open" },
        { "--latest", 'l', P, false, NONE, "The container made last" },
        { "--preserve-fd", 0, P, true, NOTE, "Hands open files of the caller to the command" },
        { "--preserve-fds", 0, P, true, NOTE, "Hands open files of the caller to the command" },
        { "--privileged", 0, B, false, HIGH, "All of root's powers for the command" },
        { "--tty", 't', B, false, NONE, "Has a terminal" },
        { "--user", 'u', B, true, NONE, "Runs as this user inside the container" },
        { "--workdir", 'w', B, true, NONE, "The folder the command starts in" },
};

static const struct option_row stop_rows[] = {
        { "--all", 'a', P, false, NOTE, "All containers, not only this service's" },
        { "--cidfile", 0, P, true, NONE, "The container this file names" },
        { "--filter", 'f', P, true, NOTE, "All containers this fits, not only this service's" },
        { "--ignore", 'i', P, false, NONE, "Is content when the container is not there" },
        { "--latest", 'l', P, false, NOTE, "The container made last, whichever that is" },
        { "--signal", 's', D, true, NONE, "The signal it stops with" },
        { "--time", 't', B, true, NONE, "Seconds it may take before it is killed" },
        { "--timeout", 0, B, true, NONE, "Seconds it may take before it is killed", 0, V(28, 0) },
};

static const struct option_row restart_rows[] = {
        { "--all", 'a', P, false, NOTE, "All containers, not only this service's" },
        { "--cidfile", 0, P, true, NONE, "The container this file names" },
        { "--filter", 'f', P, true, NOTE, "All containers this fits, not only this service's" },
        { "--latest", 'l', P, false, NOTE, "The container made last, whichever that is" },
        { "--running", 0, P, false, NONE, "Only containers that run" },
        { "--signal", 's', D, true, NONE, "The signal it stops with" },
        { "--time", 't', B, true, NONE, "Seconds it may take before it is killed" },
        { "--timeout", 0, D, true, NONE, "Seconds it may take before it is killed", 0, V(28, 0) },
};

static const struct option_row kill_rows[] = {
        { "--all", 'a', P, false, NOTE, "All containers, not only this service's" },
        { "--cidfile", 0, P, true, NONE, "The container this file names" },
        { "--latest", 'l', P, false, NOTE, "The container made last, whichever that is" },
        { "--signal", 's', B, true, NONE, "The signal that is sent" },
};

static const struct option_row rm_rows[] = {
        { "--all", 'a', P, false, NOTE, "All containers, not only this service's" },
        { "--cidfile", 0, P, true, NONE, "The container this file names" },
        { "--depend", 0, P, false, NOTE, "Removes the containers that need it as well" },
        { "--filter", 0, P, true, NOTE, "All containers this fits, not only this service's" },
        { "--force", 'f', B, false, NONE, "Stops it first, where it still runs" },
        { "--ignore", 'i', P, false, NONE, "Is content when the container is not there" },
        { "--latest", 0, P, false, NOTE, "The container made last, whichever that is" },
        { "--link", 0, D, false, NONE, "Removes a link, not the container" },
        { "--time", 't', P, true, NONE, "Seconds it may take before it is killed" },
        { "--volumes", 'v', B, false, NONE, "Removes its unnamed volumes as well" },
};

static const struct option_row start_rows[] = {
        { "--all", 0, P, false, NOTE, "All containers, not only this service's" },
        { "--attach", 'a', B, false, NONE, "Shows what it prints" },
        { "--checkpoint", 0, D, true, NONE, "Goes on from this saved state" },
        { "--checkpoint-dir", 0, D, true, NONE, "Where saved states are" },
        { "--detach-keys", 0, B, true, NONE, "The keys that leave the terminal" },
        { "--filter", 'f', P, true, NOTE, "All containers this fits, not only this service's" },
        { "--interactive", 'i', B, false, NONE, "Keeps its standard input open" },
        { "--latest", 'l', P, false, NOTE, "The container made last, whichever that is" },
        { "--sig-proxy", 0, P, false, NONE, "Passes signals on to the process" },
};

static const struct option_row ps_rows[] = {
        { "--all", 'a', B, false, NONE, "Also those that do not run" },
        { "--external", 0, P, false, NONE, "Also those that others made" },
        { "--filter", 'f', B, true, NONE, "Only those this fits" },
        { "--format", 0, B, true, NONE, "How each is printed" },
        { "--last", 'n', B, true, NONE, "Only so many, the newest first" },
        { "--latest", 'l', B, false, NONE, "Only the newest" },
        { "--namespace", 0, P, false, NONE, "Prints their namespaces" },
        { "--no-trunc", 0, B, false, NONE, "Prints everything in full" },
        { "--noheading", 0, P, false, NONE, "Prints no heading" },
        { "--ns", 0, P, false, NONE, "Prints their namespaces" },
        { "--pod", 'p', P, false, NONE, "Prints their pods" },
        { "--quiet", 'q', B, false, NONE, "Prints their ids only" },
        { "--size", 's', B, false, NONE, "Prints their sizes" },
        { "--sort", 0, P, true, NONE, "In which order" },
        { "--sync", 0, P, false, NONE, "Looks at their real state first" },
        { "--watch", 'w', P, true, NONE, "Prints again and again" },
};

static const struct option_row logs_rows[] = {
        { "--color", 0, P, false, NONE, "With a colour for each container" },
        { "--details", 0, D, false, NONE, "With more about each line" },
        { "--follow", 'f', B, false, NONE, "Goes on as long as it runs" },
        { "--latest", 'l', P, false, NONE, "The container made last" },
        { "--names", 'n', P, false, NONE, "With the container's name" },
        { "--since", 0, B, true, NONE, "What was printed since then" },
        { "--tail", 0, B, true, NONE, "Only so many of the last lines" },
        { "--timestamps", 't', B, false, NONE, "With the time of each line" },
        { "--until", 0, B, true, NONE, "What was printed before then" },
};

static const struct subcommand subcommands[] = {
        { "create", OPERAND_IMAGE },
        { "run", OPERAND_IMAGE },
        { "exec", OPERAND_COMMAND, TABLE(exec_rows) },
        { "kill", OPERAND_CONTAINER, TABLE(kill_rows) },
        { "logs", OPERAND_CONTAINER, TABLE(logs_rows) },
        { "ps", OPERAND_NONE, TABLE(ps_rows) },
        { "restart", OPERAND_CONTAINER, TABLE(restart_rows) },
        { "rm", OPERAND_CONTAINER, TABLE(rm_rows) },
        { "start", OPERAND_CONTAINER, TABLE(start_rows) },
        { "stop", OPERAND_CONTAINER, TABLE(stop_rows) },

        /* Any option is accepted. */
        { "attach", OPERAND_CONTAINER }, { "diff", OPERAND_CONTAINER },   { "export", OPERAND_CONTAINER },
        { "init", OPERAND_CONTAINER },   { "pause", OPERAND_CONTAINER },  { "port", OPERAND_CONTAINER },
        { "rename", OPERAND_CONTAINER }, { "top", OPERAND_CONTAINER },    { "unpause", OPERAND_CONTAINER },
        { "update", OPERAND_CONTAINER }, { "wait", OPERAND_CONTAINER },   { "generate" },
        { "images" },                    { "info" },                      { "inspect" },
        { "save" },                      { "search" },                    { "stats" },
        { "version" },
        { "commit", OPERAND_CONTAINER, .changes = "Makes an image of a container" },
        { "build", .changes = "Builds an image" },
        { "cp", .changes = "Copies files between a container and the host" },
        { "load", .changes = "Reads images from a file" },
        { "login", .changes = "Logs in to a registry" },
        { "network", .changes = "Changes networks" },
        { "pod", .changes = "Changes pods" },
        { "pull", .changes = "Fetches an image" },
        { "push", .changes = "Sends an image to a registry" },
        { "rmi", .changes = "Removes an image" },
        { "secret", .changes = "Changes the secrets the engine keeps" },
        { "system", .changes = "Changes the engine itself" },
        { "tag", .changes = "Gives an image another name" },
        { "volume", .changes = "Changes volumes" },
};

const struct subcommand *subcommand_find(const char *name) {
        for (size_t i = 0; i < ELEMENTS(subcommands); i++)
                if (str_equal(subcommands[i].name, name))
                        return &subcommands[i];
        return NULL;
}

/* ---- look-up ---- */

#define LETTERS_OF_NAMES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const struct alias {
        const char *alias, *name;
        unsigned char engines;
} aliases[] = {
        { "--dns-opt", "--dns-option", B },
        { "--healthcheck-command", "--health-cmd", P },
        { "--healthcheck-interval", "--health-interval", P },
        { "--healthcheck-retries", "--health-retries", P },
        { "--healthcheck-start-period", "--health-start-period", P },
        { "--healthcheck-timeout", "--health-timeout", P },
        { "--net", "--network", B },
        { "--net-alias", "--network-alias", D },
        { "--override-arch", "--arch", P },
        { "--override-os", "--os", P },
        { "--override-variant", "--variant", P },
};

static bool is_name(const char *row, const char *name, size_t n) {
        return strlen(row) == n && strncmp(row, name, n) == 0;
}

const struct option_row *option_find(const struct option_table *table, const char *name, size_t n) {
        for (size_t i = 0; i < ELEMENTS(aliases); i++)
                if (is_name(aliases[i].alias, name, n))
                        return option_find(table, aliases[i].name, strlen(aliases[i].name));
        for (size_t i = 0; i < table->n; i++)
                if (is_name(table->rows[i].name, name, n))
                        return &table->rows[i];
        return NULL;
}

unsigned option_alias_engines(const char *name) {
        for (size_t i = 0; i < ELEMENTS(aliases); i++)
                if (str_equal(aliases[i].alias, name))
                        return aliases[i].engines;
        return HAS_BOTH;
}

const struct option_row *option_find_letter(const struct option_table *table, char letter) {
        for (size_t i = 0; letter && i < table->n; i++)
                if (table->rows[i].letter == letter)
                        return &table->rows[i];
        return NULL;
}

const struct option_row *option_nearest(const struct option_table *table, unsigned engines,
                                        const char *word) {
        _cleanup_free_ char *name = xstrdup(word + strcspn(word, LETTERS_OF_NAMES));
        if (strlen(name) == 1)  /* older tools had it */
                str_replace(&name, *name == 'n' ? "name" : "");
        struct nearest near = { .word = name };
        const struct option_row *row = NULL;
        for (size_t i = 0; i < table->n; i++) {
                unsigned before = near.best ? near.distance : UINT_MAX;
                if (table->rows[i].engines & engines)
                        nearest_offer(&near, table->rows[i].name + 2);
                if (near.best && near.distance < before)
                        row = &table->rows[i];
        }
        return row;
}

/* ---- versions ---- */

unsigned engine_version_number(const char *version) {
        unsigned major, minor = 0;
        if (str_empty(version))
                return 0;
        int n = sscanf(*version == 'v' ? version + 1 : version, "%3u.%2u", &major, &minor);
        return n >= 1 ? ENGINE_VERSION(major, minor) : 0;
}
