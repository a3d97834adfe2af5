#!/usr/bin/env bats
# Messages cut where a network may cut them, calls that do less than was asked,
# and the sizes at which something changes.
load helper

# start_kind KIND: a server of that kind, or a relay before one; sets $port.
start_kind() {
    case $1 in
    relay)
        start_server echo-server --quiet
        start_server echo-relay --quiet --to "127.0.0.1:$port"
        ;;
    simple) start_server echo-simple-server --quiet ;;
    udp) start_server echo-udp-server --quiet ;;
    *) start_server echo-server --quiet --model "$1" ;;
    esac
}

# echoed TEXT: sends it on $fd and expects it back.
echoed() {
    local heard
    printf %s "$1" >&"$fd"
    LC_ALL=C IFS= read -r -t 10 -d '' -N "${#1}" -u "$fd" heard
    [[ $heard == "$1" ]]
}

# in_two TEXT: in two parts, cut at every byte; the first is back before the
# second is sent, so that no segment holds both.
in_two() {
    local cut
    for ((cut = 1; cut < ${#1}; cut++)); do
        echoed "${1:0:cut}" && echoed "${1:cut}" || return
    done
}

@test "boundaries: a message cut at every byte, three in one write too" {
    one=$(printf 'EL1Q%060d' 7)
    three=$one$(printf '%-48s' two)$(printf '%047d.' 3)
    for kind in thread single epoll relay; do
        start_kind "$kind"
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        in_two "$one"
        in_two "$three"
        exec {fd}>&-
    done
}

@test "boundaries: a hello cut at every byte is welcomed" {
    hello=EL1H0123456789abcdefffffffff000000000000deadbeef
    for kind in thread single epoll; do
        start_kind "$kind"
        for ((cut = 1; cut < 48; cut++)); do
            exec {fd}<>"/dev/tcp/127.0.0.1/$port"
            printf %s "${hello:0:cut}" >&"$fd"
            LC_ALL=C read -r -t 10 -N "$cut" -u "$fd" first
            printf %s "${hello:cut}" >&"$fd"
            LC_ALL=C read -r -t 10 -N $((48 - cut)) -u "$fd" second
            [[ $first$second == "EL1W${hello:4}" ]]
            exec {fd}>&-
        done
    done
}

# ---- calls that do less than was asked ----

# need_shim: $shim, where programs have no sanitizer that must come first.
need_shim() {
    shim=$bin/../tests/short_io.so
    [[ $bin != *san-* ]] || skip "short calls: on programs without a sanitizer"
    [[ -e $shim ]] || { echo "no $shim: run make unit" >&2 && return 1; }
    export SHORT_IO_COUNT=$T/calls
}

# measure PROGRAM DIR ARG...: what became of the messages, in $DIR/fates.  (Which
# connection has how many of them is chance.)
measure() {
    run --separate-stderr run_timed 60 "$bin/$1" --ip 127.0.0.1 \
        --port "$port" --record "$2" "${@:3}"
    expect_status 0
    cut -d , -f 7-10 "$2/messages.csv" | sort >"$2/fates"
}

# both_ways KIND PROGRAM ARG...: the same fates with short calls in the server,
# and in the client, as without.
both_ways() {
    rm -rf plain short_client short_server
    start_kind "$1"
    measure "$2" plain "${@:3}"
    [[ $(grep -c ',ok,1$' plain/fates) -eq $(($(wc -l <plain/fates) - 1)) ]]
    LD_PRELOAD=$shim measure "$2" short_client "${@:3}"
    diff plain/fates short_client/fates
    LD_PRELOAD=$shim start_kind "$1"
    measure "$2" short_server "${@:3}"
    diff plain/fates short_server/fates
    stop_pid "$pid"
}

@test "boundaries: calls that move few bytes or none change no result" {
    need_shim
    for kind in thread single epoll relay; do
        both_ways "$kind" echo-rate --messages 10
        both_ways "$kind" echo-rate --messages 6 --length 1
    done
    both_ways epoll echo-rate --messages 20 --length 49 --connections 4
    both_ways thread echo-fail-rate --messages 20 --length 100 --connections 4
    both_ways udp echo-rate --transport udp --messages 50 --timeout 1
    # The shim was in use: each byte of a kilobyte went at most seven at a time.
    [[ $(grep -cE '^echo-(server|relay|rate|fail-rate|udp-server) [0-9]+$' calls) -ge 20 ]]
    [[ $(awk '$1 == "echo-relay" && $2 > most { most = $2 } END { print most }' calls) -gt 10000 ]]
}

# ---- sizes ----

@test "boundaries: sizes at which something changes, by every server" {
    for kind in thread single epoll relay; do
        start_kind "$kind"
        for size in 1 47 48 49 1000; do
            measure echo-rate "$kind$size" --length "$size" --messages 20
            [[ $(grep -c "^$size,$size,ok,1$" "$kind$size/fates") -eq 20 ]]
        done
    done
    start_kind simple
    for size in 1 47 48 49 1000 1024; do
        measure echo-rate "simple$size" --length "$size" --messages 20 --reconnect
        [[ $(grep -c "^$size,$size,ok,1$" "simple$size/fates") -eq 20 ]]
    done
}

# More than any socket takes: who sends all before it reads waits for ever.
@test "boundaries: 16 MiB through small buffers, without a deadlock" {
    for kind in thread single epoll relay; do
        start_kind "$kind"
        measure echo-rate "$kind" --length 16777216 --messages 2 --timeout 30
        [[ $(grep -c '^16777216,16777216,ok,1$' "$kind/fates") -eq 2 ]]
    done
    run --separate-stderr run_timed 5 "$bin/echo-rate" --length 16777217
    expect_error 2 usage
}
