#define _GNU_SOURCE
#include "harness/doctor.h"

#include "harness/fitness.h"
#include "harness/floor.h"
#include "harness/machine.h"
#include "harness/sysfile.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

static enum finding_level warn_if(int is_odd)
{
    return is_odd ? FINDING_WARN : FINDING_OK;
}

/* ---- limits ---- */

static void check_processors(struct findings *findings)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    findings_add(findings, warn_if(n < 2), "processors",
                 "client and server take turns on one: local times are those "
                 "of the scheduler too",
                 "%ld", n);
}

/* A client takes a descriptor for each connection, and some more. */
static void check_descriptors(struct findings *findings)
{
    enum { SPARE = 32, FEW = 64, MANY = 1024 };
    struct rlimit limit = {0};
    long long soft, hard;

    (void)getrlimit(RLIMIT_NOFILE, &limit);
    soft = limit.rlim_cur < INT64_MAX ? (long long)limit.rlim_cur : INT64_MAX;
    hard = limit.rlim_max < INT64_MAX ? (long long)limit.rlim_max : INT64_MAX;
    findings_add(findings, soft < FEW ? FINDING_FAIL : warn_if(soft < MANY),
                 "descriptors",
                 "ulimit -n 1024 raises it for this shell, up to the hard "
                 "limit",
                 "%lld, for about %lld connections (ulimit -n goes to %lld)",
                 soft, soft > SPARE ? soft - SPARE : 0, hard);
}

static void check_processes(struct findings *findings)
{
    enum { FEW = 512 };
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};

    (void)getrlimit(RLIMIT_NPROC, &limit);
    if (limit.rlim_cur == RLIM_INFINITY)
        findings_add(findings, FINDING_OK, "processes", NULL, "no limit");
    else
        findings_add(findings, warn_if(limit.rlim_cur < FEW), "processes",
                     "echo-server --model thread takes one for each "
                     "connection: ulimit -u raises it",
                     "at most %lld, threads too", (long long)limit.rlim_cur);
}

/* "32768	60999" */
static int read_range(char *line, int64_t *first, int64_t *last)
{
    char *gap = line + strcspn(line, "\t ");

    if (!*gap)
        return -1;
    *gap = '\0';
    return num_parse_int(line, 1, 65535, first) < 0
               ? -1
               : num_parse_int(gap + 1, *first, 65535, last);
}

static void check_ports(struct findings *findings)
{
    enum { FEW = 1000 };
    int64_t first, last;
    char line[64];

    if (!sysfile_line("/proc/sys/net/ipv4/ip_local_port_range", line,
                      sizeof line) ||
        read_range(line, &first, &last) < 0)
        return;
    findings_add(findings, warn_if(last - first < FEW), "ports",
                 "sysctl -w net.ipv4.ip_local_port_range='32768 60999'",
                 "%d to %d: %d connections to one address", (int)first,
                 (int)last, (int)(last - first) + 1);
}

/* ---- time ---- */

static void check_clock(struct findings *findings,
                        const struct floor_result *floor)
{
    double rtt_ns = (double)floor->null_rtt_p50_ns;
    char source[64];

    if (!sysfile_line("/sys/devices/system/clocksource/clocksource0/"
                      "current_clocksource",
                      source, sizeof source))
        snprintf(source, sizeof source, "of an unknown source");
    findings_add(
        findings,
        warn_if(fitness_clock_is_dear(rtt_ns, floor->clock_cost_ns) ||
                fitness_clock_is_coarse(rtt_ns, (double)floor->clock_step_ns)),
        "clock",
        "loopback round trips take less than 100 readings or steps of it, so "
        "it is in the times: dmesg | grep clocksource tells why",
        "%s, a reading costs %.0f ns, a step is %lld ns", source,
        floor->clock_cost_ns, (long long)floor->clock_step_ns);
}

static void check_timer(struct findings *findings,
                        const struct floor_result *floor)
{
    static const double low_rate = 50;
    double rate = fitness_rate_at(floor->timer_overshoot_p99_ns);
    char p50[24], p99[24];

    findings_add(
        findings, warn_if(rate < low_rate), "timer",
        "the machine is busy or a slow guest: an open loop (rate_per_s) will "
        "send late",
        "a sleep ends %s late (p50), %s (p99): in time for %.0f messages a "
        "second without busy_poll",
        num_duration((double)floor->timer_overshoot_p50_ns, p50, sizeof p50),
        num_duration((double)floor->timer_overshoot_p99_ns, p99, sizeof p99),
        rate);
}

static void check_floor(struct findings *findings)
{
    struct floor_result floor = {0};
    struct err err = {0};
    char p50[24];

    if (floor_measure(&floor, &err) < 0) {
        findings_add_err(findings, FINDING_FAIL, "loopback", &err);
        return;
    }
    check_clock(findings, &floor);
    check_timer(findings, &floor);
    findings_add(findings, FINDING_OK, "loopback", NULL,
                 "127.0.0.1, the stack alone takes %s for a round trip",
                 num_duration((double)floor.null_rtt_p50_ns, p50, sizeof p50));
}

