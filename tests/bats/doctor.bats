#!/usr/bin/env bats
# harness doctor: what a run needs here, and whether a target can be measured.

load helper

# doctor ARG...: sets what `run` sets, and $text: stdout in one line.
doctor() {
    run --separate-stderr run_timed 60 "$bin/harness" doctor "$@"
    text=$(tr -s ' \n' ' ' <<<"$output")
    # Whatever comes out: one level, one subject and a hint for what is wrong.
    not grep -vE '^(ok    |warn  |FAIL  )[A-Za-z0-9 ]+:( .|$)|^      .|^doctor: ' <<<"$output"
    not grep -E '.{81}' <<<"$output"
    [ "$(grep -c "^      hint: " <<<"$output")" -eq "$(grep -cE "^(warn|FAIL) " <<<"$output")" ]
}

# level WHAT: that of the line about it.
level() { sed -n "s/^\([a-zA-Z]*\)  *$1:.*/\1/p" <<<"$output"; }

# The helpers for a report are there: what is under test is something else.
need_report() { need gnuplot pdflatex kpsewhich; }

# fake TOOL TEXT: a program in tools/, which comes first in PATH.
fake() {
    mkdir -p tools
    printf '#!/bin/sh\n%s\n' "$2" >"tools/$1"
    chmod +x "tools/$1"
}

@test "doctor: a machine that has all" {
    need_report
    doctor
    expect_status 0
    [ "$stderr" = '' ]
    for what in programs gnuplot pdflatex 'LaTeX packages' descriptors results loopback; do
        [ "$(level "$what")" = ok ]
    done
    for what in font trace processors processes ports memory clock timer IPv6 governor load steal; do
        [[ $(level "$what") =~ ^(ok|warn)$ ]]
    done
    [[ $text == *"programs: 9, version "* ]]
    [[ $output =~ doctor:\ [0-9]+\ fine,\ [0-9]+\ to\ look\ at,\ 0\ failed$ ]]
}

@test "doctor: as JSON, the same lines" {
    need_report
    doctor
    checks=$(grep -cE '^(ok|warn|FAIL) ' <<<"$output")
    run --separate-stderr run_timed 60 "$bin/harness" doctor --json
    expect_status 0
    [ "$(grep -c '"what":' <<<"$output")" -eq "$checks" ]
    [[ $(tr -d ' \t\n' <<<"$output") == '{"fine":'*'"failed":0,"checks":[{"what":"programs","level":"ok",'* ]]
}

@test "doctor: a helper that is missing, or not what its name says" {
    need pdflatex kpsewhich
    fake gnuplot 'exit 1'
    PATH=$T/tools:$PATH doctor
    expect_error 7 helper-missing
    [ "$(level gnuplot)" = FAIL ]
    [ "$(level pdflatex)" = ok ]
    [[ $text == *'hint: sh setup.sh installs it, or: apt-get install gnuplot-nox'* ]]
    fake gnuplot 'echo something else'
    PATH=$T/tools:$PATH doctor
    expect_error 7 helper-missing
}

@test "doctor: programs that are missing or of another version" {
    mkdir build
    for program in "$bin"/*; do ln "$program" build/ || cp "$program" build/; done
    rm build/echo-relay build/echo-rate
    printf '#!/bin/sh\necho "echo-rate (echolab) 0.0.1 (old)"\n' >build/echo-rate
    chmod +x build/echo-rate
    run --separate-stderr run_timed 60 build/harness doctor
    [[ $output == *'FAIL  programs: cannot find '*/echo-relay* ]]
    [[ $(tr -s ' \n' ' ' <<<"$output") == *'FAIL programs: echo-rate is of another version than harness: '*'0.0.1 (old)'*'hint: '*make* ]]
    expect_error 7 "version-mixed|install-broken"
}

@test "doctor: too few descriptors, and no room for results" {
    need_report
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr run_timed 60 bash -c 'ulimit -n 40 && exec "$0" doctor' "$bin/harness"
    expect_error 6 descriptors
    [ "$(level descriptors)" = FAIL ]
    doctor --out no/such
    expect_error 5 results-parent
    [ "$(level results)" = FAIL ]
    [[ $text == *'cannot write in no: No such file or directory (ENOENT)'* ]]
}

