#!/usr/bin/env bats
# What servers allow, and what becomes of the rest.
# shellcheck disable=SC2016,SC2317 # what eval and within call
load helper

models='thread single epoll'

# start_all [ARG]...: a TCP server of every kind; $pids, $ports and $logs.
start_all() {
    local model
    pids=() ports=() logs=()
    for model in $models simple; do
        case $model in
        simple) start_server echo-simple-server "$@" ;;
        *) start_server echo-server --model "$model" "$@" ;;
        esac
        pids+=("$pid") ports+=("$port") logs+=("$log")
    done
}

# say_and_hear FD: one echo.
say_and_hear() {
    local heard
    printf x >&"$1"
    read -r -t 5 -N 1 -u "$1" heard && [[ $heard == x ]]
}

@test "limits: who says nothing at first is let go, long before who is idle" {
    start_all --hello-timeout 1 --timeout 60
    talkers=() silent=()
    for i in 0 1 2 3; do
        exec {fd}<>"/dev/tcp/127.0.0.1/${ports[i]}"
        # These two serve somebody else meanwhile.
        [[ $i != 0 && $i != 2 ]] || { say_and_hear "$fd" && talkers+=("$fd"); }
        exec {mute}<>"/dev/tcp/127.0.0.1/${ports[i]}"
        silent+=("$mute")
        [[ $i == 0 || $i == 2 ]] || exec {fd}>&-
    done
    for i in 0 1 2 3; do within 10 grep -q 'timeout!' "${logs[i]}"; done
    for fd in "${talkers[@]}"; do
        say_and_hear "$fd"
        exec {fd}>&-
    done
    [[ ${#talkers[@]} -eq 2 ]]
    for i in 0 1 2 3; do
        stop_pid "${pids[i]}"
        within 2 grep -q '^served connections=2 .* timeouts=1 ' "${logs[i]}"
        fd=${silent[i]}
        exec {fd}>&-
    done
}

@test "limits: more connections from one address are closed, one from another is served" {
    for model in thread epoll; do
        start_server echo-server --model "$model" --max-per-source 2
        for kept in one two; do
            exec {fd}<>"/dev/tcp/127.0.0.1/$port"
            say_and_hear "$fd"
            printf -v "$kept" %s "$fd"
        done
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        run say_and_hear "$fd"
        [[ $status -eq 1 ]]
        exec {fd}>&-
        mkfifo "hole$model"
        "$bin/../tests/stranger" idle 127.0.0.9 "$port" 1 1000 1 <"hole$model" 3>&- &
        started+=("$!")
        exec {hole}>"hole$model"
        within 10 grep -qF "From client ('127.0.0.9'," "$log"
        say_and_hear "$one"
        exec {one}>&- {two}>&- {hole}>&-
        stop_pid "$pid"
        within 5 grep -q '^served connections=3 refused=1 ' "$log"
        grep -qx 'refused per_source=1' "$log"
    done
}

@test "limits: a lifetime ends every server, with its counts" {
    start_all --lifetime 1 --quiet
    start_server echo-udp-server --lifetime 1 --quiet
    # One that it serves does not keep it.
    exec {fd}<>"/dev/tcp/127.0.0.1/${ports[0]}"
    say_and_hear "$fd"
    for i in 0 1 2 3 4; do
        pids[4]=$pid logs[4]=$log
        within 10 has_ended "${pids[i]}"
        status=0
        wait "${pids[i]}" || status=$?
        [[ $status -eq 0 ]]
        within 2 grep -q '^served ' "${logs[i]}"
        grep -qx 'lifetime of 1 s is over' "${logs[i]}"
    done
    exec {fd}>&-
}

# 200 kB at 200 kB/s, of which a tenth of a second is free.
rate_holds() {
    run --separate-stderr run_timed 30 "$bin/echo-rate" --ip 127.0.0.1 \
        --port "$port" --messages 200 --record out --connections "$1" --machine
    expect_status 0
    [[ $output == *' ok=200 '* ]]
    awk -F, 'NR > 1 && $5 > last { last = $5 } END { exit !(last > 0.85e9) }' out/messages.csv
    rm -r out
    stop_pid "$pid"
    within 2 grep -qE '^served .* throttled=[1-9][0-9]*$' "$log"
}

@test "limits: a rate holds over all connections, and loses nothing" {
    for model in $models; do
        start_server echo-server --quiet --model "$model" --max-rate 200000
        connections=8
        [[ $model != single ]] || connections=1
        rate_holds "$connections"
    done
}

# count NAME: a number of the line of counts.
count() { sed -n "s/^served .*\b$1=\([0-9]*\).*/\1/p" "$log"; }

@test "limits: datagrams above the rate get no answer, and are counted" {
    start_server echo-udp-server --quiet --max-packets 100
    started_ms=$(date +%s%3N)
    exec {fd}<>"/dev/udp/127.0.0.1/$port"
    for _ in {1..500}; do printf hello >&"$fd"; done
    stop_pid "$pid"
    within 2 grep -q ^served "$log"
    took_ms=$(($(date +%s%3N) - started_ms))
    exec {fd}>&-
    cat "$log"
    [[ $(count answered) -ge 10 ]]
    [[ $(count answered) -le $((10 + took_ms / 10 + 1)) ]]
    [[ $(count throttled) -gt 0 ]]
    [[ $(($(count answered) + $(count refused))) -eq $(count received) ]]
    [[ $(count refused) -eq $(count throttled) ]]
}

# outside COMMAND...: in a network with an address that is not loopback.
outside() {
    cat >outside <<'END'
bin=$1 server=
shift
ip addr add 192.0.2.1/32 dev lo
# serve PROGRAM [ARG]...: starts a server out there; $server, $port and $log.
serve() {
    local line=''
    log=$1.log
    rm -f ready
    mkfifo ready
    "$bin/$1" --ip 192.0.2.1 --port 0 "${@:2}" >ready 3>&- &
    server=$!
    exec 5<ready
    : >"$log"
    until [[ $line == listening* ]]; do
        IFS= read -r -t 10 -u 5 line || exit 9
        echo "$line" >>"$log"
    done
    port=${line##*:}
    cat <&5 >>"$log" 3>&- &
}
finish() {
    kill "$server"
    wait
    server=
}
trap '[ -z "$server" ] || kill "$server"' EXIT
"$@"
END
    in_netns timeout -k 2 40 bash -c '. ./outside' bash "$bin" "$@"
}

@test "limits: where strangers connect, what is long is not answered" {
    need_netns
    need socat
    cat >sizes <<'END'
ask() {
    head -c "$1" /dev/zero | tr '\0' x >question
    socat -t 0.5 -b 70000 - "UDP:192.0.2.1:$port" <question >answer
    wc -c <answer
}
serve echo-udp-server --plain --quiet
[ "$(ask 1472)" -eq 1472 ] || exit 8
[ "$(ask 1473)" -eq 0 ] || exit 7
finish
grep -q 'received=2 answered=1 refused=1 ' "$log" || exit 6
serve echo-udp-server --plain --quiet --max-message 65507
[ "$(ask 65507)" -eq 65507 ] || exit 5
finish
END
    run outside . ./sizes
    expect_status 0
}

@test "limits: where strangers connect, silence is short and ends" {
    need_netns
    cat >silence <<'END'
serve echo-server
grep -qx '    max connections: 64' "$log" || exit 8
began=$SECONDS
exec 6<>"/dev/tcp/192.0.2.1/$port"
read -r -t 30 -N 1 -u 6 _
[ $((SECONDS - began)) -lt 9 ] || exit 7
finish
grep -q ' timeouts=1 ' "$log" || exit 6
for never in '--lifetime -1' '--timeout -1'; do
    "$bin/echo-server" --ip 192.0.2.1 --port 0 $never 2>err && exit 5
    grep -q 'where strangers can connect' err || exit 4
done
END
    run outside . ./silence
    expect_status 0
}

@test "limits: a value that cannot be is refused, by name" {
    for bad in --lifetime=0 --lifetime=86401 --max-connections=-1 \
        --max-connections=100001 --max-per-source=0 --hello-timeout=1x \
        --max-rate=0 --max-packets=; do
        run --separate-stderr run_timed 5 "$bin/echo-server" --port 0 "$bad"
        expect_error 2 usage
        [[ $stderr == *"${bad%%=*}: "* ]]
    done
    run --separate-stderr run_timed 5 "$bin/echo-server" --port 0 --max-connections 4097
    expect_error 2 usage
    run --separate-stderr run_timed 5 "$bin/echo-udp-server" --port 0 --max-message 65508
    expect_error 2 usage
}

@test "limits: a server gives up what it does not need" {
    exec 9>inherited
    for program in echo-server echo-simple-server echo-udp-server echo-relay; do
        start_server "$program"
        grep -qx 'NoNewPrivs:[[:space:]]*1' "/proc/$pid/status"
        grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
        [[ ! -e /proc/$pid/fd/9 ]]
    done
    exec 9>&-
}
