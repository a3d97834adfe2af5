#include "harness/result.h"
#include "tests/unit/check.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A manifest as the run side writes it; each test changes one place. */
static const char manifest[] =
    "{\"format\": 1,\n"
    " \"tool\": {\"name\": \"echolab\", \"version\": \"0.1.0 (abc1234)\"},\n"
    " \"status\": \"complete\", \"name\": \"local_rate\",\n"
    " \"what\": \"50 % \\\"of\\\" \\\\it\", \"argv\": [\"harness\", \"run\"],\n"
    " \"start_utc\": \"2026-11-22T13:10:41Z\",\n"
    " \"end_utc\": \"2026-11-22T13:10:52Z\",\n"
    " \"scenario_sha256\": \"" SHA "\", \"environment_sha256\": \"" SHA "\",\n"
    " \"pairs\": {\"id\": \"0123456789abcdef\", \"side\": \"B\",\n"
    "  \"other\": \"near-20261122T131040Z\"},\n"
    " \"cases\": [{\"key\": \"tcp-1c\", \"rep\": 2, \"dir\": \"tcp-1c/2\",\n"
    "  \"run_id\": \"00112233445566aa\", \"mode\": \"fail_rate\",\n"
    "  \"site\": \"cloud\",\n"
    "  \"host\": \"127.0.0.1\", \"port\": 40113, \"transport\": \"tcp\",\n"
    "  \"server\": \"thread\", \"launched\": true, \"plain\": false,\n"
    "  \"message_size_bytes\": 1000, \"connections\": 3, \"window\": 1,\n"
    "  \"pacing\": \"closed\", \"duration_ns\": 10000000000,\n"
    "  \"messages\": null, \"timeout_ns\": 3000000000, \"seed\": 7,\n"
    "  \"cpu\": {\"client\": null, \"server\": 1},\n"
    "  \"path\": {\"emulated\": true, \"delay_ms\": 19, \"jitter_ms\": 0.5,\n"
    "   \"rate_mbit\": null},\n"
    "  \"loss\": {\"by\": \"relay\", \"model\": \"gilbert\", \"p\": 0.25,\n"
    "   \"burst\": 3, \"direction\": \"forward\", \"duplicate\": 0,\n"
    "   \"reorder\": 0.5}, \"done\": true,\n"
    "  \"start_utc\": \"2026-11-22T13:10:42Z\", \"intended\": 12,\n"
    "  \"rows\": 12, \"outcomes\": {\"ok\": 11, \"corrupt\": 0, \"late\": 0,\n"
    "   \"lost\": 0, \"timeout\": 1, \"refused\": 0, \"reset\": 0,\n"
    "   \"eof\": 0, \"unreachable\": 0, \"send_error\": 0,\n"
    "   \"local_limit\": 0, \"aborted\": 0},\n"
    "  \"duplicated\": 1, \"reordered\": 2, \"unmatched\": 3,\n"
    "  \"local_drops\": 4, \"reconciled\": {\"injected_forward\": 11,\n"
    "   \"injected_reverse\": 12, \"injected_lost\": 13,\n"
    "   \"measured_lost\": 14, \"true_loss\": 15, \"false_loss\": 16,\n"
    "   \"missed\": 17, \"lost_forward\": 18, \"lost_reverse\": 19,\n"
    "   \"server_received\": 20, \"server_answered\": 21,\n"
    "   \"overdue\": 22},\n"
    "  \"files\": [{\"name\": \"messages.csv\", \"bytes\": 900,\n"
    "   \"rows\": 12, \"sha256\": \"" SHA "\"}],\n"
    "  \"notes\": [\"a note\"], \"warnings\": []}]}\n";

static int write_manifest(const char *text)
{
    FILE *to = fopen("r/manifest.json", "w");

    return to && fputs(text, to) >= 0 && fclose(to) == 0;
}

