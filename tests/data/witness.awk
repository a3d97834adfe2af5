# A second opinion on the numbers of a run: computed from messages.csv by the
# definitions of the report's method section alone, in another language, with
# other algorithms, and nothing of the program's.
#
#   awk -f witness.awk [-v loss=1] messages.csv >OPINION
#
# Prints lines "KEY VALUE", KEY as in results.json without the prefix of the
# run; KEY.lo and KEY.hi are the ends of the interval KEY.ci.

BEGIN {
    FS = ","
    PI = atan2(0, -1)
    BATCHES = 30
    T29 = 2.0452296421 # Student's t, 29 degrees of freedom, 97.5 %
    Z = 1.96
}

NR > 1 {
    rows++
    is_ok = $9 == "ok"
    is_fail = !is_ok && $9 != "send_error" && $9 != "local_limit" && $9 != "aborted"
    is_lost = $9 == "lost" || $9 == "late" || $9 == "corrupt"
    if (first == "" || $4 < first)
        first = $4
    size = $7
    if (is_ok) {
        rtt[++n] = $6
        end[n] = $5
        conn[n] = $1
        rtt_of[$1, $2] = $6
        if ($5 > last)
            last = $5
        bytes += $8
    }
    if (is_ok || is_fail) {
        bad[tried++] = is_fail
        failed += is_fail
        gone[$1, $2] = is_lost
        lost_at[counted++] = is_lost
        lost += is_lost
    }
    late += $9 == "late"
    duplicated += $10 > 1
    reordered += $11 > 0
    if ($1 >= nconn) nconn = $1 + 1
    if ($2 >= nseq[$1]) nseq[$1] = $2 + 1
}

# ---- tools ----

function say(key, value) { printf "%s %.17g\n", key, value }
function floor(x,   y) { y = int(x); return y > x ? y - 1 : y }
function ceil(x) { return -floor(-x) }
function abs(x) { return x < 0 ? -x : x }

# a[1..n], by heap.
function sift(a, i, n,   j, x) {
    for (x = a[i]; (j = 2 * i) <= n; i = j) {
        if (j < n && a[j + 1] > a[j]) j++
        if (a[j] <= x) break
        a[i] = a[j]
    }
    a[i] = x
}
function sort(a, n,   i, x) {
    for (i = int(n / 2); i >= 1; i--) sift(a, i, n)
    for (i = n; i > 1; i--) { x = a[1]; a[1] = a[i]; a[i] = x; sift(a, 1, i - 1) }
}

# The smallest value that at least the share p does not exceed; a is sorted.
function rank(p, n,   r) { r = ceil(p * n - 1e-9); return r < 1 ? 1 : r }
function nearest(a, n, p) { return a[rank(p, n)] }
function middle(a, n) { return (a[int((n + 1) / 2)] + a[int(n / 2) + 1]) / 2 }

function ln_gamma(x,   i, s) { # Stirling's series, from 10 on
    for (s = 0; x < 10; x++) s -= log(x)
    return s + (x - 0.5) * log(x) - x + log(2 * PI) / 2 + 1 / (12 * x) \
        - 1 / (360 * x ^ 3) + 1 / (1260 * x ^ 5) - 1 / (1680 * x ^ 7)
}

# The binomial sum: P(Beta(a, b) <= x), by its continued fraction (Lentz).
function beta(x, a, b,   front, c, d, f, i, m, t) {
    if (x <= 0 || x >= 1) return x >= 1
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a)
    front = exp(ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * log(x) + b * log(1 - x)) / a
    f = c = 1
    d = 0
    for (i = 0; i < 2000; i++) {
        m = int(i / 2)
        t = i == 0 ? 1 : i % 2 == 0 ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) \
            : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + t * d)
        c = 1 + t / c
        f *= c * d
        if (abs(1 - c * d) < 1e-15) break
    }
    return front * (f - 1)
}
function beta_inverse(p, a, b,   lo, hi, i) {
    lo = 0
    hi = 1
    for (i = 0; i < 60; i++)
        if (beta((lo + hi) / 2, a, b) < p) lo = (lo + hi) / 2; else hi = (lo + hi) / 2
    return (lo + hi) / 2
}

# Sample variance of the batches x[0..29], and their mean in `average`.
function variance(x,   i, s) {
    average = s = 0
    for (i = 0; i < BATCHES; i++) average += x[i] / BATCHES
    for (i = 0; i < BATCHES; i++) s += (x[i] - average) ^ 2
    return s / (BATCHES - 1)
}

