#!/bin/bash
# A daemon that says that it lives, and ends at once when it is told to.
set -u

trap 'echo "${NAME:-templated} ends"; exit 0' TERM INT
interval=$(cat /etc/templated/interval 2>/dev/null) || interval=10
beat=0
echo "${NAME:-templated} starts"
while :; do
        beat=$((beat + 1))
        echo "beat $beat"
        sleep "$interval" &
        wait "$!"
done
