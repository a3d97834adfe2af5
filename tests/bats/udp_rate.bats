#!/usr/bin/env bats
# echo-rate over UDP: what was lost is exactly what the others say was lost.

load helper

# rate ARG...: a test of the server on $port; $counts is its line of counts,
# the record is in out/.
rate() {
    rm -rf out
    run --separate-stderr run_timed 60 "$bin/echo-rate" --transport udp \
        --ip 127.0.0.1 --port "$port" --record out --machine "$@"
    counts=$(grep ^counts <<<"$output") || true
    echo "$counts"
}

# counted NAME: one number of that line.
counted() {
    local rest=${counts#* "$1"=}
    echo "${rest%% *}"
}

# keys COLUMN VALUE FILE: "conn,seq" of the rows with that value, sorted.
keys() {
    awk -F, -v c="$1" -v v="$2" 'NR > 1 && $c == v { print $1 "," $2 }' "$3" |
        sort -u
}

# Rows are whole: seq without gaps, in order, for each connection.
whole_record() {
    awk -F, 'NR > 1 { if ($2 != next_seq[$1]++) exit 1; rows++ }
             $9 == "ok" && ($10 < 1 || $6 != $5 - $4) { exit 1 }
             $9 == "lost" && ($5 != "" || $10 != 0) { exit 1 }
             END { exit rows != want }' want="$(counted intended)" out/messages.csv
}

@test "udp rate: nothing lost, nothing odd, on one connection and on many" {
    start_server echo-udp-server --quiet
    rate --messages 5000 --timeout 1
    expect_status 0
    [[ $counts == *'intended=5000 connected=1 broken=0 plain=0 ok=5000 '* ]]
    [[ $counts == *' duplicated=0 reordered=0 unmatched=0 local_drops=0' ]]
    whole_record
    [[ $(wc -l <out/connections.csv) -eq 2 ]]
    [[ $(<out/unmatched.csv) == conn,seq,received_ns,reason ]]
    rate --messages 5000 --timeout 1 --connections 30
    expect_status 0
    [[ $counts == *'intended=5000 connected=30 broken=0 plain=0 ok=5000 '* ]]
    whole_record
    [[ $(wc -l <out/connections.csv) -eq 31 ]]
}

@test "udp rate: sizes from the header to the longest datagram" {
    start_server echo-udp-server --quiet
    clients=()
    for size in 48 49 1472 1473 65507; do # at once: each waits for what is late
        run_timed 60 "$bin/echo-rate" --transport udp --ip 127.0.0.1 --port "$port" \
            --messages 20 --timeout 2 --length "$size" --machine >"said.$size" 3>&- &
        clients+=("$!")
    done
    for client in "${clients[@]}"; do wait "$client"; done
    for size in 48 49 1472 1473 65507; do grep -q '^counts .* ok=20 ' "said.$size"; done
    for size in 1 47 65508; do
        rate --messages 20 --length "$size"
        expect_error 2 usage
    done
    rate --timeout -1
    expect_error 2 usage
}

@test "udp rate: what was lost on purpose is what is missing, one by one" {
    for p in 0 0.01 0.2 1; do
        rm -f injected.csv
        start_server echo-udp-server --quiet --loss "$p" --seed 11 --log injected.csv
        messages=2000
        [[ $p == 0.2 ]] && messages=300
        [[ $p == 1 ]] && messages=40
        rate --messages "$messages" --connections 60 --timeout 0.3
        if [[ $p == 1 ]]; then expect_error 4 no-answer; else expect_status 0; fi
        stop_pid "$pid"
        whole_record
        keys 4 drop injected.csv >injected
        keys 9 lost out/messages.csv >measured
        diff injected measured
        [[ $(counted lost) -eq $(wc -l <injected) ]]
        [[ $(counted ok) -eq $((messages - $(wc -l <injected))) ]]
    done
    [[ $(counted ok) -eq 0 ]]
}

@test "udp rate: answers that come twice are counted, one by one" {
    start_server echo-udp-server --quiet --duplicate 0.1 --reorder 0.1 \
        --log injected.csv
    rate --messages 500 --timeout 0.5
    expect_status 0
    stop_pid "$pid"
    keys 4 duplicate injected.csv >injected
    keys 10 2 out/messages.csv >measured
    [[ -s measured ]]
    diff injected measured
    [[ $(counted ok) -eq 500 && $(counted duplicated) -eq $(wc -l <injected) ]]
}

@test "udp rate: a firewall that drops every tenth, and one that throws dice" {
    need_netns
    need nft
    cat >inside <<'END'
bin=$1
mkfifo ready
"$bin/echo-udp-server" --port 0 --quiet >ready 3>&- &
server=$!
exec 5<ready
read -r -t 10 -u 5 line || exit 9
port=${line##*:}
nft add table inet t
nft 'add chain inet t in { type filter hook input priority 0; }'
# Messages are 1000 bytes; the hello is shorter and passes.
nft "add rule inet t in udp dport $port udp length 1008 numgen inc mod 10 0 counter drop"
"$bin/echo-rate" --transport udp --ip 127.0.0.1 --port "$port" --messages 500 \
    --window 20 --timeout 0.3 --record tenth --quiet || exit 8
nft list chain inet t in >tenth/rules
nft flush chain inet t in
for way in dport sport; do
    nft "add rule inet t in udp $way $port udp length 1008 numgen random mod 100 < 20 counter drop"
done
"$bin/echo-rate" --transport udp --ip 127.0.0.1 --port "$port" --messages 400 \
    --connections 40 --timeout 0.3 --record dice --quiet || exit 7
nft list chain inet t in >dice/rules
kill "$server"
wait
END
    run in_netns timeout -k 2 60 bash inside "$bin"
    expect_status 0
    [[ $(grep -c ',lost,' tenth/messages.csv) -eq 50 ]]
    awk -F, 'NR > 1 && ($9 == "lost") != ($2 % 10 == 0) { exit 1 }' tenth/messages.csv
    grep -q 'counter packets 50 ' tenth/rules
    dropped=$(sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' dice/rules |
        awk '{ sum += $1 } END { print sum }')
    lost=$(grep -c ',lost,' dice/messages.csv)
    echo "dropped $dropped, lost $lost"
    [[ $dropped -gt 80 && $lost -eq $dropped ]]
}

# serve_datagrams COMMAND: a peer that answers each datagram with what COMMAND
# makes of it.  Sets $port.
serve_datagrams() {
    start_server echo-udp-server --quiet # for a port that is free
    stop_pid "$pid"
    socat -t 2 "UDP4-RECVFROM:$port,bind=127.0.0.1,fork" SYSTEM:"$1" >socat.log 2>&1 3>&- 4>&- &
    started+=($!)
    within 5 grep -q ":$(printf %04X "$port") " /proc/net/udp
}

@test "udp rate: socat as a plain peer, a datagram at a time or a session" {
    need socat
    serve_datagrams cat
    # One at a time: socat mixes up what comes for two while it forks.
    rate --messages 30 --timeout 1
    expect_status 0
    [[ $counts == *' plain=1 ok=30 '* ]]
    need_netns
    cat >inside <<'END'
socat -T 1 UDP4-LISTEN:7,fork EXEC:cat >socat.log 2>&1 3>&- 4>&- &
peer=$!
for i in {1..100}; do
    "$1/echo-rate" --transport udp --ip 127.0.0.1 --port 7 --messages 50 \
        --timeout 1 --machine >said && break
    sleep 0.05
done
kill "$peer"
grep ' plain=1 ok=50 ' said || exit 7
END
    run in_netns timeout -k 2 30 bash inside "$bin"
    expect_status 0
}

@test "udp rate: changed bytes are corrupt, broken headers match nothing" {
    need socat
    serve_datagrams "sed 's/00000\$/0000x/'"
    rate --messages 5 --timeout 1
    expect_error 8 echo-differs
    [[ $(counted corrupt) -eq 5 ]]
    echo "sed 's/^.*00000\$/x&/'" >peer.sh
    serve_datagrams 'sh peer.sh'
    rate --messages 3 --timeout 0.1
    expect_error 4 no-answer
    [[ $(counted lost) -eq 3 && $(counted unmatched) -eq 3 ]]
    [[ $(grep -cE '^0,,[0-9]+,malformed$' out/unmatched.csv) -eq 3 ]]
}

@test "udp rate: an answer of another run is stale, never an echo" {
    need socat
    printf EL1Q00000000000000bb00000000000000000003ebb143a1 >stale
    serve_datagrams "cat >now; case \$(wc -c <now) in 48) cat now;; *) cat stale;; esac"
    rate --messages 3 --timeout 0.1 --length 100
    expect_error 4 no-answer
    [[ $(counted lost) -eq 3 ]]
    [[ $(grep -cE '^0,3,[0-9]+,stale$' out/unmatched.csv) -eq 3 ]]
}

@test "udp rate: late answers are late, and as far behind as they are" {
    need socat
    # Message 5 is held back until message 6 is answered, which is not sent
    # before Tmax has gone by; the last one until 5 is answered.
    cat >peer.sh <<'END'
m=$(cat)
seq=$(printf %s "$m" | cut -c 29-40)
case $seq in
000000000005) until [ -e 000000000006 ]; do sleep 0.01; done && sleep 0.05 ;;
000000000039) until [ -e 000000000005 ]; do sleep 0.01; done && sleep 0.05 ;;
esac
printf %s "$m"
: >"$seq"
END
    serve_datagrams "sh peer.sh"
    rate --messages 40 --timeout 0.5
    expect_status 0
    [[ $(counted late) -eq 1 && $(counted ok) -eq 39 && $(counted reordered) -eq 1 ]]
    awk -F, '$2 == 5 { at = $5; by = $11; what = $9 }
             { received[$2] = $5 }
             END {
                 for (seq = 6; seq < 40; seq++) n += received[seq] < at
                 exit !(what == "late" && by == n && n > 0)
             }' out/messages.csv
}

