#include "harness/report_notes.h"

#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 3 };

struct house {
    struct result_run manifest[RUNS];
    struct report_run run[RUNS];
    struct report_runs all;
};

static void build(struct house *house)
{
    static const char *const keys[RUNS] = {"r1", "r2", "r3"};

    memset(house, 0, sizeof *house);
    house->all = (struct report_runs){house->run, RUNS};
    for (int i = 0; i < RUNS; i++) {
        house->run[i].run = &house->manifest[i];
        snprintf(house->run[i].key, sizeof house->run[i].key, "%s", keys[i]);
    }
}

static void note(struct house *house, int run, const char *text)
{
    result_texts_add(&house->manifest[run].notes, "%s", text);
}

/* The items of all runs, and the end of the house. */
static struct buf told(struct house *house)
{
    struct buf to = {0};

    for (int i = 0; i < RUNS; i++)
        report_notes_put(&to, &house->all, i);
    for (int i = 0; i < RUNS; i++) {
        struct result_texts *notes = &house->manifest[i].notes;

        while (notes->count > 0)
            free(notes->text[--notes->count]);
        free(notes->text);
    }
    return to;
}

static void test_what_several_noted_is_told_once(void)
{
    struct house house;
    struct buf to;

    build(&house);
    note(&house, 0, "one");
    note(&house, 1, "lost 5");
    note(&house, 2, "lost 7");
    note(&house, 2, "one");
    to = told(&house);
    CHECK_STR(buf_text(&to), "\\item The runs \\Run{r1} and \\Run{r3} noted: "
                             "one.\n"
                             "\\item The runs \\Run{r2} and \\Run{r3} noted: "
                             "lost 5 to 7.\n");
    buf_release(&to);
}

static void test_two_alike_of_one_run_are_both_told(void)
{
    struct house house;
    struct buf to;

    build(&house);
    note(&house, 1, "hop 1 lost 5");
    note(&house, 1, "hop 2 lost 9");
    to = told(&house);
    CHECK_STR(buf_text(&to), "\\item The run \\Run{r2} noted: hop 1 lost 5.\n"
                             "\\item The run \\Run{r2} noted: hop 2 lost 9.\n");
    buf_release(&to);
}

/* The second is like the first and the third, which are not alike. */
static void test_each_of_a_chain_is_told(void)
{
    struct house house;
    struct buf to;

    build(&house);
    note(&house, 0, "a 1 2 3 4");
    note(&house, 1, "a 5 6 3 4");
    note(&house, 2, "a 5 6 7 8");
    to = told(&house);
    CHECK_STR(buf_text(&to), "\\item The runs \\Run{r1} and \\Run{r2} noted: "
                             "a 1 to 5 2 to 6 3 4.\n"
                             "\\item The run \\Run{r3} noted: a 5 6 7 8.\n");
    buf_release(&to);
}

int main(void)
{
    test_what_several_noted_is_told_once();
    test_two_alike_of_one_run_are_both_told();
    test_each_of_a_chain_is_told();
    return check_done();
}
