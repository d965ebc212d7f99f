#!/bin/bash
# 500,000 lines of 105 bytes on the terminal, the newline included (it becomes CR LF there).
set -eu

awk 'BEGIN {
        for (i = 1; i <= 500000; i++)
                printf "%08d %s%s\n", i, i % 2 ? "\033[32m" : "\033[00m", \
                        "unpacking ........................................................................... \033[0m"
}'
echo "flood ends"
