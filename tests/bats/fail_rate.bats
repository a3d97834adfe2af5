#!/usr/bin/env bats
# echo-fail-rate: what fails is the data, and the test goes on.

load helper

# Each connection's rows are numbered without gaps, and as many as intended.
whole_record() {
    awk -F, 'NR > 1 { if ($2 != next_seq[$1]++) exit 1; rows++ }
             END { exit rows != want }' want="$(counted intended)" out/messages.csv
}

counted() {
    local rest=${counts#* "$1"=}
    echo "${rest%% *}"
}

# test_server ARG...: starts the client in the background; $client.
test_server() {
    "$bin/echo-fail-rate" --ip 127.0.0.1 --port "$port" --record out --machine \
        "$@" >said 2>errors 3>&- 4>&- &
    client=$!
}

# The client ends with code 0; its counts are in $counts.
finish() {
    status=0
    wait "$client" || status=$?
    cat said errors
    expect_status 0
    counts=$(grep ^counts said)
    whole_record
}

# restart PROGRAM ARG...: a server on the same port, as soon as it is free.
restart() {
    "$bin/$1" --port "$port" --quiet "${@:2}" >again 2>&1 3>&- 4>&- &
    started+=($!)
    within 5 grep -q ^listening again
}

@test "fail rate: a TCP server that is killed and comes back" {
    start_server echo-server --quiet
    test_server --duration 3 --connections 3
    within 5 grep -q progress said
    kill -KILL "$pid"
    within 5 has_ended "$pid"
    sleep 0.5
    restart echo-server
    finish
    # Before and after it was gone there are echoes, between there are none.
    [[ $(counted ok) -gt 100 && $(counted refused) -ge 9 ]]
    broken=$(($(counted reset) + $(counted eof)))
    [[ $broken -ge 1 && $broken -le 6 ]]
    grep -q ',refused,0,0,ECONNREFUSED$' out/messages.csv
    last=$(grep ,refused, out/messages.csv | cut -d , -f 4 | sort -n | tail -n 1)
    awk -F, -v last="$last" '$9 == "ok" { before += $4 < last; after += $4 > last }
             END { exit !(before && after) }' out/messages.csv
    # Attempts of one connection are ever further apart: 10, 20, 40 ms...
    awk -F, '$1 == 0 && $9 == "refused" && n++ { gap[n] = ($4 - at) / 1e6 }
             $1 == 0 { at = $4 }
             END { exit !(n >= 3 && gap[3] > 1.5 * gap[2]) }' out/messages.csv
    # A line for each connection that there was, and each attempt.
    [[ $(grep -c ',refused,' out/connections.csv) -eq $(counted refused) ]]
    [[ $(counted connected) -ge 6 ]]
}

@test "fail rate: one connection, a server that never comes back" {
    start_server echo-server --quiet
    test_server --duration 1.5
    within 5 grep -q progress said
    stop_pid "$pid"
    finish
    [[ $(counted ok) -gt 0 && $(counted refused) -ge 4 ]]
}

@test "fail rate: what an open loop was to send to a server that is gone has failed" {
    start_server echo-server --quiet
    test_server --duration 2 --rate 1000 --connections 2
    within 5 grep -q progress said
    stop_pid "$pid"
    finish
    # A row for each message that was due, besides those for the attempts to
    # connect: what was not sent shares the fate of the connections.
    [[ $(counted refused) -gt 0 && $(counted local_limit) -eq 0 ]]
    first=$(sed -n '2{s/,[^,]*,\([^,]*\),.*/,\1/;s/.*,//;p}' out/messages.csv)
    awk -F, -v first="$first" 'NR > 1 && ($3 - first) % 1000000 == 0 && !seen[$3]++ { due++ }
        NR > 1 && $4 == "" { unsent++; failed += $9 != "ok" && $9 != "local_limit" }
        END { print due, unsent; exit due != 2000 || !unsent || failed != unsent }' out/messages.csv
}

@test "fail rate: a server that closes after each echo is connected again" {
    start_server echo-simple-server --quiet
    test_server --messages 20 --connections 2
    finish
    [[ $(counted intended) -eq 20 && $(counted ok) -ge 8 ]]
    [[ $(counted connected) -ge 8 ]]
}

# What waits to be accepted is two connections at most: the next get no answer.
@test "fail rate: while it waits for a connection it does not stand still" {
    start_server echo-server --quiet --listen 1
    test_server --duration 2.5 --timeout 0.05
    within 5 grep -q progress said
    kill -STOP "$pid"
    finish
    kill -CONT "$pid"
    [[ $(grep -c '^[0-9]*,[0-9]*,,timeout,' out/connections.csv) -ge 1 ]]
    awk -F '[ ,]' 'FNR == NR { if ($1 == "gap") from[$2]; next } $4 == "timeout" && $2 in from { print; exit 1 }' \
        said out/connections.csv
}

# On loopback each message to a port that nobody has is refused, and which one
# is told: what is lost was under way when the server ended.
@test "fail rate: over UDP each refused message is told as refused" {
    for more in '--window 8' '--rate 5000 --connections 3'; do
        rm -rf out
        start_server echo-udp-server --quiet
        # shellcheck disable=SC2086 # two words
        test_server --transport udp --timeout 0.1 --duration 1.2 $more
        within 5 grep -q progress said
        stop_pid "$pid"
        finish
        [[ $(counted refused) -gt 0 ]]
        awk -F, '$9 == "refused" && !($1 in since) { since[$1] = $2 }
            ($1 in since) && $9 != "refused" { print; exit 1 }' out/messages.csv
    done
}

@test "fail rate: a UDP server that is killed and comes back" {
    start_server echo-udp-server --quiet
    test_server --transport udp --timeout 0.05 --duration 3.5 --connections 2
    within 5 grep -q progress said
    kill -KILL "$pid"
    within 5 has_ended "$pid"
    sleep 1.5 # echo-rate would have given up
    restart echo-udp-server
    finish
    [[ $(counted ok) -gt 100 && $(counted refused) -gt 100 ]]
    last=$(grep ,refused, out/messages.csv | cut -d , -f 4 | sort -n | tail -n 1)
    awk -F, -v last="$last" '$9 == "ok" && $4 > last { after++ }
             END { exit !after }' out/messages.csv
}

@test "fail rate: the success share is told while it runs" {
    start_server echo-udp-server --quiet --loss 0.2
    run --separate-stderr run_timed 10 "$bin/echo-fail-rate" --transport udp \
        --ip 127.0.0.1 --port "$port" --timeout 0.01 --duration 2.2
    expect_status 0
    [[ $(grep -cE '^ +[12] s  success [5-7][0-9]\.[0-9]{4} %  \([0-9]+ of [0-9]+\)$' <<<"$output") -ge 2 ]]
}

@test "fail rate: a server that is not there is an error, an argument too" {
    run --separate-stderr run_timed 5 "$bin/echo-fail-rate" --ip 127.0.0.1 --port 1
    expect_error 3 connect-refused
    run --separate-stderr run_timed 5 "$bin/echo-fail-rate" --transport sctp
    expect_error 2 usage
    : >file
    start_server echo-server --quiet
    run --separate-stderr run_timed 5 "$bin/echo-fail-rate" --ip 127.0.0.1 \
        --port "$port" --record file
    expect_error 5 results-write
}
