/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks Podman's generator why it made no unit of a .container: systemd itself only says "not found", and the
 * generator's words at a reload reach no log of the unit. */
#include "backend/worker/step.h"
#include "base/text.h"

#define OUTPUT_MAX (256U * 1024)
#define QUOTE_CELLS 600U

static void generator_output(const void *bytes, size_t n, void *userdata) {
        struct worker *w = userdata;
        struct str *said = &w->got.generator;
        if (said->length + n <= OUTPUT_MAX)
                str_add_bytes(said, bytes, n);
}

static int generator_ended(struct worker *w, struct error **reterr) {
        const char *path = w->plan->unit.path, *slash = path ? strrchr(path, '/') : NULL;
        const char *output = w->got.generator.text ? w->got.generator.text : "";
        _cleanup_free_ char *said = quadlet_complaints(output, slash ? slash + 1 : worker_main_unit(w));
        _cleanup_str_ struct str clean = {};
        error_free(*reterr);
        *reterr = TAKE(w->wait.failure);
        if (!said)
                return error_hint(reterr, QUADLET_GENERATOR " --dryrun shows what Podman makes of its files");
        text_clean(&clean, said, strlen(said), QUOTE_CELLS, TEXT_UTF8, false);
        joblog_note(w->log, "Podman's generator: %s", clean.text);
        error_set(reterr, -ENOENT, "%s could not be started: Podman's generator made no unit of it",
                  worker_main_unit(w));
        return error_hint(reterr, "It says: %s. Repair or remove that file, then try again", clean.text);
}

int worker_ask_generator(struct worker *w, struct error **reterr) {
        _cleanup_free_ char *program = str_printf("%s" QUADLET_GENERATOR, w->paths->root);
        char *const argv[] = { program, (char *) "--dryrun", NULL };
        const struct pty_options options = { .argv = argv, .stdin_fd = -1, .output = generator_output };
        struct error *e = NULL;
        error_free(w->wait.failure);
        w->wait.failure = TAKE(*reterr);
        int r = worker_run_program(w, options, generator_ended, &e);
        if (r >= 0)
                return r;
        error_free(e);
        *reterr = TAKE(w->wait.failure);
        return (*reterr)->code;
}
