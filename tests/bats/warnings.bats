#!/usr/bin/env bats
# What a run warns of: in the manifest, on the screen and in the report.  The
# limits have tests of their own (test_fitness.c, test_doubts.c); here some are
# provoked for real.
load helper

# harness_run ARG...: sets $dir, the folder.
harness_run() {
    rm -rf out
    run --separate-stderr run_timed 60 "$bin/harness" run "$root/scenarios/smoke.json" --out out "$@"
    dir=
    ((${#lines[@]} == 0)) || dir=${lines[-1]}
}

# fired ID: it is among the warnings of the manifest, and was printed.
fired() {
    grep '"warnings":' "$dir/manifest.json" | grep -q "\"$1: " &&
        grep -q "^  warning    $1: " <<<"$output"
}
fired_not() { not grep -q "\"$1: \|^  warning    $1: " "$dir/manifest.json" - <<<"$output"; }

# numbers KEY: those in environment.json, one a line.
numbers() { sed -n "s/.*\"$1\":[[:blank:]]*\(-\{0,1\}[0-9.e+]*\),\{0,1\}\$/\1/p" "$dir/environment.json"; }

@test "warnings: others that compute meanwhile" {
    burners=()
    for _ in 1 2; do
        timeout -k 2 20 sh -c 'while :; do :; done' 3>&- &
        started+=($!)
        burners+=($!)
    done
    harness_run --set duration_s=1
    kill "${burners[@]}"
    expect_status 0
    fired others
    fired_not wall-clock && fired_not suspended && fired_not delayed-ack
    # They took half a processor or more, and not more than there are.
    awk -v others="$(numbers others_s | head -n 1)" -v all="$(numbers processors_s | head -n 1)" \
        'BEGIN { exit !(others > 0.5 && others <= all) }'
    run run_timed 20 "$bin/harness" verify "$dir"
    expect_status 0
}

@test "warnings: a rate that sleeping cannot keep in time, processors not chosen" {
    harness_run --set rate_per_s=20000 --set messages=4000
    expect_measured "$dir"
    fired schedule
    fired shared-host
    harness_run --set duration_s=0.2 --set cpu.client=0 --set cpu.server=0
    expect_status 0
    fired_not schedule
    fired_not shared-host
}

@test "warnings: the conditions of each run are in environment.json" {
    harness_run --set messages=50 --set message_size='[100,70000]' --set transport=tcp --set cpu.client=0
    expect_status 0
    [ "$(grep -c '"dir":' "$dir/environment.json")" -eq 2 ]
    for key in elapsed_s load_before load_after wall_clock_step_ns suspended_ns mtu; do
        echo "$key"
        [ "$(numbers "$key" | wc -l)" -eq 2 ]
    done
    [ "$(grep -c '"client":[[:blank:]]*"0"' "$dir/environment.json")" -eq 2 ]
    [ "$(grep -c '"server":[[:blank:]]*"[0-9,-]*"' "$dir/environment.json")" -eq 2 ]
    # The floor of a message of 70 000 bytes is that of 16 KiB; on a machine
    # that is too busy it may be missing.
    not grep '"bytes":' "$dir/environment.json" | not grep -v '100,\|16384,'
    [ "$(numbers timer_slack_ns)" = 1 ]
    awk -v us="$(numbers timer_overshoot_p50_ns)" 'BEGIN { exit !(us > 0) }'
}

@test "warnings: how often to repeat is said after three runs" {
    harness_run --set messages=2000 --set duration_s=30 --set repeat=3
    expect_status 0
    text=$(tr -s ' \n' ' ' <<<"$output")
    [[ $text == *'tcp-thread-1000B-1c, 3 runs repeats the median differs by '*' % from run to run: '* ]]
    [[ $text =~ (longer runs will not help; more runs will|longer runs help as much as more runs|would use time better than .*)'; for +- 5 % about '[0-9]+' of this length' ]]
    harness_run --set messages=200 --set repeat=2
    expect_status 0
    not grep -q 'from run to run' <<<"$output"
}

@test "warnings: the report tells those that fired, by name and meaning" {
    need gnuplot pdflatex pdftotext
    warned='"steal: 3 % of the processors'"'"' time, 0.06 s", "the client itself stood still 2 times"'
    for i in 1 2 3 4 5; do
        ROWS=200 NAME=local_rate sh "$root/tests/data/make_result.sh" "res/local_rate-20261122T13104${i}Z"
        sed -i "s/\"warnings\": \[\]/\"warnings\": [$warned, \"load: 1.$i before\"]/" "res/local_rate-20261122T13104${i}Z/manifest.json"
    done
    run --separate-stderr run_timed 60 "$bin/harness" report res/* --out out
    expect_status 0
    text=$(pdftotext out/report.pdf - | tr -s ' \n\f' ' ')
    [[ ${text^^} == *'THREATS TO VALIDITY'* ]]
    [[ $text == *'steal, '* ]]
    # What is the same of all runs, but for its numbers, is told once; from
    # here on in the text that is typeset, which no page cuts in two.
    text=$(tr '\n' ' ' <out/tables/limits.tex)
    [[ $text == *'\emph{steal}, \Run{r1}, \Run{r2}, \Run{r3}, \Run{r4} and 1 more: 3\,\% of the processors'*' time, 0.06\,s. The host of this virtual machine gave its processors'* ]]
    [ "$(grep -o 'time, 0.06' <<<"$text" | wc -l)" -eq 1 ]
    [[ $text == *'\emph{load}, \Run{r1}, \Run{r2}, \Run{r3}, \Run{r4} and 1 more: 1.1 to 1.5 before. Others computed'* ]]
    # A folder from before warnings had names.
    [[ $text == *'noted: the client itself stood still 2 times.'* ]]
}
