#!/usr/bin/env bats
# The section of a report that holds one site against another, and many runs.
load helper

# One report of six pairs and two single runs for all tests.  The far ones have a
# warm-up.
setup_file() {
    load helper
    command -v gnuplot pdflatex >/dev/null || return 0
    cd "$BATS_FILE_TMPDIR" || return 1
    export ROWS=120
    runs() { sh "$root/tests/data/make_runs.sh" "$@"; }
    PAIR=A runs near 20000 20400 21000 20700 22000 23000
    WARM=30 PAIR=B NAME=remote_rate SITE=cloud EMULATED=1 runs far \
        40000 40900 42100 41300 44200 46100
    sed -i 's/"notes": \[\]/"notes": ["told by all"]/' near/manifest.json
    awk '/"notes": \[\]/ { sub(/\[\]/, "[\"open after " ++n "0.5 us\"]") } 1' far/manifest.json >told
    mv told far/manifest.json
    ROWS=3000 sh "$root/tests/data/make_result.sh" local
    NAME=remote_rate SITE=cloud EMULATED=1 ROWS=300 WARM=100 RTT_NS=38500000 \
        sh "$root/tests/data/make_result.sh" remote
    "$bin/harness" report local remote near far --out out >log 2>&1 || return 1
    "$bin/harness" compare near far --json >compare.json
}

setup() {
    common_setup
    need gnuplot pdflatex pdftotext
    cd "$BATS_FILE_TMPDIR" || return 1
}

report() { run --separate-stderr "$bin/harness" report "$@"; }

# of_compare NTH KEY: the NTH value of that name that compare told
of_compare() { sed -n "s/.*\"$2\":[[:space:]]*\"\{0,1\}\([^\",]*\).*/\1/p" compare.json | sed -n "$1p"; }

# The text of a PDF in one line, thin spaces and all others made one blank.
pdf_text() { pdftotext "$1/report.pdf" - | sed 's/\xe2\x80\x89/ /g' | tr -s ' \n\f' ' '; }

@test "versus: one computation for compare and report" {
    [ "$(value versus.call text)" = "$(of_compare 1 verdict)" ]
    [ "$(value versus.p50.a number)" = "$(of_compare 2 a)" ]
    [ "$(value versus.p50.b number)" = "$(of_compare 2 b)" ]
    [ "$(value versus.p50.ratio number)" = "$(of_compare 1 value)" ]
    [ "$(value versus.p50.change number)" = "$(of_compare 2 value)" ]
    [ "$(value versus.a12 number)" = "$(of_compare 1 a12)" ]
    [ "$(value versus.p number)" = "$(of_compare 1 p)" ]
}

@test "versus: the verdict is in title, abstract and section, with its interval" {
    sentence='Cloud (emulated) is slower than local: its median round trip takes 2.00 times as long (95 % CI 2.00 to 2.01, 6 pairs of runs without their warm-up).'
    [ "$(value versus.sentence text | sed 's/\xe2\x80\x89/ /g')" = "$sentence" ]
    text=$(pdf_text out)
    text=${text//- /} # words that were broken
    [ "$(grep -o 'Cloud (emulated) is slower than local' <<<"$text" | wc -l)" = 3 ]
    [[ $text == *'cloud (emulated) against local, 6 pairs'* || ${text^^} == *'CLOUD (EMULATED) AGAINST LOCAL, 6 PAIRS'* ]]
    [[ $text == *'Fig. 8. Median RTT of cloud (emulated), divided by that of local'* ]]
    [[ $text == *'Fig. 9. How much longer cloud (emulated) takes than local'* ]]
    # A median beside the verdict is another one, and says so.
    [[ $text == *'median of n = 300, warm'*'up included, 95 % CI'*'6 pairs of runs without'* ]]
    [[ $text == *'What differed between the two: site (local; cloud), path (real; emulated'* ]]
    for name in pairs shift; do
        [ -s out/figures/$name.pdf ] && [ -s out/figures/$name.svg ]
    done
    grep -q 'RTT × 2.00, 95 % CI 2.00 to 2.01' out/figures/side.svg
    grep -q 'cloud / local' out/figures/pairs.svg
}

@test "versus: figures 4 and 6 are not of pairs, and all runs have a line" {
    [ "$(value local.rows number)" = 3000 ]
    [ "$(value cloud.rows number)" = 300 ]
    [ "$(value total.listed number)" = 14 ]
    [ "$(grep -c '\.title} &' out/tables/runs.tex)" = 14 ]
    [ "$(grep -c '{tabular}{' out/tables/results.tex)" = 1 ]
    # What all of them noted is told once.
    [ "$(grep -c 'noted: told by all' out/tables/limits.tex)" = 1 ]
    grep -q 'and 5 more noted: told by all' out/tables/limits.tex
    # ... also when it differs in a number.
    # shellcheck disable=SC2016 # for TeX
    grep -qF 'and 5 more noted: open after 10.5 to 60.5\,$\mu$s.' out/tables/limits.tex
    run run_timed 60 "$bin/harness" report --check out .
    expect_status 0
}

@test "versus: what cannot be compared says why; a name of TeX is a name" {
    # shellcheck disable=SC2016 # not for this shell
    SITE='a `b` \x & 50%_{c}' NAME=other sh "$root/tests/data/make_result.sh" "$T/odd"
    sed -i 's/"window": 1/"window": 4/' "$T/odd/manifest.json"
    report local "$T/odd" --out "$T/out"
    expect_status 0
    [ "$(value versus.call text "$T/out")" = '' ]
    text=$(pdf_text "$T/out")
    [[ $text == *'There is no verdict on the two: they differ in messages in flight on each connection (1 and 4)'* ]]
    [ ! -e "$T/out/figures/pairs.pdf" ]
}

@test "versus: one run of each gives no interval, and says what would" {
    SITE='50%_{c}' RTT_NS=30000 NAME=other sh "$root/tests/data/make_result.sh" "$T/odd"
    report local "$T/odd" --out "$T/out"
    expect_status 0
    [ "$(value versus.call text "$T/out")" = undecided ]
    [[ $(pdf_text "$T/out") == *'no 95 % interval exists with 1 and 1 runs; at least 4 runs on each side are needed.'* ]]
    [ ! -e "$T/out/figures/shift.pdf" ]
}
