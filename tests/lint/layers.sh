#!/bin/sh
# Holds the layers of layers.txt: layers.sh [DIR] looks at DIR/{lib,servers,
# clients,harness} (default: this project), prints one line per breach and
# exits 1 when there is one.
#
#   path     an include of ours is written from the root and exists
#   folder   servers/, clients/ and harness/ include themselves and lib/ only
#   rank     an include goes to a strictly lower rank; every module has a rank
#   blind    one side does not reach the other, not even through third modules
#   owner    an outside header is included by its owners only
set -eu
export LC_ALL=C

table=$(cd "$(dirname "$0")" && pwd)/layers.txt
cd "${1:-$(dirname "$0")/../..}"
includes=$(grep -En '^[[:space:]]*#[[:space:]]*include' /dev/null \
    lib/*.[ch] servers/*.[ch] clients/*.[ch] harness/*.[ch] 2>/dev/null) || true

{
    sed 's/#.*//' "$table"
    echo includes
    printf '%s\n' "$includes"
} | awk '
function breach(rule, text) { print at ": " rule ": " text; breaches++ }
function module(file) {
    sub(/\.[ch]$/, "", file)
    return file in part_of ? part_of[file] : file
}
function folder(file) { sub(/\/.*/, "", file); return file }
# The value of the first pattern of a list that fits NAME, or "".
function lookup(name, n, patterns, values,    i) {
    for (i = 1; i <= n; i++)
        if (name ~ patterns[i])
            return values[i]
    return ""
}
function glob(text) {
    gsub(/\./, "\\.", text)
    gsub(/\*/, ".*", text)
    return "^" text "$"
}
# 1 when one of the owners of HEADER is FILE.
function owns(file, header,    i) {
    for (i = 1; i <= nowners; i++)
        if (header ~ owner_of[i] && owner[i] == file)
            return 1
    return 0
}
# The rank of a module, told off once when it has none.
function rank_for(name,    found) {
    found = lookup(name, nranks, rank_of, rank)
    if (found == "" && !told[name]++)
        breach("rank", name " has no rank in layers.txt")
    return found
}
# Reports what of the side BLIND_TO is reached from START by way of FROM.
function reach(start, from,    i, n, to) {
    n = split(edges[from], to, " ")
    for (i = 1; i <= n; i++) {
        if (seen[start, to[i]]++)
            continue
        if (lookup(to[i], nsides, side_of, side) == blind_to) {
            at = start
            breach("blind", side_from " side reaches " to[i] " of the " \
                blind_to " side through " from)
        }
        reach(start, to[i])
    }
}

$0 == "includes" { in_code = 1; next }
!in_code && $1 == "rank" {
    for (i = 3; i <= NF; i++) { rank_of[++nranks] = glob($i); rank[nranks] = $2 }
}
!in_code && $1 == "part" { for (i = 3; i <= NF; i++) part_of[$i] = $2 }
!in_code && $1 == "side" {
    for (i = 3; i <= NF; i++) { side_of[++nsides] = glob($i); side[nsides] = $2 }
}
!in_code && $1 == "blind" { blind[$2] = $3 }
!in_code && $1 == "owner" {
    for (i = 3; i <= NF; i++) { owner_of[++nowners] = glob($i); owner[nowners] = $2 }
}
!in_code || $0 == "" { next }
{
    split($0, field, ":")
    at = field[1] ":" field[2]
    file = field[1]
    from = module(file)
    modules[from] = 1
    mine = rank_for(from)
}
match($0, /<[^>]*>/) {
    header = substr($0, RSTART + 1, RLENGTH - 2)
    who = lookup(header, nowners, owner_of, owner)
    if (who != "" && !owns(file, header))
        breach("owner", "<" header "> belongs to " who)
    next
}
match($0, /"[^"]*"/) {
    header = substr($0, RSTART + 1, RLENGTH - 2)
    if (header !~ "/" || (getline line < header) < 0) {
        breach("path", "\"" header "\" is not a path from the root")
        next
    }
    close(header)
    to = module(header)
    if (to == from)
        next
    edges[from] = edges[from] " " to
    if (folder(header) != "lib" && folder(header) != folder(file))
        breach("folder", folder(file) "/ may not include " header)
    theirs = rank_for(to)
    if (mine != "" && theirs != "" && theirs + 0 >= mine + 0)
        breach("rank", from " (" mine ") may not include " to " (" theirs ")")
    next
}
{ breach("path", "an include by macro hides its layer") }
END {
    for (from in modules) {
        side_from = lookup(from, nsides, side_of, side)
        if (side_from in blind) {
            blind_to = blind[side_from]
            reach(from, from)
        }
    }
    exit breaches > 0
}'
