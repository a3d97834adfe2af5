#define _GNU_SOURCE
#include "clients/ticker.h"

#include "lib/clock.h"

#include <signal.h>
#include <sys/time.h>

static const int64_t progress_every_ns = CLOCK_NS_PER_S / 4;
static const int64_t flush_every_ns = CLOCK_NS_PER_S;
static const int64_t stop_drain_ns = CLOCK_NS_PER_S;

static volatile sig_atomic_t stops, continues;

void ticker_stop(void)
{
    stops = stops + 1;
}

int ticker_stops(void)
{
    return stops;
}

void ticker_continue(void)
{
    continues = continues + 1;
}

int ticker_continues(void)
{
    return continues;
}

void ticker_begin(struct ticker *ticker, int64_t now_ns)
{
    ticker->first_send_ns = now_ns;
    ticker->result->meter.recent_since_ns = now_ns;
    ticker->result->meter.first_sent_ns = now_ns;
    ticker->next_progress_ns = now_ns + progress_every_ns;
    ticker->next_flush_ns = now_ns + flush_every_ns;
}

int64_t ticker_since_epoch(const struct ticker *ticker, int64_t ns)
{
    return ns ? ns - ticker->epoch_ns : RECORD_NONE;
}

int ticker_may_begin(const struct ticker *ticker, int64_t now_ns)
{
    const struct load_plan *plan = ticker->plan;

    if (stops || ticker->result->refusing)
        return 0;
    if (plan->messages && ticker->result->intended >= plan->messages)
        return 0;
    return !plan->duration_ns ||
           now_ns - ticker->first_send_ns < plan->duration_ns;
}

int ticker_is_due(const struct ticker *ticker, int64_t now_ns)
{
    return now_ns >= ticker->next_progress_ns ||
           now_ns >= ticker->next_flush_ns || now_ns >= ticker->next_scan_ns ||
           (stops && !ticker->stop_ns) || stops > 1;
}

void ticker_report(struct ticker *ticker, int64_t now_ns)
{
    struct progress progress = {
        .elapsed_ns = now_ns - ticker->first_send_ns,
        .limit_ns = ticker->plan->duration_ns,
        .limit = ticker->plan->messages,
    };

    ticker->next_progress_ns = now_ns + progress_every_ns;
    meter_progress(&ticker->result->meter, now_ns, &progress);
    if (ticker->out->on_progress)
        ticker->out->on_progress(&progress, ticker->out->ctx);
}

int ticker_tick(struct ticker *ticker, int64_t now_ns, struct err *err)
{
    if (stops && !ticker->stop_ns) {
        ticker->stop_ns = now_ns;
        ticker->result->stopped = 1;
    }
    if (now_ns >= ticker->next_progress_ns)
        ticker_report(ticker, now_ns);
    if (now_ns >= ticker->next_flush_ns && ticker->out->messages) {
        ticker->next_flush_ns = now_ns + flush_every_ns;
        if (record_flush(ticker->out->messages, err) < 0)
            return -1;
    }
    if (now_ns < ticker->next_scan_ns && stops < 2)
        return 0;
    ticker->next_scan_ns = now_ns + ticker->slice_ns;
    return 1;
}

int ticker_is_over(const struct ticker *ticker, int64_t now_ns)
{
    return stops > 1 ||
           (ticker->stop_ns && now_ns - ticker->stop_ns >= stop_drain_ns);
}

int ticker_connection(const struct ticker *ticker,
                      const struct ticker_connection *conn, struct err *err)
{
    const struct net_tcp_info *info = conn->info;
    char line[RECORD_ROW_MAX], *to = line;

    if (!ticker->out->connections)
        return 0;
    to = record_put_int(to, conn->number);
    to = record_put_int(to, ticker_since_epoch(ticker, conn->connect_start_ns));
    to = record_put_int(to, ticker_since_epoch(ticker, conn->connect_end_ns));
    to = record_put_text(to, outcome_name(conn->end));
    to = record_put_int(to, ticker_since_epoch(ticker, conn->first_byte_ns));
    to = record_put_int(to, ticker_since_epoch(ticker, conn->last_byte_ns));
    to = record_put_int(to, info ? info->retransmits : RECORD_NONE);
    to = record_put_int(to, info ? info->rtt_us : RECORD_NONE);
    to = record_put_int(to, info ? info->min_rtt_us : RECORD_NONE);
    to = record_put_int(to, info ? info->rcv_rtt_us : RECORD_NONE);
    to = record_put_int(to, info ? info->mss_bytes : RECORD_NONE);
    to = record_put_text(to, conn->end_errno ? err_name(conn->end_errno) : "");
    to[-1] = '\n';
    *to = '\0';
    return record_add_line(ticker->out->connections, line, err);
}

static void on_beat(int signal_number)
{
    (void)signal_number;
}

void ticker_beat(int64_t every_ns)
{
    struct sigaction wake = {.sa_handler = on_beat};
    struct timeval every = {
        .tv_sec = (time_t)(every_ns / CLOCK_NS_PER_S),
        .tv_usec = (suseconds_t)(every_ns % CLOCK_NS_PER_S / 1000),
    };
    struct itimerval timer = {.it_interval = every, .it_value = every};

    (void)sigaction(SIGALRM, &wake, NULL);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}
