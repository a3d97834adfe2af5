#!/usr/bin/env bats
# harness report: the failure test and loss, from invented runs.
load helper

setup() {
    common_setup
    need gnuplot pdflatex pdftotext pdffonts
}

# loss_run P ROWS [BURST [FALSE]]: a run of UDP in which each way lost the share
# P of the messages (with BURST: the ways together, so many in a row), all on
# purpose but FALSE rows.
loss_run() {
    local p=$1 rows=$2 burst=${3-null} false=${4-0} model=bernoulli
    local key=udp-udp-1000B-1c-p$p
    local dir=res/udp_loss$((++loss_runs))-20261122T131241Z
    [[ $burst == null ]] || model=gilbert
    mkdir -p "$dir/$key/1"
    awk -v p="$p" -v n="$rows" -v burst="${burst/null/1}" -v false="$false" '
        function chance(q) { return rand() < q }
        BEGIN {
            srand(11)
            print "conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes," \
                "bytes_back,outcome,copies,late_by,errno"
            t = 1000000
            for (i = 0; i < n; i++) {
                if (burst > 1)
                    back = fwd = bad = chance(bad ? 1 - 1 / burst : p / burst)
                else { fwd = chance(p); back = chance(p) }
                if (fwd || back || i < false) {
                    printf "0,%d,%.0f,%.0f,,,1000,0,lost,0,0,\n", i, t, t
                    t += 50000000
                    forward += fwd; reverse += !fwd && back
                } else {
                    printf "0,%d,%.0f,%.0f,%.0f,30000,1000,1000,ok,1,0,\n", i, t, t, t + 30000
                    t += 31000
                }
                lost += fwd || back || i < false
            }
            dropped = forward + reverse
            printf "{\"injected_forward\": %d, \"injected_reverse\": %d," \
                "\"injected_lost\": %d, \"measured_lost\": %d," \
                "\"true_loss\": %d, \"false_loss\": %d, \"missed\": 0," \
                "\"lost_forward\": %d, \"lost_reverse\": %d," \
                "\"server_received\": %d, \"server_answered\": %d}",
                forward, reverse, dropped, lost, dropped, lost - dropped,
                forward, lost - forward, n - forward, n - dropped >"reconciled"
        }' >"$dir/$key/1/messages.csv"
    env NAME="udp_loss$loss_runs" KEY="$key" TRANSPORT=udp SERVER=udp \
        LOSS="{\"by\": \"server\", \"model\": \"$model\", \"p\": $p,
            \"burst\": $burst, \"direction\": \"both\", \"duplicate\": 0,
            \"reorder\": 0}" \
        RECONCILED="$(cat reconciled)" sh "$root/tests/data/make_result.sh" "$dir"
}

# failure_run [VAR=VALUE]...
failure_run() {
    env NAME=local_fail_rate MODE=fail_rate ROWS=400 "$@" \
        sh "$root/tests/data/make_result.sh" res/local_fail_rate-20261122T131041Z
}

report() {
    run --separate-stderr "$bin/harness" report res/*Z --out out
    expect_status 0
    text=$(pdftotext out/report.pdf - | tr -s ' \n\f' ' ')
    [[ $text != *'??'* ]]
}

# page_of TEXT: the first that has it; 0: none.
page_of() {
    pdftotext out/report.pdf - | tr -s ' \n' ' ' |
        awk -v text="$1" 'BEGIN { RS = "\f" } index($0, text) { page = NR; exit } END { print page + 0 }'
}

@test "report: loss measured against injected, message by message" {
    loss_run 0 5000
    loss_run 0.01 5000
    loss_run 0.2 2000
    report
    [[ $text == *'In 3 runs with 12 000 messages '*' were dropped on purpose'*' of these lost and no other'* ]]
    [ "$(value l1.loss.share)" = $'0\xe2\x80\x89%' ]
    [[ $(value l1.loss.share.ci) == '<'*0.077* ]] # 1.96^2 / (5000 + 1.96^2)
    [ "$(value l2.loss.expected)" = $'1.99\xe2\x80\x89%' ]
    [ "$(value l3.loss.expected)" = $'36\xe2\x80\x89%' ]
    for i in 1 2 3; do
        lost=$(awk -F, '$9 == "lost"' res/udp_loss$i-*/*/1/messages.csv | wc -l)
        echo "run $i: $lost lost"
        [ "$(value l$i.loss.lost)" = "$lost" ] && [ "$(value l$i.loss.true)" = "$lost" ]
        [ "$(value l$i.loss.false)" = 0 ]
    done
    # Two of three have points with bars, the first has a bound.
    [ "$(value sweep.inside)" = 3 ]
    [ "$(value total.counted)" = 0 ]
    [[ $text == *'Of 12 000 datagrams '*' were dropped on purpose, and these and no others were found lost. Every message is'* ]]
    # In the order of reading; on one page, as the page has them.
    last=1
    for caption in 'Fig. 7. Loss of round trips' 'Fig. 8. Messages lost in a row' 'Fig. 9. Loss over time, of the run of Fig. 8'; do
        page=$(page_of "$caption")
        echo "page $page: $caption"
        [ "$page" -ge "$last" ]
        last=$page
    done
    for file in out/figures/{loss,bursts,losstime}.{pdf,svg}; do
        size=$(stat -c %s "$file")
        [ "$size" -gt 1000 ] && [ "$size" -lt 100000 ]
    done
    run pdffonts out/report.pdf
    [[ $output != *'Type 3'* ]]
    mv out first
    report
    cmp first/report.pdf out/report.pdf
}

