/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/test.h"

#include <errno.h>

#include "base/str.h"
#include "model/plan/plan.h"

#define ID "7aff8f1a01c37aff8f1a01c37aff8f1a01c37aff8f1a01c37aff8f1a01c37aff"
#define DIGEST "sha256:" ID
#define PINNED "localhost/sssd@" DIGEST

static const char INSTALL[] = "docker run --rm --privileged --net=host -v /:/host -e NAME=${NAME} -e IMAGE=${IMAGE} "
                              "-e HOST=/host ${IMAGE} /bin/install.sh";
static const char RUN[] = "docker run -d --restart=always --net=host --name ${NAME} -e OPT1 -v /etc/sssd:/etc/sssd:ro "
                          "-v /var/lib/sss:/var/lib/sss ${IMAGE} /bin/run.sh";

static struct image *image_with(const char *first, ...) __attribute__((sentinel));
static struct image *image_with(const char *first, ...) {
        struct image *image = new0(struct image);
        image->id = strdup(ID);
        image->digest = strdup(DIGEST);
        strv_add(&image->names, "localhost/sssd:latest");
        va_list labels;
        va_start(labels, first);
        for (const char *key = first; key; key = va_arg(labels, const char *))
                image_add_label(image, key, va_arg(labels, const char *));
        va_end(labels);
        return image;
}

static struct plan *make(const struct plan_request *q) {
        struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_ok(plan_make(q, &plan, &e), e);
        return plan;
}

static void assert_words(char *const *argv, const char *expected) {
        _cleanup_free_ char *text = argv_text(argv);
        assert_string_equal(text, expected);
}

static const struct finding *found(const struct plan *plan, const char *id) {
        return finding_list_find(&plan->findings, id);
}

/* ---- a profile as the tests need it ---- */

static char *one(const char *word) {
        return (char *) word;
}

static struct param params[] = {
        { .name = (char *) "domain", .title = (char *) "Domain", .type = PARAM_DOMAIN, .required = true,
          .delivery = DELIVER_ARGV, .target = (char *) "--domain" },
        { .name = (char *) "server", .title = (char *) "Server", .type = PARAM_HOST, .delivery = DELIVER_ARGV,
          .target = (char *) "--server=" },
        { .name = (char *) "force", .title = (char *) "Force", .type = PARAM_BOOLEAN, .delivery = DELIVER_ARGV,
          .target = (char *) "--force" },
        { .name = (char *) "zone", .title = (char *) "Zone", .type = PARAM_TEXT, .delivery = DELIVER_ENV, .target = (char *) "ZONE" },
        { .name = (char *) "motd", .title = (char *) "Greeting", .type = PARAM_TEXT, .delivery = DELIVER_FILE,
          .target = (char *) "/run/motd" },
        { .name = (char *) "line", .title = (char *) "Line", .type = PARAM_TEXT, .delivery = DELIVER_STDIN, .target = (char *) "" },
        { .name = (char *) "ask", .title = (char *) "Ask", .type = PARAM_TEXT, .delivery = DELIVER_PROMPT, .target = (char *) "Name: $" },
        { .name = (char *) "flavour", .title = (char *) "Flavour", .type = PARAM_TEXT, .delivery = DELIVER_VARIABLE,
          .target = (char *) "FLAVOUR" },
        { .name = (char *) "password", .title = (char *) "Password", .type = PARAM_SECRET, .delivery = DELIVER_STDIN,
          .target = (char *) "" },
        { .name = (char *) "otp", .title = (char *) "One-time password", .type = PARAM_SECRET, .delivery = DELIVER_ARGV,
          .target = (char *) "--password" },
        { .name = (char *) "rest", .title = (char *) "Rest", .type = PARAM_ARGUMENTS, .delivery = DELIVER_ARGV, .target = (char *) "" },
};

static char *join_words[] = { (char *) "realm", (char *) "join", NULL }, *no_words[] = { NULL };
static char *migrate_words[] = { (char *) "--migrate", NULL };

static char *leave_words[] = { (char *) "realm", (char *) "leave", NULL };
static char *leave_asks[] = { (char *) "server", (char *) "password", NULL };
static struct mode leave = { .name = (char *) "leave", .title = (char *) "Delete", .words = leave_words, .parameters = leave_asks };
static struct mode realm_mode = { .name = (char *) "ad", .title = (char *) "Domain", .words = join_words, .joins = REALM_AD, .leave = &leave };
static struct mode realm_forever = { .name = (char *) "ad", .title = (char *) "Domain", .words = join_words, .joins = REALM_AD };

static struct mode modes[] = {
        { .name = (char *) "join", .title = (char *) "Join", .words = join_words },
        { .name = (char *) "migrate", .title = (char *) "Migrate", .words = migrate_words, .parameters = no_words },
};

