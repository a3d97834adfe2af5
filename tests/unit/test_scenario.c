#define _GNU_SOURCE
#include "harness/scenario.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <unistd.h>

/* The bad scenarios are in tests/data/scenarios/; here is what good ones mean.
 */

#define HEAD "{\"version\": 1, \"name\": \"x\""
#define MS INT64_C(1000000)

struct loaded {
    int status;
    struct scenario s;
    struct err err;
};

static void write_file(const char *text)
{
    FILE *file = fopen("s.json", "w");

    if (!file || fputs(text, file) < 0 || fclose(file) < 0)
        abort();
}

static struct loaded load_with(const char *text,
                               const struct scenario_overrides *overrides)
{
    struct loaded loaded = {0};
    char *kept = NULL;

    write_file(text);
    loaded.status = scenario_load(&loaded.s, "s.json", overrides, &kept,
                                  &loaded.err);
    /* Accepted: the file as it is, whatever the command line says. */
    if ((loaded.status == 0) != (kept && strcmp(kept, text) == 0))
        loaded.status = -2;
    free(kept);
    return loaded;
}

static struct loaded load(const char *text)
{
    static const struct scenario_overrides none;

    return load_with(text, &none);
}

static struct loaded load_set(const char *text, const char *pair)
{
    struct scenario_overrides overrides = {.set = &pair, .nset = 1};

    return load_with(text, &overrides);
}

static void the_defaults(void)
{
    struct loaded l = load(HEAD "}");

    CHECK_INT(l.status, 0);
    CHECK_STR(l.s.name, "x");
    CHECK_STR(l.s.what, "");
    CHECK_STR(l.s.site, "local");
    CHECK_STR(l.s.host, "127.0.0.1");
    CHECK_INT(l.s.port, 0);
    CHECK_INT(l.s.launch, LAUNCH_LOCAL);
    CHECK_INT(l.s.plain, 0);
    CHECK_INT(l.s.message_size_bytes, 1000);
    CHECK_INT(l.s.connections, 1);
    CHECK_INT(l.s.duration_ns, 10000 * MS);
    CHECK_INT(l.s.messages, 0);
    CHECK_INT(l.s.timeout_ns, 3000 * MS);
    CHECK_INT(l.s.repeat, 1);
    CHECK_INT(l.s.seed, 1);
    CHECK_INT(l.s.cpu_client, -1);
    CHECK_INT(l.s.cpu_server, -1);
    CHECK_INT(l.s.emulated, 0);
    CHECK_NEAR(l.s.expect.failed_max, -1, 0);
    CHECK_NEAR(l.s.expect.rtt_p50_ms_max, -1, 0);
    CHECK_NEAR(l.s.expect.rtt_p99_ms_max, -1, 0);
    CHECK_NEAR(l.s.expect.rate_mbit_min, -1, 0);
}

static const char full[] = HEAD
    ", \"what\": \"a\\u00fc\", \"mode\": \"rate\",\n"
    "\"target\": {\"site\": \"Cloud-2\", \"host\": \"::1\", \"port\": 7,\n"
    " \"launch\": \"none\", \"plain\": true},\n"
    "\"transport\": \"tcp\", \"server\": \"thread\",\n"
    "\"message_size\": 48, \"connections\": 3, \"duration_s\": 0.0015,\n"
    "\"messages\": 1000000000000, \"rate_per_s\": null, \"window\": 1,\n"
    "\"timeout_s\": 1e-3, \"path\": {\"delay_ms\": 19.25,\n"
    " \"jitter_ms\": 0.5, \"rate_mbit\": 1.5}, \"repeat\": 1000,\n"
    "\"seed\": 9007199254740992, \"cpu\": {\"client\": 0,\n"
    " \"server\": 1023}, \"expect\": {\"failed_max\": 0,\n"
    " \"rtt_p50_ms_max\": 0.5, \"rtt_p99_ms_max\": 3600000,\n"
    " \"rate_mbit_min\": 1e6}}\n";

static void every_key(void)
{
    struct loaded l = load(full);

    CHECK_INT(l.status, 0);
    CHECK_STR(l.s.what, "a\xc3\xbc");
    CHECK_STR(l.s.site, "Cloud-2");
    CHECK_STR(l.s.host, "::1");
    CHECK_INT(l.s.port, 7);
    CHECK_INT(l.s.launch, LAUNCH_NONE);
    CHECK_INT(l.s.plain, 1);
    CHECK_INT(l.s.message_size_bytes, 48);
    CHECK_INT(l.s.connections, 3);
    CHECK_INT(l.s.duration_ns, 1500000);
    CHECK_INT(l.s.messages, 1000000000000);
    CHECK_INT(l.s.timeout_ns, MS);
    CHECK_INT(l.s.repeat, 1000);
    CHECK_INT(l.s.seed, 9007199254740992);
}

