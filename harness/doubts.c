#include "harness/doubts.h"

#include "harness/fitness.h"
#include "harness/modes.h"
#include "harness/warnings.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>

/* Also of a run whose median has no interval. */
static int64_t median_ns(const struct summary *summary)
{
    return summary->grid_ns[SUMMARY_GRID / 2];
}

/* ---- the clock ---- */

static void doubt_clock(struct result_run *run, const struct doubts *doubts)
{
    double p50_ns = (double)median_ns(doubts->summary);
    const struct floor_result *floor = doubts->floor;
    char rtt[24], one[24];

    num_duration(p50_ns, rtt, sizeof rtt);
    if (fitness_clock_is_dear(p50_ns, floor->clock_cost_ns))
        warning_add(run, WARNING_CLOCK_DEAR,
                    "the median round trip is %s, one reading of the clock %s",
                    rtt, num_duration(floor->clock_cost_ns, one, sizeof one));
    if (fitness_clock_is_coarse(p50_ns, (double)floor->clock_step_ns))
        warning_add(
            run, WARNING_CLOCK_COARSE,
            "the median round trip is %s, one step of the clock %s", rtt,
            num_duration((double)floor->clock_step_ns, one, sizeof one));
}

static void doubt_schedule(struct result_run *run, const struct doubts *doubts)
{
    const struct open_loop *open = &doubts->summary->open_loop;
    char late[24], interval[24];

    if (!open->is_open || !fitness_is_late(run->rate_per_s, open->late_p99_ns))
        return;
    warning_add(run, WARNING_SCHEDULE,
                "1 of 100 messages was sent %s late or more, of an interval "
                "of %s",
                num_duration((double)open->late_p99_ns, late, sizeof late),
                num_duration(1e9 / run->rate_per_s, interval, sizeof interval));
}

static void doubt_time(struct result_run *run, const struct conditions *seen)
{
    char text[24];

    if (fitness_is_stepped(seen->wall_step_ns))
        warning_add(
            run, WARNING_WALL_CLOCK, "the clock of the day moved by %s%s",
            seen->wall_step_ns < 0 ? "-" : "",
            num_duration((double)llabs(seen->wall_step_ns), text, sizeof text));
    if (fitness_has_slept(seen->slept_ns))
        warning_add(run, WARNING_SUSPENDED, "the machine was suspended for %s",
                    num_duration((double)seen->slept_ns, text, sizeof text));
}

/* ---- who else was there ---- */

static void doubt_load(struct result_run *run, const struct doubts *doubts)
{
    const struct conditions *seen = doubts->conditions;

    if (doubts->is_first && fitness_is_loaded(&seen->load_before))
        warning_add(run, WARNING_LOAD, "%.2f when the first run began",
                    seen->load_before.minutes[0]);
    /* A server that runs here already is not told from others. */
    if ((run->launched || !result_run_is_here(run)) &&
        fitness_is_busy(seen->others_s, seen->elapsed_s))
        warning_add(run, WARNING_OTHERS,
                    "others took %.2g processors during the run",
                    seen->others_s / seen->elapsed_s);
    if (fitness_is_stolen(seen->steal_s, seen->cpu_s))
        warning_add(run, WARNING_STEAL,
                    "%.2g %% of the processors' time, %.2f s",
                    100 * seen->steal_s / seen->cpu_s, seen->steal_s);
    if (fitness_is_governed(doubts->governor))
        warning_add(run, WARNING_GOVERNOR, "\"%s\", not \"performance\"",
                    doubts->governor);
}

static void doubt_placement(struct result_run *run)
{
    if (!result_run_is_here(run) || run->emulated ||
        (run->cpu_client >= 0 && (run->cpu_server >= 0 || !run->launched)))
        return;
    warning_add(run, WARNING_SHARED_HOST,
                "the %s tied to no processor of the machine they share",
                run->cpu_client >= 0   ? "server was"
                : run->cpu_server >= 0 ? "client was"
                                       : "client and the server were");
}

/* ---- what the times look like ---- */

static void doubt_modes(struct result_run *run, const struct summary *summary,
                        const struct placement *placement)
{
    struct modes modes = modes_of(summary->grid_ns, SUMMARY_GRID);
    char low[24], high[24], seen[64] = "";

    if (placement->looks > 0)
        snprintf(seen, sizeof seen, "; seen on one processor %d of %d times",
                 placement->together, placement->looks);
    if (modes.are_two)
        warning_add(run, WARNING_BIMODAL,
                    "%.0f %% of the round trips take about %s, the other "
                    "%.0f %% about %s%s",
                    100 * (1 - modes.high_share),
                    num_duration(modes.low_ns, low, sizeof low),
                    100 * modes.high_share,
                    num_duration(modes.high_ns, high, sizeof high), seen);
}

