/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Services whose sources were asked: one of each state, and what a newer image changes. */
#include "tests/ui/fixtures.h"

#define D1 "sha256:111111111111a0000000000000000000000000000000000000000000000000ff"
#define D2 "sha256:222222222222b0000000000000000000000000000000000000000000000000ff"

static struct update *update_add(struct update_list *list, const char *name, const char *reference, const char *version, const char *none) {
        struct update *u = update_list_add(list);
        u->name = xstrdup(name);
        u->reference = reference ? str_printf("registry.example.test/services/%s", reference) : NULL;
        u->none = xstrdup(none);
        u->installed.digest = xstrdup(D1);
        u->installed.version = xstrdup(version);
        return u;
}

static void update_saw(struct update *u, const char *digest, const char *version) {
        u->newest = (struct update_image) {
                .digest = xstrdup(digest), .version = xstrdup(version), .size = 41200000, .created = FIXTURE_NOW - 3 * 86400
        };
        u->looked = u->tried = u->found = FIXTURE_NOW - 7200;
}

static struct update_list *updates_full(bool asked) {
        struct update_list *list = new0(struct update_list);
        struct update *u = update_add(list, "chrony", "chrony:4", "4.3", NULL);
        update_saw(u, D1, "4.3");
        u = update_add(list, "cockpit", NULL, "300", "Its image was made on this host");
        u = update_add(list, "held", "held:1", NULL, NULL);
        update_saw(u, D2, NULL);
        u->held = FIXTURE_NOW + 5 * 86400;
        u = update_add(list, "rsyslog", "rsyslog:8", "8.2302", NULL);
        if (asked)
                update_saw(u, D2, "8.2404");
        u = update_add(list, "sssd", "sssd:2", HOSTILE_ESCAPE, NULL);
        u->tried = FIXTURE_NOW - 7200;
        u->failed = xstrdup("The registry registry.example.test did not answer within 30 seconds");
        u = update_add(list, "tools", NULL, NULL, "Its image was made on this host");
        u->here = true;
        return list;
}

static struct update_list *updates_asked(bool asked) {
        return updates_full(true);
}

static struct update_list *updates_approved(bool asked) {
        struct update_list *list = updates_full(true);
        for (size_t i = 0; i < list->n; i++)
                if (str_equal(list->items[i].name, "rsyslog") || str_equal(list->items[i].name, "held"))
                        list->items[i].approved = (struct update_approval) { xstrdup(D2), xstrdup("c0ffee"), FIXTURE_NOW - 60, xstrdup("anna") };
        return list;
}

struct job *fixture_approved(struct job *job) {
        job->approved = FIXTURE_NOW - 3600;
        job->approved_by = xstrdup("anna");
        return job;
}

static struct update_list *updates_none(bool asked) {
        return new0(struct update_list);
}

static struct update_detail *update_rsyslog(bool fetched) {
        struct update_detail *d = new0(struct update_detail);
        struct update_list *list = updates_full(true);
        update_copy(update_list_find(list, "rsyslog"), &d->update);
        update_list_free(list);
        struct label_list before = {}, after = {};
        label_list_set(&before, "RUN", "podman run -d --name NAME --net=host IMAGE");
        label_list_set(&before, "INSTALL", "podman run --rm -v /:/host IMAGE /bin/install.sh");
        label_list_set(&after, "RUN", "podman run -d --name NAME --net=host --privileged IMAGE");
        label_list_set(&after, "INSTALL", "podman run --rm -v /:/host IMAGE /bin/install.sh");
        label_list_set(&after, "UPGRADE", "podman run --rm " HOSTILE_ESCAPE " IMAGE");
        d->labels = label_changes_make(&before, &after);
        label_list_done(&before);
        label_list_done(&after);
        d->trust = new0(struct trust);
        d->trust->reference = xstrdup("docker://" D2);
        d->trust->repository = xstrdup("registry.example.test/services/rsyslog");
        d->trust->service = xstrdup("rsyslog");
        d->trust->same = SAME_NO;
        d->trust->looked = true;
        trust_add_signature(d->trust, (struct trust_signature) { .kind = TRUST_SIGNED_BY, .finding = SIGNATURE_CLAIMED, .signer = xstrdup("Team " HOSTILE_ESCAPE " <team@example.test>") });
        d->trust->rule = (struct trust_rule) { .file = xstrdup("/etc/containers/policy.json"), .needs = new0(struct trust_need), .n = 1 };
        strv_add(&d->findings, "RUN gives the container all privileges (--privileged)");
        strv_add(&d->fixed, "The image has no version");
        d->here = fetched;
        if (!fetched) {
                d->unread = xstrdup("The newer image was not fetched");
                return d;
        }
        static const char old[] = "P:openssl\nV:3.0.15-1\n\nP:wget\nV:1.21\n\nP:rsyslog\nV:8.2302\n\nP:base\nV:1\n",
                          new[] = "P:openssl\nV:3.0.16-1\n\nP:curl\nV:8.1\n\nP:rsyslog\nV:8.2404\n\nP:base\nV:1\n";
        _cleanup_(package_list_freep) struct package_list *a = new0(struct package_list), *b = new0(struct package_list);
        packages_read_apk(a, old, strlen(old));
        packages_read_apk(b, new, strlen(new));
        package_list_sort(a);
        package_list_sort(b);
        package_changes_make(a, b, &d->packages);
        return d;
}

bool fixture_use_updates(struct fake_host *fake, const char *what, const char *which) {
        static const struct fixture_row rows[] = {
                { "updates", "none", offsetof(struct fake_host, updates), (void *) updates_none },
                { "updates", "full", offsetof(struct fake_host, updates), (void *) updates_full },
                { "updates", "approved", offsetof(struct fake_host, updates), (void *) updates_approved },
                { "updates", "asked", offsetof(struct fake_host, updates), (void *) updates_asked },
                { "update", "rsyslog", offsetof(struct fake_host, update), (void *) update_rsyslog },
        };
        return fixture_pick(fake, rows, ELEMENTS(rows), what, which);
}
