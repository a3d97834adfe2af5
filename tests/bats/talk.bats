#!/usr/bin/env bats
# The clients that a person types into.

load helper

# Ports differ from run to run.
masked() { sed -E "s/$port/PORT/g; s/(', )[0-9]+/\1PORT/" <<<"$output"; }

@test "echo-client: the transcript of a conversation" {
    start_server echo-server
    run run_timed 5 "$bin/echo-client" --ip 127.0.0.1 --port "$port" \
        <<<$'hi1\n\nhi 2\nexit'
    expect_status 0
    diff - <(masked) <<'END'
Client Config:
    server ip: 127.0.0.1
    server port: PORT
    timeout: -1
    buffer size: 1024
Connected to server ('127.0.0.1', PORT).
To server < From server > hi1
To server < To server < From server > hi 2
To server < Disconnected from server ('127.0.0.1', PORT).
END
    within 2 grep -q 'exit!' "$log"
}

@test "echo-client: the end of input is a goodbye" {
    start_server echo-server
    run run_timed 5 "$bin/echo-client" --port "$port" </dev/null
    expect_status 0
    [[ ${lines[-1]} == "Disconnected from server ('127.0.0.1', $port)." ]]
    within 2 grep -q 'shutdown!' "$log"
}

@test "echo-client: Ctrl-C says goodbye and ends it by SIGINT" {
    start_server echo-server
    mkfifo keys
    "$bin/echo-client" --port "$port" <keys >out 3>&- &
    client=$!
    exec {fd}>keys
    echo hi >&"$fd"
    within 5 grep -q 'From server > hi' out
    # A background job of a script ignores SIGINT; TERM goes the same way.
    kill -TERM "$client"
    status=0
    wait "$client" || status=$?
    expect_status 143
    exec {fd}>&-
    tail -n 1 out | grep -q "^Disconnected from server"
}

@test "echo-client: a server that leaves is told at the prompt" {
    start_server echo-server --timeout 1
    mkfifo keys
    exec {fd}<>keys
    run run_timed 10 "$bin/echo-client" --port "$port" <&"$fd"
    exec {fd}>&-
    expect_status 4
    [[ ${lines[-1]} == *'The server closed the connection.' ]]
}

@test "echo-client: a server that does not answer in time" {
    need socat
    mkfifo ready
    socat -u -dd TCP-LISTEN:0,bind=127.0.0.1 OPEN:/dev/null 2>ready 3>&- &
    started+=($!)
    exec {fd}<ready
    until [[ ${line-} =~ listening\ on.*:([0-9]+) ]]; do read -r -t 5 -u "$fd" line; done
    port=${BASH_REMATCH[1]}
    run run_timed 5 "$bin/echo-client" --ip 127.0.0.1 --port "$port" \
        --timeout 0.2 <<<hi
    exec {fd}<&-
    expect_status 4
    [[ ${lines[-1]} == *'No echo within 0.2 s.' ]]
}

@test "echo-client: bytes that drive a terminal are shown, letters stay" {
    start_server echo-server
    run run_timed 5 "$bin/echo-client" --port "$port" \
        <<<$'\e[31mred\x9b \xe2\x80\xae\xe4\xbd\xa0\xe5\xa5\xbd \\ \xff\nexit'
    expect_status 0
    [[ $output == *'From server > \x1b[31mred\x9b \xe2\x80\xae你好 \x5c \xff'* ]]
}

@test "echo-client: a message longer than the buffer comes back whole" {
    start_server echo-server
    long=$(head -c 5000 /dev/zero | tr '\0' x)
    run run_timed 5 "$bin/echo-client" --port "$port" --buffer 7 <<<"$long"
    expect_status 0
    [[ $output == *"From server > $long"* ]]
}

