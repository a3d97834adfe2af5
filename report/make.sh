#!/bin/sh
# What `make report` runs: from results folders to report/report.pdf.
#
# ECHOLAB_BIN  folder of the programs, default build/bin
# RESULTS      where results folders are, default results: the newest whole one
#              of each scenario below is taken, and measured first if there is
#              none; the newest pairs of runs likewise
# LOCAL REMOTE results folders to take for local_rate and remote_rate instead
# FULL         1: measure every scenario anew, and ten short pairs of
#              local_rate and remote_rate (a few minutes)
# OUT          where the report is built; default report/build, from where the
#              PDF is copied to report/report.pdf; one make report at a time
# What was made is held against its data at the end (report --check).  Exits
# with the code of the harness command that failed.
set -eu

cd "$(dirname "$0")/.."
harness=${ECHOLAB_BIN:-build/bin}/harness
results=${RESULTS:-results}
out=${OUT:-report/build}
full=${FULL:-0}

# half_of FOLDER: the name of the folder that it was run in turn with, as A of
# pairs; fails when it is no such folder.
half_of() {
    [ -e "$1/manifest.json" ] && grep -qs '"side":[[:space:]]*"A"' "$1/manifest.json" &&
        sed -n 's/^[[:space:]]*"other":[[:space:]]*"\([^"]*\)".*/\1/p' "$1/manifest.json" | grep .
}

# newest SCENARIO: the folder whose name ends with the latest time, of pairs only
# when there is none else; a run that was cut short is called .partial and does
# not match.
newest() {
    folder='' alone=''
    for folder in "$results/$1"-????????T??????Z; do
        grep -qs '"pairs":[[:space:]]*{' "$folder/manifest.json" || alone=$folder
    done
    [ ! -d "$alone" ] || folder=$alone
    [ -d "$folder" ] && printf '%s\n' "$folder"
}

# newest_pairs: both folders, a line each, of those that began last; fails when
# there are none.
newest_pairs() {
    for folder in "$results"/*-*Z; do
        half=$(half_of "$folder") && [ -d "$results/$half" ] &&
            printf '%s %s %s\n' "${folder##*-}" "${folder##*/}" "$half"
    done | sort | tail -n 1 | cut -d ' ' -f 2- | tr ' ' '\n' | grep .
}

# measure_pairs HOW MANY: for the verdict, which takes six; short ones, as a run
# counts and not its messages.
measure_pairs() {
    echo "measuring $1 pairs of local_rate and remote_rate" >&2
    status=0
    "$harness" run scenarios/local_rate.json scenarios/remote_rate.json --pairs "$1" \
        --set duration_s=2 --out "$results" >/dev/null || status=$?
    [ "$status" -le 1 ] || return "$status"
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

# Two at once would spoil each other's measurements, and share report/build.  A
# folder that cannot be locked, as some of a network cannot, is taken as it is.
if [ -z "${OUT:-}" ] && command -v flock >/dev/null; then
    status=0 is_locked=99
    exec 9<report
    flock -n -E "$is_locked" 9 || status=$?
    if [ "$status" -eq "$is_locked" ]; then
        echo 'make report: (report-busy) another one is at work in report/' >&2
        echo '  hint: wait until it is done, or set OUT to another folder' >&2
        exit 5
    fi
fi

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
# Pairs say more of two sites than any other runs; what was given stays alone.
if [ -z "${LOCAL:-}${REMOTE:-}" ]; then
    if [ "$full" = 1 ]; then
        measure_pairs 10
    elif ! newest_pairs >/dev/null; then
        measure_pairs 6
    fi
    for name in $(newest_pairs); do
        case " $local_results $remote_results " in
        *"/$name "*) ;;
        *) set -- "$@" "$results/$name" ;;
        esac
    done
fi
"$harness" report "$@" --out "$out" >/dev/null
"$harness" report --check "$out" "$@" >/dev/null
pdf=$out/report.pdf
if [ -z "${OUT:-}" ]; then
    # Renamed into place, so that a reader never sees half a file.
    cp "$pdf" "report/report.pdf.new.$$"
    mv "report/report.pdf.new.$$" report/report.pdf
    pdf=report/report.pdf
fi
echo "$pdf"
