#!/usr/bin/env bats
# harness trace: the path to a port, over real routers and with tools that fail.

load helper

# A file `path` to be sourced in a network and mounts of its own: the hosts
# here and far with the routers near and edge between them, a server on far's
# port 2333 (IPv4) and 2334 (IPv6), and
#   on HOST COMMAND...   runs it there
#   trace ARG...         harness trace, here
write_path() {
    cat >path <<'END_OF_PATH'
set -eu
bin=$1
mount -t tmpfs none /run
on() { ip netns exec "$@"; }
trace() { on here "$bin/harness" trace "$@"; }
# link LEFT RIGHT N: network N, in which LEFT has address 1 and RIGHT 2.
link() {
    ip link add "left$3" netns "$1" type veth peer name "right$3" netns "$2"
    up "$1" "left$3" "$3" 1
    up "$2" "right$3" "$3" 2
}
up() {
    ip -n "$1" addr add "10.9.$3.$4/24" dev "$2"
    ip -n "$1" addr add "fd09:$3::$4/64" dev "$2" nodad
    ip -n "$1" link set "$2" up
}
for host in here near edge far; do
    ip netns add $host
    ip -n $host link set lo up
    on $host sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
done
link here near 1
link near edge 2
link edge far 3
for host in near edge; do
    on $host sh -c 'cd /proc/sys/net && echo 1 >ipv4/ip_forward &&
        echo 1 >ipv6/conf/all/forwarding && echo 0 >ipv4/icmp_ratelimit &&
        echo 0 >ipv6/icmp/ratelimit'
done
ip -n here route add default via 10.9.1.2
ip -n here route add default via fd09:1::2
ip -n near route add 10.9.3.0/24 via 10.9.2.2
ip -n near route add fd09:3::/64 via fd09:2::2
ip -n edge route add 10.9.1.0/24 via 10.9.2.1
ip -n edge route add fd09:1::/64 via fd09:2::1
ip -n far route add default via 10.9.3.1
ip -n far route add default via fd09:3::1
ip netns exec far "$bin/echo-server" --quiet --ip 0.0.0.0 --port 2333 >four 3>&- & four=$!
ip netns exec far "$bin/echo-server" --quiet --ip :: --port 2334 >six 3>&- & six=$!
trap 'kill $four $six' EXIT
until grep -q listening four && grep -q listening six; do sleep 0.02; done
END_OF_PATH
}

# over_path: runs stdin as shell after `path`; sets what `run` sets.
over_path() {
    need_netns
    write_path
    { echo '. ./path'; cat; } >inside
    run --separate-stderr in_netns timeout -k 2 60 bash inside "$bin"
}

# fake TOOL TEXT: a program in tools/, which comes first in PATH.
fake() {
    mkdir -p tools
    printf '#!/bin/sh\n%s\n' "$2" >"tools/$1"
    chmod +x "tools/$1"
}

# trace_with ARG...: with the fakes, to a server on loopback.
trace_with() {
    [[ -v port ]] || start_server echo-server
    PATH=$T/tools:$PATH run --separate-stderr run_timed 20 \
        "$bin/harness" trace "127.0.0.1:$port" "$@"
}

@test "trace: every hop, the port and the path MTU" {
    need traceroute
    over_path <<'END'
ip -n near link set left2 mtu 1400
trace 10.9.3.2:2333 --csv trace.csv
END
    expect_status 0
    [ "${lines[0]}" = 'Tracing route to 10.9.3.2 on port 2333' ]
    [ "${lines[1]}" = 'Over a maximum of 30 hops.' ]
    for hop in 1 2 3; do
        [[ ${lines[hop + 1]} =~ ^$hop\ +([0-9.]+\ ms\ +){3}10\.9\.$hop\.2$ ]]
    done
    [[ ${lines[5]} =~ ^\ +Destination\ Reached\ in\ [0-9.]+\ ms\.$ ]]
    [ "${lines[6]}" = 'Connection established to 10.9.3.2' ]
    [ "${lines[7]}" = 'Path MTU 1400 bytes.' ]
    [ "${lines[8]}" = 'Trace Complete.' ]
    [ "${#lines[@]}" -eq 9 ]
    [ "$stderr" = '' ]
    for hop in 1 2 3; do printf "$hop,10.9.$hop.2,%s\n" 1 2 3; done |
        diff - <(sed 1d trace.csv | cut -d , -f 1-3)
    [ "$(head -n 1 trace.csv)" = hop,address,probe,time_us,mark ]
    [ "$(grep -cE '^[1-3],[0-9.]+,[1-3],[0-9]+,$' trace.csv)" -eq 9 ]
}

