/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/io/paths.h"
#include "base/path.h"
#include "base/text.h"
#include "cli/out.h"
#include "model/image/image.h"
#include "model/image/recipe.h"
#include "model/plan/unit-text.h"
#include "model/profile/profile.h"

void keep_offering(struct session *s, struct image_list *images) {
        size_t kept = 0;
        for (size_t i = 0; i < images->n; i++) {
                struct image *image = images->items[i];
                struct profile *profile = NULL;
                bool held = pin_only(image), offers = !held && label_set(image) != 0;
                if (!offers && !held) {
                        host_find_profile(s->host, image, &profile, NULL);
                        offers = profile && !profile_is_generic(profile);
                        profile_free(profile);
                }
                if (offers)
                        images->items[kept++] = image;
                else
                        image_free(image);
        }
        images->n = kept;
}

void lookup_note_profiles(const struct session *s) {
        const struct host_status *status = host_status(s->host);
        if (status->profile_error)
                out_error(status->profile_error);
        if (status->profile_errors > 1)
                out_note(plural(status->profile_errors - 1, "fairlead: %zu more profile was refused\n",
                                "fairlead: %zu more profiles were refused\n"),
                         status->profile_errors - 1);
}

int find_service(struct session *s, const char *name, struct service **ret, struct error **reterr) {
        *ret = NULL;
        _cleanup_(service_list_freep) struct service_list *services = NULL;
        int r = session_list_services(s, &services, reterr);
        if (r < 0)
                return r;
        for (size_t i = 0; i < services->n && !*ret; i++)
                if (str_equal(services->items[i]->name, name)) {
                        *ret = services->items[i];
                        services->items[i] = services->items[--services->n];
                }
        return 0;
}

int unit_for(struct session *s, const char *name, char **ret, struct error **reterr) {
        _cleanup_(service_freep) struct service *service = NULL;
        _cleanup_error_ struct error *e = NULL;
        int r = find_service(s, name, &service, &e);
        if (r < 0 && r != -EACCES) /* who may not see the services sees units */
                return error_take(reterr, TAKE(e));
        if (service && service->units && service->units[0]) {
                *ret = xstrdup(service->units[0]);
                return 0;
        }
        *ret = unit_name_mangle(name);
        if (!str_starts(*ret, name))
                out_note("\"%s\" is escaped as \"%s\"\n", name, *ret);
        return 0;
}

int user_manager_for(struct session *s, const char *user, uint32_t *ret, struct error **reterr) {
        _cleanup_(user_manager_list_freep) struct user_manager_list *list = host_list_managers(s->host);
        _cleanup_str_ struct str others = {};
        for (size_t i = 0; i < list->n; i++) {
                _cleanup_free_ char *uid = str_printf("%u", list->items[i].uid);
                const char *name = list->items[i].user ? list->items[i].user : uid;
                if (str_equal(name, user) || str_equal(uid, user)) {
                        *ret = list->items[i].uid;
                        return 0;
                }
                str_addf(&others, "%s%s", others.length ? ", " : "", name);
        }
        error_set(reterr, -ENOENT, "No manager of user %s runs on this host", user);
        return others.length ? error_hint(reterr, "Those of these users run: %s", others.text)
                             : error_hint(reterr, "It runs while the user is logged in, or lingers: loginctl "
                                                  "enable-linger");
}

int unit_of(struct session *s, const struct arguments *a, const char *name, char **ret,
            struct error **reterr) {
        const char *user = argument_value(a, OPTION_USER);
        if (!user)
                return unit_for(s, name, ret, reterr);
        uint32_t uid;
        int r = user_manager_for(s, user, &uid, reterr);
        if (r < 0)
                return r;
        _cleanup_free_ char *unit = unit_name_mangle(name);
        *ret = unit_address(uid, unit);
        return 0;
}

/* Variables that could redirect a command line run by root. */
static const char *const redirecting[] = {
        "CONTAINER_HOST",  "CONTAINER_CONNECTION",    "DOCKER_HOST", "DOCKER_CONTEXT",  "DOCKER_CONFIG",
        "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "LD_PRELOAD",  "LD_LIBRARY_PATH", "REGISTRY_AUTH_FILE",
};

int exec_command(char *const *argv, char *const *environment) {
        if (environment)
                execve(argv[0], argv, environment);
        else {
                for (size_t i = 0; i < ELEMENTS(redirecting); i++)
                        unsetenv(redirecting[i]);
                execv(argv[0], argv);
        }
        _cleanup_error_ struct error *e = NULL;
        error_errno(&e, -errno, "%s could not be started", argv[0]);
        out_error(e);
        return EXIT_FAILED;
}

char **spawn_words(const char *const *variables, const char *fallback) {
        for (; *variables; variables++) {
                char **words = strv_split(getenv(*variables) ? getenv(*variables) : "", " ");
                if (words && *words)
                        return words;
                strv_free(words);
        }
        return strv_split(fallback, " ");
}

int spawn_program(pid_t *ret, char *const *words, const char *what, int input, struct error **reterr) {
        _cleanup_free_ char *path = path_of_program(words[0], PATH_OF_ROOT);
        if (!path)
                return error_set(reterr, -ENOENT, "The %s %s is in none of the folders of root's PATH, %s",
                                 what, words[0], PATH_OF_ROOT);
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, defaults;
        sigemptyset(&none);
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        sigaddset(&defaults, SIGINT);
        sigaddset(&defaults, SIGQUIT);
        posix_spawn_file_actions_init(&actions);
        if (input >= 0)
                posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        int r = posix_spawn(ret, path, &actions, &attributes, words, environ);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        return r == 0 ? 0 : error_errno(reterr, -r, "The %s %s cannot be started", what, path);
}

/* LESSSECURE is not set: whoever reads here has this host's shell at the key of the console. */
int spawn_pager(pid_t *ret, struct error **reterr) {
        static const char *const variables[] = { "PAGER", NULL };
        _cleanup_strv_ char **words = spawn_words(variables, "less");
        int fds[2];
        if (pipe2(fds, O_CLOEXEC) < 0)
                return error_errno(reterr, -errno, "The pager cannot be started");
        int r = spawn_program(ret, words, "pager", fds[0], reterr);
        close(fds[0]);
        if (r >= 0)
                dup2(fds[1], STDOUT_FILENO);
        close(fds[1]);
        return r >= 0 ? 0 : error_hint(reterr, "Set PAGER to a program that is installed");
}

void spawn_pager_wait(pid_t pager) {
        fclose(stdout);
        TEMP_FAILURE_RETRY(waitpid(pager, NULL, 0));
}
