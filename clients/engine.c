#include "clients/engine.h"

#include "clients/loop.h"
#include "lib/clock.h"
#include "lib/cpu.h"
#include "lib/start.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct engine;

/* One thread: a lane, and what only it touches while it runs. */
struct member {
    struct engine *engine;
    int number;
    struct load_plan plan; /* its share */
    struct load_out out;
    struct load_result result;
    struct lane lane;
    struct progress progress; /* the engine's lock guards it */
    struct err err;
    int failed;
};

struct engine {
    const struct load_plan *plan;
    const struct load_out *out;
    int64_t epoch_ns, begin_ns;
    atomic_int is_given_up;
    pthread_mutex_t lock; /* guards the next three, and all progress */
    pthread_cond_t all_connected;
    int expected, connected; /* threads that run, and that are ready to begin */
    int n;
    struct member *members;
};

/* ---- shares ---- */

/* Share number i of n of a whole. */
static int64_t share_of(int64_t whole, int i, int n)
{
    return whole / n + (i < whole % n);
}

/* Not more threads than connections or messages, and one at least. */
static int useful_threads(const struct load_plan *plan)
{
    int n = plan->threads < plan->connections ? plan->threads
                                              : plan->connections;

    if (plan->messages && plan->messages < n)
        n = (int)plan->messages;
    return n > 1 ? n : 1;
}

static void share_plan(struct engine *engine, struct member *member)
{
    const struct load_plan *whole = engine->plan;
    int i = member->number, n = engine->n;
    struct load_plan *plan = &member->plan;

    *plan = *whole;
    plan->connections = (int)share_of(whole->connections, i, n);
    plan->messages = share_of(whole->messages, i, n);
    plan->rate_per_s = whole->rate_per_s / n;
    for (int before = 0; before < i; before++)
        member->lane.first_number += (uint32_t)share_of(whole->connections,
                                                        before, n);
}

static struct record *join(struct record *record, struct err *err)
{
    return record ? record_join(record, err) : NULL;
}

/* Every thread has its own way into each file. */
static int share_out(struct member *member, struct err *err)
{
    const struct load_out *whole = member->engine->out;
    struct load_out *out = &member->out;

    out->messages = join(whole->messages, err);
    out->connections = join(whole->connections, err);
    out->unmatched = join(whole->unmatched, err);
    return (whole->messages && !out->messages) ||
                   (whole->connections && !out->connections) ||
                   (whole->unmatched && !out->unmatched)
               ? -1
               : 0;
}

static int close_out(struct member *member)
{
    struct record *records[] = {member->out.messages, member->out.connections,
                                member->out.unmatched};
    struct err closing = {0};
    int failed = 0;

    for (int i = 0; i < 3; i++) {
        failed |= record_close(records[i], &closing) < 0;
        err_worse(&member->err, &closing);
    }
    return failed;
}

/* ---- progress ---- */

/* The first thread tells, for all. */
static void on_progress(const struct progress *progress, void *ctx)
{
    struct member *member = ctx;
    struct engine *engine = member->engine;
    struct progress sum = *progress;

    pthread_mutex_lock(&engine->lock);
    member->progress = *progress;
    for (int i = 1; i < engine->n && member->number == 0; i++) {
        sum.messages += engine->members[i].progress.messages;
        sum.failed += engine->members[i].progress.failed;
        sum.bits_per_s += engine->members[i].progress.bits_per_s;
    }
    pthread_mutex_unlock(&engine->lock);
    sum.limit = engine->plan->messages;
    if (member->number == 0 && engine->out->on_progress)
        engine->out->on_progress(&sum, engine->out->ctx);
}

/* ---- a thread ---- */

static int pin(struct member *member)
{
    const struct load_plan *plan = &member->plan;
    int cpu = plan->ncpus ? plan->cpus[member->number % plan->ncpus] : -1;

    if (cpu < 0 || cpu_pin(cpu) == 0)
        return 0;
    err_sys(&member->err, ERR_RESOURCE, "cpu", "cannot run on CPU %d", cpu);
    return err_hint(&member->err,
                    "--cpu takes CPUs that this process may use: taskset -p "
                    "$$ tells which");
}

static void init_lane(const struct engine *engine, struct member *member)
{
    struct load_plan *plan = &member->plan;
    struct lane *lane = &member->lane;

    lane->plan = plan;
    lane->out = &member->out;
    lane->result = &member->result;
    lane->is_given_up = &engine->is_given_up;
    lane->ticker = (struct ticker){.plan = plan,
                                   .out = lane->out,
                                   .result = lane->result,
                                   .epoch_ns = engine->epoch_ns};
    /* The beat that ends a blocking recv reaches one thread only. */
    lane->is_lone = engine->n == 1 && plan->connections == 1 &&
                    plan->rate_per_s <= 0 &&
                    (plan->is_udp || (!plan->persists && !plan->reconnects));
    if (plan->rate_per_s > 0) {
        arrival_init(&lane->arrival, plan->arrival, engine->plan->rate_per_s,
                     plan->seed);
        arrival_split(&lane->arrival, member->number, engine->n);
    }
}

