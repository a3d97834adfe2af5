#include "harness/warnings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *id, *meaning;
} words[WARNING_COUNT] = {
    [WARNING_DEGRADED] = {"degraded",
                          "The load was not the one that was asked for: "
                          "messages were sent late, or never, so that it "
                          "came to less than 99 % of the rate"},
    [WARNING_OUTAGE] = {"outage",
                        "Nothing came back for a time that is long against "
                        "the run. It counts as time in the echo rate; the "
                        "percentiles of round trips do not show it"},
    [WARNING_GAPS] = {"gaps",
                      "The client was stopped, or had no processor, for 0.1 s "
                      "or more: what waited meanwhile waited for it"},
    [WARNING_SUSPENDED] = {"suspended",
                           "The machine slept during the run: measure again"},
    [WARNING_WALL_CLOCK] = {"wall-clock",
                            "The clock of the day was set. Round trips come "
                            "from another clock and are not concerned; the "
                            "date of the run is"},
    [WARNING_LOCAL_LOSS] = {"local-loss",
                            "Sockets of this machine were full: that loss is "
                            "not the network's"},
    [WARNING_NOT_RECONCILED] = {"not-reconciled",
                                "Who lost the messages is not known"},
    [WARNING_CLOCK_DEAR] = {"clock-dear",
                            "A round trip takes less than 100 readings of the "
                            "clock, so the clock is in the times"},
    [WARNING_CLOCK_COARSE] = {"clock-coarse",
                              "A round trip takes less than 100 steps of the "
                              "clock, so many times are equal: ranks hold, "
                              "small differences do not"},
    [WARNING_SCHEDULE] = {"schedule",
                          "Messages were sent late by more than a tenth of "
                          "their interval: a client that spins keeps the "
                          "schedule (busy_poll), a lower rate too. Response "
                          "times count from when a "
                          "message was due, and hold"},
    [WARNING_LOAD] = {"load",
                      "Others computed when the run began, here or there: "
                      "their turns are in the tail of the times"},
    [WARNING_OTHERS] = {"others",
                        "Others computed during the run, here or there: "
                        "their turns are in the tail of the times"},
    [WARNING_STEAL] = {"steal",
                       "The host of this virtual machine gave its processors "
                       "to others: times have stalls that neither client nor "
                       "network made"},
    [WARNING_GOVERNOR] = {"governor",
                          "The clock rate of the processors follows the load, "
                          "and times with it: cpupower frequency-set -g "
                          "performance"},
    [WARNING_SHARED_HOST] = {"shared-host",
                             "Client and server were free to share the "
                             "processors of one machine. A loopback round "
                             "trip differs several times between one "
                             "processor for both and one for each, and the "
                             "scheduler may change its mind: tie them "
                             "(cpu.client, cpu.server) before two runs are "
                             "compared"},
    [WARNING_BIMODAL] = {"bimodal",
                         "Round trips come in two sizes, so the median tells "
                         "which was more frequent. On one machine that is "
                         "the scheduler's choice of processors, and tying "
                         "client and server to some helps (cpu.client, "
                         "cpu.server); over a network, two routes or a queue"},
    [WARNING_DELAYED_ACK] = {"delayed-ack",
                             "A delayed acknowledgement held up by Nagle's "
                             "algorithm takes 40 ms. Our sockets switch it "
                             "off (TCP_NODELAY), so look at the server and at "
                             "what is between"},
    [WARNING_FIRST_MESSAGES] = {"first-messages",
                                "The first message of a connection is slower "
                                "(address, route, slow start), and there were "
                                "so few others that high percentiles are of "
                                "first messages: measure longer"},
    [WARNING_SHORT_RUN] = {"short-run",
                           "Too short for its own memory: neighbouring "
                           "batches resemble each other, so intervals are too "
                           "narrow; measure longer"},
    [WARNING_ROUTE] = {"route",
                       "The path was another after the run than before it: "
                       "its times may be those of two"},
    [WARNING_NO_TRACE] = {"no-trace",
                          "Whether the path stayed the same is not known"},
    [WARNING_LEFT_BEHIND] = {"left-behind",
                             "Something could not be taken back on the "
                             "server's host"},
};

const char *warning_id(enum warning warning)
{
    return words[warning].id;
}

const char *warning_meaning(enum warning warning)
{
    return words[warning].meaning;
}

void warning_add(struct result_run *run, enum warning warning, const char *fmt,
                 ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    result_texts_add(&run->warnings, "%s: %s", words[warning].id, text);
}

enum warning warning_of(const char *line, const char **text)
{
    for (int i = 0; i < WARNING_COUNT; i++) {
        size_t n = strlen(words[i].id);

        if (strncmp(line, words[i].id, n) != 0 || line[n] != ':')
            continue;
        *text = line + n + 1 + (line[n + 1] == ' ');
        return (enum warning)i;
    }
    *text = line;
    return WARNING_COUNT;
}
