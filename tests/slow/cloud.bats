#!/usr/bin/env bats
# What takes long against the cloud of tests/cloud/cloud.sh: ssh cut at every
# step, and a network that fails without a word.
# shellcheck disable=SC2154,SC2016 # set by cloud.bash; for inner shells
load ../bats/helper
load ../bats/cloud

@test "slow cloud: ssh cut at every step before the load" {
    local step
    for step in uname head mktemp rm wc chmod grep awk nft nft:2 nft:3 id; do
        cut_at "$step"
        expect_error 7 ssh-failed
    done
    nothing_is_kept
}

# Counted from the start: some of them came before the load, too.
@test "slow cloud: ssh cut at every step after the load" {
    local step
    for step in getconf awk:2 wc:2 wc:3 nft:4 nft:5 nft:6 rm:2 cat cat:2; do
        echo "$step"
        cut_at "$step" --set transport=udp --set server=udp --set timeout_s=1 --set loss.p=0.2
        expect_error 4 ssh-lost
        [[ $stderr == *'cut short: ssh to 10.9.2.2 was lost'*'whole rows in'* ]]
        run "$bin/harness" verify --allow-partial results.*/*.partial
        expect_status 0
        rm -r results.*
    done
}

# Longer than ssh and the server's input may be silent.
@test "slow cloud: a network that fails ends both sides" {
    begin_deploy
    near nsenter -t "$router_pid" -n -- nft \
        'add table inet cut; add chain inet cut f { type filter hook forward priority 0; policy drop; }'
    await_end
    expect_error 4 ssh-lost
    [[ $stderr == *'not responding'*'whole rows in'* ]]
    # sshd itself does not know, and would wait for answers to what it sent.
    within 90 far_is_clean || {
        near nsenter -t "$router_pid" -n -- nft delete table inet cut
        return 1
    }
    near nsenter -t "$router_pid" -n -- nft delete table inet cut
}

# Its process there, as any other that the kernel may choose.
kill_server() {
    far sh -c 'for p in /proc/[0-9]*; do
        [ "$(cat "$p/comm")" != server ] || [ ! "$p/ns/net" -ef /proc/self/ns/net ] || kill -KILL "${p#/proc/}"
    done' 2>/dev/null
}

@test "slow cloud: a server that is killed there ends the run, and is named" {
    local transport
    for transport in tcp udp; do
        begin_deploy --set transport=$transport --set server=${transport/tcp/thread}
        kill_server
        await_end
        [ "$status" -eq 4 ]
        [[ $stderr != *client-died* && $stderr == *'whole rows in'* ]]
        far_is_clean
        rm -r results
    done
}

@test "slow cloud: a disk that fills up there ends the run, which keeps its samples" {
    begin_deploy --set transport=udp --set server=udp --set timeout_s=1
    not far sh -c 'head -c 30m /dev/zero >/tmp/fill' 2>/dev/null
    await_end
    far rm /tmp/fill
    expect_error 5 results-no-space
    [[ $stderr == *'on 10.9.2.2: '*'No space left'*'make room there'*'whole rows in'* ]]
    within 5 far_is_clean
    run "$bin/harness" verify --allow-partial results/*.partial
    expect_status 0
}

# Longer than the server there waits for a sign of life.
@test "slow cloud: a name service that takes half a minute ends nothing" {
    [[ $bin != *san-* ]] || skip "a slow name service: on programs without a sanitizer"
    export SLOW_NAME=$far_address SLOW_NAME_S=25 SLOW_NAME_AT=2
    LD_PRELOAD=$bin/../tests/slow_name.so run --separate-stderr deploy
    expect_status 0
    # It was asked between the start of the server and that of the client.
    awk -v least=25000 '/"elapsed_s"/ { gsub(/[^0-9.]/, ""); if ($0 * 1000 >= least) found = 1 }
        END { exit !found }' "${lines[-1]}/environment.json"
}

# Who asks slowly will ask again while the server there lives.
@test "slow cloud: a slow name service makes the server there live longer" {
    [[ $bin != *san-* ]] || skip "a slow name service: on programs without a sanitizer"
    local at lives=()
    for at in 0 1; do
        SLOW_NAME=$far_address SLOW_NAME_S=4 SLOW_NAME_AT=$at LD_PRELOAD=$bin/../tests/slow_name.so \
            run --separate-stderr deploy
        expect_status 0
        lives+=("$(sed -n 's/.*opened tcp port.* for \([0-9]*\) s at most.*/\1/p' "${lines[-1]}/manifest.json")")
    done
    [ "${lives[1]}" -ge $((lives[0] + 20)) ]
}