@test "trace: over IPv6, as JSON" {
    need traceroute
    over_path <<'END'
trace '[fd09:3::2]:2334' --json
END
    expect_status 0
    flat=$(tr -d ' \t\n' <<<"$output")
    [[ $flat == *'"address":"fd09:3::2","port":2334,'* ]]
    [[ $flat == *'"tool":"traceroute","connected":true,"errno":null,'* ]]
    [[ $flat == *'"path_mtu_bytes":1500,"path_mtu_proved":true,'* ]]
    [[ $flat == *'{"hop":1,"probes":[{"address":"fd09:1::2","time_us":'* ]]
    [[ $flat == *'{"hop":3,"probes":[{"address":"fd09:3::2","time_us":'* ]]
    [[ $flat != *'"hop":4'* ]]
}

@test "trace: a closed port is reached and refused" {
    need traceroute
    over_path <<'END'
trace 10.9.3.2:9
END
    expect_error 3 connect-refused
    [[ $output == *'3 '*'10.9.3.2'*'Port closed on 10.9.3.2'* ]]
    [[ $output != *established* ]]
}

@test "trace: a filtered port tells how far the path was seen" {
    need traceroute nft
    over_path <<'END'
on far nft 'add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in tcp dport 2333 drop'
trace 10.9.3.2 --hops 4 --csv trace.csv
END
    expect_error 3 connect-timeout
    [[ $stderr == *'the last answer came from hop 2: '* && $stderr == *firewall* ]]
    [[ $output == *'10.9.2.2'*'Destination not reached (ETIMEDOUT)'* ]]
    [ "$(tail -n 1 trace.csv)" = 4,,3,, ]
}

@test "trace: a router that refuses marks its answer" {
    need traceroute
    over_path <<'END'
ip -n near route add prohibit 10.8.0.0/16
trace 10.8.8.8
END
    expect_error 3 connect-unreachable
    [[ $output == *'ms !X'*'10.9.1.2'*'No connection to 10.8.8.8'* ]]
}

@test "trace: mtr does it where there is no traceroute" {
    need mtr
    over_path <<'END'
mkdir only
ln -s "$(command -v mtr)" "$(command -v mtr-packet)" only
on here env PATH="$PWD/only" "$bin/harness" trace 10.9.3.2
END
    expect_status 0
    [[ ${lines[2]} =~ ^1\ +.*10\.9\.1\.2$ ]]
    [[ ${lines[4]} =~ ^3\ +.*[0-9]\ ms.*10\.9\.3\.2$ ]]
    [[ ${lines[5]} == *'Destination Reached'* ]]
}

@test "trace: what mtr prints is read, three probes a hop" {
    start_server echo-server
    fake mtr 'printf "%s\n" "x 0 1" "h 0 127.0.0.1" "p 0 21 1" "x 0 2" "x 0 3" "p 0 1500 3"'
    run --separate-stderr env PATH="$T/tools" "$bin/harness" trace "127.0.0.1:$port"
    expect_status 0
    [[ ${lines[2]} =~ ^1\ +0\.02\ ms\ +\*\ +1\.5\ ms\ +127\.0\.0\.1$ ]]
}

@test "trace: no tool is an error that names the package, the port is still told" {
    start_server echo-server
    run --separate-stderr env PATH="$T" "$bin/harness" trace "127.0.0.1:$port" --csv trace.csv
    expect_error 7 trace-missing
    [[ $stderr == *'package traceroute'* ]]
    [[ $output == *'Connection established to 127.0.0.1'*'Trace incomplete.' ]]
    [ "$(cat trace.csv)" = hop,address,probe,time_us,mark ]
    # That the target is not reached says more.
    run --separate-stderr env PATH="$T" "$bin/harness" trace 127.0.0.1:1
    expect_error 3 connect-refused
}

@test "trace: a tool that fails, hangs or prints something else" {
    fake traceroute 'echo "You do not have enough privileges to use this traceroute method." >&2; exit 1'
    cp tools/traceroute tools/mtr
    trace_with
    expect_error 7 trace-failed
    [[ $stderr == *'enough privileges'*root*mtr-tiny* ]]
    fake traceroute 'echo " 1  127.0.0.1  1 ms * *"; exec sleep 60'
    cp tools/traceroute tools/mtr
    sed -i 's/ 1  127.*ms [*] [*]/x 0 1/' tools/mtr
    trace_with --timeout 1
    expect_error 7 trace-timeout
    for said in '' 'Usage: traceroute' "$(printf ' 1  1.1.1.1 \033[31m 1 ms * *')" \
        ' 7  * * *' "$(printf '%08000d' 0)"; do
        fake traceroute "echo '$said'"
        cp tools/traceroute tools/mtr
        trace_with
        expect_error 7 trace-output
        [[ $stderr != *$'\033'* ]]
    done
    fake traceroute 'while :; do echo " 1  * * *"; done'
    cp tools/traceroute tools/mtr
    trace_with
    expect_error 7 trace-output
}

