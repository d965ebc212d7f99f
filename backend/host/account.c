/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The port's test of a user: who he is to this host, his groups, and whether PAM would let him in. Each is
 * looked up by a program, since any of them may wait for SSSD. */

#include "backend/host/internal.h"
#include "backend/realm/pam.h"
#include "backend/realm/realm.h"

struct testing {
        struct op op; /* inner: the present lookup */
        char *user;
        struct account *account;
        const struct backend *backend;
        char **services; /* of PAM, to be asked one after the other */
        user_done_t done;
        void *userdata;
};

static void testing_drop(struct op *op) {
        struct testing *t = container_of(op, struct testing, op);
        account_free(t->account);
        strv_free(t->services);
        FREE_ALL(t->user);
}

/* Takes e; without one it succeeded. */
static void testing_end(struct testing *t, struct error *e) {
        struct account *account = e ? NULL : TAKE(t->account);
        op_end(&t->op);
        t->done(account, e, t->userdata);
}

/* ---- PAM ---- */

static void testing_ask_pam(struct testing *t);

/* "PAM_ACCT_EXPIRED Your account has expired\r\n" */
static void testing_read_pam(struct account_check *c, const struct str *answer) {
        const char *text = answer->text ? answer->text : "";
        size_t n = strcspn(text, " \r\n"), end;
        c->code = xstrndup(text, n);
        text += n + strspn(text + n, " ");
        for (end = strcspn(text, "\r\n"); end && text[end - 1] == ' ';)
                end--;
        c->text = end ? xstrndup(text, end) : NULL;
}

static void testing_on_pam(int status, const struct str *answer, void *userdata) {
        struct testing *t = userdata;
        struct account_check *c = &t->account->checks[t->account->n - 1];
        bool answered = status == 0 && answer->text && str_starts(answer->text, "PAM_");
        if (answered)
                testing_read_pam(c, answer);
        else
                c->failure = status < 0 ? status : -ENOENT;
        /* what does not answer to one service lets the others wait as long */
        if (status == -ETIMEDOUT)
                testing_end(t, NULL);
        else
                testing_ask_pam(t);
}

/* The next service; none left: the end. */
static void testing_ask_pam(struct testing *t) {
        struct account *a = t->account;
        const struct paths *paths = &t->backend->paths;
        const char *service = t->services ? t->services[a->n] : NULL;
        if (!service) {
                testing_end(t, NULL);
                return;
        }
        room_for_one((void **) &a->checks, a->n, sizeof *a->checks);
        a->checks[a->n++] =
                (struct account_check){ .service = xstrdup(service),
                                        .asks_sssd = pam_asks(paths->root, service, "pam_sss.so") };
        _cleanup_strv_ char **argv = strv_copy((char *[]){ (char *) paths->pam, NULL });
        if (*paths->root)
                strv_addf(&argv, "--folder=%s/etc/pam.d", paths->root);
        strv_add(&argv, service);
        strv_add(&argv, t->user);
        struct op *asking = lookup_start(t->backend, argv, testing_on_pam, t);
        if (asking) {
                op_wait(&t->op, asking);
                return;
        }
        a->checks[a->n - 1].failure = -ENOENT;
        testing_end(t, NULL);
}

static void testing_begin_pam(struct testing *t) {
        const struct backend *b = t->backend;
        t->services = pam_services(b->paths.root);
        if (!b->root)
                t->account->unasked = xstrdup("PAM was not asked: that needs root");
        else if (!*t->services)
                t->account->unasked = xstrdup("PAM was not asked: /etc/pam.d has none of login, sshd and su");
        if (t->account->unasked)
                testing_end(t, NULL);
        else
                testing_ask_pam(t);
}

/* ---- the user and his groups ---- */