static const struct profile profile = {
        .source = (char *) "test", .title = (char *) "Test", .modes = modes, .n_modes = ELEMENTS(modes),
        .parameters = params, .n_parameters = ELEMENTS(params),
};

static struct answers *answers_of(const char *first, ...) __attribute__((sentinel));
static struct answers *answers_of(const char *first, ...) {
        struct answers *a = new0(struct answers);
        va_list list;
        va_start(list, first);
        for (const char *name = first; name; name = va_arg(list, const char *))
                answers_set(a, name, va_arg(list, const char *), "typed");
        va_end(list);
        return a;
}

/* ---- what will run ---- */

static void an_install_is_pinned_and_explained(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", INSTALL, "RUN", RUN, "UNINSTALL", "docker run $IMAGE /un.sh",
                                                         "STOP", "docker kill -s TERM ${NAME}", "summary", "Users and groups", NULL);
        const struct host_facts facts = { .engine = ENGINE_PODMAN, .engine_path = "/usr/bin/podman" };
        char *arguments[] = { one("two words"), one("$IMAGE"), NULL };
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) {
                .verb = VERB_INSTALL, .image = image, .pinned = true, .arguments = arguments, .opt = { "a b", NULL, NULL }, .facts = &facts });
        assert_string_equal(plan->name, "sssd");
        assert_string_equal(plan->pin.reference, "localhost/sssd:latest");
        assert_string_equal(plan->pin.image, PINNED);
        assert_string_equal(plan->pin.digest, DIGEST);
        assert_string_equal(plan->label_key, "INSTALL");
        assert_string_equal(plan->label, INSTALL);
        assert_words(plan->command->argv, "/usr/bin/podman run --rm --privileged --net=host -v /:/host -e NAME=sssd -e IMAGE=" PINNED
                                          " -e HOST=/host " PINNED " /bin/install.sh 'two words' '$IMAGE'");
        assert_words(plan->arguments, "'two words' '$IMAGE'");
        assert_words(plan->run->argv, "/usr/bin/podman run -d --restart=always --net=host --name sssd -e OPT1 "
                                      "-v /etc/sssd:/etc/sssd:ro -v /var/lib/sss:/var/lib/sss " PINNED " /bin/run.sh");
        assert_words(plan->uninstall->argv, "/usr/bin/podman run " PINNED " /un.sh");
        assert_words(plan->stop->argv, "/usr/bin/podman kill -s TERM sssd");
        assert_int_equal(plan->unit.kind, UNIT_SERVICE);
        assert_non_null(strstr(plan->unit.text, "Description=Users and groups\n"));
        assert_non_null(strstr(plan->unit.text, " -e \"OPT1=a b\" "));
        assert_words(plan->paths, "/etc /usr/local");
        assert_false(plan->host_command);
        assert_null(plan->health_argv);
        assert_int_equal(plan_permitted(plan, NULL), 0);
}

static void without_a_digest_the_id_pins(void **state) {
        _cleanup_image_ struct image *image = image_with("RUN", "podman run IMAGE", NULL);
        image->digest = (free(image->digest), NULL);
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_RUN, .image = image, .pinned = true });
        assert_words(plan->command->argv, "podman run sha256:" ID);
        _cleanup_plan_ struct plan *typed = make(&(struct plan_request) { .verb = VERB_RUN, .image = image, .reference = "sssd:8" });
        assert_words(typed->command->argv, "podman run sssd:8");
        assert_string_equal(typed->name, "sssd");
}

/* What the installer prints may be the secret: the engine keeps none of it, whatever the label says. */
static void the_engine_logs_no_command_with_a_secret(void **state) {
        static const struct {
                const char *label, *with, *without;
        } rows[] = {
                { "podman run -i IMAGE /x", "podman run -i --log-driver=none x /x", "podman run -i x /x" },
                { "podman run -i --log-driver journald --log-opt=tag=x -v /a:/b IMAGE /x --log-opt=y",
                  "podman run -i -v /a:/b --log-driver=none x /x --log-opt=y",
                  "podman run -i --log-driver journald --log-opt=tag=x -v /a:/b x /x --log-opt=y" },
                { "podman create -i IMAGE", "podman create -i --log-driver=none x", "podman create -i x" },
                { "podman exec -i box /x", "podman exec -i box /x", "podman exec -i box /x" },
                { "/usr/bin/tool IMAGE", "/usr/bin/tool x", "/usr/bin/tool x" },
        };
        static struct param secret = { .name = (char *) "pin", .title = (char *) "PIN", .type = PARAM_SECRET,
                                       .delivery = DELIVER_STDIN, .target = (char *) "", .passed_on = true };
        static struct mode only = { .name = (char *) "only", .title = (char *) "Only" };
        static const struct profile asks = { .source = (char *) "test", .title = (char *) "Test", .modes = &only, .n_modes = 1,
                                             .parameters = &secret, .n_parameters = 1 };
        char *pin[] = { one("pin"), NULL }, *none[] = { NULL };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_image_ struct image *image = image_with("INSTALL", rows[i].label, NULL);
                struct plan_request q = { .verb = VERB_INSTALL, .image = image, .reference = "x", .profile = &asks, .secrets = pin };
                _cleanup_plan_ struct plan *with = make(&q);
                assert_words(with->command->argv, rows[i].with);
                assert_int_equal(found(with, "secret-passed-on")->severity, SEVERITY_INFO);
                q.secrets = none;
                _cleanup_plan_ struct plan *without = make(&q);
                assert_words(without->command->argv, rows[i].without);
        }
}

