/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who signed an image, by the fake skopeo and the fake gpg; what a plan says of the rule; the plan that pins a signer. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "backend/host/internal.h"
#include "backend/io/digest.h"
#include "tests/unit/backend/trust/keys.h"
#include "tests/unit/tree.h"

#define REPO "registry.example.test:5000/team/demo"
#define KEYED "registry.example.test_5000_team_demo"
#define POLICY "/etc/containers/policy.json"
#define ANY "[{\"type\":\"insecureAcceptAnything\"}]"
#define SIGNED "[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPath\":\"/key.asc\"}]"
#define GOOD "[GNUPG:] NEWSIG|[GNUPG:] GOODSIG DAA1FA2D522B29B2 Team|[GNUPG:] VALIDSIG A 1 2 " KEY_FINGERPRINT
#define OTHER "[GNUPG:] NEWSIG|[GNUPG:] ERRSIG C5B0A79356379660 22|[GNUPG:] NO_PUBKEY C5B0A79356379660"

struct fixture {
        char *root, *skopeo, *gpg, *state, *run;
        sd_event *event;
        struct paths paths;
        struct host *host;
        struct trust *trust;
        struct plan *plan;
        struct error *error;
        unsigned answers;
        char digest[DIGEST_HEX + 7]; /* "sha256:…" of the manifest */
};

/* An image of the registry, as skopeo says it. */
static void image_in_registry(struct fixture *f) {
        static const char config[] = "{\"config\":{\"Labels\":{\"RUN\":\"podman run IMAGE\"}}}";
        char hex[DIGEST_HEX];
        digest_bytes(config, strlen(config), hex);
        _cleanup_free_ char *manifest = str_printf("{\"config\":{\"digest\":\"sha256:%s\"},\"layers\":[]}", hex);
        digest_bytes(manifest, strlen(manifest), hex);
        snprintf(f->digest, sizeof f->digest, "sha256:%s", hex);
        _cleanup_free_ char *ask = str_printf("/inspect_--raw_--config_docker___" KEYED "_sha256_%s", hex);
        tree_write(f->root, "/inspect_--raw_docker___" KEYED "_8", manifest);
        tree_write(f->root, ask, config);
        tree_write(f->root, "/list-tags_docker___" KEYED, "{\"Tags\":[\"8\"]}");
}

static int trust_begin(void **state) {
        struct fixture *f = xcalloc(1, sizeof *f);
        f->root = tree_new();
        static const char *const fakes[] = { "skopeo", "gpg" };
        char **programs[] = { &f->skopeo, &f->gpg };
        for (size_t i = 0; i < ELEMENTS(fakes); i++) {
                _cleanup_free_ char *fake = str_printf("%s/tests/fake/%s", getenv("SOURCE"), fakes[i]);
                _cleanup_free_ char *link = str_printf("/%s", fakes[i]);
                *programs[i] = str_printf("%s%s", f->root, link);
                tree_link(f->root, link, fake);
        }
        f->state = str_printf("%s/state", f->root);
        f->run = str_printf("%s/run", f->root);
        f->paths = paths_default;
        f->paths.root = f->root;
        f->paths.skopeo = f->skopeo;
        f->paths.gpg = f->gpg;
        f->paths.state = f->state;
        f->paths.run = f->run;
        f->paths.cache = NULL;
        assert_int_equal(sd_event_new(&f->event), 0);
        static const char *const sockets[] = { "/nonexistent", NULL };
        f->host = backend_new(f->event, &(const struct backend_options) { .paths = &f->paths, .sockets = sockets });
        tree_write(f->root, "/key.asc", KEY_ARMOUR);
        image_in_registry(f);
        *state = f;
        return 0;
}

static void trust_forget(struct fixture *f) {
        f->trust = trust_free(f->trust);
        f->plan = plan_free(f->plan);
        f->error = error_free(f->error);
}

static int trust_end(void **state) {
        struct fixture *f = *state;
        backend_free(f->host);
        sd_event_unref(f->event);
        trust_forget(f);
        tree_remove(f->root);
        FREE_ALL(f->root, f->skopeo, f->gpg, f->state, f->run, f);
        return 0;
}

