/*
 * check: TAP for unit tests.
 *
 * A test is a function that uses the macros below; each such function becomes
 * one line of TAP.  A macro never leaves the function, so that one run shows
 * every failure.  main() calls the functions and ends with
 * `return check_done();`, which is 1 when a check failed or none was made.
 */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct check_at {
    const char *file, *func, *text;
    int line;
};

static struct {
    const char *func; /* the test that is open, NULL before the first */
    int checks, failures, points, failed_points;
} check_state;

/* Ends the open test with its line of TAP. */
static inline void check_close(void)
{
    bool is_ok = check_state.failures == 0;

    if (check_state.func == NULL)
        return;
    check_state.points++;
    check_state.failed_points += !is_ok;
    printf("%s %d - %s (%d checks)\n", is_ok ? "ok" : "not ok",
           check_state.points, check_state.func, check_state.checks);
    fflush(stdout);
}

/* Counts a check; true when it failed and the caller is to say how. */
static inline bool check_fails(bool is_ok, const struct check_at *at)
{
    if (check_state.func == NULL || strcmp(check_state.func, at->func) != 0) {
        check_close();
        check_state.func = at->func;
        check_state.checks = check_state.failures = 0;
    }
    check_state.checks++;
    check_state.failures += !is_ok;
    if (!is_ok)
        printf("# %s:%d: %s: failed: %s\n", at->file, at->line, at->func,
               at->text);
    return !is_ok;
}

static inline void check_int(intmax_t a, intmax_t b, struct check_at at)
{
    if (check_fails(a == b, &at))
        printf("#   got %" PRIdMAX ", want %" PRIdMAX "\n", a, b);
}

static inline void check_str(const char *a, const char *b, struct check_at at)
{
    if (check_fails(a == b || (a != NULL && b != NULL && !strcmp(a, b)), &at))
        printf("#   got  \"%s\"\n#   want \"%s\"\n", a != NULL ? a : "(null)",
               b != NULL ? b : "(null)");
}

/* A NaN is near nothing. */
static inline void check_near(double a, double b, double tol,
                              struct check_at at)
{
    if (check_fails(fabs(a - b) <= tol, &at))
        printf("#   got %.17g, want %.17g within %g\n", a, b, tol);
}

static inline int check_done(void)
{
    check_close();
    printf("1..%d\n", check_state.points);
    return check_state.points == 0 || check_state.failed_points > 0;
}

#define CHECK_AT(what) ((struct check_at){__FILE__, __func__, what, __LINE__})
#define CHECK(cond) ((void)check_fails((cond), &CHECK_AT(#cond)))
#define CHECK_INT(a, b) \
    check_int((intmax_t)(a), (intmax_t)(b), CHECK_AT(#a " == " #b))
#define CHECK_STR(a, b) check_str((a), (b), CHECK_AT(#a " is " #b))
#define CHECK_NEAR(a, b, tol) check_near((a), (b), (tol), CHECK_AT(#a " ~ " #b))

#endif
