#!/usr/bin/env bats
# echo-relay: a path on this machine.
# shellcheck disable=SC2016,SC2317,SC2034 # what eval and within call
load helper

# start_path [ARG]...: an echo-server and a relay before it; sets $port,
# $server_port, $relay and $log of the relay.
start_path() {
    start_server echo-server --quiet
    server_port=$port
    start_server echo-relay --to "127.0.0.1:$server_port" "$@"
    relay=$pid
}

# rate DIR [ARG]...: measures the path; every message must come back.
rate() {
    local dir=$1
    shift
    run --separate-stderr run_timed 30 "$bin/echo-rate" --ip 127.0.0.1 --port "$port" \
        --machine --record "$dir" "$@"
    expect_status 0
    [[ $output == *' failed='* || ${lines[-1]} == counts* ]]
    not grep -qv ',ok,1,0,$' <(tail -n +2 "$dir/messages.csv")
}

# rtts DIR: the round trips, one a line.
rtts() { tail -n +2 "$1/messages.csv" | cut -d , -f 6; }

@test "relay: it says what it is" {
    start_path --delay-ms 19 --jitter-ms 0.5 --rate-mbit 8
    [ "$(sed "s/$port/PORT/; s/$server_port/TARGET/" "$log")" = "$(cat <<'END'
Relay Config:
    listen port: PORT
    to: 127.0.0.1:TARGET
    delay: 19.0 ms +- 500 us, one way
    rate: 8.00 Mbit/s
listening tcp 127.0.0.1:PORT
END
)" ]
}

# 20 ms there and 20 ms back: no echo is earlier.
@test "relay: a delay holds in both directions" {
    start_path --delay-ms 20
    rate out --messages 15 --duration 0
    [ "$(rtts out | awk '$1 < 40000000' | wc -l)" -eq 0 ]
    # The median of 15 is the eighth; a second more would be no 40 ms path.
    [ "$(rtts out | sort -n | sed -n 8p)" -lt 1040000000 ]
}

@test "relay: the hello crosses the path too" {
    start_path --delay-ms 30
    rate out --messages 1
    awk -F, 'NR == 2 { exit !($6 >= 60000000) }' out/messages.csv
    stop_pid "$relay"
    within 2 grep -qx 'relayed connections=2 refused=0 failed=0 bytes=2096' "$log"
}

# A delay is no limit: five messages in flight take no longer than one.
@test "relay: connections do not wait for each other" {
    start_path --delay-ms 100
    rate out --messages 10 --connections 10 --duration 0
    # All ten were sent before the first came back.
    awk -F, 'NR > 1 { if ($4 > sent) sent = $4; if (!back || $5 < back) back = $5 }
        END { exit !(sent < back) }' out/messages.csv
}

# Median of |difference| of two runs, in microseconds.
apart_us() {
    paste <(rtts "$1") <(rtts "$2") |
        awk '{ d = $1 - $2; print (d < 0 ? -d : d) / 1000 }' | sort -n | sed -n 20p
}

# +- 40 ms on 40 ms: another seed is 20 ms apart or so, the same one at most by
# half of what the machine sends late.
@test "relay: jitter follows from the seed" {
    for run in one:7 two:7 other:8; do
        start_path --delay-ms 40 --jitter-ms 40 --seed "${run#*:}"
        rate "${run%:*}" --messages 40 --duration 0 --rate 50
        stop_pid "$relay"
    done
    same=$(apart_us one two)
    other=$(apart_us one other)
    echo "the same seed: $same us, another: $other us"
    awk -v same="$same" -v other="$other" 'BEGIN { exit !(same * 2 < other && other > 1000) }'
}

@test "relay: jitter has its bounds" {
    start_path --delay-ms 10 --jitter-ms 5
    rate out --messages 40 --duration 0
    [ "$(rtts out | awk '$1 < 10000000' | wc -l)" -eq 0 ]
    # Both the fast and the slow half are used.
    [ "$(rtts out | sort -n | head -n 1)" -lt "$(($(rtts out | sort -n | tail -n 1) - 2000000))" ]
}

# 1000 bytes at 8 Mbit/s take 1 ms each way.
@test "relay: a rate limit is never exceeded" {
    start_path --rate-mbit 8
    rate out --duration 0.5
    [ "$(rtts out | awk '$1 < 2000000' | wc -l)" -eq 0 ]
}

# bits_per_s DIR: of all messages, from the first that was sent to the last back.
bits_per_s() {
    awk -F, 'NR == 2 { first = $4 } NR > 1 { bytes += $8; if ($5 > last) last = $5 }
        END { printf "%.0f", 8e9 * bytes / (last - first) }' "$1/messages.csv"
}

@test "relay: connections share the rate limit" {
    start_path --rate-mbit 4
    rate out --duration 0.5 --connections 8
    rate=$(bits_per_s out)
    echo "$rate bit/s"
    [ "$rate" -le 4000000 ]
    [ "$(wc -l <out/messages.csv)" -gt 20 ]
}

