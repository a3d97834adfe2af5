#!/bin/sh
# What `make report` runs: from results folders to report/report.pdf.
#
# ECHOLAB_BIN  folder of the programs, default build/bin
# RESULTS      where results folders are, default results: the newest whole one
#              of each scenario below is taken, and measured first if there is
#              none
# LOCAL REMOTE results folders to take for local_rate and remote_rate instead
# FULL         1: measure every scenario anew (a few minutes)
# OUT          where the report is built; default report/build, from where the
#              PDF is copied to report/report.pdf
# Exits with the code of the harness command that failed.
set -eu

cd "$(dirname "$0")/.."
harness=${ECHOLAB_BIN:-build/bin}/harness
results=${RESULTS:-results}
out=${OUT:-report/build}
full=${FULL:-0}

# newest SCENARIO: the folder whose name ends with the latest time; a run that
# was cut short is called .partial and does not match.
newest() {
    folder=
    for folder in "$results/$1"-*Z; do :; done
    [ -d "$folder" ] && printf '%s\n' "$folder"
}

# measure SCENARIO: prints the folder.
measure() {
    status=0
    said=$("$harness" run "scenarios/$1.json" --out "$results") || status=$?
    # 1: measured, but not what the scenario expects.
    [ "$status" -le 1 ] || return "$status"
    printf '%s\n' "$said" | tail -n 1
}

# folder_of SCENARIO: prints the folder to report on.
folder_of() {
    if [ "$full" = 1 ] || ! newest "$1"; then
        echo "measuring $1" >&2
        measure "$1"
    fi
}

# others: every scenario but the two of figures 4 and 6, those of the lab first.
others() {
    lab='local_fail_rate udp_loss transcript_simple transcript_echo'
    echo "$lab"
    [ "$full" = 1 ] || return 0
    for file in scenarios/*.json; do
        name=$(basename "$file" .json)
        case " $lab local_rate remote_rate schema smoke " in
        *" $name "*) ;;
        *) echo "$name" ;;
        esac
    done
}

local_results=${LOCAL:-$(folder_of local_rate)}
remote_results=${REMOTE:-$(folder_of remote_rate)}
set -- "$local_results" "$remote_results"
for name in $(others); do
    [ -e "scenarios/$name.json" ] || continue
    status=0
    folder=$(folder_of "$name") || status=$?
    if [ "$status" -eq 7 ]; then # a helper, such as telnet, is not installed
        echo "the report goes without $name" >&2
        continue
    fi
    [ "$status" -eq 0 ] || exit "$status"
    set -- "$@" "$folder"
done
"$harness" report "$@" --out "$out" >/dev/null
pdf=$out/report.pdf
if [ -z "${OUT:-}" ]; then
    # Renamed into place, so that a reader never sees half a file.
    cp "$pdf" report/report.pdf.new
    mv report/report.pdf.new report/report.pdf
    pdf=report/report.pdf
fi
echo "$pdf"
