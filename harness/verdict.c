#include "harness/verdict.h"

#include "harness/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double most_needs = 10000;

const char *verdict_call_name(enum verdict_call call)
{
    static const char *const names[] = {
        [VERDICT_UNDECIDED] = "undecided",
        [VERDICT_SLOWER] = "slower",
        [VERDICT_FASTER] = "faster",
        [VERDICT_EQUIVALENT] = "equivalent",
    };

    return names[call];
}

/* ---- one question ---- */

typedef double (*pick_fn)(const struct verdict_run *run);

static double pick_p50(const struct verdict_run *run)
{
    return run->p50_ns;
}

static double pick_p99(const struct verdict_run *run)
{
    return run->p99_ns;
}

static double pick_failed(const struct verdict_run *run)
{
    return run->failed;
}

static double pick_rate(const struct verdict_run *run)
{
    return run->bit_per_s;
}

/* Room for the values of both sides, and one side's scratch. */
struct work {
    const struct verdict_request *request;
    double *a, *b, *scratch;
};

static int shift_of(struct shift *out, const struct work *work, struct err *err)
{
    int na = work->request->na, nb = work->request->nb;

    if (!work->request->is_paired)
        return shift_unpaired(out, &(struct shift_group){work->a, na},
                              &(struct shift_group){work->b, nb}, err);
    for (int i = 0; i < na; i++)
        work->scratch[i] = work->b[i] - work->a[i];
    return shift_paired(out, work->scratch, na, err);
}

static double median_of(const struct work *work, const double *values, int n)
{
    memcpy(work->scratch, values, (size_t)n * sizeof *values);
    return stats_median(work->scratch, (size_t)n);
}

static void to_logarithms(double *values, int n)
{
    for (int i = 0; i < n; i++)
        values[i] = log(values[i]);
}

/* A shift of logarithms is a ratio. */
static int ratio_of(struct shift *out, const struct work *work, struct err *err)
{
    to_logarithms(work->a, work->request->na);
    to_logarithms(work->b, work->request->nb);
    if (shift_of(out, work, err) < 0)
        return -1;
    out->value = exp(out->value);
    out->lo = exp(out->lo);
    out->hi = exp(out->hi);
    return 0;
}

/* All values as picked; 0 when one is not above `least`. */
static int pick_all(const struct work *work, pick_fn pick, double least)
{
    const struct verdict_request *request = work->request;
    int is_whole = 1;

    for (int i = 0; i < request->na; i++) {
        work->a[i] = pick(&request->a[i]);
        is_whole &= work->a[i] > least;
    }
    for (int i = 0; i < request->nb; i++) {
        work->b[i] = pick(&request->b[i]);
        is_whole &= work->b[i] > least;
    }
    return is_whole;
}

static int answer(struct verdict_answer *out, const struct work *work,
                  pick_fn pick, struct err *err)
{
    int is_ratio = pick != pick_failed;

    if (!pick_all(work, pick, is_ratio ? 0 : -1))
        return 0;
    out->is_known = 1;
    out->a = median_of(work, work->a, work->request->na);
    out->b = median_of(work, work->b, work->request->nb);
    if (shift_of(&out->difference, work, err) < 0)
        return -1;
    return is_ratio ? ratio_of(&out->ratio, work, err) : 0;
}

/* ---- all of them ---- */

static enum verdict_call call_of(const struct shift *ratio, double margin)
{
    double most = 1 + margin, least = 1 / most;

    if (!ratio->has_interval)
        return VERDICT_UNDECIDED;
    if (ratio->lo > most)
        return VERDICT_SLOWER;
    if (ratio->hi < least)
        return VERDICT_FASTER;
    if (ratio->lo >= least && ratio->hi <= most)
        return VERDICT_EQUIVALENT;
    return VERDICT_UNDECIDED;
}

/* Half of the interval, as logarithms. */
static double half_of(const struct shift *ratio)
{
    return log(ratio->hi / ratio->lo) / 2;
}

/*
 * An interval gets shorter with the root of the number of runs.  It is to be
 * as short as the margin, or, when it is that already, as what lies between
 * the estimate and the nearest bound of the margin.
 */
