#!/usr/bin/env bats
# What goes wrong while a scenario runs: the exit code, the message, and what
# is kept.

# shellcheck disable=SC2016,SC2012 # what eval and within call; a count
load helper
# shellcheck source=tests/bats/torn.bash
source "$root/tests/bats/torn.bash"

smoke=$root/scenarios/smoke.json

# harness_run SECONDS_TO_MEASURE [ARG]...
harness_run() {
    local seconds=$1
    shift
    run --separate-stderr run_timed 30 "$bin/harness" run "$smoke" \
        --out results --set "duration_s=$seconds" "$@"
}

# start_run ARG...: a run in the background, which is $harness.
start_run() {
    "$bin/harness" run "$smoke" --out results "$@" >out 2>err 3>&- &
    harness=$!
}

# ends_with STATUS: it does, by itself; sets $stderr.
ends_with() {
    within 20 has_ended "$harness"
    status=0
    wait "$harness" || status=$?
    stderr=$(<err)
    expect_status "$1"
}

nothing_left() { [[ ! -e results || -z $(find results -mindepth 1) ]]; }

# only_partial DIR: no folder in it looks complete.
only_partial() { [[ -z $(find "$1" -mindepth 1 -maxdepth 1 ! -name "*.partial") ]]; }

# The run under way has recorded something.
records() {
    [[ $(cat results/*/*/1/messages.csv 2>/dev/null | wc -l) -gt 100 ]]
}

