# Holds the numbers of a report against those of witness.awk.
#
#   awk -v run=r1 -f agree.awk OPINION results.json
#
# Prints each number of the opinion that the report has not, or has otherwise,
# and what it counted; fails when there was one, or nothing to compare.  A
# number is equal to nine digits; of an interval only a text is there, so its
# ends are equal when they are rounded to it.

function abs(x) { return x < 0 ? -x : x }

NR == FNR { want[$1] = $2; next }

/"text":|"number":/ {
    value = $0
    sub(/^[^:]*:[ \t]*/, "", value)
    gsub(/^"|"?,?$/, "", value)
    if ($1 ~ /text/) text[key] = value
    else number[key] = value
    next
}
/"[^"]*":/ {
    key = $1
    gsub(/"|:/, "", key)
}

# The end `which` (1, 2) of "[54.59, 55.33] Mbit/s"; `ulp` is its last digit.
function end_of(interval, which,   part, n, unit, scale) {
    gsub(/\342\200\211|\[/, "", interval)
    n = split(interval, part, /, |\]/)
    if (n != 3) return "none"
    unit = part[3]
    scale = unit ~ /^G/ || unit == "s" ? 1e9 : unit ~ /^M/ || unit == "ms" ? 1e6 \
        : unit ~ /^k/ || unit ~ /^(\302\265|\316\274)s/ ? 1e3 : unit == "%" ? 0.01 : 1
    ulp = scale
    if (part[which] ~ /\./) ulp *= 10 ^ (index(part[which], ".") - length(part[which]))
    return part[which] * scale
}

function complain(key, got) {
    printf "%s.%s: the report has %s, the witness %s\n", run, key, got, want[key]
    bad++
}

END {
    for (key in want) {
        seen++
        if (match(key, /\.(lo|hi)$/)) {
            got = end_of(text[run "." substr(key, 1, RSTART - 1) ".ci"], key ~ /lo$/ ? 1 : 2)
            if (got == "none" || abs(got - want[key]) > ulp / 2 + abs(got) * 1e-9) complain(key, got)
        } else if (key == "drifts") {
            got = (run ".drifts") in text
            if (got != want[key]) complain(key, got)
        } else {
            got = number[run "." key]
            if (got == "" || abs(got - want[key]) > 1e-9 * (abs(got) + 1)) complain(key, got)
        }
    }
    printf "%d numbers of %s, %d differ\n", seen, run, bad
    exit bad > 0 || seen < 10
}
