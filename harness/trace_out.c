#include "harness/trace.h"

#include "lib/json.h"

#include <errno.h>
#include <string.h>

/* How the connection went, in tracetcp's words. */
static void put_port(const struct trace *trace, FILE *to)
{
    double ms = (double)trace->connect_ns / 1e6;
    int digits = ms < 9.95 ? 1 : 0;

    if (trace->connect_errno == 0)
        fprintf(to,
                "        Destination Reached in %.*f ms.\n"
                "Connection established to %s\n",
                digits, ms, trace->address);
    else if (trace->connect_errno == ECONNREFUSED)
        fprintf(to,
                "        Destination Reached in %.*f ms.\n"
                "Port closed on %s\n",
                digits, ms, trace->address);
    else
        fprintf(to,
                "        Destination not reached (%s) in %.*f ms.\n"
                "No connection to %s\n",
                err_name(trace->connect_errno), digits, ms, trace->address);
}

void trace_text(const struct trace *trace, FILE *to)
{
    struct buf hops = {0};

    fprintf(to, "Tracing route to %s", trace->address);
    if (strcmp(trace->host, trace->address) != 0)
        fprintf(to, " [%s]", trace->host);
    fprintf(to, " on port %d\nOver a maximum of %d hops.\n", trace->port,
            trace->max_hops);
    hops_text(&trace->hops, &hops);
    fputs(buf_text(&hops), to);
    buf_release(&hops);
    put_port(trace, to);
    if (trace->mtu_bytes >= 0)
        fprintf(to, "Path MTU %s%d bytes.\n",
                trace->mtu_proved ? "" : "at most ", trace->mtu_bytes);
    fputs(trace->tool ? "Trace Complete.\n" : "Trace incomplete.\n", to);
}

static void put_probe(struct cJSON *probes, const struct hops_probe *probe)
{
    struct cJSON *json = json_push_object(probes);

    if (probe->time_us < 0) {
        json_put_null(json, "address");
        json_put_null(json, "time_us");
    } else {
        json_put_text(json, "address", probe->address);
        json_put_int(json, "time_us", probe->time_us);
    }
    if (probe->mark[0])
        json_put_text(json, "mark", probe->mark);
    else
        json_put_null(json, "mark");
}

static void put_hops(struct cJSON *root, const struct hops *hops)
{
    struct cJSON *array = json_put_array(root, "hops");

    for (int hop = 0; hop < hops->n; hop++) {
        struct cJSON *json = json_push_object(array);
        struct cJSON *probes;

        json_put_int(json, "hop", hop + 1);
        probes = json_put_array(json, "probes");
        for (int i = 0; i < HOPS_PROBES; i++)
            put_probe(probes, &hops->at[hop][i]);
    }
}

char *trace_json(const struct trace *trace)
{
    struct cJSON *root = json_object();
    char *text;

    json_put_text(root, "host", trace->host);
    json_put_text(root, "address", trace->address);
    json_put_int(root, "port", trace->port);
    json_put_int(root, "max_hops", trace->max_hops);
    if (trace->tool)
        json_put_text(root, "tool", trace->tool);
    else
        json_put_null(root, "tool");
    json_put_bool(root, "connected", trace->connect_errno == 0);
    if (trace->connect_errno)
        json_put_text(root, "errno", err_name(trace->connect_errno));
    else
        json_put_null(root, "errno");
    json_put_int(root, "connect_ns", trace->connect_ns);
    if (trace->mtu_bytes >= 0)
        json_put_int(root, "path_mtu_bytes", trace->mtu_bytes);
    else
        json_put_null(root, "path_mtu_bytes");
    json_put_bool(root, "path_mtu_proved", trace->mtu_proved);
    put_hops(root, &trace->hops);
    text = json_print(root);
    json_free(root);
    return text;
}
