/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/format/seed/seed.h"
#include "base/readfile.h"
#include "cli/follow.h"
#include "cli/order.h"
#include "cli/out.h"
#include "cli/appliance/export-answers.h"
#include "cli/appliance/list-pages.h"
#include "cli/appliance/sealed.h"
#include "cli/verbs/verbs.h"
#include "model/image/source.h"

/* What a host is to be comes from an answer file: it is read whole and held against this host before anything
 * is changed; what is so already is passed over, so that it can be given again behind a power cut. */

struct firstboot_run {
        struct session *session;
        const char *source; /* the file, as in errors */
        char *folder;       /* in which it is: paths of images begin from it */
        struct seed seed;
        struct service_list *services; /* those that are installed */
        int *sealed;                   /* descriptors of credentials that were decrypted */
        size_t n_sealed;
};

static void firstboot_run_done(struct firstboot_run *f) {
        seed_done(&f->seed);
        for (size_t i = 0; i < f->n_sealed; i++)
                close(f->sealed[i]);
        FREE_ALL(f->folder, f->sealed);
        service_list_free(f->services);
}

/* "FILE:LINE: what is wrong", of the session's error. */
static int firstboot_blame(const struct firstboot_run *f, unsigned line, int r) {
        struct error **e = &f->session->error;
        if (r >= 0 || !*e)
                return r;
        _cleanup_free_ char *message = xstrdup((*e)->message), *hint = xstrdup((*e)->hint);
        error_set(e, r, "%s:%u: %s", f->source, line, message);
        return hint ? error_hint(e, "%s", hint) : r;
}

/* Before 254 systemd hands over only those that the unit names, and none to who runs this by hand. */
static int firstboot_unseal(struct firstboot_run *f, const struct seed_secret *secret, char **ret,
                            struct error **reterr) {
        int fd = sealed_read(secret->credential, reterr);
        if (fd == -ENOENT) {
                error_set(reterr, -ENOENT, "There is no credential %s: systemd gave none, and none is sealed",
                          secret->credential);
                return error_hint(reterr, "fairlead seal --name %s FILE", secret->credential);
        }
        if (fd < 0)
                return fd;
        room_for_one((void **) &f->sealed, f->n_sealed, sizeof *f->sealed);
        f->sealed[f->n_sealed++] = fd;
        *ret = str_printf("%s=@/proc/self/fd/%d", secret->name, fd);
        return 0;
}

/* The words of --secret: NAME=@FILE. */
static int firstboot_secret_words(struct firstboot_run *f, const struct seed_secret *secret, char **ret,
                                  struct error **reterr) {
        const char *folder = getenv("CREDENTIALS_DIRECTORY");
        if (secret->file) {
                *ret = str_printf("%s=@%s", secret->name, secret->file);
                return 0;
        }
        _cleanup_free_ char *path = folder ? str_printf("%s/%s", folder, secret->credential) : NULL;
        /* What a line LoadCredential= names is handed over as it lies there, still encrypted: systemd
         * decrypts only for ImportCredential= and LoadCredentialEncrypted=. */
        if (!path || access(path, F_OK) < 0 || sealed_exists(secret->credential))
                return firstboot_unseal(f, secret, ret, reterr);
        *ret = str_printf("%s=@%s", secret->name, path);
        return 0;
}

/* ---- settings of the host ---- */

static int firstboot_plan(const struct firstboot_run *f, const struct setup_change *change,
                          struct plan **ret) {
        char *secrets[] = { change->topic == SETUP_ROOT_PASSWORD ? (char *) SETUP_SECRET : NULL, NULL };
        const struct plan_order order = { .verb = VERB_SETUP, .setup = *change, .secrets = secrets };
        struct session *s = f->session;
        int r = session_make_plan(s, &order, ret, &s->error);
        if (r == -EALREADY)
                s->error = error_free(s->error);
        return r == -EALREADY ? r : firstboot_blame(f, f->seed.lines[change->topic], r);
}

static int firstboot_read_password(struct firstboot_run *f, struct secret_list *secrets) {
        struct session *s = f->session;
        _cleanup_strv_ char **names = NULL;
        _cleanup_free_ char *words = NULL;
        int r = firstboot_secret_words(f, f->seed.root_password, &words, &s->error);
        r = r < 0 ? r : order_read_secret(words, &names, secrets, &s->error);
        if (r >= 0 && !secret_list_find(secrets, SETUP_SECRET)->length)
                r = error_set(&s->error, -EINVAL, "The password of root is empty");
        return firstboot_blame(f, f->seed.lines[SETUP_ROOT_PASSWORD], r);
}

