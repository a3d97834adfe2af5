#include "clients/judge.h"
#include "tests/unit/check.h"

/* What is said of this result over so many connections. */
static const char *said(int connections, const struct load_result *result)
{
    struct load_plan plan = {.connections = connections,
                             .target.text = "127.0.0.1:7"};
    static struct err err;

    memset(&err, 0, sizeof err);
    return judge_result(&plan, result, &err) < 0 ? err.msg : "";
}

/* Static for its size: the meter's classes. */
static struct load_result result;

static void test_gone(void)
{
    result = (struct load_result){.connected = 1,
                                  .broken = 1,
                                  .first_broken = OUTCOME_EOF,
                                  .intended = 1};
    CHECK_STR(said(1, &result), "cut short: 127.0.0.1:7: the connection ended "
                                "early, by eof after 1 message");
    result.connected = 3;
    result.broken = 2;
    result.intended = 20;
    CHECK_STR(said(3, &result),
              "cut short: 127.0.0.1:7: 2 of 3 connections ended early, the "
              "first by eof after 20 messages");
}

/* What is advised when the first message was the last. */
static const char *advised(void)
{
    struct load_plan plan = {.connections = 1};
    static struct err err;

    memset(&err, 0, sizeof err);
    CHECK_INT(judge_result(&plan, &result, &err), -1);
    return err.hint;
}

static void test_gone_at_once(void)
{
    result = (struct load_result){.connected = 1,
                                  .broken = 1,
                                  .first_broken = OUTCOME_EOF,
                                  .intended = 1};
    CHECK(strstr(advised(), "--reconnect; else its log says why"));
}

static void test_not_connected(void)
{
    result = (struct load_result){.connected = 0};
    CHECK_STR(said(1, &result),
              "could not connect: 127.0.0.1:7: the connection failed");
    result.connected = 7;
    CHECK_STR(said(10, &result),
              "could not connect: 127.0.0.1:7: 3 of 10 connections failed");
}

static void test_other_echoes(void)
{
    result = (struct load_result){.connected = 1, .stray = 1, .intended = 1};
    CHECK_STR(said(1, &result), "not an echo: 127.0.0.1:7: more came back than "
                                "was sent, on the connection");
    result.meter.outcomes[OUTCOME_CORRUPT] = 1;
    CHECK_STR(said(1, &result), "not an echo: 127.0.0.1:7: changed what was "
                                "sent in 1 of 1 message");
}

/* All lost is no answer; one late echo is one. */
static void test_no_answer(void)
{
    struct load_plan plan = {.connections = 1, .is_udp = 1};
    struct err err = {0};

    result = (struct load_result){.connected = 1, .intended = 3};
    result.meter.outcomes[OUTCOME_LOST] = 3;
    CHECK_INT(judge_result(&plan, &result, &err), -1);
    CHECK_STR(err.id, "no-answer");
    CHECK_INT(err.code, ERR_CUT);
    result.meter.outcomes[OUTCOME_LATE] = 1;
    CHECK_INT(judge_result(&plan, &result, &err), 0);
    result.meter.outcomes[OUTCOME_LATE] = 0;
    plan.persists = 1;
    CHECK_INT(judge_result(&plan, &result, &err), 0);
}

int main(void)
{
    test_no_answer();
    test_gone();
    test_gone_at_once();
    test_not_connected();
    test_other_echoes();
    return check_done();
}
