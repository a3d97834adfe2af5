#define _GNU_SOURCE
#include "harness/environment.h"

#include "harness/sysfile.h"
#include "lib/args.h"
#include "lib/json.h"
#include "lib/num.h"

#include <ctype.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void put_file_text(struct cJSON *json, const char *key, const char *path)
{
    char line[256];

    if (sysfile_line(path, line, sizeof line))
        json_put_text(json, key, line);
    else
        json_put_null(json, key);
}

static void put_file_int(struct cJSON *json, const char *key, const char *path)
{
    char line[256];
    int64_t value;

    if (sysfile_line(path, line, sizeof line) &&
        num_parse_int(line, INT64_MIN, INT64_MAX, &value) == 0)
        json_put_int(json, key, value);
    else
        json_put_null(json, key);
}

/* The value after "NAME : " in /proc/cpuinfo. */
static void put_cpu_model(struct cJSON *json)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[512];
    int found = 0;

    while (file && !found && fgets(line, sizeof line, file)) {
        char *value = strchr(line, ':');

        found = value && strncmp(line, "model name", 10) == 0;
        if (!found)
            continue;
        value += 1 + strspn(value + 1, " \t");
        value[strcspn(value, "\n")] = '\0';
        json_put_text(json, "cpu", value);
    }
    if (!found)
        json_put_null(json, "cpu");
    if (file)
        fclose(file);
}

static void put_host(struct cJSON *root)
{
    struct cJSON *json = json_put_object(root, "host");
    struct utsname name;

    if (uname(&name) == 0) {
        json_put_text(json, "system", name.sysname);
        json_put_text(json, "kernel", name.release);
        json_put_text(json, "machine", name.machine);
    }
    put_cpu_model(json);
    json_put_int(json, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
    json_put_int(json, "memory_bytes",
                 (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
    put_file_text(json, "governor",
                  "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    put_file_text(json, "clocksource",
                  "/sys/devices/system/clocksource/"
                  "clocksource0/current_clocksource");
}

static void put_instrument(struct cJSON *root, const struct floor_result *floor)
{
    struct cJSON *clock = json_put_object(root, "clock");
    struct cJSON *json = json_put_object(root, "floor");

    json_put_text(clock, "name", "CLOCK_MONOTONIC");
    json_put_int(clock, "resolution_ns", floor->clock_resolution_ns);
    json_put_real(clock, "cost_ns", floor->clock_cost_ns);
    json_put_int(clock, "step_ns", floor->clock_step_ns);
    json_put_int(json, "null_rtt_p50_ns", floor->null_rtt_p50_ns);
    json_put_int(json, "null_rtt_p99_ns", floor->null_rtt_p99_ns);
    json_put_int(json, "timer_overshoot_p50_ns", floor->timer_overshoot_p50_ns);
    json_put_int(json, "timer_overshoot_p99_ns", floor->timer_overshoot_p99_ns);
}

static void put_network(struct cJSON *root)
{
    struct cJSON *json = json_put_object(root, "network");

    put_file_int(json, "mtu_lo", "/sys/class/net/lo/mtu");
    put_file_text(json, "congestion_control",
                  "/proc/sys/net/ipv4/tcp_congestion_control");
    put_file_text(json, "tcp_rmem", "/proc/sys/net/ipv4/tcp_rmem");
    put_file_text(json, "tcp_wmem", "/proc/sys/net/ipv4/tcp_wmem");
    put_file_int(json, "somaxconn", "/proc/sys/net/core/somaxconn");
    put_file_text(json, "local_port_range",
                  "/proc/sys/net/ipv4/ip_local_port_range");
    json_put_bool(json, "tcp_nodelay", 1);
}

static void put_load(struct cJSON *root, const char *key, const double load[3],
                     int known)
{
    static const char *const names[] = {"1_min", "5_min", "15_min"};
    struct cJSON *json;

    if (!known) {
        json_put_null(root, key);
        return;
    }
    json = json_put_object(root, key);
    for (int i = 0; i < 3; i++)
        json_put_real(json, names[i], load[i]);
}

int environment_begin(struct environment *environment, struct err *err)
{
    memset(environment, 0, sizeof *environment);
    (void)getloadavg(environment->load_before, 3);
    return floor_measure(&environment->floor, err);
}

void environment_end(struct environment *environment)
{
    environment->ended = getloadavg(environment->load_after, 3) == 3;
}

char *environment_json(const struct environment *environment)
{
    struct cJSON *root = json_object();
    struct cJSON *versions, *load;
    char *text;

    put_host(root);
    put_instrument(root, &environment->floor);
    put_network(root);
    load = json_put_object(root, "load");
    put_load(load, "before", environment->load_before, 1);
    put_load(load, "after", environment->load_after, environment->ended);
    versions = json_put_object(root, "versions");
    json_put_text(versions, "echolab", args_version());
    json_put_text(versions, "libc", gnu_get_libc_version());
    json_put_text(versions, "compiler", __VERSION__);
    text = json_print(root);
    json_free(root);
    return text;
}
