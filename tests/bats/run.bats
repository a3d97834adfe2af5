#!/usr/bin/env bats
# harness run: from a scenario to a results folder.
# shellcheck disable=SC2016 # for inner shells
load helper

smoke=$root/scenarios/smoke.json

# harness_run FILE [ARG]...: a run of 0.3 s into out/; sets $dir to the folder
# that its last line names.
harness_run() {
    local file=$1
    shift
    run --separate-stderr run_timed 60 "$bin/harness" run "$file" --out out --set duration_s=0.3 "$@"
    dir=
    ((${#lines[@]} == 0)) || dir=${lines[-1]}
}

@test "run: the last line is the folder, which is as designed" {
    harness_run "$smoke"
    expect_status 0
    [ "$stderr" = "" ]
    [[ $dir =~ ^out/smoke-[0-9]{8}T[0-9]{6}Z$ ]]
    [ "$(ls out)" = "${dir#out/}" ]
    diff - <(cd "$dir" && find . -type f | sort) <<'END'
./environment.json
./manifest.json
./scenario.json
./tcp-thread-1000B-1c/1/client.log
./tcp-thread-1000B-1c/1/connections.csv
./tcp-thread-1000B-1c/1/messages.csv
./tcp-thread-1000B-1c/1/server.log
./tcp-thread-1000B-1c/1/summary.json
END
    cmp "$smoke" "$dir/scenario.json"
    run run_timed 10 "$bin/harness" verify "$dir"
    expect_status 0
}

@test "run: a shell can take the folder from the last line" {
    dir=$(run_timed 60 "$bin/harness" run "$smoke" --out out --set duration_s=0.1 | tail -n 1)
    [ -s "$dir/manifest.json" ]
}

@test "run: the manifest has every key of the format" {
    harness_run "$smoke"
    expect_status 0
    diff - <(grep -o '"[a-z0-9_]*":' "$dir/manifest.json" | tr -d '":' | sort -u | paste -sd ' ' | fold -s -w 80 | sed 's/ $//') <<'END'
aborted achieved_per_s allow argv arrival busy_poll bytes cases client
connections corrupt cpu deployed dir done duplicated duration_ns end_utc
environment_sha256 eof files format gap_times gaps gaps_left_out host intended
key keyed late launched local_drops local_limit loss lost message_size_bytes
messages mode name notes ok outcomes pacing pairs path plain port rate_per_s
reconciled refused reordered rep reset rows run_id scenario_sha256 seed
send_error server sha256 site start_utc status threads timeout timeout_ns tool
transport unmatched unreachable user version warnings what window
END
    [ "$(noted format)" = 1 ]
    [ "$(noted status)" = '"complete"' ]
    [[ $(noted version) =~ ^\"[0-9]+\.[0-9]+\.[0-9]+ ]]
    [[ $(noted start_utc) =~ ^\"20[0-9-]{8}T[0-9:]{8}Z\"$ ]]
    [[ $(noted end_utc) > $(noted start_utc) || $(noted end_utc) == "$(noted start_utc)" ]]
    [ "$(noted argv)" = "[\"harness\", \"run\", \"$smoke\", \"--out\", \"out\", \"--set\", \"duration_s=0.3\"]" ]
    [ "$(noted dir)" = '"tcp-thread-1000B-1c/1"' ]
    [[ $(noted run_id) =~ ^\"[0-9a-f]{16}\"$ ]]
    [ "$(noted launched)" = true ]
    [ "$(noted plain)" = false ]
    [ "$(noted duration_ns)" = 300000000 ]
    [ "$(noted messages)" = null ]
    [ "$(noted path)" = null ]
    [ "$(noted site)" = '"local"' ]
    [ "$(noted 'done')" = true ]
}

# sums_of_manifest: "SHA-256  FILE" of all it names, as sha256sum wants them.
sums_of_manifest() {
    awk -v dir="$dir" '
        { gsub(/[",]/, ""); sub(/^\t*\{?/, ""); key = $1; value = $2 }
        key == "scenario_sha256:" { print value "  " dir "/scenario.json" }
        key == "environment_sha256:" { print value "  " dir "/environment.json" }
        key == "dir:" { folder = value }
        key == "name:" { name = value }
        key == "sha256:" { print value "  " dir "/" folder "/" name }' "$dir/manifest.json"
}

@test "run: checksums, bytes and rows are those of the files" {
    harness_run "$smoke" --set path.delay_ms=1 --set repeat=2
    expect_status 0
    sums_of_manifest >sums
    cat sums
    [ "$(wc -l <sums)" -eq 14 ]
    run sha256sum --check --strict --quiet sums
    expect_status 0
    [ "$(values bytes "$dir/manifest.json" | paste -sd ' ')" = \
        "$(cd "$dir/tcp-thread-1000B-1c" && for rep in 1 2; do
            stat -c %s "$rep"/{messages.csv,connections.csv,client.log,server.log,relay.log,summary.json}
        done | paste -sd ' ')" ]
}

@test "run: rows = intended = the sum over outcomes" {
    harness_run "$smoke"
    expect_status 0
    csv=$dir/tcp-thread-1000B-1c/1/messages.csv
    awk -F, 'NR > 1 && (NF != 12 || $1 != 0 || $2 != NR - 2 || $9 != "ok") { print; exit 1 }' "$csv"
    rows=$(awk 'END { print NR - 1 }' "$csv")
    [ "$rows" -gt 100 ]
    [ "$(noted rows)" = "$rows" ]
    [ "$(noted intended)" = "$rows" ]
    [ "$(noted ok)" = "$rows" ]
    [ "$(values ok "$dir/tcp-thread-1000B-1c/1/summary.json")" = "$rows" ]
    # In the list of files, too.
    [ "$(values rows "$dir/manifest.json" | sed -n 2p)" = "$rows" ]
}

@test "run: the rate in the summary is 8 x bytes / time of the record" {
    harness_run "$smoke"
    expect_status 0
    awk -F, -v told="$(values bit_per_s "$dir/tcp-thread-1000B-1c/1/summary.json")" '
        NR == 2 { first = $4 }
        NR > 1 { bytes += $8; if ($5 > last) last = $5 }
        END { mine = 8e9 * bytes / (last - first); print mine, told
              exit !(mine / told - 1 < 1e-9 && 1 - mine / told < 1e-9) }' \
        "$dir/tcp-thread-1000B-1c/1/messages.csv"
}

@test "run: --set, --site and --out" {
    harness_run "$smoke" --set message_size=64 --set connections=3 --set messages=30 \
        --set seed=7 --set timeout_s=0.5 --set what='Said here.' --site lab --out "my results/"
    expect_status 0
    [[ $dir =~ ^my\ results/+smoke-[0-9TZ]+$ ]]
    [ -d "$dir/tcp-thread-64B-3c/1" ]
    [ "$(noted message_size_bytes)" = 64 ]
    [ "$(noted connections)" = 3 ]
    [ "$(noted intended)" = 30 ]
    [ "$(noted seed)" = 7 ]
    [ "$(noted timeout_ns)" = 500000000 ]
    [ "$(noted what)" = '"Said here."' ]
    [ "$(noted site)" = '"lab"' ]
    [ "$(wc -l <"$dir/tcp-thread-64B-3c/1/connections.csv")" -eq 4 ]
    cmp "$smoke" "$dir/scenario.json"
}

@test "run: messages without a duration" {
    harness_run "$smoke" --set duration_s=null --set messages=500
    expect_status 0
    [ "$(noted intended)" = 500 ]
    [ "$(noted duration_ns)" = null ]
    [ "$(noted messages)" = 500 ]
}

@test "run: the server that runs at --host and --port, not the emulated path" {
    start_server echo-server
    harness_run "$root/scenarios/remote_rate.json" --host 127.0.0.1 --port "$port"
    expect_status 0
    [ "$(noted path)" = null ]
    [ "$(noted launched)" = false ]
    [ "$(noted port)" = "$port" ]
    [ "$(noted host)" = '"127.0.0.1"' ]
    [ "$(noted site)" = '"local"' ]
    [ ! -e "$dir/tcp-thread-1000B-1c/1/server.log" ]
    [ ! -e "$dir/tcp-thread-1000B-1c/1/relay.log" ]
    [[ $output != *emulated* ]]
    # A hello of 48 bytes, then the load.
    stop_pid "$pid"
    within 2 grep -q "^served connections=2 .* bytes_in=$(($(noted intended) * 1000 + 48)) " "$log"
}

@test "run: a plain echo server is noted" {
    start_peer 'printf EL1H; cat' 'printf %s "$first"; cat'
    harness_run "$smoke" --host 127.0.0.1 --port "$port" --set target.plain=true
    expect_status 0
    [ "$(noted plain)" = true ]
    [[ $(noted notes) == *'plain echo server'* ]]
}

@test "run: repeat runs each case so often, each with its own id" {
    harness_run "$smoke" --set repeat=3 --set duration_s=0.1
    expect_status 0
    [ "$(cd "$dir/tcp-thread-1000B-1c" && echo *)" = '1 2 3' ]
    [ "$(values rep "$dir/manifest.json" | paste -sd ' ')" = '1 2 3' ]
    [ "$(values run_id "$dir/manifest.json" | sort -u | wc -l)" -eq 3 ]
    [ "$(grep -c '^tcp-thread-1000B-1c/[123] (local): ' <<<"$output")" -eq 3 ]
}

# least_ns: the shortest round trip of the run in $dir; all are in `rtts`.
least_ns() {
    tail -n +2 "$dir"/tcp-*/1/messages.csv | cut -d , -f 6 | sort -n >rtts
    head -n 1 rtts
}

# The shortest, because a busy machine makes any other longer.  The tolerance
# is that of the promise: 1 ms.
@test "run: an emulated path adds twice its delay to the local round trip" {
    harness_run "$root/scenarios/local_rate.json" --set duration_s=0.5
    expect_status 0
    local_ns=$(least_ns)
    harness_run "$root/scenarios/remote_rate.json" --set duration_s=5 --set path.jitter_ms=0
    expect_status 0
    [[ $output == *'(cloud, emulated path): '* ]]
    path_ns=$(least_ns)
    echo "local $local_ns, path $path_ns"
    off_ns=$((path_ns - 38000000 - local_ns))
    [ "${off_ns#-}" -lt 1000000 ]
    [[ $(noted notes) == '["emulated path: echo-relay on this machine, 19 ms ± 0 ms one way"]' ]]
    [ "$(noted emulated)" = true ]
    [ -s "$dir/tcp-thread-1000B-1c/1/relay.log" ]
    # No echo came back before 2 x 19 ms.
    [ "$path_ns" -ge 38000000 ]
    # Not a terminal: a plain line every 5 s.
    every_5_s='^remote_rate: +[0-9]+ %  5\.[0-9] s  [0-9]+ messages  0 failed  [^;]+; now [^,]+, RTT .*$'
    [[ $stderr =~ $every_5_s || $stderr == '' ]]
}

@test "run: an emulated rate limit holds" {
    harness_run "$smoke" --set path.rate_mbit=8 --set connections=4
    expect_status 0
    rate=$(values bit_per_s "$dir/tcp-thread-1000B-4c/1/summary.json")
    echo "$rate bit/s"
    awk -v rate="$rate" 'BEGIN { exit !(rate <= 8e6 && rate > 1e5) }'
    [ "$(noted rate_mbit)" = 8 ]
}

@test "run: IPv6, directly and through a path" {
    harness_run "$smoke" --set target.host=::1 --set messages=20
    expect_status 0
    grep -q '^listening tcp \[::1\]:' "$dir/tcp-thread-1000B-1c/1/server.log"
    harness_run "$smoke" --set target.host=::1 --set messages=5 --set path.delay_ms=1 --set name=v6
    expect_status 0
    [ "$(noted intended)" = 5 ]
}

@test "run: many connections, and messages of 16 MiB" {
    harness_run "$smoke" --set connections=1200 --set messages=3000 \
        --set duration_s=20 --set timeout_s=20 --set name=many
    expect_measured "$dir"
    [ "$(noted intended)" = 3000 ]
    [ "$(wc -l <"$dir/tcp-thread-1000B-1200c/1/connections.csv")" -eq 1201 ]
    harness_run "$smoke" --set message_size=16777216 --set messages=2 --set duration_s=10 --set name=large
    expect_measured "$dir"
    [ "$(noted ok)" = 2 ]
}

@test "run: client and server on the CPUs that are asked for" {
    harness_run "$smoke" --set cpu.client=0 --set cpu.server=0
    expect_status 0
    [ "$(values client "$dir/manifest.json")" = 0 ]
    harness_run "$smoke" --set cpu.client=1023 --set name=cpu
    expect_error 6 cpu-missing
    [[ $stderr == *'CPU 1023'* ]]
    [ "$(find out -name 'cpu-*')" = "" ]
}

@test "run: an expectation that is met, and one that is missed" {
    harness_run "$smoke" --set expect.failed_max=0 --set expect.rate_mbit_min=0.01
    expect_status 0
    harness_run "$smoke" --set expect.rate_mbit_min=1000000 --set name=missed
    expect_error 1 expect-missed
    [[ $dir =~ ^out/missed-[0-9TZ]+$ ]]
    [ "$(noted status)" = '"complete"' ]
    run run_timed 10 "$bin/harness" verify "$dir"
    expect_status 0
}

@test "run: environment.json has what this machine is, and measured numbers" {
    harness_run "$smoke"
    expect_status 0
    file=$dir/environment.json
    [ "$(values kernel "$file")" = "\"$(uname -r)\"" ]
    [ "$(values machine "$file")" = "\"$(uname -m)\"" ]
    [ "$(values cpus "$file")" = "$(nproc --all)" ]
    [ "$(values mtu_lo "$file")" = "$(cat /sys/class/net/lo/mtu)" ]
    [ "$(values congestion_control "$file")" = "\"$(cat /proc/sys/net/ipv4/tcp_congestion_control)\"" ]
    for key in cost_ns resolution_ns step_ns null_rtt_p50_ns null_rtt_p99_ns \
        timer_overshoot_p50_ns timer_overshoot_p99_ns memory_bytes; do
        number=$(values "$key" "$file")
        echo "$key: $number"
        awk -v x="$number" 'BEGIN { exit !(x + 0 > 0) }'
    done
    [ "$(values 1_min "$file" | wc -l)" -eq 2 ]
    for key in echolab libc compiler clocksource governor tcp_rmem; do
        [ "$(values "$key" "$file")" != "" ]
    done
    # A round trip cannot be shorter than reading the clock twice.
    awk -v rtt="$(values null_rtt_p50_ns "$file")" -v cost="$(values cost_ns "$file")" \
        'BEGIN { exit !(rtt > 2 * cost) }'
}

# on_terminal COLUMNS COMMAND: what it shows on a terminal of that width, each
# state of its line as a line.
on_terminal() {
    local columns=$1 command
    printf -v command ' %q' "${@:2}"
    run_timed 60 script -qec "stty cols $columns; exec$command >stdout" /dev/null </dev/null |
        sed 's/\x1b\[K//g' | tr '\r' '\n' | grep -v '^$'
}

@test "run: on a terminal a bar that fits" {
    need script stty
    for columns in 80 60 132; do
        on_terminal "$columns" "$bin/harness" run "$smoke" --out out --set duration_s=0.8 --set "name=cols_$columns" >shown
        cat shown
        [ "$(grep -c '^cols_[0-9]* *\[[#.]*\]' shown)" -ge 2 ]
        [ "$(awk -v columns="$columns" 'length($0) >= columns' shown | wc -l)" -eq 0 ]
        [ -d "$(tail -n 1 stdout)" ]
        [ "$columns" -lt 80 ] ||
            grep -q '^cols_[0-9]* .* [kMG]bit/s  RTT  *[0-9.]* [um]s  0 failed  [0-9]* s left$' shown
    done
}

@test "run: a terminal of no size" {
    need script stty
    on_terminal 0 "$bin/harness" run "$smoke" --out out --set duration_s=0.4 >shown
    [ "$(awk 'length($0) >= 80' shown | wc -l)" -eq 0 ]
    [ -d "$(tail -n 1 stdout)" ]
}

@test "run: the language of the user changes no number" {
    LC_ALL=de_DE.UTF-8 TZ=Asia/Shanghai harness_run "$smoke" --set path.delay_ms=0.5
    expect_status 0
    [ "$(noted delay_ms)" = 0.5 ]
    [[ $(noted start_utc) == "\"$(date -u +%Y-%m-%dT)"* || $(noted start_utc) == *T23:59:* ]]
}

@test "run: no HOME, no TMPDIR, an empty PATH, closed descriptors" {
    run --separate-stderr env -i ECHOLAB_TEST_MARK="$ECHOLAB_TEST_MARK" PATH=/nonexistent TMPDIR=/nonexistent \
        "$bin/harness" run "$smoke" --out out --set duration_s=0.1
    expect_status 0
    [ -s "${lines[-1]}/manifest.json" ]
    run_timed 20 "$bin/harness" run "$smoke" --out closed --set duration_s=0.1 0<&- >&- 2>&-
    run run_timed 10 "$bin/harness" verify closed/*
    expect_status 0
}

@test "run: a harness in another folder finds its programs" {
    cp -r "$(readlink -f "$bin")" programs
    mkdir elsewhere
    cd elsewhere
    run --separate-stderr run_timed 20 ../programs/harness run "$smoke" --set duration_s=0.1
    expect_status 0
    [[ ${lines[-1]} == results/smoke-* ]]
}

@test "run: a loopback that swallows every datagram ends it" {
    need_netns
    need nft
    cat >inside <<'END'
nft 'add table inet t; add chain inet t in { type filter hook input priority 0; }'
nft 'add rule inet t in meta l4proto udp drop'
exec "$1/harness" run "$2" --set server=udp --set transport=udp --set timeout_s=1
END
    run --separate-stderr in_netns timeout -k 2 60 bash inside "$bin" "$smoke"
    expect_error 3 hello-timeout
}
