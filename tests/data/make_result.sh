#!/bin/sh
# Make a results folder with invented data, for tests only.
#
#   make_result.sh DIR
#
# Environment: NAME local_rate, SITE local, ROWS 100, RTT_NS 20000, CONNS 1,
# STATUS complete, WHAT, EMULATED (set: an emulated path of 19 ms), FAILED 0
# (every FAILEDth row is a timeout), SIZE 1000, KEY tcp-thread-1000B-1c,
# SPREAD 0.2 (relative width of the RTT), WARM 0 (so many rows at the start take
# four times as long), VERSION, MODE rate, TRANSPORT tcp, SERVER thread, LOSS
# null and RECONCILED null (their JSON), DUPLICATED 0, REORDERED 0, UNMATCHED 0,
# LOCAL_DROPS 0.  CSV files that are already there are taken as they are.
# MODE=transcript has the .txt files that are there, and no CSV.
set -eu

dir=$1
NAME=${NAME-local_rate} SITE=${SITE-local} ROWS=${ROWS-100}
RTT_NS=${RTT_NS-20000} CONNS=${CONNS-1} STATUS=${STATUS-complete}
WHAT=${WHAT-A test of the report.} FAILED=${FAILED-0} SIZE=${SIZE-1000}
KEY=${KEY-tcp-thread-1000B-1c} SPREAD=${SPREAD-0.2} VERSION=${VERSION-0.1.0}
MODE=${MODE-rate} TRANSPORT=${TRANSPORT-tcp} SERVER=${SERVER-thread} WARM=${WARM-0}
LOSS=${LOSS-null} RECONCILED=${RECONCILED-null} DUPLICATED=${DUPLICATED-0}
REORDERED=${REORDERED-0} UNMATCHED=${UNMATCHED-0} LOCAL_DROPS=${LOCAL_DROPS-0}
run=$dir/$KEY/1
mkdir -p "$run"

if [ "$MODE" != transcript ] && [ ! -e "$run/messages.csv" ]; then
    awk -v n="$ROWS" -v rtt="$RTT_NS" -v conns="$CONNS" -v failed="$FAILED" \
        -v size="$SIZE" -v spread="$SPREAD" -v warm="$WARM" 'BEGIN {
        srand(7)
        print "conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes," \
            "bytes_back,outcome,copies,late_by,errno"
        for (c = 0; c < conns; c++)
            t[c] = 1000000 + 100 * c
        for (i = 0; i < n; i++) {
            c = i % conns
            r = int(rtt * (1 + spread * (rand() - 0.5)) * (i < warm ? 4 : 1))
            if (failed && i % failed == failed - 1) {
                printf "%d,%d,%.0f,%.0f,,,%d,0,timeout,0,0,ETIMEDOUT\n",
                    c, s[c]++, t[c], t[c], size
                t[c] += 3000000000
                continue
            }
            printf "%d,%d,%.0f,%.0f,%.0f,%.0f,%d,%d,ok,1,0,\n",
                c, s[c]++, t[c], t[c], t[c] + r, r, size, size
            t[c] += r + 500
        }
    }' >"$run/messages.csv"
fi
if [ "$MODE" != transcript ] && [ ! -e "$run/connections.csv" ]; then
    awk -v n="$CONNS" 'BEGIN {
        print "conn,connect_start_ns,connect_end_ns,outcome,first_byte_ns," \
            "last_byte_ns,retransmits,rtt_us,min_rtt_us,rcv_rtt_us,mss,errno"
        for (c = 0; c < n; c++)
            printf "%d,%d,%d,ok,1000000,2000000,0,31,12,0,32768,\n",
                c, 1000 * c, 1000 * c + 45000
    }' >"$run/connections.csv"
fi
[ -e "$dir/scenario.json" ] ||
    printf '{\n  "version": 1,\n  "name": "%s"\n}\n' "$NAME" >"$dir/scenario.json"