static void on_trust(struct trust *trust, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        trust_forget(f);
        f->trust = trust;
        f->error = e;
        f->answers++;
}

static void on_plan(struct plan *plan, struct error *e, void *userdata) {
        struct fixture *f = userdata;
        trust_forget(f);
        f->plan = plan;
        f->error = e;
        f->answers++;
}

static void trust_wait(struct fixture *f, struct op *op) {
        unsigned before = f->answers;
        while (f->answers == before)
                assert_true(sd_event_run(f->event, UINT64_MAX) >= 0);
        op_cancel(op);
}

static void policy_for(const struct fixture *f, const char *rule) {
        _cleanup_free_ char *text = str_printf("{\"default\":" ANY ",\n\"transports\":{\"docker\":{\"" REPO "\":%s}}}", rule);
        tree_write(f->root, POLICY, text);
}

/* status NULL: none. Of this digest, as a signature of that one. */
static void sign(const struct fixture *f, unsigned i, const char *status, const char *reference, const char *digest) {
        _cleanup_free_ char *path = str_printf("/var/lib/containers/sigstore/team/demo@sha256=%s/signature-%u",
                                               f->digest + strlen("sha256:"), i);
        _cleanup_free_ char *text = str_printf("%s\n{\"critical\":{\"identity\":{\"docker-reference\":\"%s\"},\"image\":"
                                               "{\"docker-manifest-digest\":\"%s\"},\"type\":\"atomic container signature\"}}",
                                               status ? status : "", reference, digest);
        if (status)
                tree_write(f->root, path, text);
        else {
                _cleanup_free_ char *whole = str_printf("%s%s", f->root, path);
                (void) unlink(whole);
        }
}

static void says_who_signed(void **state) {
        struct fixture *f = *state;
        static const struct {
                const char *rule, *status, *reference, *digest; /* NULL: no signature; its own digest */
                enum trust_verdict verdict;
                int finding;
        } cases[] = {
                { ANY, NULL, NULL, NULL, TRUST_UNSIGNED, -1 },
                { ANY, OTHER, REPO ":8", NULL, TRUST_SIGNED, SIGNATURE_CLAIMED },
                { SIGNED, NULL, NULL, NULL, TRUST_MISSING, -1 },
                { SIGNED, GOOD, REPO ":8", NULL, TRUST_REQUIRED, SIGNATURE_GOOD },
                { SIGNED, OTHER, REPO ":8", NULL, TRUST_MISSING, SIGNATURE_OTHER_KEY },
                { SIGNED, GOOD, "registry.example.test:5000/team/other:8", NULL, TRUST_MISSING, SIGNATURE_OTHER_NAME },
                { SIGNED, GOOD, REPO ":8", "sha256:" KEY_FINGERPRINT, TRUST_MISSING, SIGNATURE_OTHER_IMAGE },
                { SIGNED, "[GNUPG:] NODATA 4", REPO ":8", NULL, TRUST_MISSING, SIGNATURE_UNREADABLE },
                { SIGNED, GOOD, "not a name", NULL, TRUST_MISSING, SIGNATURE_UNREADABLE },
                { "[{\"type\":\"reject\"}]", GOOD, REPO ":8", NULL, TRUST_REFUSED, SIGNATURE_CLAIMED },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                policy_for(f, cases[i].rule);
                sign(f, 1, cases[i].status, cases[i].reference ? cases[i].reference : "",
                     cases[i].digest ? cases[i].digest : f->digest);
                trust_wait(f, host_look_trust(f->host, "docker://" REPO ":8", on_trust, f));
                assert_null(f->error);
                assert_int_equal(trust_verdict(f->trust), cases[i].verdict);
                assert_int_equal(f->trust->n_signatures, cases[i].finding >= 0);
                if (cases[i].finding >= 0)
                        assert_int_equal(f->trust->signatures[0].finding, cases[i].finding);
                assert_string_equal(f->trust->digest, f->digest);
                assert_string_equal(f->trust->rule.scope, REPO);
                assert_int_equal(f->trust->provenance, ATTACHED_NONE);
                assert_null(f->trust->notes);
        }
        /* The best of several counts, and nothing of all that stays. */
        policy_for(f, SIGNED);
        sign(f, 1, OTHER, REPO ":8", f->digest);
        sign(f, 2, GOOD, REPO ":8", f->digest);
        trust_wait(f, host_look_trust(f->host, "docker://" REPO ":8", on_trust, f));
        assert_int_equal(trust_verdict(f->trust), TRUST_REQUIRED);
        assert_int_equal(f->trust->n_signatures, 2);
        assert_int_equal(rmdir(f->run), 0);
}

