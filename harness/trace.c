#include "harness/trace.h"

#include "harness/proc.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t connect_timeout_ns = 5 * CLOCK_NS_PER_S;
static const int64_t brief_timeout_ns = 2 * CLOCK_NS_PER_S;
static const int64_t mtu_timeout_ns = CLOCK_NS_PER_S / 2;
enum { MAX_ARGS = 24, MAX_LINES = 2000, LINE_SIZE = 512 };

/* ---- the port ---- */

/* Connect to the first address that lets us; else tell of the first. */
static void knock(struct trace *trace, const struct net_addrs *addrs,
                  int64_t timeout_ns)
{
    for (int i = 0; i < addrs->n; i++) {
        int64_t start_ns = clock_now_ns();
        int fd = net_connect(&addrs->at[i], timeout_ns);
        int cause = fd < 0 ? errno : 0;

        if (fd >= 0)
            close(fd);
        if (i > 0 && cause)
            continue;
        trace->to = addrs->at[i];
        trace->connect_errno = cause;
        trace->connect_ns = clock_now_ns() - start_ns;
        if (!cause)
            break;
    }
    net_host_text(&trace->to, trace->address, sizeof trace->address);
}

int trace_verdict(const struct trace *trace, struct err *err)
{
    int last = hops_last_answer(&trace->hops);

    if (!trace->connect_errno)
        return 0;
    net_connect_err(err, &trace->to, trace->connect_errno, trace->connect_ns);
    if (last > 0 && trace->connect_errno != ECONNREFUSED)
        err_wrap(err, "the last answer came from hop %d", last);
    return -1;
}

/* ---- the tools ---- */

struct tool {
    const char *name, *package;
    const char *argv[MAX_ARGS];
    int is_mtr;
};

struct numbers {
    char port[8], hops[8];
    const char *wait_s, *at_once; /* for a probe; how many under way */
};

static struct tool traceroute(const struct trace *trace,
                              const struct numbers *numbers)
{
    return (struct tool){.name = "traceroute",
                         .package = "traceroute",
                         .argv = {"traceroute", "-T", "-O", "info", "-n", "-q",
                                  "3", "-w", numbers->wait_s, "-N",
                                  numbers->at_once, "-m", numbers->hops, "-p",
                                  numbers->port, "--", trace->address}};
}

static struct tool mtr(const struct trace *trace, const struct numbers *numbers)
{
    return (struct tool){.name = "mtr",
                         .package = "mtr-tiny",
                         .is_mtr = 1,
                         .argv = {"mtr", "--raw", "--tcp", "-n", "-c", "3",
                                  "-G", "1", "-Z", numbers->wait_s, "-m",
                                  numbers->hops, "-P", numbers->port, "--",
                                  trace->address}};
}

static int take_line(struct hops_mtr *reader, int is_mtr, const char *line)
{
    if (strlen(line) == LINE_SIZE - 1) /* cut */
        return -1;
    return is_mtr ? hops_take_mtr(reader, line)
                  : hops_take_traceroute(reader->hops, line);
}

static int bad_output(const struct tool *tool, const char *line,
                      struct err *err)
{
    err_set(err, ERR_HELPER, "trace-output",
            "%s printed what no trace holds: \"%.80s\"", tool->name, line);
    return err_hint(err, "is that the %s of package %s? %s --version tells",
                    tool->name, tool->package, tool->name);
}

/* Its lines until it ends or the time is over. */
static int take_lines(struct proc *proc, const struct tool *tool,
                      struct hops *hops, int64_t timeout_ns, struct err *err)
{
    int64_t deadline_ns = clock_now_ns() + timeout_ns;
    struct hops_mtr reader = {.hops = hops};
    char line[LINE_SIZE];
    int lines = 0;

    while (!proc_ended(proc) && clock_now_ns() < deadline_ns) {
        if (!proc_line(proc, line, sizeof line, deadline_ns - clock_now_ns()))
            continue;
        if (++lines > MAX_LINES || take_line(&reader, tool->is_mtr, line) < 0)
            return bad_output(tool, line, err);
    }
    return 0;
}

/* What it said of its failure: the first line of its stderr. */
static int tool_failed(const struct tool *tool, const struct proc *proc,
                       struct err *err)
{
    const char *said = buf_text(&proc->err);