/* One short message at a time takes as long as connecting does. */
static int is_like_connecting(const struct result_run *run)
{
    enum { SEGMENT_BYTES = 1400 };

    return !run->emulated && run->connections * run->window == 1 &&
           run->rate_per_s <= 0 && run->message_size_bytes <= SEGMENT_BYTES;
}

/*
 * What a round trip takes without the 40 ms: connecting tells where it is
 * alike, and the median where it is shorter.
 */
static int64_t undelayed_ns(const struct result_run *run,
                            const struct summary *summary)
{
    int64_t p50_ns = median_ns(summary);
    int64_t connect_ns = summary->connect.p50_ns;

    if (!is_like_connecting(run) || summary->connect.connected == 0 ||
        p50_ns < connect_ns)
        return p50_ns;
    return connect_ns;
}

/* A heap, not a tail: three times as many as on either side of it. */
static void doubt_delayed_ack(struct result_run *run,
                              const struct summary *summary)
{
    static const double least_share = 0.01, half_ns = 17.5e6;
    enum { FEWEST = 5, HEAP = 3 };
    const struct texture *texture = &summary->texture;
    int64_t at = texture->at_40ms;
    double share = (double)at / (double)summary->ok;
    char base[24];

    if (summary->is_udp || at < FEWEST || share < least_share ||
        at < HEAP * texture->before_40ms || at < HEAP * texture->after_40ms ||
        (double)undelayed_ns(run, summary) > half_ns)
        return;
    warning_add(
        run, WARNING_DELAYED_ACK,
        "%.3g %% of the round trips take 35 to 50 ms on a path of %s",
        100 * share,
        num_duration((double)undelayed_ns(run, summary), base, sizeof base));
}

static void doubt_firsts(struct result_run *run, const struct summary *summary)
{
    static const double least_share = 0.01;
    enum { SLOWER = 2 };
    const struct texture *texture = &summary->texture;
    int64_t p50_ns = median_ns(summary);
    char first[24], all[24];

    /* With a connection for each message all are alike. */
    if (texture->firsts == summary->ok ||
        (double)texture->firsts < least_share * (double)summary->ok ||
        texture->first_p50_ns < SLOWER * p50_ns)
        return;
    warning_add(
        run, WARNING_FIRST_MESSAGES,
        "the first of each connection takes %s, the median of all is "
        "%s, and 1 of %lld is a first one",
        num_duration((double)texture->first_p50_ns, first, sizeof first),
        num_duration((double)p50_ns, all, sizeof all),
        (long long)(summary->ok / texture->firsts));
}

static void doubt_shape(struct result_run *run, const struct summary *summary,
                        const struct placement *placement)
{
    static const double most = 0.3;

    if (summary->lag1 > most)
        warning_add(run, WARNING_SHORT_RUN,
                    "neighbouring batches correlate by %.2f, more than %.1f",
                    summary->lag1, most);
    doubt_modes(run, summary, placement);
    doubt_delayed_ack(run, summary);
    doubt_firsts(run, summary);
}

static void doubt_silence(struct result_run *run, const struct summary *summary)
{
    const struct silence *silence = &summary->silence;
    char longest[24], from[24];

    if (!silence->is_outage)
        return;
    warning_add(
        run, WARNING_OUTAGE, "no answer for %s, from %s %s",
        num_duration((double)silence->longest_ns, longest, sizeof longest),
        num_duration((double)silence->from_ns, from, sizeof from),
        summary->ok == 0 ? "on: none came at all" : "of the run on");
}

void doubts_add(struct result_run *run, const struct doubts *doubts)
{
    if (doubts->conditions->is_ended) {
        doubt_time(run, doubts->conditions);
        doubt_load(run, doubts);
        doubts_add_far(run, &doubts->conditions->far, doubts->is_first);
    }
    doubt_placement(run);
    doubt_silence(run, doubts->summary);
    if (doubts->summary->ok == 0)
        return;
    doubt_clock(run, doubts);
    doubt_schedule(run, doubts);
    doubt_shape(run, doubts->summary, &doubts->conditions->placement);
}
