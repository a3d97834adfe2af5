# What is no rate: memory, idle connections, system calls, Little's law, the
# harness's own time, and where the time of a message goes.  A part of run.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154 # of run.sh: bin, bench, bytes, cpu_a, cpu_b, ours, ...

# bound WHAT FORMAT LIMIT-FORMAT LIMIT < one value a line: a row with the
# median and the spread, and whether the median keeps to the limit.
bound() {
    sort -n | awk -v what="$1" -v format="$2" -v limit="$3" '
        { v[NR] = $1 }
        END {
            if (!NR) { printf "| %s | not measured | %s | |\n", what, limit; exit }
            mid = v[int((NR + 1) / 2)]
            at = sprintf(format, mid)
            if (NR > 1) at = at sprintf(" (" format " to " format ")", v[1], v[NR])
            split(limit, word, " ")
            verdict = limit == "" ? "" : mid <= word[1] + 0 ? "kept" : "**missed**"
            printf "| %s | %s | %s | %s |\n", what, at, limit == "" ? "" : "<= " limit, verdict
        }' >>"$tmp/bounds"
}

# field_of PID NAME: a number of /proc/PID/status, kB as MiB.
field_of() { awk -v name="$2:" '$1 == name { printf "%.1f\n", $3 == "kB" ? $2 / 1024 : $2 }' "/proc/$1/status" 2>/dev/null; }

# ticks_of PID: the processor time it has had, and that of children it waited for.
ticks_of() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# ---- memory ----

# most_memory ARG...: the most that echo-rate ever held, in MiB, looked at
# until it ends: the mark only rises.
most_memory() {
    rm -rf "$tmp/record"
    taskset -c "$cpu_a" "$bin/echo-rate" --ip 127.0.0.1 --port "$ours" --quiet \
        --length "$bytes" --record "$tmp/record" "$@" >/dev/null 2>&1 &
    watched=$!
    most=
    while now=$(field_of "$watched" VmHWM) && [ -n "$now" ]; do
        most=$now
        sleep 0.1
    done
    wait "$watched" || return 0
    echo "$most"
}

memory() {
    echo "bench: memory, $long s each" >&2
    serve_ours "$cpu_b" echo-server --model epoll --listen 4096 --max-connections 12000
    most_memory --connections 50 --duration "$long" |
        bound "client memory, $long s, 50 connections, MiB" %.1f 64
    most_memory --connections 9000 --duration 5 |
        bound 'client memory, 9000 connections, MiB' %.1f 96
    serve_ours "$cpu_a" echo-udp-server
    most_memory --transport udp --duration "$long" |
        bound "client memory, $long s, UDP, MiB" %.1f 64
}

# ---- idle connections ----

# A message a second on one of ten thousand connections: the rest are idle.
idle() {
    echo 'bench: idle connections' >&2
    serve_ours "$cpu_b" echo-server --model epoll --listen 4096 --max-connections 12000 --timeout -1
    server=${started##* }
    : >"$tmp/share"
    "$bin/echo-rate" --ip 127.0.0.1 --port "$ours" --quiet --connections 10000 \
        --rate 1 --duration 60 >/dev/null 2>&1 &
    holder=$!
    tries=150
    until [ "$(find "/proc/$server/fd" | wc -l)" -ge 10000 ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || break
        sleep 0.1
    done
    if [ "$tries" -gt 0 ]; then
        sleep 1
        before=$(ticks_of "$server")
        sleep 10
        after=$(ticks_of "$server")
        field_of "$server" VmRSS >"$tmp/resident"
        awk -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" \
            'BEGIN { print 100 * ticks / hz / 10 }' >"$tmp/share"
    fi
    kill "$holder" 2>/dev/null || :
    wait "$holder" 2>/dev/null || :
    bound 'epoll server, 10 000 idle connections, MiB resident' %.1f 32 <"$tmp/resident"
    bound 'the same, percent of a CPU' %.2f 2 <"$tmp/share"
}

# ---- system calls ----

# The calls of `strace -c -f` that are made more than once in 100 messages.
calls_of() {
    name=$1
    shift
    rm -rf "$tmp/record"
    timeout 60 strace -c -f -o "$tmp/calls" "$bin/echo-rate" --ip 127.0.0.1 --port "$ours" \
        --quiet --length "$bytes" --messages 20000 --record "$tmp/record" "$@" >/dev/null 2>&1 || :
    awk -v name="$name" '
        $1 ~ /^[0-9.]+$/ && $NF != "total" { if ($4 > 200) list = list sprintf("%s%s %.2f", list ? ", " : "", $NF, $4 / 20000); else rest += $4 }
        END { printf "| %s | %s, all others %.4f | | |\n", name, list ? list : "not measured", rest / 20000 }' \
        "$tmp/calls" >>"$tmp/bounds"
}

calls() {
    command -v strace >/dev/null || return 0
    echo 'bench: system calls' >&2
    serve_ours "$cpu_a" echo-server
    calls_of 'system calls a message, TCP'
    serve_ours "$cpu_b" echo-server --model epoll
    calls_of 'system calls a message, 50 connections' --connections 50
    serve_ours "$cpu_a" echo-udp-server
    calls_of 'system calls a message, UDP' --transport udp --timeout 0.2
}

# ---- Little's law ----

# In percent, over the middle half of a run: connections - rate x mean RTT.
off_little() {
    awk -F, -v n="$1" '
        FNR == 1 { next }
        NR == FNR { if (FNR == 2) first = $4; if ($5 > last) last = $5; next }
        $9 == "ok" && $5 >= first + (last - first) / 4 && $5 < last - (last - first) / 4 { sum += $6 }
        END { off = (n - sum / ((last - first) / 2)) / n * 100; print off < 0 ? -off : off }' \
        "$tmp/record/messages.csv" "$tmp/record/messages.csv"
}

little() {
    echo "bench: Little's law" >&2
    for connected in 1 $flows; do
        serve_ours "$cpu_b" echo-server --model epoll --listen 4096 --max-connections 12000
        i=0
        while [ "$i" -lt "$rounds" ]; do
            i=$((i + 1))
            client "$connected" --duration 2 >/dev/null && off_little "$connected"
        done | bound "Little's law, $connected connections, percent off" %.2f 2
    done
}

# ---- harness run: what it adds to the duration of a TCP run ----

# Its wall time less the duration, in ms.
added_ms() {
    rm -rf "$tmp/folders"
    began=$(date +%s%N)
    "$bin/harness" run "$bin/../share/echolab/scenarios/local_rate.json" --out "$tmp/folders" \
        --set duration_s="$seconds" >/dev/null
    echo $((($(date +%s%N) - began) / 1000000 - 1000 * seconds))
}

around() {
    echo 'bench: harness run' >&2
    i=0
    while [ "$i" -lt "$rounds" ]; do
        i=$((i + 1))
        added_ms
    done | bound 'harness run beyond the duration of a TCP run: floor, hashes, summary; ms' %d 300
}
