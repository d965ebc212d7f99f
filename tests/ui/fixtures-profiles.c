/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/ui/fixtures.h"

/* Profiles, and the plans made with them. */

#include <stdlib.h>
#include <string.h>

#include "model/plan/offers.h"

static void add_param(struct profile *profile, const char *name, const char *title, const char *help, enum param_type type,
                          enum delivery delivery, const char *target, const char *only_when_mode) {
        profile->parameters = xreallocarray(profile->parameters, profile->n_parameters + 1, sizeof(struct param));
        profile->parameters[profile->n_parameters++] = (struct param) {
                .name = xstrdup(name),
                .title = xstrdup(title),
                .help = xstrdup(help),
                .type = type,
                .delivery = delivery,
                .target = xstrdup(target),
        };
        if (only_when_mode)
                for (size_t i = 0; i < profile->n_modes; i++)
                        if (str_equal(profile->modes[i].name, only_when_mode))
                                strv_add(&profile->modes[i].parameters, name);
}

/* Rsyslog with two modes: what stays here, and what is sent on, which asks for a server, a port, TLS and a token. */
static int profile_rsyslog(const struct image *image, struct profile **ret, struct error **reterr) {
        struct profile *profile = xcalloc(1, sizeof *profile);
        profile->name = xstrdup(label_set(image) ? "rsyslog" : "generic");
        profile->title = xstrdup("Rsyslog: system logging");
        if (label_list_get(&image->labels, PROFILE_LABEL))
                profile->source = str_printf("label " PROFILE_LABEL " of %s", image_reference(image));
        else if (label_set(image))
                profile->source = xstrdup("/usr/share/fairlead/profiles/rsyslog.json");
        profile->modes = xcalloc(2, sizeof *profile->modes);
        profile->n_modes = 2;
        profile->modes[0] = (struct mode) {
                .name = xstrdup("local"),
                .title = xstrdup("Keep logs here"),
                .help = xstrdup("The messages of this host are written to its own /var/log."),
                .parameters = strv_copy(NULL),
        };
        profile->modes[1] = (struct mode) {
                .name = xstrdup("forward"),
                .title = xstrdup("Send them on"),
                .help = xstrdup("The messages of this host are sent to a log server as well."),
        };
        add_param(profile, "server", "Log server", "The host that takes the messages.", PARAM_HOST, DELIVER_ARGV, "--server", "forward");
        profile->parameters[0].required = true;
        profile->parameters[0].suggest = xstrdup("log-server");
        add_param(profile, "port", "Port", "Where the server listens.", PARAM_INTEGER, DELIVER_ARGV, "--port", "forward");
        profile->parameters[1].minimum = 1;
        profile->parameters[1].maximum = 65535;
        profile->parameters[1].initial = xstrdup("514");
        add_param(profile, "tls", "Encrypted", "Whether the line to the server is encrypted.", PARAM_BOOLEAN, DELIVER_ARGV, "--tls",
                      "forward");
        add_param(profile, "token", "Token", "The server's token for this host.", PARAM_SECRET, DELIVER_STDIN, NULL, "forward");
        add_param(profile, "arguments", "Arguments", "Words for the installer; most need none.", PARAM_ARGUMENTS, DELIVER_ARGV, "",
                      "local");
        strv_add(&profile->modes[1].parameters, "arguments");
        *ret = profile;
        return 0;
}

static const char *suggest_something(const char *what) {
        return str_equal(what, "log-server") ? "logs.example.test" : str_starts(what, "=");
}

static bool path_is_there(const char *path, void *userdata) {
        return !str_equal(path, "/etc/rsyslog.conf");
}

static const char *unit_is_there(const char *unit, void *userdata) {
        return str_equal(unit, "chrony.service") ? "/lib/systemd/system/chrony.service" : NULL;
}

/* Everything a profile can say, said by somebody who wants to break the form. */
static int profile_hostile(const struct image *image, struct profile **ret, struct error **reterr) {
        struct profile *profile = xcalloc(1, sizeof *profile);
        profile->modes = xcalloc(3, sizeof *profile->modes);
        static const char *const texts[] = { HOSTILE_BIDI, HOSTILE_WIDE, HOSTILE_LONG };
        profile->name = xstrdup("hostile");
        profile->source = xstrdup("/etc/fairlead/profiles/" HOSTILE_ESCAPE);
        profile->title = xstrdup(HOSTILE_ESCAPE);
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                profile->modes[profile->n_modes++] = (struct mode) {
                        .name = str_printf("mode-%zu", i), .title = xstrdup(texts[i]), .help = xstrdup(texts[i]),
                };
        static const char *const names[] = { "escape", "bidi", "wide", "marks", "long" };
        static const char *const titles[] = { HOSTILE_ESCAPE, HOSTILE_BIDI, HOSTILE_WIDE, HOSTILE_MARKS, HOSTILE_LONG };
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                add_param(profile, names[i], titles[i], titles[i], PARAM_TEXT, DELIVER_ARGV, "--x", NULL);
                profile->parameters[i].initial = xstrdup(titles[i]);
                for (size_t m = 0; m < profile->n_modes; m++)
                        strv_add(&profile->modes[m].parameters, names[i]);
        }
        profile->parameters[4].pattern = xstrdup("[a-z]");
        profile->parameters[4].pattern_reason = xstrdup(HOSTILE_BIDI " " HOSTILE_LONG);
        *ret = profile;
        return 0;
}

