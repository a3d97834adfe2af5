#!/usr/bin/env bats
# harness report: sweeps over the length of the message and the number of
# connections, from invented runs.
load helper

setup() {
    common_setup
    need gnuplot pdflatex pdftotext pdffonts
}

# run_of SIZE CONNS RTT_NS [VAR=VALUE]...: a run of its own, 400 messages.
run_of() {
    local size=$1 conns=$2 rtt=$3
    shift 3
    env SIZE="$size" CONNS="$conns" RTT_NS="$rtt" KEY="tcp-thread-${size}B-${conns}c" \
        SPREAD=0 ROWS=400 "$@" \
        sh "$root/tests/data/make_result.sh" "one/$size-$conns"
}

# sweep: makes the runs that are there the cases of one folder.
sweep() {
    local dir=res/sweep-20261122T131041Z run comma=''
    local runs=(one/*)
    mkdir -p "$dir"
    cp "${runs[0]}"/{scenario,environment}.json "$dir"
    {
        sed '/"cases": \[/q' "${runs[0]}/manifest.json"
        for run in "${runs[@]}"; do
            cp -r "$run"/tcp-* "$dir"
            printf %s "$comma"
            sed '1,/"cases": \[/d; /^  \]$/,$d' "$run/manifest.json"
            comma=,
        done
        printf '  ]\n}\n'
    } >"$dir/manifest.json"
}

report() {
    run --separate-stderr "$bin/harness" report res/*Z --out out
    expect_status 0
    text=$(pdftotext out/report.pdf - | tr -s ' \n\f' ' ')
    [[ $text != *'??'* ]]
}

# sizes L...: RTT = 10 us + 8 ns for each byte, which is at most 1 Gbit/s.
sizes() {
    local size
    for size; do run_of "$size" 1 $((10000 + 8 * size)); done
}

@test "report: rate against length and against connections, drawn and fitted" {
    sizes 1 64 1000 8192 65536 1048576
    # One server: each more only waits for the others.
    run_of 1000 2 20000
    run_of 1000 8 80000
    sweep
    report
    # By hand: 8 / 8 ns is 1 Gbit/s, half of it at 10 us / 8 ns = 1250 bytes.
    [ "$(value bysize.runs)" = 6 ]
    [ "$(value bysize.limit)" = $'1.00\xe2\x80\x89Gbit/s' ]
    [ "$(value bysize.limit.ci)" = $'[1.00, 1.00]\xe2\x80\x89Gbit/s' ]
    [ "$(value bysize.half)" = 1250 ]
    [ "$(value bysize.half.ci)" = $'[1250, 1250]\xe2\x80\x89bytes' ]
    [ "$(value bysize.resamples)" = $'10\xe2\x80\x89000' ]
    [ "$(value bysize.fixed)" = $'10.0\xe2\x80\x89\xc2\xb5s' ]
    # 1, 2 and 8 connections; 1000 bytes in 18 us are 444 Mbit/s.
    [ "$(value bynumber.runs)" = 3 ]
    [ "$(value bynumber.single)" = $'444\xe2\x80\x89Mbit/s' ]
    # Half a microsecond of each round is in no round trip: of 18.5 us.
    awk -v little="$(value bynumber.little number)" 'BEGIN { exit !(little > 0.026 && little < 0.028) }'
    [[ $text == *'Fig. '*'Echo rate against message length, local: 6 runs over TCP'*'Echo rate of all connections together and RTT against their number, local: 3 runs with 1000-byte'* ]]
    [[ $text == *'at most 2.7 %: a client that is short of time'* ]]
    for file in out/figures/{size,connections}.{pdf,svg}; do
        size=$(stat -c %s "$file")
        [ "$size" -gt 1000 ] && [ "$size" -lt 100000 ]
    done
    run pdffonts out/report.pdf
    [[ $output != *'Type 3'* ]]
    mv out first
    report
    cmp first/report.pdf out/report.pdf
    cmp first/figures/size.svg out/figures/size.svg
}

@test "report: two lengths are no sweep, nor is a third without an answer" {
    sizes 1 1000
    run_of 8192 1 20000 FAILED=1
    run_of 1000 2 20000
    sweep
    report
    [ "$(value r1.ok)" = 400 ] && [ "$(value r4.ok)" = 0 ]
    for prefix in bysize bynumber; do
        [ -z "$(value $prefix.figure)" ]
    done
    [ ! -e out/figures/size.pdf ] && [ ! -e out/figures/connections.pdf ]
    [[ $text != *'Sweeps'* && $text != *'message length'* && $text == *'Round trips of all runs'* ]]
    # With a third that answers there is one, and the figure says what is not in it.
    sizes 64
    rm -r res
    sweep
    report
    [ "$(value bysize.runs)" = 3 ] && [ "$(value bysize.unanswered)" = 1 ]
    [[ $text == *'Without an answer, and so without a point: 1.'* ]]
    [ -e out/figures/size.pdf ] && [ ! -e out/figures/connections.pdf ]
    [ "$(value bysize.limit.ci)" = 'none: too few runs' ] && [ "$(value bysize.half)" = 1250 ]
}

# Some resamples have none of the long messages, and so no slope to speak of.
@test "report: a fit whose interval has no upper end says so" {
    local run
    for run in 1=20000 64=20900 512=19100 1000=20800 4096=19900 8192=22000; do
        run_of "${run%=*}" 1 "${run#*=}"
    done
    sweep
    mkdir empty
    run --separate-stderr env PATH="$T/empty" "$bin/harness" report res/*Z --out out
    expect_error 7 gnuplot-missing
    [[ $(value bysize.limit.ci) == 'from '*'bit/s up' ]]
    [[ $(value bysize.half.ci) == 'from '*' bytes up' ]]
}

@test "report: no fit where longer messages do not take longer" {
    run_of 1 1 30000
    run_of 1000 1 20000
    run_of 2000 1 10000
    sweep
    report
    [ -n "$(value bysize.figure)" ] && [ -z "$(value bysize.limit)" ]
    [[ $text == *'so there is no fit'* ]]
    # Nor a sweep of runs that differ in more than the length.
    sed -i '0,/"window": 1,/s//"window": 4,/' res/*Z/manifest.json
    report
    [ -z "$(value bysize.figure)" ] && [ ! -e out/figures/size.pdf ]
}
