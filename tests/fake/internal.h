/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The requests of the fake host. */

#include "tests/fake/host.h"

struct request {
        struct op op;
        struct request *next;
        struct fake_host *fake;
        enum request_kind kind;
        enum inside_part part;
        enum unit_action action;        /* of the effects */
        char *text, *report;    /* reference, unit, id, …; what comes of an action */
        void *userdata;
        union {
                images_done_t images;
                image_done_t image;
                services_done_t services;
                units_done_t units;
                detail_done_t unit;
                effects_done_t effects;
                inside_done_t inside;
                triggers_done_t triggers;
                volumes_done_t volumes;
                plan_done_t plan;
                jobs_done_t jobs;
                started_done_t started;
                report_done_t report;
                acted_done_t acted;
                nothing_done_t nothing;
                container_done_t container;
                realm_done_t realm;
                preflight_done_t preflight;
                membership_done_t membership;
                user_done_t user;
                trouble_done_t trouble;
                struct job_watcher watcher;
                struct log_reader reader;
                struct log_writer writer;
                boots_done_t boots;
                entry_done_t entry;
        } done;
        source_seen_t row_seen; /* each row of a source, and how often it was answered */
        unsigned times;
        image_seen_t seen;      /* each image, in place of their list */
        struct plan *planned;   /* made when it was asked: the order belongs to the caller */
        struct error *refused;
};

/* It waits in its host until it is answered or dropped. */
struct request *request_new(struct host *host, enum request_kind kind, const char *text, void *userdata);

/* ---- host-log.c ---- */

struct op *fake_read_log(struct host *host, const struct log_query *query, const struct log_reader *reader);
struct op *fake_write_log(struct host *host, const struct log_query *query, const char *path, const struct log_writer *writer);
struct op *fake_list_boots(struct host *host, boots_done_t done, void *userdata);
struct op *fake_show_entry(struct host *host, const char *cursor, entry_done_t done, void *userdata);
/* Answers a request of the journal. */
void fake_deliver_log(struct request *r, struct error *e);
