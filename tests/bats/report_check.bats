#!/usr/bin/env bats
# harness report --check: a delivered report against its data.
load helper

# One report for all tests, which change copies of it.
setup_file() {
    command -v gnuplot pdflatex >/dev/null || return 0
    cd "$BATS_FILE_TMPDIR" || return
    env ROWS=3000 sh "$root/tests/data/make_result.sh" \
        res/local_rate-20261122T131041Z
    env NAME=remote_rate SITE=cloud EMULATED=1 ROWS=300 RTT_NS=38500000 \
        STATUS=partial sh "$root/tests/data/make_result.sh" \
        res/remote_rate-20261122T131141Z.partial
    env NAME=local_fail_rate MODE=fail_rate ROWS=400 FAILED=40 \
        sh "$root/tests/data/make_result.sh" res/local_fail_rate-20261122T131241Z
    "$bin/harness" report --allow-partial res/* --out out
}

setup() {
    common_setup
    need gnuplot pdflatex
    cp -r "$BATS_FILE_TMPDIR"/{res,out} .
    csv=res/local_rate-20261122T131041Z/tcp-thread-1000B-1c/1/messages.csv
}

check() { run --separate-stderr run_timed 120 "$bin/harness" report --check "$@"; }

# Without gnuplot, pdflatex and pdftotext: only the texts, which is fast.
check_texts() {
    mkdir -p "$T/nothing"
    run --separate-stderr run_timed 60 env PATH="$T/nothing" "$bin/harness" report --check "$@"
}

expect_checked() {
    expect_status 0
    [[ ${lines[-1]} =~ ^checked:\ [0-9]{3}\ values\ from\ 3\ folders$ ]]
}

# The report differs from its data, first of all in FILE: KEY.
expect_difference() {
    echo "$output"
    expect_error 5 report-differs
    [ "${lines[0]}" = "$1: $2" ]
}

# A number of the local run and its hash, as JSON has them.
number() { grep -A 2 "\"$1\":" out/results.json | sed -n 's/.*"number":[[:space:]]*\([0-9.]*\).*/\1/p'; }

@test "report --check: a report is what its data give, wherever they are" {
    find out -type f -exec sha256sum {} + | sort >before
    check out res
    expect_checked
    [ "$(grep -c '"sha256"' out/results.json)" -gt 0 ]
    values=$(grep -c '^.setR' out/results.tex)
    [ "${lines[-1]}" = "checked: $values values from 3 folders" ]
    check_texts out/report.pdf res/*
    expect_checked
    [ "${lines[0]}" = 'the figures were not drawn again: gnuplot is not installed (gnuplot-nox)' ]
    [ "${lines[1]}" = 'the PDF was not typeset again: pdflatex is not installed (texlive-latex-recommended)' ]
    check_texts out/ res/
    expect_checked
    mv res results
    check_texts out
    expect_checked
    find out -type f -exec sha256sum {} + | sort | cmp - before
}

@test "report --check: one digit of results.json" {
    p50=$(number local.rtt.p50)
    sed -i "/\"local.rtt.p50\":/,/number/s/$p50/${p50%?}x/" out/results.json
    sed -i "s/${p50%?}x/${p50%?}$(((${p50: -1} + 1) % 10))/" out/results.json
    check out res
    expect_difference results.json local.rtt.p50.number
    [ "${lines[1]}" = "  the report has ${p50%?}$(((${p50: -1} + 1) % 10))" ]
    [ "${lines[2]}" = "  the data give  $p50" ]
    [[ $stderr == *'in 1 place; the first is results.json: local.rtt.p50.number'* ]]
}

# Whatever the digit: of a value, of its text, of a hash, of a key.
@test "report --check: any digit of any text it was made of" {
    for file in results.json results.tex tables/{files,results,client,limits}.tex \
        summary.txt figures/data/{fig4/median.dat,fig4/labels.gp,percentiles/labels.gp}; do
        cp "out/$file" good
        count=$(grep -c '[0-9]' good)
        [ "$count" -ge 1 ]
        tenths='3 6 9'
        [[ $file == results.* ]] || tenths=5
        for tenth in $tenths; do
            awk -v wanted="$(((tenth * count + 9) / 10))" '
                /[0-9]/ && ++n == wanted {
                    match($0, /[0-9][^0-9]*$/)
                    digit = (substr($0, RSTART, 1) + 1) % 10
                    $0 = substr($0, 1, RSTART - 1) digit substr($0, RSTART + 1)
                }
                { print }' good >"out/$file"
            not cmp -s good "out/$file"
            check out res
            # A digit may be one of a folder's name, or make two keys the same.
            expect_error 5 '(report-differs|report-no-data|json-duplicate)'
            [[ $stderr != *report-differs* || ${lines[0]} == "$file: "* ]]
        done
        cp good "out/$file"
    done
    check_texts out res
    expect_checked
}

@test "report --check: a figure that was drawn of something else" {
    figures=$(compgen -G 'out/figures/*.*' | wc -l)
    check out res
    expect_checked
    [ "${lines[0]}" = "drawn again, $figures files of figures are the same" ]
    cp out/figures/fig6.pdf out/figures/fig4.pdf
    check out res
    expect_difference figures/fig4.pdf SHA-256
    rm out/figures/fig4.pdf
    check out res
    expect_difference figures/fig4.pdf file
    [ "${lines[1]}" = '  the report has nothing' ]
    cp "$BATS_FILE_TMPDIR/out/figures/fig4.pdf" out/figures
    cp out/figures/fig1.svg out/figures/fig9.svg
    check out res
    expect_difference figures/fig9.svg file
}

# drawn_elsewhere EXT SED: figures of that kind, as if another program drew them.
drawn_elsewhere() { sed -i "$2" out/figures/*."$1"; }

# Nobody can tell them from figures that were changed, figure 1 among them.
@test "report --check: figures of another gnuplot differ, unless they are trusted" {
    elsewhere='another gnuplot, cairo, TeX or font makes other bytes: check it where it was made, or, if you trust who made it, with --made-elsewhere'
    others='others were not compared: even figure 1, which every report has,'
    drawn_elsewhere pdf 's/(cairo 1\./(cairo 9./'
    check out res
    expect_difference figures/autocorrelation.pdf SHA-256
    [[ $stderr == *"$elsewhere"* ]]
    check out res --made-elsewhere
    expect_checked
    [[ ${lines[1]} == "$(compgen -G 'out/figures/*.pdf' | wc -l) $others"* ]]
    # With the figures that it has.
    [ "${lines[2]}" = 'typeset again, the PDF is the same' ]
    cp out/figures/fig6.svg out/figures/fig4.svg
    check out res --made-elsewhere
    expect_difference figures/fig4.svg SHA-256
    [[ $stderr != *"$elsewhere"* ]]
    drawn_elsewhere svg 's/Produced by GNUPLOT /&9/'
    check out res --made-elsewhere
    expect_checked
    [[ ${lines[1]} == "$(compgen -G 'out/figures/*.*' | wc -l) $others"* ]]
}

# cairo writes the zone beside the date, and takes the date from time() alone.
@test "report --check: figures are dated alike in every time zone and at any time" {
    mkdir path
    # shellcheck disable=SC2016 # for the inner shell
    printf '#!/bin/sh\necho "the zone is $TZ, the time $(date +%%s), not $SOURCE_DATE_EPOCH"\nexit 1\n' >path/gnuplot
    chmod +x path/gnuplot
    run --separate-stderr env PATH="$T/path:$PATH" TZ=Asia/Tokyo "$bin/harness" report --check out res
    expect_error 7 gnuplot-failed
    [[ $stderr == *"the zone is UTC0, the time "*", not $(date -d 2026-11-22T13:10:41Z +%s)"* ]]
    need pdfinfo
    pdfinfo -isodates out/figures/fig4.pdf | grep -q '^CreationDate: *2026-11-22T13:10:41Z$'
    pdfinfo -isodates out/report.pdf | grep -q '^CreationDate: *2026-11-22T13:10:41Z$'
}

@test "report --check: no figure excuses itself" {
    sed -i 's/Produced by GNUPLOT /&9/' out/figures/fig4.svg
    check out res --made-elsewhere
    expect_difference figures/fig4.svg SHA-256
    sed -i 's/Produced by GNUPLOT /&9/' out/figures/fig1.svg
    check out res
    expect_difference figures/fig1.svg SHA-256
    run --separate-stderr "$bin/harness" report out --made-elsewhere
    expect_error 2 usage
}

@test "report --check: a file that no report has" {
    for file in notes.txt .hidden tables/mine.tex figures/old.pdf figures/notes figures/data/fig4/more.dat \
        figures/data/fig9/labels.gp a/b/c; do
        mkdir -p "out/$(dirname "$file")"
        echo 7 >"out/$file"
        check out res
        expect_difference "$file" file
        [ "${lines[2]}" = '  the data give  nothing' ]
        rm "out/$file"
    done
    ln -s ../summary.txt out/tables/link.tex
    check out res
    expect_difference tables/link.tex file
}

# Its name is shown in one line, whatever bytes are in it.
@test "report --check: names that would print lines of their own" {
    touch $'out/.work-1\nchecked: \e[8m'
    check_texts out res
    expect_status 0
    [ "${lines[0]}" = '.work-1\x0achecked: \x1b[8m is no part of the report' ]
    touch $'out/a\nchecked: \e[8m'
    check_texts out res
    expect_difference 'a\x0achecked: \x1b[8m' file
    [[ $stderr != *$'\e'* && $stderr != *$'\nchecked'* ]]
}

@test "report --check: folders in folders, without an end" {
    deep=$(printf 'd/%.0s' {1..1900})
    mkdir -p "out/$deep"
    check_texts out res
    expect_difference d/d/d/d file
}

@test "report --check: report.tex typeset by hand, with other words" {
    sed -i 's/A socket is one end/A socket \\emph{is} one end/' out/report.tex
    (cd out && for _ in 1 2 3; do pdflatex -interaction=batchmode report.tex >/dev/null; done)
    not cmp -s out/report.pdf "$BATS_FILE_TMPDIR/out/report.pdf"
    check out res
    expect_checked
    [[ $output == *'report.aux is no part of the report'* ]]
    [[ $output == *'typeset again, the PDF is the same'* ]]
    sed -i 's/\\emph{is}/\\textbf{is}/' out/report.tex
    check out res
    expect_difference report.pdf SHA-256
}

# The numbers of its tables stand in it, and yet it is another one.
@test "report --check: a PDF that has a number more, or only looks different" {
    need pdftotext
    sed 's/A socket is one end/A socket is one 41.9 end/' out/report.tex >other.tex
    mkdir work
    cp -r out/{tables,figures,results.tex} work
    cp other.tex work/report.tex
    (cd work && for _ in 1 2 3; do pdflatex -interaction=batchmode report.tex >/dev/null; done)
    cp work/report.pdf out
    check out res --made-elsewhere
    expect_error 5 report-differs
    [[ ${lines[0]} == 'report.pdf: line '* ]]
    [ "${lines[1]}" = '  the report has 41.9' ]
    cp "$BATS_FILE_TMPDIR/out/report.pdf" out
    echo '% more' >>out/report.pdf
    check out res
    expect_difference report.pdf SHA-256
}

# Without gnuplot it is typeset with its own figures.
@test "report --check: a PDF of other bytes, and no pdftotext" {
    mkdir path
    # shellcheck disable=SC2016 # for the inner shell
    printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v pdflatex)" >path/pdflatex
    chmod +x path/pdflatex
    echo '% more' >>out/report.pdf
    check_without() { run --separate-stderr run_timed 120 env PATH="$T/path" "$bin/harness" report --check "$@"; }
    check_without out res
    expect_difference report.pdf SHA-256
    check_without out res --made-elsewhere
    expect_error 7 pdftotext-missing
}

@test "report --check: words of report.tex may change, numbers may not" {
    changed='report.tex is not the template: its words were changed, and no number was typed into it'
    sed -i 's/A socket is one end/A socket, \\R{version}, is an end/' out/report.tex
    not cmp -s out/report.tex "$root/report/template.tex"
    check out res
    expect_checked
    [ "${lines[0]}" = "$changed" ]
    line=$(grep -n 'A socket, ' out/report.tex | cut -d : -f 1)
    sed -i 's/A socket, /&of 41.9 Mbit, /' out/report.tex
    check out res
    expect_difference report.tex "line $line"
    [ "${lines[1]}" = '  the report has 41.9' ]
    sed -i 's/of 41.9 Mbit, /\\input{mine}/' out/report.tex
    check out res
    expect_difference report.tex "line $line"
    [ "${lines[1]}" = '  the report has mine' ]
    # Not a comment, and a command that is not spelt out: for sed.
    for typed in '\\url{%41.9}' '\\^^#har`A'; do
        sed "s|A socket is one end|$typed|" "$root/report/template.tex" >out/report.tex
        check_texts out res
        expect_difference report.tex "line $line"
    done
}

@test "report --check: another version may count differently, and says so" {
    sed -i '/"version":/,/text/s/"text":.*/"text": "0.0.1"/' out/results.json
    check out res
    expect_difference results.json version.text
    [[ $stderr == *'another version of echolab made it'* ]]
}

@test "report --check: a value less, a value more, another order" {
    sed -i '/{cloud.rtt.p50}/d' out/results.tex
    check out res
    expect_difference results.tex cloud.rtt.p50
    [ "${lines[1]}" = '  the report has nothing' ]
    cp "$BATS_FILE_TMPDIR/out/results.tex" out
    echo '\setR{local.frob}{7}% ' >>out/results.tex
    check out res
    expect_difference results.tex local.frob
    [ "${lines[2]}" = '  the data give  nothing' ]
    tac "$BATS_FILE_TMPDIR/out/results.tex" >out/results.tex
    check out res
    expect_difference results.tex 'order or brackets'
}

@test "report --check: five differences are shown, the rest is counted" {
    sed -i 's/^\\setR{r1\.\(.*\)}{.*}%/\\setR{r1.\1}{0}%/' out/results.tex
    differences=$(diff out/results.tex "$BATS_FILE_TMPDIR/out/results.tex" | grep -c '^<')
    check out res
    expect_error 5 report-differs
    [ "${#lines[@]}" -eq 16 ]
    [ "${lines[15]}" = "and $((differences - 5)) more" ]
    [[ $stderr == *"in $differences places"* ]]
}

@test "report --check: one byte of messages.csv" {
    awk -F, -v OFS=, 'NR == 9 { $5++; $6++ } { print }' "$csv" >other
    [ "$(cmp -l "$csv" other | wc -l)" -ge 1 ]
    cp other "$csv"
    check out res
    expect_error 5 results-damaged
    [[ $stderr == *"$csv"*SHA-256* ]]
}

@test "report --check: data that were made to fit, and the right ones found" {
    mkdir right
    cp -r res/local_rate-* right
    awk -F, -v OFS=, 'NR > 1500 { $5 += 1000; $6 += 1000 } { print }' "$csv" >other
    cp other "$csv"
    env ROWS=3000 sh "$root/tests/data/make_result.sh" res/local_rate-20261122T131041Z
    run "$bin/harness" verify res/local_rate-20261122T131041Z
    expect_status 0
    check out res
    expect_error 5 report-differs
    grep -q '^results.json: .*\.sha256$' <<<"$output"
    [[ $stderr == *' places; '* ]]
    check_texts out res right
    expect_checked
}

@test "report --check: data that are not here" {
    mv res/remote_rate-20261122T131141Z.partial away
    check out res
    expect_error 5 report-no-data
    [[ $stderr == *': remote_rate-20261122T131141Z.partial (manifest.json has SHA-256 '"$(sha256sum away/manifest.json | cut -c 1-64)"')'* ]]
    [ "$output" = '' ]
}

@test "report --check: what is no report" {
    check res
    expect_error 5 report-open
    check nowhere.pdf res
    expect_error 5 report-open
    check
    expect_error 2 usage
    check ''
    expect_error 2 usage
    check out res --out other
    expect_error 2 usage
    check out res --text
    expect_error 2 usage
    [[ $stderr == *'leave out --text'* ]]
    sed -i 's/"folder\./"holder./' out/results.json
    check out res
    expect_error 5 report-unnamed
    head -c 500 "$BATS_FILE_TMPDIR/out/results.json" >out/results.json
    check out res
    expect_error 5 json-syntax
}

@test "report --check: files that are missing differ like others" {
    for file in tables/files.tex summary.txt figures/data/fig4/labels.gp report.tex; do
        mv "out/$file" kept
        check out res
        expect_difference "$file" file
        [ "${lines[1]}" = '  the report has nothing' ]
        mv kept "out/$file"
    done
    sed -i 's/{cloud.rtt.p50}{/&9/' out/results.tex
    rm out/tables/files.tex out/report.pdf
    check out res
    expect_difference results.tex cloud.rtt.p50
    [[ $stderr == *'in 3 places'* ]]
}

@test "report --check: a PDF copied from build/, and one that is another" {
    need pdftotext
    mkdir report
    mv out report/build
    cp report/build/report.pdf report
    check report/report.pdf res
    expect_checked
    [[ ${lines[-2]} =~ ^'the PDF shows the '[0-9]{2}' numbers of its tables'$ ]]
    echo >>report/report.pdf
    check report/report.pdf res
    expect_difference report.pdf SHA-256
}

@test "report --check: a PDF of other numbers; one that nobody can read" {
    need pdftotext
    "$bin/harness" report res/local_fail_rate-20261122T131241Z --out other
    cp other/report.pdf out
    check out res
    expect_difference report.pdf r1.rows
    mkdir only
    run --separate-stderr env PATH="$T/only" "$bin/harness" report --check out res
    expect_checked
    [ "${lines[-2]}" = 'the PDF was not read: pdftotext is not installed (poppler-utils)' ]
    echo none >out/report.pdf
    check out res
    expect_error 7 pdftotext-failed
}
