/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/service.h"

static const char *const service_state_names[] = {
        [SERVICE_UNASKED] = "-",         [SERVICE_UNKNOWN] = "unknown",   [SERVICE_RUNNING] = "running",
        [SERVICE_STOPPED] = "stopped",   [SERVICE_FAILED] = "failed",     [SERVICE_STARTING] = "starting",
        [SERVICE_STOPPING] = "stopping", [SERVICE_NO_UNIT] = "no unit",
};
DEFINE_NAMES(service_state, enum service_state)

void image_pin_done(struct image_pin *pin) {
        FREE_ALL(pin->reference, pin->image, pin->image_id, pin->digest, pin->version, pin->title,
                 pin->source);
        label_list_done(&pin->labels);
        *pin = (struct image_pin) {};
}

void image_pin_copy(const struct image_pin *from, struct image_pin *to) {
        image_pin_done(to);
        *to = (struct image_pin) {
                .reference = xstrdup(from->reference), .image = xstrdup(from->image),
                .image_id = xstrdup(from->image_id), .digest = xstrdup(from->digest),
                .version = xstrdup(from->version), .title = xstrdup(from->title),
                .source = xstrdup(from->source), .fetch = from->fetch,
        };
        label_list_copy(&from->labels, &to->labels);
}

void given_done(struct given *given) {
        free(given->mode);
        answers_free(given->answers);
        strv_free(given->set);
        for (size_t i = 0; i < ELEMENTS(given->opt); i++)
                free(given->opt[i]);
        strv_free(given->words);
        *given = (struct given) {};
}

void given_copy(const struct given *from, struct given *to) {
        given_done(to);
        to->mode = xstrdup(from->mode);
        to->answers = from->answers ? answers_copy(from->answers) : new0(struct answers);
        strv_extend(&to->set, from->set);
        for (size_t i = 0; i < ELEMENTS(to->opt); i++)
                to->opt[i] = xstrdup(from->opt[i]);
        strv_extend(&to->words, from->words);
}

static bool has_variable(char *const *set, const char *like) {
        size_t n = strcspn(like, "=") + 1;
        for (; set && *set; set++)
                if (strncmp(*set, like, n) == 0)
                        return true;
        return false;
}

void given_complete(struct given *given, const struct given *was, bool answers) {
        for (size_t i = 0; was->answers && answers && i < was->answers->n; i++) {
                const struct answer *a = &was->answers->items[i];
                if (!answers_get(given->answers, a->name))
                        answers_set(given->answers, a->name, a->value, a->source);
        }
        for (char **set = was->set; set && *set; set++)
                if (!has_variable(given->set, *set))
                        strv_add(&given->set, *set);
        for (size_t i = 0; i < ELEMENTS(was->opt); i++)
                if (!given->opt[i])
                        given->opt[i] = xstrdup(was->opt[i]);
        if (!given->mode)
                given->mode = xstrdup(was->mode);
}

struct service *service_new(void) {
        struct service *s = new0(struct service);
        s->given.answers = new0(struct answers);
        s->cpu_nsec = s->memory = s->memory_max = s->tasks = UNIT_UNKNOWN;
        return s;
}

struct service *service_free(struct service *s) {
        if (!s)
                return NULL;
        image_pin_done(&s->pin);
        given_done(&s->given);
        label_list_done(&s->newer_labels);
        FREE_ALL(s->name, s->job, s->container, s->health, s->reason);
        STRV_FREE_ALL(s->arguments, s->units, s->files, s->shims, s->install_argv, s->run_argv,
                      s->uninstall_argv, s->stop_argv, s->health_argv, s->renew_argv, s->rewritten,
                      s->volumes, s->cgroups);
        free(s);
        return NULL;
}

struct service_list *service_list_free(struct service_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                service_free(list->items[i]);
        FREE_ALL(list->items, list);
        return NULL;
}

void service_list_take(struct service_list *list, struct service *s) {
        list->items = xreallocarray(list->items, list->n + 1, sizeof(struct service *));
        list->items[list->n++] = s;
}

static int service_compare(const void *a, const void *b) {
        const struct service *x = *(struct service *const *) a, *y = *(struct service *const *) b;
        bool x_failed = x->state == SERVICE_FAILED, y_failed = y->state == SERVICE_FAILED;
        if (x_failed != y_failed)
                return x_failed ? -1 : 1;
        return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

void service_list_sort(struct service_list *list) {
        if (list->n > 1)
                qsort(list->items, list->n, sizeof *list->items, service_compare);
}
