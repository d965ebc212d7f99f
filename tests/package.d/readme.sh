# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The line of the README by which a new user installs the package.
readme_install() {
        sed -n '/^## Install/,/^## /s/^    \(apt install .*\)/\1/p' README.md | grep .
}
