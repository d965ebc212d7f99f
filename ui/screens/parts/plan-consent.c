/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/parts/plan-text.h"

#include "base/text.h"

/* The question that a plan asks last. */

static void plan_text_consent_uninstall(const struct plan *plan, struct str *out) {
        size_t n = strv_length(plan->volumes);
        str_add(out, " Its unit is stopped and removed, and every file the install changed is restored.");
        if (finding_list_find(&plan->findings, "unit-kept"))
                str_add(out, " Its unit file was edited: it is kept, and nothing starts it.");
        if (finding_list_find(&plan->findings, "unit-removed"))
                str_add(out, " Its unit file was edited, and is removed.");
        if (n)
                str_add(out, plan->removes_volumes
                                     ? plural(n, " The volume with its state is removed for good.",
                                              " The volumes with its state are removed for good.")
                                     : plural(n, " The volume with its state is kept.",
                                              " The volumes with its state are kept."));
}

void plan_text_consent(const struct plan *plan, struct str *out) {
        if (plan->verb == VERB_EDIT) {
                str_addf(out, "%s.\n%s is written, and systemd reads it. The unit is not restarted.",
                         plan->file.sentence ? plan->file.sentence : "", plan->file.path);
                return;
        }
        if (plan->file.text) {
                str_addf(out, "%s\n%s is written, and the service is restarted. If it does not come up, "
                              "everything is restored.",
                         plan->file.sentence ? plan->file.sentence : "", plan->file.path);
                return;
        }
        if (plan->verb == VERB_RENEW) {
                str_add(out, "The command you read runs now as root. The old keys become invalid, so "
                             "this cannot be undone; tickets already issued for this host stay valid.");
                return;
        }
        if (plan->verb == VERB_RUN)
                str_addf(out, "%s has this terminal until it ends. ", plan->name);
        const struct image_pin *pin = &plan->pin;
        const char *identity = pin->digest ? pin->digest : pin->image_id ? pin->image_id : "";
        if (plan->command)
                str_addf(out, "The command you read runs now as root%s.",
                         plan->host_command ? ", as a program of this host" : "");
        else
                str_add(out, "No command of the image runs.");
        if (plan->verb == VERB_REHEARSE)
                str_add(out, " It sees a copy of the host's files, which is thrown away afterwards.");
        else if (plan->unit.kind == UNIT_QUADLET || plan->unit.kind == UNIT_SERVICE)
                str_addf(out,
                         plan->command && !plan->from
                                 ? " Then %s is started; it is written where the installer makes none."
                                 : " Then %s is written and started.",
                         plan->unit.name);
        if (plan->verb == VERB_RUN)
                str_add(out, " What it changes on this host is neither recorded nor restored.");
        if (plan->deletes_account)
                str_add(out, " This host's account in the realm is deleted for good; if that is refused, "
                             "nothing else is done.");
        if (plan->verb == VERB_UNINSTALL)
                plan_text_consent_uninstall(plan, out);
        else if (plan->paths)
                str_add(out, plan->verb == VERB_RECONFIGURE
                                     ? " If it fails or you cancel, everything is as before. Later, p on the "
                                       "job rolls it back."
                                     : " If it fails or you cancel, every file is restored.");
        /* Only the beginning of the digest: the page showed all of it. */
        str_addf(out, plan->command ? "\nYou consent to this label and to the image %.19s."
                                    : "\nYou consent to the image %.19s.", identity);
}
