#include "harness/expect.h"

static int missed(struct err *err, const char *what, double got,
                  const char *side, double limit)
{
    err_set(err, ERR_NO, "expect-missed",
            "not as expected: %s: %.6g, the scenario wants %s %.6g", what, got,
            side, limit);
    return err_hint(err, "the run is complete and recorded; \"expect\" in the "
                         "scenario sets the limits");
}

/* Was anything expected at all, of a run with the load that was asked for? */
static int check_load(const struct scenario_expect *expect,
                      const struct result_run *run, struct err *err)
{
    if (!result_run_is_degraded(run) ||
        (expect->failed_max < 0 && expect->rtt_p50_ms_max < 0 &&
         expect->rtt_p99_ms_max < 0 && expect->rate_mbit_min < 0))
        return 0;
    return missed(err, "messages a second", run->achieved_per_s, "at least",
                  0.99 * run->rate_per_s);
}

static int check_failed(double limit, const struct summary *summary,
                        struct err *err)
{
    double bad = (double)(summary->failed + summary->unsent);
    double all = bad + (double)summary->ok;
    double share = all > 0 ? bad / all : 0;

    return limit < 0 || share <= limit ? 0
                                       : missed(err, "share of failed messages",
                                                share, "at most", limit);
}

static int check_time(const struct stats_quantile *rtt, const char *name,
                      double limit_ms, struct err *err)
{
    if (limit_ms < 0)
        return 0;
    if (rtt->is_known && (double)rtt->value / 1e6 <= limit_ms)
        return 0;
    if (rtt->is_known)
        return missed(err, name, (double)rtt->value / 1e6, "at most", limit_ms);
    err_set(err, ERR_NO, "expect-missed",
            "not as expected: %s is not known: the run is too short", name);
    return err_hint(err, "measure longer: --set duration_s=N");
}

static int check_times(const struct scenario_expect *expect,
                       const struct summary *summary, struct err *err)
{
    const struct stats_quantile *rtt = summary->rtt;
    const struct stats_quantile *response = summary->open_loop.response;

    if (!summary->open_loop.is_open)
        return check_time(&rtt[SUMMARY_P50], "p50 of the RTT in ms",
                          expect->rtt_p50_ms_max, err) < 0
                   ? -1
                   : check_time(&rtt[SUMMARY_P99], "p99 of the RTT in ms",
                                expect->rtt_p99_ms_max, err);
    return check_time(&response[OPEN_LOOP_P50], "p50 of the response in ms",
                      expect->rtt_p50_ms_max, err) < 0
               ? -1
               : check_time(&response[OPEN_LOOP_P99],
                            "p99 of the response in ms", expect->rtt_p99_ms_max,
                            err);
}

int expect_check(const struct scenario_expect *expect,
                 const struct result_run *run, const struct summary *summary,
                 struct err *err)
{
    double rate_mbit = summary->rate.bit_per_s / 1e6;

    if (check_load(expect, run, err) < 0 ||
        check_failed(expect->failed_max, summary, err) < 0 ||
        check_times(expect, summary, err) < 0)
        return -1;
    if (expect->rate_mbit_min >= 0 &&
        (!summary->rate.is_known || rate_mbit < expect->rate_mbit_min))
        return missed(err, "rate in Mbit/s", rate_mbit, "at least",
                      expect->rate_mbit_min);
    return 0;
}
