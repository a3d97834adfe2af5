# shellcheck shell=sh disable=SC2154 # set by read, by name
# What harness/deploy.c has run on another host: take a server over stdin, open
# its port where that is in our hands, run it until stdin ends, send back what
# it wrote, and leave nothing behind.
#
# It comes in over stdin and is evaluated by sh, so that nothing of it has to
# pass a login shell.  Any POSIX sh will do.  It says what it does in lines
# "ECHOLAB WORD ..."; what comes before the first of them is noise (banners, a
# talkative .bashrc), what comes between `run` and the next is the server's.
#
# The input: transport, port, lifetime in seconds, who is let in (operator: from
# where ssh comes; any; ADDRESS[/BITS]), bytes of the program, number of its
# arguments, these, each on a line; then the program; then an empty line every
# few seconds, until it is to end.

# An output that nobody reads any more must not keep us from cleaning up.
trap '' HUP PIPE
trap clean_up EXIT
trap 'exit 143' INT TERM
dir='' leases='' as_root='' injected='' served=''

fail() {
    say "fail $*"
    exit 7
}

# ---- the port ----

# Never with our stdin: sudo would take from it.
nft_there() { $as_root nft "$@" </dev/null; }
nft_take() { $as_root nft -f -; }

# The base chains that filter what comes in, as "FAMILY TABLE CHAIN".
input_chains() {
    nft_there list chains 2>/dev/null | awk '
        $1 == "table" { family = $2; table = $3 }
        $1 == "chain" { chain = $2 }
        /type filter hook input / { print family, table, chain }'
}

may_use_nft() {
    case $source in
    '' | *[!0-9a-fA-F.:/]*) why='the address of the operator is not known' ;;
    *) why='' ;;
    esac
    command -v nft >/dev/null || why='no nft there'
    if [ -z "$why" ] && [ "$(id -u)" -ne 0 ]; then
        as_root='sudo -n'
        nft_there list tables >/dev/null 2>&1 || why='neither root nor sudo without a password'
    fi
    [ -z "$why" ]
}

# lease FAMILY TABLE CHAIN: lets $source in, and nobody else.  The element
# ends by itself; a rule whose set is empty lets nobody in.  Where there is a
# set `echolab` already, the operator has a rule for it.
lease() {
    case $1/$source in
    inet/*:* | ip6/*:*) kind=ipv6_addr match=ip6 ;;
    inet/* | ip/*) kind=ipv4_addr match=ip ;;
    *) return ;;
    esac
    case $source in *:*) [ "$1" != ip ] ;; *) [ "$1" != ip6 ] ;; esac || return
    element="{ $transport . $port . $source timeout ${lifetime_s}s }"
    if nft_there list set "$1" "$2" echolab >/dev/null 2>&1; then
        # Not "add": one that is there already is another's, and ends with it.
        echo "create element $1 $2 echolab $element" | nft_take || return
        leases="$leases$1 $2 - echolab
"
    else
        set_name=echolab_$$
        nft_take <<END || return
add set $1 $2 $set_name { type inet_proto . inet_service . $kind ; flags timeout$ranges ; }
add element $1 $2 $set_name $element
insert rule $1 $2 $3 meta l4proto . th dport . $match saddr @$set_name accept
END
        leases="$leases$1 $2 $3 $set_name
"
    fi
    opened="${opened:+$opened, }$1 $2 $3"
}

open_port() {
    opened=''
    if ! may_use_nft; then
        say "firewall untouched: $why"
        return
    fi
    chains=$(input_chains)
    while read -r family table chain; do
        [ -z "$chain" ] || lease "$family" "$table" "$chain" 2>nft.log
    done <<END
$chains
END
    if [ -n "$opened" ]; then
        say "firewall opened $transport port $port for $source, for $lifetime_s s at most: $opened"
    elif [ -n "$chains" ]; then
        say "firewall untouched: nft refused: $(head -n 1 nft.log)"
    else
        say 'firewall untouched: nft filters nothing there'
    fi
}

# end_lease FAMILY TABLE CHAIN SET: what lease did, undone.
end_lease() {
    if [ "$3" = - ]; then
        nft_there delete element "$1" "$2" echolab "{ $transport . $port . $source }"
        return
    fi
    handle=$(nft_there -a list chain "$1" "$2" "$3" |
        sed -n "s/.*@$4 accept # handle \([0-9]*\)\$/\1/p")
    nft_there delete rule "$1" "$2" "$3" handle "$handle" &&
        nft_there delete set "$1" "$2" "$4"
}

close_port() {
    while read -r family table chain set_name; do
        [ -n "$set_name" ] || continue
        end_lease "$family" "$table" "$chain" "$set_name" 2>/dev/null ||
            say "left nft: set $set_name in $family $table; its element ends after $lifetime_s s"
    done <<END
$leases
END
    leases=''
}

# ---- the server ----

clean_up() {
    trap '' EXIT INT TERM
    close_port
    if [ -n "$dir" ]; then
        cd /
        rm -rf -- "$dir" || say "left rm -r $dir"
    fi
    dir=''
}

take_server() {
    find_folder || fail "folder $why"
    cd "$dir" || fail "folder $dir cannot be entered"
    why=$(limited 300 head -c "$size" 2>&1 >server)
    [ "$(($(wc -c <server)))" -eq "$size" ] ||
        fail "copy $(($(wc -c <server))) of $size bytes in $dir: $why"
    chmod 700 server
    version=$(./server --version 2>&1) || fail "start $version"
    say "version $version"
}

# limited SECONDS COMMAND...: over a network that failed nothing ever comes.
limited() {
    if command -v timeout >/dev/null; then
        timeout "$@"
    else
        shift
        "$@"
    fi
}

# ---- the way back ----

# Where the network failed, sshd does not know: it waits a quarter of an hour
# for answers to what we send.  It serves this one connection only, so when we
# hear nothing for another 10 s (each beat, and the end of stdin, is a word of
# the other side), it may go as well.
end_sshd_unless_heard() {
    read -r parent <"/proc/$PPID/comm" || return
    case $parent in sshd* | dropbear) command -v timeout >/dev/null || return ;; *) return ;; esac
    while :; do
        case $(timeout 10 head -c 1 <&3 && echo .) in
        .) return ;;
        '') break ;;
        esac
    done
    kill "$PPID"
}

# ---- the host ----

# fact NAME VALUE...: unless there is no value.
fact() { [ -z "${2-}" ] || say "fact $*"; }

# file_fact NAME FILE: its first line.
file_fact() {
    line=''
    [ ! -r "$2" ] || read -r line <"$2"
    fact "$1" "$line"
}

# info FILE NAME: the value of its first line "NAME : VALUE".
info() { sed -n "s/^$2[[:space:]]*:[[:space:]]*//p" "$1" 2>/dev/null | head -n 1; }

# Of all processors: one word, or "mixed"; nothing in most virtual machines.
governor() {
    found=''
    set +f
    for file in /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor; do
        one=''
        [ ! -r "$file" ] || read -r one <"$file"
        case $one/$found in "/$found" | "$found/$found") ;; */) found=$one ;; *) found=mixed ;; esac
    done
    set -f
    echo "$found"
}