static int needs_of(const struct shift *ratio, double margin, int runs)
{
    double half = half_of(ratio), aim = log1p(margin), needs;

    if (half <= aim)
        aim = fabs(fabs(log(ratio->value)) - aim);
    if (aim <= 0)
        return 0;
    needs = ceil(half * half / (aim * aim) * runs);
    if (needs > most_needs)
        return 0;
    return needs > runs ? (int)needs : runs + 1;
}

/* P-values of questions that were answered. */
static void correct(struct verdict *verdict)
{
    double p[VERDICT_OTHERS];
    int n = 0, used = 0;

    for (int i = 0; i < VERDICT_OTHERS; i++)
        if (verdict->others[i].is_known)
            p[n++] = i == VERDICT_FAILED ? verdict->others[i].difference.p
                                         : verdict->others[i].ratio.p;
    shift_holm(p, n);
    for (int i = 0; i < VERDICT_OTHERS; i++)
        if (verdict->others[i].is_known)
            verdict->others[i].ratio.p = verdict->others[i].difference.p =
                p[used++];
}

static double variance(const double *values, int n)
{
    double mean = 0, sum = 0;

    for (int i = 0; i < n; i++)
        mean += values[i] / n;
    for (int i = 0; i < n; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sum / (n - 1);
}

/* Of ln p50: within pairs when there are, else within A and B alike. */
static double variance_between(const struct work *work)
{
    int na = work->request->na, nb = work->request->nb;

    (void)pick_all(work, pick_p50, 0);
    to_logarithms(work->a, na);
    to_logarithms(work->b, nb);
    if (!work->request->is_paired)
        return (variance(work->a, na) + variance(work->b, nb)) / 2;
    for (int i = 0; i < na; i++)
        work->scratch[i] = work->b[i] - work->a[i];
    return variance(work->scratch, na) / 2;
}

static double mean_noise(const struct verdict_run *runs, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++) {
        if (runs[i].p50_noise <= 0)
            return -1;
        sum += runs[i].p50_noise * runs[i].p50_noise;
    }
    return sum / n;
}

static double noise_of(const struct work *work)
{
    const struct verdict_request *request = work->request;
    double a = mean_noise(request->a, request->na);
    double b = mean_noise(request->b, request->nb), between;

    if (request->na < 2 || request->nb < 2 || a < 0 || b < 0)
        return -1;
    between = variance_between(work);
    return between > 0 ? fmin((a + b) / 2 / between, 1) : -1;
}

static int answer_all(struct verdict *out, const struct work *work,
                      struct err *err)
{
    static const pick_fn others[VERDICT_OTHERS] = {
        [VERDICT_P99] = pick_p99,
        [VERDICT_FAILED] = pick_failed,
        [VERDICT_RATE] = pick_rate,
    };

    if (answer(&out->p50, work, pick_p50, err) < 0)
        return -1;
    for (int i = 0; i < VERDICT_OTHERS; i++)
        if (answer(&out->others[i], work, others[i], err) < 0)
            return -1;
    correct(out);
    out->noise = noise_of(work);
    return 0;
}

int verdict_find(struct verdict *out, const struct verdict_request *request,
                 struct err *err)
{
    int most = request->na > request->nb ? request->na : request->nb;
    int fewer = request->na + request->nb - most;
    double *room = calloc(3 * (size_t)most, sizeof *room);
    struct work work = {.request = request};
    int status;

    memset(out, 0, sizeof *out);
    if (!room)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    work.a = room;
    work.b = room + most;
    work.scratch = room + 2 * (size_t)most;
    status = answer_all(out, &work, err);
    free(room);
    if (status < 0)
        return -1;
    out->call = call_of(&out->p50.ratio, request->margin);
    if (!out->p50.ratio.has_interval) {
        out->needs = request->is_paired ? SHIFT_MIN_PAIRS : SHIFT_MIN_RUNS;
        return 0;
    }
    out->is_narrow = half_of(&out->p50.ratio) <= log1p(request->margin);
    if (out->call == VERDICT_UNDECIDED)
        out->needs = needs_of(&out->p50.ratio, request->margin, fewer);
    return 0;
}