/* More questions than a screen has rows. */
static int profile_many(const struct image *image, struct profile **ret, struct error **reterr) {
        struct profile *profile = xcalloc(1, sizeof *profile);
        profile->modes = xcalloc(1, sizeof *profile->modes);
        profile->name = xstrdup("many");
        profile->title = xstrdup("Many questions");
        profile->source = xstrdup("/usr/share/fairlead/profiles/many.json");
        profile->n_modes = 1;
        profile->modes[0] = (struct mode) { .name = xstrdup("only"), .title = xstrdup("The only one") };
        for (unsigned i = 0; i < 30; i++) {
                _cleanup_free_ char *name = str_printf("question-%02u", i), *title = str_printf("Question %u", i);
                add_param(profile, name, title, "One of many.", i % 5 == 4 ? PARAM_BOOLEAN : PARAM_INTEGER, DELIVER_ARGV, "--x", "only");
                profile->parameters[i].required = i % 3 == 0;
        }
        *ret = profile;
        return 0;
}

/* What is asked of an image that has no profile. */
static int profile_offers(const struct image *image, struct profile **ret, struct error **reterr) {
        *ret = profile_generic(image);
        offers_add(*ret, image);
        return 0;
}

/* The record of a service that keeps its state in a volume. */
static struct service *installed_with_state(void) {
        struct service *service = service_new();
        service->name = xstrdup("mq");
        strv_add(&service->volumes, "mq-mqm:/var/mqm");
        return service;
}

/* What an upgrade finds installed: another version, whose RUN label says less. */
static struct service *installed(const char *name) {
        struct service *service = service_new();
        service->name = xstrdup(name);
        service->pin.version = xstrdup("8.2302");
        service->pin.image = xstrdup("localhost/rsyslog@sha256:0000000000000000000000000000000000000000000000000000000000000000");
        service->pin.image_id = xstrdup("00");
        strv_addf(&service->units, "%s.service", name);
        strv_addf(&service->files, "/etc/containers/systemd/%s.container", name);
        label_list_set(&service->pin.labels, "RUN", "docker run -d --privileged --name NAME --net=host -v /var/log:/log IMAGE /bin/rsyslog.sh");
        label_list_set(&service->pin.labels, "STOP", "docker stop NAME");
        fixture_given(service);
        return service;
}

/* What rsyslog was installed with: the port is wrong. */
void fixture_given(struct service *service) {
        str_replace(&service->pin.reference, "localhost/rsyslog:latest");
        str_replace(&service->given.mode, "forward");
        answers_set(service->given.answers, "server", "logs.example.test", "typed");
        answers_set(service->given.answers, "port", "99", "typed");
        answers_set(service->given.answers, "tls", "yes", "typed");
}

/* Who may log in, in a file as realmd writes it; and new keys. */
static int plan_in_realm(const struct plan_order *order, struct plan **ret, struct error **reterr) {
        static const char text[] = "[domain/example.test]\nid_provider = ad\nldap_default_authtok = " "Lab-Secret-1\naccess_provider = ad\n";
        static const char listed[] = "[domain/example.test]\nid_provider = ad\naccess_provider = simple\nsimple_allow_users = alice@example.test, bob@example.test\n"
                                     "simple_allow_groups = linux admins\nsimple_deny_users = carol@example.test\n";
        static char *renew[] = { (char *) "podman", (char *) "exec", (char *) "sssd", (char *) "adcli", (char *) "update", NULL };
        struct plan *plan = xcalloc(1, sizeof *plan);
        plan->given.answers = new0(struct answers);
        plan->verb = order->verb;
        plan->name = xstrdup(order->name ? order->name : "sssd"); /* the one that joined */
        plan->pin.image = xstrdup("localhost/sssd:latest");
        plan->pin.reference = xstrdup(plan->pin.image);
        plan->pin.image_id = xstrdup("7aff8f1a01c3");
        plan->joins = REALM_AD;
        int r = 0;
        if (order->verb == VERB_RENEW)
                plan->command = command_read("renew", renew, ENGINE_PODMAN, "/usr/bin/podman", NULL);
        else
                r = access_change(order->access->what == ACCESS_WITHDRAW ? listed : text, "example.test", order->access, &plan->file.text, &plan->file.sentence, reterr);
        if (r < 0) {
                plan_free(plan);
                return r;
        }
        if (order->verb == VERB_ACCESS) {
                plan->file.path = xstrdup(PLAN_ACCESS_FILE);
                plan->file.was = xstrdup(order->access->what == ACCESS_WITHDRAW ? listed : text);
                strv_add(&plan->paths, PLAN_ACCESS_FOLDER);
                finding_report(&plan->findings, "domain-rules", "realm",
                               "The rules of the domain itself (group policies, HBAC) do not count any more: only these lists do");
        }
        *ret = plan;
        return 0;
}

