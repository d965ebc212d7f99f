/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The columns of the services, and the sentence about one. Columns that no service fills are not there;
 * of the others the list drops what has no room, the least needed first. */

#include "ui/screens/home/internal.h"

enum {
        COLUMN_NAME,
        COLUMN_STATE,
        COLUMN_FOR,
        COLUMN_BOOT,
        COLUMN_RESTARTS,
        COLUMN_HEALTH,
        COLUMN_CPU,
        COLUMN_MEMORY,
        COLUMN_LIMIT,
        COLUMN_TASKS,
        COLUMN_IMAGE,
        COLUMN_UPDATE
};

const struct column home_columns[HOME_COLUMNS] = {
        [COLUMN_NAME] = { "SERVICE", 14, 16, 0, .fit = true, .middle = true },
        [COLUMN_STATE] = { "STATE", 8, 8, 0 },
        [COLUMN_FOR] = { "FOR", 7, 8, 1 },
        [COLUMN_BOOT] = { "BOOT", 4, 4, 2 },
        [COLUMN_RESTARTS] = { "RST", 3, 3, 3, .right = true, .optional = true },
        [COLUMN_HEALTH] = { "HEALTH", 6, 9, 2, .fit = true, .optional = true },
        [COLUMN_CPU] = { "CPU", 5, 5, 3, .right = true, .optional = true },
        [COLUMN_MEMORY] = { "MEMORY", 7, 7, 4, .right = true, .optional = true },
        [COLUMN_LIMIT] = { "LIMIT", 7, 7, 6, .right = true, .optional = true },
        [COLUMN_TASKS] = { "TASKS", 5, 5, 5, .right = true, .optional = true },
        [COLUMN_IMAGE] = { "IMAGE", 12, 24, 3, .fit = true, .middle = true },
        [COLUMN_UPDATE] = { "UPDATE", 6, 6, 2, .optional = true },
};

static bool columns_is_ailing(const struct service *service) {
        return STR_IN_SET(service->health, "unhealthy", "paused");
}

bool home_needs_person(const struct service *service) {
        return service->state == SERVICE_FAILED || columns_is_ailing(service);
}

/* "rsyslog:8.2302" of "localhost/rsyslog:latest" and version 8.2302. */
static void columns_image(const struct service *service, char *buffer, size_t n) {
        const char *reference = service->pin.reference ? service->pin.reference
                                : service->pin.image   ? service->pin.image
                                                       : "";
        const char *slash = strrchr(reference, '/'), *name = slash ? slash + 1 : reference;
        size_t bare = strcspn(name, "@");
        const char *tag = memchr(name, ':', bare);
        if (service->pin.version)
                snprintf(buffer, n, "%.*s:%s", (int) (tag ? (size_t) (tag - name) : bare), name,
                         service->pin.version);
        else
                snprintf(buffer, n, "%.*s", (int) bare, name);
}

static void columns_number(struct cell *ret, uint64_t n, bool bytes) {
        ret->ordered = true;
        ret->order = (int64_t) n;
        if (n == UNIT_UNKNOWN)
                return;
        if (bytes)
                text_size(ret->buffer, n);
        else
                snprintf(ret->buffer, sizeof ret->buffer, "%llu", (unsigned long long) n);
        ret->text = ret->buffer;
}

/* A sample is newer than what systemd said with the list. */
static uint64_t columns_newest(uint64_t sampled, uint64_t listed) {
        return sampled != UNIT_UNKNOWN ? sampled : listed;
}

static void columns_cpu(const struct rate *rate, struct cell *ret) {
        ret->ordered = true;
        ret->order = rate ? rate->cpu : RATE_UNKNOWN;
        if (rate && rate->usage.cpu_usec != UNIT_UNKNOWN)
                ret->text = rate_text(ret->buffer, rate->cpu);
}