# the_partial: sets $partial to the only folder, which is .partial.
the_partial() {
    local found=(results/*)
    partial=${found[0]}
    [[ ${#found[@]} -eq 1 && $partial == *.partial ]]
}

# partial_is_sound: the only folder is .partial, its manifest says
# so, its rows are whole, and verify reads it.
partial_is_sound() {
    the_partial
    grep -q '"status":.*"partial"' "$partial/manifest.json"
    awk -F, 'NF != 12 { bad = 1 } END { exit bad || NR < 2 }' \
        "$partial"/*/1/messages.csv
    [[ -z $(tail -c 1 "$partial"/*/1/messages.csv) ]]
    run --separate-stderr "$bin/harness" verify "$partial"
    expect_error 5 results-partial
    run --separate-stderr "$bin/harness" verify --allow-partial "$partial"
    expect_status 0
}

@test "fault: a refused port, before anything is written" {
    harness_run 1 --host 127.0.0.1 --port 1
    expect_error 3 connect-refused
    [[ $stderr == *127.0.0.1:1* && $stderr == *ECONNREFUSED* ]]
    [[ $stderr == *'kept: nothing was written'* ]]
    nothing_left
}

@test "fault: a name that does not resolve" {
    harness_run 1 --host nosuch.invalid
    expect_error 3 resolve-failed
    [[ $stderr == *nosuch.invalid* ]]
    nothing_left
}

@test "fault: an unknown key" {
    printf '{"version": 1, "name": "x",\n "mesage_size": 10}\n' >bad.json
    run --separate-stderr run_timed 5 "$bin/harness" run bad.json --out results
    expect_error 2 scenario-unknown-key
    [[ $stderr == *'bad.json:2: "mesage_size"'* ]]
    nothing_left
}

@test "fault: text after the scenario" {
    printf '{"version": 1, "name": "x"} trailing\n' >bad.json
    run --separate-stderr run_timed 5 "$bin/harness" run bad.json --out results
    expect_error 2 json-syntax
    [[ $stderr == *bad.json:1:* ]]
    nothing_left
}

# taken FROM TO SUFFIX...: the names of runs that begin from so many seconds
# from now to so many are those of other folders, with each suffix in turn.
taken() {
    local now from=$1 to=$2 suffixes i
    shift 2
    suffixes=("$@")
    mkdir -p results
    now=$(date +%s)
    for ((i = from; i <= to; i++)); do
        mkdir "results/smoke-$(date -u -d "@$((now + i))" +%Y%m%dT%H%M%SZ)${suffixes[i % $#]}"
    done
}

@test "fault: the results folder is there already, or being made, and stays" {
    taken 0 30 '' .partial
    find results >before
    harness_run 1
    expect_error 5 results-exist
    find results | diff before -
}

@test "fault: runs of this name began in these very seconds: the next waits" {
    # Should the second turn meanwhile, the next one is taken, too.
    taken 0 1 ''
    ls results >before
    harness_run 0.1
    expect_status 0
    "$bin/harness" verify "$(tail -n 1 <<<"$output")"
    not grep -x "$(basename "$(tail -n 1 <<<"$output")")" before
    [ "$(find results -mindepth 1 -maxdepth 1 | wc -l)" -eq 3 ]
}

@test "fault: a parent that cannot be written, before any packet" {
    need_netns
    mkdir results
    cat >inside <<'END'
mount --bind results results
mount -o remount,ro,bind results
exec "$1/harness" run "$2" --out results
END
    run --separate-stderr run_timed 10 unshare --mount sh inside "$bin" "$smoke"
    expect_error 5 results-parent
    [[ $stderr == *EROFS* ]]
}

@test "fault: a parent that is not there" {
    run --separate-stderr run_timed 5 "$bin/harness" run "$smoke" --out no/such
    expect_error 5 results-parent
}

@test "fault: Ctrl-C keeps what was measured and ends by SIGINT" {
    start_run --set duration_s=60
    within 10 records
    # A background job of a script ignores SIGINT; the program takes it back.
    kill -INT "$harness"
    ends_with 130
    [[ $(grep -c '^harness: (interrupted) ' err) -eq 1 ]]
    grep -q '^  kept: .* whole rows in results/' err
    partial_is_sound
}

@test "fault: SIGTERM goes the same way" {
    start_run --set duration_s=60
    within 10 records
    kill -TERM "$harness"
    ends_with 143
    partial_is_sound
}

@test "fault: SIGKILL leaves no process and a folder that verify reads" {
    start_run --set duration_s=60
    within 10 records
    kill -KILL "$harness"
    wait "$harness" || true
    within 2 no_marked_process
    the_partial
    run --separate-stderr "$bin/harness" verify "$partial"
    expect_error 5 results-partial
    run --separate-stderr "$bin/harness" report "$partial" --out rep
    expect_error 5 results-partial
}

@test "fault: the server dies in the middle" {
    start_run --set duration_s=60
    within 10 records
    kill -KILL "$(child_of "$harness" echo-server)"
    ends_with 4
    [[ $(grep -c '^harness: (server-gone) ' err) -eq 1 ]]
    grep -q '^  kept: ' err
    partial_is_sound
    grep -qE ',(reset|eof),' "$partial"/*/1/messages.csv
}

@test "fault: a full disk ends the run, with whole rows only" {
    need_netns
    cat >inside <<'END'
mount -t tmpfs -o "size=$3" tmpfs results
code=0
"$1/harness" run "$2" --out results --set duration_s=20 >out 2>err || code=$?
cp -r results/. kept/
exit $code
END
    for size in 16k 24k 32k 64k 128k 256k 1m; do
        rm -rf results kept && mkdir results kept
        status=0
        run_timed 40 unshare --mount sh inside "$bin" "$smoke" "$size" || status=$?
        echo "$size: $status"; cat err
        [[ $status -eq 5 ]]
        [[ $(grep -c '^harness: (results-no-space) .*ENOSPC' err) -eq 1 ]]
        [[ $(grep -c '^  hint: ' err) -eq 1 ]]
        [[ $(grep -c '^  kept: ' err) -eq 1 ]]
        not grep -qE "/\./|//" err
        only_partial kept
        left_sound kept
        for folder in kept/*; do
            [[ ! -e $folder ]] || "$bin/harness" verify --allow-partial "$folder"
        done
        # As many rows as it says, from the first one on.
        if [[ $(<err) =~ 'kept: '([0-9 ]+)' whole row' ]]; then
            rows=${BASH_REMATCH[1]//[^0-9]/}
            diff <(seq 0 $((rows - 1))) <(tail -qn +2 kept/*/*/1/messages.csv | cut -d, -f2)
        else
            grep -q '^  kept: nothing was' err
        fi
    done
}

# ---- at some system calls of a kind; at each of them: make check-slow ----

before_each() { rm -rf results; }

after_each() {
    [[ $inject == *KILL* ]] || expect_error 5 'results-[a-z-]+'
    left_sound results
}

# at RUN-ARG... <<<INJECTIONS: one run for each, which must come about.
at() {
    local wanted=0
    need strace
    tried=0
    while read -r inject; do
        export inject
        nth_of . cast/harness run "$@" --out results </dev/null
        wanted=$((wanted + 1))
    done
    [[ $tried -eq $wanted ]]
}

@test "fault: the harness is killed, or its disk fails, at a call of its own" {
    cast_with harness
    # Before the manifest; while the second environment has come, but not its
    # manifest; before and after the folder has its name.
    at "$smoke" --set messages=100 <<'END'
rename:signal=KILL:when=2
write:signal=KILL:when=7
rename:signal=KILL:when=11
renameat2:signal=KILL:when=1
fsync:signal=KILL:when=16
write:error=EDQUOT:when=1
write:error=EIO:when=3
write:error=ENOSPC:when=6
write:error=EIO:when=8
rename:error=EDQUOT:when=2
rename:error=EIO:when=7
rename:error=EDQUOT:when=10
renameat2:error=EIO:when=1
fsync:error=EIO:when=5
fsync:error=EIO:when=13
fsync:error=EIO:when=16
END
    only_partial results
}

@test "fault: a new folder for results is on the disk before anything is measured" {
    cast_with harness
    at "$smoke" --set messages=100 <<<fsync:error=EIO:when=1
    [[ $injected == *"<$T>)"* ]]
    expect_error 5 results-write
    [[ ! -e results ]]
}

@test "fault: a client that is killed before its first row has recorded nothing" {
    cast_with echo-rate
    at "$smoke" --set messages=100 <<<write:signal=KILL:when=1
    expect_error 4 client-died
    nothing_left
}

@test "fault: what the UDP server could not save makes the run partial" {
    cast_with echo-udp-server
    at "$smoke" --set transport=udp --set messages=100 --set timeout_s=0.1 <<<fdatasync:error=EIO:when=1
    [[ $stderr == *served.csv* ]]
    at "$smoke" --set transport=udp --set messages=100 --set timeout_s=0.1 <<<fdatasync:signal=KILL:when=1
    expect_error 4 server-died
    only_partial results
}

@test "fault: a reader that leaves early does not harm the results" {
    "$bin/harness" run "$smoke" --out results --set messages=100 | head -n 1
    "$bin/harness" verify results/smoke-*Z
}

@test "fault: stdout that takes nothing is an error; the results are whole" {
    status=0
    "$bin/harness" run "$smoke" --out results --set messages=100 \
        >/dev/full 2>err || status=$?
    [[ $status -eq 5 ]]
    grep -q "(stdout).*ENOSPC" err
    "$bin/harness" verify results/smoke-*Z
}

@test "fault: every program says when its --help did not arrive" {
    full() { run_timed 10 "$1" "$2" >/dev/full; }
    for program in "$bin"/*; do
        run --separate-stderr full "$program" --help
        expect_error 5 stdout
        run --separate-stderr full "$program" --version
        expect_error 5 stdout
    done
}

@test "fault: closed standard descriptors do not end in the record" {
    "$bin/harness" run "$smoke" --out results --set messages=100 >&- 2>&- <&-
    "$bin/harness" verify results/smoke-*Z
}

@test "fault: started by one that ignores the ends of its children" {
    run --separate-stderr run_timed -s KILL 30 env --ignore-signal=CHLD \
        "$bin/harness" run "$smoke" --out results --set messages=100
    expect_status 0
    "$bin/harness" verify results/smoke-*Z
}

@test "fault: an expectation that is missed is exit 1, and recorded" {
    run --separate-stderr run_timed 20 "$bin/harness" run "$smoke" \
        --out results --set messages=2000 --set expect.rtt_p50_ms_max=0
    expect_error 1 expect-missed
    "$bin/harness" verify results/smoke-*Z
}

@test "fault: a host that is no name" {
    harness_run 1 --host 'a b'
    expect_error 2 scenario-range
    harness_run 1 --host -oProxyCommand=x
    expect_error 2 '(usage|scenario-range)'
    nothing_left
}

@test "fault: a peer that is no echo server, before any load" {
    start_peer 'printf "SSH-2.0-OpenSSH_9.2p1\r\n"; swallow' swallow
    harness_run 1 --host 127.0.0.1 --port "$port"
    expect_error 8 hello-refused
    [[ $stderr == *'kept: nothing was written'* ]]
    nothing_left
    [[ ! -e load ]]
}

@test "fault: a peer that never answers, before any load" {
    start_peer swallow swallow
    harness_run 1 --host 127.0.0.1 --port "$port" --set timeout_s=0.5
    expect_error 3 hello-timeout
    nothing_left
    [[ ! -e load ]]
}

@test "fault: a plain echo server elsewhere that was not declared" {
    need socat
    need_netns
    cat >inside <<'END'
ip addr add 192.0.2.1/32 dev lo
mkfifo said
socat -dd TCP-LISTEN:0,bind=192.0.2.1,fork PIPE 2>said 3>&- &
peer=$!
exec 5<said
until [[ $line =~ listening\ on\ .*:([0-9]+)$ ]]; do read -r -t 10 -u 5 line || exit 9; done
cat <&5 >/dev/null 3>&- &
code=0
"$1/harness" run "$2" --out results --host 192.0.2.1 --port "${BASH_REMATCH[1]}" --set messages=5 || code=$?
kill "$peer"
exit "$code"
END
    run --separate-stderr run_timed 20 unshare --net --mount sh -c \
        'ip link set lo up && exec bash inside "$1" "$2"' sh "$bin" "$smoke"
    expect_error 8 peer-plain
    [[ $stderr == *'"plain": true'* ]]
    nothing_left
}

@test "fault: a peer that changes bytes: exit 8, the rows are kept" {
    start_peer 'greet; swallow' "rest; one; one; changed 's/.\$/x/'; one; swallow"
    harness_run 5 --host 127.0.0.1 --port "$port" --set messages=5
    expect_error 8 echo-differs
    [[ $stderr == *'kept: 5 whole rows in results/'* ]]
    partial_is_sound
    [[ $(grep -c ',corrupt,' "$partial"/*/1/messages.csv) -eq 1 ]]
}

