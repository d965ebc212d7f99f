#!/bin/bash
trap 'echo "I will not stop"' TERM INT HUP

while :; do
        echo "still here"
        sleep 1 &
        wait "$!"
done
