#!/bin/bash
# UNINSTALL: takes away what install.sh made, except what was changed since; logs stay.
set -euo pipefail

host=${HOST:-/host}
record=$host/var/lib/rsyslog/installed

[[ -e $record ]] || { echo "Nothing was installed."; exit 0; }
while read -r sum path; do
        if [[ ! -e $host$path ]]; then
                printf '  %-40s is gone already\n' "$path"
        elif [[ $(sha256sum <"$host$path" | cut -d' ' -f1) == "$sum" ]]; then
                rm -f -- "$host$path"
                printf '  %-40s removed\n' "$path"
        else
                printf '  %-40s kept, it was changed\n' "$path"
        fi
done <"$record"
rmdir --ignore-fail-on-non-empty "$host/etc/rsyslog.d" 2>/dev/null || true
# The daemon still runs, and may write its state in between.
until rm -rf "$host/var/lib/rsyslog" 2>/dev/null; do
        sleep 0.1
done
echo "Removed. The logs stay in /var/log/fairlead-lab."
