/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/delivery.h"

#include <fcntl.h>
#include <regex.h>
#include <sys/stat.h>

#include "backend/io/files.h"

#define STDIN_MAX (48U * 1024) /* a pipe holds 64 KiB; all input is written at once */
#define PROMPT_TAIL 512U       /* of the unfinished line */

/* The value of one use: a secret, or an ordinary answer. NULL: not handed over. */
static const char *delivery_value_of(const struct plan *plan, const struct secret_list *secrets,
                                     const struct secret_use *use, bool secret, size_t *ret_n) {
        const char *value = NULL;
        if (secret) {
                const struct secret *found = secrets ? secret_list_find(secrets, use->name) : NULL;
                value = found ? found->bytes : NULL;
                *ret_n = found ? found->length : 0;
        } else {
                value = answers_get(plan->given.answers, use->name);
                *ret_n = value ? strlen(value) : 0;
        }
        return value;
}

static int delivery_missing(const struct secret_use *use, struct error **reterr) {
        error_set(reterr, -ENOKEY, "%s was not handed over to the job", use->name);
        error_hint(reterr, "Secrets are never stored: start the job again and give it");
        return -ENOKEY;
}

/* Calls back for each use with this delivery, ordinary answers first. */
static int delivery_each(const struct plan *plan, const struct secret_list *secrets, enum delivery delivery,
                         int (*use_it)(const struct secret_use *use, const char *value, size_t n, bool secret,
                                       void *userdata),
                         void *userdata, struct error **reterr) {
        int r = 0;
        for (size_t i = 0; r >= 0 && i < plan->n_handed + plan->n_secrets; i++) {
                bool secret = i >= plan->n_handed;
                const struct secret_use *use = secret ? &plan->secrets[i - plan->n_handed] : &plan->handed[i];
                if (use->delivery != delivery)
                        continue;
                size_t n;
                const char *value = delivery_value_of(plan, secrets, use, secret, &n);
                if (!value)
                        return delivery_missing(use, reterr);
                r = use_it(use, value, n, secret, userdata);
        }
        if (r < 0 && reterr && !*reterr)
                return error_errno(reterr, r, "An answer cannot be handed to the command");
        return r;
}

/* ---- last words ---- */

static int delivery_add_word(const struct secret_use *use, const char *value, size_t n, bool secret,
                             void *userdata) {
        char ***argv = userdata;
        const char *target = use->target ? use->target : "";
        if (!secret)
                return 0; /* the command's words include ordinary answers already */
        if (str_ends(target, "="))
                return strv_addf(argv, "%s%s", target, value);
        int r = target[0] ? strv_add(argv, target) : 0;
        return r < 0 ? r : strv_add(argv, value);
}

int delivery_argv(const struct plan *plan, const struct secret_list *secrets, char ***ret,
                  struct error **reterr) {
        char **argv = strv_copy(plan->command->argv);
        int r = delivery_each(plan, secrets, DELIVER_ARGV, delivery_add_word, &argv, reterr);
        if (r < 0) {
                delivery_free_argv(argv);
                return r;
        }
        *ret = argv;
        return 0;
}

char **delivery_free_argv(char **argv) {
        for (char **word = argv; word && *word; word++)
                explicit_bzero(*word, strlen(*word));
        return strv_free(argv);
}

/* ---- standard input ---- */

static int delivery_add_line(const struct secret_use *use, const char *value, size_t n, bool secret,
                             void *userdata) {
        int fd = *(int *) userdata;
        int r = files_write_all(fd, value, n);
        return r < 0 ? r : files_write_all(fd, "\n", 1);
}

int delivery_stdin(const struct plan *plan, const struct secret_list *secrets, int *ret_fd,
                   struct error **reterr) {
        bool wanted = strv_length(plan->stdin_lines) > 0;
        for (size_t i = 0; i < plan->n_secrets; i++)
                wanted |= plan->secrets[i].delivery == DELIVER_STDIN;
        *ret_fd = -1;
        if (!wanted)
                return 0;
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
                return error_errno(reterr, -errno, "The answers cannot be handed to the command");
        _cleanup_close_ int read_end = ends[0], write_end = ends[1];
        /* Never blocks: input beyond the pipe's size is an error, not a job that hangs. */
        fcntl(write_end, F_SETFL, O_NONBLOCK);
        size_t total = 0;
        int r = 0;
        for (char **line = plan->stdin_lines; r >= 0 && line && *line; line++) {
                total += strlen(*line) + 1;
                r = total > STDIN_MAX ? -E2BIG
                                      : delivery_add_line(NULL, *line, strlen(*line), false, &write_end);
        }
        if (r < 0)
                return error_errno(reterr, r, "The answers cannot be handed to the command");
        r = delivery_each(plan, secrets, DELIVER_STDIN, delivery_add_line, &write_end, reterr);
        if (r < 0)
                return r;
        *ret_fd = TAKE_FD(read_end);
        return 0;
}

/* ---- files ---- */

