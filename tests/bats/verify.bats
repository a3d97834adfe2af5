#!/usr/bin/env bats
# harness verify: any byte that is not as it was written is found and named.
load helper

setup() {
    common_setup
    d=r/local_rate-20261122T131041Z
    csv=$d/tcp-thread-1000B-1c/1/messages.csv
    ROWS=50 sh "$root/tests/data/make_result.sh" "$d"
}

verify() { run --separate-stderr "$bin/harness" verify "$@"; }

# lie FROM TO: changes the manifest.
lie() { sed -i "s/$1/$2/" "$d/manifest.json"; }

@test "verify: a folder as it was written" {
    verify "$d"
    expect_status 0
    [ "${lines[0]}" = "$d: complete" ]
    [ "${lines[1]}" = "tcp-thread-1000B-1c/1: 50 messages, 50 ok; 2 files as in the manifest" ]
    [ "${lines[2]}" = "verified: 1 folder, 1 run, 50 messages" ]
}

@test "verify: several folders, a slash at the end, spaces in the name" {
    FAILED=5 ROWS=50 sh "$root/tests/data/make_result.sh" 'r/with space'
    verify "$d/" 'r/with space'
    expect_status 0
    [ "${lines[3]}" = "tcp-thread-1000B-1c/1: 50 messages, 40 ok, 10 timeout; 2 files as in the manifest" ]
    [ "${lines[4]}" = "verified: 2 folders, 2 runs, 100 messages" ]
}

@test "verify: one flipped digit" {
    sed -i '7s/1000,1000,ok/1001,1001,ok/' "$csv"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$csv: SHA-256 is "* ]]
}

@test "verify: a row that is cut, missing, doubled, ragged or wrong" {
    cp "$csv" good
    truncate -s -4 "$csv"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$csv:51: the last row is cut off"* ]]
    sed '51d' good >"$csv"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$csv: 49 rows, the manifest says 50"* ]]
    sed '10p' good >"$csv"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$csv:11: connection 0: seq is 8, 9 is due"* ]]
    sed '10s/,$//' good >"$csv"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$csv:10: fewer fields than the header has"* ]]
    awk -F, -v OFS=, 'NR == 10 { $6++ } { print }' good >"$csv"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$csv:10: rtt_ns is not received_ns - sent_ns"* ]]
}

@test "verify: a manifest that lies about rows, outcomes, bytes or its status" {
    cp "$d/manifest.json" good
    lie '"intended": 50' '"intended": 51'
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *'50 rows, 51 intended and 50 outcomes'* ]]
    cp good "$d/manifest.json"
    lie '"ok": 50, "corrupt": 0' '"ok": 49, "corrupt": 1'
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$csv: 50 ok, the manifest says 49"* ]]
    cp good "$d/manifest.json"
    sed -i '0,/"bytes": [0-9]*/s//"bytes": 7/' "$d/manifest.json"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *'bytes, the manifest says 7'* ]]
    cp good "$d/manifest.json"
    lie '"done": true' '"done": false'
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *'was not measured, but the status is complete'* ]]
    cp good "$d/manifest.json"
    lie '"message_size_bytes": 1000' '"message_size_bytes": 999'
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$csv:2: bytes is not the message size of the manifest"* ]]
}

@test "verify: a manifest that lists a run twice, or none" {
    cp "$d/manifest.json" good
    run=$(sed -n '/{"key"/,/"warnings": \[\]}/p' good)
    { sed '/"warnings": \[\]}/q' good && echo ',' && echo "$run" && echo ']}'; } >"$d/manifest.json"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *'manifest.json: tcp-thread-1000B-1c/1 is listed twice'* ]]
    { sed '/"cases": \[/q' good && echo ']}'; } >"$d/manifest.json"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *'manifest.json: complete, but no run is listed'* ]]
}

