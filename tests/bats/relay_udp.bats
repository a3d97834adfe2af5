#!/usr/bin/env bats
# echo-relay --transport udp: what is lost, late, doubled and overtaken on a
# path is what it says it did.
# shellcheck disable=SC2016,SC2317 # what eval and within call

load helper

# start_relay [ARG]...: a relay before the server on $server_port; sets $port,
# $relay and $log.
start_relay() {
    start_server echo-relay --transport udp --to "127.0.0.1:$server_port" "$@"
    relay=$pid
}

# start_path [ARG]...: an echo-udp-server and such a relay.
start_path() {
    start_server echo-udp-server --quiet
    server=$pid server_port=$port server_log=$log
    start_relay "$@"
}

# rate DIR [ARG]...: measures the path; $counts is the line of counts.
rate() {
    local dir=$1
    shift
    rm -rf "$dir"
    run --separate-stderr run_timed 60 "$bin/echo-rate" --transport udp --ip 127.0.0.1 \
        --port "$port" --machine --record "$dir" "$@"
    counts=$(grep ^counts <<<"$output") || true
    echo "$counts"
}

# end_relay: ends it with status 0; its counts are left in $line.
end_relay() {
    local status=0
    kill -TERM "$relay"
    wait "$relay" || status=$?
    expect_status 0 || return
    within 5 grep -q ^relayed "$log"
    line=$(grep ^relayed "$log")
    echo "$line"
}