static void every_key_of_an_object(void)
{
    struct loaded l = load(full);

    CHECK_INT(l.s.emulated, 1);
    CHECK_NEAR(l.s.path_delay_ms, 19.25, 0);
    CHECK_NEAR(l.s.path_jitter_ms, 0.5, 0);
    CHECK_NEAR(l.s.path_rate_mbit, 1.5, 0);
    CHECK_INT(l.s.cpu_client, 0);
    CHECK_INT(l.s.cpu_server, 1023);
    CHECK_NEAR(l.s.expect.failed_max, 0, 0);
    CHECK_NEAR(l.s.expect.rtt_p50_ms_max, 0.5, 0);
    CHECK_NEAR(l.s.expect.rtt_p99_ms_max, 3600000, 0);
    CHECK_NEAR(l.s.expect.rate_mbit_min, 1e6, 0);
}

static void null_is_no_limit(void)
{
    struct loaded l = load(
        HEAD ", \"duration_s\": null, \"messages\": 5,\n"
             "\"path\": {\"rate_mbit\": null}, \"rate_per_s\": null}");

    CHECK_INT(l.status, 0);
    CHECK_INT(l.s.duration_ns, 0);
    CHECK_INT(l.s.messages, 5);
    CHECK_INT(l.s.emulated, 1);
    CHECK_NEAR(l.s.path_rate_mbit, 0, 0);
    CHECK_INT(load(HEAD ", \"messages\": null}").status, 0);
}

/* Seconds become ns rounded, not cut: 0.29 s is 290 000 000 ns. */
static void seconds_are_rounded(void)
{
    CHECK_INT(load(HEAD ", \"duration_s\": 0.29}").s.duration_ns, 290 * MS);
    CHECK_INT(load(HEAD ", \"duration_s\": 86400}").s.duration_ns,
              86400000 * MS);
    CHECK_INT(load(HEAD ", \"timeout_s\": 0.0010000004}").s.timeout_ns, MS);
}

static const char emulated[] = HEAD
    ", \"target\": {\"site\": \"cloud\"}, \"path\": {\"delay_ms\": 19}}";

/* A real server: no emulated path, nothing started, the lab's port. */
static void a_host_replaces_the_emulated_path(void)
{
    struct scenario_overrides overrides = {.host = "192.0.2.7"};
    struct loaded l = load_with(emulated, &overrides);

    CHECK_INT(l.status, 0);
    CHECK_STR(l.s.host, "192.0.2.7");
    CHECK_INT(l.s.port, 2333);
    CHECK_INT(l.s.launch, LAUNCH_NONE);
    CHECK_INT(l.s.emulated, 0);
    CHECK_STR(l.s.site, "cloud");
    l = load_with(HEAD "}", &overrides);
    CHECK_STR(l.s.site, "remote"); /* not "local", the default */
    overrides.host = "127.0.0.1";
    l = load_with(HEAD "}", &overrides);
    CHECK_STR(l.s.site, "local");
    CHECK_INT(l.s.launch, LAUNCH_NONE);
}

static void port_and_site_from_the_command_line(void)
{
    struct scenario_overrides overrides = {
        .host = "h.example", .port = "7", .site = "lab-3"};
    struct loaded l = load_with(emulated, &overrides);

    CHECK_INT(l.status, 0);
    CHECK_INT(l.s.port, 7);
    CHECK_STR(l.s.site, "lab-3");
    overrides = (struct scenario_overrides){.port = "4711"};
    l = load_with(HEAD "}", &overrides);
    CHECK_INT(l.s.port, 4711);
    CHECK_INT(l.s.launch, LAUNCH_LOCAL);
    overrides = (struct scenario_overrides){.host = "h"};
    l = load_with(HEAD ", \"target\": {\"port\": 99}}", &overrides);
    CHECK_INT(l.s.port, 99);
}

/* A site is a word, also when JSON would call it something else. */
static void a_site_may_look_like_a_number(void)
{
    static const char *const words[] = {"2", "2026", "true", "null", "1e3"};

    for (int i = 0; i < 5; i++) {
        struct scenario_overrides overrides = {.site = words[i]};

        CHECK_STR(load_with(HEAD "}", &overrides).s.site, words[i]);
    }
}

static void quotes_in_a_site_are_refused(void)
{
    static const char *const words[] = {"\"x\"", "a\"b", "a\\u0062", "\n", ""};

    for (int i = 0; i < 5; i++) {
        struct scenario_overrides overrides = {.site = words[i]};
        struct loaded l = load_with(HEAD "}", &overrides);

        CHECK_INT(l.status, -1);
        CHECK_INT(l.err.code, ERR_USAGE);
        CHECK(l.err.hint[0] != 0);
    }
}

