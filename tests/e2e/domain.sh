# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the tests that join the lab's domain do there. Source it behind lib.sh; $account is the short name of the host.

# dc CMD…: a command on the domain's controller.
dc() {
        tests/lab run dc -- "$@"
}

# Nobody's account of an earlier join is in the way.
forget_account() {
        dc samba-tool computer delete "$account" >/dev/null 2>&1 || true
}

has_account() {
        dc samba-tool computer list | grep -qix "$account\\$"
}
