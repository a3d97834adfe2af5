#!/usr/bin/env bats
# Peers that are not ours: what people have, and what the lab had.
# shellcheck disable=SC2016,SC2317 # what within calls
load helper

# start_each COMMAND...: COMMAND for a server of every model.
start_each() {
    for model in thread single epoll; do
        start_server echo-server --model "$model"
        "$@"
    done
}

# measure N PROGRAM [ARG]...: N messages to $port; all must come back.  (Few
# where an echo comes in parts: each costs a delayed acknowledgement.)
measure() {
    run --separate-stderr run_timed 30 "$bin/$2" --ip 127.0.0.1 \
        --port "$port" --messages "$1" --machine "${@:3}"
    expect_status 0
    [[ $output == *" plain=1 ok=$1 "* ]]
}

# ---- the lab's own programs ----

@test "peers: a server that echoes what each read brings, if it is UTF-8" {
    start_server ../tests/lab_peer server
    for length in 1 48 1000 1024; do measure 100 echo-rate --length "$length"; done
    for length in 1025 5000; do measure 10 echo-rate --length "$length"; done
    measure 100 echo-rate --connections 10
    measure 100 echo-fail-rate
}

@test "peers: its exit is ours" {
    start_server ../tests/lab_peer server
    printf 'h\xc3\xa9llo\nexit\n' |
        run_timed 10 "$bin/echo-client" --ip 127.0.0.1 --port "$port" >said
    grep -q $'From server > h\xc3\xa9llo' said
    # What is no UTF-8 ends its thread, as it did the lab's: a failure, told.
    printf 'caf\xe9\nlater\n' |
        run_timed 10 "$bin/echo-client" --ip 127.0.0.1 --port "$port" >said || true
    not grep -q later said
}

lab_client() {
    run run_timed 20 "$bin/../tests/lab_peer" --port "$port" rate 200
    expect_status 0
    [[ $output == '200 of 200' ]]
}

@test "peers: a client that sends 1000 zeros and looks once what came" {
    start_each lab_client
    start_server echo-simple-server
    run run_timed 20 "$bin/../tests/lab_peer" --port "$port" rate 1
    [[ $output == '1 of 1' ]]
}

# ---- what people have ----

# dial COMMAND...: a client whose keyboard is descriptor $keys and whose
# screen is the file `screen`.
dial() {
    rm -f keyboard
    mkfifo keyboard
    "$@" <keyboard >screen 2>&1 3>&- &
    client=$!
    exec {keys}>keyboard
}

telnet_session() {
    dial telnet 127.0.0.1 "$port"
    within 10 grep -q '^Connected to' screen
    echo 'hello from telnet' >&"$keys"
    within 10 grep -q '^hello from telnet' screen
    echo exit >&"$keys"
    within 10 has_ended "$client"
    exec {keys}>&-
    grep -q 'Connection closed by foreign host' screen
    within 5 grep -q exit! "$log"
    grep -q "hello from telnet$" "$log"
}

@test "peers: telnet, until exit" {
    need telnet
    start_each telnet_session
    start_server echo-simple-server
    dial telnet 127.0.0.1 "$port"
    within 10 grep -q '^Connected to' screen
    echo once >&"$keys"
    within 10 has_ended "$client"
    exec {keys}>&-
    grep -q '^once' screen
}

nc_session() {
    dial nc 127.0.0.1 "$port"
    echo 'one line' >&"$keys"
    within 10 grep -qx 'one line' screen
    echo 'another' >&"$keys"
    within 10 grep -qx another screen
    exec {keys}>&-
    kill "$client"
    wait "$client" || true
}

@test "peers: nc, line by line" {
    need nc
    start_each nc_session
}

# idle_session [ARG]...: the next client is served (by the server of one after
# the other: once the idle one was let go).
idle_session() {
    dial telnet 127.0.0.1 "$port"
    within 10 grep -q '^Connected to' screen
    run run_timed 30 "$bin/echo-rate" --ip 127.0.0.1 --port "$port" \
        --messages 20 --machine "$@"
    expect_status 0
    [[ $output == *' ok=20 '* ]]
    within 10 grep -q timeout! "$log"
    within 10 has_ended "$client"
    exec {keys}>&-
    grep -q 'Connection closed by foreign host' screen
}

@test "peers: a telnet that says nothing keeps nobody out for long" {
    need telnet
    for model in thread single epoll; do
        start_server echo-server --model "$model" --timeout 1
        idle_session
    done
    start_server echo-simple-server --timeout 1
    idle_session --reconnect
}

socat_session() {
    run_timed 30 socat -t 20 - "TCP:127.0.0.1:$port" <sent >came
    cmp sent came
}

@test "peers: socat, to the last byte" {
    need socat
    head -c 300000 /dev/urandom >sent
    start_each socat_session
}

# serve COMMAND...: a foreign server that says on stderr where it listens, as
# socat -dd does; $port.
serve() {
    "$@" 2>heard 3>&- 4>&- &
    started+=("$!")
    within 10 grep -qE 'listening on .*:[0-9]+$' heard
    port=$(sed -nE 's/.*listening on .*:([0-9]+)$/\1/p' heard)
}

@test "peers: socat and cat as a server" {
    need socat
    serve socat -dd TCP-LISTEN:0,bind=127.0.0.1,fork EXEC:cat
    measure 100 echo-rate
    measure 20 echo-rate --length 20000 --connections 4
    measure 100 echo-fail-rate
}

# Port 7 is for root, of this network.
@test "peers: inetd's echo, by TCP and UDP" {
    need inetutils-inetd
    need_netns
    cat >inetd.conf <<'END'
echo stream tcp nowait root internal
echo dgram udp wait root internal
END
    cat >inside <<'END'
inetutils-inetd -d "$PWD/inetd.conf" >inetd.log 2>&1 3>&- &
inetd=$!
trap 'kill "$inetd"' EXIT
test_it() {
    timeout 20 "$bin/$1" --ip 127.0.0.1 --port 7 --machine "${@:2}" >said 2>err
}
bin=$1
for try in {1..200}; do
    grep -q ':0007 ' /proc/net/tcp && grep -q ':0007 ' /proc/net/udp && break
    sleep 0.05
done
for program in echo-rate echo-fail-rate; do
    for how in '--messages 100 --length 1' '--messages 100' \
        '--messages 3 --length 9000 --connections 3' \
        '--messages 100 --transport udp --timeout 0.5'; do
        test_it "$program" $how
        echo "$program $how: $? $(grep -o ' ok=[0-9]*' said)"
    done
done
printf 'hi\nexit\n' | timeout 10 "$bin/echo-client" --ip 127.0.0.1 --port 7
printf 'hi\nexit\n' | timeout 10 "$bin/echo-udp-client" --ip 127.0.0.1 --port 7
END
    run in_netns timeout -k 2 60 bash inside "$bin"
    echo "$output"
    [[ $(grep -c ': 0  ok=100$' <<<"$output") -eq 6 ]]
    [[ $(grep -c ': 0  ok=3$' <<<"$output") -eq 2 ]]
    [[ $(grep -c 'From server > hi' <<<"$output") -eq 2 ]]
}
