#!/usr/bin/env bats
# echo-rate: the record, the counts, and peers that are not what they should be.
# shellcheck disable=SC2016,SC2317 # scripts of peers; functions that run calls
load helper

# rate [ARG]...: echo-rate at $port, for `run`.
rate() {
    run_timed 30 "$bin/echo-rate" --ip 127.0.0.1 --port "$port" "$@"
}

# count NAME: a number of the counts line in $output.
count() {
    sed -n "s/^counts .*\b$1=\([0-9]*\).*/\1/p" <<<"$output"
}

# expect_rows DIR: the record is whole rows of 12 fields, per connection gap-free
# from 0; rows = intended = the sum over outcomes, each as counted.
expect_rows() {
    local outcome
    [[ $(head -n 1 "$1/messages.csv") == conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes,bytes_back,outcome,copies,late_by,errno ]]
    [[ -z $(tail -c 1 "$1/messages.csv") ]]
    awk -F, 'NR > 1 && (NF != 12 || $2 != next_seq[$1]++) { print "row " NR ": " $0; bad = 1 }
        END { exit bad }' "$1/messages.csv"
    [[ $(($(wc -l <"$1/messages.csv") - 1)) -eq $(count intended) ]]
    for outcome in ok corrupt late lost timeout refused reset eof unreachable \
        send_error local_limit aborted; do
        echo "$outcome: $(count "$outcome")"
        [[ $(grep -c ",$outcome," "$1/messages.csv") -eq $(count "$outcome") ]]
    done
}

# ---- the record ----

@test "rate: rows = intended = the counts, and times add up" {
    start_server echo-server --quiet
    run --separate-stderr rate --duration 0.5 --machine --record out
    expect_status 0
    expect_rows out
    [ "$(count ok)" -eq "$(count intended)" ]
    [ "$(count connected)" -eq 1 ]
    [ "$(count plain)" -eq 0 ]
    awk -F, 'NR == 1 { next }
        $3 != $4 || $5 - $4 != $6 || $6 <= 0 || $4 < last { print "times: " $0; exit 1 }
        $7 != 1000 || $8 != 1000 || $10 != 1 || $11 != 0 || $12 != "" { print; exit 1 }
        { last = $5 }' out/messages.csv
}

@test "rate: the printed rate is 8 x bytes / time of the record" {
    start_server echo-server --quiet
    run --separate-stderr rate --duration 0.5 --record out --length 500
    expect_status 0
    printed=$(sed -n 's/^  echo rate   \([0-9.]* [kMG]*bit\)\/s .*/\1/p' <<<"$output")
    echo "$output"
    awk -F, -v printed="$printed" 'NR == 2 { first = $4 }
        NR > 1 && $9 == "ok" { bytes += $8; last = $5 }
        END {
            split(printed, part, " ")
            unit["bit"] = 1; unit["kbit"] = 1e3; unit["Mbit"] = 1e6; unit["Gbit"] = 1e9
            mine = 8e9 * bytes / (last - first)
            off = mine / (part[1] * unit[part[2]]) - 1
            print "recomputed: " mine
            # Three digits are printed.
            exit !(off < 0.006 && off > -0.006)
        }' out/messages.csv
    rows=$(($(wc -l <out/messages.csv) - 1))
    [[ $output == *"messages    $(sed ':a; s/\([0-9]\)\([0-9]\{3\}\)\( \|$\)/\1 \2\3/; ta' <<<"$rows") ok, 0 failed"* ]]
}

@test "rate: messages of every kind of length come back whole" {
    start_server echo-server --quiet
    for length in 1 2 47 48 49 1000 1024 65536 3145728; do
        echo "$length:"
        run --separate-stderr rate --length "$length" --messages 5 --machine --record "out$length"
        expect_status 0
        [ "$(count intended)" -eq 5 ]
        expect_rows "out$length"
        [ "$(grep -c ",$length,$length,ok,1,0,$" "out$length/messages.csv")" -eq 5 ]
    done
}

@test "rate: large buffers and large messages" {
    start_server echo-server --quiet --buffer 16777216
    run --separate-stderr rate --length 16777216 --buffer 16777216 --messages 3 --machine
    expect_status 0
    [ "$(count ok)" -eq 3 ]
}