@test "udp rate: messages too long for the server are told as such" {
    start_server echo-udp-server --quiet --max-message 1472
    for length in 1472 1473; do
        run --separate-stderr run_timed 30 "$bin/echo-rate" --transport udp --port "$port" \
            --length "$length" --messages 2 --timeout 0.1
        if ((length == 1472)); then expect_status 0; else expect_error 4 no-answer; fi
    done
    [[ $output == *'none came back, but the hello of 48 bytes did'* ]]
    stop_pid "$pid"
    echo 000102030405060708090a0b0c0d0e0f >key
    server_input=key start_server echo-udp-server --quiet --max-message 1472 --key-from-stdin
    run --separate-stderr run_timed 30 "$bin/echo-rate" --transport udp --port "$port" \
        --length 1473 --messages 2 --timeout 0.1 --key-from-stdin <key
    expect_error 4 no-answer
    [[ $output == *'none came back, but the hello of 64 bytes did'* ]]
}

@test "udp rate: a port that nobody has is refused before any load" {
    start_server echo-udp-server
    stop_pid "$pid"
    rate --messages 3
    expect_error 3 connect-refused
}

@test "udp rate: a server that goes is refused messages, and the end" {
    start_server echo-udp-server --quiet
    (sleep 0.5 && kill "$pid") 3>&- &
    rate --duration 20 --timeout 0.1 --connections 3
    expect_error 4 server-gone
    [[ $(counted refused) -gt 10 && $(counted lost) -le 3 ]]
    grep -q ',refused,0,0,ECONNREFUSED$' out/messages.csv
    whole_record
}

