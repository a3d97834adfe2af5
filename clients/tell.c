#include "clients/tell.h"

#include "lib/clock.h"
#include "lib/key.h"
#include "lib/num.h"
#include "lib/outage.h"

#include <stdio.h>

/* The success share so far, a line a second. */
static void say_share(const struct tell *tell, const struct progress *progress)
{
    static const int64_t quarter_ns = CLOCK_NS_PER_S / 4;
    int64_t ok = progress->messages - progress->failed;

    if (tell->quiet || !progress->messages ||
        progress->elapsed_ns / quarter_ns % 4 != 0)
        return;
    printf("%4lld s  success %.4f %%  (%lld of %lld)\n",
           (long long)(progress->elapsed_ns / CLOCK_NS_PER_S),
           100 * (double)ok / (double)progress->messages, (long long)ok,
           (long long)progress->messages);
    fflush(stdout);
}

void tell_progress(const struct progress *progress, void *ctx)
{
    const struct tell *tell = ctx;
    char line[PROGRESS_LINE_SIZE];

    if (tell->machine) {
        progress_format(progress, line);
        printf("%s\n", line);
        fflush(stdout);
    } else if (tell->bar) {
        progress_draw(progress, tell->program, progress_columns(), line,
                      sizeof line);
        fprintf(stderr, "\r\033[K%s", line);
    } else if (tell->plan->persists) {
        say_share(tell, progress);
    }
}

/* It did not keep its rate: no open loop of that rate was measured. */
static int is_degraded(const struct tell *tell,
                       const struct load_result *result)
{
    return result->achieved_per_s < 0.99 * tell->plan->rate_per_s;
}

/* When the client stood still, a line each. */
static void print_gaps(const struct gaps *gaps)
{
    char line[GAPS_LINE_SIZE];

    for (int i = 0; i < gaps->ntold; i++) {
        gaps_format(gaps->told[i], line);
        printf("%s\n", line);
    }
}

/* The counts as one line: the harness checks the record against it. */
static void print_counts(const struct tell *tell,
                         const struct load_result *result)
{
    printf("counts intended=%lld connected=%d broken=%d plain=%d",
           (long long)result->intended, result->connected, result->broken,
           tell->plain);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        printf(" %s=%lld", outcome_name((enum outcome)i),
               (long long)result->meter.outcomes[i]);
    printf(" gaps=%lld gaps_left_out=%lld", (long long)result->gaps.count,
           (long long)result->gaps.left_out);
    if (tell->plan->rate_per_s > 0)
        printf(" offered=%.3f achieved=%.3f degraded=%d",
               tell->plan->rate_per_s, result->achieved_per_s,
               is_degraded(tell, result));
    printf(" duplicated=%lld reordered=%lld unmatched=%lld local_drops=%lld\n",
           (long long)result->duplicated, (long long)result->reordered,
           (long long)result->unmatched, (long long)result->local_drops);
}

static void print_failures(const struct meter *meter)
{
    for (int i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++)
        if (meter->outcomes[i])
            printf("    %-12s %lld\n", outcome_name((enum outcome)i),
                   (long long)meter->outcomes[i]);
}

static void print_oddities(const struct load_result *result)
{
    const struct {
        const char *what;
        int64_t n;
    } lines[] = {
        {"duplicated", result->duplicated},
        {"reordered", result->reordered},
        {"unmatched", result->unmatched},
        {"local drops", result->local_drops},
        {"gaps", result->gaps.count}, /* the client itself stood still */
    };

    for (int i = 0; i < 5; i++)
        if (lines[i].n)
            printf("  %-11s %lld\n", lines[i].what, (long long)lines[i].n);
}

/* Of those that were answered, and of so many that never will be. */
static void print_times(const char *what, const struct meter *meter,
                        int64_t missed)
{
    static const double pct[] = {50, 90, 99};
    double ok = (double)meter->outcomes[OUTCOME_OK];
    char text[24];

    printf("  %-12s", what);
    for (int i = 0; i < 3; i++) {
        double of_ok = pct[i] * (ok + (double)missed) / ok;

        printf("%sp%.0f %s", i ? "  " : "", pct[i],
               of_ok > 100 ? "n/a"
                           : num_duration(meter_percentile_ns(meter, of_ok),
                                          text, sizeof text));
    }
    printf("   (within 1 %%)\n");
}