static void answers_go_their_ways(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "podman run --rm -e F=$FLAVOUR $IMAGE /install", "RUN",
                                                         "podman run --name=NAME -e F=$FLAVOUR $IMAGE", NULL);
        _cleanup_(answers_freep) struct answers *a = answers_of(
                "domain", "example.test", "server", "dc1.example.test", "force", "yes", "zone", "a b", "motd", "hello", "line", "first",
                "ask", "me", "flavour", "sweet; rm -rf /", "rest", "-x 'y z'", NULL);
        char *secrets[] = { one("password"), one("otp"), NULL };
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) {
                .verb = VERB_INSTALL, .image = image, .reference = "sssd", .profile = &profile, .answers = a, .secrets = secrets });
        assert_words(plan->command->argv,
                     "podman run --rm -e 'F=sweet; rm -rf /' -t -i -e 'ZONE=a b' -v " PLAN_FILES_DIR "/sssd/motd:/run/motd:ro --log-driver=none sssd "
                     "/install "
                     "realm join --domain example.test --server=dc1.example.test --force -x 'y z'");
        assert_words(plan->run->argv, "podman run --name=sssd -e 'F=sweet; rm -rf /' sssd");
        assert_words(plan->stdin_lines, "first");
        assert_int_equal(plan->n_secrets, 2);
        assert_string_equal(plan->secrets[0].name, "password");
        assert_int_equal(plan->secrets[0].delivery, DELIVER_STDIN);
        assert_string_equal(plan->secrets[1].target, "--password");
        assert_true(found(plan, "secret-in-argv")->severity == SEVERITY_BLOCK && !finding_can_be_allowed(found(plan, "secret-in-argv")));
        assert_int_equal(plan->n_handed, 2);
        assert_string_equal(plan->handed[0].name, "motd");
        assert_string_equal(plan->handed[1].target, "Name: $");
        assert_string_equal(plan->given.mode, "join");
        assert_string_equal(plan->profile, "test");
        assert_string_equal(answers_get(plan->given.answers, "force"), "yes");
        assert_null(answers_get(plan->given.answers, "password"));
        assert_null(found(plan, "undeliverable-answer"));

        assert_null(found(plan, "secret-passed-on"));

        /* -i and -t only where the label has none */
        _cleanup_image_ struct image *has = image_with("INSTALL", "podman run -it $IMAGE", NULL);
        _cleanup_(answers_freep) struct answers *few = answers_of("domain", "example.test", "ask", "me", NULL);
        _cleanup_plan_ struct plan *again = make(&(struct plan_request) {
                .verb = VERB_INSTALL, .image = has, .reference = "x", .profile = &profile, .answers = few });
        assert_words(again->command->argv, "podman run -it x realm join --domain example.test");
}

/* A program of the host has its input and its terminal as they are; only an engine must be asked to pass them on. */
static void answers_reach_a_program_of_the_host(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "/usr/sbin/realm join -v", NULL);
        _cleanup_(answers_freep) struct answers *answers = new0(struct answers);
        answers_set(answers, "domain", "example.test", "typed");
        answers_set(answers, "line", "a line", "typed");
        answers_set(answers, "ask", "what it asks", "typed");
        char *secrets[] = { (char *) "password", NULL };
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .profile = &profile, .mode = "join",
                                                                        .answers = answers, .secrets = secrets });
        assert_true(plan->host_command);
        assert_null(found(plan, "undeliverable-answer"));
        assert_words(plan->command->argv, "/usr/sbin/realm join -v realm join --domain example.test");
        /* a file would have to be mounted, and there is nothing to mount it in */
        answers_set(answers, "motd", "hello", "typed");
        _cleanup_plan_ struct plan *lost = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .profile = &profile, .mode = "join",
                                                                        .answers = answers, .secrets = secrets });
        assert_non_null(found(lost, "undeliverable-answer"));
}

