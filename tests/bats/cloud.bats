#!/usr/bin/env bats
# A server on another host: taken there over ssh, used, and gone again.  The
# other host is a network namespace with a real sshd and a closed firewall, see
# tests/cloud/cloud.sh.
# shellcheck disable=SC2016,SC2317 # for inner shells; within calls
load helper

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
        'echo "$CLOUD_FAR $CLOUD_WORK" >"$1"; mv "$1" "$2"; exec sleep infinity' \
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
    read -r far_pid work <"$BATS_FILE_TMPDIR/cloud"
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
deploy() {
    near timeout -k 2 30 "$bin/harness" run "$root/scenarios/remote_rate.json" \
        --host "root@$far_address" --set duration_s=0.3 --out "$(mktemp -d results.XXXX)" "$@"
}
nothing_is_kept() { [[ -z $(find results.* -mindepth 1) ]]; }

# begin_deploy: the same in the background, until the server there
# listens and load is under way; $harness, $ssh are their process ids here.
begin_deploy() {
    near "$bin/harness" run "$root/scenarios/remote_rate.json" \
        --host "root@$far_address" --set duration_s=20 >out 2>err 3>&- 4>&- &
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

@test "cloud: one command, a whole folder, and nothing left behind" {
    run --separate-stderr deploy
    expect_status 0
    local dir=${lines[-1]}
    run "$bin/harness" verify "$dir"
    expect_status 0
    grep -q '"deployed":.*true' "$dir/manifest.json"
    grep -q "opened tcp port 2333 for 10.9.1.2, .*; closed again" "$dir/manifest.json"
    grep -qx 'listening tcp 0.0.0.0:2333' "$dir"/*/1/server.log
    grep -q '^served connections=' "$dir"/*/1/server.log
    far_is_clean
    # The port is closed again: silence, not a refusal.
    run near timeout 1 bash -c "exec 3<>/dev/tcp/$far_address/2333"
    expect_status 124
}

@test "cloud: datagrams lost on purpose there, and the files that tell" {
    run --separate-stderr deploy --set transport=udp --set server=udp --set loss.p=0.2
    expect_status 0
    local dir=${lines[-1]} case_dir
    case_dir=$(echo "$dir"/udp-*/1)
    [ "$(wc -l <"$case_dir/injected.csv")" -gt 1 ]
    [ "$(wc -l <"$case_dir/served.csv")" -gt 1 ]
    grep -qE '"missed":\s*0' "$dir/manifest.json"
    run "$bin/harness" verify "$dir"
    expect_status 0
    far_is_clean
}

@test "cloud: two runs, each with a server of its own" {
    run --separate-stderr deploy --set repeat=2
    expect_status 0
    [ "$(grep -l '^ECHOLAB end 0' "${lines[-1]}"/*/*/server.log | wc -l)" -eq 2 ]
}

@test "cloud: a set that the operator has made for us is used, and no rule added" {
    far nft add set inet filter echolab \
        '{ type inet_proto . inet_service . ipv4_addr; flags timeout; }'
    far nft insert rule inet filter input meta l4proto . th dport . ip saddr @echolab accept
    far nft list ruleset >rules_before
    begin_deploy
    far nft list set inet filter echolab | grep -q 'tcp . 2333 . 10.9.1.2 timeout'
    [ "$(far nft list ruleset | grep -c accept)" -eq "$(grep -c accept rules_before)" ]
    kill -INT "$harness"
    await_end
    within 5 far_is_clean
    far nft flush chain inet filter input
    far nft delete set inet filter echolab
    far sh -c 'nft add rule inet filter input iif lo accept
        nft add rule inet filter input ip protocol icmp accept
        nft add rule inet filter input tcp dport 22 accept'
    far nft list ruleset >rules_before
}

@test "cloud: a host key that is not known, and one that has changed" {
    cp "$work/known_hosts" known_hosts
    : >"$work/known_hosts"
    run --separate-stderr deploy
    sed "s/ssh-ed25519 .*/$(cut -d ' ' -f 1,2 "$work/key.pub" | sed 's,/,\\/,g')/" \
        known_hosts >"$work/known_hosts"
    expect_error 7 ssh-host-unknown
    [[ $stderr == *"ssh-keyscan $far_address | ssh-keygen -lf -"* ]]
    run --separate-stderr deploy
    cp known_hosts "$work/known_hosts"
    expect_error 7 ssh-host-changed
    [[ $stderr == *"ssh-keygen -R $far_address"* ]]
    nothing_is_kept
}

@test "cloud: another kind of machine is told before anything is copied" {
    far sh -c 'printf "#!/bin/sh\necho mips64\n" >/run/sshd/bin/uname; chmod 755 /run/sshd/bin/uname'
    run --separate-stderr deploy
    far rm /run/sshd/bin/uname
    expect_error 7 far-architecture
    [[ $stderr == *mips64* ]]
}

@test "cloud: what the login prints is passed over, up to a limit" {
    far sh -c 'printf "ECHOLA\nWelcome\033[31m to the cloud, no newline at the end" >/run/sshd/noise'
    run --separate-stderr deploy
    far sh -c 'head -c 200000 /dev/zero >/run/sshd/noise'
    expect_status 0
    run --separate-stderr deploy
    far rm /run/sshd/noise
    expect_error 7 far-noise
}

@test "cloud: without nft there, the port is filtered, and who can open it told" {
    far sh -c 'mkdir /run/sshd/none; mount --bind /dev/null "$(readlink -f /usr/sbin/nft)"'
    run --separate-stderr deploy
    far sh -c 'umount "$(readlink -f /usr/sbin/nft)"; rmdir /run/sshd/none'
    expect_error 3 port-filtered
    [[ $stderr == *'no nft there'*'security group'* ]]
    nothing_is_kept
}

@test "cloud: a full disk there" {
    far mount -o remount,size=64k /tmp
    run --separate-stderr deploy
    far mount -o remount,size=16m /tmp
    expect_error 7 far-copy
    [[ $stderr == *'No space left'* ]]
}

@test "cloud: a port that is taken there" {
    need socat
    far socat -dd TCP-LISTEN:2333 PIPE 2>there 3>&- 4>&- &
    started+=("$!")
    within 5 grep -q listening there
    run --separate-stderr deploy
    kill "$(pid_of socat)"
    expect_error 6 address-in-use
}

@test "cloud: ssh cut in the middle keeps the samples" {
    begin_deploy
    [ -n "$(far ls -A /tmp)" ]
    kill -KILL "$ssh"
    await_end
    expect_error 4 ssh-lost
    [[ $stderr == *'whole rows in'* ]]
    run "$bin/harness" verify --allow-partial results/*.partial
    within 5 far_is_clean
}

# The far host stands still at one step, and tells when it is there.
@test "cloud: ssh cut while the server is taken there, at each step" {
    for step in uname getconf nft; do
        far sh -c 'printf "#!/bin/sh\n[ -e $2 ] || { : >$2; until [ -e $2.go ]; do sleep 0.1; done; }\nexec %s \"\$@\"\n" "$(command -v "$1")" >"/run/sshd/bin/$1"
            chmod 755 "/run/sshd/bin/$1"' sh "$step" /run/sshd/reached
        deploy --set repeat=1 >out 2>err 3>&- 4>&- &
        waiting=$!
        within 20 far test -e /run/sshd/reached
        kill -KILL "$(pid_of ssh)"
        await_end
        far touch /run/sshd/reached.go
        within 5 far_is_clean
        far rm /run/sshd/reached.go "/run/sshd/bin/$step" /run/sshd/reached
        expect_error 7 ssh-failed
    done
    nothing_is_kept
}

@test "cloud: a server of another version is not started" {
    mkdir -p tree/bin tree/share/echolab/static
    cp "$bin"/{harness,echo-server,echo-rate} tree/bin
    ln -s "$root/deploy" tree/share/echolab/
    printf '#!/bin/sh\necho "echo-server (echolab) 0.0.1"\n' >tree/share/echolab/static/echo-server
    bin=$T/tree/bin run --separate-stderr deploy
    expect_error 8 version-mismatch
    [[ $stderr == *'0.0.1'* ]]
    nothing_is_kept
}

@test "cloud: Ctrl-C, and the death of the harness itself" {
    begin_deploy
    kill -INT "$harness"
    await_end
    expect_status 130
    far_is_clean
    rm -r results
    begin_deploy
    kill -KILL "$harness"
    await_end
    within 5 far_is_clean
}

@test "cloud: nothing that could be an option or a command becomes a host" {
    local host
    for host in -oProxyCommand=x a@-oProxyCommand=x -v@h 'a b@h' 'a@h;id' \
        'a@$(id)' 'A@h' '@h' 'a@' 'a@h@i' $'a@h\nx' a@fe80::1%lo; do
        run --separate-stderr "$bin/harness" run "$root/scenarios/remote_rate.json" "--host=$host"
        expect_status 2
    done
    [ ! -e results ]
}
