#!/bin/sh
# A cloud on one machine: cloud.sh COMMAND [ARG]...
# runs COMMAND on a host from which ssh leads, over a router, to another one:
#
#     near 10.9.1.2 --- 10.9.1.1 router 10.9.2.1 --- 10.9.2.2 far
#
# and the same with fd09:1:: and fd09:2::.  With CLOUD_DELAY_MS the line between
# router and far host is that long: long_line.c holds back every packet, so long
# in each direction, and whoever asks (connect, trace, ping, UDP) sees that.
# The far host has a real sshd with keys of its own, and a firewall (nftables)
# that lets in ssh and nothing else.  All three are network namespaces; when
# COMMAND ends, all that was started in them ends too.  Needs root.
#
#     sudo tests/cloud/cloud.sh build/bin/harness run scenarios/remote_rate.json --host root@10.9.2.2
#     sudo CLOUD_DELAY_MS=19 tests/cloud/cloud.sh sh   # commands of your own, over the lab's distance
#
# COMMAND finds in $CLOUD_FAR a process of the far host:
#     nsenter -t "$CLOUD_FAR" -n -m nft list ruleset
# To the near host's ssh the far one is also `cloud`, and `behind` where it goes
# through the router as a jump host; `guest` is a user there who is not root.  What changes the far host, in its /run/sshd: programs in bin/
# come before the system's, or are all there is where `only` exists; what is in
# `noise` is printed at every login; a shell stands between sshd and the command
# where `between` exists.
set -eu

fail() {
    echo "cloud.sh: $1" >&2
    exit 1
}