@test "report: loss in bursts, and some that nobody meant" {
    loss_run 0.1 4000 5 7
    report
    [[ $text == *'besides it lost 7 that were not dropped on purpose'* ]]
    [ "$(value bursts.loss.burst)" = 5.00 ]
    # An awk of its own counts the losses in a row.
    mean=$(awk -F, 'NR > 1 { lost = $9 == "lost"; n += lost; periods += lost && !last; last = lost }
        END { printf "%.2f", n / periods }' res/*/*/1/messages.csv)
    echo "mean length $mean"
    [ "$(value bursts.loss.mean_period)" = "$mean" ]
    # Behind a loss, and from one to the next.
    read -r after distance < <(awk -F, 'NR > 1 { lost = $9 == "lost"; seen += last; both += lost && last
            if (lost) { n += at > 0; sum += at ? NR - at : 0; at = NR }
            last = lost }
        END { printf "%.0f %.2f\n", 100 * both / seen, sum / n }' res/*/*/1/messages.csv)
    echo "lost behind a loss: $after %, distance $distance"
    [ "$(value bursts.loss.after)" = "$after"$'\xe2\x80\x89%' ]
    [ "$(value bursts.loss.distance)" = "$distance" ]
    [ "$(value bursts.loss.fisher)" = '< 0.0001' ]
}

@test "report: loss of nothing, of everything, of one message, of no message" {
    for case in '0 100' '1 60' '0.5 1' '0.5 0' '0.000001 50'; do
        rm -rf res out
        # shellcheck disable=SC2086 # two words
        loss_run $case
        report
        echo "$case: $(value l1.loss.lost) lost"
        run -1 grep -E '(nan|inf)[",]' out/results.json
        [[ $case != '1 60' || $(value l1.loss.lost) == 60 ]]
        [[ $case != '1 60' || $(value l1.loss.share) == $'100.0\xe2\x80\x89%' ]]
    done
}

@test "report: the failure test, with failures and without" {
    failure_run FAILED=57
    report
    [ "$(value failure.failed)" = 7 ] && [ "$(value failure.outcome.timeout)" = 7 ]
    # 393 of 400: Wilson by hand is 0.9643 .. 0.9915.
    [ "$(value failure.success)" = $'98.2\xe2\x80\x89%' ]
    [ "$(value failure.success.ci)" = $'[96.4, 99.1]\xe2\x80\x89%' ]
    [[ $text == *'7 failed (7 timeout): the share that succeeded is 98.2'* ]]
    rm -rf res
    failure_run
    report
    [ "$(value failure.success)" = $'100\xe2\x80\x89%' ]
    [ "$(value failure.success.ci)" = $'>\xe2\x80\x8999.05\xe2\x80\x89%' ]
    [[ $text == *'None failed; that shows with 97.5 % confidence that fewer than 0.95 % do.'* ]]
    [[ $text == *"what an application sees of a lossy path is delay and not failure. Here the client’s TCP sent nothing again"* ]]
    rm -rf res
    failure_run ROWS=0
    report
    rm -rf res
    loss_run 0 100
    report
    [[ $text == *'No failure test is among the results'* ]]
}