@test "relay: 4 MiB pass both ways without a change" {
    need socat
    head -c 4194304 /dev/urandom >bytes
    for options in '' '--delay-ms 5 --jitter-ms 5' '--rate-mbit 400'; do
        # shellcheck disable=SC2086 # words
        start_path $options
        run_timed 20 socat -t 15 - "TCP4:127.0.0.1:$port" <bytes >back
        cmp bytes back
        stop_pid "$relay"
        within 2 grep -qx 'relayed connections=1 refused=0 failed=0 bytes=8388608' "$log"
    done
}

@test "relay: a client that does not read does not fill the memory" {
    start_path
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    timeout 2 head -c 300000000 /dev/zero >&"$fd" || true
    rss_kb=$(awk '/VmRSS/ { print $2 }' "/proc/$relay/status")
    echo "$rss_kb kB"
    # 16 MiB each way, and what a sanitizer needs.
    [[ $bin == *san-* || $rss_kb -lt 60000 ]]
    rate out --messages 10
    exec {fd}>&-
}

@test "relay: half a connection may end before the other" {
    need socat
    start_path --delay-ms 50
    run run_timed 10 socat -t 5 - "TCP4:127.0.0.1:$port" <<<'the answer comes after the end'
    [ "$output" = 'the answer comes after the end' ]
}

@test "relay: the server's end comes through after its bytes" {
    start_path --delay-ms 30
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    printf 'x' >&"$fd"
    read -r -t 5 -N 1 -u "$fd" answer
    printf 'exit' >&"$fd"
    status=0
    read -r -t 5 -N 1 -u "$fd" answer || status=$?
    [ "$status" -eq 1 ]
    exec {fd}>&-
}

# reset_seen: reading from $fd fails, instead of ending.
reset_seen() {
    run run_timed 5 cat <&"$fd"
    [[ $status -eq 1 && $output == *'Connection reset by peer'* ]]
}

# A socket that is closed with unread bytes in it resets.
@test "relay: a reset of the server comes through" {
    need socat
    mkfifo said
    socat -dd TCP-LISTEN:0,bind=127.0.0.1,so-linger=0,end-close,shut-none 'EXEC:head -c 1' 2>said 3>&- &
    started+=("$!")
    exec {in}<said
    until [[ ${line-} =~ listening\ on\ .*:([0-9]+)$ ]]; do read -r -t 10 -u "$in" line; done
    cat <&"$in" >peer.log 3>&- &
    start_server echo-relay --to "127.0.0.1:${BASH_REMATCH[1]}" --delay-ms 1
    exec {in}<&-
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    printf 'xyz' >&"$fd"
    reset_seen
    exec {fd}>&-
}

@test "relay: a reset of the client comes through" {
    start_server echo-server
    server_log=$log
    start_server echo-relay --to "127.0.0.1:$port"
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    printf 'xy' >&"$fd"
    read -r -t 5 -N 1 -u "$fd" answer
    exec {fd}>&- # with one byte unread
    within 5 grep -qE '(ECONNRESET|EPIPE|shutdown)!' "$server_log"
    stop_pid "$pid"
    within 2 grep -q '^relayed connections=1 ' "$log"
}

@test "relay: a target that is gone resets, is told, and may come back" {
    start_server echo-server --quiet
    target=$port
    stop_pid "$pid"
    start_server echo-relay --to "127.0.0.1:$target"
    for i in 1 2; do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        reset_seen
        exec {fd}>&-
    done
    grep -q "^target 127.0.0.1:$target: ECONNREFUSED$" "$log"
    run --separate-stderr run_timed 5 "$bin/echo-rate" --ip 127.0.0.1 --port "$port"
    # Connected for a moment or not at all: both are true of a relay.
    [[ $status -eq 3 || $status -eq 8 ]]
    "$bin/echo-server" --port "$target" --quiet >server.log 3>&- &
    started+=("$!")
    within 5 grep -q ^listening server.log
    rate out --messages 5
    stop_pid "$pid"
    within 2 grep -q '^relayed connections=5 refused=0 failed=3 ' "$log"
}

@test "relay: a target that ends takes its connections along" {
    start_server echo-server --quiet
    server=$pid
    start_server echo-relay --to "127.0.0.1:$port" --delay-ms 5
    "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --machine --duration 30 --record out >out.txt 2>err.txt 3>&- &
    client=$!
    within 10 grep -q ^progress out.txt
    kill -KILL "$server"
    status=0
    wait "$client" || status=$?
    stderr=$(<err.txt)
    expect_error 4 server-gone
}

@test "relay: a target that has no name, and one that nobody knows" {
    need_netns
    run --separate-stderr in_netns timeout 5 "$bin/echo-relay" --to nosuch.invalid:7
    expect_error 3 resolve-failed
    for to in 'a b:7' 127.0.0.1 127.0.0.1:0 ::1:7; do
        run --separate-stderr run_timed 5 "$bin/echo-relay" --to "$to"
        expect_error 2 usage
    done
}

