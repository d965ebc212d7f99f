#!/bin/bash
# INSTALL: the unit and a configuration file. Bash replaces the two variables itself: with sed, a "&" or "%" in an
# image's name would corrupt the unit.
# shellcheck disable=SC2016
set -euo pipefail

host=${HOST:-/host}
name=${NAME:?} image=${IMAGE:?}
unit=$host/etc/systemd/system/$name.service

text=$(</usr/share/templated/unit)
text=${text//'${NAME}'/"$name"}
text=${text//'${IMAGE}'/"$image"}
mkdir -p "${unit%/*}" "$host/etc/$name"
printf '%s\n' "$text" >"$unit"
[[ -e $host/etc/$name/interval ]] || echo 10 >"$host/etc/$name/interval"
chroot "$host" systemctl daemon-reload
echo "Service $name.service is configured to run the container $name."
