# shellcheck shell=bash
# For tests in which a program is killed at its nth system call of a kind, or
# told of an error, and for what must then be true of what it leaves behind.
# After helper.bash.

# cast_with PROGRAM: makes cast/, the programs as they are but for PROGRAM,
# which runs under strace: every_nth says with what.
cast_with() {
    local program=$1 follow=-f
    # The others are of the folder that the harness is in.  Its threads write
    # nothing, and its children are not meant.
    [[ $program != harness ]] || follow=
    mkdir -p cast
    cp "$bin/harness" cast/
    for real in "$bin"/echo-*; do
        ln -sf "$(readlink -f "$real")" cast/
    done
    rm "cast/$program"
    # As a grandchild, strace leaves the program what it is to its parent; in a
    # group of its own it can write down the end.
    cat >"cast/$program" <<END
#!/bin/sh
exec strace -DD -qq -y -s 400 $follow -o '$T/trace' -e "trace=\${inject%%:*}" -e "inject=\$inject" '$bin/$program' "\$@"
END
    chmod +x "cast/$program"
    # LeakSanitizer cannot work under strace.
    export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
}

# ordinals [PATTERN]: which of the calls in the trace, of each thread counted
# for itself, match.
ordinals() {
    awk -v pattern="${1-}" '/resumed>|^([0-9]+ +)?(---|[+][+][+])/ { next }
        { thread = /^[0-9]/ ? $1 : 0; n[thread]++ }
        $0 ~ pattern { print n[thread] }' trace | sort -nu
}

# every_nth INJECTION PATTERN COMMAND...: COMMAND, which takes its programs from
# cast/, once undisturbed, and then again for each system call of those that
# INJECTION names and whose line in the trace matches PATTERN.  before_each and
# after_each are the test's; the latter has $status, $stderr, and $injected, the
# line of the trace.  $tried counts.
every_nth() {
    local injection=$1 pattern=$2 nth
    shift 2
    export inject="${injection%%:*}:error=EIO:when=9999"
    before_each
    run_timed 60 "$@" >/dev/null
    within 10 no_marked_process
    # shellcheck disable=SC2013 # numbers
    for nth in $(ordinals "$pattern"); do
        inject=$injection:when=$nth
        nth_of "$pattern" "$@"
    done
}

# nth_of PATTERN COMMAND...: one of them, as $inject says.
nth_of() {
    local pattern=$1
    shift
    rm -f trace
    before_each
    run --separate-stderr run_timed 60 "$@"
    within 10 no_marked_process
    # No two runs make the very same calls: it may have been another, or none.
    injected=$(grep -E 'INJECTED|killed by SIGKILL|--- SIGINT' trace | head -n 1)
    [[ -n $injected && ($inject == *signal* || $injected =~ $pattern) ]] || return 0
    echo "$inject: $status $stderr"
    after_each
    tried=$((${tried:-0} + 1))
}

# whole_rows FILE FIELDS: each line has as many, and the last one its newline.
whole_rows() {
    [[ -z $(tail -c 1 "$1") ]] &&
        awk -F, -v want="$2" 'NF != want { bad = 1; print } END { exit bad }' "$1"
}

# reads_partial FOLDER: verify and report read it, or say in one message that
# there is no manifest.
reads_partial() {
    local command said
    for command in verify 'report --text'; do
        # shellcheck disable=SC2086 # words
        said=$(run_timed 60 "$bin/harness" $command --allow-partial "$1" 2>&1) && continue
        [[ ! -e $1/manifest.json && $said == *'(results-open)'* ]] || {
            echo "$command: $said"
            return 1
        }
    done
}

# left_sound DIR: no folder in it looks complete and is not; what is partial
# has whole rows and can be read.
left_sound() {
    local folder csv
    for folder in "$1"/*; do
        [[ -e $folder ]] || continue
        if [[ $folder != *.partial ]]; then
            "$bin/harness" verify "$folder" >/dev/null || return
            continue
        fi
        reads_partial "$folder" || return
        for csv in "$folder"/*/*/messages.csv; do
            [[ ! -s $csv ]] || whole_rows "$csv" 12 || return
        done
    done
}
