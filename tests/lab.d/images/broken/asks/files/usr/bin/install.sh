#!/bin/bash
set -eu

[[ -t 0 ]] || { echo "There is no terminal to ask on" >&2; exit 3; }
read -r -p "Realm: " realm
mkdir -p "${HOST:-/host}/etc/asks"
printf 'realm = %s\n' "$realm" >"${HOST:-/host}/etc/asks/asks.conf"
echo "The realm is $realm"
