#!/usr/bin/env bats
# Not part of `make check`: programs that are killed, or told of a failing
# disk, at each of their system calls in turn, and disks of every size.
# shellcheck disable=SC2154,SC2317 # $root of the helper; what every_nth calls
load ../bats/helper
# shellcheck source=tests/bats/torn.bash
source "$root/tests/bats/torn.bash"

before_each() { rm -rf results out; }

after_each() {
    [[ $inject == *KILL* ]] || expect_error 5 '[a-z-]+'
    left_sound results
}

# Runs that end soon: over TCP, over UDP with loss on purpose, of a transcript.
tcp() { every_nth "$1" "$2" cast/harness run "$root/scenarios/smoke.json" --out results --set messages=50 --set repeat=2; }
udp() { every_nth "$1" "$2" cast/harness run "$root/scenarios/udp_loss.json" --out results --set messages=200 --set loss.p=0.1 --set timeout_s=0.02; }
relayed() { every_nth "$1" "$2" cast/harness run "$root/scenarios/udp_loss.json" --out results --set messages=200 --set loss.p=0.1 --set timeout_s=0.02 --set path.delay_ms=0.1; }
scenes() { every_nth "$1" "$2" cast/harness run "$root/scenarios/transcript_simple.json" --out results; }

# killed RUN: at each call that changes a file or folder, and its own output.
killed() {
    local call
    need strace
    for call in write fsync fdatasync ftruncate rename renameat2 mkdir unlink; do
        "$1" "$call:signal=KILL" .
    done
    "$1" openat:signal=KILL O_CREAT
    echo "# $1: killed $tried times" >&3
    [[ $tried -gt 5 ]]
}

# failing RUN ERRNO...: each of them fails in turn.
failing() {
    local run=$1 call errno
    shift
    need strace
    for errno; do
        for call in openat read write fsync fdatasync rename renameat2 mkdir; do
            "$run" "$call:error=$errno" results/
        done
        # The harness only reads tables.
        "$run" "close:error=$errno" "results/.*\.${written:-csv}>"
    done
    echo "# $run: failed $tried times" >&3
    [[ $tried -gt 5 ]]
}

# ---- Ctrl-C ----

@test "torn: SIGINT at every step of a run" {
    need strace
    after_each() {
        # Too late to change anything, or: what was measured is kept.
        [[ $status -eq 0 ]] || expect_error 130 interrupted
        [[ $status -eq 0 ]] || [[ -z $(find results -mindepth 1 -maxdepth 1 ! -name '*.partial') ]]
        left_sound results
    }
    cast_with harness
    for call in clone ppoll poll mkdir fsync rename renameat2; do
        udp "$call:signal=INT" .
    done
    udp openat:signal=INT results/
    echo "# interrupted $tried times" >&3
    [[ $tried -gt 50 ]]
}

# ---- SIGKILL ----

@test "torn: the harness is killed, over TCP" {
    cast_with harness
    killed tcp
}

@test "torn: the harness is killed, over UDP" {
    cast_with harness
    killed udp
}

@test "torn: the harness is killed in a transcript" {
    cast_with harness
    killed scenes
}

@test "torn: the client is killed" {
    cast_with echo-rate
    killed tcp
    killed udp
}

@test "torn: server and relay are killed" {
    cast_with echo-udp-server
    killed udp
    rm -rf cast
    cast_with echo-relay
    killed relayed
}

# ---- the disk ----

@test "torn: the disk fails the harness" {
    cast_with harness
    written=tmp failing tcp ENOSPC EDQUOT EIO
}

@test "torn: the disk fails the harness, over UDP" {
    cast_with harness
    written=tmp failing udp EIO
}

@test "torn: the disk fails the harness in a transcript" {
    cast_with harness
    written=tmp failing scenes EIO
}

@test "torn: the disk fails the client" {
    cast_with echo-rate
    failing tcp ENOSPC EDQUOT EIO
    failing udp ENOSPC EDQUOT EIO
}

@test "torn: the disk fails server and relay" {
    cast_with echo-udp-server
    failing udp ENOSPC EDQUOT EIO
    rm -rf cast
    cast_with echo-relay
    failing relayed EIO
}