static void any_key_from_the_command_line(void)
{
    CHECK_INT(load_set(HEAD "}", "cpu.client=3").s.cpu_client, 3);
    CHECK_INT(load_set(HEAD "}", "duration_s=0.2").s.duration_ns, 200 * MS);
    CHECK_STR(load_set(HEAD "}", "what=two words=3").s.what, "two words=3");
    CHECK_NEAR(load_set(emulated, "path.jitter_ms=1").s.path_delay_ms, 19, 0);
    CHECK_STR(load_set(HEAD "}", "name=other").s.name, "other");
}

/* FILE:LINE of the value, or that it came from the command line. */
static void a_refusal_says_where(void)
{
    CHECK_STR(load(HEAD ",\n\n\"repeat\": 0}").err.msg,
              "s.json:3: \"repeat\" = 0 is out of range 1..1000");
    CHECK_STR(load_set(HEAD ",\n\"repeat\": 1}", "repeat=0").err.msg,
              "s.json, command line: \"repeat\" = 0 is out of range 1..1000");
    CHECK_STR(load_set(HEAD "}", "cpu.clint=1").err.msg,
              "s.json, command line: \"cpu.clint\" is not a key");
    CHECK_STR(load_set(HEAD "}", "cpu.clint=1").err.hint,
              "did you mean \"cpu.client\"? keys here: client server");
}

static void pairs_that_are_none(void)
{
    static const char *const pairs[] = {"", "=", "=1", "repeat", "a.b"};

    for (int i = 0; i < 5; i++) {
        struct loaded l = load_set(HEAD "}", pairs[i]);

        CHECK_INT(l.status, -1);
        CHECK_INT(l.err.code, ERR_USAGE);
        CHECK(strstr(l.err.msg, "want KEY=VALUE") != NULL);
    }
    CHECK_STR(load_set(HEAD "}", "name.x=1").err.id, "set-path");
    CHECK_STR(load_set(HEAD "}", "a..b=1").err.code == 2 ? "" : "taken", "");
    CHECK_STR(load_set(HEAD "}", "what=\x1b[2J").err.id, "set-value");
}

static const char *key_of(const struct scenario *one)
{
    static char key[96];

    scenario_case_key(one, key, sizeof key);
    return key;
}

static void the_server_of_a_transport(void)
{
    CHECK_INT(load(HEAD "}").s.server, SERVER_THREAD);
    CHECK_INT(load(HEAD ", \"transport\": \"udp\"}").s.server, SERVER_UDP);
    CHECK_INT(load_set(HEAD "}", "transport=udp").s.server, SERVER_UDP);
    CHECK_INT(load_set(HEAD "}", "server=epoll").s.server, SERVER_EPOLL);
    CHECK_INT(load_set(HEAD "}", "transport=udp").s.transport, TRANSPORT_UDP);
    CHECK_INT(load_set(HEAD "}", "mode=fail_rate").s.mode, MODE_FAIL_RATE);
}

#define UDP HEAD ", \"transport\": \"udp\", "

static void loss_and_its_defaults(void)
{
    struct loaded l = load(UDP "\"loss\": {\"p\": 0.25}}");

    CHECK_INT(l.status, 0);
    CHECK(l.s.loss.has);
    CHECK_INT(l.s.loss.model, MODEL_BERNOULLI);
    CHECK_NEAR(l.s.loss.p, 0.25, 0);
    CHECK_NEAR(l.s.loss.burst, 0, 0);
    CHECK_INT(l.s.loss.direction, DIRECTION_BOTH);
    CHECK_NEAR(l.s.loss.duplicate + l.s.loss.reorder, 0, 0);
    CHECK_STR(key_of(&l.s), "udp-udp-1000B-1c-p0.25");
    l = load(UDP "\"loss\": {\"p\": 0.5, \"model\": \"gilbert\",\n"
                 "\"burst\": 4, \"direction\": \"reverse\",\n"
                 "\"duplicate\": 1, \"reorder\": 0.125}}");
    CHECK_INT(l.s.loss.model, MODEL_GILBERT);
    CHECK_NEAR(l.s.loss.burst, 4, 0);
    CHECK_INT(l.s.loss.direction, DIRECTION_REVERSE);
    CHECK_NEAR(l.s.loss.duplicate, 1, 0);
    CHECK_NEAR(l.s.loss.reorder, 0.125, 0);
    CHECK_INT(load(UDP "\"loss\": {\"p\": 0, \"burst\": null}}").status, 0);
    CHECK_INT(load(HEAD "}").s.loss.has, 0);
}