@test "trace: the tool gets the address as one argument, never through a shell" {
    fake traceroute "printf '%s\\n' \"\$@\" >'$T/argv'; echo ' 1  127.0.0.1  1 ms * *'"
    cp tools/traceroute tools/mtr
    start_server echo-server
    PATH=$T/tools:$PATH run --separate-stderr "$bin/harness" trace "localhost:$port" --hops 7
    [ "$(tail -n 2 argv | head -n 1)" = -- ]
    [[ $(tail -n 1 argv) =~ ^(127\.0\.0\.1|::1)$ ]]
    grep -qx "$port" argv
    grep -qx 7 argv
    rm argv
    # shellcheck disable=SC2016 # not to be expanded
    for host in -oProxyCommand=x '$(id)' 'a b' $'a\nb' 127.0.0.1:0 127.0.0.1:65536 '' "$(printf 'a%.0s' {1..300})"; do
        PATH=$T/tools:$PATH run --separate-stderr "$bin/harness" trace -- "$host"
        expect_error 2 host-name
    done
    [ ! -e argv ]
}

@test "trace: a wrong command line starts nothing" {
    for args in '' 'a b' '--hops 65 a' '--hops 0 a' '--timeout 0 a' '--port 0 a' '--port x a' '--csv= a'; do
        # shellcheck disable=SC2086 # a list of words
        run --separate-stderr "$bin/harness" trace $args
        expect_error 2 usage
    done
    run --separate-stderr run_timed 20 "$bin/harness" trace nosuch.invalid
    expect_error 3 resolve-failed
}

@test "trace: a CSV file that cannot be written is an error of its own" {
    fake traceroute 'echo " 1  127.0.0.1  1 ms * *"'
    fake mtr 'printf "%s\n" "x 0 1" "h 0 127.0.0.1" "p 0 21 1"'
    trace_with --csv no/such/file
    expect_error 5 results-write
    trace_with --csv /dev/full
    expect_error 5 results-write
}

# A run to the host far, as shell for over_path.
# shellcheck disable=SC2016 # for the inner shell
run_there='on here env ${with-} "$bin/harness" run "$root/scenarios/remote_rate.json" --host 10.9.3.2 --set messages=40'

@test "trace: a run to another host has one before it and one after, in its report" {
    need traceroute pdftotext gnuplot pdflatex
    root=$root over_path <<<"$run_there"
    expect_status 0
    local dir=${lines[-1]} of when text
    of=$(echo "$dir"/*/1)
    for when in before after; do
        for hop in 1 2 3; do printf "$hop,10.9.$hop.2,%s\n" 1 2 3; done |
            diff - <(sed 1d "$of/trace-$when.csv" | cut -d , -f 1-3)
        grep -qx 'Connection established to 10.9.3.2' "$of/trace-$when.txt"
    done
    grep -qE '"path to 10.9.3.2: 3 hops, MTU 1500 bytes, TCP port 2333 open after ' "$dir/manifest.json"
    [[ $output != *'the route'* ]]
    run "$bin/harness" verify "$dir"
    expect_status 0
    run --separate-stderr "$bin/harness" report "$dir" --out out
    expect_status 0
    [ -s out/figures/hops.pdf ]
    for text in 10.9.1.2 10.9.2.2 10.9.3.2 connect echo 'round trip'; do
        grep -q "$text" out/figures/hops.svg
    done
    pdftotext -layout out/report.pdf report.txt
    grep -q 'Tracing route to 10.9.3.2 on port 2333' report.txt
    grep -q 'Fig. 7. The path hop by hop' report.txt
    grep -q '"trace.rtt"' out/results.json
    run "$bin/harness" report --check out .
    expect_status 0
    sed -i '2s/,10.9.1.2,/,10.9.1.3,/' "$of/trace-before.csv"
    run --separate-stderr "$bin/harness" verify "$dir"
    expect_error 5 results-damaged
}

@test "trace: another route after a run is a warning that names the hop" {
    # shellcheck disable=SC2016 # for the tool
    fake traceroute '[ -e "$0.2" ] && hop=10.9.2.9 || hop=10.9.2.2
: >"$0.2"
printf " 1  10.9.1.2  1 ms  2 ms  3 ms\n 2  $hop  1 ms  1 ms  1 ms\n 3  10.9.3.2  1 ms  1 ms  1 ms\n"'
    cp tools/traceroute tools/mtr
    root=$root with="PATH=$T/tools:$PATH" over_path <<<"$run_there"
    expect_status 0
    [[ $output == *'warning    route: the route to 10.9.3.2 changed: hop 2 was 10.9.2.2 before the run and 10.9.2.9 after it'* ]]
    grep -q '10.9.2.9 after it"' "${lines[-1]}/manifest.json"
}

@test "trace: a run without a trace is measured, and warns" {
    root=$root with="PATH=$T" over_path <<<"$run_there"
    expect_status 0
    [[ $output == *'warning    no-trace: the trace before the run is not whole: neither traceroute nor mtr is installed'* ]]
    [ -z "$(find results -name 'trace-*')" ]
    # On this machine there is no path.
    fake traceroute "touch $T/traced"
    PATH=$T/tools:$PATH run --separate-stderr "$bin/harness" run "$root/scenarios/local_rate.json" \
        --set messages=40
    expect_status 0
    [ ! -e traced ] && [ -z "$(find results -name 'trace-*')" ]
}
