#!/usr/bin/env bats
# A server on another host: taken there over ssh, used, and gone again.  The
# other host is a network namespace with a real sshd and a closed firewall, see
# tests/cloud/cloud.sh.
# shellcheck disable=SC2016,SC2317 # for inner shells; within calls
load helper
load "$root/tests/bats/cloud"

@test "cloud: one command, a whole folder, and nothing left behind" {
    run --separate-stderr deploy --set repeat=2
    expect_status 0
    local dir=${lines[-1]}
    run "$bin/harness" verify "$dir"
    expect_status 0
    grep -q '"deployed":.*true' "$dir/manifest.json"
    sed -n '/"server_host"/,/}/p' "$dir/environment.json" | grep -q '"congestion_control":.*"[a-z]'
    grep -q "opened tcp port 2333 for 10.9.1.2, .*; closed again" "$dir/manifest.json"
    # Each run has a server of its own.
    for rep in 1 2; do
        grep -qx 'listening tcp 0.0.0.0:2333' "$dir"/*/$rep/server.log
        grep -q '^served connections=' "$dir"/*/$rep/server.log
        grep -q '^ECHOLAB end 0' "$dir"/*/$rep/server.log
    done
    far_is_clean
    # The port is closed again: silence, not a refusal.
    run near timeout 1 bash -c "exec 3<>/dev/tcp/$far_address/2333"
    expect_status 124
}

@test "cloud: datagrams lost on purpose there, and the files that tell" {
    # As another machine, on which others compute.
    far sh -c 'cd /run/sshd && echo other >boot && echo "9.00 0 0 4/9 9" >load &&
        mount --bind boot /proc/sys/kernel/random/boot_id && mount --bind load /proc/loadavg'
    run --separate-stderr deploy --set transport=udp --set server=udp --set timeout_s=0.5 --set loss.p=0.2
    far sh -c 'umount /proc/loadavg /proc/sys/kernel/random/boot_id && rm /run/sshd/load /run/sshd/boot'
    expect_status 0
    [[ $output == *'warning    load: 9.00 on 10.9.2.2 when the first run began'* ]]
    local dir=${lines[-1]} case_dir
    case_dir=$(echo "$dir"/udp-*/1)
    [ "$(wc -l <"$case_dir/injected.csv")" -gt 1 ]
    [ "$(wc -l <"$case_dir/served.csv")" -gt 1 ]
    grep -qE '"missed":\s*0' "$dir/manifest.json"
    sed -n '/"there"/,/}/p' "$dir/environment.json" | grep -q '"steal_s":.*[0-9]'
    run "$bin/harness" verify "$dir"
    expect_status 0
    far_is_clean
}

@test "cloud: a set that the operator has made for us is used, and no rule added" {
    cp rules_before at_first
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
    mv at_first rules_before
    { echo 'flush ruleset' && cat rules_before; } | far nft -f -
}

# far_enough COLUMN LEAST: stdin is CSV in which no value there is less, and one at least is.
far_enough() {
    awk -F , -v column="$1" -v least="$2" '
        NR > 1 && $column != "" { n++; less += $column < least }
        END { exit !n || less }'
}

@test "cloud: over a long line nothing comes sooner than it can" {
    local file
    # Each hop's times, a connection, and datagrams.
    cat >inside <<'END'
harness() { timeout -k 2 60 "$1/harness" "${@:2}"; }
harness "$1" trace 10.9.2.2:22 --csv four.csv --json >four.json
harness "$1" trace '[fd09:2::2]:22' --csv six.csv
harness "$1" run "$2/scenarios/remote_rate.json" --host root@10.9.2.2 --set duration_s=0.3 \
    --set transport=udp --set server=udp --set timeout_s=0.7
END
    CLOUD_DELAY_MS=20 run run_timed 120 sh "$root/tests/cloud/cloud.sh" bash -e inside "$bin" "$root"
    expect_status 0
    for file in four.csv six.csv; do
        grep -v '^1,' $file | far_enough 4 39900
    done
    [ "$(values connect_ns four.json)" -ge 39900000 ]
    cat results/*/udp-*/1/messages.csv | far_enough 6 39900000
}

