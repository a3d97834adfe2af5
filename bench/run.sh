#!/bin/sh
# make bench: echo-rate and echo-server, every message recorded, against a bare
# loop that keeps no record, in turn, on one CPU.  A single absolute rate says
# little on a shared machine; the ratio of neighbours does.
#
# From the environment: ROUNDS (9) pairs of SECONDS_EACH (2) with messages of
# BYTES (1000) on CPU (0).
set -eu

rounds=${ROUNDS:-9}
seconds=${SECONDS_EACH:-2}
bytes=${BYTES:-1000}
cpu=${CPU:-0}
bin=${ECHOLAB_BIN:-build/bin}
bench=${ECHOLAB_BENCH:-build/bench}

tmp=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || :
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM

command -v taskset >/dev/null || {
    echo "bench: taskset is missing: install util-linux" >&2
    exit 7
}

# The server of our side stands for the whole time; it waits in recv meanwhile.
mkfifo "$tmp/ready"
taskset -c "$cpu" "$bin/echo-server" --port 0 --quiet >"$tmp/ready" &
server=$!
read -r line <"$tmp/ready"
port=${line##*:}

floor_rate() {
    taskset -c "$cpu" "$bench/floor" "$seconds" "$bytes"
}

# Messages per second, from the record alone.
our_rate() {
    rm -rf "$tmp/record"
    taskset -c "$cpu" "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --quiet \
        --length "$bytes" --duration "$seconds" --record "$tmp/record"
    awk -F, 'NR == 2 { first = $4 }
             NR > 1 && $9 == "ok" { n++; last = $5 }
             END { printf "%.1f\n", n / (last - first) * 1e9 }' \
        "$tmp/record/messages.csv"
}

printf 'TCP, 1 connection, closed loop, %s bytes, both ends on CPU %s, %s pairs of %s s\n' \
    "$bytes" "$cpu" "$rounds" "$seconds"
floor_rate >/dev/null # warm up
our_rate >/dev/null
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    floor=$(floor_rate)
    ours=$(our_rate)
    echo "$floor $ours"
    printf 'pair %s: bare loop %s /s, echo-rate %s /s\n' "$i" "$floor" "$ours" >&2
done >"$tmp/pairs"

awk '{ print $2 / $1, $1, $2 }' "$tmp/pairs" | sort -n | awk '
    { ratio[NR] = $1; floor[NR] = $2; ours[NR] = $3 }
    END {
        mid = int((NR + 1) / 2)
        printf "ratio echo-rate / bare loop: median %.3f, min %.3f, max %.3f (%d pairs)\n",
            ratio[mid], ratio[1], ratio[NR], NR
        printf "at the median: %.0f /s recorded, %.0f /s bare\n", ours[mid], floor[mid]
    }'
