#!/usr/bin/env bats
# echo-rate with --rate and with --window: what is sent when, and what the
# record says of it.  How long an echo takes is nothing to these tests.

load helper

# rate ARG...: a test of the server on $port; the record is in out/.
rate() {
    rm -rf out
    run --separate-stderr run_timed 60 "$bin/echo-rate" --ip 127.0.0.1 \
        --port "$port" --record out --machine "$@"
    counts=$(grep ^counts <<<"$output") || true
    echo "$counts"
}

# counted NAME: one number of the line of counts.
counted() {
    local rest=${counts#* "$1"=}
    echo "${rest%% *}"
}

# whole_record: rows are gap-free for each connection, as many as intended, and
# nothing was sent before it was due.
whole_record() {
    awk -F, 'NR > 1 { if ($2 != next_seq[$1]++ || ($4 != "" && $4 < $3)) { print; exit 1 } rows++ }
             END { exit rows != want }' want="$(counted intended)" out/messages.csv
}

# schedule: when messages were due, from the first one on.
schedule() {
    sort -t, -k3,3n out/messages.csv | awk -F, '$1 != "conn" {
        if (!n++) first = $3
        printf "%d\n", $3 - first }'
}

@test "open loop: every message of the duration, each due at its time" {
    start_server echo-server --quiet
    rate --rate 500 --duration 1
    expect_status 0
    [[ $(counted intended) -eq 500 && $(counted ok) -eq 500 ]]
    [[ $counts == *' offered=500.000 '* ]]
    whole_record
    schedule >due
    seq 0 2000000 998000000 | diff - due
}

@test "open loop: connections take turns, over UDP as well" {
    start_server echo-server --quiet --model epoll
    rate --rate 1000 --messages 500 --connections 5
    expect_status 0
    [[ $(counted ok) -eq 500 ]]
    whole_record
    [[ $(cut -d, -f1 out/messages.csv | sort | uniq -c | grep -c ' 100 ') -eq 5 ]]
    start_server echo-udp-server --quiet
    rate --transport udp --rate 1000 --messages 500 --connections 5 --timeout 1
    expect_status 0
    [[ $(counted intended) -eq 500 ]]
    whole_record
    schedule >due
    seq 0 1000000 499000000 | diff - due
}

@test "open loop: poisson arrivals follow the seed" {
    start_server echo-server --quiet
    for seed in 7 7 8; do
        rate --rate 4000 --messages 400 --arrival poisson --seed "$seed"
        expect_status 0
        whole_record
        schedule >due
        [[ ! -e "due.$seed" ]] || cmp due "due.$seed"
        mv due "due.$seed"
    done
    not cmp -s due.7 due.8
    [[ $(sort -un due.7 | wc -l) -gt 390 ]]
}

@test "open loop: it sends though nothing comes back" {
    start_server echo-udp-server --quiet --loss 0.3 --loss-direction forward --log lost.csv
    rate --transport udp --rate 1000 --messages 600 --timeout 0.3
    expect_status 0
    [[ $(counted intended) -eq 600 ]]
    whole_record
    stop_pid "$pid" # its log is whole then
    diff <(awk -F, '$4 == "drop" { print $1 "," $2 }' lost.csv | sort) \
        <(awk -F, '$9 == "lost" { print $1 "," $2 }' out/messages.csv | sort)
    [[ $(counted lost) -gt 100 ]]
}

@test "open loop: a rate that cannot be kept is told" {
    start_server echo-server --quiet --model epoll
    rate --rate 5000000 --duration 0.05 --connections 3
    expect_status 0
    [[ $(counted degraded) -eq 1 && $(counted offered) == 5000000.000 ]]
    # Each message of the schedule is a row, at its time, sent or not.
    [[ $(counted intended) -eq 250000 && $(counted local_limit) -gt 0 ]]
    [[ $(grep -c ',,,,1000,0,local_limit,0,0,$' out/messages.csv) -eq $(counted local_limit) ]]
    whole_record
    schedule >due
    seq 0 200 49999800 | diff -q - due
    run --separate-stderr run_timed 30 "$bin/echo-rate" --ip 127.0.0.1 \
        --port "$port" --rate 10000000 --duration 0.3
    [[ $output == *'open loop'*'offered     1e+07 /s, achieved '*degraded*'never sent  '*' of 3000000 messages'* ]]
    [[ $output == *service*response* ]]
}

