/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The state that version 0.1.0 wrote on a real host (tests/fixtures/state-0.1.0), unpacked for this host and
 * whoever runs the test: owners, boot ids and the engine's path are this host's, everything else is as it was. */

#include "tests/unit/worker-fixture.h"

#define LEGACY "/tests/fixtures/state-0.1.0"
#define LEGACY_TAKEN 1795957200         /* seconds since the epoch, no later than the archive */

/* Jobs of the first host, newest first, and of the second. */
enum {
        LEAVE, RENEWAL, ACCESS_2, ACCESS_1, JOIN, NO_USER, NO_RIGHT, WRONG_PASSWORD, SLOW, MYTIMER, TOOLS,
        CHRONY, PLAIN, UPGRADE, RSYSLOG, UNINSTALL, CLOCK, ROLLED_BACK, BROKEN, UNHEALTHY, FALLS, CANCELLED,
        HALFWAY, REHEARSAL, JOBS,
};
enum { NATIVE_ACCESS, NATIVE_JOIN, NATIVE_NO_RIGHT, NATIVE_JOBS };

/* *state is a struct host_fixture. The host as it was before any service stands beside it. The second host is in its
 * realm without a container. */
int legacy_set_up(void **state);
int legacy_set_up_native(void **state);
int legacy_tear_down(void **state);

/* The id of one of its jobs, 0 the newest of the archive; the caller frees. */
char *legacy_job(const struct host_fixture *f, unsigned which);

/* The host becomes that of a part of the archive: "base", or one of those that legacy_died() knows. */
void legacy_part(struct host_fixture *f, const char *part);

/* One more job, which lost its worker ("command", "check", "uninstall", "undo"), and the host's files as that
 * found them. The caller frees the id. */
char *legacy_died(struct host_fixture *f, const char *part);

/* The plan that 0.1.0 made to uninstall the service. */
struct plan *legacy_uninstall(const struct host_fixture *f, const char *name);

/* Everything that is restored of /etc and /usr/local in a part of the archive, but for one file that somebody
 * else wrote; of folders not the times, in which a neighbour's coming and going shows. The caller frees. */
char *legacy_files(const struct host_fixture *f, const char *part, const char *but);