@test "relay: a delay cannot go below 0" {
    run --separate-stderr run_timed 5 "$bin/echo-relay" --delay-ms 4 --jitter-ms 4.001
    expect_error 2 usage
    [[ $stderr == *'--jitter-ms is more than --delay-ms'* ]]
}

@test "relay: it does not forward to itself" {
    start_server echo-server --quiet
    stop_pid "$pid"
    while read -r ip to; do
        run --separate-stderr run_timed 5 "$bin/echo-relay" --ip "$ip" --port "$port" \
            --to "$to:$port"
        expect_error 2 target-itself
    done <<'END'
127.0.0.1 127.0.0.1
0.0.0.0 127.0.0.2
127.0.0.1 0.0.0.0
:: 127.0.0.1
::1 [::1]
END
    # The same port at another address is another target.
    run --separate-stderr timeout 0.3 "$bin/echo-relay" --ip 127.0.0.1 --port "$port" --to "127.0.0.2:$port"
    [ -z "$stderr" ]
}

@test "relay: IPv6 on either side" {
    start_server echo-server --ip ::1 --quiet
    start_server echo-relay --to "[::1]:$port"
    rate out --messages 5
    start_server echo-server --quiet
    start_server echo-relay --ip ::1 --to "127.0.0.1:$port"
    run --separate-stderr run_timed 5 "$bin/echo-rate" --ip ::1 --port "$port" --messages 5
    expect_status 0
}

@test "relay: connections above the limit are reset and counted" {
    for reason in full per_source; do
        limit=--max-connections
        [[ $reason == full ]] || limit=--max-per-source
        start_path "$limit" 1
        exec {kept}<>"/dev/tcp/127.0.0.1/$port"
        printf 'x' >&"$kept"
        read -r -t 5 -N 1 -u "$kept" answer
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        reset_seen
        exec {fd}>&-
        printf 'y' >&"$kept"
        read -r -t 5 -N 1 -u "$kept" answer
        [ "$answer" = y ]
        exec {kept}>&-
        stop_pid "$relay"
        within 5 grep -qx "refused $reason=1" "$log"
        grep -q '^relayed connections=1 refused=1 ' "$log"
    done
}

@test "relay: a target to which there is no way is no fault of the client" {
    need_netns
    cat >inside <<'END'
for transport in tcp udp; do
    mkfifo said.$transport
    "$1/echo-relay" --port 0 --transport "$transport" --to 192.0.2.1:7 >said.$transport 3>&- &
    pid=$!
    exec 5<said.$transport
    until [[ $line =~ ^listening.*:([0-9]+)$ ]]; do read -r -t 10 -u 5 line || exit 9; done
    exec 6<>"/dev/$transport/127.0.0.1/${BASH_REMATCH[1]}"
    [[ $transport == tcp ]] || echo x >&6
    until [[ $line == *192.0.2.1:7* || $line == Client* ]]; do read -r -t 10 -u 5 line || exit 8; done
    kill "$pid"
    cat <&5
    exec 6>&-
done
END
    run in_netns timeout -k 2 30 bash inside "$bin"
    expect_status 0
    [[ $output == *'relayed connections=1 refused=0 failed=1 bytes=0'* ]]
    [[ $output == *' received=1 '*' refused=0 '*' unsent=1 '* ]]
    [[ $output != *'refused '[a-z]* ]]
}

# waits PID: how often it has gone to sleep.
waits() { awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$1/status"; }

# An even and an odd number of descriptors: a pair needs two.  Who spins instead
# of waiting needs all of a CPU.
@test "relay: out of descriptors it waits without spinning, and serves all" {
    start_server echo-server --quiet
    server_port=$port
    for limit in 16 17; do
        start_server echo-relay --to "127.0.0.1:$server_port"
        prlimit --nofile="$limit" --pid "$pid"
        many=()
        for i in {1..20}; do
            exec {fd}<>"/dev/tcp/127.0.0.1/$port"
            many+=("$fd")
        done
        within 5 grep -q 'out of descriptors' "$log"
        cpu=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
        waits=$(waits "$pid")
        within 10 eval '[[ $(waits "$pid") -ge $((waits + 5)) ]]'
        cpu=$(($(awk '{ print $14 + $15 }' "/proc/$pid/stat") - cpu))
        echo "CPU: $cpu ticks"
        [ "$cpu" -le 15 ]
        [ "$(grep -c 'out of descriptors' "$log")" -eq 1 ]
        for fd in "${many[@]}"; do
            printf x >&"$fd"
            read -r -t 10 -N 1 -u "$fd" answer
            [ "$answer" = x ]
            exec {fd}>&-
        done
        stop_pid "$pid"
        within 2 grep -qx 'relayed connections=20 refused=0 failed=0 bytes=40' "$log"
    done
}

@test "relay: SIGTERM ends it with the counts" {
    start_path --delay-ms 1000
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    printf 'under way' >&"$fd"
    kill -TERM "$relay"
    status=0
    wait "$relay" || status=$?
    [ "$status" -eq 0 ]
    within 2 grep -qE '^relayed connections=[01] refused=0 failed=0 bytes=[09]$' "$log"
    exec {fd}>&-
}