/* "name:x:uid:gid:gecos:home:shell" in words. */
static char *host_user_line(const struct str *answer) {
        _cleanup_free_ char *copy = xstrdup(answer->text);
        char *fields[7] = {}, *rest = copy;
        if (!rest)
                return NULL;
        rest[strcspn(rest, "\r\n")] = '\0';
        for (size_t i = 0; i < ELEMENTS(fields); i++)
                fields[i] = strsep(&rest, ":");
        return fields[6] ? str_printf("%s is user %s of this host, group %s, home %s, shell %s", fields[0],
                                      fields[2], fields[3], fields[5], fields[6])
                         : NULL;
}

/* What id(1) printed: the names of the groups, each with a NUL. */
static char **host_user_groups(const struct str *answer) {
        char **groups = strv_copy(NULL);
        for (size_t at = 0; at < answer->length; at += strlen(answer->text + at) + 1)
                if (answer->text[at])
                        strv_add(&groups, answer->text + at);
        return groups;
}

static void testing_on_groups(int status, const struct str *answer, void *userdata) {
        struct testing *t = userdata;
        struct account *a = t->account;
        _cleanup_strv_ char **groups = status == 0 ? host_user_groups(answer) : NULL;
        _cleanup_(membership_freep) struct membership *m = membership_read(&t->backend->paths);
        _cleanup_free_ char *names = groups ? strv_join(groups, ", ") : NULL, *user = TAKE(a->line);
        a->line = str_printf("%s; groups %s", user, names ? names : "not known");
        if (m->kind != REALM_NONE && !a->own)
                a->rules = access_answer(&m->access, t->user, groups);
        testing_begin_pam(t);
}

static struct error *host_user_missing(const struct testing *t, int status) {
        _cleanup_(membership_freep) struct membership *m = membership_read(&t->backend->paths);
        struct error *e = NULL;
        if (status == -ETIMEDOUT) {
                error_set(&e, -ETIMEDOUT, "The lookup of %s has no answer after 30 s", t->user);
                return e;
        }
        error_set(&e, -ENOENT, "%s is no user of this host", t->user);
        if (m->kind == REALM_NONE)
                error_hint(&e, "This host is in no realm: only its own users are known");
        else if (m->domain && !strchr(t->user, '@'))
                error_hint(&e,
                           "Is SSSD online, and does nsswitch.conf ask it? The name may need its domain: "
                           "%s@%s",
                           t->user, m->domain);
        else
                error_hint(&e, "Is SSSD online, and does nsswitch.conf ask it?");
        return e;
}

static void testing_on_user(int status, const struct str *answer, void *userdata) {
        struct testing *t = userdata;
        char *const argv[] = { (char *) "/usr/bin/id", (char *) "-Gnz", (char *) "--", t->user, NULL };
        t->account->line = status == 0 ? host_user_line(answer) : NULL;
        struct op *groups =
                t->account->line ? lookup_start(t->backend, argv, testing_on_groups, t) : NULL;
        if (groups)
                op_wait(&t->op, groups);
        else if (t->account->line)
                testing_begin_pam(t);
        else
                testing_end(t, host_user_missing(t, status));
}

struct op *backend_test_user(struct host *host, const char *user, user_done_t done, void *userdata) {
        struct backend *b = backend_of(host);
        struct testing *t = new0(struct testing);
        *t = (struct testing){ .op.drop = testing_drop,
                               .user = xstrdup(user),
                               .account = new0(struct account),
                               .done = done,
                               .userdata = userdata,
                               .backend = b };
        size_t n;
        _cleanup_free_ char *passwd = paths_read(b->paths.root, "/etc/passwd", &n),
                            *own = str_printf("\n%s:", user);
        t->account->own = passwd && (strstr(passwd, own) || str_starts(passwd, own + 1));
        char *const argv[] = { (char *) "/usr/bin/getent", (char *) "passwd", (char *) "--", t->user, NULL };
        struct op *lookup = lookup_start(b, argv, testing_on_user, t);
        return lookup ? op_wait(&t->op, lookup) : op_cancel(&t->op);
}
