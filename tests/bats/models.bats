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

# junk: 200 connections to $port that are no echo clients.  (A server may close
# before all has been written.)
junk() {
    (
        trap '' PIPE
        for i in {1..50}; do
            printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >"/dev/tcp/127.0.0.1/$port"
            printf '\x16\x03\x01\x02\x00\x01\x00\x01\xfc' >"/dev/tcp/127.0.0.1/$port"
            head -c $((i * 1310)) noise >"/dev/tcp/127.0.0.1/$port"
            : >"/dev/tcp/127.0.0.1/$port"
        done
    ) 2>/dev/null || true
}

# resets: 1000 connections, one after the other.  (Closing a socket with unread
# bytes in it makes the kernel send a reset.)
resets() {
    for _ in {1..1000}; do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        printf 'xxxxxxxx' >&"$fd"
        read -r -t 5 -N 1 -u "$fd" _
        exec {fd}>&-
    done
}

# Its one socket is the listener: no connection is left, none has leaked.
only_listener() {
    [[ $(find "/proc/$pid/fd" ! -name "[012]" -lname "socket:*" | wc -l) -eq 1 ]]
}

# was_quiet N: a few lines in all, and N connections or more in the counts.
was_quiet() {
    stop_pid "$pid" && within 2 grep -q ^served "$log" || return
    [[ $(wc -l <"$log") -le 10 ]] &&
        [[ $(sed -n 's/.* connections=\([0-9]*\) .*/\1/p' "$log") -ge $1 ]]
}

# honest_after COMMAND N: its N connections leave every kind of server as it
# was, with nothing more in its log.
honest_after() {
    head -c 65536 /dev/urandom >noise
    for model in $models; do
        start_server echo-server --model "$model" --quiet
        "$1"
        honest_client "$port"
        within 5 only_listener
        was_quiet "$2"
    done
    start_server echo-simple-server --quiet
    "$1"
    within 5 only_listener
    run --separate-stderr run_timed 20 "$bin/echo-rate" --ip 127.0.0.1 \
        --port "$port" --messages 100 --machine --reconnect
    expect_status 0
    [[ $output == *'intended=100 '*' ok=100 '* ]]
    was_quiet "$2"
}

@test "models: 200 junk connections do not disturb the next client" {
    honest_after junk 200
}

@test "models: 1000 resets leave the server as it was" {
    honest_after resets 1000
}

