#!/bin/sh
# make bench: echo-rate, every message recorded, in turn with bare loops that
# keep no record and with the peers that are found.  A single rate says little
# on a shared machine; the ratio of neighbours does.  Writes bench/RESULTS.md.
#
# From the environment:
#   ROUNDS (5), SECONDS_EACH (1), BYTES (1000)
#   WORKS      which of: tcp udp many record open memory idle calls little run
#   LONG (60)  seconds of a run whose memory is watched
#   FLOWS      connections of `many` (50 1000 9000)
#   CPUS       "A B": one connection runs on A, many have client A, server B
#   NETPERF, NEPER   folders that hold netperf and netserver, tcp_rr and udp_rr
#   RESULTS_MD       where the table goes
# sockperf, qperf and irtt are taken from PATH.
set -eu

rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-1}
bytes=${BYTES:-1000}
long=${LONG:-60}
works=${WORKS:-tcp udp many record open memory idle calls little run}
flows=${FLOWS:-50 1000 9000}
bin=${ECHOLAB_BIN:-build/bin}
bench=${ECHOLAB_BENCH:-build/bench}
results=${RESULTS_MD:-bench/RESULTS.md}
# shellcheck source=bench/bounds.sh
. "$(dirname "$0")/bounds.sh"

case $seconds in
'' | *[!0-9]* | 0)
    echo "bench: SECONDS_EACH=$seconds: whole seconds, as the peers want them" >&2
    exit 2
    ;;
esac

