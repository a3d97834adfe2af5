#!/usr/bin/env bats
# What many strangers cost those who are served, in a network of its own: a
# minute or two.  Prints what it measures.
# shellcheck disable=SC2154 # set by helper and run
load ../bats/helper

# What the scripts below share; they run in a network of their own.
setup() {
    common_setup
    need_netns
    need ss
    echo 000102030405060708090a0b0c0d0e0f >key
    cat >common <<'SCRIPT'
set -e
bin=$1 stranger=$1/../tests/stranger
shift
# start ARG...: a server of TCP; $server, $port.
start() {
    local line=''
    rm -f ready
    mkfifo ready
    "$bin/echo-server" --port 0 --quiet "$@" <key >ready 3>&- &
    server=$!
    exec 5<ready
    until [[ $line == listening* ]]; do
        IFS= read -r -t 10 -u 5 line || exit 9
    done
    port=${line##*:}
    cat <&5 >counts &
    exec 5<&-
}
stop() {
    kill "$server"
    wait "$server"
    server=
}
# come KIND N RATE HOLD: strangers; until leave.
come() {
    rm -f hole
    : >said
    mkfifo hole
    "$stranger" "$1" 127.0.0.9 "$port" "$2" "$3" "$4" <hole >said 3>&- &
    gang=$!
    exec {hole}>hole
}
leave() {
    exec {hole}>&-
    wait "$gang"
    gang=
}
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }
median() { sort -n "$1" | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'; }
trap 'kill $server $gang 2>/dev/null || :' EXIT
ulimit -n "$(ulimit -Hn)"
echo '1024 65535' >/proc/sys/net/ipv4/ip_local_port_range
SCRIPT
}

# The server is as public as can be: 64 connections, 16 from one address.
@test "100 000 half-open hellos: who has the key is served, and memory is flat" {
    cat >inside <<'SCRIPT'
. ./common
start --ip 0.0.0.0 --model "$1" --key-from-stdin
honest() { "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --key-from-stdin --machine "$@" <key; }
honest --messages 1000 --connections 4 >before
rss >rss
before=$(rss)
honest --rate 500 --connections 4 --duration 30 >during &
client=$!
come half 100000 5000 15000
until grep -q ready said; do
    rss >>rss
    sleep 0.5
done
wait "$client"
tail -n 1 during
leave
honest --messages 1000 --connections 4 >after
for ((i = 0; i < 200; i++)); do # for its threads to leave
    [ "$(ls "/proc/$server/task" | wc -l)" -gt 20 ] || break
    sleep 0.05
done
after=$(rss)
stop
cat said counts
awk -v model="$1" -v before="$before" -v after="$after" '
    { x[NR] = $1 }
    END {
        for (i = 1; i <= NR; i++) {
            if (i > 1 && i <= NR / 2 && x[i] > first) first = x[i]
            if (i > NR / 2 && x[i] > second) second = x[i]
        }
        printf "%s: VmRSS %d kB before, at most %d in the first half, %d in the second, %d after\n",
            model, before, first, second, after
        exit second > first + 1024 || after > before + 8192
    }' rss
grep -q '^made=100000 ' said
[[ $(tail -n 1 during) == *' failed=0'* || $(tail -n 1 during) == *' ok=15000 '* ]]
SCRIPT
    for model in epoll thread; do
        run in_netns timeout -k 2 240 bash inside "$bin" "$model"
        echo "$output"
        printf '# %s\n' "${lines[@]}" >&3
        [ "$status" -eq 0 ]
    done
}

# The server has one CPU, its honest client and the strangers another; of these
# the client goes first, as if it had a machine of its own.  The server's time
# is its own, too, whatever else runs here, and that of the strangers almost: who
# gets no time of the processor harms nobody.  The client asks by the clock and
# not when it was answered: one that waits for a burst to pass asks nobody
# meanwhile, and sees little of it.
@test "slow writers, deaf readers, 10 000 idle connections: p99 at most doubles (CPUs apart, real-time)" {
    need chrt taskset
    (($(nproc) > 1)) || skip "one CPU: the strangers' own work would be counted as the server's"
    cat >inside <<'SCRIPT'
. ./common
cpus=$(sed -n 's/^Cpus_allowed_list:[^0-9]*//p' /proc/self/status)
here=${cpus%%[-,]*} there=${cpus##*[-,]}
echo "server on CPU $here (round robin, 40); client (first in, first out, 50) and strangers (round robin, 10) on CPU $there"
ask() {
    chrt -f 50 taskset -c "$there" "$bin/echo-rate" --ip 127.0.0.1 --port "$port" \
        --rate 1000 --duration 1 --record "$1" --quiet
}
# of RECORD FILE: p99 of a second's response times in microseconds, into FILE;
# what failed took for ever.
of() {
    awk -F, 'NR > 1 { print $9 == "ok" ? $5 - $3 : 1e15 }' "$1/messages.csv" | sort -g |
        awk '{ x[NR] = $1 } END { print x[int(NR * 0.99)] / 1000; exit NR < 900 }' >>"$2"
    rm -r "$1"
}
# How many of the strangers the server has; what it has of anybody.
gang() { ss -Htn state established "sport = :$port and dst 127.0.0.9" | wc -l; }
anybody() { ss -Htn "sport = :$port" | wc -l; }
# What waits in the kernel on the server's side: kB.
kernel() {
    ss -Htnm state established "sport = :$port" |
        sed -n 's/.*skmem:(r\([0-9]*\),.*,w\([0-9]*\),.*/\1 \2/p' |
        awk '{ sum += $1 + $2 } END { print int(sum / 1024) }'
}
# await COMMAND...: for half a minute at most.
await() {
    for ((tries = 0; tries < 1500; tries++)); do
        ! "$@" || return 0
        sleep 0.02
    done
    echo "in vain: $*"
    exit 8
}
are_there() { [ "$(gang)" -ge "$1" ]; }
has_none() { [ "$(anybody)" -eq 0 ] && [ "$(ls "/proc/$server/task" | wc -l)" -eq 1 ]; }
# compare KIND N RATE WHEN: seconds without and with N of them in turn, once they
# are "there" or while they are "coming", and the ratio of the medians.
compare() {
    rm -f with without
    local most=0 least=$(($2 * 9 / 10)) open=$2 now
    [ "$limits" != 'public limits' ] || least=$2
    for round in 1 2 3 4 5 6 7 8 9; do
        ask out
        of out without
        come "$1" "$2" "$3" "$2"
        taskset -cp "$there" "$gang" >/dev/null
        chrt -r -p 10 "$gang"
        [ "$4" = coming ] || await are_there "$2"
        ask out &
        client=$!
        wait "$client"
        of out with
        now=$(gang) && [ "$now" -ge "$open" ] || open=$now
        now=$(kernel) && [ "$now" -le "$most" ] || most=$now
        kill -0 "$gang" # or all this was nothing
        leave
        await has_none
    done
    echo "$(median without) $(median with)" |
        awk -v what="$model, $limits, $2 $1, $4" -v open="$open" -v kb="$most" '
            { printf "%s: p99 %.1f us without, %.1f us with: ratio %.2f; at least %d were left, kernel %d kB\n", what, $1, $2, $2 / $1, open, kb }
            $2 > 2 * $1 { exit 1 }' || bad=1
    [ "$open" -ge "$least" ] && [ "$most" -le $(($2 * 640)) ] || bad=1
}
bad=0
public='--ip 0.0.0.0 --timeout 600'
raised="$public --listen 4096 --max-per-source -1 --max-rate -1 --max-packets -1 --hello-timeout -1"
serve() {
    start --model "$model" "$@"
    taskset -acp "$here" "$server" >/dev/null
    chrt -r -p 40 "$server" # and so are its threads
}
for model in epoll thread; do
    limits='public limits'
    serve $public
    compare slow 16 4000 there
    compare deaf 16 200 there
    compare idle 16 200 there
    stop
done
limits='raised limits'
model=epoll
serve $raised --max-connections 12000
compare slow 1000 20000 there
compare deaf 500 20000 coming
compare idle 10000 20000 there
stop
model=thread
serve $raised --max-connections 1024
compare slow 48 20000 there
compare slow 500 20000 there
compare drip 500 20000 coming
compare deaf 500 20000 there
compare deaf 500 20000 coming
compare idle 1000 20000 there
stop
exit "$bad"
SCRIPT
    run in_netns timeout -k 2 900 bash inside "$bin"
    echo "$output"
    printf '# %s\n' "${lines[@]}" >&3
    [ "$status" -eq 0 ]
}
