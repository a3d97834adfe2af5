#!/usr/bin/env bats
# echo-server from the outside: what it prints, when it lets go, what it is
# short of.  (models.bats has what differs between its models.)
# shellcheck disable=SC2016,SC2317,SC2034 # what eval and within call
load helper

# converse: opens a connection to $port as descriptor $talk.
converse() { exec {talk}<>"/dev/tcp/127.0.0.1/$port"; }

# say TEXT: sends it; hear N: expects N bytes within 5 s, in $heard.
say() { printf '%b' "$1" >&"${2-$talk}"; }
hear() { LC_ALL=C IFS= read -r -t 5 -d '' -N "$1" -u "${2-$talk}" heard; }

# at_end: the other side has closed (and sent nothing more).
at_end() {
    local rest='' status=0
    LC_ALL=C IFS= read -r -t 5 -N 1 -u "${1-$talk}" rest || status=$?
    [[ $status -eq 1 && -z $rest ]]
}

hang_up() { exec {talk}>&-; }

# masked FILE: ports differ from run to run.
masked() { sed -E "s/\b$port\b/PORT/g; s/(', )[0-9]+\)/\1PEER)/" "$1"; }

@test "server: the transcript of a conversation" {
    start_server echo-server
    converse
    say 'hi1' && hear 3
    [ "$heard" = hi1 ]
    say 'line\r\n' && hear 6
    [ "$heard" = $'line\r\n' ]
    say 'exit'
    at_end
    hang_up
    within 5 grep -q 'exit!' "$log"
    diff - <(masked "$log") <<'END'
Server Config:
    listen ip: 127.0.0.1
    listen port: PORT
    timeout: 10
    buffer size: 1024
    max connections: 1024
    model: thread
listening tcp 127.0.0.1:PORT
Client ('127.0.0.1', PEER) connected!
From client ('127.0.0.1', PEER): hi1
From client ('127.0.0.1', PEER): line
From client ('127.0.0.1', PEER): exit
Client ('127.0.0.1', PEER) exit!
END
}

@test "server: --quiet prints the listening line and the counts" {
    start_server echo-server --quiet
    converse
    say 'hello' && hear 5
    hang_up
    stop_pid "$pid"
    within 2 grep -q ^served "$log"
    diff - <(masked "$log") <<'END'
listening tcp 127.0.0.1:PORT
served connections=1 refused=0 bytes_in=5 bytes_out=5 open=0 timeouts=0 throttled=0
END
}

@test "server: exit is a message of its own" {
    start_server echo-server
    for goodbye in 'exit' 'exit\n' 'exit\r\n'; do
        converse
        say "$goodbye"
        at_end
        hang_up
    done
    for message in 'exits' 'exit now' ' exit' 'Exit' 'exi'; do
        converse
        say "$message" && hear "${#message}"
        [ "$heard" = "$message" ]
        hang_up
    done
}

@test "server: its log is lines of text, whatever a client sends" {
    start_server echo-server
    converse
    say '\033[2J\\a\x80\tb' && hear 9
    long=$(head -c 500 /dev/zero | tr '\0' y)
    say "$long" && hear 500
    hang_up
    within 5 grep -q 'shutdown!' "$log"
    grep -qF ': \x1b[2J\x5ca\x80\x09b' "$log"
    grep -q ': y\{72\}\.\.\. (500 bytes)$' "$log"
    LC_ALL=C not grep -q '[^ -~]' "$log"
}

@test "server: a silent client is let go, one that talks is not" {
    start_server echo-server --timeout 1
    converse
    silent=$talk
    converse
    until grep -q 'timeout!' "$log"; do
        say x && hear 1
    done
    [ "$(grep -c 'timeout!' "$log")" -eq 1 ]
    at_end "$silent"
    say 'still here' && hear 10
    exec {silent}>&-
    hang_up
}

@test "server: a client that only closes half gets every byte back" {
    need socat
    start_server echo-server --quiet
    head -c 1048576 /dev/urandom >bytes
    run_timed 20 socat -t 10 - "TCP4:127.0.0.1:$port" <bytes >back
    cmp bytes back
    stop_pid "$pid"
    within 2 grep -qx 'served connections=1 refused=0 bytes_in=1048576 bytes_out=1048576 open=0 timeouts=0 throttled=0' "$log"
}

