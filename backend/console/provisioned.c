/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/console/provisioned.h"

#include "backend/console/cmdline.h"
#include "backend/console/done.h"
#include "backend/format/json.h"

#define IGNITION_RESULT "/etc/.ignition-result.json"

char *provisioned_unasked(char *const *words) {
        const char *value = cmdline_value(words, "systemd.firstboot");
        return cmdline_is_no(value) || str_equal(value, "headless")
                       ? str_printf("the kernel's command line has systemd.firstboot=%s", value)
                       : NULL;
}

static char *provisioned_by_kernel(char *const *words) {
        const char *value = cmdline_value(words, "fairlead.firstboot");
        return cmdline_is_no(value) ? str_printf("the kernel's command line has fairlead.firstboot=%s", value)
                                    : NULL;
}

/* Its generator makes "enabled" where it found a source of data, and "none" is the source of a host that has
 * no other. cloud-id comes with the first stage, which is over by now or sees the network first. */
static char *provisioned_by_cloud_init(const struct paths *paths) {
        if (!paths_access(paths->root, "/run/cloud-init/enabled", F_OK))
                return NULL;
        _cleanup_free_ char *text = paths_read(paths->root, "/run/cloud-init/cloud-id", NULL);
        _cleanup_strv_ char **id = text ? strv_split(text, " \n") : NULL;
        if (id && id[0] && STR_IN_SET(id[0], "none", "fallback"))
                return NULL;
        return str_printf("cloud-init provisions this host (%s)",
                          id && id[0] ? id[0] : "/run/cloud-init/enabled");
}

/* Ignition runs on each host of its kind, with a configuration of the user's or without. */
static char *provisioned_by_ignition(const struct paths *paths) {
        size_t n = 0;
        _cleanup_free_ char *text = paths_read(paths->root, IGNITION_RESULT, &n);
        _cleanup_json_value_ struct json_value *result = NULL;
        if (!text || json_parse(text, n, NULL, &result, NULL, NULL) < 0)
                return NULL;
        const struct json_value *given = json_member(result, "userConfigProvided");
        return json_is(given, SHAPE_BOOLEAN) && given->truth
                       ? xstrdup("Ignition provisioned this host (" IGNITION_RESULT ")")
                       : NULL;
}

char *provisioned_reason(const struct paths *paths, char *const *words) {
        char *reason = provisioned_by_kernel(words);
        if (!reason && done_exists(paths))
                reason = xstrdup("it is done already");
        if (!reason)
                reason = provisioned_by_cloud_init(paths);
        return reason ? reason : provisioned_by_ignition(paths);
}