static void the_form_belongs_to_run_where_there_is_no_install(void **state) {
        _cleanup_image_ struct image *image = image_with("RUN", "podman run --name NAME IMAGE", NULL);
        _cleanup_(answers_freep) struct answers *a = answers_of("domain", "example.test", NULL);
        char *arguments[] = { one("more"), NULL };
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) {
                .verb = VERB_INSTALL, .image = image, .reference = "x", .profile = &profile, .answers = a, .arguments = arguments });
        assert_null(plan->command);
        assert_null(plan->label_key);
        assert_words(plan->run->argv, "podman run --name x x realm join --domain example.test more");
        assert_words(plan->arguments, "realm join --domain example.test more");
        assert_int_equal(plan->unit.kind, UNIT_SERVICE);

        _cleanup_plan_ struct plan *run = make(&(struct plan_request) {
                .verb = VERB_RUN, .image = image, .reference = "x", .profile = &profile, .answers = a, .arguments = arguments });
        assert_words(run->command->argv, "podman run --name x x realm join --domain example.test more");
        assert_int_equal(run->unit.kind, UNIT_NONE);

        answers_set(a, "line", "what", NULL);
        _cleanup_plan_ struct plan *lost = make(&(struct plan_request) {
                .verb = VERB_INSTALL, .image = image, .reference = "x", .profile = &profile, .answers = a });
        assert_non_null(found(lost, "undeliverable-answer"));
        assert_int_equal(plan_permitted(lost, NULL), -EPERM);
}

static void other_verbs_do_not_ask(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", INSTALL, "RUN", "podman run -e F=$FLAVOUR $IMAGE", "UNINSTALL",
                                                         "podman run $IMAGE /un $FLAVOUR", NULL);
        _cleanup_(answers_freep) struct answers *a = answers_of("domain", "example.test", "flavour", "salt", "gone", "x", NULL);
        char *arguments[] = { one("-f"), NULL };
        _cleanup_plan_ struct plan *run = make(&(struct plan_request) {
                .verb = VERB_RUN, .image = image, .reference = "x", .profile = &profile, .answers = a });
        assert_words(run->command->argv, "podman run -e F=salt x");
        _cleanup_plan_ struct plan *un = make(&(struct plan_request) {
                .verb = VERB_UNINSTALL, .image = image, .reference = "x", .profile = &profile, .answers = a, .arguments = arguments });
        assert_words(un->command->argv, "podman run x /un salt -f");
        assert_words(un->arguments, "-f");
        _cleanup_plan_ struct plan *stop = make(&(struct plan_request) { .verb = VERB_STOP, .image = image, .reference = "x" });
        assert_null(stop->command);
        assert_int_equal(plan_permitted(stop, NULL), 0);
}

static void any_label_can_be_looked_at(void **state) {
        _cleanup_image_ struct image *image = image_with("Purge", "podman run IMAGE /purge", "RUN", RUN, NULL);
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_OTHER, .label = "PURGE", .image = image, .reference = "x" });
        assert_string_equal(plan->label_key, "Purge");
        assert_words(plan->command->argv, "podman run x /purge");
        struct plan *none = NULL;
        assert_int_equal(plan_make(&(struct plan_request) { .verb = VERB_OTHER, .label = "DEBUG", .image = image, .reference = "x" }, &none, NULL),
                         -EINVAL);
        assert_null(none);
}

/* ---- environment ---- */

static void the_environment_is_small(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "podman run -e NAME -e OPT1 -e WANTED -e LD_PRELOAD=$LD_PRELOAD $IMAGE",
                                                         NULL);
        char *set[] = { one("WANTED=a=b"), one("UNWANTED=x"), one("LD_PRELOAD=/evil"), NULL };
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) {
                .verb = VERB_INSTALL, .image = image, .reference = "x", .set = set, .opt = { "one", NULL, NULL } });
        assert_words(plan->environment, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TERM=xterm "
                                        "HOME=/root NAME=x IMAGE=x OPT1=one OPT2= OPT3= WANTED=a=b");
}

/* ---- requests that make no sense ---- */

static void refused(const struct plan_request *q, const char *message, const char *hint) {
        struct plan *plan = NULL;
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(plan_make(q, &plan, &e), -EINVAL);
        assert_null(plan);
        _cleanup_free_ char *line = error_line(e);
        if (!strstr(line, message) || (hint && (!e->hint || !strstr(e->hint, hint))))
                fail_msg("%s (%s), wanted %s (%s)", line, e->hint ? e->hint : "", message, hint ? hint : "");
}

