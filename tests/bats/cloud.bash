# shellcheck shell=bash
# For tests of a server on another host, after `load helper`: a cloud (see
# tests/cloud/cloud.sh) for the whole file, and near and far in it.  After each
# test nothing may be left on the far host.
# shellcheck disable=SC2154,SC2034,SC2016 # of helper.bash; for tests; for inner shells

far_address=10.9.2.2

setup_file() {
    local tool
    for tool in sshd nft unshare nsenter ip ssh ssh-keygen; do
        PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null ||
            skip "cloud: needs $tool: sh setup.sh --dev"
    done
    if ((EUID != 0)) || ! unshare --net --mount --pid --fork true 2>/dev/null; then
        skip 'cloud: network namespaces are not permitted here'
    fi
    [[ -e $bin/../share/echolab/static/echo-server ]] ||
        skip 'cloud: needs the static servers: make static'
    PATH=$PATH:/usr/sbin sh "$root/tests/cloud/cloud.sh" sh -c \
        'echo "$CLOUD_FAR $CLOUD_WORK $CLOUD_ROUTER" >"$1"; mv "$1" "$2"; exec sleep infinity' \
        sh "$BATS_FILE_TMPDIR/new" "$BATS_FILE_TMPDIR/cloud" \
        >"$BATS_FILE_TMPDIR/log" 2>&1 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/pid"
    within 30 test -e "$BATS_FILE_TMPDIR/cloud" || cat "$BATS_FILE_TMPDIR/log" >&2
}

teardown_file() {
    local pid
    [[ -e $BATS_FILE_TMPDIR/pid ]] || return 0
    pid=$(<"$BATS_FILE_TMPDIR/pid")
    kill "$pid" && within 10 has_ended "$pid"
}

setup() {
    common_setup
    local shell
    shell=$(<"$BATS_FILE_TMPDIR/pid")
    read -r far_pid work router_pid <"$BATS_FILE_TMPDIR/cloud"
    near_pid=$(child "$(child "$shell")")
    far nft list ruleset >rules_before
}

# Whatever a test did: nothing of ours is left on the far host within 5 s.
teardown() {
    local verdict=0
    within 5 far_is_clean || {
        echo 'left on the far host:' >&2
        far_processes >&2
        far ls -lA /tmp >&2
        far nft list ruleset | diff rules_before - >&2
        verdict=1
    }
    common_teardown && return "$verdict"
}

# child PID: its first one.
child() { cut -d ' ' -f 1 "/proc/$1/task/$1/children"; }

# near, far COMMAND...: runs it on that host.
# nsenter ends by the signal that ended its child, unless it was told to ignore it,
# as a shell tells what it starts in the background.
near() {
    env --default-signal=INT nsenter -t "$near_pid" -n -m -p -- \
        sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$@"
}
far() { near nsenter -t "$far_pid" -n -m -- "$@"; }

# All that runs there but for what the cloud itself consists of.
far_processes() {
    near sh -c '
        net=$(readlink "/proc/$1/ns/net")
        for p in /proc/[0-9]*; do
            [ "$(readlink "$p/ns/net")" = "$net" ] || continue
            tr "\0" " " <"$p/cmdline"
            echo
        done' sh "$far_pid" | grep -v -e '^sleep infinity' -e '^sshd: .*\[listener\]' -e '^$'
}

far_is_clean() {
    [[ -z $(far_processes) && -z $(far ls -A /tmp) ]] &&
        far nft list ruleset | cmp -s rules_before -
}

# deploy ARG...: a short run on the far host.  Each has a parent folder of its
# own: two in one second would have the same name.
deploy() { deploy_scenario "$root/scenarios/remote_rate.json" --set duration_s=0.3 "$@"; }
deploy_scenario() {
    local scenario=$1
    shift
    near timeout -k 2 60 "$bin/harness" run "$scenario" --host "root@$far_address" \
        --out "$(mktemp -d results.XXXX)" "$@"
}
nothing_is_kept() { [[ -z $(find results.* -mindepth 1) ]]; }

# begin_deploy [ARG]...: the same in the background, until the server there
# listens and load is under way; $harness, $ssh are their process ids here.
begin_deploy() {
    near "$bin/harness" run "$root/scenarios/remote_rate.json" \
        --host "root@$far_address" --set duration_s=20 "$@" >out 2>err 3>&- 4>&- &
    started+=("$!")
    waiting=$!
    within 20 samples_exist || return
    harness=$(pid_of harness) ssh=$(pid_of ssh)
}
# await_end: of what begin_deploy began; sets $status and $stderr.
await_end() {
    status=0
    wait "$waiting" || status=$?
    stderr=$(<err)
}
samples_exist() { [[ -n $(find results -name messages.csv -size +100k 2>/dev/null) ]]; }

# pid_of NAME: of the one process of this test that is called so.
pid_of() {
    local p
    for p in $(marked_pids); do
        [[ $(<"/proc/$p/comm") != "$1" ]] || echo "$p"
    done
}

# stall PROGRAM [N]: that program stands still there when it is next called, or
# the Nth time.  stalled: it does.  go_on PROGRAM: it may, and is as before.
stall() {
    far sh -c 'cat >"/run/sshd/bin/$1" <<END
#!/bin/sh
calls=0
[ ! -e $2.calls ] || read -r calls <$2.calls
echo "\$((calls + 1))" >$2.calls
if [ "\$calls" -eq $(($3 - 1)) ]; then
    : >$2
    until [ -e $2.go ]; do sleep 0.1; done
fi
exec $(command -v "$1") "\$@"
END
        chmod 755 "/run/sshd/bin/$1"' sh "$1" /run/sshd/reached "${2-1}"
}
stalled() { far test -e /run/sshd/reached; }
go_on() {
    far touch /run/sshd/reached.go
    within 5 far_is_clean
    far sh -c 'rm -f /run/sshd/reached* "/run/sshd/bin/$1"' sh "$1"
}

# cut_at PROGRAM[:N] [ARG]...: a deploy with ARG whose ssh is killed while
# PROGRAM runs there, the Nth time; sets $status and $stderr.
cut_at() {
    local step=${1%:*} call=${1#*:}
    stall "$step" "${call/"$step"/1}"
    deploy --set repeat=1 "${@:2}" >out 2>err 3>&- 4>&- &
    waiting=$!
    within 30 stalled
    kill -KILL "$(pid_of ssh)"
    await_end
    go_on "$step"
}
