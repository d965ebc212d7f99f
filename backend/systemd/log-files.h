/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The library passes over journal files that it cannot open, without a word. A sentence about those that are
 * cut or overwritten; NULL: none. directory: NULL: the host's journal. The caller frees. */
char *log_files_damage(const char *directory);
