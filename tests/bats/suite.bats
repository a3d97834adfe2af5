#!/usr/bin/env bats
# The suite itself: that `bats tests/` runs what is in tests/bats/.
load helper

# `bats tests/` does not look into folders, so each file here has a link there.
@test "suite: every test file has its link for 'bats tests/'" {
    cd "$root/tests"
    for file in bats/*.bats; do
        link=${file#bats/}
        echo "if this fails: ln -s $file tests/$link"
        [ "$(readlink "$link")" = "$file" ]
    done
    [ "$(readlink helper.bash)" = bats/helper.bash ]
}

@test "suite: a link of a file that is gone fails" {
    for link in "$root"/tests/*.bats; do
        echo "$link"
        [ -f "$link" ]
    done
}

@test "suite: 'bats tests/' counts every @test of tests/bats/ once" {
    written=$(cat "$root"/tests/bats/*.bats | grep -c '^ *@test ')
    [ "$written" -gt 0 ]
    run bats --count "$root/tests/"
    echo "bats tests/ counts $output, tests/bats/ has $written"
    [ "$output" -eq "$written" ]
}

@test "suite: test names are unique" {
    run bash -c 'cat "$1"/tests/bats/*.bats | grep "^ *@test " | sort | uniq -d' bash "$root"
    [ "$output" = "" ]
}

# planted BODY: runs a test file with the shared setup and one test.
planted() {
    printf '%s\n' "load '$root/tests/bats/helper'" '@test "planted" {' "$1" '}' >planted.bats
    run bats --tap planted.bats
    echo "$output"
}

@test "suite: a test that leaves a process behind fails" {
    # A shell that is not yet sleep has no mark.
    # shellcheck disable=SC2016 # for the planted test
    planted 'sleep 60 3>&- & until [[ $(</proc/$!/comm) == sleep ]]; do sleep 0.01; done'
    [ "$status" -eq 1 ]
    [[ $output == *'not ok 1 planted'*'processes left behind'*'sleep 60'* ]]
}

@test "suite: a test in which a sanitizer speaks fails" {
    # shellcheck disable=SC2016 # for the planted test
    planted 'echo "runtime error: planted" >"$BATS_TEST_TMPDIR/sanitizer.1"'
    [ "$status" -eq 1 ]
    [[ $output == *'not ok 1 planted'*'runtime error: planted'* ]]
}

@test "suite: a server is ended after its test" {
    # shellcheck disable=SC2016 # for the planted test
    planted 'start_server echo-server; echo "$pid" >'"$T/pid"
    [ "$status" -eq 0 ]
    run kill -0 "$(cat pid)"
    [ "$status" -ne 0 ]
}

@test "suite: expect_error wants code, id, one error line and one hint" {
    say() { printf '%s\n' "${@:2}" >&2; return "$1"; }
    run --separate-stderr say 3 'prog: (some-id) what: why (EWHY)' '  hint: do' '  kept: all'
    expect_error 3 some-id
    not expect_error 4 some-id
    not expect_error 3 other-id
    run --separate-stderr say 3 'prog: (some-id) what'
    not expect_error 3 some-id
    run --separate-stderr say 3 'prog: (some-id) a' 'prog: (some-id) b' '  hint: do'
    not expect_error 3 some-id
}

# project UNIT BATS: a tree with tests/run.sh, in which the one unit test and
# the bats are scripts; the script of a folder's layers is `true`.
project() {
    mkdir -p p/tests/lint p/bin p/tools
    cp "$root/tests/run.sh" p/tests
    echo 'exit 0' >p/tests/lint/layers.sh
    printf '#!/bin/sh\n%s\n' "$1" >p/unit
    printf '#!/bin/sh\n%s\n' "$2" >p/tools/bats
    chmod +x p/unit p/tools/bats
    PATH=$T/p/tools:$PATH run sh p/tests/run.sh "$T/p/bin" "$T/p/unit"
    echo "$output"
}

@test "run.sh: adds up unit tests, layers and bats" {
    project 'echo "ok 1 - a"; echo "ok 2 - b"; echo 1..2' \
        'echo 1..3; echo "ok 1 c"; echo "ok 2 d # skip no tool"; echo "ok 3 e"'
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = '5 passed, 0 failed, 1 skipped' ]
}

@test "run.sh: shows what failed and fails" {
    project 'echo "# why"; echo "not ok 1 - a"; echo 1..1; exit 1' \
        'echo 1..1; echo "ok 1 c"'
    [ "$status" -eq 1 ]
    [[ $output == *'# why'*'not ok 1 - a'* ]]
    [ "${lines[-1]}" = '2 passed, 1 failed' ]
}

@test "run.sh: a unit test that dies is a failure" {
    project 'echo "ok 1 - a"; kill -SEGV $$' 'echo 1..1; echo "ok 1 c"'
    [ "$status" -eq 1 ]
    [[ $output == *'ended with status 139 after 1 of unknown tests'* ]]
    [ "${lines[-1]}" = '3 passed, 1 failed' ]
}

@test "run.sh: a failure without a failed test is a failure" {
    project 'echo "ok 1 - a"; echo 1..1; exit 99' 'echo 1..2; echo "ok 1 c"; exit 1'
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = '3 passed, 2 failed' ]
}