tmp=$(mktemp -d)
started=
finish() {
    # shellcheck disable=SC2086 # a list of numbers
    [ -z "$started" ] || kill $started 2>/dev/null || :
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM

command -v taskset >/dev/null || {
    echo "bench: taskset is missing: install util-linux" >&2
    exit 7
}
last_cpu=$(($(nproc) - 1))
[ "$last_cpu" -gt 0 ] && far=1 || far=0
# shellcheck disable=SC2086 # two numbers
set -- ${CPUS:-0 $far}
cpu_a=$1 cpu_b=${2:-$1}

# ---- processes and ports ----

# here PROGRAM FOLDER: its path, when it can be run.
here() {
    if [ -n "$2" ]; then
        [ -x "$2/$1" ] && echo "$(cd "$2" && pwd)/$1"
    else
        command -v "$1"
    fi || :
}

netperf=${NETPERF:+$(here netperf "$NETPERF")}
netserver=${NETPERF:+$(here netserver "$NETPERF")}
tcp_rr=${NEPER:+$(here tcp_rr "$NEPER")}
sockperf=$(here sockperf '')
qperf=$(here qperf '')
irtt=$(here irtt '')

# Peers want to be told a port: one below those that the kernel gives out.
port=$((20000 + $$ % 5000))
next_port() {
    port=$((port + 1))
    while listens "$port" tcp || listens "$port" udp; do port=$((port + 1)); done
}

# listens PORT tcp|udp
listens() {
    cat "/proc/net/$2" "/proc/net/${2}6" 2>/dev/null |
        awk -v port="$(printf '%04X' "$1")" -v state="$2" '
            BEGIN { want = state == "tcp" ? "0A" : "07" }
            { n = split($2, at, ":") }
            at[n] == port && $4 == want { found = 1 }
            END { exit !found }'
}

# await_port PORT tcp|udp
await_port() {
    tries=200
    until listens "$1" "$2"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.02
    done
}

# serve CPU COMMAND...: in the background until the end.
serve() {
    cpu=$1
    shift
    taskset -c "$cpu" "$@" >/dev/null 2>&1 &
    started="$started $!"
}

# serve_ours CPU PROGRAM [ARG]...: sets $ours to its port.
serve_ours() {
    cpu=$1 program=$bin/$2
    shift 2
    rm -f "$tmp/ready"
    mkfifo "$tmp/ready"
    taskset -c "$cpu" "$program" "$@" --port 0 --quiet >"$tmp/ready" &
    started="$started $!"
    read -r line <"$tmp/ready"
    ours=${line##*:}
}

# pinned CPU COMMAND...: a peer that hangs does not hold the others up.
pinned() { timeout -k 1 $((2 * seconds + 20)) taskset -c "$@"; }

# ---- what is measured: each prints messages per second ----

# Of the record alone: completed messages between the first send and the last echo.
rate_of_record() {
    awk -F, 'NR == 2 { first = $4 }
             NR > 1 && $9 == "ok" { n++; if ($5 > last) last = $5 }
             END { printf "%.1f\n", n / (last - first) * 1e9 }' "$1/messages.csv"
}

# client CONNECTIONS [ARG]...: echo-rate with a record.
client() {
    rm -rf "$tmp/record"
    connections=$1
    shift
    pinned "$cpu_a" "$bin/echo-rate" --ip 127.0.0.1 --port "$ours" --quiet \
        --length "$bytes" --duration "$seconds" --connections "$connections" \
        --record "$tmp/record" "$@"
    rate_of_record "$tmp/record"
}

# The same from its counts and its own clock: what it is without a record.
client_bare() {
    connections=$1
    shift
    pinned "$cpu_a" "$bin/echo-rate" --ip 127.0.0.1 --port "$ours" --machine \
        --length "$bytes" --duration "$seconds" --connections "$connections" "$@" |
        awk '/^progress/ { for (i = 2; i <= NF; i++) { split($i, kv, "="); v[kv[1]] = kv[2] } }
             END { printf "%.1f\n", v["messages"] / v["elapsed_ns"] * 1e9 }'
}

# The same with a record: told in the same way as client_bare.
client_recorded() {
    rm -rf "$tmp/record"
    client_bare "$@" --record "$tmp/record"
}

# sockperf tells half of a round trip; its count of messages is what it is.
sockperf_rate() {
    pinned "$cpu_a" "$sockperf" pp "$@" -i 127.0.0.1 -t "$seconds" -m "$bytes" 2>&1 |
        sed -n 's/.*\[Valid Duration\] RunTime=\([0-9.]*\) sec;.*ReceivedMessages=\([0-9]*\).*/\1 \2/p' |
        awk '{ printf "%.1f\n", $2 / $1 }'
}

qperf_rate() {
    pinned "$cpu_a" "$qperf" -lp "$qperf_port" -ip $((qperf_port + 1)) \
        -t "$seconds" -m "$bytes" -uu 127.0.0.1 "$1" 2>/dev/null |
        awk '$1 == "latency" {
            ns = $3 * ($4 == "us" ? 1000 : $4 == "ms" ? 1000000 : 1)
            printf "%.1f\n", 1e9 / (2 * ns) }'
}

netperf_rate() {
    pinned "$cpu_a" "$netperf" -H 127.0.0.1 -p "$netperf_port" -t "$1" \
        -l "$seconds" -P 0 -v 0 -- -r "$bytes,$bytes" | awk 'NF { print $1; exit }'
}

# Its server ends with each test; it leaves logs where it is run.
neper_rate() {
    next_port
    control=$port
    next_port
    set -- "$1" --nolog -C "$control" -P "$port" -F "$1" -l "$seconds" -Q "$bytes" -R "$bytes"
    shift
    (cd "$tmp" && pinned "$cpu_b" "$tcp_rr" "$@" --listen-backlog 4096 >/dev/null 2>&1) &
    neper_pid=$!
    await_port "$control" tcp || return 0
    (cd "$tmp" && pinned "$cpu_a" "$tcp_rr" -c -H 127.0.0.1 "$@" 2>/dev/null) |
        sed -n 's/^throughput=\([0-9.]*\)$/\1/p'
    wait "$neper_pid" || :
}

# rate_of NAME: the rate of one contender of the current work.
rate_of() {
    case $1 in
    'echo-rate') client "$connected" ;;
    'echo-rate, UDP') client 1 --transport udp ;;
    'no record') client_bare "$connected" ;;
    'record') client_recorded "$connected" ;;
    'bare blocking loop') pinned "$cpu_a" "$bench/floor" tcp "$seconds" "$bytes" ;;
    'bare UDP loop') pinned "$cpu_a" "$bench/floor" udp "$seconds" "$bytes" ;;
    'bare epoll loop') "$bench/floor" epoll "$seconds" "$bytes" "$connected" "$cpu_b" "$cpu_a" ;;
    'netperf TCP_RR') netperf_rate TCP_RR ;;
    'netperf UDP_RR') netperf_rate UDP_RR ;;
    'sockperf ping-pong') sockperf_rate --tcp -p "$sockperf_port" ;;
    'sockperf ping-pong, UDP') sockperf_rate -p "$sockperf_port" ;;
    'qperf tcp_lat') qperf_rate tcp_lat ;;
    'qperf udp_lat') qperf_rate udp_lat ;;
    'neper tcp_rr') neper_rate "$connected" ;;
    esac
}

