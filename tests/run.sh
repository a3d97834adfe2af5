#!/bin/sh
# Runs every test and counts: run.sh BIN [UNIT-TEST]...
# BIN is the folder of the programs to test.  The last line says how many
# passed, failed and were skipped; the exit code is 1 when one failed or none
# ran.  Every part speaks TAP; what failed is shown with its diagnosis.
set -u

cd "$(dirname "$0")/.." || exit 1
bin=$1
shift
ECHOLAB_BIN=$(cd "$bin" && pwd -P) || exit 1
export ECHOLAB_BIN
# What a make above us was told is nothing to a make that a test runs.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES SAN WERROR V LOCAL REMOTE OUT RESULTS

log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0 skipped=0

# count FILE STATUS NAME: adds up FILE, the TAP of a part that ended with
# STATUS.  A part that ran fewer tests than its plan says, or that failed
# without naming a test, has one failure more.
count() {
    ok=$(grep -c '^ok ' "$1")
    not_ok=$(grep -c '^not ok ' "$1")
    skips=$(grep -ci '^ok .* # skip' "$1")
    plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$1")
    if [ "${plan:-none}" != $((ok + not_ok)) ]; then
        echo "not ok - $3: ended with status $2 after $((ok + not_ok)) of ${plan:-unknown} tests"
        not_ok=$((not_ok + 1))
    elif [ "$2" -ne 0 ] && [ "$not_ok" -eq 0 ]; then
        echo "not ok - $3: ended with status $2"
        not_ok=1
    fi
    passed=$((passed + ok - skips))
    failed=$((failed + not_ok))
    skipped=$((skipped + skips))
}

for unit in "$@"; do
    timeout -k 2 60 "$unit" >"$log/unit" 2>&1 </dev/null
    status=$?
    before=$failed
    count "$log/unit" "$status" "${unit##*/}" >"$log/verdict"
    if [ "$failed" -gt "$before" ]; then
        cat "$log/unit" "$log/verdict"
    else
        echo "ok - ${unit##*/}: $ok"
    fi
done

if sh tests/lint/layers.sh; then
    passed=$((passed + 1))
    echo 'ok - layers'
else
    failed=$((failed + 1))
    echo 'not ok - layers'
fi

if command -v bats >/dev/null; then
    {
        bats --tap --print-output-on-failure tests/ </dev/null 2>&1
        echo $? >"$log/status"
    } | tee "$log/bats"
    count "$log/bats" "$(cat "$log/status")" bats
else
    echo 'not ok - bats is not installed; install it with: sh setup.sh'
    failed=$((failed + 1))
fi

result="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || result="$result, $skipped skipped"
[ $((passed + failed)) -gt 0 ] || echo 'no test ran'
echo "$result"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
