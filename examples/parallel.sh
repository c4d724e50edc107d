#!/bin/sh
# When one machine's connection no longer carries the work: the same chain under GNU parallel, the input cut into blocks, order kept.
# Over several hosts add  --sshlogin host1,host2 --env PATH ; a limit (--rpm) and a day's budget are kept a machine.
# needs: parallel jq
set -eu
here=$(cd "$(dirname "$0")" && pwd)
input=${1:-$here/data/letters.txt}
awk '{ printf "{\"id\":%d,\"prompt\":\"%s\"}\n", NR, $0 }' "$input" |
    parallel --will-cite --jobs 4 --pipe -N 2 --keep-order \
        "llm-ask -q -m '${MODEL:-builtin/echo}' --rpm 6000 | llm-ask -q --when '.id % 2 == 0' --again -s even" |
    jq -r '"\(.id) \(.response.text)"'