/* What a leave asks is not what the join asked: its words and answers go to UNINSTALL, the others stay with the record. */
static void an_account_is_deleted_by_who_may(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "podman run IMAGE", "UNINSTALL", "podman run -e F=$FLAVOUR IMAGE /un.sh", NULL);
        _cleanup_(answers_freep) struct answers *a = answers_of("domain", "example.test", "server", "dc1.example.test", "flavour", "sweet", "zone", "z",
                                                                "line", "first", NULL);
        struct profile own = profile;
        own.modes = &realm_mode;
        own.n_modes = 1;
        char *secrets[] = { one("password"), NULL }, *none[] = { NULL };
        struct plan_request q = { .verb = VERB_UNINSTALL, .image = image, .reference = "sssd", .profile = &own, .answers = a, .secrets = secrets,
                                  .deletes_account = true };
        _cleanup_plan_ struct plan *plan = make(&q);
        assert_words(plan->command->argv, "podman run -e F=sweet -i --log-driver=none sssd /un.sh realm leave --server=dc1.example.test");
        assert_true(plan->deletes_account);
        assert_int_equal(plan->joins, REALM_AD);
        assert_int_equal(plan->n_secrets, 1);
        assert_null(plan->stdin_lines);
        assert_null(found(plan, "unused-answer"));

        q.deletes_account = false;
        _cleanup_plan_ struct plan *stays = make(&q);
        assert_words(stays->command->argv, "podman run -e F=sweet sssd /un.sh");
        assert_false(stays->deletes_account);
        assert_int_equal(stays->n_secrets, 0);

        params[8].required = true;      /* the password */
        q.deletes_account = true;
        q.secrets = none;
        refused(&q, "Password is missing", "--secret password=");
        q.secrets = secrets;
        params[8].required = false;
        own.modes = &realm_forever;
        refused(&q, "cannot delete this host's account", "Leave without");
        own.modes = modes;
        own.n_modes = ELEMENTS(modes);
        refused(&q, "cannot delete this host's account", "Leave without");
        own.modes = &realm_mode;
        own.n_modes = 1;
        _cleanup_image_ struct image *bare = image_with("INSTALL", "podman run IMAGE", NULL);
        q.image = bare;
        _cleanup_plan_ struct plan *lost = make(&q);
        assert_int_equal(found(lost, "no-label")->severity, SEVERITY_BLOCK);
}

static void nonsense_is_refused_in_a_sentence(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", INSTALL, NULL);
        struct plan_request q = { .verb = VERB_INSTALL, .image = image, .reference = "sssd", .profile = &profile };
        _cleanup_(answers_freep) struct answers *a = answers_of("domain", "example.test", NULL);
        refused(&q, "Domain is missing", NULL);
        q.answers = a;
        q.name = "Sssd!";
        refused(&q, "\"Sssd!\" cannot be the name", "--name");
        q.name = NULL;
        q.reference = "-v";
        refused(&q, "\"-v\" is not a reference", "registry");
        q.reference = "sssd";
        q.mode = "ghost";
        refused(&q, "no mode called \"ghost\"", "join, migrate");
        q.mode = NULL;
        answers_set(a, "domian", "x", NULL);
        refused(&q, "no parameter called \"domian\"", "domain, server");
        answers_set(a, "domian", NULL, NULL);
        answers_set(a, "domain", "localdomain", NULL);
        refused(&q, "The answer for Domain (domain) is not valid: Domains of a single part", "at least two parts");
        answers_set(a, "domain", "example.test", NULL);
        answers_set(a, "password", "S3cret", NULL);
        refused(&q, "Password is a secret", "--secret password=@FILE");
        answers_set(a, "password", NULL, NULL);
        char *set_name[] = { one("NAME=x"), NULL }, *set_none[] = { one("1X=y"), NULL }, *set_word[] = { one("X"), NULL };
        q.set = set_name;
        refused(&q, "NAME cannot be set", NULL);
        q.set = set_none;
        refused(&q, "\"1X=y\" sets no variable", "NAME=VALUE");
        q.set = set_word;
        refused(&q, "\"X\" sets no variable", NULL);
        q.set = NULL;
        params[8].required = true;
        char *no_secrets[] = { NULL };
        q.secrets = no_secrets;
        refused(&q, "Password is missing", "--secret password=");
        q.secrets = NULL;       /* nobody was asked yet: it is planned for */
        _cleanup_plan_ struct plan *plan = make(&q);
        assert_int_equal(plan->n_secrets, 1);
        params[8].required = false;

        q.profile = NULL;
        q.answers = NULL;
        q.mode = "join";
        refused(&q, "no mode called \"join\"", "no modes");
}

/* ---- findings ---- */

static void what_blocks_can_be_allowed_by_name(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "rm -rf /var/lib/x", NULL);
        struct plan_request q = { .verb = VERB_INSTALL, .image = image, .reference = "x" };
        _cleanup_plan_ struct plan *plan = make(&q);
        assert_true(plan->host_command);
        assert_words(plan->command->argv, "rm -rf /var/lib/x");
        assert_int_equal(plan->unit.kind, UNIT_BY_IMAGE);
        _cleanup_error_ struct error *e = NULL;
        assert_int_equal(plan_permitted(plan, &e), -EPERM);
        assert_non_null(strstr(e->message, "host-command"));
        assert_non_null(strstr(e->hint, "--allow host-command"));
        char *allowed[] = { one("host-command"), NULL };
        q.allowed = allowed;
        _cleanup_plan_ struct plan *second = make(&q);
        assert_int_equal(plan_permitted(second, NULL), 0);
        assert_true(found(second, "host-command")->allowed);
}