@test "models: one idle client keeps nobody out (single: until its limit)" {
    ports=() logs=() fds=()
    for model in $models; do
        start_server echo-server --model "$model" --timeout 1
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        ports+=("$port") logs+=("$log") fds+=("$fd")
    done
    for port in "${ports[@]}"; do honest_client "$port"; done
    for log in "${logs[@]}"; do within 5 grep -q timeout! "$log"; done
    for fd in "${fds[@]}"; do exec {fd}>&-; done
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

# It sleeps while the message and the signal come: both are there at once, and
# the message takes three reads.
@test "models: SIGTERM answers what has come before it" {
    for model in $models; do
        start_server echo-server --model "$model" --quiet --buffer 4
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        printf x >&"$fd"
        read -r -t 10 -N 1 -u "$fd" _
        kill -STOP "$pid"
        printf 'come already' >&"$fd"
        kill -TERM "$pid"
        kill -CONT "$pid"
        answer= # a read that fails leaves it as it was
        read -r -t 10 -N 12 -u "$fd" answer || echo "$model: nothing more"
        [[ $answer == 'come already' ]]
        within 5 has_ended "$pid"
        exec {fd}>&-
    done
}

# It sleeps while all of it comes: a read ends before the urgent byte, however
# much it takes.
@test "models: what comes after urgent data is answered (epoll)" {
    start_server echo-server --model epoll --quiet
    for n in 20 48 100 1000; do
        kill -STOP "$pid"
        run_timed 30 "$bin/../tests/stranger" urgent "$port" "$n" >told 3>&- &
        asker=$!
        within 10 grep -q said told
        kill -CONT "$pid"
        wait "$asker"
        cat told
        grep -qx "back=$((n + 50)) of $((n + 50))" told
    done
}

# A slow reader must wait; the server must neither buffer without end nor spin.
@test "models: a client that does not read is made to wait" {
    ports=() pids=() fds=() writers=()
    for model in thread epoll; do
        start_server echo-server --model "$model" --quiet
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        ports+=("$port") pids+=("$pid") fds+=("$fd")
        timeout 2 head -c 100000000 /dev/zero >&"$fd" 3>&- &
        writers+=("$!")
    done
    for writer in "${writers[@]}"; do wait "$writer" || true; done
    for pid in "${pids[@]}"; do
        rss_kb=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
        echo "$rss_kb kB"
        # A sanitizer keeps a shadow of its own.
        [[ $bin == *san-* || $rss_kb -lt 40000 ]]
    done
    for port in "${ports[@]}"; do honest_client "$port"; done
    for fd in "${fds[@]}"; do exec {fd}>&-; done
}

# Each of these servers has a listener and no room for a connection.
@test "models: out of descriptors, the server waits for one and goes on" {
    for model in $models simple; do
        case $model in
        simple) start_server echo-simple-server ;;
        *) start_server echo-server --model "$model" ;;
        esac
        used=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
        prlimit --nofile="$used:" --pid "$pid"
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        printf x >&"$fd"
        within 5 grep -q 'out of descriptors' "$log"
        ticks=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
        within 10 several_pauses
        now=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
        echo "$model: $((now - ticks)) ticks in five pauses of 100 ms"
        [[ $((now - ticks)) -le 15 ]]
        prlimit --nofile=1024: --pid "$pid"
        # Who waited is served now.
        read -r -t 10 -N 1 -u "$fd" answer
        [[ $answer == x ]]
        exec {fd}>&-
    done
}

# One thread serves all: a pause would be one of theirs too.
@test "models: out of descriptors, those who are served do not wait (epoll)" {
    need prlimit
    start_server echo-server --model epoll
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    printf x >&"$fd"
    read -r -t 10 -N 1 -u "$fd" _
    used=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
    prlimit --nofile="$used:" --pid "$pid"
    exec {late}<>"/dev/tcp/127.0.0.1/$port"
    within 5 grep -q 'out of descriptors' "$log"
    for _ in {1..200}; do
        printf x >&"$fd"
        read -r -t 10 -N 1 -u "$fd" _
    done
    pauses=$(grep -c 'out of descriptors' "$log")
    echo "$pauses pauses of 100 ms in 200 round trips"
    [[ $pauses -lt 150 ]]
    exec {fd}>&- {late}>&-
}

@test "models: no descriptor to wait with is an error, and nothing listens" {
    [[ $bin != *san-* ]] || skip "models: a sanitizer needs descriptors itself"
    # shellcheck disable=SC2016 # for that bash
    run --separate-stderr -6 bash -c \
        'for i in {3..20}; do eval "exec $i>&-"; done; ulimit -n 4; exec "$0" "$@"' \
        "$bin/echo-server" --model epoll --port 0
    [[ $output != *listening* ]]
    [[ $stderr == *'(epoll) cannot wait for events'*EMFILE* ]]
}

several_pauses() { [[ $(grep -c 'out of descriptors' "$log") -ge 6 ]]; }

