/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of VERB_SETUP: one setting of the host, which a job writes and can take back. */
#include "backend/host/internal.h"
#include "backend/io/turn.h"

#include <sys/stat.h>

struct setup_planning {
        struct op op;
        struct backend *backend;
        enum setup_topic topic;
        char *value, *unit;
        plan_done_t done;
        void *userdata;
};

static void setup_planning_drop(struct op *op) {
        struct setup_planning *p = container_of(op, struct setup_planning, op);
        FREE_ALL(p->value, p->unit);
}

/* ---- what is refused ---- */

static int setup_check_name(const struct setup_planning *p, const struct setup *now, struct error **reterr) {
        const char *fault = setup_host_name_fault(p->value);
        if (fault)
                return error_set(reterr, -EINVAL, "The name %s %s", p->value, fault);
        return str_equal(now->host_name, p->value)
                       ? error_set(reterr, -EALREADY, "This host is called %s already", p->value)
                       : 0;
}

static int setup_check_zone(const struct setup_planning *p, const struct setup *now, struct error **reterr) {
        _cleanup_free_ char *path = str_printf("%s%s", SETUP_ZONES, p->value);
        struct stat st;
        _cleanup_free_ char *whole = str_printf("%s%s", p->backend->paths.root, path);
        if (!setup_zone_valid(p->value) || stat(whole, &st) < 0 || !S_ISREG(st.st_mode)) {
                error_set(reterr, -ENOENT, "There is no time zone %s on this host", p->value);
                return error_hint(reterr, "A zone is a region and a city, such as Europe/Berlin, or UTC; "
                                          "timedatectl list-timezones lists them");
        }
        return str_equal(now->zone, p->value) && (!p->unit || now->time_runs)
                       ? error_set(reterr, -EALREADY, "The time zone is %s already", p->value)
                       : 0;
}

static int setup_check_locale(const struct setup_planning *p, const struct setup *now,
                              struct error **reterr) {
        if (!setup_locale_valid(p->value) || !strv_contains(now->locales, p->value)) {
                error_set(reterr, -ENOENT, "There is no locale %s of UTF-8 on this host", p->value);
                return error_hint(reterr, "localectl list-locales lists them");
        }
        return str_equal(now->locale, p->value)
                       ? error_set(reterr, -EALREADY, "The language is %s already", p->value)
                       : 0;
}

static int setup_check_keyboard(const struct setup_planning *p, const struct setup *now,
                                struct error **reterr) {
        bool keymap = p->topic == SETUP_KEYMAP;
        const char *what = keymap ? "keymap" : "keyboard layout";
        if (p->topic != now->keyboard_kind)
                return error_set(reterr, -ENOENT, "No %ss are installed on this host", what);
        if (!setup_keyboard_valid(p->value) || !strv_contains(now->keyboards, p->value)) {
                error_set(reterr, -ENOENT, "There is no %s %s on this host", what, p->value);
                return error_hint(reterr, keymap ? "localectl list-keymaps lists them"
                                                 : "localectl list-x11-keymap-layouts lists them");
        }
        return str_equal(now->keyboard, p->value)
                       ? error_set(reterr, -EALREADY, "The %s is %s already", what, p->value)
                       : 0;
}

static int setup_check_new_key(const struct setup_planning *p, struct error **reterr) {
        _cleanup_free_ char *text = paths_read(p->backend->paths.root, SETUP_KEYS_FILE, NULL);
        int r = setup_check_key(p->value, reterr);
        _cleanup_free_ char *changed = r < 0 ? NULL : setup_keys_text(text ? text : "", p->value);
        if (r < 0)
                return r;
        return changed ? 0 : error_set(reterr, -EALREADY, "Root has this SSH key already");
}

static int setup_planning_check(const struct setup_planning *p, struct error **reterr) {
        _cleanup_(setup_done) struct setup now = {};
        backend_read_setup(&p->backend->host, &now);
        if (!p->value && p->topic != SETUP_ROOT_PASSWORD)
                return error_set(reterr, -EINVAL, "There is no value to set");
        switch (p->topic) {
        case SETUP_HOST_NAME: return setup_check_name(p, &now, reterr);
        case SETUP_TIME: return setup_check_zone(p, &now, reterr);
        case SETUP_ROOT_KEY: return setup_check_new_key(p, reterr);
        case SETUP_ROOT_PASSWORD: return 0;
        case SETUP_LOCALE: return setup_check_locale(p, &now, reterr);
        case SETUP_KEYMAP:
        case SETUP_LAYOUT: return setup_check_keyboard(p, &now, reterr);
        default: return error_set(reterr, -EINVAL, "There is no such setting");
        }
}

/* ---- the plan ---- */

static struct plan *setup_planning_make(const struct setup_planning *p) {
        struct plan *plan = new0(struct plan);
        bool secret = p->topic == SETUP_ROOT_PASSWORD;
        plan->verb = VERB_SETUP;
        plan->name = xstrdup(setup_topic_name(p->topic));
        plan->given.answers = new0(struct answers);
        plan->setup = (struct plan_setup) { p->topic, xstrdup(p->value), xstrdup(p->unit) };
        plan->pin.reference = xstrdup(setup_topic_file(p->topic));
        plan->pin.image = xstrdup(setup_topic_file(p->topic));
        for (const char *const *path = setup_topic_paths(p->topic); *path; path++)
                strv_add(&plan->paths, *path);
        /* Without its password, which nobody keeps, it can only go back. */
        plan->if_interrupted = secret ? INTERRUPTED_ROLL_BACK : INTERRUPTED_RESUME;
        if (secret) {
                plan->secrets = xcalloc(1, sizeof *plan->secrets);
                plan->secrets[plan->n_secrets++] = (struct secret_use) { .name = xstrdup(SETUP_SECRET),
                                                                         .delivery = DELIVER_STDIN,
                                                                         .title = xstrdup("Password") };
        }
        return plan;
}

static void setup_planning_end(void *state) {
        struct setup_planning *p = state;
        struct error *e = NULL;
        struct plan *plan = setup_planning_check(p, &e) < 0 ? NULL : setup_planning_make(p);
        op_end(&p->op);
        p->done(plan, e, p->userdata);
}

struct op *backend_setup_plan(struct backend *b, const struct plan_order *order, plan_done_t done,
                              void *userdata) {
        struct setup_planning *p = new0(struct setup_planning);
        *p = (struct setup_planning) { .op.drop = setup_planning_drop,
                                       .backend = b,
                                       .topic = order->setup.topic,
                                       .value = xstrdup(order->setup.value),
                                       .unit = xstrdup(order->setup.unit),
                                       .done = done,
                                       .userdata = userdata };
        return op_answer(&p->op, b->event, setup_planning_end);
}
