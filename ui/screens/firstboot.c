/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ui/screens/firstboot/internal.h"

/* What a new host is asked, page by page. Whatever is changed is a job; every page can be skipped, and all of
 * it put off. The exit status says what becomes of it at the next boot (FIRSTBOOT_…). */

#include "ui/dialog.h"
#include "ui/widgets/form.h"

static const struct firstboot_page *const firstboot_pages[_SETUP_PAGE_MAX] = {
        [PAGE_LANGUAGE] = &language_page, [PAGE_HOST_NAME] = &host_name_page,
        [PAGE_NETWORK] = &network_page,   [PAGE_TIME] = &time_page,
        [PAGE_LOGIN] = &login_page,       [PAGE_SERVICES] = &services_page,
        [PAGE_REALM] = &realm_page,       [PAGE_SUMMARY] = &summary_page,
};

static const struct firstboot_page *firstboot_page(const struct firstboot *f) {
        return firstboot_pages[f->order[f->page]];
}

const struct page_text *firstboot_text(const struct firstboot *f) {
        return &f->pages.items[f->order[f->page]];
}

static bool firstboot_is_last(const struct firstboot *f) {
        return f->page == f->n - 1;
}

static bool firstboot_saves(const struct firstboot *f) {
        return f->planning || f->starting || f->watching;
}

/* ---- a page ---- */

static bool firstboot_asks(const struct param *p, const void *userdata) {
        const struct firstboot *f = userdata;
        const struct firstboot_page *page = firstboot_page(f);
        return !page->asks || page->asks(f, p);
}

static const char *firstboot_note(const struct param *p, const void *userdata) {
        struct firstboot *f = (struct firstboot *) userdata;
        const struct firstboot_page *page = firstboot_page(f);
        char *note = page->note ? page->note(f, p) : NULL;
        free(f->note);
        return f->note = note;
}

/* Of a page that asks a form, anew: what is on the host may be other than what was shown. */
void firstboot_rewrite(struct screen *s) {
        struct firstboot *f = s->state;
        const struct firstboot_page *page = firstboot_page(f);
        setup_done(&f->setup);
        host_read_setup(ui_host(s->ui), &f->setup);
        pager_clear(&s->text);
        if (page->write) {
                const char *help = firstboot_text(f)->help;
                if (help) {
                        pager_addf(&s->text, DOC_PLAIN, "  %s", help);
                        pager_end(&s->text);
                }
                page->write(s);
        } else if (!f->form) {
                if (page->fill)
                        page->fill(f);
                f->form = form_new(&(const struct form_options) { .params = page->params,
                                                                  .n = page->n_params,
                                                                  .answers = f->answers,
                                                                  .secrets = f->secrets,
                                                                  .asks = firstboot_asks,
                                                                  .note = firstboot_note,
                                                                  .userdata = f });
        }
        screen_invalidate(s);
}

static void firstboot_go(struct screen *s, size_t page) {
        struct firstboot *f = s->state;
        f->form = form_free(f->form);
        f->page = page;
        s->pager = firstboot_page(f)->write ? &s->text : NULL;
        if (s->pager)
                pager_act(s->pager, ACTION_FIRST);
        if (firstboot_page(f)->begin)
                firstboot_page(f)->begin(s);
        firstboot_rewrite(s);
}

static void firstboot_forth(struct screen *s) {
        const struct firstboot *f = s->state;
        if (!firstboot_is_last(f))
                firstboot_go(s, f->page + 1);
}

static void firstboot_back(struct screen *s) {
        const struct firstboot *f = s->state;
        if (f->page)
                firstboot_go(s, f->page - 1);
        else
                screen_say(s, "This is the first page; Ctrl-X leaves the setup for later");
}

/* ---- the answers become jobs ---- */

static void firstboot_save(struct screen *s);

/* The answers stay, but secrets: they must be typed again. */
static void firstboot_fail(struct screen *s, struct error *e) {
        struct firstboot *f = s->state;
        f->form = form_free(f->form);
        firstboot_rewrite(s);
        dialog_error(s->ui, e);
}

