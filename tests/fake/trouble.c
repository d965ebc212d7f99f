/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/host.h"

#define NOW 1795521600          /* FIXTURE_NOW of tests/ui: 2026-11-24 12:00:00 UTC */

static const struct {
        enum trouble_kind kind;
        enum trouble_place place;
        const char *subject, *target, *sentence;
        int64_t ago, until;
} fake_rows[] = {
        { TROUBLE_UNIT_FAILED, PLACE_UNIT, "rsyslog.service", "rsyslog.service",
          "rsyslog.service failed: Error: statfs /etc/rsyslog.d: no such file or directory", 240, 0 },
        { TROUBLE_UNIT_FAILED, PLACE_UNIT, "oops.service", "oops.service",
          "oops.service failed: its main process ended with status 1", 360, 0 },
        { TROUBLE_RESTART_LOOP, PLACE_UNIT, "chrony.service", "chrony.service",
          "chrony.service was restarted 5 times in 10 minutes", 500, 0 },
        { TROUBLE_OOM_KILL, PLACE_LOG, "templated.service", "templated.service",
          "The kernel killed a process of templated.service because memory ran out", 3600, 0 },
        { TROUBLE_HEALTH, PLACE_UNIT, "sssd.service", "sssd.service",
          "The health check of sssd fails: sssctl: The domain is offline", 60, 0 },
        { TROUBLE_JOB, PLACE_JOB, "20261124-120000-0000a4f1", "20261124-120000-0000a4f1",
          "The install of cockpit was interrupted: resume it or roll it back", 7200, 0 },
        { TROUBLE_DISK, PLACE_TEXT, "/var", NULL, "/var is 96 % full, 410 MB are left", 0, 0 },
        { TROUBLE_INODES, PLACE_TEXT, "/", NULL, "98 % of the inodes of / are in use, 1200 are left", 0, 0 },
        { TROUBLE_REALM_OFFLINE, PLACE_REALM, "EXAMPLE.TEST", NULL,
          "Realm EXAMPLE.TEST is offline: SSSD reaches none of its servers", 300, 0 },
        { TROUBLE_CLOCK, PLACE_REALM, "realm", NULL, "The clock is 312 s ahead of the realm's", 0, 0 },
        { TROUBLE_TIME_SERVICE, PLACE_TEXT, "host", NULL, "No time service runs on this host", 0, 0 },
        { TROUBLE_CERTIFICATE, PLACE_TEXT, "/etc/cockpit/ws-certs.d/host.crt", NULL,
          "The certificate /etc/cockpit/ws-certs.d/host.crt ends in 3 days", 0, 0 },
        { TROUBLE_KEYTAB, PLACE_REALM, "HOST1$", NULL, "The password of HOST1$ is 75 days old", 0, 0 },
        { TROUBLE_PRESSURE, PLACE_TEXT, "io", NULL, "Tasks waited for the disks 71 % of the last minute", 0, 0 },
        { TROUBLE_THROTTLED, PLACE_UNIT, "tools.service", "tools.service",
          "tools.service was throttled in 43 % of its periods: its CPU quota is too small", 0, 0 },
        { TROUBLE_NOT_RELOADED, PLACE_UNIT, "nginx.service", "nginx.service",
          "The files of nginx.service changed since systemd read them", 0, 0 },
        { TROUBLE_LOG_ERRORS, PLACE_LOG, "chrony.service", "chrony.service",
          "chrony.service has logged 2 errors since its start: Could not open /etc/chrony.keys", 86400, 0 },
        { TROUBLE_UNCLEAN_BOOT, PLACE_TEXT, "host", NULL, "This host was not shut down before its last boot", 90000,
          NOW + 86400 },
        { TROUBLE_UPDATE, PLACE_UPDATES, "rsyslog", "rsyslog", "A newer image for rsyslog is on this host: 8.2400", 0, 0 },
        { TROUBLE_SETTINGS, PLACE_TEXT, "/etc/fairlead/trouble.conf:3", NULL,
          "/etc/fairlead/trouble.conf:3: [disk] has no setting \"percnt\"", 0, 0 },
};

struct trouble_list *fake_host_troubles_none(void) {
        struct trouble_list *list = new0(struct trouble_list);
        list->services = new0(struct service_list);
        return list;
}

struct trouble_list *fake_host_troubles(void) {
        struct trouble_list *list = fake_host_troubles_none();
        for (size_t i = 0; i < ELEMENTS(fake_rows); i++) {
                struct trouble *t = trouble_add(list, fake_rows[i].kind, fake_rows[i].subject, fake_rows[i].place,
                                                fake_rows[i].target, "%s", fake_rows[i].sentence);
                t->since = fake_rows[i].ago ? NOW - fake_rows[i].ago : 0;
                t->until = fake_rows[i].until;
        }
        trouble_list_sort(list);
        return list;
}
