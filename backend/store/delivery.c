/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/store/delivery.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "backend/io/files.h"
#include "model/param/pattern.h"

#define STDIN_MAX (48U * 1024) /* a pipe holds 64 KiB; all input is written at once */
#define PROMPT_TAIL 512U       /* of the unfinished line */

/* The answers of one kind of delivery, one after the other. */
struct handing {
        const struct plan *plan;
        const struct secret_list *secrets;
        enum delivery delivery;
        size_t at;

        const struct secret_use *use;
        const char *value;
        size_t n;
        bool secret;
};

/* The next one, ordinary answers first. 1; 0: there are no more; -ENOKEY: it was not handed over. */
static int delivery_next(struct handing *h, struct error **reterr) {
        const struct plan *plan = h->plan;
        while (h->at < plan->n_handed + plan->n_secrets) {
                size_t i = h->at++;
                h->secret = i >= plan->n_handed;
                h->use = h->secret ? &plan->secrets[i - plan->n_handed] : &plan->handed[i];
                if (h->use->delivery != h->delivery)
                        continue;
                const struct secret *found =
                        h->secret && h->secrets ? secret_list_find(h->secrets, h->use->name) : NULL;
                h->value = found       ? found->bytes
                           : h->secret ? NULL
                                       : answers_get(plan->given.answers, h->use->name);
                if (!h->value) {
                        error_set(reterr, -ENOKEY, "%s was not handed over to the job", h->use->name);
                        error_hint(reterr, "Secrets are never stored: start the job again and give it");
                        return -ENOKEY;
                }
                h->n = found ? found->length : strlen(h->value);
                return 1;
        }
        return 0;
}

static int delivery_failed(int r, struct error **reterr) {
        return error_errno(reterr, r, "An answer cannot be handed to the command");
}

int delivery_permitted(const struct plan *plan, struct error **reterr) {
        for (size_t i = 0; i < plan->n_secrets; i++)
                if (plan->secrets[i].delivery == DELIVER_ARGV) {
                        error_set(reterr, -EPERM,
                                  "%s would be a word of the command, which the host's journal keeps",
                                  plan->secrets[i].name);
                        error_hint(reterr, "Roll this job back; then start it again");
                        return -EPERM;
                }
        return 0;
}

/* ---- standard input ---- */

static int delivery_write_line(int fd, const char *line, size_t n) {
        int r = files_write_all(fd, line, n);
        return r < 0 ? r : files_write_all(fd, "\n", 1);
}

int delivery_stdin(const struct plan *plan, const struct secret_list *secrets, int *ret_fd,
                   struct error **reterr) {
        struct handing h = { .plan = plan, .secrets = secrets, .delivery = DELIVER_STDIN };
        bool wanted = strv_length(plan->stdin_lines) > 0;
        for (size_t i = 0; i < plan->n_secrets; i++)
                wanted |= plan->secrets[i].delivery == DELIVER_STDIN;
        *ret_fd = -1;
        if (!wanted)
                return 0;
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
                return delivery_failed(-errno, reterr);
        _cleanup_close_ int read_end = ends[0], write_end = ends[1];
        /* Never blocks: input beyond the pipe's size is an error, not a job that hangs. */
        fcntl(write_end, F_SETFL, O_NONBLOCK);
        size_t total = 0;
        for (char **line = plan->stdin_lines; line && *line; line++) {
                total += strlen(*line) + 1;
                int r = total > STDIN_MAX ? -E2BIG : delivery_write_line(write_end, *line, strlen(*line));
                if (r < 0)
                        return delivery_failed(r, reterr);
        }
        int next;
        while ((next = delivery_next(&h, reterr)) > 0) {
                int r = delivery_write_line(write_end, h.value, h.n);
                if (r < 0)
                        return delivery_failed(r, reterr);
        }
        *ret_fd = next < 0 ? -1 : TAKE_FD(read_end);
        return next;
}

/* ---- files ---- */

static int write_file(int folder, const struct handing *h) {
        const char *name = h->use->name;
        if (strchr(name, '/') || name[0] == '.')
                return -EINVAL;
        (void) unlinkat(folder, name, 0);
        _cleanup_close_ int fd =
                openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        return fd < 0 ? -errno : files_write_all(fd, h->value, h->n);
}

static int delivery_open_folder(const struct paths *paths, const char *name, struct error **reterr) {
        _cleanup_close_ int run = files_open_root(paths->run, reterr);
        if (run < 0)
                return run;
        _cleanup_close_ int files = files_open_private(run, "files", true);
        int folder = files < 0 ? files : files_open_private(files, name, true);
        return folder < 0 ? error_errno(reterr, folder, "The folder for the answers cannot be made") : folder;
}