/* 0: it is so; else the status of its job, or a negative errno. */
static int firstboot_change(struct firstboot_run *f, const struct setup_change *change, bool really) {
        struct session *s = f->session;
        _cleanup_plan_ struct plan *plan = NULL;
        _cleanup_(secret_list_freep) struct secret_list *secrets = secret_list_new();
        _cleanup_free_ char *id = NULL, *result = setup_result(change->topic, change->value);
        int r = firstboot_plan(f, change, &plan);
        if (r >= 0 && change->topic == SETUP_ROOT_PASSWORD)
                r = firstboot_read_password(f, secrets);
        if (r == -EALREADY && really)
                out("%s already.\n", result);
        if (r < 0 || !really)
                return r == -EALREADY ? 0 : r;
        r = session_start_job(s, plan, TAKE(secrets), &id, &s->error);
        return r < 0 ? r : follow_job(s, id);
}

static int firstboot_settings(struct firstboot_run *f, bool really) {
        size_t n;
        _cleanup_free_ struct setup_change *changes = seed_changes(&f->seed, &n);
        int r = 0;
        for (size_t i = 0; r == 0 && i < n; i++)
                r = firstboot_change(f, &changes[i], really);
        return r;
}

/* ---- services ---- */

/* The command line that would install it. */
static int firstboot_words(struct firstboot_run *f, const struct seed_service *service,
                           struct arguments *a, struct error **reterr) {
        _cleanup_free_ char *path = NULL;
        int r = seed_image_path(service, &path, reterr);
        if (r < 0)
                return r;
        strv_take(&a->words, seed_image(service, f->folder));
        const struct {
                enum option_id id;
                const char *value;
        } options[] = { { OPTION_NAME, service->name }, { OPTION_MODE, service->mode } };
        for (size_t i = 0; i < ELEMENTS(options); i++) {
                a->given[options[i].id] = options[i].value;
                if (options[i].value)
                        strv_add(&a->values[options[i].id], options[i].value);
        }
        strv_extend(&a->values[OPTION_SET], service->set);
        strv_extend(&a->values[OPTION_ALLOW], service->allow);
        a->given[OPTION_YES] = true;
        for (size_t i = 0; i < service->n_secrets; i++) {
                _cleanup_free_ char *words = NULL;
                r = firstboot_secret_words(f, &service->secrets[i], &words, reterr);
                if (r < 0)
                        return r;
                strv_add(&a->values[OPTION_SECRET], words);
        }
        return 0;
}

/* The one that an install gives it; the caller frees. NULL: none. */
static char *firstboot_usual_name(const struct firstboot_run *f, const struct seed_service *service) {
        _cleanup_free_ char *image = seed_image(service, f->folder);
        return source_service_name(image);
}

static bool firstboot_is_installed(const struct firstboot_run *f, const struct seed_service *service) {
        _cleanup_free_ char *usual = service->name ? NULL : firstboot_usual_name(f, service);
        for (size_t i = 0; i < f->services->n; i++)
                if (str_equal(f->services->items[i]->name, service->name ? service->name : usual))
                        return true;
        return false;
}

static int firstboot_service(struct firstboot_run *f, const struct seed_service *service, bool really) {
        struct session *s = f->session;
        _cleanup_(arguments_done) struct arguments a = {};
        _cleanup_(order_done) struct order order = {};
        _cleanup_plan_ struct plan *plan = NULL;
        if (firstboot_is_installed(f, service)) {
                if (really)
                        out("%s is installed already.\n", service->name ? service->name : service->image);
                return 0;
        }
        int r = firstboot_words(f, service, &a, &s->error);
        if (r >= 0 && really)
                return install_verb.run(s, &install_verb, &a);
        r = r < 0 ? r : order_read_image(s, &a, VERB_INSTALL, &order, &s->error);
        r = r < 0 ? r : session_make_plan(s, &order.port, &plan, &s->error);
        r = r < 0 ? r : plan_permitted(plan, &s->error);
        return firstboot_blame(f, service->line, r);
}

static int firstboot_services(struct firstboot_run *f, bool really) {
        int r = 0;
        for (size_t i = 0; r == 0 && i < f->seed.n_services; i++)
                r = firstboot_service(f, &f->seed.services[i], really);
        return r;
}

/* ---- the whole ---- */

static int firstboot_read(struct firstboot_run *f) {
        struct session *s = f->session;
        _cleanup_free_ char *text = NULL;
        size_t n;
        const char *end = strrchr(f->source, '/');
        size_t length = end ? (size_t) (end - f->source) + 1 : 0;
        _cleanup_free_ char *folder = length ? xstrndup(f->source, length) : xstrdup(".");
        char *whole = realpath(folder, NULL);
        f->folder = whole ? whole : xstrdup("/");
        int r = readfile(f->source, SEED_BYTES_MAX, &text, &n, &s->error);
        r = r < 0 ? r : seed_parse(f->source, text, n, &f->seed, &s->error);
        return r < 0 ? r : session_list_services(s, &f->services, &s->error);
}

