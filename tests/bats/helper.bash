# shellcheck shell=bash
# What every test file loads: `load helper` as its first line.
#
# A test file is run as tests/NAME.bats (a link, for `bats tests/`) or as
# tests/bats/NAME.bats, so BATS_TEST_DIRNAME is no base for other paths;
# $root and $bin are.
#
#   $root   the project's folder          $bin   the programs under test
#   $T      an empty folder of the test, and its working directory
#
# A file with a setup() or teardown() of its own calls common_setup and
# common_teardown in it.

bats_require_minimum_version 1.5.0

root=$(cd -P "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
bin=${ECHOLAB_BIN:-$root/build/bin}

setup() { common_setup; }
teardown() { common_teardown; }

common_setup() {
    if [[ ! -x $bin/echo-server ]]; then
        echo "no programs in $bin: run make first" >&2
        return 1
    fi
    T=$BATS_TEST_TMPDIR/work
    mkdir "$T"
    cd "$T" || return 1
    started=()
    export LC_ALL=C
    # Every process below this test carries the mark (see common_teardown);
    # what a sanitizer finds in any of them goes to files, and ends it with a
    # code that no program of ours uses.
    export ECHOLAB_TEST_MARK=$BATS_TEST_TMPDIR
    export ASAN_OPTIONS=exitcode=99:log_path=$BATS_TEST_TMPDIR/sanitizer
    export UBSAN_OPTIONS=print_stacktrace=1:$ASAN_OPTIONS
    export TSAN_OPTIONS=$ASAN_OPTIONS
}

# Ends what start_server started and holds what must be true after every test:
# no process of ours is left (and so no socket), no sanitizer had a word.
common_teardown() {
    local pid report verdict=0
    for pid in "${started[@]}"; do
        stop_pid "$pid" || verdict=1
    done
    if ! within 2 no_marked_process; then
        echo "processes left behind:" >&2
        # shellcheck disable=SC2046 # a list of numbers
        ps -o pid,ppid,stat,args -p $(marked_pids | paste -sd, -) >&2
        # shellcheck disable=SC2046
        kill -KILL $(marked_pids)
        verdict=1
    fi
    for report in "$BATS_TEST_TMPDIR"/sanitizer*; do
        [[ -e $report ]] || continue
        cat "$report" >&2
        verdict=1
    done
    return "$verdict"
}

# The processes that have the mark of this test in their environment.
marked_pids() {
    # shellcheck disable=SC2016 # for the inner shell
    env -u ECHOLAB_TEST_MARK sh -c \
        'grep -lzsx "ECHOLAB_TEST_MARK=$1" /proc/[0-9]*/environ | cut -d / -f 3' \
        sh "$BATS_TEST_TMPDIR"
}

no_marked_process() { [[ -z $(marked_pids) ]]; }

# within SECONDS COMMAND...: tries COMMAND until it succeeds, at most SECONDS.
within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS <= deadline)) || return 1
        sleep 0.02
    done
}