static void check_ipv6(struct findings *findings)
{
    struct net_addr at;
    struct err err = {0};
    int fd = net_listen("::1", 0, 1, &at, &err);

    if (fd >= 0)
        close(fd);
    findings_add(findings, warn_if(fd < 0), "IPv6",
                 "only targets with an IPv4 address can be measured here; ip "
                 "link set lo up, sysctl net.ipv6.conf.lo.disable_ipv6=0",
                 fd >= 0 ? "::1 can be used" : "::1 cannot be used");
}

/* ---- what disturbs ---- */

static void check_governor(struct findings *findings)
{
    char governor[MACHINE_GOVERNOR_SIZE];

    machine_governor(governor);
    if (!governor[0]) {
        findings_add(findings, FINDING_OK, "governor", NULL,
                     "not told here, as in most virtual machines");
        return;
    }
    findings_add(findings, warn_if(fitness_is_governed(governor)), "governor",
                 "the clock rate changes with the load: cpupower "
                 "frequency-set -g performance",
                 "%s", governor);
}

static void check_load(struct findings *findings)
{
    struct machine_load load = machine_load();

    if (!load.is_known)
        return;
    load.wanting = machine_wanting();
    findings_add(findings, warn_if(fitness_is_loaded(&load)), "load",
                 "others compute too, and will be in the times: wait, or pin "
                 "client and server (cpu.client, cpu.server)",
                 "%.2f in the last minute, %.1f others want a processor now",
                 load.minutes[0], load.wanting > 0 ? load.wanting : 0);
}

/* Since the machine was started: what can be expected of a run. */
static void check_steal(struct findings *findings)
{
    struct machine_time time = machine_time();

    if (!time.is_known)
        return;
    findings_add(findings, warn_if(fitness_is_stolen(time.steal_s, time.all_s)),
                 "steal",
                 "the host gives the processors of this virtual machine to "
                 "others: times will have stalls; a dedicated one has none",
                 "%.2g %% of the processors' time since the start",
                 100 * time.steal_s / time.all_s);
}

/* ---- room ---- */

/* "MemAvailable:   24470000 kB" */
static int read_kb(char *line, const char *key, int64_t *kb)
{
    size_t n = strlen(key);
    char *number = line + n;

    if (strncmp(line, key, n) != 0)
        return -1;
    number += strspn(number, " ");
    number[strcspn(number, " ")] = '\0';
    return num_parse_int(number, 0, INT64_MAX / 1024, kb);
}

static void check_memory(struct findings *findings)
{
    static const double few_mb = 256;
    double mb = (double)sysconf(_SC_AVPHYS_PAGES) *
                (double)sysconf(_SC_PAGESIZE) / 1e6;
    char line[128];
    int64_t kb;
    FILE *file = fopen("/proc/meminfo", "re");

    while (file && fgets(line, sizeof line, file))
        if (read_kb(line, "MemAvailable:", &kb) == 0)
            mb = (double)kb * 1024 / 1e6;
    if (file)
        fclose(file);
    findings_add(findings, warn_if(mb < few_mb), "memory",
                 "end other programs, or measure fewer connections",
                 "%.0f MB available", mb);
}

static void cannot_write(struct findings *findings, const char *results)
{
    struct err err = {0};

    err_sys(&err, ERR_RESULTS, "results-parent", "cannot write in %s", results);
    err_hint(&err, "name another folder: --out DIR, here and for harness run");
    findings_add_err(findings, FINDING_FAIL, "results", &err);
}

/*
 * A message takes about 64 bytes of messages.csv.  `harness run` makes the
 * folder in its parent where there is none.
 */
static void check_results(struct findings *findings, const char *results)
{
    static const double few_bytes = 1e9, row_bytes = 64;
    char path[4096];
    struct statvfs fs;
    double free_bytes;

    snprintf(path, sizeof path, "%s", results);
    if (access(path, F_OK) < 0)
        results = dirname(path);
    if (access(results, W_OK | X_OK) < 0 || statvfs(results, &fs) < 0) {
        cannot_write(findings, results);
        return;
    }
    free_bytes = (double)fs.f_bavail * (double)fs.f_frsize;
    findings_add(findings, warn_if(free_bytes < few_bytes), "results",
                 "make room, or name another folder: --out DIR",
                 "%.1f GB free in %s, for %.0f million messages",
                 free_bytes / 1e9, results, free_bytes / row_bytes / 1e6);
}

void doctor_machine(struct findings *findings, const char *results)
{
    check_processors(findings);
    check_descriptors(findings);
    check_processes(findings);
    check_ports(findings);
    check_memory(findings);
    check_floor(findings);
    check_ipv6(findings);
    check_governor(findings);
    check_load(findings);
    check_steal(findings);
    check_results(findings, results);
}
