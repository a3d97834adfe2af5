#include "harness/steps.h"
#include "lib/buf.h"
#include "tests/unit/check.h"

#include <stdlib.h>

/* Steps that were read from text, and checked against a server. */
struct tried {
    int status;
    struct steps steps;
    struct err err;
};

static struct tried try_on(const char *server, const char *steps)
{
    struct tried tried = {0};
    struct json_doc doc = {0};
    char text[12000];

    snprintf(text, sizeof text, "{\n\"steps\": [\n%s]}", steps);
    tried.status = json_parse(&doc, "s.json", text, &tried.err);
    if (tried.status == 0)
        tried.status = steps_read(&tried.steps, &doc,
                                  json_get(doc.root, "steps"), &tried.err);
    if (tried.status == 0)
        tried.status = steps_check(&tried.steps, "s.json", server, &tried.err);
    json_release(&doc);
    return tried;
}

#define ONE "{\"scene\": \"one\"},\n"
#define STEP(client, verb, value) \
    "{\"client\": \"" client "\", \"" verb "\": \"" value "\"}"
#define START(client) STEP(client, "start", "echo-client") ",\n"
#define EXIT(client) STEP(client, "leave", "exit")

static void refused(const char *steps, const char *server, const char *id,
                    const char *msg)
{
    struct tried tried = try_on(server, steps);

    CHECK_INT(tried.status, -1);
    CHECK_INT(tried.err.code, ERR_USAGE);
    CHECK_STR(tried.err.id, id);
    CHECK_STR(tried.err.msg, msg);
    CHECK(tried.err.hint[0]);
}

static void test_what_is_read(void)
{
    struct tried tried = try_on(
        "thread",
        ONE START("A") START("F")
            STEP("F", "say", "hi \\u4f60") ",\n" STEP("A", "leave", "interrupt") ",\n" EXIT(
                "F") ",\n"
                     "{\"scene\": \"two\"},\n" STEP(
                         "B", "start",
                         "telnet") ",\n" STEP("B", "say", "x") "," STEP("B",
                                                                        "leave",
                                                                        "end"));
    const struct step *step = tried.steps.step;

    CHECK_STR(tried.err.msg, "");
    CHECK_INT(tried.status, 0);
    CHECK_INT(tried.steps.nscenes, 2);
    CHECK_INT(tried.steps.nsteps, 8);
    CHECK_STR(tried.steps.scene[0].name, "one");
    CHECK_INT(tried.steps.scene[0].n, 5);
    CHECK_INT(tried.steps.scene[1].first, 5);
    CHECK_INT(tried.steps.scene[1].n, 3);
    CHECK_INT(step[1].client, 5);
    CHECK_INT(step[1].line, 5);
    CHECK_INT(step[2].verb, STEP_SAY);
    CHECK_STR(step[2].text, "hi \xe4\xbd\xa0");
    CHECK_INT(step[3].leave, STEP_INTERRUPT);
    CHECK_INT(step[4].leave, STEP_EXIT);
    CHECK_INT(step[5].program, STEP_TELNET);
    CHECK_INT(step[7].leave, STEP_END);
    CHECK_INT(steps_clients(&tried.steps, &tried.steps.scene[0]), 2);
    CHECK_INT(steps_said(&tried.steps, &tried.steps.scene[1]), 1);
    CHECK_STR(steps_program_name(STEP_UDP_CLIENT), "echo-udp-client");
}

static void test_who_fits_which_server(void)
{
    static const char simple[] =
        ONE STEP("A", "start", "echo-simple-client") ",\n" STEP(
            "A", "say",
            "hi") ",\n" STEP("A", "start",
                             "echo-simple-client") ",\n" STEP("A", "leave",
                                                              "interrupt");
    static const char udp[] = ONE STEP(
        "A", "start", "echo-udp-client") ",\n" STEP("A", "leave", "exit");

    CHECK_INT(try_on("simple", simple).status, 0);
    CHECK_INT(try_on("epoll", simple).status, 0);
    CHECK_INT(try_on("udp", udp).status, 0);
    CHECK_INT(try_on("single", ONE START("A") EXIT("A")).status, 0);
    refused(udp, "thread", "scenario-conflict",
            "s.json:4: client A speaks only UDP");
    refused(simple, "udp", "scenario-conflict",
            "s.json:4: client A does not speak UDP");
    refused(ONE START("A") EXIT("A"), "simple", "scenario-conflict",
            "s.json:4: client A expects more than the one echo of a simple "
            "server");
    refused(ONE START("A") START("B") EXIT("A") "," EXIT("B"), "single",
            "scenario-conflict",
            "s.json:5: client B would wait: a single server has one client at "
            "a time");
}

static void test_the_order_of_things(void)
{
    refused(START("A") EXIT("A"), "thread", "scenario-conflict",
            "s.json:3: the first step names no scene");
    refused("{\"scene\": \"one\"}", "thread", "scenario-conflict",
            "s.json:3: nothing happens in this scene");
    refused("", "thread", "scenario-conflict",
            "s.json:2: \"steps\" holds no scene");
    refused(ONE STEP("A", "say", "hi"), "thread", "scenario-conflict",
            "s.json:4: client A is not there");
    refused(ONE START("A") START("A") EXIT("A"), "thread", "scenario-conflict",
            "s.json:5: client A starts twice");
    refused(ONE START("A") EXIT("A") ",\n" EXIT("A"), "thread",
            "scenario-conflict", "s.json:6: client A is not there");
    refused(ONE START("A") STEP("A", "say", "hi"), "thread",
            "scenario-conflict", "s.json:5: client A never leaves");
    refused(ONE START("A") EXIT("A") ",\n" ONE START("A") EXIT("A"), "thread",
            "scenario-conflict", "s.json:6: two scenes of the same name");
    /* Who is there in one scene is not there in the next. */
    refused(ONE START("A") EXIT("A") ",\n{\"scene\": \"two\"},\n" EXIT("A"),
            "thread", "scenario-conflict", "s.json:7: client A is not there");
}

