#!/usr/bin/env bats
# harness report: from folders to figures and a PDF, and what happens when the
# folders or the helpers are not as they should be.
load helper

key=tcp-thread-1000B-1c

setup() {
    common_setup
    need gnuplot pdflatex pdftotext pdffonts
}

# local_run [VAR=VALUE]..., remote_run ...: folders $l and $r.
local_run() {
    l=res/local_rate-20261122T131041Z
    env ROWS=3000 "$@" sh "$root/tests/data/make_result.sh" "$l"
}
remote_run() {
    r=res/remote_rate-20261122T131141Z
    env NAME=remote_rate SITE=cloud EMULATED=1 ROWS=300 RTT_NS=38500000 "$@" \
        sh "$root/tests/data/make_result.sh" "$r"
}

report() { run --separate-stderr "$bin/harness" report "$@"; }

# The text of the PDF in one line.
pdf_text() { pdftotext out/report.pdf - | tr -s ' \n\f' ' '; }

# report_with PATH ARG...: with that PATH for the program only.
report_with() {
    local path=$1
    shift
    run --separate-stderr env PATH="$path" "$bin/harness" report "$@"
}

# fake NAME SCRIPT: a program of that name that is found first.
fake() {
    mkdir -p fake
    printf '#!/bin/sh\n%s\n' "$2" >"fake/$1"
    chmod +x "fake/$1"
}

# only NAME...: a PATH that has these programs and no others.
only() {
    local tool
    mkdir -p only
    for tool; do ln -s "$(command -v "$tool")" only/; done
}

@test "report: two folders become a PDF with figures 4 and 6" {
    local_run
    remote_run
    report "$l" "$r" --out out
    expect_status 0
    [ "${lines[-1]}" = out/report.pdf ]
    [ "$stderr" = "" ]
    text=$(pdf_text)
    [[ $text == *'Fig. 4. Echo rate over time, local'* ]]
    [[ $text == *'Fig. 6. Echo rate over time, cloud over an emulated path'* ]]
    [[ $text == *'R EMOTE T EST OVER AN E MULATED PATH'* || ${text^^} == *'REMOTE TEST OVER AN EMULATED PATH'* ]]
    [[ $text == *'cloud, emulated'* ]]
    [[ $text != *'??'* ]]
    [[ $text == *'--timeout SECONDS'* && $text == *'--model MODEL'* ]]
    [[ $text == *'Fig. 7. Echo rate, local and cloud over an emulated path, on one'* ]]
    [[ $text == *'Fig. 8. Percentiles of the RTT (remote: emulated)'* ]]
    [[ $text == *'Fig. 9. Time to connect against the median RTT of an echo: 2 runs'* ]]
    [[ $text == *'Fig. 10. RTT over time, local'* ]]
    [[ $text == *'Fig. 11. Correlation of ln RTT with itself'* ]]
    for file in out/figures/{fig1,fig4,fig6,side,percentiles,heat,connect,autocorrelation}.{pdf,svg}; do
        size=$(stat -c %s "$file")
        echo "$file: $size bytes"
        [ "$size" -gt 1000 ] && [ "$size" -lt 100000 ]
    done
    run pdffonts out/report.pdf
    [[ $output != *'Type 3'* ]]
    run -0 ls -A out
    [ "$output" = $'figures\nreport.pdf\nreport.tex\nresults.json\nresults.tex\nsummary.txt\ntables' ]
}

