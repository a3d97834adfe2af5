#!/bin/sh
# make bench-report: statistics and figures of a long run, in turn with a bare
# pass of libcsv over the same file.  The ratio says what the numbers cost on
# top of reading.
#
# From the environment:
#   ROUNDS (5), ROWS (10000000: 670 MB, which takes a minute or two to record)
#   RESULTS_DIR   a results folder to take, instead of recording one
set -eu

rounds=${ROUNDS:-5}
rows=${ROWS:-10000000}
bin=${ECHOLAB_BIN:-build/bin}
bench=${ECHOLAB_BENCH:-build/bench}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

folder=${RESULTS_DIR:-$("$bin/harness" run scenarios/local_rate.json --out "$tmp" \
    --set "messages=$rows" --set duration_s=600 --set message_size=64 \
    --set connections=16 --set window=64 --set server=epoll 2>"$tmp/log" | tail -n 1)}
messages=$(find "$folder" -name messages.csv | head -n 1)
[ -n "$messages" ] || {
    echo "bench: no messages.csv in '$folder'" >&2
    exit 2
}

# Without LaTeX a report ends when its figures are drawn.
mkdir "$tmp/path"
printf '#!/bin/sh\nexit 1\n' >"$tmp/path/pdflatex"
chmod +x "$tmp/path/pdflatex"

# in_turn WHAT COMMAND...: the command and a bare pass; a row of the table.
in_turn() {
    what=$1
    shift
    : >"$tmp/taken"
    i=0
    while [ "$i" -lt "$rounds" ]; do
        "$bench/passes" "$messages" "$@" >>"$tmp/taken"
        i=$((i + 1))
    done
    awk -v what="$what" '
        function ratio(a, b) { return b > 0 ? a / b : 0 }
        function sorted(x, n,   i, j, t) {
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && x[j] < x[j - 1]; j--) { t = x[j]; x[j] = x[j - 1]; x[j - 1] = t }
        }
        function told(x, n) { sorted(x, n); return sprintf("%.2f (%.2f to %.2f)", x[int((n + 1) / 2)], x[1], x[n]) }
        { bare[NR] = $1; cpu[NR] = ratio($2, $1); wall[NR] = ratio($4, $3); kib = $5 > kib ? $5 : kib }
        END { printf "| %s | %s | %s | %s | %.0f MB |\n", what, told(cpu, NR), told(wall, NR), told(bare, NR), kib * 1024 / 1e6 }
    ' "$tmp/taken"
}

echo "$(wc -l <"$messages") lines, $(($(wc -c <"$messages") / 1000000)) MB; times those of a bare pass of libcsv:" \
    "median (least to most) of $rounds"
echo
echo "| work | CPU | wall | the pass, CPU s | resident |"
echo "|---|---|---|---|---|"
in_turn statistics "$bin/harness" report "$folder" --text
in_turn 'statistics and figures' env PATH="$tmp/path:$PATH" "$bin/harness" report "$folder" --out "$tmp/out"
in_turn 'the whole report' "$bin/harness" report "$folder" --out "$tmp/out"
