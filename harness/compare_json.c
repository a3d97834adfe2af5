#include "harness/compare.h"

#include "lib/json.h"

static void put_messages(struct cJSON *root, const struct side *side)
{
    struct side_messages messages = side_messages(side);
    struct cJSON *to = json_put_object(root, "messages");

    json_put_int(to, "ok", messages.ok);
    json_put_int(to, "failed", messages.failed);
    json_put_int(to, "unsent", messages.unsent);
    json_put_int(to, "aborted", messages.aborted);
}

static void put_side(struct cJSON *root, const char *key,
                     const struct side *side)
{
    struct cJSON *to = json_put_object(root, key), *folders;

    json_put_text(to, "folder", side->results[0].path);
    json_put_text(to, "status", result_status_name(side->results[0].status));
    folders = json_put_array(to, "folders");
    for (int i = 0; i < side->nresults; i++)
        json_push_text(folders, side->results[i].path);
    json_put_text(to, "case", side->runs[0].run->key);
    json_put_text(to, "site", side->runs[0].run->site);
    json_put_bool(to, "emulated", side->runs[0].run->emulated);
    json_put_int(to, "runs", side->nruns);
    json_put_int(to, "left_out", side->left_out);
    put_messages(to, side);
}

static void put_shift(struct cJSON *root, const char *key,
                      const struct shift *shift)
{
    struct cJSON *to = json_put_object(root, key);

    json_put_real(to, "value", shift->value);
    if (shift->has_interval) {
        json_put_real(to, "ci95_lo", shift->lo);
        json_put_real(to, "ci95_hi", shift->hi);
    }
    json_put_real(to, "p", shift->p);
}

/* `has_ratio`: shares may be 0, so they have none. */
static void put_answer(struct cJSON *root, const char *key,
                       const struct verdict_answer *answer, int has_ratio)
{
    struct cJSON *to;

    if (!answer->is_known) {
        json_put_null(root, key);
        return;
    }
    to = json_put_object(root, key);
    json_put_real(to, "a", answer->a);
    json_put_real(to, "b", answer->b);
    if (has_ratio)
        put_shift(to, "ratio", &answer->ratio);
    put_shift(to, "difference", &answer->difference);
}

static void put_verdict(struct cJSON *root, const struct verdict *verdict)
{
    json_put_text(root, "verdict", verdict_call_name(verdict->call));
    if (verdict->call == VERDICT_UNDECIDED && verdict->needs > 0)
        json_put_int(root, "needs", verdict->needs);
    if (verdict->noise >= 0)
        json_put_real(root, "noise_within_runs", verdict->noise);
    put_answer(root, "rtt_p50_ns", &verdict->p50, 1);
    put_answer(root, "rtt_p99_ns", &verdict->others[VERDICT_P99], 1);
    put_answer(root, "failed_share", &verdict->others[VERDICT_FAILED], 0);
    put_answer(root, "bit_per_s", &verdict->others[VERDICT_RATE], 1);
}

static void put_run(struct cJSON *to, const struct side_run *run)
{
    json_put_text(to, "folder", run->result->path);
    json_put_int(to, "rep", run->run->rep);
    json_put_text(to, "start_utc", run->run->start_utc);
    json_put_real(to, "rtt_p50_ns", run->value.p50_ns);
    if (run->value.p99_ns > 0)
        json_put_real(to, "rtt_p99_ns", run->value.p99_ns);
    json_put_real(to, "failed_share", run->value.failed);
    json_put_real(to, "bit_per_s", run->value.bit_per_s);
    json_put_bool(to, "unsteady", run->is_unsteady);
    json_put_bool(to, "drifting", run->is_drifting);
}

static void put_runs(struct cJSON *root, const char *key,
                     const struct side *side)
{
    struct cJSON *runs = json_put_array(root, key);

    for (int i = 0; i < side->nruns; i++)
        put_run(json_push_object(runs), &side->runs[i]);
}

static void put_deciles(struct cJSON *root, const struct comparison *c)
{
    struct cJSON *deciles = json_put_array(root, "deciles");

    for (int i = 0; i < SIDE_DECILES; i++) {
        struct cJSON *one = json_push_object(deciles);

        json_put_real(one, "p", (i + 1) / 10.0);
        json_put_real(one, "a_ns", c->deciles_a_ns[i]);
        json_put_real(one, "b_ns", c->deciles_b_ns[i]);
    }
}

static void put_differences(struct cJSON *root,
                            const struct differences *differences)
{
    struct cJSON *all = json_put_array(root, "differences");

    for (int i = 0; i < differences->count; i++) {
        struct cJSON *one = json_push_object(all);

        json_put_text(one, "what", differences->all[i].what);
        json_put_text(one, "a", differences->all[i].a);
        json_put_text(one, "b", differences->all[i].b);
    }
}

char *compare_json(const struct comparison *c)
{
    struct cJSON *root = json_object();
    char *text;

    json_put_int(root, "format", 1);
    put_side(root, "a", &c->a);
    put_side(root, "b", &c->b);
    json_put_bool(root, "paired", c->is_paired);
    json_put_real(root, "margin", c->margin);
    put_verdict(root, &c->verdict);
    json_put_real(root, "a12", c->a12);
    put_deciles(root, c);
    put_runs(root, "runs_a", &c->a);
    put_runs(root, "runs_b", &c->b);
    put_differences(root, &c->differences);
    text = root ? json_print(root) : NULL;
    json_free(root);
    return text;
}