@test "rate: several connections, each with its own sequence" {
    start_server echo-server --quiet
    for connections in 1 2 50; do
        echo "$connections:"
        run --separate-stderr rate --connections "$connections" --duration 0.3 --machine --record "out$connections"
        expect_status 0
        expect_rows "out$connections"
        [ "$(count connected)" -eq "$connections" ]
        [ "$(cut -d , -f 1 "out$connections/messages.csv" | sort -u | wc -l)" -eq $((connections + 1)) ]
        diff <(seq 0 $((connections - 1))) \
            <(tail -n +2 "out$connections/connections.csv" | cut -d , -f 1 | sort -n)
    done
}

@test "rate: connections.csv tells of each connection" {
    start_server echo-server --quiet
    run --separate-stderr rate --connections 3 --messages 30 --machine --record out
    expect_status 0
    [ "$(head -n 1 out/connections.csv)" = conn,connect_start_ns,connect_end_ns,outcome,first_byte_ns,last_byte_ns,retransmits,rtt_us,min_rtt_us,rcv_rtt_us,mss,errno ]
    awk -F, 'NR > 1 && (NF != 12 || $4 != "ok" || $12 != "" || $2 > $3 || $3 > $5 ||
            $5 > $6 || $11 < 500 || $8 <= 0) { print; bad = 1 }
        END { exit bad || NR != 4 }' out/connections.csv
}

@test "rate: --reconnect makes a connection for each message" {
    start_server echo-simple-server --quiet
    run --separate-stderr rate --reconnect --messages 60 --connections 3 --machine --record out
    expect_status 0
    expect_rows out
    [ "$(count ok)" -eq 60 ]
    [ "$(count broken)" -eq 0 ]
    # One that was begun beside the last messages may have had none to send.
    connected=$(count connected)
    [[ $connected -ge 60 && $connected -le 62 ]]
    [ "$(grep -c ',ok,' out/connections.csv)" -eq "$connected" ]
    [ "$(wc -l <out/connections.csv)" -eq $((connected + 1)) ]
    # One more that said hello.
    stop_pid "$pid"
    within 2 grep -q "^served connections=$((connected + 1)) " "$log"
}

@test "rate: --reconnect ends with a row when it cannot connect again" {
    start_server echo-simple-server --quiet
    "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --reconnect --duration 30 --machine \
        --record out >said 2>errors 3>&- 4>&- &
    client=$!
    within 5 grep -q ^progress said
    kill -KILL "$pid"
    status=0
    wait "$client" || status=$?
    output=$(cat said) stderr=$(cat errors)
    expect_error 4 server-gone
    expect_rows out
    [ "$(count broken)" -eq 1 ]
    [[ $(tail -n 1 out/messages.csv) =~ ,(refused|reset|eof), ]]
}

@test "rate: --reconnect is not for UDP, and a simple server needs it" {
    start_server echo-simple-server --quiet
    run --separate-stderr rate --reconnect --transport udp
    expect_error 2 usage
    run --separate-stderr rate --messages 20 --quiet
    expect_error 4 server-gone
    [[ $stderr == *'wants --reconnect; else its log says why'* ]]
}

@test "rate: --messages counts over all connections" {
    start_server echo-server --quiet
    for connections in 1 7; do
        run --separate-stderr rate --connections "$connections" --messages 1000 --duration 0 --machine --record "out$connections"
        expect_status 0
        [ "$(count intended)" -eq 1000 ]
        expect_rows "out$connections"
    done
    run --separate-stderr rate --messages 1 --machine
    [ "$(count ok)" -eq 1 ]
}

@test "rate: a duration of a millisecond is a test too" {
    start_server echo-server --quiet
    run --separate-stderr rate --duration 0.001 --machine --record out
    expect_status 0
    expect_rows out
    [ "$(count ok)" -gt 0 ]
}

@test "rate: progress for a program" {
    start_server echo-server --quiet
    run --separate-stderr rate --duration 0.7 --machine
    expect_status 0
    [ "$stderr" = "" ]
    [ "$(grep -cE '^progress elapsed_ns=[0-9]+ limit_ns=700000000 messages=[0-9]+ limit=0 failed=0 bits_per_s=[1-9][0-9]* rtt_p50_ns=[1-9][0-9]*$' <<<"$output")" -ge 2 ]
    [[ ${lines[-1]} == 'counts intended='* ]]
    [ "$(grep -cvE '^(progress|counts) ' <<<"$output")" -eq 0 ]
}

