#!/usr/bin/env bats
# harness list: a table of what is there, whatever state it is in.
load helper

make() { sh "$root/tests/data/make_result.sh" "$@"; }

@test "list: newest last, emulated marked, failures counted" {
    FAILED=10 SITE=cloud EMULATED=1 make results/b-20261122T131041Z
    make results/a-20261122T131041Z
    sed -i 's/T13:10:41Z", "end/T12:00:00Z", "end/' results/a-*/manifest.json
    run -0 "$bin/harness" list
    [ "${lines[0]}" = "folder              status    site           messages   failed" ]
    [ "${lines[1]}" = "a-20261122T131041Z  complete  local               100        0" ]
    [ "${lines[2]}" = "b-20261122T131041Z  complete  cloud*              100       10" ]
    [ "${lines[3]}" = "* the path was emulated on this machine" ]
}

@test "list: partial, damaged and foreign folders are listed as such" {
    STATUS=partial make r/x-20261122T131041Z.partial
    make r/y-20261122T131041Z
    echo '{"format": 1' >r/y-20261122T131041Z/manifest.json
    mkdir r/z
    ln -s z r/link
    run -0 "$bin/harness" list r
    [ "${#lines[@]}" -eq 4 ]
    [[ ${lines[1]} == y-*' damaged   -                     -        -' ]]
    [[ ${lines[2]} == z\ *' damaged '* ]]
    [[ ${lines[3]} == x-*.partial\ *' partial   local               100        0' ]]
}

@test "list: a results folder is listed itself, not its runs" {
    make r/y-20261122T131041Z
    run -0 "$bin/harness" list r/y-20261122T131041Z
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[1]} == 'r/y-20261122T131041Z  complete  local               100        0' ]]
}

@test "list: fits 80 columns" {
    NAME=a_rather_long_name_of_a_scenario ROWS=1000 \
        make r/a_rather_long_name-20261122T131041Z
    run -0 "$bin/harness" list r
    for line in "${lines[@]}"; do
        echo "$line"
        [ "${#line}" -le 80 ]
    done
}

@test "list: an empty folder, a missing one, and a name that would drive a terminal" {
    mkdir r
    run -0 "$bin/harness" list r
    [ "$output" = "no results in r" ]
    run --separate-stderr "$bin/harness" list nowhere
    expect_error 5 results-open
    mkdir "r/$(printf 'x\033[31m')"
    run -0 "$bin/harness" list r
    [[ $output != *$'\033'* ]]
}

@test "list: takes one folder and no option it does not have" {
    run --separate-stderr "$bin/harness" list a b
    expect_error 2 usage
    run --separate-stderr "$bin/harness" list --nonsense
    expect_error 2 usage
    run -0 "$bin/harness" list --help
}