# A zombie that nobody has waited for yet has ended too.
has_ended() { ! grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/status"; }

# child_of PID PROGRAM: the pid of its child that runs PROGRAM.
child_of() { ps -o pid=,comm= --ppid "$1" | awk -v name="$2" '$2 == name { print $1 }'; }

# stop_pid PID: ends a process with TERM; fails when it took KILL.
stop_pid() {
    kill -TERM "$1" 2>/dev/null || return 0
    within 5 has_ended "$1" && return
    echo "process $1 did not end on SIGTERM" >&2
    kill -KILL "$1"
    return 1
}

# start_server PROGRAM [ARG]...: starts a server or relay of ours on a port of
# the kernel's choice and waits until it says that it listens.  Sets $port,
# $pid, $log (all it prints on stdout) and $errlog (its stderr).  Not under
# `run`, which would lose them.  Its stdin is the file $server_input, if set.
start_server() {
    local program=$1 name="$T/../server${#started[@]}" fd line
    shift
    log=$name.log errlog=$name.err
    mkfifo "$name.fifo"
    : >"$log"
    "$bin/$program" --port 0 "$@" <"${server_input:-/dev/null}" \
        >"$name.fifo" 2>"$errlog" 3>&- 4>&- &
    pid=$!
    started+=("$pid")
    exec {fd}<"$name.fifo"
    until [[ ${line-} =~ ^listening\ (tcp|udp)\ .*:([0-9]+)$ ]]; do
        if ! IFS= read -r -t 10 -u "$fd" line; then
            echo "$program did not listen within 10 s" >&2
            cat "$log" "$errlog" >&2
            return 1
        fi
        echo "$line" >>"$log"
    done
    # shellcheck disable=SC2034 # for the test
    port=${BASH_REMATCH[2]}
    cat <&"$fd" >>"$log" 3>&- 4>&- &
    exec {fd}<&-
}

# start_peer HELLO LOAD [SOCAT-OPTION...]: a peer of shell; sets $port.  HELLO is
# what it does on a connection that begins with a hello, LOAD on any other;
# $first is the four bytes that were read of it.  The file `load` has a line for
# each connection of the second kind.
start_peer() {
    local fd line=''
    need socat
    echo "$1" >on_hello
    echo "$2" >on_load
    shift 2
    cat >peer <<'END'
greet() { printf EL1W; dd bs=44 count=1 iflag=fullblock status=none; }
# The rest of the first message of 1000 bytes; one more; one, changed by SED.
rest() { printf %s "$first"; dd bs=996 count=1 iflag=fullblock status=none; }
one() { dd bs=1000 count=1 iflag=fullblock status=none; }
changed() { one >message; sed "$1" message; }
swallow() { cat >/dev/null; }
first=$(dd bs=4 count=1 iflag=fullblock status=none)
if [ "$first" = EL1H ]; then . ./on_hello; else echo >>load; . ./on_load; fi
END
    mkfifo said
    socat -dd "TCP-LISTEN:0,bind=127.0.0.1,fork$(printf ',%s' "$@")" 'EXEC:sh peer' 2>said 3>&- &
    started+=("$!")
    exec {fd}<said
    until [[ $line =~ listening\ on\ .*:([0-9]+)$ ]]; do
        read -r -t 10 -u "$fd" line || return
    done
    # shellcheck disable=SC2034 # for the test
    port=${BASH_REMATCH[1]}
    cat <&"$fd" >peer.log 3>&- &
    exec {fd}<&-
}

# run_timed SECONDS COMMAND...: for `run`; 124 when it took longer.
run_timed() {
    timeout -k 2 "$@"
}

# not COMMAND...: fails when COMMAND succeeds.  (After a plain `!` a test goes
# on whatever comes out.)
not() { ! "$@"; }

# expect_status CODE, after `run`.
expect_status() {
    # shellcheck disable=SC2154 # set by run
    [[ $status -eq $1 ]] && return
    printf 'exit code %s, want %s\nstdout: %s\nstderr: %s\n' \
        "$status" "$1" "$output" "${stderr-}" >&2
    return 1
}

# expect_error CODE ID, after `run --separate-stderr`: that exit code, and on
# stderr exactly one error line, of that id, with one hint.
expect_error() {
    expect_status "$1" || return
    local errors hints
    errors=$(grep -cE '^[a-z-]+: \([a-z0-9-]+\) .+' <<<"$stderr")
    hints=$(grep -c '^  hint: .' <<<"$stderr")
    [[ $errors -eq 1 && $hints -eq 1 ]] &&
        grep -qE "^[a-z-]+: \($2\) .+" <<<"$stderr" && return
    printf 'want one (%s) line with one hint on stderr, which is:\n%s\n' \
        "$2" "$stderr" >&2
    return 1
}

# values KEY FILE: what a JSON file of ours has for KEY, one a line.
values() { sed -n "s/^[[:blank:]{]*\"$1\":[[:blank:]]*\(.*[^,]\),*\$/\1/p" "$2"; }

# noted KEY: the first in the manifest of the results folder $dir.
noted() { values "$1" "$dir/manifest.json" | head -n 1; }

# value KEY [text|number] [DIR]: of a report in DIR or out, as its results.json
# has it.
value() {
    awk -v key="\"$1\":" -v field="\"${2-text}\":" '
        $1 == key { inside = 1 }
        inside && $1 == field {
            sub(/^[^:]*:[ \t]*/, ""); gsub(/^"|",?$|,$/, ""); print; exit
        }' "${3-out}/results.json"
}

# need TOOL...: skips, by name, what cannot be tried without a program.
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || skip "needs $tool: sh setup.sh"
    done
}

# suspects RUN [P]: how many rows of the run in that folder (DIR/CASE/REP) were
# open in a gap that the manifest tells; with a share P, that percentile of the
# RTT of the answered others, by nearest rank.
suspects() {
    local folder=${1%/*/*}
    awk -F, -v name="\"${1#"$folder/"}\"" -v p="${2-}" '
        BEGIN { n = 0 }
        FNR == NR {
            if (sub(/^.*"dir":[ \t]*/, "")) inside = $1 == name
            else if (!inside) next
            else if (sub(/^.*"from_ns":[ \t]*/, "")) from[n] = $1 + 0
            else if (sub(/^.*"to_ns":[ \t]*/, "")) to[n++] = $1 + 0
            else if (sub(/^.*"timeout_ns":[ \t]*/, "")) tmax = $1 + 0
            next
        }
        FNR > 1 && $3 != "" {
            end = $5 != "" ? $5 : ($4 != "" ? $4 : $3) + tmax
            hit = 0
            for (i = 0; i < n; i++) hit += $3 + 0 < to[i] && end + 0 > from[i]
            if (hit) found++
            else if (p && $9 == "ok") print $6
        }
        END { if (!p) print found + 0 }' "$folder/manifest.json" "$1/messages.csv" |
        if [[ -z ${2-} ]]; then cat; else
            sort -n | awk -v p="$2" '{ v[NR] = $1 } END { k = int(p * NR); print v[k + (k < p * NR)] }'
        fi
}

# expect_measured DIR: harness run, under `run --separate-stderr`, ended with 0;
# and with 4 just when over a tenth of a run's rows are suspect, by our own
# count: then this machine held the client up.
expect_measured() {
    local run held_up=0
    [[ -n $1 && -s $1/manifest.json ]] || { expect_status 0; return 1; }
    for run in "$1"/*/*; do
        (($(suspects "$run") * 10 <= $(wc -l <"$run/messages.csv") - 1)) || held_up=1
    done
    if ((held_up)); then
        expect_error 4 suspect
    else
        expect_status 0
    fi
}

# need_netns: skips where we may not make a network of our own.
need_netns() {
    need unshare ip
    in_netns true 2>/dev/null ||
        skip "$BATS_TEST_DESCRIPTION: network namespaces are not permitted here"
}

# in_netns COMMAND...: runs it in a new network that has a loopback and nothing
# else, and mounts of its own.
in_netns() {
    local map=()
    ((EUID == 0)) || map=(--map-root-user)
    # shellcheck disable=SC2016 # for the inner shell
    unshare "${map[@]}" --net --mount sh -c \
        'ip link set lo up && exec "$@"' sh "$@"
}