static void an_undefined_variable_blocks_and_set_fills_it(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "podman run -v $WHERE:/x $IMAGE", NULL);
        struct plan_request q = { .verb = VERB_INSTALL, .image = image, .reference = "x" };
        _cleanup_plan_ struct plan *plan = make(&q);
        assert_int_equal(found(plan, "undefined-variable")->severity, SEVERITY_BLOCK);
        char *set[] = { one("WHERE=/srv"), NULL };
        q.set = set;
        _cleanup_plan_ struct plan *second = make(&q);
        assert_null(found(second, "undefined-variable"));
        assert_words(second->command->argv, "podman run -v /srv:/x x");
}

static void labels_for_later_do_not_block_now(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "podman run $IMAGE", "UNINSTALL", "rm -rf /x", "STOP", "a; b", NULL);
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .reference = "x" });
        assert_int_equal(found(plan, "host-command")->severity, SEVERITY_WARN);
        assert_int_equal(found(plan, "shell-syntax")->severity, SEVERITY_WARN);
        assert_int_equal(plan_permitted(plan, NULL), 0);
        _cleanup_plan_ struct plan *un = make(&(struct plan_request) { .verb = VERB_UNINSTALL, .image = image, .reference = "x" });
        assert_int_equal(plan_permitted(un, NULL), -EPERM);
}

static void words_that_plan_json_cannot_hold_block(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "podman run $IMAGE", NULL);
        char *good[] = { one("caf\xc3\xa9 \xef\xbf\xbd"), NULL }, *bad[] = { one("caf\xe9"), NULL };
        struct plan_request q = { .verb = VERB_INSTALL, .image = image, .reference = "x", .arguments = good };
        _cleanup_plan_ struct plan *plan = make(&q);
        assert_null(found(plan, "not-utf8"));
        q.arguments = bad;
        _cleanup_plan_ struct plan *second = make(&q);
        assert_int_equal(found(second, "not-utf8")->severity, SEVERITY_BLOCK);
}

static void nothing_to_do_is_said(void **state) {
        _cleanup_image_ struct image *image = image_with("summary", "x", "STOP", "podman stop NAME", NULL);
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image });
        assert_int_equal(found(plan, "no-label")->severity, SEVERITY_BLOCK);
        assert_int_equal(plan->unit.kind, UNIT_NONE);
        _cleanup_plan_ struct plan *run = make(&(struct plan_request) { .verb = VERB_RUN, .image = image });
        assert_non_null(found(run, "no-label"));
        _cleanup_plan_ struct plan *un = make(&(struct plan_request) { .verb = VERB_UNINSTALL, .image = image });
        assert_null(found(un, "no-label"));
}

/* ---- the host ---- */

struct host_now {
        const char *there[8];
        const char *unit;
        const char *container;
        const char *service;
};

static bool path_exists(const char *path, void *userdata) {
        const struct host_now *h = userdata;
        for (size_t i = 0; h->there[i]; i++)
                if (str_equal(h->there[i], path))
                        return true;
        return false;
}

static const char *unit_path(const char *unit, void *userdata) {
        const struct host_now *h = userdata;
        return str_equal(unit, "sssd.service") ? h->unit : NULL;
}

static bool container_exists(const char *name, void *userdata) {
        const struct host_now *h = userdata;
        return str_equal(name, h->container);
}

static bool service_exists(const char *name, void *userdata) {
        const struct host_now *h = userdata;
        return str_equal(name, h->service);
}

static struct plan *make_on(struct host_now *now, const struct image *image, const struct profile *p) {
        const struct host_facts facts = { .path_exists = path_exists, .unit_path = unit_path, .container_exists = container_exists,
                                          .service_exists = service_exists, .userdata = now };
        return make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .profile = p, .facts = &facts });
}

