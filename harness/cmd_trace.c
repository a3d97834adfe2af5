#include "harness/cmd.h"
#include "harness/hostport.h"
#include "harness/trace.h"
#include "lib/args.h"

#include <stdio.h>
#include <stdlib.h>

enum { PORT, HOPS, TIMEOUT, CSV, JSON };

struct command {
    struct trace_request request;
    char host[NET_NAME_SIZE];
    int port_of_host; /* 0: it has none */
    const char *csv;
    int is_json;
};

static int take_number(const char *value, struct args_range range, int *to,
                       struct err *err)
{
    long long number;

    if (args_int(value, range, &number, err) < 0)
        return -1;
    *to = (int)number;
    return 0;
}

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct command *command = ctx;
    struct trace_request *request = &command->request;

    switch (key) {
    case PORT:
        return take_number(value, ARGS_RANGE("port", 1, 65535), &request->port,
                           err);
    case HOPS:
        return take_number(value, ARGS_RANGE("hops", 1, HOPS_MAX),
                           &request->max_hops, err);
    case TIMEOUT:
        return take_number(value, ARGS_RANGE("timeout", 1, 600),
                           &request->timeout_s, err);
    case CSV:
        command->csv = value;
        return value[0] ? 0 : args_bad(err, "csv", value, "a file");
    default:
        command->is_json = 1;
        return 0;
    }
}

static int take_host(const char *text, void *ctx, struct err *err)
{
    struct command *command = ctx;

    if (command->request.host)
        return err_set(err, ERR_USAGE, "usage",
                       "unexpected argument: \"%.80s\"", text);
    command->request.host = command->host;
    return hostport_parse(text, command->host, &command->port_of_host, err);
}

static int write_csv(const struct command *command, const struct trace *trace,
                     struct err *err)
{
    struct buf text = {0};
    FILE *to;
    int failed;

    if (!command->csv)
        return 0;
    to = fopen(command->csv, "we");
    if (!to)
        return err_sys(err, ERR_RESULTS, "results-write", "cannot write %s",
                       command->csv);
    hops_csv(&trace->hops, &text);
    failed = text.failed || fputs(buf_text(&text), to) == EOF;
    failed |= fclose(to) != 0;
    buf_release(&text);
    return failed ? err_sys(err, ERR_RESULTS, "results-write",
                            "cannot write %s", command->csv)
                  : 0;
}

static int print(const struct command *command, const struct trace *trace,
                 struct err *err)
{
    char *text;

    if (!command->is_json) {
        trace_text(trace, stdout);
        return 0;
    }
    text = trace_json(trace);
    if (!text)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    fputs(text, stdout);
    free(text);
    return 0;
}

/* Also a trace that failed shows what it saw; the worst failure is told. */
static int perform(const struct command *command, struct err *err)
{
    struct trace trace;
    struct err more = {0};

    if (trace_run(&command->request, &trace, err) < 0 && !trace.address[0])
        return -1;
    if (print(command, &trace, &more) < 0 ||
        write_csv(command, &trace, &more) < 0)
        err_worse(err, &more);
    more = (struct err){0};
    if (trace_verdict(&trace, &more) < 0)
        err_worse(err, &more);
    return err->code ? -1 : 0;
}

int cmd_trace(int argc, char **argv, struct err *err)
{
    static const struct args_option options[] = {
        {"port", PORT, "PORT", "2333", "the port under test"},
        {"hops", HOPS, "N", "30", "go no further: at most 64"},
        {"timeout", TIMEOUT, "SECONDS", "60", "stop the tool after so long"},
        {"csv", CSV, "FILE", NULL,
         "write a row for each probe: " HOPS_CSV_HEADER},
        {"json", JSON, NULL, NULL, "print JSON, for scripts"},
        {0},
    };
    struct command command = {
        .request = {.port = 2333, .max_hops = 30, .timeout_s = 60}};
    struct args_group group = {options, set, &command};
    struct args_spec spec = {
        .prog = "harness trace",
        .usage = "HOST[:PORT]",
        .doc = "Trace the path to a TCP port: whether it is open, every hop "
               "with three times, and the path MTU.  Ends with status 3 when "
               "the port cannot be connected to.",
        .more = "The hops come from traceroute, which needs root for TCP, or "
                "else from mtr.  Each row is a router on the way, with the "
                "times there and back of three probes; the last is the "
                "destination.  An address that refuses is marked as "
                "traceroute does: !H !N !X.  What did not answer is a star; "
                "a router inside may answer later than the destination.\n\n"
                "'Port closed': that host is there, and nothing listens.  "
                "Stars to the end and no connection: something drops what "
                "goes to the port; 'harness doctor --host' tells more.\n\n"
                "Examples:\n"
                "  harness trace 192.0.2.7:2333\n"
                "  harness trace '[2001:db8::7]:2333'\n"
                "  harness trace cloud.example --port 2333 --csv trace.csv",
        .groups = &group,
        .ngroups = 1,
        .operand = take_host,
        .ctx = &command,
    };
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (!command.request.host) {
        err_set(err, ERR_USAGE, "usage", "which host?");
        return err_hint(err, "harness trace HOST[:PORT]");
    }
    if (command.port_of_host > 0)
        command.request.port = command.port_of_host;
    return perform(&command, err);
}