# ---- works ----

# alternate WORK: runs the contenders, one a line in $tmp/contenders, in turn;
# then backwards, and so on.
alternate() {
    work=$1
    echo "bench: $work" >&2
    sed 's/^[^|]*|//' "$tmp/contenders" >"$tmp/order"
    i=0
    while [ "$i" -lt "$rounds" ]; do
        i=$((i + 1))
        while IFS= read -r name <&4; do
            rate=$(rate_of "$name" </dev/null) || rate=
            printf '%s|%s|%s|%s\n' "$work" "$i" "$name" "${rate:-0}" >>"$tmp/rates"
            printf '  %s: %s /s\n' "$name" "${rate:-failed}" >&2
        done 4<"$tmp/order"
        tac "$tmp/order" >"$tmp/back" && mv "$tmp/back" "$tmp/order"
    done
    table "$work" >>"$tmp/table"
}

# contender WANTED NAME: the first is ours, the others are what it is held to.
contender() { echo "$1|$2" >>"$tmp/contenders"; }

# One row of the table for each ratio of the first contender to another.
table() {
    awk -F'|' -v work="$1" '
        function median(list, n,   i, j, t) {
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
                    t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
                }
            return list[int((n + 1) / 2)]
        }
        FNR == NR { order[++names] = $2; wanted[$2] = $1; next }
        $1 == work && $4 > 0 { rate[$3, $2] = $4; last = $2 > last ? $2 : last }
        END {
            us = order[1]
            for (k = 2; k <= names; k++) {
                n = 0
                for (i = 1; i <= last; i++)
                    if ((us, i) in rate && (order[k], i) in rate) {
                        n++
                        ours[n] = rate[us, i]; theirs[n] = rate[order[k], i]
                        ratio[n] = ours[n] / theirs[n]
                    }
                if (!n) {
                    printf "| %s | %s | failed | | | %s |\n", work, order[k], wanted[order[k]]
                    continue
                }
                mid = median(ratio, n)
                want = wanted[order[k]]
                if (want != "") want = ">= " want (mid >= want + 0 ? ", kept" : ", **missed**")
                printf "| %s | %s | %.3f (%.3f to %.3f) | %.0f | %.0f | %s |\n", work, order[k],
                    mid, ratio[1], ratio[n], median(ours, n), median(theirs, n), want
            }
        }' "$tmp/contenders" "$tmp/rates"
}

one_connection() {
    : >"$tmp/contenders"
    connected=1
    next_port
    case $1 in
    tcp)
        serve_ours "$cpu_a" echo-server
        contender '' echo-rate
        contender 0.97 'bare blocking loop'
        peer_test=TCP_RR peer_sockperf='sockperf ping-pong' peer_qperf=tcp_lat
        serve_sockperf --tcp
        ;;
    udp)
        serve_ours "$cpu_a" echo-udp-server
        contender '' 'echo-rate, UDP'
        contender 0.97 'bare UDP loop'
        peer_test=UDP_RR peer_sockperf='sockperf ping-pong, UDP' peer_qperf=udp_lat
        serve_sockperf
        ;;
    esac
    if [ -n "$netperf" ] && [ -n "$netserver" ]; then
        next_port
        netperf_port=$port
        serve "$cpu_a" "$netserver" -D -4 -p "$netperf_port"
        await_port "$netperf_port" tcp && contender 1.0 "netperf $peer_test"
    fi
    [ -z "$sockperf" ] || contender 1.0 "$peer_sockperf"
    if [ -n "$qperf" ]; then
        next_port
        qperf_port=$port
        next_port # its data port
        serve "$cpu_a" "$qperf" -lp "$qperf_port"
        await_port "$qperf_port" tcp && contender '' "qperf $peer_qperf"
    fi
    alternate "$1, 1 connection, one CPU"
}

serve_sockperf() {
    [ -n "$sockperf" ] || return 0
    sockperf_port=$port
    serve "$cpu_a" "$sockperf" sr "$@" -i 127.0.0.1 -p "$sockperf_port"
    await_port "$sockperf_port" "$([ $# -gt 0 ] && echo tcp || echo udp)"
}

