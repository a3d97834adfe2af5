#include "harness/differences.h"

#include "harness/comparable.h"
#include "lib/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double busy_load = 0.5, slow_floor = 1.2;

static void add(struct differences *to, const char *what, const char *a,
                const char *b)
{
    struct difference *one = &to->all[to->count];

    if (strcmp(a, b) == 0 || to->count == DIFFERENCES_MAX)
        return;
    one->what = what;
    snprintf(one->a, sizeof one->a, "%s", a);
    snprintf(one->b, sizeof one->b, "%s", b);
    to->count++;
}

/* ---- the target ---- */

static void show_path(const struct result_run *run, char *to)
{
    int n;

    if (!run->emulated) {
        snprintf(to, DIFFERENCES_TEXT, "real");
        return;
    }
    n = snprintf(to, DIFFERENCES_TEXT, "emulated, %g +- %g ms one way",
                 run->path_delay_ms, run->path_jitter_ms);
    if (run->path_rate_mbit > 0)
        snprintf(to + n, (size_t)(DIFFERENCES_TEXT - n), ", %g Mbit/s",
                 run->path_rate_mbit);
}

/* "gilbert, p 0.1 forward, burst 3, by the relay, duplicate 0.01" */
static void show_loss(const struct result_run *run, char *to)
{
    const struct result_loss *loss = &run->loss;
    const struct {
        const char *name;
        double value;
    } more[] = {{"burst", loss->burst},
                {"duplicate", loss->duplicate},
                {"reorder", loss->reorder}};
    int n;

    if (!loss->has) {
        snprintf(to, DIFFERENCES_TEXT, "none");
        return;
    }
    n = snprintf(
        to, DIFFERENCES_TEXT, "%s, p %g %s, by the %s", loss->model, loss->p,
        strcmp(loss->direction, "both") == 0 ? "each way" : loss->direction,
        loss->by);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].value > 0)
            n += snprintf(to + n, (size_t)(DIFFERENCES_TEXT - n), ", %s %g",
                          more[i].name, more[i].value);
}

static void show_server(const struct result_run *run, char *to)
{
    snprintf(to, DIFFERENCES_TEXT, "%s",
             run->plain                       ? "a plain echo server"
             : run->launched || run->deployed ? "ours, started for the run"
                                              : "ours, running already");
}

static void show_key(const struct result_run *run, char *to)
{
    snprintf(to, DIFFERENCES_TEXT, "%s",
             run->keyed ? "one for the run" : "none");
}

static void show_cpu(int cpu, char *to)
{
    if (cpu < 0)
        snprintf(to, DIFFERENCES_TEXT, "any");
    else
        snprintf(to, DIFFERENCES_TEXT, "%d", cpu);
}

static void show_site(const struct result_run *run, char *to)
{
    snprintf(to, DIFFERENCES_TEXT, "%s", run->site);
}

/* A port that the kernel chose tells nothing. */
static void show_host(const struct result_run *run, char *to)
{
    snprintf(to, DIFFERENCES_TEXT, "%.120s", run->host);
}

static void show_cpu_client(const struct result_run *run, char *to)
{
    show_cpu(run->cpu_client, to);
}

static void show_cpu_server(const struct result_run *run, char *to)
{
    show_cpu(run->cpu_server, to);
}

static void add_target(struct differences *to, const struct result_run *a,
                       const struct result_run *b)
{
    static const struct {
        const char *what;
        void (*show)(const struct result_run *run, char *to);
    } facts[] = {
        {"site", show_site},
        {"host", show_host},
        {"path", show_path},
        {"loss on purpose", show_loss},
        {"server", show_server},
        {"key", show_key},
        {"CPU of the client", show_cpu_client},
        {"CPU of the server", show_cpu_server},
    };
    char of_a[DIFFERENCES_TEXT], of_b[DIFFERENCES_TEXT];

    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        facts[i].show(a, of_a);
        facts[i].show(b, of_b);
        add(to, facts[i].what, of_a, of_b);
    }
}

/* Those that were declared to be meant. */
static void add_conditions(struct differences *to, const struct result_run *a,
                           const struct result_run *b)
{
    char of_a[COMPARABLE_TEXT], of_b[COMPARABLE_TEXT];
    const char *name;

    for (int i = 0; (name = comparable_key(a, i, of_a)); i++) {
        (void)comparable_key(b, i, of_b);
        add(to, name, of_a, of_b);
    }
}