int delivery_write_files(const struct paths *paths, const struct plan *plan,
                         const struct secret_list *secrets, struct error **reterr) {
        struct handing h = { .plan = plan, .secrets = secrets, .delivery = DELIVER_FILE };
        _cleanup_close_ int folder = -1;
        int next;
        while ((next = delivery_next(&h, reterr)) > 0) {
                if (folder < 0)
                        folder = delivery_open_folder(paths, plan->name, reterr);
                if (folder < 0)
                        return folder;
                int r = write_file(folder, &h);
                if (r < 0)
                        return delivery_failed(r, reterr);
        }
        return next;
}

void delivery_remove_files(const struct paths *paths, const char *name) {
        _cleanup_close_ int run = files_open_root(paths->run, NULL);
        _cleanup_close_ int files = run < 0 || !name ? -1 : files_open_private(run, "files", false);
        if (files >= 0)
                (void) files_remove_tree(files, name);
        else if (run >= 0 && !name)
                (void) files_remove_tree(run, "files");
}

/* ---- prompts ---- */

struct prompt {
        struct pattern *pattern;
        const char *value; /* of the secret or the plan, which outlive the prompts */
        size_t n;
        bool answered;
};

struct delivery_prompts {
        struct prompt *items;
        size_t n;
        char tail[PROMPT_TAIL];
        size_t length;
        enum { PLAIN, ESCAPE, SEQUENCE } state;
};

int delivery_prompts_new(const struct plan *plan, const struct secret_list *secrets,
                         struct delivery_prompts **ret, struct error **reterr) {
        _cleanup_(delivery_prompts_freep) struct delivery_prompts *prompts = new0(struct delivery_prompts);
        struct handing h = { .plan = plan, .secrets = secrets, .delivery = DELIVER_PROMPT };
        prompts->items = xcalloc(plan->n_handed + plan->n_secrets + 1, sizeof *prompts->items);
        int next;
        while ((next = delivery_next(&h, reterr)) > 0) {
                struct prompt *prompt = &prompts->items[prompts->n];
                int r = pattern_new(h.use->target, &prompt->pattern, reterr);
                if (r < 0)
                        return error_wrap(reterr, r, "An answer cannot be handed to the command");
                prompts->n++;
                prompt->value = h.value;
                prompt->n = h.n;
        }
        if (next >= 0)
                *ret = TAKE(prompts);
        return next;
}

struct delivery_prompts *delivery_prompts_free(struct delivery_prompts *prompts) {
        if (!prompts)
                return NULL;
        for (size_t i = 0; i < prompts->n; i++)
                pattern_free(prompts->items[i].pattern);
        free(prompts->items);
        explicit_bzero(prompts->tail, sizeof prompts->tail);
        free(prompts);
        return NULL;
}

/* The unfinished line, as text: colours do not separate a prompt from its pattern. */
static void add_to_tail(struct delivery_prompts *prompts, char c) {
        if (prompts->state == ESCAPE)
                prompts->state = c == '[' ? SEQUENCE : PLAIN;
        else if (prompts->state == SEQUENCE)
                prompts->state = c >= 0x40 && c <= 0x7e ? PLAIN : SEQUENCE;
        else if (c == '\033')
                prompts->state = ESCAPE;
        else if (c == '\n' || c == '\r')
                prompts->length = 0;
        else if (c != '\0') {
                if (prompts->length == PROMPT_TAIL) {
                        memmove(prompts->tail, prompts->tail + PROMPT_TAIL / 2, PROMPT_TAIL / 2);
                        prompts->length = PROMPT_TAIL / 2;
                }
                prompts->tail[prompts->length++] = c;
        }
}

void delivery_prompts_output(struct delivery_prompts *prompts, const void *bytes, size_t n,
                             void (*type)(const void *bytes, size_t n, void *userdata), void *userdata) {
        if (prompts->n == 0)
                return;
        for (size_t i = 0; i < n; i++)
                add_to_tail(prompts, ((const char *) bytes)[i]);
        for (size_t i = 0; i < prompts->n && prompts->length; i++) {
                struct prompt *prompt = &prompts->items[i];
                if (prompt->answered || pattern_is_in(prompt->pattern, prompts->tail, prompts->length) <= 0)
                        continue;
                prompt->answered = true;
                prompts->length = 0;
                type(prompt->value, prompt->n, userdata);
                type("\n", 1, userdata);
        }
}