many_connections() {
    serve_ours "$cpu_b" echo-server --model epoll --listen 4096 --max-connections 12000
    for connected in $flows; do
        : >"$tmp/contenders"
        contender '' echo-rate
        contender '' 'bare epoll loop'
        [ -z "$tcp_rr" ] || contender 1.1 'neper tcp_rr'
        alternate "tcp, $connected connections, a CPU each"
    done
}

with_and_without() {
    for connected in 1 50; do
        : >"$tmp/contenders"
        contender '' record
        contender 0.97 'no record'
        if [ "$connected" -eq 1 ]; then
            serve_ours "$cpu_a" echo-server
            alternate "recording, 1 connection, one CPU"
        else
            serve_ours "$cpu_b" echo-server --model epoll
            alternate "recording, $connected connections, a CPU each"
        fi
    done
}

# ---- open loops: how well a schedule is kept ----

# p99 of the numbers on stdin.
p99() { sort -n | awk '{ v[NR] = $1 } END { if (NR) printf "%.1f\n", v[int(0.99 * NR + 0.999999)] / 1000 }'; }

# How far the gaps between sends are from INTERVAL-NS: sends on stdin, in ns.
spacing() {
    sort -n | awk -v want="$1" 'NR > 1 { e = $1 - last - want; print e < 0 ? -e : e } { last = $1 }' | p99
}

# ours_open RATE [ARG]...: prints "spacing lateness achieved" in us, us and 1/s.
ours_open() {
    open_rate=$1
    shift
    rm -rf "$tmp/record"
    pinned "$cpu_a" "$bin/echo-rate" --transport udp --ip 127.0.0.1 --port "$ours" \
        --length "$bytes" --duration "$seconds" --rate "$open_rate" --timeout 0.3 \
        --machine --record "$tmp/record" "$@" | sed -n 's/^counts .* achieved=\([0-9.]*\).*/\1/p' >"$tmp/achieved"
    tail -n +2 "$tmp/record/messages.csv" | cut -d, -f4 |
        spacing $((1000000000 / open_rate)) >"$tmp/spacing"
    tail -n +2 "$tmp/record/messages.csv" | awk -F, '{ print $4 - $3 }' | p99 >"$tmp/late"
    echo "$(cat "$tmp/spacing") $(cat "$tmp/late") $(cat "$tmp/achieved")"
}

