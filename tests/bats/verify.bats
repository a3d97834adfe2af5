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
