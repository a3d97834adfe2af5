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
