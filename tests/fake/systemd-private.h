/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Between the three parts of the fake systemd: systemd.c is the manager, systemd-units.c has the units with
 * their properties and signals, systemd-jobs.c what starts and stops them. */

#include "base/base.h"
#include "tests/fake/bus.h"
#include "tests/fake/systemd.h"

#define NAME "org.freedesktop.systemd1"
#define ROOT "/org/freedesktop/systemd1"
#define UNITS ROOT "/unit"
#define JOBS ROOT "/job"
#define MANAGER NAME ".Manager"

/* systemd-units.c */
/* The folders of its unit files, and the objects of units on the bus. */
void fake_units_publish(struct fake_systemd *f);
void fake_units_free(struct fake_systemd *f);
/* Signals a change of its state to subscribers. */
void fake_units_signal(struct fake_systemd *f, const struct fake_unit *u);

/* systemd-jobs.c */
void fake_jobs_publish(struct fake_systemd *f);
void fake_jobs_free(struct fake_systemd *f);
/* Begins a job on the unit and answers the call. */
int fake_jobs_take(struct fake_systemd *f, sd_bus_message *m, struct fake_unit *u, const char *type);