@test "rate: --quiet says nothing" {
    start_server echo-server --quiet
    run --separate-stderr rate --messages 5 --quiet
    expect_status 0
    [ "$output$stderr" = "" ]
}

@test "rate: a record is never overwritten" {
    start_server echo-server --quiet
    run --separate-stderr rate --messages 5 --record out
    expect_status 0
    cp -r out before
    run --separate-stderr rate --messages 5 --record out
    expect_error 5 results-exist
    [ "$output" = "" ] # nothing was measured: no summary
    diff -r before out
    run --separate-stderr rate --messages 5 --record no/such/folder
    expect_error 5 results-write
}

@test "rate: a name with several addresses is tried in order" {
    need ip
    start_server echo-server --quiet
    # localhost is ::1 first where there is IPv6; the server is on 127.0.0.1.
    run --separate-stderr run_timed 20 "$bin/echo-rate" --port "$port" --messages 5
    expect_status 0
    [[ $output == "127.0.0.1:$port: "* ]]
}

# ---- stops ----

# started_rate [ARG]...: echo-rate in the background, past its first progress.
# Sets $client.
started_rate() {
    : >out.txt # what an earlier one said is no sign of this one
    "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --machine "$@" >out.txt 2>err.txt 3>&- &
    client=$!
    within 10 grep -q ^progress out.txt
}

# ended: waits for $client; sets $status, $output and $stderr like run.
ended() {
    within 10 has_ended "$client"
    status=0
    wait "$client" || status=$?
    output=$(<out.txt)
    stderr=$(<err.txt)
}

@test "rate: Ctrl-C keeps whole rows and ends it by SIGINT" {
    start_server echo-server --quiet
    for connections in 1 5; do
        started_rate --duration 30 --connections "$connections" --record "out$connections"
        kill -INT "$client"
        ended
        expect_status 130
        [ "$stderr" = "" ]
        expect_rows "out$connections"
        [ "$(count ok)" -gt 0 ]
    done
}

@test "rate: SIGTERM and SIGHUP end it by their name" {
    start_server echo-server --quiet
    for signal in TERM:143 HUP:129; do
        started_rate --duration 30 --record "out$signal"
        kill -"${signal%:*}" "$client"
        ended
        expect_status "${signal#*:}"
        expect_rows "out$signal"
    done
}

@test "rate: what is in flight at a stop gets its second, then it is aborted" {
    start_peer 'greet; swallow' swallow
    "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --timeout 60 --machine --record out >out.txt 2>err.txt 3>&- &
    client=$!
    within 5 test -s load
    kill -INT "$client"
    ended
    expect_status 130
    expect_rows out
    [ "$(count aborted)" -eq 1 ]
    [ "$(count intended)" -eq 1 ]
}

@test "rate: a second Ctrl-C does not wait" {
    start_peer 'greet; swallow' swallow
    "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --timeout 60 --connections 2 --machine --record out >out.txt 2>err.txt 3>&- &
    client=$!
    within 5 test -s load
    # Two signals at once may arrive as one.
    within 1 eval 'kill -INT "$client" 2>/dev/null; has_ended "$client"'
    ended
    expect_status 130
    expect_rows out
    [ "$(count aborted)" -eq "$(count intended)" ]
}

@test "rate: a stop while it still greets ends it at once" {
    start_peer ': >said_hello; swallow' swallow
    "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --record out >out.txt 2>err.txt 3>&- &
    client=$!
    within 5 test -e said_hello
    kill -TERM "$client"
    within 2 has_ended "$client"
    [ ! -e out ]
}

@test "rate: a rain of signals it does not know changes nothing" {
    start_server echo-server --quiet
    "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --duration 0.5 --machine --record out >out.txt 2>err.txt 3>&- &
    client=$!
    while kill -WINCH "$client" 2>/dev/null && ! has_ended "$client"; do :; done
    ended
    expect_status 0
    expect_rows out
    [ "$(count ok)" -eq "$(count intended)" ]
}