static void test_what_a_client_cannot_do(void)
{
    refused(ONE START("A") STEP("A", "say", "exit") ",\n" EXIT("A"), "thread",
            "scenario-conflict",
            "s.json:5: client A leaves by \"leave\": \"exit\"");
    refused(ONE STEP("A", "start", "telnet") ",\n" STEP(
                "A", "say", "\\u4f60") ",\n" STEP("A", "leave", "end"),
            "thread", "scenario-conflict",
            "s.json:5: client A types ASCII only into telnet");
    refused(ONE STEP("A", "start", "telnet") ",\n" EXIT("A"), "thread",
            "scenario-conflict",
            "s.json:5: client A leaves telnet by \"end\" only");
    refused(ONE STEP("A", "start", "echo-simple-client") ",\n" EXIT("A"),
            "thread", "scenario-conflict",
            "s.json:5: client A has one message, and exit would be it");
}

static void test_steps_that_are_none(void)
{
    static const char *const steps[] = {
        "{}",
        "{\"client\": \"A\"}",
        "{\"say\": \"hi\"}",
        "{\"client\": \"A\", \"say\": \"hi\", \"leave\": \"exit\"}",
        "{\"scene\": \"one\", \"client\": \"A\"}",
        "{\"scene\": \"one\", \"say\": \"hi\"}"};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        refused(steps[i], "thread", "scenario-conflict",
                "s.json:3: a step says one thing");
}

static void test_values(void)
{
    refused("1", "thread", "scenario-type",
            "s.json:3: \"steps[0]\" = 1 is not an object");
    refused(ONE "{\"scene\": 7}", "thread", "scenario-type",
            "s.json:4: \"steps[1].scene\" = 7 is not a string");
    refused("{\"scene\": \"One\"}", "thread", "scenario-range",
            "s.json:3: \"steps[0].scene\" = \"One\" is not allowed: want 1 to "
            "32 of a-z 0-9 _ -");
    refused(ONE STEP("G", "say", "hi"), "thread", "scenario-range",
            "s.json:4: \"steps[1].client\" = \"G\" is not allowed: want a "
            "letter, A to F");
    refused(ONE STEP("A", "start", "nc"), "thread", "scenario-range",
            "s.json:4: \"steps[1].start\" = \"nc\" is none of: echo-client "
            "echo-simple-client echo-udp-client telnet");
    refused(ONE STEP("A", "leave", "now"), "thread", "scenario-range",
            "s.json:4: \"steps[1].leave\" = \"now\" is none of: exit interrupt "
            "end");
    refused(ONE STEP("A", "shout", "hi"), "thread", "scenario-unknown-key",
            "s.json:4: \"steps[1].shout\" is not a key");
}

static void test_texts(void)
{
    static const char rest[] = "is not allowed: want 1 to 64 bytes without "
                               "control characters";
    char text[80], steps[400];

    for (int n = 63; n <= 65; n++) {
        memset(text, 'x', sizeof text);
        text[n] = '\0';
        snprintf(
            steps, sizeof steps,
            ONE START("A") "{\"client\": \"A\", \"say\": \"%s\"}," EXIT("A"),
            text);
        CHECK_INT(try_on("thread", steps).status, n > 64 ? -1 : 0);
    }
    static const char *const bad[] = {"", "\\n", "a\\u001bb", "\\u0085",
                                      "\\u007f"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tried tried;

        snprintf(steps, sizeof steps,
                 ONE "{\"client\": \"A\", \"say\": \"%s\"}", bad[i]);
        tried = try_on("thread", steps);
        CHECK_STR(tried.err.id, "scenario-range");
        CHECK(strstr(tried.err.msg, rest) != NULL);
    }
}

static void test_too_many(void)
{
    struct buf steps = {0};

    buf_add(&steps, ONE);
    for (int i = 0; i < STEPS_MAX / 2; i++)
        buf_addf(&steps, "%s%s", i ? "," : "", START("A") EXIT("A"));
    CHECK_INT(try_on("thread", buf_text(&steps)).status, 0);
    buf_add(&steps, "," START("A") EXIT("A"));
    CHECK_STR(strchr(try_on("thread", buf_text(&steps)).err.msg, ' '),
              " more than 100 steps");
    buf_release(&steps);
    for (int i = 0; i <= STEPS_MAX_SCENES; i++)
        buf_addf(&steps, "%s{\"scene\": \"s%d\"},\n%s", i ? "," : "", i,
                 START("A") EXIT("A"));
    CHECK_STR(strchr(try_on("thread", buf_text(&steps)).err.msg, ' '),
              " more than 8 scenes");
    buf_release(&steps);
}

int main(void)
{
    test_what_is_read();
    test_who_fits_which_server();
    test_the_order_of_things();
    test_what_a_client_cannot_do();
    test_steps_that_are_none();
    test_values();
    test_texts();
    test_too_many();
    return check_done();
}