static void firstboot_on_job(const struct job *job, void *userdata) {
        struct screen *s = userdata;
        struct firstboot *f = s->state;
        if (!job_state_final(job->state) && job->state != JOB_INTERRUPTED)
                return;
        f->watching = op_cancel(f->watching);
        if (job->state == JOB_DONE) {
                const struct setup_change *change = &f->changes[f->at++];
                _cleanup_free_ char *result = setup_result(change->topic, change->value);
                strv_add(&f->saved, result);
                firstboot_save(s);
                return;
        }
        struct error *e = NULL;
        error_set(&e, -EIO, "%s", job->message ? job->message : "The job did not come to its end");
        error_hint(&e, "%s", job->hint ? job->hint : "4 lists the jobs, each with its log");
        firstboot_fail(s, e);
}

/* Its log has it; such a job says little. */
static void firstboot_on_output(const void *bytes, size_t n, void *userdata) {
}

static void firstboot_on_lost(struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct firstboot *f = s->state;
        f->watching = op_cancel(f->watching);
        firstboot_fail(s, e);
}

static void firstboot_on_started(const char *job_id, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct firstboot *f = s->state;
        f->starting = op_cancel(f->starting);
        if (e) {
                firstboot_fail(s, e);
                return;
        }
        const struct job_watcher watcher = { .job = firstboot_on_job,
                                             .output = firstboot_on_output,
                                             .failed = firstboot_on_lost,
                                             .userdata = s };
        f->watching = host_watch_job(ui_host(s->ui), job_id, &watcher);
        screen_invalidate(s);
}

/* What is typed into the form leaves it, whichever way the job goes. */
static struct secret_list *firstboot_hand_over(struct firstboot *f) {
        struct secret_list *secrets = secret_list_new();
        if (f->changes[f->at].topic != SETUP_ROOT_PASSWORD)
                return secrets;
        for (const struct param *p = login_page.params; p < login_page.params + login_page.n_params; p++) {
                struct secret *typed = p->type == PARAM_SECRET ? secret_list_find(f->secrets, p->name) : NULL;
                if (!typed || !typed->length)
                        continue;
                struct secret *copy = secret_new(SETUP_SECRET);
                secret_set(copy, typed->bytes, typed->length);
                secret_list_take(secrets, copy);
                secret_wipe(typed);
        }
        return secrets;
}

static void firstboot_on_plan(struct plan *plan, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct firstboot *f = s->state;
        _cleanup_plan_ struct plan *owned = plan;
        f->planning = op_cancel(f->planning);
        if (e && e->code == -EALREADY) {
                error_free(e);
                f->at++;
                firstboot_save(s);
        } else if (e)
                firstboot_fail(s, e);
        else
                f->starting = host_start_job(ui_host(s->ui), plan, firstboot_hand_over(f),
                                             firstboot_on_started, s);
        screen_invalidate(s);
}

/* The next of them, or the next page. */
static void firstboot_save(struct screen *s) {
        struct firstboot *f = s->state;
        if (f->at == f->n_changes) {
                answers_set(f->answers, "root-key", NULL, NULL);
                firstboot_forth(s);
                return;
        }
        const struct setup_change *change = &f->changes[f->at];
        char *secrets[] = { change->topic == SETUP_ROOT_PASSWORD ? (char *) SETUP_SECRET : NULL, NULL };
        const struct plan_order order = { .verb = VERB_SETUP, .setup = *change, .secrets = secrets };
        f->planning = host_make_plan(ui_host(s->ui), &order, firstboot_on_plan, s);
        screen_invalidate(s);
}

static void firstboot_next(struct screen *s) {
        struct firstboot *f = s->state;
        const struct firstboot_page *page = firstboot_page(f);
        _cleanup_error_ struct error *e = NULL;
        if (firstboot_saves(f))
                return;
        f->n_changes = f->at = 0;
        int r = f->form ? form_finish(f->form, &e) : 0;
        if (r >= 0 && page->read)
                r = page->read(f, f->changes, &f->n_changes, &e);
        if (r < 0)
                screen_say(s, e->hint ? "%s. %s" : "%s", e->message, e->hint);
        else if (!ui_host(s->ui)->ops->status(ui_host(s->ui))->root && f->n_changes)
                screen_say(s, "Permission denied: this needs root. Ctrl-O skips this page");
        else
                firstboot_save(s);
}

/* nmtui asks and needs no last words read; networkctl only shows. */
static void firstboot_set_network_up(struct screen *s) {
        const struct firstboot *f = s->state;
        const char *tool = f->setup.network_tool, *name = strrchr(tool, '/') + 1;
        bool asks = str_equal(name, "nmtui");
        char *argv[] = { (char *) tool, asks ? NULL : (char *) "status", (char *) "--no-pager", NULL };
        screen_lend(s, name, argv, NULL, !asks);
}