# ---- our server fails ----

@test "rate: a server that is killed ends the test with what there is" {
    for connections in 1 4; do
        start_server echo-server --quiet
        started_rate --duration 30 --connections "$connections" --record "out$connections"
        kill -KILL "$pid"
        ended
        expect_error 4 server-gone
        expect_rows "out$connections"
        [ "$(count broken)" -eq "$connections" ]
        [ "$(($(count eof) + $(count reset)))" -eq "$connections" ]
    done
}

@test "rate: a server that stands still is a time-out" {
    start_server echo-server --quiet
    started_rate --duration 30 --timeout 0.3 --record out
    kill -STOP "$pid"
    ended
    kill -CONT "$pid"
    expect_error 4 reply-timeout
    expect_rows out
    [ "$(count timeout)" -eq 1 ]
}

@test "rate: a client that is stopped tells it, however short that was" {
    start_server echo-server --quiet
    started_rate --duration 30 --record out
    kill -STOP "$client"
    within 5 grep -q '^State:.*stopped' "/proc/$client/status"
    kill -CONT "$client"
    sleep 0.1
    kill -TERM "$client"
    ended
    expect_status 143
    [ "$(count gaps)" -ge 1 ]
    # It is between the looks at the clock of a message, or of two.
    awk -F '[ ,]' 'FNR == NR { if ($1 == "gap") { from = $2; to = $3 }; next }
        $4 <= to && $5 >= from { n++ } END { exit n < 1 }' out.txt out/messages.csv
}

# A machine that stands still stops nobody: only the clock tells of it.
@test "rate: a client that is held up for 0.2 s tells it, one connection or two, waiting or not" {
    [[ $bin != *san-* ]] || skip "a step of the clock: on programs without a sanitizer"
    start_server echo-server --quiet
    for more in '' '--busy-poll' '--connections 2'; do
        rm -rf held_up
        # shellcheck disable=SC2086 # two words
        LD_PRELOAD=$bin/../tests/step_clock.so STEP_CLOCK=held_up HELD_UP_MS=200 started_rate --duration 30 $more
        touch held_up
        sleep 0.1
        kill -TERM "$client"
        ended
        expect_status 143
        [ "$(count gaps)" -ge 1 ]
    done
}

@test "rate: connections above the server's limit are told" {
    start_server echo-server --quiet --max-connections 3
    run --separate-stderr rate --connections 5 --duration 0.3 --machine --record out
    expect_status 4
    expect_error 4 '(server-gone|connect-some)'
    expect_rows out
    [ "$(wc -l <out/connections.csv)" -eq 6 ]
}

# ---- peers that are not ours ----

@test "rate: a peer that accepts and never answers gets no load" {
    start_peer 'cat >received' swallow
    run --separate-stderr rate --timeout 0.5 --record out
    expect_error 3 hello-timeout
    [ ! -e out ]
    [ ! -e load ]
    [ "$(stat -c %s received)" -eq 44 ] # and the four that were read before
}

@test "rate: a peer that answers something else gets no load" {
    start_peer 'printf "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"; cat >received' swallow
    run --separate-stderr rate --record out
    expect_error 8 hello-refused
    [[ $stderr == *'answered the hello with "HTTP/1.1.400.Bad.Request..."'* ]]
    [ ! -e load ]
    [ "$(stat -c %s received)" -eq 44 ]
}

@test "rate: what a peer answers cannot drive the terminal" {
    start_peer 'printf "\033[2J\033]0;title\007%048d" 0; swallow' swallow
    run --separate-stderr rate
    expect_error 8 hello-refused
    [[ $stderr != *$'\e'* ]]
}

@test "rate: a peer that echoes another run's hello gets no load" {
    start_peer 'printf EL1W0123456789abcdefffffffff00000000000012345678; swallow' swallow
    run --separate-stderr rate --run-id 0123456789abcdef
    expect_error 8 hello-refused
    [ ! -e load ]
}

@test "rate: a peer that closes gets no load" {
    start_peer 'exit' swallow
    run --separate-stderr rate
    expect_error 8 hello-refused
    [ ! -e load ]
}

