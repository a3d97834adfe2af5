#!/usr/bin/env bats
# What takes long against the cloud of tests/cloud/cloud.sh: ssh cut at every
# step, and a network that fails without a word.
# shellcheck disable=SC2154 # set by cloud.bash
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

server_is_gone() {
    [[ -z $(far_processes | sed "/^sshd: /d") && -z $(far ls -A /tmp) ]] &&
        far nft list ruleset | cmp -s rules_before -
}

# Longer than ssh and the server's input may be silent.
@test "slow cloud: a network that fails ends both sides" {
    begin_deploy
    near nsenter -t "$router_pid" -n -- nft \
        'add table inet cut; add chain inet cut f { type filter hook forward priority 0; policy drop; }'
    await_end
    expect_error 4 ssh-lost
    [[ $stderr == *'not responding'*'whole rows in'* ]]
    within 30 server_is_gone
    # Only sshd itself does not know: it waits for answers to what it sent.
    near nsenter -t "$router_pid" -n -- nft delete table inet cut
    within 120 far_is_clean
}