/* ---- the machine ---- */

static const struct fact {
    const char *section, *key, *what;
} facts[] = {
    {"host", "system", "system"},
    {"host", "kernel", "kernel"},
    {"host", "machine", "architecture"},
    {"host", "cpu", "processor"},
    {"host", "cpus", "processors online"},
    {"host", "memory_bytes", "memory in bytes"},
    {"host", "governor", "frequency governor"},
    {"host", "clocksource", "clock source"},
    {"network", "mtu_lo", "MTU of loopback"},
    {"network", "congestion_control", "congestion control"},
    {"network", "tcp_rmem", "tcp_rmem"},
    {"network", "tcp_wmem", "tcp_wmem"},
    {"network", "somaxconn", "somaxconn"},
    {"versions", "echolab", "echolab"},
    {"versions", "libc", "C library"},
    {"versions", "compiler", "compiler"},
};

static void show(const struct cJSON *item, char to[DIFFERENCES_TEXT])
{
    char *text = json_text(item) || !item ? NULL : json_show(item);

    snprintf(to, DIFFERENCES_TEXT, "%s",
             json_text(item)               ? json_text(item)
             : !text || json_is_null(item) ? "?"
                                           : text);
    free(text);
}

static void add_facts(struct differences *to, const struct cJSON *a,
                      const struct cJSON *b)
{
    char of_a[DIFFERENCES_TEXT], of_b[DIFFERENCES_TEXT];

    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        show(json_get(json_get(a, facts[i].section), facts[i].key), of_a);
        show(json_get(json_get(b, facts[i].section), facts[i].key), of_b);
        add(to, facts[i].what, of_a, of_b);
    }
}

/* The number at SECTION.KEY, or SECTION.KEY.1_min; -1 when it is not told. */
static double number_at(const struct cJSON *root, const char *section,
                        const char *key)
{
    const struct cJSON *item = json_get(json_get(root, section), key);
    double number;

    if (json_is_object(item))
        item = json_get(item, "1_min");
    return json_number(item, &number) == 0 ? number : -1;
}

static void add_numbers(struct differences *to, const char *what, double a,
                        double b)
{
    char of_a[DIFFERENCES_TEXT] = "?", of_b[DIFFERENCES_TEXT] = "?";

    if (a >= 0)
        snprintf(of_a, sizeof of_a, "%.3g", a);
    if (b >= 0)
        snprintf(of_b, sizeof of_b, "%.3g", b);
    add(to, what, of_a, of_b);
}

static void add_measured(struct differences *to, const struct cJSON *a,
                         const struct cJSON *b)
{
    double floor_a = number_at(a, "floor", "null_rtt_p50_ns") / 1e3;
    double floor_b = number_at(b, "floor", "null_rtt_p50_ns") / 1e3;
    double load_a = number_at(a, "load", "before");
    double load_b = number_at(b, "load", "before");

    if (fmax(floor_a, floor_b) > slow_floor * fmin(floor_a, floor_b))
        add_numbers(to, "null round trip in us", floor_a, floor_b);
    if (fmax(load_a, load_b) > busy_load)
        add_numbers(to, "load before it", load_a, load_b);
}

/* A partial folder may have no environment.json yet. */
static int load_environment(struct json_doc *doc, const struct result *result,
                            struct err *err)
{
    char path[4096];

    if (!result->environment_sha256[0])
        return 0;
    if (result_file_path(path, result, NULL, "environment.json", err) < 0)
        return -1;
    return json_load(doc, path, ERR_RESULTS, err);
}

void differences_of_runs(struct differences *out, const struct result_run *a,
                         const struct result_run *b)
{
    out->count = 0;
    add_conditions(out, a, b);
    add_target(out, a, b);
}

int differences_find(struct differences *out, const struct differences_side *a,
                     const struct differences_side *b, struct err *err)
{
    struct json_doc of_a = {0}, of_b = {0};
    int status = 0;

    differences_of_runs(out, a->run, b->run);
    if (load_environment(&of_a, a->result, err) < 0 ||
        load_environment(&of_b, b->result, err) < 0) {
        status = -1;
    } else {
        add_facts(out, of_a.root, of_b.root);
        add_measured(out, of_a.root, of_b.root);
    }
    json_release(&of_a);
    json_release(&of_b);
    return status;
}