@test "verify: connections, scenario and environment are held too" {
    echo >>"$d/scenario.json"
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *"$d/scenario.json: SHA-256 is"* ]]
    truncate -s -1 "$d/scenario.json"
    rm "$d/environment.json"
    verify "$d"
    expect_error 5 results-open
    sh "$root/tests/data/make_result.sh" "$d"
    sed -i 's/32768/32769/' "$d"/*/1/connections.csv
    verify "$d"
    expect_error 5 results-damaged
    [[ $stderr == *'connections.csv: SHA-256 is'* ]]
}

@test "verify: links are refused, wherever they lead" {
    mv "$csv" elsewhere
    ln -s "$T/elsewhere" "$csv"
    verify "$d"
    expect_error 5 results-open
    rm "$csv" && mv elsewhere "$csv"
    mv "$d/tcp-thread-1000B-1c" outside
    ln -s "$T/outside" "$d/tcp-thread-1000B-1c"
    verify "$d"
    expect_error 5 results-open
    [[ $stderr == *'not a folder'* ]]
}

@test "verify: a partial folder only when asked, and its whole rows only" {
    lie '"status": "complete"' '"status": "partial"'
    lie '"done": true' '"done": false'
    truncate -s -4 "$csv"
    verify "$d"
    expect_error 5 results-partial
    verify --allow-partial "$d"
    expect_status 0
    [ "${lines[1]}" = "tcp-thread-1000B-1c/1: 49 messages, 49 ok; not ended: whole rows only, no hash to compare" ]
    rm "$csv"
    verify --allow-partial "$d"
    expect_status 0
    [ "${lines[1]}" = "tcp-thread-1000B-1c/1: not ended: nothing was recorded" ]
}

@test "verify: no folder, a folder of others, a file, a later format" {
    verify
    expect_error 2 usage
    verify r
    expect_error 5 results-open
    verify "$csv"
    expect_error 5 results-open
    lie '"format": 1' '"format": 2'
    verify "$d"
    expect_error 5 results-format-version
}

# ---- over UDP ----

reconciled='{"injected_forward": 1, "injected_reverse": 1, "injected_lost": 2,
    "measured_lost": 3, "true_loss": 2, "false_loss": 1, "missed": 0,
    "lost_forward": 2, "lost_reverse": 1, "server_received": 3,
    "server_answered": 2}'

# udp COMMAND: verifies a folder of five messages, whose tables COMMAND changed;
# 1 is dropped on its way there, 2 on its way back, 4 by nobody, 3 comes twice
# and late.
udp() {
    u=r/udp_loss-20261122T131041Z
    lanes=$u/udp-udp-1000B-1c/1
    rm -rf "$u"
    mkdir -p "$lanes"
    {
        echo conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes,bytes_back,outcome,copies,late_by,errno
        echo 0,1,200,200,,,1000,0,lost,0,0,
        echo 0,0,100,100,150,50,1000,1000,ok,1,0,
        echo 0,2,300,300,,,1000,0,lost,0,0,
        echo "0,3,400,400,${late:-3000000401,3000000001},1000,1000,late,2,1,"
        echo 0,4,500,500,,,1000,0,lost,0,0,
    } >"$lanes/messages.csv"
    printf 'conn,seq,received_ns,reason\n0,,5,malformed\n0,9,6,unknown\n' >"$lanes/unmatched.csv"
    printf 'conn,seq\n0,0\n0,2\n0,3\n' >"$lanes/served.csv"
    printf 'conn,seq,direction,action\n0,1,forward,drop\n0,2,reverse,drop\n0,3,reverse,duplicate\n' >"$lanes/injected.csv"
    (cd "$lanes" && eval "$1")
    DUPLICATED=1 REORDERED=1 UNMATCHED=2 NAME=udp_loss KEY=udp-udp-1000B-1c TRANSPORT=udp SERVER=udp \
        LOSS='{"by": "server", "model": "bernoulli", "p": 0.2, "burst": null,
            "direction": "both", "duplicate": 0.1, "reorder": 0}' \
        RECONCILED=$reconciled sh "$root/tests/data/make_result.sh" "$u"
    verify "$u"
}

@test "verify: what was lost against what was lost on purpose" {
    udp :
    expect_status 0
    [ "${lines[1]}" = "udp-udp-1000B-1c/1: 5 messages, 1 ok, 1 late, 3 lost; 5 files as in the manifest" ]
    [ "${lines[2]}" = "  3 lost: 2 on the way there, 1 on the way back" ]
    [ "${lines[3]}" = "  2 dropped on purpose: true loss 2, false loss 1, missed 0" ]
    [ "${lines[4]}" = "  false loss: nobody dropped it on purpose; the network or a kernel lost it" ]
    [ "${lines[5]}" = "verified: 1 folder, 1 run, 5 messages" ]
}

@test "verify: a manifest that lies about losses, copies, order or strangers" {
    for lie in true_loss:2:3 false_loss:1:0 lost_forward:2:1 server_received:3:4; do
        IFS=: read -r name is said <<<"$lie"
        udp :
        sed -i "s/\"$name\": $is/\"$name\": $said/" "$u/manifest.json"
        verify "$u"
        expect_error 5 reconcile-differs
        [[ $stderr == *"udp-udp-1000B-1c/1: $name is $is by the files, the manifest says $said"* ]]
    done
    for lie in duplicated:1:0 reordered:1:2 unmatched:2:3; do
        IFS=: read -r name is said <<<"$lie"
        udp :
        sed -i "s/\"$name\": $is/\"$name\": $said/" "$u/manifest.json"
        verify "$u"
        expect_error 5 results-damaged
        [[ $stderr == *".csv: $is $name, the manifest says $said"* ]]
    done
}

@test "verify: false loss beside a socket that was full, or nothing claimed" {
    LOCAL_DROPS=7 udp :
    expect_status 0
    [ "${lines[5]}" = "  our own socket had no room for 7 datagrams" ]
    reconciled=null
    udp :
    expect_status 0
    [ "${lines[2]}" = "  not reconciled: the manifest does not say who lost what" ]
    [ "${lines[3]}" = "verified: 1 folder, 1 run, 5 messages" ]
}

@test "verify: a message that was dropped and answered is no truth" {
    # The log as of another run: 3 dropped on its way back, not doubled.
    reconciled=${reconciled/'"injected_reverse": 1, "injected_lost": 2'/'"injected_reverse": 2, "injected_lost": 3'}
    reconciled=${reconciled/'"missed": 0'/'"missed": 1'}
    reconciled=${reconciled/'"server_answered": 2'/'"server_answered": 1'}
    udp 'sed -i s/duplicate$/drop/ injected.csv'
    expect_error 5 reconcile-missed
    [[ ${lines[3]} == *"true loss 2, false loss 1, missed 1" ]]
}

@test "verify: logs that contradict each other, and times that do" {
    udp 'sed -i s/^0,3$/0,1/ served.csv'
    expect_error 5 results-damaged
    [[ $stderr == *"injected.csv:2: dropped on its way to the server, but served.csv has it"* ]]
    udp 'sed -i s/malformed/odd/ unmatched.csv'
    expect_error 5 results-damaged
    [[ $stderr == *"unmatched.csv:2: unknown reason"* ]]
    late=450,50 udp :
    expect_error 5 results-damaged
    [[ $stderr == *"messages.csv:5: late, but it came before the time-out"* ]]
    udp 'sed -i 3d messages.csv'
    expect_error 5 results-damaged
    [[ $stderr == *"the file ends, but connection 0 has no seq 0"* ]]
    udp :
    rm "$lanes/injected.csv"
    verify "$u"
    expect_error 5 results-open
}