# irtt keeps no schedule that could be read; its sends tell their spacing.
irtt_open() {
    pinned "$cpu_a" "$irtt" client -Q -i 1ms -d "${seconds}s" -l "$bytes" \
        -o "$tmp/irtt.json" "127.0.0.1:$irtt_port" >/dev/null 2>&1 || :
    awk '/"client": *{/ { here = 1 }
         /"server": *{/ { here = 0 }
         here && /"send": *{/ { sent = 1 }
         sent && /"monotonic":/ { gsub(/[^0-9]/, ""); print; sent = 0 }' "$tmp/irtt.json" 2>/dev/null |
        spacing 1000000
}

# schedule NAME RATE COLUMN LIMIT COMMAND...: a row with medians and spread.
# Wanted are the RATE within 0.1 % (0: any), and column COLUMN (1 spacing, 2
# lateness, 0 none) at most LIMIT.
schedule() {
    name=$1 rate=$2 column=$3 limit=$4
    shift 4
    i=0
    : >"$tmp/runs"
    while [ "$i" -lt "$rounds" ]; do
        i=$((i + 1))
        "$@" >>"$tmp/runs"
    done
    awk -v name="$name" -v rate="$rate" -v column="$column" -v limit="$limit" '
        function told(k,   i, j, t, v) {
            for (i = 1; i <= NR; i++) v[i] = all[i, k]
            for (i = 2; i <= NR; i++)
                for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
            middle[k] = v[int((NR + 1) / 2)]
            return middle[k] " (" v[1] " to " v[NR] ")"
        }
        function judge(what, is_kept) { return what (is_kept ? ", kept" : ", **missed**") }
        { for (k = 1; k <= 3; k++) all[NR, k] = $k + 0; n = NF }
        END {
            spacing = told(1)
            late = n > 1 ? told(2) : ""
            achieved = n > 2 ? told(3) : ""
            if (column > 0)
                want = judge((column == 1 ? "spacing" : "lateness") " <= " limit, middle[column] <= limit)
            if (rate > 0)
                want = want (want ? "; " : "") judge("rate within 0.1 %", middle[3] >= rate * 0.999 && middle[3] <= rate * 1.001)
            printf "| %s | %s | %s | %s | %s |\n", name, spacing, late, achieved, want
        }' "$tmp/runs" >>"$tmp/schedules"
}

# The median of what the last schedule measured first.
last_median() { awk '{ print $1 + 0 }' "$tmp/runs" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

open_loops() {
    echo 'bench: open loops' >&2
    irtt_spacing=0 of_irtt=0
    if [ -n "$irtt" ]; then
        next_port
        irtt_port=$port
        serve "$cpu_b" "$irtt" server -i 0 -b "127.0.0.1:$irtt_port"
        if await_port "$irtt_port" udp; then
            schedule 'irtt, 1 ms' 0 0 0 irtt_open
            irtt_spacing=$(last_median) of_irtt=1
        fi
    fi
    serve_ours "$cpu_b" echo-udp-server
    schedule 'echo-rate, 1000/s' 1000 "$of_irtt" "$irtt_spacing" ours_open 1000
    schedule 'echo-rate, 1000/s, busy' 1000 2 50 ours_open 1000 --busy-poll
    schedule 'echo-rate, 10000/s' 10000 0 0 ours_open 10000
    schedule 'echo-rate, 10000/s, busy' 10000 2 50 ours_open 10000 --busy-poll
}

# ---- the page ----

# peer_line NAME PATH VERSION
peer_line() { echo "- $1: $([ -n "$2" ] && echo "${3:-found}" || echo "not here")"; }

heading() {
    cat <<END
# What \`make bench\` measured

Made by \`make bench\` on $(date -u +%Y-%m-%d); not a promise for another machine. Messages of $bytes bytes over loopback;
each program in turn, $rounds rounds of $seconds s; echo-rate keeps a record of every message, the others keep none.
A ratio is echo-rate's messages per second to the other's in the same round: median (least to greatest).
One connection: both ends on CPU $cpu_a. Many: client on CPU $cpu_a, server on CPU $cpu_b, one thread each.

- echolab: $("$bin/echo-rate" --version | head -n 1)
- machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $(uname -sr)
- load before and after: $load_before, $(cut -d ' ' -f 1 /proc/loadavg)
END
    peer_line sockperf "$sockperf" "${sockperf:+$("$sockperf" --version 2>&1 | grep -o 'version [^ ]*')}"
    peer_line qperf "$qperf" "${qperf:+$("$qperf" --version | head -n 1)}"
    peer_line irtt "$irtt" "${irtt:+$("$irtt" version | sed -n 's/^irtt version: */irtt /p')}"
    peer_line netperf "$netperf" "${netperf:+$("$netperf" -V | head -n 1)}"
    peer_line neper "$tcp_rr" "${tcp_rr:+$("$tcp_rr" --version 2>&1 | head -n 1)}"
    echo
}

load_before=$(cut -d ' ' -f 1 /proc/loadavg)
: >"$tmp/rates"
: >"$tmp/schedules"
: >"$tmp/bounds"
cat >"$tmp/table" <<'END'
| work | against | ratio | echo-rate /s | other /s | wanted |
|---|---|---|---|---|---|
END
for work in $works; do
    case $work in
    tcp | udp) one_connection "$work" ;;
    many) many_connections ;;
    record) with_and_without ;;
    open) open_loops ;;
    memory | idle | calls | little) "$work" ;;
    run) around ;;
    *)
        echo "bench: no such work: $work" >&2
        exit 2
        ;;
    esac
done
{
    heading
    cat "$tmp/table"
    if [ -s "$tmp/schedules" ]; then
        cat <<'END'

Open loops over UDP, client on the first CPU, server on the other. Spacing: p99 of how far two sends are from the interval
between them. Lateness: p99 of sent - scheduled. In us, and achieved messages per second: median (least to greatest).

| program | spacing | lateness | achieved | wanted |
|---|---|---|---|---|
END
        cat "$tmp/schedules"
    fi
    if [ -s "$tmp/bounds" ]; then
        cat <<'END'

What is no rate: median (least to greatest) where it was measured more than once.

| what | measured | wanted | |
|---|---|---|---|
END
        cat "$tmp/bounds"
    fi
    echo
    echo 'Why a row is missed, and where the time of a message goes: bench/README.md.'
} >"$tmp/results"
cp "$tmp/results" "$results"
cat "$results"
