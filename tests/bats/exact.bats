#!/usr/bin/env bats
# harness run over UDP: what is missing is exactly what somebody took away, and
# the manifest says who.

load helper

# scenario KEYS: Tmax is long enough that a busy machine loses nothing by
# itself, and lost messages are waited for on many connections at once.
scenario() {
    cat >s.json <<END
{"version": 1, "name": "exact", "transport": "udp", "duration_s": 60,
 "timeout_s": 0.2, $1}
END
}

# measure ARG...: $dir is the results folder.
measure() {
    run --separate-stderr run_timed 90 "$bin/harness" run s.json --out r "$@"
    expect_status 0
    dir=${lines[-1]}
}

# told NAME FOLDER: a count that the manifest tells of the run in that folder.
told() {
    awk -v run="\"${2#"$dir"/}\"" -v name="\"$1\"" '
        { gsub(/[,:]/, " ") }
        $1 == "\"dir\"" { here = $2 == run }
        here && $1 == name { print $2 }' "$dir/manifest.json"
}

# keys FILE [FIELD VALUE]...: "conn,seq" of the rows with these values, sorted.
keys() {
    local file=$1 where='NR > 1'
    shift
    while (($# > 1)); do
        where+=" && \$$1 == \"$2\""
        shift 2
    done
    awk -F, "$where { print \$1 \",\" \$2 }" "$file" | sort -u
}

lines_in() { wc -l <"$1"; }

# is_told FOLDER NAME COUNT
is_told() {
    [[ $(told "$2" "$1") == "$3" ]] && return
    echo "the manifest tells $2 = $(told "$2" "$1"), it is $3" >&2
    return 1
}

# lost_by WHOM: says the manifest so?
lost_by() { grep -q "\"by\":[[:space:]]*\"$1\"" "$dir/manifest.json"; }

# reconciled FOLDER: the manifest's counts are what awk and comm make of the
# files, which are left as lost.keys and so on.
reconciled() {
    keys "$1/messages.csv" 9 lost >lost.keys
    keys "$1/injected.csv" 4 drop >dropped.keys
    keys "$1/injected.csv" 3 forward 4 drop >forward.keys
    keys "$1/injected.csv" 3 reverse 4 drop >reverse.keys
    keys "$1/served.csv" >seen.keys
    # What a relay drops on the way back the server has answered.
    comm -23 seen.keys reverse.keys >answered.keys
    ! lost_by relay || cp seen.keys answered.keys
    is_told "$1" measured_lost "$(lines_in lost.keys)" &&
        is_told "$1" injected_lost "$(lines_in dropped.keys)" &&
        is_told "$1" injected_forward "$(lines_in forward.keys)" &&
        is_told "$1" injected_reverse "$(lines_in reverse.keys)" &&
        is_told "$1" true_loss "$(comm -12 lost.keys dropped.keys | wc -l)" &&
        is_told "$1" false_loss "$(comm -23 lost.keys dropped.keys | wc -l)" &&
        is_told "$1" missed "$(comm -13 lost.keys dropped.keys | wc -l)" &&
        is_told "$1" lost_forward "$(comm -23 lost.keys seen.keys | wc -l)" &&
        is_told "$1" lost_reverse "$(comm -12 lost.keys seen.keys | wc -l)" &&
        is_told "$1" server_received "$(lines_in seen.keys)" &&
        is_told "$1" server_answered "$(lines_in answered.keys)"
}

@test "exact: lost is what was lost on purpose, message by message, at any share" {
    scenario '"messages": 400, "connections": 100, "seed": 11,
        "loss": {"p": [0, 0.01, 0.2, 1]}'
    measure
    for p in 0 0.01 0.2 1; do
        at=("$dir"/*-p"$p"/1)
        echo "p = $p: ${at[0]}"
        reconciled "${at[0]}"
        diff lost.keys dropped.keys
        # Within four standard deviations of 1 - (1 - p)^2.
        awk -v p="$p" -v lost="$(lines_in lost.keys)" 'BEGIN {
            p = 1 - (1 - p) ^ 2
            d = lost / 400 - p
            exit !(d * d <= 16 * p * (1 - p) / 400 + 1e-12) }'
    done
    [[ $(lines_in lost.keys) -eq 400 ]]
    run --separate-stderr "$bin/harness" verify "$dir"
    expect_status 0
    [[ $(grep -c 'false loss 0, missed 0$' <<<"$output") -eq 4 ]]
    [[ $output == *$'\n  400 dropped on purpose: true loss 400, false loss 0, missed 0\n'* ]]
}

# decided FOLDER: what was decided about the messages in the file `both`.
decided() {
    awk -F, 'NR == FNR { want[$1 "," $2] = 1; next }
             ($1 "," $2) in want' both "$1/injected.csv" | sort
}

@test "exact: a seed loses the same again, in server or relay; another, others" {
    scenario '"messages": 300, "connections": 150,
        "loss": {"p": 0.2, "duplicate": 0.2}'
    folders=()
    for how in seed=5 seed=5 'seed=5 --set path.delay_ms=1' seed=6; do
        # shellcheck disable=SC2086 # options
        measure --out "r${#folders[@]}" --set $how
        at=("$dir"/*/1)
        reconciled "${at[0]}"
        diff lost.keys dropped.keys
        folders+=("${at[0]}")
    done
    dir=${folders[2]%/*/*} lost_by relay
    # Which connection sends most is up to the clock: so of what both have sent.
    for i in 1 2 3; do
        comm -12 <(keys "${folders[0]}/messages.csv") \
            <(keys "${folders[i]}/messages.csv") >both
        [[ $(lines_in both) -ge 150 ]]
        decided "${folders[0]}" >first
        decided "${folders[i]}" >other
        [[ -s first ]]
        if ((i < 3)); then diff first other; else not cmp -s first other; fi
    done
}

# periods FILE: how many runs of consecutive seq it holds, and the longest.
periods() {
    sort -t , -k 1,1n -k 2,2n "$1" | awk -F, '
        $1 == conn && $2 == seq + 1 { n++ }
        $1 != conn || $2 != seq + 1 { periods++; n = 1 }
        { conn = $1; seq = $2 }
        n > longest { longest = n }
        END { print periods + 0, longest + 0 }'
}

@test "exact: bursts on the way there only, and their lengths" {
    # On one connection: others would use up the messages while it waits.
    scenario '"messages": 45, "seed": 8, "loss":
        {"model": "gilbert", "burst": 3, "p": 0.2, "direction": "forward"}'
    measure
    at=("$dir"/*/1)
    reconciled "${at[0]}"
    diff lost.keys dropped.keys
    is_told "${at[0]}" injected_reverse 0
    is_told "${at[0]}" lost_reverse 0
    said=$(awk '/"periods"/ { here = 1 }
                here && /"(count|longest)"/ { gsub(/[^0-9]/, ""); print; n++ }
                n == 2 { exit }' "${at[0]}/summary.json" | paste -sd' ')
    echo "the summary says $said"
    [[ $said == "$(periods lost.keys)" && ${said#* } -gt 1 ]]
}

served_some() { grep -qs ^0, r/*/*/1/served.csv; }

@test "exact: after Ctrl-C what was measured till then is held against it too" {
    scenario '"connections": 20, "loss": {"p": 0.1}'
    "$bin/harness" run s.json --out r >said 2>&1 3>&- &
    harness=$!
    within 20 served_some
    kill -INT "$harness"
    status=0
    wait "$harness" || status=$?
    expect_status 130
    dir=$(echo r/*.partial)
    at=("$dir"/*/1)
    reconciled "${at[0]}"
    is_told "${at[0]}" false_loss 0
    is_told "${at[0]}" missed 0
    run --separate-stderr "$bin/harness" verify --allow-partial "$dir"
    expect_status 0
    [[ $output == *'true loss '* ]]
}

# behind_firewall: runs the scenario in a network of its own, whose nft rules
# are on stdin (`rule dport|sport DICE`).  Leaves $dir, ${at[0]}, its run, the
# file `rules` with the counters and what harness verify says in $verified.
behind_firewall() {
    need_netns
    need nft
    cat >firewall
    cat >inside <<'END'
set -e
nft add table inet t
nft 'add chain inet t in { type filter hook input priority 0; }'
# Messages are 1000 bytes; the hello is shorter and passes.
rule() { nft "add rule inet t in udp $1 4007 udp length 1008 numgen $2 counter drop"; }
. ./firewall
"$1/harness" run s.json --port 4007 --out r >said
nft list chain inet t in >rules
END
    run --separate-stderr in_netns timeout -k 2 60 bash inside "$bin"
    expect_status 0
    dir=$(tail -n 1 said)
    at=("$dir"/*/1)
    verified=$("$bin/harness" verify "$dir")
}

# by_firewall: how many packets each rule dropped.
by_firewall() { sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' rules; }

@test "exact: every tenth datagram, dropped by a firewall, is false loss" {
    scenario '"messages": 60'
    behind_firewall <<<"rule dport 'inc mod 10 0'"
    [[ $(by_firewall) -eq 6 ]]
    awk -F, 'NR > 1 && ($9 == "lost") != ($2 % 10 == 0) { exit 1 }' "${at[0]}/messages.csv"
    is_told "${at[0]}" measured_lost 6
    is_told "${at[0]}" false_loss 6
    is_told "${at[0]}" true_loss 0
    is_told "${at[0]}" missed 0
    is_told "${at[0]}" lost_forward 6
    is_told "${at[0]}" lost_reverse 0
    is_told "${at[0]}" server_received 54
    is_told "${at[0]}" server_answered 54
    [[ $verified == *'6 lost: 6 on the way there, 0 on the way back'* ]]
    [[ $verified == *'false loss: nobody dropped it on purpose'* ]]
}

@test "exact: dice on both ways beside loss on purpose: each is counted apart" {
    scenario '"messages": 400, "connections": 50, "loss": {"p": 0.1}'
    behind_firewall <<<"rule dport 'random mod 100 < 20'
rule sport 'random mod 100 < 20'"
    readarray -t firewall < <(by_firewall)
    there=${firewall[0]} back=${firewall[1]}
    reconciled "${at[0]}"
    echo "the firewall: $there and $back; on purpose: $(lines_in forward.keys) and $(lines_in reverse.keys)"
    ((there > 20 && back > 20))
    is_told "${at[0]}" missed 0
    is_told "${at[0]}" false_loss $((there + back))
    is_told "${at[0]}" true_loss "$(lines_in dropped.keys)"
    is_told "${at[0]}" lost_forward $((there + $(lines_in forward.keys)))
    is_told "${at[0]}" lost_reverse $((back + $(lines_in reverse.keys)))
}

# 0 to 80 ms each way, a time limit of 50 ms and rows that are final after 100 ms:
# one in five is in time, and one in four behind its row.
@test "exact: an answer that comes too late for its row was lost by nobody" {
    scenario '"messages": 160, "connections": 4,
        "path": {"delay_ms": 40, "jitter_ms": 40}'
    measure --set timeout_s=0.05
    overdue=$(keys "${dir}"/udp*/1/unmatched.csv 4 overdue | wc -l)
    echo "$overdue overdue"
    ((overdue > 0))
    one=$(cd "$dir" && echo udp*/1)
    is_told "$one" overdue "$overdue"
    reconciled "$dir/$one"
    run "$bin/harness" verify "$dir"
    [[ $output == *"of $overdue an answer came after all"* ]]
}