static void one_case_without_a_list(void)
{
    struct loaded l = load(HEAD ", \"message_size\": 64}");
    struct scenario one;

    CHECK_INT(scenario_cases(&l.s), 1);
    scenario_case(&l.s, 0, &one);
    CHECK_STR(key_of(&one), "tcp-thread-64B-1c");
    l = load(HEAD ", \"message_size\": [64]}");
    CHECK_INT(scenario_cases(&l.s), 1);
    scenario_case(&l.s, 0, &one);
    CHECK_STR(key_of(&one), "tcp-thread-64B-1c");
    one.mode = MODE_FAIL_RATE;
    CHECK_STR(key_of(&one), "fail-tcp-thread-64B-1c");
}

/* In the order of the keys, whatever that of the file; the last is fastest. */
static void the_product_of_all_lists(void)
{
    static const char *const want[] = {
        "tcp-thread-64B-3c",   "tcp-thread-64B-1c",  "tcp-thread-1000B-3c",
        "tcp-thread-1000B-1c", "tcp-epoll-64B-3c",   "tcp-epoll-64B-1c",
        "tcp-epoll-1000B-3c",  "tcp-epoll-1000B-1c",
    };
    struct loaded l = load(HEAD ", \"connections\": [3, 1],\n"
                                "\"message_size\": [64, 1000],\n"
                                "\"server\": [\"thread\", \"epoll\"]}");
    struct scenario one;

    CHECK_INT(l.status, 0);
    CHECK_INT(scenario_cases(&l.s), 8);
    for (int i = 0; i < 8; i++) {
        scenario_case(&l.s, i, &one);
        CHECK_STR(key_of(&one), want[i]);
        CHECK_INT(scenario_cases(&one), 1);
    }
}

/* A key tells any two shares apart, with no more decimals than that takes. */
static void the_share_in_a_key(void)
{
    static const char *const want[] = {
        "0", "0.000000001", "0.1", "0.30000000000000004", "0.3", "1"};
    struct loaded l = load(UDP "\"loss\": {\"p\": [0, 1e-9, 0.1,\n"
                               "0.30000000000000004, 0.3, 1]}}");
    struct scenario one;
    char key[96];

    CHECK_INT(scenario_cases(&l.s), 6);
    for (int i = 0; i < 6; i++) {
        scenario_case(&l.s, i, &one);
        snprintf(key, sizeof key, "udp-udp-1000B-1c-p%s", want[i]);
        CHECK_STR(key_of(&one), key);
    }
}

static void open_loops_and_windows(void)
{
    struct loaded l = load(HEAD
                           ", \"rate_per_s\": [1e3, 0.5],\n"
                           "\"arrival\": \"poisson\", \"busy_poll\": true}");
    struct scenario one;

    CHECK_INT(l.status, 0);
    CHECK_INT(l.s.arrival, ARRIVES_AT_RANDOM);
    CHECK_INT(l.s.busy_poll, 1);
    CHECK_INT(scenario_cases(&l.s), 2);
    scenario_case(&l.s, 0, &one);
    CHECK_NEAR(one.rate_per_s, 1000, 0);
    CHECK_STR(key_of(&one), "tcp-thread-1000B-1c-r1000");
    scenario_case(&l.s, 1, &one);
    CHECK_STR(key_of(&one), "tcp-thread-1000B-1c-r0.5");
    l = load(HEAD ", \"window\": 8}");
    CHECK_INT(l.s.window, 8);
    CHECK_STR(key_of(&l.s), "tcp-thread-1000B-1c-w8");
    l = load(HEAD "}");
    CHECK_INT(l.s.window, 1);
    CHECK_INT(l.s.threads, 1);
    CHECK_INT(l.s.arrival, ARRIVES_EVENLY);
    CHECK_NEAR(l.s.rate_per_s, 0, 0);
}

static void a_list_from_the_command_line(void)
{
    struct loaded l = load_set(HEAD "}", "connections=[1,2,3]");

    CHECK_INT(scenario_cases(&l.s), 3);
    CHECK_STR(load_set(HEAD "}", "connections=[1,2,1]").err.msg,
              "s.json, command line: \"connections\" = 1 is twice in the list");
}

int main(void)
{
    char dir[] = "/tmp/test_scenario.XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) < 0)
        return 1;
    the_defaults();
    every_key();
    every_key_of_an_object();
    null_is_no_limit();
    seconds_are_rounded();
    a_host_replaces_the_emulated_path();
    port_and_site_from_the_command_line();
    a_site_may_look_like_a_number();
    quotes_in_a_site_are_refused();
    any_key_from_the_command_line();
    a_refusal_says_where();
    pairs_that_are_none();
    the_server_of_a_transport();
    loss_and_its_defaults();
    one_case_without_a_list();
    the_product_of_all_lists();
    the_share_in_a_key();
    open_loops_and_windows();
    a_list_from_the_command_line();
    (void)unlink("s.json");
    (void)rmdir(dir);
    return check_done();
}
