#!/usr/bin/env bats
# Scenarios and command lines, good and bad: nothing is started, nothing is
# written, and the first line on stderr says exactly what is wrong where.
load helper

data=$root/tests/data/scenarios

@test "check: a scenario and its plan" {
    run --separate-stderr run_timed 5 "$bin/harness" check "$root/scenarios/remote_rate.json" \
        --set repeat=3 --set path.rate_mbit=8 --set what='Over a path.'
    expect_status 0
    [ "$stderr" = "" ]
    diff - <(printf '%s\n' "$output") <<'END'
name       remote_rate
what       Over a path.
site       cloud: echo-server started here on 127.0.0.1, a free port
path       emulated by echo-relay: 19 ms +- 1 ms one way, 8 Mbit/s
load       tcp, closed loop, 1 connection, 1000 bytes a message, time-out 3 s
runs       1 case x 3 repeats
time       90 s
messages   about 2 367, if a round trip takes 38.0 ms
record     about 161 kB
ports      2 to listen on, 1 of the client
END
}

@test "check: a sweep and its cases" {
    run --separate-stderr run_timed 5 "$bin/harness" check "$root/scenarios/smoke.json" \
        --set transport=udp --set 'message_size=[48,1000]' --set connections=2 --set repeat=2 \
        --set 'loss={"p":[0,0.5],"model":"gilbert","burst":3,"reorder":0.25}' \
        --set timeout_s=0.5 --set what=
    expect_status 0
    [ "$stderr" = "" ]
    diff - <(printf '%s\n' "$output") <<'END'
name       smoke
site       local: echo-udp-server started here on 127.0.0.1, a free port
loss       on purpose by echo-udp-server: gilbert in bursts of 3, both directions; 25 % behind the next
load       udp, closed loop, 2 connections, 48, 1000 bytes a message, time-out 0.5 s
runs       4 cases x 2 repeats
case       udp-udp-48B-2c-p0: 4 s, about 533 333 messages, 36.3 MB
case       udp-udp-48B-2c-p0.5: 4 s, about 21 messages, 1.45 kB
case       udp-udp-1000B-2c-p0: 4 s, about 533 333 messages, 36.3 MB
case       udp-udp-1000B-2c-p0.5: 4 s, about 21 messages, 1.45 kB
time       16 s
messages   about 1 066 709, if a round trip takes 15.0 us
record     about 72.5 MB
ports      1 to listen on, 2 of the client
END
}

# A thousand connections have the same processors as one.
@test "check: many connections and large messages do not promise a miracle" {
    run --separate-stderr run_timed 5 "$bin/harness" check "$root/scenarios/connection_sweep.json" \
        --set duration_s=3 --set 'connections=[1,1000]'
    expect_status 0
    [[ $output == *'case       tcp-epoll-1000B-1c: 3 s, about 200 000 messages, 13.6 MB'* ]]
    [[ $output == *'case       tcp-epoll-1000B-1000c: 3 s, about 600 000 messages, 40.8 MB'* ]]
    [[ $output == *'messages   about 800 000, if a round trip takes 15.0 us, and a second holds 200 000 at most'* ]]
    [[ $output == *'record     about 54.4 MB'* ]]
    run --separate-stderr run_timed 5 "$bin/harness" check "$root/scenarios/smoke.json" --set message_size=16777216
    expect_status 0
    [[ $output == *'messages   about 238, if a round trip takes 8.39 ms'* ]]
}

@test "check: the failure test against a simple server" {
    run --separate-stderr run_timed 5 "$bin/harness" check "$root/scenarios/smoke.json" \
        --set mode=fail_rate --set 'server=simple' --set 'connections=[1,50]'
    expect_status 0
    [[ $output == *'site       local: echo-simple-server started here on 127.0.0.1, a free port'* ]]
    [[ $output == *'load       tcp, failure test, closed loop, 1, 50 connections, 1000 bytes a message, time-out 3 s'* ]]
    [[ $output == *'case       fail-tcp-simple-1000B-50c: 2 s, '* ]]
    [[ $output == *'ports      1 to listen on, 50 of the client, new ones for each message'* ]]
}