@test "rate: a peer that answers half a hello and closes" {
    start_peer 'printf EL1W; dd bs=20 count=1 iflag=fullblock status=none; exit' swallow
    run --separate-stderr rate
    expect_error 8 hello-refused
    [[ $stderr == *'after 24 of 48 bytes'* ]]
}

@test "rate: a peer whose welcome comes byte by byte is fine" {
    start_peer 'printf "E"; printf "L1"; printf W; dd bs=1 count=44 status=none; swallow' 'rest; one; one; swallow'
    run --separate-stderr rate --messages 3 --machine
    expect_status 0
    [ "$(count ok)" -eq 3 ]
}

# expect_cut CODE ID OUTCOME: three echoes, then a message that ended so.
expect_cut() {
    expect_error "$1" "$2"
    expect_rows out
    [ "$(count ok)" -eq 3 ]
    [ "$(count intended)" -eq 4 ]
    [ "$(count "$3")" -eq 1 ]
}

@test "rate: a peer that closes after three messages" {
    start_peer 'greet; swallow' 'rest; one; one'
    run --separate-stderr rate --machine --record out
    expect_cut 4 server-gone eof
    [[ $stderr == *'by eof after 4 messages'* ]]
    grep -qx '0,3,[0-9]*,[0-9]*,,,1000,0,eof,0,0,' out/messages.csv
}

@test "rate: a peer that closes in the middle of a message" {
    start_peer 'greet; swallow' 'rest; one; one; one | head -c 300'
    run --separate-stderr rate --machine --record out
    expect_cut 4 server-gone eof
    grep -qx '0,3,[0-9]*,[0-9]*,,,1000,300,eof,0,0,' out/messages.csv
}

@test "rate: a peer that resets after three messages" {
    start_peer 'greet; swallow' 'rest; one; one' so-linger=0 shut-none end-close
    run --separate-stderr rate --machine --record out
    expect_cut 4 server-gone reset
    grep -qE '^0,3,[0-9]*,[0-9]*,,,1000,0,reset,0,0,(ECONNRESET|EPIPE)$' out/messages.csv
}

@test "rate: a peer that changes a byte" {
    for change in 's/.$/x/' 's/^EL1Q/EL1R/' 's/^\(.\{30\}\)./\1z/'; do
        rm -rf out said load
        start_peer 'greet; swallow' "rest; one; one; changed '$change'; one; swallow"
        run --separate-stderr rate --machine --messages 5 --record out
        expect_error 8 echo-differs
        expect_rows out
        [ "$(count ok)" -eq 4 ]
        [ "$(count corrupt)" -eq 1 ]
        grep -qx '0,3,[0-9]*,[0-9]*,,,1000,1000,corrupt,0,0,' out/messages.csv
    done
}

@test "rate: a peer that sends more than it got" {
    start_peer 'greet; swallow' "rest; one; one; changed 's/\$/0/'; one; swallow"
    run --separate-stderr rate --machine --messages 6 --record out
    expect_error 8 echo-differs
    expect_rows out
    [ "$(count corrupt)" -ge 1 ]
}

@test "rate: a peer that sends without end" {
    start_peer 'greet; swallow' 'cat /dev/zero'
    run --separate-stderr rate --machine --record out
    expect_error 8 echo-differs
    expect_rows out
    [ "$(count ok)" -eq 0 ]
    [ "$(count corrupt)" -eq 1 ]
}

@test "rate: a peer that echoes before it was asked" {
    start_peer 'greet; swallow' 'rest; head -c 5000 /dev/zero; swallow'
    run --separate-stderr rate --machine --record out
    expect_error 8 echo-differs
    expect_rows out
}

@test "rate: a peer that falls silent" {
    start_peer 'greet; swallow' 'rest; one; one; swallow'
    run --separate-stderr rate --timeout 0.3 --machine --record out
    expect_cut 4 reply-timeout timeout
    # It was waited for as long as was asked.
    awk -F, '$9 == "timeout" { sent = $4 } $4 != "" { last = $6 } END { exit !(sent > 0) }' out/messages.csv
}