# How many independent messages are worth as much: p (1 - p) / Var(mean of x).
function effective(x, p, n,   v) {
    v = variance(x) / BATCHES
    return v <= 0 || p * (1 - p) / v > n ? n : p * (1 - p) / v
}

# Shares of hit[0..n-1] in 30 batches.
function in_batches(hit, n, share,   b, i, from, to) {
    for (b = 0; b < BATCHES; b++) {
        from = floor(b * n / BATCHES)
        to = floor((b + 1) * n / BATCHES)
        share[b] = 0
        for (i = from; i < to; i++) share[b] += hit[i] / (to - from)
    }
}

function wilson(k, n, hit, sign,   p, m, share) {
    p = k / n
    in_batches(hit, n, share)
    m = n < 2 * BATCHES || k == 0 || k == n ? n : effective(share, p, n)
    if (k == 0 && sign < 0) return 0
    if (k == n && sign > 0) return 1
    return (p + Z ^ 2 / (2 * m) + sign * Z * sqrt(p * (1 - p) / m + Z ^ 2 / (4 * m * m))) \
        / (1 + Z ^ 2 / m)
}

# ---- the numbers ----

function quantile(key, p,   x, i, hit, share, m, shrunk) {
    x = nearest(sorted, n, p)
    for (i = 1; i <= n; i++) hit[i - 1] = rtt[i] <= x
    m = 0
    if (n >= 2 * BATCHES) {
        in_batches(hit, n, share)
        m = effective(share, p, n)
    }
    if (p == 0.5) say("n_eff", int(m + 1e-9))
    if (m * (1 - p) < 10 - 1e-9) {
        if (m > 0) say(key ".more", ceil(seconds * (10 / (1 - p) / m - 1)) * 1e9)
        return
    }
    shrunk = m * (Z / 2.045) ^ 2
    say(key, x)
    say(key ".lo", sorted[max(1, floor(n * beta_inverse(0.025, shrunk * p, shrunk * (1 - p) + 1)))])
    say(key ".hi", sorted[min(n, ceil(n * beta_inverse(0.975, shrunk * p + 1, shrunk * (1 - p))))])
    spread_of = p >= 0.99 ? p : spread_of
}
function max(a, b) { return a > b ? a : b }
function min(a, b) { return a < b ? a : b }

function round_trips(   i, sum, off) {
    for (i = 1; i <= n; i++) { sorted[i] = rtt[i]; sum += rtt[i] }
    sort(sorted, n)
    say("rtt.min", sorted[1])
    say("rtt.max", sorted[n])
    say("rtt.mean", sum / n)
    quantile("rtt.p50", 0.5)
    quantile("rtt.p90", 0.9)
    quantile("rtt.p99", 0.99)
    quantile("rtt.p999", 0.999)
    if (spread_of) say("pdv", nearest(sorted, n, spread_of) - sorted[1])
    for (i = 1; i <= n; i++) off[i] = abs(rtt[i] - nearest(sorted, n, 0.5))
    sort(off, n)
    say("rtt.mad", nearest(off, n, 0.5))
}

# Neighbours in the order of sending, both answered (RFC 3393).
function steps(   c, s, sum, m) {
    for (c = 0; c < nconn; c++)
        for (s = 1; s < nseq[c]; s++)
            if ((c, s) in rtt_of && (c, s - 1) in rtt_of) {
                sum += abs(rtt_of[c, s] - rtt_of[c, s - 1])
                m++
            }
    if (m) say("ipdv", sum / m)
}

# Tukey: 3 quartile distances beyond the quartiles, of ln RTT.
function fences(   q1, q3, i, m) {
    q1 = log(nearest(sorted, n, 0.25))
    q3 = log(nearest(sorted, n, 0.75))
    for (i = 1; i <= n; i++)
        m += log(sorted[i]) < q1 - 3 * (q3 - q1) - 1e-12 || log(sorted[i]) > q3 + 3 * (q3 - q1) + 1e-12
    if (n >= 4 && q3 > q1) say("outliers", m)
}

