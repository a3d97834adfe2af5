#define _GNU_SOURCE
#include "harness/environment.h"

#include "harness/sysfile.h"
#include "lib/args.h"
#include "lib/cpu.h"
#include "lib/json.h"
#include "lib/num.h"

#include <ctype.h>
#include <gnu/libc-version.h>
#include <stdio.h>
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

static void put_text_or_null(struct cJSON *json, const char *key,
                             const char *text)
{
    if (text[0])
        json_put_text(json, key, text);
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

static void put_host(struct cJSON *root, const struct environment *environment)
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
    put_text_or_null(json, "governor", environment->governor);
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
    json_put_int(json, "timer_slack_ns", floor->timer_slack_ns);
    json_put_int(json, "timer_overshoot_p50_ns", floor->timer_overshoot_p50_ns);
    json_put_int(json, "timer_overshoot_p99_ns", floor->timer_overshoot_p99_ns);
}

static void put_network(struct cJSON *root, const struct net_told *told)
{
    struct cJSON *json = json_put_object(root, "network");

    put_file_int(json, "mtu_lo", "/sys/class/net/lo/mtu");
    put_text_or_null(json, "congestion_control", told->congestion);
    put_file_text(json, "tcp_rmem", "/proc/sys/net/ipv4/tcp_rmem");
    put_file_text(json, "tcp_wmem", "/proc/sys/net/ipv4/tcp_wmem");
    put_file_int(json, "somaxconn", "/proc/sys/net/core/somaxconn");
    put_file_text(json, "local_port_range",
                  "/proc/sys/net/ipv4/ip_local_port_range");
    json_put_bool(json, "tcp_nodelay", told->nodelay > 0);
}

static void put_load(struct cJSON *root, const char *key,
                     const struct machine_load *load)
{
    static const char *const names[] = {"1_min", "5_min", "15_min"};
    struct cJSON *json;

    if (!load->is_known) {
        json_put_null(root, key);
        return;
    }
    json = json_put_object(root, key);
    for (int i = 0; i < 3; i++)
        json_put_real(json, names[i], load->minutes[i]);
}

/* ---- each run ---- */

static void put_floor(struct cJSON *json, const struct null_rtt *floor)
{
    struct cJSON *to;

    if (!floor->rounds) {
        json_put_null(json, "floor");
        return;
    }
    to = json_put_object(json, "floor");
    json_put_int(to, "rounds", floor->rounds);
    json_put_int(to, "bytes", floor->bytes);
    json_put_int(to, "rtt_p50_ns", floor->p50_ns);
    json_put_int(to, "rtt_p99_ns", floor->p99_ns);
}

/* One that it was tied to, or all that it might use. */
static void put_cpu(struct cJSON *json, const char *key, int cpu,
                    const char *allowed)
{
    char text[16];

    snprintf(text, sizeof text, "%d", cpu);
    put_text_or_null(json, key, cpu >= 0 ? text : allowed);
}

static void put_placement(struct cJSON *json, const struct result_run *run)
{
    struct cJSON *to = json_put_object(json, "may_use");
    char allowed[256];

    cpu_allowed(allowed, sizeof allowed);
    put_cpu(to, "client", run->cpu_client, allowed);
    put_cpu(to, "server", run->cpu_server, run->launched ? allowed : "");
}

/* What they did use, where that was seen. */
static void put_seen(struct cJSON *json, const struct placement *placement)
{
    struct cJSON *to;
    char cpus[256];

    if (!placement->looks) {
        json_put_null(json, "used");
        return;
    }
    to = json_put_object(json, "used");
    cpu_show(placement->client, cpus, sizeof cpus);
    json_put_text(to, "by_client", cpus);
    cpu_show(placement->server, cpus, sizeof cpus);
    json_put_text(to, "by_server", cpus);
    json_put_int(to, "looks", placement->looks);
    json_put_int(to, "on_one", placement->together);
}

static void put_known(struct cJSON *json, const char *key, double value,
                      int is_known)
{
    if (is_known)
        json_put_real(json, key, value);
    else
        json_put_null(json, key);
}

/* Of the server's host, where it told. */
static void put_there(struct cJSON *json, const struct far_facts *far)
{
    struct cJSON *to;
    double number;

    if (!far_facts_any(far)) {
        json_put_null(json, "there");
        return;
    }
    to = json_put_object(json, "there");
    for (enum far_fact i = FAR_LOAD_BEFORE; i < FAR_BOOT; i++)
        if (far_facts_number(far, i, &number))
            json_put_real(to, far_facts_name(i), number);
        else
            json_put_null(to, far_facts_name(i));
}