# Who listens ends with the first hello: the load finds nobody.
@test "open loop: what was due when no connection could be made has failed" {
    # shellcheck disable=SC2016 # the peer's own
    start_peer 'listener=$(cut -d " " -f 4 "/proc/$PPID/stat"); kill -KILL "$listener"
        while grep -qs "^State:[[:space:]]*[^ZX]" "/proc/$listener/status"; do sleep 0.02; done
        greet; swallow' swallow
    rate --rate 1000 --duration 0.5 --connections 2
    expect_error 3 connect-some
    [[ $(counted intended) -ge 1 && $(counted refused) -eq $(counted intended) ]]
    whole_record
}

# rows_over COLUMN-A COLUMN-B: rows with more than 0.2 s between the two.
rows_over() {
    awk -F, -v a="$1" -v b="$2" '$9 == "ok" && $a - $b > 2e8 { n++ } END { print n + 0 }' out/messages.csv
}

# A server and, in another run, a client stand still for a second.
@test "open loop: a server that stops shows in both times, a client in one" {
    local runs=() client n
    for n in 1 2; do
        start_server echo-server --quiet
        "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --record "out$n" \
            --machine --rate 1000 --duration 2.5 >"said$n" 3>&- &
        runs+=("$!")
        ((n == 2)) || stopped=$pid
    done
    within 10 grep -q 'messages=[1-9]' said1
    within 10 grep -q 'messages=[1-9]' said2
    kill -STOP "$stopped" "${runs[1]}"
    sleep 1
    kill -CONT "$stopped" "${runs[1]}"
    for client in "${runs[@]}"; do
        wait "$client"
    done
    for n in 1 2; do
        rm -rf out && mv "out$n" out
        counts=$(grep ^counts "said$n")
        echo "$counts: $(rows_over 5 4) rows by sending, $(rows_over 5 3) by schedule"
        [[ $(counted ok) -eq 2500 ]]
        whole_record
        [[ $(rows_over 5 3) -gt 100 ]]
        ((n == 2)) || [[ $(rows_over 5 4) -gt 100 ]]
        ((n == 1)) || [[ $(rows_over 5 4) -lt $(($(rows_over 5 3) / 2)) && $(counted gaps) -ge 1 ]]
    done
}

# Message k waits for the echo of message k - 8; the first 8 wait for nothing.
@test "window: as many in flight as it says, and no more" {
    start_server echo-server --quiet
    for more in '' '--buffer 5000' '--busy-poll'; do
        # shellcheck disable=SC2086 # two words
        rate --window 8 --messages 3000 $more
        expect_status 0
        [[ $(counted ok) -eq 3000 ]]
        whole_record
        awk -F, 'NR > 1 { sent[$2] = $4; back[$2] = $5 }
                 END { for (k = 1; k < 8; k++) if (sent[k] > back[0]) exit 1
                       for (k = 8; k < 3000; k++) if (sent[k] < back[k - 8]) exit 1 }' out/messages.csv
    done
    start_server echo-udp-server --quiet
    rate --transport udp --window 8 --messages 3000 --timeout 1
    expect_status 0
    [[ $(counted intended) -eq 3000 ]]
    whole_record
}

@test "window: large messages on many connections" {
    start_server echo-server --quiet --model epoll
    rate --window 4 --messages 300 --connections 5 --length 300000
    expect_status 0
    [[ $(counted ok) -eq 300 ]]
    whole_record
}

@test "window: one wrong byte is one corrupt message" {
    start_peer 'greet; swallow' 'rest; changed "s/.\$/x/"; one; one; one; swallow'
    rate --window 3 --messages 5
    expect_error 8 echo-differs
    [[ $(counted ok) -eq 4 && $(counted corrupt) -eq 1 ]]
    [[ $(awk -F, '$9 == "corrupt" { print $2 }' out/messages.csv) -eq 1 ]]
}

# It leaves when it has the messages that were sent for its two echoes.
@test "window: what is in flight when the peer leaves fails together" {
    start_peer 'greet; swallow' 'rest; one; dd bs=4000 count=1 iflag=fullblock status=none >/dev/null'
    rate --window 4 --messages 100
    expect_error 4 server-gone
    [[ $(counted ok) -eq 2 && $(($(counted eof) + $(counted reset))) -eq 4 ]]
    whole_record
}

@test "loops: what does not go together is refused" {
    port=9
    for args in '--rate 5 --window 2' '--arrival poisson' '--window 2 --length 47' \
        '--rate 5 --length 47' '--rate 5 --reconnect' '--rate 0' '--rate -1' \
        '--rate 1e3' '--window 0' '--arrival x' '--rate 10000001'; do
        # shellcheck disable=SC2086 # words
        rate $args
        expect_error 2 usage
    done
}
