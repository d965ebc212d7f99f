#!/bin/bash
# INSTALL: copies the default configuration to the host where there is none, and adds forwarding if it is asked for.
# What it made is written down with a checksum in /var/lib/rsyslog/installed, for uninstall.sh.
set -euo pipefail

host=${HOST:-/host}
record=$host/var/lib/rsyslog/installed
source=/usr/share/lab-rsyslog
bold=$'\033[1m' green=$'\033[32m' plain=$'\033[0m'

usage() {
        echo "usage: install.sh [--forward-to HOST [--port N] [--protocol udp|tcp]]" >&2
        exit 2
}

note() {
        printf '%s  %s\n' "$(sha256sum <"$host$1" | cut -d' ' -f1)" "$1" >>"$record"
}

copy_default() {
        local path=$1

        if [[ -e $host$path ]]; then
                printf '  %-40s kept, it was there\n' "$path"
                return
        fi
        mkdir -p "${host}${path%/*}"
        cp "$source$path" "$host$path"
        note "$path"
        printf '  %-40s %snew%s\n' "$path" "$green" "$plain"
}

# A value goes into a quoted string of rsyslog's language, so only what a host name or address can hold is let in.
write_forward() {
        local path=/etc/rsyslog.d/50-forward.conf

        [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9.:-]*$ ]] || { echo "not a host: $1" >&2; exit 2; }
        [[ $2 =~ ^[0-9]{1,5}$ && $2 -ge 1 && $2 -le 65535 ]] || { echo "not a port: $2" >&2; exit 2; }
        [[ $3 == udp || $3 == tcp ]] || { echo "not a protocol: $3" >&2; exit 2; }
        printf 'action(type="omfwd" target="%s" port="%s" protocol="%s" queue.type="linkedList")\n' "$1" "$2" "$3" \
                >"$host$path"
        note "$path"
        printf '  %-40s %snew%s, to %s port %s by %s\n' "$path" "$green" "$plain" "$1" "$2" "$3"
}

target='' port=514 protocol=udp
while [[ $# -gt 0 ]]; do
        [[ $1 != --*=* ]] || set -- "${1%%=*}" "${1#*=}" "${@:2}"
        [[ $# -ge 2 ]] || usage
        case $1 in
        --forward-to) target=$2 ;;
        --port) port=$2 ;;
        --protocol) protocol=$2 ;;
        *) usage ;;
        esac
        shift 2
done

printf '%sInstalling %s from %s%s\n' "$bold" "${NAME:-rsyslog}" "${IMAGE:-this image}" "$plain"
mkdir -p "$host/var/lib/rsyslog" "$host/var/log/fairlead-lab"
touch "$record"
copy_default /etc/rsyslog.conf
copy_default /etc/rsyslog.d/README
[[ -z $target ]] || write_forward "$target" "$port" "$protocol"
for percent in 20 40 60 80 100; do
        printf '\rChecking the configuration %3d%%' "$percent"
        sleep 0.1
done
printf '\n'
cp -r "$host/etc/rsyslog.conf" "$host/etc/rsyslog.d" /etc/
if ! output=$(rsyslogd -N1 -f /etc/rsyslog.conf 2>&1); then
        printf '%s\n' "$output" >&2
        exit 1
fi
printf '%sDone.%s\n' "$green" "$plain"