static void says_what_is_attached(void **state) {
        struct fixture *f = *state;
        const char *hex = f->digest + strlen("sha256:");
        policy_for(f, ANY);
        _cleanup_free_ char *tags = str_printf("{\"Tags\":[\"8\",\"sha256-%s.sig\",\"sha256-%s.att\",\"sha256-%s.sbom\"]}", hex, hex, hex);
        _cleanup_free_ char *attestations = str_printf("/inspect_--raw_docker___" KEYED "_sha256-%s.att", hex);
        tree_write(f->root, "/list-tags_docker___" KEYED, tags);
        tree_write(f->root, attestations, "{\"layers\":[{\"annotations\":{\"predicateType\":\"https://slsa.dev/provenance/v1\"}}]}");
        trust_wait(f, host_look_trust(f->host, "docker://" REPO ":8", on_trust, f));
        assert_int_equal(f->trust->provenance, ATTACHED_YES);
        assert_int_equal(f->trust->sbom, ATTACHED_YES);
        /* nobody looks for signatures of sigstore there */
        assert_int_equal(trust_verdict(f->trust), TRUST_UNSIGNED);
        assert_int_equal(strv_length(f->trust->notes), 1);
}

static void says_what_cannot_be_known(void **state) {
        struct fixture *f = *state;
        static const struct {
                const char *policy; /* NULL: none */
                const char *image;
                int code; /* of the error, or 0 */
                enum trust_verdict verdict;
                bool permits;
        } cases[] = {
                { NULL, "docker://" REPO ":8", 0, TRUST_UNKNOWN, false },
                { "{\"default\":[{\"type\":\"prNew\"}]}", "docker://" REPO ":8", 0, TRUST_UNKNOWN, false },
                { "{\"default\":" ANY "}", "docker://" REPO ":9", -EIO, 0, false },
                { "{\"default\":" ANY "}", "docker://" REPO ":8", 0, TRUST_UNSIGNED, true },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                if (cases[i].policy)
                        tree_write(f->root, POLICY, cases[i].policy);
                trust_wait(f, host_look_trust(f->host, cases[i].image, on_trust, f));
                assert_int_equal(!f->trust, !!cases[i].code);
                if (f->trust) {
                        assert_int_equal(trust_verdict(f->trust), cases[i].verdict);
                        assert_int_equal(trust_permits(f->trust), cases[i].permits);
                        assert_int_equal(!!f->trust->rule_error, !cases[i].permits);
                }
        }
        /* A place that only the engine reads. */
        tree_write(f->root, "/etc/containers/registries.d/a.yaml", "default-docker:\n  lookaside: ftp://sigs.example.test\n");
        trust_wait(f, host_look_trust(f->host, "docker://" REPO ":8", on_trust, f));
        assert_int_equal(trust_verdict(f->trust), TRUST_UNKNOWN);
        assert_false(f->trust->looked);
        op_cancel(host_look_trust(f->host, "docker://" REPO ":8", on_trust, f));
}

/* ---- signatures in the network ---- */

struct shelf {
        int fd;
        const char *body; /* of each signature-1; NULL: none is there */
        int status;       /* of all others */
        unsigned asked;
        sd_event_source *io; /* of the one that asks */
};

