#!/usr/bin/env bats
# harness report at its edges: numbers held against a witness that shares no
# code with it, runs of next to nothing, names that want to be commands, and
# helpers that fail.
load helper

key=tcp-thread-1000B-1c

# numbers_of FOLDER: out/results.json, without a figure or a PDF.
numbers_of() {
    rm -rf out
    mkdir -p empty
    run --separate-stderr env PATH="$T/empty" "$bin/harness" report "$@" --out out
    expect_error 7 gnuplot-missing
}

# agrees PREFIX MESSAGES_CSV [ARG...]: is every number that of the witness?
agrees() {
    local prefix=$1 csv=$2
    shift 2
    awk "$@" -f "$root/tests/data/witness.awk" "$csv" >opinion
    awk -v run="$prefix" -f "$root/tests/data/agree.awk" opinion out/results.json
}

# measured FOLDER-NAME ARG...: a real run of harness; sets $dir and $csv.
measured() {
    dir=$(timeout -k 2 60 "$bin/harness" run "$root/scenarios/$1.json" --out res \
        "${@:2}" | tail -n 1)
    csv=$(echo "$dir"/*/1/messages.csv)
}

@test "report: every number of a real run is that of a witness in awk" {
    measured smoke --set messages=3000 --set duration_s=60
    numbers_of "$dir"
    agrees r1 "$csv"
    # The time to connect and what was sent again are in another file.
    awk -F, 'NR == 2 { print "connect", $3 - $2; print "retransmits", $7 }' \
        "${csv%/*}/connections.csv" >opinion
    [ "$(value r1.connect number)" = "$(awk '/connect/ { print $2 }' opinion)" ]
    [ "$(value r1.retransmits number)" = "$(awk '/retransmits/ { print $2 }' opinion)" ]
}

@test "report: a witness of datagrams lost, doubled and overtaken" {
    measured udp_loss --set messages=3000 --set loss.p=0.1 --set loss.duplicate=0.05 \
        --set loss.reorder=0.05 --set timeout_s=0.02 --set duration_s=60
    numbers_of "$dir"
    agrees l1 "$csv" -v loss=1
}

# run_of NAME AWK [VAR=VALUE]...: a folder res/NAME-UTC whose rows AWK prints
# with row(conn, seq, sent, rtt) and none(conn, seq, sent, outcome, errno).
run_of() {
    local dir=res/$1-20261122T131041Z
    mkdir -p "$dir/$key/1"
    awk "$(cat <<'AWK'
        function row(c, s, t, r) {
            printf "%d,%d,%.0f,%.0f,%.0f,%.0f,1000,1000,ok,1,0,\n", c, s, t, t, t + r, r
        }
        function none(c, s, t, outcome, errno) {
            printf "%d,%d,%.0f,%.0f,,,1000,0,%s,0,0,%s\n", c, s, t, t, outcome, errno
        }
AWK
    ) BEGIN {
            print \"conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes,bytes_back,\" \
                \"outcome,copies,late_by,errno\"
            $2
        }" >"$dir/$key/1/messages.csv"
    env NAME="$1" "${@:3}" sh "$root/tests/data/make_result.sh" "$dir"
}

@test "report: an RTT that never varies, one that never settles, one of a day, a dead connection" {
    need gnuplot pdflatex pdftotext
    run_of a_fixed 'for (i = 0; i < 4000; i++) row(0, i, 25000 * i, 25000)'
    run_of b_warms_up 'for (i = 0; i < 5000; i++) {
        r = int(1e6 * exp(-i / 1500)) + 20000; row(0, i, t, r); t += r + 500 }'
    run_of c_huge 'for (i = 0; i < 100; i++) row(0, i, 8.64e13 * i, 8.64e13 - 1e10 * (i % 7))'
    run_of d_dead 'for (i = 0; i < 2000; i++)
        if (i % 10 != 7) row(i % 10, int(i / 10), 30000 * i, 25000 + i % 900)
        else if (i < 10) none(7, 0, 30000 * i, "refused", "ECONNREFUSED")' CONNS=10
    run_of e_instant 'row(0, 0, 0, 1)'
    run_of z_slows 'for (i = 0; i < 3000; i++)
        if (i % 50 == 7) none(0, i, 30000 * i, "timeout", "ETIMEDOUT")
        else row(0, i, 30000 * i, 20000 + i + i * 7919 % 900)' MODE=fail_rate
    run --separate-stderr "$bin/harness" report res/* --out out
    expect_status 0
    # What is fixed is exact: rate x RTT = 8 L, and the factor of the lab.
    [ "$(value r1.rate number)" = 320000000 ]
    [ "$(value r1.rtt.p99 number)" = 25000 ] && [ "$(value r1.ipdv number)" = 0 ]
    [ "$(value r1.lab.factor)" = 1.10728 ]
    [ "$(value r1.warmup)" = 0 ] && [ "$(value r1.drift)" = 'none found' ]
    # No end of the warm-up, nothing cut; it falls, but not by more than all.
    [ "$(value r2.warmup)" = 'no end found' ]
    awk -v change="$(value r2.drift.change number)" 'BEGIN { exit !(change > -1 && change < -0.5) }'
    [ "$(value r3.rtt.max number)" = 86400000000000 ]
    # Nine connections go on when the tenth was refused.
    [ "$(value r4.failed.which)" = '1 refused' ] && [ "$(value r4.ok number)" = 1800 ]
    [ "$(value r5.rate number)" = 8000000000000 ]
    text=$(pdftotext out/report.pdf - | tr -s ' \n\f' ' ')
    # A failure test drifts like other runs; with 2 % lost, p99 is of those answered.
    [[ $text == *'drifts: from start to end its median changes by +'* ]]
    [ "$(value f1.rtt.undefined)" = 'above p98' ]
    grep -q '^  undefined  above p98, where messages are lost' out/summary.txt
    [[ $text != *'??'* && ${text,,} != *[!a-z]'nan'[!a-z]* ]]
    run -1 grep -E '(nan|inf)[",]' out/results.json
    n=0
    for csv in res/*/"$key"/1/messages.csv; do
        n=$((n + 1))
        case $n in
        5) ;;
        6) agrees f1 "$csv" ;;
        *) agrees "r$n" "$csv" ;;
        esac
    done
}