# told NAME: one number of that line.
told() {
    local rest=${line#* "$1"=}
    echo "${rest%% *}"
}

# keys COLUMN VALUE FILE: "conn,seq" of the rows with that value, sorted.
keys() {
    awk -F, -v c="$1" -v v="$2" 'NR > 1 && $c == v { print $1 "," $2 }' "$3" | sort -u
}

@test "relay udp: it says what it is, and does nothing to what passes" {
    start_server echo-udp-server --quiet
    server=$pid server_port=$port server_log=$log
    start_server echo-relay --transport udp --to "127.0.0.1:$server_port" --delay-ms 1.5
    relay=$pid
    grep -qx "    delay: 1.50 ms +- 0.00 ns, one way" "$log"
    grep -qx "listening udp 127.0.0.1:$port" "$log"
    clients=()
    for size in 48 1473 65507; do # at once: each waits for what is late
        run_timed 60 "$bin/echo-rate" --transport udp --ip 127.0.0.1 --port "$port" --machine \
            --messages 20 --connections 3 --timeout 1 --length "$size" >"said.$size" 3>&- &
        clients+=("$!")
    done
    for client in "${clients[@]}"; do wait "$client"; done
    for size in 48 1473 65507; do
        grep -q '^counts .* ok=20 .* duplicated=0 reordered=0 unmatched=0 ' "said.$size"
    done
    end_relay
    grep -q "^Client ('127.0.0.1', [0-9]*) relayed!$" "$log"
    # Three hellos, and three connections each time.
    [[ $line == *' clients=12 received=63 forwarded=63 back=63 answered=63 refused=0 dropped=0 queue_dropped=0 '* ]]
    [[ $line == *' unsent=0 failed=0 on_path=0 '* ]]
    stop_pid "$server"
    within 5 grep -q 'received=63 answered=63 ' "$server_log"
}

# 40 ms there and 40 ms back: no echo is earlier.  A delay is no limit: the ten
# are all sent before the first is back.
@test "relay udp: a delay holds in both directions, for many at once" {
    start_path --delay-ms 40
    rate out --messages 20 --connections 10 --timeout 0.5
    expect_status 0
    awk -F, 'NR > 1 { rows++; if ($6 < 80000000) exit 1 } END { exit rows != 20 }' out/messages.csv
    awk -F, 'NR > 1 && $2 == 0 { if ($4 > sent) sent = $4; if (!back || $5 < back) back = $5 }
        END { exit !(sent < back) }' out/messages.csv
}

# A jitter of the whole delay, and messages that come without a pause.
@test "relay udp: jitter keeps the order of what a client sends" {
    start_path --delay-ms 5 --jitter-ms 5
    exec {fd}<>"/dev/udp/127.0.0.1/$port"
    for i in {100..199}; do printf %s "$i" >&"$fd"; done
    run_timed 10 dd bs=3 count=100 status=none <&"$fd" | fold -w 3 >back
    diff <(seq 100 199) <(cat back; echo)
    exec {fd}>&-
}

@test "relay udp: what was lost on purpose is what is missing, one by one" {
    for p in 0 0.2 1; do
        rm -f ./*.csv
        start_path --loss "$p" --seed 11 --log injected.csv --served served.csv
        messages=120
        [[ $p == 1 ]] && messages=20
        rate out --messages "$messages" --connections 4 --timeout 0.1
        if [[ $p == 1 ]]; then expect_error 4 no-answer; else expect_status 0; fi
        end_relay
        keys 4 drop injected.csv >injected
        diff injected <(keys 9 lost out/messages.csv)
        [[ $(told dropped) -eq $(wc -l <injected) && $p$(wc -l <injected) != 0.20 ]]
        # Questions that were not lost on their way there, and no others.
        diff <(awk -F, 'NR == FNR { if ($3 == "forward") lost[$1 "," $2] = 1; next }
                FNR > 1 && !(($1 "," $2) in lost) { print $1 "," $2 }' \
            injected.csv out/messages.csv | sort) <(tail -n +2 served.csv | sort)
    done
    [[ $(told dropped) -eq 20 && $(told forwarded) -eq 1 ]]
    # What another run loses is counted, but is no row.
    rm ./*.csv
    start_path --loss 1 --log injected.csv --served served.csv --run-id 00000000000000ab
    rate out --messages 2 --timeout 0.05
    end_relay
    [[ $(told dropped) -eq 2 && $(cat injected.csv served.csv | wc -l) -eq 2 ]]
}

@test "relay udp: it loses what a server with that seed would lose" {
    loss=(--loss 0.1 --loss-model gilbert --loss-burst 3 --duplicate 0.1 --seed 5)
    start_server echo-udp-server --quiet --log server.csv "${loss[@]}"
    rate one --messages 80 --connections 2 --timeout 0.05
    stop_pid "$pid"
    start_path --log relay.csv "${loss[@]}"
    rate two --messages 80 --connections 2 --timeout 0.05
    end_relay
    # Two connections share the messages as they come; compare what both have.
    for log in server relay; do
        awk -F, 'NR > 1 && $2 < 20' "$log.csv" | sort >"$log"
    done
    [[ $(wc -l <server) -gt 3 ]]
    diff server relay
}

@test "relay udp: answers that come twice are counted, one by one" {
    start_path --duplicate 0.1 --log injected.csv
    rate out --messages 300 --timeout 1
    expect_status 0
    end_relay
    keys 4 duplicate injected.csv >injected
    [[ $(wc -l <injected) -gt 10 && $(told duplicated) -eq $(wc -l <injected) ]]
    diff injected <(keys 10 2 out/messages.csv)
    [[ $counts == *' ok=300 '*" duplicated=$(told duplicated) "* ]]
}

# With eight in flight there is always a later one.
@test "relay udp: what is overtaken comes late, and nothing else does" {
    start_path --reorder 0.2 --delay-ms 1 --log injected.csv
    rate out --messages 300 --connections 3 --window 8 --timeout 1
    expect_status 0
    end_relay
    keys 4 reorder injected.csv >injected
    [[ $(wc -l <injected) -gt 20 && $(told reordered) -eq $(wc -l <injected) ]]
    diff injected <(awk -F, 'NR > 1 && $11 > 0 { print $1 "," $2 }' out/messages.csv | sort -u)
    [[ $counts == *' ok=300 '*' duplicated=0 '* ]]
}

# Those of strangers are numbered as they come, and not logged.
@test "relay udp: datagrams of strangers are lost, doubled and overtaken too" {
    start_path --loss 0.1 --duplicate 0.1 --reorder 0.2 --log injected.csv
    exec {fd}<>"/dev/udp/127.0.0.1/$port"
    kill -STOP "$relay"
    for i in {100..219}; do printf %s "$i" >&"$fd"; done
    printf EL1H00000000000000aa00000000000000000000d6bb54a4 >&"$fd"
    kill -CONT "$relay"
    # A hello is never lost, and here the last; then only the held are missing.
    : >back
    until [[ ${answer-} == EL1W* ]]; do
        answer=$(run_timed 5 dd bs=48 count=1 status=none <&"$fd")
        echo "$answer" >>back
    done
    end_relay
    dd bs=3 count=120 iflag=nonblock status=none <&"$fd" 2>/dev/null | fold -w 3 >>back
    exec {fd}>&-
    sed -i /EL1W/d back
    [[ $(told dropped) -gt 5 && $(told duplicated) -gt 3 && $(told reordered) -gt 3 ]]
    [[ $(told answered) -eq $((121 - $(told dropped) + $(told duplicated))) ]]
    [[ $(($(grep -c . back) + 1)) -eq $(told answered) ]]
    [[ $(sort back | uniq -d | wc -l) -eq $(told duplicated) ]]
    [[ $(awk '$1 < most { n++ } $1 > most { most = $1 } END { print n + 0 }' back) -eq $(told reordered) ]]
    [[ $(<injected.csv) == conn,seq,direction,action ]]
}

# 1000 bytes at 8 Mbit/s take 1 ms each way.
@test "relay udp: a rate limit is never exceeded, whoever sends" {
    start_path --rate-mbit 8
    rate out --duration 0.5 --connections 5 --timeout 0.3
    expect_status 0
    awk -F, 'NR > 1 && $6 < 2000000 { exit 1 }' out/messages.csv
    awk -F, 'NR == 2 { first = $4 } NR > 1 { bytes += $8; if ($5 > last) last = $5; n++ }
        END { exit !(n > 20 && 8e9 * bytes / (last - first) <= 8000000) }' out/messages.csv
}

# 60 datagrams of 1000 bytes at once, of which 10 may wait; each takes 20 ms.
@test "relay udp: what the queue of the rate limit has no room for is counted" {
    start_path --rate-mbit 0.4 --queue-kb 10
    exec {fd}<>"/dev/udp/127.0.0.1/$port"
    printf -v message %01000d 7
    kill -STOP "$relay"
    for _ in {1..60}; do printf %s "$message" >&"$fd"; done
    kill -CONT "$relay"
    run_timed 10 dd bs=1000 count=10 status=none <&"$fd" >back
    [[ $(wc -c <back) -eq 10000 ]]
    end_relay
    [[ $(told received) -eq 60 && $(told queue_dropped) -ge 30 && $(told dropped) -eq 0 ]]
    [[ $(($(told forwarded) + $(told queue_dropped))) -eq 60 && $(told forwarded) -ge 10 ]]
    exec {fd}>&-
}

# 40 in flight on a link that has room for 11.
@test "relay udp: what the queue drops is lost, and nothing else" {
    start_path --rate-mbit 4 --queue-kb 10 --log injected.csv
    rate out --duration 0.5 --connections 40 --timeout 0.3
    expect_status 0
    end_relay
    [[ $(told queue_dropped) -gt 20 && $(grep -c ,lost, out/messages.csv) -eq $(told queue_dropped) ]]
    # It was not on purpose.
    [[ $(<injected.csv) == conn,seq,direction,action ]]
}

@test "relay udp: IPv6 on either side" {
    start_server echo-udp-server --ip ::1 --quiet || skip 'no IPv6 here'
    start_server echo-relay --transport udp --to "[::1]:$port"
    rate out --messages 5 --timeout 1
    [[ $counts == *' ok=5 '* ]]
    start_server echo-udp-server --quiet
    start_server echo-relay --transport udp --ip ::1 --to "127.0.0.1:$port"
    run --separate-stderr run_timed 10 "$bin/echo-rate" --transport udp --ip ::1 --port "$port" \
        --messages 5 --timeout 1 --machine
    [[ $output == *' ok=5 '* ]]
}

@test "relay udp: a target that is gone is told, and may come back" {
    start_path
    exec {fd}<>"/dev/udp/127.0.0.1/$port"
    printf one >&"$fd"
    [[ $(run_timed 5 dd bs=3 count=1 status=none <&"$fd") == one ]]
    stop_pid "$server"
    # The second send fails by the refusal of the first, the third is a try more.
    for _ in 1 2 3; do printf two >&"$fd"; done
    within 5 grep -qx "target 127.0.0.1:$server_port: ECONNREFUSED" "$log"
    "$bin/echo-udp-server" --port "$server_port" --quiet >server.log 3>&- &
    started+=("$!")
    within 5 grep -q ^listening server.log
    printf six >&"$fd"
    [[ $(run_timed 5 dd bs=3 count=1 status=none <&"$fd") == six ]]
    end_relay
    [[ $(told failed) -ge 1 && $(told answered) -eq 2 ]]
    exec {fd}>&-
}

@test "relay udp: addresses above the limit are refused, the silent make room" {
    start_path --max-connections 2 --timeout 1
    for i in 1 2 3; do
        exec {fd}<>"/dev/udp/127.0.0.1/$port"
        printf %s "$i" >&"$fd"
        [[ $i == 3 ]] || [[ $(run_timed 5 dd bs=1 count=1 status=none <&"$fd") == "$i" ]]
        eval "fd$i=$fd"
    done
    # The third asks until the others are forgotten.
    echo "$fd1 $fd2 $fd3"
    within 10 eval 'printf 4 >&"$fd3" && timeout 0.2 dd bs=1 count=1 status=none <&"$fd3" >back; [[ $(<back) == 4 ]]'
    end_relay
    [[ $(told clients) -eq 3 && $(told refused) -ge 1 && $(told local_drops) -eq 0 ]]
    within 5 grep -qx "refused full=$(told refused)" "$log"
    for fd in "$fd1" "$fd2" "$fd3"; do exec {fd}>&-; done
}

@test "relay udp: two relays that send to each other come to rest" {
    start_server echo-udp-server --quiet
    stop_pid "$pid"
    server_port=$port
    start_relay --max-connections 20
    one=$relay one_log=$log one_port=$port
    start_server echo-relay --quiet --transport udp --to "127.0.0.1:$one_port" --max-connections 20
    two=$pid
    stop_pid "$two"
    "$bin/echo-relay" --quiet --transport udp --port "$server_port" --to "127.0.0.1:$one_port" \
        --max-connections 20 >two.log 3>&- &
    started+=("$!")
    two=$!
    within 5 grep -q ^listening two.log
    exec {fd}<>"/dev/udp/127.0.0.1/$one_port"
    printf hello >&"$fd"
    exec {fd}>&-
    kill -TERM "$two"
    wait "$two"
    stop_pid "$one"
    within 5 grep -q ^relayed "$one_log"
    cat two.log "$one_log"
    # Each datagram has a new address at each turn, of which there are 20.
    for log in two.log "$one_log"; do
        line=$(grep ^relayed "$log")
        [[ $(told received) -le 21 && $(told clients) -le 20 ]]
    done
}

@test "relay udp: junk of any length harms nobody, and only loopback hears it" {
    need_netns
    need socat
    cat >inside <<'END'
ip addr add 192.0.2.1/32 dev lo
bin=$1
start() {
    mkfifo "ready$1"
    "$bin/$2" --port 0 --quiet "${@:3}" >"ready$1" 3>&- &
    pid=$!
    exec 5<"ready$1"
    read -r -t 10 -u 5 line || exit 9
    port=${line##*:}
    cat <&5 >"log$1" 3>&- &
}
start server echo-udp-server
server=$pid to=$port
for ip in 127.0.0.1 192.0.2.1; do
    start "$ip" echo-relay --transport udp --to "127.0.0.1:$to" --ip "$ip" --loss 0.1
    head -c 1500000 /dev/urandom >noise
    for size in 1 3 47 48 49 1000 1472 1473 65507; do
        socat -u -b "$size" "OPEN:noise,readbytes=$((size * 20))" "UDP-SENDTO:$ip:$port" || exit 8
    done
    socat -u OPEN:/dev/null "UDP-SENDTO:$ip:$port,shut-null"
    "$bin/echo-rate" --transport udp --ip "$ip" --port "$port" --messages 60 --timeout 0.05 \
        --record "out$ip" --quiet || exit 7
    kill "$pid"
    wait "$pid" || exit 6
done
kill "$server"
wait
END
    run in_netns timeout -k 2 60 bash inside "$bin"
    expect_status 0
    for ip in 127.0.0.1 192.0.2.1; do
        line=$(grep ^relayed "log$ip")
        echo "$line"
        [[ $(told received) -gt 150 ]]
        [[ $(grep -c ',ok,' "out$ip/messages.csv") -ge 30 ]]
    done
    [[ $(told refused) -gt 100 && $(told clients) -eq 2 ]]
}

@test "relay udp: SIGTERM ends it with the counts, and what is under way" {
    start_path --delay-ms 5000
    exec {fd}<>"/dev/udp/127.0.0.1/$port"
    for i in 1 2 3; do printf %s "$i" >&"$fd"; done
    within 5 grep -q 'relayed!$' "$log"
    end_relay
    [[ $(told received) -ge 1 && $(told received) -le 3 && $(told on_path) -eq $(told received) && $(told forwarded) -eq 0 ]]
    exec {fd}>&-
}

@test "relay udp: what only datagrams can suffer is refused for TCP" {
    for option in '--loss 0.1' '--duplicate 0.1' '--reorder 0.1' '--log x.csv' '--served x.csv' \
        '--queue-kb 9' '--timeout 9' --plain '--max-packets 9'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr run_timed 5 "$bin/echo-relay" --port 0 $option
        expect_error 2 usage
    done
    run --separate-stderr run_timed 5 "$bin/echo-relay" --port 0 --transport sctp
    expect_error 2 usage
    [[ ! -e x.csv ]]
}