/* curl sends its request in one piece. */
static int shelf_asked(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct shelf *shelf = userdata;
        char heard[4096] = "";
        _cleanup_close_ int peer = fd;
        assert_true(recv(peer, heard, sizeof heard - 1, 0) > 0);
        shelf->io = sd_event_source_disable_unref(shelf->io);
        bool first = strstr(heard, "/signature-1 ") && shelf->body;
        _cleanup_free_ char *answer =
                str_printf("HTTP/1.1 %d OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", first ? 200 : shelf->status,
                           first ? strlen(shelf->body) : 0, first ? shelf->body : "");
        assert_int_equal(send(peer, answer, strlen(answer), MSG_NOSIGNAL), strlen(answer));
        shelf->asked++;
        return 0;
}

static int shelf_called(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        struct shelf *shelf = userdata;
        int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        assert_true(peer >= 0 && !shelf->io);
        assert_true(sd_event_add_io(sd_event_source_get_event(source), &shelf->io, peer, EPOLLIN, shelf_asked, shelf) >= 0);
        return 0;
}

static void fetches_signatures(void **state) {
        struct fixture *f = *state;
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t size = sizeof address;
        struct shelf shelf = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .status = 404 };
        sd_event_source *source = NULL;
        assert_int_equal(bind(shelf.fd, (struct sockaddr *) &address, size), 0);
        assert_int_equal(listen(shelf.fd, 4), 0);
        assert_int_equal(getsockname(shelf.fd, (struct sockaddr *) &address, &size), 0);
        assert_true(sd_event_add_io(f->event, &source, shelf.fd, EPOLLIN, shelf_called, &shelf) >= 0);
        unsetenv("http_proxy");
        unsetenv("all_proxy");
        unsetenv("ALL_PROXY");
        _cleanup_free_ char *place = str_printf("default-docker:\n  lookaside: http://127.0.0.1:%u/s\n", ntohs(address.sin_port));
        _cleanup_free_ char *good = str_printf(GOOD "\n{\"critical\":{\"identity\":{\"docker-reference\":\"" REPO ":8\"},\"image\":"
                                               "{\"docker-manifest-digest\":\"%s\"},\"type\":\"atomic container signature\"}}", f->digest);
        tree_write(f->root, "/etc/containers/registries.d/a.yaml", place);
        policy_for(f, SIGNED);
        struct op *op = host_look_trust(f->host, "docker://" REPO ":8", on_trust, f);
        trust_wait(f, op);
        assert_int_equal(trust_verdict(f->trust), TRUST_MISSING);
        assert_int_equal(shelf.asked, 1);
        shelf.body = good;
        trust_wait(f, host_look_trust(f->host, "docker://" REPO ":8", on_trust, f));
        assert_int_equal(trust_verdict(f->trust), TRUST_REQUIRED);
        assert_non_null(str_starts(f->trust->signatures[0].where, "http://127.0.0.1"));
        shelf.status = 500; /* behind the first there may be more */
        trust_wait(f, host_look_trust(f->host, "docker://" REPO ":8", on_trust, f));
        assert_false(f->trust->looked);
        assert_int_equal(trust_verdict(f->trust), TRUST_REQUIRED);
        sd_event_source_disable_unref(source);
        close(shelf.fd); /* nobody answers */
        trust_wait(f, host_look_trust(f->host, "docker://" REPO ":8", on_trust, f));
        assert_int_equal(trust_verdict(f->trust), TRUST_UNKNOWN);
        assert_non_null(strstr(f->trust->notes[0], "cannot be read"));
}

/* ---- plans ---- */

