#!/usr/bin/env bats
# What takes long against the cloud of tests/cloud/cloud.sh: ssh cut at every
# step, and a network that fails without a word.
# shellcheck disable=SC2154,SC2016 # set by cloud.bash; for inner shells
load ../bats/helper
load ../bats/cloud

@test "slow cloud: ssh cut at every step before the load" {
    local step
    for step in uname head mktemp wc chmod grep awk nft id; do
        cut_at "$step"
        expect_error 7 ssh-failed
    done
    nothing_is_kept
}

@test "slow cloud: ssh cut at every step after the load" {
    local step
    for step in wc cat rm; do
        cut_at "$step" --set transport=udp --set server=udp --set timeout_s=1
        [ "$status" -ne 0 ]
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

# Longer than the server there waits for a sign of life.
@test "slow cloud: a name service that takes half a minute ends nothing" {
    [[ $bin != *san-* ]] || skip "a slow name service: on programs without a sanitizer"
    export SLOW_NAME=$far_address SLOW_NAME_S=25
    LD_PRELOAD=$bin/../tests/slow_name.so run --separate-stderr deploy
    expect_status 0
    # It was asked between the start of the server and that of the client.
    awk -v least=25000 '/"elapsed_s"/ { gsub(/[^0-9.]/, ""); if ($0 * 1000 >= least) found = 1 }
        END { exit !found }' "${lines[-1]}/environment.json"
}