    err_set(err, ERR_HELPER, "trace-failed", "%s: ended with status %d: %.*s",
            tool->name, proc->exit_code, (int)strcspn(said, "\n"), said);
    if (strstr(said, "rivileges") || strstr(said, "not permitted"))
        return err_hint(err, "TCP probes need root: sudo harness trace ...; "
                             "mtr needs none: apt-get install mtr-tiny");
    return err_hint(err, "run it by hand to see more: %s --help", tool->name);
}

static int judge(const struct tool *tool, const struct proc *proc,
                 int timeout_s, const struct hops *hops, struct err *err)
{
    if (!proc->ended) {
        err_set(err, ERR_HELPER, "trace-timeout", "%s: stopped after %d s",
                tool->name, timeout_s);
        return err_hint(err, "--timeout gives it longer, --hops a shorter way");
    }
    if (proc->exit_code != 0)
        return tool_failed(tool, proc, err);
    return hops->n > 0 ? 0 : bad_output(tool, "", err);
}

static int use(const struct tool *tool, struct trace *trace, int timeout_s,
               struct err *err)
{
    const char *path = getenv("PATH");
    char search[4096];
    const char *const env[] = {search, "LC_ALL=C", NULL};
    struct proc_spec spec = {.argv = tool->argv, .env = env, .cpu = -1};
    struct proc proc;
    int failed;

    snprintf(search, sizeof search, "PATH=%s", path ? path : "/usr/bin:/bin");
    if (proc_start(&proc, &spec, err) < 0)
        return -1;
    failed = take_lines(&proc, tool, &trace->hops, timeout_s * CLOCK_NS_PER_S,
                        err) < 0 ||
             judge(tool, &proc, timeout_s, &trace->hops, err) < 0;
    proc_release(&proc);
    (void)hops_end_at(&trace->hops, trace->address);
    if (!failed)
        trace->tool = tool->name;
    return failed ? -1 : 0;
}

static int missing(struct err *err)
{
    err_set(err, ERR_HELPER, "trace-missing",
            "neither traceroute nor mtr is installed (package traceroute)");
    return err_hint(err, "sh setup.sh installs it, or: apt-get install "
                         "traceroute");
}

/*
 * traceroute tells a refusal from an answer and whose each time is, but needs
 * root; mtr comes with a helper that has the right.
 */
static int follow(struct trace *trace, const struct trace_request *request,
                  struct err *err)
{
    struct numbers numbers = {.wait_s = request->is_brief ? "1" : "2",
                              .at_once = request->is_brief ? "48" : "16"};
    struct tool tools[2];
    int is_root = geteuid() == 0;

    snprintf(numbers.port, sizeof numbers.port, "%d", trace->port);
    snprintf(numbers.hops, sizeof numbers.hops, "%d", trace->max_hops);
    tools[!is_root] = traceroute(trace, &numbers);
    tools[is_root] = mtr(trace, &numbers);
    for (int i = 0; i < 2; i++) {
        struct err one = {0};

        if (use(&tools[i], trace, request->timeout_s, &one) == 0)
            return 0;
        if (strcmp(one.id, "helper-missing") == 0)
            continue;
        *err = one;
        return -1;
    }
    return missing(err);
}

/* Whether a datagram was too big is told as soon as others are answered. */
static int64_t mtu_patience_ns(const struct trace_request *request,
                               const struct trace *trace)
{
    int64_t enough_ns = CLOCK_NS_PER_S / 10 + 4 * trace->connect_ns;

    return request->is_brief && !trace->connect_errno &&
                   enough_ns < mtu_timeout_ns
               ? enough_ns
               : mtu_timeout_ns;
}

int trace_run(const struct trace_request *request, struct trace *trace,
              struct err *err)
{
    struct net_addrs addrs = {0};

    memset(trace, 0, sizeof *trace);
    snprintf(trace->host, sizeof trace->host, "%.255s", request->host);
    trace->port = request->port;
    trace->max_hops = request->max_hops;
    trace->mtu_bytes = -1;
    if (net_resolve(request->host, request->port, &addrs, err) < 0)
        return -1;
    knock(trace, &addrs,
          request->is_brief ? brief_timeout_ns : connect_timeout_ns);
    if (request->if_reached && trace->connect_errno &&
        trace->connect_errno != ECONNREFUSED)
        return 0;
    trace->mtu_bytes = net_path_mtu(&trace->to, mtu_patience_ns(request, trace),
                                    &trace->mtu_proved);
    return follow(trace, request, err);
}
