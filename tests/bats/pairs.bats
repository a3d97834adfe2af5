#!/usr/bin/env bats
# harness run A B --pairs: two scenarios in turn, for harness compare.
load helper

setup() {
    common_setup
    scenario near '"cpu": {"client": 0, "server": 0}' >near.json
    scenario far '"target": {"site": "cloud"}, "path": {"delay_ms": 2}' >far.json
}

# scenario NAME KEYS...
scenario() {
    printf '{"version": 1, "name": "%s", "messages": 20, "duration_s": 20, %s}\n' "$1" "$2"
}

pairs() { run --separate-stderr run_timed 60 "$bin/harness" run "$@" --out r; }

# order: which side ran, one letter a run.
order() { sed -n 's/^\([AB]\), run .*/\1/p' <<<"$output" | tr -d '\n'; }

# in_manifest FOLDER TEXT: it holds the text, tabs made blanks.
in_manifest() { tr '\t' ' ' <"$1/manifest.json" | grep -qF -- "$2"; }

@test "pairs: each has its folder, tells of the other, and they compare" {
    pairs near.json far.json --pairs 6
    expect_status 0
    a=${lines[-2]} b=${lines[-1]}
    [[ $a == r/near-*Z && $b == r/far-*Z && -d $a && -d $b ]]
    in_manifest "$a" '"side": "A"'
    in_manifest "$b" '"side": "B"'
    in_manifest "$a" "\"other\": \"${b#r/}\""
    in_manifest "$b" "\"other\": \"${a#r/}\""
    [ "$(grep -h '"id":' "$a/manifest.json" "$b/manifest.json" | sort -u | wc -l)" = 1 ]
    run run_timed 20 "$bin/harness" verify "$a" "$b"
    expect_status 0
    [[ ${lines[-1]} == "verified: 2 folders, 12 runs, 240 messages" ]]
    run run_timed 20 "$bin/harness" compare "$a" "$b" --fail-on faster,equivalent,undecided
    expect_status 0
    [[ $output == *"B is slower than A"*"6 pairs of runs, taken in turn"* ]]
}

@test "pairs: a coin decides the order, the same one for a seed" {
    pairs near.json near.json --pairs 12 --set messages=1
    expect_status 0
    first=$(order)
    [[ $first =~ ^(AB|BA){12}$ && $first == *ABBA* && $first == *BAAB* ]]
    rm -r r # two folders of one name need two seconds
    pairs near.json near.json --pairs 12 --set messages=1
    [ "$(order)" = "$first" ]
    rm -r r
    pairs near.json near.json --pairs 12 --set messages=1 --set seed=2
    [[ $(order) =~ ^(AB|BA){12}$ && $(order) != "$first" ]]
}

@test "pairs: what names a target is for B" {
    start_server echo-server --quiet
    pairs near.json near.json --pairs 2 --host 127.0.0.1 --port "$port" --site cloud
    expect_status 0
    in_manifest "${lines[-2]}" '"launched": true'
    in_manifest "${lines[-2]}" '"site": "local"'
    in_manifest "${lines[-1]}" '"launched": false'
    in_manifest "${lines[-1]}" "\"port\": $port"
    in_manifest "${lines[-1]}" '"site": "cloud"'
}

@test "pairs: what cannot be compared is told before it is measured" {
    scenario big '"message_size": 64' >big.json
    pairs near.json big.json --pairs 1
    expect_status 0
    [[ ${lines[0]} == 'note: A and B differ in "message_size": 1000 and 64; '* ]]
    scenario sweep '"message_size": [64, 128]' >sweep.json
    pairs near.json sweep.json --pairs 1
    expect_error 2 pairs-differ
    [[ $stderr == *"nothing was measured"* ]]
}

@test "pairs: the command line" {
    pairs near.json far.json
    expect_error 2 usage
    pairs near.json --pairs 3
    expect_error 2 usage
    pairs near.json far.json near.json --pairs 3
    expect_error 2 usage
    pairs near.json far.json --pairs 0
    expect_error 2 usage
    pairs near.json nowhere.json --pairs 3
    expect_error 2 json-open
    pairs near.json far.json --pairs 1001
    expect_error 2 usage
    [ ! -e r ]
}

@test "pairs: stopped by a signal, what was measured of both is kept" {
    "$bin/harness" run near.json far.json --pairs 500 --out r >log 2>errlog 3>&- &
    pid=$!
    started+=("$pid")
    within 20 grep -qs '^[AB], run 3 of' log
    kill -INT "$pid"
    within 20 has_ended "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    [[ $(<errlog) == *"(interrupted)"*"r/near-"*"whole rows in r/far-"* ]]
    for folder in r/near-*.partial r/far-*.partial; do
        run run_timed 20 "$bin/harness" verify --allow-partial "$folder"
        expect_status 0
    done
    run run_timed 20 "$bin/harness" compare --allow-partial r/near-*.partial r/far-*.partial
    expect_status 0
    [[ $output == *"Undecided: no 95 % interval exists with "[23]" pairs."* ]]
}

@test "pairs: a target that does not answer" {
    pairs near.json near.json --pairs 2 --host 127.0.0.1 --port 1
    [ "$status" -eq 3 ]
    [[ $stderr == *"(connect-refused)"* ]]
    # A was measured once, if the coin said so; nothing is half done.
    [ "$(find r -name '*Z' | wc -l)" = 0 ]
}
