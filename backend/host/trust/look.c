/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's look_trust(): the image, the rule, the place of its signatures, then each signature, by gpg as
 * the engine has it; then what sigstore attached to it in the registry, by skopeo; then the image of an
 * installed service beside it. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend/host/trust/internal.h"
#include "backend/io/files.h"
#include "backend/io/turn.h"
#include "backend/store/services.h"
#include "base/readfile.h"

#define PAYLOAD_MAX "131072" /* bytes that gpg unpacks, as it wants them: SIGNATURE_BYTES_MAX */

static void trust_look_drop(struct op *op) {
        struct trust_look *l = container_of(op, struct trust_look, op);
        if (l->folder) {
                (void) files_remove_tree(AT_FDCWD, l->folder);
                free(l->folder);
        }
        for (size_t i = 0; i < l->n_others; i++)
                trust_signature_done(&l->others[i]);
        free(l->others);
        sigstore_done(&l->sigstore);
        source_done(&l->source);
        trust_free(l->trust);
        error_free(l->error);
        STRV_FREE_ALL(l->digests, l->files, l->of, l->places, l->sought, l->tags);
        http_free(l->http);
        FREE_ALL(l->name, l->image, l->other);
}

/* ---- the installed service ---- */

/* One whose image is of the same repository; l->other where it is another image. */
static void trust_look_find_service(struct trust_look *l) {
        _cleanup_(service_list_freep) struct service_list *services = services_list(&l->backend->paths, NULL);
        for (size_t i = 0; services && i < services->n && !l->trust->service; i++) {
                const struct image_pin *pin = &services->items[i]->pin;
                struct reference_parts p = reference_split(pin->image ? pin->image : "");
                _cleanup_free_ char *repository = xstrndup(p.repository.at, p.repository.n);
                if (!str_equal(repository, l->trust->repository) || !pin->digest)
                        continue;
                l->trust->service = xstrdup(services->items[i]->name);
                if (!strv_contains(l->digests, pin->digest))
                        l->other = xstrdup(pin->digest);
        }
}

/* ---- GPG's signatures ---- */

static void trust_look_next(struct trust_look *l);

/* Files signature-1, -2, … of a digest, as far as they go. */
static void trust_look_list(struct trust_look *l, const char *digest) {
        const struct trust *t = l->trust;
        const char *path = str_starts(t->place.lookaside, "file://");
        for (unsigned i = 1; path && i <= SIGNATURES_MAX; i++) {
                _cleanup_free_ char *name = places_signature(path, t->repository, digest, i);
                _cleanup_free_ char *file = str_printf("%s%s", l->backend->paths.root, name ? name : "");
                if (!name || access(file, R_OK) < 0) {
                        if (name && errno != ENOENT && errno != ENOTDIR) {
                                struct error *e = NULL;
                                error_errno(&e, -errno, "The signature %s cannot be read", name);
                                trust_look_note(l, e);
                                l->trust->looked = false;
                        }
                        return;
                }
                strv_add(&l->files, file);
                strv_add(&l->of, digest);
                strv_add(&l->places, name);
        }
}

/* ---- … from the network, one after the other until there is none ---- */

#define FETCH_SECONDS 20U

static void trust_look_fetch(struct trust_look *l);

