#!/usr/bin/env bats
# Makefile, setup.sh and the test helpers.
load helper

# The make of the variant under test; `-o all`: what is built stays as it is.
make_quietly() {
    local variant=${bin#"$root"/build/}
    variant=${variant%bin}
    variant=${variant#san-}
    variant=${variant%/}
    make -s -C "$root" -o all SAN="${variant//-/,}" "$@"
}

@test "make help names every target" {
    run make_quietly help
    expect_status 0
    for target in all check unit report bench lint format install uninstall clean; do
        echo "$target"
        grep -qE "^$target +[a-z]" <<<"$output"
    done
}

@test "make without a library stops with one line that names setup.sh" {
    run make_quietly PKG_CONFIG=no-such-program all
    expect_status 2
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == *'not installed: libcjson gsl libsodium.'*'sh setup.sh'* ]]
}

@test "make without a compiler stops with one line that names setup.sh" {
    run make_quietly CC=no-such-cc all
    expect_status 2
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == *'not installed: libcsv or no-such-cc.'*'sh setup.sh'* ]]
}

@test "make install and uninstall keep to DESTDIR and PREFIX" {
    run make_quietly install DESTDIR="$T/a place" PREFIX=/usr
    expect_status 0
    cd "$T/a place/usr"
    for program in "$bin"/*; do
        cmp "$program" "bin/${program##*/}"
    done
    [ -s share/echolab/report/template.tex ]
    [ -s share/echolab/scenarios/local_rate.json ]
    [ -s share/echolab/still_clock.so ]
    run make_quietly uninstall DESTDIR="$T/a place" PREFIX=/usr
    expect_status 0
    [ "$(find . -type f)" = "" ]
}

@test "programs find their data beside them" {
    [ "$bin/../share/echolab/report" -ef "$root/report" ]
    [ "$bin/../share/echolab/scenarios" -ef "$root/scenarios" ]
}