@test "cloud: a host key that is not known, and one that has changed" {
    cp "$work/known_hosts" known_hosts
    : >"$work/known_hosts"
    run --separate-stderr deploy --host root@behind
    expect_error 7 ssh-host-unknown
    [[ $stderr == *'the host key of 10.9.1.1 is not known here'*'then say yes to: ssh root@behind'* ]]
    run --separate-stderr deploy
    sed "s/ssh-ed25519 .*/$(cut -d ' ' -f 1,2 "$work/key.pub" | sed 's,/,\\/,g')/" \
        known_hosts >"$work/known_hosts"
    expect_error 7 ssh-host-unknown
    [[ $stderr == *"ssh-keyscan $far_address | ssh-keygen -lf -"* ]]
    run --separate-stderr deploy
    cp known_hosts "$work/known_hosts"
    expect_error 7 ssh-host-changed
    [[ $stderr == *"ssh-keygen -R '$far_address'"* ]]
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

@test "cloud: an alias of the ssh configuration, no programs in /tmp, and IPv6" {
    # It goes into the home folder.
    far mount -o remount,noexec /tmp
    run --separate-stderr deploy --host cloud --set target.launch=ssh
    far mount -o remount,exec /tmp
    expect_status 0
    grep -q '"host":.*"cloud"' "${lines[-1]}/manifest.json"
    grep -q 'opened tcp port 2333 for 10.9.1.2, .*; closed again' "${lines[-1]}/manifest.json"
    run --separate-stderr deploy --host root@fd09:2::2
    expect_status 0
    grep -q 'opened tcp port 2333 for fd09:1::2, .*; closed again' "${lines[-1]}/manifest.json"
    grep -qx '2,fd09:2::2,3,[0-9]*,' "${lines[-1]}"/*/1/trace-after.csv
}

@test "cloud: behind a jump host the operator says whom to serve" {
    local table='inet filter'
    run --separate-stderr deploy --host root@behind --set timeout_s=0.5
    expect_error 3 port-filtered
    [[ $stderr == *'opened tcp port 2333 for 10.9.2.1, '*'; ssh goes there through ProxyJump root@'*'10.9.1.1'*', '*'--allow ADDRESS'* ]]
    # The way in is open, and the server itself does not serve us.
    far nft insert rule "${table[@]}" input tcp dport 2333 accept
    run --separate-stderr deploy --host root@behind --set timeout_s=0.5
    far nft delete rule "${table[@]}" input handle \
        "$(far nft -a list chain "${table[@]}" input | sed -n 's/.*dport 2333 accept # handle //p')"
    expect_error 3 address-refused
    [[ $stderr == *'it serves the one that ssh comes from'*'through ProxyJump'* ]]
    for allow in 10.9.1.2/24 any; do
        run --separate-stderr deploy --host root@behind --allow "$allow"
        expect_status 0
        grep -q "opened tcp port 2333 for ${allow/any/0.0.0.0/0}, .*; closed again" "${lines[-1]}/manifest.json"
        grep -q "\"allow\":.*\"$allow\"" "${lines[-1]}/manifest.json"
    done
}

@test "cloud: what clients show, and a server there" {
    cat >scenario.json <<'END'
{"version": 1, "name": "x", "mode": "transcript", "steps": [{"scene": "single"},
    {"client": "A", "start": "echo-client"}, {"client": "A", "say": "hi"},
    {"client": "A", "leave": "exit"}]}
END
    run --separate-stderr deploy_scenario scenario.json
    expect_status 0
    local dir=${lines[-1]}
    grep -qx 'From server > hi' "$dir"/*/1/client-A.txt
    [ ! -e "$(echo "$dir"/*/1)/server.txt" ]
    grep -q 'closed again' "$dir/manifest.json"
    run "$bin/harness" verify "$dir"
    expect_status 0
}

@test "cloud: a user who may not open the port is told what to do; with sudo it opens" {
    local shell=/run/sshd/shell
    run --separate-stderr deploy --host guest@cloud --set timeout_s=0.5
    expect_error 3 port-filtered
    [[ $stderr == *'neither root nor sudo without a password; open tcp port 2333'*'sudo -n nft'* ]]
    # Not sudo itself, but one that lets guest be root in the same way.
    far sh -c 'cp /bin/dash "$1"; chmod 4755 "$1"
        printf "#!/bin/sh\n[ \"\$1\" = -n ] || exit 1\nshift\nexec %s -p -c %s sh \"\$@\"\n" "$1" \
            "'"'"'exec setpriv --reuid 0 --regid 0 --clear-groups -- \"\$@\"'"'"'" >/run/sshd/bin/sudo
        chmod 755 /run/sshd/bin/sudo' sh "$shell"
    run --separate-stderr deploy --host guest@cloud
    far rm /run/sshd/bin/sudo "$shell"
    expect_status 0
    grep -q 'opened tcp port 2333 for 10.9.1.2, .*; closed again' "${lines[-1]}/manifest.json"
}

@test "cloud: a far host with busybox and nothing else" {
    need busybox
    local dir
    far sh -c 'cp "$(command -v busybox)" /run/sshd/bin/ && cd /run/sshd/bin &&
        for name in $(./busybox --list); do [ "$name" = busybox ] || ln -s busybox "$name"; done
        touch /run/sshd/only'
    run --separate-stderr deploy --set transport=udp --set server=udp --set timeout_s=0.5
    far sh -c 'rm -rf /run/sshd/bin /run/sshd/only; mkdir /run/sshd/bin'
    expect_status 0
    dir=${lines[-1]}
    [ "$(wc -l <"$(echo "$dir"/*/1)/served.csv")" -gt 1 ]
    grep -q '"kernel":.*"'"$(uname -r)" "$dir/environment.json"
    sed -n '/"there"/,/}/p' "$dir/environment.json" | grep -q '"others_s":.*[0-9]'
    grep -q '; closed again' "$dir/manifest.json"
}

@test "cloud: without nft there, the port is filtered, and who can open it told" {
    far sh -c 'mkdir /run/sshd/none; mount --bind /dev/null "$(readlink -f /usr/sbin/nft)"'
    run --separate-stderr deploy --set timeout_s=0.5
    far sh -c 'umount "$(readlink -f /usr/sbin/nft)"; rmdir /run/sshd/none'
    expect_error 3 port-filtered
    [[ $stderr == *'no nft there'*'security group'* ]]
    nothing_is_kept
}

# look ARG...: sets what `run` sets, and $text, the lines on the far host in one.
look() {
    run --separate-stderr near timeout -k 2 60 "$bin/harness" doctor --host "$@"
    text=$(sed -n '/ ssh: /,$p' <<<"$output" | tr -s ' \n' ' ')
}

@test "cloud: doctor finds a host that has all, by its alias" {
    look root@cloud
    [[ $output == *'alias: cloud is 10.9.2.2'* && $text != *' way: '* ]]
    [[ $text == 'ok ssh: cloud lets us in; '*'ok server: echo-server, version '*"($(uname -m))"* ]]
    [[ $text == *'ok tools there: all there'*'ok folder there: /tmp has room, 1'*' MiB, and runs programs'* ]]
    [[ $text == *'ok firewall there: a run may open its port as root; '* ]]
    [[ $text == *'ok port: 10.9.2.2 port 2333 is closed by nftables there, and a run opens it'* ]]
    [[ $text == *'ok session there: ends half a minute after the network'* ]]
    [[ $text == *'ok clocks: '*'ok limits there: '*' load there: '* ]]
}

@test "cloud: doctor says what is missing there, and what to do" {
    need socat
    far mount -o remount,noexec /tmp
    far touch /run/sshd/between
    far sh -c 'printf "#!/bin/sh\necho 9\n" >/run/sshd/bin/date; chmod 755 /run/sshd/bin/date'
    look guest@behind
    far mount -o remount,exec /tmp
    far rm /run/sshd/bin/date /run/sshd/between
    [[ $text == *'warn way: ssh goes there through ProxyJump '*' hint: harness run --allow'* ]]
    [[ $text == *'FAIL folder there: no program can be run in /tmp hint: is its disk full, '* ]]
    [[ $text == *'warn firewall there: a run may not change it: neither root nor sudo'*' hint: log in as root, or let sudo -n nft work'* ]]
    [[ $text == *'FAIL port: 10.9.2.2 port 2333 is filtered, and we may not open it hint: open it there'* ]]
    [[ $text == *'warn session there: when the network fails our server ends, but '*' hint: ClientAliveInterval 15 '* ]]
    [[ $text == *'warn clocks: that host is '*' s behind ours hint: '* ]]
    # Somebody has the port, and as in the lab for nobody else.
    far socat -dd TCP-LISTEN:2334,bind=127.0.0.1 PIPE 2>there 3>&- 4>&- &
    started+=("$!")
    within 5 grep -q listening there
    look root@10.9.2.2:2334
    kill "$(pid_of socat)"
    [[ $text == *'FAIL port: a server there has port 2334, and listens on 127.0.0.1 only hint: a server for others is started with --ip 0.0.0.0'* ]]
    run --separate-stderr "$bin/harness" doctor --host 'a b@h'
    expect_error 2 usage
}

@test "cloud: a user who may run nothing there, and tools that are missing" {
    # As the shell of /usr/sbin/nologin does.
    far sh -c 'cp /run/sshd/login /run/sshd/keep
        printf "#!/bin/sh\necho Not available.\nexit 1\n" >/run/sshd/login'
    run --separate-stderr deploy
    expect_error 7 ssh-failed
    [[ $stderr == *'10.9.2.2 let us in, but our sh there ended with status 1: Not available.'* ]]
    far sh -c 'printf "#!/bin/sh\nPATH=/run/sshd/bin\n%s\n" "$1" >/run/sshd/login
        for tool in sh head uname; do ln -s "$(command -v $tool)" /run/sshd/bin; done' sh \
        'exec sh -c "$SSH_ORIGINAL_COMMAND"'
    run --separate-stderr deploy
    far sh -c 'cat /run/sshd/keep >/run/sshd/login; rm -r /run/sshd/keep /run/sshd/bin/*'
    expect_error 7 far-tools
    [[ $stderr == *'missing there: awk cat '*' wc'* ]]
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
    far socat -dd TCP-LISTEN:2333,reuseaddr PIPE 2>there 3>&- 4>&- &
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

# At each of many steps: tests/slow/cloud.bats.
@test "cloud: ssh cut while the server is taken there" {
    cut_at nft
    expect_error 7 ssh-failed
    [[ $stderr == *'ssh to 10.9.2.2 ended with status 137: signal 9'* ]]
    nothing_is_kept
}

@test "cloud: ssh cut while results are fetched keeps the samples" {
    cut_at cat --set transport=udp --set server=udp --set timeout_s=0.5
    expect_error 4 ssh-lost
    [[ $stderr == *'whole rows in'* ]]
    run "$bin/harness" verify --allow-partial results.*/*.partial
    expect_status 0
    [ -z "$(find results.* -name served.csv)" ]
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

@test "cloud: the key of a run is nowhere to be seen, here or there" {
    mkdir bin
    ln -s "$bin"/echo-* bin
    rm bin/echo-rate
    cp "$bin/harness" bin
    ln -s "$(readlink -f "$bin/../share")" share
    # What measures is told the key, and looks for it on both hosts: they have
    # one /proc here.
    cat >bin/echo-rate <<END
#!/bin/sh
read -r key
echo "\$key" >"$BATS_TEST_TMPDIR/seen"
{
    grep -alsF -f "$BATS_TEST_TMPDIR/seen" /proc/[0-9]*/cmdline /proc/[0-9]*/environ
    nsenter -t $far_pid -m grep -raF -f - /tmp /run/sshd <"$BATS_TEST_TMPDIR/seen"
} >>"$T/found"
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' >>"$T/commands"
exec "$bin/echo-rate" "\$@" <<KEY
\$key
KEY
END
    chmod 755 bin/echo-rate
    bin=$T/bin deploy
    grep -qxE '[0-9a-f]{32}' "$BATS_TEST_TMPDIR/seen"
    [[ -e found && ! -s found ]]
    # It looked where the server ran.
    grep -q -- '--key-from-stdin .*--stdin-timeout' commands
    grep -q '"keyed":.*true' results.*/*/manifest.json
    not grep -raF -f "$BATS_TEST_TMPDIR/seen" results.*
}