static void the_host_is_looked_at(void **state) {
        _cleanup_image_ struct image *image = image_with("INSTALL", "podman run -v /srv:/in -v data:/data $IMAGE", "RUN",
                                                         "podman run -d --name sssd -v /srv/data:/d -v /etc/sssd:/e IMAGE", NULL);
        static char *needs[] = { (char *) "/lib64/libnss_sss.so.2:/lib/libnss_sss.so.2", (char *) "/lib/pam_sss.so", NULL };
        struct mode only = { .name = (char *) "default", .title = (char *) "T" };
        const struct profile p = { .source = (char *) "t", .modes = &only, .n_modes = 1, .needs = needs };
        struct host_now now = { .there = { "/srv", "/etc/sssd", "/lib/libnss_sss.so.2" }, .unit = "/lib/systemd/system/sssd.service" };

        _cleanup_plan_ struct plan *plan = make_on(&now, image, &p);
        assert_int_equal(plan->command->mounts[0].exists, EXISTS_YES);
        assert_int_equal(plan->command->mounts[1].exists, EXISTS_UNKNOWN);     /* a volume */
        assert_int_equal(plan->run->mounts[0].exists, EXISTS_NO);
        assert_non_null(strstr(found(plan, "missing-yet")->message, "/srv/data"));
        assert_null(found(plan, "missing-path"));
        assert_non_null(strstr(found(plan, "missing-need")->message, "/lib/pam_sss.so"));
        assert_int_equal(found(plan, "overrides-unit")->severity, SEVERITY_WARN);
        assert_string_equal(plan->unit.overrides, "/lib/systemd/system/sssd.service");
        assert_int_equal(plan_permitted(plan, NULL), 0);

        now.there[0] = "/none";
        _cleanup_plan_ struct plan *missing = make_on(&now, image, NULL);
        assert_non_null(found(missing, "missing-path"));

        now.unit = "/etc/systemd/system/sssd.service";
        _cleanup_plan_ struct plan *somebodys = make_on(&now, image, NULL);
        assert_int_equal(found(somebodys, "unit-exists")->severity, SEVERITY_BLOCK);

        now.unit = "";  /* our own */
        now.container = "sssd";
        _cleanup_plan_ struct plan *taken = make_on(&now, image, NULL);
        assert_null(found(taken, "unit-exists"));
        assert_null(found(taken, "overrides-unit"));
        assert_int_equal(found(taken, "name-taken")->severity, SEVERITY_BLOCK);

        now.service = "sssd";
        _cleanup_plan_ struct plan *installed = make_on(&now, image, NULL);
        assert_int_equal(found(installed, "already-installed")->severity, SEVERITY_BLOCK);
        assert_null(found(installed, "name-taken"));
}

static void what_is_saved_has_no_path_twice(void **state) {
        _cleanup_image_ struct image *image = image_with(
                "INSTALL", "podman run -v /:/host -v /srv/data/:/a -v /srv:/b -v /srvx:/c -v /etc/ssh:/d -v /run:/e -v /proc:/f "
                           "-v /var/run/x.sock:/g -v /opt/s.sock:/h -v /var/lib/ro:/i:ro -v vol:/j -v /var//lib///x:/k $IMAGE", NULL);
        static char *paths[] = { (char *) "/var/lib/x/y", (char *) "/usr/local/z", (char *) "/opt", (char *) "/var/log/x", NULL };
        struct mode only = { .name = (char *) "default", .title = (char *) "T" };
        const struct profile p = { .source = (char *) "t", .modes = &only, .n_modes = 1, .paths = paths };
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .profile = &p });
        assert_words(plan->paths, "/etc /opt /srv /srvx /usr/local /var/lib/x /var/log/x");
        /* and what is not saved is said */
        static const char *const expected[] = {
                "The command can write to all of /; of that, /etc, /opt, /srv, /srvx, /usr/local, /var/lib/x are saved and can be restored, nothing else",
                "The command can write to /run, which is not saved",
        };
        size_t n = 0;
        for (size_t i = 0; i < plan->findings.n; i++)
                if (str_equal(plan->findings.items[i].id, "not-saved")) {
                        assert_true(n < ELEMENTS(expected));
                        assert_string_equal(plan->findings.items[i].message, expected[n++]);
                }
        assert_int_equal(n, ELEMENTS(expected));
}

/* A plan whose STOP had an empty program was permitted, and no worker could read it. */
static void a_label_without_a_program_counts_as_missing(void **state) {
        static const char *const empty[] = { "$LOST stop NAME", "'' stop NAME", "\"\"", "$LOST''" };
        for (size_t i = 0; i < ELEMENTS(empty); i++) {
                _cleanup_image_ struct image *image = image_with("INSTALL", "podman run IMAGE", "RUN", RUN, "STOP", empty[i], "UNINSTALL", empty[i], NULL);
                _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image });
                assert_null(plan->stop);
                assert_null(plan->uninstall);
                assert_ok(plan_permitted(plan, NULL), NULL);
                _cleanup_image_ struct image *bad = image_with("INSTALL", empty[i], "RUN", empty[i], NULL);
                _cleanup_plan_ struct plan *none = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = bad });
                assert_null(none->command);
                assert_null(none->run);
                assert_non_null(found(none, "no-label"));
                assert_true(plan_permitted(none, NULL) < 0);
        }
        _cleanup_image_ struct image *image = image_with("RUN", "'' x", NULL);
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image });
        assert_string_equal(found(plan, "empty-label")->message, "The first word of the label RUN is empty, so there is no program to run");
}

