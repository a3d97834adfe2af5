#include "harness/doctor.h"

#include "harness/command.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const int64_t connect_timeout_ns = 5 * CLOCK_NS_PER_S;
static const int64_t hello_timeout_ns = 20 * CLOCK_NS_PER_S;

static int check_name(struct findings *findings, const char *host, int port,
                      struct net_addrs *addrs)
{
    struct err err = {0};
    char list[600] = "";
    size_t used = 0;

    if (net_resolve(host, port, addrs, &err) < 0) {
        findings_add_err(findings, FINDING_FAIL, "name", &err);
        return -1;
    }
    for (int i = 0; i < addrs->n; i++) {
        char text[NET_TEXT_SIZE];

        net_host_text(&addrs->at[i], text, sizeof text);
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 i > 0 ? ", " : "", text);
    }
    findings_add(findings, FINDING_OK, "name", NULL, "%s is %s", host, list);
    return 0;
}

/* ---- the port ---- */

/* Refused at the machine's own address, and yet open on its loopback? */
static int is_on_loopback_only(const struct net_addr *addr)
{
    struct net_addrs loopback = {0};
    struct err ignored;
    int fd;

    if (net_is_loopback(addr) || !net_is_here(addr) ||
        net_resolve("127.0.0.1", net_port(addr), &loopback, &ignored) < 0)
        return 0;
    fd = net_connect(&loopback.at[0], connect_timeout_ns);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void advise(const struct net_addr *addr, int cause, struct err *err)
{
    int port = net_port(addr);

    if (cause == ECONNREFUSED && net_is_loopback(addr))
        return; /* net_connect_err has said it */
    if (cause == ECONNREFUSED && is_on_loopback_only(addr)) {
        err_wrap(err, "the server listens on 127.0.0.1 only");
        err_hint(err, "start it with --ip 0.0.0.0 (or ::), so that others "
                      "than this machine can reach it");
    } else if (cause == ECONNREFUSED) {
        err_hint(err,
                 "the host is there, but nothing listens at that address. On "
                 "it, ss -lnt 'sport = :%d' tells: nothing - start echo-server "
                 "--ip 0.0.0.0 --port %d; 127.0.0.1:%d - it hears that machine "
                 "only, --ip 0.0.0.0 lets others in",
                 port, port, port);
    } else if (cause == ETIMEDOUT) {
        err_wrap(err, "filtered");
        err_hint(err,
                 "the packets are dropped: open TCP port %d in the cloud's "
                 "security group and in the host's own firewall; harness "
                 "trace %s tells where the path ends",
                 port, addr->text);
    } else {
        err_hint(err,
                 "no way there, or a firewall that says no: harness trace %s "
                 "tells where",
                 addr->text);
    }
}

/* One address: 1 when its port is open. */
static int check_port(struct findings *findings, const struct net_addr *addr)
{
    int64_t start_ns = clock_now_ns();
    int fd = net_connect(addr, connect_timeout_ns), cause = errno;
    int64_t after_ns = clock_now_ns() - start_ns;
    struct err err = {0};
    char after[24];

    if (fd >= 0) {
        close(fd);
        findings_add(findings, FINDING_OK, "port", NULL,
                     "%s is open, connected after %s", addr->text,
                     num_duration((double)after_ns, after, sizeof after));
        return 1;
    }
    net_connect_err(&err, addr, cause, after_ns);
    advise(addr, cause, &err);
    findings_add_err(findings, FINDING_FAIL, "port", &err);
    return 0;
}

/* The first address that is open, as a client would take it; NULL: none. */
static const struct net_addr *find_open(struct findings *findings,
                                        const struct net_addrs *addrs)
{
    int before = findings->n;

    for (int i = 0; i < addrs->n; i++) {
        if (!check_port(findings, &addrs->at[i]))
            continue;
        /* With one that answers the others are a delay, no obstacle. */
        for (int line = before; line < findings->n; line++)
            if (findings->at[line].level == FINDING_FAIL)
                findings->at[line].level = FINDING_WARN;
        return &addrs->at[i];
    }
    return NULL;
}

/* ---- the server ---- */

static int start_hello(const struct doctor_target *target,
                       const struct net_addr *addr, struct proc *proc,
                       struct err *err)
{
    char host[NET_TEXT_SIZE];
    struct command command;

    if (command_begin(&command, "echo-rate", err) < 0)
        return -1;
    net_host_text(addr, host, sizeof host);
    command_add_text(&command, "--ip", host);
    command_add_int(&command, "--port", target->port);
    command_add_text(&command, "--transport", target->is_udp ? "udp" : "tcp");
    command_add_int(&command, "--messages", 1);
    command_add_int(&command, "--length", 48);
    /* Over UDP it listens for twice as long after its message. */
    command_add_int(&command, "--timeout", target->is_udp ? 1 : 3);
    command_add(&command, "--machine");
    return command_start(&command, -1, proc, err);
}

/* What it counted; its lines are taken until it ends. */
static void read_counts(struct proc *proc, char *counts, size_t size)
{
    int64_t deadline_ns = clock_now_ns() + hello_timeout_ns;
    char line[1024];

    counts[0] = '\0';
    while (!proc_ended(proc) && clock_now_ns() < deadline_ns)
        if (proc_line(proc, line, sizeof line, CLOCK_NS_PER_S / 10) &&
            strncmp(line, "counts ", 7) == 0)
            snprintf(counts, size, "%s ", line + 6);
}

static void judge(struct findings *findings, const struct proc *proc,
                  const char *counts, const struct net_addr *addr)
{
    struct err err = {0};

    if (proc->ended && proc->exit_code == 0 && strstr(counts, " ok=1 "))
        findings_add(findings, FINDING_OK, "server", NULL,
                     "%s greets and echoes: %s", addr->text,
                     strstr(counts, " plain=0 ") ? "an echolab server"
                                                 : "a plain echo server");
    else {
        if (err_parse(&err, (enum err_code)proc->exit_code,
                      buf_text(&proc->err)) < 0) {
            err_set(&err, ERR_TARGET, "no-echo",
                    "%s greets, but one message of 48 bytes got no echo",
                    addr->text);
            err_hint(&err, "is the server busy with another client, or is "
                           "the way back lossy? try again");
        }
        findings_add_err(findings, FINDING_FAIL, "server", &err);
    }
}

static void check_server(struct findings *findings,
                         const struct doctor_target *target,
                         const struct net_addr *addr)
{
    struct err err = {0};
    struct proc proc;
    char counts[1024];

    if (start_hello(target, addr, &proc, &err) < 0) {
        findings_add_err(findings, FINDING_FAIL, "server", &err);
        return;
    }
    read_counts(&proc, counts, sizeof counts);
    judge(findings, &proc, counts, addr);
    proc_release(&proc);
}

void doctor_target(struct findings *findings,
                   const struct doctor_target *target)
{
    struct net_addrs addrs = {0};
    const struct net_addr *open;

    if (check_name(findings, target->host, target->port, &addrs) < 0)
        return;
    /* A datagram port tells nothing of itself but by an answer. */
    open = target->is_udp ? &addrs.at[0] : find_open(findings, &addrs);
    if (open)
        check_server(findings, target, open);
}
