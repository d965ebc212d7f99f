/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources of trouble read, each by itself: the first line of the input names the parser, the rest is
 * what it gets. */
#include "backend/trouble/trouble.h"
#include "base/text.h"
#include "tests/fuzz/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define NOW 1795953600LL
#define SERVICE "sys/fs/cgroup/system.slice/a.service/"

struct trouble_input {
        int folder;
        const char *bytes;
        size_t n;
        struct trouble_limits limits;
        struct trouble_list *list;
};

static void trouble_fuzz_pressure(struct trouble_input *in) {
        fuzz_folder_write(in->folder, "proc/pressure/io", in->bytes, in->n);
        trouble_look_at_pressure(fuzz_folder_path, &in->limits, in->list);
        MUST(in->list->n <= 1);
}

static void trouble_fuzz_cgroup(struct trouble_input *in) {
        fuzz_folder_write(in->folder, "sys/fs/cgroup/cgroup.controllers", "", 0);
        fuzz_folder_write(in->folder, SERVICE "cpu.stat", in->bytes, in->n);
        fuzz_folder_write(in->folder, SERVICE "memory.events", in->bytes, in->n);
        trouble_look_at_cgroups(fuzz_folder_path, &in->limits, in->list);
        MUST(in->list->n <= 2 && !in->list->n_silent);
}

static void trouble_fuzz_mounts(struct trouble_input *in) {
        _cleanup_(mounts_done) struct mounts mounts = {};
        fuzz_folder_write(in->folder, "proc/self/mountinfo", in->bytes, in->n);
        mounts_read(fuzz_folder_path, &mounts);
        for (size_t i = 0; i < mounts.n; i++)
                MUST(mounts.items[i].place && mounts.items[i].type && mounts.items[i].device);
        (void) mounts_local(&mounts, "/var/log");
}

static void trouble_fuzz_figures(struct trouble_input *in) {
        static const char *const files[] = { "proc/loadavg", "proc/uptime", "proc/meminfo", "proc/stat", "etc/os-release" };
        struct figures figures = {};
        for (size_t i = 0; i < ELEMENTS(files); i++)
                fuzz_folder_write(in->folder, files[i], in->bytes, in->n);
        figures_read(fuzz_folder_path, &figures);
        fuzz_folder_write(in->folder, "proc/stat", "cpu 9999999 0 0 9999999\n", 24);
        figures_read(fuzz_folder_path, &figures);
        MUST(figures.shown.cpu >= -1 && figures.shown.cpu <= 100);
        MUST(!figures.shown.os || !str_has_controls(figures.shown.os));
        MUST(figures.shown.memory <= figures.shown.memory_total);
        figures_done(&figures);
}

static void trouble_fuzz_certificate(struct trouble_input *in) {
        fuzz_folder_write(in->folder, "etc/cockpit/ws-certs.d/a.crt", in->bytes, in->n);
        fuzz_folder_write(in->folder, "var/lib/certmonger/requests/1", in->bytes, in->n);
        trouble_look_at_certificates(fuzz_folder_path, NOW, &in->limits, in->list);
        MUST(in->list->n <= 2);
}

static void trouble_fuzz_limits(struct trouble_input *in) {
        _cleanup_free_ char *text = xstrndup(in->bytes, in->n);
        struct trouble_limits limits;
        trouble_limits_read(text, "/etc/fairlead/trouble.conf", &limits);
        for (int i = 0; i < _TROUBLE_LIMIT_MAX; i++) {
                const struct trouble_limit_row *row = trouble_limit_row((enum trouble_limit) i);
                MUST(limits.value[i] >= row->least && limits.value[i] <= row->most);
        }
        for (char **wrong = limits.wrong; wrong && *wrong; wrong++)
                MUST(!str_has_controls(*wrong));
        trouble_limits_done(&limits);
}

/* Whatever the file holds: a line that is put to sleep sleeps, and wakes again. */
static void trouble_fuzz_sleeping(struct trouble_input *in) {
        trouble_add(in->list, TROUBLE_DISK, "/var", PLACE_TEXT, NULL, "full");
        const char *id = in->list->items[0].id;
        fuzz_folder_write(in->folder, "sleeping", in->bytes, in->n);
        trouble_put_to_sleep(fuzz_folder_path, NOW, in->list);
        MUST(!in->list->items[0].until || in->list->items[0].until > NOW);
        MUST(trouble_write_sleep(fuzz_folder_path, id, NOW + 5, NOW, NULL) >= 0);
        trouble_put_to_sleep(fuzz_folder_path, NOW, in->list);
        MUST(in->list->items[0].until == NOW + 5);
        in->list->items[0].until = 0;
        MUST(trouble_write_sleep(fuzz_folder_path, id, 0, NOW, NULL) >= 0);
        trouble_put_to_sleep(fuzz_folder_path, NOW, in->list);
        MUST(!in->list->items[0].until);
}

static void trouble_fuzz_id(struct trouble_input *in) {
        _cleanup_free_ char *id = xstrndup(in->bytes, in->n);
        (void) trouble_write_sleep(fuzz_folder_path, id, NOW + 5, NOW, NULL);
        int64_t until = trouble_sleep_until(id, NOW);
        MUST(!until || until > NOW);
}

static void trouble_fuzz_health(struct trouble_input *in) {
        _cleanup_free_ char *check = xstrndup(in->bytes, in->n);
        const struct service service = { .name = (char *) "web" };
        trouble_judge_health(&service, check, in->list);
        MUST(in->list->n == 1);
}

static const struct {
        const char *name;
        void (*run)(struct trouble_input *in);
} trouble_parsers[] = {
        { "pressure", trouble_fuzz_pressure },       { "cgroup", trouble_fuzz_cgroup },
        { "mounts", trouble_fuzz_mounts },           { "figures", trouble_fuzz_figures },
        { "certificate", trouble_fuzz_certificate }, { "limits", trouble_fuzz_limits },
        { "sleeping", trouble_fuzz_sleeping },       { "id", trouble_fuzz_id },
        { "health", trouble_fuzz_health },
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
        const char *end = memchr(bytes, '\n', n);
        size_t name = end ? (size_t) (end - (const char *) bytes) : n;
        for (size_t i = 0; end && i < ELEMENTS(trouble_parsers); i++) {
                if (strlen(trouble_parsers[i].name) != name || memcmp(trouble_parsers[i].name, bytes, name) != 0)
                        continue;
                struct trouble_input in = { .folder = fuzz_folder_new(),
                                            .bytes = end + 1,
                                            .n = n - name - 1,
                                            .list = new0(struct trouble_list) };
                trouble_limits_read(NULL, "", &in.limits);
                trouble_parsers[i].run(&in);
                for (size_t k = 0; k < in.list->n; k++)
                        MUST(!str_has_controls(in.list->items[k].sentence));
                trouble_limits_done(&in.limits);
                trouble_list_free(in.list);
                close(in.folder);
        }
        return 0;
}
