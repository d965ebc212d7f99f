/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include "cli/host-status.h"

/* A label's value: clean text, in which a backslash and a quote have a backslash before them. */
static void prometheus_label(struct str *out, const char *name, const char *value) {
        _cleanup_free_ char *clean = text_cleaned(value ? value : "");
        str_addf(out, "%s%s=\"", out->length ? "," : "", name);
        for (const char *p = clean; p && *p; p++) {
                if (*p == '\\' || *p == '"')
                        str_add_char(out, '\\');
                str_add_char(out, *p);
        }
        str_add_char(out, '"');
}

/* "a", "b": one label; name NULL: no more. The caller frees. */
static char *prometheus_labels(const char *name, const char *value, const char *name2, const char *value2) {
        struct str s = {};
        prometheus_label(&s, name, value);
        if (name2)
                prometheus_label(&s, name2, value2);
        return str_take(&s);
}

static void prometheus_metric(struct str *out, const char *name, const char *type, const char *help) {
        str_addf(out, "# HELP fairlead_%s %s\n# TYPE fairlead_%s %s\n", name, help, name, type);
}

static void prometheus_sample(struct str *out, const char *name, const char *labels, double value) {
        str_addf(out, labels ? "fairlead_%s{%s} %.17g\n" : "fairlead_%s%s %.17g\n", name,
                 labels ? labels : "", value);
}

/* ---- trouble ---- */

static void prometheus_lines(struct str *out, const struct trouble_list *list) {
        _cleanup_strv_ char **seen = NULL; /* the same sample twice is an error of the whole file */
        _cleanup_str_ struct str since = {};
        prometheus_metric(out, "trouble_info", "gauge", "A line that needs a person, 1 each.");
        for (size_t i = 0; i < list->n; i++) {
                const struct trouble *t = &list->items[i];
                _cleanup_free_ char *which = prometheus_labels("kind", trouble_kind_name(t->kind), "subject",
                                                               t->subject),
                                    *more = str_printf("%s,severity=\"%s\",asleep=\"%s\"", which,
                                                       severity_name(t->severity), t->until ? "yes" : "no");
                if (strv_contains(seen, which))
                        continue;
                strv_add(&seen, which);
                prometheus_sample(out, "trouble_info", more, 1);
                if (t->since)
                        prometheus_sample(&since, "trouble_since_timestamp_seconds", which,
                                          (double) t->since);
        }
        prometheus_metric(out, "trouble_since_timestamp_seconds", "gauge",
                          "Time at which a line began to need a person, where it is known.");
        str_add(out, since.text ? since.text : "");
}

static void prometheus_troubles(struct str *out, const struct trouble_list *list) {
        prometheus_metric(out, "well", "gauge",
                          "1 when units and services could be looked at and nothing of severity block or "
                          "warn needs a person.");
        prometheus_sample(out, "well", NULL, trouble_list_well(list));
        prometheus_metric(out, "troubles", "gauge", "Number of lines that need a person and do not sleep.");
        for (int severity = 0; severity < _SEVERITY_MAX; severity++) {
                size_t n = 0;
                for (size_t i = 0; i < list->awake; i++)
                        n += (int) list->items[i].severity == severity;
                _cleanup_free_ char *labels =
                        prometheus_labels("severity", severity_name((enum severity) severity), NULL, NULL);
                prometheus_sample(out, "troubles", labels, (double) n);
        }
        prometheus_lines(out, list);
        prometheus_metric(out, "trouble_unseen", "gauge",
                          "1 for a kind of trouble that cannot be looked for on this host.");
        for (size_t i = 0; i < list->n_silent; i++) {
                _cleanup_free_ char *labels =
                        prometheus_labels("kind", trouble_kind_name(list->silent[i].kind), NULL, NULL);
                prometheus_sample(out, "trouble_unseen", labels, 1);
        }
}

/* ---- services ---- */

enum { UP, NEWER, RESTARTS, START, MEMORY, CPU };

/* False: not known. */
static bool prometheus_value(const struct service *s, int what, double *ret) {
        switch (what) {
        case UP: *ret = s->state == SERVICE_RUNNING; return true;
        case NEWER: *ret = s->newer; return s->images_known;
        case RESTARTS: *ret = s->restarts; return true;
        case START: *ret = (double) s->since; return s->state == SERVICE_RUNNING && s->since > 0;
        case MEMORY: *ret = (double) s->memory; return s->memory != UNIT_UNKNOWN;
        default: *ret = (double) s->cpu_nsec / 1e9; return s->cpu_nsec != UNIT_UNKNOWN;
        }
}

static void prometheus_services(struct str *out, const struct service_list *services) {
        static const struct {
                const char *name, *type, *help;
        } metrics[] = {
                [UP] = { "service_up", "gauge", "1 for a service that runs." },
                [NEWER] = { "service_newer_image", "gauge",
                            "1 where a newer image of the service is on this host." },
                [RESTARTS] = { "service_restarts_total", "counter",
                               "Restarts by systemd since the service was started." },
                [START] = { "service_start_timestamp_seconds", "gauge", "Start of a service that runs." },
                [MEMORY] = { "service_memory_bytes", "gauge", "Memory of the unit of the service." },
                [CPU] = { "service_cpu_seconds_total", "counter",
                          "Time of processors that the unit of the service used since its start." },
        };
        for (size_t m = 0; m < ELEMENTS(metrics); m++) {
                prometheus_metric(out, metrics[m].name, metrics[m].type, metrics[m].help);
                for (size_t i = 0; i < services->n; i++) {
                        double value;
                        _cleanup_free_ char *labels =
                                prometheus_labels("service", services->items[i]->name, NULL, NULL);
                        if (prometheus_value(services->items[i], (int) m, &value))
                                prometheus_sample(out, metrics[m].name, labels, value);
                }
        }
}

/* ---- realm and jobs ---- */

static void prometheus_realm(struct str *out, const struct host_realm *realm) {
        _cleanup_free_ char *labels = prometheus_labels("realm", realm->name, NULL, NULL);
        if (!realm->name)
                return;
        prometheus_metric(out, "realm_online", "gauge",
                          "1 when SSSD says that it reaches a server of the realm.");
        prometheus_sample(out, "realm_online", labels, realm->asked && realm->online);
}

static void prometheus_jobs(struct str *out, const struct job_list *jobs) {
        prometheus_metric(out, "jobs", "gauge", "Number of jobs that are kept, by state.");
        for (int state = 0; state < _JOB_STATE_MAX; state++) {
                const char *name = job_state_name((enum job_state) state);
                _cleanup_free_ char *labels = prometheus_labels("state", name, NULL, NULL);
                size_t n = 0;
                for (size_t i = 0; i < jobs->n; i++)
                        n += (int) jobs->items[i]->state == state;
                prometheus_sample(out, "jobs", labels, (double) n);
        }
}

char *prometheus_text(const struct host_realm *realm, const struct trouble_list *list) {
        struct str out = {};
        prometheus_troubles(&out, list);
        if (list->services)
                prometheus_services(&out, list->services);
        prometheus_realm(&out, realm);
        if (list->jobs)
                prometheus_jobs(&out, list->jobs);
        return str_take(&out);
}
