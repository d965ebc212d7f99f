/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/firstboot/internal.h"

/* The pages that ask. */

#include "ui/widgets/form.h"

#define NAME "host-name"
#define ZONE "zone"
#define CLOCK "clock"
#define PASSWORD "root-password"
#define AGAIN "root-password-again"
#define KEY "root-key"

void firstboot_keep(struct firstboot *f, const char *name, const char *value) {
        if (value && !answers_get(f->answers, name))
                answers_set(f->answers, name, value, FIRSTBOOT_AS_IS);
}

const char *firstboot_new_answer(const struct firstboot *f, const char *name, const char *present) {
        const char *answer = answers_get(f->answers, name);
        return str_empty(answer) || str_equal(answer, present) ? NULL : answer;
}

void firstboot_complete(const struct firstboot *f, const char *name, char *const *list) {
        const char *typed = answers_get(f->answers, name);
        _cleanup_strv_ char **matches = typed ? setup_matches(list, typed) : NULL;
        if (strv_length(matches) == 1)
                answers_set(f->answers, name, matches[0], "completed");
}

/* ---- the host name ---- */

static const struct param name_params[] = {
        { .name = (char *) NAME,
          .title = (char *) "Host name",
          .help = (char *) "The static host name. A whole one has its domain, too: db1.example.com.",
          .type = PARAM_HOST,
          .short_name = true,
          .required = true },
};

static void name_fill(struct firstboot *f) {
        firstboot_keep(f, NAME, f->setup.host_name);
}

static char *name_note(const struct firstboot *f, const struct param *p) {
        const char *name = answers_get(f->answers, NAME);
        return name ? setup_host_name_note(name) : NULL;
}

static int name_read(const struct firstboot *f, struct setup_change *ret, size_t *ret_n,
                     struct error **reterr) {
        const char *name = firstboot_new_answer(f, NAME, f->setup.host_name);
        const char *fault = name ? setup_host_name_fault(name) : NULL;
        if (fault)
                return error_set(reterr, -EINVAL, "The name %s %s", name, fault);
        if (name)
                ret[(*ret_n)++] = (struct setup_change) { SETUP_HOST_NAME, name, NULL };
        return 0;
}

const struct firstboot_page host_name_page = {
        .params = name_params,
        .n_params = ELEMENTS(name_params),
        .fill = name_fill,
        .note = name_note,
        .read = name_read,
};

/* ---- the time ---- */

static const struct param time_params[] = {
        { .name = (char *) ZONE,
          .title = (char *) "Time zone",
          .help = (char *) "A region and a city, such as Europe/Berlin; or UTC.",
          .type = PARAM_TEXT,
          .required = true,
          .pattern = (char *) "[A-Za-z][A-Za-z0-9_+/ -]{0,63}",
          .pattern_reason = (char *) "A zone is a region and a city, such as Europe/Berlin; or UTC" },
        { .name = (char *) CLOCK,
          .title = (char *) "Keep the clock",
          .help = (char *) "Enable the time service and start it. Kerberos tolerates 5 minutes of clock "
                           "skew.",
          .type = PARAM_BOOLEAN,
          .initial = (char *) "yes" },
};

static bool time_asks(const struct firstboot *f, const struct param *p) {
        return !str_equal(p->name, CLOCK) || f->setup.time_unit;
}

static void time_fill(struct firstboot *f) {
        firstboot_keep(f, ZONE, f->setup.zone ? f->setup.zone : "UTC");
}

/* Of another host, as the page of the network has found it. The caller frees. */
static char *time_skew(const struct firstboot *f) {
        for (size_t i = 0; f->network && i < f->network->n; i++) {
                const struct reach_line *line = &f->network->items[i];
                if (line->state == REACH_FAIL && str_equal(line->title, REACH_CLOCK))
                        return str_printf("! The clock is wrong: %s", line->text);
        }
        return f->setup.clock_fault ? str_printf("! %s", f->setup.clock_fault) : NULL;
}