# Every text that a folder brings, in places of every kind.
@test "report: names, notes and environments that want to be commands are text" {
    need gnuplot pdflatex pdftotext
    # shellcheck disable=SC2016 # meant as it is
    local dir='res/a_b `touch X`-20261122T131041Z' name='`touch X`'
    # shellcheck disable=SC2016
    nasty='50% & rise_{x} `touch X` $(touch X) \\input{/etc/passwd} \\write18{touch X} ?` ^^M \\end{document} @x~#\u0001é漢'
    # shellcheck disable=SC2016
    run_of local_rate 'for (i = 0; i < 2500; i++) row(0, i, 30000 * i, 25000 + i % 900)' \
        SITE='a_b%$&{}^~\#`'
    mv res/local_rate* "$dir"
    printf '{"host": {"kernel": "%s", "cpu": "%s"}, "network": {"congestion_control": "%s"}}\n' \
        "$nasty" "$(printf 'W%.0s' {1..900})" "$name" >"$dir/environment.json"
    printf '%s\n' "$nasty" >nasty
    awk -v sha="$(sha256sum "$dir/environment.json" | cut -c1-64)" '
        FNR == NR { gsub(/\\/, "&&"); gsub(/&/, "\\\\&"); nasty = $0; next }
        /"environment_sha256"/ { sub(/"[0-9a-f]*",$/, "\"" sha "\",") }
        /"what"/ { sub(/"what": .*/, "\"what\": \"" nasty "\",") }
        /"notes"/ { sub(/"notes": \[\]/, "\"notes\": [\"" nasty "\", \"" nasty "\"]") }
        { print }' nasty "$dir/manifest.json" >manifest
    mv manifest "$dir/manifest.json"
    run --separate-stderr "$bin/harness" report "$dir" --out out
    expect_status 0
    [ -z "$(find . -name X)" ]
    text=$(pdftotext out/report.pdf - | tr -s ' \n\f' ' ')
    # shellcheck disable=SC2016
    [[ $text == *'50% & rise'*'touch X'*'$(touch X)'*'\input{/etc/passwd}'*'\end{document}'* ]]
    [[ $text != *'??'* && $text != *root:* ]]
}

# fake NAME SCRIPT: a program of that name that is found first.
fake() {
    mkdir -p fake
    printf '#!/bin/sh\n%s\n' "$2" >"fake/$1"
    chmod +x "fake/$1"
}

# fails_with CODE ID: a report with the fakes; what was there is still there.
fails_with() {
    PATH=$T/fake:$PATH \
        run --separate-stderr run_timed 60 "$bin/harness" report res/* --out out
    expect_error "$1" "$2"
    [ "$(cat out/report.pdf)" = old ]
    [ -s out/results.json ] && [ -z "$(find out -name '.work*')" ]
}

@test "report: helpers that are killed, stay deaf, leave half a PDF or fill the disk" {
    need gnuplot pdflatex
    run_of local_rate 'for (i = 0; i < 99; i++) row(0, i, 30000 * i, 25000)'
    mkdir out && echo old >out/report.pdf
    fake gnuplot 'kill -KILL $$'
    fails_with 7 gnuplot-failed
    [[ $stderr == *'killed by signal 9 (Killed), and said nothing'* ]]
    [ -e out/gnuplot.log ]
    fake gnuplot 'trap "" TERM INT HUP; while :; do sleep 0.1; done'
    ECHOLAB_TOOL_TIMEOUT=1 fails_with 7 gnuplot-timeout
    # From here on every figure is one byte more than nothing.
    fake gnuplot 'echo >figure.pdf; echo >figure.svg'
    fake pdflatex 'exec yes noise'
    ECHOLAB_TOOL_TIMEOUT=3 fails_with 7 pdflatex-timeout
    [ "$(stat -c %s out/pdflatex.log)" -gt 1000 ] && [ "$(stat -c %s out/pdflatex.log)" -le 300000 ]
    fake pdflatex 'printf "%%PDF-1.5\n1 0 obj\n" >report.pdf'
    fails_with 7 pdflatex-failed
    [[ $stderr == *'no whole report.pdf'* ]]
    fake pdflatex 'kill -SEGV $$'
    fails_with 7 pdflatex-failed
    [[ $stderr == *'killed by signal 11'* ]]
}

@test "report: a helper that finds the disk full is not to blame" {
    need gnuplot pdflatex
    need_netns
    run_of local_rate 'for (i = 0; i < 99; i++) row(0, i, 30000 * i, 25000)'
    fake gnuplot 'cat /dev/zero >fill 2>/dev/null; exit 0'
    mkdir small
    # shellcheck disable=SC2016 # for the inner shell
    PATH=$T/fake:$PATH run --separate-stderr in_netns sh -c \
        'mount -t tmpfs -o size=1m none small && "$1" report res/* --out small/out; code=$?
        ls small/out >left; exit $code' sh "$bin/harness"
    expect_error 5 report-no-space
    [[ $stderr == *'no space is left to make the report: gnuplot: '* ]]
    grep -qx results.json left && not grep -q 'report.pdf' left
}
