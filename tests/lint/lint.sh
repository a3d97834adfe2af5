#!/bin/sh
# What `make lint` runs: lint.sh [CPPFLAG]...
# Goes through every tool and tells all it finds; exits 1 when a tool is
# missing or finds something.
# shellcheck disable=SC2317 # functions that step calls
set -u

cd "$(dirname "$0")/../.." || exit 1
failed=0

# step NAME TOOL COMMAND...: one tool over the files it is for.
step() {
    name=$1 tool=$2
    shift 2
    if ! command -v "$tool" >/dev/null; then
        echo "lint: $tool is not installed; install it with: sh setup.sh --dev" >&2
        failed=1
    elif "$@"; then
        echo "ok - $name"
    else
        echo "not ok - $name"
        failed=1
    fi
}

c_files() {
    find lib servers clients harness bench tests/unit tests/slow tests/peers tests/shim tests/cloud report -name "$1" -print0
}

format() {
    # shellcheck disable=SC2016 # for the inner shell
    c_files '*.[ch]' | xargs -0 sh -c '
        status=0
        for file; do
            clang-format "$file" | cmp -s - "$file" && continue
            echo "$file: not formatted; run make format"
            status=1
        done
        exit "$status"' format
}

# Without the count of warnings in headers of others, which goes to stderr.
tidy() {
    c_files '*.c' | xargs -0 -I {} -P "$(nproc)" \
        clang-tidy --quiet {} -- -std=c11 "$@" 2>/dev/null
}

# ctuuninitvar takes the struct that an init function is to fill for one read.
c_check() {
    cppcheck --enable=warning,portability,performance --std=c11 --quiet \
        --inline-suppr --suppress=ctuuninitvar --error-exitcode=1 "$@" \
        lib servers clients harness bench tests/unit tests/slow tests/peers tests/shim tests/cloud report
}

# Calls that hide a shell, an overflow or a wrong number.
banned() {
    ! grep -rnE --include='*.[ch]' \
        '\b(system|popen|strcpy|strcat|v?sprintf|gets|ato(i|l|ll|f)|FD_SET) ?\(' \
        lib servers clients harness
}

shell() {
    find . -path ./build -prune -o -type f \
        \( -name '*.sh' -o -name '*.bash' -o -name '*.bats' -o -path ./.ci/run \) \
        -print0 | xargs -0 shellcheck -x
}

set -- "$@" '-DECHOLAB_VERSION="lint"'
step 'clang-format (make format)' clang-format format
step clang-tidy clang-tidy tidy "$@"
step cppcheck cppcheck c_check "$@"
step 'banned calls' grep banned
step shellcheck shellcheck shell
step layers awk sh tests/lint/layers.sh
exit "$failed"
