#include "harness/doubts.h"
#include "harness/sysfile.h"
#include "harness/warnings.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

/* A quiet run: 20 000 round trips of about 15 us on loopback, both pinned. */
struct fixture {
    struct result result;
    struct result_run *run;
    struct summary s;
    struct conditions seen;
    struct floor_result floor;
    const char *governor;
    int is_later;
    char ids[512]; /* of the warnings, each with a blank behind it */
};

static struct fixture quiet(void)
{
    struct fixture f = {
        .result = {.nruns = 1},
        .run = calloc(1, sizeof *f.run),
        .s = {.ok = 20000, .lag1 = 0.1, .texture = {.firsts = 1}},
        .seen = {.is_ended = 1, .elapsed_s = 10, .cpu_s = 20},
        .floor = {.clock_cost_ns = 40, .clock_step_ns = 20},
        .governor = "performance",
    };

    f.result.runs = f.run;
    f.run->launched = f.run->cpu_server = 1;
    f.run->connections = f.run->window = 1;
    f.run->message_size_bytes = 1000;
    for (int i = 0; i < SUMMARY_GRID; i++)
        f.s.grid_ns[i] = 14000 + 10 * i;
    f.s.texture.first_p50_ns = 40000;
    f.s.connect.connected = 1;
    f.s.connect.p50_ns = 60000;
    f.seen.load_before = (struct machine_load){1, {0.1, 0, 0}, 0};
    return f;
}

/* What fires; a warning must say more than its id. */
static const char *fired(struct fixture *f)
{
    struct doubts doubts = {&f->s, &f->floor, &f->seen, f->governor,
                            !f->is_later};
    const char *text;
    int n = 0;

    doubts_add(f->run, &doubts);
    f->ids[0] = '\0';
    for (int i = 0; i < f->run->warnings.count; i++) {
        enum warning warning = warning_of(f->run->warnings.text[i], &text);

        if (warning == WARNING_COUNT || !text[0])
            return "a warning without id or text";
        n += snprintf(f->ids + n, sizeof f->ids - (size_t)n, "%s ",
                      warning_id(warning));
    }
    return f->ids;
}

/* One change to a quiet run, and what it is warned of. */
#define FIRES(change, want)         \
    do {                            \
        struct fixture f = quiet(); \
        change;                     \
        CHECK_STR(fired(&f), want); \
        result_release(&f.result);  \
    } while (0)

static void all_rtts(struct fixture *f, int64_t rtt_ns)
{
    for (int i = 0; i < SUMMARY_GRID; i++)
        f->s.grid_ns[i] = rtt_ns + i;
}

static void test_quiet(void)
{
    FIRES((void)f, "");
    FIRES(f.run->host[0] = 'h', "");
    FIRES(f.s.ok = 0, "");
}

static void test_clock(void)
{
    FIRES(f.floor.clock_cost_ns = 151, "clock-dear ");
    FIRES(f.floor.clock_step_ns = 1000, "clock-coarse ");
    FIRES(all_rtts(&f, 3800), "clock-dear ");
    /* A median without an interval is a median all the same. */
    FIRES(f.s.rtt[SUMMARY_P50].is_known = 0;
          all_rtts(&f, 1500), "clock-dear clock-coarse ");
}

static void open_loop(struct fixture *f, double rate_per_s, int64_t late_p99_ns)
{
    f->run->rate_per_s = rate_per_s;
    f->s.open_loop.is_open = 1;
    f->s.open_loop.late_p99_ns = late_p99_ns;
}

static void test_schedule(void)
{
    FIRES(open_loop(&f, 1000, 99000), "");
    FIRES(open_loop(&f, 1000, 101000), "schedule ");
}

static void test_machine(void)
{
    FIRES(f.seen.load_before.minutes[0] = 3;
          f.seen.load_before.wanting = 2, "load ");
    /* A second run finds the load of the first; others are told apart. */
    FIRES(f.is_later = 1; f.seen.load_before.minutes[0] = 3;
          f.seen.load_before.wanting = 2, "");
    FIRES(f.seen.others_s = 5.1, "others ");
    /* A server that was here already is one of them. */
    FIRES(f.seen.others_s = 5.1; f.run->launched = 0;
          memcpy(f.run->host, "127.0.0.1", 10), "");
    FIRES(f.seen.steal_s = 0.2, "steal ");
    FIRES(f.governor = "powersave", "governor ");
    FIRES(f.governor = "", "");
    FIRES(f.seen.wall_step_ns = -3600000000000, "wall-clock ");
    FIRES(f.seen.slept_ns = 5000000000, "suspended ");
    /* Nothing is known of a run that was cut off. */
    FIRES(f.seen.is_ended = 0; f.seen.others_s = 9; f.seen.steal_s = 9, "");
}

static void tell(struct fixture *f, enum far_fact fact, const char *value)
{
    snprintf(f->seen.far.text[fact], FAR_FACT_SIZE, "%s", value);
}

/* Two processors of the server's host, for 10 s. */
static void tell_all(struct fixture *f)
{
    tell(f, FAR_BOOT, "another");
    tell(f, FAR_CPUS, "2");
    tell(f, FAR_CPU_S, "20.00");
    tell(f, FAR_LOAD_BEFORE, "0.50");
    tell(f, FAR_OTHERS_S, "5.00");
    tell(f, FAR_STEAL_S, "0.10");
    tell(f, FAR_GOVERNOR, "performance");
    snprintf(f->run->host, sizeof f->run->host, "192.0.2.7");
}

