/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/service/service.h"

static const char *const service_state_names[] = {
        [SERVICE_UNASKED] = "-",         [SERVICE_UNKNOWN] = "unknown",   [SERVICE_RUNNING] = "running",
        [SERVICE_STOPPED] = "stopped",   [SERVICE_FAILED] = "failed",     [SERVICE_STARTING] = "starting",
        [SERVICE_STOPPING] = "stopping", [SERVICE_NO_UNIT] = "no unit",
};
DEFINE_NAMES(service_state, enum service_state)

struct service *service_new(void) {
        struct service *s = calloc(1, sizeof *s);
        if (!s)
                return NULL;
        s->answers = answers_new();
        s->cpu_nsec = s->memory = UNIT_UNKNOWN;
        return s->answers ? s : service_free(s);
}

struct service *service_free(struct service *s) {
        if (!s)
                return NULL;
        char *texts[] = { s->name,   s->reference, s->image,  s->digest,    s->image_id, s->version,
                          s->title,  s->mode,      s->job,    s->container, s->health,   s->reason,
                          s->opt[0], s->opt[1],    s->opt[2] };
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                free(texts[i]);
        char **lists[] = { s->arguments, s->units, s->files, s->install_argv, s->run_argv, s->uninstall_argv,
                           s->stop_argv, s->health_argv, s->renew_argv, s->rewritten, s->set, s->given };
        for (size_t i = 0; i < ELEMENTS(lists); i++)
                strv_free(lists[i]);
        answers_free(s->answers);
        label_list_done(&s->labels);
        free(s);
        return NULL;
}

struct service_list *service_list_free(struct service_list *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n; i++)
                service_free(list->items[i]);
        free(list->items);
        free(list);
        return NULL;
}

int service_list_take(struct service_list *list, struct service *s) {
        struct service **items = s ? reallocarray(list->items, list->n + 1, sizeof *items) : NULL;
        if (!items) {
                service_free(s);
                return -ENOMEM;
        }
        list->items = items;
        list->items[list->n++] = s;
        return 0;
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
