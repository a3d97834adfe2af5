# shellcheck shell=sh
# What deploy/far.sh and deploy/look.sh begin with: it comes before either of
# them, in one text.

set -f
umask 077
PATH=$PATH:/usr/sbin:/sbin
# Numbers and what a program says of its failure are the same everywhere.
LC_ALL=C
export PATH LC_ALL

say() { printf 'ECHOLAB %s\n' "$*"; }

# What all this is done with: sets $missing.
look_for_tools() {
    missing=''
    for tool in awk cat chmod grep head id mktemp rm sed uname wc; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
}

# make_folder PARENT: sets $dir, a new folder of ours in which programs can be
# run; or else to '', and $why.
make_folder() {
    why="no folder can be made in $1"
    dir=$(mktemp -d "$1/echolab.XXXXXXXX" 2>/dev/null) || {
        dir=''
        return 1
    }
    why=$({ printf '#!/bin/sh\n' >"$dir/try" && chmod 700 "$dir/try"; } 2>&1) &&
        why="no program can be run in $1" &&
        "$dir/try" 2>/dev/null && rm -f -- "$dir/try" && return
    rm -rf -- "$dir"
    dir=''
    return 1
}

# find_folder: the same in the first folder where it can be done; $why and
# $parent tell of the first.
find_folder() {
    parent=${TMPDIR:-/tmp}
    make_folder "$parent" && return
    first_why=$why
    [ -n "${HOME-}" ] && make_folder "$HOME" && parent=$HOME && return
    why=$first_why
    return 1
}
