#!/usr/bin/env bats
# harness compare: the verdict, what it rests on, and what it refuses.
load helper

# Folders of six runs or so, made once: near and far are pairs.
setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || return 1
    runs() { sh "$root/tests/data/make_runs.sh" "$@"; }
    export ROWS=60
    PAIR=A runs near 20000 20400 21000 20700 22000 23000
    PAIR=B NAME=remote_rate SITE=cloud EMULATED=1 runs far \
        40000 40900 42100 41300 44200 46100
    PAIR=B runs same 20100 20300 21100 20800 21900 23100
    PAIR=B runs unclear 19000 22400 23800 20000 25000 20100
    runs alone 20000 20400 21000 20700
    FAILED=6 runs lossy 60000 61000 62000 63000
}

setup() {
    common_setup
    cp -r "$BATS_FILE_TMPDIR"/* .
}

runs() { sh "$root/tests/data/make_runs.sh" "$@"; }
compare() { run --separate-stderr run_timed 20 "$bin/harness" compare "$@"; }

# told KEY: of the JSON in $output, the first of that name.
told() { sed -n "s/.*\"$1\":[[:space:]]*\"\{0,1\}\([^\",]*\).*/\1/p" <<<"$output" | head -n 1; }

# between LOW VALUE HIGH, as numbers.
between() { awk -v l="$1" -v v="$2" -v h="$3" 'BEGIN { exit !(l <= v && v <= h) }'; }

@test "compare: pairs, B takes twice as long" {
    compare near far
    expect_status 0
    [[ ${lines[0]} == "A: near/tcp-thread-1000B-1c" ]]
    [[ ${lines[3]} == *"cloud, emulated path: 6 runs"* ]]
    [[ $output == *"B is slower than A: its median round trip takes 2.00 times as long."* ]]
    [[ $output == *"6 pairs of runs"* ]]
    [[ $output == *"median RTT 0.031"* ]]
    [[ $output == *"over an emulated path"* ]]
    [[ $output == *"Single messages, warm-up included, describe only: "*"in 100.0 % of cases"* ]]
    # It fits a terminal.
    not grep -nE '^.{81}' <<<"$output"
}

@test "compare: the other way round, B is faster, and as JSON" {
    compare far near --json
    expect_status 0
    [ "$(told verdict)" = faster ]
    [ "$(told paired)" = true ]
    [ "$(told a12)" = 0 ]
    between 0.49 "$(grep -A1 '"ratio"' <<<"$output" | sed -n 's/.*"value":[[:space:]]*\([^,]*\).*/\1/p' | head -n 1)" 0.51
    [ "$(grep -c '"rep"' <<<"$output")" = 12 ]
    # The same numbers every time.
    first=$output
    compare far near --json
    [ "$output" = "$first" ]
}

@test "compare: equivalent within the margin, undecided across a narrow one" {
    compare near same --json
    [ "$(told verdict)" = equivalent ]
    compare near same --margin 0.4 --json
    [ "$(told verdict)" = undecided ]
    between 7 "$(told needs)" 1000
}

@test "compare: undecided says about how many more would decide" {
    compare near unclear
    expect_status 0
    [[ $output == *"Undecided: the 95 % interval reaches across the margin of 5 %."* ]]
    [[ ${output//$'\n'/ } =~ "About "([0-9]+)" pairs in all would make the interval as narrow as the margin: "([0-9]+)" more." ]]
    [ "${BASH_REMATCH[1]}" -eq $((BASH_REMATCH[2] + 6)) ]
    [[ $output == *"Longer runs will hardly help"* ]]
    # It is narrow, and the estimate close to the margin.
    PAIR=B runs close 21200 21400 22300 21700 23300 24000
    compare near close
    [[ $output =~ "About "([0-9]+)" pairs in all would decide: "([0-9]+)" more." ]]
    [ "${BASH_REMATCH[1]}" -eq $((BASH_REMATCH[2] + 6)) ]
}

@test "compare: --fail-on decides about the exit code" {
    compare near far --fail-on slower
    expect_error 1 verdict
    [[ $output == *"B is slower than A"* ]]
    compare near far --fail-on faster,undecided
    expect_status 0
    compare far near --fail-on different
    expect_error 1 verdict
    compare near same --fail-on different
    expect_status 0
    compare near unclear --fail-on slower,undecided
    expect_error 1 verdict
    compare near far --fail-on slow
    expect_error 2 usage
    compare near far --fail-on slower,
    expect_error 2 usage
}

@test "compare: five pairs have no 95 % interval" {
    PAIR=A runs a 20000 20400 21000 20700 22000
    PAIR=B runs b 40000 40900 42100 41300 44200
    compare a b
    expect_status 0
    [[ $output == *"Undecided: no 95 % interval exists with 5 pairs."* ]]
    [[ $output == *"At least 6 pairs are needed."* ]]
    [[ $output == *"x 2.00 "*"none"* ]]
}

@test "compare: without pairs four runs on each side are needed" {
    compare alone lossy --json
    [ "$(told verdict)" = slower ]
    [ "$(told paired)" = false ]
    compare alone lossy
    [[ $output == *"note: not run in pairs"* ]]
    not grep -nE '^.{81}' <<<"$output"
    # Long units at both ends of an interval, and long numbers.
    compare alone same
    [[ $output =~ "bit/s -"[0-9.]+" Mbit/s .. +"[0-9.]+" Mbit/s" ]]
    not grep -nE '^.{81}' <<<"$output"
    runs three 60000 61000 62000
    compare alone three
    expect_status 0
    [[ $output == *"Undecided: no 95 % interval exists with 4 and 3 runs."* ]]
}

@test "compare: failures are a question of their own" {
    compare alone lossy
    [[ $output =~ failed\ +0\ of\ 240\ +16.7\ %\ +\+16.7\ points\ +\+16.7\ ..\ \+16.7$'\n' ]]
    compare near same
    [[ $output =~ failed\ +0\ of\ 360\ +0\ of\ 360\ +none ]]
    # One run of five has some: the median over runs is 0, and is not all.
    FAILED=6 runs one 20000
    compare --a near --b alone one
    [[ $output =~ failed\ +0\ of\ 360\ +10\ of\ 300\ +\+0\ points\ +\+0\ ..\ \+16.7$'\n' ]]
}

@test "compare: only whole pairs count" {
    sed -i 's/"rep": 2, "dir": "\(.*\)\/2"/"rep": 7, "dir": "\1\/7"/' far/manifest.json
    mv far/tcp-thread-1000B-1c/2 far/tcp-thread-1000B-1c/7
    compare near far
    expect_status 0
    [[ $output == *"no 95 % interval exists with 5 pairs"* ]]
    [[ $output == *"note: left out, for want of their other half: 1 of 6 runs of A."* ]]
    [[ $output == *"half: 1 of 6 runs of B."* ]]
    compare near far --json
    [ "$(told runs)" = 5 ]
    [ "$(told left_out)" = 1 ]
}

@test "compare: what was never sent did not fail, and is told" {
    sed '2,51s/[0-9]*,[0-9]*,1000,1000,ok,1,0,$/,,1000,0,local_limit,0,0,EMFILE/' \
        alone/*/1/messages.csv >messages.csv
    mkdir -p part.one/tcp-thread-1000B-1c/1
    mv messages.csv part.one/tcp-thread-1000B-1c/1/
    runs part 20000
    compare near part
    expect_status 0
    [[ $output =~ failed\ +0\ of\ 360\ +0\ of\ 10\ +none ]]
    [[ ${output//$'\n'      / } == *"note: this machine could not send 50 of 60 messages of B, which count nowhere."* ]]
    compare part near --json
    [ "$(told unsent)" = 50 ]
    [ "$(told ok)" = 10 ]
}

@test "compare: what differs in more than the target is refused, by name" {
    for change in 's/"window": 1/"window": 4/ window' \
        's/"timeout_ns": 3000000000/"timeout_ns": 1000000000/ timeout_s' \
        's/"duration_ns": 10000000000/"duration_ns": 5000000000/ duration_s' \
        's/"server": "thread"/"server": "epoll"/ server' \
        's/"messages": null/"messages": 70/ messages'; do
        cp -r far changed
        sed -i "${change% *}" changed/manifest.json
        compare near changed
        expect_error 2 not-comparable
        [[ $stderr == *"\"${change##* }\""*"--despite ${change##* }"* ]]
        compare near changed --despite "${change##* }"
        expect_status 0
        [[ $output == *"  ${change##* } "* ]]
        rm -r changed
    done
    SIZE=64 runs small 20000 20400 21000 20700
    compare alone small
    expect_error 2 not-comparable
    [[ $stderr == *'"message_size": 1000 and 64'* ]]
    CONNS=2 runs two 20000 20400 21000 20700
    compare alone two
    expect_error 2 not-comparable
    [[ $stderr == *'"connections": 1 and 2'* ]]
    cp -r far open
    sed -i 's/"pacing": "closed"/"pacing": "open", "rate_per_s": 9, "arrival": "poisson"/' open/manifest.json
    compare near open
    expect_error 2 not-comparable
    [[ $stderr == *'"rate_per_s": none and 9; "arrival": none and poisson'* ]]
    compare alone small --despite no_such_key
    expect_error 2 usage
}

@test "compare: several folders a side" {
    runs more 20200 20600
    compare --a alone more --json --b lossy
    expect_status 0
    [ "$(told verdict)" = slower ]
    [ "$(grep -c '"rep"' <<<"$output")" = 10 ]
    [ "$(grep -c '"folder":.*more' <<<"$output")" = 2 ]
    compare --a alone more --b lossy
    [[ ${lines[1]} == "   more/tcp-thread-1000B-1c" ]]
    [[ $output == *"6 and 4 runs, not in pairs"* ]]
    [[ $output != *"differ in themselves"* ]]
    # Pairs of two evenings are pairs; when a half is missing they are not.
    PAIR=A PAIR_ID=22 runs near2 20000 20400
    PAIR=B PAIR_ID=22 NAME=remote_rate SITE=cloud EMULATED=1 runs far2 40000 41900
    compare --a near --a near2 --b far far2
    expect_status 0
    [[ $output == *"8 pairs of runs, taken in turn"* ]]
    compare --b far2 far --a near2 near --json
    [ "$(told paired)" = true ]
    compare --a near near2 --b far --json
    [ "$(told paired)" = false ]
}

@test "compare: the folders of a side are one target, and named once" {
    compare --a near far --b lossy
    expect_error 2 side-mixed
    [[ $stderr == *'near and far cannot be one side: "site": local and cloud'* ]]
    compare --a alone alone --b lossy
    expect_error 2 same-side
    compare --a alone --b lossy alone
    expect_error 2 same-side
    compare alone --b lossy
    expect_error 2 usage
    compare --b lossy
    expect_error 2 usage
    compare --a '' --b lossy
    expect_error 2 usage
    runs more 20200 20600
    sed -i 's/6.1.0-test/6.5.0/' more/environment.json
    sed -i "s/\"environment_sha256\": \"[0-9a-f]*\"/\"environment_sha256\": \"$(sha256sum more/environment.json | cut -d ' ' -f 1)\"/" more/manifest.json
    compare --a alone more --b lossy
    [[ $output == *"note: the folders of A differ in themselves: kernel."* ]]
}

@test "compare: a folder against itself" {
    compare near near
    expect_error 2 same-side
}

@test "compare: of several cases one is chosen" {
    KEY=tcp-epoll-1000B-1c runs other 30000 30400 31000 30700
    mv other/tcp-epoll-1000B-1c alone/
    {
        sed '/^  \]$/,$d' alone/manifest.json
        echo ,
        sed -n '/^    {"key"/,$p' other/manifest.json
    } >joined
    mv joined alone/manifest.json
    compare alone lossy
    expect_error 2 case-missing
    compare alone lossy --case tcp-thread-1000B-1c
    expect_status 0
    compare alone alone --case tcp-thread-1000B-1c --case tcp-epoll-1000B-1c
    expect_status 0
    [[ $output == *"takes 48."*" % longer"* ]]
    compare alone lossy --case nothing
    expect_error 2 case-unknown
}

@test "compare: damaged or unfinished data give no verdict" {
    printf x >>far/tcp-thread-1000B-1c/3/messages.csv
    compare near far
    expect_error 5 results-damaged
    sed -i 's/"kernel": "[^"]*"/"kernel": "other"/' same/environment.json
    compare near same
    expect_error 5 results-damaged
    sed -i 's/"status": "complete"/"status": "partial"/' unclear/manifest.json
    compare near unclear
    expect_error 5 results-partial
    compare near unclear --allow-partial
    expect_status 0
    [[ $output == *"note: B is partial."* ]]
    compare near nowhere
    expect_error 5 results-open
}

@test "compare: a run without an answer has no round trip" {
    FAILED=1 ROWS=10 runs dead 20000
    compare near dead
    expect_error 5 results-empty
    [[ $stderr == *"dead/tcp-thread-1000B-1c/1: no message was answered"* ]]
}

@test "compare: how the two were measured differently" {
    sed -i 's/6.1.0-test/6.5.0/; s/"before": 0.1/"before": 1.9/; s/"null_rtt_p50_ns": 11000/"null_rtt_p50_ns": 29000/; s/A test processor/A \\u001b[31m\\\\ one/' far/environment.json
    sed -i "s/\"environment_sha256\": \"[0-9a-f]*\"/\"environment_sha256\": \"$(sha256sum far/environment.json | cut -d ' ' -f 1)\"/" far/manifest.json
    sed -i 's/"plain": false,/"plain": false, "keyed": true,/' far/manifest.json
    compare near far
    expect_status 0
    [[ $output =~ key\ +A:\ none.\ +B:\ one\ for\ the\ run ]]
    [[ $output =~ kernel\ +A:\ Linux\ 6.1.0-test.\ +B:\ Linux\ 6.5.0 ]]
    [[ $output =~ "load before it"\ +A:\ 0.1.\ +B:\ 1.9 ]]
    [[ $output =~ "null round trip in us"\ +A:\ 11.\ +B:\ 29 ]]
    [[ $output == *'B: A \x1b[31m\x5c one'* ]]
    [[ $output != *$'\e'* ]]
    compare near same
    [[ $output == *"under the same conditions"* ]]
}

@test "compare: figures, small and the same twice" {
    need gnuplot
    compare near unclear --out one/two
    expect_status 0
    for file in one/two/{pairs,shift}.{pdf,svg}; do
        between 1000 "$(wc -c <"$file")" 100000
    done
    [ "$(find one/two | wc -l)" = 5 ] # nothing else is left there
    compare near unclear --out again
    cmp one/two/pairs.pdf again/pairs.pdf
    cmp one/two/shift.pdf again/shift.pdf
    # Six pairs are numbered, and no seventh.
    grep -q '>6<' one/two/pairs.svg
    not grep -q '>7<' one/two/pairs.svg
    # An axis between two powers of ten has numbers on it, too.
    PAIR=B runs high 28000000 41000000 63000000 83000000 95000000 100000000
    compare near high --out between
    for ratio in 1500 3000; do
        grep -q ">$ratio<" between/pairs.svg
    done
    compare alone lossy --figures unpaired
    expect_status 0
    [ -e unpaired/shift.pdf ] && [ ! -e unpaired/pairs.pdf ]
    compare near far --out ''
    expect_error 2 usage
    : >file
    compare near far --out file/below
    expect_error 5 report-write
}

@test "compare: without gnuplot the verdict is told, and that the figures are not" {
    mkdir empty
    run --separate-stderr env PATH="$T/empty" "$bin/harness" compare near far --out out
    expect_error 7 gnuplot-missing
    [[ $output == *"B is slower than A"* ]]
    [ ! -e out/pairs.pdf ]
}

@test "compare: the command line" {
    compare
    expect_error 2 usage
    compare near
    expect_error 2 usage
    compare near far same
    expect_error 2 usage
    compare near far --margin 0
    expect_error 2 usage
    compare near far --case a --case b --case c
    expect_error 2 usage
    compare --help
    expect_status 0
    [[ $output == *"--fail-on"* && $output == *"--a DIR... --b DIR..."* ]]
}

@test "compare: what was really measured" {
    for name in one other; do
        run_timed 20 "$bin/harness" run "$root/scenarios/smoke.json" --out "$name" \
            --set repeat=4 --set messages=200 --set duration_s=5 >log 2>&1
    done
    compare one/* other/* --json
    expect_status 0
    [[ $(told verdict) =~ ^(slower|faster|equivalent|undecided)$ ]]
    [ "$(grep -c '"rep"' <<<"$output")" = 8 ]
}
