#!/usr/bin/env bats
# Not part of `make check`, for it takes 20 s: what a server or a client that
# stands still for a second looks like, in an open and in a closed loop.
# shellcheck disable=SC2154,SC2016 # $root, $bin of the helper; what within calls
load ../bats/helper

# measure NAME [--set ...]: 20 s of a run, in the background; its pid in $pids.
measure() {
    local name=$1
    shift
    "$bin/harness" run "$root/scenarios/smoke.json" --out "$name" \
        --set duration_s=20 "$@" >"$name.out" 2>"$name.err" 3>&- &
    pids+=("$!")
}

records() { [[ $(cat "$1"/*/*/1/messages.csv 2>/dev/null | wc -l) -gt 1000 ]]; }

# p99 NAME EXPRESSION: of the answered, in us, by nearest rank.
p99() {
    awk -F, '$9 == "ok" { print '"$2"' }' "$1"/*/*/1/messages.csv | sort -n |
        awk '{ v[NR] = $1 } END { printf "%d\n", v[int(0.99 * NR + 0.999999)] / 1000 }'
}

@test "stopped: a server shows in both times, a client in the response time" {
    pids=()
    measure open --set rate_per_s=1000
    measure closed
    measure client --set rate_per_s=1000
    for name in open closed client; do
        within 30 records "$name"
    done
    stopped=("$(child_of "${pids[0]}" echo-server)" "$(child_of "${pids[1]}" echo-server)" "$(child_of "${pids[2]}" echo-rate)")
    kill -STOP "${stopped[@]}"
    sleep 1
    kill -CONT "${stopped[@]}"
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    for name in open closed client; do
        "$bin/harness" verify "$name"/*Z >/dev/null
        service[${#service[@]}]=$(p99 "$name" '$6')
        response[${#response[@]}]=$(p99 "$name" '$5 - $3')
        slow=$(awk -F, '$9 == "ok" && $6 > 9e8 { n++ } END { print n + 0 }' "$name"/*/*/1/messages.csv)
        echo "# $name: p99 of service ${service[-1]} us, of response ${response[-1]} us; $slow slow" >&3
    done
    # A twentieth of the messages were due in that second.
    [[ ${service[0]} -gt 500000 && ${response[0]} -gt 500000 ]]
    # The closed loop waited: one message.
    [[ ${service[1]} -lt 100000 && $(awk -F, '$9 == "ok" && $6 > 9e8 { n++ } END { print n }' closed/*/*/1/messages.csv) -eq 1 ]]
    [[ ${service[2]} -lt $((response[2] / 2)) && ${response[2]} -gt 500000 ]]
    grep -q 'the client itself stood still' client/*/manifest.json
    # What was open meanwhile is suspect, of the closed loop's client too if the
    # machine held it up; a twentieth of the rows ends nothing.
    for name in open closed client; do
        run=$(echo "$name"/*Z/*/1)
        told=$(sed -n '/"suspect"/,/"share"/s/.*"rows":[^0-9]*\([0-9]*\).*/\1/p' "$run/summary.json")
        echo "# $name: ${told:-0} suspect, by our own count $(suspects "$run")" >&3
        [[ ${told:-0} -eq $(suspects "$run") ]]
    done
    [[ $told -gt 900 ]]
    grep -q '^  suspect .*: open while the client itself stood still' client.out
    "$bin/harness" report client/*Z --out report >/dev/null
    [[ $(value r1.suspect number report) -eq $told ]]
    grep -q 'R{r1.suspect} messages of .* were open while the client itself stood' report/tables/*.tex
    "$bin/harness" report --check report client/*Z
    # The other clients did not, unless the machine held one up: then it sent late.
    late=$(awk -F, 'NR > 1 && $4 - $3 > 9e7 { n++ } END { print n + 0 }' open/*/*/1/messages.csv)
    echo "# open: $late sent over 90 ms late" >&3
    [[ $late -gt 0 ]] || not grep -q 'the client itself stood still' open/*/manifest.json
}
