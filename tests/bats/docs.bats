#!/usr/bin/env bats
# What README and the programs' own help say is the same, and true.

load helper

@test "docs: README names every program, and each has help and a version" {
    for program in "$bin"/*; do
        name=${program##*/}
        grep -q "^| \`$name\`" "$root/README.md"
        run run_timed 5 "$program" --help
        expect_status 0
        [[ ${lines[0]} == "Usage: $name"* ]]
        run run_timed 5 "$program" --version
        expect_status 0
        [[ $output == "$name (echolab) "* ]]
    done
}

@test "docs: README names every command of harness" {
    for command in $("$bin/harness" --help | awk '/^  [a-z]/ { print $1 }'); do
        [[ $command == dir=* || $command == harness ]] && continue
        grep -q "\`$command\`\|harness $command" "$root/README.md"
        run run_timed 5 "$bin/harness" "$command" --help
        expect_status 0
        [[ ${lines[0]} == "Usage: harness $command"* ]]
    done
}

# keys_of PREFIX: what harness itself says can stand there.
keys_of() {
    run --separate-stderr "$bin/harness" check "$root/scenarios/smoke.json" \
        --set "$1no_such_key=1"
    grep -o 'keys here: .*' <<<"$stderr" | cut -d ' ' -f 3-
}

@test "docs: README explains every key of a scenario that is supported" {
    for prefix in '' target. loss. path. cpu. expect.; do
        for key in $(keys_of "$prefix"); do
            # What is not supported yet is not in the schema, nor in README.
            grep -q "\"$key\":" "$root/scenarios/schema.json" || continue
            case $key in target | loss | path | cpu | expect) continue ;; esac
            grep -qE "^\|.*\`($prefix|\.)?$key\`" "$root/README.md" || {
                echo "README does not explain $prefix$key" >&2
                return 1
            }
        done
    done
}

@test "docs: every file that README names is there" {
    # shellcheck disable=SC2016 # backquotes of the text
    for file in $(grep -oE '`(lib|clients|servers|harness|tests|scenarios)/[a-z_/]+\.[a-z]+`' "$root/README.md" | tr -d '`'); do
        [[ -e $root/$file ]]
    done
    while read -r picture; do
        [[ -s $root/$picture ]]
    done < <(grep -oE "docs/[a-z0-9-]+\.png" "$root/README.md")
}

@test "docs: the shipped scenarios are all right" {
    for scenario in "$root"/scenarios/*.json; do
        [[ $scenario == */schema.json ]] && continue
        run run_timed 5 "$bin/harness" check "$scenario"
        expect_status 0
    done
}

@test "docs: the example that compare --help gives works as it is typed" {
    # shellcheck disable=SC2016 # for nobody but the example
    example=$("$bin/harness" compare --help | sed -n '/\$(harness run/,/)$/p')
    [[ $example == *'--set duration_s=2 '* ]]
    mkdir path
    ln -s "$bin/harness" path
    ln -s "$root/scenarios" .
    # But for its length: nobody here waits for 24 s.
    run --separate-stderr run_timed 60 env PATH="$PWD/path:$PATH" \
        bash -c "${example/duration_s=2/duration_s=2 --set messages=5}"
    expect_status 0
    [[ $output == *slower* ]]
}

@test "docs: nothing in the tree is marked as unfinished" {
    run grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' "$root"/{lib,servers,clients,harness,report,bench,tests/unit}
    expect_status 1
}