/* The real plan of the fixture image. */
static int plan_for(const struct plan_order *order, struct plan **ret, struct error **reterr) {
        if (order->verb == VERB_ACCESS || order->verb == VERB_RENEW)
                return plan_in_realm(order, ret, reterr);
        bool keeps = str_equal(order->name, "mq") || STR_IN_SET(order->image, "localhost/mq:latest", "localhost/kea:latest");
        const char *reference = order->image ? order->image : keeps ? "localhost/mq:latest" : "localhost/rsyslog:latest";
        _cleanup_(image_freep) struct image *image = fixture_image(reference);
        _cleanup_(profile_freep) struct profile *profile = NULL;
        bool leaves = order->verb == VERB_UNINSTALL && str_equal(order->name, "sssd");
        bool joins = leaves || str_equal(order->mode, "ad") || str_equal(order->mode, "ipa");
        (joins ? fixture_profile_join : keeps ? profile_offers : profile_rsyslog)(image, &profile, NULL);
        const struct host_facts facts = {
                .engine = ENGINE_PODMAN,
                .engine_path = "/usr/bin/podman",
                .quadlet = true,
                .path_exists = path_is_there,
                .unit_path = unit_is_there,
        };
        bool anew = order->verb == VERB_RECONFIGURE || (order->verb == VERB_REHEARSE && !order->image);
        _cleanup_(service_freep) struct service *service = order->verb == VERB_UPGRADE || anew      ? installed(order->name)
                                                                : keeps && order->verb == VERB_UNINSTALL ? installed_with_state()
                                                                                                         : NULL;
        const struct plan_request request = {
                .verb = order->verb,
                .service = service,
                .image = image,
                .reference = reference,
                .pinned = true,
                .name = order->name,
                .profile = profile,
                .mode = leaves ? "ad" : order->mode,
                .answers = order->answers,
                .secrets = order->secrets,
                .allowed = order->allowed,
                .deletes_account = order->deletes_account,
                .removes_volumes = order->removes_volumes,
                .removes_unit = order->removes_unit,
                .unit_text = anew ? "[Container]\nContainerName=rsyslog\nEnvironment=PORT=99\n" : NULL,
                .facts = &facts,
        };
        int r = plan_make(&request, ret, reterr);
        /* what backend/host/plan.c knows of the host's account */
        if (r >= 0 && leaves)
                finding_report(&(*ret)->findings, order->deletes_account ? "account-deleted" : "account-stays", "realm",
                               order->deletes_account ? "The account HOST1$@EXAMPLE.TEST is deleted in the realm EXAMPLE.TEST"
                                                      : "The account HOST1$@EXAMPLE.TEST stays in the realm EXAMPLE.TEST");
        /* and of its unit's file, which somebody edited */
        if (r >= 0 && keeps && order->verb == VERB_UNINSTALL)
                finding_report(&(*ret)->findings, order->removes_unit ? "unit-removed" : "unit-kept", "/etc/containers/systemd/mq.container",
                               order->removes_unit ? "/etc/containers/systemd/mq.container is not as it was written, and is removed"
                                                   : "/etc/containers/systemd/mq.container is not as it was written, so it is not removed");
        return r;
}

bool fixture_use_profile(struct fake_host *fake, const char *what, const char *which) {
        static const struct {
                const char *which;
                int (*profile)(const struct image *image, struct profile **ret, struct error **reterr);
        } profiles[] = { { "rsyslog", profile_rsyslog }, { "hostile", profile_hostile }, { "many", profile_many }, { "offers", profile_offers } };
        fake->plan = plan_for;
        fake->suggest = suggest_something;
        for (size_t i = 0; str_equal(what, "profile") && i < ELEMENTS(profiles); i++)
                if (str_equal(profiles[i].which, which)) {
                        fake->profile = profiles[i].profile;
                        return true;
                }
        return false;
}
