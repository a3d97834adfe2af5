#include "harness/run_shared.h"

#include <signal.h>

/* How often and by which signal we were asked to stop. */
static volatile sig_atomic_t stops, stop_signal;

static void on_stop(int signal_number)
{
    stop_signal = signal_number;
    stops = stops + 1;
}

int run_stops(void)
{
    return stops;
}

int run_stop_signal(void)
{
    return stop_signal;
}

void run_take_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop};

    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGHUP, &stop, NULL);
    /* A reader that leaves must not end a run: main() finds out. */
    (void)signal(SIGPIPE, SIG_IGN);
    /* Nor a file that may not grow: write() tells. */
    (void)signal(SIGXFSZ, SIG_IGN);
}
