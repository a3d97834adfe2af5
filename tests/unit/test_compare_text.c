#include "harness/compare.h"
#include "tests/unit/check.h"

#include <stdlib.h>

/* Six pairs of runs, with numbers as long as they come. */
struct fixture {
    struct result result;
    struct result_run run;
    struct side_run runs[6];
    struct comparison c;
    char *text;
};

static struct verdict_answer answer(double a, double b, double by)
{
    struct shift ratio = {b / a, 1, 1.23e-5, 1.23e5, 1.2e-5};
    struct shift difference = {-by, 1, -by, by, 1.2e-5};

    return (struct verdict_answer){1, a, b, ratio, difference};
}

static struct fixture *make(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct verdict *v = &f->c.verdict;

    f->result.status = RESULT_COMPLETE;
    snprintf(f->run.site, sizeof f->run.site, "local");
    snprintf(f->run.transport, sizeof f->run.transport, "tcp");
    for (int i = 0; i < 6; i++)
        f->runs[i] = (struct side_run){
            .result = &f->result, .run = &f->run, .messages = {.ok = 12345678}};
    f->c.a = f->c.b = (struct side){.runs = f->runs, .nruns = 6};
    f->c.is_paired = 1;
    f->c.margin = 0.05;
    v->p50 = answer(123456, 234567, 123456);
    v->others[VERDICT_P99] = answer(123456, 234567, 123456);
    v->others[VERDICT_RATE] = answer(123e6, 234e6, 123456e3);
    v->others[VERDICT_FAILED] = answer(0, 0, 1.234e-8);
    v->noise = 0.75;
    v->needs = 1234;
    f->c.a12 = 1;
    for (int i = 0; i < SIDE_DECILES; i++)
        f->c.deciles_b_ns[i] = 123456;
    return f;
}

static const char *print(struct fixture *f)
{
    size_t size;
    FILE *to = open_memstream(&f->text, &size);

    if (!to)
        return "";
    compare_print(&f->c, to);
    fclose(to);
    return f->text;
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;

    for (; *text; text += strspn(text, "\n")) {
        size_t n = strcspn(text, "\n");

        longest = n > longest ? n : longest;
        text += n;
    }
    return longest;
}

static void release(struct fixture *f)
{
    free(f->text);
    free(f);
}

static void test_fits_a_terminal(void)
{
    struct fixture *f = make();
    const char *text = print(f);

    CHECK(strstr(text, "failed     0 of 74 074 068 0 of 74 074 068 none\n"));
    CHECK(strstr(text, "-123 Mbit/s  -123 Mbit/s .. +123 Mbit/s\n"));
    CHECK(longest_line(text) <= 80);
    release(f);
}

/* One of six runs has failures: the median over the runs is none. */
static void test_some_failures(void)
{
    struct fixture *f = make();
    const char *text;

    f->runs[2].messages.failed = 12;
    text = print(f);
    CHECK(strstr(text, "failed     12 of 74 074 080 12 of 74 074 080 \n"));
    CHECK(strstr(text, " -1.23e-06 points -1.23e-06 .. +1.23e-06\n"));
    CHECK(longest_line(text) <= 80);
    release(f);
}

static void test_what_is_in_no_share(void)
{
    struct fixture *f = make();
    const char *text;

    f->runs[2].messages = (struct side_messages){
        .ok = 1, .unsent = 12345678, .aborted = 12345678};
    f->c.a.left_out = 3;
    text = print(f);
    CHECK(strstr(text, "\nnote: left out, for want of their other half: 3 of 9 "
                       "runs of A.\n"));
    CHECK(strstr(text, "\nnote: this machine could not send 12 345 678 of "
                       "86 419 747 messages of A,"));
    CHECK(strstr(text, "\nnote: 12 345 678 of 86 419 747 messages of A were "
                       "under way when their run"));
    CHECK(!strstr(text, "of runs of B"));
    CHECK(longest_line(text) <= 80);
    release(f);
}

/* What so many runs would do depends on how wide the interval is. */
static void test_needs(void)
{
    struct fixture *f = make();

    CHECK(strstr(print(f), "\nAbout 1234 pairs in all would make the interval "
                           "as narrow as the margin: 1228\nmore.\n"));
    free(f->text);
    f->c.verdict.is_narrow = 1;
    CHECK(strstr(print(f),
                 "\nAbout 1234 pairs in all would decide: 1228 more.\n"));
    release(f);
}

int main(void)
{
    test_fits_a_terminal();
    test_some_failures();
    test_what_is_in_no_share();
    test_needs();
    return check_done();
}