# MSER-5 on ln RTT, a connection for itself: the cut that makes the error of
# the mean of the rest least.  "" when none is found in the first half.
function warm(c,   i, m, k, z, d, j, mean, sq, least, best) {
    for (i = 1; i <= n; i++)
        if (conn[i] == c) { z[int(m / 5)] += log(rtt[i]) / 5; m++ }
    k = int(m / 5)
    if (k < 10) return 0
    judged++
    least = -1
    for (d = 0; d <= k - 5; d++) {
        mean = sq = 0
        for (j = d; j < k; j++) mean += z[j] / (k - d)
        for (j = d; j < k; j++) sq += (z[j] - mean) ^ 2
        if (least < 0 || sq / (k - d) ^ 2 < least - 1e-25) { least = sq / (k - d) ^ 2; best = d }
    }
    if (best > k / 2) { unsteady++; return 0 }
    return 5 * best
}

# Mann and Kendall's test and Theil and Sen's slope of the logarithms, over medians of 30 batches.
function drift(x, m,   b, i, j, from, to, k, part, y, s, var, slope, g, t) {
    if (m < 2 * BATCHES) return
    for (b = 0; b < BATCHES; b++) {
        k = 0
        from = floor(b * m / BATCHES)
        to = floor((b + 1) * m / BATCHES)
        for (i = from + 1; i <= to; i++) part[++k] = x[i]
        sort(part, k)
        y[b] = nearest(part, k, 0.5)
        g[y[b]]++
    }
    var = BATCHES * (BATCHES - 1) * (2 * BATCHES + 5)
    for (t in g) var -= g[t] * (g[t] - 1) * (2 * g[t] + 5)
    k = 0
    for (i = 0; i < BATCHES; i++)
        for (j = i + 1; j < BATCHES; j++) {
            s += (y[j] > y[i]) - (y[j] < y[i])
            slope[++k] = (log(y[j]) - log(y[i])) / (j - i)
        }
    sort(slope, k)
    say("drift.change", exp(middle(slope, k) * BATCHES) - 1)
    s -= (s > 0) - (s < 0)
    say("drifts", var > 0 && abs(s) / sqrt(var / 18) > 2.576)
}

function steadiness(   c, i, cut, seen, kept, m, total) {
    for (c = 0; c < nconn; c++) total += cut[c] = warm(c)
    if (judged && !unsteady) say("warmup", total)
    for (i = 1; i <= n; i++)
        if (seen[conn[i]]++ >= cut[conn[i]]) kept[++m] = rtt[i]
    drift(kept, m)
}

# Bits over time; each message's bits lie evenly over its round trip.
function rate(   i, b, from, to, part, width, half) {
    say("rate", 8 * bytes / seconds)
    if (nconn == 1) say("lab.rate", 8 * bytes / seconds * (size + 49) / size * 19 / 18)
    if (n < 2 * BATCHES) return
    for (b = 0; b < BATCHES; b++) part[b] = 0
    width = (last - first) / BATCHES
    for (i = 1; i <= n; i++)
        for (b = 0; b < BATCHES; b++) {
            from = max(first + b * width, end[i] - rtt[i])
            to = min(first + (b + 1) * width, end[i])
            if (to > from) part[b] += 8 * size * (to - from) / rtt[i] / (width / 1e9)
        }
    half = T29 * sqrt(variance(part) / BATCHES)
    say("rate.lo", max(0, 8 * bytes / seconds - half))
    say("rate.hi", 8 * bytes / seconds + half)
}

function losses(   c, s, length_now, longest, periods) {
    say("loss.counted", counted)
    say("loss.lost", lost)
    say("loss.share", lost / counted)
    if (lost) {
        say("loss.share.lo", wilson(lost, counted, lost_at, -1))
        say("loss.share.hi", wilson(lost, counted, lost_at, 1))
    }
    say("loss.late", late)
    say("loss.duplicated", duplicated)
    say("loss.reordered", reordered)
    for (c = 0; c < nconn; c++)
        for (s = length_now = 0; s <= nseq[c]; s++)
            if (gone[c, s]) length_now++
            else if (length_now) {
                periods++
                longest = max(longest, length_now)
                length_now = 0
            }
    if (!periods) return
    say("loss.periods", periods)
    say("loss.longest", longest)
    say("loss.mean_period", lost / periods)
    if (lost < counted) say("loss.independent", 1 / (1 - lost / counted))
}

END {
    say("rows", rows)
    say("ok", n)
    say("failed", failed)
    say("failed.bound", wilson(failed, tried, bad, 1))
    if (loss) losses()
    if (!n) exit
    seconds = (last - first) / 1e9
    say("seconds", last - first)
    round_trips()
    steps()
    fences()
    steadiness()
    rate()
}
