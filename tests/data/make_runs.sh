#!/bin/sh
# Make a results folder of several runs with invented data, for tests only.
#
#   make_runs.sh DIR RTT_NS...
#
# One run for each RTT.  Environment: that of make_result.sh, and PAIR (A or B:
# run in turn with the folder that has the other letter and the same PAIR_ID).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=$1
shift
KEY=${KEY-tcp-thread-1000B-1c}
export KEY
rep=0 cases=
for rtt; do
    rep=$((rep + 1))
    RTT_NS=$rtt sh "$here/make_result.sh" "$dir.one"
    mkdir -p "$dir/$KEY"
    mv "$dir.one/$KEY/1" "$dir/$KEY/$rep"
    id=$(printf '%s/%d' "$dir" "$rep" | sha256sum | cut -c1-16)
    cases="$cases${cases:+,
}$(sed -n '/^    {"key"/,/"warnings"/p' "$dir.one/manifest.json" |
        sed "s|\"rep\": 1, \"dir\": \"$KEY/1\"|\"rep\": $rep, \"dir\": \"$KEY/$rep\"|
            s|00112233445566aa|$id|")"
done
mv "$dir.one/scenario.json" "$dir.one/environment.json" "$dir/"
pairs=null
[ -z "${PAIR-}" ] ||
    pairs="{\"id\": \"${PAIR_ID-0123456789abcdef}\", \"side\": \"$PAIR\", \"other\": \"other\"}"
{
    sed '/^  "cases"/,$d' "$dir.one/manifest.json"
    printf '  "pairs": %s,\n  "cases": [\n%s\n  ]\n}\n' "$pairs" "$cases"
} >"$dir/manifest.json"
rm -r "$dir.one"
