#!/bin/bash
# Is every domain online?
set -euo pipefail
exec </dev/null

for domain in $(sssctl domain-list); do
        [[ $domain != implicit_files ]] || continue
        sssctl domain-status --online "$domain" | grep -q 'Online status: Online' || exit 1
        online=yes
done
[[ ${online:-no} == yes ]]