static void columns_state(const struct service *service, struct cell *ret) {
        static const enum style styles[_SERVICE_STATE_MAX] = {
                [SERVICE_FAILED] = STYLE_BAD,
                [SERVICE_RUNNING] = STYLE_GOOD,
                [SERVICE_STARTING] = STYLE_BUSY,
                [SERVICE_STOPPING] = STYLE_BUSY,
        };
        ret->text = service_state_name(service->state);
        ret->style = styles[service->state];
}

void home_cell(const struct service *service, const struct rate *rate, int64_t now, size_t column,
               struct cell *ret) {
        static const struct usage none = { UNIT_UNKNOWN, UNIT_UNKNOWN, UNIT_UNKNOWN };
        const struct usage *usage = rate ? &rate->usage : &none;
        switch (column) {
        case COLUMN_NAME: ret->text = service->name; break;
        case COLUMN_STATE: columns_state(service, ret); break;
        case COLUMN_FOR:
                ret->ordered = true;
                ret->order = now - service->since;
                if (service->since > 0)
                        ret->text = text_age(ret->buffer, ret->order);
                break;
        case COLUMN_BOOT:
                if (service->at_boot)
                        ret->text = unit_boot_name(service->at_boot);
                break;
        case COLUMN_RESTARTS:
                if (service->restarts)
                        columns_number(ret, service->restarts, false);
                ret->style = STYLE_WARN;
                break;
        case COLUMN_HEALTH:
                ret->text = service->health;
                ret->style = columns_is_ailing(service) ? STYLE_BAD : STYLE_PLAIN;
                break;
        case COLUMN_CPU: columns_cpu(rate, ret); break;
        case COLUMN_MEMORY:
                columns_number(ret, columns_newest(usage->memory, service->memory), true);
                /* the kernel reclaims, and then kills, at the limit */
                if (ret->text && service->memory_max != UNIT_UNKNOWN &&
                    (uint64_t) ret->order > service->memory_max / 10 * 9)
                        ret->style = STYLE_WARN;
                break;
        case COLUMN_LIMIT: columns_number(ret, service->memory_max, true); break;
        case COLUMN_TASKS: columns_number(ret, columns_newest(usage->tasks, service->tasks), false); break;
        case COLUMN_IMAGE:
                columns_image(service, ret->buffer, sizeof ret->buffer);
                ret->text = ret->buffer[0] ? ret->buffer : NULL;
                break;
        default:
                ret->text = service->image_gone ? "gone" : service->newer ? "newer" : NULL;
                ret->style = service->image_gone ? STYLE_WARN : STYLE_PLAIN;
        }
}

void home_service_status(const struct service *service, const struct rate *rate, int64_t now,
                         struct str *out) {
        /* Titles often begin with the name themselves: "Rsyslog: system logging". */
        const char *title = service->pin.title;
        bool named = title && strncasecmp(title, service->name, strlen(service->name)) == 0;
        if (str_equal(service->health, "paused"))
                str_addf(out,
                         "%s is paused: its clients wait. \"podman unpause %s\" or a restart lets it run "
                         "again.",
                         service->name, service->container);
        else if (service->state == SERVICE_FAILED && service->reason)
                str_addf(out, "%s failed: %s.", service->name, service->reason);
        else if ((service->state == SERVICE_STARTING || service->state == SERVICE_RUNNING) && service->reason)
                str_addf(out,
                         plural(service->restarts, "%s was restarted %u time by systemd: %s.",
                                "%s was restarted %u times by systemd: %s."),
                         service->name, service->restarts, service->reason);
        else if (service->state == SERVICE_STOPPED && service->reason)
                str_addf(out, "%s was stopped: it was %s.", service->name, service->reason);
        else if (named)
                str_addf(out, "%s.", title);
        else if (title)
                str_addf(out, "%s: %s.", service->name, title);
        else
                str_addf(out, "%s.", service->name);
        if (rate && rate_mean(rate, 1, now) != RATE_UNKNOWN) {
                str_add(out, " CPU ");
                rate_means_text(rate, now, out);
                str_add_char(out, '.');
        }
        if (service->image_gone)
                str_add(out, " Its image is not on this host any more.");
        else if (service->newer)
                str_add(out, " A newer image is here: u upgrades.");
}