/* Load the manifest with `from` replaced by `with`. */
static int load_with(const char *from, const char *with, int allow_partial,
                     struct result *result, struct err *err)
{
    const char *at = strstr(manifest, from);
    char text[sizeof manifest + 256];

    memset(err, 0, sizeof *err);
    if (!at)
        return err_set(err, ERR_BUG, "no-such-text", "%s", from);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - manifest), manifest,
             with, at + strlen(from));
    if (!write_manifest(text))
        return -1;
    return result_load(result, "r/", allow_partial, err);
}

/* The message of the refusal, "" when it was read. */
static const char *refusal(const char *from, const char *with)
{
    static struct err err;
    struct result result = {0};

    if (load_with(from, with, 0, &result, &err) == 0) {
        result_release(&result);
        return "";
    }
    if (err.code != ERR_RESULTS || !err.hint[0])
        return "wrong exit code or no hint";
    return err.msg;
}

static void test_load(void)
{
    struct result result = {0};
    struct err err = {0};

    CHECK_INT(load_with("echolab", "echolab", 0, &result, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK_STR(result.path, "r");
    CHECK_STR(result.name, "local_rate");
    CHECK_STR(result.what, "50 % \"of\" \\it");
    CHECK_STR(result.tool_version, "0.1.0 (abc1234)");
    CHECK_INT(result.status, RESULT_COMPLETE);
    CHECK(result.argv.count == 2 && strcmp(result.argv.text[1], "run") == 0);
    CHECK_STR(result.scenario_sha256, SHA);
    CHECK_INT(result.pairs.has, 1);
    CHECK_STR(result.pairs.id, "0123456789abcdef");
    CHECK_STR(result.pairs.side, "B");
    CHECK_STR(result.pairs.other, "near-20261122T131040Z");
    CHECK_INT(result.nruns, 1);
    result_release(&result);
    result_release(&result);
}

static void test_load_run(void)
{
    struct result result = {0};
    struct err err = {0};
    const struct result_run *run;

    CHECK_INT(load_with("echolab", "echolab", 0, &result, &err), 0);
    if (result.nruns != 1)
        return;
    run = &result.runs[0];
    CHECK_STR(run->dir, "tcp-1c/2");
    CHECK_STR(run->site, "cloud");
    CHECK_INT(run->port, 40113);
    CHECK(run->launched && !run->plain && run->emulated && run->done);
    CHECK_INT(run->duration_ns, INT64_C(10000000000));
    CHECK_INT(run->messages, 0);
    CHECK_INT(run->cpu_client, -1);
    CHECK_INT(run->cpu_server, 1);
    CHECK_NEAR(run->path_jitter_ms, 0.5, 0);
    CHECK_NEAR(run->path_rate_mbit, 0, 0);
    CHECK_INT(run->intended, 12);
    CHECK_INT(run->outcomes[OUTCOME_TIMEOUT], 1);
    CHECK_INT(run->nfiles, 1);
    CHECK_INT(run->files[0].bytes, 900);
    CHECK_STR(run->notes.text[0], "a note");
    CHECK_INT(run->warnings.count, 0);
    result_release(&result);
}

static void test_load_loss(void)
{
    struct result result = {0};
    struct err err = {0};
    const struct result_run *run;

    CHECK_INT(load_with("echolab", "echolab", 0, &result, &err), 0);
    if (result.nruns != 1)
        return;
    run = &result.runs[0];
    CHECK_STR(run->mode, "fail_rate");
    CHECK(run->loss.has);
    CHECK_STR(run->loss.by, "relay");
    CHECK_STR(run->loss.model, "gilbert");
    CHECK_NEAR(run->loss.p, 0.25, 0);
    CHECK_NEAR(run->loss.burst, 3, 0);
    CHECK_STR(run->loss.direction, "forward");
    CHECK_NEAR(run->loss.duplicate, 0, 0);
    CHECK_NEAR(run->loss.reorder, 0.5, 0);
    CHECK_INT(run->duplicated, 1);
    CHECK_INT(run->reordered, 2);
    CHECK_INT(run->unmatched, 3);
    CHECK_INT(run->local_drops, 4);
    result_release(&result);
}

/* Each name leads to a place of its own. */
static void test_load_reconciled(void)
{
    struct result result = {0};
    struct err err = {0};
    struct result_reconciled *reconciled;
    const int64_t *count;
    const char *name;
    int n = 0;

    CHECK_INT(load_with("echolab", "echolab", 0, &result, &err), 0);
    if (result.nruns != 1)
        return;
    reconciled = &result.runs[0].reconciled;
    CHECK(reconciled->has);
    CHECK_INT(reconciled->injected_forward, 11);
    CHECK_INT(reconciled->false_loss, 16);
    CHECK_INT(reconciled->server_answered, 21);
    for (; (count = result_reconciled_count(reconciled, n, &name)); n++)
        CHECK_INT(*count, 11 + n);
    CHECK_INT(n, 12);
    result_release(&result);
}

#define OPEN(rate) "\"pacing\": \"open\", \"rate_per_s\": " rate ","

static void test_load_an_open_loop(void)
{
    struct result result = {0};
    struct err err = {0};
    const struct result_run *run;

    CHECK_INT(load_with("\"pacing\": \"closed\",",
                        OPEN("2000") "\"arrival\": \"poisson\", "
                                     "\"busy_poll\": true,",
                        0, &result, &err),
              0);
    if (result.nruns != 1)
        return;
    run = &result.runs[0];
    CHECK_NEAR(run->rate_per_s, 2000, 0);
    CHECK_STR(run->arrival, "poisson");
    CHECK_INT(run->busy_poll, 1);
    CHECK(result_run_is_degraded(run)); /* achieved_per_s is not there */
    result.runs[0].achieved_per_s = 1980;
    CHECK(!result_run_is_degraded(run));
    result.runs[0].achieved_per_s = 1979;
    CHECK(result_run_is_degraded(run));
    result_release(&result);
    CHECK_STR(refusal("\"pacing\": \"closed\",", "\"pacing\": \"open\","),
              "r/manifest.json: cases[0]: \"rate_per_s\" is not that of such a "
              "pacing");
    CHECK_STR(
        refusal("\"pacing\": \"closed\",", OPEN("2000")),
        "r/manifest.json: cases[0]: \"arrival\" is missing or not a text");
    CHECK_STR(refusal("\"pacing\": \"closed\",", OPEN("-1")),
              "r/manifest.json: cases[0]: \"rate_per_s\" is negative");
}

/* What an earlier version wrote has none of the keys that came later. */
static void test_load_an_earlier_one(void)
{
    static const char *const later[][2] = {
        {"\"mode\": \"fail_rate\",", ""},
        {"\"duplicated\": 1, \"reordered\": 2, \"unmatched\": 3,", ""},
        {"\"loss\": {", "\"loss\": null, \"x\": {"},
        {"\"reconciled\": {", "\"x\": {"},
        {"\"pairs\": {", "\"x\": {"},
    };
    struct result results[5] = {0};
    struct err err = {0};

    for (int i = 0; i < 5; i++) {
        CHECK_INT(load_with(later[i][0], later[i][1], 0, &results[i], &err), 0);
        if (results[i].nruns != 1)
            return;
    }
    CHECK_STR(results[0].runs[0].mode, "rate");
    CHECK_INT(results[1].runs[0].unmatched, 0);
    CHECK_INT(results[2].runs[0].loss.has, 0);
    CHECK_INT(results[3].runs[0].reconciled.has, 0);
    CHECK_INT(results[4].pairs.has, 0);
    for (int i = 0; i < 5; i++)
        result_release(&results[i]);
}

static void test_refused_loss(void)
{
    CHECK_STR(refusal("\"fail_rate\"", "\"fast\""),
              "r/manifest.json: cases[0]: \"mode\" is none of the known words");
    CHECK_STR(refusal("\"p\": 0.25", "\"p\": 1.25"),
              "r/manifest.json: cases[0]: loss: \"p\" is not a share, 0 to 1");
    CHECK_STR(refusal("\"side\": \"B\"", "\"side\": \"C\""),
              "r/manifest.json: pairs: \"side\" is none of the known words");
    CHECK_STR(refusal("near-2026", "../near-2026"),
              "r/manifest.json: pairs: \"other\" is not a plain name");
    CHECK_STR(refusal("\"by\": \"relay\",", ""),
              "r/manifest.json: cases[0]: loss: \"by\" is missing or not a "
              "text");
    CHECK_STR(refusal("\"gilbert\"", "\"none\""),
              "r/manifest.json: cases[0]: loss: \"model\" is none of the known "
              "words");
    CHECK_STR(refusal("\"missed\": 17,", ""),
              "r/manifest.json: cases[0]: reconciled: \"missed\" is missing or "
              "not a whole number");
    CHECK_STR(refusal("\"missed\": 17,", "\"missed\": -17,"),
              "r/manifest.json: cases[0]: reconciled: \"missed\" is negative");
    CHECK_STR(refusal("\"unmatched\": 3", "\"unmatched\": \"3\""),
              "r/manifest.json: cases[0]: \"unmatched\" is missing or not a "
              "whole number");
}

/* Written and read back, nothing has changed. */
static void test_round_trip(void)
{
    struct result result = {0}, again = {0};
    struct err err = {0};
    struct result_run *run, *back;

    CHECK_INT(load_with("echolab", "echolab", 0, &result, &err), 0);
    if (result.nruns != 1)
        return;
    CHECK_INT(result_save(&result, &err), 0);
    CHECK_INT(result_load(&again, "r", 0, &err), 0);
    CHECK_STR(err.msg, "");
    run = &result.runs[0];
    back = &again.runs[0];
    CHECK_STR(back->notes.text[0], run->notes.text[0]);
    CHECK(memcmp(run, back, offsetof(struct result_run, notes)) == 0);
    CHECK(memcmp(&result, &again, offsetof(struct result, argv)) == 0);
    result_release(&again);
    result.pairs.has = run->loss.has = run->reconciled.has = 0;
    CHECK_INT(result_save(&result, &err), 0);
    CHECK_INT(result_load(&again, "r", 0, &err), 0);
    CHECK_INT(again.pairs.has, 0);
    CHECK_INT(again.runs[0].loss.has, 0);
    CHECK_INT(again.runs[0].reconciled.has, 0);
    result_release(&again);
    result_release(&result);
}

static void test_refused(void)
{
    CHECK_STR(refusal("\"format\": 1", "\"format\": 2"),
              "r/manifest.json: format 2, but this program knows format 1");
    CHECK_STR(refusal("complete", "done"),
              "r/manifest.json: \"status\" is not partial, degraded or "
              "complete");
    CHECK_STR(refusal("\"rows\": 12,", ""),
              "r/manifest.json: cases[0]: \"rows\" is missing or not a whole "
              "number");
    CHECK_STR(refusal("\"rows\": 12,", "\"rows\": -1,"),
              "r/manifest.json: cases[0]: \"rows\" is negative");
    CHECK_STR(refusal("\"eof\": 0,", ""),
              "r/manifest.json: cases[0]: outcomes: \"eof\" is missing or not "
              "a whole number");
    CHECK_STR(refusal("\"eof\": 0,", "\"eof\": 0, \"more\": 0,"),
              "r/manifest.json: cases[0]: \"outcomes\" is not the twelve "
              "outcomes");
    CHECK_STR(refusal("\"bytes\": 900", "\"bytes\": 9.5"),
              "r/manifest.json: cases[0]: files[0]: \"bytes\" is missing or "
              "not a whole number");
    CHECK_STR(refusal("local_rate", "../x"),
              "r/manifest.json: \"name\" is not a plain name");
    CHECK_STR(refusal(SHA "\"}]", "xx\"}]"),
              "r/manifest.json: cases[0]: files[0]: \"sha256\" is not a "
              "SHA-256");
}

/* Nothing in a manifest may lead out of the folder. */
static void test_names(void)
{
    CHECK_STR(refusal("tcp-1c/2", "tcp-1c/3"),
              "r/manifest.json: cases[0]: \"dir\" is not KEY/REP");
    CHECK_STR(refusal("\"tcp-1c\"", "\"..\""),
              "r/manifest.json: cases[0]: \"key\" is not a plain name");
    CHECK_STR(refusal("\"tcp-1c\"", "\"a/b\""),
              "r/manifest.json: cases[0]: \"key\" is not a plain name");
    CHECK_STR(refusal("\"messages.csv\"", "\"../../etc/passwd\""),
              "r/manifest.json: cases[0]: files[0]: \"name\" is not a plain "
              "name");
    CHECK_STR(refusal("\"messages.csv\"", "\"-rf\""),
              "r/manifest.json: cases[0]: files[0]: \"name\" is not a plain "
              "name");
}

static void test_partial(void)
{
    struct result result = {0};
    struct err err = {0};

    CHECK_STR(refusal("complete", "partial"),
              "r: partial: the run did not end");
    CHECK_INT(load_with("complete", "partial", 1, &result, &err), 0);
    CHECK_INT(result.status, RESULT_PARTIAL);
    result_release(&result);
    CHECK_STR(refusal("complete", "degraded"), "");
    CHECK_INT(load_with("\"done\": true", "\"done\": false", 0, &result, &err),
              0);
    if (result.nruns != 1)
        return;
    CHECK_INT(result.runs[0].done, 0);
    CHECK_INT(result.runs[0].rows, 0);
    result_release(&result);
}

static void test_links(void)
{
    CHECK(write_manifest(manifest));
    CHECK(rename("r/tcp-1c/2", "r/real") == 0);
    CHECK(symlink("../real", "r/tcp-1c/2") == 0);
    CHECK_STR(refusal("echolab", "echolab"),
              "cannot open r/tcp-1c/2: not a folder");
    CHECK(unlink("r/tcp-1c/2") == 0);
    CHECK_STR(refusal("echolab", "echolab"),
              "cannot open r/tcp-1c/2: No such file or directory (ENOENT)");
    CHECK(rename("r/real", "r/tcp-1c/2") == 0);
}

static void test_manifest_file(void)
{
    struct result result = {0};
    struct err err = {0};

    CHECK(rename("r/manifest.json", "m") == 0);
    CHECK_INT(result_load(&result, "r", 0, &err), -1);
    CHECK_STR(err.id, "results-open");
    CHECK(symlink("../m", "r/manifest.json") == 0);
    CHECK_INT(result_load(&result, "r", 0, &err), -1);
    CHECK_STR(err.id, "results-open");
    CHECK(unlink("r/manifest.json") == 0 &&
          rename("m", "r/manifest.json") == 0);
    CHECK(write_manifest("{\"format\": 1} x"));
    CHECK_INT(result_load(&result, "r", 0, &err), -1);
    CHECK_STR(err.id, "results-format");
    CHECK_INT(result_load(&result, "", 0, &err), -1);
    CHECK_INT(err.code, ERR_RESULTS);
}

int main(void)
{
    char dir[] = "/tmp/test_result.XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) < 0 || mkdir("r", 0700) < 0 ||
        mkdir("r/tcp-1c", 0700) < 0 || mkdir("r/tcp-1c/2", 0700) < 0)
        return 1;
    test_load();
    test_load_run();
    test_load_loss();
    test_load_reconciled();
    test_load_an_open_loop();
    test_load_an_earlier_one();
    test_refused_loss();
    test_round_trip();
    test_refused();
    test_names();
    test_partial();
    test_links();
    test_manifest_file();
    unlink("r/manifest.json");
    rmdir("r/tcp-1c/2");
    rmdir("r/tcp-1c");
    rmdir("r");
    rmdir(dir);
    return check_done();
}