static void put_end(struct cJSON *json, const struct conditions *seen)
{
    put_seen(json, &seen->placement);
    put_known(json, "load_after", seen->load_after.minutes[0],
              seen->load_after.is_known);
    json_put_real(json, "elapsed_s", seen->elapsed_s);
    put_known(json, "processors_s", seen->cpu_s, seen->cpu_s > 0);
    put_known(json, "others_s", seen->others_s, seen->cpu_s > 0);
    put_known(json, "steal_s", seen->steal_s, seen->cpu_s > 0);
    json_put_int(json, "wall_clock_step_ns", seen->wall_step_ns);
    json_put_int(json, "suspended_ns", seen->slept_ns);
    put_known(json, "mtu", seen->mtu, seen->mtu > 0);
    put_there(json, &seen->far);
}

static void put_run(struct cJSON *runs, const struct result_run *run,
                    const struct conditions *seen)
{
    struct cJSON *json = json_push_object(runs);

    json_put_text(json, "dir", run->dir);
    put_floor(json, &seen->null_rtt);
    put_placement(json, run);
    put_known(json, "load_before", seen->load_before.minutes[0],
              seen->load_before.is_known);
    put_known(json, "others_wanting", seen->load_before.wanting,
              seen->load_before.wanting >= 0);
    if (seen->is_ended)
        put_end(json, seen);
}

/* What the report tells of all runs. */
static void put_together(struct cJSON *root, const struct conditions *seen,
                         int n)
{
    struct cJSON *json = json_put_object(root, "all_runs"), *floor;
    struct conditions sum = {0};
    int64_t least_ns = INT64_MAX, most_ns = 0, rtt_ns;

    for (int i = 0; i < n; i++) {
        rtt_ns = seen[i].null_rtt.p50_ns;
        if (seen[i].null_rtt.rounds && rtt_ns < least_ns)
            least_ns = rtt_ns;
        if (seen[i].null_rtt.rounds && rtt_ns > most_ns)
            most_ns = rtt_ns;
        sum.cpu_s += seen[i].cpu_s;
        sum.others_s += seen[i].others_s;
        sum.steal_s += seen[i].steal_s;
    }
    if (most_ns > 0) {
        floor = json_put_object(json, "floor_rtt_p50_ns");
        json_put_int(floor, "least", least_ns);
        json_put_int(floor, "most", most_ns);
    }
    put_known(json, "processors_s", sum.cpu_s, sum.cpu_s > 0);
    put_known(json, "others_s", sum.others_s, sum.cpu_s > 0);
    put_known(json, "steal_s", sum.steal_s, sum.cpu_s > 0);
}

/* Scenes of a transcript have none. */
static void put_runs(struct cJSON *root, const struct result *result,
                     const struct conditions *conditions)
{
    struct cJSON *runs = json_put_array(root, "runs");

    for (int i = 0; i < result->nruns; i++)
        if (conditions[i].is_begun)
            put_run(runs, &result->runs[i], &conditions[i]);
    put_together(root, conditions, result->nruns);
}

/* Null when the server was not started by us on another host. */
static void put_far(struct cJSON *root, const struct far_facts *far)
{
    struct cJSON *json;
    double number;

    if (!far_facts_any(far)) {
        json_put_null(root, "server_host");
        return;
    }
    json = json_put_object(root, "server_host");
    for (enum far_fact i = 0; i < FAR_CPU_S; i++)
        if (far_facts_number(far, i, &number))
            json_put_real(json, far_facts_name(i), number);
        else if (far->text[i][0])
            json_put_text(json, far_facts_name(i), far->text[i]);
        else
            json_put_null(json, far_facts_name(i));
}

/* ---- all ---- */

int environment_begin(struct environment *environment, struct err *err)
{
    memset(environment, 0, sizeof *environment);
    environment->load_before = machine_load();
    machine_governor(environment->governor);
    return floor_measure(&environment->floor, err);
}

void environment_end(struct environment *environment)
{
    environment->load_after = machine_load();
}

char *environment_json(const struct environment *environment,
                       const struct result *result,
                       const struct conditions *conditions)
{
    struct cJSON *root = json_object();
    struct cJSON *versions, *load;
    char *text;

    put_host(root, environment);
    put_instrument(root, &environment->floor);
    put_network(root, &environment->floor.told);
    load = json_put_object(root, "load");
    put_load(load, "before", &environment->load_before);
    put_load(load, "after", &environment->load_after);
    put_runs(root, result, conditions);
    put_far(root, &environment->far);
    versions = json_put_object(root, "versions");
    json_put_text(versions, "echolab", args_version());
    json_put_text(versions, "libc", gnu_get_libc_version());
    json_put_text(versions, "compiler", __VERSION__);
    text = json_print(root);
    json_free(root);
    return text;
}