/* From sending is the service, from the schedule what a user would feel. */
static void print_open_loop(const struct tell *tell,
                            const struct load_result *result)
{
    printf("  offered     %.6g /s, achieved %.6g /s%s\n",
           tell->plan->rate_per_s, result->achieved_per_s,
           is_degraded(tell, result) ? ": degraded, below 99 %" : "");
    if (result->missed)
        printf("  never sent  %lld of %lld messages that were due\n",
               (long long)result->missed, (long long)result->intended);
    if (result->meter.outcomes[OUTCOME_OK] == 0)
        return;
    print_times("service", &result->meter, 0);
    print_times("response", &result->response, result->missed);
}

/* Up to the last reply; and an outage that the run ended with. */
static int64_t span_of(const struct load_plan *plan, const struct meter *meter)
{
    int64_t silent_ns = meter->last_failed_ns - meter->last_received_ns;
    int64_t span_ns = meter->last_received_ns - meter->first_sent_ns;
    int64_t patience_ns = outage_patience_ns(plan->is_udp, plan->rate_per_s,
                                             plan->timeout_ns);

    return silent_ns > 0 && silent_ns > outage_limit_ns(span_ns + silent_ns,
                                                        meter_finished(meter),
                                                        patience_ns)
               ? span_ns + silent_ns
               : span_ns;
}

static void print_closed_loop(const struct load_plan *plan,
                              const struct meter *meter)
{
    int64_t span_ns = span_of(plan, meter);
    char bits[24];

    if (meter->outcomes[OUTCOME_OK] == 0 || span_ns <= 0)
        return;
    num_bitrate(8e9 * (double)meter->ok_bytes / (double)span_ns, bits,
                sizeof bits);
    printf("  echo rate   %s   (8 x bytes / time)\n", bits);
    print_times("RTT", meter, 0);
}

/* The hello is short, and came back: else nothing would have been sent. */
static void print_silence(const struct load_plan *plan,
                          const struct meter *meter)
{
    enum { UNFRAGMENTED_BYTES = 1472 }; /* and what a public server answers */
    int64_t lost = meter->outcomes[OUTCOME_LOST];

    if (plan->is_udp && lost > 0 && lost == meter_finished(meter) &&
        plan->size_bytes > UNFRAGMENTED_BYTES)
        printf("  none came back, but the hello of %d bytes did: too long for "
               "the server\n  (its --max-message) or for the path?\n",
               plan->key ? KEY_MESSAGE_BYTES : MSG_HEADER_BYTES);
}

static void print_summary(const struct tell *tell,
                          const struct load_result *result)
{
    const struct load_plan *plan = tell->plan;
    const struct meter *meter = &result->meter;
    char ok[32];

    num_grouped(meter->outcomes[OUTCOME_OK], ok, sizeof ok);
    printf("%s%s: %lld byte%s, %d connection%s, %s loop%s\n", plan->target.text,
           tell->plain ? " (plain echo)" : "", (long long)plan->size_bytes,
           plan->size_bytes == 1 ? "" : "s", plan->connections,
           plan->connections == 1 ? "" : "s",
           plan->rate_per_s > 0 ? "open" : "closed",
           plan->is_udp ? " over UDP" : "");
    printf("  messages    %s ok, %lld failed\n", ok,
           (long long)meter_failures(meter));
    print_failures(meter);
    print_silence(plan, meter);
    print_oddities(result);
    if (plan->rate_per_s > 0)
        print_open_loop(tell, result);
    else
        print_closed_loop(plan, meter);
}

void tell_result(const struct tell *tell, const struct load_result *result)
{
    if (tell->bar)
        fprintf(stderr, "\r\033[K");
    if (tell->machine) {
        print_gaps(&result->gaps);
        print_counts(tell, result);
    } else if (!tell->quiet) {
        print_summary(tell, result);
    }
    fflush(stdout);
}
