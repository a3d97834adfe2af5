#!/bin/sh
# What `make report` runs: from two results folders to report/report.pdf.
#
# ECHOLAB_BIN  folder of the programs, default build/bin
# LOCAL REMOTE results folders; default the newest whole ones of local_rate
#              and remote_rate in RESULTS, which are measured first if there
#              are none
# RESULTS      where results folders are, default results
# OUT          where the report is built; default report/build, from where the
#              PDF is copied to report/report.pdf
# Exits with the code of the harness command that failed.
set -eu

cd "$(dirname "$0")/.."
harness=${ECHOLAB_BIN:-build/bin}/harness
results=${RESULTS:-results}
out=${OUT:-report/build}

# folder_of SCENARIO GIVEN: prints GIVEN or the folder to report on.
folder_of() {
    folder=$2
    if [ -z "$folder" ]; then
        # Names end with the time, so the last is the newest; a run that was
        # cut short is called .partial and does not match.
        for folder in "$results/$1"-*Z; do :; done
        if [ ! -d "$folder" ]; then
            echo "no results of $1 in $results yet: measuring" >&2
            status=0
            said=$("$harness" run "scenarios/$1.json" --out "$results") ||
                status=$?
            # 1: measured, but not what the scenario expects.
            [ "$status" -le 1 ] || return "$status"
            folder=$(printf '%s\n' "$said" | tail -n 1)
        fi
    fi
    printf '%s\n' "$folder"
}

local_results=$(folder_of local_rate "${LOCAL:-}")
remote_results=$(folder_of remote_rate "${REMOTE:-}")
"$harness" report "$local_results" "$remote_results" --out "$out" >/dev/null
pdf=$out/report.pdf
if [ -z "${OUT:-}" ]; then
    # Renamed into place, so that a reader never sees half a file.
    cp "$pdf" report/report.pdf.new
    mv report/report.pdf.new report/report.pdf
    pdf=report/report.pdf
fi
echo "$pdf"