static int write_file(const struct secret_use *use, const char *value, size_t n, bool secret,
                      void *userdata) {
        int folder = *(int *) userdata;
        if (strchr(use->name, '/') || use->name[0] == '.')
                return -EINVAL;
        (void) unlinkat(folder, use->name, 0);
        _cleanup_close_ int fd =
                openat(folder, use->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        return fd < 0 ? -errno : files_write_all(fd, value, n);
}

static bool wants_files(const struct plan *plan) {
        for (size_t i = 0; i < plan->n_handed + plan->n_secrets; i++)
                if ((i < plan->n_handed ? plan->handed[i] : plan->secrets[i - plan->n_handed]).delivery ==
                    DELIVER_FILE)
                        return true;
        return false;
}

static int delivery_open_private(int parent, const char *name) {
        if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
                return -errno;
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

int delivery_write_files(const struct paths *paths, const struct plan *plan,
                         const struct secret_list *secrets, struct error **reterr) {
        if (!wants_files(plan))
                return 0;
        _cleanup_close_ int run = files_open_root(paths->run, reterr);
        if (run < 0)
                return run;
        _cleanup_close_ int files = delivery_open_private(run, "files");
        _cleanup_close_ int folder = files < 0 ? files : delivery_open_private(files, plan->name);
        if (folder < 0)
                return error_errno(reterr, folder, "The folder for the answers cannot be made");
        return delivery_each(plan, secrets, DELIVER_FILE, write_file, &folder, reterr);
}

void delivery_remove_files(const struct paths *paths, const struct plan *plan) {
        _cleanup_close_ int run = files_open_root(paths->run, NULL);
        _cleanup_close_ int files =
                run < 0 ? -1 : openat(run, "files", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (files >= 0)
                (void) files_remove_tree(files, plan->name);
}

void delivery_remove_all(const struct paths *paths) {
        _cleanup_close_ int run = files_open_root(paths->run, NULL);
        if (run >= 0)
                (void) files_remove_tree(run, "files");
}

/* ---- prompts ---- */

struct prompt {
        regex_t regex;
        const char *value; /* of the secret or the plan, which outlive the prompts */
        size_t n;
        bool answered;
};

struct delivery_prompts {
        struct prompt *items;
        size_t n;
        char tail[PROMPT_TAIL + 1];
        size_t length;
        enum { PLAIN, ESCAPE, SEQUENCE } state;
};

static int add_prompt(const struct secret_use *use, const char *value, size_t n, bool secret,
                      void *userdata) {
        struct delivery_prompts *prompts = userdata;
        struct prompt *prompt = &prompts->items[prompts->n];
        if (regcomp(&prompt->regex, use->target ? use->target : "", REG_EXTENDED | REG_NOSUB) != 0)
                return -EINVAL;
        prompts->n++;
        prompt->value = value;
        prompt->n = n;
        return 0;
}

int delivery_prompts_new(const struct plan *plan, const struct secret_list *secrets,
                         struct delivery_prompts **ret, struct error **reterr) {
        _cleanup_(delivery_prompts_freep) struct delivery_prompts *prompts = new0(struct delivery_prompts);
        prompts->items = xcalloc(plan->n_handed + plan->n_secrets + 1, sizeof *prompts->items);
        int r = delivery_each(plan, secrets, DELIVER_PROMPT, add_prompt, prompts, reterr);
        if (r < 0)
                return r;
        *ret = TAKE(prompts);
        return 0;
}

struct delivery_prompts *delivery_prompts_free(struct delivery_prompts *prompts) {
        if (!prompts)
                return NULL;
        for (size_t i = 0; i < prompts->n; i++)
                regfree(&prompts->items[i].regex);
        free(prompts->items);
        explicit_bzero(prompts->tail, sizeof prompts->tail);
        free(prompts);
        return NULL;
}

/* The unfinished line, as text: colours do not separate a prompt from its pattern. */
static void add_to_tail(struct delivery_prompts *prompts, char c) {
        if (prompts->state == ESCAPE) {
                prompts->state = c == '[' ? SEQUENCE : PLAIN;
                return;
        }
        if (prompts->state == SEQUENCE) {
                if (c >= 0x40 && c <= 0x7e)
                        prompts->state = PLAIN;
                return;
        }
        if (c == '\033') {
                prompts->state = ESCAPE;
                return;
        }
        if (c == '\n' || c == '\r') {
                prompts->length = 0;
                return;
        }
        if (c == '\0')
                return;
        if (prompts->length == PROMPT_TAIL) {
                memmove(prompts->tail, prompts->tail + PROMPT_TAIL / 2, PROMPT_TAIL / 2);
                prompts->length = PROMPT_TAIL / 2;
        }
        prompts->tail[prompts->length++] = c;
}

void delivery_prompts_output(struct delivery_prompts *prompts, const void *bytes, size_t n,
                             void (*type)(const void *bytes, size_t n, void *userdata), void *userdata) {
        if (prompts->n == 0)
                return;
        for (size_t i = 0; i < n; i++)
                add_to_tail(prompts, ((const char *) bytes)[i]);
        prompts->tail[prompts->length] = '\0';
        for (size_t i = 0; i < prompts->n && prompts->length; i++) {
                struct prompt *prompt = &prompts->items[i];
                if (prompt->answered || regexec(&prompt->regex, prompts->tail, 0, NULL, 0) != 0)
                        continue;
                prompt->answered = true;
                prompts->length = 0;
                type(prompt->value, prompt->n, userdata);
                type("\n", 1, userdata);
        }
}