static void units_are_for_what_runs_alone(void **state) {
        static const struct {
                const char *install, *run;
                enum unit_kind kind;
        } rows[] = {
                { NULL, "podman run -d --name NAME IMAGE", UNIT_SERVICE },
                { NULL, "podman run --name NAME IMAGE", UNIT_SERVICE },
                { NULL, "podman run -dt --name NAME IMAGE", UNIT_SERVICE },
                { NULL, "podman run -it --name NAME IMAGE", UNIT_NONE },
                { "podman run IMAGE", "podman run -it --name NAME IMAGE", UNIT_BY_IMAGE },
                { "podman run IMAGE", NULL, UNIT_BY_IMAGE },
                { NULL, "echo please run atomic install IMAGE", UNIT_NONE },
                { NULL, "podman exec NAME sh", UNIT_NONE },
                { NULL, "podman run -d --name 'a b' IMAGE", UNIT_NONE },
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                _cleanup_image_ struct image *image = image_with("x", "y", NULL);
                if (rows[i].install)
                        image_add_label(image, "INSTALL", rows[i].install);
                if (rows[i].run)
                        image_add_label(image, "RUN", rows[i].run);
                _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image });
                if (plan->unit.kind != rows[i].kind)
                        fail_msg("%s | %s gives %s", rows[i].install, rows[i].run, unit_kind_name(plan->unit.kind));
        }
        /* What no unit can hold is said, and nothing allows it: there would be nothing to supervise. */
        _cleanup_image_ struct image *bad = image_with("RUN", "podman run -d --name 'a b' IMAGE", NULL);
        _cleanup_plan_ struct plan *none = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = bad });
        const struct finding *f = found(none, "unit-unwritable");
        assert_non_null(f);
        assert_string_equal(f->message, "The name that the RUN label gives its container is not valid");
        assert_false(finding_can_be_allowed(f));
        assert_true(plan_permitted(none, NULL) < 0);

        const struct host_facts facts = { .quadlet = true };
        _cleanup_image_ struct image *image = image_with("RUN", "podman run -d --name NAME IMAGE", NULL);
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .facts = &facts });
        assert_int_equal(plan->unit.kind, UNIT_QUADLET);
        assert_string_equal(plan->unit.path, "/etc/containers/systemd/sssd.container");
        assert_string_equal(plan->unit.name, "sssd.service");
}

static void health_is_asked_in_the_container(void **state) {
        _cleanup_image_ struct image *image = image_with("RUN", "podman run -d --name my-sssd IMAGE", NULL);
        static char *exec[] = { (char *) "sssctl", (char *) "domain-list", NULL };
        struct mode only = { .name = (char *) "default", .title = (char *) "T" };
        const struct profile p = { .source = (char *) "t", .modes = &only, .n_modes = 1, .health_command = (char *) "exec",
                                   .health_argv = exec, .health_seconds = 30 };
        const struct host_facts facts = { .engine = ENGINE_DOCKER, .engine_path = "/usr/bin/docker" };
        _cleanup_plan_ struct plan *plan = make(&(struct plan_request) { .verb = VERB_INSTALL, .image = image, .profile = &p, .facts = &facts });
        assert_words(plan->health_argv, "/usr/bin/docker exec my-sssd sssctl domain-list");
        assert_int_equal(plan->health_seconds, 30);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_install_is_pinned_and_explained),
                cmocka_unit_test(without_a_digest_the_id_pins),
                cmocka_unit_test(the_engine_logs_no_command_with_a_secret), cmocka_unit_test(answers_go_their_ways),
                cmocka_unit_test(answers_reach_a_program_of_the_host),
                cmocka_unit_test(the_form_belongs_to_run_where_there_is_no_install),
                cmocka_unit_test(other_verbs_do_not_ask),
                cmocka_unit_test(any_label_can_be_looked_at),
                cmocka_unit_test(the_environment_is_small),
                cmocka_unit_test(nonsense_is_refused_in_a_sentence),
                cmocka_unit_test(what_blocks_can_be_allowed_by_name),
                cmocka_unit_test(an_undefined_variable_blocks_and_set_fills_it),
                cmocka_unit_test(labels_for_later_do_not_block_now),
                cmocka_unit_test(words_that_plan_json_cannot_hold_block),
                cmocka_unit_test(nothing_to_do_is_said),
                cmocka_unit_test(the_host_is_looked_at),
                cmocka_unit_test(what_is_saved_has_no_path_twice),
                cmocka_unit_test(a_label_without_a_program_counts_as_missing),
                cmocka_unit_test(an_account_is_deleted_by_who_may),
                cmocka_unit_test(units_are_for_what_runs_alone),
                cmocka_unit_test(health_is_asked_in_the_container),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