@test "fault: a peer that falls silent: exit 4, the rows are kept" {
    start_peer 'greet; swallow' 'rest; one; one; swallow'
    harness_run 5 --host 127.0.0.1 --port "$port" --set timeout_s=0.3
    expect_error 4 reply-timeout
    [[ $stderr == *'kept: 4 whole rows in results/'* ]]
    partial_is_sound
    [[ $(grep -c ',timeout,' "$partial"/*/1/messages.csv) -eq 1 ]]
}

@test "fault: the relay dies in the middle" {
    start_run --set duration_s=60 --set path.delay_ms=0.1
    within 10 records
    kill -KILL "$(child_of "$harness" echo-relay)"
    ends_with 4
    expect_error 4 server-gone
    partial_is_sound
}

@test "fault: the client dies in the middle: what it wrote is kept" {
    start_run --set duration_s=60
    within 10 records
    kill -KILL "$(child_of "$harness" echo-rate)"
    ends_with 4
    expect_error 4 client-died
    partial_is_sound
}

@test "fault: Ctrl-C on a terminal reaches only the harness" {
    need script
    {
        within 10 records
        printf '\003'
    } | run_timed 30 script -qec \
        "exec '$bin/harness' run '$smoke' --out results --set duration_s=60 2>err" /dev/null >out || status=$?
    [[ $status -eq 130 ]]
    grep -q '^harness: (interrupted) ' err
    partial_is_sound
    # The client ended well: it had the time to count.
    grep -q '^counts ' "$partial"/*/1/client.log
}

@test "fault: Ctrl-C before the first message" {
    start_run --set duration_s=60
    within 10 eval 'compgen -G "results/*.partial" >/dev/null'
    kill -INT "$harness"
    ends_with 130
    nothing_left || partial_is_sound
}

@test "fault: Ctrl-C at the first message is after 1 message" {
    start_peer 'greet; swallow' swallow
    start_run --host 127.0.0.1 --port "$port" --set duration_s=60 --set timeout_s=60
    within 10 test -s load
    kill -INT "$harness"
    ends_with 130
    grep -qE '^harness: \(interrupted\) .*: after 1 message$' err
    grep -q '^  kept: 1 whole row in results/' err
    partial_is_sound
}

@test "fault: a second Ctrl-C does not wait for a server that stands still" {
    start_run --set duration_s=60 --set timeout_s=60
    within 10 records
    kill -STOP "$(child_of "$harness" echo-server)"
    within 3 eval 'kill -INT "$harness" 2>/dev/null; has_ended "$harness"'
    ends_with 130
    partial_is_sound
    [[ $(grep -c ',aborted,' "$partial"/*/1/messages.csv) -le 1 ]]
}

@test "fault: SIGHUP ends it by its name" {
    start_run --set duration_s=60
    within 10 records
    kill -HUP "$harness"
    ends_with 129
    partial_is_sound
}

@test "fault: Ctrl-C in the second of three runs keeps the first" {
    start_run --set duration_s=0.3 --set repeat=3
    within 10 eval '[[ $(cat results/*/*/2/messages.csv 2>/dev/null | wc -l) -gt 0 ]]'
    kill -INT "$harness"
    ends_with 130
    the_partial
    [[ $(grep -c '"done":.*true' "$partial/manifest.json") -eq 2 ]]
    [[ $(grep -c '"done":.*false' "$partial/manifest.json") -eq 1 ]]
    "$bin/harness" verify --allow-partial "$partial"
}

@test "fault: SIGKILL: the rows that reached the disk are whole" {
    start_run --set duration_s=0.3 --set repeat=2
    within 10 eval '[[ $(cat results/*/*/2/messages.csv 2>/dev/null | wc -l) -gt 0 ]]'
    kill -KILL "$harness"
    wait "$harness" || true
    within 2 no_marked_process
    the_partial
    for csv in "$partial"/*/*/messages.csv; do
        [[ -z $(tail -c 1 "$csv") ]]
    done
    # The first run was whole when the second began.
    [[ $(grep -c '"done":.*true' "$partial/manifest.json") -ge 1 ]]
    "$bin/harness" verify --allow-partial "$partial"
}

@test "fault: too few descriptors, before any packet" {
    limited() { ulimit -n 64 && harness_run 1 --set connections=100; }
    limited
    expect_error 6 limit-fds
    [[ $stderr == *'need 116 descriptors, have 64'* ]]
    nothing_left
}

@test "fault: a port that another server has" {
    start_server echo-server
    harness_run 1 --set "target.port=$port"
    expect_error 6 address-in-use
    nothing_left
}

@test "fault: a harness without its programs" {
    mkdir alone
    cp "$bin/harness" alone/
    run --separate-stderr run_timed 10 alone/harness run "$smoke" --out results
    expect_status 7
    expect_error 7 '[a-z-]+'
    [[ $stderr == *echo-server* ]]
    nothing_left
}

@test "fault: a parent that is a file, or whose name is too long" {
    : >results
    harness_run 1
    expect_error 5 results-parent
    [[ $stderr == *ENOTDIR* ]]
    harness_run 1 --out "$(head -c 5000 /dev/zero | tr '\0' x)"
    expect_error 2 usage
    harness_run 1 --out "$(head -c 300 /dev/zero | tr '\0' x)"
    expect_error 5 results-parent
    [[ $stderr == *ENAMETOOLONG* ]]
}

@test "fault: a parent that the user may not write, and one that may not be read" {
    need setpriv
    ((EUID == 0)) || skip "fault: needs root to become somebody else"
    mkdir --mode=555 results
    chmod a+rx . .. "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test 2>/dev/null || true
    cp -r "$(readlink -f "$bin")" programs
    as_nobody() { run_timed 10 setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
    as_nobody test -x programs/harness || skip "fault: $T is closed to others"
    cp "$smoke" s.json && chmod a+r s.json
    run --separate-stderr as_nobody programs/harness run s.json --out results
    expect_error 5 results-parent
    [[ $stderr == *EACCES* ]]
    nothing_left
    chmod 333 results
    run --separate-stderr as_nobody programs/harness run s.json --out results
    expect_status 0
    "$bin/harness" verify results/*
}

@test "fault: two at one time: each has a folder of its own, or one yields" {
    pids=()
    for i in 1 2 3; do
        "$bin/harness" run "$smoke" --out results --set messages=50 >"out$i" 2>"err$i" 3>&- &
        pids+=("$!")
    done
    won=0
    for i in 1 2 3; do
        status=0
        wait "${pids[i - 1]}" || status=$?
        echo "$i: $status $(cat "err$i")"
        if ((status == 0)); then
            won=$((won + 1))
            "$bin/harness" verify "$(tail -n 1 "out$i")"
        else
            [[ $status -eq 5 ]]
            grep -q '^harness: (results-exist) ' "err$i"
        fi
    done
    [[ $won -ge 1 && $(ls results | wc -l) -eq $won ]]
}

@test "fault: a limit of file sizes is a full disk" {
    limited() { ulimit -f 64 && harness_run 30; }
    limited
    expect_error 5 results-no-space
    [[ $stderr == *EFBIG* && $stderr == *'kept: '* ]]
    partial_is_sound
}

# taken_away COMMAND ID: a run at whose end, before the harness takes its files,
# somebody takes something away.
taken_away() {
    rm -rf results cast
    cast_with echo-rate
    printf '#!/bin/sh\n"%s" "$@"\ncode=$?\n%s\nexit $code\n' "$bin/echo-rate" "$1" >cast/echo-rate
    run --separate-stderr run_timed 30 cast/harness run "$smoke" --out results --set messages=100
    expect_error 5 "$2"
}

@test "fault: what somebody takes away is not called complete" {
    taken_away 'rm results/*/*/1/messages.csv' results-open
    only_partial results
    taken_away 'rm results/*/scenario.json' results-damaged
    the_partial
    [[ $stderr == *'kept: 100 whole rows in '* ]]
    taken_away 'mv results elsewhere' results-open
    [[ $stderr == *'kept: nothing there: '*' is gone'* ]]
}

@test "fault: a record that cannot be read back is kept" {
    taken_away 'echo not,a,row | tee -a results/*/*/1/messages.csv >/dev/null' results-damaged
    the_partial
    [[ $stderr == *'kept: what could not be read back, in '* ]]
    [[ $(wc -l <"$(echo "$partial"/*/1/messages.csv)") -eq 102 ]]
}

# stopped_client: a run of 15 000 messages in 3 s, whose client stands still for
# a second of them; fails when that came too late.
stopped_client() {
    local client
    rm -rf results
    start_run --set rate_per_s=5000 --set duration_s=3
    within 20 records
    client=$(child_of "$harness" echo-rate)
    kill -STOP "$client" || { within 20 has_ended "$harness" && return 1; }
    sleep 1
    [[ $(cat results/*/*/1/messages.csv | wc -l) -lt 8000 ]]
    local came_late=$?
    kill -CONT "$client"
    within 20 has_ended "$harness"
    return "$came_late"
}

@test "fault: rows of a client that stood still are suspect, told with and without" {
    for _ in 1 2 3; do
        ! stopped_client || break
    done
    ends_with 4
    stderr=$(<err) && [[ $stderr == 'harness: (suspect) '*'of the messages were open while'*'kept: results/'* ]]
    dir=$(echo results/*Z)
    measured=$(echo "$dir"/*/1)
    summary=$measured/summary.json
    told=$(sed -n '/"suspect"/,/"rtt_without"/s/.*"rows":[^0-9]*\([0-9]*\).*/\1/p' "$summary")
    p50=$(sed -n '/"rtt_without"/,/"ns"/s/.*"ns":[^0-9n]*\([0-9nul]*\).*/\1/p' "$summary")
    echo "$told suspect; p50 $p50 ns without"
    [[ $told -gt 1500 && $told -eq $(suspects "$measured") ]]
    [[ $p50 == null || $p50 -eq $(suspects "$measured" 0.5) ]]
    grep -q '^  suspect .* open while the client itself stood still' out
    grep -q 'gaps: the client itself stood still' "$dir/manifest.json"
    # Nothing was deleted, and a folder of before there were such times is one.
    "$bin/harness" verify "$dir"
    sed -i '/"gaps_left_out"/d; /"gap_times"/,/\]/d' "$dir/manifest.json"
    not grep -q from_ns "$dir/manifest.json"
    "$bin/harness" verify "$dir"
}

# Of an hour, and of a machine that slept for five seconds, while it measures.
@test "fault: a step of the wall clock harms nothing, and is told" {
    shim=$bin/../tests/step_clock.so
    [[ $bin != *san-* ]] || skip "a step of the clock: on programs without a sanitizer"
    [[ -e $shim ]] || { echo "no $shim: run make unit" >&2 && return 1; }
    LD_PRELOAD=$shim STEP_CLOCK=$T/stepped start_run --set duration_s=60
    within 10 records
    touch stepped
    kill -INT "$harness"
    ends_with 130
    partial_is_sound
    grep -q 'the clock of the day moved by ' results/*/manifest.json
    grep -q 'the machine was suspended for 5\.' results/*/manifest.json
    # The client has seen it too: what was open then is suspect.
    [[ $(suspects results/*/*/1) -ge 1 ]]
    # No time in the record is of a clock that was stepped.
    awk -F, 'NR > 1 && ($4 > 3e11 || $6 > 3e11) { exit 1 }' results/*/*/1/messages.csv
    # Undisturbed it says nothing.
    "$bin/harness" run "$smoke" --out calm --set messages=100 >out
    not grep -qE 'clock of the day|suspended for' calm/*/manifest.json
}