@test "udp rate: Ctrl-C keeps a whole record" {
    start_server echo-udp-server --quiet --loss 0.2
    "$bin/echo-rate" --transport udp --ip 127.0.0.1 --port "$port" --timeout 5 \
        --connections 9 --record out --machine >said 3>&- &
    client=$!
    within 5 grep -q progress said
    kill -TERM "$client"
    status=0
    wait "$client" || status=$?
    cat said
    expect_status 143
    counts=$(grep ^counts said)
    [[ $(counted aborted) -gt 0 && $(counted lost) -eq 0 ]]
    whole_record
}

# A client that is kept from reading while 600 kB come for it.
@test "udp rate: what our own socket has no room for is told as a local loss" {
    need socat
    cat >peer.sh <<'END'
cat >message
cat message
[ "$(wc -c <message)" -eq 48 ] && exit
sleep 0.5
head -c 6000000 /dev/zero
END
    serve_datagrams 'sh peer.sh'
    "$bin/echo-rate" --transport udp --ip 127.0.0.1 --port "$port" --messages 1 \
        --timeout 1 --record out --machine >said 3>&- 4>&- &
    client=$!
    within 5 grep -q 'messages=1 ' said
    kill -STOP "$client"
    sleep 1
    kill -CONT "$client"
    wait "$client"
    counts=$(grep ^counts said)
    echo "$counts"
    [[ $(counted ok) -eq 1 && $(counted local_drops) -gt 0 ]]
    [[ $(counted unmatched) -gt 0 ]]
    [[ $(grep -c ,malformed out/unmatched.csv) -eq $(counted unmatched) ]]
}

@test "udp rate: no answer at all ends with 4, unless all was to be lost" {
    start_server echo-udp-server --quiet --loss 1
    rate --rate 1000 --messages 20 --timeout 0.1
    expect_error 4 no-answer
    [[ $(counted lost) -eq 20 ]]
    whole_record
    echo '{"version": 1, "name": "none", "transport": "udp", "messages": 20,
           "rate_per_s": 1000, "timeout_s": 0.1, "loss": {"p": 1}}' >none.json
    run run_timed 20 "$bin/harness" run none.json --out results
    expect_status 0
    [[ $output == *' 0 ok, 20 failed'* ]]
    # Of 0.99 too, when these are all that was lost.
    run run_timed 20 "$bin/harness" run none.json --out results \
        --set loss.p=0.99 --set messages=3 --set seed=1 --set timeout_s=0.5
    expect_status 0
    [[ $output == *' 0 ok, 3 failed'* ]]
    # A little loss on purpose does not explain a server that is stuck.
    run run_timed 20 "$bin/harness" run none.json --out results \
        --set loss.p=0.01 --set target.launch=none --set target.port="$port"
    expect_status 4
    [[ $output == *'(no-answer) '* ]]
    # The same from a server that runs already: nobody asked for it.
    sed -i "s/, \"loss\".*}}/}/" none.json
    run run_timed 20 "$bin/harness" run none.json --out results \
        --set target.launch=none --set target.port="$port"
    expect_status 4
    [[ $output == *'(no-answer) '* ]]
}
