# shellcheck shell=sh disable=SC2154 # set by read
# What harness/doctor_login.c has run on another host: see whether a server of
# ours could be taken there.  Changes nothing but for an empty folder that it
# makes and removes.
#
# It comes over stdin as far.sh does, reads one line with a port, and says what
# it sees in lines "ECHOLAB WORD ...", the last of them "end".
as_root=''

# Where the server is put: can a program be run there, how much room is there?
folder() {
    find_folder || {
        say "folder none $why"
        return
    }
    rm -rf -- "$dir"
    say "folder fine $parent"
    say "room $(df -Pk "$parent" 2>/dev/null | awk 'NR == 2 { print $4 }')"
}

rights() {
    if [ "$(id -u)" -eq 0 ]; then
        say 'rights root'
    elif sudo -n true </dev/null >/dev/null 2>&1; then
        as_root='sudo -n'
        say 'rights sudo'
    else
        say 'rights none'
    fi
}

firewall() {
    if ! command -v nft >/dev/null; then
        say 'nft missing'
    elif ! chains=$($as_root nft list chains 2>/dev/null </dev/null); then
        say 'nft refused'
    else
        say "nft $(printf '%s\n' "$chains" | grep -c 'hook input')"
    fi
}

# Sockets of the kernel's tables that listen at the port, by their address.
listeners() {
    hex=$(printf '%04X' "$port")
    for table in tcp tcp6; do
        awk -v port="$hex" '$4 == "0A" && split($2, at, ":") == 2 && at[2] == port {
            print (at[1] ~ /^0*$/ ? "any" : at[1] ~ /7F$|^0*01000000$/ ? "loopback" : "one") }' \
            "/proc/net/$table" 2>/dev/null
    done | while read -r where; do say "listens $where"; done
}

# What far.sh ends when nothing more is heard: see there.
session() {
    parent=''
    [ ! -r "/proc/$PPID/comm" ] || read -r parent <"/proc/$PPID/comm"
    command -v timeout >/dev/null || parent=''
    say "session $parent"
}

printf '\n'
say "hello 1 $(uname -m)"
IFS= read -r port || exit 1
case $port in '' | *[!0-9]*) exit 1 ;; esac
say "clock $(date +%s)"
look_for_tools
say "missing$missing"
[ -n "$missing" ] || folder # it could not be removed
rights
firewall
listeners
session
say "descriptors $(sed -n 's/^Max open files *\([0-9a-z]*\).*/\1/p' /proc/self/limits)"
read -r load _ </proc/loadavg
say "load $load $(grep -c '^processor' /proc/cpuinfo)"
say end
