#!/usr/bin/env bats
# echo-server's ways to serve many, and echo-simple-server.

load helper

models='thread single epoll'

# honest_client PORT: 100 echoes without a failure.
honest_client() {
    run --separate-stderr run_timed 20 "$bin/echo-rate" --ip 127.0.0.1 \
        --port "$1" --messages 100 --machine
    expect_status 0
    [[ $output == *'intended=100 '*' ok=100 '* ]]
}

@test "models: half-closed clients get every byte back, in order" {
    need nc
    head -c 3000000 /dev/urandom >bytes
    for model in $models; do
        start_server echo-server --model "$model" --quiet
        run_timed 20 nc -N 127.0.0.1 "$port" <bytes >back
        cmp bytes back
    done
}

@test "models: 200 junk connections do not disturb the next client" {
    need nc
    head -c 65536 /dev/urandom >noise
    for model in $models; do
        start_server echo-server --model "$model" --quiet
        for _ in {1..50}; do
            printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >"/dev/tcp/127.0.0.1/$port"
            printf '\x16\x03\x01\x02\x00\x01\x00\x01\xfc' >"/dev/tcp/127.0.0.1/$port"
            head -c 1300 noise >"/dev/tcp/127.0.0.1/$port"
            : >"/dev/tcp/127.0.0.1/$port"
        done
        honest_client "$port"
    done
}

# Its one socket is the listener: no connection is left, none has leaked.
only_listener() {
    [[ $(find "/proc/$pid/fd" ! -name "[012]" -lname "socket:*" | wc -l) -eq 1 ]]
}

# Closing a socket with unread bytes in it makes the kernel send a reset.
@test "models: 1000 resets leave the server as it was" {
    for model in $models; do
        start_server echo-server --model "$model" --quiet
        for _ in {1..1000}; do
            exec {fd}<>"/dev/tcp/127.0.0.1/$port"
            printf 'xxxxxxxx' >&"$fd"
            read -r -t 5 -N 1 -u "$fd" _
            exec {fd}>&-
        done
        honest_client "$port"
        within 5 only_listener
    done
}

@test "models: one idle client keeps nobody out (single: until its limit)" {
    for model in $models; do
        start_server echo-server --model "$model" --timeout 1
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        honest_client "$port"
        within 5 grep -q timeout! "$log"
        exec {fd}>&-
    done
}

@test "models: SIGTERM with open connections ends with the counts" {
    for model in thread epoll; do
        start_server echo-server --model "$model" --quiet
        fds=()
        for _ in {1..50}; do
            exec {fd}<>"/dev/tcp/127.0.0.1/$port"
            fds+=("$fd")
            printf x >&"$fd"
            read -r -t 5 -N 1 -u "$fd" _
        done
        kill -TERM "$pid"
        within 3 has_ended "$pid"
        within 2 grep -qx 'served connections=50 refused=0 bytes_in=50 bytes_out=50 open=0 timeouts=0 throttled=0' "$log"
        for fd in "${fds[@]}"; do exec {fd}>&-; done
    done
}

# A slow reader must wait; the server must neither buffer without end nor spin.
@test "models: a client that does not read is made to wait" {
    for model in thread epoll; do
        start_server echo-server --model "$model" --quiet
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        timeout 2 head -c 100000000 /dev/zero >&"$fd" || true
        rss_kb=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
        echo "$model: $rss_kb kB"
        # A sanitizer keeps a shadow of its own.
        [[ $bin == *san-* || $rss_kb -lt 40000 ]]
        honest_client "$port"
        exec {fd}>&-
    done
}

@test "models: out of descriptors, the server waits for one and goes on" {
    for model in thread epoll; do
        start_server echo-server --model "$model" --timeout 1
        prlimit --nofile=16 --pid "$pid"
        fds=()
        for _ in {1..20}; do
            exec {fd}<>"/dev/tcp/127.0.0.1/$port"
            fds+=("$fd")
        done
        within 5 grep -q 'out of descriptors' "$log"
        ticks=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
        [[ $ticks -lt 50 ]]
        for fd in "${fds[@]}"; do exec {fd}>&-; done
        honest_client "$port"
    done
}

@test "models: one source outside gets 16 connections, not more" {
    need_netns
    cat >inside <<'END'
ip addr add 192.0.2.1/32 dev lo
mkfifo ready
"$1/echo-server" --ip 192.0.2.1 --port 0 >ready 3>&- &
server=$!
exec 5<ready
until [[ $line == listening* ]]; do read -r -t 10 -u 5 line || exit 9; done
port=${line##*:}
cat <&5 >log 3>&- &
for i in {1..18}; do exec {fd}<>"/dev/tcp/192.0.2.1/$port"; printf x >&"$fd"; done
i=0
until [[ $(grep -c 'limit for one source' log) -eq 2 ]]; do
    ((++i < 250)) || exit 8
    sleep 0.02
done
kill "$server"
wait "$server"
END
    # shellcheck disable=SC2016 # for the inner shell
    run run_timed 20 unshare --net --mount sh -c \
        'ip link set lo up && exec bash inside "$1"' sh "$bin"
    expect_status 0
}

@test "models: an unknown model is refused" {
    run --separate-stderr run_timed 5 "$bin/echo-server" --port 0 --model fork
    expect_error 2 usage
}

@test "simple server: one echo, then goodbye" {
    start_server echo-simple-server
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    printf 'hi1' >&"$fd"
    run run_timed 5 cat <&"$fd"
    [[ $output == hi1 ]]
    exec {fd}>&-
    within 5 grep -q served! "$log"
}

# The socket of a client that sends and never reads stays full.
@test "models: SIGTERM ends a server that is blocked or never idle" {
    for model in $models; do
        start_server echo-server --model "$model" --timeout -1 --quiet
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        timeout 1 head -c 100000000 /dev/zero >&"$fd" || true
        kill -TERM "$pid"
        within 3 has_ended "$pid"
        exec {fd}>&-
    done
}