@test "check: a server that runs, by --host and --port" {
    run --separate-stderr run_timed 5 "$bin/harness" check "$root/scenarios/remote_rate.json" \
        --host 192.0.2.7 --port 7 --site lab --set duration_s=null --set messages=5
    expect_status 0
    [[ $output == *'site       lab: an echo server that runs on 192.0.2.7, port 7'* ]]
    [[ $output == *'time       until the messages are done'* ]]
    not grep -q "^path " <<<"$output"
}

@test "check: a server that is started over ssh, by --host USER@HOST" {
    run --separate-stderr run_timed 5 "$bin/harness" check "$root/scenarios/remote_rate.json" \
        --host me@192.0.2.7
    expect_status 0
    [[ $output == *'site       cloud: echo-server started over ssh on me@192.0.2.7, port 2333'* ]]
    not grep -q "^path " <<<"$output"
}

@test "check: every scenario that ships is right" {
    for file in "$root"/scenarios/*.json; do
        [[ $file != */schema.json ]] || continue
        run --separate-stderr run_timed 5 "$bin/harness" check "$file"
        echo "$file: $stderr"
        expect_status 0
        [[ $output == "name       $(basename "$file" .json)"* ]]
    done
}

@test "check: every scenario in valid/ is accepted" {
    for file in "$data"/valid/*.json; do
        run --separate-stderr run_timed 1 "$bin/harness" check "$file"
        echo "${file##*/}: $stderr"
        expect_status 0
        [ "$stderr" = "" ]
    done
}

