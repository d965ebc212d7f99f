/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/job-fixture.h"

int worker_run(const struct paths *paths, const char *id, struct secret_list *secrets) {
        const struct worker_options options = {
                .paths = paths, .id = id, .secrets = secrets
        };
        return worker_carry_out(&options);
}

int be_worker(int argc, char **argv) {
        struct paths paths = paths_default;
        struct worker_options options = { .paths = &paths, .id = argv[argc - 1] };
        for (int i = 1; i < argc - 1; i++) {
                const char *value;
                if ((value = str_starts(argv[i], "--state=")))
                        paths.state = value;
                else if ((value = str_starts(argv[i], "--run=")))
                        paths.run = value;
                else if ((value = str_starts(argv[i], "--root=")))
                        paths.root = value;
                else if (str_equal(argv[i], "--resume"))
                        options.mode = WORKER_RESUME;
                else if (str_equal(argv[i], "--roll-back"))
                        options.mode = WORKER_ROLL_BACK;
        }
        fake_engine_set_image(IMAGE_ID);
        return worker_carry_out(&options);
}

struct host_fixture *host_fixture_new(void) {
        struct host_fixture *f = calloc(1, sizeof *f);
        f->top = tree_new();
        f->root = str_printf("%s/root", f->top);
        f->state = str_printf("%s/state", f->top);
        f->run = str_printf("%s/run", f->top);
        f->engine = str_printf("%s/engine", f->top);
        tree_folder(f->root, "/etc/systemd/system");
        tree_folder(f->root, "/usr/local");
        tree_folder(f->engine, "");
        tree_write(f->top, "/root/etc/hosts", "127.0.0.1 localhost\n");
        tree_write(f->top, "/root/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        tree_write(f->top, "/podman", "#!/bin/sh\n[ \"$2\" != -d ] || shift\neval \"$3\"\n");
        assert_int_equal(chmod(tree_path(f->top, "/podman"), 0755), 0);
        f->paths = paths_default;
        f->paths.root = f->root;
        f->paths.state = f->state;
        f->paths.run = f->run;
        assert_int_equal(paths_prepare(&f->paths, NULL), 0);
        setenv("FAKE_ENGINE", f->engine, 1);
        fake_engine_set_image(IMAGE_ID);
        return f;
}

void host_fixture_free(struct host_fixture *f) {
        tree_remove(f->top);
        free(f->top);
        free(f->root);
        free(f->state);
        free(f->run);
        free(f->engine);
        free(f);
        fake_engine_set_image(NULL);
}

int host_set_up(void **state) {
        *state = host_fixture_new();
        return 0;
}

int host_tear_down(void **state) {
        host_fixture_free(*state);
        return 0;
}

struct command *script_command(const struct host_fixture *f, const char *script, enum engine_kind engine) {
        _cleanup_free_ char *podman = str_printf("%s/podman", f->top);
        const char *const host[] = { "/bin/sh", "-c", script, NULL };
        const char *const engines[] = { podman, "run", "localhost/demo", script, NULL };
        struct finding_list findings = {};
        struct command *command = NULL;
        command = command_read("INSTALL", (char *const *) (engine == ENGINE_NONE ? host : engines), ENGINE_PODMAN, NULL, &findings);
        finding_list_done(&findings);
        assert_int_equal(command->engine, engine);
        /* what the engine would write down with each container that this command makes */
        _cleanup_free_ char *path = str_printf("%s/command", f->top);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        for (char **word = command->argv; *word; word++)
                fprintf(file, "%s\n", *word);
        fclose(file);
        return command;
}

struct plan *script_plan(const struct host_fixture *f, const char *script, enum engine_kind engine) {
        struct plan *plan = calloc(1, sizeof *plan);
        plan->verb = VERB_INSTALL;
        plan->name = strdup("demo");
        plan->pin.reference = strdup("localhost/demo");
        plan->pin.image = strdup("localhost/demo@sha256:" IMAGE_ID);
        plan->pin.image_id = strdup(IMAGE_ID);
        plan->label_key = strdup("INSTALL");
        plan->label = strdup("sh -c …");
        plan->command = script ? script_command(f, script, engine) : NULL;
        plan->host_command = script && engine == ENGINE_NONE;
        plan->given.answers = new0(struct answers);
        plan->health_seconds = 5;
        strv_addf(&plan->environment, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
        strv_addf(&plan->environment, "ROOT=%s", f->root);
        strv_addf(&plan->environment, "ENGINE=%s", f->engine);
        strv_add(&plan->paths, "/etc");
        strv_add(&plan->paths, "/usr/local");
        plan->unit = (struct unit_file){
                .kind = UNIT_SERVICE,
                .name = strdup("demo.service"),
                .path = strdup("/etc/systemd/system/demo.service"),
                .text = strdup("[Service]\nExecStart=/usr/bin/podman run demo\n"),
        };
        return plan;
}

char *make_job(const struct host_fixture *f, const struct plan *plan) {
        char *id = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(jobfolder_make(&f->paths, plan, &id, &e), e);
        return id;
}

struct job *read_job(const struct host_fixture *f, const char *id) {
        _cleanup_error_ struct error *e = NULL;
        _cleanup_close_ int folder = jobfolder_open(&f->paths, id, &e);
        assert_ok(folder, e);
        return jobfolder_job(folder, id);
}

char *read_job_file(const struct host_fixture *f, const char *id, const char *name) {
        _cleanup_free_ char *path = str_printf("/state/jobs/%s/%s", id, name);
        return tree_read(f->top, path);
}
