#define _GNU_SOURCE
#include "harness/route.h"
#include "harness/warnings.h"

#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOOL_TIMEOUT_S = 6, MAX_HOPS = 30 };

static const struct names {
    const char *when, *csv, *text;
} names[] = {
    [ROUTE_BEFORE] = {"before", RESULT_BEFORE_CSV, RESULT_BEFORE_TXT},
    [ROUTE_AFTER] = {"after", RESULT_AFTER_CSV, RESULT_AFTER_TXT},
};

static int is_elsewhere(const struct route *route)
{
    struct net_addrs addrs = {0};
    struct err ignored = {0};

    return net_resolve(route->host, route->port, &addrs, &ignored) == 0 &&
           !net_is_loopback(&addrs.at[0]) && !net_is_here(&addrs.at[0]);
}

/* ---- the files ---- */

static int enter(const struct route *route, const char *file, const char *text,
                 int64_t rows, struct err *err)
{
    if (result_write_text(route->result, route->run, file, text, err) < 0)
        return -1;
    return result_add_file(route->result, route->run, file, rows, err);
}

static int enter_csv(const struct route *route, const struct trace *trace,
                     const struct names *name, struct err *err)
{
    struct buf text = {0};
    int failed;

    hops_csv(&trace->hops, &text);
    failed = text.failed
                 ? err_set(err, ERR_RESOURCE, "no-memory", "out of memory")
                 : enter(route, name->csv, buf_text(&text),
                         (int64_t)trace->hops.n * HOPS_PROBES, err);
    buf_release(&text);
    return failed;
}

static int enter_listing(const struct route *route, const struct trace *trace,
                         const struct names *name, struct err *err)
{
    char *bytes = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&bytes, &n);
    int failed;

    if (to)
        trace_text(trace, to);
    failed = !to || fclose(to) != 0 || !bytes
                 ? err_set(err, ERR_RESOURCE, "no-memory", "out of memory")
                 : enter(route, name->text, bytes, 0, err);
    free(bytes);
    return failed;
}

/* ---- what it means ---- */

static void put_note(const struct route *route, const struct trace *trace)
{
    char mtu[40] = "MTU not known", after[24];
    int hops = hops_last_answer(&trace->hops);

    if (trace->mtu_bytes >= 0)
        snprintf(mtu, sizeof mtu, "MTU %s%d bytes",
                 trace->mtu_proved ? "" : "at most ", trace->mtu_bytes);
    result_texts_add(
        &route->run->notes, "path to %s: %d hop%s, %s, TCP port %d %s after %s",
        trace->address, hops, hops == 1 ? "" : "s", mtu, trace->port,
        trace->connect_errno ? "closed" : "open",
        num_duration((double)trace->connect_ns, after, sizeof after));
}

static void compare(const struct route *route, const struct trace *after)
{
    const struct trace *before = &route->before;
    struct result_run *run = route->run;
    char what[256];

    if (!before->address[0] || !after->address[0])
        return; /* one was not made, which is told */
    if (strcmp(before->address, after->address) != 0)
        warning_add(run, WARNING_ROUTE,
                    "the name %s was %s before the run and %s after it",
                    route->host, before->address, after->address);
    else if (hops_differ(&before->hops, &after->hops, after->address, what,
                         sizeof what))
        warning_add(run, WARNING_ROUTE, "the route to %s changed: %s",
                    after->address, what);
    if (before->mtu_proved && after->mtu_proved &&
        before->mtu_bytes != after->mtu_bytes)
        warning_add(run, WARNING_ROUTE,
                    "the path MTU was %d bytes before the run and %d "
                    "after it",
                    before->mtu_bytes, after->mtu_bytes);
}

int route_look(struct route *route, enum route_when when, struct err *err)
{
    struct trace_request request = {
        .host = route->host,
        .port = route->port,
        .max_hops = MAX_HOPS,
        .timeout_s = TOOL_TIMEOUT_S,
        .is_brief = 1,
        /* else the run ends in a moment */
        .if_reached = !result_run_is_udp(route->run)};
    const struct names *name = &names[when];
    struct err trouble = {0};
    struct trace trace;

    if (!is_elsewhere(route))
        return 0;
    if (trace_run(&request, &trace, &trouble) < 0)
        warning_add(route->run, WARNING_NO_TRACE,
                    "the trace %s the run is not whole: %s", name->when,
                    trouble.msg);
    if (trace.hops.n > 0 && (enter_csv(route, &trace, name, err) < 0 ||
                             enter_listing(route, &trace, name, err) < 0))
        return -1;
    if (when == ROUTE_AFTER) {
        compare(route, &trace);
        return 0;
    }
    route->before = trace;
    if (trace.address[0])
        put_note(route, &trace);
    return 0;
}