@test "setup.sh --list gives each package once, with its use" {
    run sh "$root/setup.sh" --list
    expect_status 0
    for line in "${lines[@]}"; do
        [[ $line =~ ^[a-z0-9.+-]+\ +[A-Za-z] ]]
    done
    [ "$(cut -d ' ' -f 1 <<<"$output" | sort | uniq -d)" = "" ]
    plain=${#lines[@]}
    run sh "$root/setup.sh" --dev --list
    [ "${#lines[@]}" -gt "$plain" ]
    [[ $output == *shellcheck* ]]
}

@test "setup.sh refuses what it does not know" {
    run sh "$root/setup.sh" --nonsense
    expect_status 2
    [[ $output == 'usage: '* ]]
}

# only TOOL...: a PATH with these and nothing else.
only() {
    mkdir "$T/bin"
    for tool; do
        ln -s "$(command -v "$tool")" "$T/bin/$tool"
    done
}

# fake TOOL TEXT: a program that prints TEXT.
fake() {
    printf '#!/bin/sh\n%s\n' "$2" >"$T/bin/$1"
    chmod +x "$T/bin/$1"
}

@test "setup.sh elsewhere than on Debian names the packages" {
    only cat cut sh
    run env PATH="$T/bin" sh "$root/setup.sh"
    expect_status 1
    [[ $output == *'apt-get, which is not here'* ]]
    [[ $output == *libcjson-dev* ]]
}

@test "setup.sh does nothing when all is there" {
    only cat cut sed grep sh
    fake apt-get 'echo called; exit 9'
    fake dpkg-query "sed -n 's/ .*/ installed/p' <<'END'
$(sh "$root/setup.sh" --list)
END"
    run env PATH="$T/bin" sh "$root/setup.sh"
    expect_status 0
    [ "$output" = "" ]
}

@test "setup.sh installs what is missing and nothing else" {
    only cat cut sed grep sh env
    fake id 'echo 0'
    fake apt-get "echo \"\$*\" >>'$T/called'"
    fake dpkg-query "sed -n '/^strace/d; s/ .*/ installed/p' <<'END'
$(sh "$root/setup.sh" --list)
END"
    run env PATH="$T/bin" sh "$root/setup.sh"
    expect_status 1 # it is still missing: the fake installed nothing
    [[ $output == *'still not installed: strace'* ]]
    cat "$T/called"
    [ "$(grep -c ' update$' "$T/called")" -eq 1 ]
    grep -q -- ' install --no-install-recommends strace$' "$T/called"
}

@test "setup.sh takes any gnuplot" {
    only cat cut sed grep sh
    fake apt-get 'exit 9'
    fake dpkg-query "sed -n 's/ .*/ installed/; s/-nox/-qt/; p' <<'END'
$(sh "$root/setup.sh" --list)
END"
    run env PATH="$T/bin" sh "$root/setup.sh"
    expect_status 0
}

@test "setup.sh without root or sudo says what to type" {
    only cat cut sed grep sh
    fake id 'echo 1000'
    fake apt-get 'exit 9'
    fake dpkg-query 'exit 1'
    run env PATH="$T/bin" sh "$root/setup.sh"
    expect_status 1
    [[ $output == *'needs root: sudo apt-get install --no-install-recommends gcc '* ]]
}

# unit BODY: compiles and runs a unit test whose main() is BODY.
unit() {
    printf '%s\n' '#include "tests/unit/check.h"' 'int main(void)' '{' \
        "$1" 'return check_done();' '}' >unit.c
    cc -std=c11 -I "$root" -o unit unit.c -lm
    run ./unit
}

@test "check.h: no check is a failure" {
    unit ''
    expect_status 1
    [ "$output" = 1..0 ]
}

@test "check.h: one failure is a failure, and is shown" {
    unit 'CHECK_INT(1, 1); CHECK_INT(2 - 1, 2); CHECK_STR("a", "a");'
    expect_status 1
    [[ $output == *'failed: 2 - 1 == 2'*'got 1, want 2'*'not ok 1 - main'*1..1 ]]
}

@test "check.h: every kind of check can pass and fail" {
    unit 'CHECK(1); CHECK_INT(1, 1); CHECK_STR("a", "a"); CHECK_NEAR(1, 1.1, 0.2);'
    expect_status 0
    [[ $output == *'ok 1 - main (4 checks)'* ]]
    for check in 'CHECK(0)' 'CHECK_INT(1, 2)' 'CHECK_STR("a", "b")' \
        'CHECK_STR("a", NULL)' 'CHECK_NEAR(1, 1.3, 0.2)' 'CHECK_NEAR(1, NAN, 1)'; do
        unit "$check;"
        expect_status 1
    done
}

# A tree with a space in its name, with report/make.sh and a harness that says
# what it was asked.
fake_tree() {
    mkdir -p "$T/a tree/"{report,bin,results,scenarios}
    touch "$T/a tree/scenarios/"{local_rate,remote_rate,schema,smoke}.json
    cp "$root/report/make.sh" "$T/a tree/report"
    cat >"$T/a tree/bin/harness" <<'END'
#!/bin/sh
printf '%s\n' "$*" >>asked
case $1 in
run)
    name=${2#scenarios/}
    folder=results/${name%.json}-20300101T000000Z
    mkdir "$folder"
    printf 'some talk\n%s\n' "$folder"
    [ "$name" != "${FAKE_NAME:-$name}" ] || exit "${FAKE_STATUS:-0}"
    ;;
report)
    [ "$2" != --check ] || exit "${FAKE_CHECK:-0}"
    for out; do :; done
    mkdir -p "$out"
    echo pdf >"$out/report.pdf"
    ;;
esac
END
    chmod +x "$T/a tree/bin/harness"
    export ECHOLAB_BIN="$T/a tree/bin"
    cd "$T/a tree" || return
}

@test "make report measures what is missing" {
    fake_tree
    run --separate-stderr sh report/make.sh
    expect_status 0
    [ "$output" = report/report.pdf ]
    [ -s report/report.pdf ]
    printf '%s\n' 'run scenarios/local_rate.json --out results' \
        'run scenarios/remote_rate.json --out results' \
        'run scenarios/local_rate.json scenarios/remote_rate.json --pairs 6 --set duration_s=2 --out results' \
        'report results/local_rate-20300101T000000Z results/remote_rate-20300101T000000Z --out report/build' \
        'report --check report/build results/local_rate-20300101T000000Z results/remote_rate-20300101T000000Z' |
        diff - asked
}

@test "make report delivers nothing that is not what its data give" {
    fake_tree
    FAKE_CHECK=5 run --separate-stderr sh report/make.sh
    expect_status 5
    [ ! -e report/report.pdf ]
}

@test "make report: one at a time, for both would measure" {
    need flock
    fake_tree
    run --separate-stderr flock report sh report/make.sh
    expect_status 5
    [[ $stderr == *'(report-busy) another one is at work in report/'*'set OUT'* ]]
    [ ! -e asked ]
    OUT=elsewhere run --separate-stderr flock report sh report/make.sh
    expect_status 0
}

@test "make report: a folder that cannot be locked is no reason to refuse" {
    fake_tree
    mkdir tools
    printf '#!/bin/sh\necho flock: 9: No locks available >&2\nexit 71\n' >tools/flock
    chmod +x tools/flock
    PATH=$PWD/tools:$PATH run --separate-stderr sh report/make.sh
    expect_status 0
    [[ $stderr == *'No locks available'* ]]
    [ -s report/report.pdf ]
}

