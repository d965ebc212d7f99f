/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/fixtures.h"

/* A unit whose settings are edited: its files, and plans of its drop-in. */

#include <errno.h>

#include "model/plan/drop-in.h"
#include "model/plan/plan.h"

static struct unit_detail *unit_cron(const char *name) {
        struct unit_detail *d = xcalloc(1, sizeof *d);
        d->unit = (struct unit) { .name = xstrdup(name), .description = xstrdup("Regular background program processing daemon"),
                                  .load = xstrdup("loaded"), .active = xstrdup("active"), .sub = xstrdup("running"),
                                  .file_state = xstrdup("enabled") };
        d->fragment = xstrdup("/usr/lib/systemd/system/cron.service");
        d->memory = d->cpu_nsec = d->tasks = d->io_read = d->io_written = UNIT_UNKNOWN;
        return d;
}

static void edit_file(struct unit_inside *inside, enum unit_file_role role, const char *path, const char *text) {
        room_for_one((void **) &inside->files, inside->n_files, sizeof *inside->files);
        inside->files[inside->n_files++] = (struct unit_text) { .role = role, .path = xstrdup(path), .text = xstrdup(text) };
}

static struct unit_inside *inside_edit(enum inside_part part) {
        struct unit_inside *inside = xcalloc(1, sizeof *inside);
        inside->part = part;
        edit_file(inside, ROLE_FRAGMENT, "/usr/lib/systemd/system/cron.service",
                 "[Unit]\nAfter=remote-fs.target nss-user-lookup.target\n\n[Service]\nExecStart=/usr/sbin/cron -f\nRestart=on-failure\n");
        edit_file(inside, ROLE_DROP_IN, "/etc/systemd/system/cron.service.d/limits.conf", "[Service]\nTasksMax=100\nEnvironment=A=1\n");
        return inside;
}

static const char edit_own[] = "# Written by fairlead edit cron.service, which takes it away again, too.\n[Service]\nMemoryMax=1G\nEnvironment=B=2\n";

static struct unit_inside *inside_edited(enum inside_part part) {
        struct unit_inside *inside = inside_edit(part);
        edit_file(inside, ROLE_DROP_IN, "/etc/systemd/system/cron.service.d/50-fairlead.conf", edit_own);
        return inside;
}

static int plan_edit(const struct plan_order *order, struct plan **ret, struct error **reterr) {
        _cleanup_plan_ struct plan *plan = new0(struct plan);
        plan->verb = order->verb;
        plan->name = xstrdup(order->name);
        plan->given.answers = new0(struct answers);
        plan->file.path = drop_in_path(order->name);
        plan->file.was = xstrdup(edit_own);
        plan->file.sentence = str_printf("%s has other settings, from its next start on", order->name);
        int r = drop_in_change(order->name, plan->file.was, order->set, &plan->file.text, reterr);
        if (r < 0)
                return r;
        /* the fifth line is the first that is added to our own */
        if (strstr(plan->file.text, "sometimes") &&
            drop_in_complaints(order->name, "x/50-fairlead.conf:5: Failed to parse service restart specifier, ignoring: sometimes\n",
                               plan->file.text, reterr))
                return -EINVAL;
        *ret = TAKE(plan);
        return 0;
}

/* ---- adopted ---- */

static struct unit_detail *unit_handmade(const char *name) {
        struct unit_detail *d = unit_cron(name);
        str_replace(&d->unit.name, name);
        str_replace(&d->unit.description, "A web server in a container");
        str_replace(&d->unit.file_state, "generated");
        str_replace(&d->fragment, "/run/systemd/generator/web.service");
        d->source = xstrdup("/etc/containers/systemd/web.container");
        return d;
}

/* Somebody's own, too, but no engine runs for it. */
static struct unit_detail *unit_no_container(const char *name) {
        struct unit_detail *d = unit_cron(name);
        str_replace(&d->unit.name, name);
        str_replace(&d->fragment, "/etc/systemd/system/backup.service");
        strv_free(d->starts);
        d->starts = strv_split("/usr/local/bin/backup --all", " ");
        return d;
}

static int plan_adopt(const struct plan_order *order, struct plan **ret, struct error **reterr) {
        struct plan *plan = *ret = new0(struct plan);
        plan->verb = order->verb;
        plan->name = xstrdup("web");
        plan->given.answers = new0(struct answers);
        plan->host_unit = xstrdup(order->image);
        plan->adopts.file = xstrdup("/etc/containers/systemd/web.container");
        plan->pin.reference = xstrdup("localhost/web:latest");
        plan->pin.image = xstrdup("localhost/web");
        plan->pin.digest = xstrdup("sha256:7aff8f1a01c3");
        return 0;
}

static int plan_adopt_not(const struct plan_order *order, struct plan **ret, struct error **reterr) {
        error_set(reterr, -ENOTSUP, "%s runs no container", order->image);
        return error_hint(reterr, "Only a unit that runs podman or docker can become a service");
}

bool fixture_use_edit(struct fake_host *fake, const char *what, const char *which) {
        static const struct fixture_row rows[] = {
                { "unit", "cron", offsetof(struct fake_host, unit), (void *) unit_cron },
                { "inside", "edit", offsetof(struct fake_host, inside), (void *) inside_edit },
                { "inside", "edited", offsetof(struct fake_host, inside), (void *) inside_edited },
                { "unit", "no-container", offsetof(struct fake_host, unit), (void *) unit_no_container },
                { "unit", "handmade", offsetof(struct fake_host, unit), (void *) unit_handmade },
                { "plan", "adopt", offsetof(struct fake_host, plan), (void *) plan_adopt },
                { "plan", "adopt-not", offsetof(struct fake_host, plan), (void *) plan_adopt_not },
                { "plan", "edit", offsetof(struct fake_host, plan), (void *) plan_edit },
        };
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