static int trust_look_keep(struct trust_look *l, const char *url, const struct http_answer *answer,
                           struct error **reterr) {
        _cleanup_free_ char *name = str_printf("fetched-%zu", strv_length(l->files));
        int r = trust_look_folder(l, reterr);
        _cleanup_close_ int folder = r < 0 ? -1 : open(l->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (r >= 0)
                r = files_write(folder, name, answer->body.text, answer->body.length, 0600, reterr);
        if (r < 0)
                return r;
        strv_addf(&l->files, "%s/%s", l->folder, name);
        strv_add(&l->of, l->sought[l->at]);
        strv_add(&l->places, url);
        return 0;
}

/* Of the present one; the caller frees. */
static char *trust_look_url(const struct trust_look *l) {
        const struct trust *t = l->trust;
        return places_signature(t->place.lookaside, t->repository, l->sought[l->at], l->number);
}

static void trust_look_fetched(const struct http_answer *answer, struct error *e, void *userdata) {
        struct trust_look *l = userdata;
        _cleanup_free_ char *url = trust_look_url(l);
        bool more = answer && answer->status == 200 && trust_look_keep(l, url, answer, &e) >= 0;
        if (answer && !more && !e && answer->status != 404)
                error_set(&e, -EIO, "%s cannot be read: status %d", url, answer->status);
        if (e)
                l->trust->looked = false;
        if (!answer)
                l->at = strv_length(l->sought); /* it does not answer for the others either */
        trust_look_note(l, e);
        if (more && l->number < SIGNATURES_MAX)
                l->number++;
        else {
                l->number = 1;
                l->at += answer != NULL;
        }
        trust_look_fetch(l);
}

static void trust_look_fetch(struct trust_look *l) {
        if (l->at >= strv_length(l->sought)) {
                trust_look_next(l);
                return;
        }
        _cleanup_free_ char *url = trust_look_url(l);
        const struct http_request request = { .url = url,
                                              .method = "GET",
                                              .limit = SIGNATURE_BYTES_MAX,
                                              .seconds = FETCH_SECONDS,
                                              .done = trust_look_fetched,
                                              .userdata = l };
        if (url)
                op_wait(&l->op, http_start(l->http, &request));
        else
                trust_look_next(l);
}

/* The keys of the rule, as packets in one file. */
static int trust_look_write_keys(struct trust_look *l, int folder, struct error **reterr) {
        const struct trust_need *need = trust_look_need(l, TRUST_SIGNED_BY);
        _cleanup_str_ struct str packets = {};
        for (char **path = need ? need->keys : NULL; path && *path; path++) {
                _cleanup_free_ char *text = NULL, *whole = str_printf("%s%s", l->backend->paths.root, *path);
                size_t n;
                int r = readfile(whole, SIGNATURE_KEYS_MAX, &text, &n, reterr);
                if (r < 0)
                        return error_wrap(reterr, r, "The key of the rule cannot be read");
                if (!signature_key(text, n, false, &packets))
                        return error_set(reterr, -EBADMSG, "%s is no public key of GPG", *path);
        }
        for (char **data = need ? need->data : NULL; data && *data; data++)
                if (!signature_key(*data, strlen(*data), true, &packets))
                        return error_set(reterr, -EBADMSG, "The key in the policy is no public key of GPG");
        return files_write(folder, "keys", packets.text ? packets.text : "", packets.length, 0600, reterr);
}

static char *trust_look_named(const struct trust_look *l, const char *what) {
        return str_printf("%s/%s-%u", l->folder, what, l->n);
}

static struct op *trust_look_gpg(struct trust_look *l, const char *file, lookup_done_t done,
                                 struct error **reterr) {
        _cleanup_free_ char *text = NULL, *name = str_printf("signature-%u", l->n), *payload = NULL;
        size_t n;
        int r = trust_look_folder(l, reterr);
        _cleanup_close_ int folder = r < 0 ? -1 : open(l->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (r >= 0 && !l->keys) {
                r = trust_look_write_keys(l, folder, reterr);
                l->keys = r >= 0;
        }
        if (r >= 0)
                r = readfile(file, SIGNATURE_BYTES_MAX, &text, &n, reterr);
        if (r >= 0)
                r = files_write(folder, name, text, n, 0600, reterr);
        if (r < 0)
                return NULL;
        payload = trust_look_named(l, "payload");
        _cleanup_strv_ char **argv = NULL;
        const char *gpg = l->backend->paths.gpg;
        const char *const words[] = { gpg, "--no-options", "--homedir", l->folder, "--no-default-keyring",
                                      "--trust-model", "always", "--no-auto-check-trustdb",
                                      "--max-output", PAYLOAD_MAX, "--batch",
                                      "--no-tty", "--no-autostart", "--status-fd", "1", "--keyring" };
        for (size_t i = 0; i < ELEMENTS(words); i++)
                strv_add(&argv, words[i]);
        strv_addf(&argv, "%s/keys", l->folder);
        strv_add(&argv, "--output");
        strv_add(&argv, payload);
        strv_add(&argv, "--verify");
        strv_take(&argv, trust_look_named(l, "signature"));
        struct op *op = access(gpg, X_OK) < 0 ? NULL : lookup_start(l->backend, argv, done, l);
        if (op)
                return op;
        error_set(reterr, -ENOENT, "Signatures cannot be checked: gpg is not installed, which the engine "
                                   "needs for that, too");
        error_hint(reterr, "Install the package gpg");
        return NULL;
}

static void trust_look_drop_first(char **list) {
        free(list[0]);
        memmove(list, list + 1, (strv_length(list + 1) + 1) * sizeof *list);
}

/* The first of l->files was checked. */
static void trust_look_checked(int status, const struct str *answer, void *userdata) {
        struct trust_look *l = userdata;
        struct trust_signature signature = { .kind = TRUST_SIGNED_BY };
        _cleanup_free_ char *payload = trust_look_named(l, "payload"), *text = NULL;
        size_t n;
        bool ours = !str_equal(l->of[0], l->other);
        char *of_other[] = { l->other, NULL };
        signature.where = xstrdup(l->places[0]);
        signature_read_status(answer->text ? answer->text : "", answer->length, &signature);
        if (signature.finding != SIGNATURE_UNREADABLE &&
            (readfile(payload, SIGNATURE_BYTES_MAX, &text, &n, NULL) < 0 ||
             signature_read_payload(text, n, TRUST_SIGNED_BY, &signature, NULL) < 0))
                signature.finding = SIGNATURE_UNREADABLE;
        _cleanup_free_ char *other = str_printf("%s@%s", l->trust->repository, l->other ? l->other : "");
        signature_judge(&signature, trust_look_need(l, TRUST_SIGNED_BY), l->trust->repository,
                        ours ? l->digests : of_other, ours ? l->image : other);
        if (ours)
                trust_add_signature(l->trust, signature);
        else {
                l->others = xreallocarray(l->others, l->n_others + 1, sizeof *l->others);
                l->others[l->n_others++] = signature;
        }
        l->n++;
        trust_look_drop_first(l->files);
        trust_look_drop_first(l->of);
        trust_look_drop_first(l->places);
        trust_look_next(l);
}

static void trust_look_next(struct trust_look *l) {
        struct error *e = NULL;
        const char *file = l->files ? l->files[0] : NULL;
        struct op *op = file ? trust_look_gpg(l, file, trust_look_checked, &e) : NULL;
        if (op) {
                op_wait(&l->op, op);
                return;
        }
        if (e)
                l->trust->looked = false;
        trust_look_note(l, e);
        trust_look_attached(l);
}

/* ---- the image, the rule, the place ---- */

static void trust_look_add_digest(struct trust_look *l, const char *digest) {
        if (digest && !strv_contains(l->digests, digest))
                strv_add(&l->digests, digest);
}

static void trust_look_digests(struct trust_look *l, const struct image *image) {
        trust_look_add_digest(l, image->digest);
        for (char **name = image->repo_digests; name && *name; name++) {
                struct reference_parts p = reference_split(*name);
                if (p.repository.n == strlen(l->source.at) &&
                    memcmp(p.repository.at, l->source.at, p.repository.n) == 0)
                        trust_look_add_digest(l, p.digest.at);
        }
}

static void trust_look_rule(struct trust_look *l) {
        _cleanup_(policy_done) struct policy policy = {};
        _cleanup_(places_done) struct places places = {};
        _cleanup_(trust_rule_done) struct trust_rule by_tag = {};
        struct trust *t = l->trust;
        const char *root = l->backend->paths.root;
        if (policy_read(root, &policy, &t->rule_error) >= 0) {
                policy_rule(&policy, &l->source, &t->rule);
                struct source tagged = { .transport = l->source.transport, .at = l->source.at,
                                         .tag = l->source.tag };
                policy_rule(&policy, &tagged, &by_tag);
                if (l->source.tag && !t->local && by_tag.line != t->rule.line)
                        strv_addf(&t->notes,
                                  "Fairlead fetches by digest; a pull by the tag goes by another rule (line "
                                  "%u: %s)",
                                  by_tag.line, by_tag.scope ? by_tag.scope : "its default");
        }
        places_read(root, &places);
        places_find(&places, &l->source, &t->place);
        const struct engine_about *about = engine_about(l->backend->engine);
        if (about && about->kind == ENGINE_DOCKER)
                strv_add(&t->notes, "Docker does not read this policy: nothing enforces it there");
        else if (t->here && !t->local)
                strv_add(&t->notes, "The engine has this image already: the rule holds at the next pull");
}

static void trust_look_begin_signatures(struct trust_look *l) {
        struct trust *t = l->trust;
        t->looked = true;
        trust_look_find_service(l);
        strv_extend(&l->sought, l->digests);
        if (l->other)
                strv_add(&l->sought, l->other);
        if (str_starts(t->place.lookaside, "https://") || str_starts(t->place.lookaside, "http://")) {
                l->http = http_new(l->backend->event);
                l->number = 1;
                trust_look_fetch(l);
                return;
        }
        if (!str_starts(t->place.lookaside, "file://")) {
                strv_addf(&t->notes, "Signatures are in %s, which Fairlead cannot read", t->place.lookaside);
                t->looked = false;
        }
        for (char **digest = l->sought; digest && *digest; digest++)
                trust_look_list(l, *digest);
        trust_look_next(l);
}

/* The engine's name of it that was asked for, else its first one with a registry. */
static const char *trust_look_choose(const char *typed, const struct image *image) {
        const char *first = NULL;
        for (char **name = image->names; name && *name; name++) {
                struct reference_parts p = reference_split(*name);
                const char *rest = str_starts(*name, typed);
                if (rest && (!*rest || str_equal(rest, ":latest")))
                        return *name;
                if (!first && p.registry.n &&
                    !span_equal(p.registry, reference_split("localhost/x").registry))
                        first = *name;
        }
        return first ? first : image_reference(image);
}

static void trust_look_on_image(struct image *found, struct error *e, void *userdata);

/* The engine has not got it: a registry may. */
static bool trust_look_elsewhere(struct trust_look *l) {
        _cleanup_(source_done) struct source source = {};
        if (l->resolved || source_named(l->name) ||
            backend_registry_source(l->backend, l->name, &source, NULL) < 0)
                return false;
        l->resolved = true;
        free(l->name);
        l->name = source_text(&source);
        op_wait(&l->op, backend_find_image(&l->backend->host, l->name, trust_look_on_image, l));
        return true;
}

static void trust_look_on_image(struct image *found, struct error *e, void *userdata) {
        struct trust_look *l = userdata;
        _cleanup_image_ struct image *image = found;
        struct trust *t = l->trust;
        l->error = e;
        if (e && e->code == -ENOENT && trust_look_elsewhere(l)) {
                l->error = error_free(l->error);
                return;
        }
        if (e) {
                trust_look_end(l);
                return;
        }
        t->here = !source_named(image->source);
        const char *name = t->here ? trust_look_choose(l->name, image) : image->source;
        t->reference = xstrdup(name ? name : l->name);
        t->digest = xstrdup(image->digest);
        t->local = (t->here ? backend_registry_source(l->backend, name ? name : "", &l->source, NULL)
                            : source_parse(name, NULL, &l->source, NULL)) < 0 ||
                   l->source.transport != SOURCE_REGISTRY;
        if (l->source.at) {
                trust_look_digests(l, image);
                if (!l->source.digest && !t->local && l->digests)
                        l->source.digest = xstrdup(l->digests[0]);
                trust_look_rule(l);
        }
        if (t->local || !l->digests) {
                t->local = true;
                trust_look_end(l);
                return;
        }
        t->repository = xstrdup(l->source.at);
        l->image = str_printf("%s@%s", l->source.at, l->digests[0]);
        trust_look_begin_signatures(l);
}

static void trust_look_begin(void *state) {
        struct trust_look *l = state;
        op_wait(&l->op, backend_find_image(&l->backend->host, l->name, trust_look_on_image, l));
}

struct op *backend_look_trust(struct host *host, const char *reference, trust_done_t done, void *userdata) {
        struct trust_look *l = new0(struct trust_look);
        *l = (struct trust_look) { .op.drop = trust_look_drop,
                                   .backend = backend_of(host),
                                   .name = xstrdup(reference),
                                   .trust = new0(struct trust),
                                   .done = done,
                                   .userdata = userdata };
        return op_answer(&l->op, l->backend->event, trust_look_begin);
}