/* All begin together, when all are connected. */
static void begin_together(struct engine *engine, struct lane *lane)
{
    pthread_mutex_lock(&engine->lock);
    engine->connected++;
    while (engine->connected < engine->expected)
        pthread_cond_wait(&engine->all_connected, &engine->lock);
    if (!engine->begin_ns)
        engine->begin_ns = clock_now_ns();
    pthread_cond_broadcast(&engine->all_connected);
    pthread_mutex_unlock(&engine->lock);
    ticker_begin(&lane->ticker, engine->begin_ns);
}

static void run_member(struct engine *engine, struct member *member)
{
    struct lane *lane = &member->lane;

    init_lane(engine, member);
    member->failed = pin(member) < 0 || loop_prepare(lane, &member->err) < 0;
    if (member->failed)
        atomic_store(&engine->is_given_up, 1);
    begin_together(engine, lane);
    if (!member->failed && loop_run(lane, &member->err) < 0) {
        member->failed = 1;
        atomic_store(&engine->is_given_up, 1);
    }
    if (!member->failed)
        ticker_report(&lane->ticker, clock_now_ns());
    if (loop_finish(lane, member->failed, &member->err) < 0)
        member->failed = 1;
}

static void *run_thread(void *ctx)
{
    struct member *member = ctx;

    run_member(member->engine, member);
    return NULL;
}

/* ---- all of them ---- */

static void add_result(struct load_result *sum, const struct load_result *one)
{
    meter_add(&sum->meter, &one->meter);
    meter_add(&sum->response, &one->response);
    if (!sum->broken) {
        sum->first_broken = one->first_broken;
        sum->first_broken_errno = one->first_broken_errno;
    }
    sum->achieved_per_s += one->achieved_per_s;
    gaps_merge(&sum->gaps, &one->gaps);
    sum->intended += one->intended;
    sum->missed += one->missed;
    sum->connected += one->connected;
    sum->broken += one->broken;
    sum->stray += one->stray;
    sum->stopped |= one->stopped;
    sum->duplicated += one->duplicated;
    sum->reordered += one->reordered;
    sum->unmatched += one->unmatched;
    sum->local_drops += one->local_drops;
    sum->refusing |= one->refusing;
}

static void give_up(struct engine *engine, int started)
{
    pthread_mutex_lock(&engine->lock);
    atomic_store(&engine->is_given_up, 1);
    engine->expected = started;
    pthread_cond_broadcast(&engine->all_connected);
    pthread_mutex_unlock(&engine->lock);
}

/* The calling thread is the first of them. */
static int run_all(struct engine *engine, pthread_t *threads, struct err *err)
{
    int started = 1, cause = 0;

    while (started < engine->n && !cause) {
        cause = pthread_create(&threads[started], NULL, run_thread,
                               &engine->members[started]);
        started += !cause;
    }
    if (cause)
        give_up(engine, started);
    run_member(engine, &engine->members[0]);
    for (int i = 1; i < started; i++)
        pthread_join(threads[i], NULL);
    if (engine->n > 1)
        on_progress(&engine->members[0].progress, &engine->members[0]);
    if (!cause)
        return 0;
    errno = cause;
    return err_sys(err, ERR_RESOURCE, "threads", "cannot start thread %d of %d",
                   started + 1, engine->n);
}

/* The shares of all, and what comes of them. */
static int run_shared(struct engine *engine, pthread_t *threads,
                      struct load_result *result, struct err *err)
{
    int failed = 0;

    for (int i = 0; i < engine->n && !failed; i++) {
        struct member *member = &engine->members[i];

        member->engine = engine;
        member->number = i;
        member->out.on_progress = on_progress;
        member->out.ctx = member;
        share_plan(engine, member);
        failed = share_out(member, err) < 0;
    }
    if (!failed)
        failed = run_all(engine, threads, err) < 0;
    for (int i = 0; i < engine->n; i++) {
        struct member *member = &engine->members[i];

        failed |= member->failed | close_out(member);
        err_worse(err, &member->err);
        add_result(result, &member->result);
    }
    return failed ? -1 : 0;
}

int engine_run(const struct load_plan *plan, const struct load_out *out,
               struct load_result *result, struct err *err)
{
    struct engine engine = {.plan = plan, .out = out};
    pthread_t *threads;
    int failed = -1;

    start_without_rseq();
    engine.n = engine.expected = useful_threads(plan);
    engine.epoch_ns = clock_now_ns();
    pthread_mutex_init(&engine.lock, NULL);
    pthread_cond_init(&engine.all_connected, NULL);
    threads = calloc((size_t)engine.n, sizeof *threads);
    engine.members = calloc((size_t)engine.n, sizeof *engine.members);
    if (threads && engine.members)
        failed = run_shared(&engine, threads, result, err);
    else
        err_sys(err, ERR_RESOURCE, "memory", "cannot prepare %d threads",
                engine.n);
    pthread_cond_destroy(&engine.all_connected);
    pthread_mutex_destroy(&engine.lock);
    free(engine.members);
    free(threads);
    return failed;
}