/* Once something may be changed, no status says that nothing was: what fails then has failed. */
static int firstboot_begun(struct session *s, int r) {
        if (r < 0 && r != -EBUSY)
                out_error(s->error);
        return r == -EBUSY || r == EXIT_BUSY || r == EXIT_DONE ? r : EXIT_FAILED;
}

static int firstboot_carry_out(struct firstboot_run *f) {
        struct session *s = f->session;
        int r = firstboot_begun(s, firstboot_settings(f, true));
        r = r != EXIT_DONE ? r : firstboot_begun(s, firstboot_services(f, true));
        _cleanup_(setup_done) struct setup now = {};
        host_read_setup(s->host, &now);
        if (r == EXIT_DONE && !setup_can_enter(&now)) {
                out_note("fairlead: Nobody can log in to this host: the answer file gives root neither a "
                         "password nor a key\n");
                return EXIT_FAILED;
        }
        return r;
}

static int firstboot_answered(struct session *s, const char *source, bool really) {
        _cleanup_(firstboot_run_done) struct firstboot_run f = { .session = s, .source = source };
        int r = firstboot_read(&f);
        r = r < 0 ? r : firstboot_settings(&f, false);
        r = r < 0 ? r : firstboot_services(&f, false);
        if (r == -EPERM) {
                out_error(s->error);
                return EXIT_REFUSED;
        }
        if (r < 0)
                return r;
        if (!really) {
                out("%s: nothing is wrong with it on this host\n", source);
                return EXIT_DONE;
        }
        if (!host_status(s->host)->root)
                return error_set(&s->error, -EACCES, "Permission denied: this needs root");
        return firstboot_carry_out(&f);
}

static int verb_firstboot_run(struct session *s, const struct verb *verb, const struct arguments *a) {
        const char *file = argument_value(a, OPTION_ANSWERS_HOST);
        if (a->words && a->words[0] && !a->given[OPTION_PAGES])
                return error_set(&s->error, -EINVAL, "There is a word too many: %s", a->words[0]);
        if (file)
                return firstboot_answered(s, file, !a->given[OPTION_CHECK_ANSWERS]);
        if (a->given[OPTION_EXPORT_ANSWERS])
                return export_answers(s);
        if (a->given[OPTION_PAGES])
                return list_pages(s, a->words);
        if (a->given[OPTION_CHECK_ANSWERS])
                return error_set(&s->error, -EINVAL, "--check looks at an answer file: --answers FILE");
        if (s->firstboot && in_is_terminal() && out_is_terminal())
                return s->firstboot(s);
        out_note("fairlead: The setup asks on a terminal, and this is none\n"
                 "  hint: fairlead firstboot --answers FILE\n");
        return EXIT_USAGE;
}

const struct verb firstboot_verb = {
        .name = "firstboot",
        .group = GROUP_APPLIANCE,
        .operands = "[FILE…]",
        .help = "set this host up, page by page or by an answer file",
        .details = "Asks for the language and the keyboard where they are not set, the host name, the time "
                   "zone, how root logs in, services, and a realm; at the "
                   "end it shows under which addresses and host keys the host is reached. Every page can be "
                   "skipped, and all of it put off. Whatever is changed is a job: fairlead jobs lists it, "
                   "and fairlead rollback JOB takes it back. A password is hashed by the worker and kept "
                   "nowhere else.\n"
                   "It ends only when somebody can log in: root by a password or a key, another user who "
                   "has one, or the users of a realm.\n"
                   "--answers FILE asks nothing: the file (its members: firstboot.md in fairlead's "
                   "documents) is read whole and held against this host before anything is changed, and "
                   "what is wrong in it is refused with its line. What is so already is passed over. With "
                   "--check that is all. --export-answers prints such a file for this host as it is.\n"
                   "A file in /etc/fairlead/firstboot.d (or, of a package, /usr/share/fairlead/firstboot.d) "
                   "that is called after a page replaces its title, its help and its place; an empty one, or "
                   "a link to /dev/null, masks the page. --pages lists them, with what is wrong in a file; "
                   "with FILE it looks at those only.\n"
                   "Exit status 0 when it was finished, 75 when it was put off, 76 when it is not to be "
                   "offered again.",
        .takes = OPTIONS(OPTION_ANSWERS_HOST, OPTION_CHECK_ANSWERS, OPTION_EXPORT_ANSWERS,
                         OPTION_PAGES),
        .run = verb_firstboot_run,
};