@test "echo-simple-client: one message, one echo, goodbye" {
    start_server echo-simple-server
    run run_timed 5 "$bin/echo-simple-client" --port "$port" <<<$'hi1\nhi2'
    expect_status 0
    [[ ${lines[-2]} == 'To server < From server > hi1' ]]
    [[ ${lines[-1]} == "Disconnected from server ('127.0.0.1', $port)." ]]
}

@test "echo-udp-client: the transcript of a conversation" {
    start_server echo-udp-server
    run run_timed 5 "$bin/echo-udp-client" --ip 127.0.0.1 --port "$port" \
        <<<$'hi1\n\nhi \e[31m2\nexit'
    expect_status 0
    diff - <(masked) <<'END'
Client Config:
    server ip: 127.0.0.1
    server port: PORT
    timeout: 2
Connected to server ('127.0.0.1', PORT).
To server < From server > hi1
To server < To server < From server > hi \x1b[31m2
To server < Disconnected from server ('127.0.0.1', PORT).
END
    [[ $(grep -c 'From client' "$log") -eq 2 ]]
}

@test "echo-udp-client: a message without an echo is told, and the next goes out" {
    need socat
    start_server echo-udp-server --quiet # for a port that is free
    stop_pid "$pid"
    cat >peer.sh <<'END'
m=$(cat)
case $m in lost) ;; late) sleep 0.4; printf late ;; *) printf %s "$m" ;; esac
END
    socat -t 2 "UDP4-RECVFROM:$port,bind=127.0.0.1,fork" SYSTEM:'sh peer.sh' \
        >socat.log 2>&1 3>&- 4>&- &
    started+=($!)
    within 5 grep -q ":$(printf %04X "$port") " /proc/net/udp
    mkfifo keys
    "$bin/echo-udp-client" --ip 127.0.0.1 --port "$port" --timeout 0.2 \
        <keys >out 3>&- &
    client=$!
    exec {fd}>keys
    printf 'lost\nhi\nlate\n' >&"$fd"
    within 5 grep -qx 'From server > late' out
    echo exit >&"$fd"
    wait "$client"
    exec {fd}>&-
    tail -n +6 out | diff - <(cat <<END
To server < No echo within 0.2 s.
To server < From server > hi
To server < No echo within 0.2 s.
To server < 
From server > late
To server < Disconnected from server ('127.0.0.1', $port).
END
    )
}

@test "echo-udp-client: nobody there, a long message, and the end of input" {
    start_server echo-udp-server
    head -c 65508 /dev/zero | tr '\0' x >keys
    run run_timed 5 "$bin/echo-udp-client" --ip 127.0.0.1 --port "$port" <keys
    expect_status 0
    [[ $output == *'Too long for a datagram: 65508 bytes, at most 65507.'* ]]
    head -c 65507 keys >whole
    run run_timed 5 "$bin/echo-udp-client" --ip 127.0.0.1 --port "$port" <whole
    expect_status 0
    [[ $output == *"From server > $(<whole)"* ]]
    stop_pid "$pid"
    run run_timed 5 "$bin/echo-udp-client" --ip 127.0.0.1 --port "$port" \
        <<<$'hi\nho'
    expect_status 0
    [[ $(grep -c 'No echo: nothing listens there' <<<"$output") -eq 2 ]]
    [[ ${lines[-1]} == "Disconnected from server ('127.0.0.1', $port)." ]]
}

@test "clients: a refused port is an error" {
    for client in echo-client echo-simple-client; do
        run --separate-stderr run_timed 5 "$bin/$client" --ip 127.0.0.1 --port 1
        expect_error 3 connect-refused
    done
}

@test "clients: a stdout that takes nothing is an error" {
    full() { printf 'hi\nexit\n' | run_timed 10 "$bin/$1" --port "$port" >/dev/full; }
    start_server echo-server --quiet
    run --separate-stderr full echo-client
    expect_error 5 stdout
    run --separate-stderr full echo-simple-client
    expect_error 5 stdout
    start_server echo-udp-server --quiet
    run --separate-stderr full echo-udp-client
    expect_error 5 stdout
}