# refuse SECONDS COMMAND...: that it ends with code 2, one error line and one
# hint.  Does what `run` and expect_error do without their many processes, for
# the loops below.
refuse() {
    local status=0 rest
    stderr=$(timeout -k 2 "$@" 2>&1 >stdout) || status=$?
    first_line=${stderr%%$'\n'*}
    rest=${stderr#"$first_line"}
    [[ $status -eq 2 ]] &&
        [[ $first_line =~ ^[a-z-]+:\ \([a-z0-9-]+\)\ . && $rest == $'\n  hint: '?* ]] &&
        [[ ${rest#*hint: } != *$'\n'* && ${#stderr} -lt 2000 ]] && return
    printf 'exit code %s\nstderr: %s\n' "$status" "$stderr"
    return 1
}

# expect_words FILE: the first line, but for the program and the path, is that
# of FILE's .err, and that stdout was empty.
expect_words() {
    [[ ! -s stdout ]] || return
    local line=${first_line#harness: }
    line=${line//"$1"/FILE}
    [[ $line == "$(<"${1%.json}.err")" ]] && return
    printf 'got:  %s\nwant: %s\n' "$line" "$(<"${1%.json}.err")"
    return 1
}

@test "check: every scenario in invalid/ is refused with the words of its .err" {
    tried=0
    for file in "$data"/invalid/*.json; do
        echo "${file##*/}:"
        refuse 1 "$bin/harness" check "$file"
        expect_words "$file"
        tried=$((tried + 1))
    done
    [ "$tried" -ge 160 ]
    [ "$(ls -A)" = stdout ]
}

# hinted TEXT HINT: what to do about it is told with HINT.
hinted() {
    printf %b "$1" >s.json
    run --separate-stderr run_timed 5 "$bin/harness" check s.json
    expect_status 2
    [[ $stderr == *"hint: $2"* ]] || { echo "$1: $stderr" && return 1; }
}

@test "check: what to do is told for habits that JSON does not share, and for slips" {
    hinted '\xef\xbb\xbf{}' 'save it as UTF-8 without a byte order mark'
    hinted '\xff\xfe{' 'this is UTF-16: save it as UTF-8'
    hinted '{"version": 1, "name": "x",}' 'leave out the comma before it'
    hinted '{"version": 1, "message_size": [1,]}' 'leave out the comma before it'
    hinted '{"version": 1]' 'mend it there, or just before'
    hinted "{'version': 1}" 'JSON wants double quotes'
    hinted '{"version": 1, // what\n"name": "x"}' 'JSON has no comments'
    hinted '{"version": 1\n"name": "x"}' 'mend it there, or just before'
    hinted '{"name": "x", "name": "y"}' 'leave one of the two out'
    hinted '{"version": 1, "name": "x", "mesage_size": 5}' 'did you mean "message_size"?'
    hinted '{"version": 1, "name": "x", "duration_ms": 5}' 'did you mean "duration_s"?'
    hinted '{"version": 1, "name": "x", "target": {"prot": 5}}' 'did you mean "target.port"?'
    hinted '{"version": 1, "name": "x", "delay_ms": 5}' 'did you mean "path.delay_ms"?'
    hinted '{"version": 1, "name": "x", "xyz": 5}' 'keys here: version name'
    hinted '{"version": 1, "name": "x", "%s": 5}' 'keys here: version name'
}

@test "check: run refuses what check refuses, before it makes a folder" {
    for file in "$data"/invalid/{unknown-key,trailing-text,connections-0,conflict-ssh-without-port,conflict-no-limit}.json; do
        echo "${file##*/}:"
        refuse 1 "$bin/harness" run "$file" --out results
        expect_words "$file"
    done
    [ "$(ls -A)" = stdout ]
}

# refused ID PATH: within a second, exit 2, that id.
refused() {
    echo "$2:"
    run --separate-stderr run_timed 1 "$bin/harness" run "$2" --out results
    expect_error 2 "$1"
    [ ! -e results ]
}

@test "check: what is no file of a sensible size is refused at once" {
    mkfifo fifo
    mkdir folder
    ln -s loop loop
    refused json-open fifo
    refused json-open /dev/zero
    refused json-open /dev/stdin </dev/zero
    refused json-open folder
    refused json-open missing.json
    refused json-open loop
    refused json-open ''
    refused json-open "$(head -c 5000 /dev/zero | tr '\0' x)"
}

@test "check: a scenario is at most 1 MiB" {
    printf '{"version": 1, "name": "x"}' >s.json
    truncate -s 2M zeros.json
    refused json-size zeros.json
    { cat s.json && head -c $((1024 * 1024 - 27)) /dev/zero | tr '\0' ' '; } >large.json
    [ "$(stat -c %s large.json)" -eq 1048576 ]
    run run_timed 1 "$bin/harness" check large.json
    expect_status 0
    echo >>large.json
    refused json-size large.json
}

@test "check: a link to a scenario is followed" {
    ln -s "$root/scenarios/smoke.json" link.json
    run run_timed 1 "$bin/harness" check link.json
    expect_status 0
}

@test "check: the usage of check" {
    smoke=$root/scenarios/smoke.json
    run --separate-stderr run_timed 1 "$bin/harness" check
    expect_error 2 usage
    run --separate-stderr run_timed 1 "$bin/harness" check "$smoke" "$smoke"
    expect_error 2 usage
    run --separate-stderr run_timed 1 "$bin/harness" check "$smoke" --set nothing
    expect_error 2 usage
    run --separate-stderr run_timed 1 "$bin/harness" check "$smoke" --set durations=3
    expect_error 2 scenario-unknown-key
    [[ $stderr == *'smoke.json, command line: "durations" is not a key'* ]]
    run --separate-stderr run_timed 1 "$bin/harness" check "$smoke" --host a@-v
    expect_error 2 scenario-range
}

# 33 times --set is one too many.
@test "check: there is a limit to --set, and it is told" {
    sets=()
    for i in {1..33}; do sets+=(--set repeat="$i"); done
    run --separate-stderr run_timed 1 "$bin/harness" check "$root/scenarios/smoke.json" "${sets[@]}"
    expect_error 2 usage
}

@test "usage: commands of harness" {
    run --separate-stderr run_timed 5 "$bin/harness"
    expect_error 2 usage
    run --separate-stderr run_timed 5 "$bin/harness" --help
    expect_status 0
    for command in check run report verify list; do
        grep -q "^  $command  *[a-z]" <<<"$output"
    done
    run --separate-stderr run_timed 5 "$bin/harness" help verify
    expect_status 0
    diff <(printf '%s\n' "$output") <(run_timed 5 "$bin/harness" verify --help)
    run --separate-stderr run_timed 5 "$bin/harness" help measure
    expect_error 2 usage
    run --separate-stderr run_timed 5 "$bin/harness" measure
    expect_error 2 usage
    run --separate-stderr run_timed 5 "$bin/harness" compare
    expect_error 2 usage
    run --separate-stderr run_timed 5 "$bin/harness" ''
    expect_error 2 usage
}

# Every program with options, as words to be split.
programs() {
    local program
    for program in "$bin"/echo-*; do echo "${program##*/}"; done
    printf 'harness %s\n' check run
}

@test "usage: every program has help, a version and a table" {
    while read -ra program; do
        echo "${program[*]}"
        for option in --help -h --version --options; do
            run --separate-stderr run_timed 5 "$bin/${program[0]}" "${program[@]:1}" "$option"
            expect_status 0
            [ "$stderr" = "" ]
            [ "$output" != "" ]
        done
        run --separate-stderr run_timed 5 "$bin/${program[0]}" "${program[@]:1}" --version
        [[ $output =~ ^"${program[*]} (echolab) "[0-9]+\.[0-9]+\.[0-9]+ ]]
    done < <(programs)
}

@test "usage: an option that no program has" {
    while read -ra program; do
        for option in --no-such-option --no-such-option=1 -Q; do
            refuse 5 "$bin/${program[0]}" "${program[@]:1}" "$option"
            [[ $stderr == *"unknown option: $option"* ]]
        done
    done < <(programs)
}

# bad_values KIND: leaves in $values what no option of this kind takes.
# A name may look like a number, and a folder like anything.
bad_values() {
    case $1 in
    ADDR | HOST | WORD) values=('' -1 ' 1' +1 "$long") ;;
    DIR | FILE) values=('') ;;
    *) values=('' -1 1x ' 1' '1 ' +1 0x10 9223372036854775808 "$long") ;;
    esac
}

# Whatever a program would do next must not happen either: it is given time
# for nothing, and a port that nobody has.
@test "usage: every option of every program refuses what is no value" {
    printf '{"version": 1, "name": "x", "duration_s": 0.01}' >s.json
    tried=0
    long=$(head -c 102400 /dev/zero | tr '\0' 9)
    while read -ra program; do
        command=("$bin/${program[0]}" "${program[@]:1}")
        case ${program[0]} in
        harness) command+=(s.json) ;;
        *server | *relay) command+=(--port 0) ;;
        *) command+=(--port 1 --ip 127.0.0.1) ;;
        esac
        while IFS=$'\t' read -r option kind _ meaning; do
            [ "$kind" != - ] || continue
            bad_values "$kind"
            for value in "${values[@]}"; do
                # -1 only where the help says what it means.
                [[ $value != -1 || $meaning != *-1* ]] || continue
                echo "${program[*]} $option '${value::40}'"
                refuse 2 "${command[@]}" "$option" "$value"
                tried=$((tried + 1))
            done
        done < <("$bin/${program[0]}" "${program[@]:1}" --options)
    done < <(programs)
    echo "$tried"
    [ "$tried" -gt 250 ]
    [ "$(echo *)" = 's.json stdout' ]
}

@test "usage: every option that takes a value needs one" {
    while read -ra program; do
        while IFS=$'\t' read -r option kind _; do
            echo "${program[*]} $option"
            value=()
            [ "$kind" != - ] || option=$option=1
            refuse 2 "$bin/${program[0]}" "${program[@]:1}" "$option"
        done < <("$bin/${program[0]}" "${program[@]:1}" --options)
    done < <(programs)
}

@test "usage: what no program can take is refused, at the ends of the ranges" {
    refuse 2 "$bin/echo-rate" --port 0
    refuse 2 "$bin/echo-rate" --port 65536
    refuse 2 "$bin/echo-rate" --length 16777217
    refuse 2 "$bin/echo-rate" --timeout 0
    refuse 2 "$bin/echo-rate" --duration 1e3
    refuse 2 "$bin/echo-rate" --run-id 0123456789ABCDEF
    refuse 2 "$bin/echo-rate" extra
    refuse 2 "$bin/echo-server" --timeout 0
    refuse 2 "$bin/echo-relay" --to 127.0.0.1
    refuse 2 "$bin/echo-relay" --to ::1:7
}