static char *time_note(const struct firstboot *f, const struct param *p) {
        const struct setup *s = &f->setup;
        const char *typed = answers_get(f->answers, ZONE);
        bool asked = str_equal(p->name, ZONE) && typed && !str_equal(typed, s->zone);
        char *zones = asked ? setup_matches_note(s->zones, typed) : NULL;
        if (zones)
                return zones;
        char *skew = str_equal(p->name, ZONE) ? time_skew(f) : NULL;
        if (skew)
                return skew;
        if (!str_equal(p->name, CLOCK))
                return s->time_unit ? NULL : xstrdup("! No time service is installed: the clock is not kept");
        return s->time_synced ? str_printf("%s runs, and a server has answered", s->time_unit)
               : s->time_runs ? str_printf("%s runs", s->time_unit)
                              : str_printf("! %s does not run", s->time_unit);
}

static int time_read(const struct firstboot *f, struct setup_change *ret, size_t *ret_n,
                     struct error **reterr) {
        const struct setup *s = &f->setup;
        firstboot_complete(f, ZONE, s->zones);
        const char *zone = firstboot_new_answer(f, ZONE, s->zone ? s->zone : "UTC");
        const char *keeps = answers_get(f->answers, CLOCK);
        bool starts = s->time_unit && !s->time_runs && !str_equal(keeps, "no");
        if (zone || starts)
                ret[(*ret_n)++] = (struct setup_change) { SETUP_TIME, answers_get(f->answers, ZONE),
                                                          starts ? s->time_unit : NULL };
        return 0;
}

const struct firstboot_page time_page = {
        .params = time_params,
        .n_params = ELEMENTS(time_params),
        .asks = time_asks,
        .fill = time_fill,
        .note = time_note,
        .read = time_read,
};

/* ---- a way in ---- */

static const struct param login_params[] = {
        { .name = (char *) PASSWORD,
          .title = (char *) "Password of root",
          .help = (char *) "Never stored, shown or logged; only its hash is written. Empty: it stays as it "
                           "is.",
          .type = PARAM_SECRET },
        { .name = (char *) AGAIN,
          .title = (char *) "Once more",
          .help = (char *) "The same again: nobody sees what is typed.",
          .type = PARAM_SECRET },
        { .name = (char *) KEY,
          .title = (char *) "SSH key of root",
          .help = (char *) "One line, such as: ssh-ed25519 AAAA... name@host. Empty: none is added.",
          .type = PARAM_TEXT },
};

static char *login_note(const struct firstboot *f, const struct param *p) {
        if (str_equal(p->name, KEY))
                return f->setup.ssh ? NULL : xstrdup("! No SSH server is installed: a key lets nobody in");
        if (!str_equal(p->name, AGAIN))
                return NULL;
        _cleanup_free_ char *who = setup_who_enters(&f->setup);
        return setup_can_enter(&f->setup) ? str_printf("Who can log in now: %s", who)
                                          : xstrdup("! Nobody can log in to this host yet");
}

static int login_read(const struct firstboot *f, struct setup_change *ret, size_t *ret_n,
                      struct error **reterr) {
        const struct secret *password = secret_list_find(f->secrets, PASSWORD),
                            *again = secret_list_find(f->secrets, AGAIN);
        const char *key = answers_get(f->answers, KEY);
        size_t n = password ? password->length : 0, m = again ? again->length : 0;
        if (n != m || (n && memcmp(password->bytes, again->bytes, n) != 0))
                return error_set(reterr, -EINVAL, "The two passwords are not the same");
        int r = str_empty(key) ? 0 : setup_check_key(key, reterr);
        if (r < 0)
                return r;
        if (n)
                ret[(*ret_n)++] = (struct setup_change) { SETUP_ROOT_PASSWORD, NULL, NULL };
        if (!str_empty(key))
                ret[(*ret_n)++] = (struct setup_change) { SETUP_ROOT_KEY, key, NULL };
        return 0;
}

const struct firstboot_page login_page = {
        .params = login_params,
        .n_params = ELEMENTS(login_params),
        .note = login_note,
        .read = login_read,
};