static void says_the_rule_of_a_plan(void **state) {
        struct fixture *f = *state;
        static const struct {
                const char *policy, *source, *reference;
                enum engine_kind engine;
                enum trust_asks asks;
                const char *finding; /* where a signature is required */
        } cases[] = {
                { "{\"default\":" ANY "}", "docker://" REPO ":8", REPO ":8", ENGINE_PODMAN, ASKS_NOTHING, "no-signature" },
                { "{\"default\":" SIGNED "}", "docker://" REPO ":8", REPO ":8", ENGINE_PODMAN, ASKS_SIGNATURE, NULL },
                { "{\"default\":" SIGNED "}", NULL, REPO ":8", ENGINE_PODMAN, ASKS_SIGNATURE, "signature-unchecked" },
                { "{\"default\":" SIGNED "}", "docker://" REPO ":8", REPO ":8", ENGINE_DOCKER, ASKS_SIGNATURE, "no-signature" },
                { "{\"default\":" SIGNED "}", "dir:/media/a", "localhost/a:latest", ENGINE_PODMAN, ASKS_SIGNATURE, "no-signature" },
                { "{\"default\":" SIGNED "}", NULL, "localhost/a:latest", ENGINE_PODMAN, ASKS_UNKNOWN, "no-signature" },
                { "{\"default\":[]}", "docker://" REPO ":8", REPO ":8", ENGINE_PODMAN, ASKS_UNKNOWN, "no-signature" },
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++)
                for (int needed = 0; needed < 2; needed++) {
                        _cleanup_plan_ struct plan *plan = new0(struct plan);
                        tree_write(f->root, POLICY, cases[i].policy);
                        plan->verb = VERB_INSTALL;
                        plan->pin.source = xstrdup(cases[i].source);
                        plan->pin.reference = xstrdup(cases[i].reference);
                        plan->pin.digest = xstrdup(f->digest);
                        backend_report_trust(backend_of(f->host), cases[i].engine, needed, plan);
                        assert_int_equal(plan->trust.asks, cases[i].asks);
                        assert_non_null(plan->trust.rule);
                        const char *id = plan->findings.n ? plan->findings.items[0].id : NULL;
                        assert_true(str_equal(id, needed ? cases[i].finding : NULL));
                }
}

static void pins_a_signer(void **state) {
        struct fixture *f = *state;
        static const char policy[] = "{\n    \"default\": " ANY "\n}\n";
        tree_write(f->root, POLICY, policy);
        tree_write(f->root, "/cosign.pub", PEM);
        tree_write(f->root, "/none", "x");
        const struct plan_order sigstore = { .verb = VERB_TRUST, .image = "docker://" REPO ":8", .key = "/cosign.pub" };
        trust_wait(f, host_make_plan(f->host, &sigstore, on_plan, f));
        assert_null(f->error);
        assert_string_equal(f->plan->name, REPO);
        assert_string_equal(f->plan->file.path, POLICY);
        assert_string_equal(f->plan->file.was, policy);
        assert_non_null(strstr(f->plan->file.text, "sigstoreSigned"));
        assert_string_equal(f->plan->beside.path, "/etc/containers/registries.d/fairlead-registry.example.test-5000-team-demo.yaml");
        assert_string_equal(f->plan->beside.was, "");
        static const struct {
                const char *image, *key, *message;
        } refused[] = {
                { "docker://" REPO, "/none", "/none is no public key of GPG or cosign" },
                { "docker://" REPO, "/absent", "The key /absent cannot be read" },
                { "localhost/a", "/cosign.pub", "localhost/a is an image of this host alone" },
                { "dir:/a", "/cosign.pub", "dir:/a is not in a registry" },
        };
        for (size_t i = 0; i < ELEMENTS(refused); i++) {
                const struct plan_order order = { .verb = VERB_TRUST, .image = refused[i].image, .key = refused[i].key };
                trust_wait(f, host_make_plan(f->host, &order, on_plan, f));
                assert_null(f->plan);
                assert_int_equal(f->error->code, -EINVAL);
                assert_string_equal(f->error->message, refused[i].message);
        }
        const struct plan_order gpg = { .verb = VERB_TRUST, .image = REPO ":8", .key = "/key.asc" };
        trust_wait(f, host_make_plan(f->host, &gpg, on_plan, f));
        assert_non_null(strstr(f->plan->file.sentence, KEY_FINGERPRINT));
        assert_null(f->plan->beside.text);
        tree_write(f->root, "/root/.config/containers/policy.json", policy);
        trust_wait(f, host_make_plan(f->host, &gpg, on_plan, f));
        assert_int_equal(f->error->code, -ENOTSUP);
}

#define T(name) cmocka_unit_test_setup_teardown(name, trust_begin, trust_end)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(says_who_signed),         T(says_what_is_attached), T(says_what_cannot_be_known), T(fetches_signatures),
                T(says_the_rule_of_a_plan), T(pins_a_signer),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