/* ---- later, or never ---- */

static void firstboot_put_off(struct screen *s, int status) {
        screen_end(s, status);
}

static void firstboot_ask_later(struct screen *s) {
        static const struct choice choices[] = {
                { 'l', "later", "it is offered again at the next boot", FIRSTBOOT_LATER },
                { 'n', "never", "it is not offered again; fairlead firstboot opens it", FIRSTBOOT_NEVER },
        };
        const struct firstboot *f = s->state;
        /* Who cannot log in would never see it again. */
        size_t n = setup_can_enter(&f->setup) ? ELEMENTS(choices) : 1;
        dialog_choose(s, "Leave the setup", choices, n, FIRSTBOOT_LATER, firstboot_put_off);
}

/* ---- the screen ---- */

/* Which pages come. That of the login is not left out where nobody can log in: the last page waits for it. */
static void firstboot_choose(struct screen *s) {
        struct firstboot *f = s->state;
        host_read_setup(ui_host(s->ui), &f->setup);
        host_read_pages(ui_host(s->ui), &f->pages);
        f->asks_locale = !f->setup.locale && f->setup.locales;
        f->asks_keyboard = !f->setup.keyboard && f->setup.keyboards;
        f->pages.items[PAGE_LANGUAGE].masked |= !f->asks_locale && !f->asks_keyboard;
        f->pages.items[PAGE_LOGIN].masked &= setup_can_enter(&f->setup);
        f->n = page_list_order(&f->pages, f->order);
}

static void firstboot_open(struct screen *s, const void *arg) {
        struct firstboot *f = s->state;
        f->answers = new0(struct answers);
        f->secrets = secret_list_new();
        s->text.name_width = 14;
        firstboot_choose(s);
        firstboot_go(s, 0);
        if (f->pages.n_errors) {
                _cleanup_free_ char *line = error_line(f->pages.errors[0]);
                screen_say(s, "%s", line);
        }
}

static void firstboot_close(struct screen *s) {
        struct firstboot *f = s->state;
        op_cancel(f->planning);
        op_cancel(f->starting);
        op_cancel(f->watching);
        op_cancel(f->testing);
        reach_free(f->network);
        join_opener_done(&f->opener);
        form_free(f->form);
        answers_free(f->answers);
        secret_list_free(f->secrets);
        service_list_free(f->services);
        setup_done(&f->setup);
        page_list_done(&f->pages);
        strv_free(f->saved);
        free(f->note);
}

static void firstboot_on_services(struct service_list *services, struct error *e, void *userdata) {
        struct screen *s = userdata;
        struct firstboot *f = s->state;
        if (services) {
                service_list_free(f->services);
                f->services = services;
        }
        screen_loaded(s, 0, e, TOPIC_SERVICES);
        if (firstboot_page(f)->write)
                firstboot_rewrite(s);
}

static void firstboot_changed(struct screen *s, unsigned topics) {
        if (reload_wanted(&s->loading, topics))
                s->loading.op = host_list_services(ui_host(s->ui), firstboot_on_services, s);
}

static void firstboot_title(const struct screen *s, struct str *left, struct str *right) {
        const struct firstboot *f = s->state;
        str_add(left, firstboot_text(f)->title);
        str_addf(right, "page %zu of %zu", f->page + 1, f->n);
}

static void firstboot_draw(struct screen *s, const struct canvas *c) {
        const struct firstboot *f = s->state;
        if (!f->form) {
                pager_draw(s->pager, c);
                return;
        }
        const char *help = c->rows > 9 ? firstboot_text(f)->help : NULL;
        int row = help ? canvas_paragraph(c, 0, 2, c->columns - 4, STYLE_PLAIN, help) + 1 : 0;
        struct canvas fields = canvas_part(c, row, 0, -1, -1);
        form_draw(f->form, &fields);
}

static void firstboot_status(const struct screen *s, struct str *out) {
        const struct firstboot *f = s->state;
        const struct firstboot_page *page = firstboot_page(f);
        const struct param *p = f->form ? form_focus(f->form) : NULL;
        if (firstboot_saves(f))
                str_addf(out, "A job does it now: %s ...", setup_topic_what(f->changes[f->at].topic));
        else if (page->status)
                page->status(s, out);
        else if (p)
                str_addf(out, "%s: %s", p->title, p->help);
}

