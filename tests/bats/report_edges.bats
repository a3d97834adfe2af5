#!/usr/bin/env bats
# harness report at its edges: numbers held against a witness that shares no
# code with it, runs of next to nothing, names that want to be commands, and
# helpers that fail.
load helper

key=tcp-thread-1000B-1c

# value KEY [text|number], of out/results.json.
value() {
    awk -v key="\"$1\":" -v field="\"${2-text}\":" '
        $1 == key { inside = 1 }
        inside && $1 == field {
            sub(/^[^:]*:[ \t]*/, ""); gsub(/^"|",?$|,$/, ""); print; exit
        }' out/results.json
}

# numbers_of FOLDER: out/results.json, without a figure or a PDF.
numbers_of() {
    rm -rf out
    mkdir -p empty
    run --separate-stderr env PATH="$T/empty" "$bin/harness" report "$@" --out out
    expect_error 7 gnuplot-missing
}

# agrees PREFIX MESSAGES_CSV [ARG...]: is every number that of the witness?
agrees() {
    local prefix=$1 csv=$2
    shift 2
    awk "$@" -f "$root/tests/data/witness.awk" "$csv" >opinion
    awk -v run="$prefix" -f "$root/tests/data/agree.awk" opinion out/results.json
}

# measured FOLDER-NAME ARG...: a real run of harness; sets $dir and $csv.
measured() {
    dir=$(timeout -k 2 60 "$bin/harness" run "$root/scenarios/$1.json" --out res \
        "${@:2}" | tail -n 1)
    csv=$(echo "$dir"/*/1/messages.csv)
}

@test "report: every number of a real run is that of a witness in awk" {
    measured smoke --set messages=3000 --set duration_s=60
    numbers_of "$dir"
    agrees r1 "$csv"
    # The time to connect and what was sent again are in another file.
    awk -F, 'NR == 2 { print "connect", $3 - $2; print "retransmits", $7 }' \
        "${csv%/*}/connections.csv" >opinion
    [ "$(value r1.connect number)" = "$(awk '/connect/ { print $2 }' opinion)" ]
    [ "$(value r1.retransmits number)" = "$(awk '/retransmits/ { print $2 }' opinion)" ]
}

@test "report: a witness of datagrams lost, doubled and overtaken" {
    measured udp_loss --set messages=3000 --set loss.p=0.1 --set loss.duplicate=0.05 \
        --set loss.reorder=0.05 --set timeout_s=0.02 --set duration_s=60
    numbers_of "$dir"
    agrees l1 "$csv" -v loss=1
}