# fake_pairs TIME A B: two folders that were run in turn.
fake_pairs() {
    mkdir -p "results/$2-$1" "results/$3-$1"
    printf '{\n\t"pairs":\t{\n\t\t"side":\t"A",\n\t\t"other":\t"%s"\n\t}\n}\n' "$3-$1" >"results/$2-$1/manifest.json"
    printf '{\n\t"pairs":\t{\n\t\t"side":\t"B",\n\t\t"other":\t"%s"\n\t}\n}\n' "$2-$1" >"results/$3-$1/manifest.json"
}

@test "make report takes the newest pairs besides, or in place of single runs" {
    fake_tree
    fake_pairs 20260101T000000Z local_rate remote_rate
    fake_pairs 20270101T000000Z local_rate remote_rate
    fake_pairs 20280101T000000Z local_rate gone
    rm -r results/gone-*
    sh report/make.sh
    echo 'report results/local_rate-20280101T000000Z results/remote_rate-20270101T000000Z results/local_rate-20270101T000000Z --out report/build' |
        diff - <(grep -e --out asked)
    rm asked
    mkdir results/{local_rate,remote_rate}-20250101T000000Z
    sh report/make.sh
    echo 'report results/local_rate-20250101T000000Z results/remote_rate-20250101T000000Z results/local_rate-20270101T000000Z results/remote_rate-20270101T000000Z --out report/build' |
        diff - <(grep -e --out asked)
    rm asked
    not grep -e --pairs asked
    LOCAL=results/local_rate-20250101T000000Z sh report/make.sh
    not grep 20270101 asked
    not grep -e --pairs asked
}

@test "make report takes the newest whole results" {
    fake_tree
    mkdir results/local_rate-20260101T000000Z results/local_rate-20270101T000000Z \
        results/local_rate-20280101T000000Z.partial results/remote_rate-20250101T000000Z
    run --separate-stderr sh report/make.sh
    expect_status 0
    echo 'report results/local_rate-20270101T000000Z results/remote_rate-20250101T000000Z --out report/build' |
        diff - <(grep '^report.*--out' asked)
}

@test "make report takes one folder of each kind, measured or not" {
    fake_tree
    touch scenarios/{local_fail_rate,transcript_echo,size_sweep}.json
    mkdir results/{local_rate,remote_rate,local_fail_rate}-20260101T000000Z
    run --separate-stderr sh report/make.sh
    expect_status 0
    old=20260101T000000Z new=20300101T000000Z
    printf '%s\n' 'run scenarios/transcript_echo.json --out results' \
        'run scenarios/local_rate.json scenarios/remote_rate.json --pairs 6 --set duration_s=2 --out results' \
        "report results/local_rate-$old results/remote_rate-$old results/local_fail_rate-$old results/transcript_echo-$new --out report/build" |
        diff - <(grep -e --out asked)
    # FULL: everything anew, what no report needs otherwise too.
    rm -r asked results/*-$new
    FULL=1 run --separate-stderr sh report/make.sh
    expect_status 0
    printf 'run scenarios/%s.json --out results\n' local_rate remote_rate \
        local_fail_rate transcript_echo size_sweep | diff - <(head -n 5 asked)
    [ "$(grep -o -e "-$new" <(grep '^report.*--out' asked) | wc -l)" -eq 5 ]
    grep -qx 'run scenarios/local_rate.json scenarios/remote_rate.json --pairs 10 --set duration_s=2 --out results' asked
}

@test "make report goes without what a missing helper would measure" {
    fake_tree
    touch scenarios/transcript_{echo,simple}.json
    FAKE_NAME=transcript_echo.json FAKE_STATUS=7 run --separate-stderr sh report/make.sh
    expect_status 0
    [[ $stderr == *'goes without transcript_echo'* ]]
    grep '^report.*--out' asked | grep -q 'transcript_simple-' && not grep -q '^report.*transcript_echo' asked
    rm -r asked results/*
    FAKE_NAME=transcript_echo.json FAKE_STATUS=5 run --separate-stderr sh report/make.sh
    expect_status 5
    not grep -q '^report' asked
}

@test "make report takes the folders it is given" {
    fake_tree
    run --separate-stderr env LOCAL='my a' REMOTE='my b' OUT='my out' sh report/make.sh
    expect_status 0
    [ "$output" = 'my out/report.pdf' ]
    [ ! -e report/report.pdf ]
    printf '%s\n' 'report my a my b --out my out' 'report --check my out my a my b' | diff - asked
}

@test "make report goes on when a scenario's expectation is missed" {
    fake_tree
    FAKE_STATUS=1 run --separate-stderr sh report/make.sh
    expect_status 0
    [ -s report/report.pdf ]
}

@test "make report stops with the code of a run that failed" {
    fake_tree
    FAKE_STATUS=6 run --separate-stderr sh report/make.sh
    expect_status 6
    [ ! -e report/report.pdf ]
    [ "$(wc -l <asked)" -eq 1 ]
}