# Root has no limit of processes: somebody else who has no other process.
@test "models: out of threads, a connection is refused and counted" {
    need setpriv prlimit
    ((EUID == 0)) || skip "models: needs root to become somebody else"
    for program in echo-server echo-simple-server; do
        cp "$(readlink -f "$bin/$program")" .
        chmod a+rx . .. "$program"
        log=$program.log
        setpriv --reuid=61234 --regid=61234 --clear-groups \
            prlimit --nproc=2 "./$program" --port 0 >"$log" 2>&1 3>&- &
        pid=$!
        started+=("$pid")
        within 10 grep -q ^listening "$log" || skip "models: $T is closed to others"
        port=$(sed -n 's/^listening .*://p' "$log")
        exec {kept}<>"/dev/tcp/127.0.0.1/$port"
        within 5 grep -q connected! "$log"
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        within 5 grep -q 'refused: no thread for it!' "$log"
        exec {fd}>&-
        printf 'still here' >&"$kept"
        read -r -t 5 -N 10 -u "$kept" answer
        [[ $answer == 'still here' ]]
        exec {kept}>&-
        stop_pid "$pid"
        within 2 grep -q '^served connections=1 refused=1 ' "$log"
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
    pids=() fds=() writers=()
    for model in $models; do
        start_server echo-server --model "$model" --timeout -1 --quiet
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        pids+=("$pid") fds+=("$fd")
        timeout 1 head -c 100000000 /dev/zero >&"$fd" 3>&- &
        writers+=("$!")
    done
    for writer in "${writers[@]}"; do wait "$writer" || true; done
    kill -TERM "${pids[@]}"
    for pid in "${pids[@]}"; do within 3 has_ended "$pid"; done
    for fd in "${fds[@]}"; do exec {fd}>&-; done
}

# echoes FD N: so many of one byte.
echoes() {
    local answer
    for ((i = 0; i < $2; i++)); do
        printf x >&"$1"
        read -r -t 10 -N 1 -u "$1" answer && [[ $answer == x ]] || return
    done
}

# need_tables [TOOL]: a thread can have one of its own.
need_tables() {
    [[ $bin != *san-thread* ]] || skip "models: the thread sanitizer knows one table only"
    need "$@"
}

# parted N: so many threads of $pid have a socket that the process has not.
parted() {
    only_listener && [[ $(find "/proc/$pid"/task/*/fd ! -name "[012]" -lname "socket:*" 2>/dev/null |
        wc -l) -eq $(($1 + 1)) ]]
}

alone() { [[ $(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l) -eq 1 ]]; }

# ends FD: the peer closes it, and it was not this reading that took too long.
ends() {
    local status=0
    read -r -t 10 -N 1 -u "$1" _ || status=$?
    [[ $status -eq 1 ]]
}

@test "models: who is busy gets a thread with nothing but its socket (thread)" {
    need_tables
    start_server echo-server
    exec {fd}<>"/dev/tcp/127.0.0.1/$port" {other}<>"/dev/tcp/127.0.0.1/$port"
    echoes "$fd" 80
    echoes "$other" 80
    within 5 parted 2
    # It is the only one that has it: closed is closed.
    printf exit >&"$fd"
    ends "$fd"
    within 5 parted 1
    kill -TERM "$pid"
    ends "$other"
    within 5 has_ended "$pid"
    within 2 grep -qx 'served connections=2 refused=0 bytes_in=164 bytes_out=160 open=0 timeouts=0 throttled=0' "$log"
    exec {fd}>&- {other}>&-
}

@test "models: the silence of one that was busy is seen (thread)" {
    need_tables
    start_server echo-server --timeout 2
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    echoes "$fd" 80
    within 5 parted 1
    ends "$fd"
    within 5 grep -q timeout! "$log"
    within 5 alone
    exec {fd}>&-
}

@test "models: where the kernel gives no thread a table it goes on as it was" {
    need_tables strace
    mkdir denied
    printf '%s\n' '#!/bin/sh' "exec strace -D -f -o '$T/trace' -e trace=close_range \\" \
        "    -e inject=close_range:error=EPERM '$bin/echo-server' \"\$@\"" >denied/echo-server
    chmod +x denied/echo-server
    ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 bin=$T/denied start_server echo-server
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    echoes "$fd" 80
    within 10 grep -q 'CLOSE_RANGE_UNSHARE.*EPERM' trace
    echoes "$fd" 80
    printf exit >&"$fd"
    ends "$fd"
    exec {fd}>&-
}
