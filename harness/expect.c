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

static int check_rtt(const struct stats_quantile *rtt, const char *name,
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

int expect_check(const struct scenario_expect *expect,
                 const struct summary *summary, struct err *err)
{
    double rate_mbit = summary->rate.bit_per_s / 1e6;

    if (expect->failed_max >= 0 &&
        summary->failed_share.value > expect->failed_max)
        return missed(err, "share of failed messages",
                      summary->failed_share.value, "at most",
                      expect->failed_max);
    if (check_rtt(&summary->rtt[SUMMARY_P50], "p50 of the RTT in ms",
                  expect->rtt_p50_ms_max, err) < 0 ||
        check_rtt(&summary->rtt[SUMMARY_P99], "p99 of the RTT in ms",
                  expect->rtt_p99_ms_max, err) < 0)
        return -1;
    if (expect->rate_mbit_min >= 0 &&
        (!summary->rate.is_known || rate_mbit < expect->rate_mbit_min))
        return missed(err, "rate in Mbit/s", rate_mbit, "at least",
                      expect->rate_mbit_min);
    return 0;
}