@test "report: figure 1, and every option of the programs, the lab's sections" {
    local_run
    report "$l" --out out
    expect_status 0
    text=$(pdf_text)
    [[ $text == *'recvfrom()'*'start slave'* && $text == *'Fig. 1. What server'* ]]
    for program in echo-{simple-client,client,simple-server,server,rate,fail-rate}; do
        while IFS=$'\t' read -r option _; do
            echo "$program $option"
            [[ $text == *"$option "* ]]
        done < <("$bin/$program" --options)
    done
    # Only the second of two programs has it, and it comes once.
    [[ $text == *'echo-server only: --model MODEL'* ]]
    [ "$(grep -o -e '--model MODEL' <<<"$text" | wc -l)" -eq 1 ]
    text=${text^^}
    for section in I.SOCKETPROGRAMMING II.SIMPLEECHO III.ECHO IV.REMOTETEST V.RESULTS; do
        echo "$section"
        [[ ${text// /} == *"$section"* ]]
    done
}

@test "report: the PDF shows the values of results.json" {
    local_run
    remote_run
    report "$l" "$r" --out out
    expect_status 0
    text=$(pdf_text | tr -d ' ')
    for name in local.rtt.p50 local.rtt.p50.ci local.rate local.rate.ci \
        local.rtt.min local.rtt.max cloud.rtt.p50 cloud.rate cloud.rate.ci; do
        want=$(value "$name" text | sed 's/\xe2\x80\x89//g; s/ //g; s/\xc2\xb5/µ/')
        echo "$name: $want"
        [ -n "$want" ]
        [[ ${text//μ/µ} == *"$want"* ]]
    done
}

@test "report: the rate is 8 x bytes / time, by an independent awk" {
    local_run ROWS=20000
    report "$l" --out out
    expect_status 0
    printed=$(value local.rate text)
    digits=${printed%%$'\xe2\x80\x89'*} unit=${printed##*$'\xe2\x80\x89'}
    [ "$unit" = Mbit/s ]
    decimals=${digits#*.}
    [ "$decimals" != "$digits" ] || decimals=
    mine=$(awk -F, -v d="${#decimals}" '
        NR > 1 && (first == "" || $4 < first) { first = $4 }
        $9 == "ok" { bytes += $7; if ($5 > last) last = $5 }
        END { printf "%.*f", d, 8 * bytes / ((last - first) / 1e9) / 1e6 }' \
        "$l/$key/1/messages.csv")
    echo "printed $digits, awk says $mine"
    [ "$digits" = "$mine" ]
    grep -qF "\\setR{local.rate}{$digits\\,Mbit/s}" out/results.tex
}

@test "report: the same data give the same bytes" {
    local_run
    remote_run
    report "$l" "$r" --out one
    report "$l" "$r" --out two
    expect_status 0
    for file in report.pdf figures/{fig4,fig6,side,percentiles,heat}.{pdf,svg} results.json; do
        echo "$file"
        cmp "one/$file" "two/$file"
    done
}

@test "report: a local run alone, a remote run alone, many runs" {
    local_run
    report "$l" --out out
    expect_status 0
    [ ! -e out/figures/fig6.pdf ]
    [ ! -e out/figures/side.pdf ] && [ -e out/figures/percentiles.pdf ]
    [ ! -e out/figures/connect.pdf ] && [ -e out/figures/autocorrelation.pdf ]
    [[ $(pdf_text) == *'No remote run is among the results'* ]]
    remote_run
    report "$r" --out out
    expect_status 0
    [ ! -e out/figures/fig4.pdf ]
    [[ $(pdf_text) == *'No local run is among the results'* ]]
    report "$l" "$r" "$l" "$r" "$l" "$r" --out out
    expect_status 0
    text=$(pdf_text)
    [[ ${text,,} == *continued* ]]
    # What tells apart runs of the same name.
    pdftotext -layout out/report.pdf - | grep -qE 'bytes in a message +1000 +1000'
    grep -qF 'bytes in a message & \Rna{r1.size} & \Rna{r2.size}' out/tables/results.tex
}

@test "report: no rows, one row, few rows, no answer, equal times, two connections" {
    for case in ROWS=0 ROWS=1 ROWS=2 ROWS=59 'ROWS=50 FAILED=1' \
        'ROWS=4000 SPREAD=0' 'ROWS=3001 CONNS=2' 'ROWS=200 FAILED=3'; do
        echo "$case"
        rm -rf res out
        # shellcheck disable=SC2086 # words
        local_run $case
        # shellcheck disable=SC2086
        remote_run $case
        report "$l" "$r" --out out
        expect_status 0
        text=$(pdf_text)
        [[ $text != *'??'* && ${text,,} != *'nan'[!a-z]* ]]
        run -1 grep -E '(nan|inf)[",]' out/results.json
    done
    [[ $text == *'66 failed (66 timeout'* ]]
}

@test "report: a slow start is told and shaded, the lab's factor printed" {
    mkdir -p "res/local_rate-20261122T131041Z/$key/1"
    awk 'BEGIN {
        srand(3)
        print "conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes,bytes_back," \
            "outcome,copies,late_by,errno"
        for (i = 0; i < 20000; i++) {
            rtt = int((i < 1000 ? 80000 : 20000) * (0.9 + rand() / 5))
            printf "0,%d,%.0f,%.0f,%.0f,%d,1000,1000,ok,1,0,\n", i, t, t, t + rtt, rtt
            t += rtt + 500
        }
    }' >"res/local_rate-20261122T131041Z/$key/1/messages.csv"
    local_run
    report "$l" --out out
    expect_status 0
    cut=$(value local.warmup number)
    echo "warm-up of $cut messages"
    [ "$cut" -ge 1000 ] && [ "$cut" -le 1050 ]
    [[ $(pdf_text) == *'shaded: the warm-up, 80.'*' ms'* ]]
    grep -q warm-up out/figures/fig4.svg
    [ "$(value local.drift text)" = 'none found' ]
    # 1049/1000 x 19/18: what sys.getsizeof and a window of 19 over 18 make.
    [ "$(value local.lab.factor text)" = 1.10728 ]
    awk -v lab="$(value local.lab.rate number)" -v rate="$(value local.rate number)" \
        'BEGIN { x = lab / rate * 1000 * 18 / (1049 * 19); exit !(x > 0.999999 && x < 1.000001) }'
    # The lab's curve; a point that no column of pixels shows is left out.
    [[ $(pdf_text) == *'own curve, over 20 echoes at a time'* ]]
    grep -q 'over 20 echoes' out/figures/fig4.svg
    awk -F '[, ]' 'NR == FNR { if (FNR > 1) t[FNR - 2] = $5; next }
        { do k += 20; while (k in t && t[k] / 1e6 < $1 - 0.01) }
        { wanted = 8e3 * 20 * 1e3 / (t[k] - t[k - 20]) }
        $2 > wanted * 1.001 || $2 < wanted * 0.999 { print FNR, $2, wanted; wrong++ }
        END { exit wrong > 0 || FNR < 900 || FNR > 999 }' \
        "$l/$key/1/messages.csv" out/figures/data/fig4/lab.dat
    [ ! -s out/figures/data/fig4/gaps.dat ]
    not grep -q '^$' out/figures/data/fig4/lab.dat
    # It becomes twice as slow, so the median drifts; and there is an outage,
    # which breaks every line, that of the lab as well.
    rm -rf res
    mkdir -p "res/local_rate-20261122T131041Z/$key/1"
    awk 'BEGIN {
        print "conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes,bytes_back," \
            "outcome,copies,late_by,errno"
        for (i = 0; i < 6000; i++) {
            rtt = int(20000 * (1 + i / 6000) + i % 7)
            if (i == 3000) t += 30000000
            printf "0,%d,%.0f,%.0f,%.0f,%d,1000,1000,ok,1,0,\n", i, t, t, t + rtt, rtt
            t += rtt + 500
        }
    }' >"res/local_rate-20261122T131041Z/$key/1/messages.csv"
    local_run
    report "$l" --out out
    [[ $(pdf_text) == *'drifts: from start to end its median changes by +'* ]]
    [ "$(wc -l <out/figures/data/fig4/gaps.dat)" -eq 1 ]
    for line in lab mean; do
        awk 'NR == FNR { from = $1; to = $2; next } !NF && breaks++ == 0 { before = last } NF { last = $1 }
            breaks && !after && NF { after = $1 }
            END { exit !(breaks && before <= from * 1.001 && after >= to * 0.999) }' \
            out/figures/data/fig4/{gaps,"$line"}.dat
    done
    [ "$(grep -c '^$' out/figures/data/fig4/lab.dat)" -eq 1 ]
}

# The greatest value of a line of the percentiles, known or not.
last_of() {
    cat out/figures/data/percentiles/"$1"-{known,rest}.dat | sort -g | awk 'END { print $2 }'
}

@test "report: a run at a given rate has response times, another has none" {
    run --separate-stderr run_timed 60 "$bin/harness" run "$root/scenarios/smoke.json" \
        --set rate_per_s=200 --set duration_s=1 --out res
    expect_measured res/smoke-*
    local_run
    report res/smoke-* "$l" --out out
    expect_status 0
    text=$(pdf_text)
    [ "$(value r1.open.asked text)" = 200 ]
    [[ $text == *'asked for in 1 s'* && $text == *'response time, maximum'* ]]
    [[ $text == *'At a given rate the response time counts from when a message was due'* ]]
    [[ $text == *'The client waits for answers before it sends on'* ]]
    not grep -q '"r2.open' out/results.json
    # Both times have a line of their own; to wait makes none shorter.
    [[ $text == *'The open loop, of 200 messages a second'* ]]
    grep -q 'open loop, service' out/figures/percentiles.svg
    grep -q 'open loop, response' out/figures/percentiles.svg
    paste -d ' ' <(last_of service) <(last_of response)
    awk -v service="$(last_of service)" -v response="$(last_of response)" \
        'BEGIN { exit !(service > 0 && response >= service) }'
    # The lab's script knew no such loop.
    not grep -q '"r1.lab' out/results.json && grep -q '"r2.lab' out/results.json
    report "$l" --out out
    text=$(pdf_text)
    [[ $text != *'response time'* && $text == *'The client waits for answers'* ]]
    not grep -q 'open loop' out/figures/percentiles.svg
    report res/smoke-* --out out
    grep -q 'open loop, response' out/figures/percentiles.svg
    not grep -q 'open loop, service' out/figures/percentiles.svg
}

@test "report: partial and degraded say so in caption, table and limits" {
    STATUS=degraded local_run
    remote_run STATUS=partial
    report "$r" --out out
    expect_error 5 results-partial
    report --allow-partial "$l" "$r" --out out
    expect_status 0
    text=$(pdf_text)
    [[ $text == *'cloud, emulated, partial'* && $text == *'local, degraded'* ]]
    [[ $text == *'(partial: the run was interrupted)'* ]]
    [[ $text == *'(degraded: not the load that was asked for)'* ]]
    [[ $text == *'is partial'*': the run was interrupted, and only'* ]]
}

@test "report: a run that was killed, with a torn last row or no file" {
    remote_run STATUS=partial
    sed -i 's/"done": true/"done": false/' "$r/manifest.json"
    truncate -s -7 "$r/$key/1/messages.csv"
    report --allow-partial "$r" --out out
    expect_status 0
    [ "$(value cloud.rows text)" = 299 ]
    rm -r "${r:?}/$key"
    report --allow-partial "$r" --out out
    expect_status 0
    [ "$(value cloud.rows text)" = 0 ]
}

@test "report: text full of TeX and gnuplot is shown as text" {
    # shellcheck disable=SC2016 # meant as they are
    nasty='50% & rising_ #1 $x^2$ ~{a}\input{/etc/passwd} `id` "q" <tag> [x]'
    local_run WHAT="$nasty" VERSION='\def\x{\x}\x'
    remote_run SITE="a_b%\$&'{}" WHAT='\\ ^^M \newpage é 漢'
    report "$l" "$r" --out out
    expect_status 0
    text=$(pdf_text)
    # shellcheck disable=SC2016
    [[ $text == *'50% & rising'*'#1 $x'*'{a}\input{/etc/passwd}'* ]]
    [[ $text == *'recorded by echolab \def\x{\x}\x'* ]]
    [[ $text != *root:* ]]
}

@test "report: how the server came to be where it was" {
    remote_run ROWS=20 SITE=cloud
    sed -i 's/"host": "127.0.0.1"/"host": "192.0.2.7"/; s/"path": {[^}]*}/"path": null/' "$r/manifest.json"
    sed -i 's/"launched": true/"launched": false/' "$r/manifest.json"
    report "$r" --out out
    expect_status 0
    [[ $(pdf_text) == *'The server at 192.0.2.7 port 40113 (site “cloud”) ran before the run, which neither'* ]]
    sed -i 's/"launched": false/"launched": false, "deployed": true, "user": "me", "allow": "operator", "keyed": true/
        s/"notes": \[\]/"notes": ["path: short", "firewall there: opened; closed again"]/' "$r/manifest.json"
    report "$r" --out out
    expect_status 0
    text=$(pdf_text)
    [[ $text == *'The server was copied over ssh to the site “cloud”, started there for the run (192.0.2.7 port 40113), and removed'* ]]
    [[ $text == *"the run’s key. What was done to its firewall: opened; closed again. It got load"* ]]
}

@test "report: --text prints a summary and writes nothing" {
    local_run
    report --text "$l"
    expect_status 0
    [ "${lines[0]}" = "$l: complete" ]
    [[ ${lines[1]} == "$key/1 (local): 3000 messages, 3000 ok, 0 failed"* ||
        ${lines[1]} == "$key/1 (local): 3 000 messages, 3 000 ok, 0 failed"* ]]
    [ "$(ls)" = res ]
}

@test "report: without gnuplot there are numbers, and the old PDF stays" {
    local_run
    report "$l" --out out
    cp out/report.pdf old.pdf
    only pdflatex
    cat out/results.json >old.json
    report_with "$T/only" "$l" --out out
    expect_error 7 gnuplot-missing
    [[ $stderr == *'package gnuplot-nox'* && $stderr == *'sh setup.sh'* ]]
    [[ $stderr == *'kept: '*'out/summary.txt'* ]]
    cmp out/report.pdf old.pdf
    cmp out/results.json old.json
    rm -r out
    report_with "$T/only" "$l" --out out
    expect_error 7 gnuplot-missing
    [ "$(ls -A out)" = $'results.json\nsummary.txt' ]
    grep -q 'echo rate' out/summary.txt
}

@test "report: without LaTeX there are numbers" {
    local_run
    only gnuplot
    report_with "$T/only" "$l" --out out
    expect_error 7 pdflatex-missing
    [[ $stderr == *'texlive-latex-recommended'* && $stderr == *'sh setup.sh'* ]]
    [ -s out/results.json ] && [ -s out/summary.txt ] && [ ! -e out/report.pdf ]
}

@test "report: a gnuplot that fails, draws nothing, hangs, or never stops talking" {
    local_run
    fake gnuplot 'echo "\"x.gp\" line 3: undefined variable: FROB" >&2; exit 1'
    report_with "$T/fake:$PATH" "$l" --out out
    expect_error 7 gnuplot-failed
    [[ $stderr == *'undefined variable: FROB'* ]]
    grep -q FROB out/gnuplot.log
    fake gnuplot ''
    report_with "$T/fake:$PATH" "$l" --out out
    expect_error 7 gnuplot-failed
    [[ $stderr == *'drew no figure'* ]]
    fake gnuplot 'exec sleep 30'
    ECHOLAB_TOOL_TIMEOUT=1 report_with "$T/fake:$PATH" "$l" --out out
    expect_error 7 gnuplot-timeout
    fake gnuplot 'exec yes noise'
    ECHOLAB_TOOL_TIMEOUT=1 PATH=$T/fake:$PATH \
        run --separate-stderr run_timed 20 "$bin/harness" report "$l" --out out
    expect_error 7 gnuplot-timeout
    [ "$(stat -c %s out/gnuplot.log)" -le 300000 ]
    [ ! -e out/report.pdf ]
}

@test "report: a pdflatex that fails or hangs leaves the old report" {
    local_run
    report "$l" --out out
    cp out/report.pdf old.pdf
    fake pdflatex 'printf "%s\n" "! Undefined control sequence." "l.7 \\frob"; exit 1'
    report_with "$T/fake:$PATH" "$l" --out out
    expect_error 7 pdflatex-failed
    [[ $stderr == *'! Undefined control sequence. | l.7 \frob'* ]]
    fake pdflatex 'exec sleep 30'
    ECHOLAB_TOOL_TIMEOUT=1 report_with "$T/fake:$PATH" "$l" --out out
    expect_error 7 pdflatex-timeout
    fake pdflatex 'exit 0'
    report_with "$T/fake:$PATH" "$l" --out out
    expect_error 7 pdflatex-failed
    cmp out/report.pdf old.pdf
    [ -z "$(find out -name '.work*')" ]
}

@test "report: a number that nobody computed stops the build" {
    local_run
    mkdir -p inst/bin inst/share/echolab
    cp "$bin"/{harness,echo-*} inst/bin
    cp -rL "$root/report" inst/share/echolab/report
    cp "$bin/../share/echolab/still_clock.so" inst/share/echolab
    sed -i 's/\\section{Simple Echo}/&\\R{local.frob}/' inst/share/echolab/report/template.tex
    run --separate-stderr inst/bin/harness report "$l" --out out
    expect_error 70 report-missing-key
    [[ $stderr == *'nobody computed: local.frob'* ]]
    [ ! -e out/report.pdf ]
}

@test "report: damaged results make no report" {
    local_run
    csv=$l/$key/1/messages.csv
    cp "$csv" good
    sed -i '7s/1000,1000,ok/1000,999,ok/' "$csv"
    report "$l" --out out
    expect_error 5 results-damaged
    [[ $stderr == *"$csv:7: "* ]]
    truncate -s -4 "$csv"
    report "$l" --out out
    expect_error 5 results-damaged
    awk -F, -v OFS=, 'NR == 9 { $5++; $6++ } { print }' good >"$csv"
    report "$l" --out out
    expect_error 5 results-damaged
    [[ $stderr == *'SHA-256'* ]]
    rm "$csv" && ln -s "$T/good" "$csv"
    report "$l" --out out
    expect_error 5 results-open
    [ ! -e out ]
}

@test "report: nothing of the user's settings comes in" {
    local_run
    mkdir home
    echo 'system("touch '"$T"'/pwned")' | tee home/.gnuplot >.gnuplot
    report "$l" --out clean
    HOME=$T/home GNUTERM=dumb GNUPLOT_LIB=$T/home TEXINPUTS=$T/home: \
        LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8 TZ=Asia/Tokyo \
        report "$l" --out out
    expect_status 0
    [ ! -e pwned ]
    cmp clean/report.pdf out/report.pdf
}

@test "report: a place that cannot be written, a full disk" {
    local_run
    touch file
    report "$l" --out file
    expect_error 5 report-write
    report "$l" --out file/below
    expect_error 5 report-write
    need_netns
    mkdir small
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr in_netns sh -c \
        'mount -t tmpfs -o size=64k none small && "$1" report "$2" --out small/out' \
        sh "$bin/harness" "$l"
    [ "$status" -eq 5 ] || [ "$status" -eq 7 ]
    [[ $stderr == *'No space left on device'* || $stderr == *'-failed'* ]]
}

@test "report: usage" {
    report
    expect_error 2 usage
    report --out
    expect_error 2 usage
    report nowhere
    expect_error 5 results-open
}

# What the processor did counts, not what else the machine has to do.
@test "report: a million rows in 5 s of processor time and 200 MB" {
    [[ $bin != *san* ]] || skip "a sanitizer's time is not the program's"
    local_run ROWS=1000000
    memory=()
    [ ! -x /usr/bin/time ] || memory=(/usr/bin/time -o kib -f %M)
    TIMEFORMAT='%U %S'
    { time "${memory[@]}" "$bin/harness" report "$l" --out out; } 2>took
    echo "$(cat took) s, $(cat kib) KiB"
    awk '{ exit !($1 + $2 < 5) }' took
    [ ! -e kib ] || [ "$(cat kib)" -lt 200000 ]
}

# Has the report of process $pid come as far as to start gnuplot?
draws() { compgen -G "out/.work-$pid-*/figures/fig1.work"; }

@test "report: one that was killed leaves nothing for good" {
    local_run
    fake gnuplot 'exec sleep 60'
    PATH=$T/fake:$PATH "$bin/harness" report "$l" --out out 3>&- &
    pid=$!
    within 10 draws
    # Until then nobody else writes there, nor reads what is half of two.
    report "$l" --out out
    expect_error 5 report-busy
    report --check out .
    expect_error 5 report-busy
    kill -KILL "$pid"
    wait "$pid" || true
    within 5 no_marked_process
    report "$l" --out out
    expect_status 0
    [ -z "$(find out -name '.work*')" ]
}