# Once more, with a network, mounts and processes of our own.
if [ "${1-}" != --inside ]; then
    [ $# -gt 0 ] || fail 'usage: cloud.sh COMMAND [ARG]...'
    [ "$(id -u)" -eq 0 ] || fail 'needs root'
    work=$(mktemp -d)
    inside=''
    # Its first process takes all others with it.
    trap '[ -z "$inside" ] || kill -KILL "$inside" 2>/dev/null; rm -rf "$work"' EXIT
    trap 'exit 143' HUP INT TERM
    unshare --net --mount --pid --fork --kill-child --mount-proc \
        sh "$0" --inside "$work" "$@" &
    inside=$!
    wait "$inside" && status=0 || status=$?
    inside=''
    exit "$status"
fi
work=$2
shift 2

# host: starts a process with a network and mounts of its own; sets $pid.
host() {
    # shellcheck disable=SC2016 # for the inner shell
    unshare --net --mount sh -c 'ip link set lo up; echo >"$1"; exec sleep infinity' \
        sh "$work/$1" </dev/null >/dev/null 2>&1 &
    pid=$!
    until [ -e "$work/$1" ]; do sleep 0.02; done
}

# The line between router and far host: router1 and far0.
lay_line() {
    if [ -z "${CLOUD_DELAY_MS-}" ]; then
        on "$router" "ip link add router1 type veth peer name far0 netns $far"
        return
    fi
    "${CC:-cc}" -O2 -o "$work/long_line" "$(dirname "$0")/long_line.c" ||
        fail 'the long line needs a C compiler'
    "$work/long_line" "$CLOUD_DELAY_MS" "/proc/$router/ns/net" router1 \
        "/proc/$far/ns/net" far0 >"$work/line" 2>&1 </dev/null &
    until [ -s "$work/line" ]; do sleep 0.02; done
    grep -qx ready "$work/line" || fail "no long line: $(cat "$work/line")"
}

on() { nsenter -t "$1" -n -m -- sh -euc "$2"; }

ip link set lo up
host router
router=$pid
host far
far=$pid
ip link add near0 type veth peer name router0 netns "$router"
ip addr add 10.9.1.2/24 dev near0
ip addr add fd09:1::2/64 dev near0 nodad
ip link set near0 up
ip route add default via 10.9.1.1
ip route add default via fd09:1::1
lay_line
on "$router" "
    ip addr add 10.9.1.1/24 dev router0
    ip addr add 10.9.2.1/24 dev router1
    ip addr add fd09:1::1/64 dev router0 nodad
    ip addr add fd09:2::1/64 dev router1 nodad
    ip link set router0 up
    ip link set router1 up
    # All three probes of a trace, not one in a second.
    echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
    echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"

ssh-keygen -q -t ed25519 -N '' -f "$work/key"
# Its files are in memory of its own, so that none outlives it.
on "$far" "
    ip addr add 10.9.2.2/24 dev far0
    ip addr add fd09:2::2/64 dev far0 nodad
    ip link set far0 up
    ip route add default via 10.9.2.1
    ip route add default via fd09:2::1
    mkdir -p /run/sshd
    mount -t tmpfs -o mode=755 tmpfs /run/sshd
    cp '$work/key.pub' /run/sshd/authorized
    mount -t tmpfs -o mode=1777,size=16m tmpfs /tmp
    mkdir /run/sshd/bin
    ssh-keygen -q -t ed25519 -N '' -f /run/sshd/host_key
    nft add table inet filter
    nft add chain inet filter input '{ type filter hook input priority 0; policy drop; }'
    nft add rule inet filter input iif lo accept
    nft add rule inet filter input meta l4proto '{ icmp, ipv6-icmp }' accept
    nft add rule inet filter input tcp dport 22 accept
    echo 'Nobody is here without leave.' >/run/sshd/banner
    { cat /etc/passwd; echo 'guest:x:61234:61234::/tmp:/bin/sh'; } >/run/sshd/passwd
    mount --bind /run/sshd/passwd /etc/passwd
    cat >/run/sshd/login <<'END'
#!/bin/sh
PATH=/run/sshd/bin:\$PATH
[ ! -e /run/sshd/only ] || PATH=/run/sshd/bin
[ ! -f /run/sshd/noise ] || cat /run/sshd/noise
[ ! -e /run/sshd/between ] || { sh -c \"\$SSH_ORIGINAL_COMMAND\"; exit; }
exec sh -c \"\$SSH_ORIGINAL_COMMAND\"
END
    chmod 755 /run/sshd/login
    cat >/run/sshd/config <<'END'
ListenAddress 10.9.2.2
ListenAddress fd09:2::2
HostKey /run/sshd/host_key
AuthorizedKeysFile /run/sshd/authorized
ForceCommand /run/sshd/login
Banner /run/sshd/banner
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
PidFile none
END
    /usr/sbin/sshd -D -e -f /run/sshd/config >/run/sshd/log 2>&1 </dev/null &
    cat /run/sshd/host_key.pub" >"$work/host_key.pub"
on "$router" "
    mkdir -p /run/sshd
    mount -t tmpfs -o mode=755 tmpfs /run/sshd
    ssh-keygen -q -t ed25519 -N '' -f /run/sshd/host_key
    /usr/sbin/sshd -D -f /dev/null -o ListenAddress=10.9.1.1 -o HostKey=/run/sshd/host_key \\
        -o AuthorizedKeysFile='$work/key.pub' -o PermitRootLogin=prohibit-password \\
        -o StrictModes=no -o PidFile=none >'$work/jump.log' 2>&1 </dev/null &
    cat /run/sshd/host_key.pub" >"$work/jump_key.pub"
read -r kind key _ <"$work/host_key.pub"
for name in 10.9.2.2 fd09:2::2; do
    echo "$name $kind $key"
done >"$work/known_hosts"
read -r kind key _ <"$work/jump_key.pub"
echo "10.9.1.1 $kind $key" >>"$work/known_hosts"

# The near host's ssh knows this one key and host, and nothing of the machine's.
mkdir "$work/config.d"
cat >"$work/config.d/cloud.conf" <<END
IdentityFile $work/key
IdentitiesOnly yes
IdentityAgent none
UserKnownHostsFile $work/known_hosts
GlobalKnownHostsFile none
UpdateHostKeys no
Host cloud
    HostName 10.9.2.2
    HostKeyAlias 10.9.2.2
    User root
Host behind
    HostName 10.9.2.2
    HostKeyAlias 10.9.2.2
    User root
    ProxyJump root@10.9.1.1
END
chmod -R go-w "$work/config.d"
mount --bind "$work/config.d" /etc/ssh/ssh_config.d

tries=0
until ssh -oBatchMode=yes 10.9.2.2 true 2>"$work/ssh.log"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "no ssh to the far host: $(cat "$work/ssh.log")"
    sleep 0.1
done

CLOUD_WORK=$work CLOUD_FAR=$far CLOUD_ROUTER=$router
export CLOUD_WORK CLOUD_FAR CLOUD_ROUTER
"$@"
