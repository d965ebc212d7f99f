#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The engine client against the lab's three engines: Podman 4.3, Podman 5 and Docker 20.10. tests/check builds it before.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t sockets < <(tests/lab status | sed -n 's/^[a-z]*\.\(podman_\)\?socket=//p')
exec build-release/tests/engine-real "${sockets[@]}"