@test "rate: a peer that trickles is a time-out, not a wait for ever" {
    start_peer 'greet; swallow' 'printf %s "$first"; while printf 0; do sleep 0.05; done 2>/dev/null'
    run --separate-stderr rate --timeout 0.4 --machine --record out
    expect_error 4 reply-timeout
    expect_rows out
    [ "$(count timeout)" -eq 1 ]
}

# ---- plain echo servers ----

# start_plain: socat as inetd's echo; sets $port.
start_plain() {
    start_peer 'printf EL1H; cat' 'printf %s "$first"; cat'
}

@test "rate: a plain echo server on loopback is measured, and called so" {
    start_plain
    run --separate-stderr rate --messages 50 --machine --record out
    expect_status 0
    [ "$(count plain)" -eq 1 ]
    [ "$(count ok)" -eq 50 ]
    run --separate-stderr rate --messages 50
    expect_status 0
    [[ $output == *' (plain echo): '* ]]
}

@test "rate: a plain echo server elsewhere must be declared" {
    need socat
    need_netns
    cat >inside <<'END'
ip addr add 192.0.2.1/32 dev lo
mkfifo said
socat -dd TCP-LISTEN:0,bind=192.0.2.1,fork PIPE 2>said 3>&- &
server=$!
exec 5<said
until [[ $line =~ listening\ on\ .*:([0-9]+)$ ]]; do read -r -t 10 -u 5 line || exit 9; done
cat <&5 >log 3>&- &
"$1/echo-rate" --ip 192.0.2.1 --port "${BASH_REMATCH[1]}" --messages 10 --record refused
echo "code $?"
"$1/echo-rate" --ip 192.0.2.1 --port "${BASH_REMATCH[1]}" --messages 10 --plain
echo "code $?"
kill "$server"
END
    run --separate-stderr run_timed 20 unshare --net --mount sh -c \
        'ip link set lo up && exec bash inside "$1"' sh "$bin"
    echo "$output" "$stderr"
    [ "${lines[0]}" = 'code 8' ]
    [ "${lines[-1]}" = 'code 0' ]
    [[ $output == *'10 ok, 0 failed'* ]]
    [[ $stderr == 'echo-rate: (peer-plain) '*'hint: '*'--plain'* ]]
    [ ! -e refused ]
    # One connection of 48 bytes was all it got at first.
    [ "$(grep -c 'accepting connection' log)" -eq 3 ]
}

@test "rate: our server elsewhere needs no word about it" {
    need_netns
    cat >inside <<'END'
ip addr add 192.0.2.1/32 dev lo
mkfifo ready
"$1/echo-server" --ip 192.0.2.1 --port 0 --quiet >ready 3>&- &
server=$!
exec 5<ready
read -r -t 10 -u 5 line
"$1/echo-rate" --ip 192.0.2.1 --port "${line##*:}" --messages 10
echo "code $?"
kill "$server"
wait "$server"
END
    run --separate-stderr run_timed 20 unshare --net --mount sh -c \
        'ip link set lo up && exec bash inside "$1"' sh "$bin"
    [ "${lines[-1]}" = 'code 0' ]
}

# ---- nothing to measure ----

@test "rate: a port that nobody listens on" {
    run --separate-stderr run_timed 5 "$bin/echo-rate" --ip 127.0.0.1 --port 1 --record out
    expect_error 3 connect-refused
    [[ $stderr == *'127.0.0.1:1: Connection refused (ECONNREFUSED) after '* ]]
    [[ $stderr == *'echo-server --port'* ]]
    [ ! -e out ]
}

@test "rate: every address that was tried is told" {
    # localhost has one address or two, as /etc/hosts says.
    addresses=$(getent ahosts localhost | awk '$2 == "STREAM"' | wc -l)
    run --separate-stderr run_timed 5 "$bin/echo-rate" --ip localhost --port 1
    expect_error 3 connect-refused
    [ "$(grep -o 'ECONNREFUSED' <<<"$stderr" | wc -l)" -eq "$addresses" ]
}

@test "rate: a name that nobody knows" {
    need_netns
    run --separate-stderr in_netns timeout 20 "$bin/echo-rate" --ip nosuch.invalid --port 7 --record out
    expect_error 3 resolve-failed
    [[ $stderr == *nosuch.invalid*'(EAI_'* ]]
    [ ! -e out ]
}