static void test_the_servers_host(void)
{
    char boot[FAR_FACT_SIZE];
    struct fixture named = quiet();

    FIRES(tell_all(&f), "");
    FIRES(tell_all(&f); tell(&f, FAR_LOAD_BEFORE, "0.51"), "load ");
    FIRES(tell_all(&f); tell(&f, FAR_LOAD_BEFORE, "3.00");
          tell(&f, FAR_WANTING, "0.5"), "");
    FIRES(tell_all(&f); tell(&f, FAR_LOAD_BEFORE, "3.00"); f.is_later = 1, "");
    FIRES(tell_all(&f); tell(&f, FAR_OTHERS_S, "5.01"), "others ");
    FIRES(tell_all(&f); tell(&f, FAR_STEAL_S, "0.11"), "steal ");
    FIRES(tell_all(&f); tell(&f, FAR_GOVERNOR, "powersave"), "governor ");
    FIRES(tell_all(&f); tell(&f, FAR_OTHERS_S, "much");
          tell(&f, FAR_STEAL_S, ""), "");
    FIRES(tell_all(&f); tell(&f, FAR_CPUS, "0");
          tell(&f, FAR_OTHERS_S, "9"), "");
    /* Which host it was is said. */
    tell_all(&named);
    tell(&named, FAR_GOVERNOR, "powersave");
    CHECK_STR(fired(&named), "governor ");
    CHECK(strstr(named.run->warnings.text[0], " on 192.0.2.7, ") != NULL);
    result_release(&named.result);
    /* A container here: all that is ours already. */
    CHECK(sysfile_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot) !=
          NULL);
    FIRES(tell_all(&f); tell(&f, FAR_GOVERNOR, "powersave");
          tell(&f, FAR_BOOT, boot), "");
}

static void test_placement(void)
{
    FIRES(f.run->cpu_client = -1, "shared-host ");
    FIRES(f.run->cpu_server = -1, "shared-host ");
    FIRES(f.run->cpu_client = f.run->cpu_server = -1, "shared-host ");
    FIRES(f.run->cpu_client = -1; f.run->emulated = 1, "");
    FIRES(f.run->cpu_client = -1; f.run->launched = 0, "");
}

static void test_modes(void)
{
    FIRES(for (int i = 140; i < SUMMARY_GRID; i++) f.s.grid_ns[i] = 90000 + i,
          "bimodal ");
    CHECK(strstr(warning_meaning(WARNING_BIMODAL), "cpu.client") != NULL);
}

static void heap(struct fixture *f, int64_t before, int64_t at, int64_t after)
{
    f->s.texture.before_40ms = before;
    f->s.texture.at_40ms = at;
    f->s.texture.after_40ms = after;
}

/* 1 % of 20 000 are 200. */
static void test_delayed_ack(void)
{
    FIRES(heap(&f, 0, 200, 0), "delayed-ack ");
    FIRES(heap(&f, 0, 199, 0), "");
    FIRES(heap(&f, 100, 200, 0), ""); /* a tail */
    FIRES(heap(&f, 0, 600, 300), "");
    FIRES(heap(&f, 0, 200, 0); f.s.is_udp = 1, "");
    /* Every message is held up, and connecting tells that the path is short;
     * on a path of 40 ms connecting takes as long. */
    FIRES(heap(&f, 0, 20000, 0); all_rtts(&f, 40000000), "delayed-ack ");
    FIRES(heap(&f, 0, 20000, 0); all_rtts(&f, 40000000);
          f.s.connect.p50_ns = 39000000, "");
    FIRES(heap(&f, 0, 20000, 0); all_rtts(&f, 40000000);
          f.run->emulated = 1, "");
    /* A queue of many messages, and a long one, take that long as well. */
    FIRES(heap(&f, 0, 20000, 0); all_rtts(&f, 40000000);
          f.run->connections = 1000, "");
    FIRES(heap(&f, 0, 20000, 0); all_rtts(&f, 40000000);
          f.run->message_size_bytes = 1 << 20, "");
}

static void test_first_messages(void)
{
    FIRES(f.s.texture.firsts = 200, "first-messages ");
    FIRES(f.s.texture.firsts = 199, "");
    FIRES(f.s.texture.firsts = 200; f.s.texture.first_p50_ns = 29000, "");
    FIRES(f.s.texture.firsts = 20000, ""); /* a connection for each message */
}

static void test_memory(void)
{
    FIRES(f.s.lag1 = 0.3, "");
    FIRES(f.s.lag1 = 0.31, "short-run ");
}

/* Each has a name of its own, and a meaning. */
static void test_words(void)
{
    const char *text;
    char line[64];

    for (int i = 0; i < WARNING_COUNT; i++) {
        snprintf(line, sizeof line, "%s: so much", warning_id((enum warning)i));
        CHECK_INT(warning_of(line, &text), i);
        CHECK_STR(text, "so much");
        CHECK(strlen(warning_meaning((enum warning)i)) > 20);
    }
    CHECK_INT(warning_of("steals: 1", &text), WARNING_COUNT);
    CHECK_STR(text, "steals: 1");
    CHECK_INT(warning_of("the client stood still", &text), WARNING_COUNT);
    CHECK_INT(warning_of("", &text), WARNING_COUNT);
}

static void test_outage(void)
{
    FIRES((f.s.silence = (struct silence){.longest_ns = 2000000000,
                                          .from_ns = 1}),
          "");
    FIRES((f.s.silence = (struct silence){.longest_ns = 2000000000,
                                          .is_outage = 1}),
          "outage ");
}

int main(void)
{
    test_outage();
    test_quiet();
    test_clock();
    test_schedule();
    test_machine();
    test_the_servers_host();
    test_placement();
    test_modes();
    test_delayed_ack();
    test_first_messages();
    test_memory();
    test_words();
    return check_done();
}