@test "server: one buffer of a byte, one of 16 MiB" {
    need socat
    head -c 20000 /dev/urandom >bytes
    for buffer in 1 16777216; do
        start_server echo-server --quiet --buffer "$buffer"
        run_timed 20 socat -t 10 - "TCP4:127.0.0.1:$port" <bytes >back
        cmp bytes back
    done
}

# The first four bytes come one by one; each is back before the next goes out.
@test "server: a hello is welcomed however it is split" {
    start_server echo-server --quiet
    hello=EL1H0123456789abcdefffffffff000000000000deadbeef
    converse
    answer=
    for ((i = 0; i < ${#hello}; i++)); do
        say "${hello:i:1}" && hear 1
        answer+=$heard
    done
    [ "$answer" = "EL1W${hello:4}" ]
    say "$hello" && hear 48 # only the first bytes of a connection are a hello
    [ "$heard" = "$hello" ]
    hang_up
    converse
    say "x$hello" && hear 49
    [ "$heard" = "x$hello" ]
    hang_up
}

@test "server: a second one on the port is refused" {
    start_server echo-server
    for program in echo-server echo-relay echo-simple-server; do
        run --separate-stderr run_timed 5 "$bin/$program" --port "$port"
        expect_error 6 address-in-use
        [[ $stderr == *"127.0.0.1:$port: Address already in use (EADDRINUSE)"* ]]
        [[ $stderr == *"hint: echo-server (pid $pid) has port $port: end it, or "* ]]
    done
    converse
    say 'unharmed' && hear 8
    hang_up
}

@test "server: a port is free again at once" {
    start_server echo-server
    converse
    say x && hear 1
    stop_pid "$pid"
    hang_up
    run --separate-stderr run_timed 1 "$bin/echo-server" --port "$port"
    expect_status 124
    [[ $output == *"listening tcp 127.0.0.1:$port"* ]]
}

@test "server: an address that is not here, and one that cannot be" {
    need_netns
    run --separate-stderr in_netns timeout 5 "$bin/echo-server" --ip 192.0.2.7
    expect_error 6 address-not-here
    run --separate-stderr in_netns timeout 5 "$bin/echo-server" --ip nosuch.invalid
    expect_error 3 resolve-failed
    run --separate-stderr run_timed 5 "$bin/echo-server" --ip 'a b'
    expect_error 2 host-name
}

@test "server: IPv6" {
    start_server echo-server --ip ::1
    grep -qx "listening tcp \[::1\]:$port" "$log"
    exec {talk}<>"/dev/tcp/::1/$port"
    say 'six' && hear 3
    hang_up
    within 5 grep -qE "^Client \('::1', [0-9]+\) shutdown!" "$log"
}

@test "server: --listen on all addresses takes 64 connections by default" {
    start_server echo-server --ip 0.0.0.0
    grep -qx "listening tcp 0.0.0.0:$port" "$log"
    grep -qx '    max connections: 64' "$log"
    converse
    say 'any' && hear 3
    hang_up
}

@test "server: SIGTERM answers what is under way, prints the counts, ends with 0" {
    for signal in TERM INT; do
        start_server echo-server
        converse
        say x && hear 1
        say 'under way'
        kill -"$signal" "$pid"
        hear 9
        [ "$heard" = 'under way' ]
        at_end
        status=0
        wait "$pid" || status=$?
        [ "$status" -eq 0 ]
        hang_up
        within 2 grep -qx 'served connections=1 refused=0 bytes_in=10 bytes_out=10 open=0 timeouts=0 throttled=0' "$log"
    done
}

# 100 MB that nobody takes: the server cannot finish its answer.
@test "server: SIGTERM does not wait for a client that does not read" {
    start_server echo-server --quiet
    converse
    timeout 1 head -c 100000000 /dev/zero >&"$talk" || true
    kill -TERM "$pid"
    within 3 has_ended "$pid"
    within 2 grep -qE '^served connections=1 .* open=[01] .*' "$log"
    hang_up
}

@test "server: connections above the limit are closed and counted" {
    start_server echo-server --max-connections 2
    converse
    first=$talk
    say a && hear 1
    converse
    second=$talk
    say b && hear 1
    converse
    at_end || true # closed, or reset
    hang_up
    within 5 grep -q 'Client refused: connection limit reached' "$log"
    say 'unharmed' "$first" && hear 8 "$first"
    exec {first}>&-
    within 5 grep -q 'shutdown!' "$log"
    converse
    say c && hear 1
    hang_up
    exec {second}>&-
    stop_pid "$pid"
    within 2 grep -q '^served connections=3 refused=1 ' "$log"
}

# Five pauses of 100 ms; who spins instead needs all of a CPU.
@test "server: out of descriptors it waits without spinning, and recovers" {
    start_server echo-server
    prlimit --nofile=16 --pid "$pid"
    converse
    kept=$talk
    say a && hear 1
    many=()
    for i in {1..20}; do
        converse
        many+=("$talk")
    done
    within 5 eval '[[ $(grep -c "out of descriptors" "$log") -ge 1 ]]'
    before=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
    pauses=$(grep -c 'out of descriptors' "$log")
    within 5 eval '[[ $(grep -c "out of descriptors" "$log") -ge $((pauses + 5)) ]]'
    after=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
    echo "CPU: $((after - before)) ticks"
    [ $((after - before)) -le 15 ]
    say 'served meanwhile' "$kept" && hear 16 "$kept"
    for talk in "${many[@]}"; do hang_up; done
    converse
    say 'recovered' && hear 9
    hang_up
}

@test "server: descriptors for --max-connections, or a word at the start" {
    limit=$(ulimit -Sn)
    ulimit -Sn 32
    start_server echo-server --max-connections 60
    ulimit -Sn "$limit"
    many=()
    for i in {1..60}; do
        converse
        say x && hear 1
        many+=("$talk")
    done
    for talk in "${many[@]}"; do hang_up; done
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr run_timed 5 bash -c 'ulimit -n 32 &&
        exec "$0" --port 0 --max-connections 60' "$bin/echo-server"
    expect_error 6 limit-fds
}

@test "server: a stdout that is full does not end it" {
    need ss
    "$bin/echo-server" --port 0 >/dev/full 2>err.txt 3>&- &
    pid=$!
    started+=("$pid")
    listens() { port=$(ss -Hltnp | sed -n "s/.*127\.0\.0\.1:\([0-9]*\) .*pid=$pid,.*/\1/p") && [ -n "$port" ]; }
    within 5 listens
    for i in 1 2; do
        converse
        say 'still' && hear 5
        hang_up
    done
    stop_pid "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 0 ]
}

@test "server: standard descriptors that are closed are no sockets" {
    need ss
    "$bin/echo-server" --port 0 0<&- >&- 2>&- 3>&- &
    pid=$!
    started+=("$pid")
    listens() { port=$(ss -Hltnp | sed -n "s/.*127\.0\.0\.1:\([0-9]*\) .*pid=$pid,.*/\1/p") && [ -n "$port" ]; }
    within 5 listens
    converse
    say 'clean' && hear 5
    [ "$heard" = clean ]
    say exit
    at_end
    hang_up
}

@test "server: --exit-with-stdin ends every server with whoever holds its input" {
    for program in 'echo-server --model thread' 'echo-server --model single' \
        'echo-server --model epoll' echo-simple-server echo-udp-server; do
        # shellcheck disable=SC2086 # a program and its options
        coproc "$bin"/$program --port 0 --quiet --exit-with-stdin 3>&-
        pid=$COPROC_PID input=${COPROC[1]}
        started+=("$pid")
        read -r -t 5 line <&"${COPROC[0]}"
        [[ $line == listening* ]]
        echo more >&"$input"
        not has_ended "$pid"
        exec {input}>&-
        status=0
        wait "$pid" || status=$?
        [ "$status" -eq 0 ]
    done
}

@test "server: the options of the lab, with one dash" {
    start_server echo-server -timeout -1 -buffer 100 -listen 5
    grep -qx '    timeout: -1' "$log"
    grep -qx '    buffer size: 100' "$log"
}