@test "rate: a name that cannot be one" {
    for name in -oProxyCommand=x '$(id)' 'a b' $'a\nb' '' 'a/b' "$(printf 'a%.0s' {1..300})"; do
        run --separate-stderr run_timed 5 "$bin/echo-rate" --ip "$name" --port 7
        expect_error 2 host-name
    done
}

@test "rate: an address without a route" {
    need_netns
    run --separate-stderr in_netns timeout 10 "$bin/echo-rate" --ip 192.0.2.1 --port 7
    expect_error 3 connect-unreachable
}

@test "rate: an address that swallows everything" {
    need_netns
    need nft
    cat >inside <<'END'
nft add table ip t
nft add chain ip t in '{ type filter hook input priority 0; }'
nft add rule ip t in tcp dport 7 drop
exec "$1/echo-rate" --ip 127.0.0.1 --port 7 --timeout 1
END
    run --separate-stderr in_netns timeout 10 bash inside "$bin"
    expect_error 3 connect-timeout
    [[ $stderr == *firewall* ]]
}

@test "rate: IPv6" {
    start_server echo-server --quiet --ip ::1
    run --separate-stderr run_timed 5 "$bin/echo-rate" --ip ::1 --port "$port" --messages 10
    expect_status 0
    [[ $output == "[::1]:$port: "*'10 ok, 0 failed'* ]]
}

# ---- what it needs itself ----

@test "rate: too few descriptors are told before any packet" {
    start_server echo-server
    limited() { ulimit -n 64 && rate --connections 100 --record out; }
    run --separate-stderr limited
    expect_error 6 limit-fds
    [[ $stderr == *'need 116 descriptors, have 64'* ]]
    [[ $stderr == *'--connections 48 '*'ulimit -n 116'* ]]
    [ ! -e out ]
    stop_pid "$pid"
    within 2 grep -qx 'served connections=0 refused=0 .*' "$log"
    run --separate-stderr limited
    expect_error 6 limit-fds
}

@test "rate: a full disk ends the test with whole rows" {
    start_server echo-server --quiet
    limited() { ulimit -f 100 && rate --duration 30 --machine --record out; }
    run --separate-stderr limited
    expect_error 5 results-no-space
    [[ $stderr == *'out/messages.csv: File too large (EFBIG)'* ]]
    [[ -z $(tail -c 1 out/messages.csv) ]]
    awk -F, 'NR > 1 && (NF != 12 || $2 != NR - 2) { print; exit 1 }' out/messages.csv
    [ "$(wc -l <out/messages.csv)" -gt 1000 ]
}

@test "rate: a stdout that is gone does not lose the record" {
    start_server echo-server --quiet
    full() { run_timed 20 "$bin/$1" "${@:2}" >/dev/full; }
    for program in echo-rate echo-fail-rate; do
        run --separate-stderr full "$program" --ip 127.0.0.1 --port "$port" --duration 0.4 \
            --machine --record "$program"
        expect_error 5 stdout
        [ "$(wc -l <"$program/messages.csv")" -gt 100 ]
    done
    run_timed 10 "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --duration 0.4 --machine --record out2 >&- 2>err.txt
    [ "$(head -n 1 out2/messages.csv | cut -c 1-9)" = conn,seq, ]
    [ "$(grep -c progress out2/messages.csv)" -eq 0 ]
}

@test "rate: a stop while it still connects is a stop" {
    need strace
    start_server echo-server --quiet
    # The hello connects; every later connect stays under way for ever.
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -o trace -e trace=connect,poll \
        -e inject=poll:retval=0:when=2+ "$bin/echo-rate" --ip 127.0.0.1 \
        --port "$port" --connections 3 --machine --record out >out.txt 2>err.txt 3>&- &
    client=$!
    within 5 test -e out/connections.csv
    within 5 eval '[[ $(grep -c "^connect" trace) -ge 4 ]]'
    kill -TERM "$(pgrep -P "$client" -x echo-rate || echo "$client")"
    status=0
    wait "$client" || status=$?
    [ "$status" -eq 143 ]
    [ "$(grep -c ',aborted,' out/connections.csv)" -eq 3 ]
    not grep -q 4294967295 out/connections.csv
}