[ -e "$dir/environment.json" ] || cat >"$dir/environment.json" <<'END'
{
  "host": {"kernel": "Linux 6.1.0-test", "cpu": "A test processor",
           "governor": "performance", "clocksource": "tsc", "cpus": 2,
           "memory": "24 GiB"},
  "clock": {"resolution_ns": 1, "cost_ns": 38.5, "step_ns": 20},
  "floor": {"null_rtt_p50_ns": 11000, "null_rtt_p99_ns": 19000,
            "timer_overshoot_p50_ns": 55000, "timer_overshoot_p99_ns": 90000},
  "network": {"mtu_lo": 65536, "congestion_control": "cubic"},
  "load": {"before": 0.1, "after": 0.4},
  "versions": {"echolab": "0.1.0", "libc": "2.36"}
}
END

# The manifest: counts and hashes of what is there.
json_text() {
    printf '"%s"' "$(printf '%s' "$1" | sed 's/\\/&&/g; s/"/\\"/g')"
}
sha() { sha256sum "$1" | cut -c1-64; }
csv_rows() { awk 'END { print (NR > 0 ? NR - 1 : 0) }' "$1"; }
file_entry() {
    printf '{"name": "%s", "bytes": %d, "rows": %d, "sha256": "%s"}' "$1" \
        "$(wc -c <"$run/$1")" "$(csv_rows "$run/$1")" "$(sha "$run/$1")"
}
outcomes() {
    awk -F, 'BEGIN {
        n = split("ok corrupt late lost timeout refused reset eof " \
            "unreachable send_error local_limit aborted", name, " ")
    }
    NR > 1 { count[$9]++ }
    END {
        for (i = 1; i <= n; i++)
            printf("%s\"%s\": %d", (i > 1 ? ", " : ""), name[i],
                count[name[i]])
    }' "$([ "$MODE" = transcript ] && echo /dev/null || echo "$run/messages.csv")"
}
path=null
[ -z "${EMULATED-}" ] ||
    path='{"emulated": true, "delay_ms": 19, "jitter_ms": 0.5, "rate_mbit": null}'
# files: what is there, clients before the server.
files() {
    comma=''
    for file in "$run"/*.csv "$run"/client*.txt "$run"/server*.txt; do
        [ -e "$file" ] || continue
        printf '%s%s' "$comma" "$(file_entry "${file##*/}")"
        comma=',
       '
    done
}
# A transcript has no messages.
rows=0
[ "$MODE" = transcript ] || rows=$(csv_rows "$run/messages.csv")
cat >"$dir/manifest.json" <<END
{
  "format": 1,
  "tool": {"name": "echolab", "version": $(json_text "$VERSION")},
  "status": "$STATUS",
  "name": "$NAME",
  "what": $(json_text "$WHAT"),
  "argv": ["harness", "run", "scenarios/$NAME.json"],
  "start_utc": "2026-11-22T13:10:41Z", "end_utc": "2026-11-22T13:10:52Z",
  "scenario_sha256": "$(sha "$dir/scenario.json")",
  "environment_sha256": "$(sha "$dir/environment.json")",
  "cases": [
    {"key": "$KEY", "rep": 1, "dir": "$KEY/1", "run_id": "00112233445566aa",
     "mode": "$MODE", "site": $(json_text "$SITE"), "host": "127.0.0.1", "port": 40113,
     "transport": "$TRANSPORT", "server": "$SERVER", "launched": true, "plain": false,
     "message_size_bytes": $SIZE, "connections": $CONNS, "window": 1,
     "pacing": "closed", "duration_ns": 10000000000, "messages": null,
     "timeout_ns": 3000000000, "seed": 1,
     "cpu": {"client": null, "server": null}, "path": $path, "loss": $LOSS,
     "done": true,
     "start_utc": "2026-11-22T13:10:42Z",
     "intended": $rows, "rows": $rows,
     "outcomes": {$(outcomes)},
     "duplicated": $DUPLICATED, "reordered": $REORDERED,
     "unmatched": $UNMATCHED, "local_drops": $LOCAL_DROPS,
     "reconciled": $RECONCILED,
     "files": [$(files)],
     "notes": [], "warnings": []}
  ]
}
END