static bool firstboot_can(const struct screen *s, enum action action) {
        const struct firstboot *f = s->state;
        const struct firstboot_page *page = firstboot_page(f);
        bool saves = firstboot_saves(f), last = firstboot_is_last(f);
        switch (action) {
        case ACTION_NEXT_FIELD: return !saves && f->form && !form_at_last(f->form);
        case ACTION_NEXT_PAGE: return !saves && f->form && form_at_last(f->form);
        case ACTION_NEXT: return !f->form && !last;
        case ACTION_SKIP: return !saves && !last;
        case ACTION_LATER: return !saves;
        case ACTION_FINISH:
        case ACTION_NETWORK_TOOL:
        case ACTION_AGAIN:
        case ACTION_CATALOG:
        case ACTION_REFERENCE:
        case ACTION_JOIN: return page->can && page->can(s, action);
        default: return true;
        }
}

static bool firstboot_act(struct screen *s, enum action action) {
        struct firstboot *f = s->state;
        switch (action) {
        case ACTION_NEXT:
        case ACTION_NEXT_PAGE: firstboot_next(s); return true;
        case ACTION_SKIP: firstboot_forth(s); return true;
        case ACTION_ESCAPE:
                if (!firstboot_saves(f))
                        firstboot_back(s);
                return true;
        case ACTION_LATER:
        case ACTION_BACK:
        case ACTION_INTERRUPT: firstboot_ask_later(s); return true;
        case ACTION_FINISH: screen_end(s, FIRSTBOOT_DONE); return true;
        case ACTION_CATALOG: screen_open(s->ui, &catalog_screen, NULL); return true;
        case ACTION_REFERENCE: screen_open(s->ui, &open_screen, NULL); return true;
        case ACTION_NETWORK_TOOL: firstboot_set_network_up(s); return true;
        case ACTION_AGAIN: firstboot_page(f)->begin(s); firstboot_rewrite(s); return true;
        case ACTION_JOIN: join_opener_start(&f->opener, s, NULL); return true;
        default: return false;
        }
}

static bool firstboot_typing(const struct screen *s) {
        const struct firstboot *f = s->state;
        return f->form;
}

static bool firstboot_type(struct screen *s, int key) {
        struct firstboot *f = s->state;
        bool next = false;
        if (!f->form)
                return false;
        /* While a job runs nothing is typed: the answers are its own. */
        if (firstboot_saves(f))
                return key != KEY_ESC && key < KEY_NAMED && key >= ' ';
        if (!form_key(f->form, key, &next))
                return false;
        if (next)
                firstboot_next(s);
        return true;
}

const struct screen_class firstboot_screen = {
        .name = "firstboot",
        .title = "Setup",
        .help = "What a new host is asked, a page at a time: its language, its name, its network, its time, "
                "how root logs in, services, a realm. Enter saves a page and goes on, Ctrl-O skips it, Esc "
                "goes back, Ctrl-X leaves the setup for later.\n"
                "Whatever is changed is a job: Jobs (4) lists it, and can roll it back. A host that nobody "
                "can log in to is not left behind: the last page waits for a way in.",
        .size = sizeof(struct firstboot),
        .topics = TOPIC_SERVICES | TOPIC_REALM,
        .keep = "to the setup",
        .text = PAGER_WORDS,
        .bindings = (const struct binding[]) { { KEY_RETURN, ACTION_NEXT },
                                               { KEY_RETURN, ACTION_NEXT_FIELD },
                                               { KEY_RETURN, ACTION_NEXT_PAGE },
                                               { KEY_RETURN, ACTION_FINISH },
                                               { KEY_CTRL('D'), ACTION_NEXT_PAGE },
                                               { 'c', ACTION_CATALOG },
                                               { 'o', ACTION_REFERENCE },
                                               { 'j', ACTION_JOIN },
                                               { 'n', ACTION_NETWORK_TOOL },
                                               { 'R', ACTION_AGAIN },
                                               { KEY_CTRL('O'), ACTION_SKIP },
                                               { KEY_CTRL('X'), ACTION_LATER },
                                               { KEY_ESC, ACTION_ESCAPE },
                                               {} },
        .open = firstboot_open,
        .close = firstboot_close,
        .title_text = firstboot_title,
        .draw = firstboot_draw,
        .status = firstboot_status,
        .can = firstboot_can,
        .act = firstboot_act,
        .typing = firstboot_typing,
        .type = firstboot_type,
        .changed = firstboot_changed,
};