@test "doctor: a server of ours, a plain one and none" {
    need_report
    start_server echo-server
    doctor --host "localhost:$port"
    expect_status 0
    [ "$(level name)" = ok ]
    [[ $text == *"127.0.0.1:$port is open, connected after "*"127.0.0.1:$port greets and echoes: an echolab server "* ]]
    stop_pid "$pid"
    doctor --host 127.0.0.1 --port "$port"
    expect_error 3 connect-refused
    [[ $text == *"FAIL port: "*ECONNREFUSED*"hint: nothing listens there: "* ]]
    [ "$(level server)" = '' ]
    # shellcheck disable=SC2016 # for the peer
    start_peer 'printf EL1H; dd bs=44 count=1 iflag=fullblock status=none' 'printf %s "$first"; cat'
    doctor --host "127.0.0.1:$port"
    expect_status 0
    [[ $text == *'greets and echoes: a plain echo server '* ]]
    mkdir other
    cd other
    start_peer 'echo SSH-2.0-nothing' 'echo SSH-2.0-nothing'
    doctor --host "127.0.0.1:$port"
    expect_error 8 hello-refused
    [ "$(level port)" = ok ]
    [ "$(level server)" = FAIL ]
}

@test "doctor: over UDP" {
    need_report
    start_server echo-udp-server
    doctor --host "127.0.0.1:$port" --transport udp
    expect_status 0
    [[ $text == *'greets and echoes: an echolab server '* ]]
    stop_pid "$pid"
    doctor --host "127.0.0.1:$port" --transport udp
    expect_error 3 connect-refused
    [ "$(level server)" = FAIL ]
}

@test "doctor: bound to loopback, filtered, rejected" {
    need_netns
    need nft
    need_report
    cat >inside <<'END'
ip addr add 192.0.2.7/32 dev lo
"$1/echo-server" --quiet --port 2333 >server 3>&- & server=$!
trap 'kill $server' EXIT
until grep -q listening server; do sleep 0.02; done
"$1/harness" doctor --host 192.0.2.7 2>bound.err >bound; echo $? >>bound
"$1/harness" doctor --host 192.0.2.7:2335 2>closed.err >closed; echo $? >>closed
nft 'add table inet t; add chain inet t in { type filter hook input priority 0; }'
nft 'add rule inet t in ip daddr 192.0.2.7 tcp dport 2333 drop'
nft 'add rule inet t in ip daddr 192.0.2.7 tcp dport 2334 reject with icmp type admin-prohibited'
"$1/harness" doctor --host 192.0.2.7:2333 2>filtered.err >filtered; echo $? >>filtered
"$1/harness" doctor --host 192.0.2.7:2334 2>rejected.err >rejected; echo $? >>rejected
END
    run in_netns timeout -k 2 60 bash inside "$bin"
    expect_status 0
    for file in bound closed filtered rejected; do
        [ "$(tail -n 1 $file)" = 3 ]
        tr -s ' \n' ' ' <$file >flat && mv flat $file
    done
    grep -q 'FAIL port: the server listens on 127.0.0.1 only: .*hint: start it with --ip 0.0.0.0 ' bound
    grep -q '(connect-refused)' bound.err
    grep -q "FAIL port: .*ECONNREFUSED.*hint: the host is there.*ss -lnt 'sport = :2335'.*--ip 0.0.0.0" closed
    grep -q '(connect-refused)' closed.err
    grep -q 'FAIL port: filtered: .*ETIMEDOUT.*hint: .*security group.*harness trace 192.0.2.7:2333' filtered
    grep -q '(connect-timeout)' filtered.err
    grep -q 'FAIL port: .*EHOSTUNREACH.*hint: .*firewall.*harness trace 192.0.2.7:2334' rejected
    grep -q '(connect-unreachable)' rejected.err
}

@test "doctor: a wrong command line checks nothing" {
    for args in 'a' '--port 0' '--transport sctp' '--out='; do
        # shellcheck disable=SC2086 # a list of words
        run --separate-stderr "$bin/harness" doctor $args
        expect_error 2 usage
        [ "$output" = '' ]
    done
    run --separate-stderr "$bin/harness" doctor --host=-oProxyCommand=x
    expect_error 2 host-name
    run --separate-stderr run_timed 60 "$bin/harness" doctor --host nosuch.invalid
    [ "$(level name)" = FAIL ]
    expect_error 3 resolve-failed
}
