#include "clients/preflight.h"

#include "clients/connect.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

enum {
    SPARE_FDS = 16, /* files, and one to wait with, as each thread has */
    ROW_BYTES = 72, /* of messages.csv, most often */
    RING_SPARE = 4, /* a ring has a power of two, and is copied to grow */
};

static int64_t descriptors(const struct load_plan *plan)
{
    return (int64_t)plan->connections + plan->threads - 1 + SPARE_FDS;
}

static int check_fds(const struct load_plan *plan, struct err *err)
{
    rlim_t need = (rlim_t)descriptors(plan);
    struct rlimit limit;
    long long most;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= need)
        return 0;
    limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= need)
        return 0;
    most = (long long)limit.rlim_max - (long long)need + plan->connections;
    err_set(err, ERR_RESOURCE, "limit-fds",
            "cannot open %d connections: need %llu descriptors, have %llu",
            plan->connections, (unsigned long long)need,
            (unsigned long long)limit.rlim_max);
    return err_hint(err,
                    "at most --connections %lld fit; or raise the limit: "
                    "ulimit -n %llu",
                    most > 0 ? most : 0, (unsigned long long)need);
}

/* Two numbers of a file of the kernel; 0 or -1. */
static int read_two(const char *path, long long *a, long long *b)
{
    FILE *file = fopen(path, "re");
    char line[80] = "";
    int n = 0;

    if (!file)
        return -1;
    if (fgets(line, sizeof line, file))
        n = sscanf(line, "%lld %lld", a, b); /* NOLINT(cert-err34-c) */
    fclose(file);
    return n == 2 ? 0 : -1;
}

/* A peer on IPv4 loopback is reached from several of our addresses. */
static int64_t addresses(const struct load_plan *plan)
{
    return !plan->is_udp && net_is_loopback(&plan->target) &&
                   !strchr(plan->target.text, '[')
               ? CONNECT_SOURCES + 1
               : 1;
}

static int check_ports(const struct load_plan *plan, struct err *err)
{
    long long first, last, most;

    if (read_two("/proc/sys/net/ipv4/ip_local_port_range", &first, &last) < 0)
        return 0;
    most = (last - first + 1) * addresses(plan);
    if (plan->connections <= most)
        return 0;
    err_set(err, ERR_RESOURCE, "limit-ports",
            "cannot open %d connections to one address: this machine has the "
            "local ports %lld..%lld for them",
            plan->connections, first, last);
    return err_hint(err,
                    "at most --connections %lld fit; or more ports: sysctl -w "
                    "net.ipv4.ip_local_port_range=\"1024 65535\"",
                    most);
}

/* Messages that may be open at the same time, as far as the plan tells. */
static double most_open(const struct load_plan *plan)
{
    double kept_ns = 2 * (double)plan->timeout_ns;
    double sends_ns = (double)plan->duration_ns;
    double span_ns = sends_ns > 0 && sends_ns < kept_ns ? sends_ns : kept_ns;
    double open = plan->rate_per_s > 0
                      ? plan->rate_per_s * span_ns / 1e9
                      : (double)plan->connections * plan->window;

    return plan->messages && (double)plan->messages < open
               ? (double)plan->messages
               : open;
}

static double available_bytes(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[120];
    long long kib = 0;

    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %lld", &kib) == 1) /* NOLINT */
            break;
    if (file)
        fclose(file);
    return (double)kib * 1024;
}

static int check_memory(const struct load_plan *plan, struct err *err)
{
    double have = available_bytes();
    double per_line = sizeof(struct line);
    double open = most_open(plan) * sizeof(struct flight_message) * RING_SPARE;
    double need = per_line * plan->connections + open;

    if (have <= 0 || need <= have)
        return 0;
    err_set(err, ERR_RESOURCE, "limit-memory",
            "the messages in flight need up to %.0f MiB, and %.0f MiB are free",
            need / 0x1p20, have / 0x1p20);
    if (plan->rate_per_s * have >= need)
        return err_hint(err, "at most --rate %.0f fits, or a smaller --timeout",
                        plan->rate_per_s * have / need);
    if (plan->rate_per_s > 0)
        return err_hint(err, "a smaller --timeout, or a --duration");
    return err_hint(err, "at most --window %.0f fits, or fewer --connections",
                    plan->window * have / need);
}

/* Rows that the plan will surely have; 0: it does not tell. */
static double planned_rows(const struct load_plan *plan)
{
    double rows = (double)plan->messages;
    double due = plan->rate_per_s * (double)plan->duration_ns / 1e9;

    if (due > 0 && (rows <= 0 || due < rows))
        rows = due;
    /* A closed loop may end by its duration long before. */
    return plan->rate_per_s <= 0 && plan->duration_ns ? 0 : rows;
}

/* Free bytes where the folder is or will be; 0 when that is not known. */
static double free_bytes(const char *dir)
{
    char parent[4096];
    struct statvfs fs;
    char *slash;

    if (statvfs(dir, &fs) == 0)
        return (double)fs.f_bavail * (double)fs.f_frsize;
    snprintf(parent, sizeof parent, "%s", dir);
    slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    if (statvfs(slash ? parent : ".", &fs) == 0)
        return (double)fs.f_bavail * (double)fs.f_frsize;
    return 0;
}

static int check_disk(const struct load_plan *plan, const char *dir,
                      struct err *err)
{
    double rows = planned_rows(plan), have = dir ? free_bytes(dir) : 0;

    if (!dir || have <= 0 || rows * ROW_BYTES <= have)
        return 0;
    err_set(err, ERR_RESOURCE, "limit-disk",
            "a record of %.0f messages needs about %.0f MiB, and %.0f MiB are "
            "free: %s",
            rows, rows * ROW_BYTES / 0x1p20, have / 0x1p20, dir);
    return err_hint(err, "about %.0f messages fit; or record elsewhere",
                    have / ROW_BYTES);
}

int preflight(const struct load_plan *plan, const char *record_dir,
              struct err *err)
{
    if (check_fds(plan, err) < 0 || check_ports(plan, err) < 0 ||
        check_memory(plan, err) < 0)
        return -1;
    return check_disk(plan, record_dir, err);
}
