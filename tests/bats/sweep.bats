#!/usr/bin/env bats
# harness run: lists of values, every server, UDP, and the failure test.
# shellcheck disable=SC2016 # for inner shells
load helper

# harness_run [ARG]...: smoke into out/; sets $dir to the folder that its last
# line names.
harness_run() {
    run --separate-stderr run_timed 120 "$bin/harness" run "$root/scenarios/smoke.json" --out out "$@"
    dir=
    ((${#lines[@]} == 0)) || dir=${lines[-1]}
}

rows() { awk 'END { print NR - 1 }' "$1"; }

verified() {
    run run_timed 20 "$bin/harness" verify "$@"
    expect_status 0
}

@test "sweep: the cases are the product, in the order of the keys" {
    harness_run --set 'message_size=[64,1000]' --set 'connections=[2,1]' --set repeat=2 \
        --set messages=20
    expect_status 0
    diff - <(grep '^run ' <<<"$output") <<'END'
run 1 of 8: tcp-thread-64B-2c/1
run 2 of 8: tcp-thread-64B-2c/2
run 3 of 8: tcp-thread-64B-1c/1
run 4 of 8: tcp-thread-64B-1c/2
run 5 of 8: tcp-thread-1000B-2c/1
run 6 of 8: tcp-thread-1000B-2c/2
run 7 of 8: tcp-thread-1000B-1c/1
run 8 of 8: tcp-thread-1000B-1c/2
END
    [ "$(values dir "$dir/manifest.json")" = "$(sed -n 's/^run . of .: \(.*\)/"\1"/p' <<<"$output")" ]
    [ "$(values message_size_bytes "$dir/manifest.json" | paste -sd ' ')" = '64 64 64 64 1000 1000 1000 1000' ]
    [ "$(values connections "$dir/manifest.json" | paste -sd ' ')" = '2 2 1 1 2 2 1 1' ]
    [ "$(values run_id "$dir/manifest.json" | sort -u | wc -l)" -eq 8 ]
    verified "$dir"
}

@test "sweep: every TCP server is started and serves" {
    harness_run --set 'server=["thread","single","epoll","simple"]' --set messages=40
    expect_status 0
    [ "$(values server "$dir/manifest.json" | grep -v null | paste -sd ' ')" = '"thread" "single" "epoll" "simple"' ]
    for server in thread single epoll simple; do
        run=$dir/tcp-$server-1000B-1c/1
        connections=1
        [ "$server" != simple ] || connections=40
        [ "$(grep -c ,ok, "$run/messages.csv")" -eq 40 ]
        [ "$(rows "$run/connections.csv")" -eq "$connections" ]
        # Each message, and a connection that said hello.
        grep -q "^served connections=$((connections + 1)) .* bytes_in=40048 bytes_out=40048 " "$run/server.log"
    done
    verified "$dir"
}

@test "sweep: a case that fails ends the run, and those before it are kept" {
    run --separate-stderr run_timed 60 bash -c 'ulimit -n 64 && exec "$@"' bash \
        "$bin/harness" run "$root/scenarios/smoke.json" --out out --set messages=20 \
        --set 'connections=[2,500,3]'
    expect_error 6 limit-fds
    [[ $stderr == *'20 whole rows in out/smoke-'*'.partial'* ]]
    dir=$(echo out/*.partial)
    [ "$(values 'done' "$dir/manifest.json" | paste -sd ' ')" = 'true false false' ]
    [ ! -e "$dir/tcp-thread-1000B-3c" ]
    verified --allow-partial "$dir"
}

@test "sweep: a server that runs already, simple too" {
    start_server echo-simple-server --quiet
    harness_run --host 127.0.0.1 --port "$port" --set server=simple --set messages=12 --set connections=3
    expect_status 0
    [ "$(noted launched)" = false ]
    [ "$(noted ok)" = 12 ]
    stop_pid "$pid"
}

# ---- pacing ----

@test "sweep: open loops offer what they are told to" {
    harness_run --set 'rate_per_s=[200,1000]' --set arrival=poisson --set connections=3 --set duration_s=1
    expect_measured "$dir"
    [ "$(values pacing "$dir/manifest.json" | paste -sd ' ')" = '"open" "open"' ]
    [ "$(values rate_per_s "$dir/manifest.json" | paste -sd ' ')" = '200 1000' ]
    [ "$(values arrival "$dir/manifest.json" | uniq)" = '"poisson"' ]
    # However slow this machine: what is due in a second is scheduled.
    for rate in 200 1000; do
        csv=$dir/tcp-thread-1000B-3c-r$rate/1/messages.csv
        echo "$rate: $(rows "$csv")"
        awk -F, -v rate="$rate" 'NR > 1 { n++; late += $4 > $3 }
            END { exit !(n > 0.6 * rate && n < 1.4 * rate && late > 0) }' "$csv"
    done
    verified "$dir"
}

@test "sweep: an open loop that cannot keep its rate is degraded" {
    harness_run --set rate_per_s=10000000 --set messages=100000 --set timeout_s=60
    expect_measured "$dir"
    [ "$(noted status)" = '"degraded"' ]
    [[ $(noted warnings) == *'"degraded: '*' of 1e+07 messages a second were sent"'* ]]
    grep -q '^  warning    degraded: ' <<<"$output"
    [[ $dir != *.partial ]]
    verified "$dir"
}

@test "sweep: threads of the client share its connections" {
    harness_run --set threads=3 --set connections=7 --set messages=300
    expect_status 0
    [ "$(noted threads)" = 3 ]
    [ "$(noted ok)" = 300 ]
    [ "$(cut -d , -f 1 "$dir/tcp-thread-1000B-7c/1/connections.csv" | sort -u | wc -l)" -eq 8 ]
    verified "$dir"
}

@test "sweep: a window of messages in flight, over both transports" {
    for transport in tcp udp; do
        harness_run --set transport="$transport" --set window=16 --set messages=400 \
            --set timeout_s=0.5 --set name="$transport"
        expect_status 0
        [ "$(noted window)" = 16 ]
        [ "$(noted pacing)" = '"closed"' ]
        [ "$(noted ok)" = 400 ]
        # Sixteen were sent before the first came back.
        run=$(echo "$dir"/*-w16/1)
        tail -n +2 "$run/messages.csv" | sort -t , -k 5n |
            awk -F, 'NR == 1 { first = $5 } $4 < first { n++ } END { print n; exit n != 16 }'
        verified "$dir"
    done
}

# ---- datagrams ----

@test "sweep: over UDP the record is held against what the server saw" {
    harness_run --set transport=udp --set messages=300 --set connections=2 --set timeout_s=0.5
    expect_status 0
    run=$dir/udp-udp-1000B-2c/1
    diff - <(cd "$run" && ls) <<'END'
client.log
connections.csv
messages.csv
served.csv
server.log
summary.json
unmatched.csv
END
    [ "$(noted transport)" = '"udp"' ]
    [ "$(noted server)" = '"udp"' ]
    [ "$(noted loss)" = null ]
    [ "$(noted ok)" = 300 ]
    [ "$(rows "$run/served.csv")" -eq 300 ]
    for key in injected_lost measured_lost true_loss false_loss missed duplicated local_drops; do
        [ "$(noted "$key")" = 0 ]
    done
    [ "$(noted server_received)" = 300 ]
    [ "$(noted server_answered)" = 300 ]
    verified "$dir"
}

# lost_on_purpose DIRECTION: messages of injected.csv in $run.
lost_on_purpose() { awk -F, -v way="$1" '$3 == way && $4 == "drop"' "$run/injected.csv" | wc -l; }

# held_against: the manifest's counts are those of the files in $run.
held_against() {
    local forward reverse
    forward=$(lost_on_purpose forward) reverse=$(lost_on_purpose reverse)
    echo "lost on purpose: $forward forward, $reverse reverse"
    [[ $(noted injected_forward) -eq $forward && $(noted lost_forward) -eq $forward ]]
    [[ $(noted injected_reverse) -eq $reverse && $(noted lost_reverse) -eq $reverse ]]
    [[ $(noted measured_lost) -eq $(grep -c ,lost, "$run/messages.csv") ]]
    [[ $(noted true_loss) -eq $((forward + reverse)) && $(noted lost) -eq $((forward + reverse)) ]]
    [[ $(noted false_loss) -eq 0 && $(noted missed) -eq 0 ]]
    # The message is taken, or lost on its way: every one is served or dropped.
    [[ $(rows "$run/served.csv") -eq $(($(noted intended) - forward)) ]]
    [[ $(noted server_answered) -eq $(($(noted intended) - forward - reverse)) ]]
}

@test "sweep: what is lost over UDP is what was lost on purpose, to the message" {
    harness_run --set transport=udp --set messages=320 --set connections=64 --set timeout_s=0.5 \
        --set duration_s=20 --set 'loss={"p":[0,0.2,1]}' --set seed=5
    expect_status 0
    whole=$dir/manifest.json
    for p in 0 0.2 1; do
        run=$dir/udp-udp-1000B-64c-p$p/1
        mkdir -p "case$p"
        # The manifest, from this case on.
        awk -v key="\"udp-udp-1000B-64c-p$p\"," '$2 == key { on = 1 } on' "$whole" >"case$p/manifest.json"
        (dir=case$p && held_against)
    done
    [ "$(grep -c ,lost, "$dir/udp-udp-1000B-64c-p0/1/messages.csv")" -eq 0 ]
    [ "$(grep -c ,lost, "$dir/udp-udp-1000B-64c-p1/1/messages.csv")" -eq 320 ]
    run=$dir/udp-udp-1000B-64c-p0.2/1
    [[ $(lost_on_purpose forward) -gt 30 && $(lost_on_purpose reverse) -gt 20 ]]
    verified "$dir"
}

@test "sweep: duplicates and order are counted, too" {
    harness_run --set transport=udp --set messages=400 --set timeout_s=0.5 \
        --set 'loss={"p":0,"duplicate":0.2,"reorder":0.1}'
    expect_status 0
    run=$dir/udp-udp-1000B-1c-p0/1
    doubled=$(grep -c ',duplicate$' "$run/injected.csv")
    [ "$doubled" -gt 40 ]
    [ "$(noted duplicated)" = "$(awk -F, 'NR > 1 && $10 > 1' "$run/messages.csv" | wc -l)" ]
    [ "$(noted duplicated)" = "$doubled" ]
    [ "$(noted unmatched)" = "$(rows "$run/unmatched.csv")" ]
    [ "$(noted duplicate)" = 0.2 ]
    [ "$(noted by)" = '"server"' ]
    verified "$dir"
}

@test "sweep: loss in bursts, one way" {
    harness_run --set transport=udp --set messages=300 --set connections=30 --set timeout_s=0.1 \
        --set 'loss={"p":0.3,"model":"gilbert","burst":4,"direction":"reverse"}' --set duration_s=20
    expect_status 0
    run=$dir/udp-udp-1000B-30c-p0.3/1
    held_against
    [ "$(noted injected_forward)" = 0 ]
    [ "$(noted injected_reverse)" -gt 20 ]
    [ "$(noted model)" = '"gilbert"' ]
    [ "$(noted burst)" = 4 ]
    [ "$(noted direction)" = '"reverse"' ]
}

@test "sweep: loss on an emulated path, before a server that runs already too" {
    harness_run --set transport=udp --set messages=150 --set connections=30 --set timeout_s=0.3 \
        --set path.delay_ms=2 --set 'loss={"p":0.2,"duplicate":0.1}' --set duration_s=20 --set seed=3
    expect_status 0
    run=$dir/udp-udp-1000B-30c-p0.2/1
    [ "$(noted by)" = '"relay"' ]
    [ "$(noted emulated)" = true ]
    [ "$(noted injected_reverse)" -gt 10 ]
    # The server saw what came through; it lost nothing itself.
    [ "$(noted server_answered)" = "$(noted server_received)" ]
    [[ $(noted true_loss) -eq $(noted lost) && $(noted false_loss) -eq 0 && $(noted missed) -eq 0 ]]
    [[ $(noted lost_forward) -eq $(lost_on_purpose forward) ]]
    [[ $(noted lost_reverse) -eq $(lost_on_purpose reverse) ]]
    [ "$(awk -F, 'NR > 1 && $9 == "ok" && $6 < 4000000' "$run/messages.csv" | wc -l)" -eq 0 ]
    verified "$dir"

    start_server echo-udp-server --quiet
    harness_run --host 127.0.0.1 --port "$port" --set transport=udp --set messages=150 \
        --set connections=30 --set timeout_s=0.3 --set 'loss={"p":0.2,"duplicate":0.1}' \
        --set duration_s=20 --set seed=3 --set name=there
    expect_status 0
    run=$dir/udp-udp-1000B-30c-p0.2/1
    [ "$(noted launched)" = false ]
    [ "$(noted by)" = '"relay"' ]
    [[ $(noted true_loss) -eq $(noted lost) && $(noted false_loss) -eq 0 && $(noted missed) -eq 0 ]]
    verified "$dir"
}

@test "sweep: a path with a rate limit has a queue, and it may overflow" {
    harness_run --set transport=udp --set message_size=60000 --set connections=20 --set timeout_s=0.5 \
        --set duration_s=0.3 --set path.rate_mbit=10
    expect_status 0
    [ "$(noted by)" = '' ]
    [[ $(noted notes) == *'its queue had no room for '* ]]
    # Nobody lost these on purpose.
    [[ $(noted false_loss) -gt 0 && $(noted true_loss) -eq 0 && $(noted missed) -eq 0 ]]
    verified "$dir"
}

# has_dropped PID: its socket has had no room for something.
has_dropped() {
    local inode
    inode=$(find "/proc/$1/fd" -lname 'socket:*' -printf %l | tr -dc 0-9)
    awk -v inode="$inode" '$10 == inode && $NF > 0 { found = 1 }
        END { exit !found }' "/proc/$1/net/udp"
}

# Its server sleeps until far more is under way than its socket holds (8 MB).
@test "sweep: what our server's socket has no room for is told" {
    "$bin/harness" run "$root/scenarios/smoke.json" --out out --set transport=udp \
        --set message_size=60000 --set connections=20 --set window=64 \
        --set timeout_s=0.5 --set duration_s=60 >out.log 2>err 3>&- &
    harness=$!
    within 10 eval '[[ $(cat out/*/udp-*/1/messages.csv | wc -l) -gt 10 ]]'
    server=$(child_of "$harness" echo-udp-server)
    kill -STOP "$server"
    within 20 has_dropped "$server"
    kill -CONT "$server"
    kill -INT "$harness"
    status=0
    wait "$harness" || status=$?
    expect_status 130
    dir=$(echo out/*.partial)
    [[ $(noted warnings) == *'local-loss: sockets of our server or relay had no room for '* ]]
    [[ $(noted false_loss) -gt 0 && $(noted true_loss) -eq 0 ]]
    verified --allow-partial "$dir"
}

@test "sweep: a UDP server that dies is no witness, and the record is kept" {
    "$bin/harness" run "$root/scenarios/smoke.json" --out out --set transport=udp \
        --set duration_s=60 --set timeout_s=0.2 >out.log 2>err 3>&- &
    harness=$!
    within 10 eval 'compgen -G "out/*/udp-*/1/messages.csv" >/dev/null'
    within 10 eval '[[ $(cat out/*/udp-*/1/messages.csv | wc -l) -gt 1000 ]]'
    kill -KILL "$(child_of "$harness" echo-udp-server)"
    status=0
    wait "$harness" || status=$?
    output=$(cat out.log) stderr=$(cat err)
    expect_error 4 server-gone
    dir=$(echo out/*.partial)
    [[ $(noted warnings) == *'not-reconciled: '* ]]
    [ "$(noted reconciled)" = null ]
    verified --allow-partial "$dir"
}

# ---- the failure test ----

@test "sweep: the failure test goes on when its server dies and comes back" {
    start_server echo-server --quiet
    "$bin/harness" run "$root/scenarios/local_fail_rate.json" --out out --host 127.0.0.1 \
        --port "$port" --set duration_s=3 --set expect.failed_max=0 >out.log 2>err 3>&- &
    harness=$!
    within 10 eval '[[ $(cat out/*/fail-*/1/messages.csv | wc -l) -gt 1000 ]]' 2>/dev/null
    kill -KILL "$pid"
    within 5 has_ended "$pid"
    sleep 0.3
    "$bin/echo-server" --port "$port" --quiet >again 2>&1 3>&- 4>&- &
    started+=($!)
    status=0
    wait "$harness" || status=$?
    output=$(cat out.log) stderr=$(cat err)
    # Failures are data; only the scenario wanted none.
    expect_error 1 expect-missed
    dir=$(tail -n 1 out.log)
    [ "$(noted mode)" = '"fail_rate"' ]
    [ "$(noted status)" = '"complete"' ]
    [[ $(noted refused) -ge 1 && $(noted ok) -gt 1000 ]]
    csv=$dir/fail-tcp-thread-1000B-1c/1/messages.csv
    [ "$(grep -c ,refused, "$csv")" -eq "$(noted refused)" ]
    # After the last failure there are echoes again.
    tail -n 1 "$csv" | grep -q ,ok,
    verified "$dir"
}

@test "sweep: a failure test without a failure ends with 0" {
    harness_run --set mode=fail_rate --set 'server=["epoll","simple"]' --set messages=50
    expect_status 0
    [ "$(values ok "$dir/manifest.json" | paste -sd ' ')" = '50 50' ]
    [ -d "$dir/fail-tcp-simple-1000B-1c" ]
}
