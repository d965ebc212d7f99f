/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command line: finds the verb, reads its options, runs it. An exit status. */
int cli_main(int argc, char **argv);