# How many others want a processor now: the mean of ten looks.
wanting() {
    sum=0
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        sleep 0.01 2>/dev/null
        read -r _ _ _ running _ </proc/loadavg
        sum=$((sum + ${running%%/*} - 1))
    done
    echo "$((sum / 10)).$((sum % 10))"
}

# Ticks of all processors since this host was started: all, computing, taken
# by the host of a virtual machine.
ticks() {
    read -r _ user nice system idle wait irq soft steal _ </proc/stat
    computing=$((user + nice + system))
    echo "$((computing + idle + wait + irq + soft + steal)) $computing $steal"
}

# What went on since `before`: the server and all else that we have run is
# told by `times`, which must not be in a process of its own.
account() {
    times >"$dir/times"
    awk -v hz="$(getconf CLK_TCK 2>/dev/null || echo 100)" -v before="$before" -v now="$(ticks)" '
        { for (i = 1; i <= 2; i++) { split($i, at, /[ms]/); ours += 60 * at[1] + at[2] } }
        END {
            split(before, b); split(now, n)
            others = (n[2] - b[2]) / hz - ours
            if (others < 0)
                others = 0
            printf "processors_s %.2f\nothers_s %.2f\n", (n[1] - b[1]) / hz, others
            printf "steal_s %.2f\n", (n[3] - b[3]) / hz
        }' "$dir/times" | while read -r name value; do fact "$name" "$value"; done
}

describe_host() {
    read -r load _ </proc/loadavg
    cpus=$(grep -c '^processor' /proc/cpuinfo)
    fact system "$(uname -s)"
    fact kernel "$(uname -r)"
    fact machine "$(uname -m)"
    fact cpu "$(info /proc/cpuinfo 'model name')"
    fact cpus "$cpus"
    memory_kb=$(info /proc/meminfo MemTotal | sed 's/ .*//')
    fact memory_bytes "$((${memory_kb:-0} * 1024))"
    file_fact boot /proc/sys/kernel/random/boot_id
    fact governor "$(governor)"
    file_fact clocksource /sys/devices/system/clocksource/clocksource0/current_clocksource
    file_fact congestion_control /proc/sys/net/ipv4/tcp_congestion_control
    fact load_before "$load"
    fact others_wanting "$(wanting)"
    say "host $(uname -sr) $(uname -m), $cpus CPUs, load $load"
}

source=${SSH_CONNECTION%% *}
printf '\n'
look_for_tools
[ -z "$missing" ] || fail "tools missing there:$missing"
say "hello 1 $(uname -m)"
for name in transport port lifetime_s allow size count; do
    # shellcheck disable=SC2229 # the name of the variable
    IFS= read -r "$name" || exit 1
done
case $allow in
operator) ;;
any) case $source in *:*) source=::/0 ;; *) source=0.0.0.0/0 ;; esac ;;
*) source=$allow ;;
esac
case $source in */*) ranges=', interval' ;; *) ranges='' ;; esac
set -- --ip "$(case $source in *:*) echo :: ;; *) echo 0.0.0.0 ;; esac)"
count=$((count + 2))
while [ $# -lt "$count" ]; do
    IFS= read -r argument || exit 1
    set -- "$@" "$argument"
done
take_server
describe_host
open_port
before=$(ticks)
say run
./server "$@" --port "$port" --lifetime "$lifetime_s" --quiet --stdin-timeout 20
status=$?
say ended
read -r load _ </proc/loadavg
fact load_after "$load"
account
# All is undone before anything is sent, which may take long, or not succeed.
if [ -f injected.csv ]; then
    injected=$(($(wc -c <injected.csv)))
    exec 8<injected.csv
fi
if [ -f served.csv ]; then
    served=$(($(wc -c <served.csv)))
    exec 9<served.csv
fi
clean_up
exec 3<&0 # what runs in the background has no stdin
end_sshd_unless_heard >/dev/null 2>&1 8<&- 9<&- &
exec 3<&-
if [ -n "$injected" ]; then
    say "file injected.csv $injected"
    cat <&8
fi
if [ -n "$served" ]; then
    say "file served.csv $served"
    cat <&9
fi
say "end $status"
# Our end would close the stdin to which it listens; a server that failed has
# told that to somebody who is there.
[ "$status" -ne 0 ] || wait
exit "$status"
