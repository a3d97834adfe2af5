/* The cast after its client's end; what goes before has tests in bats. */
#include "harness/cast.h"
#include "harness/machine.h"
#include "lib/clock.h"
#include "tests/unit/check.h"

static int nobody_hurries(void)
{
    return 0;
}

/* A client that computes, says a word and fails. */
static int start(struct proc *client)
{
    static const char script[] =
        "i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done; "
        "echo done; echo bad >&2; exit 5";
    const char *const argv[] = {"sh", "-c", script, NULL};
    const struct proc_spec spec = {.argv = argv, .cpu = -1};
    struct err err = {0};

    return proc_start(client, &spec, &err);
}

static void await_end(struct proc *client)
{
    int64_t deadline_ns = clock_now_ns() + 20 * CLOCK_NS_PER_S;

    while (!client->ended && clock_now_ns() < deadline_ns)
        (void)proc_more(client, CLOCK_NS_PER_S);
}

/* Else it would be time that others have taken: machine_time knows no better.
 */
static void test_what_the_client_has_computed_is_ours_at_the_end(void)
{
    struct cast cast = {0};
    struct result_run run = {0};
    struct err err = {0};
    double before_s;

    CHECK_INT(start(&cast.client), 0);
    await_end(&cast.client);
    before_s = machine_time().ours_s;
    CHECK_INT(cast_end(&cast, &run, ".", nobody_hurries, &err), 0);
    CHECK(machine_time().ours_s > before_s + 0.005);
    CHECK_INT(cast.client.exit_code, 5);
    CHECK_STR(buf_text(&cast.client.out), "done\n");
    CHECK_STR(buf_text(&cast.client.err), "bad\n");
    cast_release(&cast);
}

/* Loss of a little on purpose is no excuse for a server that is stuck. */
static void test_only_what_was_all_on_purpose_is_wanted(void)
{
    struct result_run run = {.loss = {.has = 1, .p = 0.01}};
    struct err err = {0};

    err_set(&err, ERR_CUT, "no-answer", "none of 9");
    CHECK(!cast_lost_on_purpose(&run, &err)); /* not reconciled */
    run.reconciled.has = 1;
    CHECK(cast_lost_on_purpose(&run, &err));
    run.reconciled.false_loss = 1;
    CHECK(!cast_lost_on_purpose(&run, &err));
    run.loss.p = 1;
    CHECK(cast_lost_on_purpose(&run, &err));
    err_set(&err, ERR_CUT, "server-died", "it died");
    CHECK(!cast_lost_on_purpose(&run, &err));
}

int main(void)
{
    test_only_what_was_all_on_purpose_is_wanted();
    test_what_the_client_has_computed_is_ours_at_the_end();
    return check_done();
}
